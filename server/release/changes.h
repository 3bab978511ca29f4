/* SPDX-License-Identifier: Apache-2.0 */
/*
 * changes -- what changed between two releases of this installation, and why.
 *
 * The changes come from the tables (release/diff); why, from what the platform noted between the
 * moments that the two were chosen from: rulings, corrections, imports, judgments, renderings and
 * withdrawals.  What none of these tells is `not_known`.  Releases never change, so what is counted
 * of two is counted once and kept (release_difference).
 *
 * Threads: as the struct db.
 */
#ifndef RELEASE_CHANGES_H
#define RELEASE_CHANGES_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "core/arena.h"
#include "core/error.h"
#include "core/uuid.h"
#include "db/db.h"
#include "release/diff.h"
#include "release/release.h"
#include "store/store.h"

#define CHANGES_AT_ONCE 500

/* The release of a name that another one follows. */
struct predecessor {
	bool found;
	char id[UUID_TEXT];
	const char *version;
	bool rule; /* both versions are MAJOR.MINOR.PATCH, so the newer one promises something */
};

/*
 * That with the greatest version before `version`, pre-releases aside; where either has no such
 * version, the newest one.  The text lives in the arena.
 */
struct error predecessor_find(struct db *db, struct arena *arena, const char *name,
                              const char *version, struct predecessor *ret_predecessor) MUST_CHECK;

/*
 * ERR_CONFLICT: a release of the same name that promises something was asked for before this one,
 * which does too, and is still being made: nobody knows yet what this one follows.
 */
struct error predecessor_settled(struct db *db, const struct release *release) MUST_CHECK;

/* labels.csv of a release that is ready; the caller closes it. */
struct error changes_labels(struct db *db, struct store *store, const char *name,
                            const char *version, FILE **ret_file) MUST_CHECK;

/*
 * The same of a release that another one follows.  Where the store has lost it, which the log is
 * told, what the database keeps of it, without the columns that come from the items' sources.
 */
struct error changes_older_labels(struct db *db, struct store *store, const char *name,
                                  const struct predecessor *older, FILE **ret_file) MUST_CHECK;

/* labels.csv of a folder that a release was written to. */
struct error changes_folder_labels(const char *folder, FILE **ret_file) MUST_CHECK;

/* Two releases side by side. */
struct changes {
	struct db *db; /* NULL: of folders; why is what the rows tell */
	const char *older_id, *newer_id;
	struct diff *diff;
};

/*
 * The next changes, CHANGES_AT_ONCE at most and `limit`, after reading so many rows at most.  Their
 * texts live in the arena.
 */
struct error changes_next(const struct changes *changes, struct arena *arena, size_t limit,
                          uint64_t rows, struct release_change list[CHANGES_AT_ONCE],
                          size_t *ret_count) MUST_CHECK;

/* Is told every change. */
typedef struct error (*changes_reader)(void *arg, const struct release_change *change);

/* Reads all, counting them. `reader` may be NULL. */
struct error changes_all(const struct changes *changes, changes_reader reader, void *arg,
                         struct change_counts *ret_counts) MUST_CHECK;

/* What was counted, as JSON: a number a kind, `same`, and under `why` those of each reason. */
json_t *change_counts_json(const struct change_counts *counts);
struct change_counts change_counts_read(const json_t *json);

/* What was counted of two releases, or is counted now and kept. */
struct error changes_counted(const struct changes *changes, bool follows,
                             struct change_counts *ret_counts) MUST_CHECK;
struct error changes_keep(const struct changes *changes, const struct change_counts *counts,
                          bool follows) MUST_CHECK;

/* What changed since the version before: NULL where there is none, or it was not counted. */
struct error changes_before(struct db *db, struct arena *arena, const char *release_id,
                            const char **ret_version, struct change_counts *ret_counts) MUST_CHECK;

#endif
