/* SPDX-License-Identifier: Apache-2.0 */
/*
 * linger -- lets the last answer arrive.
 *
 * A socket that is closed while the client still sends is reset, and the reset overtakes the
 * answer.  So such a socket is read, and what comes thrown away, until the client closes or its
 * time is over.  One thread does it for all; when it has its hands full the socket is closed at
 * once, as ever.
 *
 * Threads: linger() may be called by any.
 */
#ifndef HTTP_LINGER_H
#define HTTP_LINGER_H

void linger_start(void);
void linger_stop(void);

/* The socket stays the caller's, who closes it; a copy of it is read on. */
void linger(int socket);

#endif
