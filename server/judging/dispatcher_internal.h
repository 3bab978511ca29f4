/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dispatcher_internal -- what a dispatcher is made of, for the four files that work on it:
 * dispatcher.c hands out and takes back, dispatcher_arrive.c loads volunteers, dispatcher_leases.c
 * writes leases behind, change_feed.c listens to the database.
 */
#ifndef JUDGING_DISPATCHER_INTERNAL_H
#define JUDGING_DISPATCHER_INTERNAL_H

#include <pthread.h>

#include "core/lock.h"
#include "core/random.h"
#include "core/uuid.h"
#include "judging/dispatcher.h"
#include "judging/item_cache.h"
#include "judging/volunteer_cache.h"

struct leases {
	struct open_lease *list;
	size_t count, room;
};

/* An item that was found to look like others, after volunteers may have seen it. */
struct alike {
	uint64_t lineage, near_key;
};

#define ALIKE_MOST 65536

struct dispatcher {
	pthread_mutex_t lock; /* guards everything up to the line */
	struct item_cache item_cache;
	struct volunteer_cache *volunteer_cache;
	struct random random;
	struct leases unwritten; /* handed out since the last look */
	uint32_t *buckets;       /* room for one search: those it has not tried */
	uint32_t shelves_room;
	struct alike *alike; /* news, in their order; at most ALIKE_MOST */
	size_t alike_count;
	uint64_t alike_forgotten; /* news before these */
	struct keyset *settled;   /* leases answered since then, by lease_key() */
	struct dispatcher_figures figures;
	/* ------------------------------------------------ the sync thread's alone */
	unsigned life;        /* of the connection that all was read by */
	char moment[24];      /* xid8 of the last look */
	struct keyset *heard; /* numbers of news that the last look saw */
	uint32_t *flying;     /* items that were in flight then */
	size_t flying_count, flying_room;
	int64_t next_look_ms, looked_ms;
	struct keyset *answered;   /* leases whose answers were heard of since leases were written */
	struct keyset *written[2]; /* leases written lately, and a while before */
	int64_t written_ms;        /* when the first of the two began */
	bool close_answered;       /* answers may have been missed */
	char forget_moment[24];    /* xid8 of a look some minutes ago: older news may go */
	int64_t forget_ms;
};

/* How many news of near duplicates there ever were. With the lock held. */
static inline uint64_t dispatcher_alike_news(const struct dispatcher *dispatcher)
{
	return dispatcher->alike_forgotten + dispatcher->alike_count;
}

/* dispatcher_leases.c: writes what is unwritten, and closes what a reading of everything may have
 * missed.
 */
struct error dispatcher_write_leases(struct dispatcher *dispatcher, struct db *db) MUST_CHECK;

/*
 * Some leases were answered, wherever: those that this dispatcher has written lately are closed,
 * those that it has not will never be written.  An answer removes its lease itself, unless it
 * looked for it before the lease was written.
 */
struct error dispatcher_close_answered(struct dispatcher *dispatcher, struct db *db,
                                       const unsigned char (*volunteers)[UUID_BYTES],
                                       const unsigned char (*ids)[UUID_BYTES],
                                       size_t count) MUST_CHECK;

void leases_add(struct leases *leases, const struct open_lease *open_lease);

#endif
