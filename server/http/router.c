/* SPDX-License-Identifier: Apache-2.0 */
#include "http/router.h"

#include <stdbool.h>
#include <string.h>

/* Walks pattern and path together, one segment at a time. */
static bool path_matches(const char *pattern, const char *path, struct request *req)
{
	size_t args = 0;

	while (*pattern && *path) {
		if (strcmp(pattern, "{*}") == 0) {
			req->args[args] = arena_copy(req->arena, path, strlen(path));
			return true;
		}
		if (strncmp(pattern, "{}", 2) == 0) {
			size_t len = strcspn(path, "/");

			if (len == 0 || args == MAX_PATH_ARGS - 1)
				return false;
			req->args[args++] = arena_copy(req->arena, path, len);
			pattern += 2;
			path += len;
		} else if (*pattern++ != *path++) {
			return false;
		}
	}
	return *pattern == *path;
}

struct error router_match(const struct route *routes, struct request *req)
{
	const char *allow = NULL;

	for (const struct route *r = routes; r->method; r++) {
		if (!path_matches(r->path, req->path, req))
			continue;
		if (strcmp(r->method, req->method) == 0) {
			req->route = r;
			return ok();
		}
		if (!allow)
			allow = strcmp(r->method, "GET") == 0 ? "GET, HEAD" : r->method;
		else
			allow = arena_printf(req->arena, "%s, %s", allow,
								 strcmp(r->method, "GET") == 0 ? "GET, HEAD" : r->method);
	}
	if (!allow)
		return errorf(ERR_NOT_FOUND, "There is nothing at this address.");
	request_reply_header(req, "Allow", allow);
	return errorf(ERR_METHOD, "This address takes %s.", allow);
}
