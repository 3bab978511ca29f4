/* SPDX-License-Identifier: Apache-2.0 */
#include "http/router.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

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

struct router *router_new(const struct route *routes)
{
	size_t count = 0;

	while (routes[count].method)
		count++;
	struct router *router = calloc(1, sizeof *router + count * sizeof router->entries[0]);
	if (!router)
		abort();
	router->count = count;
	for (size_t i = 0; i < count; i++) {
		size_t literal = strcspn(routes[i].path, "{");

		router->entries[i] = (struct entry){ &routes[i], literal, routes[i].path[literal] == '\0' };
	}
	return router;
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

struct error router_match(const struct router *router, struct request *req)
{
	size_t len = strlen(req->path);
	const char *allow = NULL;

	for (size_t i = 0; i < router->count; i++) {
		const struct route *r = router->entries[i].route;

		if (!path_matches(&router->entries[i], len, req))
			continue;
		if (strcmp(r->method, req->method) == 0) {
			req->route = r;
			return ok();
		}
		const char *method = strcmp(r->method, "GET") == 0 ? "GET, HEAD" : r->method;
		allow = allow ? arena_printf(req->arena, "%s, %s", allow, method) : method;
	}
	if (!allow)
		return errorf(ERR_NOT_FOUND, "There is nothing at this address.");
	request_reply_header(req, "Allow", allow);
	return errorf(ERR_METHOD, "This address takes %s.", allow);
}
