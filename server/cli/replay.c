/* SPDX-License-Identifier: Apache-2.0 */
/* touchstone replay -- what a stopping rule would have cost and lost. No database. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/crowd_commands.h"
#include "cli/crowd_files.h"
#include "core/number.h"
#include "crowd/replay.h"
#include "engine/settings.h"

const char cli_replay_usage[] =
	"replay [--policy posterior|margin|fixed|gain] [--threshold X] [--min N] [--max N]\n"
	"                         [--method M] [--seed S] [--gold G.csv] [--columns C] [--labels L]\n"
	"                         [--confidence-scale S] [--duplicates first|last|refuse]\n"
	"                         --truth T.csv J.csv\n"
	"threshold: the posterior to reach (.97), or the lead in verdicts for margin (3).\n"
	"gain: as posterior, but asks next where the answer, and who gives it, promises most.\n"
	"fixed asks --max times about each task. --max 0: as often as there are "
	"judgments.\n" CROWD_READING_USAGE
	"gold clamps its tasks, is asked about like the others and left out of the accuracies.\n"
	"J.csv, T.csv: as infer reads them, or a release's judgments.csv and labels.csv.";

struct replay_settings {
	struct model_options model;
	struct stopping rule;
	enum policy policy;
	struct crowd_reading reading;
	uint64_t seed;
	const char *judgments, *truth, *gold;
};

static bool read_policy(const char *text, enum policy *policy)
{
	static const char *const names[] = { "posterior", "margin", "fixed", "gain" };

	for (int i = 0; i < 4; i++)
		if (!strcmp(text, names[i])) {
			*policy = (enum policy)i;
			return true;
		}
	return false;
}

static bool read_count(const char *text, uint32_t *count)
{
	uint64_t value;

	if (!number_whole(text, 0, 1000000000, &value))
		return false;
	*count = (uint32_t)value;
	return true;
}

/* Takes what was given of the rule and the model. */
static bool take_rule(int *argc, char **argv, struct replay_settings *settings)
{
	const char *policy = take_option(argc, argv, "--policy");
	const char *threshold = take_option(argc, argv, "--threshold");
	const char *min = take_option(argc, argv, "--min"), *max = take_option(argc, argv, "--max");
	const char *method = take_option(argc, argv, "--method");

	return (!policy || read_policy(policy, &settings->policy)) &&
	       (!threshold || number_real(threshold, 0, 1e9, &settings->rule.threshold)) &&
	       (!min || read_count(min, &settings->rule.min)) &&
	       (!max || read_count(max, &settings->rule.max)) &&
	       (!method || method_read(method, &settings->model.method));
}

/* Fills in what was not given and holds the numbers against each other. */
static bool settle_rule(struct replay_settings *settings)
{
	struct stopping *rule = &settings->rule;

	if (rule->threshold < 0)
		rule->threshold = settings->policy == POLICY_MARGIN ? 3 : .97;
	if (settings->policy == POLICY_FIXED)
		return rule->max > 0;
	if (rule->max > 0 && rule->min > rule->max) {
		fprintf(stderr, "touchstone replay: --min %u is more than --max %u\n", rule->min,
		        rule->max);
		return false;
	}
	return settings->policy == POLICY_MARGIN || (rule->threshold >= .5 && rule->threshold <= 1);
}

static bool replay_read_settings(int argc, char **argv, struct replay_settings *settings)
{
	const char *seed = take_option(&argc, argv, "--seed");
	bool reads = crowd_reading_take(&argc, argv, &settings->reading);

	settings->truth = take_option(&argc, argv, "--truth");
	settings->gold = take_option(&argc, argv, "--gold");
	return take_rule(&argc, argv, settings) &&
	       (!seed || number_whole(seed, 0, UINT64_MAX, &settings->seed)) && reads &&
	       settings->truth && crowd_file_named(argc, argv, &settings->judgments) &&
	       settle_rule(settings);
}

static void print_accuracy(const char *name, const struct replay *r, double accuracy)
{
	if (r->evaluated)
		printf(", \"%s\": %.6f", name, accuracy);
	else
		printf(", \"%s\": null", name);
}

/* The caller frees both, also after an error. */
static struct error replay_truths(const struct replay_settings *settings, const struct names *tasks,
                                  int8_t **truth, int8_t **gold)
{
	struct error err = crowd_file_truth(settings->truth, tasks, &settings->reading.truth, truth);

	if (!err.code && settings->gold)
		err = crowd_file_truth(settings->gold, tasks, &settings->reading.gold, gold);
	return err;
}

static struct error replay_here(const struct replay_settings *settings,
                                const struct judgment_csv *csv)
{
	struct judgments judgments = judgment_csv_judgments(csv);
	struct random random = random_seeded(settings->seed);
	int8_t *truth = NULL, *gold = NULL;
	struct error err = replay_truths(settings, judgment_csv_tasks(csv), &truth, &gold);

	if (err.code) {
		free(truth);
		return err;
	}
	judgments.truth = gold;
	uint32_t left_out = crowd_truth_without_gold(truth, gold, judgments.items);
	struct replay r =
		replay_run(&judgments, truth, settings->policy, &settings->rule, &settings->model, &random);
	printf("{\"judgments_available\": %ju, \"judgments_used\": %ju, \"retired\": %u, "
	       "\"disputed\": %u, \"evaluated\": %u",
	       (uintmax_t)r.available, (uintmax_t)r.used, r.retired, r.disputed, r.evaluated);
	print_accuracy("accuracy", &r, r.accuracy);
	print_accuracy("baseline_accuracy", &r, r.baseline_accuracy);
	printf(", \"gold_left_out\": %u", left_out);
	if (r.decided_by)
		printf(", \"decided_by\": \"%s\"", decided_by_name(r.decided_by));
	puts("}");
	free(truth);
	free(gold);
	return ok();
}

int cli_replay(int argc, char **argv)
{
	struct replay_settings settings = { .rule = stopping_in_service(), .seed = 1 };
	struct judgment_csv *csv = NULL;

	settings.rule.threshold = -1;
	if (!replay_read_settings(argc, argv, &settings)) {
		fprintf(stderr, "usage: touchstone %s\n", cli_replay_usage);
		return 2;
	}
	struct error err = crowd_file_read(settings.judgments, JUDGMENT_CSV_JUDGMENTS,
	                                   &settings.reading.judgments, &csv);
	if (!err.code)
		err = replay_here(&settings, csv);
	judgment_csv_free(csv);
	return err.code ? crowd_failed("replay", &err) : 0;
}
