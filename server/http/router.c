/* SPDX-License-Identifier: Apache-2.0 */
#include "http/router.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/mem.h"

/* A route, and how far its path is literal: most paths are told apart by that alone. */
struct entry {
	const struct route *route;
	size_t literal;
	bool exact; /* all of it */
};

struct router {
	size_t count;
	struct entry entries[];
};

/* What is wrong with how a line is served; NULL: nothing. */
static const char *fault_of_serving(const struct route *route)
{
	if (!route->handle == !route->handle_many)
		return "needs handle or handle_many, and not both";
	if (route->handle_many && !route->lane)
		return "has handle_many but no lane";
	if (route->here && !route->lane)
		return "has here but no lane";
	if (route->needs && !route->lane)
		return "asks for an account, which only a lane can look up";
	if (route->needs && route->here)
		return "answers here, before its account is looked up";
	if (!route->streams != !route->take || !route->streams != !route->stream_type)
		return "streams a body without a type or without somebody to take it";
	if (route->streams && (!route->lane || !route->handle || route->here))
		return "streams a body and has no lane that answers it";
	if (route->json > MAX_BODY)
		return "takes a body that http/inlet lets nobody send";
	if (strcmp(route->method, "GET") != 0 && route->budget == RATE_NONE)
		return "changes state without a budget";
	return NULL;
}

static const char *fault_of_path(const char *path)
{
	size_t args = 0;

	if (path[0] != '/')
		return "has a path that does not begin with /";
	for (const char *brace = path; (brace = strchr(brace, '{')); brace++) {
		if (strncmp(brace, "{}", 2) != 0 && strcmp(brace, "{*}") != 0)
			return "has braces that are neither {} nor {*} at the end";
		if (++args > MAX_PATH_ARGS)
			return "has more parts in braces than a request can hold";
	}
	return NULL;
}

static bool is_line_before(const struct route *routes, size_t line)
{
	for (size_t i = 0; i < line; i++)
		if (strcmp(routes[i].method, routes[line].method) == 0 &&
		    strcmp(routes[i].path, routes[line].path) == 0)
			return true;
	return false;
}

static struct error verify_table(const struct route *routes)
{
	for (size_t i = 0; routes[i].method; i++) {
		const char *fault = fault_of_serving(&routes[i]);

		if (!fault)
			fault = fault_of_path(routes[i].path);
		if (!fault && is_line_before(routes, i))
			fault = "is there twice";
		if (fault)
			return errorf(ERR_INVALID, "the route %s %s %s", routes[i].method, routes[i].path,
			              fault);
	}
	return ok();
}

struct error router_new(const struct route *routes, struct router **ret_router)
{
	struct error err = verify_table(routes);
	size_t count = 0;

	if (err.code)
		return err;
	while (routes[count].method)
		count++;
	struct router *router = mem_new(1, sizeof *router + count * sizeof router->entries[0]);
	router->count = count;
	for (size_t i = 0; i < count; i++) {
		size_t literal = strcspn(routes[i].path, "{");

		router->entries[i] = (struct entry){ &routes[i], literal, routes[i].path[literal] == '\0' };
	}
	*ret_router = router;
	return ok();
}

void router_free(struct router *router)
{
	free(router);
}

/* Walks what follows the literal part, pattern and path together, one segment at a time. */
static bool rest_matches(const char *pattern, const char *path, struct request *req)
{
	size_t args = 0;

	while (*pattern && *path) {
		if (*pattern != '{') {
			if (*pattern++ != *path++)
				return false;
			continue;
		}
		bool all = pattern[1] == '*';
		size_t len = all ? strlen(path) : strcspn(path, "/");

		if (len == 0 || args == MAX_PATH_ARGS)
			return false;
		req->args[args++] = arena_copy(req->arena, path, len);
		pattern += all ? strlen("{*}") : strlen("{}");
		path += len;
	}
	return *pattern == *path;
}

static bool path_matches(const struct entry *entry, size_t len, struct request *req)
{
	if (entry->exact ? entry->literal != len : entry->literal >= len)
		return false;
	return memcmp(entry->route->path, req->path, entry->literal) == 0 &&
	       (entry->exact ||
	        rest_matches(entry->route->path + entry->literal, req->path + entry->literal, req));
}

/* Does HTTP know it? PATCH is of RFC 5789, the others of RFC 9110. */
static bool router_is_known(const char *method)
{
	static const char *const known[] = { "GET",     "HEAD",    "POST",  "PUT",  "DELETE",
		                                 "CONNECT", "OPTIONS", "TRACE", "PATCH" };

	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
		if (strcmp(method, known[i]) == 0)
			return true;
	return false;
}

/* What an address takes, with one more. No method's name is a part of another's. */
static const char *add_method(struct request *req, const char *allow, const char *method)
{
	const char *more = strcmp(method, "GET") == 0 ? "GET, HEAD" : method;

	if (!allow)
		return more;
	return strstr(allow, more) ? allow : arena_printf(req->arena, "%s, %s", allow, more);
}

/* No route answers OPTIONS: the table does, for an address, and for `*`, which means the server. */
static struct error say_methods(struct request *req, const char *allow)
{
	if (!allow)
		return errorf(ERR_NOT_FOUND, "There is nothing at this address.");
	allow = add_method(req, allow, "OPTIONS");
	request_reply_header(req, "Allow", allow);
	if (strcmp(req->method, "OPTIONS") != 0)
		return errorf(ERR_METHOD, "This address takes %s.", allow);
	request_empty(req, 204);
	return ok();
}

struct error router_match(const struct router *router, struct request *req)
{
	size_t len = strlen(req->path);
	bool is_server = strcmp(req->path, "*") == 0;
	const char *allow = NULL;

	if (!router_is_known(req->method))
		return errorf(ERR_UNSUPPORTED, "There is no such method here.");
	for (size_t i = 0; i < router->count; i++) {
		const struct route *r = router->entries[i].route;

		if (!is_server && !path_matches(&router->entries[i], len, req))
			continue;
		if (!is_server && strcmp(r->method, req->method) == 0) {
			req->route = r;
			return ok();
		}
		allow = add_method(req, allow, r->method);
	}
	return say_methods(req, allow);
}
