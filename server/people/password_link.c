/* SPDX-License-Identifier: Apache-2.0 */
#include "people/password_link.h"

#include <stdio.h>
#include <string.h>

#include "crypto/password.h"
#include "db/db.h"
#include "mail/message.h"
#include "mail/outbox.h"
#include "people/account.h"
#include "people/password_rules.h"
#include "people/secret_hash.h"

#define NUMBER_TEXT 12

static const char *link_address(struct arena *arena, const char *server, const char *token)
{
	return arena_printf(arena, "%s" PASSWORD_LINK_PATH "%s", server, token);
}

struct error password_link_make(struct db *db, struct arena *arena, const struct link_wish *wish,
                                const char **ret_link)
{
	char token[SECRET_TEXT], hash[SHA256_TEXT], seconds[NUMBER_TEXT];
	auto_rows *rows = NULL;

	secret_make(token);
	secret_hash(hash, token);
	snprintf(seconds, sizeof seconds, "%u", wish->seconds);
	struct error err = db_run(db, SQL_PASSWORD_LINK_MAKE,
	                          (const char *[]){ wish->account_id, hash, seconds }, &rows);
	if (err.code)
		return err;
	if (!rows_count(rows))
		return errorf(ERR_NOT_FOUND, "There is no such account that is active.");
	*ret_link = link_address(arena, wish->address, token);
	return ok();
}

/* ------------------------------------------------------------------ by mail */

static struct error mail_link(struct db *db, struct arena *arena, const char *to, const char *link)
{
	const char *text =
		arena_printf(arena,
	                 "Somebody, probably you, asked for a new password at Touchstone.\n\n"
	                 "Choose it here, within a day:\n%s\n\n"
	                 "If it was not you, do nothing: your password stays as it is.\n",
	                 link);

	return outbox_add(db, &(struct mail){ .kind = "password-link",
	                                      .to = to,
	                                      .subject = "A new password at Touchstone",
	                                      .text = text });
}

struct link_asked {
	const char *email, *server;
};

/* Of a stranger the same is written, and not kept. */
static struct error ask_for_link(struct db *db, void *arg)
{
	const struct link_asked *asked = arg;
	char token[SECRET_TEXT], hash[SHA256_TEXT], seconds[NUMBER_TEXT], every[NUMBER_TEXT];
	auto_rows *rows = NULL;

	secret_make(token);
	secret_hash(hash, token);
	snprintf(seconds, sizeof seconds, "%d", PASSWORD_LINK_S);
	snprintf(every, sizeof every, "%d", PASSWORD_LINK_EVERY);
	const char *const params[] = { asked->email, hash, seconds, every };
	struct error err = db_run(db, SQL_PASSWORD_LINK_ASK, params, &rows);
	if (err.code)
		return err;
	bool found = rows_count(rows) > 0;
	struct arena *arena = arena_new();
	err = mail_link(db, arena, found ? rows_text(rows, 0, 0) : "nobody@example.org",
	                link_address(arena, asked->server, token));
	arena_free(arena);
	return err.code || found ? err : errorf(ERR_NOT_FOUND, "nobody's address");
}

struct error password_link_mail(struct db *db, const char *email, const char *server)
{
	struct error err = db_transaction(db, ask_for_link, &(struct link_asked){ email, server });

	return err.code == ERR_NOT_FOUND ? ok() : err;
}

/* ------------------------------------------------------------------ its use */

struct error password_link_use(struct db *db, const char *token, const char *password)
{
	char token_hash[SHA256_TEXT], hash[PASSWORD_HASH];
	auto_rows *found = NULL, *rows = NULL;

	secret_hash(token_hash, token);
	struct error err = db_run(db, SQL_PASSWORD_LINK_FIND, (const char *[]){ token_hash }, &found);
	if (err.code)
		return err;
	if (!rows_count(found))
		return error_because(REASON_LINK_OVER);
	const char *fault = password_fault(password, rows_text(found, 0, 0));
	if (fault)
		return error_field("/new", "%s", fault);
	if ((err = password_hash(password, hash)).code)
		return err;
	err = db_run(db, SQL_PASSWORD_LINK_USE, (const char *[]){ token_hash, hash }, &rows);
	return err.code || rows_count(rows) ? err : error_because(REASON_LINK_OVER);
}

/* ------------------------------------------------------------------ who is new */

static struct error mail_welcome(struct db *db, struct arena *arena, const char *to,
                                 const char *link)
{
	const char *text = arena_printf(arena,
	                                "There is an account for you at Touchstone.\n\n"
	                                "Choose your password here, within a week:\n%s\n",
	                                link);

	return outbox_add(db, &(struct mail){ .kind = "welcome",
	                                      .to = to,
	                                      .subject = "Your account at Touchstone",
	                                      .text = text });
}

static struct error check_newcomer(const struct newcomer *newcomer)
{
	if (!message_address_is_good(newcomer->email) || strlen(newcomer->email) > 254)
		return error_field("/email", "is no e-mail address.");
	return ok();
}

struct error newcomer_add(struct db *db, struct arena *arena, const struct newcomer *newcomer,
                          char ret_id[UUID_TEXT], const char **ret_link)
{
	char password[SECRET_TEXT], hash[PASSWORD_HASH];
	const char *link = NULL;
	auto_rows *rows = NULL;
	struct error err = check_newcomer(newcomer);

	if (err.code)
		return err;
	secret_make(password);
	if ((err = password_hash(password, hash)).code)
		return err;
	const char *const params[] = { newcomer->email, newcomer->role, hash };
	if ((err = db_run(db, SQL_NEWCOMER_ADD, params, &rows)).code)
		return err;
	if (!rows_count(rows))
		return error_because(REASON_ACCOUNT_EXISTS);
	snprintf(ret_id, UUID_TEXT, "%s", rows_text(rows, 0, 0));
	const struct link_wish wish = { ret_id, newcomer->server, INVITATION_LINK_S };
	if ((err = password_link_make(db, arena, &wish, &link)).code)
		return err;
	*ret_link = outbox_sends() && !newcomer->tell_maker ? NULL : link;
	return outbox_sends() ? mail_welcome(db, arena, newcomer->email, link) : ok();
}
