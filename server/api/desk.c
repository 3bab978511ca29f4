/* SPDX-License-Identifier: Apache-2.0 */
/* /desk, /moderators, notes, and disputes that are passed on. */
#include "api/desk.h"

#include "api/api.h"
#include "api/present/present_desk.h"
#include "core/json_reader.h"
#include "core/uuid.h"
#include "corpus/contribution.h"
#include "corpus/item.h"
#include "review/desk.h"
#include "review/opinion.h"

#define NOTE_MOST   2000
#define REASON_FROM 10
#define EMAIL_MOST  254
#define BULK_MOST   20 /* contributions that are approved at once */

struct error get_desk(struct request *req, struct db *db)
{
	struct desk desk;
	struct error err = desk_read(db, req->arena, req->account_id, &desk);

	if (err.code)
		return err;
	request_json(req, 200, present_desk(&desk));
	return ok();
}

struct error get_moderators(struct request *req, struct db *db)
{
	struct exposure *list = NULL;
	struct opinion_agreement agreement = { 0 };
	size_t count = 0;
	struct error err = desk_exposure(db, req->arena, &list, &count);

	if (err.code)
		return err;
	if ((err = opinion_agreement(db, req->arena, &agreement)).code)
		return err;
	request_json(req, 200, present_moderators(list, count, &agreement));
	return ok();
}

static struct error answer_notes(struct request *req, struct db *db, enum note_subject subject,
                                 unsigned status)
{
	struct note *list = NULL;
	size_t count = 0;
	struct error err =
		note_list(db, req->arena, subject, req->args[0], req->account_id, &list, &count);

	if (err.code)
		return err;
	request_json(req, status, present_notes(list, count));
	return ok();
}

static struct error take_note(struct request *req, struct db *db, enum note_subject subject)
{
	json_auto_t *object = NULL;
	struct error err = request_object(req, &object);
	struct json_reader r = { .object = object, .arena = req->arena };

	if (err.code)
		return err;
	const char *text = read_text(&r, "text", 1, NOTE_MOST);
	if ((err = json_reader_done(&r)).code)
		return err;
	if ((err = note_write(db, subject, req->args[0], req->account_id, text)).code)
		return err;
	return answer_notes(req, db, subject, 201);
}

struct error get_dispute_notes(struct request *req, struct db *db)
{
	return answer_notes(req, db, NOTE_DISPUTE, 200);
}

struct error post_dispute_note(struct request *req, struct db *db)
{
	return take_note(req, db, NOTE_DISPUTE);
}

struct error get_contribution_notes(struct request *req, struct db *db)
{
	return answer_notes(req, db, NOTE_CONTRIBUTION, 200);
}

struct error post_contribution_note(struct request *req, struct db *db)
{
	return take_note(req, db, NOTE_CONTRIBUTION);
}

struct error post_escalation(struct request *req, struct db *db)
{
	json_auto_t *object = NULL;
	struct error err = request_object(req, &object);
	struct json_reader r = { .object = object, .arena = req->arena };

	if (err.code)
		return err;
	const char *to = read_text(&r, "to", 3, EMAIL_MOST);
	const char *reason = read_text(&r, "reason", REASON_FROM, NOTE_MOST);
	if ((err = json_reader_done(&r)).code)
		return err;
	if ((err = dispute_escalate(db, req->args[0], req->account_id, to, reason)).code)
		return err;
	request_empty(req, 204);
	return ok();
}

/* ------------------------------------------------------------------ many at once */

struct bulk {
	const char *ids[BULK_MOST];
	size_t count;
};

static void read_bulk(struct json_reader *r, struct bulk *bulk)
{
	json_t *array = read_array(r, "contributions", 1, BULK_MOST), *id;
	unsigned char ignored[UUID_BYTES];
	size_t i;

	bulk->count = 0;
	json_array_foreach (array, i, id) {
		const char *text = json_string_value(id);

		if (!text || !uuid_from_text(ignored, text)) {
			json_reader_refuse(r, "contributions", "must be ids.");
			return;
		}
		bulk->ids[bulk->count++] = arena_copy(r->arena, text, UUID_TEXT - 1);
	}
}

/* One that cannot be approved says why, and the others are. */
static json_t *approve_one(struct request *req, struct db *db, const char *id,
                           const struct item_editor *editor)
{
	char item[UUID_TEXT];
	struct error err = contribution_approve(db, req->arena, id, editor, item);

	if (err.code)
		return json_pack("{s:s, s:b, s:n, s:s, s:s}", "id", id, "approved", 0, "item", "problem",
		                 error_reason(&err), "detail", err.detail);
	return json_pack("{s:s, s:b, s:s, s:n, s:n}", "id", id, "approved", 1, "item", item, "problem",
	                 "detail");
}

struct error post_reviews(struct request *req, struct db *db)
{
	static const char *const decisions[] = { "approve", NULL };
	json_auto_t *object = NULL;
	struct bulk bulk;
	struct error err = request_object(req, &object);
	struct json_reader r = { .object = object, .arena = req->arena };

	if (err.code)
		return err;
	read_choice(&r, "decision", decisions);
	read_bulk(&r, &bulk);
	const struct item_editor editor = { .who = req->account_email,
		                                .reason = read_text_or(&r, "reason", NOTE_MOST, NULL),
		                                .account = req->account_id,
		                                .volunteer = api_volunteer(req) };
	if ((err = json_reader_done(&r)).code)
		return err;
	if ((err = contribution_check_source(db, req->arena, bulk.ids, bulk.count)).code)
		return err;
	json_t *results = json_array();
	for (size_t i = 0; i < bulk.count; i++)
		json_array_append_new(results, approve_one(req, db, bulk.ids[i], &editor));
	request_json(req, 200, json_pack("{s:o}", "results", results));
	return ok();
}
