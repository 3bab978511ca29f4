/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_link -- one keep-alive connection of a load, with at most one request in flight.
 *
 * Nothing blocks.  The caller registers the socket with epoll (edge-triggered, both ways), calls
 * link_step() whenever something happened, and acts on what it says.  One thread.
 */
#ifndef BENCH_LINK_H
#define BENCH_LINK_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LINK_KEEP 8192 /* bytes of an answer that are kept; of the rest only the length is */

enum link_state {
	LINK_CLOSED,
	LINK_IDLE,    /* connected, or about to be: what is sent waits in the socket */
	LINK_WAITING, /* a request is being sent, or its answer read */
};

enum link_event {
	LINK_NOTHING,
	LINK_ANSWERED,
	LINK_BROKEN,  /* a request was in flight, and was sent whole: nobody knows what became of it */
	LINK_UNSENT,  /* a request was in flight, but the server cannot have read all of it */
	LINK_HUNG_UP, /* no request was in flight */
};

struct answer {
	int status;
	bool closing;     /* the server hangs up behind it */
	const char *head; /* a NUL behind the headers; lives until the next request */
	const char *body; /* likewise; cut at LINK_KEEP */
	size_t body_len;
};

struct link {
	int fd;
	enum link_state state;
	const char *out; /* borrowed until answered */
	size_t out_len, out_sent;
	char *in; /* LINK_KEEP bytes, made with the first answer */
	size_t in_len;
	size_t need; /* bytes of the whole answer; 0: its headers are not complete */
	struct answer answer;
};

/* Begins to connect; `from` may be NULL. False: the system refuses (errno). */
bool link_open(struct link *link, const struct sockaddr_in *to, const struct sockaddr_in *from);
void link_close(struct link *link);

/* Sends a request over an idle link; link_step() goes on with it. */
void link_send(struct link *link, const char *bytes, size_t len);

/* Sends and reads what can be. After LINK_ANSWERED the link is idle, else it may be closed. */
enum link_event link_step(struct link *link);

#endif
