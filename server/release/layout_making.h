/* SPDX-License-Identifier: Apache-2.0 */
/*
 * layout_making -- what writers of layouts read of a release, and how they add files.
 *
 * Rows are those of labels.jsonl, in its order, which tells nothing of labels.  Files stand in the
 * archive in the order in which they are added; a list of checksums ends each layout.
 */
#ifndef RELEASE_LAYOUT_MAKING_H
#define RELEASE_LAYOUT_MAKING_H

#include <jansson.h>
#include <stdio.h>

#include "release/columns.h"
#include "release/contents.h"
#include "release/layout.h"

#define LAYOUT_NAME 40 /* of a medium, with its NUL: what stands before the dot */

/* An item of the release. Texts are lent until the next row. */
struct layout_row {
	json_t *label;          /* the object of labels.jsonl */
	const char *file;       /* path of its medium in the release */
	char name[LAYOUT_NAME]; /* of that file, */
	const char *ending;     /* and ".jpg" */
	const char *media_type; /* image */
	unsigned type;          /* its place in media_types */
	const char *split;      /* train */
	bool is_fake;
	bool is_sealed;      /* its label is withheld, and is_fake says nothing */
	const char *lineage; /* NULL: none */
};

typedef struct error layout_take(void *arg, const struct layout_row *row);

/* Calls `take` for every item; an error from it ends the walk. */
struct error layout_rows(struct layout_making *making, layout_take *take, void *arg) MUST_CHECK;

const struct release *layout_release(const struct layout_making *making);

/* What the release itself holds; lent. */
const struct contents *layout_own_contents(const struct layout_making *making);

struct db *layout_db(const struct layout_making *making);

/* Adds the medium of an item under another path. */
struct error layout_medium(struct layout_making *making, const struct layout_row *row,
                           const char *path) MUST_CHECK;

/* Where the medium lies in the store. */
struct error layout_find_medium(struct layout_making *making, const struct layout_row *row,
                                struct contents_file *ret_file) MUST_CHECK;

/* Adds a file of the release itself under a path. ERR_NOT_FOUND: it has no such file. */
struct error layout_copy(struct layout_making *making, const char *of_release,
                         const char *path) MUST_CHECK;

/* Adds an object of the store, whole; all of it is read. ERR_INTERNAL: it is damaged. */
struct error layout_add_object(struct layout_making *making,
                               const unsigned char digest[SHA256_BYTES],
                               const char *path) MUST_CHECK;

/* The same as layout_copy() for all files of the release that are no media, but for those that
 * stand in `but` (ends with NULL); SHA256SUMS, its signatures, and descriptions by path are of the
 * release alone. */
struct error layout_copy_tables(struct layout_making *making, const char *const but[]) MUST_CHECK;

/* Adds README.md without the tables that its head names: a loader would take them for the data. */
struct error layout_copy_card(struct layout_making *making) MUST_CHECK;

/* Adds judgments, trials, crowd, marks and leaks of the release in another format. A table that the
 * release does not have is left out; of an older program's the last columns may be missing, and are
 * null. */
struct error layout_add_tables(struct layout_making *making,
                               const struct sink_format *format) MUST_CHECK;

/* Reads an object of the store, which has so many bytes. */
struct error layout_read_object(struct layout_making *making,
                                const unsigned char digest[SHA256_BYTES], char *bytes,
                                size_t len) MUST_CHECK;

/* Tells how many more bytes of media are done. */
struct error layout_tell(struct layout_making *making, uint64_t bytes) MUST_CHECK;

/* Opens a file of the release to read. ERR_NOT_FOUND: it has none. The caller closes it. */
struct error layout_open(struct layout_making *making, const char *of_release,
                         FILE **ret_file) MUST_CHECK;

/* A file to be written; layout_add() takes it into the store, under its path, and closes it. After
 * an error too. */
struct error layout_begin(struct layout_making *making, FILE **ret_file) MUST_CHECK;
struct error layout_add(struct layout_making *making, FILE *file, const char *path) MUST_CHECK;

/* The same behind what was written into the file: after a failure of that, which is answered, it is
 * only closed. */
struct error layout_add_written(struct layout_making *making, FILE *file, const char *path,
                                struct error written) MUST_CHECK;

/* The same, for something that is only a part of files: *ret_object is its digest. */
struct error layout_keep(struct layout_making *making, FILE *file,
                         unsigned char ret_object[SHA256_BYTES]) MUST_CHECK;

/* Adds a file made of parts: they are read once, for its digest. */
struct error layout_add_parts(struct layout_making *making, const struct contents_part parts[],
                              size_t count, const char *path) MUST_CHECK;

/* A value of labels.jsonl as the text of a table's cell, lent or in the arena; NULL: none. */
const char *layout_value(struct arena *arena, const json_t *value);

/* "FOLDER/NAME.jpg", or "FOLDER/4f/NAME.jpg" where the release has too many of this split and
 * label. */
void layout_path(const struct layout_making *making, const struct layout_row *row,
                 const char *folder, char path[CONTENTS_PATH_MAX + 1]);

/* ------------------------------------------------------------------ for release/layout alone */

struct layout_task {
	struct db *db;
	struct store *store;
	const struct release *release;
	const unsigned char *own; /* contents of the release's own layout; NULL: that is to be made */
	const struct progress_listener *progress;
};

/* What was made for a layout, and is in the store; its table of contents is the last. */
struct layout_object {
	unsigned char digest[SHA256_BYTES];
	uint64_t bytes;
};

struct layout_objects {
	struct layout_object *of; /* the caller frees it */
	size_t count;
};

/* Has a layout written, from its first file to its table of contents. */
struct error layout_write_out(const struct layout_task *task, const struct layout *layout,
                              struct layout_objects *ret_objects) MUST_CHECK;

#endif
