/* SPDX-License-Identifier: Apache-2.0 */
/* Who may ask is decided before any handler runs, whatever kind of handler a route has. */
#include <stdlib.h>

#include "api/api.h"
#include "client.h"
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

Suite *http_permission_suite(void)
{
	Suite *suite = suite_create("http/permission");
	TCase *roles = tcase_create("roles");

	tcase_set_timeout(roles, 60);
	tcase_add_test(roles, a_role_holds_for_handlers_of_one_and_of_many);
	suite_add_tcase(suite, roles);
	return suite;
}
