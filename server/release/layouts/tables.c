/* SPDX-License-Identifier: Apache-2.0 */
/* The tables without the media, as CSV or as JSON lines: for whoever has the files, or needs none.
 */
#include "release/artefact.h"
#include "release/formats/formats.h"
#include "release/layout_making.h"
#include "release/layouts/layouts.h"

static struct error csv_write(struct layout_making *making)
{
	static const char *const but[] = { "labels.jsonl", NULL };

	return layout_copy_tables(making, but);
}

const struct layout layout_csv = { .name = "csv", .sums = RELEASE_SUMS, .write = csv_write };

/* ------------------------------------------------------------------ CSV to JSON lines */

struct jsonl_table {
	const char *csv, *jsonl;
	const struct column *columns;
	size_t count;
};

static const struct jsonl_table jsonl_tables[] = {
	{ "judgments.csv", "judgments.jsonl", judgment_columns, JUDGMENT_COLUMNS },
	{ "trials.csv", "trials.jsonl", trial_columns, TRIAL_COLUMNS },
	{ "leaks.csv", "leaks.jsonl", leak_columns, LEAK_COLUMNS },
};

#define JSONL_TABLES (sizeof jsonl_tables / sizeof jsonl_tables[0])

static struct error jsonl_table(struct layout_making *making, const struct jsonl_table *table)
{
	return layout_add_table(making, table->csv, table->columns, table->count, &format_jsonl,
	                        table->jsonl);
}

static struct error jsonl_write(struct layout_making *making)
{
	static const char *const but[] = { "labels.csv", "judgments.csv", "trials.csv", "leaks.csv",
		                               NULL };
	struct error err = layout_copy_tables(making, but);

	for (size_t t = 0; t < JSONL_TABLES && !err.code; t++)
		err = jsonl_table(making, &jsonl_tables[t]);
	return err;
}

const struct layout layout_jsonl = { .name = "jsonl", .sums = RELEASE_SUMS, .write = jsonl_write };
