/* SPDX-License-Identifier: Apache-2.0 */
#include "people/account.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/log.h"
#include "crypto/password.h"
#include "crypto/sha256.h"
#include "db/db.h"
#include "people/password_rules.h"
#include "people/second_factor.h"
#include "people/secret_hash.h"

#define NETWORK_TEXT 17

/* NULL: not known. */
static const char *network_text(char text[NETWORK_TEXT], uint64_t network)
{
	snprintf(text, NETWORK_TEXT, "%016" PRIx64, network);
	return network ? text : NULL;
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
	account->has_factor = rows_flag(rows, 0, 5);
	account->scopes = rows_copy(rows, 0, 6, arena);
}

static bool is_email(const char *email)
{
	const char *at = strchr(email, '@');

	return at && at != email && at[1] && !strchr(at + 1, '@') && strlen(email) <= 254 &&
	       !strpbrk(email, " \t\r\n,;<>\"");
}

static struct error check_role(const char *role)
{
	return vocabulary_has(account_roles, role)
	           ? ok()
	           : errorf(ERR_INVALID,
	                    "there is no role \"%.40s\": volunteer, researcher, moderator, "
	                    "admin",
	                    role);
}

static struct error no_account(const char *email)
{
	return errorf(ERR_NOT_FOUND, "there is no account %.100s", email);
}

static struct error make_one_time(char ret_password[SECRET_TEXT], char hash[PASSWORD_HASH])
{
	secret_make(ret_password);
	ret_password[20] = '\0'; /* 120 bits, and still short enough to type */
	return password_hash(ret_password, hash);
}

struct error account_add(struct db *db, const char *email, const char *role,
                         char ret_password[SECRET_TEXT])
{
	char hash[PASSWORD_HASH];
	auto_rows *rows = NULL;
	struct error err;

	if ((err = check_role(role)).code)
		return err;
	if (!is_email(email))
		return errorf(ERR_INVALID, "\"%.100s\" is no e-mail address", email);
	if ((err = make_one_time(ret_password, hash)).code)
		return err;
	if ((err = db_run(db, SQL_ACCOUNT_CREATE, (const char *[]){ email, role, hash }, &rows)).code)
		return err;
	return rows_count(rows)
	           ? ok()
	           : errorf(ERR_CONFLICT,
	                    "there is an account %.100s already; for a new one-time password: "
	                    "touchstone account reset %.100s",
	                    email, email);
}

struct error account_reset(struct db *db, const char *email, char ret_password[SECRET_TEXT])
{
	char hash[PASSWORD_HASH];
	auto_rows *rows = NULL;
	struct error err = make_one_time(ret_password, hash);

	if (err.code)
		return err;
	if ((err = db_run(db, SQL_ACCOUNT_RESET, (const char *[]){ email, hash }, &rows)).code)
		return err;
	return rows_count(rows) ? ok() : no_account(email);
}

struct error account_set_role(struct db *db, const char *email, const char *role)
{
	int64_t changed = 0;
	struct error err = check_role(role);

	if (!err.code)
		err = db_do(db, SQL_ACCOUNT_SET_ROLE, (const char *[]){ email, role }, &changed);
	return err.code || changed ? err : no_account(email);
}

struct error account_enable(struct db *db, const char *email, bool enabled)
{
	auto_rows *rows = NULL;
	struct error err = db_run(db, SQL_ACCOUNT_SET_STATE,
	                          (const char *[]){ email, enabled ? "active" : "disabled" }, &rows);

	return err.code || rows_count(rows) ? err : no_account(email);
}

/* Runs a statement that says how many it ended. */
static struct error end_all(struct db *db, enum statement statement, const char *email,
                            int64_t *ret_ended)
{
	auto_rows *rows = NULL;
	struct error err = db_run(db, statement, (const char *[]){ email }, &rows);

	if (err.code)
		return err;
	if (!rows_count(rows))
		return no_account(email);
	*ret_ended = rows_integer(rows, 0, 0);
	return ok();
}

struct error account_end_sessions(struct db *db, const char *email, int64_t *ret_ended)
{
	return end_all(db, SQL_ACCOUNT_END_SESSIONS, email, ret_ended);
}

struct error account_drop_factor(struct db *db, const char *email)
{
	int64_t dropped;

	return end_all(db, SQL_ACCOUNT_DROP_FACTOR, email, &dropped);
}

struct error account_revoke_tokens(struct db *db, const char *email, int64_t *ret_revoked)
{
	return end_all(db, SQL_ACCOUNT_REVOKE_TOKENS, email, ret_revoked);
}

struct error account_id_of(struct db *db, const char *email, char ret_id[UUID_TEXT])
{
	auto_rows *rows = NULL;
	struct error err = db_run(db, SQL_ACCOUNT_BY_EMAIL, (const char *[]){ email }, &rows);

	if (err.code)
		return err;
	if (!rows_count(rows))
		return errorf(ERR_NOT_FOUND, "there is no active account with the address %s", email);
	snprintf(ret_id, UUID_TEXT, "%s", rows_text(rows, 0, 0));
	return ok();
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
	const char *params[] = { hash, email, text };
	if ((err = db_run(db, SQL_ACCOUNT_MAKE_TOKEN, params, &rows)).code)
		return err;
	return rows_count(rows) ? ok() : no_account(email);
}

/* Who begins a session, and from where. */
struct session_start {
	const char *account_id, *password_hash;
	uint64_t network;
};

static struct error begin_session(struct db *db, const struct session_start *start,
                                  char ret_session[SECRET_TEXT], int64_t *ret_failed)
{
	char hash[SHA256_TEXT], seconds[12], network[NETWORK_TEXT];
	auto_rows *rows = NULL;

	secret_make(ret_session);
	secret_hash(hash, ret_session);
	snprintf(seconds, sizeof seconds, "%d", SESSION_S);
	const char *params[] = { hash, start->account_id, seconds, start->password_hash,
		                     network_text(network, start->network) };
	struct error err = db_run(db, SQL_ACCOUNT_SIGN_IN, params, &rows);
	if (err.code)
		return err;
	if (!rows_count(rows))
		return error_because(REASON_PASSWORD_CHANGED);
	*ret_failed = rows_integer(rows, 0, 0);
	return ok();
}

static struct error note_failure(struct db *db, const struct sign_in *sign_in, const char *who)
{
	log_warn("a sign-in failed: %s, from network %016" PRIx64, who, sign_in->network);
	return db_do(db, SQL_ACCOUNT_NOTE_FAILURE, (const char *[]){ sign_in->email }, NULL);
}

/* The log is told of an account by its address, and of strangers nothing that they wrote. */
static struct error refuse_sign_in(struct db *db, const struct sign_in *sign_in, bool known)
{
	struct error err = note_failure(db, sign_in, known ? sign_in->email : "no such account");

	return err.code ? err : error_because(REASON_WRONG_SIGN_IN);
}

/* Behind the right password: the code, where the account has a second factor. */
static struct error check_factor(struct db *db, const struct sign_in *sign_in,
                                 const struct account *account)
{
	const struct factor_try try = { .keys = sign_in->keys,
		                            .account_id = account->id,
		                            .code = sign_in->code,
		                            .known = sign_in->known };

	if (!account->has_factor)
		return ok();
	struct error err = second_factor_check(db, &try);
	if (err.reason != REASON_WRONG_CODE)
		return err;
	struct error noted = note_failure(db, sign_in, sign_in->email);
	return noted.code ? noted : err;
}

struct error account_sign_in(struct db *db, struct arena *arena, const struct sign_in *sign_in,
                             struct account *ret_account, char ret_session[SECRET_TEXT],
                             int64_t *ret_failed)
{
	auto_rows *rows = NULL;
	struct error err = db_run(db, SQL_ACCOUNT_BY_EMAIL, (const char *[]){ sign_in->email }, &rows);

	if (err.code)
		return err;
	bool known = rows_count(rows) > 0, matches;
	err = password_check(sign_in->password, known ? rows_text(rows, 0, 3) : NULL, &matches);
	if (err.code)
		return err;
	if (!matches)
		return refuse_sign_in(db, sign_in, known);
	if (rows_flag(rows, 0, 7))
		return error_because(REASON_ONE_TIME_PASSWORD_SPENT);
	read_account(rows, arena, ret_account);
	if ((err = check_factor(db, sign_in, ret_account)).code)
		return err;
	const struct session_start start = { .account_id = ret_account->id,
		                                 .password_hash = rows_text(rows, 0, 3),
		                                 .network = sign_in->network };
	return begin_session(db, &start, ret_session, ret_failed);
}

struct error account_knows_network(struct db *db, const char *email, uint64_t network,
                                   bool *ret_known)
{
	char text[NETWORK_TEXT];
	auto_rows *rows = NULL;
	struct error err = db_run(db, SQL_ACCOUNT_KNOWN_NETWORK,
	                          (const char *[]){ email, network_text(text, network) }, &rows);

	if (!err.code)
		*ret_known = rows_flag(rows, 0, 0);
	return err;
}

struct error account_sign_out(struct db *db, const char *session)
{
	char hash[SHA256_TEXT];

	secret_hash(hash, session);
	return db_do(db, SQL_ACCOUNT_SIGN_OUT, (const char *[]){ hash }, NULL);
}

static struct error account_of(struct db *db, struct arena *arena, enum statement statement,
                               const char *const params[], struct account *ret_account)
{
	auto_rows *rows = NULL;
	struct error err = db_run(db, statement, params, &rows);

	if (err.code)
		return err;
	if (!rows_count(rows))
		return error_because(REASON_SIGNED_OUT);
	read_account(rows, arena, ret_account);
	return ok();
}

struct error account_of_session(struct db *db, struct arena *arena, const char *session,
                                struct account *ret_account)
{
	char hash[SHA256_TEXT], idle[12];

	secret_hash(hash, session);
	snprintf(idle, sizeof idle, "%d", SESSION_IDLE_S);
	return account_of(db, arena, SQL_ACCOUNT_BY_SESSION, (const char *[]){ hash, idle },
	                  ret_account);
}

struct error account_of_token(struct db *db, struct arena *arena, const char *token,
                              struct account *ret_account)
{
	char hash[SHA256_TEXT];

	secret_hash(hash, token);
	return account_of(db, arena, SQL_ACCOUNT_BY_TOKEN, (const char *[]){ hash }, ret_account);
}

struct error account_check_password(struct db *db, const struct account *account,
                                    const char *password)
{
	auto_rows *rows = NULL;
	bool matches;
	struct error err = db_run(db, SQL_ACCOUNT_BY_EMAIL, (const char *[]){ account->email }, &rows);

	if (err.code)
		return err;
	err = password_check(password, rows_count(rows) ? rows_text(rows, 0, 3) : NULL, &matches);
	return err.code || matches ? err : error_because(REASON_WRONG_PASSWORD);
}

struct error account_change_password(struct db *db, const struct account *account,
                                     const struct password_change *change,
                                     char ret_session[SECRET_TEXT])
{
	const char *fault = password_fault(change->password, account->email);
	char hash[PASSWORD_HASH];
	int64_t failed;
	struct error err;

	if (fault)
		return error_field("/new", "%s", fault);
	if ((err = account_check_password(db, account, change->current)).code)
		return err;
	if ((err = password_hash(change->password, hash)).code)
		return err;
	if ((err = db_do(db, SQL_ACCOUNT_SET_PASSWORD, (const char *[]){ account->id, hash }, NULL))
	        .code)
		return err;
	const struct session_start start = { account->id, hash, change->network };
	return begin_session(db, &start, ret_session, &failed);
}

struct error account_each(struct db *db, void (*use)(void *arg, const struct account_entry *entry),
                          void *arg)
{
	auto_rows *rows = NULL;
	struct error err = db_run(db, SQL_ACCOUNT_LIST, NULL, &rows);

	for (size_t r = 0; !err.code && r < rows_count(rows); r++)
		use(arg, &(struct account_entry){ .email = rows_text(rows, r, 0),
		                                  .role = rows_text(rows, r, 1),
		                                  .state = rows_text(rows, r, 2),
		                                  .one_time = rows_flag(rows, r, 3),
		                                  .sessions = rows_integer(rows, r, 4),
		                                  .tokens = rows_integer(rows, r, 5),
		                                  .made = rows_text(rows, r, 6) });
	return err;
}
