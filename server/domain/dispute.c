/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/dispute.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db/db.h"

const char *const dispute_rulings[] = { "real", "fake", "exclude", "reopen", NULL };

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
	const char *partner = rows_text(rows, 0, 3);
	if (!uuid_from_text(story.item, rows_text(rows, 0, 1)))
		return errorf(ERR_INTERNAL, "a dispute that cannot be read");
	if (rows_flag(rows, 0, 2)) {
		err = read_evidence(db, rows_text(rows, 0, 1), partner, &story.evidence);
		if (err.code)
			return err;
		story.has_partner = partner && uuid_from_text(story.partner, partner);
	}
	story.json = json_loads(rows_text(rows, 0, 0), 0, NULL);
	*ret_story = story;
	return ok();
}

static struct error closed_already(const struct rows *state)
{
	if (strcmp(rows_text(state, 0, 0), "withdrawn") == 0)
		return errorf(ERR_CONFLICT, "The crowd has settled this dispute since. Take the next one.");
	return errorf(ERR_CONFLICT, "This dispute is ruled already.");
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
	return errorf(ERR_CONFLICT, "Another moderator works on this dispute. Take the next one.");
}

/* What verdict and ruling both need, inside one transaction that holds the dispute. */
struct move {
	const char *id, *account, *verdict, *ruling, *reason;
	unsigned confidence;
	bool again;
	json_t *ruled;
};

static struct error read_state(struct db *db, const struct move *move, struct rows **state)
{
	struct error err;

	err = db_run(db, SQL_DISPUTE_STATE, (const char *[]){ move->id, move->account }, state);
	if (err.code)
		return err;
	if (!rows_count(*state))
		return none_such();
	return ok();
}

static struct error check_open(const struct rows *state)
{
	if (strcmp(rows_text(state, 0, 0), "open") != 0)
		return closed_already(state);
	if (!rows_flag(state, 0, 1))
		return errorf(ERR_CONFLICT, "Claim this dispute first; your claim may have run out.");
	return ok();
}

static struct error give_verdict(struct db *db, void *arg)
{
	struct move *move = arg;
	auto_rows *state = NULL;
	char confidence[12];
	struct error err;

	move->again = false;
	if ((err = read_state(db, move, &state)).code)
		return err;
	if (rows_text(state, 0, 2)) {
		move->again = strcmp(rows_text(state, 0, 2), move->verdict) == 0 &&
					  rows_integer(state, 0, 3) == move->confidence;
		return move->again ? ok()
						   : errorf(ERR_CONFLICT, "You gave another verdict before. It stands.");
	}
	if ((err = check_open(state)).code)
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
	struct error err;

	if (!is_uuid(id))
		return none_such();
	err = db_transaction(db, give_verdict, &move);
	*ret_again = move.again;
	return err;
}

static struct error rule(struct db *db, void *arg)
{
	struct move *move = arg;
	const char *params[] = { move->id, move->account, move->ruling, move->reason };
	auto_rows *state = NULL, *earlier = NULL, *ruled = NULL;
	struct error err;

	if ((err = read_state(db, move, &state)).code)
		return err;
	if ((err = db_run(db, SQL_DISPUTE_RULED, params, &earlier)).code)
		return err;
	json_decref(move->ruled);
	move->ruled = NULL;
	move->again = rows_count(earlier) > 0;
	if (move->again) {
		move->ruled = json_loads(rows_text(earlier, 0, 0), 0, NULL);
		return ok();
	}
	if ((err = check_open(state)).code)
		return err;
	if (!rows_text(state, 0, 2))
		return errorf(ERR_CONFLICT, "Give your own verdict first.");
	if ((err = db_run(db, SQL_DISPUTE_RULING, params, &ruled)).code)
		return err;
	move->ruled = json_loads(rows_text(ruled, 0, 0), 0, NULL);
	return ok();
}

struct error dispute_rule(struct db *db, const char *id, const char *account, const char *ruling,
						  const char *reason, json_t **ret_ruling, bool *ret_again)
{
	struct move move = { .id = id, .account = account, .ruling = ruling, .reason = reason };
	struct error err;

	if (!is_uuid(id))
		return none_such();
	err = db_transaction(db, rule, &move);
	if (err.code)
		json_decref(move.ruled);
	else
		*ret_ruling = move.ruled;
	*ret_again = move.again;
	return err;
}
