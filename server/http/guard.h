/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guard -- refuses what no honest client sends, before any body is read.
 *
 * libmicrohttpd accepts several framings that two programs may read differently
 * (request smuggling); ARCHITECTURE.md lists them.  Each gets one clear problem and
 * the connection is closed.
 */
#ifndef HTTP_GUARD_H
#define HTTP_GUARD_H

#include <stdbool.h>

#include "http/request.h"

/* The raw request target: no NUL, control character, backslash, nor a ".." segment, encoded or not.
 */
bool guard_target(const char *raw);

/* Framing and Host. Sets *ret_length to the announced length, -1 for chunked, 0 for none. */
struct error guard_framing(struct request *req, long long *ret_length) MUST_CHECK;

/* A request that changes state and says where it comes from must come from our own pages. */
struct error guard_origin(struct request *req, const char *public_url) MUST_CHECK;

#endif
