/* SPDX-License-Identifier: Apache-2.0 */
/*
 * joint_leak -- how well several numbers together tell fakes from real media.
 *
 * A ridge logistic regression on standardised features, cross-validated: each item is scored by a
 * model that saw no item of its group.  Folds are drawn several times over.  Being linear, it finds
 * no leak that only a bend or a product of features shows.
 * Pure; any thread.
 */
#ifndef CROWD_JOINT_LEAK_H
#define CROWD_JOINT_LEAK_H

#include <stddef.h>
#include <stdint.h>

#include "crowd/auc.h"

#define JOINT_FEATURES 32 /* at most */

/* Items in rows; the arrays belong to the caller. */
struct joint_data {
	size_t count;
	unsigned features;
	const double *x;       /* count rows of `features` numbers; NAN: unknown, taken for the mean */
	const uint8_t *fake;   /* 0 or 1 */
	const uint32_t *group; /* below `count` */
};

/*
 * The area under the curve of the scores that items got, pairs compared within a fold alone: scores
 * of two folds come from two models.  Value and limits are means over the draws of folds, of which
 * there are fewer the more items there are.  NAN where folds hold no pair, as with one group of a
 * class.  The same data and seed give the same figures.  O(draws * count * features^2).
 */
struct auc joint_leak(const struct joint_data *data, uint64_t seed);

#endif
