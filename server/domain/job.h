/* SPDX-License-Identifier: Apache-2.0 */
/*
 * job -- work that follows, kept in a table so that no crash forgets it.
 *
 * A job is written in the same statement as its cause.  A worker claims one, works,
 * and renews its claim by telling how far it is; when a worker dies, the claim lapses
 * after two minutes and the next worker begins again.  So a job is done at least
 * once, and doing it twice must be harmless.  Whoever lost its claim learns it from
 * job_renew() and stops.
 *
 * Threads: as its struct db.
 */
#ifndef DOMAIN_JOB_H
#define DOMAIN_JOB_H

#include <stdbool.h>
#include <stdint.h>

#include "core/arena.h"
#include "core/error.h"
#include "core/hex.h"
#include "db/db.h"

#define JOB_ATTEMPTS 5 /* then it has failed */

struct job {
	char id[UUID_TEXT];
	char subject[UUID_TEXT]; /* the release to make, or the rendering to do */
	int attempts;            /* this one included; the claim's number */
};

/* Reads a row of id, kind, subject, attempts, as every claiming statement returns it. */
void job_read(const struct rows *rows, struct job *ret_job);

/* Claims whichever job of a kind is due: "release" or "render". *ret_found: there is one. */
struct error job_claim(struct db *db, const char *kind, struct job *ret_job,
					   bool *ret_found) MUST_CHECK;

/* Claims the job of one subject at once. False: another has it, or it has ended. */
struct error job_claim_subject(struct db *db, const char *subject, struct job *ret_job,
							   bool *ret_found) MUST_CHECK;

/* Tells how far it is and keeps the claim. ERR_GONE: the claim was lost; stop. */
struct error job_renew(struct db *db, const struct job *job, int64_t done,
					   int64_t total) MUST_CHECK;

/* `detail` (may be NULL): what is to be said of it. */
struct error job_finish(struct db *db, const struct job *job, const char *detail) MUST_CHECK;

/* Notes why it went wrong: back in the queue for a later try. */
struct error job_put_back(struct db *db, const struct job *job, const char *why) MUST_CHECK;

/* Gives up for good: no other try would go better. */
struct error job_fail(struct db *db, const struct job *job, const char *why) MUST_CHECK;

/* The job as the HTTP interface shows it. ERR_NOT_FOUND. */
struct error job_json(struct db *db, struct arena *arena, const char *id,
					  const char **ret_json) MUST_CHECK;

#endif
