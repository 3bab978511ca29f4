/* SPDX-License-Identifier: Apache-2.0 */
#include "notices/statement.h"

#include <stdio.h>
#include <string.h>

#include "core/uuid.h"
#include "core/vocabulary.h"
#include "corpus/upload.h"
#include "crypto/secret.h"
#include "mail/outbox.h"
#include "notices/answer.h"
#include "notices/decision.h"

/* Columns of statement_contributors. */
enum { CONTRIBUTION, EMAIL, TOLD_BEFORE };

/* The reference goes into the mail, and nowhere else. */
static struct error tell_contributor(struct db *db, struct arena *arena, const char *notice,
                                     bool takes_away, const struct rows *rows, size_t row)
{
	const char *email = rows_text(rows, row, EMAIL);
	bool begins = takes_away && !rows_flag(rows, row, TOLD_BEFORE);
	char reference[SECRET_TEXT] = "", digest[SHA256_TEXT] = "";
	struct error err = ok();

	if (begins && email && outbox_sends()) {
		secret_make(reference);
		notice_digest(reference, digest);
	}
	const char *const params[] = { notice, rows_text(rows, row, CONTRIBUTION),
		                           *digest ? digest : NULL };
	if (begins)
		err = db_do(db, SQL_STATEMENT_ADD, params, NULL);
	if (!err.code && email)
		err = answer_contributor(db, arena, notice, email, *reference ? reference : NULL);
	return err;
}

/* Those hear of it whom it takes something from, or who were told of a decision before. */
struct error statement_tell(struct db *db, struct arena *arena, const char *notice,
                            const struct notice_ruling *decision)
{
	bool takes_away = strcmp(decision->action, notice_actions[ACTION_NONE]) != 0;
	auto_rows *rows = NULL;
	struct error err = db_run(db, SQL_STATEMENT_CONTRIBUTORS, &notice, &rows);

	for (size_t r = 0; !err.code && r < rows_count(rows); r++)
		if (decision->upheld || rows_flag(rows, r, TOLD_BEFORE))
			err = tell_contributor(db, arena, notice, takes_away, rows, r);
	return err;
}

/* ------------------------------------------------------------------ reading */

static struct error read_statement(struct db *db, struct arena *arena, const struct rows *rows,
                                   size_t row, struct notice_statement *statement)
{
	struct error err = notice_by_id(db, arena, rows_text(rows, row, 2), &statement->notice);

	statement->id = rows_copy(rows, row, 0, arena);
	statement->contribution = rows_copy(rows, row, 1, arena);
	statement->notice.party = PARTY_CONTRIBUTOR;
	return err;
}

struct error statement_list(struct db *db, struct arena *arena, const struct contributor *by,
                            unsigned limit, struct notice_statement list[], size_t *ret_count)
{
	const char *const params[] = { by->account_id, by->volunteer_id,
		                           arena_printf(arena, "%u", limit) };
	auto_rows *rows = NULL;
	struct error err = db_run(db, SQL_STATEMENT_LIST, params, &rows);

	for (size_t r = 0; !err.code && r < rows_count(rows); r++)
		err = read_statement(db, arena, rows, r, &list[r]);
	if (!err.code)
		*ret_count = rows_count(rows);
	return err;
}

struct error statement_find(struct db *db, struct arena *arena, const struct contributor *by,
                            const char *id, struct notice_statement *ret_statement)
{
	const char *const params[] = { id, by->account_id, by->volunteer_id };
	unsigned char uuid[UUID_BYTES];
	auto_rows *rows = NULL;

	if (!uuid_from_text(uuid, id))
		return errorf(ERR_NOT_FOUND, "There is no such statement of yours.");
	struct error err = db_run(db, SQL_STATEMENT_FIND, params, &rows);
	if (err.code)
		return err;
	if (!rows_count(rows))
		return errorf(ERR_NOT_FOUND, "There is no such statement of yours.");
	return read_statement(db, arena, rows, 0, ret_statement);
}
