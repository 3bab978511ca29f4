/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reference_bcc -- Bayesian classifier combination as published, to compare our methods with.
 *
 *   iBCC  independent: Kim & Ghahramani 2012, Bayesian classifier combination
 *   EBCC  enhanced: Li, Rubinstein & Cohn 2019, Exploiting worker correlation for label aggregation
 *         in crowdsourcing
 *
 * EBCC gives each class subtypes: an item of class k is of subtype m with chance pi[k][m], and a
 * volunteer answers by class and subtype.  Volunteers who err on the same items are so explained by
 * the item.  iBCC is EBCC with one subtype.  The priors are Dirichlet:
 *
 *   classes tau               Dir(alpha)
 *   subtypes pi[k]            Dir(a_pi / M, ...)
 *   answers v[j][k][m]        Dir(`right` at the answer that is the class k, `wrong` at the other)
 *
 * Fitted by mean-field variational Bayes with a factor for each parameter and one for class and
 * subtype of each item together.  A start spreads each class's share of the item's verdicts over
 * its subtypes by a flat Dirichlet draw; of several starts the largest bound (ELBO) is kept.  Gold
 * is clamped to its class.
 *
 * For tests only: sums are of doubles, so the order of rows may change last digits.  Pure; any
 * thread.
 */
#ifndef TESTS_SUPPORT_REFERENCE_BCC_H
#define TESTS_SUPPORT_REFERENCE_BCC_H

#include <stdbool.h>

#include "crowd/judgments.h"

struct reference_bcc_options {
	uint32_t subtypes;    /* M */
	double a_pi;          /* shared by the subtypes of a class */
	double right, wrong;  /* prior counts of an answer that is the class, and of one that is not */
	double alpha;         /* prior count of either class ... */
	bool empirical_alpha; /* ... or what the verdicts' shares add up to */
	uint32_t starts, iterations_max;
	double gain_min; /* nats; a start ends when an iteration adds less to the bound */
	uint64_t seed;
};

/* As in the comparison by the authors of EBCC: one start and alpha 1 for iBCC; ten subtypes, 40
 * starts and the empirical alpha for EBCC; 500 iterations at most. Theirs end when no posterior
 * moves more than .001. */
struct reference_bcc_options reference_ibcc(void);
struct reference_bcc_options reference_ebcc(void);

struct reference_bcc_outcome {
	double elbo;         /* nats, of the start that was kept */
	uint32_t iterations; /* of that start */
	uint32_t converged;  /* starts that ended by themselves */
};

/* Sets p_fake[i] for all items. O(judgments * subtypes) time an iteration. */
struct reference_bcc_outcome reference_bcc(const struct judgments *judgments,
                                           const struct reference_bcc_options *options,
                                           double p_fake[]);

#endif
