/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ruling -- what a moderator decides about a disputed item.
 *
 * Rulings are only ever added, and the newest of an item counts: the view standing_ruling.  A
 * correction takes the place of the ruling before it, which it names, so that nobody overrules
 * what they have not read.  Who made a ruling may undo it for ten minutes: the dispute is open
 * again and theirs; an undone correction gives force back to what it corrected.
 *
 * Whoever contributed or imported the item rules only where nobody else could, and that ruling
 * says so for ever: `not_independent`.  Where the campaign demands a second opinion, what is ruled
 * may be no more than an opinion yet (review/opinion).
 */
#ifndef REVIEW_RULING_H
#define REVIEW_RULING_H

#include <stdbool.h>
#include <stddef.h>

#include "core/arena.h"
#include "core/error.h"
#include "core/vocabulary.h"

struct db;

#define RULING_UNDO_S (10 * 60)

/* What a moderator wants to be ruled. `corrects` is the ruling in force, or NULL for an open
 * dispute. */
struct ruling_request {
	const char *dispute, *account, *ruling, *reason, *corrects;
};

/* A ruling as one moderator sees it. Texts live in an arena. */
struct ruling {
	const char *id, *dispute, *ruling, *reason;
	const char *undoes;          /* the ruling that it takes back; NULL: none */
	const char *by;              /* whose it is */
	const char *at, *undo_until; /* RFC 3339; NULL: they may not undo it */
	bool correction, by_you, not_independent;
};

struct opinion;

/* What came of a ruling. */
struct ruling_outcome {
	struct ruling ruling;
	const struct opinion
		*opinion; /* it waits for another moderator's: there is no ruling yet. Or NULL */
	bool again;   /* the same was ruled before */
};

/*
 * Rules and closes, or corrects.  ERR_NOT_FOUND.  ERR_FORBIDDEN: the item is their own.
 * ERR_CONFLICT: no claim or no verdict (of an open dispute), closed otherwise, a correction of
 * what is not in force, or another opinion was given.
 */
struct error ruling_make(struct db *db, struct arena *arena, const struct ruling_request *request,
                         struct ruling_outcome *ret_outcome) MUST_CHECK;

/*
 * Takes back the newest ruling of a dispute, or an opinion that waits; again does nothing.
 * ERR_NOT_FOUND.  ERR_CONFLICT: it is another's, too old, or not in force.
 */
struct error ruling_undo(struct db *db, const char *dispute, const char *account,
                         const char *ruling) MUST_CHECK;

/* The rulings of an item as this moderator sees them, oldest first: an array in the arena. */
struct error ruling_list(struct db *db, struct arena *arena, const char *item, const char *account,
                         struct ruling **ret_list, size_t *ret_count) MUST_CHECK;

#endif
