/* SPDX-License-Identifier: Apache-2.0 */
/* Ways to an account: /password-links, /access-terms and /access-requests */
#include "people/access_request.h"

#include "api/accounts.h"
#include "api/api.h"
#include "core/json_reader.h"
#include "core/vocabulary.h"
#include "mail/outbox.h"
#include "people/account.h"
#include "people/password_link.h"

/* ------------------------------------------------------------------ a forgotten password */

struct error post_link_wish(struct request *req, struct db *db)
{
	json_auto_t *object = NULL;
	struct error err = request_object(req, &object);
	struct json_reader r = { .object = object, .arena = req->arena };

	if (err.code)
		return err;
	const char *email = read_text(&r, "email", 3, 254);
	if ((err = json_reader_done(&r)).code)
		return err;
	if (!outbox_sends())
		return error_because(REASON_NO_MAIL);
	if ((err = api_act_as(req, db, "visitor", NULL)).code)
		return err;
	if ((err = password_link_mail(db, email, api.address)).code)
		return err;
	request_empty(req, 204);
	return ok();
}

struct error post_link_use(struct request *req, struct db *db)
{
	json_auto_t *object = NULL;
	struct error err = request_object(req, &object);
	struct json_reader r = { .object = object, .arena = req->arena };

	if (err.code)
		return err;
	const char *token = read_text(&r, "token", 1, SECRET_TEXT);
	const char *password = read_text(&r, "new", PASSWORD_MIN_LEN, PASSWORD_MAX_LEN);
	if ((err = json_reader_done(&r)).code)
		return err;
	if ((err = api_act_as(req, db, "visitor", NULL)).code)
		return err;
	if ((err = password_link_use(db, token, password)).code)
		return err;
	request_empty(req, 204);
	return ok();
}

/* ------------------------------------------------------------------ access for researchers */

struct error get_access_terms(struct request *req, struct db *db)
{
	struct access_terms terms;
	struct error err = access_terms_read(db, req->arena, &terms);

	if (err.code)
		return err;
	request_json(req, 200,
	             json_pack("{s:i, s:s, s:s}", "version", terms.version, "text", terms.text, "since",
	                       terms.since));
	return ok();
}

struct error post_access_request(struct request *req, struct db *db)
{
	char id[UUID_TEXT];
	json_auto_t *object = NULL;
	struct error err = request_object(req, &object);
	struct json_reader r = { .object = object, .arena = req->arena };

	if (err.code)
		return err;
	const struct access_wish wish = {
		.email = read_text(&r, "email", 3, 254),
		.name = read_text(&r, "name", 1, ACCESS_NAME),
		.institution = read_text(&r, "institution", 1, ACCESS_NAME),
		.purpose = read_text(&r, "purpose", 1, ACCESS_PURPOSE),
		.terms = (int)read_integer(&r, "terms", 1, INT32_MAX),
	};
	if ((err = json_reader_done(&r)).code)
		return err;
	if ((err = api_act_as(req, db, "visitor", NULL)).code)
		return err;
	if ((err = access_request_make(db, &wish, id)).code)
		return err;
	request_json(req, 201, json_pack("{s:s}", "id", id));
	return ok();
}

struct error get_access_requests(struct request *req, struct db *db)
{
	const char *state = request_query(req, "state");

	if (state && !vocabulary_has(access_request_states, state))
		return error_field("/state", "is open, approved or refused.");
	return answer_page(req, db, "access-requests", access_request_listing, state);
}

struct error get_access_answer(struct request *req, struct db *db)
{
	struct access_answer answer;
	const char *id = NULL;
	struct error err = request_id(req, 0, &id);

	if (err.code || (err = access_request_answer(db, req->arena, id, &answer)).code)
		return err;
	request_json(req, 200,
	             json_pack("{s:s, s:s, s:s?, s:s?}", "state", answer.state, "made_at",
	                       answer.made_at, "decided_at", answer.decided_at, "reason",
	                       answer.reason));
	return ok();
}

static const char *const access_decisions[] = { "approve", "refuse", NULL };

struct error post_access_decision(struct request *req, struct db *db)
{
	const char *id = NULL, *link = NULL;
	json_auto_t *object = NULL;
	struct error err = request_id(req, 0, &id);

	if (err.code || (err = request_object(req, &object)).code)
		return err;
	struct json_reader r = { .object = object, .arena = req->arena };
	const struct access_decision decision = {
		.id = id,
		.by = req->account_id,
		.approve = read_choice(&r, "decision", access_decisions) == 0,
		.reason = read_text_or(&r, "reason", ACCESS_REASON, NULL),
		.server = api.address,
	};
	if (!decision.approve && !decision.reason)
		json_reader_refuse(&r, "reason", "is missing: who asked is told why.");
	if ((err = json_reader_done(&r)).code)
		return err;
	if ((err = access_request_decide(db, req->arena, &decision, &link)).code)
		return err;
	request_json(req, 200, json_pack("{s:s?}", "link", link));
	return ok();
}
