/* SPDX-License-Identifier: Apache-2.0 */
/*
 * router -- which function answers which request.
 *
 * A route is a line in the table in api/routes.c.  It has either `handle` (one
 * request at a time) or `handle_many` (whatever waits for that route, in one
 * transaction); never both.  Without a lane it is answered by the MHD thread itself
 * and must not block: its `db` is NULL.
 */
#ifndef HTTP_ROUTER_H
#define HTTP_ROUTER_H

#include "http/request.h"

struct db;
struct lane;

enum budget { BUDGET_NONE, BUDGET_WRITE, BUDGET_VOLUNTEER, BUDGET_SIGN_IN, BUDGETS };

struct route {
	const char *method;
	const char *path; /* "{}" stands for one segment, "{*}" at the end for all that follow */
	struct error (*handle)(struct request *req, struct db *db);
	void (*handle_many)(struct request *reqs[], size_t count, struct db *db);
	struct lane **lane; /* who runs it; NULL: the MHD thread */
	enum role role;     /* the least that may ask */
	enum budget budget;
	bool bare; /* takes no body */
};

/*
 * Finds the route for req->method and req->path and fills req->route and req->args.
 * ERR_METHOD, with the Allow header already on the answer, when only the method is wrong.
 */
struct error router_match(const struct route *routes, struct request *req) MUST_CHECK;

#endif
