/* SPDX-License-Identifier: Apache-2.0 */
/*
 * catalogue -- the items that may be handed out, in memory.
 *
 * Handing out a pair must not search the database, so every process holds a snapshot
 * of what is in service.  A snapshot is never changed but for the counts of leases; a
 * new one replaces it when it is older than a second (longer for large catalogues: a
 * twentieth of the time at most goes into reading).  Plans are therefore soft by the
 * leases that other processes gave out since.
 *
 * Threads: catalogue_hold() and snapshot_release() from any thread; a snapshot that is
 * held stays valid.  One lock guards which snapshot is current and who holds it.
 */
#ifndef DOMAIN_CATALOGUE_H
#define DOMAIN_CATALOGUE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/arena.h"
#include "core/error.h"
#include "core/hex.h"
#include "media/media.h"

struct db;
struct catalogue;
struct idmap;

struct campaign_facts {
	unsigned char id[UUID_BYTES];
	const char *name, *question;
	unsigned policy, plan, min_judgments;
	double random_share;
};

struct catalogue_item {
	unsigned char id[UUID_BYTES];
	uint32_t campaign; /* index into snapshot.campaigns */
	uint32_t lineage;  /* number of its group */
	uint32_t pair;     /* number of its pair key; 0: none */
	float p_fake;
	uint16_t judgments; /* since it was last reopened */
	_Atomic uint16_t in_flight;
	uint8_t media_type; /* enum media_type */
	bool gold, training;
	int8_t truth; /* of gold and training items; else UNKNOWN */
};

struct snapshot {
	struct catalogue_item *items;
	uint32_t count;
	struct campaign_facts *campaigns;
	uint32_t campaign_count;
	struct idmap *index;    /* item id -> index */
	struct idmap *lineages; /* hash of a lineage -> its number - 1 */
	struct arena *arena;
	int64_t made_ms, good_for_ms;
	unsigned holders; /* guarded by the catalogue's lock */
};

struct catalogue *catalogue_new(void);
void catalogue_free(struct catalogue *catalogue);

/*
 * The current snapshot, read anew through `db` when it has aged and nobody else is at it.
 * The caller gives it back with snapshot_release().
 */
struct error catalogue_hold(struct catalogue *catalogue, struct db *db,
							struct snapshot **ret_snapshot) MUST_CHECK;
void snapshot_release(struct catalogue *catalogue, struct snapshot *snapshot);

/* The number of a lineage, 0 when no item of the snapshot has it. */
uint32_t snapshot_lineage(const struct snapshot *snapshot, const char *lineage);

#endif
