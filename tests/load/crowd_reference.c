/* SPDX-License-Identifier: Apache-2.0 */
/*
 * crowd_reference ibcc|ebcc TRUTH.csv JUDGMENTS.csv -- how good a published method is on recorded
 * judgments; for crowd-table, which reads what it says on standard error as that of `infer`.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../server/cli/crowd_files.h"
#include "../support/reference_bcc.h"
#include "core/mem.h"
#include "crowd/evaluation.h"
#include "crowd/model.h"

static void report_reference(const struct judgments *judgments, const int8_t truth[],
                             const struct reference_bcc_options *options)
{
	double *p = mem_new(judgments->items, sizeof *p);
	uint8_t *label = mem_new(judgments->items, 1);

	reference_bcc(judgments, options, p);
	for (uint32_t i = 0; i < judgments->items; i++)
		label[i] = (uint8_t)label_of(p[i]);
	struct evaluation e = evaluate(p, label, truth, judgments->items);
	fprintf(stderr,
	        "{\"accuracy\": %.6f, \"f1\": %.6f, \"log_loss\": %.6f, \"brier\": %.6f, "
	        "\"ece\": %.6f}\n",
	        e.accuracy, e.f1, e.log_loss, e.brier, e.ece);
	free(p);
	free(label);
}

int main(int argc, char **argv)
{
	static const struct crowd_file_options plain = { .duplicates = DUPLICATES_REFUSE };
	struct judgment_csv *csv;
	int8_t *truth;
	struct error err;

	if (argc != 4)
		return 2;
	struct reference_bcc_options options =
		strcmp(argv[1], "ebcc") ? reference_ibcc() : reference_ebcc();
	err = crowd_file_read(argv[3], JUDGMENT_CSV_JUDGMENTS, &plain, &csv);
	if (err.code)
		return crowd_failed("crowd_reference", &err);
	err = crowd_file_truth(argv[2], judgment_csv_tasks(csv), &plain, &truth);
	if (err.code)
		return crowd_failed("crowd_reference", &err);
	struct judgments judgments = judgment_csv_judgments(csv);
	report_reference(&judgments, truth, &options);
	free(truth);
	judgment_csv_free(csv);
	return 0;
}
