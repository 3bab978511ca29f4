/* SPDX-License-Identifier: Apache-2.0 */
/*
 * relay -- stands between a server and the database, and does what networks and disks do: passes
 * all on, falls silent, hangs up.
 *
 * One a process.  Its connections are threads of the test's process.
 */
#ifndef TESTS_HTTP_RELAY_H
#define TESTS_HTTP_RELAY_H

#include <stdbool.h>

/* Starts to listen. Returns a URL of the same database by way of the relay. */
const char *relay_start(void);

/* While silent, bytes are taken and not passed on, in both directions. */
void relay_be_silent(bool silent);

/* Hangs up every connection that there is. */
void relay_hang_up(void);

#endif
