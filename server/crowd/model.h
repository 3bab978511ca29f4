/* SPDX-License-Identifier: Apache-2.0 */
/*
 * model -- from judgments to what is likely fake, and who can tell.
 *
 * The two-coin model of Dawid & Skene (1979): volunteer v calls a fake "fake" with
 * probability sensitivity(v) and a real "real" with specificity(v).  Both have Beta priors
 * learned from the population, so that a volunteer with three answers counts like an
 * average one.  The default mixes that with items of hidden subtypes and with what gold alone says
 * (crowd/stacking.h).  Gold items are clamped to their truth and teach the skills.  With
 * confidence, the default takes three levels of it for each verdict as separate answers.
 * docs/method.md has the equations and the sources.
 *
 * Pure and deterministic; any thread.  The caller owns a fit and frees it with fit_free().
 */
#ifndef CROWD_MODEL_H
#define CROWD_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "crowd/calibration.h"
#include "crowd/judgments.h"

enum method {
	METHOD_DEFAULT,     /* independent volunteers, subtypes and gold alone, mixed */
	METHOD_MAJORITY,    /* share of "fake" verdicts, one of each added; ties by who else agrees */
	METHOD_DAWID_SKENE, /* two coins, maximum likelihood, to convergence */
	METHOD_VARIATIONAL, /* two coins, mean-field variational Bayes */
	METHOD_ONE_COIN,    /* as the default, but sensitivity and specificity are one skill */
	METHOD_GLAD,        /* skill and difficulty, Whitehill et al. 2009 */
};

/* "default", "majority", "dawid-skene", "variational", "one-coin", "glad". False if it is none of
 * them. */
bool method_read(const char *text, enum method *method);

struct model_options {
	enum method method;
	uint32_t iterations_max; /* 0: the method's own limit */
	double tolerance;        /* stop when no posterior moves more; 0: the method's own */
	bool intervals;          /* fill in low and high; without it they equal the mean */
	bool no_negative;        /* who is worse than chance is not inverted, but ignored; not for
	                          * majority, maximum likelihood and GLAD */
	bool skills_are_means;   /* even so no low and high of skills: each costs two quantiles */
};

/* A mean with its 90 % credible interval. */
struct estimate {
	double mean, low, high;
};

struct fit {
	uint32_t items, volunteers;
	struct estimate *p_fake;      /* items; a gold item is its truth: 0 or 1 */
	struct estimate *crowd;       /* items; what the volunteers alone say, gold not clamped. Is
	                               * p_fake itself where there is no gold */
	double *odds;                 /* items; log odds of fake behind `crowd` */
	uint32_t *judgments;          /* items */
	struct estimate *sensitivity; /* volunteers; P("fake" | fake) */
	struct estimate *specificity; /* volunteers; P("real" | real) */
	double *fakes_judged, *reals_judged;                   /* volunteers; expected */
	double population_sensitivity, population_specificity; /* of one who is not known yet */
	struct estimate prevalence;                            /* share of fakes among the items */
	uint32_t iterations;
	bool converged;
	struct calibration calibration; /* on gold; weight 0: there was none of each class */
	double caution;                 /* see fit_probability() */
	double subtypes_weight;         /* of items with subtypes in the default, by what predicts
	                                 * answers held out; before gold says more */
	bool has_likelihood;            /* whether the method has one: majority and glad have none */
	double log_likelihood;          /* of the judgments, at the fitted skills; otherwise 0 */
};

/* Returns a fit; O(judgments) time an iteration. Finite for every input, an empty one too. */
struct fit *model_fit(const struct judgments *judgments, const struct model_options *options);

/* The same from a sheet (crowd/judgment_matrix.h), for callers who want the memory of the rows
 * back. */
struct judgment_matrix;
struct fit *model_fit_sheet(const struct judgment_matrix *matrix,
                            const struct model_options *options);

/* Whether the sheet for these options tells levels of confidence apart. */
bool model_is_graded(const struct judgments *judgments, const struct model_options *options);

void fit_free(struct fit *fit);

/* Worse than chance: with `no_negative`, nothing of what this volunteer says counts. */
static inline bool fit_ignores(const struct fit *fit, uint32_t volunteer)
{
	return fit->sensitivity[volunteer].mean + fit->specificity[volunteer].mean <= 1;
}

/* The reported probability behind log odds: calibrated as far as gold bears it out, and held off
 * 0 and 1 by caution. */
double fit_probability(const struct fit *fit, double odds);

/* The label a posterior stands for. A tie (exactly .5) is REAL by rule, whatever came first. */
static inline int label_of(double p_fake)
{
	return p_fake > .5 ? FAKE : REAL;
}

#endif
