/* SPDX-License-Identifier: Apache-2.0 */
/*
 * POST /items -- a medium with what is declared of it: as a form with the file, or as JSON that
 * names an upload or an address.  /contributions -- what became of it; the moderators' decisions.
 */
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/api.h"
#include "api/file_form.h"
#include "api/present/present_contribution.h"
#include "api/ways_in.h"
#include "core/clock.h"
#include "core/disk.h"
#include "core/json_reader.h"
#include "core/vocabulary.h"
#include "corpus/contribution.h"
#include "corpus/item.h"
#include "corpus/quarantine.h"
#include "people/audit.h"
#include "store/store.h"

#define LIST_MOST     100
#define REASON_LEAST  10
#define REASON_MOST   2000
#define FACT_MOST     4000
#define ADDRESS_MOST  2048
#define SHOWN_S       600 /* how long a moderator's addresses of media work */
#define CONTENTS_MOST 64  /* characters of a campaign's name and of ids */

/* ------------------------------------------------------------------ what is declared */

/* Columns of a manifest, as texts and flags. */
static json_t *read_facts_of(struct json_reader *r)
{
	json_t *facts = json_object();

	for (unsigned column = 0; item_columns[column]; column++) {
		const char *name = item_columns[column];

		if (strcmp(name, "file") == 0 || strcmp(name, "url") == 0 ||
		    item_column_is_declared(column) || !read_present(r, name))
			continue;
		if (item_column_is_flag(column)) {
			json_object_set_new(facts, name, json_boolean(read_flag_or(r, name, false)));
			continue;
		}
		const char *text = read_text_or(r, name, FACT_MOST, NULL);
		if (text)
			json_object_set_new(facts, name, json_string(text));
	}
	return facts;
}

/* What only those may say who add items themselves. */
static void refuse_service(struct json_reader *r, const json_t *facts)
{
	static const char *const kept[] = { "gold", "training" };

	for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++)
		if (json_is_true(json_object_get(facts, kept[i])))
			json_reader_refuse(r, kept[i], "is not a contributor's to say.");
}

/* The reader's texts lie in its arena, but the facts are the caller's. */
static struct error read_declaration(struct json_reader *r, struct contribution_request *request,
                                     json_t **ret_facts)
{
	struct item_row row;

	request->campaign = read_text_or(r, "campaign", CONTENTS_MOST, NULL);
	request->rights = contribution_rights[read_choice(r, "rights", contribution_rights)];
	request->people = contribution_people[read_choice(r, "people", contribution_people)];
	request->made_by = read_text(r, "made_by", 1, DECLARED_MAX);
	request->made_how = read_text(r, "made_how", 1, DECLARED_MAX);
	json_t *facts = read_facts_of(r);
	if (!json_object_get(facts, "licence"))
		json_reader_refuse(r, "licence", "is missing: under which licence may it be used?");
	if (!request->by.direct)
		refuse_service(r, facts);
	struct error err = json_reader_done(r);
	if (!err.code)
		err = item_row_of_facts(r->arena, facts, &row);
	if (err.code) {
		json_decref(facts);
		return err;
	}
	*ret_facts = facts;
	return ok();
}

static struct error answer_made(struct request *req, struct db *db, const struct contributor *by,
                                const char *id)
{
	struct contribution contribution;
	struct error err = contribution_find(db, req->arena, by, id, &contribution);

	if (err.code)
		return err;
	if (api.wake_worker)
		api.wake_worker();
	request_reply_header(req, "Location",
	                     arena_printf(req->arena, "/api/v1/contributions/%s", contribution.id));
	request_json(req, 202, present_contribution(&contribution, by->direct));
	return ok();
}

/* Makes it and answers; the folder (NULL: none) is removed where nothing came of it. */
static struct error contribute_declared(struct request *req, struct db *db, struct json_reader *r,
                                        struct contribution_request *request)
{
	char id[UUID_TEXT];
	json_t *facts = NULL;
	struct error err = read_declaration(r, request, &facts);

	if (!err.code) {
		request->facts = facts;
		err = contribution_make(db, req->arena, request, id);
		json_decref(facts);
	}
	if (err.code) {
		/* Unavailable may mean that nobody knows whether it was made: the sweep knows later. */
		if (request->folder && err.code != ERR_UNAVAILABLE)
			store_scratch_remove(api.store, request->folder);
		return err;
	}
	return answer_made(req, db, &request->by, id);
}

/* ------------------------------------------------------------------ JSON */

static struct error contribute_named(struct request *req, struct db *db,
                                     const struct contributor *by)
{
	json_auto_t *object = NULL;
	struct contribution_request request = { .by = *by };
	struct error err = request_object(req, &object);
	struct json_reader r = { .object = object, .arena = req->arena };

	if (err.code)
		return err;
	request.upload = read_text_or(&r, "upload", CONTENTS_MOST, NULL);
	request.url = read_text_or(&r, "url", ADDRESS_MOST, NULL);
	const char *address = read_text_or(&r, "address", ADDRESS_MOST, NULL);
	if (!request.url)
		request.url = address;
	else if (address)
		json_reader_refuse(&r, "address", "and url mean the same: give one.");
	if (!request.upload == !request.url)
		json_reader_refuse(&r, "upload", "or url must be given, and not both.");
	return contribute_declared(req, db, &r, &request);
}

/* ------------------------------------------------------------------ a form with the file */

struct error take_item(struct request *req, struct db *db)
{
	struct contributor *by = req->taking;
	struct error err;

	if (!by) {
		by = arena_alloc(req->arena, sizeof *by);
		if ((err = contributor_of(req, db, by)).code)
			return err;
		if ((err = file_form_begin(req)).code)
			return err;
		req->taking = by;
	}
	return upload_append(req->spool, req->body, req->body_len);
}

/* The file in a scratch folder of its own, on disk. */
static struct error keep_file(struct request *req, const struct multipart_part *file,
                              const char **ret_folder)
{
	char folder[PATH_MAX];
	struct error err = store_scratch(api.store, folder);

	if (err.code)
		return err;
	const char *path = upload_path(req->arena, folder);
	if ((err = upload_check_room(folder, file->len)).code) {
		store_scratch_remove(api.store, folder);
		return err;
	}
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0 || !disk_write(fd, file->bytes, file->len) || fdatasync(fd) ||
	    !disk_sync_folder_of(path) || !disk_sync_folder_of(folder))
		err = disk_error("uploads", "the file could not be stored");
	if (fd >= 0)
		close(fd);
	if (err.code)
		store_scratch_remove(api.store, folder);
	else
		*ret_folder = arena_copy(req->arena, folder, strlen(folder));
	return err;
}

static struct error contribute_form(struct request *req, struct db *db,
                                    const struct contributor *by, const struct form_bytes *form)
{
	json_auto_t *object = NULL;
	struct contribution_request request = { .by = *by };
	struct file_parts parts;
	struct error err = file_form_read(req, form, &parts);

	if (err.code)
		return err;
	if ((err = json_reader_parse(arena_copy(req->arena, parts.metadata.bytes, parts.metadata.len),
	                             parts.metadata.len, &object))
	        .code)
		return err;
	struct json_reader r = { .object = object, .arena = req->arena };
	if ((err = keep_file(req, &parts.file, &request.folder)).code)
		return err;
	return contribute_declared(req, db, &r, &request);
}

/* The whole form, of which all but the last piece may lie in the spool. */
static struct error contribute_whole(struct request *req, struct db *db,
                                     const struct contributor *by)
{
	struct form_bytes form = { 0 };
	struct error err = file_form_whole(req, req->taking, &form);

	if (!err.code)
		err = contribute_form(req, db, by, &form);
	file_form_end(&form);
	return err;
}

struct error post_item(struct request *req, struct db *db)
{
	struct contributor by;
	struct error err;

	if (req->taking)
		return contribute_whole(req, db, req->taking);
	if ((err = contributor_of(req, db, &by)).code)
		return err;
	return req->is_streamed ? contribute_whole(req, db, &by) : contribute_named(req, db, &by);
}

/* ------------------------------------------------------------------ what became of it */

/* What moderators read of some contributions beside what was declared. */
struct reviewed {
	struct quarantine_look *looks;
	struct item_media *media; /* of the items that are shown, in the order of the looks */
};

/* What was withdrawn is named, and shown to nobody. */
static bool is_near_shown(const struct quarantine_near *near)
{
	return near->item && strcmp(near->state, item_states[ITEM_WITHDRAWN]) != 0;
}

static struct error read_near_media(struct request *req, struct db *db, struct reviewed *reviewed,
                                    size_t count)
{
	size_t most = count * QUARANTINE_NEAR + 1, shown = 0;
	unsigned char(*uuids)[UUID_BYTES] = arena_alloc(req->arena, most * sizeof *uuids);
	const unsigned char **ids = arena_alloc(req->arena, most * sizeof *ids);

	for (size_t i = 0; i < count; i++)
		for (size_t n = 0; n < reviewed->looks[i].near_count; n++)
			if (is_near_shown(&reviewed->looks[i].near[n]) &&
			    uuid_from_text(uuids[shown], reviewed->looks[i].near[n].item)) {
				ids[shown] = uuids[shown];
				shown++;
			}
	reviewed->media = arena_alloc(req->arena, (shown + 1) * sizeof *reviewed->media);
	return item_media(db, req->arena, ids, shown, reviewed->media);
}

/* Who is given addresses of what waits has seen it: that is an act. */
static struct error note_views(struct request *req, struct db *db,
                               const struct contribution contributions[], size_t count)
{
	const char *ids = NULL;

	for (size_t i = 0; i < count; i++)
		if (contributions[i].has_media)
			ids = arena_printf(req->arena, "%s%s%s", ids ? ids : "", ids ? "," : "",
			                   contributions[i].id);
	if (!ids)
		return ok();
	return audit_note_views(db, "contribution", arena_printf(req->arena, "{%s}", ids),
	                        req->account_id);
}

static struct error read_reviewed(struct request *req, struct db *db,
                                  const struct contribution contributions[], size_t count,
                                  struct reviewed *reviewed)
{
	struct error seen = note_views(req, db, contributions, count);

	if (seen.code)
		return seen;
	reviewed->looks = arena_alloc(req->arena, (count + 1) * sizeof *reviewed->looks);
	struct error err = quarantine_look(db, req->arena, contributions, count, reviewed->looks);

	return err.code ? err : read_near_media(req, db, reviewed, count);
}

/* With addresses of the items; `media` moves on behind those that are shown. */
static json_t *near_list(struct request *req, const struct quarantine_look *look,
                         const struct item_media **media, int64_t until_s)
{
	json_t *list = json_array();

	for (size_t n = 0; n < look->near_count; n++) {
		json_t *near = present_near(&look->near[n]), *shown = json_null(), *small = json_null();

		if (is_near_shown(&look->near[n])) {
			const struct item_media *item = (*media)++;

			shown = showing_json(req, item, until_s);
			if (item->has_thumbnail)
				small = showing_url(req, item, SHOW_THUMBNAIL, until_s);
		}
		json_object_set_new(near, "media", shown);
		json_object_set_new(near, "thumbnail_url", small);
		json_array_append_new(list, near);
	}
	return list;
}

/* With addresses of what waits, for a moderator to look at, and with what is known of it. */
static json_t *reviewed_json(struct request *req, const struct contribution *contribution,
                             const struct quarantine_look *look, const struct item_media **media)
{
	json_t *json = present_contribution(contribution, true), *shown = json_null();
	json_t *original = json_null();
	int64_t until_s = clock_now_s() + SHOWN_S;

	if (contribution->has_media) {
		shown = showing_json(req, &contribution->media, until_s);
		original = showing_url(req, &contribution->media, SHOW_ORIGINAL, until_s);
	}
	json_object_set_new(json, "media", shown);
	json_object_set_new(json, "original_url", original);
	json_object_set_new(json, "source",
	                    contribution->source ? json_string(contribution->source) : json_null());
	present_look(json, look, near_list(req, look, media, until_s));
	return json;
}

static struct error answer_reviewed(struct request *req, struct db *db,
                                    const struct contribution *contribution)
{
	struct reviewed reviewed;
	struct error err = read_reviewed(req, db, contribution, 1, &reviewed);

	if (err.code)
		return err;
	const struct item_media *media = reviewed.media;
	request_json(req, 200, reviewed_json(req, contribution, &reviewed.looks[0], &media));
	return ok();
}

struct error get_contribution(struct request *req, struct db *db)
{
	struct contribution contribution;
	struct contributor by;
	struct error err = contributor_of(req, db, &by);

	if (err.code)
		return err;
	err = contribution_find(db, req->arena, by.reviews ? NULL : &by, req->args[0], &contribution);
	if (err.code)
		return err;
	if (by.reviews)
		return answer_reviewed(req, db, &contribution);
	request_json(req, 200, present_contribution(&contribution, by.direct));
	return ok();
}

static struct error reviewed_list(struct request *req, struct db *db,
                                  const struct contribution contributions[], size_t count,
                                  json_t **ret_items)
{
	struct reviewed reviewed;
	struct error err = read_reviewed(req, db, contributions, count, &reviewed);

	if (err.code)
		return err;
	const struct item_media *media = reviewed.media;
	json_t *items = json_array();
	for (size_t i = 0; i < count; i++)
		json_array_append_new(items,
		                      reviewed_json(req, &contributions[i], &reviewed.looks[i], &media));
	*ret_items = items;
	return ok();
}

struct error get_contributions(struct request *req, struct db *db)
{
	struct contribution contributions[LIST_MOST + 1];
	const char *state = request_query(req, "state"), *position, *cursor = NULL;
	char place[40], id[UUID_TEXT];
	unsigned limit;
	size_t count;
	json_t *items = NULL;
	struct error err;

	if (!state)
		state = "quarantined";
	if (!vocabulary_has(contribution_states, state))
		return error_field("/state",
		                   "must be processing, quarantined, approved, rejected or failed.");
	if ((err = request_limit(req, LIST_MOST, 50, &limit)).code)
		return err;
	if ((err = cursor_read(req, &position)).code)
		return err;
	if (position && sscanf(position, "sent %39[^|]|%36s", place, id) != 2)
		return error_field("/cursor", "is another list's.");
	err = contribution_list(db, req->arena, state, position ? place : NULL, position ? id : NULL,
	                        limit + 1, contributions, &count);
	if (err.code)
		return err;
	size_t shown = count < limit ? count : limit;
	if ((err = reviewed_list(req, db, contributions, shown, &items)).code)
		return err;
	if (count > limit)
		cursor =
			cursor_make(req, arena_printf(req->arena, "sent %s|%s", contributions[limit - 1].place,
		                                  contributions[limit - 1].id));
	request_json(req, 200, json_pack("{s:o, s:s?}", "items", items, "next", cursor));
	return ok();
}

struct error post_review(struct request *req, struct db *db)
{
	static const char *const decisions[] = { "approve", "reject", NULL };
	json_auto_t *object = NULL;
	struct contribution contribution;
	char item[UUID_TEXT];
	struct error err = request_object(req, &object);
	struct json_reader r = { .object = object, .arena = req->arena };

	if (err.code)
		return err;
	bool reject = read_choice(&r, "decision", decisions) == 1;
	const struct item_editor editor = {
		.who = req->account_email,
		.reason = reject ? read_text(&r, "reason", REASON_LEAST, REASON_MOST)
		                 : read_text_or(&r, "reason", REASON_MOST, NULL),
		.account = req->account_id,
		.volunteer = api_volunteer(req),
	};
	if ((err = json_reader_done(&r)).code)
		return err;
	err = reject ? contribution_reject(db, req->args[0], &editor)
	             : contribution_approve(db, req->arena, req->args[0], &editor, item);
	if (err.code)
		return err;
	if ((err = contribution_find(db, req->arena, NULL, req->args[0], &contribution)).code)
		return err;
	request_json(req, 200, present_contribution(&contribution, true));
	return ok();
}
