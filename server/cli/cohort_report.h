/* SPDX-License-Identifier: Apache-2.0 */
/* cohort_report -- the warning of `infer --report`: who errs together, and what hangs on them. */
#ifndef CLI_COHORT_REPORT_H
#define CLI_COHORT_REPORT_H

#include <stdio.h>

#include "crowd/cohort.h"
#include "crowd/judgment_csv.h"

struct cohort_report {
	struct cohorts cohorts;
	struct fit *without; /* a fit without them; NULL: there is no cohort */
};

/* Finds cohorts and fits without them, while the rows are still there. */
struct cohort_report cohort_report_of(const struct judgments *judgments,
                                      const struct model_options *model);

/* Writes `, "cohorts": ...` into the report's object. `gold` by task; or NULL. */
void cohort_report_put(FILE *out, struct cohort_report *report, const struct fit *fit,
                       const int8_t gold[], const struct names *workers);

void cohort_report_clear(struct cohort_report *report);

#endif
