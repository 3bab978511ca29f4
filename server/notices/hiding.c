/* SPDX-License-Identifier: Apache-2.0 */
#include "notices/hiding.h"

#include <stdio.h>
#include <string.h>

#include "core/hex.h"
#include "core/uuid.h"
#include "core/vocabulary.h"
#include "notices/notice.h"

struct error hiding_begin(struct db *db, const char *notice, const struct notice_subject *subject,
                          bool held, const struct hiding_act *by)
{
	char days[12];

	snprintf(days, sizeof days, "%u", notice_settings.held_days);
	const char *const params[] = { notice,
		                           subject->item ? subject->item : subject->contribution,
		                           held ? "true" : "false",
		                           days,
		                           by ? by->account : NULL,
		                           by ? by->reason : NULL };
	return db_do(db, subject->item ? SQL_HIDING_ADD : SQL_HIDING_ADD_WAITING, params, NULL);
}

/* A notice is about one of the two. */
static struct error end_hiding(struct db *db, const char *notice, const char *why,
                               bool whatever_waits, int64_t *shown)
{
	static const enum statement ends[] = { SQL_HIDING_END, SQL_HIDING_END_WAITING };
	const char *const params[] = { notice, why, whatever_waits ? "true" : "false" };
	struct error err = ok();

	for (size_t i = 0; !err.code && i < sizeof ends / sizeof ends[0]; i++) {
		auto_rows *rows = NULL;

		if (!(err = db_run(db, ends[i], params, &rows)).code)
			*shown += rows_integer(rows, 0, 0);
	}
	return err;
}

struct error hiding_end(struct db *db, const char *notice, const char *why, bool whatever_waits)
{
	int64_t shown = 0;

	return end_hiding(db, notice, why, whatever_waits, &shown);
}

/* ------------------------------------------------------------------ by hand */

struct hand {
	const struct hiding_act *act;
	int64_t shown;
};

/* Columns of decision_notice. */
enum { STATE, ITEM, REASON, HIDES, HELD, KEPT, CONTRIBUTION = 11 };

static struct error find_hidden(struct db *db, const struct hiding_act *act, struct rows **ret_rows)
{
	const char *const params[] = { act->notice, act->account };
	unsigned char id[UUID_BYTES];
	struct error err;

	if (!uuid_from_text(id, act->notice))
		return errorf(ERR_NOT_FOUND, "There is no such notice.");
	if ((err = db_run(db, SQL_DECISION_NOTICE, params, ret_rows)).code)
		return err;
	return rows_count(*ret_rows) ? ok() : errorf(ERR_NOT_FOUND, "There is no such notice.");
}

static struct error hide_by_hand(struct db *db, void *arg)
{
	const struct hand *hand = arg;
	auto_rows *rows = NULL;
	struct error err = find_hidden(db, hand->act, &rows);

	if (err.code)
		return err;
	const char *state = rows_text(rows, 0, STATE);
	bool child = strcmp(rows_text(rows, 0, REASON), notice_reasons[NOTICE_CHILD_SAFETY]) == 0;
	if (strcmp(state, "open") != 0 && strcmp(state, "contested") != 0)
		return error_because(REASON_NOTICE_DECIDED);
	const struct notice_subject subject = { rows_text(rows, 0, ITEM),
		                                    rows_text(rows, 0, CONTRIBUTION) };
	return hiding_begin(db, hand->act->notice, &subject, child, hand->act);
}

struct error hiding_by_hand(struct db *db, const struct hiding_act *act)
{
	return db_transaction(db, hide_by_hand, &(struct hand){ .act = act });
}

/* What is held is shown when an authority or the deadline has decided, by who operates the whole.
 */
static struct error may_show(const struct hiding_act *act, const struct rows *rows)
{
	if (!rows_flag(rows, 0, HELD))
		return ok();
	if (!act->operates)
		return error_because(REASON_ITEM_HELD);
	return act->authority || !rows_flag(rows, 0, KEPT) ? ok() : error_because(REASON_ITEM_HELD);
}

/* Items that are held stay so, whatever network their notices came from. */
static struct error show_of_network(struct db *db, struct hand *hand)
{
	auto_rows *others = NULL;
	struct error err = db_run(db, SQL_HIDING_OF_NETWORK, &hand->act->notice, &others);

	for (size_t i = 0; !err.code && i < rows_count(others); i++) {
		struct hiding_act act = *hand->act;
		auto_rows *rows = NULL;

		act.notice = rows_text(others, i, 0);
		if ((err = find_hidden(db, &act, &rows)).code)
			return err;
		if (!may_show(&act, rows).code)
			err = end_hiding(db, act.notice, act.reason, true, &hand->shown);
	}
	return err;
}

static struct error show_by_hand(struct db *db, void *arg)
{
	struct hand *hand = arg;
	const struct hiding_act *act = hand->act;
	auto_rows *rows = NULL;
	struct error err = find_hidden(db, act, &rows);

	hand->shown = 0;
	if (err.code || (err = may_show(act, rows)).code)
		return err;
	if ((err = end_hiding(db, act->notice, act->reason, true, &hand->shown)).code)
		return err;
	return act->of_network ? show_of_network(db, hand) : ok();
}

struct error hiding_undo(struct db *db, const struct hiding_act *act, int64_t *ret_shown)
{
	struct hand hand = { .act = act };
	struct error err = db_transaction(db, show_by_hand, &hand);

	if (!err.code)
		*ret_shown = hand.shown;
	return err;
}

/* ------------------------------------------------------------------ looking */

struct looking {
	const char *notice;
	struct rows *rows;
};

/* Nobody is given the bytes unless that is noted. */
static struct error look_noted(struct db *db, void *arg)
{
	struct looking *looking = arg;
	struct error err;

	rows_free(looking->rows);
	looking->rows = NULL;
	if ((err = db_run(db, SQL_HIDING_MEDIUM, &looking->notice, &looking->rows)).code)
		return err;
	if (!rows_count(looking->rows))
		return errorf(ERR_NOT_FOUND, "There is no such notice.");
	if (rows_flag(looking->rows, 0, 2))
		return error_because(REASON_ITEM_HELD);
	if (rows_flag(looking->rows, 0, 3))
		return errorf(ERR_GONE, "It was withdrawn, or rejected.");
	return db_do(db, SQL_HIDING_VIEWED, &looking->notice, NULL);
}

struct error hiding_look(struct db *db, struct arena *arena, const char *notice,
                         unsigned char ret_digest[SHA256_BYTES], const char **ret_type)
{
	struct looking looking = { .notice = notice };
	unsigned char id[UUID_BYTES];

	if (!uuid_from_text(id, notice))
		return errorf(ERR_NOT_FOUND, "There is no such notice.");
	struct error err = db_transaction(db, look_noted, &looking);
	if (!err.code && !hex_decode(ret_digest, SHA256_BYTES, rows_text(looking.rows, 0, 0)))
		err = errorf(ERR_INTERNAL, "a digest that cannot be read");
	if (!err.code)
		*ret_type = rows_copy(looking.rows, 0, 1, arena);
	rows_free(looking.rows);
	return err;
}
