/* SPDX-License-Identifier: Apache-2.0 */
/*
 * opinion -- what a moderator rules where a campaign demands that two agree.
 *
 * Nobody is told what others said before they have said their own.  The second opinion that
 * agrees becomes the ruling; where two do not agree, that of a third does, whatever it is.  Where
 * there is nobody left to ask, the ruling is made and marked `not_independent`.
 *
 * Threads: as the struct db.  All but opinion_own() and opinion_agreement() run inside a
 * transaction that holds the dispute.
 */
#ifndef REVIEW_OPINION_H
#define REVIEW_OPINION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/arena.h"
#include "core/error.h"

struct db;

/* An opinion as who gave it sees it. Texts live in an arena. */
struct opinion {
	const char *id, *ruling, *reason;
	const char *at, *undo_until; /* RFC 3339; NULL: it may not be undone */
};

/* What somebody would rule, and what asks for a second opinion on it. */
struct opinion_wish {
	const char *dispute, *account, *ruling, *reason;
	const char *round;  /* a number */
	const char *demand; /* the campaign's: one of second_opinions */
	const char *truth;  /* of the item; NULL: not known */
	bool gold;
};

enum opinion_outcome {
	OPINION_RULES,       /* it is the ruling */
	OPINION_RULES_ALONE, /* it is, for there is nobody to give another */
	OPINION_WAITS,       /* it is stored, and waits for another */
	OPINION_AGAIN        /* it was given before, the same */
};

/* ERR_CONFLICT: they gave another opinion before. */
struct error opinion_settle(struct db *db, const struct opinion_wish *wish,
                            enum opinion_outcome *ret_outcome) MUST_CHECK;

/* Takes one back that waits; again does nothing.  *ret_found is false where it is none of theirs.
 * ERR_CONFLICT: too late, or it became part of a ruling. */
struct error opinion_undo(struct db *db, const char *dispute, const char *account,
                          const char *opinion, bool *ret_found) MUST_CHECK;

/* *ret_opinion is NULL where they have given none that waits. */
struct error opinion_own(struct db *db, struct arena *arena, const char *dispute,
                         const char *account, struct opinion **ret_opinion) MUST_CHECK;

struct moderator_agreement {
	const char *email;
	int64_t opinions, opinions_as_ruled; /* given blind of other moderators' */
	int64_t verdicts, verdicts_as_ruled; /* given blind of the evidence */
};

/* How moderators agree: Krippendorff's alpha, with a bootstrap interval, of opinions on the same
 * item, and each of them against the rulings in force.  NAN: not defined. */
struct opinion_agreement {
	int64_t items; /* with at least two opinions that say real or fake */
	double alpha, low, high;
	struct moderator_agreement *moderators; /* in the arena */
	size_t count;
};

struct error opinion_agreement(struct db *db, struct arena *arena,
                               struct opinion_agreement *ret_agreement) MUST_CHECK;

#endif
