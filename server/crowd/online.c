/* SPDX-License-Identifier: Apache-2.0 */
#include "crowd/online.h"

#include <math.h>

#include "crowd/dawid_skene.h"
#include "crowd/specfun.h"

struct online_item online_item(const struct fit *fit, uint32_t item, int truth)
{
	if (item >= fit->items)
		return (struct online_item){ logit(fit->prevalence.mean), 0, truth };
	return (struct online_item){ fit->odds[item], fit->judgments[item], truth };
}

struct online_volunteer online_volunteer(const struct fit *fit, uint32_t volunteer)
{
	double sensitivity = fit->population_sensitivity, specificity = fit->population_specificity;
	double fakes = DAWID_SKENE_STRENGTH, reals = DAWID_SKENE_STRENGTH;

	if (volunteer < fit->volunteers) {
		sensitivity = fit->sensitivity[volunteer].mean;
		specificity = fit->specificity[volunteer].mean;
		fakes += fit->fakes_judged[volunteer];
		reals += fit->reals_judged[volunteer];
	}
	return (struct online_volunteer){ .hits = fakes * sensitivity,
		                              .misses = fakes * (1 - sensitivity),
		                              .passes = reals * specificity,
		                              .alarms = reals * (1 - specificity) };
}

double online_weight(const struct online_volunteer *volunteer, uint8_t verdict)
{
	double fakes = volunteer->hits + volunteer->misses;
	double reals = volunteer->passes + volunteer->alarms;

	if (verdict == FAKE)
		return fmax(log(volunteer->hits / fakes) - log(volunteer->alarms / reals), 0);
	return fmin(log(volunteer->misses / fakes) - log(volunteer->passes / reals), 0);
}

double online_judge(const struct fit *fit, struct online_item *item,
                    struct online_volunteer *volunteer, uint8_t verdict)
{
	double others = item->truth == UNKNOWN ? sigmoid(item->odds) : item->truth;

	item->judgments++;
	item->odds += online_weight(volunteer, verdict);
	if (verdict == FAKE) {
		volunteer->hits += others;
		volunteer->alarms += 1 - others;
	} else {
		volunteer->misses += others;
		volunteer->passes += 1 - others;
	}
	return fit_probability(fit, item->odds);
}
