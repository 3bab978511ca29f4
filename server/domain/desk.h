/* SPDX-License-Identifier: Apache-2.0 */
/*
 * desk -- where pairs are handed out and taken back, without waiting for the database.
 *
 * A process has one desk.  It holds the items in service (catalogue) and the volunteers who are
 * here (attendance).  One thread, the keeper, calls desk_refresh() again and again: it writes
 * leases behind, and hears from catalogue_news what this process and all others changed.  Leases
 * and the count of judgments are read in one snapshot of the database, so that no judgment is
 * missed or counted twice: an item is asked about no more often than its plan says, plus the leases
 * that other processes gave out since the last look.
 *
 * What a desk knows is never what decides: that a volunteer judges an item once, and that a
 * lease is genuine, is for the database's key and the seal.
 *
 * Threads: desk_open() before all others, desk_refresh() from one thread; the rest from any. One
 * lock, held for less than a millisecond: whatever the database tells is read without it, and then
 * taken in by bunches.
 */
#ifndef DOMAIN_DESK_H
#define DOMAIN_DESK_H

#include <stdbool.h>
#include <stddef.h>

#include "core/arena.h"
#include "core/error.h"
#include "domain/assignment.h"
#include "domain/volunteer.h"

struct db;
struct desk;

struct desk *desk_new(void);
void desk_free(struct desk *desk);

/* Reads everything: until then there is nothing to hand out. */
struct error desk_open(struct desk *desk, struct db *db) MUST_CHECK;

/*
 * Once round: writes what is unwritten, and looks at the database as often as an eighth of the time
 * allows. *ret_rest_ms is how long to wait before the next.
 */
struct error desk_refresh(struct desk *desk, struct db *db, int64_t *ret_rest_ms) MUST_CHECK;

enum desk_outcome {
	DESK_ABSENT, /* the volunteer is not here: desk_arrive() first */
	DESK_NEW,
	DESK_AGAIN, /* two are open: this is the newer one */
	DESK_BUSY,  /* others hold what is left for this volunteer: ask again after again_s */
	DESK_NONE_LEFT
};

/* The next pair for a volunteer. */
enum desk_outcome desk_ask(struct desk *desk, const unsigned char volunteer[UUID_BYTES],
						   const struct assignment_wish *wish, struct assignment *ret_assignment);

/*
 * Loads those of some volunteers who are not here; missing ones afterwards do not exist. For many
 * at a time: those who have judged little take five statements, however many they are, busy ones
 * come after them.  After an error, and after some seconds (ERR_UNAVAILABLE), others may be
 * missing, and those who were loaded are here all the same.
 */
struct error desk_arrive(struct desk *desk, struct db *db, struct arena *arena,
						 const unsigned char *const volunteers[], size_t count) MUST_CHECK;

/* Someone new, who has seen nothing. */
void desk_welcome(struct desk *desk, const unsigned char volunteer[UUID_BYTES]);

/* To be asked after desk_arrive() and before a pair is stored, for desk_judged(). */
uint64_t desk_entries(struct desk *desk);

/*
 * A pair was judged and is stored; `correct` of its two items, in training.  `again`: by an
 * earlier request, whose own news may come a moment later.  It is counted once: a volunteer who was
 * loaded anew since `entries`, perhaps with this pair among those counted, leaves instead.
 */
void desk_judged(struct desk *desk, const struct lease *lease, unsigned correct, bool again,
				 uint64_t entries);
void desk_skipped(struct desk *desk, const struct lease *lease);

/* A lease was renewed, and so is written. */
void desk_renewed(struct desk *desk, const struct lease *lease, int64_t expires_s);

/* How far a volunteer is; false: not here. */
bool desk_progress(struct desk *desk, const unsigned char volunteer[UUID_BYTES],
				   struct progress *ret_progress);

/* The volunteer is erased, or what is known here of them proved wrong. */
void desk_forget(struct desk *desk, const unsigned char volunteer[UUID_BYTES]);

struct desk_figures {
	unsigned items, volunteers, unwritten;
	long long refreshes, refresh_ms; /* so far; the last one's time */
};

struct desk_figures desk_figures(struct desk *desk);

#endif
