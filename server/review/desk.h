/* SPDX-License-Identifier: Apache-2.0 */
/*
 * desk -- what moderators have before them together: queues, notes to one another, disputes that
 * are passed to a named colleague, and what each of them was exposed to.
 *
 * A note tells what its author thinks, so it is kept from those who are still to judge blind: each
 * reads their own, and others' when the evidence is theirs to see.  No release reads notes.
 *
 * Threads: as the struct db.
 */
#ifndef REVIEW_DESK_H
#define REVIEW_DESK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/arena.h"
#include "core/error.h"

struct db;

struct desk_queue {
	const char *name;
	int64_t waiting;
	const char *oldest_at; /* RFC 3339; NULL: nothing waits */
};

/* The desk of one moderator. Texts and lists live in an arena; lists of words end with NULL. */
struct desk {
	struct desk_queue *queues;
	size_t queue_count;
	const char *const *colleagues; /* their addresses */
	const char *const *campaigns;  /* that have disputes */
};

struct error desk_read(struct db *db, struct arena *arena, const char *account,
                       struct desk *ret_desk) MUST_CHECK;

/* What one moderator has looked at and decided. */
struct exposure {
	const char *email, *role, *state;
	int64_t day, week, month, ever; /* blind verdicts */
	int64_t sensitive;              /* of those of the month */
	int64_t evidence;               /* of colleagues' disputes, read in the month */
	int64_t rulings, not_independent;
	const char *last_at; /* RFC 3339, or NULL */
};

/* An array in the arena. */
struct error desk_exposure(struct db *db, struct arena *arena, struct exposure **ret_list,
                           size_t *ret_count) MUST_CHECK;

struct note {
	const char *text, *by, *at;
	const char *to; /* whom the dispute was passed to with it; NULL: it is a note */
	bool by_you;
};

/* What a note is about. */
enum note_subject { NOTE_DISPUTE, NOTE_CONTRIBUTION };

/* Those that this moderator may read, oldest first: an array in the arena. ERR_NOT_FOUND. */
struct error note_list(struct db *db, struct arena *arena, enum note_subject subject,
                       const char *id, const char *account, struct note **ret_list,
                       size_t *ret_count) MUST_CHECK;

/* ERR_NOT_FOUND. */
struct error note_write(struct db *db, enum note_subject subject, const char *id,
                        const char *account, const char *text) MUST_CHECK;

/*
 * Passes an open dispute to a colleague by address; a claim on it ends.  ERR_NOT_FOUND.
 * ERR_INVALID: there is no such colleague, or they may not rule on it.  ERR_CONFLICT: another works
 * on it, it was passed to another, or it is closed.
 */
struct error dispute_escalate(struct db *db, const char *id, const char *account, const char *to,
                              const char *reason) MUST_CHECK;

#endif
