/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Class folders, as torchvision's ImageFolder and its like read them: SPLIT/0_real, SPLIT/1_fake.
 *
 * They number the classes by the alphabet, so the numbers stand before the names: real is 0 in
 * every split, also in one that lacks a class.  labels.csv says all else, by the paths of this
 * layout.  Sealed items stand in test/sealed, which is no class: a loader has to pass it over.
 */
#include "release/artefact.h"
#include "release/formats/formats.h"
#include "release/layout_making.h"
#include "release/layouts/layouts.h"
#include "release/seal.h"

struct class_folders {
	struct layout_making *making;
	struct sink labels;
};

static const char *class_of(const struct layout_row *row)
{
	if (row->is_sealed)
		return SEALED_FOLDER;
	return row->is_fake ? "1_fake" : "0_real";
}

static struct error class_row(void *arg, const struct layout_row *row)
{
	struct class_folders *folders = arg;
	struct arena *arena = arena_new();
	const char *values[LABEL_COLUMNS];
	char folder[64], path[CONTENTS_PATH_MAX + 1];

	snprintf(folder, sizeof folder, "%s/%s", row->split, class_of(row));
	layout_path(folders->making, row, folder, path);
	for (int c = 0; c < LABEL_COLUMNS; c++)
		values[c] = layout_value(arena, json_object_get(row->label, label_columns[c].name));
	values[LABEL_FILE] = path;
	sink_row(&folders->labels, values);
	struct error err = layout_medium(folders->making, row, path);
	arena_free(arena);
	return err;
}

static struct error class_write(struct layout_making *making)
{
	static const char *const but[] = { "labels.csv", "labels.jsonl", NULL };
	struct class_folders folders = { .making = making };
	FILE *file;
	struct error err = layout_copy_tables(making, but);

	if (err.code || (err = layout_begin(making, &file)).code)
		return err;
	folders.labels = sink_begin(&format_csv, file, label_columns, LABEL_COLUMNS);
	err = layout_rows(making, class_row, &folders);
	struct error ended = sink_end(&folders.labels);
	return layout_add_written(making, file, "labels.csv", err.code ? err : ended);
}

const struct layout layout_class_folders = { .name = "class-folders",
	                                         .sums = RELEASE_SUMS,
	                                         .write = class_write };
