/* SPDX-License-Identifier: Apache-2.0 */
/*
 * job_cancel -- ends a job before it is done.
 *
 *   Operation    That it is to end is noted with the job.  One that nobody works on is ended here.
 *                A worker, of whatever process, hears of it within two seconds (job_hold), has the
 *                statement that it waits for stopped, and ends the job.
 *   Safety       A job ends as cancelled in the transaction that gives up all that hangs on it.
 *                Killed before that, whoever claims the job next ends it, and does not begin it.
 *                What was half written is removed as after a crash.  A job whose worker was
 *                quicker is done.
 *
 * Threads: as the struct db.
 */
#ifndef WORK_JOB_CANCEL_H
#define WORK_JOB_CANCEL_H

#include "core/error.h"
#include "db/db.h"
#include "work/job.h"
#include "work/job_run.h"

/* Who does a kind of jobs; NULL: nobody. */
typedef const struct job_handler *(*job_handler_finder)(const char *kind);

/*
 * Cancels a job; again is harmless.  `who` asks: whether they may is the caller's to ask.  Reads
 * *job anew: it is cancelled, or still running for some seconds.  ERR_CONFLICT: it has ended, or
 * jobs of its kind are not cancelled.
 */
struct error job_cancel(struct db *db, struct arena *arena, job_handler_finder finder,
                        const char *who, struct job_progress *job) MUST_CHECK;

#endif
