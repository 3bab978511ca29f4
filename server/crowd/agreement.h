/* SPDX-License-Identifier: Apache-2.0 */
/*
 * agreement -- how far volunteers agree beyond chance.
 *
 * Krippendorff's alpha for nominal data (Krippendorff 2011, "Computing Krippendorff's
 * alpha-reliability"), exactly, from the coincidence counts.  Agreement is not truth:
 * a crowd may be wrong together.  Pure; any thread.
 */
#ifndef CROWD_AGREEMENT_H
#define CROWD_AGREEMENT_H

#include <stdbool.h>

#include "core/random.h"
#include "crowd/judgments.h"

struct agreement {
	bool defined; /* false: nothing can be paired, or only one verdict occurs at all */
	double alpha, low, high;
};

/*
 * Alpha of all judgments.  The 95 % interval comes from `resamples` bootstrap draws of whole
 * items; resamples 0 leaves low and high at alpha.  O(judgments + resamples * kinds), where
 * kinds is the number of different (fake, real) counts among items: thousands of draws are cheap.
 */
struct agreement agreement_alpha(const struct judgments *judgments, unsigned resamples,
                                 struct random *random);

/*
 * The same where items are counted one by one, as they come: memory follows kinds, not judgments.
 * An item has so many verdicts of each kind.
 */
struct agreement_tally;
struct agreement_tally *agreement_tally_new(void);
void agreement_tally_free(struct agreement_tally *tally);
void agreement_tally_add(struct agreement_tally *tally, uint32_t fake, uint32_t real);
struct agreement agreement_alpha_of_tally(const struct agreement_tally *tally, unsigned resamples,
                                          struct random *random);

/* agreement_expected() of what was counted. */
double agreement_tally_expected(const struct agreement_tally *tally);

/*
 * The same for one item: 1 - observed disagreement within the item / disagreement expected
 * from all judgments.  `expected` is agreement_expected().  NAN with fewer than two judgments
 * or when `expected` is 0.  The mean over items, weighted by judgments, is alpha.
 */
double agreement_of_item(uint32_t fake, uint32_t real, double expected);

/* The disagreement that chance alone would give, from the totals of both verdicts in items with
 * at least two judgments. */
double agreement_expected(uint64_t fake, uint64_t real);

/*
 * Agreement of each volunteer with the others: 1 - the share of the others' verdicts on the same
 * items that differ from theirs / the disagreement expected from all judgments.  alpha[v] is NAN
 * where v met nobody or nothing can be expected.  For a stratum of items, pass its judgments alone.
 */
void agreement_of_volunteers(const struct judgments *judgments, double alpha[]);

/* Fleiss' kappa. Defined only where every judged item has the same number (two or more) of
 * judgments; low and high equal it. */
struct agreement agreement_fleiss(const struct judgments *judgments);

#endif
