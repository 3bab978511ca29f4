/* SPDX-License-Identifier: Apache-2.0 */
/*
 * item_provenance -- reads what the originals of items say of their own origin (media/provenance),
 * and keeps it; and what those of contributions say that wait for a moderator.
 *
 *   Operation    A trigger notes every new item as due, and what begins to wait. The job reads what
 *                is due, some items and some contributions in turn, and stores each with a
 *                statement of its own. What it knows of a contribution goes with the decision; an
 *                item that comes of it is due anew.
 *   Safety       Killed anywhere, what was not stored is still due. An original is read again
 *                without harm. Import waits for none of this, and goes on where exiftool is
 *                missing: what is due stays due until it is there.
 *
 * Threads: as the struct db.
 */
#ifndef CORPUS_ITEM_PROVENANCE_H
#define CORPUS_ITEM_PROVENANCE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/error.h"
#include "work/job_run.h"

/* What a file says of its own origin, as it was kept: a hint, never a label. */
struct file_origin {
	const char *read_at; /* RFC 3339; NULL: it was not read yet, and nothing else is known */
	const char *tool, *tool_version, *c2pa_state;
	const char *report; /* JSON of a stranger's texts; NULL: none */
	bool report_cut;
	const char *digital_source_type; /* NULL: not said */
	const char *c2pa;                /* JSON of a stranger's texts */
};

/* Has every item read again, and all that waits; *ret_count of them were not due already. */
struct error item_provenance_again(struct db *db, int64_t *ret_count) MUST_CHECK;

/* Calls `each` for every state that there is, "due" (to be read) among them. */
struct error item_provenance_count(struct db *db,
                                   void (*each)(void *arg, const char *state, int64_t count),
                                   void *arg) MUST_CHECK;

extern const struct job_handler provenance_job;

#endif
