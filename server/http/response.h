/* SPDX-License-Identifier: Apache-2.0 */
/* response -- turns what a handler left on a request into a response: headers, ranges, 304. */
#ifndef HTTP_RESPONSE_H
#define HTTP_RESPONSE_H

#include <microhttpd.h>

#include "http/request.h"

struct byte_range {
	uint64_t first, count;
};

enum range_kind { RANGE_NONE, RANGE_ONE, RANGE_UNSATISFIABLE };

/*
 * Reads a Range header for a file of `bytes`.  A syntax that is not understood, another
 * unit, and several ranges at once are ignored, as RFC 9110 allows.
 */
enum range_kind range_read(const char *header, uint64_t bytes, struct byte_range *range);

/*
 * What every answer of a server shares: header lines (name and value in turn, NULL at the
 * end, borrowed), and the answers that never change, made when they are first sent.
 */
struct responses;
struct responses *responses_new(const char *const *headers);

/* When MHD has stopped. */
void responses_free(struct responses *answers);

/* Queues the answer; *ret_bytes is how much will be sent. MHD_NO closes the connection. */
enum MHD_Result response_send(struct responses *answers, struct request *req, bool closing,
                              uint64_t *ret_bytes);

/* When MHD is done with the request, whether it was answered or not. */
void response_done(struct responses *answers, struct request *req);

#endif
