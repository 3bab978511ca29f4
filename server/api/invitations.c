/* SPDX-License-Identifier: Apache-2.0 */
/* /invitations */
#include "api/invitations.h"

#include <stdio.h>

#include "api/api.h"
#include "core/clock.h"
#include "core/json_reader.h"
#include "core/uuid.h"
#include "people/invitation.h"

#define PAGE_MOST 100

/* A page as it is gathered; one more row than it holds says that there is another. */
struct invitations_page {
	struct request *req;
	json_t *items;
	unsigned limit, count;
	const char *place, *id; /* of the last one that is told */
	bool more;
};

static void add_invitation(void *arg, const struct invitation *of)
{
	struct invitations_page *page = arg;
	struct arena *arena = page->req->arena;

	if (page->count++ == page->limit) {
		page->more = true;
		return;
	}
	page->place = arena_printf(arena, "%s", of->place);
	page->id = arena_printf(arena, "%s", of->id);
	json_array_append_new(
		page->items, json_pack("{s:s, s:s, s:s, s:s, s:I, s:I, s:s, s:b, s:s}", "id", of->id,
	                           "campaign", of->campaign, "name", of->name, "state", of->state,
	                           "most", (json_int_t)of->most, "entered", (json_int_t)of->entered,
	                           "until", of->until, "sensitive", of->sensitive, "by", of->made_by));
}

struct error get_invitations(struct request *req, struct db *db)
{
	struct invitations_page page = { .req = req };
	char place[40], id[UUID_TEXT];
	const char *position, *cursor = NULL;
	struct error err;

	if ((err = request_limit(req, PAGE_MOST, 50, &page.limit)).code)
		return err;
	if ((err = cursor_read(req, &position)).code)
		return err;
	if (position && sscanf(position, "invitations %39[^|]|%36s", place, id) != 2)
		return error_field("/cursor", "is another list's.");
	json_auto_t *items = page.items = json_array();
	err = invitation_each(db,
	                      &(struct invitation_page){ .place = position ? place : NULL,
	                                                 .id = position ? id : NULL,
	                                                 .limit = page.limit + 1 },
	                      add_invitation, &page);
	if (err.code)
		return err;
	if (page.more)
		cursor =
			cursor_make(req, arena_printf(req->arena, "invitations %s|%s", page.place, page.id));
	request_json(req, 200, json_pack("{s:O, s:s?}", "items", items, "next", cursor));
	return ok();
}

struct error post_invitation(struct request *req, struct db *db)
{
	char id[UUID_TEXT], token[INVITATION_TEXT];
	json_auto_t *object = NULL;
	struct error err = request_object(req, &object);
	struct json_reader r = { .object = object, .arena = req->arena };

	if (err.code)
		return err;
	struct invitation_wish wish = {
		.campaign = read_text(&r, "campaign", 1, 200),
		.name = read_text(&r, "name", 1, INVITATION_NAME),
		.most = (unsigned)read_integer(&r, "most", 1, INVITATION_MOST),
		.sensitive = read_flag_or(&r, "sensitive", false),
		.by = req->account_id,
	};
	const char *until = read_text(&r, "until", 20, 20);
	if (until && !clock_read_moment(until, &wish.until_s))
		json_reader_refuse(&r, "until", "must be a moment such as 2026-12-24T18:00:00Z.");
	if ((err = json_reader_done(&r)).code)
		return err;
	if ((err = invitation_make(db, api.keys, &wish, id, token)).code)
		return err;
	request_json(req, 201,
	             json_pack("{s:s, s:o}", "id", id, "link",
	                       json_sprintf("%s" INVITATION_PATH "%s", api.address, token)));
	return ok();
}

struct error delete_invitation(struct request *req, struct db *db)
{
	struct error err = invitation_withdraw(db, req->args[0], req->account_id);

	if (err.code)
		return err;
	request_empty(req, 204);
	return ok();
}
