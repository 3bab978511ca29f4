/* SPDX-License-Identifier: Apache-2.0 */
#include "scoring/integrity.h"

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/lock.h"
#include "core/log.h"
#include "core/mem.h"
#include "core/uuid.h"
#include "crowd/alarms.h"
#include "work/job_run.h"

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
	{ "provider_excess", NULL, "Labels decided by one provider: deviations beyond chance." },
	{ "provider_gold_gap", NULL, "The provider worst on gold: deviations below the others." },
	{ "gold_judgments", NULL, "Judgments on gold." },
	{ "gold_right", NULL, "Judgments on gold that are right." },
	{ "pairs", NULL, "Pairs judged within the last hour." },
	{ "skips", "reason", "Pairs skipped within the last hour." },
	{ "skip_share", NULL, "Share of the pairs of the last hour that were skipped." },
	{ "skip_share_most", NULL, "The same of the network with several skippers that skips most." },
	{ "network_share_most", NULL, "Share of the pairs of the last hour from one network." },
	{ "network_rush", NULL,
	  "Volunteers of the network that gives most: deviations beyond its share." },
	{ "rise", NULL,
	  "Pairs of the last hour against those of the week before, by hour and volunteer." },
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
	for (size_t r = 0; r < ALARM_KINDS; r++)
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
	size_t stands[ALARM_KINDS]; /* campaigns */
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

	for (size_t r = 0; r < ALARM_KINDS; r++)
		writer->stands[r] += strcmp(alarm_rules[r].alarm, alarm->alarm) == 0;
}

static void write_alarms(struct metrics_writer *writer)
{
	fputs("# HELP touchstone_integrity_alarms Campaigns in which this alarm stands.\n"
	      "# TYPE touchstone_integrity_alarms gauge\n",
	      writer->out);
	for (size_t r = 0; r < ALARM_KINDS; r++)
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

/* What the last hour shows of one campaign; one that is not open is not looked for. */
struct campaign_hour {
	char id[UUID_TEXT];
	struct hour_group everybody;
	double skip_share_most, network_share_most, network_rush;
};

static struct hour_group read_group(const struct rows *rows, size_t row)
{
	return (struct hour_group){ .pairs = (uint32_t)rows_integer(rows, row, 1),
		                        .skips = (uint32_t)rows_integer(rows, row, 2),
		                        .volunteers = (uint32_t)rows_integer(rows, row, 3),
		                        .skippers = (uint32_t)rows_integer(rows, row, 4),
		                        .known = (uint32_t)rows_integer(rows, row, 5) };
}

/* NULL: opened since. */
static struct campaign_hour *find_hour(struct campaign_hour hours[], size_t count, const char *id)
{
	for (size_t n = 0; n < count; n++)
		if (strcmp(hours[n].id, id) == 0)
			return &hours[n];
	return NULL;
}

/* Everybody comes before the networks. */
static size_t gather_hours(const struct rows *rows, struct campaign_hour hours[])
{
	size_t count = 0;

	for (size_t row = 0; row < rows_count(rows); row++) {
		struct hour_group group = read_group(rows, row);

		if (rows_flag(rows, row, 6)) {
			struct campaign_hour *hour = &hours[count++];

			*hour = (struct campaign_hour){ .everybody = group };
			snprintf(hour->id, sizeof hour->id, "%s", rows_text(rows, row, 0));
			hour->skip_share_most = hour_skip_share(&group);
			continue;
		}
		struct campaign_hour *hour = find_hour(hours, count, rows_text(rows, row, 0));
		if (!hour)
			continue;
		hour->skip_share_most = fmax(hour->skip_share_most, hour_skip_share(&group));
		hour->network_share_most =
			fmax(hour->network_share_most, hour_network_share(&group, &hour->everybody));
		hour->network_rush = fmax(hour->network_rush, hour_network_rush(&group, &hour->everybody));
	}
	return count;
}

static struct gold_tally read_gold(const struct rows *rows, size_t row, int column)
{
	return (struct gold_tally){ .judged = rows_double(rows, row, column),
		                        .right = rows_double(rows, row, column + 1),
		                        .squares = rows_double(rows, row, column + 2),
		                        .volunteers = rows_double(rows, row, column + 3) };
}

static void tell_hour(json_t *figures, const struct campaign_hour *hour, const struct rows *rows,
                      size_t row)
{
	const struct hours_before before = { rows_double(rows, row, 1), rows_double(rows, row, 2),
		                                 rows_double(rows, row, 3) };
	struct gold_tally whole = read_gold(rows, row, 4), part = read_gold(rows, row, 8);

	integrity_add(figures, hour->id, "skip_share_most", "", hour->skip_share_most);
	integrity_add(figures, hour->id, "network_share_most", "", hour->network_share_most);
	integrity_add(figures, hour->id, "network_rush", "", hour->network_rush);
	integrity_add(figures, hour->id, "rise", "", hour_rise(&hour->everybody, &before));
	integrity_add(figures, hour->id, "gold_fall", "", gold_below(&part, &whole));
}

/* The figures that alarms of the last hour rest on. */
static struct error look_at_groups(struct db *db)
{
	char skips[16], share[16], volunteers[16], skippers[16];
	json_auto_t *figures = json_array();
	auto_rows *groups = NULL, *before = NULL;

	snprintf(skips, sizeof skips, "%d", SKIPPER_SKIPS);
	snprintf(share, sizeof share, "%g", SKIPPER_SHARE);
	snprintf(volunteers, sizeof volunteers, "%d", NETWORK_LEAST);
	snprintf(skippers, sizeof skippers, "%d", SKIPPERS_LEAST);
	struct error err = db_run(db, SQL_INTEGRITY_GROUPS,
	                          (const char *[]){ skips, share, volunteers, skippers }, &groups);
	if (!err.code)
		err = db_run(db, SQL_INTEGRITY_BEFORE, NULL, &before);
	if (err.code)
		return err;
	struct campaign_hour *hours = mem_new(rows_count(groups), sizeof *hours);
	size_t count = gather_hours(groups, hours);
	for (size_t row = 0; row < rows_count(before); row++) {
		const struct campaign_hour *hour = find_hour(hours, count, rows_text(before, row, 0));

		if (hour)
			tell_hour(figures, hour, before, row);
	}
	free(hours);
	return integrity_write(db, "groups", figures);
}

/* Those whose figures are at their thresholds, as integrity_raise takes them. */
static json_t *alarms_due(const struct rows *rows)
{
	json_t *due = json_array();

	for (size_t i = 0; i < rows_count(rows); i++)
		for (size_t r = 0; r < ALARM_KINDS; r++)
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

	if (!err.code)
		err = look_at_groups(db);
	return err.code ? err : raise_alarms(db);
}

static struct error look_in_job(struct job_run *run)
{
	return integrity_look(run->db);
}

const struct job_handler integrity_job = { .kind = "integrity", .handle = look_in_job };
