/* SPDX-License-Identifier: Apache-2.0 */
#include "api/present/present_job.h"

#include "work/job.h"

json_t *present_job(const struct job_progress *job)
{
	json_t *left = job->seconds_left < 0 ? json_null() : json_integer(job->seconds_left);
	json_t *release = job->release
	                      ? json_pack("{s:s, s:s}", "name", job->release, "version", job->version)
	                      : json_null();

	return json_pack("{s:s, s:s, s:s?, s:o, s:s, s:I, s:I, s:o, s:I, s:s?, s:s, s:s?, s:s?, s:s?}",
	                 "id", job->id, "kind", job->kind, "subject", job->subject, "release", release,
	                 "state", job->state, "done", (json_int_t)job->done, "total",
	                 (json_int_t)job->total, "seconds_left", left, "failures",
	                 (json_int_t)job->failures, "detail", job->detail, "created_at",
	                 job->created_at, "finished_at", job->finished_at, "cancel_asked_at",
	                 job->cancel_asked_at, "cancelled_by", job->cancelled_by);
}
