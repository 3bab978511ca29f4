/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dawid_skene -- the family of models in which a volunteer's answer depends on the truth alone.
 *
 * Each volunteer has a distribution over answers for fakes and one for reals (two coins,
 * Dawid & Skene 1979; one coin when both are mirrored), with a Dirichlet prior around the
 * population's mean.  Three ways to fit them:
 *
 *   DAWID_SKENE_LIKELIHOOD  EM by maximum likelihood, no priors
 *   DAWID_SKENE_VARIATIONAL mean-field variational Bayes (expected log probabilities)
 *   DAWID_SKENE_LEAVE_OUT   an item is judged by skills learned from all other items: zero-order
 *                     collapsed variational Bayes (Asuncion et al. 2009), to first order in
 *                     the item's own share.  Less sure of itself, and right more often.
 *
 * Where positions are known, the sides have an effect common to all volunteers: a fake on the
 * right may be called fake more often than one on the left.
 *
 * One pass over the codes per iteration.  All sums over judgments, items and volunteers are
 * integers (crowd/specfun.h): results are the same bit for bit for any order of anything.
 */
#ifndef CROWD_DAWID_SKENE_H
#define CROWD_DAWID_SKENE_H

#include "crowd/judgment_matrix.h"
#include "crowd/pair_prior.h"
#include "crowd/specfun.h"

enum dawid_skene_way { DAWID_SKENE_LIKELIHOOD, DAWID_SKENE_VARIATIONAL, DAWID_SKENE_LEAVE_OUT };

struct dawid_skene_options {
	enum dawid_skene_way way;
	bool one_coin;
	bool plain_priors; /* no stronger ones where volunteers are few */
	bool no_negative;  /* an answer never speaks for the other side */
	uint32_t iterations_max;
	double tolerance; /* of a posterior, from one iteration to the next */
};

/* What one answer adds to an item's log odds, as multiples of 2^-24. In DAWID_SKENE_LEAVE_OUT
 * `slope` times the item's posterior is taken off again: its own share in what was learned. */
struct pull {
	int32_t base, slope;
};

struct dawid_skene {
	const struct judgment_matrix *matrix; /* lent */
	struct dawid_skene_options options;
	struct pull *pull;           /* codes */
	fixed *fake;                 /* codes: expected number given about fakes */
	float *odds;                 /* items: log odds at the last step */
	fixed *posterior;            /* items */
	fixed fakes;                 /* sum of posteriors of judged items that are not gold */
	uint32_t open;               /* how many those are */
	double prior;                /* log odds of fake before any judgment */
	double mean[2][SYMBOLS_MAX]; /* the population's answers to reals and to fakes */
	double lean;                 /* how much of a volunteer's answers the prior grows by */
	struct pair_prior *pairs;    /* NULL without links, and for DAWID_SKENE_LIKELIHOOD */
	double side[2][2];           /* what a side adds to the log odds: [verdict][position] */
	uint32_t iterations;
	bool converged;
};

/* The prior counts behind a volunteer's answers: as if this many had been seen. */
#define DAWID_SKENE_STRENGTH 5.

struct dawid_skene dawid_skene_fit(const struct judgment_matrix *matrix,
                                   const struct dawid_skene_options *options);
void dawid_skene_clear(struct dawid_skene *dawid_skene);

/* Log odds that an item is fake by its volunteers alone; gold is not clamped. */
double dawid_skene_odds(const struct dawid_skene *dawid_skene, uint32_t item);

/* What of these log odds does not come from the item's volunteers' skills, nor from the prior. */
double dawid_skene_lent(const struct dawid_skene *dawid_skene, uint32_t item);

/* Takes over log odds of all items from elsewhere: skills are then those against these. */
void dawid_skene_adopt(struct dawid_skene *dawid_skene, const double odds[]);

/* Probability of an answer given the truth, at the posterior mean. */
double dawid_skene_share(const struct dawid_skene *dawid_skene, size_t code, int truth);

/* How the logarithm of that probability is spread under the volunteer's posterior. The mean of the
 * logarithm lies below the logarithm of the mean, far below where the volunteer is hardly known. */
struct spread {
	double mean, variance;
};

struct spread dawid_skene_log_share(const struct dawid_skene *dawid_skene, size_t code, int truth);

/* Counts behind a volunteer's sensitivity (truth FAKE) or specificity (REAL), prior included. */
struct counts {
	double right, wrong;
};

struct counts dawid_skene_counts(const struct dawid_skene *dawid_skene, uint32_t volunteer,
                                 int truth);

#endif
