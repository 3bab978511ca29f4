/* SPDX-License-Identifier: Apache-2.0 */
/*
 * item_provenance -- reads what the originals of items say of their own origin (media/provenance),
 * and keeps it.
 *
 *   Operation    A trigger notes every new item as due. The job reads those that are due, one at a
 *                time, and stores each with a statement of its own.
 *   Safety       Killed anywhere, what was not stored is still due. An item is read again without
 *                harm. Import waits for none of this, and goes on where exiftool is missing: items
 *                stay due until it is there.
 *
 * Threads: as the struct db.
 */
#ifndef CORPUS_ITEM_PROVENANCE_H
#define CORPUS_ITEM_PROVENANCE_H

#include <stdint.h>

#include "core/error.h"
#include "work/job_run.h"

/* Has every item read again; *ret_count of them were not due already. */
struct error item_provenance_again(struct db *db, int64_t *ret_count) MUST_CHECK;

/* Calls `each` for every state that there is, "due" (to be read) among them. */
struct error item_provenance_count(struct db *db,
                                   void (*each)(void *arg, const char *state, int64_t count),
                                   void *arg) MUST_CHECK;

extern const struct job_handler provenance_job;

#endif
