/* SPDX-License-Identifier: Apache-2.0 */
/* jobs -- handlers for work that follows. */
#ifndef API_JOBS_H
#define API_JOBS_H

#include "http/router.h"

/* Answers 202 with a job that does what was asked for, and wakes a worker. */
struct error job_answer(struct request *req, struct db *db, const char *job) MUST_CHECK;

struct error get_jobs(struct request *req, struct db *db);
struct error get_job(struct request *req, struct db *db); /* args: id */

struct error delete_job(struct request *req, struct db *db); /* args: id */

#endif
