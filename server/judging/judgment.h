/* SPDX-License-Identifier: Apache-2.0 */
/*
 * judgment -- what one volunteer says of the two items of one pair.
 *
 * Each item gets a verdict of its own.  Judgments are stored in batches: one
 * statement, one fsync; a bad one fails alone and never spoils its neighbours.
 */
#ifndef JUDGING_JUDGMENT_H
#define JUDGING_JUDGMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/arena.h"
#include "core/error.h"
#include "core/vocabulary.h"
#include "crypto/sha256.h"
#include "judging/assignment.h"

struct db;

#define BODY_HASH_BYTES 16 /* of a SHA-256 */

enum verdict { VERDICT_REAL, VERDICT_FAKE };

struct verdict_in {
	bool on_left;
	enum verdict verdict;
	unsigned confidence; /* 50..100 */
	const char *tells;   /* as PostgreSQL reads a text[]; NULL: none */
	const char *marks;   /* JSON; NULL: none */
};

struct judgment_in {
	struct lease lease;
	struct verdict_in said[2];        /* in the order of the body */
	int64_t response_ms, exposure_ms; /* -1: not told */
	const char *device;               /* JSON; NULL: not told */
	unsigned char body_hash[BODY_HASH_BYTES];
	unsigned char network[NETWORK_BYTES];
	int64_t received_s;
};

/* What became of one. */
struct judgment_result {
	struct error err;
	bool again; /* stored by an earlier try */
	/* Of training pairs alone; truth < 0 otherwise. In the order of `said`. */
	int truth[2];
	const char *explanation[2];
};

/* Fills in body_hash, of what was said, not of how: two bodies that say the same are one. */
void judgment_hash(struct judgment_in *judgment);

/*
 * Stores `count` (at most 256) and sets results[i] for each:
 *   OK            stored, now or by an earlier try with the same body
 *   ERR_CONFLICT  another body came before, or the volunteer judged one of the items before
 *   ERR_GONE      the lease has run out
 *   ERR_NOBODY    the volunteer is no more
 * What the results point to lives in the arena.  When the database itself fails, that is the result
 * of all it concerns.
 */
void judgments_store(struct db *db, struct arena *arena, const struct judgment_in *const judgment[],
                     struct judgment_result results[], size_t count);

#endif
