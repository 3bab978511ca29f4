/* SPDX-License-Identifier: Apache-2.0 */
/* /api/v1/openapi.json: all of it and nothing else. Every answer of every test is held to it. */
#include <string.h>
#include <strings.h>

#include "api/api.h"
#include "client.h"
#include "describe.h"
#include "http/router.h"
#include "suites.h"

START_TEST(the_description_is_served)
{
	struct answer a = get(NULL, "/api/v1/openapi.json");

	expect_status(a, 200);
	ck_assert_str_eq(a.type, "application/json");
	ck_assert(json_equal(a.body, (json_t *)(uintptr_t)described()));
	ck_assert_ptr_eq(strstr(text_at(a.body, "openapi"), "3.1"), text_at(a.body, "openapi"));
}
END_TEST

static bool is_described(const struct route *route)
{
	const char *path, *verb;
	json_t *operations, *operation;

	json_object_foreach (json_object_get(described(), "paths"), path, operations)
		json_object_foreach (operations, verb, operation)
			if (strcasecmp(verb, route->method) == 0 &&
			    strcmp(describe_template(path), describe_template(route->path)) == 0)
				return true;
	return false;
}

START_TEST(every_route_is_described)
{
	for (const struct route *route = api_routes; route->method; route++)
		ck_assert_msg(is_described(route), "%s %s", route->method, route->path);
}
END_TEST

static bool is_routed(const char *verb, const char *path)
{
	for (const struct route *route = api_routes; route->method; route++)
		if (strcasecmp(verb, route->method) == 0 &&
		    strcmp(describe_template(path), describe_template(route->path)) == 0)
			return true;
	return false;
}

START_TEST(everything_described_is_a_route)
{
	const char *path, *verb;
	json_t *operations, *operation;

	json_object_foreach (json_object_get(described(), "paths"), path, operations)
		json_object_foreach (operations, verb, operation)
			ck_assert_msg(is_routed(verb, path), "%s %s", verb, path);
}
END_TEST

START_TEST(who_may_ask_is_as_the_routes_say)
{
	for (const struct route *route = api_routes; route->method; route++) {
		const char *path, *verb;
		json_t *operations, *operation;

		json_object_foreach (json_object_get(described(), "paths"), path, operations)
			json_object_foreach (operations, verb, operation) {
				if (strcasecmp(verb, route->method) != 0 ||
				    strcmp(describe_template(path), describe_template(route->path)) != 0)
					continue;
				json_t *first = json_array_get(json_object_get(operation, "security"), 0);
				ck_assert_msg(!route->volunteer || json_object_get(first, "volunteer"), "%s", path);
				ck_assert_msg(!json_object_get(operation, "requestBody") || route->json ||
				                  route->streams,
				              "%s", path);
				ck_assert_msg(!route->needs || json_object_get(first, "session"), "%s", path);
			}
	}
}
END_TEST

/* Calls `visit` for the text of every "$ref" below. */
static void visit_refs(const json_t *json, void (*visit)(const char *ref))
{
	const char *key;
	json_t *value;
	size_t i;

	json_object_foreach ((json_t *)(uintptr_t)json, key, value) {
		if (strcmp(key, "$ref") == 0)
			visit(json_string_value(value));
		visit_refs(value, visit);
	}
	json_array_foreach (json, i, value)
		visit_refs(value, visit);
}

static void expect_target(const char *ref)
{
	ck_assert_msg(strncmp(ref, "#/", 2) == 0 && at(described(), ref + 2), "%s", ref);
}

START_TEST(every_reference_leads_somewhere)
{
	visit_refs(described(), expect_target);
}
END_TEST

START_TEST(operations_have_names_of_their_own)
{
	const char *path, *verb;
	json_t *operations, *operation, *seen = json_object();

	json_object_foreach (json_object_get(described(), "paths"), path, operations)
		json_object_foreach (operations, verb, operation) {
			const char *id = text_at(operation, "operationId");
			ck_assert_msg(!json_object_get(seen, id), "%s", id);
			json_object_set_new(seen, id, json_true());
		}
	json_decref(seen);
}
END_TEST

static const struct {
	const char *schema, *text;
} misfits[] = {
	{ "Progress", "{}" },
	{ "Progress", "{\"pairs\":1,\"pairs_today\":1}" },
	{ "Progress",
	  "{\"pairs\":1,\"pairs_today\":1,\"training\":{\"done\":-1,\"correct\":0,\"left\":0}}" },
	{ "Progress",
	  "{\"pairs\":1,\"pairs_today\":1.5,\"training\":{\"done\":1,\"correct\":0,\"left\":0}}" },
	{ "Progress", "{\"pairs\":1,\"pairs_today\":1,\"gold\":1,"
	              "\"training\":{\"done\":1,\"correct\":0,\"left\":0}}" },
	{ "Consent", "{\"consent\":false}" },
	{ "Verdict", "\"maybe\"" },
	{ "Confidence", "49" },
	{ "Problem", "[]" },
};

START_TEST(the_checker_sees_what_does_not_fit)
{
	json_t *value = json_loads(misfits[_i].text, JSON_DECODE_ANY, NULL);

	ck_assert_ptr_nonnull(describe_fits(value, misfits[_i].schema));
	json_decref(value);
}
END_TEST

Suite *http_openapi_suite(void)
{
	Suite *suite = suite_create("http/openapi");
	TCase *tc = tcase_create("openapi");

	tcase_add_test(tc, the_description_is_served);
	tcase_add_test(tc, every_route_is_described);
	tcase_add_test(tc, everything_described_is_a_route);
	tcase_add_test(tc, who_may_ask_is_as_the_routes_say);
	tcase_add_test(tc, every_reference_leads_somewhere);
	tcase_add_test(tc, operations_have_names_of_their_own);
	tcase_add_loop_test(tc, the_checker_sees_what_does_not_fit, 0,
	                    sizeof misfits / sizeof misfits[0]);
	suite_add_tcase(suite, tc);
	return suite;
}
