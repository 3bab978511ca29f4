/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dispute -- what the crowd cannot settle, and how a moderator comes to a ruling (review/ruling).
 *
 * Claim, blind verdict, evidence, ruling, in this order: whoever has seen what others
 * said cannot judge blind any more, so evidence opens only after the verdict is stored,
 * and the database refuses a ruling without one.  A dispute that is ruled shows evidence and
 * rulings to every moderator; who reads them is noted, because no later verdict of theirs on
 * that lineage is blind.
 *
 * Until a moderator has begun, by a claim that is alive or a verdict, the crowd may withdraw a
 * dispute: when it has settled the item since (scoring/consensus).
 */
#ifndef REVIEW_DISPUTE_H
#define REVIEW_DISPUTE_H

#include <jansson.h>
#include <stdbool.h>

#include "core/arena.h"
#include "core/error.h"
#include "core/uuid.h"

struct db;
struct job_handler;

#define CLAIM_S (30 * 60)

struct dispute_place {
	char opened_at[40], id[UUID_TEXT];
};

/* One row of the queue: its JSON, without a picture, and whose picture it wants. */
struct dispute_row {
	json_t *json;
	unsigned char item[UUID_BYTES];
};

/*
 * Up to `limit` rows after `place` (NULL: from the oldest). `state` is "open", "ruled",
 * "withdrawn", or NULL for all.  list[] has room for `limit`; their JSON belongs to the caller.
 */
struct error dispute_list(struct db *db, const char *account, const char *state,
                          const struct dispute_place *place, unsigned limit,
                          struct dispute_row list[], size_t *ret_count, bool *ret_more,
                          struct dispute_place *ret_next) MUST_CHECK;

struct dispute_counts {
	long long open, ruled, withdrawn;
};

struct error dispute_count(struct db *db, struct dispute_counts *ret_counts) MUST_CHECK;

/* Items that can be shown beside no other go to a moderator. */
extern const struct job_handler lonely_job;

/* One dispute as `account` may see it now. `evidence` is NULL until the blind verdict is given, or
 * a colleague has ruled. */
struct dispute_story {
	json_t *json, *evidence;
	unsigned char item[UUID_BYTES], partner[UUID_BYTES];
	bool has_partner;
};

/* ERR_NOT_FOUND. The JSON belongs to the caller. */
struct error dispute_read(struct db *db, const char *id, const char *account,
                          struct dispute_story *ret_story) MUST_CHECK;

/* Claims for half an hour, or renews. ERR_CONFLICT: another holds it, or it is closed. */
struct error dispute_claim(struct db *db, struct arena *arena, const char *id, const char *account,
                           const char **ret_expires_at) MUST_CHECK;

/* Gives a claim back; without one nothing happens. ERR_NOT_FOUND. */
struct error dispute_unclaim(struct db *db, const char *id, const char *account) MUST_CHECK;

/* Inside a transaction: holds the dispute and its item until its end. ERR_NOT_FOUND. */
struct error dispute_hold(struct db *db, const char *id) MUST_CHECK;

/*
 * Stores the blind verdict.  *ret_again: the same was given before.  ERR_CONFLICT: no claim,
 * closed, or another verdict was given.
 */
struct error dispute_verdict(struct db *db, const char *id, const char *account,
                             const char *verdict, unsigned confidence, bool *ret_again) MUST_CHECK;

#endif
