/* SPDX-License-Identifier: Apache-2.0 */
#include "review/ruling.h"

#include <stdio.h>
#include <string.h>

#include "db/db.h"
#include "review/dispute.h"
#include "review/opinion.h"

#define CORRECTION_UNDONE "The correction was undone. What was ruled before it counts again."
#define RULING_UNDONE     "The ruling was undone by who made it."

/* The columns of ruling_state. */
enum {
	STATE,
	CLAIMED,
	JUDGED,
	ITEM,
	WITHDRAWN,
	OVERTAKEN,
	SPENT,
	ID,
	RULING,
	REASON,
	MINE,
	YOUNG,
	UNDOES,
	BEFORE,
	INTERESTED,
	ANOTHER,
	ROUND,
	DEMAND,
	TRUTH,
	GOLD
};

/* What runs inside one transaction that holds the dispute. */
struct act {
	struct ruling_request request;
	const char *undoes; /* NULL: it rules */
	struct arena *arena;
	bool not_independent;
	struct ruling_outcome outcome;
};

static const char *seconds_text(char text[12], int seconds)
{
	snprintf(text, 12, "%d", seconds);
	return text;
}

static struct error ruling_read_state(struct db *db, const struct act *act, struct rows **ret_state)
{
	char undo_s[12];
	const char *params[] = { act->request.dispute, act->request.account,
		                     seconds_text(undo_s, RULING_UNDO_S) };
	struct error err = dispute_hold(db, act->request.dispute);

	return err.code ? err : db_run(db, SQL_RULING_STATE, params, ret_state);
}

static bool ruling_says(const struct rows *state, int column, const char *text)
{
	const char *value = rows_text(state, 0, column);

	return value && strcmp(value, text) == 0;
}

static struct error ruling_store(struct db *db, const struct act *act, const char *ruling,
                                 const char *reason, bool correction)
{
	char claim_s[12];
	const char *params[] = { act->request.dispute,
		                     act->request.account,
		                     ruling,
		                     reason,
		                     correction ? "true" : "false",
		                     act->undoes,
		                     seconds_text(claim_s, CLAIM_S),
		                     act->not_independent ? "true" : "false" };

	return db_do(db, SQL_RULING_STORE, params, NULL);
}

static struct error ruling_check_open(const struct rows *state)
{
	if (ruling_says(state, STATE, "withdrawn"))
		return error_because(REASON_DISPUTE_SETTLED);
	if (ruling_says(state, STATE, "ruled"))
		return errorf_because(REASON_DISPUTE_RULED,
		                      "This dispute is ruled already. A correction names the ruling that "
		                      "it corrects.");
	if (!rows_flag(state, 0, CLAIMED))
		return error_because(REASON_NO_CLAIM);
	if (!rows_flag(state, 0, JUDGED))
		return error_because(REASON_NO_VERDICT);
	return ok();
}

/* May what is in force give way to `ruling`? `named` is what the client has read. */
static struct error check_ruled(const struct rows *state, const char *named, const char *ruling)
{
	bool leaves = strcmp(ruling, "undo") == 0 || strcmp(ruling, "reopen") == 0;

	if (!ruling_says(state, STATE, "ruled") || !ruling_says(state, ID, named))
		return error_because(REASON_RULED_MEANWHILE);
	if (rows_flag(state, 0, WITHDRAWN))
		return error_because(REASON_ITEM_WITHDRAWN);
	if (rows_flag(state, 0, OVERTAKEN))
		return error_because(REASON_DISPUTE_OVERTAKEN);
	if (leaves && rows_flag(state, 0, SPENT))
		return error_because(REASON_ITEM_RELEASED);
	return ok();
}

static struct ruling read_ruling(const struct rows *rows, size_t row, struct arena *arena)
{
	return (struct ruling){ .id = rows_copy(rows, row, 0, arena),
		                    .dispute = rows_copy(rows, row, 1, arena),
		                    .ruling = rows_copy(rows, row, 2, arena),
		                    .correction = rows_flag(rows, row, 3),
		                    .undoes = rows_copy(rows, row, 4, arena),
		                    .reason = rows_copy(rows, row, 5, arena),
		                    .by = rows_copy(rows, row, 6, arena),
		                    .by_you = rows_flag(rows, row, 7),
		                    .at = rows_copy(rows, row, 8, arena),
		                    .undo_until = rows_copy(rows, row, 9, arena),
		                    .not_independent = rows_flag(rows, row, 10) };
}

struct error ruling_list(struct db *db, struct arena *arena, const char *item, const char *account,
                         struct ruling **ret_list, size_t *ret_count)
{
	auto_rows *rows = NULL;
	char undo_s[12];
	const char *params[] = { item, account, seconds_text(undo_s, RULING_UNDO_S) };
	struct error err = db_run(db, SQL_RULING_LIST, params, &rows);

	if (err.code)
		return err;
	*ret_count = rows_count(rows);
	*ret_list = arena_alloc(arena, (*ret_count + 1) * sizeof **ret_list);
	for (size_t r = 0; r < *ret_count; r++)
		(*ret_list)[r] = read_ruling(rows, r, arena);
	return ok();
}

/* The newest ruling of the item: the dispute is held, so it is the one just made or met. */
static struct error read_newest(struct db *db, const struct rows *state, struct act *act)
{
	struct ruling *list;
	size_t count = 0;
	struct error err =
		ruling_list(db, act->arena, rows_text(state, 0, ITEM), act->request.account, &list, &count);

	if (!err.code && !count)
		return errorf(ERR_INTERNAL, "a ruling that is not there");
	if (!err.code)
		act->outcome.ruling = list[count - 1];
	return err;
}

/* Stores what is ruled: as the ruling, or as an opinion that waits for another. */
static struct error ruling_settle(struct db *db, struct act *act, const struct rows *state)
{
	const struct ruling_request *request = &act->request;
	const struct opinion_wish wish = { .dispute = request->dispute,
		                               .account = request->account,
		                               .ruling = request->ruling,
		                               .reason = request->reason,
		                               .round = rows_text(state, 0, ROUND),
		                               .demand = rows_text(state, 0, DEMAND),
		                               .truth = rows_text(state, 0, TRUTH),
		                               .gold = rows_flag(state, 0, GOLD) };
	enum opinion_outcome outcome = OPINION_RULES;
	struct opinion *own = NULL;
	struct error err = opinion_settle(db, &wish, &outcome);

	if (err.code)
		return err;
	act->not_independent = outcome == OPINION_RULES_ALONE;
	act->outcome.again = outcome == OPINION_AGAIN;
	if (outcome == OPINION_WAITS || outcome == OPINION_AGAIN) {
		err = opinion_own(db, act->arena, request->dispute, request->account, &own);
		act->outcome.opinion = own;
		return err;
	}
	err = ruling_store(db, act, request->ruling, request->reason, request->corrects != NULL);
	return err.code ? err : read_newest(db, state, act);
}

/* An opinion that waits has given its claim back: sent again, it is answered again. */
static struct error ruling_check(struct db *db, struct act *act, const struct rows *state)
{
	const struct ruling_request *request = &act->request;
	struct opinion *own = NULL;

	if (rows_flag(state, 0, INTERESTED) && rows_flag(state, 0, ANOTHER))
		return error_because(REASON_OWN_ITEM);
	if (request->corrects)
		return check_ruled(state, request->corrects, request->ruling);
	struct error err = ok();
	if (ruling_says(state, STATE, "open") && !rows_flag(state, 0, CLAIMED))
		err = opinion_own(db, act->arena, request->dispute, request->account, &own);
	return err.code || own ? err : ruling_check_open(state);
}

static struct error ruling_rule(struct db *db, void *arg)
{
	struct act *act = arg;
	const struct ruling_request *request = &act->request;
	auto_rows *state = NULL;
	struct error err;

	if ((err = ruling_read_state(db, act, &state)).code)
		return err;
	act->outcome =
		(struct ruling_outcome){ .again = rows_flag(state, 0, MINE) &&
		                                  ruling_says(state, RULING, request->ruling) &&
		                                  ruling_says(state, REASON, request->reason) &&
		                                  !ruling_says(state, ID, request->corrects ?: "") };
	if (act->outcome.again)
		return read_newest(db, state, act);
	err = ruling_check(db, act, state);
	return err.code ? err : ruling_settle(db, act, state);
}

struct error ruling_make(struct db *db, struct arena *arena, const struct ruling_request *request,
                         struct ruling_outcome *ret_outcome)
{
	struct act act = { .request = *request, .arena = arena };
	struct error err = db_transaction(db, ruling_rule, &act);

	if (!err.code)
		*ret_outcome = act.outcome;
	return err;
}

static struct error undo_ruling(struct db *db, void *arg)
{
	struct act *act = arg;
	auto_rows *state = NULL;
	bool is_opinion = false;
	struct error err;

	if ((err = ruling_read_state(db, act, &state)).code)
		return err;
	err = opinion_undo(db, act->request.dispute, act->request.account, act->undoes, &is_opinion);
	if (err.code || is_opinion)
		return err;
	if (ruling_says(state, UNDOES, act->undoes) && rows_flag(state, 0, MINE))
		return ok();
	if (ruling_says(state, ID, act->undoes) && !rows_flag(state, 0, MINE))
		return error_because(REASON_RULED_BY_ANOTHER);
	if (ruling_says(state, ID, act->undoes) && !rows_flag(state, 0, YOUNG))
		return errorf_because(REASON_UNDO_LATE,
		                      "A ruling can be undone for %d minutes. It can be corrected.",
		                      RULING_UNDO_S / 60);
	const char *before = rows_text(state, 0, BEFORE) ?: "undo";
	if ((err = check_ruled(state, act->undoes, before)).code)
		return err;
	bool opens = strcmp(before, "undo") == 0;
	return ruling_store(db, act, before, opens ? RULING_UNDONE : CORRECTION_UNDONE, true);
}

struct error ruling_undo(struct db *db, const char *dispute, const char *account,
                         const char *ruling)
{
	struct act act = { .request = { .dispute = dispute, .account = account }, .undoes = ruling };

	return db_transaction(db, undo_ruling, &act);
}
