/* SPDX-License-Identifier: Apache-2.0 */
/* /accounts: others' accounts, for admins */
#include "api/accounts.h"

#include "api/api.h"
#include "core/json_reader.h"
#include "core/vocabulary.h"
#include "people/api_token.h"
#include "people/enrolment.h"
#include "people/second_factor.h"

static const char *const account_states[] = { "active", "disabled", NULL };

struct error get_accounts(struct request *req, struct db *db)
{
	return answer_page(req, db, "accounts", account_listing, NULL);
}

/* Answers with one account as the list has it. */
static struct error answer_account(struct request *req, struct db *db, unsigned status,
                                   const char *id, const char *link)
{
	json_auto_t *rows = json_array();
	struct error err = account_told(db, id, row_append, rows);

	if (err.code)
		return err;
	json_t *body = json_pack("{s:O}", "account", json_array_get(rows, 0));
	if (link)
		json_object_set_new(body, "link", json_string(link));
	request_json(req, status, body);
	return ok();
}

struct error get_account(struct request *req, struct db *db)
{
	const char *id = NULL;
	struct error err = request_id(req, 0, &id);

	return err.code ? err : answer_account(req, db, 200, id, NULL);
}

struct error post_account(struct request *req, struct db *db)
{
	const char *link = NULL;
	char id[UUID_TEXT];
	json_auto_t *object = NULL;
	struct error err = request_object(req, &object);
	struct json_reader r = { .object = object, .arena = req->arena };

	if (err.code)
		return err;
	const struct newcomer newcomer = { .email = read_text(&r, "email", 3, 254),
		                               .role =
		                                   account_roles[read_choice(&r, "role", account_roles)],
		                               .server = api.address,
		                               .tell_maker = true };
	if ((err = json_reader_done(&r)).code)
		return err;
	if ((err = enrolment_add(db, req->arena, &newcomer, id, &link)).code)
		return err;
	return answer_account(req, db, 201, id, link);
}

/* A word of a list, NULL where it is not there. */
static const char *read_word_or_null(struct json_reader *r, const char *key,
                                     const char *const words[])
{
	return read_present(r, key) ? words[read_choice(r, key, words)] : NULL;
}

struct error patch_account(struct request *req, struct db *db)
{
	const char *id = NULL;
	json_auto_t *object = NULL;
	struct error err = request_id(req, 0, &id);

	if (err.code || (err = request_object(req, &object)).code)
		return err;
	struct json_reader r = { .object = object, .arena = req->arena };
	const struct enrolment_change change = {
		.role = read_word_or_null(&r, "role", account_roles),
		.state = read_word_or_null(&r, "state", account_states),
	};
	if ((err = json_reader_done(&r)).code)
		return err;
	if ((err = enrolment_change(db, id, &change)).code)
		return err;
	return answer_account(req, db, 200, id, NULL);
}

struct error post_password_link(struct request *req, struct db *db)
{
	const char *id = NULL, *link = NULL;
	struct error err = request_id(req, 0, &id);

	if (err.code || (err = api_need_session(req)).code)
		return err;
	const struct link_wish wish = { id, api.address, PASSWORD_LINK_S };
	if ((err = password_link_make(db, req->arena, &wish, &link)).code)
		return err;
	request_json(req, 201, json_pack("{s:s}", "link", link));
	return ok();
}

struct error get_account_sessions(struct request *req, struct db *db)
{
	const char *id = NULL;
	bool bearer;
	struct error err = request_id(req, 0, &id);

	if (err.code)
		return err;
	json_auto_t *items = json_array();
	const char *secret = session_secret(req, &bearer);
	if ((err = session_listing(db, id, secret, row_append, items)).code)
		return err;
	request_json(req, 200, json_pack("{s:O}", "items", items));
	return ok();
}

struct error delete_account_sessions(struct request *req, struct db *db)
{
	const char *id = NULL;
	struct error err = request_id(req, 0, &id);

	if (err.code || (err = enrolment_end_sessions(db, id, NULL, NULL)).code)
		return err;
	request_empty(req, 204);
	return ok();
}

struct error delete_account_session(struct request *req, struct db *db)
{
	const char *id = NULL, *session = NULL;
	struct error err = request_id(req, 0, &id);

	if (err.code || (err = request_id(req, 1, &session)).code)
		return err;
	if ((err = enrolment_end_sessions(db, id, session, NULL)).code)
		return err;
	request_empty(req, 204);
	return ok();
}

struct error get_account_tokens(struct request *req, struct db *db)
{
	const char *id = NULL;
	struct error err = request_id(req, 0, &id);

	return err.code ? err : answer_page(req, db, "tokens", token_listing, id);
}

struct error delete_account_token(struct request *req, struct db *db)
{
	const char *id = NULL, *token = NULL;
	struct error err = request_id(req, 0, &id);

	if (err.code || (err = request_id(req, 1, &token)).code)
		return err;
	if ((err = api_token_revoke(db, id, token)).code)
		return err;
	request_empty(req, 204);
	return ok();
}

struct error get_account_sign_ins(struct request *req, struct db *db)
{
	const char *id = NULL;
	struct error err = request_id(req, 0, &id);

	return err.code ? err : answer_page(req, db, "sign-ins", sign_in_listing, id);
}

struct error delete_account_factor(struct request *req, struct db *db)
{
	const char *id = NULL;
	struct error err = request_id(req, 0, &id);

	if (err.code || (err = api_need_session(req)).code)
		return err;
	if ((err = second_factor_remove(db, id)).code)
		return err;
	request_empty(req, 204);
	return ok();
}
