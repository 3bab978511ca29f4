/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Folders as `datasets` of Hugging Face reads them: the files of a split in one folder, and beside
 * them metadata.jsonl, a row a file.
 *
 * A release of one medium has its splits at the top; else each medium has a folder, to be loaded by
 * itself.  All splits of a medium have the same columns, in one order, and none that is null in all
 * of them: the loader infers types from the first rows.  So sealed items, which have no labels, are
 * no part of test: they lie in a folder of their own, which has other columns.
 */
#include <string.h>

#include "core/vocabulary.h"
#include "release/artefact.h"
#include "release/formats/formats.h"
#include "release/layout_making.h"
#include "release/layouts/layouts.h"
#include "release/seal.h"
#include "release/split.h"

#define TYPES 3

struct hugging {
	struct layout_making *making;
	bool is_there[TYPES], has[2][TYPES][LABEL_COLUMNS]; /* of what is labelled; of what is sealed */
	bool one_type;
};

/* One metadata.jsonl. */
struct hugging_split {
	struct hugging *hugging;
	unsigned type;
	const char *split; /* or "sealed" */
	bool sealed;
	int columns[LABEL_COLUMNS]; /* which of them stand in it, the file first */
	struct sink sink;
	uint64_t rows;
};

static struct error note_columns(void *arg, const struct layout_row *row)
{
	struct hugging *hugging = arg;

	hugging->is_there[row->type] = true;
	for (int c = 0; c < LABEL_COLUMNS; c++) {
		const json_t *value = json_object_get(row->label, label_columns[c].name);

		if (value && !json_is_null(value) && !(json_is_array(value) && !json_array_size(value)))
			hugging->has[row->is_sealed][row->type][c] = true;
	}
	return ok();
}

/* The folder of a split: "train", or "image/train". */
static void hugging_folder(const struct hugging *hugging, unsigned type, const char *split,
                           char folder[32])
{
	if (hugging->one_type)
		snprintf(folder, 32, "%s", split);
	else
		snprintf(folder, 32, "%s/%s", media_types[type], split);
}

static struct error hugging_row(void *arg, const struct layout_row *row)
{
	struct hugging_split *to = arg;
	const char *values[LABEL_COLUMNS];
	char folder[32], path[CONTENTS_PATH_MAX + 1];

	if (row->type != to->type || row->is_sealed != to->sealed ||
	    (!to->sealed && strcmp(row->split, to->split) != 0))
		return ok();
	struct arena *arena = arena_new();
	hugging_folder(to->hugging, row->type, to->split, folder);
	layout_path(to->hugging->making, row, folder, path);
	values[0] = path + strlen(folder) + 1;
	for (size_t c = 1; c < to->sink.count; c++)
		values[c] =
			layout_value(arena, json_object_get(row->label, label_columns[to->columns[c]].name));
	sink_row(&to->sink, values);
	to->rows++;
	struct error err = layout_medium(to->hugging->making, row, path);
	arena_free(arena);
	return err;
}

/* The columns of a medium's metadata: what is not said by the path, and is said of some item. */
static size_t hugging_columns(struct hugging_split *to, struct column columns[LABEL_COLUMNS])
{
	size_t count = 1;

	columns[0] = (struct column){ .name = "file_name", .kind = COLUMN_TEXT };
	for (int c = 0; c < LABEL_COLUMNS; c++) {
		if (c == LABEL_FILE || c == LABEL_SPLIT || c == LABEL_MEDIA_TYPE ||
		    !to->hugging->has[to->sealed][to->type][c])
			continue;
		to->columns[count] = c;
		columns[count++] = label_columns[c];
	}
	return count;
}

/* SPLIT_NONE: what is sealed. */
static struct error hugging_write_split(struct hugging *hugging, unsigned type, enum split split)
{
	bool sealed = split == SPLIT_NONE;
	struct hugging_split to = { .hugging = hugging,
		                        .type = type,
		                        .split = sealed ? SEALED_FOLDER : split_name(split),
		                        .sealed = sealed };
	struct column columns[LABEL_COLUMNS];
	size_t count = hugging_columns(&to, columns);
	char folder[32], path[64];
	FILE *file;
	struct error err = layout_begin(hugging->making, &file);

	if (err.code)
		return err;
	to.sink = sink_begin(&format_jsonl, file, columns, count);
	err = layout_rows(hugging->making, hugging_row, &to);
	struct error ended = sink_end(&to.sink);
	if (!err.code)
		err = ended;
	if (err.code || !to.rows) {
		fclose(file);
		return err;
	}
	hugging_folder(hugging, type, to.split, folder);
	snprintf(path, sizeof path, "%s/metadata.jsonl", folder);
	return layout_add(hugging->making, file, path);
}

static struct error hugging_write(struct layout_making *making)
{
	static const char *const but[] = { "README.md", "labels.csv", "labels.jsonl", NULL };
	struct hugging hugging = { .making = making };
	struct error err = layout_copy_card(making);

	if (err.code || (err = layout_copy_tables(making, but)).code)
		return err;
	if ((err = layout_rows(making, note_columns, &hugging)).code)
		return err;
	hugging.one_type = hugging.is_there[0] + hugging.is_there[1] + hugging.is_there[2] <= 1;
	for (unsigned type = 0; type < TYPES; type++)
		for (enum split split = SPLIT_NONE; split < SPLITS && !err.code; split++)
			if (hugging.is_there[type])
				err = hugging_write_split(&hugging, type, split);
	return err;
}

const struct layout layout_huggingface = { .name = "huggingface",
	                                       .sums = RELEASE_SUMS,
	                                       .write = hugging_write };
