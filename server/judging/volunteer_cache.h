/* SPDX-License-Identifier: Apache-2.0 */
/*
 * volunteer_cache -- the volunteers who are here: what each has seen, holds and has done.
 *
 * Loaded from the database when someone arrives, kept true while they are here, forgotten when
 * so many others came since that memory must be bounded.  Whoever owns it guards it: the
 * dispatcher.
 */
#ifndef JUDGING_VOLUNTEER_CACHE_H
#define JUDGING_VOLUNTEER_CACHE_H

#include <stdint.h>

#include "core/keyset.h"
#include "core/uuid.h"
#include "crowd/pair_sampler.h"
#include "judging/assignment.h"
#include "people/volunteer.h"

#define UNANSWERED_FREE    4
#define UNANSWERED_PACE    5
#define UNANSWERED_WAIT_S  300
#define UNANSWERED_DOUBLES 7 /* at most: then it is half a day */

#define COUNTED_LATELY 8 /* pairs; news of one pair comes twice at most, and close together */

#define VOLUNTEER_CACHE_MAX 131072 /* volunteers; the one who was away longest makes room */

/* A lease, and the numbers of its items in the item cache. */
struct open_lease {
	struct lease lease;
	uint32_t left, right;
};

/* The last bytes: an id begins with the time, and many share that. */
static inline uint64_t lease_key(const unsigned char id[UUID_BYTES])
{
	uint64_t key = 0;

	for (int i = 8; i < UUID_BYTES; i++)
		key = key << 8 | id[i];
	return key;
}

struct volunteer {
	unsigned char id[UUID_BYTES];
	struct keyset *seen;  /* by pair_sampler_note() */
	uint64_t alike_heard; /* of all news that the dispatcher ever had of near duplicates */
	struct asker asker;   /* its `seen` and `training_left` are filled in at each ask */
	struct progress progress;
	uint64_t
		counted[COUNTED_LATELY]; /* the leases of the last pairs in `progress`, by lease_key() */
	unsigned counted_next;
	uint32_t unanswered;  /* pairs of today that were skipped, or whose lease ran out */
	int64_t unanswered_s; /* when the last of them was */
	int64_t day;          /* since 1970, that progress.pairs_today and unanswered count */
	struct open_lease open[LEASES_OPEN]; /* oldest first; some may have run out */
	unsigned open_count;
	int64_t loaded_ms;
	unsigned char (*invited)[UUID_BYTES]; /* to these campaigns, those that are not closed */
	unsigned invited_count;
	uint64_t event;         /* the invitation that their cookie told of when they were loaded */
	bool heard_event;       /* it has told */
	uint64_t entry;         /* who enters later has a higher number */
	struct volunteer *next; /* of one bucket */
	struct volunteer *older, *younger; /* by last use */
};

struct volunteer_cache;

struct volunteer_cache *volunteer_cache_new(void);
void volunteer_cache_free(struct volunteer_cache *volunteer_cache);

/* NULL: not here. Whoever is found counts as the latest. Lent until someone enters or leaves. */
struct volunteer *volunteer_cache_find(struct volunteer_cache *volunteer_cache,
                                       const unsigned char id[UUID_BYTES]);

/* The same, without counting as a visit. */
struct volunteer *volunteer_cache_peek(const struct volunteer_cache *volunteer_cache,
                                       const unsigned char id[UUID_BYTES]);

/* Takes over `volunteer`, made by volunteer_arriving(), who must not be here yet. */
void volunteer_cache_enter(struct volunteer_cache *volunteer_cache, struct volunteer *volunteer);

/* The number of the last who entered. */
uint64_t volunteer_cache_entries(const struct volunteer_cache *volunteer_cache);
void volunteer_cache_leave(struct volunteer_cache *volunteer_cache,
                           const unsigned char id[UUID_BYTES]);

/* Nobody is here any more. */
void volunteer_cache_empty(struct volunteer_cache *volunteer_cache);

uint32_t volunteer_cache_count(const struct volunteer_cache *volunteer_cache);

/* Someone of whom nothing is known yet. */
struct volunteer *volunteer_arriving(const unsigned char id[UUID_BYTES]);
void volunteer_free(struct volunteer *volunteer);

void volunteer_invite(struct volunteer *volunteer, const unsigned char campaign[UUID_BYTES]);
bool volunteer_is_invited(const struct volunteer *volunteer,
                          const unsigned char campaign[UUID_BYTES]);

/* What the cookie says of an invitation, at each ask. False: it is another one than when they were
 * loaded, so they entered by it since, here or at another server, and are to be loaded anew. */
bool volunteer_hears_event(struct volunteer *volunteer, uint64_t event);

/* Adds a lease, of which there are fewer than LEASES_OPEN. */
void volunteer_hold(struct volunteer *volunteer, const struct open_lease *open_lease);

/* Removes a lease; false when it is not held. */
bool volunteer_let_go(struct volunteer *volunteer, const unsigned char lease[UUID_BYTES]);

/* Counts a pair that was seen and not judged. */
void volunteer_unanswered(struct volunteer *volunteer, int64_t when_s);

/*
 * Seconds until something new may be shown; 0: now.  UNANSWERED_FREE pairs a day may be left
 * unanswered, and one more for every UNANSWERED_PACE judged; each beyond that costs a wait, from
 * UNANSWERED_WAIT_S on twice as long each time.  Why a pair was skipped makes no difference, nor
 * what was in it.
 */
int64_t volunteer_wait(const struct volunteer *volunteer, int64_t now_s);

/* Removes leases that ran out: they count as unanswered. */
void volunteer_expire(struct volunteer *volunteer, int64_t now_s);

/* Fills in what follows from the rest: training_left and seen. */
const struct asker *volunteer_asks(struct volunteer *volunteer);

/* Counts a judged pair of a lease, once, however often it is told. */
void volunteer_count(struct volunteer *volunteer, const struct lease *lease, unsigned correct,
                     int64_t now_s);

/* Progress as of now: yesterday's pairs are not today's. */
struct progress volunteer_progress_now(const struct volunteer *volunteer, int64_t now_s);

#endif
