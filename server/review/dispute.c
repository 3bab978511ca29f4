/* SPDX-License-Identifier: Apache-2.0 */
#include "review/dispute.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/log.h"
#include "db/db.h"
#include "review/ruling.h"
#include "work/job_run.h"

static struct error none_such(void)
{
	return errorf(ERR_NOT_FOUND, "There is no such dispute.");
}

static bool is_uuid(const char *text)
{
	unsigned char ignored[UUID_BYTES];

	return uuid_from_text(ignored, text);
}

struct error dispute_list(struct db *db, const char *account, const char *state,
                          const struct dispute_place *place, unsigned limit,
                          struct dispute_row list[], size_t *ret_count, bool *ret_more,
                          struct dispute_place *ret_next)
{
	auto_rows *rows = NULL;
	char wanted[12];
	struct error err;

	snprintf(wanted, sizeof wanted, "%u", limit + 1);
	const char *params[] = { account, state, place ? place->opened_at : NULL,
		                     place ? place->id : NULL, wanted };
	if ((err = db_run(db, SQL_DISPUTE_LIST, params, &rows)).code)
		return err;
	size_t count = rows_count(rows) > limit ? limit : rows_count(rows);
	for (size_t r = 0; r < count; r++) {
		list[r].json = json_loads(rows_text(rows, r, 0), 0, NULL);
		if (!list[r].json || !uuid_from_text(list[r].item, rows_text(rows, r, 3)))
			abort(); /* the statement makes both */
	}
	*ret_count = count;
	*ret_more = rows_count(rows) > limit;
	if (*ret_more) {
		snprintf(ret_next->opened_at, sizeof ret_next->opened_at, "%s",
		         rows_text(rows, count - 1, 1));
		snprintf(ret_next->id, sizeof ret_next->id, "%s", rows_text(rows, count - 1, 2));
	}
	return ok();
}

struct error dispute_count(struct db *db, struct dispute_counts *ret_counts)
{
	auto_rows *rows = NULL;
	struct error err = db_run(db, SQL_DISPUTE_COUNTS, NULL, &rows);

	if (err.code)
		return err;
	*ret_counts = (struct dispute_counts){ .open = rows_integer(rows, 0, 0),
		                                   .ruled = rows_integer(rows, 0, 1),
		                                   .withdrawn = rows_integer(rows, 0, 2) };
	return ok();
}

static struct error read_evidence(struct db *db, const char *item, const char *partner,
                                  json_t **ret_evidence)
{
	auto_rows *rows = NULL;
	struct error err = db_run(db, SQL_DISPUTE_EVIDENCE, (const char *[]){ item, partner }, &rows);

	if (!err.code)
		*ret_evidence = json_loads(rows_text(rows, 0, 0), 0, NULL);
	return err;
}

/* What the first statement allows to be seen: evidence and rulings. */
static struct error open_evidence(struct db *db, const struct rows *one, const char *id,
                                  const char *account, struct dispute_story *story)
{
	const char *item = rows_text(one, 0, 1), *partner = rows_text(one, 0, 3);
	json_t *rulings = NULL;
	struct error err;

	if (!rows_flag(one, 0, 4)) {
		err = db_do(db, SQL_DISPUTE_SEEN, (const char *[]){ id, account }, NULL);
		if (err.code)
			return err;
	}
	if ((err = ruling_list(db, item, account, &rulings)).code)
		return err;
	json_object_set_new(story->json, "rulings", rulings);
	story->has_partner = partner && uuid_from_text(story->partner, partner);
	return read_evidence(db, item, partner, &story->evidence);
}

static struct error open_lonely_disputes(struct job_run *run)
{
	auto_rows *rows = NULL;
	struct error err = db_run(run->db, SQL_DISPUTE_OPEN_LONELY, NULL, &rows);

	if (!err.code && rows_integer(rows, 0, 0) > 0)
		log_info("%s items go to a moderator: there is nothing to show them beside",
		         rows_text(rows, 0, 0));
	return err;
}

const struct job_handler lonely_job = { .kind = "lonely", .handle = open_lonely_disputes };

struct error dispute_read(struct db *db, const char *id, const char *account,
                          struct dispute_story *ret_story)
{
	struct dispute_story story = { 0 };
	auto_rows *rows = NULL;
	struct error err;

	if (!is_uuid(id))
		return none_such();
	if ((err = db_run(db, SQL_DISPUTE_ONE, (const char *[]){ id, account }, &rows)).code)
		return err;
	if (!rows_count(rows))
		return none_such();
	if (!uuid_from_text(story.item, rows_text(rows, 0, 1)))
		return errorf(ERR_INTERNAL, "a dispute that cannot be read");
	story.json = json_loads(rows_text(rows, 0, 0), 0, NULL);
	json_object_set_new(story.json, "rulings", json_array());
	if (rows_flag(rows, 0, 2) && (err = open_evidence(db, rows, id, account, &story)).code) {
		json_decref(story.json);
		return err;
	}
	*ret_story = story;
	return ok();
}

static struct error closed_already(const struct rows *state)
{
	if (strcmp(rows_text(state, 0, 0), "withdrawn") == 0)
		return error_because(REASON_DISPUTE_SETTLED);
	return error_because(REASON_DISPUTE_RULED);
}

struct error dispute_claim(struct db *db, struct arena *arena, const char *id, const char *account,
                           const char **ret_expires_at)
{
	auto_rows *rows = NULL, *state = NULL;
	char seconds[12];
	struct error err;

	if (!is_uuid(id))
		return none_such();
	snprintf(seconds, sizeof seconds, "%d", CLAIM_S);
	err = db_run(db, SQL_DISPUTE_CLAIM, (const char *[]){ id, account, seconds }, &rows);
	if (err.code)
		return err;
	if (rows_count(rows)) {
		*ret_expires_at = rows_copy(rows, 0, 0, arena);
		return ok();
	}
	if ((err = db_run(db, SQL_DISPUTE_STATE, (const char *[]){ id, account }, &state)).code)
		return err;
	if (!rows_count(state))
		return none_such();
	if (strcmp(rows_text(state, 0, 0), "open") != 0)
		return closed_already(state);
	return error_because(REASON_DISPUTE_CLAIMED);
}

struct error dispute_unclaim(struct db *db, const char *id, const char *account)
{
	auto_rows *rows = NULL;
	struct error err;

	if (!is_uuid(id))
		return none_such();
	err = db_run(db, SQL_DISPUTE_UNCLAIM, (const char *[]){ id, account }, &rows);
	if (err.code)
		return err;
	return rows_count(rows) ? ok() : none_such();
}

struct error dispute_hold(struct db *db, const char *id)
{
	auto_rows *rows = NULL;
	struct error err;

	if (!is_uuid(id))
		return none_such();
	if ((err = db_run(db, SQL_DISPUTE_LOCK, (const char *[]){ id }, &rows)).code)
		return err;
	return rows_count(rows) ? ok() : none_such();
}

struct move {
	const char *id, *account, *verdict;
	unsigned confidence;
	bool again;
};

static struct error dispute_check_open(const struct rows *state)
{
	if (strcmp(rows_text(state, 0, 0), "open") != 0)
		return closed_already(state);
	if (!rows_flag(state, 0, 1))
		return error_because(REASON_NO_CLAIM);
	return ok();
}

static struct error give_verdict(struct db *db, void *arg)
{
	struct move *move = arg;
	auto_rows *state = NULL;
	char confidence[12];
	struct error err;

	move->again = false;
	if ((err = dispute_hold(db, move->id)).code)
		return err;
	err = db_run(db, SQL_DISPUTE_STATE, (const char *[]){ move->id, move->account }, &state);
	if (err.code)
		return err;
	if (rows_text(state, 0, 2)) {
		move->again = strcmp(rows_text(state, 0, 2), move->verdict) == 0 &&
		              rows_integer(state, 0, 3) == move->confidence;
		return move->again ? ok() : error_because(REASON_VERDICT_OTHERWISE);
	}
	if ((err = dispute_check_open(state)).code)
		return err;
	snprintf(confidence, sizeof confidence, "%u", move->confidence);
	const char *params[] = { move->id, move->account, move->verdict, confidence };
	return db_do(db, SQL_DISPUTE_VERDICT, params, NULL);
}

struct error dispute_verdict(struct db *db, const char *id, const char *account,
                             const char *verdict, unsigned confidence, bool *ret_again)
{
	struct move move = {
		.id = id, .account = account, .verdict = verdict, .confidence = confidence
	};
	struct error err = db_transaction(db, give_verdict, &move);

	*ret_again = move.again;
	return err;
}
