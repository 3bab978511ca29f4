/* SPDX-License-Identifier: Apache-2.0 */
/* /notices */
#include "api/notices.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/api.h"
#include "api/present/present_notice.h"
#include "core/hex.h"
#include "core/json_reader.h"
#include "core/uuid.h"
#include "core/vocabulary.h"
#include "corpus/item.h"
#include "mail/message.h"
#include "notices/decision.h"
#include "notices/hiding.h"
#include "notices/notice.h"
#include "people/permission.h"

#define NOTICES_MOST   100
#define TEXT_LEAST     20
#define TEXT_MOST      10000
#define NAME_MOST      200
#define EMAIL_MOST     254
#define ADDRESS_MOST   2000
#define GROUND_LEAST   3
#define GROUND_MOST    500
#define REASON_LEAST   10
#define REASON_MOST    2000
#define REFERENCE_MOST 200

/* ------------------------------------------------------------------ one that comes */

/* NAME/VERSION/files/PATH, behind "/releases/". */
static bool read_release_address(struct request *req, const char *rest,
                                 struct notice_request *notice)
{
	const char *version = strchr(rest, '/'), *files = version ? strchr(version + 1, '/') : NULL;

	if (!files || strncmp(files, "/files/", 7) != 0)
		return false;
	notice->target = TARGET_RELEASE;
	notice->release = arena_copy(req->arena, rest, (size_t)(version - rest));
	notice->version = arena_copy(req->arena, version + 1, (size_t)(files - version - 1));
	notice->path = files + 7;
	return true;
}

/* The address of a medium that somebody was shown, or of a file of a release. */
static void read_notice_address(struct request *req, struct json_reader *r, const char *address,
                                struct notice_request *notice)
{
	static const char media[] = "/api/v1/media/", releases[] = "/api/v1/releases/";
	const char *of_medium = strstr(address, media), *of_release = strstr(address, releases);
	unsigned char digest[SHA256_BYTES];
	char *text = arena_alloc(req->arena, SHA256_TEXT);

	notice->target = TARGET_ADDRESS;
	notice->sha256 = text;
	if (of_medium && media_address_digest(of_medium + strlen(media), digest))
		hex_encode(text, digest, sizeof digest);
	else if (!of_release || !read_release_address(req, of_release + strlen(releases), notice))
		json_reader_refuse(r, "address", "is none of a medium or of a file of a release here.");
}

/* Exactly one of the ways to name an item. */
static void read_reported(struct request *req, struct json_reader *r, struct notice_request *notice)
{
	unsigned char digest[SHA256_BYTES];
	const char *address = read_text_or(r, "address", ADDRESS_MOST, NULL);

	notice->item = read_text_or(r, "item", UUID_TEXT - 1, NULL);
	notice->sha256 = read_text_or(r, "sha256", SHA256_TEXT - 1, NULL);
	notice->release = read_text_or(r, "release", NAME_MOST, NULL);
	notice->version = read_text_or(r, "version", NAME_MOST, NULL);
	notice->path = read_text_or(r, "path", ADDRESS_MOST, NULL);
	bool whole = notice->release && notice->version && notice->path;
	if (!!address + !!notice->item + !!notice->sha256 + !!notice->release != 1 ||
	    (!whole && (notice->release || notice->version || notice->path)))
		json_reader_refuse(r, notice->release ? "path" : "item",
		                   "Name the item by one of item, address, sha256, or release with version "
		                   "and path.");
	else if (notice->sha256 && !hex_decode(digest, sizeof digest, notice->sha256))
		json_reader_refuse(r, "sha256", "is 64 hexadecimal digits.");
	notice->target = notice->item      ? TARGET_ITEM
	                 : notice->sha256  ? TARGET_SHA256
	                 : notice->release ? TARGET_RELEASE
	                                   : TARGET_ADDRESS;
	if (address && !r->err.code)
		read_notice_address(req, r, address, notice);
}

/* Who reports the abuse of a child need not say who they are. */
static void read_author(struct json_reader *r, bool child, struct notice_request *notice)
{
	notice->name =
		child ? read_text_or(r, "name", NAME_MOST, NULL) : read_text(r, "name", 1, NAME_MOST);
	notice->email =
		child ? read_text_or(r, "email", EMAIL_MOST, NULL) : read_text(r, "email", 3, EMAIL_MOST);
	if (notice->name && !*notice->name)
		notice->name = NULL;
	if (notice->email && !*notice->email)
		notice->email = NULL;
	if (notice->email && !message_address_is_good(notice->email))
		json_reader_refuse(r, "email", "is no address that mail can be sent to.");
}

static struct error read_notice_body(struct request *req, const json_t *object,
                                     struct notice_request *notice)
{
	struct json_reader r = { .object = (json_t *)object, .arena = req->arena };
	/* A site has a /48, and is one network. */
	uint64_t network = req->block ? req->block : req->network;

	read_reported(req, &r, notice);
	unsigned reason = read_choice(&r, "reason", notice_reasons);
	notice->reason = notice_reasons[reason];
	notice->explanation = read_text(&r, "explanation", TEXT_LEAST, TEXT_MOST);
	read_author(&r, reason == NOTICE_CHILD_SAFETY, notice);
	if (!read_flag_or(&r, "good_faith", false))
		json_reader_refuse(&r, "good_faith",
		                   "must be true: you believe in good faith that what you say is so.");
	if (network)
		notice->network = arena_printf(req->arena, "%016" PRIx64, network);
	return json_reader_done(&r);
}

static void wake_mail(void)
{
	if (api.wake_worker)
		api.wake_worker();
}

struct error post_notice(struct request *req, struct db *db)
{
	struct notice_request notice = { 0 };
	struct notice_receipt receipt = { 0 };
	json_auto_t *object = NULL;
	struct error err = request_object(req, &object);

	if (err.code || (err = read_notice_body(req, object, &notice)).code)
		return err;
	if ((err = api_act_as(req, db, "visitor", NULL)).code)
		return err;
	if ((err = notice_make(db, &notice, &receipt)).code)
		return err;
	wake_mail();
	request_json(req, 201, present_notice_receipt(&receipt));
	return ok();
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
