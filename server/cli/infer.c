/* SPDX-License-Identifier: Apache-2.0 */
/* touchstone infer -- labels from a file of judgments. No database. */
#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/crowd_commands.h"
#include "cli/crowd_files.h"
#include "crowd/agreement.h"
#include "crowd/evaluation.h"
#include "crowd/model.h"

static const char usage[] =
	"usage: touchstone infer [--method M] [--gold G.csv] [--truth T.csv] [--report]\n"
	"                        [--workers W.csv] J.csv > labels.csv\n"
	"J.csv: worker,task,label (fake, real, 1, 0) and perhaps confidence; - reads standard input.\n"
	"methods: default, majority, dawid-skene, variational, one-coin, glad\n";

struct settings {
	struct model_options model;
	const char *judgments, *truth, *gold, *workers;
	bool report;
};

struct result {
	struct judgments judgments;
	const struct names *tasks, *workers;
	struct fit *fit;
	double *p_fake; /* tasks; held off 0 and 1 unless the task is gold */
	uint8_t *label; /* tasks */
	double seconds;
};

static bool read_settings(int argc, char **argv, struct settings *settings)
{
	static const struct option options[] = { { "method", 1, 0, 'm' }, { "truth", 1, 0, 't' },
											 { "gold", 1, 0, 'g' },   { "workers", 1, 0, 'w' },
											 { "report", 0, 0, 'r' }, { 0 } };
	int option;

	optind = 1;
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1)
		switch (option) {
		case 'm':
			if (!method_read(optarg, &settings->model.method))
				return false;
			break;
		case 't':
			settings->truth = optarg;
			break;
		case 'g':
			settings->gold = optarg;
			break;
		case 'w':
			settings->workers = optarg;
			break;
		case 'r':
			settings->report = true;
			break;
		default:
			return false;
		}
	if (optind != argc - 1)
		return false;
	settings->judgments = argv[optind];
	return true;
}

/* A forecast as it is printed: nine decimals, and never certain unless it is known. */
static double printed(double p, bool known)
{
	return known ? p : fmin(fmax(rint(p * 1e9) / 1e9, 1e-9), 1 - 1e-9);
}

static void label_tasks(struct result *result)
{
	uint32_t tasks = result->judgments.items;

	result->p_fake = calloc((size_t)tasks + 1, sizeof *result->p_fake);
	result->label = calloc((size_t)tasks + 1, 1);
	if (!result->p_fake || !result->label)
		abort();
	for (uint32_t i = 0; i < tasks; i++) {
		bool known = result->judgments.truth && result->judgments.truth[i] != UNKNOWN;

		result->p_fake[i] = printed(result->fit->p_fake[i].mean, known);
		result->label[i] = (uint8_t)label_of(result->fit->p_fake[i].mean);
	}
}

/* A field, quoted where it must be. */
static void put_field(FILE *out, const char *text)
{
	if (!text[strcspn(text, ",\"\r\n")]) {
		fputs(text, out);
		return;
	}
	putc('"', out);
	for (; *text; text++) {
		if (*text == '"')
			putc('"', out);
		putc(*text, out);
	}
	putc('"', out);
}

static void put_labels(const struct result *result)
{
	puts("task,label,p_fake,judgments");
	for (uint32_t i = 0; i < result->judgments.items; i++) {
		put_field(stdout, names_text(result->tasks, i, NULL));
		uint64_t p = (uint64_t)llrint(result->p_fake[i] * 1e9);
		printf(",%s,%u.%09u,%u\n", result->label[i] == FAKE ? "fake" : "real",
			   (unsigned)(p / 1000000000), (unsigned)(p % 1000000000), result->fit->judgments[i]);
	}
}

static bool put_workers(const char *path, const struct result *result)
{
	FILE *out = fopen(path, "w");
	uint32_t workers = result->judgments.volunteers;
	uint32_t *judgments = calloc((size_t)workers + 1, sizeof *judgments);

	if (!out || !judgments) {
		free(judgments);
		return false;
	}
	for (size_t j = 0; j < result->judgments.count; j++)
		judgments[result->judgments.volunteer[j]]++;
	fputs("worker,judgments,sensitivity,sensitivity_low,sensitivity_high,"
		  "specificity,specificity_low,specificity_high\n",
		  out);
	for (uint32_t v = 0; v < workers; v++) {
		const struct estimate *sensitivity = &result->fit->sensitivity[v];
		const struct estimate *specificity = &result->fit->specificity[v];

		put_field(out, names_text(result->workers, v, NULL));
		fprintf(out, ",%u,%.6f,%.6f,%.6f,%.6f,%.6f,%.6f\n", judgments[v], sensitivity->mean,
				sensitivity->low, sensitivity->high, specificity->mean, specificity->low,
				specificity->high);
	}
	free(judgments);
	return !fclose(out);
}

static void put_report(const struct result *result, const int8_t truth[])
{
	struct random random = random_seeded(1);
	struct agreement alpha = agreement_alpha(&result->judgments, 1000, &random);

	fprintf(stderr, "{\"tasks\": %u, \"workers\": %u, \"judgments\": %zu", result->judgments.items,
			result->judgments.volunteers, result->judgments.count);
	if (alpha.defined)
		fprintf(stderr, ", \"alpha\": %.6f, \"alpha_low\": %.6f, \"alpha_high\": %.6f", alpha.alpha,
				alpha.low, alpha.high);
	else
		fputs(", \"alpha\": null, \"alpha_low\": null, \"alpha_high\": null", stderr);
	fprintf(stderr,
			", \"iterations\": %u, \"converged\": %s, \"log_likelihood\": %.6f, "
			"\"prevalence\": %.6f, \"seconds\": %.6f",
			result->fit->iterations, result->fit->converged ? "true" : "false",
			result->fit->log_likelihood, result->fit->prevalence.mean, result->seconds);
	if (truth) {
		struct evaluation e =
			evaluate(result->p_fake, result->label, truth, result->judgments.items);

		fprintf(stderr,
				", \"evaluated\": %zu, \"accuracy\": %.6f, \"balanced_accuracy\": %.6f, "
				"\"f1\": %.6f, \"log_loss\": %.6f, \"brier\": %.6f, \"ece\": %.6f",
				e.items, e.accuracy, e.balanced_accuracy, e.f1, e.log_loss, e.brier, e.ece);
	}
	fputs("}\n", stderr);
}

static double now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static struct error infer(const struct settings *settings, const struct table *table)
{
	struct result result = { .judgments = table_judgments(table),
							 .tasks = table_tasks(table),
							 .workers = table_workers(table) };
	int8_t *truth = NULL, *gold = NULL;
	double start = now_s();
	struct error err = ok();

	if (settings->gold)
		err = crowd_file_truth(settings->gold, result.tasks, &gold);
	if (!err.code && settings->truth)
		err = crowd_file_truth(settings->truth, result.tasks, &truth);
	if (!err.code) {
		result.judgments.truth = gold;
		result.fit = model_fit(&result.judgments, &settings->model);
		label_tasks(&result);
		result.seconds = now_s() - start;
		put_labels(&result);
		if (settings->workers && !put_workers(settings->workers, &result))
			err = errorf(ERR_INVALID, "%s: cannot be written", settings->workers);
		if (settings->report)
			put_report(&result, truth);
	}
	if (!err.code && fflush(stdout))
		err = errorf(ERR_INTERNAL, "standard output cannot be written");
	fit_free(result.fit);
	free(result.p_fake);
	free(result.label);
	free(truth);
	free(gold);
	return err;
}

int cli_infer(int argc, char **argv)
{
	struct settings settings = { 0 };
	struct table *table = NULL;

	if (!read_settings(argc, argv, &settings)) {
		fputs(usage, stderr);
		return 2;
	}
	settings.model.intervals = settings.workers != NULL;
	struct error err = crowd_file_read(settings.judgments, TABLE_JUDGMENTS, &table);
	if (!err.code)
		err = infer(&settings, table);
	table_free(table);
	return err.code ? crowd_failed("infer", &err) : 0;
}
