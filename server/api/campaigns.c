/* SPDX-License-Identifier: Apache-2.0 */
/* /campaigns */
#include "api/campaigns.h"

#include <stdio.h>
#include <string.h>

#include "api/api.h"
#include "api/present/present_campaign.h"
#include "api/present/present_live.h"
#include "core/json_reader.h"
#include "core/number.h"
#include "corpus/campaign.h"
#include "corpus/campaign_settings.h"
#include "scoring/campaign_effect.h"
#include "scoring/campaign_live.h"
#include "scoring/rigging.h"

#define CAMPAIGNS_LIMIT 100
#define NAME_MOST       63

/* ------------------------------------------------------------------ reading */

struct campaign_list {
	json_t *items;
	unsigned limit;
	const char *last; /* the name of the last one shown */
	bool more;
};

static void add_campaign_row(void *arg, struct campaign_standing *standing)
{
	struct campaign_list *list = arg;

	if (json_array_size(list->items) == list->limit) {
		list->more = true;
		campaign_standing_clear(standing);
		return;
	}
	list->last = standing->name;
	json_array_append_new(list->items, present_campaign(standing));
}

struct error get_campaigns(struct request *req, struct db *db)
{
	json_auto_t *items = json_array();
	struct campaign_list list = { .items = items };
	const char *position = NULL, *cursor = NULL;
	struct error err = request_limit(req, CAMPAIGNS_LIMIT, 50, &list.limit);

	if (err.code || (err = cursor_read(req, &position)).code)
		return err;
	if (position && strncmp(position, "campaigns ", 10) != 0)
		return error_field("/cursor", "is another list's.");
	err = campaign_page(db, req->arena, position ? position + 10 : NULL, list.limit + 1,
	                    add_campaign_row, &list);
	if (err.code)
		return err;
	if (list.more)
		cursor = cursor_make(req, arena_printf(req->arena, "campaigns %s", list.last));
	request_json(req, 200,
	             json_pack("{s:O, s:s?, s:o, s:o}", "items", items, "next", cursor, "settings",
	                       present_campaign_settings(campaign_settings, CAMPAIGN_SETTINGS),
	                       "cut_settings",
	                       present_campaign_settings(campaign_cuts, CAMPAIGN_CUTS)));
	return ok();
}

/* The version of the campaign is its tag. */
static struct error answer_campaign(struct request *req, struct db *db, const char *name,
                                    unsigned status, const struct campaign_effect *effect)
{
	struct campaign_standing standing = { 0 };
	struct error err = campaign_stands(db, req->arena, name, &standing);

	if (err.code)
		return err;
	req->etag = arena_printf(req->arena, "\"%lld\"", (long long)standing.version);
	json_t *json = present_campaign(&standing);
	if (effect)
		json = json_pack("{s:o, s:o}", "campaign", json, "effect", present_campaign_effect(effect));
	request_json(req, status, json);
	return ok();
}

struct error get_campaign(struct request *req, struct db *db)
{
	return answer_campaign(req, db, req->args[0], 200, NULL);
}

/* ------------------------------------------------------------------ changing */

struct error post_campaign(struct request *req, struct db *db)
{
	json_auto_t *object = NULL;
	struct error err = request_object(req, &object);
	struct json_reader r = { .object = object, .arena = req->arena };

	if (err.code)
		return err;
	struct campaign_wanted wanted = { .name = read_text(&r, "name", 1, NAME_MOST) };
	json_auto_t *changes = campaign_settings_read(&r);
	struct error cut = campaign_cut_settings_read(&r, &wanted.cut, &wanted.shortest);
	if ((err = json_reader_done(&r)).code || (err = cut).code)
		return err;
	wanted.settings = changes;
	if ((err = campaign_make(db, &wanted)).code)
		return err;
	return answer_campaign(req, db, wanted.name, 201, NULL);
}

/* What If-Match says: nobody changes what they have not seen. */
static struct error seen_version(struct request *req, bool must, int64_t *ret_version)
{
	const char *tag = request_header(req, "If-Match");
	size_t len = tag ? strlen(tag) : 0;
	uint64_t version = 0;

	*ret_version = CAMPAIGN_VERSION_ANY;
	if (!tag)
		return must ? errorf(ERR_CONDITION,
		                     "Say in If-Match which version you saw: the ETag of the campaign.")
		            : ok();
	if (strcmp(tag, "*") == 0)
		return ok();
	if (len < 3 || tag[0] != '"' || tag[len - 1] != '"' ||
	    !number_whole(arena_copy(req->arena, tag + 1, len - 2), 1, INT32_MAX, &version))
		return errorf(ERR_CONDITION, "If-Match is not the ETag of a campaign.");
	*ret_version = (int64_t)version;
	return ok();
}

static void wake_fit_of_campaign(void)
{
	if (api.wake_scorer)
		api.wake_scorer();
}

struct error patch_campaign(struct request *req, struct db *db)
{
	json_auto_t *object = NULL, *after = NULL, *written = NULL;
	struct campaign_effect effect = { 0 };
	struct campaign_wish wish = { .name = req->args[0], .dry = true };
	struct error err = request_object(req, &object);
	struct json_reader r = { .object = object, .arena = req->arena };

	if (err.code)
		return err;
	bool dry = read_flag_or(&r, "dry_run", false);
	json_auto_t *changes = campaign_settings_read(&r);
	if ((err = json_reader_done(&r)).code || (err = seen_version(req, true, &wish.version)).code)
		return err;
	wish.changes = changes;
	if ((err = campaign_set(db, &wish, &after)).code)
		return err;
	if ((err = campaign_effect_of(db, wish.name, after, &effect)).code)
		return err;
	wish.dry = dry;
	if (!dry && (err = campaign_set(db, &wish, &written)).code)
		return err;
	if (!dry)
		wake_fit_of_campaign();
	return answer_campaign(req, db, wish.name, 200, &effect);
}

static struct error move_as_asked(struct request *req, struct db *db, enum campaign_act act)
{
	json_auto_t *object = NULL;
	struct campaign_effect effect = { 0 };
	struct campaign_move move = { .name = req->args[0], .act = act };
	struct error err = request_object(req, &object);
	struct json_reader r = { .object = object, .arena = req->arena };

	if (err.code)
		return err;
	move.dry = read_flag_or(&r, "dry_run", false);
	if ((err = json_reader_done(&r)).code || (err = seen_version(req, false, &move.version)).code)
		return err;
	if ((err = campaign_effect_of_move(db, move.name, act == CAMPAIGN_OPEN, &effect)).code)
		return err;
	if ((err = campaign_move(db, &move)).code)
		return err;
	return answer_campaign(req, db, move.name, 200, &effect);
}

struct error post_campaign_open(struct request *req, struct db *db)
{
	return move_as_asked(req, db, CAMPAIGN_OPEN);
}

struct error post_campaign_pause(struct request *req, struct db *db)
{
	return move_as_asked(req, db, CAMPAIGN_PAUSE);
}

struct error post_campaign_close(struct request *req, struct db *db)
{
	return move_as_asked(req, db, CAMPAIGN_CLOSE);
}

/* ------------------------------------------------------------------ watching */

struct error get_campaign_live(struct request *req, struct db *db)
{
	struct campaign_live live = { 0 };
	struct error err = campaign_live_read(db, req->arena, req->args[0], &live);

	if (err.code)
		return err;
	request_json(req, 200, present_live(&live));
	campaign_live_clear(&live);
	return ok();
}

struct error get_campaign_rigging(struct request *req, struct db *db)
{
	struct rigging *rigging = arena_alloc(req->arena, sizeof *rigging);
	struct error err = rigging_read(db, req->arena, req->args[0], rigging);

	if (err.code)
		return err;
	request_json(req, 200, present_rigging(rigging));
	return ok();
}
