/* SPDX-License-Identifier: Apache-2.0 */
#include "release/verify_internal.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "crowd/agreement.h"
#include "release/artefact.h"
#include "release/crowd_count.h"

static int compare_judged(const void *a, const void *b)
{
	const struct verified_item *x = a, *y = b;

	return x->hash < y->hash ? -1 : x->hash > y->hash;
}

static struct verified_item *judged_find(const struct verifying *v, const char *item)
{
	struct verified_item key = { .hash = verify_hash_of("", item) };

	return v->judged_count ? bsearch(&key, v->judged, v->judged_count, sizeof key, compare_judged)
	                       : NULL;
}

static void check_judgment(struct verifying *v, const char *const f[], uint32_t row)
{
	struct verified_item *judged = judged_find(v, f[JUDGMENT_ITEM]);

	if (judged)
		judged->held++;
	else
		verify_fault(v, "judgments.csv row %u: no such item in labels.csv", row);
	if (!verify_one_of(f[JUDGMENT_VERDICT], "real", "fake", NULL) ||
	    !verify_one_of(f[JUDGMENT_CONFIDENCE], "60", "75", "95"))
		verify_fault(v, "judgments.csv row %u: no such verdict or confidence", row);
	verify_key_add(
		&v->judgments,
		(struct verified_key){ .hash = verify_hash_of(f[JUDGMENT_ITEM], f[JUDGMENT_VOLUNTEER]),
	                           .row = row,
	                           .kind = KEY_JUDGMENT });
}

/* A release without volunteers has none. */
void verify_judgments(struct verifying *v)
{
	struct verified_table table = { .name = "judgments.csv", .columns = JUDGMENT_COLUMNS };

	if (v->judged_count)
		qsort(v->judged, v->judged_count, sizeof *v->judged, compare_judged);
	if (!verify_sum_find(v, table.name)) {
		verify_note(v, "there is no judgments.csv: trials.csv alone was compared with labels.csv");
		return;
	}
	if (!verify_table_open(v, &table, judgment_columns))
		return;
	while (verify_table_next(v, &table))
		check_judgment(v, table.fields, table.row);
	verify_table_close(&table);
	for (size_t i = 0; i < v->judged_count; i++)
		if (v->judged[i].counted != v->judged[i].held)
			verify_fault(v, "labels.csv row %u: counts %u judgments, judgments.csv holds %u",
			             v->judged[i].row, v->judged[i].counted, v->judged[i].held);
	if (v->judgments.count)
		qsort(v->judgments.all, v->judgments.count, sizeof *v->judgments.all, verify_key_order);
	for (size_t i = 1; i < v->judgments.count; i++)
		if (v->judgments.all[i - 1].hash == v->judgments.all[i].hash)
			verify_fault(v, "judgments.csv rows %u and %u: one volunteer judged one item twice",
			             v->judgments.all[i - 1].row, v->judgments.all[i].row);
}

static void check_trial(struct verifying *v, const char *const f[], uint32_t row)
{
	struct verified_item *judged = judged_find(v, f[TRIAL_ITEM]);

	if (judged) {
		bool fake = f[TRIAL_VERDICT][0] == 'f';

		judged->shown++;
		calibration_judgments(&v->calibration, judged->known, !fake, fake);
	} else
		verify_fault(v, "trials.csv row %u: no such item in labels.csv", row);
	if (!verify_one_of(f[TRIAL_VERDICT], "real", "fake", NULL) ||
	    !verify_one_of(f[TRIAL_CONFIDENCE], "60", "75", "95") ||
	    !verify_one_of(f[TRIAL_POSITION], "left", "right", NULL) ||
	    !verify_one_of(f[TRIAL_KIND], "random", "chosen", ""))
		verify_fault(v, "trials.csv row %u: no such verdict, confidence, position or kind", row);
	if (*f[TRIAL_DEVICE] && !verify_one_of(f[TRIAL_DEVICE], "phone", "tablet", "computer"))
		verify_fault(v, "trials.csv row %u: no such device", row);
}

/* crowd.csv beside trials.csv: both have their items in one order. */
struct verified_crowd {
	struct verifying *v;
	struct verified_table table;
	bool open;                  /* the table is there, and was read as far as the trials */
	struct crowd_count count;   /* of the item whose trials are read */
	double alpha, disagreement; /* of the first row that has some, or 0 */
};

/*
 * alpha is 1 - disagreement / what is expected, which is the same for all rows: so any two of them
 * say whether they were measured alike.  Both are rounded to four digits.
 */
static bool alpha_fits(struct verified_crowd *crowd, const char *text)
{
	double found = *text ? strtod(text, NULL) : NAN;
	double disagreement = 1 - agreement_of_item(crowd->count.saying[1], crowd->count.saying[0], 1);

	if (isnan(disagreement) ||
	    isnan(found)) /* of a crowd that always says the same there is none */
		return isnan(found) && (isnan(disagreement) || disagreement == 0);
	if (crowd->disagreement == 0) {
		crowd->alpha = found;
		crowd->disagreement = disagreement;
	}
	return fabs((1 - found) * crowd->disagreement - (1 - crowd->alpha) * disagreement) < 1.1e-4;
}

/* Compares the row of the item whose trials were read with what they come to. */
static void check_crowd_row(struct verified_crowd *crowd)
{
	struct verified_table *table = &crowd->table;
	struct crowd_row due;

	if (!*crowd->count.item || !crowd->open)
		return;
	if (!(crowd->open = verify_table_next(crowd->v, table))) {
		verify_fault(crowd->v, "crowd.csv: has no row of item %s", crowd->count.item);
		return;
	}
	crowd_count_row(&crowd->count, 0, &due);
	for (size_t c = 0; c < CROWD_COLUMNS; c++)
		if (c == CROWD_ALPHA ? !alpha_fits(crowd, table->fields[c])
		                     : strcmp(table->fields[c], due.values[c] ? due.values[c] : "") != 0)
			verify_fault(crowd->v, "crowd.csv row %u: its %s is not what trials.csv comes to",
			             table->row, crowd_columns[c].name);
}

/* A release of before has none. */
static struct verified_crowd crowd_begin(struct verifying *v)
{
	struct verified_crowd crowd = { .v = v,
		                            .table = { .name = "crowd.csv", .columns = CROWD_COLUMNS } };

	crowd.open =
		verify_sum_find(v, "crowd.csv") && verify_table_open(v, &crowd.table, crowd_columns);
	return crowd;
}

static void crowd_trial(struct verified_crowd *crowd, const char *const f[])
{
	if (strcmp(crowd->count.item, f[TRIAL_ITEM]) != 0) {
		check_crowd_row(crowd);
		crowd->count = (struct crowd_count){ 0 };
	}
	crowd_count_take(&crowd->count, f);
}

static void crowd_end(struct verified_crowd *crowd)
{
	bool was_open = crowd->open;

	check_crowd_row(crowd);
	if (crowd->open && verify_table_next(crowd->v, &crowd->table))
		verify_fault(crowd->v, "crowd.csv row %u: trials.csv has no such item", crowd->table.row);
	if (was_open)
		verify_table_close(&crowd->table);
}

void verify_trials(struct verifying *v)
{
	struct verified_table table = { .name = "trials.csv", .columns = TRIAL_COLUMNS };

	if (!verify_table_open(v, &table, trial_columns))
		return;
	struct verified_crowd crowd = crowd_begin(v);
	while (verify_table_next(v, &table)) {
		const char *fields[TRIAL_COLUMNS];

		for (size_t c = 0; c < TRIAL_COLUMNS; c++)
			fields[c] = c < table.columns ? table.fields[c] : "";
		check_trial(v, fields, table.row);
		crowd_trial(&crowd, fields);
	}
	crowd_end(&crowd);
	verify_table_close(&table);
	for (size_t i = 0; i < v->judged_count; i++)
		if (v->judged[i].counted != v->judged[i].shown)
			verify_fault(v, "labels.csv row %u: counts %u judgments, trials.csv holds %u",
			             v->judged[i].row, v->judged[i].counted, v->judged[i].shown);
}

static bool is_in_range(const char *text, double most)
{
	char *end;
	double value = strtod(text, &end);

	return *text && *end == '\0' && value >= 0 && value <= most;
}

static void check_mark(struct verifying *v, const char *const f[], uint32_t row)
{
	const struct verified_item *judged = judged_find(v, f[MARK_ITEM]);

	if (!judged || !judged->counted)
		verify_fault(v, "marks.csv row %u: no item of labels.csv that was judged", row);
	if (!verify_one_of(f[MARK_VERDICT], "real", "fake", NULL) || !is_in_range(f[MARK_X], 1) ||
	    !is_in_range(f[MARK_Y], 1) || (*f[MARK_T_S] && !is_in_range(f[MARK_T_S], HUGE_VAL)))
		verify_fault(v, "marks.csv row %u: no such verdict, place or time", row);
}

/* A release of before has none. */
void verify_marks(struct verifying *v)
{
	struct verified_table table = { .name = "marks.csv", .columns = MARK_COLUMNS };

	if (!verify_sum_find(v, table.name) || !verify_table_open(v, &table, mark_columns))
		return;
	while (verify_table_next(v, &table))
		check_mark(v, table.fields, table.row);
	verify_table_close(&table);
}

static void check_fact(struct verifying *v, const char *const f[], uint32_t row)
{
	if (!judged_find(v, f[FACT_ITEM]))
		verify_fault(v, "fact_checks.csv row %u: no item of labels.csv", row);
	if (strncmp(f[FACT_ADDRESS], "https://", 8) != 0)
		verify_fault(v, "fact_checks.csv row %u: its address is none", row);
}

/* A release of before has none, nor has one without fact-checks. */
void verify_fact_checks(struct verifying *v)
{
	struct verified_table table = { .name = "fact_checks.csv", .columns = FACT_COLUMNS };

	if (!verify_sum_find(v, table.name) || !verify_table_open(v, &table, fact_columns))
		return;
	while (verify_table_next(v, &table))
		check_fact(v, table.fields, table.row);
	verify_table_close(&table);
}

/* ------------------------------------------------------------------ calibration.csv */

/* A revision keeps the figures of the version that it revises, and has fewer items. */
static bool is_revision(const struct verifying *v)
{
	char *text = verify_small_text(v, RELEASE_DATAPACKAGE);
	json_auto_t *package = text ? json_loads(text, JSON_REJECT_DUPLICATES, NULL) : NULL;
	const char *version = json_string_value(json_object_get(package, "version"));
	bool revises = version && strstr(version, "+r");

	free(text);
	return revises;
}

/* Compares a row with what labels.csv and trials.csv come to. */
static void check_calibration_row(struct verifying *v, struct verified_table *table,
                                  const struct calibration_row *due)
{
	if (!verify_table_next(v, table)) {
		verify_fault(v, "calibration.csv: has no row of %s from %s",
		             due->values[CALIBRATION_MEDIA_TYPE], due->values[CALIBRATION_FROM]);
		return;
	}
	for (int c = 0; c < CALIBRATION_COLUMNS; c++)
		if (strcmp(table->fields[c], due->values[c]) != 0)
			verify_fault(v,
			             "calibration.csv row %u: its %s is not what labels.csv and trials.csv "
			             "come to",
			             table->row, calibration_columns[c].name);
}

/* A release of before has none. */
void verify_calibration(struct verifying *v)
{
	struct verified_table table = { .name = "calibration.csv", .columns = CALIBRATION_COLUMNS };

	if (!verify_sum_find(v, table.name) || is_revision(v) ||
	    !verify_table_open(v, &table, calibration_columns))
		return;
	for (int medium = 0; medium < MEDIA_TYPES; medium++)
		for (int bin = 0; bin < CALIBRATION_BINS; bin++) {
			struct calibration_row due;

			if (calibration_row(&v->calibration, medium, bin, &due))
				check_calibration_row(v, &table, &due);
		}
	if (verify_table_next(v, &table))
		verify_fault(v, "calibration.csv row %u: labels.csv has no such items", table.row);
	verify_table_close(&table);
}
