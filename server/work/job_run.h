/* SPDX-License-Identifier: Apache-2.0 */
/*
 * job_run -- does jobs: which handler does which kind, and what becomes of a try.
 *
 * A noun has a struct job_handler for the kind of job that it does.  Its `handle` works and says
 * how it went; claiming, renewing, giving back, trying again and giving up are done here, once for
 * all kinds.  engine/workers lists the handlers by the threads that run them.
 *
 * Threads: as the struct db.
 */
#ifndef WORK_JOB_RUN_H
#define WORK_JOB_RUN_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/error.h"
#include "core/progress.h"
#include "db/db.h"
#include "work/job.h"

struct store;

/* One try of a job, as its handler sees it. The handler may write what is said so. */
struct job_run {
	struct db *db; /* what a statement may take is the worker's to say */
	struct store *store;
	const struct job *job;
	const struct progress_listener *also; /* told besides; NULL: nobody */
	bool stopped;                         /* by an error from `also` */
	bool last;                            /* it is given up when this try fails too, as it is now */
	atomic_bool cancelled; /* somebody asked that it end; the handler's statements are stopped */
	bool unfit;       /* written: it has not failed; another worker, or a later try, may do it */
	char detail[128]; /* written: what is to be said of a job that is done; "": nothing */
};

struct job_handler {
	const char *kind; /* a name in the table job_kind */
	/*
	 * Does it.  ERR_INVALID: no other try would go better.  An error from job_tell() is to be
	 * handed on at once.
	 */
	struct error (*handle)(struct job_run *run);
	/* Gives it up, also where it is cancelled, with all that hangs on it, in one transaction.
	 * NULL: job_fail(). */
	struct error (*give_up)(struct db *db, const struct job *job, const char *why);
	/* Notes that it is done, with all that follows, in one transaction. NULL: job_finish(). */
	struct error (*finish)(struct db *db, const struct job *job, const char *detail);
};

/* For a handler, now and then: tells how far it is, and keeps the claim. An error: stop. */
struct error job_tell(struct job_run *run, int64_t done, int64_t total) MUST_CHECK;

/* The same, as a listener for work that knows nothing of jobs. */
struct progress_listener job_listener(struct job_run *run);

/* Gives a job up that the caller has claimed. */
struct error job_give_up(const struct job_handler *handler, struct db *db, const struct job *job,
                         const char *why) MUST_CHECK;

/*
 * Does a job that the caller has claimed, and notes how it went.  `also` (may be NULL) is told of
 * progress as well; an error from it gives the job back.  Returns why it failed.
 */
struct error job_do(const struct job_handler *handler, struct db *db, struct store *store,
                    const struct job *job, const struct progress_listener *also) MUST_CHECK;

/*
 * Claims one job of these handlers' kinds (ends with NULL) and does it.  *ret_worked: there was
 * one.  What a job fails of is noted and logged; the error is the database's.
 */
struct error job_work(const struct job_handler *const handlers[], struct db *db,
                      struct store *store, const struct progress_listener *also,
                      bool *ret_worked) MUST_CHECK;

#endif
