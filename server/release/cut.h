/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cut -- the items that a release may hold, copied out of one snapshot of the database.
 *
 * The rows of the statement release_cut lie in a file without a name until the splits are known:
 * then the snapshot, which keeps vacuum from its work in every database, has ended long ago.
 * Values are texts, as the database gave them.
 *
 * Threads: one at a time.
 */
#ifndef RELEASE_CUT_H
#define RELEASE_CUT_H

#include <stdbool.h>

#include "core/error.h"
#include "db/db.h"
#include "store/store.h"

enum cut_column {
	CUT_ITEM,
	CUT_ROW, /* of the table item, as JSON */
	CUT_VOLUNTEERS,
	CUT_FAKE, /* how many of them say fake */
	CUT_LABEL,
	CUT_LABEL_SOURCE,
	CUT_P_FAKE,
	CUT_LOW,
	CUT_HIGH,
	CUT_RULING,
	CUT_RENDITION,
	CUT_BYTES,
	CUT_MEDIA_TYPE,
	CUT_PATH, /* below the split */
	CUT_DECIDED_BY,
	CUT_COLUMNS
};

struct cut;

/* An empty one, on the disk of the store. */
struct error cut_new(struct store *store, struct cut **ret_cut) MUST_CHECK;
void cut_free(struct cut *cut);

/* Forgets every row. */
struct error cut_clear(struct cut *cut) MUST_CHECK;

/* For db_stream(): adds the row to a struct cut. */
struct error cut_add(void *cut, const struct rows *row) MUST_CHECK;

/* Goes back to the first row; after it no more are added. */
struct error cut_rewind(struct cut *cut) MUST_CHECK;

/* The next row, lent until the next call. *ret_found: there was one. */
struct error cut_next(struct cut *cut, const char *values[CUT_COLUMNS], bool *ret_found) MUST_CHECK;

#endif
