/* SPDX-License-Identifier: Apache-2.0 */
/*
 * collusion -- what a conspiracy could do, and how much hangs on whom. crowd/cohort finds them.
 *
 * The dangerous volunteer answers gold correctly and is as good as others elsewhere, but lies
 * about chosen targets; weighing by gold does not stop that (METHOD.md).  What does is random
 * assignment and many judgments.  The simulator measures it with the same model_fit() that the
 * server uses.  Pure; any thread.
 */
#ifndef CROWD_COLLUSION_H
#define CROWD_COLLUSION_H

#include "core/random.h"
#include "crowd/judgments.h"
#include "crowd/model.h"

struct collusion {
	uint32_t items, gold, targets; /* gold and targets are among the items, and apart */
	uint32_t volunteers, judgments_each;
	double colluders;            /* share of the volunteers */
	double skill, concentration; /* sensitivity and specificity: Beta of this mean and strength */
	uint32_t policy; /* the rules of who may decide (crowd/deciding.h); 0: everybody may */
	double coverage; /* share of the other items that is published, surest first */
};

struct collusion_outcome {
	double flipped;         /* share of targets whose label is not the truth though it would be,
	                         * had nobody lied */
	double wrong_targets;   /* share of targets whose label is not the truth */
	double retired_wrong;   /* share of targets that retire under a wrong label, by the rule in
	                         * service and by who may decide */
	double undecided;       /* share of targets that do not retire */
	double wrong_published; /* share of the published others whose label is not the truth */
};

/* Everybody decides, and judges from a network of their own: 2,000 items, half of them fake, 600
 * volunteers, 21 judgments an item. */
struct collusion collusion_standard(double colluders);

struct collusion_outcome collusion_run(const struct collusion *rig,
                                       const struct model_options *model, struct random *random);

/* What a verdict adds to the log odds of fake, at the fitted skills. */
double influence_weight(const struct fit *fit, uint32_t volunteer, uint8_t verdict);

/*
 * How labels would stand without some volunteers, skills held as fitted: sets flips[i] to 1 where
 * the label changes when those with removed[v] != 0 are left out. Returns how many. Gold never
 * flips.
 */
size_t influence_flips(const struct judgments *judgments, const struct fit *fit,
                       const uint8_t removed[], uint8_t flips[]);

/*
 * What it would have cost to flip each label: the smallest number of the item's own volunteers
 * who, answering otherwise, turn it. UINT32_MAX where all of them together cannot.
 */
void influence_cost(const struct judgments *judgments, const struct fit *fit, uint32_t cost[]);

#endif
