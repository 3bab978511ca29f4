/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sync -- the thread that keeps the dispatcher true to the database, and reads what the last fit
 * changed.
 *
 * It has a connection of its own.  While the database is away it tries again, and pairs are
 * handed out from what was known.
 */
#ifndef ENGINE_SYNC_H
#define ENGINE_SYNC_H

struct dispatcher;
struct revocations;
struct sync_thread;
struct store;

/* Reads all that the dispatcher is to hold, then goes on by itself. NULL, after logging why. */
struct sync_thread *sync_start(const char *database_url, struct dispatcher *dispatcher,
                               struct revocations *revocations, struct store *store);

/* Writes what is unwritten, once more, and ends. */
void sync_stop(struct sync_thread *sync_thread);

#endif
