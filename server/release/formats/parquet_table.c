/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A table of a release as Parquet. Its columns are those of the other formats, with their types: so
 * `label` is a text here too, and the classes of `datasets` are for files with media.
 */
#include <stdlib.h>

#include "core/mem.h"
#include "release/formats/formats.h"
#include "release/formats/parquet.h"

static const enum parquet_kind table_kinds[] = {
	[COLUMN_TEXT] = PARQUET_TEXT, [COLUMN_INTEGER] = PARQUET_INTEGER, [COLUMN_REAL] = PARQUET_REAL,
	[COLUMN_LIST] = PARQUET_LIST, [COLUMN_FLAG] = PARQUET_FLAG,
};

static void table_begin(struct sink *sink)
{
	struct parquet_column *columns = mem_new(sink->count, sizeof *columns);

	for (size_t c = 0; c < sink->count; c++)
		columns[c] = (struct parquet_column){ .name = sink->columns[c].name,
			                                  .kind = table_kinds[sink->columns[c].kind] };
	char *features = parquet_features(columns, sink->count);

	sink->state = parquet_new(sink->out, columns, sink->count, 0,
	                          (const char *const[]){ "huggingface", features, NULL });
	free(features);
	free(columns);
}

static void table_row(struct sink *sink, const char *const values[])
{
	parquet_row(sink->state, values, NULL);
}

static struct error table_end(struct sink *sink)
{
	return parquet_end(sink->state);
}

const struct sink_format format_parquet = {
	.name = "parquet",
	.ending = ".parquet",
	.media_type = "application/vnd.apache.parquet",
	.begin = table_begin,
	.row = table_row,
	.end = table_end,
};
