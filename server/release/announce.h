/* SPDX-License-Identifier: Apache-2.0 */
/*
 * announce -- a mail to whoever asked for a release and wished one: it is ready, it cannot be made,
 * or somebody else has cancelled it.
 *
 * Threads: as the struct db.
 */
#ifndef RELEASE_ANNOUNCE_H
#define RELEASE_ANNOUNCE_H

#include "core/error.h"
#include "db/db.h"
#include "work/job.h"

/* Within the transaction that ended the job. Nothing where no mail was wished. */
struct error announce_end(struct db *db, const struct job *job) MUST_CHECK;

/* Notes that the job is done, and tells of it. */
struct error announce_done(struct db *db, const struct job *job, const char *detail) MUST_CHECK;

#endif
