/* SPDX-License-Identifier: Apache-2.0 */
/*
 * serve -- what happens between a route and its handler: who asks, may they, and which
 * requests of a batch belong together.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "api/api.h"
#include "core/clock.h"
#include "db/db.h"
#include "people/account.h"
#include "people/api_token.h"
#include "people/permission.h"
#include "people/volunteer.h"
#include "work/lane.h"

struct api api;
struct lane *lane_queries, *lane_assignments, *lane_answers, *lane_passwords, *lane_uploads,
	*lane_media, *lane_releases;

static void admit_volunteer(struct request *req, const struct volunteer_pass *pass)
{
	int64_t until_s;

	memcpy(req->volunteer, pass->id, sizeof pass->id);
	memcpy(&until_s, pass->until_s, sizeof until_s);
	req->spared = pass->spared;
	if (until_s > clock_now_s())
		memcpy(&req->event, pass->event, sizeof req->event);
}

const char *api_volunteer(struct request *req)
{
	char id[UUID_TEXT];

	if (!req->is_volunteer)
		return NULL;
	uuid_to_text(id, req->volunteer);
	return arena_copy(req->arena, id, UUID_TEXT - 1);
}

struct error api_admit(struct request *req)
{
	struct volunteer_pass pass;

	req->is_volunteer = volunteer_cookie_open(req, &pass);
	if (req->is_volunteer)
		admit_volunteer(req, &pass);
	if (req->route->volunteer && !req->is_volunteer)
		return error_because(REASON_NO_CONSENT);
	if (req->route->volunteer && pass.consent < CONSENT_VERSION && !req->route->of_before)
		return error_because(REASON_CONSENT_CHANGED);
	if (req->route->needs && !session_secret(req, &(bool){ false }))
		return errorf(ERR_NOBODY, "Sign in first.");
	return ok();
}

/* Its route below /api/v1, which scopes of tokens name. */
static const char *serve_scoped_path(const struct request *req)
{
	static const char base[] = "/api/v1";
	const char *path = req->route->path;

	return strncmp(path, base, strlen(base)) == 0 ? path + strlen(base) : path;
}

struct error api_check_scope(const struct request *req, const struct account *account)
{
	if (scopes_cover(account->scopes, req->route->method, serve_scoped_path(req)))
		return ok();
	return error_because(REASON_OUT_OF_SCOPE);
}

struct error api_account_may(struct request *req, struct db *db, unsigned needs)
{
	struct account account;
	bool bearer;
	const char *secret = session_secret(req, &bearer);
	struct error err = bearer ? account_of_token(db, req->arena, secret, &account)
	                          : account_of_session(db, req->arena, secret, &account);

	if (err.code)
		return err;
	req->account_id = arena_copy(req->arena, account.id, strlen(account.id));
	req->account_email = account.email;
	req->permissions = permission_of_role(account.role);
	if (needs & ~req->permissions)
		return errorf(ERR_FORBIDDEN, "Your account may not do this.");
	if ((err = api_check_scope(req, &account)).code)
		return err;
	if (account.one_time)
		return error_because(REASON_ONE_TIME_PASSWORD);
	if (api.factor_required && !account.has_factor && needs != MAY_OWN &&
	    permission_is_guarded(req->permissions))
		return error_because(REASON_FACTOR_NEEDED);
	return ok();
}

/* May they? Of an account that is decided here alone, for every route: here is a database. */
static struct error serve_permit(struct request *req, struct db *db)
{
	if (!req->route->needs || req->is_permitted)
		return ok();
	struct error err = api_account_may(req, db, req->route->needs);
	req->is_permitted = !err.code;
	return err;
}

struct error api_act_as(struct request *req, struct db *db, const char *kind, const char *id)
{
	char network[20];

	snprintf(network, sizeof network, "%016" PRIx64, req->network);
	return db_act_as(db, id ? arena_printf(req->arena, "%s:%s", kind, id) : kind,
	                 req->network ? network : NULL);
}

/* Who is signed in acts; of all others a handler says it, where it is known. */
static struct error serve_acting(struct request *req, struct db *db)
{
	return req->account_id ? api_act_as(req, db, "account", req->account_id)
	                       : db_act_as(db, "system", NULL);
}

static void serve_one(struct request *req, struct db *db)
{
	if (request_read_piece(req))
		return;
	struct error err = db ? serve_acting(req, db) : ok();

	if (!err.code)
		err = req->is_piece ? req->route->take(req, db) : req->route->handle(req, db);
	if (err.code)
		request_fail(req, err);
}

/* Moves those who may not ask behind the others, answered. Returns how many may. */
static size_t turn_away(struct request *reqs[], size_t count, struct db *db)
{
	size_t permitted = 0;

	for (size_t i = 0; i < count; i++) {
		struct request *req = reqs[i];
		struct error err = serve_permit(req, db);

		if (err.code) {
			request_fail(req, err);
			continue;
		}
		reqs[i] = reqs[permitted];
		reqs[permitted++] = req;
	}
	return permitted;
}

static void serve_route(const struct route *route, struct request *reqs[], size_t count, void *db)
{
	size_t permitted = turn_away(reqs, count, db);

	if (route->handle_many && permitted)
		route->handle_many(reqs, permitted, db);
	for (size_t i = 0; !route->handle_many && i < permitted; i++)
		serve_one(reqs[i], db);
	for (size_t i = 0; i < count; i++)
		request_finish(reqs[i]);
}

/*
 * A lane may carry several routes.  Who waits together has no order: those of one route are one
 * batch, whatever came between them.
 */
void api_serve(void *db, void *items[], size_t count)
{
	struct request *together[LANE_MAX_BATCH];

	while (count) {
		const struct route *route = ((struct request *)items[0])->route;
		size_t same = 0, others = 0;

		for (size_t i = 0; i < count; i++) {
			struct request *req = items[i];

			if (req->route == route)
				together[same++] = req;
			else
				items[others++] = req;
		}
		serve_route(route, together, same, db);
		count = others;
	}
}
