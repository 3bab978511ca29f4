/* SPDX-License-Identifier: Apache-2.0 */
/* /notices */
#include "api/notices.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/api.h"
#include "api/file_form.h"
#include "api/notice_body.h"
#include "api/present/present_notice.h"
#include "core/hex.h"
#include "core/json_reader.h"
#include "core/uuid.h"
#include "core/vocabulary.h"
#include "corpus/item.h"
#include "corpus/near_duplicates.h"
#include "corpus/upload.h"
#include "notices/decision.h"
#include "notices/hiding.h"
#include "notices/notice.h"
#include "people/permission.h"

#define NOTICES_MOST   100
#define TEXT_LEAST     20
#define TEXT_MOST      10000
#define GROUND_LEAST   3
#define GROUND_MOST    500
#define REASON_LEAST   10
#define REASON_MOST    2000
#define REFERENCE_MOST 200

/* ------------------------------------------------------------------ one that comes */

static void wake_mail(void)
{
	if (api.wake_worker)
		api.wake_worker();
}

static struct error make_notice(struct request *req, struct db *db,
                                const struct notice_request *notice)
{
	struct notice_receipt receipt = { 0 };
	struct error err = api_act_as(req, db, "visitor", NULL);

	if (err.code || (err = notice_make(db, notice, &receipt)).code)
		return err;
	wake_mail();
	request_json(req, 201, present_notice_receipt(&receipt));
	return ok();
}

/* Whom nobody knows sends a file: any of its pieces goes into the spool. */
struct error take_notice(struct request *req, struct db *db)
{
	struct error err = ok();

	(void)db;
	if (!req->taking)
		err = file_form_begin(req);
	req->taking = req;
	return err.code ? err : upload_append(req->spool, req->body, req->body_len);
}

/* By its bytes, or else by what it looks or sounds like. Where it cannot be looked at, nothing here
 * was made of it: an item's file can be. */
static struct error find_file_reported(struct request *req, struct db *db,
                                       const struct multipart_part *file,
                                       struct notice_request *notice)
{
	unsigned char digest[SHA256_BYTES];
	char *text = arena_alloc(req->arena, SHA256_TEXT), *item = arena_alloc(req->arena, UUID_TEXT);

	sha256_bytes(digest, file->bytes, file->len);
	hex_encode(text, digest, sizeof digest);
	notice->sha256 = text;
	struct error err = notice_find_file(db, text);
	if (err.code != ERR_NOT_FOUND)
		return err;
	notice->item = item;
	err = near_duplicates_find(db, api.store, req->arena, file->bytes, file->len, item);
	if (err.code == ERR_INVALID || err.code == ERR_TOO_LARGE)
		return errorf_because(REASON_FILE_UNKNOWN,
		                      "Nothing here has these bytes, and its looks cannot be compared: %s.",
		                      err.detail);
	return err.code == ERR_NOT_FOUND ? error_because(REASON_FILE_UNKNOWN) : err;
}

static struct error report_form(struct request *req, struct db *db, const struct form_bytes *form)
{
	struct notice_request notice = { .target = TARGET_FILE };
	json_auto_t *object = NULL;
	struct file_parts parts;
	struct error err = file_form_read(req, form, &parts);

	if (err.code)
		return err;
	if ((err = json_reader_parse(arena_copy(req->arena, parts.metadata.bytes, parts.metadata.len),
	                             parts.metadata.len, &object))
	        .code)
		return err;
	if ((err = notice_body_read(req, object, &notice)).code)
		return err;
	if ((err = find_file_reported(req, db, &parts.file, &notice)).code)
		return err;
	return make_notice(req, db, &notice);
}

static struct error report_file(struct request *req, struct db *db)
{
	struct form_bytes form = { 0 };
	struct error err = file_form_whole(req, req->taking, &form);

	if (!err.code)
		err = report_form(req, db, &form);
	file_form_end(&form);
	return err;
}

struct error post_notice(struct request *req, struct db *db)
{
	struct notice_request notice = { 0 };
	json_auto_t *object = NULL;
	struct error err;

	if (req->is_streamed)
		return report_file(req, db);
	if ((err = request_object(req, &object)).code)
		return err;
	if ((err = notice_body_read(req, object, &notice)).code)
		return err;
	return make_notice(req, db, &notice);
}

/* ------------------------------------------------------------------ by reference */

static struct error answer_state(struct request *req, struct db *db, const char *reference)
{
	struct notice notice = { 0 };
	struct error err = notice_by_reference(db, req->arena, reference, &notice);

	if (err.code)
		return err;
	request_json(req, 200, present_notice_state(&notice));
	return ok();
}

struct error get_notice(struct request *req, struct db *db)
{
	return answer_state(req, db, req->args[0]);
}

/* The same, for who would rather not have the reference in an address, which logs keep. */
struct error post_notice_state(struct request *req, struct db *db)
{
	json_auto_t *object = NULL;
	struct error err = request_object(req, &object);
	struct json_reader r = { .object = object, .arena = req->arena };

	if (err.code)
		return err;
	const char *reference = read_text(&r, "reference", 1, REFERENCE_MOST);
	if ((err = json_reader_done(&r)).code)
		return err;
	return answer_state(req, db, reference);
}

struct error post_notice_complaint(struct request *req, struct db *db)
{
	json_auto_t *object = NULL;
	struct error err = request_object(req, &object);
	struct json_reader r = { .object = object, .arena = req->arena };

	if (err.code)
		return err;
	const char *reference = read_text(&r, "reference", 1, REFERENCE_MOST);
	const char *text = read_text(&r, "text", TEXT_LEAST, TEXT_MOST);
	if ((err = json_reader_done(&r)).code)
		return err;
	if ((err = api_act_as(req, db, "visitor", NULL)).code)
		return err;
	if ((err = notice_contest(db, reference, text)).code)
		return err;
	return answer_state(req, db, reference);
}

/* ------------------------------------------------------------------ moderators */

struct notice_place {
	char priority[4], at[40], id[UUID_TEXT];
};

static struct error read_notice_query(struct request *req, struct notice_place *place,
                                      struct notice_query *query)
{
	const char *state = request_query(req, "state"), *reason = request_query(req, "reason");
	const char *position = NULL;
	struct error err;

	query->state = state ? state : "open";
	query->reason = reason;
	if (!vocabulary_has(notice_states, query->state))
		return error_field("/state", "must be open, decided, contested or closed.");
	if (reason && !vocabulary_has(notice_reasons, reason))
		return error_field("/reason", "is no reason of notices.");
	if ((err = request_limit(req, NOTICES_MOST, 50, &query->limit)).code)
		return err;
	if ((err = cursor_read(req, &position)).code || !position)
		return err;
	if (sscanf(position, "notices %3[0-9]|%39[^|]|%36s", place->priority, place->at, place->id) !=
	    3)
		return error_field("/cursor", "is another list's.");
	query->after[0] = place->priority;
	query->after[1] = place->at;
	query->after[2] = place->id;
	return ok();
}

struct error get_notices(struct request *req, struct db *db)
{
	struct notice *list = arena_alloc(req->arena, (NOTICES_MOST + 1) * sizeof *list);
	struct notice_query query = { 0 };
	struct notice_place place;
	const char *cursor = NULL;
	size_t count = 0;
	struct error err = read_notice_query(req, &place, &query);

	if (err.code)
		return err;
	size_t limit = query.limit++;
	if ((err = notice_queue(db, req->arena, &query, list, &count)).code)
		return err;
	json_t *items = json_array();
	for (size_t i = 0; i < count && i < limit; i++)
		json_array_append_new(items, present_notice(&list[i]));
	if (count > limit) {
		const struct notice *last = &list[limit - 1];
		cursor = cursor_make(req, arena_printf(req->arena, "notices %u|%s|%s", last->priority,
		                                       last->place, last->id));
	}
	request_json(req, 200, json_pack("{s:o, s:s?}", "items", items, "next", cursor));
	return ok();
}

struct error get_notice_figures(struct request *req, struct db *db)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		return error_memory();
	struct error err = notice_figures(db, out);
	if (fclose(out) != 0 && !err.code)
		err = error_memory();
	if (!err.code)
		request_text(req, 200, "text/csv; charset=utf-8", arena_copy(req->arena, text, len));
	free(text);
	return err;
}

/* Straight from the store, through no address that could be handed on. */
struct error get_notice_medium(struct request *req, struct db *db)
{
	unsigned char digest[SHA256_BYTES];
	const char *type = NULL;
	uint64_t bytes = 0;
	int fd = -1;
	struct error err = hiding_look(db, req->arena, req->args[0], digest, &type);

	if (err.code || (err = item_open(api.store, digest, &fd, &bytes)).code)
		return err;
	request_file(req, fd, bytes, type, arena_printf(req->arena, "\"%s\"", req->args[0]),
	             "no-store");
	return ok();
}

static struct error answer_notice(struct request *req, struct db *db)
{
	struct notice notice = { 0 };
	struct error err = notice_by_id(db, req->arena, req->args[0], &notice);

	if (!err.code)
		request_json(req, 200, present_notice(&notice));
	return err;
}

static bool may_operate(const struct request *req)
{
	return req->permissions & MAY_OPERATE;
}

struct error post_notice_decision(struct request *req, struct db *db)
{
	json_auto_t *object = NULL;
	struct error err = request_object(req, &object);
	struct json_reader r = { .object = object, .arena = req->arena };

	if (err.code)
		return err;
	const struct notice_ruling decision = {
		.upheld = read_choice(&r, "outcome", notice_outcomes) == 0,
		.action = notice_actions[read_choice_or(&r, "action", notice_actions, ACTION_NONE)],
		.original = read_flag_or(&r, "remove_original", false),
		.ground_kind = notice_grounds[read_choice(&r, "ground_kind", notice_grounds)],
		.ground = read_text(&r, "ground", GROUND_LEAST, GROUND_MOST),
		.facts = read_text(&r, "facts", TEXT_LEAST, TEXT_MOST),
		.authority = read_text_or(&r, "authority", GROUND_MOST, NULL),
		.account = req->account_id,
		.email = req->account_email,
		.operates = may_operate(req),
	};
	if (decision.authority && strlen(decision.authority) < GROUND_LEAST)
		json_reader_refuse(&r, "authority", "names who decided, and where that is written.");
	if ((err = json_reader_done(&r)).code)
		return err;
	if ((err = decision_make(db, req->args[0], &decision)).code)
		return err;
	wake_mail();
	return answer_notice(req, db);
}

struct error put_notice_hidden(struct request *req, struct db *db)
{
	json_auto_t *object = NULL;
	int64_t shown = 0;
	struct error err = request_object(req, &object);
	struct json_reader r = { .object = object, .arena = req->arena };

	if (err.code)
		return err;
	if (!read_present(&r, "hidden"))
		json_reader_refuse(&r, "hidden", "must be true or false.");
	bool hidden = read_flag_or(&r, "hidden", false);
	const struct hiding_act act = { .notice = req->args[0],
		                            .account = req->account_id,
		                            .reason = read_text(&r, "reason", REASON_LEAST, REASON_MOST),
		                            .of_network = read_flag_or(&r, "of_network", false),
		                            .authority = read_text_or(&r, "authority", GROUND_MOST, NULL),
		                            .operates = may_operate(req) };
	if ((err = json_reader_done(&r)).code)
		return err;
	err = hidden ? hiding_by_hand(db, &act) : hiding_undo(db, &act, &shown);
	return err.code ? err : answer_notice(req, db);
}
