/* SPDX-License-Identifier: Apache-2.0 */
#include "release/leaks.h"

#include <math.h>

#include "db/db.h"
#include "release/columns.h"

#define TEXT_OF_(number) #number
#define TEXT_OF(number)  TEXT_OF_(number)

struct error release_leaks(struct db *db, struct store *store, const char *release_id,
                           const struct progress_listener *progress, struct leak_table *ret_table)
{
	const struct leaks_making making = { .least = 1, .progress = progress };
	auto_rows *rows = NULL;
	struct error err =
		db_run(db, SQL_RELEASE_LEAKS, (const char *[]){ release_id, TEXT_OF(LEAKS_SAMPLE) }, &rows);

	return err.code ? err : leaks_measure(db, store, rows, &making, ret_table);
}

/* ------------------------------------------------------------------ leaks.csv */

static void leaks_row(struct sink *sink, const char *type, const struct leak_medium *medium,
                      enum leak leak)
{
	char numbers[3][32], counts[3][16];
	const double auc[] = { medium->auc[leak].value, medium->auc[leak].low, medium->auc[leak].high };
	const uint32_t count[] = { medium->fakes, medium->reals, medium->lineages };

	for (int n = 0; n < 3; n++) {
		snprintf(numbers[n], sizeof numbers[n], "%.4f", auc[n]);
		snprintf(counts[n], sizeof counts[n], "%u", count[n]);
	}
	sink_row(sink, (const char *[LEAK_COLUMNS]){
					   [LEAK_MEDIA_TYPE] = type,
					   [LEAK_TRAIT] = leak_name(leak),
					   [LEAK_AUC] = numbers[0],
					   [LEAK_LOW] = numbers[1],
					   [LEAK_HIGH] = numbers[2],
					   [LEAK_FAKES] = counts[0],
					   [LEAK_REALS] = counts[1],
					   [LEAK_LINEAGES] = counts[2],
				   });
}

void leaks_rows(struct sink *sink, const struct leak_table *table)
{
	for (int type = 0; type < MEDIA_TYPES; type++)
		for (int leak = 0; leak < LEAKS; leak++)
			if (!isnan(table->medium[type].auc[leak].value))
				leaks_row(sink, media_types[type], &table->medium[type], (enum leak)leak);
}

/* ------------------------------------------------------------------ the card */

static void leaks_cell(FILE *out, const struct leak_medium *medium, enum leak leak)
{
	const struct auc *auc = &medium->auc[leak];

	if (isnan(auc->value))
		fputs(" |", out);
	else if (leak < LEAK_ALONE && medium->constant[leak])
		fputs(" same |", out);
	else if (leak_warns(medium, leak))
		fprintf(out, " **%.2f** (%.2f to %.2f) |", auc->value, auc->low, auc->high);
	else
		fprintf(out, " %.2f (%.2f to %.2f) |", auc->value, auc->low, auc->high);
}

static bool leak_is_known(const struct leak_table *table, enum leak leak)
{
	for (int type = 0; type < MEDIA_TYPES; type++)
		if (!isnan(table->medium[type].auc[leak].value))
			return true;
	return false;
}

static void leaks_lines(FILE *out, const struct leak_table *table)
{
	fputs("| |", out);
	for (int type = 0; type < MEDIA_TYPES; type++)
		fprintf(out, " %s (%u fake, %u real) |", media_types[type], table->medium[type].fakes,
		        table->medium[type].reals);
	fputs("\n| --- | --- | --- | --- |\n", out);
	for (int leak = 0; leak < LEAKS; leak++) {
		if (!leak_is_known(table, (enum leak)leak))
			continue;
		fprintf(out, "| %s |", leak_name((enum leak)leak));
		for (int type = 0; type < MEDIA_TYPES; type++)
			leaks_cell(out, &table->medium[type], (enum leak)leak);
		fputc('\n', out);
	}
	fputc('\n', out);
}

void leaks_card(FILE *out, const struct leak_table *table)
{
	unsigned warnings = 0, known = 0, unmeasured = 0;

	for (int type = 0; type < MEDIA_TYPES; type++) {
		unmeasured += table->medium[type].unmeasured;
		for (int leak = 0; leak < LEAKS; leak++) {
			warnings += leak_warns(&table->medium[type], (enum leak)leak);
			known += isnan(table->medium[type].auc[leak].value) ? 0 : 1;
		}
	}
	fputs("## What gives files away\n\n", out);
	if (!known) {
		fputs("No medium has both real and fake items here that could be measured.\n\n", out);
		return;
	}
	fprintf(out,
	        "How well a thing beside the content tells fakes from real media: the area under the "
	        "ROC curve, with its 95 %% interval. 0.5 tells nothing; above it fakes have more of "
	        "it, below it less. A detector that beats chance may have learned one of these. "
	        "`together` is a ridge logistic regression on all that vary, scored on lineages that "
	        "it did not see. At most %d items of a medium and label were drawn; %u could not be "
	        "read.\n\nFurther than %.1f (or %.1f), with an interval that leaves 0.5 out, and bold: "
	        "%u of %u. Where nothing leaks, one interval in twenty leaves it out by chance.\n\n",
	        LEAKS_SAMPLE, unmeasured, LEAKS_LIMIT, 1 - LEAKS_LIMIT, warnings, known);
	leaks_lines(out, table);
}
