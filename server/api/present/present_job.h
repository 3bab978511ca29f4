/* SPDX-License-Identifier: Apache-2.0 */
/* present_job -- a job as the HTTP interface shows it. */
#ifndef API_PRESENT_JOB_H
#define API_PRESENT_JOB_H

#include <jansson.h>

struct job_progress;

json_t *present_job(const struct job_progress *job);

#endif
