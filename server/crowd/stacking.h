/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stacking -- several views of the same items, mixed as far as known items bear each out.
 *
 * The weights are those under which the mixture of the views' probabilities gives the known items
 * the largest likelihood (Yao, Vehtari, Simpson, Gelman 2018), with a Dirichlet prior around the
 * weights that hold without any known item, so that one known item more moves them by a small
 * step.  Pure; sums are of integers, so that the order of items does not matter.
 */
#ifndef CROWD_STACKING_H
#define CROWD_STACKING_H

#include <stddef.h>
#include <stdint.h>

#define VIEWS_MAX 4

/* A view: log odds of fake by item, held out where the item is known; and how much it counts. */
struct view {
	double *odds;
	double prior;  /* log odds before any judgment, which are in `odds` */
	double weight; /* of all: 1 together */
};

struct stacking {
	struct view view[VIEWS_MAX];
	int views;
};

/* Moves the weights from what they are, their prior, to what the known items bear out. truth[i] is
 * REAL, FAKE or UNKNOWN. Known items may hold another share of fakes than the others, so
 * `known_prior`, log odds of fake among them, stands in for the views' own. */
void stacking_learn(struct stacking *stacking, const int8_t truth[], size_t items,
                    double known_prior);

/* Log odds of the mixture for one item. With a `known_prior`, that stands in for the views' own. */
double stacking_odds(const struct stacking *stacking, size_t item);
double stacking_odds_from(const struct stacking *stacking, size_t item, double known_prior);

#endif
