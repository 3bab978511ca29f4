/* SPDX-License-Identifier: Apache-2.0 */
/* problem -- the answer to an error, for whom libmicrohttpd never sees. */
#ifndef HTTP_PROBLEM_H
#define HTTP_PROBLEM_H

#include <stdbool.h>

#include "core/arena.h"
#include "core/error.h"

/*
 * A whole answer that ends the connection: status line, `headers` (name and value in turn, NULL at
 * the end), and the problem document unless the request was a HEAD.
 */
const char *problem_answer(struct arena *arena, struct error err, const char *const *headers,
                           bool is_head, unsigned *ret_status);

struct request;

/* The same for the answer that stands in a request already, with its own headers. */
const char *problem_of_request(const struct request *req, const char *const *headers);

#endif
