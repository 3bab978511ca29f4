/* SPDX-License-Identifier: Apache-2.0 */
/*
 * router -- which function answers which request.
 *
 * A route is a line in the table in api/routes.c.  It has either `handle` (one
 * request at a time) or `handle_many` (whatever waits for that route, in one
 * transaction); never both.  Without a lane it is answered by the MHD thread itself
 * and must not block: its `db` is NULL.  With a lane it may have `here` besides: what
 * memory can answer needs no other thread.
 */
#ifndef HTTP_ROUTER_H
#define HTTP_ROUTER_H

#include "http/request.h"

struct db;
struct lane;

#define MAX_BODY     (64 * 1024) /* bytes, of any request whose body is read whole */
#define STREAM_PIECE MAX_BODY    /* bytes, of a body that comes in pieces */

enum rate_limit {
	RATE_NONE,
	RATE_WRITE,
	RATE_VOLUNTEER,
	RATE_SIGN_IN,
	RATE_READ,
	RATE_VIEW,     /* new pairs shown to a network */
	RATE_OWN_VIEW, /* new pairs shown to one volunteer */
	RATE_NOTICE,   /* notices sent by a network */
	RATE_EVENT,    /* what guests of one event write, entering included */
	BUDGETS
};

struct route {
	const char *method;
	const char *path; /* "{}" stands for one segment, "{*}" at the end for all that follow */
	struct error (*handle)(struct request *req, struct db *db);
	void (*handle_many)(struct request *reqs[], size_t count, struct db *db);
	struct lane **lane; /* who runs it; NULL: the MHD thread */
	size_t json;        /* bytes of JSON that it takes at most; 0: it looks at no body */
	/*
	 * A body of this one content type comes in pieces, `streams` bytes of it at most, and never
	 * lies in memory whole: each piece but the last goes to `take`, in req->body, on the lane,
	 * while the client waits; `handle` gets the last and answers.  What `take` keeps open stands in
	 * req->spool.  Somebody who sends less than STREAM_PIECE in 20 s is hung up on.
	 */
	uint64_t streams; /* 0: none does */
	const char *stream_type;
	struct error (*take)(struct request *req, struct db *db);
	bool volunteer; /* only a volunteer may ask ... */
	bool tagged;    /* what it changes has a tag, and the handler heeds If-Match */
	bool of_before; /* ... one who agreed to an earlier text too */
	unsigned needs; /* permissions that an account must have to ask, a set; 0: none */
	/*
	 * Optional; on an MHD thread, with the whole body, before the lane gets the request.  Must
	 * not block: no database, no disk.  True: it has answered, with a problem if need be.
	 * False: it has left the answer alone, and the lane serves the request as ever.  An
	 * account is not known yet, so it is for routes that ask for a volunteer at most.
	 */
	bool (*here)(struct request *req);
	enum rate_limit budget; /* none said: RATE_READ for what a lane reads */
	const char *page;       /* the file that get_page answers with */
};

struct router;

/*
 * Reads the table, which must outlive it: its last entry has no method.  ERR_INVALID, naming the
 * line: one that could not be served as it says, or that would let somebody in unasked: permissions
 * that only a lane's thread can look up and no lane, a write without a budget, two lines for one
 * method and path.
 */
struct error router_new(const struct route *routes, struct router **ret_router) MUST_CHECK;
void router_free(struct router *router);

/*
 * Finds the route for req->method and req->path and fills req->route and req->args.
 * ERR_METHOD, with the Allow header already on the answer, when only the method is wrong, and
 * ERR_UNSUPPORTED when HTTP has none of that name.  OPTIONS is answered at once: req->status is
 * set.
 */
struct error router_match(const struct router *router, struct request *req) MUST_CHECK;

#endif
