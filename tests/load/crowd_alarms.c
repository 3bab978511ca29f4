/* SPDX-License-Identifier: Apache-2.0 */
/*
 * crowd_alarms [SEEDS [ATTACK [FIRST]]] -- how often campaigns raise alarms, honest ones and
 * attacked ones.
 *
 * SEEDS campaigns (200) of each kind of tests/support/made_up_campaigns.h; of one kind alone with
 * its number. Shares of the campaigns in which an alarm stood at any time, in percent, with 90 %
 * intervals (Wilson), and the largest value that its figure had in 99 of 100 of them.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "../support/made_up_campaigns.h"
#include "core/mem.h"

#define QUANTILE 1.6449 /* of the normal distribution, for 90 % */

static void print_share(double count, double of)
{
	double p = count / of, z = QUANTILE * QUANTILE / of;
	double middle = (p + z / 2) / (1 + z), half = sqrt(z * (p * (1 - p) + z / 4)) / (1 + z);

	printf(" %.1f (%.1f .. %.1f)", 100 * p, fmax(100 * (middle - half), 0), 100 * (middle + half));
}

static int compare_values(const void *left, const void *right)
{
	double a = *(const double *)left, b = *(const double *)right;

	return (a > b) - (a < b);
}

static double value_in_99(const struct campaign_outcome outcomes[], uint32_t count,
                          enum alarm alarm)
{
	double *values = mem_new(count, sizeof *values);

	for (uint32_t n = 0; n < count; n++)
		values[n] = outcomes[n].most[alarm];
	qsort(values, count, sizeof *values, compare_values);
	double value = values[(uint32_t)(.99 * (count - 1))];
	free(values);
	return value;
}

static uint32_t alarmed(const struct campaign_outcome *outcome, enum alarm alarm)
{
	return outcome->most[alarm] >= alarm_rules[alarm].threshold;
}

static void print_alarms(enum campaign_attack attack, const struct campaign_outcome outcomes[],
                         uint32_t count)
{
	uint32_t any = 0;

	for (uint32_t n = 0; n < count; n++) {
		uint32_t alarms = 0;

		for (enum alarm alarm = 0; alarm < ALARM_KINDS; alarm++)
			alarms += alarmed(&outcomes[n], alarm);
		any += alarms > 0;
	}
	printf("| %s | any |", campaign_attack_name(attack));
	print_share(any, count);
	puts(" | |");
	for (enum alarm alarm = 0; alarm < ALARM_KINDS; alarm++) {
		uint32_t stood = 0;

		for (uint32_t n = 0; n < count; n++)
			stood += alarmed(&outcomes[n], alarm);
		printf("| | %s |", alarm_rules[alarm].alarm);
		print_share(stood, count);
		printf(" | %.2f |\n", value_in_99(outcomes, count, alarm));
	}
}

static void print_labels(const struct campaign_outcome outcomes[], uint32_t count)
{
	double answers = 0, retired = 0, wrong = 0, targets = 0, turned = 0;

	for (uint32_t n = 0; n < count; n++) {
		answers += outcomes[n].answers;
		retired += outcomes[n].retired;
		wrong += outcomes[n].retired_wrong;
		targets += outcomes[n].targets;
		turned += outcomes[n].targets_wrong;
	}
	printf(
		"| | labels: %.0f answers a campaign, %.0f retired, %.2f %% of them wrong; %.1f %% of the "
		"targets | | |\n",
		answers / count, retired / count, 100 * wrong / fmax(retired, 1),
		100 * turned / fmax(targets, 1));
	fflush(stdout);
}

int main(int argc, char **argv)
{
	uint32_t seeds = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 200;
	long only = argc > 2 ? strtol(argv[2], NULL, 10) : -1;
	uint64_t first = argc > 3 ? strtoull(argv[3], NULL, 10) : 1;
	struct campaign_outcome *outcomes = mem_new(seeds + 1, sizeof *outcomes);

	puts("| campaigns | alarm | % that have it | in 99 of 100 at most |\n|---|---|---|---|");
	for (enum campaign_attack attack = 0; seeds && attack < CAMPAIGN_ATTACKS; attack++) {
		if (only >= 0 && only != (long)attack)
			continue;
		for (uint32_t n = 0; n < seeds; n++)
			outcomes[n] = made_up_campaign(attack, first + n);
		print_alarms(attack, outcomes, seeds);
		print_labels(outcomes, seeds);
	}
	free(outcomes);
	return 0;
}
