/* SPDX-License-Identifier: Apache-2.0 */
/* /session and /me/password */
#include <string.h>

#include "api/api.h"
#include "core/clock.h"
#include "core/json_reader.h"
#include "core/log.h"
#include "core/uuid.h"
#include "crypto/secret.h"
#include "mail/outbox.h"
#include "people/account.h"
#include "people/permission.h"
#include "people/second_factor.h"

static json_t *account_json(const struct account *account)
{
	bool needed = api.factor_required && !account->has_factor &&
	              permission_is_guarded(permission_of_role(account->role));

	return json_pack("{s:{s:s, s:s, s:b, s:b, s:b, s:b}}", "account", "email", account->email,
	                 "role", account_roles[account->role], "must_change_password",
	                 (int)account->one_time, "gets_mail", (int)outbox_sends(), "second_factor",
	                 (int)account->has_factor, "needs_second_factor", (int)needed);
}

/* What a browser keeps after signing in: exactly these bytes are sealed. */
struct device {
	uint64_t email; /* keyed hash of the account's address */
	unsigned char number[UUID_BYTES];
};

#define DEVICE_S (365 * 86400)

/* Capitals make no other address, neither here nor in account_by_email. */
static uint64_t email_hash(struct request *req, const char *email)
{
	char *small = arena_copy(req->arena, email, strlen(email));

	for (char *c = small; *c; c++)
		*c = (char)(*c >= 'A' && *c <= 'Z' ? *c | 32 : *c);
	return token_keyed_hash(api.keys, small, strlen(small));
}

/* Did this browser sign in to that account before? */
static bool device_known(struct request *req, uint64_t email, struct device *ret_device)
{
	const char *cookie = lasting_cookie(req, device_cookie_name());

	return cookie && token_open(api.keys, TOKEN_DEVICE, cookie, ret_device, sizeof *ret_device) &&
	       ret_device->email == email;
}

static void remember_device(struct request *req, uint64_t email)
{
	struct device device = { .email = email };
	char *text = arena_alloc(req->arena, TOKEN_TEXT(sizeof device));

	if (device_known(req, email, &device))
		return;
	device.email = email;
	uuid_random(device.number);
	token_seal(api.keys, TOKEN_DEVICE, &device, sizeof device, text);
	set_cookie(req, device_cookie_name(), text, DEVICE_S);
}

/* What a try at an account was taken from. */
struct sign_in_pace {
	bool known;       /* the browser signed in to it before */
	bool stranger;    /* neither did it, nor anybody of its network */
	uint64_t account; /* keyed hash of the address */
	uint64_t place;   /* ... with the network, or the browser */
};

static struct error slowed_down(const struct request *req, unsigned wait_s, const char *who)
{
	log_warn("sign-ins to one account are slowed down for %s, network %016llx", who,
	         (unsigned long long)req->network);
	struct error err =
		errorf_because(REASON_TOO_MANY_SIGN_INS,
	                   "Too many tries at this account from %s. Wait %u seconds.", who, wait_s);
	err.retry_after_s = wait_s;
	return err;
}

/*
 * Beside the budget of a network, one for each address and network: a network that guesses spends
 * its own, and locks nobody out elsewhere.  A browser that has signed in before has one to itself,
 * so that neighbours who guess cannot lock it out either.  Who guesses from many networks spends
 * the budget that an address has for strangers: networks from which somebody signed in to it are
 * none.
 */
static struct error check_pace(struct request *req, struct db *db, const char *email,
                               struct sign_in_pace *pace)
{
	struct device device;
	uint64_t key[2] = { email_hash(req, email), req->network };
	bool known_network = false;
	struct error err = account_knows_network(db, email, req->network, &known_network);

	if (err.code)
		return err;
	*pace = (struct sign_in_pace){ .known = device_known(req, key[0], &device), .account = key[0] };
	pace->stranger = !pace->known && !known_network;
	if (pace->known)
		memcpy(&key[1], device.number, sizeof key[1]);
	pace->place = token_keyed_hash(api.keys, key, sizeof key);
	err = rate_limit_take(api.addresses, RATE_SIGN_IN, pace->place, clock_monotonic_ms());
	if (err.code)
		return slowed_down(req, err.retry_after_s, "your network");
	if (pace->stranger)
		err = rate_limit_take(api.strangers, RATE_SIGN_IN, pace->account, clock_monotonic_ms());
	return err.code ? slowed_down(req, err.retry_after_s, "where nobody signed in to it") : ok();
}

/* A server that could not look at the password takes no try for it. */
static void sessions_forgive(const struct request *req, struct error err,
                             const struct sign_in_pace *pace)
{
	if (err.code != ERR_UNAVAILABLE)
		return;
	rate_limit_give_back(api.addresses, RATE_SIGN_IN, pace->place);
	if (pace->stranger)
		rate_limit_give_back(api.strangers, RATE_SIGN_IN, pace->account);
	rate_limit_give_back_network(api.rate_limits, RATE_SIGN_IN, req->network, req->block);
}

static json_t *signed_in_json(const struct account *account, int64_t failed)
{
	json_t *body = account_json(account);

	json_object_set_new(body, "failed_sign_ins", json_integer(failed));
	return body;
}

static struct error begin_signed_in(struct request *req, struct db *db, struct sign_in *sign_in)
{
	struct account account;
	char session[SECRET_TEXT];
	int64_t failed = 0;
	struct sign_in_pace pace;
	struct error err = check_pace(req, db, sign_in->email, &pace);

	if (err.code)
		return err;
	sign_in->known = pace.known;
	if ((err = api_act_as(req, db, "visitor", NULL)).code)
		return err;
	err = account_sign_in(db, req->arena, sign_in, &account, session, &failed);
	sessions_forgive(req, err, &pace);
	if (err.code)
		return err;
	const char *old = request_cookie(req, session_cookie_name());
	if (old && (err = account_sign_out(db, old)).code)
		return err;
	remember_device(req, email_hash(req, account.email));
	set_cookie(req, session_cookie_name(), session, SESSION_S);
	request_json(req, 201, signed_in_json(&account, failed));
	return ok();
}

struct error post_session(struct request *req, struct db *db)
{
	json_auto_t *object = NULL;
	struct error err = request_object(req, &object);
	struct json_reader r = { .object = object, .arena = req->arena };

	if (err.code)
		return err;
	struct sign_in sign_in = { .email = read_text(&r, "email", 3, 254),
		                       .password = read_text(&r, "password", 1, PASSWORD_MAX_LEN),
		                       .code = read_text_or(&r, "code", FACTOR_CODE_MOST, NULL),
		                       .keys = api.keys,
		                       .network = req->network };
	err = json_reader_done(&r);
	return err.code ? err : begin_signed_in(req, db, &sign_in);
}

/* A one-time password opens this endpoint and the change of password, nothing else. */
static struct error sessions_who(struct request *req, struct db *db, struct account *account)
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
	struct error err = sessions_who(req, db, &account);

	if (err.code)
		return err;
	request_json(req, 200, account_json(&account));
	return ok();
}

struct error delete_session(struct request *req, struct db *db)
{
	const char *session = request_cookie(req, session_cookie_name());
	struct error err = api_act_as(req, db, "visitor", NULL);

	if (err.code)
		return err;
	if (session && (err = account_sign_out(db, session)).code)
		return err;
	if (session)
		passes_revoke_session(session);
	set_cookie(req, session_cookie_name(), "", 0);
	request_empty(req, 204);
	return ok();
}

/* The account, where its token is for this. */
static struct error sessions_scoped(struct request *req, struct db *db, struct account *account)
{
	struct error err = sessions_who(req, db, account);

	return err.code ? err : api_check_scope(req, account);
}

static struct error replace_password(struct request *req, struct db *db,
                                     const struct password_change *change)
{
	struct account account;
	char session[SECRET_TEXT];
	struct sign_in_pace pace;
	struct error err = sessions_scoped(req, db, &account);

	if (err.code)
		return err;
	if ((err = check_pace(req, db, account.email, &pace)).code)
		return err;
	if ((err = api_act_as(req, db, "account", account.id)).code)
		return err;
	err = account_change_password(db, &account, change, session);
	sessions_forgive(req, err, &pace);
	if (err.code)
		return err;
	set_cookie(req, session_cookie_name(), session, SESSION_S);
	request_empty(req, 204);
	return ok();
}

struct error put_password(struct request *req, struct db *db)
{
	json_auto_t *object = NULL;
	struct error err = request_object(req, &object);
	struct json_reader r = { .object = object, .arena = req->arena };

	if (err.code)
		return err;
	const struct password_change change = {
		.current = read_text(&r, "current", 1, PASSWORD_MAX_LEN),
		.password = read_text(&r, "new", PASSWORD_MIN_LEN, PASSWORD_MAX_LEN),
		.network = req->network,
	};
	if (change.current && change.password && strcmp(change.current, change.password) == 0)
		json_reader_refuse(&r, "new", "must be another password.");
	err = json_reader_done(&r);
	return err.code ? err : replace_password(req, db, &change);
}

struct error api_check_password(struct request *req, struct db *db, const char *password)
{
	struct account account = { .email = req->account_email };
	struct sign_in_pace pace;
	struct error err = check_pace(req, db, req->account_email, &pace);

	if (err.code)
		return err;
	err = account_check_password(db, &account, password);
	sessions_forgive(req, err, &pace);
	return err;
}
