/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ruling -- what a moderator decides about a disputed item.
 *
 * Rulings are only ever added, and the newest of an item counts: the view standing_ruling.  A
 * correction takes the place of the ruling before it, which it names, so that nobody overrules
 * what they have not read.  Who made a ruling may undo it for ten minutes: the dispute is open
 * again and theirs; an undone correction gives force back to what it corrected.
 */
#ifndef REVIEW_RULING_H
#define REVIEW_RULING_H

#include <jansson.h>
#include <stdbool.h>

#include "core/error.h"
#include "core/vocabulary.h"

struct db;

#define RULING_UNDO_S (10 * 60)

/* What a moderator wants to be ruled. `corrects` is the ruling in force, or NULL for an open
 * dispute. */
struct ruling_request {
	const char *dispute, *account, *ruling, *reason, *corrects;
};

/*
 * Rules and closes, or corrects.  *ret_again: the same was ruled before.  ERR_NOT_FOUND.
 * ERR_CONFLICT: no claim or no verdict (of an open dispute), closed otherwise, or a correction of
 * what is not in force.  The JSON is the caller's.
 */
struct error ruling_make(struct db *db, const struct ruling_request *request, json_t **ret_ruling,
                         bool *ret_again) MUST_CHECK;

/*
 * Takes back the newest ruling of a dispute; again does nothing.  ERR_NOT_FOUND.  ERR_CONFLICT: it
 * is another's, too old, or not in force.
 */
struct error ruling_undo(struct db *db, const char *dispute, const char *account,
                         const char *ruling) MUST_CHECK;

/* The rulings of an item as this moderator sees them, oldest first. The array is the caller's. */
struct error ruling_list(struct db *db, const char *item, const char *account,
                         json_t **ret_list) MUST_CHECK;

#endif
