/* SPDX-License-Identifier: Apache-2.0 */
/* The tables without the media, as CSV or as JSON lines: for whoever has the files, or needs none.
 */
#include <string.h>

#include "core/csv.h"
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

/* A release made by an older program may lack the last columns: these are null. */
static struct error copy_records(struct csv *csv, struct sink *sink)
{
	const char *const *fields;
	size_t count;
	struct error err = csv_next(csv, &fields, &count); /* the header */

	while (!err.code && !(err = csv_next(csv, &fields, &count)).code && count > 0) {
		const char *values[CSV_FIELDS] = { NULL };

		for (size_t c = 0; c < sink->count && c < count; c++)
			values[c] = *fields[c] ? fields[c] : NULL;
		sink_row(sink, values);
	}
	return err;
}

static struct error jsonl_table(struct layout_making *making, const struct jsonl_table *table)
{
	FILE *from, *to;
	struct error err = layout_open(making, table->csv, &from);

	if (err.code == ERR_NOT_FOUND)
		return ok(); /* a release without volunteers, or of before there was such a table */
	if (err.code)
		return err;
	if ((err = layout_begin(making, &to)).code) {
		fclose(from);
		return err;
	}
	struct csv *csv = csv_new(from);
	struct sink sink = sink_begin(&format_jsonl, to, table->columns, table->count);
	err = copy_records(csv, &sink);
	sink_end(&sink);
	csv_free(csv);
	fclose(from);
	struct error kept = layout_add(making, to, table->jsonl);
	return err.code ? err : kept;
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
