/* SPDX-License-Identifier: Apache-2.0 */
/*
 * media_collect -- removes from the media store what nothing names any more, in two steps.
 *
 * A file that neither an item, nor a version of one, nor a release names gets a tombstone: a row
 * that says since when.  A later run removes it once it was noted for so many days, if it is still
 * named by nothing and nobody put it again meanwhile, which renews its time of change.  Who names a
 * file in the very moment of its removal is told by the database to put it again (migration 0045).
 */
#ifndef CORPUS_MEDIA_COLLECT_H
#define CORPUS_MEDIA_COLLECT_H

#include <stdbool.h>
#include <stdint.h>

#include "core/error.h"

struct db;
struct store;

struct collect {
	unsigned days; /* that a file must have been noted before it goes */
	bool look_only;
	uint64_t unnamed, unnamed_bytes; /* found: files that nothing names, older than a day */
	uint64_t removed, removed_bytes;
	uint64_t waiting; /* noted, for a later run */
	uint64_t half;    /* removed: what writing left half done more than a day ago */
};

struct error media_collect(struct db *db, struct store *store, struct collect *collect) MUST_CHECK;

#endif
