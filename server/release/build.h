/* SPDX-License-Identifier: Apache-2.0 */
/*
 * build -- makes a release: decides what it holds, writes its tables, lists its files.
 *
 *   Properties   A release is `writing` or, all at once, `ready`; then it never changes.
 *                Its items, labels, splits and judgments are decided once, from one snapshot,
 *                whoever goes on with it.  Until it is ready, release_draft holds what its
 *                tables are written from.
 *   Operation    1 decide (release/select)  2 write the tables to a scratch folder and
 *                take them into the store  3 list them and make it ready (one transaction)
 *   Safety       Killed anywhere, it is begun again and skips what is done.  Two makers at
 *                once end with one release: step 1 and 3 lock the row, step 2 adds files to
 *                a content-addressed store.
 *
 * Tables stream, window by window: memory does not grow with the release, but for
 * deciding (release/select.h).  The connection should have no statement timeout.
 * Threads: as the struct db.
 */
#ifndef RELEASE_BUILD_H
#define RELEASE_BUILD_H

#include <stdint.h>

#include "core/error.h"
#include "db/db.h"
#include "store/store.h"
#include "work/job.h"

/* Told now and then how many items are done; an error from it stops the work. */
struct release_progress {
	struct error (*tell)(void *arg, int64_t done, int64_t total);
	void *arg;
};

/*
 * Safe to repeat; nothing to do when it is ready.
 * ERR_INVALID: it can never be made as it was asked for. ERR_NOT_FOUND.
 */
struct error release_make(struct db *db, struct store *store, const char *release_id,
                          const struct release_progress *progress) MUST_CHECK;

/*
 * Does a job that the caller has claimed: makes the release, renews the claim on the way,
 * and says how it went in the job and the release.  Returns what release_make() said.
 * `also` (may be NULL) is told of progress as well.
 */
struct error release_do_job(struct db *db, struct store *store, const struct job *job,
                            const struct release_progress *also) MUST_CHECK;

/*
 * Claims one job and does it, for a worker's loop. *ret_worked: there was one. Failures of the
 * job itself are noted and logged; the error is the database's.  An error from `also` (may be
 * NULL) stops the work; ERR_UNAVAILABLE leaves the job to a later try.
 */
struct error release_work(struct db *db, struct store *store, const struct release_progress *also,
                          bool *ret_worked) MUST_CHECK;

#endif
