/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cohort -- volunteers who err together beyond what all share, and what hangs on them.
 *
 * Correlated annotators: friends, copies of one account, those who follow the same wrong hint. A
 * model of independent volunteers takes what they share for the truth, so its posteriors cannot
 * show them. This test reads no posterior and no label. If volunteers are independent given one
 * quantity of the item (its truth; how hard it is as well), the correlations of their verdicts
 * factor: r(a,b) = l(a) l(b), one loading each (Spearman 1904; tetrads, Bollen & Ting 1993).
 * Loadings are fitted by medians (Gabriel & Odoroff 1984), which a minority of correlated pairs
 * cannot bend. A pair that correlates more than l(a) l(b) by a margin is linked; linked volunteers
 * are a cohort. Difficulty that all share is part of the loadings, so it links nobody. Among those
 * whom no link names, crowd/cohort_spectrum finds groups whose members share few items each.
 *
 * Who are most of the busy ones cannot be told from the truth by any test without labels.
 * Pure, deterministic, the same for any order of rows and names; any thread.
 */
#ifndef CROWD_COHORT_H
#define CROWD_COHORT_H

#include <stddef.h>
#include <stdint.h>

#include "crowd/judgments.h"
#include "crowd/model.h"

struct cohort_options {
	uint32_t common_min; /* items that two must both have judged to be compared */
	double false_alarms; /* pairs that may be linked by chance, in all */
	double excess_min; /* correlation beyond l(a) l(b) below which nobody is linked, however sure */
};

/* 30 items; .03; .25. */
struct cohort_options cohort_options_usual(void);

/*
 * Sets cohort[v] to the group or to 0: those that are linked, numbered from 1 by the lowest of
 * their volunteers, and then at most four found by the spectrum, the clearest first. Returns the
 * number of groups. Only verdicts are read. Compared are the busiest volunteers for whom the
 * work is bounded: about 16 pairs a judgment (or 30 million in all), 50,000 pairs in the fit of
 * loadings. O(judgments + volunteers) memory.
 */
uint32_t cohorts_find(const struct judgments *judgments, const struct cohort_options *options,
                      uint32_t cohort[]);

/* Cohorts, and what they carry. */
struct cohorts {
	uint32_t count;      /* groups */
	uint32_t volunteers; /* in any of them */
	uint32_t *of;        /* volunteers of the judgments: the group, from 1, or 0 */
	size_t judgments;    /* by them */
	size_t judgments_all;
	uint32_t judged;  /* items with a judgment, gold left out */
	uint32_t carried; /* of these, items where half of the judgments or more are theirs */
	/* Of the judged items, by cohorts_compare(): */
	uint32_t changed; /* labels that turn in a fit without all of them */
	uint32_t alone;   /* items that nobody else judged: without a label then */
	double prevalence, prevalence_without;
};

/* Finds them. The caller ends it with cohorts_clear(). */
struct cohorts cohorts_of(const struct judgments *judgments, const struct cohort_options *options);
void cohorts_clear(struct cohorts *cohorts);

/* A fit as if they had judged nothing: the same items and volunteers. NULL: there is no cohort.
 * The caller frees it. Costs a fit. */
struct fit *cohorts_fit_without(const struct judgments *judgments, const struct cohorts *cohorts,
                                const struct model_options *model);

/* Fills in what changes; `without` NULL: nothing. Gold never changes. turned[i] (items; or NULL)
 * becomes 1 where the label turns. */
void cohorts_compare(struct cohorts *cohorts, const struct fit *with, const struct fit *without,
                     const int8_t truth[], uint8_t turned[]);

#endif
