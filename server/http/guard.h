/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guard -- refuses what no honest client sends, before any body is read.
 *
 * That a request is HTTP at all, and where it ends, http/head and http/framing have seen to.
 */
#ifndef HTTP_GUARD_H
#define HTTP_GUARD_H

#include <stdbool.h>

#include "http/request.h"

/*
 * The raw request target: no NUL, control character, backslash, nor a ".." segment in its path,
 * encoded or not; and UTF-8, decoded.
 */
bool guard_target(const char *raw);

/*
 * Host must be ours, or another site's name that somebody let point here could read us through a
 * visitor's browser (DNS rebinding): the host of the public address, one of `hosts` ("a.example,
 * b.example"), localhost, or an address in numbers, which no such name is.  For health checks and
 * metrics any will do.
 */
struct error guard_host(struct request *req, const char *public_url, const char *hosts) MUST_CHECK;

/* ERR_INVALID unless it is "http://host", "https://host:port", perhaps with a slash behind. */
struct error guard_public_url(const char *url) MUST_CHECK;

/* A request that changes state and says where it comes from must come from our own pages. */
struct error guard_origin(struct request *req, const char *public_url) MUST_CHECK;

#endif
