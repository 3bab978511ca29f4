/* SPDX-License-Identifier: Apache-2.0 */
/* Who may ask is decided before any handler runs, whatever kind of handler a route has. */
#include <stdlib.h>
#include <string.h>

#include "api/api.h"
#include "client.h"
#include "core/vocabulary.h"
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
 * Who may ask for each route, written out here once more: - anybody, or the handler decides of whom
 * it is; v a volunteer; r researchers, moderators and admins; m moderators and admins; a admins.
 */
static const struct cell {
	const char *route;
	char who;
	const char *query; /* what the handler lets all of these ask */
} matrix[] = {
	{ "POST /api/v1/volunteers", '-', NULL },
	{ "GET /api/v1/me", 'v', NULL },
	{ "DELETE /api/v1/me", 'v', NULL },
	{ "POST /api/v1/assignments", 'v', NULL },
	{ "POST /api/v1/assignments/renew", 'v', NULL },
	{ "GET /api/v1/media/{}", '-', NULL },
	{ "POST /api/v1/judgments", 'v', NULL },
	{ "POST /api/v1/skips", 'v', NULL },
	{ "GET /api/v1/stats", '-', NULL },
	{ "GET /api/v1/stats/integrity", 'm', NULL },
	{ "GET /api/v1/stats/leaks", 'm', NULL },
	{ "POST /api/v1/session", '-', NULL },
	{ "GET /api/v1/session", '-', NULL },
	{ "DELETE /api/v1/session", '-', NULL },
	{ "PUT /api/v1/me/password", '-', NULL },
	{ "GET /api/v1/disputes", 'm', NULL },
	{ "GET /api/v1/disputes/{}", 'm', NULL },
	{ "POST /api/v1/disputes/{}/claim", 'm', NULL },
	{ "DELETE /api/v1/disputes/{}/claim", 'm', NULL },
	{ "POST /api/v1/disputes/{}/verdict", 'm', NULL },
	{ "POST /api/v1/disputes/{}/ruling", 'm', NULL },
	{ "POST /api/v1/disputes/{}/undo", 'm', NULL },
	{ "GET /api/v1/disputes/{}/notes", 'm', NULL },
	{ "POST /api/v1/disputes/{}/notes", 'm', NULL },
	{ "POST /api/v1/disputes/{}/escalate", 'm', NULL },
	{ "GET /api/v1/desk", 'm', NULL },
	{ "GET /api/v1/moderators", 'a', NULL },
	{ "GET /api/v1/contributions/{}/notes", 'm', NULL },
	{ "POST /api/v1/contributions/{}/notes", 'm', NULL },
	{ "POST /api/v1/contributions/review", 'm', NULL },
	{ "GET /api/v1/releases", '-', NULL },
	{ "POST /api/v1/releases", 'r', NULL },
	{ "GET /api/v1/releases/{}/{}", '-', NULL },
	{ "GET /api/v1/releases/{}/{}/diff", '-', NULL },
	{ "GET /api/v1/releases/{}/{}/files/{*}", '-', NULL },
	{ "GET /api/v1/releases/{}/{}/archives/{}", '-', NULL },
	{ "GET /api/v1/releases/{}/{}/layouts/{}/files/{*}", '-', NULL },
	{ "POST /api/v1/releases/{}/{}/layouts", 'r', NULL },
	{ "POST /api/v1/releases/{}/{}/unseal", 'm', NULL },
	{ "GET /api/v1/releases/{}/{}/croissant.json", '-', NULL },
	{ "GET /api/v1/revocations", '-', NULL },
	{ "GET /api/v1/revocations.atom", '-', NULL },
	{ "GET /api/v1/signing-keys", '-', NULL },
	{ "GET /api/v1/jobs", 'r', "?mine=true" },
	{ "GET /api/v1/jobs/{}", 'r', NULL },
	{ "DELETE /api/v1/jobs/{}", 'r', NULL },
	{ "GET /api/v1/set-asides", 'm', NULL },
	{ "POST /api/v1/set-asides", 'm', NULL },
	{ "GET /api/v1/set-asides/{}", 'm', NULL },
	{ "POST /api/v1/set-asides/{}/undo", 'm', NULL },
	{ "OPTIONS /api/v1/uploads", '-', NULL },
	{ "POST /api/v1/uploads", '-', NULL },
	{ "GET /api/v1/uploads/{}", '-', NULL },
	{ "PATCH /api/v1/uploads/{}", '-', NULL },
	{ "DELETE /api/v1/uploads/{}", '-', NULL },
	{ "POST /api/v1/items", '-', NULL },
	{ "POST /api/v1/items/{}/review", 'm', NULL },
	{ "POST /api/v1/items/{}/withdraw", 'm', NULL },
	{ "GET /api/v1/contributions", 'm', NULL },
	{ "GET /api/v1/contributions/{}", '-', NULL },
	{ "GET /api/v1/invitations", 'm', NULL },
	{ "POST /api/v1/invitations", 'm', NULL },
	{ "DELETE /api/v1/invitations/{}", 'm', NULL },
	{ "GET /api/v1/audit", 'a', NULL },
	{ "GET /api/v1/openapi.json", '-', NULL },
	{ "GET /healthz", '-', NULL },
	{ "GET /readyz", '-', NULL },
	{ "GET /metrics", '-', NULL },
	{ "GET /", '-', NULL },
	{ "GET /about", '-', NULL },
	{ "GET /data", '-', NULL },
	{ "GET /data/{}/{}", '-', NULL },
	{ "GET /moderate", '-', NULL },
	{ "GET /admin/audit", '-', NULL },
	{ "GET /static/{*}", '-', NULL },
};

#define CELLS (int)(sizeof matrix / sizeof matrix[0])
#define NO_ID "00000000-0000-4000-8000-000000000000"

START_TEST(every_route_stands_in_the_matrix)
{
	int routes = 0;

	for (const struct route *route = api_routes; route->method; route++, routes++) {
		bool found = false;
		for (int i = 0; i < CELLS; i++)
			found |= strcmp(matrix[i].route, say("%s %s", route->method, route->path)) == 0;
		ck_assert_msg(found, "%s %s", route->method, route->path);
	}
	ck_assert_int_eq(routes, CELLS);
}
END_TEST

/* Asks with ids of nothing and an empty body: who may ask is told what is wrong with that. */
static long status_of(const struct cell *cell, struct person *as)
{
	const char *pattern = strchr(cell->route, ' ') + 1, *path = "", *at;
	const char *method = say("%.*s", (int)(pattern - 1 - cell->route), cell->route);
	bool has_body = method[0] == 'P' && strcmp(method, "PATCH") != 0;

	for (; (at = strchr(pattern, '{')) != NULL; pattern = strchr(at, '}') + 1)
		path = say("%s%.*s%s", path, (int)(at - pattern), pattern, NO_ID);
	path = say("%s%s%s", path, pattern, cell->query ? cell->query : "");
	return call(&(struct call){
					.method = method, .path = path, .as = as, .text = has_body ? "{}" : NULL })
	    .status;
}

static void expect_let_in(const struct cell *cell, const char *whom, struct person *as)
{
	long status = status_of(cell, as);

	ck_assert_msg(status != 401 && status != 403 && status < 500, "%s, %s: %ld", cell->route, whom,
	              status);
}

static void expect_turned_away(const struct cell *cell, const char *whom, struct person *as,
                               long expected)
{
	long status = status_of(cell, as);

	ck_assert_msg(status == expected, "%s, %s: %ld", cell->route, whom, status);
}

START_TEST(each_role_and_nobody_may_ask_for_what_the_matrix_says)
{
	static const char ranks[] = "vrma"; /* in the order of account_roles */
	const struct cell *cell = &matrix[_i];
	struct person volunteer = a_volunteer();

	if (cell->who == '-') {
		ck_assert_int_ne(status_of(cell, NULL), 403);
		return;
	}
	expect_turned_away(cell, "nobody", NULL, 401);
	if (cell->who == 'v')
		expect_let_in(cell, "a volunteer", &volunteer);
	else
		expect_turned_away(cell, "a volunteer", &volunteer, 401);
	for (int role = 0; account_roles[role]; role++) {
		struct person account = an_account(account_roles[role]);

		if (cell->who == 'v')
			expect_turned_away(cell, account_roles[role], &account, 401);
		else if (role < strchr(ranks, cell->who) - ranks)
			expect_turned_away(cell, account_roles[role], &account, 403);
		else
			expect_let_in(cell, account_roles[role], &account);
	}
}
END_TEST

Suite *http_permission_suite(void)
{
	Suite *suite = suite_create("http/permission");
	TCase *roles = tcase_create("roles");

	tcase_set_timeout(roles, 60);
	tcase_add_test(roles, a_role_holds_for_handlers_of_one_and_of_many);
	tcase_add_test(roles, every_route_stands_in_the_matrix);
	tcase_add_loop_test(roles, each_role_and_nobody_may_ask_for_what_the_matrix_says, 0, CELLS);
	suite_add_tcase(suite, roles);
	return suite;
}
