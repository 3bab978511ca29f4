/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pair_prior -- what the two items of a matched pair tell about each other.
 *
 * Of two items from one lineage often exactly one is fake.  How often both, one or none are is
 * learned: a joint prior over the two truths, the same for all pairs and symmetric (neither item
 * is the first), with a Dirichlet prior around independence at the share of fakes, as strong as
 * PAIR_PRIOR_STRENGTH pairs.  A partner sends a message: the ratio of what is believed of it under
 * "fake" and under "real", from its own volunteers and its other partners, without what it heard
 * from the item itself (the cavity).  That is exact where links make no circle, once messages
 * have gone all the way; in circles it is loopy belief propagation (Pearl 1988; Murphy, Weiss &
 * Jordan 1999), damped.  A gold partner sends its truth; gold itself is told nothing, so
 * that it measures volunteers.
 *
 * Messages are summed as integers, all are renewed at once, and beliefs are those of the
 * last step: no order of items or links changes a bit.  Pure; the model owns one while it fits.
 */
#ifndef CROWD_PAIR_PRIOR_H
#define CROWD_PAIR_PRIOR_H

#include "crowd/judgment_matrix.h"

#define PAIR_PRIOR_STRENGTH 10.

struct pair_prior;

/* NULL without links. The matrix is lent. */
struct pair_prior *pair_prior_new(const struct judgment_matrix *matrix);
void pair_prior_free(struct pair_prior *pairs); /* NULL does nothing */

/*
 * Renews the joint prior and the messages.  odds[i]: log odds of every judged item at this step,
 * pair_prior_term() included; `prior`: log odds of fake of any item.  O(links).
 */
void pair_prior_learn(struct pair_prior *pairs, const float odds[], double prior);

/* What the partners add to an item's log odds, beside its volunteers and `prior`: at first, for
 * gold, for an item without partner and without links (NULL) nothing. */
double pair_prior_term(const struct pair_prior *pairs, uint32_t item);

/* P(both fake), P(exactly one), P(none), as learned. */
struct pair_shares {
	double both, one, none;
};

struct pair_shares pair_prior_shares(const struct pair_prior *pairs);

#endif
