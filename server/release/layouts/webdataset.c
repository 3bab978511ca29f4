/* SPDX-License-Identifier: Apache-2.0 */
/*
 * WebDataset: tar shards TYPE-SPLIT-000000.tar of samples, each a medium, its number of class (cls:
 * 0 real, 1 fake) and all that its row says (json), under one key.
 *
 * A shard is not stored: heads and small files of all samples lie in one object, and the shard
 * takes them and the media in turn.  A set of shards has one medium and one ending.  Sealed items
 * have no class, and shards of their own, TYPE-test-sealed-000000.tar: a shard's samples are alike.
 */
#include <stdlib.h>
#include <string.h>

#include "core/mem.h"
#include "core/vocabulary.h"
#include "release/archive_head.h"
#include "release/artefact.h"
#include "release/layout_making.h"
#include "release/layouts/layouts.h"
#include "release/seal.h"
#include "release/split.h"

#define SAMPLES_MOST 1000
#define SHARD_MOST   ((uint64_t)256 << 20) /* bytes of media */
#define ENDING_MOST  8
#define TYPES_MOST   3
#define SETS_MOST    (TYPES_MOST * 4)

/* Shards of one medium and one ending. */
struct shard_set {
	unsigned type;
	bool named; /* by its ending too: the medium has another set */
	char ending[ENDING_MOST];
};

struct shards {
	struct layout_making *making;
	struct shard_set sets[SETS_MOST];
	size_t set_count;
	/* The set and split that are written: */
	const struct shard_set *set;
	const char *split;
	bool sealed; /* those of the split that are, or those that are not */
	unsigned number;
	/* The shard that is written: */
	FILE *between; /* what stands between media */
	uint64_t from; /* of it, what no part has taken yet */
	struct contents_part *parts;
	size_t count, room;
	unsigned samples;
	uint64_t media;
};

static struct error note_set(void *arg, const struct layout_row *row)
{
	struct shards *shards = arg;

	bool other = false;

	for (size_t s = 0; s < shards->set_count; s++) {
		if (shards->sets[s].type != row->type)
			continue;
		if (strcmp(shards->sets[s].ending, row->ending) == 0)
			return ok();
		other = true;
	}
	if (shards->set_count == SETS_MOST || strlen(row->ending) >= ENDING_MOST)
		return errorf(ERR_INTERNAL, "a release has too many kinds of files for shards");
	struct shard_set *set = &shards->sets[shards->set_count++];
	set->type = row->type;
	set->named = other;
	snprintf(set->ending, sizeof set->ending, "%s", row->ending);
	return ok();
}

static void add_part(struct shards *shards, const struct contents_part *part)
{
	if (shards->count == shards->room) {
		shards->room = shards->room ? 2 * shards->room : 64;
		shards->parts = mem_resize(shards->parts, shards->room, sizeof *shards->parts);
	}
	shards->parts[shards->count++] = *part;
}

/* What was written between media since the last part; its object is known when all is written. */
static void part_between(struct shards *shards)
{
	uint64_t to = (uint64_t)ftello(shards->between);

	add_part(shards, &(struct contents_part){ .from = shards->from, .bytes = to - shards->from });
	shards->from = to;
}

static void shard_zeros(FILE *out, uint64_t bytes)
{
	static const unsigned char zeros[TAR_END];

	fwrite(zeros, 1, (size_t)bytes, out);
}

static struct error shard_head(struct shards *shards, const char *key, const char *ending,
                               uint64_t bytes)
{
	char name[LAYOUT_NAME + ENDING_MOST];
	unsigned char head[TAR_BLOCK];
	const struct archived_file file = { .folder = "",
		                                .path = name,
		                                .bytes = bytes,
		                                .time_s = layout_release(shards->making)->created_s };

	snprintf(name, sizeof name, "%s%s", key, ending);
	if (!tar_head(&file, head))
		return errorf(ERR_INTERNAL, "a name is too long for a shard");
	fwrite(head, 1, sizeof head, shards->between);
	return ok();
}

static struct error shard_text(struct shards *shards, const char *key, const char *ending,
                               const char *text)
{
	size_t len = strlen(text);
	struct error err = shard_head(shards, key, ending, len);

	fwrite(text, 1, len, shards->between);
	shard_zeros(shards->between, tar_padding(len));
	return err;
}

static struct error shard_medium(struct shards *shards, const struct layout_row *row)
{
	struct contents_file medium;
	struct contents_part part = { 0 };
	struct error err = layout_find_medium(shards->making, row, &medium);

	if (err.code || (err = shard_head(shards, row->name, row->ending, medium.bytes)).code)
		return err;
	part_between(shards);
	memcpy(part.object, medium.sha256, SHA256_BYTES);
	part.bytes = medium.bytes;
	add_part(shards, &part);
	shard_zeros(shards->between, tar_padding(medium.bytes));
	shards->media += medium.bytes;
	return ok();
}

static void shard_clear(struct shards *shards)
{
	if (shards->between)
		fclose(shards->between);
	shards->between = NULL;
	shards->from = shards->media = 0;
	shards->count = 0;
	shards->samples = 0;
}

static struct error shard_end(struct shards *shards)
{
	unsigned char object[SHA256_BYTES];
	char path[96];

	if (!shards->samples)
		return ok();
	shard_zeros(shards->between, TAR_END);
	part_between(shards);
	FILE *between = shards->between;
	shards->between = NULL;
	struct error err = layout_keep(shards->making, between, object);
	for (size_t i = 0; i < shards->count; i += 2) /* in turn with media */
		memcpy(shards->parts[i].object, object, SHA256_BYTES);
	snprintf(path, sizeof path, "%s%s%s-%s%s-%06u.tar", media_types[shards->set->type],
	         shards->set->named ? "-" : "", shards->set->named ? shards->set->ending + 1 : "",
	         shards->split, shards->sealed ? "-" SEALED_FOLDER : "", shards->number++);
	if (!err.code)
		err = layout_add_parts(shards->making, shards->parts, shards->count, path);
	shard_clear(shards);
	return err;
}

static struct error shard_row(void *arg, const struct layout_row *row)
{
	struct shards *shards = arg;
	struct error err;

	if (row->type != shards->set->type || strcmp(row->split, shards->split) != 0 ||
	    strcmp(row->ending, shards->set->ending) != 0 || row->is_sealed != shards->sealed)
		return ok();
	if (!shards->between && (err = layout_begin(shards->making, &shards->between)).code)
		return err;
	char *json = json_dumps(row->label, JSON_COMPACT);
	if (!json)
		abort();
	err = shard_medium(shards, row);
	if (!err.code && !row->is_sealed)
		err = shard_text(shards, row->name, ".cls", row->is_fake ? "1" : "0");
	if (!err.code)
		err = shard_text(shards, row->name, ".json", json);
	free(json);
	shards->samples++;
	if (!err.code && (shards->samples == SAMPLES_MOST || shards->media >= SHARD_MOST))
		err = shard_end(shards);
	return err;
}

static struct error shard_split(struct shards *shards, enum split split, bool sealed)
{
	shards->split = split_name(split);
	shards->sealed = sealed;
	shards->number = 0;
	struct error err = layout_rows(shards->making, shard_row, shards);
	return err.code ? err : shard_end(shards);
}

static struct error shard_sets(struct shards *shards)
{
	struct error err = ok();

	for (size_t s = 0; s < shards->set_count && !err.code; s++) {
		shards->set = &shards->sets[s];
		for (enum split split = SPLIT_TRAIN; split < SPLITS && !err.code; split++)
			err = shard_split(shards, split, false);
		if (!err.code)
			err = shard_split(shards, SPLIT_TEST, true);
	}
	return err;
}

static struct error shards_write(struct layout_making *making)
{
	static const char *const but[] = { "labels.csv", "labels.jsonl", NULL };
	struct shards shards = { .making = making };
	struct error err = layout_copy_tables(making, but);

	if (!err.code)
		err = layout_rows(making, note_set, &shards);
	if (!err.code)
		err = shard_sets(&shards);
	shard_clear(&shards);
	free(shards.parts);
	return err;
}

const struct layout layout_webdataset = { .name = "webdataset",
	                                      .sums = RELEASE_SUMS,
	                                      .write = shards_write };
