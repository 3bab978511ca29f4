/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Apache Parquet as `datasets` of Hugging Face has it: data/TYPE/SPLIT-00000-of-00003.parquet, a
 * row an item with its medium inside, its label as a class (real 0, fake 1) and all that labels.csv
 * says; and the other tables.
 *
 * It repeats the media, so it is made only when somebody asks.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/csv.h"
#include "core/disk.h"
#include "core/mem.h"
#include "core/vocabulary.h"
#include "release/artefact.h"
#include "release/formats/formats.h"
#include "release/formats/parquet.h"
#include "release/layout_making.h"
#include "release/layouts/layouts.h"
#include "release/split.h"

#define PART_BYTES   ((uint64_t)500 << 20) /* of media, in one file */
#define TYPES        3
#define COLUMNS_MOST (LABEL_COLUMNS + 1)

/* How many files hold the media of a type and split: their names say it, so it is counted first. */
struct parquet_parts {
	struct layout_making *making;
	unsigned count[TYPES][SPLITS];
	uint64_t filled[TYPES][SPLITS]; /* of the last one */
};

/* The files of one type and split, as they are written. */
struct parquet_set {
	struct layout_making *making;
	const struct parquet_parts *parts;
	unsigned type;
	enum split split;
	unsigned number; /* of the file that is written */
	uint64_t filled;
	FILE *out;
	struct parquet *file;
	struct parquet_column columns[COLUMNS_MOST];
	char *medium; /* the last one's bytes */
	size_t room;
};

static enum parquet_kind kind_of_medium(unsigned type)
{
	static const enum parquet_kind kinds[TYPES] = { PARQUET_IMAGE, PARQUET_VIDEO, PARQUET_AUDIO };

	return kinds[type];
}

static enum parquet_kind kind_of_column(enum column_kind kind)
{
	switch (kind) {
	case COLUMN_INTEGER:
		return PARQUET_INTEGER;
	case COLUMN_REAL:
		return PARQUET_REAL;
	case COLUMN_LIST:
		return PARQUET_LIST;
	case COLUMN_FLAG:
		return PARQUET_FLAG;
	case COLUMN_TEXT:
		break;
	}
	return PARQUET_TEXT;
}

/* ------------------------------------------------------------------ how many files */

static struct error count_parts(void *arg, const struct layout_row *row)
{
	struct parquet_parts *parts = arg;
	enum split split = split_read(row->split);
	struct contents_file medium;
	struct error err = layout_find_medium(parts->making, row, &medium);

	if (err.code)
		return err;
	uint64_t *filled = &parts->filled[row->type][split];
	if (!parts->count[row->type][split] || *filled >= PART_BYTES) {
		parts->count[row->type][split]++;
		*filled = 0;
	}
	*filled += medium.bytes;
	return ok();
}

/* ------------------------------------------------------------------ one file */

static struct error part_begin(struct parquet_set *set)
{
	static const char *const classes[] = { "real", "fake", NULL };
	struct error err = layout_begin(set->making, &set->out);

	if (err.code)
		return err;
	set->columns[0] =
		(struct parquet_column){ media_types[set->type], kind_of_medium(set->type), NULL };
	for (int c = 0; c < LABEL_COLUMNS; c++)
		set->columns[1 + c] =
			(struct parquet_column){ label_columns[c].name, kind_of_column(label_columns[c].kind),
			                         NULL };
	set->columns[1 + LABEL_LABEL].kind = PARQUET_CLASS;
	set->columns[1 + LABEL_LABEL].classes = classes;
	char *features = parquet_features(set->columns, COLUMNS_MOST);
	set->file = parquet_new(set->out, set->columns, COLUMNS_MOST, 0,
	                        (const char *const[]){ "huggingface", features, NULL });
	free(features);
	set->filled = 0;
	return ok();
}

static struct error part_end(struct parquet_set *set)
{
	char path[CONTENTS_PATH_MAX + 1];
	struct parquet *file = set->file;
	FILE *out = set->out;

	if (!file)
		return ok();
	set->file = NULL;
	set->out = NULL;
	snprintf(path, sizeof path, "data/%s/%s-%05u-of-%05u.parquet", media_types[set->type],
	         split_name(set->split), set->number++, set->parts->count[set->type][set->split]);
	return layout_add_written(set->making, out, path, parquet_end(file));
}

/* Reads the medium whole: it goes into a row group with some others. */
static struct error read_medium(struct parquet_set *set, const struct layout_row *row,
                                size_t *ret_len)
{
	struct contents_file file;
	struct error err = layout_find_medium(set->making, row, &file);

	if (err.code)
		return err;
	if (file.bytes > set->room) {
		set->room = (size_t)file.bytes;
		set->medium = mem_resize(set->medium, set->room, 1);
	}
	*ret_len = (size_t)file.bytes;
	return layout_read_object(set->making, file.sha256, set->medium, *ret_len);
}

static struct error part_row(void *arg, const struct layout_row *row)
{
	struct parquet_set *set = arg;
	const char *values[COLUMNS_MOST] = { NULL };
	char name[LAYOUT_NAME + 16];
	size_t len;
	struct error err = ok();

	if (row->type != set->type || split_read(row->split) != set->split)
		return ok();
	if (set->file && set->filled >= PART_BYTES)
		err = part_end(set);
	if (!err.code && !set->file)
		err = part_begin(set);
	if (err.code || (err = read_medium(set, row, &len)).code)
		return err;
	struct arena *arena = arena_new();
	for (int c = 0; c < LABEL_COLUMNS; c++)
		values[1 + c] = layout_value(arena, json_object_get(row->label, label_columns[c].name));
	snprintf(name, sizeof name, "%s%.8s", row->name, row->ending);
	parquet_row(set->file, values, &(struct parquet_medium){ set->medium, len, name });
	arena_free(arena);
	set->filled += len;
	return layout_tell(set->making, len);
}

static struct error write_set(struct layout_making *making, const struct parquet_parts *parts,
                              unsigned type, enum split split)
{
	struct parquet_set set = { .making = making, .parts = parts, .type = type, .split = split };
	struct error err = layout_rows(making, part_row, &set);
	struct error ended = part_end(&set);

	free(set.medium);
	return err.code ? err : ended;
}

static struct error parquet_write(struct layout_making *making)
{
	static const char *const but[] = { "README.md",     "labels.csv", "labels.jsonl",
		                               "judgments.csv", "trials.csv", "crowd.csv",
		                               "marks.csv",     "leaks.csv",  NULL };
	struct parquet_parts parts = { .making = making };
	struct error err = layout_copy_card(making);

	if (err.code || (err = layout_copy_tables(making, but)).code)
		return err;
	if (!err.code)
		err = layout_add_tables(making, &format_parquet);
	if (!err.code)
		err = layout_rows(making, count_parts, &parts);
	for (unsigned type = 0; type < TYPES; type++)
		for (enum split split = SPLIT_TRAIN; split < SPLITS && !err.code; split++)
			if (parts.count[type][split])
				err = write_set(making, &parts, type, split);
	return err;
}

const struct layout layout_parquet = {
	.name = "parquet", .sums = RELEASE_SUMS, .repeats_media = true, .write = parquet_write
};
