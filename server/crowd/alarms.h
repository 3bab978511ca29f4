/* SPDX-License-Identifier: Apache-2.0 */
/*
 * alarms -- from which figures on an operator is told, and the figures of the last hour.
 *
 * All thresholds and least counts stand here, for the server and for the simulator that measures
 * how often honest campaigns reach them (`make crowd-alarms`).  The figures of a fit are those of
 * crowd/integrity.  People are alike within a network's visitors and differ between each other, so
 * answers to gold are not independent: their spread counts volunteers as clusters.  Pure; any
 * thread.
 */
#ifndef CROWD_ALARMS_H
#define CROWD_ALARMS_H

#include <stdbool.h>
#include <stdint.h>

enum alarm {
	ALARM_SKIPS,
	ALARM_ONE_NETWORK,
	ALARM_NETWORK_LABELS,
	ALARM_COHORT,
	ALARM_WORSE_THAN_CHANCE,
	ALARM_NETWORK_GOLD,
	ALARM_GOLD_FALL,
	ALARM_RISE,
	ALARM_KINDS,
};

struct alarm_rule {
	const char *alarm, *figure;
	double threshold; /* it stands while the figure is so large, or larger */
	const char *what;
};

extern const struct alarm_rule alarm_rules[ALARM_KINDS];

/* Somebody who leaves so many pairs of an hour unjudged, and half of what was shown, is a skipper.
 * A volunteer has few skips to spare (judging/volunteer_cache.h). */
#define SKIPPER_SKIPS  4
#define SKIPPER_SHARE  .25
#define SKIPPERS_LEAST 4 /* of one network: fewer are no group */
#define NETWORK_LEAST  5 /* volunteers of the hour: fewer are no crowd */

bool hour_is_skipper(uint32_t pairs, uint32_t skips);

/* What one network, or everybody, did within the last hour. */
struct hour_group {
	uint32_t pairs, skips;
	uint32_t volunteers; /* with a pair */
	uint32_t skippers;
	uint32_t known; /* volunteers of the campaign who were not there within this hour */
};

/* Share of its pairs that a group skipped; 0 of one with few skippers. */
double hour_skip_share(const struct hour_group *group);

/* Share of everybody's pairs that are the network's; 0 of few volunteers or pairs. */
double hour_network_share(const struct hour_group *network, const struct hour_group *everybody);

/*
 * How many more volunteers of the hour come from a network than its share of those of before
 * brings: standard deviations.  0 unless half of the hour's pairs are its.
 */
double hour_network_rush(const struct hour_group *network, const struct hour_group *everybody);

/* Hours of the week before. */
struct hours_before {
	double hours, pairs;
	double pairs_each; /* of a volunteer, in an hour with one; 0: not known */
};

/*
 * How many times as many pairs as in the mean hour before; 0 of few, or after less than a day. A
 * rush of people brings its share: what so many volunteers usually judge is no rise.
 */
double hour_rise(const struct hour_group *everybody, const struct hours_before *before);

/* Answers to gold. */
struct gold_tally {
	double judged, right;
	double squares;    /* the sum over volunteers of the squares of what each judged */
	double volunteers; /* with an answer */
};

/* How far `part` is worse than `whole`: standard deviations; 0 where there are few answers or
 * volunteers. */
double gold_below(const struct gold_tally *part, const struct gold_tally *whole);

#endif
