/* SPDX-License-Identifier: Apache-2.0 */
#include "crowd/alarms.h"

#include <math.h>

#define NETWORK_PAIRS   50  /* of the hour: fewer make no share */
#define SKIPS_LEAST     20  /* of a group */
#define RISE_PAIRS      100 /* of the hour */
#define RISE_HOURS      24  /* before */
#define GOLD_JUDGED     20
#define GOLD_VOLUNTEERS 4
#define GOLD_LIKENESS   .1 /* correlation of one volunteer's answers: skills Beta of strength 9 */

/* docs/operations.md says what each means and what to do, and how often honest campaigns have it.
 */
const struct alarm_rule alarm_rules[ALARM_KINDS] = {
	[ALARM_SKIPS] = { "skips", "skip_share_most", .2,
	                  "several of one network skip much, and with it a fifth of what it is shown" },
	[ALARM_ONE_NETWORK] = { "one_network", "network_rush", 5,
	                        "most of this hour's answers come from one network that is not usually "
	                        "there" },
	[ALARM_NETWORK_LABELS] = { "network_labels", "network_excess", 12,
	                           "one network decides more labels than chance gives it" },
	[ALARM_COHORT] = { "cohort", "cohort_volunteers", 3,
	                   "volunteers err together beyond what all share" },
	[ALARM_WORSE_THAN_CHANCE] = { "worse_than_chance", "worse_share", .05,
	                              "many volunteers are worse than chance" },
	[ALARM_NETWORK_GOLD] = { "network_gold", "gold_gap", 5,
	                         "one network is worse on gold than the others" },
	[ALARM_GOLD_FALL] = { "gold_fall", "gold_fall", 5, "gold is judged worse than before" },
	[ALARM_RISE] = { "rise", "rise", 12,
	                 "there are many more answers an hour than before, and more of each "
	                 "volunteer" },
};

bool hour_is_skipper(uint32_t pairs, uint32_t skips)
{
	return skips >= SKIPPER_SKIPS && skips >= SKIPPER_SHARE * ((double)pairs + skips);
}

double hour_skip_share(const struct hour_group *group)
{
	if (group->skippers < SKIPPERS_LEAST || group->skips < SKIPS_LEAST)
		return 0;
	return group->skips / ((double)group->pairs + group->skips);
}

double hour_network_share(const struct hour_group *network, const struct hour_group *everybody)
{
	if (network->volunteers < NETWORK_LEAST || everybody->pairs < NETWORK_PAIRS)
		return 0;
	return (double)network->pairs / everybody->pairs;
}

double hour_network_rush(const struct hour_group *network, const struct hour_group *everybody)
{
	uint32_t known = network->known < everybody->known ? network->known : everybody->known;
	double share = (known + 1.) / (everybody->known + 2.), all = everybody->volunteers;

	if (hour_network_share(network, everybody) < .5)
		return 0;
	double beyond = (network->volunteers - all * share) / sqrt(all * share * (1 - share) + 1);
	return fmax(beyond, 0);
}

double hour_rise(const struct hour_group *everybody, const struct hours_before *before)
{
	if (before->hours < RISE_HOURS || everybody->pairs < RISE_PAIRS)
		return 0;
	double usual = fmax(before->pairs / before->hours, 1);
	return everybody->pairs / fmax(usual, everybody->volunteers * before->pairs_each);
}

/* The variance of the mean of answers, each right with p, in clusters that are somewhat alike. */
static double gold_variance(const struct gold_tally *tally, double p)
{
	double alike = tally->squares / (tally->judged * tally->judged);

	return p * (1 - p) * ((1 - GOLD_LIKENESS) / tally->judged + GOLD_LIKENESS * alike);
}

double gold_below(const struct gold_tally *part, const struct gold_tally *whole)
{
	if (part->judged < GOLD_JUDGED || whole->judged < GOLD_JUDGED ||
	    part->volunteers < GOLD_VOLUNTEERS || whole->volunteers < GOLD_VOLUNTEERS)
		return 0;
	double p = fmin(fmax(whole->right / whole->judged, .1), .9);
	double below = whole->right / whole->judged - part->right / part->judged;
	return fmax(below / sqrt(gold_variance(part, p) + gold_variance(whole, p)), 0);
}
