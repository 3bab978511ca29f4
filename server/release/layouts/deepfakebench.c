/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The layout of DeepfakeBench: NAME.json holds, by set, label and split (train, val, test), an
 * entry a medium with its label and its frames, whose paths begin with the set's name.
 *
 * A picture is its own frame.  Of a film the file itself stands there: DeepfakeBench's own script
 * cuts films into frames.  Sound is no part of it.
 *
 * Every entry of NAME.json has a label, so sealed items have none: their files are there, in
 * TYPE/test/sealed, and SEALED.txt says so.
 */
#include <string.h>

#include "release/artefact.h"
#include "release/layout_making.h"
#include "release/layouts/layouts.h"
#include "release/split.h"

struct bench_cell {
	struct layout_making *making;
	FILE *out;
	const char *split;
	bool fake, any;
};

static const char *bench_split(const char *split)
{
	return strcmp(split, "validation") == 0 ? "val" : split;
}

static struct error bench_row(void *arg, const struct layout_row *row)
{
	struct bench_cell *cell = arg;
	const char *set = layout_release(cell->making)->name;

	if (row->is_sealed || row->is_fake != cell->fake || strcmp(row->split, cell->split) != 0 ||
	    strcmp(row->media_type, "audio") == 0)
		return ok();
	fprintf(cell->out, "%s\n\"%s\": {\"label\": \"%s_%s\", \"frames\": [\"%s/%s\"]}",
	        cell->any ? "," : "", row->name, set, cell->fake ? "Fake" : "Real", set, row->file);
	cell->any = true;
	return layout_medium(cell->making, row, row->file);
}

static struct error bench_label(struct layout_making *making, FILE *out, bool fake)
{
	const char *set = layout_release(making)->name;
	struct error err = ok();

	fprintf(out, "\"%s_%s\": {", set, fake ? "Fake" : "Real");
	for (enum split split = SPLIT_TRAIN; split < SPLITS && !err.code; split++) {
		struct bench_cell cell = { making, out, split_name(split), fake, false };

		fprintf(out, "%s\"%s\": {", split == SPLIT_TRAIN ? "" : ",\n", bench_split(cell.split));
		err = layout_rows(making, bench_row, &cell);
		fputs("}", out);
	}
	fputs("}", out);
	return err;
}

static struct error bench_json(struct layout_making *making, FILE *out)
{
	fprintf(out, "{\"%s\": {", layout_release(making)->name);
	struct error err = bench_label(making, out, false);
	fputs(",\n", out);
	if (!err.code)
		err = bench_label(making, out, true);
	fputs("}}\n", out);
	return err;
}

/* The files of sealed items, which no label names. */
struct bench_sealed {
	struct layout_making *making;
	uint64_t items;
};

static struct error bench_sealed_row(void *arg, const struct layout_row *row)
{
	struct bench_sealed *sealed = arg;

	if (!row->is_sealed || strcmp(row->media_type, "audio") == 0)
		return ok();
	sealed->items++;
	return layout_medium(sealed->making, row, row->file);
}

static struct error bench_add_sealed(struct layout_making *making)
{
	struct bench_sealed sealed = { making, 0 };
	FILE *out;
	struct error err = layout_rows(making, bench_sealed_row, &sealed);

	if (err.code || !sealed.items || (err = layout_begin(making, &out)).code)
		return err;
	fprintf(out,
	        "The labels of %llu items of the test split are sealed (README.md). %s.json names none "
	        "of them: each of its entries has a label. Their files lie in TYPE/test/sealed.\n",
	        (unsigned long long)sealed.items, layout_release(making)->name);
	return layout_add(making, out, "SEALED.txt");
}

static struct error bench_write(struct layout_making *making)
{
	static const char *const but[] = { "labels.csv", "labels.jsonl", NULL };
	char path[RELEASE_NAME_MAX + 8];
	FILE *out;
	struct error err = layout_copy_tables(making, but);

	if (err.code || (err = layout_begin(making, &out)).code)
		return err;
	err = bench_json(making, out);
	snprintf(path, sizeof path, "%s.json", layout_release(making)->name);
	err = layout_add_written(making, out, path, err);
	return err.code ? err : bench_add_sealed(making);
}

const struct layout layout_deepfakebench = { .name = "deepfakebench",
	                                         .sums = RELEASE_SUMS,
	                                         .write = bench_write };
