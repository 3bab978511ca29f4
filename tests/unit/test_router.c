/* SPDX-License-Identifier: Apache-2.0 */
/* The table of routes: lines that would let somebody in, or could not be served, stop the start. */
#include <check.h>
#include <string.h>

#include "api/api.h"
#include "http/router.h"
#include "suites.h"

static struct lane *lane;

static struct error one(struct request *req, struct db *db)
{
	(void)req, (void)db;
	return ok();
}

static void many(struct request *reqs[], size_t count, struct db *db)
{
	(void)reqs, (void)count, (void)db;
}

static bool here(struct request *req)
{
	(void)req;
	return false;
}

static const struct {
	struct route route;
	const char *fault; /* a part of what is said */
} faulty[] = {
	{ { "GET", "/a", .handle = one, .needs = 1 }, "only a lane" },
	{ { "POST", "/a", .handle = one, .lane = &lane, .budget = RATE_WRITE, .json = MAX_BODY + 1 },
	  "lets nobody send" },
	{ { "GET", "/a", .handle = one, .needs = 6 }, "only a lane" },
	{ { "GET", "/a", .handle_many = many }, "no lane" },
	{ { "GET", "/a", .lane = &lane }, "handle or handle_many" },
	{ { "GET", "/a", .handle = one, .handle_many = many, .lane = &lane }, "not both" },
	{ { "GET", "/a", .handle = one, .here = here }, "no lane" },
	{ { "GET", "/a", .handle = one, .here = here, .lane = &lane, .needs = 2 },
	  "before its account" },
	{ { "POST", "/a", .handle = one, .lane = &lane }, "without a budget" },
	{ { "GET", "a", .handle = one }, "begin with /" },
	{ { "GET", "/{*}/a", .handle = one }, "braces" },
	{ { "GET", "/{id}", .handle = one }, "braces" },
	{ { "GET", "/{}/{}/{}/{}/{}/{}/{}/{}/{}", .handle = one }, "more parts" },
	{ { "GET", "/first", .handle = one }, "twice" },
};

START_TEST(a_table_with_a_faulty_line_is_refused_and_names_it)
{
	const struct route routes[] = { { "GET", "/first", .handle = one },
		                            faulty[_i].route,
		                            { NULL } };
	struct router *router = NULL;
	struct error err = router_new(routes, &router);

	ck_assert_int_eq(err.code, ERR_INVALID);
	ck_assert_ptr_null(router);
	ck_assert_msg(strstr(err.detail, faulty[_i].fault) != NULL, "%s", err.detail);
	ck_assert_msg(strstr(err.detail, faulty[_i].route.path) != NULL, "%s", err.detail);
}
END_TEST

START_TEST(the_servers_own_table_is_good)
{
	struct router *router = NULL;
	struct error err = router_new(api_routes, &router);

	ck_assert_msg(!err.code, "%s", err.detail);
	router_free(router);
}
END_TEST

Suite *router_suite(void)
{
	Suite *suite = suite_create("router");
	TCase *table = tcase_create("table");

	tcase_add_loop_test(table, a_table_with_a_faulty_line_is_refused_and_names_it, 0,
	                    (int)(sizeof faulty / sizeof faulty[0]));
	tcase_add_test(table, the_servers_own_table_is_good);
	suite_add_tcase(suite, table);
	return suite;
}
