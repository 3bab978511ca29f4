/* SPDX-License-Identifier: Apache-2.0 */
/*
 * connection -- the deadlines that libmicrohttpd does not have.
 *
 * Its time-out counts inactivity only, so one byte a second lives for ever.  Every
 * connection is in a list; a sweeper shuts down those past the deadline of the phase
 * they are in.  While a lane works on a request its connection has no deadline here.
 *
 * Threads: the list has one lock; phases are set by the MHD thread that owns the
 * connection, through these functions only.
 */
#ifndef HTTP_CONNECTION_H
#define HTTP_CONNECTION_H

#include <stdbool.h>
#include <stdint.h>

struct connections;
struct connection;

enum phase {
	PHASE_IDLE,    /* no request yet, or between two */
	PHASE_READING, /* the request line has come; the rest has not */
	PHASE_SERVING, /* with a lane */
	PHASE_SENDING  /* the answer is on its way */
};

struct connections *connections_start(void);
void connections_stop(struct connections *connections);

struct connection *connection_open(struct connections *connections, int socket);

/* Before its socket is closed. Frees the connection. */
void connection_close(struct connections *connections, struct connection *connection);

/* `bytes` to send, for PHASE_SENDING: a bigger answer gets more time. */
void connection_phase(struct connections *connections, struct connection *connection,
					  enum phase phase, uint64_t bytes);

/* The raw request target was refused by the guard; remembered until the request asks. */
void connection_note_target(struct connection *connection, bool good);
bool connection_target_good(const struct connection *connection);

#endif
