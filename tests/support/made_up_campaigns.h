/* SPDX-License-Identifier: Apache-2.0 */
/*
 * made_up_campaigns -- whole campaigns as they come in life, and what alarms in them.
 *
 * How a campaign is drawn: 30 to 400 volunteers, 100 to 600 items, 5 to 20 % gold, 2 to 14 days.
 * Sensitivity and specificity are Beta of strength 6 to 20 around a mean of .65 to .85; an item's
 * ease (the exponential of a normal draw, spread 0 to 1) multiplies the log odds of being right.
 * People come by day more than by night, one to several times, and judge 2 to 60 pairs a visit (a
 * Pareto tail).  One to three mobile operators hold 10 to 50 % of them, a university up to 15 % (by
 * day), three in ten of the others share a home.  Pairs are skipped with a chance of 0 to 10 %; of
 * 2 to 6 % of the people with .3 to 1, as of those whose phones load no video; who skipped more
 * than the server allows at once goes.  In half of the campaigns a report in the press brings 10 to
 * 40 % of the people within three hours.  Gold stands among the others and does not retire; of what
 * is open, the least judged of three random items is shown.
 *
 * Attacks are played on the same campaigns, of 60 volunteers or more; attackers know what is gold
 * and true, and targets are a tenth of the items (twelve where they pick).
 *
 * Twelve times, evenly over the visits, everything is fitted as the server does, and items retire
 * by its rules (crowd/deciding); figures are those of crowd/integrity and crowd/cohort.  Every ten
 * minutes those of the last hour are computed (crowd/alarms).  The same arguments give the same
 * campaign.
 */
#ifndef TESTS_SUPPORT_MADE_UP_CAMPAIGNS_H
#define TESTS_SUPPORT_MADE_UP_CAMPAIGNS_H

#include <stdint.h>

#include "crowd/alarms.h"

enum campaign_attack {
	CAMPAIGN_HONEST,
	CAMPAIGN_PICKERS, /* six bots of one network, who skip what they may until a target comes */
	CAMPAIGN_COLLUDERS_10,  /* a tenth of the volunteers, each with a network, who lie on targets */
	CAMPAIGN_COLLUDERS_20,  /* a fifth */
	CAMPAIGN_BUSY_10,       /* a tenth, who come three times as often */
	CAMPAIGN_WRONG_ON_GOLD, /* eighteen of one network, wrong on gold and truthful on all else */
	CAMPAIGN_TAKEOVER,      /* thirty of one network come within an hour, and lie on all but gold */
	CAMPAIGN_ATTACKS,
};

const char *campaign_attack_name(enum campaign_attack attack);

struct campaign_outcome {
	double most[ALARM_KINDS]; /* the largest value that each alarm's figure had */
	uint32_t volunteers, items, answers, retired, retired_wrong;
	uint32_t targets, targets_wrong; /* of them retired under the wrong label */
};

struct campaign_outcome made_up_campaign(enum campaign_attack attack, uint64_t seed);

#endif
