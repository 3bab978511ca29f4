/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The layout of the Deepfake Detection Challenge: the files of a split in one folder, and beside
 * them metadata.json, an object by file name with "label" (REAL, FAKE), "split" and, of fakes,
 * "original".
 *
 * An original is a real medium of the same lineage in the release, of which there may be several:
 * the first by its name.  The label of a sealed item is null.
 */
#include <stdlib.h>
#include <string.h>

#include "core/hex.h"
#include "core/idmap.h"
#include "core/mem.h"
#include "core/strbuf.h"
#include "release/artefact.h"
#include "release/layout_making.h"
#include "release/layouts/layouts.h"
#include "release/split.h"

#define DFDC_PATH (CONTENTS_PATH_MAX + 1)

/* The original of each lineage that has one. */
struct dfdc_originals {
	struct idmap *lineages;
	char (*paths)[DFDC_PATH];
	uint32_t room;
};

struct dfdc_split {
	struct layout_making *making;
	const struct dfdc_originals *originals;
	const char *split;
	FILE *metadata;
	bool any;
};

/* A lineage's pseudonym is 20 hexadecimal digits: 10 of the 16 bytes of an id. */
static bool lineage_id(const struct layout_row *row, unsigned char id[UUID_BYTES])
{
	memset(id, 0, UUID_BYTES);
	return row->lineage && strlen(row->lineage) == 20 && hex_decode(id, 10, row->lineage);
}

/* The name within its split's folder. */
static void dfdc_name(const struct layout_making *making, const struct layout_row *row,
                      char name[DFDC_PATH])
{
	char path[DFDC_PATH];

	layout_path(making, row, row->split, path);
	snprintf(name, DFDC_PATH, "%s", strchr(path, '/') + 1);
}

struct dfdc_gathering {
	struct layout_making *making;
	struct dfdc_originals *originals;
};

static struct error note_original(void *arg, const struct layout_row *row)
{
	struct dfdc_gathering *gathering = arg;
	struct dfdc_originals *originals = gathering->originals;
	unsigned char id[UUID_BYTES];
	char name[DFDC_PATH];

	if (row->is_fake || row->is_sealed || !lineage_id(row, id))
		return ok();
	uint32_t known = idmap_count(originals->lineages), at = idmap_add(originals->lineages, id);
	dfdc_name(gathering->making, row, name);
	if (at == originals->room) {
		originals->room = originals->room ? 2 * originals->room : 256;
		originals->paths = mem_resize(originals->paths, originals->room, sizeof *originals->paths);
	}
	if (at == known || strcmp(name, originals->paths[at]) < 0)
		snprintf(originals->paths[at], sizeof originals->paths[at], "%s", name);
	return ok();
}

static const char *original_of(const struct dfdc_originals *originals, const struct layout_row *row)
{
	unsigned char id[UUID_BYTES];

	if (!row->is_fake || !lineage_id(row, id))
		return NULL;
	uint32_t at = idmap_find(originals->lineages, id);
	return at == IDMAP_NONE ? NULL : originals->paths[at];
}

/* As JSON. */
static const char *dfdc_label(const struct layout_row *row)
{
	if (row->is_sealed)
		return "null";
	return row->is_fake ? "\"FAKE\"" : "\"REAL\"";
}

static struct error dfdc_row(void *arg, const struct layout_row *row)
{
	struct dfdc_split *to = arg;
	char path[DFDC_PATH], name[DFDC_PATH];

	if (strcmp(row->split, to->split) != 0)
		return ok();
	const char *original = original_of(to->originals, row);
	layout_path(to->making, row, row->split, path);
	dfdc_name(to->making, row, name);
	/* Names are ours: they need no escapes. */
	fprintf(to->metadata,
	        "%s\n\"%s\": {\"label\": %s, \"split\": \"%s\", \"original\": ", to->any ? "," : "{",
	        name, dfdc_label(row), row->split);
	if (original)
		fprintf(to->metadata, "\"%s\"}", original);
	else
		fputs("null}", to->metadata);
	to->any = true;
	return layout_medium(to->making, row, path);
}

static struct error dfdc_write_split(struct layout_making *making,
                                     const struct dfdc_originals *originals, enum split split)
{
	struct dfdc_split to = { making, originals, split_name(split), NULL, false };
	char path[64];
	struct error err = layout_begin(making, &to.metadata);

	if (err.code)
		return err;
	err = layout_rows(making, dfdc_row, &to);
	fputs(to.any ? "\n}\n" : "{}\n", to.metadata);
	snprintf(path, sizeof path, "%s/metadata.json", to.split);
	return layout_add_written(making, to.metadata, path, err);
}

static struct error dfdc_write(struct layout_making *making)
{
	static const char *const but[] = { "labels.csv", "labels.jsonl", NULL };
	struct dfdc_originals originals = { .lineages = idmap_new() };
	struct error err = layout_copy_tables(making, but);

	if (!err.code)
		err = layout_rows(making, note_original, &(struct dfdc_gathering){ making, &originals });
	for (enum split split = SPLIT_TRAIN; split < SPLITS && !err.code; split++)
		err = dfdc_write_split(making, &originals, split);
	idmap_free(originals.lineages);
	free(originals.paths);
	return err;
}

const struct layout layout_dfdc = { .name = "dfdc", .sums = RELEASE_SUMS, .write = dfdc_write };
