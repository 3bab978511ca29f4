/* SPDX-License-Identifier: Apache-2.0 */
#include "people/access_request.h"

#include <stdio.h>
#include <string.h>

#include "db/db.h"
#include "mail/message.h"
#include "mail/outbox.h"
#include "people/password_link.h"

struct error access_terms_read(struct db *db, struct arena *arena, struct access_terms *ret_terms)
{
	auto_rows *rows = NULL;
	struct error err = db_run(db, SQL_ACCESS_TERMS_READ, NULL, &rows);

	if (!err.code)
		*ret_terms = (struct access_terms){ .version = (int)rows_integer(rows, 0, 0),
			                                .text = rows_copy(rows, 0, 1, arena),
			                                .since = rows_copy(rows, 0, 2, arena) };
	return err;
}

struct error access_terms_add(struct db *db, const char *text, int *ret_version)
{
	auto_rows *rows = NULL;
	struct error err = db_run(db, SQL_ACCESS_TERMS_ADD, (const char *[]){ text }, &rows);

	if (!err.code)
		*ret_version = (int)rows_integer(rows, 0, 0);
	return err;
}

struct error access_request_make(struct db *db, const struct access_wish *wish,
                                 char ret_id[UUID_TEXT])
{
	char terms[12], waiting[12];
	auto_rows *rows = NULL;

	if (!message_address_is_good(wish->email))
		return error_field("/email", "is no e-mail address.");
	snprintf(terms, sizeof terms, "%d", wish->terms);
	snprintf(waiting, sizeof waiting, "%d", ACCESS_WAITING);
	const char *const params[] = { wish->email,   wish->name, wish->institution,
		                           wish->purpose, terms,      waiting };
	struct error err = db_run(db, SQL_ACCESS_REQUEST_MAKE, params, &rows);
	if (err.code)
		return err;
	if (!rows_flag(rows, 0, 0))
		return error_because(REASON_TERMS_CHANGED);
	if (rows_flag(rows, 0, 1))
		return errorf(ERR_UNAVAILABLE, "Many requests wait. Try again in a few days.");
	snprintf(ret_id, UUID_TEXT, "%s", rows_text(rows, 0, 2));
	return ok();
}

struct error access_request_answer(struct db *db, struct arena *arena, const char *id,
                                   struct access_answer *ret_answer)
{
	auto_rows *rows = NULL;
	struct error err = db_run(db, SQL_ACCESS_REQUEST_ANSWER, (const char *[]){ id }, &rows);

	if (err.code)
		return err;
	if (!rows_count(rows))
		return errorf(ERR_NOT_FOUND, "There is no such request.");
	*ret_answer = (struct access_answer){ .state = rows_copy(rows, 0, 0, arena),
		                                  .made_at = rows_copy(rows, 0, 1, arena),
		                                  .decided_at = rows_copy(rows, 0, 2, arena),
		                                  .reason = rows_copy(rows, 0, 3, arena) };
	return ok();
}

/* ------------------------------------------------------------------ its decision */

struct access_deciding {
	struct arena *arena;
	const struct access_decision *decision;
	const char **link;
};

static struct error mail_refusal(struct db *db, struct arena *arena, const char *to,
                                 const struct access_decision *decision)
{
	const char *text = arena_printf(arena,
	                                "You asked for access as a researcher to Touchstone. It was "
	                                "refused, for this reason:\n\n%s\n\nWhat you can do now:\n"
	                                "%s/access#%s\n",
	                                decision->reason, decision->server, decision->id);

	if (!outbox_sends())
		return ok();
	return outbox_add(db, &(struct mail){ .kind = "access-refused",
	                                      .to = to,
	                                      .subject = "Access to Touchstone was refused",
	                                      .text = text });
}

static struct error decide_held(struct db *db, const struct access_deciding *of, const char *email)
{
	const struct access_decision *decision = of->decision;
	const struct newcomer newcomer = { .email = email,
		                               .role = "researcher",
		                               .server = decision->server };
	char account[UUID_TEXT];
	struct error err;

	err = decision->approve ? newcomer_add(db, of->arena, &newcomer, account, of->link)
	                        : mail_refusal(db, of->arena, email, decision);
	if (err.code)
		return err;
	const char *const params[] = { decision->id, decision->approve ? "approved" : "refused",
		                           decision->by, decision->reason,
		                           decision->approve ? account : NULL };
	return db_do(db, SQL_ACCESS_REQUEST_DECIDE, params, NULL);
}

static struct error decide_request(struct db *db, void *arg)
{
	const struct access_deciding *of = arg;
	auto_rows *rows = NULL;
	struct error err =
		db_run(db, SQL_ACCESS_REQUEST_HOLD, (const char *[]){ of->decision->id }, &rows);

	if (err.code)
		return err;
	if (!rows_count(rows))
		return errorf(ERR_NOT_FOUND, "There is no such request.");
	if (strcmp(rows_text(rows, 0, 0), "open") != 0)
		return error_because(REASON_DECIDED);
	return decide_held(db, of, rows_text(rows, 0, 1));
}

struct error access_request_decide(struct db *db, struct arena *arena,
                                   const struct access_decision *decision, const char **ret_link)
{
	*ret_link = NULL;
	return db_transaction(db, decide_request,
	                      &(struct access_deciding){ arena, decision, ret_link });
}
