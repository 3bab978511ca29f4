/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/account.h"

#include <stdio.h>
#include <string.h>

#include "core/hash.h"
#include "db/db.h"

const char *const account_roles[] = { "volunteer", "researcher", "moderator", "admin", NULL };

/* What the database keeps of a random secret. */
static void secret_hash(char text[SHA256_TEXT], const char *secret)
{
	unsigned char digest[SHA256_BYTES];

	sha256_bytes(digest, secret, strlen(secret));
	hex_encode(text, digest, sizeof digest);
}

static void read_account(const struct rows *rows, struct arena *arena, struct account *account)
{
	const char *role = rows_text(rows, 0, 2);

	snprintf(account->id, sizeof account->id, "%s", rows_text(rows, 0, 0));
	account->email = rows_copy(rows, 0, 1, arena);
	account->role = 0;
	for (unsigned i = 0; account_roles[i]; i++)
		if (strcmp(account_roles[i], role) == 0)
			account->role = i;
	account->one_time = rows_flag(rows, 0, 4);
}

static bool is_role(const char *role)
{
	for (unsigned i = 0; account_roles[i]; i++)
		if (strcmp(account_roles[i], role) == 0)
			return true;
	return false;
}

static bool is_email(const char *email)
{
	const char *at = strchr(email, '@');

	return at && at != email && at[1] && !strchr(at + 1, '@') && strlen(email) <= 254 &&
		   !strpbrk(email, " \t\r\n,;<>\"");
}

struct error account_add(struct db *db, const char *email, const char *role,
						 char ret_password[SECRET_TEXT])
{
	char hash[PASSWORD_HASH];
	auto_rows *rows = NULL;
	struct error err;

	if (!is_role(role))
		return errorf(ERR_INVALID,
					  "there is no role \"%s\": volunteer, researcher, moderator, admin", role);
	if (!is_email(email))
		return errorf(ERR_INVALID, "\"%s\" is no e-mail address", email);
	secret_make(ret_password);
	ret_password[20] = '\0'; /* 120 bits, and still short enough to type */
	if ((err = password_hash(ret_password, hash)).code)
		return err;
	if ((err = db_run(db, SQL_ACCOUNT_CREATE, (const char *[]){ email, role, hash }, &rows)).code)
		return err;
	return rows_count(rows) ? ok() : errorf(ERR_CONFLICT, "there is an account %s already", email);
}

struct error account_token(struct db *db, const char *email, unsigned days,
						   char ret_token[SECRET_TEXT])
{
	char hash[SHA256_TEXT], text[12];
	auto_rows *rows = NULL;
	struct error err;

	secret_make(ret_token);
	secret_hash(hash, ret_token);
	snprintf(text, sizeof text, "%u", days);
	const char *params[] = { hash, email, days ? text : NULL };
	if ((err = db_run(db, SQL_ACCOUNT_MAKE_TOKEN, params, &rows)).code)
		return err;
	return rows_count(rows) ? ok() : errorf(ERR_NOT_FOUND, "there is no account %s", email);
}

static struct error begin_session(struct db *db, const char *account_id, const char *password_hash,
								  char ret_session[SECRET_TEXT])
{
	char hash[SHA256_TEXT], seconds[12];
	int64_t begun = 0;

	secret_make(ret_session);
	secret_hash(hash, ret_session);
	snprintf(seconds, sizeof seconds, "%d", SESSION_S);
	const char *params[] = { hash, account_id, seconds, password_hash };
	struct error err = db_do(db, SQL_ACCOUNT_SIGN_IN, params, &begun);
	if (!err.code && !begun)
		return errorf(ERR_NOBODY,
					  "The password was changed a moment ago. Sign in with the new one.");
	return err;
}

struct error account_sign_in(struct db *db, struct arena *arena, const char *email,
							 const char *password, struct account *ret_account,
							 char ret_session[SECRET_TEXT])
{
	auto_rows *rows = NULL;
	struct error err = db_run(db, SQL_ACCOUNT_BY_EMAIL, (const char *[]){ email }, &rows);

	if (err.code)
		return err;
	if (!password_matches(password, rows_count(rows) ? rows_text(rows, 0, 3) : NULL))
		return errorf(ERR_NOBODY, "There is no account with this address and password.");
	read_account(rows, arena, ret_account);
	return begin_session(db, ret_account->id, rows_text(rows, 0, 3), ret_session);
}

struct error account_sign_out(struct db *db, const char *session)
{
	char hash[SHA256_TEXT];

	secret_hash(hash, session);
	return db_do(db, SQL_ACCOUNT_SIGN_OUT, (const char *[]){ hash }, NULL);
}

static struct error account_of(struct db *db, struct arena *arena, enum statement statement,
							   const char *secret, struct account *ret_account)
{
	char hash[SHA256_TEXT];
	auto_rows *rows = NULL;
	struct error err;

	secret_hash(hash, secret);
	if ((err = db_run(db, statement, (const char *[]){ hash }, &rows)).code)
		return err;
	if (!rows_count(rows))
		return errorf(ERR_NOBODY, "Sign in first.");
	read_account(rows, arena, ret_account);
	return ok();
}

struct error account_of_session(struct db *db, struct arena *arena, const char *session,
								struct account *ret_account)
{
	return account_of(db, arena, SQL_ACCOUNT_BY_SESSION, session, ret_account);
}

struct error account_of_token(struct db *db, struct arena *arena, const char *token,
							  struct account *ret_account)
{
	return account_of(db, arena, SQL_ACCOUNT_BY_TOKEN, token, ret_account);
}

struct error account_change_password(struct db *db, const struct account *account,
									 const char *current, const char *password,
									 char ret_session[SECRET_TEXT])
{
	char hash[PASSWORD_HASH];
	auto_rows *rows = NULL;
	struct error err;

	if ((err = db_run(db, SQL_ACCOUNT_BY_EMAIL, (const char *[]){ account->email }, &rows)).code)
		return err;
	if (!password_matches(current, rows_count(rows) ? rows_text(rows, 0, 3) : NULL))
		return errorf(ERR_FORBIDDEN, "The current password is another.");
	if ((err = password_hash(password, hash)).code)
		return err;
	if ((err = db_do(db, SQL_ACCOUNT_SET_PASSWORD, (const char *[]){ account->id, hash }, NULL))
			.code)
		return err;
	return begin_session(db, account->id, hash, ret_session);
}
