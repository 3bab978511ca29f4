/* SPDX-License-Identifier: Apache-2.0 */
/* /jobs */
#include "api/jobs.h"

#include <stdio.h>

#include "api/api.h"
#include "api/present/present_job.h"
#include "core/uuid.h"
#include "core/vocabulary.h"
#include "work/job.h"

#define JOBS_LIMIT 100

struct error get_job(struct request *req, struct db *db)
{
	unsigned char uuid[UUID_BYTES];
	struct job_progress job;
	struct error err;

	if (!uuid_from_text(uuid, req->args[0]))
		return errorf(ERR_NOT_FOUND, "There is no such job.");
	if ((err = job_find(db, req->arena, req->args[0], &job)).code)
		return err;
	request_json(req, 200, present_job(&job));
	return ok();
}

/* Which page of which jobs is asked for. */
struct jobs_request {
	const char *state;
	unsigned limit;
	bool goes_on; /* behind `place` */
	struct job_place place;
};

static struct error read_jobs_request(struct request *req, struct jobs_request *ret_request)
{
	struct jobs_request request = { .state = request_query(req, "state") };
	const char *position;
	struct error err;

	if (!request.state)
		request.state = "failed";
	if (!vocabulary_has(job_states, request.state))
		return error_field("/state", "must be waiting, running, done or failed.");
	if ((err = request_limit(req, JOBS_LIMIT, 50, &request.limit)).code)
		return err;
	if ((err = cursor_read(req, &position)).code)
		return err;
	request.goes_on = position;
	if (position &&
	    sscanf(position, "jobs %39[^|]|%36s", request.place.created_at, request.place.id) != 2)
		return error_field("/cursor", "is another list's.");
	*ret_request = request;
	return ok();
}

struct error get_jobs(struct request *req, struct db *db)
{
	struct job_progress jobs[JOBS_LIMIT];
	struct jobs_request request = { 0 };
	struct job_place next;
	size_t count = 0;
	bool more = false;
	struct error err = read_jobs_request(req, &request);

	if (err.code)
		return err;
	err = job_list(db, req->arena, request.state, request.goes_on ? &request.place : NULL,
	               request.limit, jobs, &count, &more, &next);
	if (err.code)
		return err;
	json_t *items = json_array();
	for (size_t i = 0; i < count; i++)
		json_array_append_new(items, present_job(&jobs[i]));
	const char *cursor = NULL;
	if (more)
		cursor = cursor_make(req, arena_printf(req->arena, "jobs %s|%s", next.created_at, next.id));
	request_json(req, 200, json_pack("{s:o, s:s?}", "items", items, "next", cursor));
	return ok();
}
