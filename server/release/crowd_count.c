/* SPDX-License-Identifier: Apache-2.0 */
#include "release/crowd_count.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "crowd/agreement.h"

/* As exposure_step() of the database has them. */
static const char *const response_steps[RESPONSE_STEPS] = { "0", "0.5", "1",  "2",  "3", "5",
	                                                        "8", "13",  "21", "34", "55" };

static void count_response(struct crowd_count *count, const char *step)
{
	for (int i = 0; step && i < RESPONSE_STEPS; i++)
		count->responses[i] += strcmp(step, response_steps[i]) == 0;
}

static void count_tells(struct crowd_count *count, const char *list)
{
	while (list && *list) {
		size_t len = strcspn(list, ";");

		for (int t = 0; t < TELL_WORDS; t++)
			count->tells[t] += strncmp(tells[t], list, len) == 0 && !tells[t][len];
		list += len + (list[len] == ';');
	}
}

void crowd_count_take(struct crowd_count *count, const char *const trial[])
{
	snprintf(count->item, sizeof count->item, "%s", trial[TRIAL_ITEM]);
	count->saying[trial[TRIAL_VERDICT][0] == 'f']++;
	count_response(count, trial[TRIAL_RESPONSE_S]);
	count_tells(count, trial[TRIAL_TELLS]);
}

/* ------------------------------------------------------------------ the row */

static void set_whole(struct crowd_row *row, int column, uint32_t number)
{
	snprintf(row->texts[column], sizeof row->texts[column], "%u", number);
	row->values[column] = row->texts[column];
}

/* NAN: there is no value. */
static void set_share(struct crowd_row *row, int column, double number)
{
	if (isnan(number))
		return;
	snprintf(row->texts[column], sizeof row->texts[column], "%.4f",
	         round(number * 1e4) / 1e4 + 0.0); /* no -0 */
	row->values[column] = row->texts[column];
}

/* The step below or at which a share of the times lies: the lower of two. NULL: there are none. */
static const char *response_quartile(const struct crowd_count *count, uint32_t all,
                                     unsigned quarters)
{
	uint64_t rank = ((uint64_t)all * quarters + 3) / 4, passed = 0;
	int step = 0;

	if (!all)
		return NULL;
	while ((passed += count->responses[step]) < rank)
		step++;
	return response_steps[step];
}

void crowd_count_row(const struct crowd_count *count, double expected, struct crowd_row *row)
{
	uint32_t real = count->saying[0], fake = count->saying[1], responses = 0;

	*row = (struct crowd_row){ 0 };
	for (int i = 0; i < RESPONSE_STEPS; i++)
		responses += count->responses[i];
	row->values[CROWD_ITEM] = count->item;
	set_whole(row, CROWD_JUDGMENTS, real + fake);
	set_whole(row, CROWD_SAYING_FAKE, fake);
	set_share(row, CROWD_AGREEMENT, agreement_of_item(fake, real, 1)); /* 1 - disagreement */
	set_share(row, CROWD_ALPHA, agreement_of_item(fake, real, expected));
	set_whole(row, CROWD_RESPONSES, responses);
	row->values[CROWD_RESPONSE_Q1_S] = response_quartile(count, responses, 1);
	row->values[CROWD_RESPONSE_MEDIAN_S] = response_quartile(count, responses, 2);
	row->values[CROWD_RESPONSE_Q3_S] = response_quartile(count, responses, 3);
	for (int t = 0; t < TELL_WORDS; t++)
		set_whole(row, CROWD_TELLS + t, count->tells[t]);
}
