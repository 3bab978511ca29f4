/* SPDX-License-Identifier: Apache-2.0 */
/*
 * set_aside -- takes the judgments of some volunteers out of what counts, and gives them back.
 *
 * Judgments never change: an act names volunteers and a span of time, and the view counted_judgment
 * passes over what they said then, until the act is undone.  Items that they judged begin anew and
 * a full fit comes at once; how these items stood is kept, and undoing gives exactly that back.
 * An act on a network goes on: who comes from there later, while it stands and its campaign is
 * open, is taken in by a job.  The same job tells, after the fit, how many labels are others.
 *
 * Threads: as the struct db.
 */
#ifndef REVIEW_SET_ASIDE_H
#define REVIEW_SET_ASIDE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/arena.h"
#include "core/error.h"
#include "core/uuid.h"
#include "db/db.h"

struct job_handler;

/* What is to be set aside: volunteers, or a cohort, or a network, or none of these but a span. */
struct set_aside_request {
	const char *volunteers; /* "{uuid,uuid}"; NULL: not by them */
	unsigned cohort;        /* of the last fit, from 1; 0: not by it */
	const char *network;    /* 32 hexadecimal digits, of the campaign; NULL: not by it */
	const char *campaign;   /* name; NULL: all campaigns */
	const char *from, *to;  /* RFC 3339: judged in [from, to); NULL: without end */
	const char *reason;     /* not empty */
	const char *by;         /* an account's id, or who runs the command */
};

/* What an act did. */
struct set_aside_outcome {
	char id[UUID_TEXT];
	int64_t volunteers, judgments, items;
	int64_t labels; /* made: that are open until the fit; undone: that are back */
};

/* ERR_NOT_FOUND: no such campaign, or nobody is meant. ERR_INVALID: not one way of choosing. */
struct error set_aside_make(struct db *db, const struct set_aside_request *request,
                            struct set_aside_outcome *ret_outcome) MUST_CHECK;

/* ERR_NOT_FOUND: there is no such act, or it was undone. */
struct error set_aside_undo(struct db *db, const char *id, const char *reason, const char *by,
                            struct set_aside_outcome *ret_outcome) MUST_CHECK;

/* An act. The texts live in the arena. */
struct set_aside_act {
	const char *id, *kind, *campaign; /* campaign NULL: all */
	const char *from, *to;            /* NULL: without end */
	const char *reason, *by, *at;
	const char *undone_reason, *undone_by, *undone_at; /* NULL: it stands */
	int64_t volunteers, items;
	int64_t labels_changed; /* -1: the fit has not come */
	const char *place;      /* made_at to the last digit: where a page ends */
};

struct error set_aside_find(struct db *db, struct arena *arena, const char *id,
                            struct set_aside_act *ret_act) MUST_CHECK; /* ERR_NOT_FOUND */

/* A page, the newest first, after (place, id), or NULLs. `acts` has room for `limit`. */
struct error set_aside_list(struct db *db, struct arena *arena, const char *place, const char *id,
                            unsigned limit, struct set_aside_act acts[],
                            size_t *ret_count) MUST_CHECK;

/* An item whose label is another than before an act. */
struct set_aside_change {
	const char *item, *before, *now; /* "real", "fake", or NULL: none */
	double p_before, p_now;
};

/* Calls `each` for every such item, 500 at most. */
struct error set_aside_changes(struct db *db, const char *id,
                               void (*each)(void *arg, const struct set_aside_change *change),
                               void *arg) MUST_CHECK;

/* Takes in who came since, and tells what became of labels. */
struct error set_aside_follow(struct db *db) MUST_CHECK;
extern const struct job_handler set_aside_job;

#endif
