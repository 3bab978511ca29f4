/* SPDX-License-Identifier: Apache-2.0 */
/* Who may ask is decided before any handler runs, whatever kind of handler a route has. */
#include <stdlib.h>
#include <string.h>

#include "api/api.h"
#include "client.h"
#include "core/vocabulary.h"
#include "crypto/password.h"
#include "database.h"
#include "db/db.h"
#include "http/rate_limit.h"
#include "people/permission.h"
#include "suites.h"
#include "work/lane.h"
#include "world.h"

static struct lane *trial_lane;

static struct error answer_one(struct request *req, struct db *db)
{
	(void)db;
	request_json(req, 200, json_pack("{s:s}", "account", req->account_id ? req->account_id : ""));
	return ok();
}

static void answer_many(struct request *reqs[], size_t count, struct db *db)
{
	for (size_t i = 0; i < count; i++)
		answer_one(reqs[i], db);
}

/* Routes such as nobody has written yet: with a role, one request at a time or many. */
static const struct route trial_routes[] = {
	{ "GET", "/one", .handle = answer_one, .lane = &trial_lane, .needs = MAY_RULE },
	{ "GET", "/many", .handle_many = answer_many, .lane = &trial_lane, .needs = MAY_RULE },
	{ NULL },
};

static void *open_trial_db(void *arg)
{
	(void)arg;
	return db_open(getenv("DATABASE_URL"), 0);
}

static void close_trial_db(void *db)
{
	db_close(db);
}

/* A server of the test's own, in its process; gone with it. Returns its address. */
static const char *a_trial_server(void)
{
	struct rate_limits *rate_limits = NULL;
	struct server *server = NULL;

	api.keys = server_seal();
	ck_assert_int_eq(rate_limits_read("off", &rate_limits).code, OK);
	trial_lane = lane_start(&(struct lane_config){ .name = "trial",
	                                               .threads = 1,
	                                               .depth = 64,
	                                               .batch = LANE_MAX_BATCH,
	                                               .open = open_trial_db,
	                                               .close = close_trial_db,
	                                               .serve = api_serve });
	ck_assert_ptr_nonnull(trial_lane);
	struct server_config config = { .listen = "127.0.0.1:0",
		                            .routes = trial_routes,
		                            .public_url = "http://127.0.0.1",
		                            .rate_limits = rate_limits,
		                            .keys = api.keys,
		                            .admit = api_admit,
		                            .refuse = request_fail,
		                            .headers = api_headers_of(false) };
	struct error err = server_start(&config, &server);
	ck_assert_msg(!err.code, "%s", err.detail);
	return say("http://%s", server_address(server));
}

static long status_for(const char *server, const char *path, struct person *as)
{
	return call(&(struct call){ .server = server, .path = path, .as = as }).status;
}

START_TEST(a_role_holds_for_handlers_of_one_and_of_many)
{
	const char *server = a_trial_server();
	static const char *const paths[] = { "/one", "/many" };
	struct person forger = { .bearer = "nonsense" };
	struct person researcher = an_account("researcher"), moderator = an_account("moderator");
	struct person volunteer = a_volunteer();

	for (size_t p = 0; p < 2; p++) {
		ck_assert_int_eq(status_for(server, paths[p], NULL), 401);
		ck_assert_int_eq(status_for(server, paths[p], &volunteer), 401);
		ck_assert_int_eq(status_for(server, paths[p], &forger), 401);
		ck_assert_int_eq(status_for(server, paths[p], &researcher), 403);
		ck_assert_int_eq(status_for(server, paths[p], &moderator), 200);
	}
}
END_TEST

/*
 * Who may ask for each route, written out here once more. For each of these six, in this order:
 * + they are let in; ? they are asked who they are; x they may not.
 */
enum { NOBODY, VOLUNTEER, ACCOUNTS, ASKERS = ACCOUNTS + 4 };

static const struct cells {
	const char *route, *may;
} matrix[] = {
	{ "POST /api/v1/volunteers", "++++++" },
	{ "GET /api/v1/me", "?+????" },
	{ "DELETE /api/v1/me", "?+????" },
	{ "POST /api/v1/assignments", "?+????" },
	{ "POST /api/v1/assignments/renew", "?+????" },
	{ "GET /api/v1/media/{}", "++++++" },
	{ "POST /api/v1/judgments", "?+????" },
	{ "POST /api/v1/skips", "?+????" },
	{ "GET /api/v1/stats", "++++++" },
	{ "GET /api/v1/stats/integrity", "??xx++" },
	{ "GET /api/v1/stats/leaks", "??xx++" },
	{ "POST /api/v1/session", "++++++" },
	{ "GET /api/v1/session", "??++++" },
	{ "DELETE /api/v1/session", "++++++" },
	{ "PUT /api/v1/me/password", "??++++" },
	{ "GET /api/v1/disputes", "??xx++" },
	{ "GET /api/v1/disputes/{}", "??xx++" },
	{ "POST /api/v1/disputes/{}/claim", "??xx++" },
	{ "DELETE /api/v1/disputes/{}/claim", "??xx++" },
	{ "POST /api/v1/disputes/{}/verdict", "??xx++" },
	{ "POST /api/v1/disputes/{}/ruling", "??xx++" },
	{ "POST /api/v1/disputes/{}/undo", "??xx++" },
	{ "GET /api/v1/disputes/{}/evidence", "??xx++" },
	{ "POST /api/v1/disputes/{}/fact-checks", "??xx++" },
	{ "DELETE /api/v1/disputes/{}/fact-checks/{}", "??xx++" },
	{ "GET /api/v1/me/settings", "??++++" },
	{ "PUT /api/v1/me/settings", "??++++" },
	{ "POST /api/v1/me/breaks", "??++++" },
	{ "GET /api/v1/releases", "++++++" },
	{ "POST /api/v1/releases", "??x+++" },
	{ "GET /api/v1/releases/{}/{}", "++++++" },
	{ "GET /api/v1/releases/{}/{}/diff", "++++++" },
	{ "GET /api/v1/releases/{}/{}/files/{*}", "++++++" },
	{ "GET /api/v1/releases/{}/{}/archives/{}", "++++++" },
	{ "GET /api/v1/releases/{}/{}/layouts/{}/files/{*}", "++++++" },
	{ "POST /api/v1/releases/{}/{}/layouts", "??x+++" },
	{ "POST /api/v1/releases/{}/{}/unseal", "??xx++" },
	{ "POST /api/v1/releases/{}/{}/open", "??xxx+" },
	{ "GET /api/v1/releases/{}/{}/croissant.json", "++++++" },
	{ "GET /api/v1/revocations", "++++++" },
	{ "GET /api/v1/revocations.atom", "++++++" },
	{ "GET /api/v1/signing-keys", "++++++" },
	{ "GET /api/v1/jobs", "??x+++" },
	{ "GET /api/v1/jobs/{}", "??x+++" },
	{ "DELETE /api/v1/jobs/{}", "??x+++" },
	{ "GET /api/v1/set-asides", "??xx++" },
	{ "POST /api/v1/set-asides", "??xx++" },
	{ "GET /api/v1/set-asides/{}", "??xx++" },
	{ "POST /api/v1/set-asides/{}/undo", "??xx++" },
	{ "OPTIONS /api/v1/uploads", "++++++" },
	{ "POST /api/v1/uploads", "?+x+++" },
	{ "GET /api/v1/uploads/{}", "?+x+++" },
	{ "PATCH /api/v1/uploads/{}", "?+x+++" },
	{ "DELETE /api/v1/uploads/{}", "?+x+++" },
	{ "POST /api/v1/items", "?+x+++" },
	{ "POST /api/v1/items/{}/review", "??xx++" },
	{ "POST /api/v1/items/{}/withdraw", "??xx++" },
	{ "GET /api/v1/contributions", "??xx++" },
	{ "GET /api/v1/contributions/{}", "?+x+++" },
	{ "GET /api/v1/me/statements", "?+x+++" },
	{ "POST /api/v1/me/statements/{}/complaint", "?+x+++" },
	{ "GET /api/v1/invitations", "??xx++" },
	{ "POST /api/v1/invitations", "??xx++" },
	{ "DELETE /api/v1/invitations/{}", "??xx++" },
	{ "GET /api/v1/audit", "??xxx+" },
	{ "POST /api/v1/notices", "++++++" },
	{ "GET /api/v1/notices", "??xx++" },
	{ "GET /api/v1/notices/figures.csv", "??xx++" },
	{ "POST /api/v1/notices/state", "++++++" },
	{ "POST /api/v1/notices/complaints", "++++++" },
	{ "GET /api/v1/notices/{}", "++++++" },
	{ "GET /api/v1/notices/{}/medium", "??xx++" },
	{ "POST /api/v1/notices/{}/decision", "??xx++" },
	{ "PUT /api/v1/notices/{}/hidden", "??xx++" },
	{ "GET /access", "++++++" },
	{ "GET /admin/moderators", "++++++" },
	{ "GET /report", "++++++" },
	{ "GET /moderate/notices", "++++++" },
	{ "GET /api/v1/accounts", "??xxx+" },
	{ "POST /api/v1/accounts", "??xxx+" },
	{ "GET /api/v1/accounts/{}", "??xxx+" },
	{ "PATCH /api/v1/accounts/{}", "??xxx+" },
	{ "POST /api/v1/accounts/{}/password-link", "??xxx+" },
	{ "GET /api/v1/accounts/{}/sessions", "??xxx+" },
	{ "DELETE /api/v1/accounts/{}/sessions", "??xxx+" },
	{ "DELETE /api/v1/accounts/{}/sessions/{}", "??xxx+" },
	{ "GET /api/v1/accounts/{}/tokens", "??xxx+" },
	{ "DELETE /api/v1/accounts/{}/tokens/{}", "??xxx+" },
	{ "GET /api/v1/accounts/{}/sign-ins", "??xxx+" },
	{ "DELETE /api/v1/accounts/{}/second-factor", "??xxx+" },
	{ "GET /api/v1/sessions", "??++++" },
	{ "DELETE /api/v1/sessions", "??++++" },
	{ "DELETE /api/v1/sessions/{}", "??++++" },
	{ "GET /api/v1/sign-ins", "??++++" },
	{ "GET /api/v1/tokens", "??++++" },
	{ "POST /api/v1/tokens", "??++++" },
	{ "DELETE /api/v1/tokens/{}", "??++++" },
	{ "GET /api/v1/second-factor", "??++++" },
	{ "POST /api/v1/second-factor", "??++++" },
	{ "PUT /api/v1/second-factor", "??++++" },
	{ "POST /api/v1/second-factor/removal", "??++++" },
	{ "POST /api/v1/password-links", "++++++" },
	{ "POST /api/v1/password-links/use", "++++++" },
	{ "GET /api/v1/access-terms", "++++++" },
	{ "GET /api/v1/access-requests", "??xx++" },
	{ "POST /api/v1/access-requests", "++++++" },
	{ "GET /api/v1/access-requests/{}", "++++++" },
	{ "POST /api/v1/access-requests/{}/decision", "??xx++" },
	{ "GET /admin", "++++++" },
	{ "GET /api/v1/disputes/{}/notes", "??xx++" },
	{ "POST /api/v1/disputes/{}/notes", "??xx++" },
	{ "POST /api/v1/disputes/{}/escalate", "??xx++" },
	{ "GET /api/v1/desk", "??xx++" },
	{ "GET /api/v1/moderators", "??xxx+" },
	{ "GET /api/v1/campaigns", "??xx++" },
	{ "POST /api/v1/campaigns", "??xxx+" },
	{ "GET /api/v1/campaigns/{}", "??xx++" },
	{ "PATCH /api/v1/campaigns/{}", "??xxx+" },
	{ "GET /api/v1/campaigns/{}/live", "??xx++" },
	{ "GET /api/v1/campaigns/{}/rigging", "??xx++" },
	{ "POST /api/v1/campaigns/{}/open", "??xxx+" },
	{ "POST /api/v1/campaigns/{}/pause", "??xxx+" },
	{ "POST /api/v1/campaigns/{}/close", "??xxx+" },
	{ "GET /api/v1/contributions/{}/notes", "??xx++" },
	{ "POST /api/v1/contributions/{}/notes", "??xx++" },
	{ "POST /api/v1/contributions/review", "??xx++" },
	{ "GET /api/v1/openapi.json", "++++++" },
	{ "GET /healthz", "++++++" },
	{ "GET /readyz", "++++++" },
	{ "GET /metrics", "++++++" },
	{ "GET /", "++++++" },
	{ "GET /about", "++++++" },
	{ "GET /data", "++++++" },
	{ "GET /data/{}/{}", "++++++" },
	{ "GET /moderate", "++++++" },
	{ "GET /admin/audit", "++++++" },
	{ "GET /admin/campaigns", "++++++" },
	{ "GET /static/{*}", "++++++" },
};

#define CURRENT "no word but this one"

/* What some are asked beside ids of nothing, so that who may ask is all that is decided on. */
static const struct {
	const char *route, *query, *text;
} asked_more[] = {
	{ "GET /api/v1/jobs", "?mine=true", NULL },
	{ "PUT /api/v1/me/password", "",
	  "{\"current\": \"" CURRENT "\", \"new\": \"four words make one\"}" },
};

#define ROUTES (int)(sizeof matrix / sizeof matrix[0])
#define NO_ID  "00000000-0000-4000-8000-000000000000"

START_TEST(every_route_stands_in_the_matrix)
{
	int routes = 0;

	for (const struct route *route = api_routes; route->method; route++, routes++) {
		bool found = false;
		for (int i = 0; i < ROUTES; i++)
			found |= strcmp(matrix[i].route, say("%s %s", route->method, route->path)) == 0;
		ck_assert_msg(found, "%s %s", route->method, route->path);
	}
	ck_assert_int_eq(routes, ROUTES);
}
END_TEST

/* Asks with ids of nothing and an empty body: who may ask is told what is wrong with that. */
static long status_of(const struct cells *cells, struct person *as)
{
	const char *pattern = strchr(cells->route, ' ') + 1, *path = "", *at;
	struct call asked = { .method = say("%.*s", (int)(pattern - 1 - cells->route), cells->route),
		                  .as = as,
		                  .headers = { "Tus-Resumable: 1.0.0", "Upload-Offset: 0" } };

	for (; (at = strchr(pattern, '{')) != NULL; pattern = strchr(at, '}') + 1)
		path = say("%s%.*s%s", path, (int)(at - pattern), pattern, NO_ID);
	path = say("%s%s", path, pattern);
	if (strcmp(cells->route, "PATCH /api/v1/uploads/{}") == 0)
		asked.type = "application/offset+octet-stream";
	if (asked.method[0] == 'P')
		asked.text = "{}";
	for (size_t i = 0; i < sizeof asked_more / sizeof asked_more[0]; i++)
		if (strcmp(asked_more[i].route, cells->route) == 0) {
			path = say("%s%s", path, asked_more[i].query);
			asked.text = asked_more[i].text;
		}
	asked.path = path;
	return call(&asked).status;
}

/* Accounts of the tests have none, until one is asked for it. */
static void set_passwords(const char *password)
{
	char hash[PASSWORD_HASH];

	ck_assert_int_eq(password_hash(password, hash).code, 0);
	tell_db("UPDATE account SET password_hash = '%s' WHERE password_hash = 'none'", hash);
}

static void expect_cell(const struct cells *cells, int asker)
{
	const char *name = asker == NOBODY      ? "nobody"
	                   : asker == VOLUNTEER ? "a volunteer"
	                                        : account_roles[asker - ACCOUNTS];
	struct person person = asker == NOBODY      ? (struct person){ 0 }
	                       : asker == VOLUNTEER ? a_volunteer()
	                                            : an_account(name);
	if (strncmp(cells->route, "PUT", 3) == 0)
		set_passwords(CURRENT);
	long status = status_of(cells, asker == NOBODY ? NULL : &person);
	char is = status == 401 ? '?' : status == 403 ? 'x' : status < 500 && status != 429 ? '+' : '!';

	ck_assert_msg(is == cells->may[asker], "%s, %s: %ld", cells->route, name, status);
}

START_TEST(each_role_and_nobody_may_ask_for_what_the_matrix_says)
{
	ck_assert_uint_eq(strlen(matrix[_i].may), ASKERS);
	for (int asker = NOBODY; asker < ASKERS; asker++)
		expect_cell(&matrix[_i], asker);
	ck_assert_ptr_null(account_roles[ASKERS - ACCOUNTS]);
}
END_TEST

Suite *http_permission_suite(void)
{
	Suite *suite = suite_create("http/permission");
	TCase *roles = tcase_create("roles");

	tcase_set_timeout(roles, 60);
	tcase_add_test(roles, a_role_holds_for_handlers_of_one_and_of_many);
	tcase_add_test(roles, every_route_stands_in_the_matrix);
	tcase_add_loop_test(roles, each_role_and_nobody_may_ask_for_what_the_matrix_says, 0, ROUTES);
	suite_add_tcase(suite, roles);
	return suite;
}
