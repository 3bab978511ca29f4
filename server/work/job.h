/* SPDX-License-Identifier: Apache-2.0 */
/*
 * job -- work that follows, kept in a table so that no crash forgets it.
 *
 * A job is written in the same statement as its cause; one that is done again and again stands in
 * the table once, written by a migration.  A worker claims one, works, and tells how far it is,
 * while a thread beside it renews the claim (job_hold); when a worker dies, the claim lapses after
 * two minutes and the next worker begins again.  So a job is done at least once, and doing it twice
 * must be harmless. Whoever lost its claim learns it from job_renew() and stops.  The table
 * job_kind says after how many failures a job is given up: it may be what the workers died of.  A
 * try that ended because the server was stopped has not failed.  work/job_run does jobs; this is
 * the queue beneath it.
 *
 * Threads: as its struct db, but for job_hold.
 */
#ifndef WORK_JOB_H
#define WORK_JOB_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/arena.h"
#include "core/error.h"
#include "core/uuid.h"
#include "db/db.h"

#define JOB_KIND_MAX 16 /* bytes of a kind's name, NUL included */

struct job {
	char id[UUID_TEXT];
	char kind[JOB_KIND_MAX];
	char subject[UUID_TEXT]; /* the release to make, or the rendering to do; "": none */
	int claim;               /* its number: tells this worker from one that lost the job */
	int failures;            /* tries that failed before this one */
	bool spent;              /* these are too many: it is to be given up, not begun */
	bool last;               /* it is to be given up when this try fails too */
	bool periodic;           /* done again and again, and never given up */
	bool cancelled;          /* it was asked to end: it is to be given up, not begun */
};

/* Reads a row as job_claim and every other claiming statement returns it. */
void job_read(const struct rows *rows, struct job *ret_job);

/* What is said of a job that is given up because its workers died. */
#define JOB_SPENT "It was begun again and again, and never came to its end. See the server's log."

/* And of one that is given back. */
#define JOB_STOPPED "The server was stopped."

/* And of one that was asked to end. */
#define JOB_CANCELLED "It was cancelled."

/* Claims a job of these kinds (ends with NULL) that is due. *ret_found: there is one. */
struct error job_claim(struct db *db, const char *const kinds[], struct job *ret_job,
                       bool *ret_found) MUST_CHECK;

/* Claims the job of one subject at once. False: another has it, or it has ended. */
struct error job_claim_subject(struct db *db, const char *subject, struct job *ret_job,
                               bool *ret_found) MUST_CHECK;

/* What a job is now, to its worker. */
struct job_news {
	bool last;      /* as of struct job */
	bool cancelled; /* it was asked to end */
};

/* Tells how far it is and keeps the claim. ERR_GONE: the claim was lost; stop. */
struct error job_renew(struct db *db, const struct job *job, int64_t done, int64_t total,
                       struct job_news *ret_news) MUST_CHECK;

/* `detail` (may be NULL): what is to be said of it. */
struct error job_finish(struct db *db, const struct job *job, const char *detail) MUST_CHECK;

/* Notes why it failed: back in the queue for a later try. */
struct error job_put_back(struct db *db, const struct job *job, const char *why) MUST_CHECK;

/* Back in the queue for a try `after_s` seconds later; this one has not failed. */
struct error job_give_back(struct db *db, const struct job *job, const char *why,
                           int after_s) MUST_CHECK;

/* Notes why it failed, and gives it up; where it was asked to end, it is cancelled. */
struct error job_fail(struct db *db, const struct job *job, const char *why) MUST_CHECK;

/*
 * Renews the claim from a thread and a connection of its own, also while the worker waits long for
 * one statement.  For six hours at most: a worker that hangs must lose its job some time, and one
 * that gets further renews the claim itself.  job_unhold() before the job's end is noted.
 * *cancelled becomes true, within two seconds, when somebody asks that the job end.
 */
struct job_hold;
struct job_hold *job_hold(const struct db *db, const struct job *job, atomic_bool *cancelled);
void job_unhold(struct job_hold *hold);

static inline void job_unhold_at(struct job_hold **hold)
{
	job_unhold(*hold);
}

#define auto_hold __attribute__((cleanup(job_unhold_at))) struct job_hold

/* Gives back every job that this process holds: it ends, and does not wait for its workers. */
void job_give_back_held(void);

/* How far a job is. The texts live in the arena. */
struct job_progress {
	const char *id, *kind, *state;
	int64_t done, total;
	const char *detail;                   /* what is to be said of it; NULL: nothing */
	const char *created_at, *finished_at; /* RFC 3339; NULL: it has not ended */
	int64_t failures;
	const char *subject;                        /* NULL: none */
	const char *created_by;                     /* an account's id; NULL: nobody's */
	const char *cancel_asked_at, *cancelled_by; /* NULL: nobody asked that it end */
	bool cancels;                               /* a job of its kind may be cancelled */
	int64_t seconds_left;                       /* if it goes on as it went; -1: not known */
	const char *release, *version;              /* that it is about; NULL: none */
};

struct error job_find(struct db *db, struct arena *arena, const char *id,
                      struct job_progress *ret_job) MUST_CHECK; /* ERR_NOT_FOUND */

/* Where a page of jobs ends. */
struct job_place {
	char created_at[40], id[UUID_TEXT];
};

/* Which jobs are asked for. */
struct job_query {
	const char *state;             /* of job_states; NULL: any, with `account` alone */
	const char *account;           /* who began them; NULL: whoever */
	const struct job_place *after; /* NULL: the first page */
	unsigned limit;
};

/*
 * A page of jobs, newest first.  `jobs` has room for `limit`.  *ret_more: there are others, behind
 * *ret_next.
 */
struct error job_list(struct db *db, struct arena *arena, const struct job_query *query,
                      struct job_progress jobs[], size_t *ret_count, bool *ret_more,
                      struct job_place *ret_next) MUST_CHECK;

#endif
