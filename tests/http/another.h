/* SPDX-License-Identifier: Apache-2.0 */
/*
 * another -- a second server beside the one under test, with settings of its own.
 *
 * It shares the database, the store and the secret, as several machines would.
 */
#ifndef TESTS_HTTP_ANOTHER_H
#define TESTS_HTTP_ANOTHER_H

struct another {
	int process;
	const char *url;
};

/* Starts `serve --no-work` with further options, a NULL-terminated list; waits until it answers. */
struct another another_start(const char *const options[]);

/* Ends it; fails the test unless it ends well. */
void another_stop(const struct another *another);

#endif
