/* SPDX-License-Identifier: Apache-2.0 */
/* touchstone infer -- labels from a file of judgments. No database. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/cohort_report.h"
#include "cli/crowd_commands.h"
#include "cli/crowd_files.h"
#include "core/csv.h"
#include "core/mem.h"
#include "core/writer.h"
#include "crowd/agreement.h"
#include "crowd/evaluation.h"
#include "crowd/judgment_matrix.h"
#include "crowd/model.h"
#include "engine/settings.h"

const char cli_infer_usage[] =
	"infer [--method M] [--gold G.csv] [--truth T.csv] [--report] [--workers W.csv]\n"
	"                        [--no-negative]\n"
	"                        [--columns C] [--labels L] [--confidence-scale S]\n"
	"                        [--duplicates first|last|refuse] J.csv > labels.csv\n"
	"J.csv: worker,task,label (fake, real, 1, 0) and perhaps confidence (50 to 100), position\n"
	"(left, right) and pair (one name for both tasks of a matched pair, else empty), or a\n"
	"release's judgments.csv; - reads standard input.\n"
	"G.csv, T.csv: task,label, or a release's labels.csv (item,truth).\n" CROWD_READING_USAGE
	"--no-negative ignores workers who are worse than chance; without it they are inverted.\n"
	"gold clamps its tasks and is left out of what --truth evaluates.\n"
	"low and high: where 90 % of beliefs would lie if all skills were known; they do not cover\n"
	"tasks that are harder than others, nor crowds that are wrong together.\n"
	"methods: default, majority, dawid-skene, variational, one-coin, glad";

struct infer_settings {
	struct model_options model;
	const char *judgments, *truth, *gold, *workers;
	struct crowd_reading reading;
	bool report;
};

struct result {
	const struct names *tasks, *workers;
	int8_t *gold, *truth; /* tasks; or NULL */
	size_t judgments;
	bool sides;        /* the judgments say on which side the item was */
	uint32_t *answers; /* workers: how many judgments; or NULL */
	struct agreement alpha;
	struct cohort_report cohorts; /* with --report */
	struct fit *fit;
	double seconds;
};

static bool infer_read_settings(int argc, char **argv, struct infer_settings *settings)
{
	const char *method = take_option(&argc, argv, "--method");
	bool reads = crowd_reading_take(&argc, argv, &settings->reading);

	settings->truth = take_option(&argc, argv, "--truth");
	settings->gold = take_option(&argc, argv, "--gold");
	settings->workers = take_option(&argc, argv, "--workers");
	settings->report = take_flag(&argc, argv, "--report");
	settings->model.no_negative = take_flag(&argc, argv, "--no-negative");
	return (!method || method_read(method, &settings->model.method)) && reads &&
	       crowd_file_named(argc, argv, &settings->judgments);
}

static int label_at(const struct result *result, uint32_t task)
{
	return label_of(result->fit->p_fake[task].mean);
}

/* A forecast, or an end of its interval, as it is printed: nine decimals, and never certain unless
 * the task is gold. */
static double infer_printed(const struct result *result, uint32_t task, double p)
{
	if (result->gold && result->gold[task] != UNKNOWN)
		return p;
	return fmin(fmax(rint(p * 1e9) / 1e9, 1e-9), 1 - 1e-9);
}

/* Writes `digits` digits of a number at least, and a zero byte behind them; returns where. The rows
 * of a million tasks spend most of their time in printf otherwise. */
static char *write_digits(char *at, uint64_t number, int digits)
{
	char reversed[20];
	int count = 0;

	for (; number || count < digits; number /= 10)
		reversed[count++] = (char)('0' + number % 10);
	while (count)
		*at++ = reversed[--count];
	*at = '\0';
	return at;
}

static char *write_probability(char *at, const struct result *result, uint32_t task, double p)
{
	uint64_t billionths = (uint64_t)llrint(infer_printed(result, task, p) * 1e9);

	at = write_digits(at, billionths / 1000000000, 1);
	*at++ = '.';
	return write_digits(at, billionths % 1000000000, 9);
}

static void put_labels(const struct result *result)
{
	puts("task,label,p_fake,judgments,low,high");
	for (uint32_t i = 0; i < result->fit->items; i++) {
		const struct estimate *estimate = &result->fit->p_fake[i];
		char row[80], *at = stpcpy(row, label_at(result, i) == FAKE ? ",fake," : ",real,");

		at = write_probability(at, result, i, estimate->mean);
		*at++ = ',';
		at = write_digits(at, result->fit->judgments[i], 1);
		*at++ = ',';
		at = write_probability(at, result, i, estimate->low);
		*at++ = ',';
		at = write_probability(at, result, i, estimate->high);
		*at++ = '\n';
		csv_put(stdout, names_text(result->tasks, i, NULL));
		fwrite(row, 1, (size_t)(at - row), stdout);
	}
}

static bool put_workers(const char *path, const struct result *result)
{
	FILE *out = fopen(path, "w");

	if (!out)
		return false;
	fputs("worker,judgments,sensitivity,sensitivity_low,sensitivity_high,"
	      "specificity,specificity_low,specificity_high\n",
	      out);
	for (uint32_t v = 0; v < result->fit->volunteers; v++) {
		const struct estimate *sensitivity = &result->fit->sensitivity[v];
		const struct estimate *specificity = &result->fit->specificity[v];

		csv_put(out, names_text(result->workers, v, NULL));
		fprintf(out, ",%u,%.6f,%.6f,%.6f,%.6f,%.6f,%.6f\n", result->answers[v], sensitivity->mean,
		        sensitivity->low, sensitivity->high, specificity->mean, specificity->low,
		        specificity->high);
	}
	return writer_close(out);
}

/* A number of the report, or null where there is nothing that it could be of. */
static void put_number(const char *name, bool known, double value)
{
	if (known)
		fprintf(stderr, ", \"%s\": %.6f", name, value);
	else
		fprintf(stderr, ", \"%s\": null", name);
}

static void report_truth(const struct result *result)
{
	uint32_t tasks = result->fit->items;
	double *p = mem_new((size_t)tasks + 1, sizeof *p);
	uint8_t *label = mem_new((size_t)tasks + 1, 1);
	uint32_t gold = crowd_truth_without_gold(result->truth, result->gold, tasks);

	for (uint32_t i = 0; i < tasks; i++) {
		p[i] = infer_printed(result, i, result->fit->p_fake[i].mean);
		label[i] = (uint8_t)label_at(result, i);
	}
	struct evaluation e = evaluate(p, label, result->truth, tasks);
	fprintf(stderr, ", \"evaluated\": %zu", e.items);
	put_number("accuracy", e.items, e.accuracy);
	put_number("balanced_accuracy", e.items, e.balanced_accuracy);
	put_number("f1", e.items, e.f1);
	put_number("log_loss", e.items, e.log_loss);
	put_number("brier", e.items, e.brier);
	put_number("ece", e.items, e.ece);
	fprintf(stderr, ", \"gold_left_out\": %u", gold);
	free(p);
	free(label);
}

static void put_report(struct result *result)
{
	const struct agreement *alpha = &result->alpha;
	const struct fit *fit = result->fit;

	fprintf(stderr, "{\"tasks\": %u, \"workers\": %u, \"judgments\": %zu", fit->items,
	        fit->volunteers, result->judgments);
	put_number("alpha", alpha->defined, alpha->alpha);
	put_number("alpha_low", alpha->defined, alpha->low);
	put_number("alpha_high", alpha->defined, alpha->high);
	fprintf(stderr,
	        ", \"iterations\": %u, \"converged\": %s, \"calibrated\": %s, "
	        "\"calibration_weight\": %.6f, \"caution\": %.6f, \"subtypes_weight\": %.6f, "
	        "\"sides\": %s",
	        fit->iterations, fit->converged ? "true" : "false",
	        fit->calibration.weight > 0 ? "true" : "false", fit->calibration.weight, fit->caution,
	        fit->subtypes_weight, result->sides ? "true" : "false");
	put_number("log_likelihood", fit->has_likelihood, fit->log_likelihood);
	put_number("prevalence", true, fit->prevalence.mean);
	put_number("seconds", true, result->seconds);
	cohort_report_put(stderr, &result->cohorts, fit, result->gold, result->workers);
	if (result->truth)
		report_truth(result);
	fputs("}\n", stderr);
}

static double now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static struct error read_truths(const struct infer_settings *settings, struct result *result)
{
	struct error err = ok();

	if (settings->gold)
		err =
			crowd_file_truth(settings->gold, result->tasks, &settings->reading.gold, &result->gold);
	if (!err.code && settings->truth)
		err = crowd_file_truth(settings->truth, result->tasks, &settings->reading.truth,
		                       &result->truth);
	return err;
}

/* What is told of the rows themselves, before they go. */
static void describe_rows(const struct infer_settings *settings, const struct judgments *judgments,
                          struct result *result)
{
	struct random random = random_seeded(1);

	result->judgments = judgments->count;
	result->sides = judgments->position != NULL;
	if (settings->report) {
		result->alpha = agreement_alpha(judgments, 1000, &random);
		result->cohorts = cohort_report_of(judgments, &settings->model);
	}
	if (!settings->workers)
		return;
	result->answers = mem_new((size_t)judgments->volunteers + 1, sizeof *result->answers);
	for (size_t j = 0; j < judgments->count; j++)
		result->answers[judgments->volunteer[j]]++;
}

/* Sorts the rows into a sheet, lets them go, and fits: one copy of the judgments is enough. */
static void fit_table(const struct infer_settings *settings, struct judgment_csv *csv,
                      struct result *result)
{
	struct judgments judgments = judgment_csv_judgments(csv);

	judgments.truth = result->gold;
	describe_rows(settings, &judgments, result);
	struct judgment_matrix matrix =
		judgment_matrix_new(&judgments, model_is_graded(&judgments, &settings->model));
	judgment_csv_forget_rows(csv);
	result->fit = model_fit_sheet(&matrix, &settings->model);
	judgment_matrix_clear(&matrix);
}

static struct error infer_here(const struct infer_settings *settings, struct judgment_csv *csv)
{
	struct result result = { .tasks = judgment_csv_tasks(csv),
		                     .workers = judgment_csv_workers(csv) };
	double start = now_s();
	struct error err = read_truths(settings, &result);

	if (!err.code) {
		fit_table(settings, csv, &result);
		result.seconds = now_s() - start;
		put_labels(&result);
		if (settings->workers && !put_workers(settings->workers, &result))
			err = errorf(ERR_INVALID, "%s: cannot be written", settings->workers);
		if (settings->report)
			put_report(&result);
	}
	fit_free(result.fit);
	cohort_report_clear(&result.cohorts);
	free(result.answers);
	free(result.truth);
	free(result.gold);
	return err;
}

int cli_infer(int argc, char **argv)
{
	struct infer_settings settings = { 0 };
	struct judgment_csv *csv = NULL;

	if (!infer_read_settings(argc, argv, &settings)) {
		fprintf(stderr, "usage: touchstone %s\n", cli_infer_usage);
		return 2;
	}
	settings.model.intervals = true;
	settings.model.skills_are_means = !settings.workers;
	struct error err = crowd_file_read(settings.judgments, JUDGMENT_CSV_JUDGMENTS,
	                                   &settings.reading.judgments, &csv);
	if (!err.code)
		err = infer_here(&settings, csv);
	judgment_csv_free(csv);
	return err.code ? crowd_failed("infer", &err) : 0;
}
