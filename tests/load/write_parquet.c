/* SPDX-License-Identifier: Apache-2.0 */
/*
 * write_parquet < DESCRIPTION -- writes the file of Parquet that a test describes, for others to
 * read.  The description is JSON:
 *
 *	{"out": PATH, "rows": [[TEXT or null, ...], ...],
 *	 "columns": [{"name": NAME, "kind": KIND, "classes"?: [NAME, ...]}, ...],
 *	 "media"?: [{"file"?: PATH, "path"?: TEXT} or null, ...],     one a row
 *	 "group"?: ROWS, "metadata"?: [KEY, VALUE, ...], "table"?: true}
 *
 * KIND is as in enum parquet_kind: text, integer, and so on.  A table is written through a sink, as
 * those of releases are.  Prints the features of the columns, and the size that the writer told
 * before the end; where the file failed, the error instead, with exit code 1.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/mem.h"
#include "core/writer.h"
#include "release/formats/formats.h"
#include "release/formats/parquet.h"

static const char *const kinds[] = {
	[PARQUET_TEXT] = "text",   [PARQUET_INTEGER] = "integer", [PARQUET_REAL] = "real",
	[PARQUET_FLAG] = "flag",   [PARQUET_LIST] = "list",       [PARQUET_CLASS] = "class",
	[PARQUET_IMAGE] = "image", [PARQUET_AUDIO] = "audio",     [PARQUET_VIDEO] = "video",
};

static const enum column_kind column_kinds[] = {
	[PARQUET_TEXT] = COLUMN_TEXT, [PARQUET_INTEGER] = COLUMN_INTEGER, [PARQUET_REAL] = COLUMN_REAL,
	[PARQUET_FLAG] = COLUMN_FLAG, [PARQUET_LIST] = COLUMN_LIST,
};

#define KINDS (sizeof kinds / sizeof kinds[0])

static void give_up(const char *what)
{
	fprintf(stderr, "write_parquet: %s\n", what);
	exit(2);
}

/* The texts of an array, with NULL behind the last; NULL for no array. */
static const char **texts_of(const json_t *array)
{
	size_t count = json_array_size(array);
	const char **texts = mem_new(count + 1, sizeof *texts);

	for (size_t i = 0; i < count; i++)
		texts[i] = json_string_value(json_array_get(array, i));
	return texts;
}

static enum parquet_kind kind_named(const char *name)
{
	for (size_t i = 0; name && i < KINDS; i++)
		if (strcmp(kinds[i], name) == 0)
			return (enum parquet_kind)i;
	give_up("there is no such kind");
	abort();
}

static struct parquet_column *read_columns(const json_t *array)
{
	struct parquet_column *columns = mem_new(json_array_size(array), sizeof *columns);

	for (size_t c = 0; c < json_array_size(array); c++) {
		const json_t *one = json_array_get(array, c);

		columns[c].name = json_string_value(json_object_get(one, "name"));
		columns[c].kind = kind_named(json_string_value(json_object_get(one, "kind")));
		columns[c].classes = texts_of(json_object_get(one, "classes"));
	}
	return columns;
}

/* Whatever a file holds; the caller frees it. */
static void *read_whole(const char *path, size_t *ret_len)
{
	FILE *in = fopen(path, "r");

	if (!in || fseek(in, 0, SEEK_END) != 0)
		give_up("a medium cannot be read");
	size_t len = (size_t)ftell(in);
	void *bytes = mem_new(len + 1, 1);

	rewind(in);
	if (fread(bytes, 1, len, in) != len)
		give_up("a medium cannot be read");
	fclose(in);
	*ret_len = len;
	return bytes;
}

static void write_described(struct parquet *file, const json_t *row, const json_t *described)
{
	const char *path = json_string_value(json_object_get(described, "file"));
	struct parquet_medium medium = { .path =
		                                 json_string_value(json_object_get(described, "path")) };
	const char **values = texts_of(row);
	void *bytes = path ? read_whole(path, &medium.len) : NULL;

	medium.bytes = bytes;
	parquet_row(file, values, json_is_object(described) ? &medium : NULL);
	free(bytes);
	free(values);
}

static struct error write_file(FILE *out, const json_t *all, const struct parquet_column columns[])
{
	const json_t *rows = json_object_get(all, "rows"), *media = json_object_get(all, "media");
	const char **metadata = texts_of(json_object_get(all, "metadata"));
	struct parquet *file =
		parquet_new(out, columns, json_array_size(json_object_get(all, "columns")),
	                (size_t)json_integer_value(json_object_get(all, "group")), metadata);

	free(metadata);
	for (size_t r = 0; r < json_array_size(rows); r++)
		write_described(file, json_array_get(rows, r), json_array_get(media, r));
	printf("%llu\n", (unsigned long long)parquet_size(file));
	return parquet_end(file);
}

static struct error write_table(FILE *out, const json_t *all, const struct parquet_column columns[])
{
	const json_t *rows = json_object_get(all, "rows");
	size_t count = json_array_size(json_object_get(all, "columns"));
	struct column *plain = mem_new(count, sizeof *plain);

	for (size_t c = 0; c < count; c++)
		plain[c] = (struct column){ columns[c].name, column_kinds[columns[c].kind] };
	struct sink sink = sink_begin(&format_parquet, out, plain, count);

	for (size_t r = 0; r < json_array_size(rows); r++) {
		const char **values = texts_of(json_array_get(rows, r));

		sink_row(&sink, values);
		free(values);
	}
	struct error err = sink_end(&sink);
	free(plain);
	return err;
}

int main(void)
{
	json_auto_t *all = json_loadf(stdin, 0, NULL);
	const char *path = json_string_value(json_object_get(all, "out"));
	const json_t *described = json_object_get(all, "columns");
	FILE *out = path ? fopen(path, "w") : NULL;

	if (!out || !json_array_size(described))
		give_up("the description cannot be used");
	struct parquet_column *columns = read_columns(described);
	char *features = parquet_features(columns, json_array_size(described));

	puts(features);
	struct error err = json_is_true(json_object_get(all, "table")) ? write_table(out, all, columns)
	                                                               : write_file(out, all, columns);
	if (!writer_close(out) && !err.code)
		give_up("the file cannot be closed");
	if (err.code)
		puts(err.detail);
	for (size_t c = 0; c < json_array_size(described); c++)
		free((void *)columns[c].classes);
	free(columns);
	free(features);
	return err.code ? 1 : 0;
}
