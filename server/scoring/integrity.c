/* SPDX-License-Identifier: Apache-2.0 */
#include "scoring/integrity.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/lock.h"
#include "core/log.h"
#include "work/job_run.h"

/* All thresholds. docs/operations.md says what each means and what to do. */
static const struct alarm_rule {
	const char *alarm, *figure;
	double threshold;
	const char *what;
} alarm_rules[] = {
	{ "skips", "skip_share_most", .5,
	  "someone, or one network, skips half of what they see or more" },
	{ "one_network", "network_share_most", .6,
	  "one network gives most of the answers of this hour" },
	{ "network_labels", "network_excess", 6,
	  "one network decides more labels than chance gives it" },
	{ "cohort", "cohort_volunteers", 3, "volunteers err together beyond what all share" },
	{ "worse_than_chance", "worse_share", .05, "many volunteers are worse than chance" },
	{ "network_gold", "gold_gap", 5, "one network is worse on gold than the others" },
	{ "gold_fall", "gold_fall", 5, "gold is judged worse than before" },
	{ "rise", "rise", 8, "there are many more answers an hour than before" },
};

#define ALARM_RULES (sizeof alarm_rules / sizeof alarm_rules[0])

/* What /metrics tells. A label of a figure is named by `key`; those of networks are not told. */
static const struct figure_kind {
	const char *name, *key, *help;
} figure_kinds[] = {
	{ "labels", NULL, "Labels of which the crowd is sure." },
	{ "labels_decided_by", "group", "Of these, half the weight or more from one such group." },
	{ "volunteers", "kind", "Volunteers with a judgment that counts." },
	{ "worse_share", NULL, "Share of the volunteers who are worse than chance; 0 below five." },
	{ "cohort_volunteers", NULL, "Volunteers who err together beyond what all share." },
	{ "cohort_label_changes", NULL, "Labels that turn in a fit without them." },
	{ "flip_cost_lowest", NULL, "Volunteers of its own who could have turned the cheapest label." },
	{ "flip_cost_median", NULL, "The same of the label in the middle." },
	{ "flip_cost_labels", "volunteers", "Labels that so many could have turned." },
	{ "network_excess", NULL, "Labels decided by one network: deviations beyond chance." },
	{ "gold_gap", NULL, "The network worst on gold: deviations below the others." },
	{ "gold_judgments", NULL, "Judgments on gold." },
	{ "gold_right", NULL, "Judgments on gold that are right." },
	{ "pairs", NULL, "Pairs judged within the last hour." },
	{ "skips", "reason", "Pairs skipped within the last hour." },
	{ "skip_share", NULL, "Share of the pairs of the last hour that were skipped." },
	{ "skip_share_most", NULL, "The same of the volunteer or network that skips most." },
	{ "network_share_most", NULL, "Share of the pairs of the last hour from one network." },
	{ "rise", NULL, "Pairs of the last hour against the mean hour of the week before." },
	{ "gold_accuracy", NULL, "Judgments of the last hour on gold that are right." },
	{ "gold_fall", NULL, "These against all on gold: deviations below." },
};

#define FIGURE_KINDS (sizeof figure_kinds / sizeof figure_kinds[0])

static pthread_mutex_t metrics_lock = PTHREAD_MUTEX_INITIALIZER; /* guards metrics_text */
static char *metrics_text;

void integrity_add(json_t *figures, const char *campaign, const char *name, const char *label,
                   double value)
{
	json_array_append_new(figures, json_pack("{s:s, s:s, s:s, s:f}", "campaign", campaign, "name",
	                                         name, "label", label, "value", value));
}

struct error integrity_write(struct db *db, const char *source, const json_t *figures)
{
	char *text = json_dumps(figures, JSON_COMPACT);

	if (!text)
		abort();
	struct error err = db_do(db, SQL_INTEGRITY_WRITE, (const char *[]){ source, text }, NULL);
	free(text);
	return err;
}

struct error integrity_each_figure(struct db *db, const char *campaign,
                                   void (*each)(void *arg, const struct integrity_figure *figure),
                                   void *arg)
{
	auto_rows *rows = NULL;
	struct error err = db_run(db, SQL_INTEGRITY_READ, (const char *[]){ campaign }, &rows);

	for (size_t i = 0; !err.code && i < rows_count(rows); i++)
		each(arg, &(struct integrity_figure){ .campaign = rows_text(rows, i, 0),
		                                      .name = rows_text(rows, i, 1),
		                                      .label = rows_text(rows, i, 2),
		                                      .value = rows_double(rows, i, 3),
		                                      .at = rows_text(rows, i, 4) });
	return err;
}

static const struct alarm_rule *rule_named(const char *alarm)
{
	for (size_t r = 0; r < ALARM_RULES; r++)
		if (strcmp(alarm_rules[r].alarm, alarm) == 0)
			return &alarm_rules[r];
	return NULL;
}

struct error integrity_each_alarm(struct db *db, const char *campaign,
                                  void (*each)(void *arg, const struct integrity_alarm *alarm),
                                  void *arg)
{
	auto_rows *rows = NULL;
	struct error err = db_run(db, SQL_INTEGRITY_ALARMS, (const char *[]){ campaign }, &rows);

	for (size_t i = 0; !err.code && i < rows_count(rows); i++) {
		const struct alarm_rule *rule = rule_named(rows_text(rows, i, 1));

		if (rule)
			each(arg, &(struct integrity_alarm){ .campaign = rows_text(rows, i, 0),
			                                     .alarm = rule->alarm,
			                                     .what = rule->what,
			                                     .value = rows_double(rows, i, 2),
			                                     .threshold = rule->threshold,
			                                     .since = rows_text(rows, i, 3) });
	}
	return err;
}

/* A campaign's name as a label: quotes, backslashes and ends of lines are escaped. */
static void put_label(FILE *out, const char *text)
{
	for (; *text; text++)
		if (*text == '\n')
			fputs("\\n", out);
		else
			fprintf(out, *text == '"' || *text == '\\' ? "\\%c" : "%c", *text);
}

struct metrics_writer {
	FILE *out;
	const struct figure_kind *kind;
	size_t stands[ALARM_RULES]; /* campaigns */
};

static void write_figure(void *arg, const struct rows *rows, size_t row)
{
	struct metrics_writer *writer = arg;
	const struct figure_kind *kind = writer->kind;

	if (strcmp(rows_text(rows, row, 1), kind->name) != 0)
		return;
	fprintf(writer->out, "touchstone_integrity_%s{campaign=\"", kind->name);
	put_label(writer->out, rows_text(rows, row, 0));
	if (kind->key) {
		fprintf(writer->out, "\",%s=\"", kind->key);
		put_label(writer->out, rows_text(rows, row, 2));
	}
	fprintf(writer->out, "\"} %.9g\n", rows_double(rows, row, 3));
}

static void count_alarm(void *arg, const struct integrity_alarm *alarm)
{
	struct metrics_writer *writer = arg;

	for (size_t r = 0; r < ALARM_RULES; r++)
		writer->stands[r] += strcmp(alarm_rules[r].alarm, alarm->alarm) == 0;
}

static void write_alarms(struct metrics_writer *writer)
{
	fputs("# HELP touchstone_integrity_alarms Campaigns in which this alarm stands.\n"
	      "# TYPE touchstone_integrity_alarms gauge\n",
	      writer->out);
	for (size_t r = 0; r < ALARM_RULES; r++)
		fprintf(writer->out, "touchstone_integrity_alarms{alarm=\"%s\"} %zu\n",
		        alarm_rules[r].alarm, writer->stands[r]);
}

struct error integrity_watch(struct db *db)
{
	struct metrics_writer writer = { 0 };
	auto_rows *rows = NULL;
	char *text = NULL;
	size_t len = 0;
	struct error err = integrity_each_alarm(db, NULL, count_alarm, &writer);

	if (!err.code)
		err = db_run(db, SQL_INTEGRITY_READ, (const char *[]){ NULL }, &rows);
	if (err.code)
		return err;
	if (!(writer.out = open_memstream(&text, &len)))
		abort();
	write_alarms(&writer);
	for (size_t k = 0; k < FIGURE_KINDS; k++) {
		writer.kind = &figure_kinds[k];
		fprintf(writer.out,
		        "# HELP touchstone_integrity_%s %s\n# TYPE touchstone_integrity_%s gauge\n",
		        writer.kind->name, writer.kind->help, writer.kind->name);
		for (size_t i = 0; i < rows_count(rows); i++)
			write_figure(&writer, rows, i);
	}
	if (fclose(writer.out))
		abort();
	lock_take(&metrics_lock);
	char *former = metrics_text;
	metrics_text = text;
	lock_release(&metrics_lock);
	free(former);
	return ok();
}

const char *integrity_metrics(struct arena *arena)
{
	lock_take(&metrics_lock);
	const char *text = metrics_text ? arena_copy(arena, metrics_text, strlen(metrics_text)) : "";
	lock_release(&metrics_lock);
	return text;
}

static struct error look_at_activity(struct db *db)
{
	json_auto_t *figures = json_array();
	auto_rows *rows = NULL;
	struct error err = db_run(db, SQL_INTEGRITY_ACTIVITY, NULL, &rows);

	for (size_t i = 0; !err.code && i < rows_count(rows); i++)
		integrity_add(figures, rows_text(rows, i, 0), rows_text(rows, i, 1), rows_text(rows, i, 2),
		              rows_double(rows, i, 3));
	if (!err.code)
		err = integrity_write(db, "activity", figures);
	return err.code ? err : db_do(db, SQL_INTEGRITY_HOURS, NULL, NULL);
}

/* Those whose figures are at their thresholds, as integrity_raise takes them. */
static json_t *alarms_due(const struct rows *rows)
{
	json_t *due = json_array();

	for (size_t i = 0; i < rows_count(rows); i++)
		for (size_t r = 0; r < ALARM_RULES; r++)
			if (strcmp(rows_text(rows, i, 1), alarm_rules[r].figure) == 0 &&
			    rows_double(rows, i, 3) >= alarm_rules[r].threshold)
				json_array_append_new(
					due, json_pack("{s:s, s:s, s:f}", "campaign", rows_text(rows, i, 5), "alarm",
				                   alarm_rules[r].alarm, "value", rows_double(rows, i, 3)));
	return due;
}

static struct error raise_alarms(struct db *db)
{
	auto_rows *rows = NULL, *told = NULL;
	struct error err = db_run(db, SQL_INTEGRITY_READ, (const char *[]){ NULL }, &rows);

	if (err.code)
		return err;
	json_auto_t *due = alarms_due(rows);
	char *text = json_dumps(due, JSON_COMPACT);
	if (!text)
		abort();
	err = db_run(db, SQL_INTEGRITY_RAISE, (const char *[]){ text }, &told);
	free(text);
	for (size_t i = 0; !err.code && i < rows_count(told); i++) {
		const struct alarm_rule *rule = rule_named(rows_text(told, i, 1));

		log_warn("integrity: campaign %s, alarm %s: %s (%.2f, the threshold is %.2f); touchstone "
		         "integrity shows more",
		         rows_text(told, i, 0), rule->alarm, rule->what, rows_double(told, i, 2),
		         rule->threshold);
	}
	return err;
}

struct error integrity_look(struct db *db)
{
	struct error err = look_at_activity(db);

	return err.code ? err : raise_alarms(db);
}

static struct error look_in_job(struct job_run *run)
{
	return integrity_look(run->db);
}

const struct job_handler integrity_job = { .kind = "integrity", .handle = look_in_job };
