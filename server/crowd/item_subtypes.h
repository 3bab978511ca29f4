/* SPDX-License-Identifier: Apache-2.0 */
/*
 * item_subtypes -- the model in which items of one class are of three hidden kinds.
 *
 * Each volunteer has a distribution over answers for each subtype of each class (EBCC: Li,
 * Rubinstein, Cohn 2019).  Volunteers who err on the same items, beyond what the class explains,
 * make a subtype there instead of passing for the truth.  Around each distribution stands the same
 * fixed prior, as if five answers had been seen of which four were right: learned ones let subtypes
 * drift from class to class.  Iterations start from the share of "fake" verdicts: the subtypes of
 * a class are its items by low, middle and high share.  Skills are integrated out and an item is
 * judged by what was learned from all others, as in crowd/dawid_skene.h.
 *
 * Sums over judgments and items are sums of integers: the same bits for any order.
 */
#ifndef CROWD_ITEM_SUBTYPES_H
#define CROWD_ITEM_SUBTYPES_H

#include "crowd/judgment_matrix.h"
#include "crowd/specfun.h"

#define SUBTYPES 3              /* of a class */
#define STATES   (2 * SUBTYPES) /* of an item: the subtypes of reals, then those of fakes */

struct subtype_pull; /* how a code moves an item's log odds of its states */

struct item_subtypes {
	const struct judgment_matrix *matrix; /* lent */
	const double *lent_odds;              /* items, lent: odds of fake from elsewhere, or NULL */
	struct subtype_pull *pull;            /* codes */
	fixed *given;                         /* codes * STATES: expected number given, by state */
	float *share;                         /* items * STATES: what an item is taken for */
	double prior[STATES];                 /* log shares of the states */
	uint32_t iterations;
	bool converged;
};

/* Fits until items' probabilities of fake move by no more than `tolerance` in the mean: in a set of
 * many thousands one of them is always on its way. Clear it after use. */
struct item_subtypes item_subtypes_fit(const struct judgment_matrix *matrix,
                                       const double lent_odds[], uint32_t iterations_max,
                                       double tolerance);
void item_subtypes_clear(struct item_subtypes *subtypes);

/* Log odds that an item is fake by its volunteers alone; gold is not clamped. If not NULL,
 * ret_states is filled with the probabilities of its states. */
double item_subtypes_odds(const struct item_subtypes *subtypes, uint32_t item,
                          double ret_states[STATES]);

/* Probability of an answer given the state, at the posterior mean. */
double item_subtypes_share(const struct item_subtypes *subtypes, size_t code, int state);

#endif
