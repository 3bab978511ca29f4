/* SPDX-License-Identifier: Apache-2.0 */
/*
 * keeper -- the thread that keeps the desk true to the database, reads what the last fit
 * changed, and once a minute folds what was judged into the tally of the public figures.
 *
 * It has a connection of its own.  While the database is away it tries again, and pairs are
 * handed out from what was known.
 */
#ifndef CLI_KEEPER_H
#define CLI_KEEPER_H

struct desk;
struct revocations;
struct keeper;
struct store;

/* Reads all that the desk is to hold, then goes on by itself. NULL, after logging why. */
struct keeper *keeper_start(const char *database_url, struct desk *desk,
							struct revocations *revocations, struct store *store);

/* Writes what is unwritten, once more, and ends. */
void keeper_stop(struct keeper *keeper);

#endif
