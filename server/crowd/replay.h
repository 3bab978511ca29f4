/* SPDX-License-Identifier: Apache-2.0 */
/*
 * replay -- what a stopping policy would have cost and lost on judgments already recorded.
 *
 * Each round, every item that is still open gets the next of its recorded judgments, in a
 * seeded random order; then the model is fitted to what has been asked for so far and the policy
 * decides item by item, also about those it had retired: they are asked about again when what
 * is known of their volunteers by then no longer bears them out.
 *
 * POLICY_GAIN asks otherwise, once every item has a judgment: a round asks about a tenth of the
 * items, those whose best recorded judgment that is left promises the most information, given who
 * would answer.  How good a volunteer is, is drawn anew each round from what is known of
 * him (Thompson 1933): the hardly known are tried, the poor are left alone.  It shows what a
 * service reaches that may choose whom it asks.  Pure; any thread.
 */
#ifndef CROWD_REPLAY_H
#define CROWD_REPLAY_H

#include "core/random.h"
#include "crowd/deciding.h"
#include "crowd/judgments.h"
#include "crowd/model.h"
#include "crowd/stopping.h"

/*
 * POLICY_POSTERIOR and POLICY_GAIN let those decide who may in service (crowd/deciding.h), by the
 * weaker rule, as recorded judgments name no networks.
 */
enum policy {
	POLICY_POSTERIOR, /* stopping_decide() on the posterior of those who may decide */
	POLICY_MARGIN,    /* |fake - real| verdicts at least `threshold`, from `min` judgments on */
	POLICY_FIXED,     /* `max` judgments each */
	POLICY_GAIN,      /* as POLICY_POSTERIOR, but asks where and whom it gains the most by */
};

struct replay {
	uint64_t available, used;
	enum decided_by decided_by; /* the rule that items retired by */
	uint32_t retired, disputed; /* an item whose recorded judgments ran out is neither */
	uint32_t evaluated;         /* items with a truth; without any the accuracies say nothing */
	double accuracy;            /* over all items with truth, at the end */
	double baseline_accuracy;   /* the same with all judgments */
};

/* truth[i] is REAL, FAKE or UNKNOWN and only measures; judgments->truth (gold) clamps. */
struct replay replay_run(const struct judgments *judgments, const int8_t truth[],
                         enum policy policy, const struct stopping *rule,
                         const struct model_options *model, struct random *random);

#endif
