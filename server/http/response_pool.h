/* SPDX-License-Identifier: Apache-2.0 */
/*
 * response_pool -- responses that are written on again and again.
 *
 * A response of libmicrohttpd with our headers is 30 allocations, most of what a JSON answer
 * costs to send.  Only its bytes differ from the next of the same length, and those lie in
 * memory of ours: so a response that has been sent is kept, and the next answer of that
 * length is written into it.  How many there are is bounded.
 *
 * Any thread may call.  A sheet that was taken belongs to one request until it is given back.
 */
#ifndef HTTP_RESPONSE_POOL_H
#define HTTP_RESPONSE_POOL_H

#include <stddef.h>

struct MHD_Response;
struct response_pool;
struct pooled_response;

/* `headers` of every sheet, borrowed: name and value in turn, NULL at the end. */
struct response_pool *response_pool_new(const char *const *headers);

/* When every sheet has been given back. */
void response_pool_free(struct response_pool *pool);

/* A sheet with a copy of `text`. NULL: too long, or too many are in use; make a response then. */
struct pooled_response *response_pool_take(struct response_pool *pool, const char *text,
                                           size_t len);

/* Lent. */
struct MHD_Response *pooled_response_of(const struct pooled_response *pooled);

/* When the answer has been sent, or never will be. */
void response_pool_give_back(struct response_pool *pool, struct pooled_response *pooled);

#endif
