/* SPDX-License-Identifier: Apache-2.0 */
#include "release/cohort_card.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/mem.h"
#include "crowd/cohort.h"
#include "crowd/judgments.h"
#include "release/said.h"

#define NAMED_MOST 20 /* of a cohort; the others are counted */

static int compare_names(const void *a, const void *b)
{
	return strcmp(a, b);
}

/* The names of a cohort, in their order. */
static void card_names(FILE *out, char (*names)[SAID_NAME], size_t count)
{
	qsort(names, count, sizeof *names, compare_names);
	fputs("- ", out);
	for (size_t i = 0; i < count && i < NAMED_MOST; i++)
		fprintf(out, "%s`%s`", i ? ", " : "", names[i]);
	if (count > NAMED_MOST)
		fprintf(out, " and %zu others", count - NAMED_MOST);
	fputc('\n', out);
}

static void card_members(FILE *out, const struct said *said, const struct judgments *judgments,
                         const struct cohorts *cohorts)
{
	char(*names)[SAID_NAME] = mem_new(cohorts->volunteers, sizeof *names);

	for (uint32_t cohort = 1; cohort <= cohorts->count; cohort++) {
		size_t count = 0;

		for (uint32_t v = 0; v < judgments->volunteers; v++)
			if (cohorts->of[v] == cohort)
				said_name(said, v, names[count++]);
		card_names(out, names, count);
	}
	fputc('\n', out);
	free(names);
}

static void card_warning(FILE *out, const struct cohorts *cohorts)
{
	uint32_t judged = cohorts->judged ? cohorts->judged : 1;

	fprintf(out,
	        "**%u volunteers err together beyond what all share.** They gave %.1f %% of the "
	        "judgments here, and half or more of those of %.1f %% of the judged items. The model "
	        "takes volunteers for independent: what these share may pass for the truth. Fitted to "
	        "the judgments here without theirs, %u of %u labels of the crowd turn (%.1f %%), %u "
	        "are left without a judgment, and %.1f %% of the items are fake instead of %.1f %%. "
	        "Check these items before you trust their labels.\n\n",
	        cohorts->volunteers,
	        100 * (double)cohorts->judgments /
	            (double)(cohorts->judgments_all ? cohorts->judgments_all : 1),
	        100. * cohorts->carried / judged, cohorts->changed, cohorts->judged,
	        100. * cohorts->changed / judged, cohorts->alone, 100 * cohorts->prevalence_without,
	        100 * cohorts->prevalence);
}

/* A large release is compared in part. */
static void card_compared(FILE *out, const struct judgments *judgments, uint64_t all)
{
	if (judgments->count < all)
		fprintf(out,
		        "Volunteers were compared by %zu of the %" PRIu64 " judgments, all those of %u "
		        "items, which were drawn by their ids.\n\n",
		        judgments->count, all, judgments->items);
}

static void card_cohorts(FILE *out, const struct said *said, const struct judgments *judgments,
                         bool volunteers)
{
	const struct model_options model = { .method = METHOD_DEFAULT };
	const struct cohort_options options = cohort_options_usual();
	struct cohorts cohorts = cohorts_of(judgments, &options);
	struct fit *without = cohorts_fit_without(judgments, &cohorts, &model);

	if (without) {
		struct fit *with = model_fit(judgments, &model);

		cohorts_compare(&cohorts, with, without, judgments->truth, NULL);
		fit_free(with);
		card_warning(out, &cohorts);
		if (volunteers)
			card_members(out, said, judgments, &cohorts);
	} else {
		fputs("No volunteers were found who err together beyond what all share; who share few "
		      "items cannot be compared.\n\n",
		      out);
	}
	fit_free(without);
	cohorts_clear(&cohorts);
}

void cohort_card_write(FILE *out, const struct said *said, uint64_t all, bool volunteers)
{
	const struct judgments judgments = said_compared(said);

	if (!judgments.count)
		return;
	card_cohorts(out, said, &judgments, volunteers);
	card_compared(out, &judgments, all);
}
