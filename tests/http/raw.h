/* SPDX-License-Identifier: Apache-2.0 */
/*
 * raw -- bytes on a socket, for requests that no honest client would send.
 *
 * The only file that knows sockets.
 */
#ifndef TESTS_HTTP_RAW_H
#define TESTS_HTTP_RAW_H

#include <stdbool.h>
#include <stddef.h>

struct raw_answer {
	int status;       /* of the first answer; 0 when none came */
	int answers;      /* how many came */
	bool closed;      /* the server ended the connection */
	const char *text; /* all of it */
};

/* A connection to the server under test, or to another on this machine. */
int raw_open(void);
int raw_open_at(unsigned port);
int raw_open_from(const char *address, unsigned port); /* one of this machine's, 127.0.1.1 */
void raw_close(int connection);

/* Nothing more will be written: half a close. */
void raw_end(int connection);

/* False once the server has hung up. */
bool raw_write(int connection, const char *bytes, size_t len);

/* Reads until the server closes or nothing comes for `quiet_ms`. */
struct raw_answer raw_read(int connection, int quiet_ms);

/* Waits for bytes, and for no more than come with them: a small answer is whole. */
struct raw_answer raw_read_one(int connection);

/* Reads from each connection once, waiting for all of them at most `wait_ms`. Returns from how
 * many. */
size_t raw_read_all(const int connections[], size_t count, int wait_ms);

/* Open, write, read, close. A text. */
struct raw_answer raw_ask(const char *text);

/* The same for bytes that may hold NUL. */
struct raw_answer raw_ask_bytes(const char *bytes, size_t len);

/* "host:port" of the server under test. */
const char *raw_host(void);

/* A port where nobody listens, of those that scripts/check leaves to this suite alone. */
unsigned raw_free_port(void);

/* Does somebody accept connections there? */
bool raw_listens(unsigned port);

#endif
