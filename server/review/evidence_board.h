/* SPDX-License-Identifier: Apache-2.0 */
/*
 * evidence_board -- what the crowd's votes on a disputed item rest on, for a moderator who has
 * judged it blind: by exposure, skill and day; where they pointed; what each bloc of volunteers
 * would make of it (crowd/blocs); its lineage; and what others have published of it
 * (review/fact_check).
 *
 * Whoever may not see the evidence is refused (REASON_NO_VERDICT), and who reads it without a
 * verdict of their own is noted.  Nothing tells who a volunteer is: numbers are of this item alone,
 * skills come in twentieths, times in days, exposures in steps.  Everything is bounded.
 *
 * Threads: as the struct db.
 */
#ifndef REVIEW_EVIDENCE_BOARD_H
#define REVIEW_EVIDENCE_BOARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/arena.h"
#include "core/error.h"
#include "core/uuid.h"

struct db;

#define BOARD_VOTES   5000 /* the first so many are read */
#define BOARD_GROUPS  5    /* networks, and cohorts, that are told apart */
#define BOARD_CELLS   24   /* of the grid over the medium, a side */
#define BOARD_MOMENTS 20   /* steps of a film's or sound's time */
#define BOARD_LINEAGE 30
#define BOARD_THIRDS  3

struct vote_count {
	uint32_t real, fake;
};

struct exposure_votes {
	double from_s; /* the step that was reached; NAN: not told */
	struct vote_count votes;
};

/* Volunteers of the item by how well they tell, lowest first: thirds by rank. */
struct skill_votes {
	double from, to; /* mean of sensitivity and specificity, to a twentieth; NAN: nobody */
	struct vote_count votes;
};

struct day_votes {
	const char *at; /* RFC 3339: the day, or the first day of the week */
	struct vote_count votes;
};

/* `step` of the medium's time where column and row are -1. */
struct mark_cell {
	int column, row, step;
	struct vote_count volunteers;
};

/* `number` tells networks and cohorts apart; 0: there is one bloc of its kind. */
struct bloc_told {
	const char *kind; /* of bloc_kinds */
	unsigned number;
	uint32_t volunteers, saying_fake;
	double alone, without;
	bool turns;
};

struct lineage_item {
	const char *item, *media_type, *state, *truth, *title, *ruling, *taken_in_at;
	const char *const *techniques; /* ends with NULL */
	bool paired;
};

struct fact_check;

/* Lists live in an arena. */
struct evidence_board {
	uint32_t votes, unskilled;        /* unskilled: whose skill is not known, or who is ignored */
	bool more_votes;                  /* than BOARD_VOTES */
	struct exposure_votes *exposures; /* shortest first, those that were not told last */
	struct skill_votes thirds[BOARD_THIRDS];
	struct day_votes *days;
	bool weeks;              /* days[] are weeks */
	struct mark_cell *marks; /* cells, row by row, then steps */
	struct bloc_told *blocs;
	double p_fake;      /* by skills alone; NAN: no votes */
	uint32_t flip_cost; /* UINT32_MAX: all together cannot turn the label */
	struct lineage_item *lineage;
	struct fact_check *facts;
	size_t exposure_count, day_count, mark_count, bloc_count, lineage_count, fact_count;
};

/*
 * The item of a dispute whose evidence `account` may see.  ERR_NOT_FOUND: no such dispute.
 * ERR_CONFLICT: their blind verdict is missing.
 */
struct error evidence_open(struct db *db, const char *dispute, const char *account,
                           char ret_item[UUID_TEXT]) MUST_CHECK;

/* As evidence_open(). */
struct error evidence_board_read(struct db *db, struct arena *arena, const char *dispute,
                                 const char *account, struct evidence_board *ret_board) MUST_CHECK;

#endif
