/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cohort_report.h"

#include <jansson.h>
#include <stdlib.h>

struct cohort_report cohort_report_of(const struct judgments *judgments,
                                      const struct model_options *model)
{
	const struct cohort_options options = cohort_options_usual();
	struct cohort_report report = { .cohorts = cohorts_of(judgments, &options) };

	report.without = cohorts_fit_without(judgments, &report.cohorts, model);
	return report;
}

void cohort_report_clear(struct cohort_report *report)
{
	cohorts_clear(&report->cohorts);
	fit_free(report->without);
	report->without = NULL;
}

/* A worker's name comes from a file of a stranger's. */
static void put_member(FILE *out, const char *name, size_t len)
{
	json_auto_t *text = json_stringn(name, len);
	char *written = text ? json_dumps(text, JSON_ENCODE_ANY | JSON_ENSURE_ASCII) : NULL;

	fputs(written ? written : "null", out);
	free(written);
}

static void put_members(FILE *out, const struct cohorts *cohorts, uint32_t cohort,
                        uint32_t volunteers, const struct names *workers)
{
	const char *between = "";

	fputc('[', out);
	for (uint32_t v = 0; v < volunteers; v++) {
		size_t len = 0;

		if (cohorts->of[v] != cohort)
			continue;
		fputs(between, out);
		const char *name = names_text(workers, v, &len);
		put_member(out, name, len);
		between = ", ";
	}
	fputc(']', out);
}

static double report_share(double part, double whole)
{
	return whole > 0 ? part / whole : 0;
}

void cohort_report_put(FILE *out, struct cohort_report *report, const struct fit *fit,
                       const int8_t gold[], const struct names *workers)
{
	struct cohorts *cohorts = &report->cohorts;

	if (!cohorts->count) {
		fputs(", \"cohorts\": null", out);
		return;
	}
	cohorts_compare(cohorts, fit, report->without, gold, NULL);
	fprintf(
		out,
		", \"cohorts\": {\"warning\": \"%u workers err together beyond what all share: they "
		"gave %.0f %% of the judgments, and %u of %u labels turn without them\", \"members\": [",
		cohorts->volunteers,
		100 * report_share((double)cohorts->judgments, (double)cohorts->judgments_all),
		cohorts->changed, cohorts->judged);
	for (uint32_t cohort = 1; cohort <= cohorts->count; cohort++) {
		fputs(cohort > 1 ? ", " : "", out);
		put_members(out, cohorts, cohort, fit->volunteers, workers);
	}
	fprintf(out,
	        "], \"share_of_judgments\": %.6f, \"share_of_labels\": %.6f, \"labels_changed\": %u, "
	        "\"labels_lost\": %u, \"prevalence_without\": %.6f}",
	        report_share((double)cohorts->judgments, (double)cohorts->judgments_all),
	        report_share(cohorts->carried, cohorts->judged), cohorts->changed, cohorts->alone,
	        cohorts->prevalence_without);
}
