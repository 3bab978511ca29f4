/* SPDX-License-Identifier: Apache-2.0 */
#include "review/ruling.h"

#include <stdio.h>
#include <stdlib.h>
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
	bool again;
	json_t *ruled;
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

struct error ruling_list(struct db *db, const char *item, const char *account, json_t **ret_list)
{
	auto_rows *rows = NULL;
	char undo_s[12];
	const char *params[] = { item, account, seconds_text(undo_s, RULING_UNDO_S) };
	struct error err = db_run(db, SQL_RULING_LIST, params, &rows);

	if (err.code)
		return err;
	*ret_list = json_array();
	for (size_t r = 0; r < rows_count(rows); r++)
		json_array_append_new(*ret_list, json_loads(rows_text(rows, r, 0), 0, NULL));
	return ok();
}

/* The newest ruling of the item: the dispute is held, so it is the one just made or met. */
static struct error read_newest(struct db *db, const struct rows *state, struct act *act)
{
	json_auto_t *list = NULL;
	struct error err = ruling_list(db, rows_text(state, 0, ITEM), act->request.account, &list);

	if (err.code)
		return err;
	act->ruled = json_incref(json_array_get(list, json_array_size(list) - 1));
	return ok();
}

static struct error ruling_rule(struct db *db, void *arg)
{
	struct act *act = arg;
	const struct ruling_request *request = &act->request;
	auto_rows *state = NULL;
	struct error err;

	json_decref(act->ruled);
	act->ruled = NULL;
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

struct error ruling_make(struct db *db, const struct ruling_request *request, json_t **ret_ruling,
                         bool *ret_again)
{
	struct act act = { .request = *request };
	struct error err = db_transaction(db, ruling_rule, &act);

	if (err.code)
		json_decref(act.ruled);
	else
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
