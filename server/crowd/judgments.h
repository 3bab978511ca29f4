/* SPDX-License-Identifier: Apache-2.0 */
/*
 * judgments -- what the science reads: who said what about which item, as arrays.
 *
 * A view: the arrays belong to the caller and are only read.  Items and volunteers are
 * dense indices from 0.  The order of rows, and which index stands for whom, never change
 * a result: every sum over judgments is made of integers (crowd/model.c says how).
 * One judgment for each (item, volunteer); training judgments do not belong here.
 */
#ifndef CROWD_JUDGMENTS_H
#define CROWD_JUDGMENTS_H

#include <stddef.h>
#include <stdint.h>

enum { REAL = 0, FAKE = 1, UNKNOWN = -1 };

/* Two items of one lineage that may be shown as a matched pair. */
struct item_pair {
	uint32_t a, b;
};

struct judgments {
	uint32_t items, volunteers;
	size_t count;
	const uint32_t *item;      /* count; below `items` */
	const uint32_t *volunteer; /* count; below `volunteers` */
	const uint8_t *verdict;    /* count; REAL or FAKE */
	const uint8_t *confidence; /* count; 50..100. NULL: not asked */
	const uint8_t *position;   /* count; 0 left, 1 right. NULL: not known */
	const int8_t *truth; /* items; REAL or FAKE clamps the item (gold), UNKNOWN. NULL: no gold */
	const struct item_pair *pairs; /* pair_count, in any order. NULL: none are known */
	size_t pair_count;
};

#endif
