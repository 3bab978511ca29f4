/* SPDX-License-Identifier: Apache-2.0 */
/* /session and /me/password */
#include <string.h>

#include "api/api.h"
#include "core/clock.h"
#include "core/reader.h"
#include "domain/account.h"

static json_t *account_json(const struct account *account)
{
	return json_pack("{s:{s:s, s:s, s:b}}", "account", "email", account->email, "role",
					 account_roles[account->role], "must_change_password", (int)account->one_time);
}

/*
 * Beside the budget of a network, one for each address, or many networks could guess at one.
 * Capitals make no other address, neither here nor in account_by_email.
 */
static struct error check_pace(struct request *req, const char *email)
{
	char *small = arena_copy(req->arena, email, strlen(email));

	for (char *c = small; *c; c++)
		*c = (char)(*c >= 'A' && *c <= 'Z' ? *c | 32 : *c);
	return budget_take(api.addresses, BUDGET_SIGN_IN,
					   seal_keyed_hash(api.seal, small, strlen(small)), clock_monotonic_ms());
}

struct error post_session(struct request *req, struct db *db)
{
	json_auto_t *object = NULL;
	struct account account;
	char session[SECRET_TEXT];
	struct error err = request_object(req, &object);
	struct reader r = { .object = object, .arena = req->arena };

	if (err.code)
		return err;
	const char *email = read_text(&r, "email", 3, 254);
	const char *password = read_text(&r, "password", 1, PASSWORD_MAX_LEN);
	if ((err = reader_done(&r)).code)
		return err;
	if ((err = check_pace(req, email)).code)
		return err;
	if ((err = account_sign_in(db, req->arena, email, password, &account, session)).code)
		return err;
	const char *old = request_cookie(req, session_cookie_name());
	if (old && (err = account_sign_out(db, old)).code)
		return err;
	set_cookie(req, session_cookie_name(), session, SESSION_S);
	request_json(req, 201, account_json(&account));
	return ok();
}

/* A one-time password opens this endpoint and the change of password, nothing else. */
static struct error who(struct request *req, struct db *db, struct account *account)
{
	bool bearer;
	const char *secret = session_secret(req, &bearer);

	if (!secret)
		return errorf(ERR_NOBODY, "Sign in first.");
	return bearer ? account_of_token(db, req->arena, secret, account)
				  : account_of_session(db, req->arena, secret, account);
}

struct error get_session(struct request *req, struct db *db)
{
	struct account account;
	struct error err = who(req, db, &account);

	if (err.code)
		return err;
	request_json(req, 200, account_json(&account));
	return ok();
}

struct error delete_session(struct request *req, struct db *db)
{
	const char *session = request_cookie(req, session_cookie_name());
	struct error err;

	if (session && (err = account_sign_out(db, session)).code)
		return err;
	set_cookie(req, session_cookie_name(), "", 0);
	request_empty(req, 204);
	return ok();
}

struct error put_password(struct request *req, struct db *db)
{
	json_auto_t *object = NULL;
	struct account account;
	char session[SECRET_TEXT];
	struct error err = request_object(req, &object);
	struct reader r = { .object = object, .arena = req->arena };

	if (err.code)
		return err;
	const char *current = read_text(&r, "current", 1, PASSWORD_MAX_LEN);
	const char *password = read_text(&r, "new", PASSWORD_MIN_LEN, PASSWORD_MAX_LEN);
	if (current && password && strcmp(current, password) == 0)
		reader_refuse(&r, "new", "must be another password.");
	if ((err = reader_done(&r)).code)
		return err;
	if ((err = who(req, db, &account)).code)
		return err;
	if ((err = check_pace(req, account.email)).code)
		return err;
	if ((err = account_change_password(db, &account, current, password, session)).code)
		return err;
	set_cookie(req, session_cookie_name(), session, SESSION_S);
	request_empty(req, 204);
	return ok();
}
