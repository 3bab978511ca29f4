/* SPDX-License-Identifier: Apache-2.0 */
/*
 * auc -- how well a number tells fakes from real media: the area under the ROC curve.
 *
 * 0.5 tells nothing; above it fakes have the larger numbers, below it the smaller ones.  Ties count
 * half.  The interval covers 95 % and takes the items of one group (a lineage) for one draw.
 * Pure; any thread.
 */
#ifndef CROWD_AUC_H
#define CROWD_AUC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct auc {
	double value, low, high; /* NAN: there is no pair of a fake and a real item */
};

/* Scored items; the arrays belong to the caller. */
struct scored {
	size_t count;
	const double *score;     /* finite */
	const uint8_t *fake;     /* 0 or 1 */
	const uint32_t *group;   /* below `count` */
	const uint32_t *stratum; /* below `count`; NULL: all are of one */
};

/*
 * The share of pairs of a fake and a real item, both of one stratum, in which the fake one scores
 * higher.  The interval is Newcombe's method 5 (2006), whose width never comes to nothing, for as
 * many items as groups leave independent (Kish 1965); it is wider where the variance by groups is
 * larger than the one that the method assumes (structural components: DeLong et al. 1988, summed by
 * group as in Obuchowski 1997).  O(n log n).
 */
struct auc auc_of(const struct scored *scored);

/* How far it is from telling nothing, whichever side is larger: 0.5 to 1. */
double auc_strength(const struct auc *auc);

/* Is the strength above `limit`, and does the interval leave 0.5 out on that side? */
bool auc_passes(const struct auc *auc, double limit);

#endif
