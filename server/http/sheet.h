/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sheet -- responses that are written on again and again.
 *
 * A response of libmicrohttpd with our headers is 30 allocations, most of what a JSON answer
 * costs to send.  Only its bytes differ from the next of the same length, and those lie in
 * memory of ours: so a response that has been sent is kept, and the next answer of that
 * length is written into it.  How many there are is bounded.
 *
 * Any thread may call.  A sheet that was taken belongs to one request until it is given back.
 */
#ifndef HTTP_SHEET_H
#define HTTP_SHEET_H

#include <stddef.h>

struct MHD_Response;
struct sheets;
struct sheet;

/* `headers` of every sheet, borrowed: name and value in turn, NULL at the end. */
struct sheets *sheets_new(const char *const *headers);

/* When every sheet has been given back. */
void sheets_free(struct sheets *sheets);

/* A sheet with a copy of `text`. NULL: too long, or too many are in use; make a response then. */
struct sheet *sheet_take(struct sheets *sheets, const char *text, size_t len);

/* Lent. */
struct MHD_Response *sheet_response(const struct sheet *sheet);

/* When the answer has been sent, or never will be. */
void sheet_give_back(struct sheets *sheets, struct sheet *sheet);

#endif
