/* SPDX-License-Identifier: Apache-2.0 */
#include "review/ruling.h"

#include <stdio.h>
#include <string.h>

#include "db/db.h"
#include "review/dispute.h"

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
	BEFORE
};

/* What runs inside one transaction that holds the dispute. */
struct act {
	struct ruling_request request;
	const char *undoes; /* NULL: it rules */
	struct arena *arena;
	bool again;
	struct ruling ruled;
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
		                     seconds_text(claim_s, CLAIM_S) };

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
		                    .undo_until = rows_copy(rows, row, 9, arena) };
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
		act->ruled = list[count - 1];
	return err;
}

static struct error ruling_rule(struct db *db, void *arg)
{
	struct act *act = arg;
	const struct ruling_request *request = &act->request;
	auto_rows *state = NULL;
	struct error err;

	if ((err = ruling_read_state(db, act, &state)).code)
		return err;
	act->again = rows_flag(state, 0, MINE) && ruling_says(state, RULING, request->ruling) &&
	             ruling_says(state, REASON, request->reason) &&
	             !ruling_says(state, ID, request->corrects ?: "");
	if (act->again)
		return read_newest(db, state, act);
	err = request->corrects ? check_ruled(state, request->corrects, request->ruling)
	                        : ruling_check_open(state);
	if (err.code)
		return err;
	err = ruling_store(db, act, request->ruling, request->reason, request->corrects != NULL);
	return err.code ? err : read_newest(db, state, act);
}

struct error ruling_make(struct db *db, struct arena *arena, const struct ruling_request *request,
                         struct ruling *ret_ruling, bool *ret_again)
{
	struct act act = { .request = *request, .arena = arena };
	struct error err = db_transaction(db, ruling_rule, &act);

	if (!err.code)
		*ret_ruling = act.ruled;
	*ret_again = act.again;
	return err;
}

static struct error undo_ruling(struct db *db, void *arg)
{
	struct act *act = arg;
	auto_rows *state = NULL;
	struct error err;

	if ((err = ruling_read_state(db, act, &state)).code)
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
