/* SPDX-License-Identifier: Apache-2.0 */
#include "review/desk.h"

#include <string.h>

#include "core/uuid.h"
#include "db/db.h"
#include "review/dispute.h"

static struct error no_such_subject(enum note_subject subject)
{
	return errorf(ERR_NOT_FOUND, subject == NOTE_DISPUTE ? "There is no such dispute."
	                                                     : "There is no such contribution.");
}

static struct error desk_read_words(struct db *db, struct arena *arena, enum statement statement,
                                    const char *const params[], const char *const **ret_words)
{
	auto_rows *rows = NULL;
	struct error err = db_run(db, statement, params, &rows);

	if (err.code)
		return err;
	const char **words = arena_alloc(arena, (rows_count(rows) + 1) * sizeof *words);
	for (size_t r = 0; r < rows_count(rows); r++)
		words[r] = rows_copy(rows, r, 0, arena);
	words[rows_count(rows)] = NULL;
	*ret_words = words;
	return ok();
}

struct error desk_read(struct db *db, struct arena *arena, const char *account,
                       struct desk *ret_desk)
{
	const char *params[] = { account };
	auto_rows *rows = NULL;
	struct desk desk = { 0 };
	struct error err = db_run(db, SQL_DESK_QUEUES, params, &rows);

	if (err.code)
		return err;
	desk.queue_count = rows_count(rows);
	desk.queues = arena_alloc(arena, (desk.queue_count + 1) * sizeof *desk.queues);
	for (size_t r = 0; r < desk.queue_count; r++)
		desk.queues[r] = (struct desk_queue){ .name = rows_copy(rows, r, 0, arena),
			                                  .waiting = rows_integer(rows, r, 1),
			                                  .oldest_at = rows_copy(rows, r, 2, arena) };
	if ((err = desk_read_words(db, arena, SQL_DESK_COLLEAGUES, params, &desk.colleagues)).code)
		return err;
	if ((err = desk_read_words(db, arena, SQL_DESK_CAMPAIGNS, NULL, &desk.campaigns)).code)
		return err;
	*ret_desk = desk;
	return ok();
}

struct error desk_exposure(struct db *db, struct arena *arena, struct exposure **ret_list,
                           size_t *ret_count)
{
	auto_rows *rows = NULL;
	struct error err = db_run(db, SQL_DESK_EXPOSURE, NULL, &rows);

	if (err.code)
		return err;
	struct exposure *list = arena_alloc(arena, (rows_count(rows) + 1) * sizeof *list);
	for (size_t r = 0; r < rows_count(rows); r++)
		list[r] = (struct exposure){ .email = rows_copy(rows, r, 0, arena),
			                         .role = rows_copy(rows, r, 1, arena),
			                         .state = rows_copy(rows, r, 2, arena),
			                         .day = rows_integer(rows, r, 3),
			                         .week = rows_integer(rows, r, 4),
			                         .month = rows_integer(rows, r, 5),
			                         .ever = rows_integer(rows, r, 6),
			                         .sensitive = rows_integer(rows, r, 7),
			                         .evidence = rows_integer(rows, r, 8),
			                         .rulings = rows_integer(rows, r, 9),
			                         .not_independent = rows_integer(rows, r, 10),
			                         .last_at = rows_copy(rows, r, 11, arena) };
	*ret_list = list;
	*ret_count = rows_count(rows);
	return ok();
}

/* The item of a dispute or contribution, as a row of note_dispute or note_contribution. */
static struct error find_subject(struct db *db, enum note_subject subject, const char *id,
                                 const char *account, struct rows **ret_rows)
{
	unsigned char ignored[UUID_BYTES];
	const char *params[] = { id, account };
	struct error err;

	if (!uuid_from_text(ignored, id))
		return no_such_subject(subject);
	err = db_run(db, subject == NOTE_DISPUTE ? SQL_NOTE_DISPUTE : SQL_NOTE_CONTRIBUTION, params,
	             ret_rows);
	return err.code || rows_count(*ret_rows) ? err : no_such_subject(subject);
}

struct error note_list(struct db *db, struct arena *arena, enum note_subject subject,
                       const char *id, const char *account, struct note **ret_list,
                       size_t *ret_count)
{
	auto_rows *found = NULL, *rows = NULL;
	struct error err = find_subject(db, subject, id, account, &found);

	if (err.code)
		return err;
	const char *params[] = { rows_text(found, 0, 0), account,
		                     rows_flag(found, 0, 1) ? "true" : "false" };
	if ((err = db_run(db, SQL_NOTE_LIST, params, &rows)).code)
		return err;
	struct note *list = arena_alloc(arena, (rows_count(rows) + 1) * sizeof *list);
	for (size_t r = 0; r < rows_count(rows); r++)
		list[r] = (struct note){ .text = rows_copy(rows, r, 0, arena),
			                     .by = rows_copy(rows, r, 1, arena),
			                     .by_you = rows_flag(rows, r, 2),
			                     .at = rows_copy(rows, r, 3, arena),
			                     .to = rows_copy(rows, r, 4, arena) };
	*ret_list = list;
	*ret_count = rows_count(rows);
	return ok();
}

struct error note_write(struct db *db, enum note_subject subject, const char *id,
                        const char *account, const char *text)
{
	auto_rows *found = NULL;
	struct error err = find_subject(db, subject, id, account, &found);

	if (err.code)
		return err;
	return db_do(db, SQL_NOTE_WRITE, (const char *[]){ rows_text(found, 0, 0), account, text },
	             NULL);
}

struct escalating {
	const char *dispute, *account, *to, *reason;
};

static struct error check_escalation(const struct rows *rows)
{
	if (strcmp(rows_text(rows, 0, 0), "open") != 0)
		return error_because(REASON_DISPUTE_RULED);
	if (!rows_text(rows, 0, 1))
		return error_field("/to", "is no moderator's address.");
	if (rows_flag(rows, 0, 2))
		return error_field("/to", "is your own address.");
	if (rows_flag(rows, 0, 3))
		return error_field("/to", "contributed or imported this item.");
	if (rows_flag(rows, 0, 4))
		return error_field("/to", "has given an opinion on it already.");
	if (!rows_flag(rows, 0, 5))
		return error_because(REASON_DISPUTE_CLAIMED);
	return ok();
}

static struct error escalate_held(struct db *db, void *arg)
{
	const struct escalating *one = arg;
	auto_rows *rows = NULL;
	struct error err;

	if ((err = dispute_hold(db, one->dispute)).code)
		return err;
	const char *whom[] = { one->dispute, one->account, one->to };
	if ((err = db_run(db, SQL_ESCALATION_TO, whom, &rows)).code)
		return err;
	if ((err = check_escalation(rows)).code)
		return err;
	const char *params[] = { one->dispute, one->account, rows_text(rows, 0, 1), one->reason };
	return db_do(db, SQL_ESCALATION_STORE, params, NULL);
}

struct error dispute_escalate(struct db *db, const char *id, const char *account, const char *to,
                              const char *reason)
{
	struct escalating one = { id, account, to, reason };

	return db_transaction(db, escalate_held, &one);
}
