/* SPDX-License-Identifier: Apache-2.0 */
#include "api/present/present_job.h"

#include "work/job.h"

json_t *present_job(const struct job_progress *job)
{
	return json_pack("{s:s, s:s, s:s?, s:s, s:I, s:I, s:I, s:s?, s:s, s:s?}", "id", job->id, "kind",
	                 job->kind, "subject", job->subject, "state", job->state, "done",
	                 (json_int_t)job->done, "total", (json_int_t)job->total, "failures",
	                 (json_int_t)job->failures, "detail", job->detail, "created_at",
	                 job->created_at, "finished_at", job->finished_at);
}
