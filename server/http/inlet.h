/* SPDX-License-Identifier: Apache-2.0 */
/*
 * inlet -- what stands between a socket and libmicrohttpd: one whole head, then its body.
 *
 * The library finds our recv(2) and epoll_ctl(2) instead of the C library's, as it does with
 * http/epoll.  For its connections recv() looks at the bytes with MSG_PEEK and hands over no more
 * than one request: its head once that is whole and good, its body as it comes, and nothing of the
 * next request before the answer is on its way.  So the library never holds bytes that were not
 * looked at, and what is wrong gets one answer and the end, behind the answers before it:
 *
 *      HEAD -> BODY -> ANSWER -> HEAD ...       what cannot be read: -> REFUSED
 *
 * What is not handed over stays in the kernel.  Its epoll set is edge-triggered and would not tell
 * of it again, so the socket is armed anew.  An end of the stream behind a whole request is kept
 * back likewise: a client that closes its writing half still gets its answer.
 *
 * Threads: each connection is touched by the MHD thread that owns it alone.
 */
#ifndef HTTP_INLET_H
#define HTTP_INLET_H

#include <stdbool.h>
#include <stdint.h>

#include "core/error.h"

struct connection;

struct inlet_config {
	uint64_t most_body; /* bytes, of a body in chunks */
	const char *const
		*headers; /* of the answers given here: name and value in turn, NULL at the end */
	void (*refused)(void *arg, unsigned status); /* such an answer was given */
	void *arg;
};

struct inlet;

/* A connection was accepted on this thread; the config, borrowed, outlives it. */
struct inlet *inlet_open(int socket, struct connection *peer, const struct inlet_config *config);

/* Answers and closes before anything is asked. */
void inlet_turn_away(struct inlet *inlet, struct error err);

/* Answers in the middle of a body, with a whole answer as it goes over the wire; the library is
 * then to close. */
void inlet_answer_early(struct inlet *inlet, const char *text);

/* Before its socket is closed. */
void inlet_close(struct inlet *inlet);

struct connection *inlet_peer(const struct inlet *inlet);

/*
 * Has the head of the request that the library reports passed here?  If not, it must not be served.
 * *ret_length: of its body, CHUNKED, or 0 for none.
 */
bool inlet_has_passed(const struct inlet *inlet, long long *ret_length);

/* The library is done with a request. */
void inlet_answered(struct inlet *inlet);

#endif
