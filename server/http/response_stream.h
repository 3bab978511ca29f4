/* SPDX-License-Identifier: Apache-2.0 */
/*
 * response_stream -- answers that are read while they are sent.
 *
 * MHD asks for the next bytes on its own thread.  A stream that never waits for others is read
 * there, as sendfile reads a file.  One that may wait is read by a thread of the route's lane, a
 * piece at a time, while the connection is suspended.
 */
#ifndef HTTP_RESPONSE_STREAM_H
#define HTTP_RESPONSE_STREAM_H

#include <microhttpd.h>

#include "http/request.h"
#include "http/response.h"

/* The stream belongs to the response from now on; NULL: there is no memory, and it does not. */
struct MHD_Response *stream_response(struct request *req, const struct byte_range *range);

/* Ends a stream that no response has taken. */
void stream_drop(struct request *req);

#endif
