/* SPDX-License-Identifier: Apache-2.0 */
/* What is one's own: /sessions, /sign-ins, /tokens and /second-factor */
#include <string.h>

#include "api/accounts.h"
#include "api/api.h"
#include "core/clock.h"
#include "core/json_reader.h"
#include "core/strbuf.h"
#include "people/account.h"
#include "people/api_token.h"
#include "people/enrolment.h"
#include "people/second_factor.h"

/* ------------------------------------------------------------------ sessions */

struct error get_sessions(struct request *req, struct db *db)
{
	bool bearer;
	json_auto_t *items = json_array();
	const char *secret = session_secret(req, &bearer);
	struct error err = session_listing(db, req->account_id, secret, row_append, items);

	if (err.code)
		return err;
	request_json(req, 200, json_pack("{s:O}", "items", items));
	return ok();
}

/* All but the one that asks. */
struct error delete_sessions(struct request *req, struct db *db)
{
	bool bearer;
	const char *secret = session_secret(req, &bearer);
	struct error err = enrolment_end_sessions(db, req->account_id, NULL, secret);

	if (err.code)
		return err;
	request_empty(req, 204);
	return ok();
}

struct error delete_own_session(struct request *req, struct db *db)
{
	const char *id = NULL;
	struct error err = request_id(req, 0, &id);

	if (err.code || (err = enrolment_end_sessions(db, req->account_id, id, NULL)).code)
		return err;
	request_empty(req, 204);
	return ok();
}

struct error get_sign_ins(struct request *req, struct db *db)
{
	return answer_page(req, db, "sign-ins", sign_in_listing, req->account_id);
}

/* ------------------------------------------------------------------ tokens */

struct error get_tokens(struct request *req, struct db *db)
{
	return answer_page(req, db, "tokens", token_listing, req->account_id);
}

/* Is there a route that it covers? */
static bool scope_is_of_use(const char *scope)
{
	static const char base[] = "/api/v1";

	for (const struct route *route = api_routes; scope_is_good(scope) && route->method; route++)
		if (strncmp(route->path, base, strlen(base)) == 0 &&
		    scope_covers(scope, route->method, route->path + strlen(base)))
			return true;
	return false;
}

/* Lines of scopes; NULL where none are given. */
static const char *read_scopes(struct json_reader *r)
{
	struct strbuf text = { .arena = r->arena };
	json_t *scopes = read_array(r, "scopes", read_present(r, "scopes"), TOKEN_SCOPES), *scope;
	size_t i;

	if (!scopes)
		return NULL;
	json_array_foreach (scopes, i, scope) {
		if (!json_is_string(scope) || !scope_is_of_use(json_string_value(scope))) {
			json_reader_refuse(r, "scopes",
			                   "are lines such as \"GET /releases\", of routes that "
			                   "there are.");
			return NULL;
		}
		strbuf_add(&text, i ? "\n" : "");
		strbuf_add(&text, json_string_value(scope));
	}
	return text.bytes;
}

struct error post_token(struct request *req, struct db *db)
{
	char id[UUID_TEXT], secret[SECRET_TEXT], until[CLOCK_TEXT];
	json_auto_t *object = NULL;
	struct error err = api_need_session(req);

	if (err.code || (err = request_object(req, &object)).code)
		return err;
	struct json_reader r = { .object = object, .arena = req->arena };
	const struct token_wish wish = {
		.account_id = req->account_id,
		.name = read_text(&r, "name", 1, TOKEN_NAME),
		.scopes = read_scopes(&r),
		.days = (unsigned)read_integer_or(&r, "days", 1, TOKEN_DAYS_MAX, TOKEN_DAYS),
	};
	if ((err = json_reader_done(&r)).code)
		return err;
	if ((err = api_token_make(db, &wish, id, secret)).code)
		return err;
	clock_text(until, clock_now_s() + (int64_t)wish.days * 86400);
	request_json(req, 201,
	             json_pack("{s:s, s:s, s:s}", "id", id, "token", secret, "expires_at", until));
	return ok();
}

struct error delete_token(struct request *req, struct db *db)
{
	const char *id = NULL;
	struct error err = request_id(req, 0, &id);

	if (err.code || (err = api_token_revoke(db, req->account_id, id)).code)
		return err;
	request_empty(req, 204);
	return ok();
}

/* ------------------------------------------------------------------ second factor */

struct error get_factor(struct request *req, struct db *db)
{
	struct factor_state state;
	struct error err = second_factor_state(db, req->arena, req->account_id, &state);

	if (err.code)
		return err;
	request_json(req, 200,
	             json_pack("{s:b, s:s?, s:i, s:b}", "on", (int)state.on, "since", state.since,
	                       "recovery_codes_left", state.codes_left, "required",
	                       (int)api.factor_required));
	return ok();
}

struct error post_factor(struct request *req, struct db *db)
{
	char secret[TOTP_SECRET_TEXT];
	json_auto_t *object = NULL;
	struct error err = api_need_session(req);

	if (err.code || (err = request_object(req, &object)).code)
		return err;
	struct json_reader r = { .object = object, .arena = req->arena };
	const char *password = read_text(&r, "password", 1, PASSWORD_MAX_LEN);
	if ((err = json_reader_done(&r)).code)
		return err;
	if ((err = api_check_password(req, db, password)).code)
		return err;
	if ((err = second_factor_begin(db, api.keys, req->account_id, secret)).code)
		return err;
	request_json(req, 201,
	             json_pack("{s:s, s:o}", "secret", secret, "uri",
	                       json_sprintf("otpauth://totp/Touchstone:%s?secret=%s&issuer=Touchstone",
	                                    req->account_email, secret)));
	return ok();
}

/* Reads {"code": ...} of a person who is signed in. */
static struct error read_factor_code(struct request *req, json_t **object, struct factor_try *try)
{
	struct error err = api_need_session(req);

	if (err.code || (err = request_object(req, object)).code)
		return err;
	struct json_reader r = { .object = *object, .arena = req->arena };
	*try = (struct factor_try){ .keys = api.keys,
		                        .account_id = req->account_id,
		                        .code = read_text(&r, "code", TOTP_DIGITS, FACTOR_CODE_MOST) };
	return json_reader_done(&r);
}

struct error put_factor(struct request *req, struct db *db)
{
	char codes[RECOVERY_CODES][RECOVERY_CODE_TEXT];
	json_auto_t *object = NULL;
	struct factor_try try = { 0 };
	struct error err = read_factor_code(req, &object, &try);

	if (err.code || (err = second_factor_confirm(db, &try, codes)).code)
		return err;
	json_t *list = json_array();
	for (int c = 0; c < RECOVERY_CODES; c++)
		json_array_append_new(list, json_string(codes[c]));
	request_json(req, 200, json_pack("{s:o}", "recovery_codes", list));
	return ok();
}

struct error post_factor_removal(struct request *req, struct db *db)
{
	json_auto_t *object = NULL;
	struct factor_try try = { 0 };
	struct error err = read_factor_code(req, &object, &try);

	if (err.code)
		return err;
	err = second_factor_check(db, &try);
	if (err.reason == REASON_WRONG_CODE)
		return error_field("/code", "is not right, or was used before.");
	if (err.code || (err = second_factor_remove(db, req->account_id)).code)
		return err;
	request_empty(req, 204);
	return ok();
}
