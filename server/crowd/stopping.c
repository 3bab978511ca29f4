/* SPDX-License-Identifier: Apache-2.0 */
#include "crowd/stopping.h"

#include "crowd/judgments.h"

static bool is_sure(const struct stopping *rule, double p_fake)
{
	return p_fake >= rule->threshold || p_fake <= 1 - rule->threshold;
}

enum decision stopping_decide(const struct stopping *rule, double p_fake, uint32_t judgments)
{
	if (judgments >= rule->min && is_sure(rule, p_fake))
		return DECISION_RETIRE;
	if (rule->max && judgments >= rule->max)
		return DECISION_DISPUTE;
	return DECISION_KEEP_ASKING;
}

bool stopping_contradicts(const struct stopping *rule, double p_fake, uint32_t judgments, int truth)
{
	if (truth == UNKNOWN || judgments < rule->min || !is_sure(rule, p_fake))
		return false;
	return (p_fake > .5 ? FAKE : REAL) != truth;
}
