/* SPDX-License-Identifier: Apache-2.0 */
/*
 * connection -- the deadlines that libmicrohttpd does not have.
 *
 * Its time-out counts inactivity only, so one byte a second lives for ever.  Every
 * connection has an entry in a table; a sweeper shuts down those past the deadline of the
 * phase they are in.  While a lane works on a request its connection has no deadline here.
 *
 * A request must be complete 20 s after its first byte, which http/inlet sees; of a body that comes
 * in pieces, each piece.
 *
 * Threads: a phase is one atomic number, set by the MHD thread that owns the connection,
 * so that a request takes no lock.  Opening and closing take one.
 */
#ifndef HTTP_CONNECTION_H
#define HTTP_CONNECTION_H

#include <stdbool.h>
#include <stdint.h>

struct connections;
struct connection;

enum phase {
	PHASE_IDLE,    /* no request yet, or between two */
	PHASE_READING, /* a byte of a request has come; the rest has not */
	PHASE_SERVING, /* with a lane */
	PHASE_SENDING, /* the answer is on its way */
	PHASES
};

/* `most`: how many there can be at once. When nine tenths are, the largest holder's idle ones go.
 */
struct connections *connections_start(unsigned most);
void connections_stop(struct connections *connections);

/*
 * The entry for a socket that was accepted.  `network`: a hash of whose it is, and never alone in
 * a count with 1 in 65,536 others; 0: nobody's, and not counted.  *ret_held: how many it has now.
 */
struct connection *connection_open(struct connections *connections, int socket, uint64_t network,
                                   unsigned *ret_held);

/* Before its socket is closed. */
void connection_close(struct connections *connections, struct connection *connection);

/* `bytes` to send, for PHASE_SENDING: a bigger answer gets more time. */
void connection_phase(struct connection *connection, enum phase phase, uint64_t bytes);

/*
 * The request line has come: the rest must follow.  `good`: what the guard says of the raw
 * target, remembered until the request asks.
 */
void connection_note_target(struct connection *connection, bool good);
bool connection_target_good(const struct connection *connection);

/* What the sweeper does each second; `now_ms` of the monotonic clock. For it, and for tests. */
void connections_sweep(struct connections *connections, int64_t now_ms);

#endif
