/* SPDX-License-Identifier: Apache-2.0 */
#include "notices/decision.h"

#include <string.h>

#include "core/arena.h"
#include "core/uuid.h"
#include "core/vocabulary.h"
#include "corpus/contribution.h"
#include "corpus/item_edit.h"
#include "notices/answer.h"
#include "notices/hiding.h"
#include "notices/statement.h"
#include "release/withdrawal.h"

/* Columns of decision_notice. */
enum {
	STATE,
	ITEM,
	REASON,
	HIDES,
	HELD,
	KEPT,
	TAKEN_DOWN,
	ITEM_STATE,
	CONTRIBUTED,
	DECIDED_BEFORE,
	ANOTHER,
	CONTRIBUTION,
	DECIDED_TWICE,
	SEALED
};

struct notice_case {
	const char *notice;
	const struct notice_ruling *decision;
	struct rows *rows; /* of decision_notice */
};

/* On what ground an item is taken down, by enum notice_reason. */
static const char *const notice_classes[] = { "illegal", "privacy", "rights", "consent",
	                                          "illegal", "mistake", "other" };

static bool decision_does(const struct notice_case *deciding, unsigned action)
{
	return strcmp(deciding->decision->action, notice_actions[action]) == 0;
}

/* By somebody who is part of it only where there is nobody else. */
static struct error check_decider(const struct notice_case *deciding)
{
	const struct rows *rows = deciding->rows;
	bool involved = rows_flag(rows, 0, CONTRIBUTED) || rows_flag(rows, 0, DECIDED_BEFORE);

	if (involved && rows_flag(rows, 0, ANOTHER))
		return error_because(REASON_NOT_INDEPENDENT);
	return ok();
}

static struct error check_held(const struct notice_case *deciding)
{
	const struct rows *rows = deciding->rows;
	bool child = strcmp(rows_text(rows, 0, REASON), notice_reasons[NOTICE_CHILD_SAFETY]) == 0;

	if (!child && !rows_flag(rows, 0, HELD))
		return ok();
	if (!deciding->decision->operates)
		return errorf(ERR_FORBIDDEN,
		              "An administrator decides where a child's safety is at stake.");
	if (deciding->decision->authority)
		return ok();
	return rows_flag(rows, 0, KEPT) || !rows_flag(rows, 0, HELD) ? error_because(REASON_ITEM_HELD)
	                                                             : ok();
}

static struct error check_decision(const struct notice_case *deciding)
{
	const char *state = rows_text(deciding->rows, 0, STATE);
	struct error err;

	if (strcmp(state, "open") != 0 && strcmp(state, "contested") != 0)
		return error_because(REASON_NOTICE_DECIDED);
	if ((err = check_decider(deciding)).code)
		return err;
	return check_held(deciding);
}

static const char *class_of_reason(const char *reason)
{
	for (unsigned i = 0; notice_reasons[i]; i++)
		if (strcmp(reason, notice_reasons[i]) == 0)
			return notice_classes[i];
	return "other";
}

/* What was taken down before may lose its original by this decision. What was held in encrypted
 * form goes whole: there is nothing that only its keeping would serve. */
static struct error withdraw_reported(struct db *db, const struct notice_case *deciding)
{
	const struct item_editor editor = { .who = deciding->decision->email,
		                                .reason = deciding->decision->facts };
	const struct withdrawal_request request = {
		.item = rows_text(deciding->rows, 0, ITEM),
		.reason_class = class_of_reason(rows_text(deciding->rows, 0, REASON)),
		.original = deciding->decision->original || rows_flag(deciding->rows, 0, SEALED),
		.editor = &editor,
	};
	bool before = rows_flag(deciding->rows, 0, TAKEN_DOWN);

	if (before && !request.original)
		return ok();
	struct error err = withdrawal_within(db, &request);
	return before && err.code == ERR_CONFLICT ? ok() : err;
}

/* What waits in quarantine is rejected; what is no more was rejected before. */
static struct error reject_reported(struct db *db, const struct notice_case *deciding)
{
	const char *const id[] = { rows_text(deciding->rows, 0, CONTRIBUTION) };
	const struct item_editor editor = { .who = deciding->decision->email,
		                                .reason = deciding->decision->facts };
	const char *state = rows_text(deciding->rows, 0, ITEM_STATE);
	struct error err = ok();

	if (strcmp(state, "approved") == 0)
		return errorf(ERR_CONFLICT, "It is an item by now: withdraw that.");
	if (deciding->decision->original)
		err = db_do(db, SQL_DECISION_BLOCK, id, NULL);
	if (err.code || strcmp(state, "quarantined") != 0)
		return err;
	return contribution_reject_reported(db, id[0], &editor);
}

static struct error review_reported(struct db *db, const struct notice_case *deciding)
{
	const char *const item[] = { rows_text(deciding->rows, 0, ITEM) };
	const char *state = rows_text(deciding->rows, 0, ITEM_STATE);

	if (rows_text(deciding->rows, 0, CONTRIBUTION))
		return errorf(ERR_CONFLICT, "What waits in quarantine has no label yet: it is looked at "
		                            "before it gets one.");
	if (strcmp(state, item_states[ITEM_WITHDRAWN]) == 0)
		return error_because(REASON_ITEM_WITHDRAWN);
	if (strcmp(state, item_states[ITEM_SETTLED]) == 0)
		return errorf(ERR_CONFLICT,
		              "A moderator has ruled on this item: correct that ruling, if it is wrong.");
	return db_do(db, SQL_DECISION_REVIEW, item, NULL);
}

/* What is hidden or held ends with the decision; what is withdrawn stays away by that. */
static struct error follow_decision(struct db *db, const struct notice_case *deciding)
{
	bool withdraws = decision_does(deciding, ACTION_WITHDRAW);
	const char *why =
		withdraws ? "the notice was upheld, and the item withdrawn" : "the notice was decided";
	struct error err = hiding_end(db, deciding->notice, why, withdraws);

	if (err.code)
		return err;
	if (withdraws)
		return rows_text(deciding->rows, 0, CONTRIBUTION) ? reject_reported(db, deciding)
		                                                  : withdraw_reported(db, deciding);
	return decision_does(deciding, ACTION_REVIEW) ? review_reported(db, deciding) : ok();
}

static struct error note_decision(struct db *db, const struct notice_case *deciding)
{
	const struct notice_ruling *decision = deciding->decision;
	const struct rows *rows = deciding->rows;
	bool involved = rows_flag(rows, 0, CONTRIBUTED) || rows_flag(rows, 0, DECIDED_BEFORE);
	const char *stage = strcmp(rows_text(rows, 0, STATE), "open") == 0 ? "first"
	                    : rows_flag(rows, 0, DECIDED_TWICE)            ? "final"
	                                                                   : "complaint";
	bool automated = strcmp(rows_text(rows, 0, HIDES), "hid") == 0;
	const char *const params[] = {
		deciding->notice,
		stage,
		notice_outcomes[decision->upheld ? 0 : 1],
		decision->action,
		decision->ground_kind,
		decision->ground,
		decision->facts,
		automated ? "true" : "false",
		involved ? "false" : "true",
		decision->authority,
		decision->account,
	};

	return db_do(db, SQL_DECISION_ADD, params, NULL);
}

static struct error answer_all(struct db *db, const struct notice_case *deciding)
{
	struct arena *arena = arena_new();
	struct error err = answer_decision(db, arena, deciding->notice);

	if (!err.code)
		err = statement_tell(db, arena, deciding->notice, deciding->decision);
	arena_free(arena);
	return err;
}

static struct error decide_notice(struct db *db, void *arg)
{
	struct notice_case *deciding = arg;
	const char *const params[] = { deciding->notice, deciding->decision->account };
	struct error err;

	rows_free(deciding->rows);
	deciding->rows = NULL;
	if ((err = db_run(db, SQL_DECISION_NOTICE, params, &deciding->rows)).code)
		return err;
	if (!rows_count(deciding->rows))
		return errorf(ERR_NOT_FOUND, "There is no such notice.");
	if ((err = check_decision(deciding)).code)
		return err;
	if ((err = note_decision(db, deciding)).code)
		return err;
	if ((err = follow_decision(db, deciding)).code)
		return err;
	return answer_all(db, deciding);
}

static struct error check_words(const struct notice_ruling *decision)
{
	bool none = strcmp(decision->action, notice_actions[ACTION_NONE]) == 0;
	bool no_breach = strcmp(decision->ground_kind, notice_grounds[GROUND_NO_BREACH]) == 0;

	if (!decision->upheld && !none)
		return error_field("/action", "must be none where the notice is rejected.");
	if (decision->original && strcmp(decision->action, notice_actions[ACTION_WITHDRAW]) != 0)
		return error_field("/remove_original", "goes with the action withdraw alone.");
	if (decision->upheld == no_breach)
		return error_field("/ground_kind",
		                   "must be law or terms where the notice is upheld, else no_breach.");
	return ok();
}

struct error decision_make(struct db *db, const char *notice, const struct notice_ruling *decision)
{
	struct notice_case deciding = { .notice = notice, .decision = decision };
	unsigned char id[UUID_BYTES];

	if (!uuid_from_text(id, notice))
		return errorf(ERR_NOT_FOUND, "There is no such notice.");
	struct error err = check_words(decision);
	if (!err.code)
		err = db_transaction(db, decide_notice, &deciding);
	rows_free(deciding.rows);
	return err;
}
