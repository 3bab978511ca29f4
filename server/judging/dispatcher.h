/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dispatcher -- where pairs are handed out and taken back, without waiting for the database.
 *
 * A process has one dispatcher.  It holds the items in service (item cache) and the volunteers who
 * are here (volunteer cache).  One thread, the sync thread, calls dispatcher_refresh() again and
 * again: it writes leases behind, and hears from change_feed what this process and all others
 * changed.  Leases and the count of judgments are read in one snapshot of the database, so that no
 * judgment is missed or counted twice: an item is asked about no more often than its plan says,
 * plus the leases that other processes gave out since the last look.
 *
 * What a dispatcher knows is never what decides: that a volunteer judges an item once, and that a
 * lease is genuine, is for the database's key and the seal.
 *
 * Threads: dispatcher_open() before all others, dispatcher_refresh() from one thread; the rest from
 * any. One lock, held for less than a millisecond: whatever the database tells is read without it,
 * and then taken in by bunches.
 */
#ifndef JUDGING_DISPATCHER_H
#define JUDGING_DISPATCHER_H

#include <stdbool.h>
#include <stddef.h>

#include "core/arena.h"
#include "core/error.h"
#include "core/uuid.h"
#include "judging/assignment.h"
#include "people/volunteer.h"

struct db;
struct dispatcher;

struct dispatcher *dispatcher_new(void);
void dispatcher_free(struct dispatcher *dispatcher);

/* Reads everything: until then there is nothing to hand out. */
struct error dispatcher_open(struct dispatcher *dispatcher, struct db *db) MUST_CHECK;

/*
 * Once round: writes what is unwritten, and looks at the database as often as an eighth of the time
 * allows. *ret_rest_ms is how long to wait before the next.
 */
struct error dispatcher_refresh(struct dispatcher *dispatcher, struct db *db,
                                int64_t *ret_rest_ms) MUST_CHECK;

enum dispatcher_outcome {
	DISPATCHER_ABSENT, /* the volunteer is not here: dispatcher_arrive() first */
	DISPATCHER_NEW,
	DISPATCHER_AGAIN, /* two are open, or one and too much was skipped: this is the newest */
	DISPATCHER_WAIT,  /* too much was skipped: ask again after again_s */
	DISPATCHER_BUSY,  /* others hold what is left for this volunteer: ask again after again_s */
	DISPATCHER_NONE_LEFT
};

/* The next pair for a volunteer. */
enum dispatcher_outcome dispatcher_ask(struct dispatcher *dispatcher,
                                       const unsigned char volunteer[UUID_BYTES],
                                       const struct assignment_request *request,
                                       struct assignment *ret_assignment);

/* Is a campaign open that is for accounts of a role? Then the permissions of who asks matter. */
bool dispatcher_asks_accounts(struct dispatcher *dispatcher);

/*
 * Loads those of some volunteers who are not here. ret_gone, if not NULL, says of each whether they
 * do not exist: one who does may be absent again already, where all was read anew. For many
 * at a time: those who have judged little take six statements, however many they are, busy ones
 * come after them.  After an error, and after some seconds (ERR_UNAVAILABLE), others may be
 * missing, and those who were loaded are here all the same.
 */
struct error dispatcher_arrive(struct dispatcher *dispatcher, struct db *db, struct arena *arena,
                               const unsigned char *const volunteers[], size_t count,
                               bool ret_gone[]) MUST_CHECK;

/* Someone new, who has seen nothing. */
void dispatcher_welcome(struct dispatcher *dispatcher, const unsigned char volunteer[UUID_BYTES]);

/* To be asked after dispatcher_arrive() and before a pair is stored, for dispatcher_judged(). */
uint64_t dispatcher_entries(struct dispatcher *dispatcher);

/*
 * A pair was judged and is stored; `correct` of its two items, in training.  `again`: by an
 * earlier request, whose own news may come a moment later.  It is counted once: a volunteer who was
 * loaded anew since `entries`, perhaps with this pair among those counted, leaves instead.
 */
void dispatcher_judged(struct dispatcher *dispatcher, const struct lease *lease, unsigned correct,
                       bool again, uint64_t entries);

/* A skip is stored. What is drawn next does not depend on what was skipped: the pair counts as
 * seen, as one that was judged. */
void dispatcher_skipped(struct dispatcher *dispatcher, const struct skip *skip);

/* A lease was renewed, and so is written. */
void dispatcher_renewed(struct dispatcher *dispatcher, const struct lease *lease,
                        int64_t expires_s);

/* How far a volunteer is; false: not here. */
bool dispatcher_progress(struct dispatcher *dispatcher, const unsigned char volunteer[UUID_BYTES],
                         struct progress *ret_progress);

/* The volunteer is erased, or what is known here of them proved wrong. */
void dispatcher_forget(struct dispatcher *dispatcher, const unsigned char volunteer[UUID_BYTES]);

struct dispatcher_figures {
	unsigned items, volunteers, unwritten;
	unsigned long long skips[SKIP_REASONS]; /* stored here since the start, by reason */
	unsigned long long waits;               /* times that somebody was told to wait */
	long long refreshes, refresh_ms;        /* so far; the last one's time */
};

struct dispatcher_figures dispatcher_figures(struct dispatcher *dispatcher);

#endif
