/* SPDX-License-Identifier: Apache-2.0 */
/*
 * revise -- makes of a release what is left of it: version NAME VERSION+rN, without what was taken
 * down (release/withdrawal).
 *
 *   Properties   A revision is made of the files that the release has, not of the database: a row
 *                that stays is the same bytes, and so are splits, names of files and pseudonyms.
 *                What describes the release is edited, and keeps the figures of the first version;
 *                README.md says so, and what is missing.  All revisions revise the release that was
 *                asked for, so each lists all that is missing.
 *   Operation    1 list its items and media, all but those taken down (one transaction)  2 filter
 *                the tables, edit the descriptions  3 sign, and make it ready (release/bundle)
 *   Safety       Killed anywhere, it is begun again and goes on with the same revision.  What is
 *                taken down meanwhile makes the next one: after each it is looked again.
 *
 * Threads: as the struct db.
 */
#ifndef RELEASE_REVISE_H
#define RELEASE_REVISE_H

#include "core/error.h"
#include "core/progress.h"
#include "db/db.h"
#include "store/store.h"
#include "work/job_run.h"

/* Nothing to do where its newest revision holds nothing that was taken down, or where all of the
 * release was, or where it is not ready. ERR_CONFLICT: it cannot be signed here (release/keys). */
struct error release_revise(struct db *db, struct store *store, const char *release_id,
                            const struct progress_listener *progress) MUST_CHECK;

/* Revises the release that is the job's subject. */
extern const struct job_handler revise_job;

#endif
