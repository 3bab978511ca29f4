/* SPDX-License-Identifier: Apache-2.0 */
/*
 * candidate_index -- the items that may be handed out, indexed so that a pair is chosen without a
 * scan.
 *
 * Items stand on buckets, one for each campaign and medium.  A bucket is a cabinet of boxes: one
 * row for training, retired items and those beyond their plan, and one row for each number of
 * answers on their way, where a planned item's column follows from the log odds of p_fake.  An item
 * knows its box and its place in it, so that every change moves it in O(1).  Items of one lineage,
 * and those of one pair, are found by chains, across buckets.
 *
 * Items have dense numbers, given by the caller; the memory is some 80 bytes for each.
 * One thread at a time may change a candidate index; any number may read while none changes it.
 * Pure.  A failed allocation aborts.
 */
#ifndef CROWD_CANDIDATE_INDEX_H
#define CROWD_CANDIDATE_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CANDIDATE_INDEX_NONE UINT32_MAX
#define CANDIDATE_INDEX_PLAN 25 /* judgments, of a bucket whose plan was not set */

struct candidate {
	uint64_t lineage;   /* the key of its group; 0: alone, and never counted as seen */
	uint64_t pair;      /* same value: made to be shown together; 0: none */
	float p_fake;       /* what is believed now; .5 when nothing is known */
	uint32_t near;      /* same value: near duplicates, which nobody sees both of unless they are a
	                     * lineage's or a pair's; 0: of nothing */
	uint16_t judgments; /* counted so far */
	uint16_t in_flight; /* leases open */
	uint16_t contents;  /* same value: the same to look at, never a pair; 0: like no other */
	bool gold : 1, training : 1;
	bool retired : 1;   /* settled, or gold at rest: asks for nothing, may stand beside what does */
	bool sensitive : 1; /* not shown to askers who are spared such items */
	int8_t truth;       /* REAL or FAKE for training, else UNKNOWN */
};

struct candidate_index;

struct candidate_index *candidate_index_new(void);
void candidate_index_free(struct candidate_index *candidates);

/*
 * Adds an item, or replaces what is there, also on another bucket.  `index` and `bucket` are the
 * caller's own, dense from 0: memory grows to the largest.  Training whose truth is UNKNOWN counts
 * as what p_fake says.
 */
void candidate_index_put(struct candidate_index *candidates, uint32_t index, uint32_t bucket,
                         const struct candidate *item);

/* No longer handed out. Fine when it is not there. */
void candidate_index_take_out(struct candidate_index *candidates, uint32_t index);

/*
 * Items of this bucket with judgments + in_flight >= plan have all they were to get, but
 * training.  O(items of the bucket) when it changes.
 */
void candidate_index_set_plan(struct candidate_index *candidates, uint32_t bucket, uint32_t plan);
uint32_t candidate_index_plan(const struct candidate_index *candidates, uint32_t bucket);

/*
 * A bucket's dose: of what is asked about, at most so much is to be gold; 0: as much as there is.
 * What is above it waits, those by a hash of their lineages, until other gold has rested.  An item
 * that was asked about waits no more, so gold that is shown is shown as others are.  Takes effect
 * when the bucket is balanced.
 */
void candidate_index_set_dose(struct candidate_index *candidates, uint32_t bucket, double dose);

/* Lets gold wait, or no more, so that the dose is kept to a sixteenth. O(1) while it is; else
 * O(items of the bucket). */
void candidate_index_balance(struct candidate_index *candidates, uint32_t bucket);

/* How many items of a bucket are asked about, gold or others. */
uint32_t candidate_index_asking(const struct candidate_index *candidates, uint32_t bucket,
                                bool gold);

/* Each does nothing to an item that is not there. Numbers above 65,535 count as that. */
void candidate_index_set_judgments(struct candidate_index *candidates, uint32_t index,
                                   uint32_t judgments);
void candidate_index_set_in_flight(struct candidate_index *candidates, uint32_t index,
                                   uint32_t in_flight);
void candidate_index_set_p_fake(struct candidate_index *candidates, uint32_t index, float p_fake);
void candidate_index_lease(struct candidate_index *candidates,
                           uint32_t index); /* one more in flight */
void candidate_index_unlease(struct candidate_index *candidates,
                             uint32_t index); /* one less, not below 0 */

/* NULL: not in it. Lent until the item changes or leaves. */
const struct candidate *candidate_index_at(const struct candidate_index *candidates,
                                           uint32_t index);

/* The bucket of an item; CANDIDATE_INDEX_NONE: not in it. */
uint32_t candidate_index_bucket(const struct candidate_index *candidates, uint32_t index);

size_t candidate_index_count(const struct candidate_index *candidates, uint32_t bucket);

/* One more than the largest bucket ever named. */
uint32_t candidate_index_buckets(const struct candidate_index *candidates);

/* What it takes of the heap. */
size_t candidate_index_bytes(const struct candidate_index *candidates);

/*
 * The rest is for crowd/pair_sampler.
 *
 * A part is a rectangle of boxes: columns of some rows.  Row 0 holds what is not planned, in the
 * columns named here; row 1 + l holds planned items of in_flight level l, in columns of p_fake.
 */
#define CANDIDATE_INDEX_LEVELS 8 /* of in_flight: 0, 1, 2, 3, 4, 5 to 6, 7 to 9, more */
#define CANDIDATE_INDEX_COLUMNS \
	63 /* of p_fake: equal widths of log odds, .5 in the middle of the middle one */

enum {
	CANDIDATE_INDEX_TRAINING_REAL,
	CANDIDATE_INDEX_TRAINING_FAKE,
	CANDIDATE_INDEX_BEYOND, /* has all it was to get */
	CANDIDATE_INDEX_RETIRED,
	CANDIDATE_INDEX_WAITING /* gold that waits, so that there is no more of it than the dose says */
};

struct candidate_index_part {
	uint32_t row, rows; /* the first, and how many */
	uint64_t columns;   /* bits; UINT64_MAX: all */
};

/* How many items a part holds. */
size_t candidate_index_part_count(const struct candidate_index *candidates, uint32_t bucket,
                                  const struct candidate_index_part *part);

/* Visits the items of a part once, beginning at any place and going round. */
struct candidate_index_walk {
	const struct candidate_index *candidates;
	uint32_t bucket;
	struct candidate_index_part part;
	size_t left;          /* items still to come */
	uint32_t row, column; /* the box; its next item is `place` */
	uint32_t place;
};

/* `place` is below the number of items in the part, or the part is empty. */
struct candidate_index_walk candidate_index_walk_from(const struct candidate_index *candidates,
                                                      uint32_t bucket,
                                                      const struct candidate_index_part *part,
                                                      size_t place);

/* The next item, or CANDIDATE_INDEX_NONE when all were visited. The candidate index must not change
 * in between. */
uint32_t candidate_index_walk_next(struct candidate_index_walk *walk);

/* The columns of a row that hold something, as bits. */
uint64_t candidate_index_row(const struct candidate_index *candidates, uint32_t bucket,
                             uint32_t row);

/* The row and column of an item that is there. */
uint32_t candidate_index_row_of(const struct candidate_index *candidates, uint32_t index);
uint32_t candidate_index_column_of(const struct candidate_index *candidates, uint32_t index);

/* The column of p_fake, and the p_fake in the middle of a column. */
uint32_t candidate_index_column(double p_fake);
double candidate_index_column_p(uint32_t column);

/* The smallest in_flight of a level. */
uint32_t candidate_index_level_flight(uint32_t level);

bool candidate_index_related(const struct candidate *a, const struct candidate *b);

/* Are they near duplicates? No pair is made of them, unless they are related. */
bool candidate_index_alike(const struct candidate *a, const struct candidate *b);

/* Do both show the same? Not even a matched pair is made of them. */
bool candidate_index_twins(const struct candidate *a, const struct candidate *b);

/*
 * Visits every item related to `index` but itself once, of any bucket: begin with `after`
 * CANDIDATE_INDEX_NONE, go on with what was returned.  CANDIDATE_INDEX_NONE after the last.
 */
uint32_t candidate_index_next_related(const struct candidate_index *candidates, uint32_t index,
                                      uint32_t after);

#endif
