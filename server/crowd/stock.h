/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stock -- the items that may be handed out, indexed so that a pair is chosen without a scan.
 *
 * Items stand on shelves, one for each campaign and medium.  A shelf is a cabinet of boxes: one
 * row for training, gold, retired items and those beyond their plan, and one row for each number of
 * answers on their way, where a planned item's column follows from the log odds of p_fake.  An item
 * knows its box and its place in it, so that every change moves it in O(1).  Items of one lineage,
 * and those of one pair, are found by chains, across shelves.
 *
 * Items have dense numbers, given by the caller; the memory is some 80 bytes for each.
 * One thread at a time may change a stock; any number may read while none changes it.
 * Pure.  A failed allocation aborts.
 */
#ifndef CROWD_STOCK_H
#define CROWD_STOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STOCK_NONE UINT32_MAX
#define STOCK_PLAN 25 /* judgments, of a shelf whose plan was not set */

struct stock_item {
	uint64_t lineage;   /* the key of its group; 0: alone, and never counted as seen */
	uint64_t pair;      /* same value: made to be shown together; 0: none */
	float p_fake;       /* what is believed now; .5 when nothing is known */
	uint16_t judgments; /* counted so far */
	uint16_t in_flight; /* leases open */
	bool gold, training;
	bool retired;      /* settled: asks for nothing, but may stand beside what does */
	int8_t truth;      /* REAL or FAKE for gold and training, else UNKNOWN */
	uint32_t contents; /* same value: the same to look at, never a pair; 0: like no other */
};

struct stock;

struct stock *stock_new(void);
void stock_free(struct stock *stock);

/*
 * Adds an item, or replaces what is there, also on another shelf.  `index` and `shelf` are the
 * caller's own, dense from 0: memory grows to the largest.  Gold and training whose truth is
 * UNKNOWN count as what p_fake says.
 */
void stock_put(struct stock *stock, uint32_t index, uint32_t shelf, const struct stock_item *item);

/* No longer handed out. Fine when it is not there. */
void stock_take_out(struct stock *stock, uint32_t index);

/*
 * Items of this shelf with judgments + in_flight >= plan have all they were to get, but gold and
 * training.  O(items of the shelf) when it changes.
 */
void stock_set_plan(struct stock *stock, uint32_t shelf, uint32_t plan);
uint32_t stock_plan(const struct stock *stock, uint32_t shelf);

/* Each does nothing to an item that is not there. Numbers above 65,535 count as that. */
void stock_set_judgments(struct stock *stock, uint32_t index, uint32_t judgments);
void stock_set_in_flight(struct stock *stock, uint32_t index, uint32_t in_flight);
void stock_set_p_fake(struct stock *stock, uint32_t index, float p_fake);
void stock_lease(struct stock *stock, uint32_t index);   /* one more in flight */
void stock_unlease(struct stock *stock, uint32_t index); /* one less, not below 0 */

/* NULL: not in it. Lent until the item changes or leaves. */
const struct stock_item *stock_at(const struct stock *stock, uint32_t index);

/* The shelf of an item; STOCK_NONE: not in it. */
uint32_t stock_shelf(const struct stock *stock, uint32_t index);

size_t stock_count(const struct stock *stock, uint32_t shelf);

/* One more than the largest shelf ever named. */
uint32_t stock_shelves(const struct stock *stock);

/* What it takes of the heap. */
size_t stock_bytes(const struct stock *stock);

/*
 * The rest is for crowd/choose.
 *
 * A part is a rectangle of boxes: columns of some rows.  Row 0 holds what is not planned, in the
 * columns named here; row 1 + l holds planned items of in_flight level l, in columns of p_fake.
 */
#define STOCK_LEVELS 8 /* of in_flight: 0, 1, 2, 3, 4, 5 to 6, 7 to 9, more */
#define STOCK_COLUMNS \
	63 /* of p_fake: equal widths of log odds, .5 in the middle of the middle one */

enum {
	STOCK_TRAINING_REAL,
	STOCK_TRAINING_FAKE,
	STOCK_GOLD_REAL,
	STOCK_GOLD_FAKE,
	STOCK_BEYOND, /* has all it was to get */
	STOCK_RETIRED
};

struct stock_part {
	uint32_t row, rows; /* the first, and how many */
	uint64_t columns;   /* bits; UINT64_MAX: all */
};

/* How many items a part holds. */
size_t stock_part_count(const struct stock *stock, uint32_t shelf, const struct stock_part *part);

/* Visits the items of a part once, beginning at any place and going round. */
struct stock_walk {
	const struct stock *stock;
	uint32_t shelf;
	struct stock_part part;
	size_t left;          /* items still to come */
	uint32_t row, column; /* the box; its next item is `place` */
	uint32_t place;
};

/* `place` is below the number of items in the part, or the part is empty. */
struct stock_walk stock_walk_from(const struct stock *stock, uint32_t shelf,
								  const struct stock_part *part, size_t place);

/* The next item, or STOCK_NONE when all were visited. The stock must not change in between. */
uint32_t stock_walk_next(struct stock_walk *walk);

/* The columns of a row that hold something, as bits. */
uint64_t stock_row(const struct stock *stock, uint32_t shelf, uint32_t row);

/* The row and column of an item that is there. */
uint32_t stock_row_of(const struct stock *stock, uint32_t index);
uint32_t stock_column_of(const struct stock *stock, uint32_t index);

/* The column of p_fake, and the p_fake in the middle of a column. */
uint32_t stock_column(double p_fake);
double stock_column_p(uint32_t column);

/* The smallest in_flight of a level. */
uint32_t stock_level_flight(uint32_t level);

bool stock_related(const struct stock_item *a, const struct stock_item *b);

/* Do both show the same? Not even a matched pair is made of them. */
bool stock_twins(const struct stock_item *a, const struct stock_item *b);

/*
 * Visits every item related to `index` but itself once, of any shelf: begin with `after`
 * STOCK_NONE, go on with what was returned.  STOCK_NONE after the last.
 */
uint32_t stock_next_related(const struct stock *stock, uint32_t index, uint32_t after);

#endif
