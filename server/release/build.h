/* SPDX-License-Identifier: Apache-2.0 */
/*
 * build -- makes a release: decides what it holds, writes its tables, lists its files.
 *
 *   Properties   A release is `writing` or, all at once, `ready`; then it never changes.
 *                Its items, labels, splits and judgments are decided once, from one snapshot,
 *                whoever goes on with it.  Until it is ready, release_draft holds what its
 *                tables are written from.
 *   Operation    1 decide (release/select)  2 write the tables to a scratch folder and
 *                take them into the store; sign what they came to  3 list all and make it
 *                ready (one transaction)
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
#include "core/progress.h"
#include "db/db.h"
#include "store/store.h"
#include "work/job_run.h"

/*
 * Safe to repeat; nothing to do when it is ready.
 * ERR_INVALID: it can never be made as it was asked for. ERR_NOT_FOUND. ERR_CONFLICT: it cannot be
 * signed here (release/keys).
 */
struct error release_make(struct db *db, struct store *store, const char *release_id,
                          const struct progress_listener *progress) MUST_CHECK;

/* Makes the release that is the job's subject, and gives it up with the job. */
extern const struct job_handler release_job;

#endif
