/* SPDX-License-Identifier: Apache-2.0 */
/* /jobs */
#include "api/jobs.h"

#include <stdio.h>
#include <string.h>

#include "api/api.h"
#include "api/present/present_job.h"
#include "core/uuid.h"
#include "core/vocabulary.h"
#include "people/permission.h"
#include "work/job.h"
#include "work/job_cancel.h"

#define JOBS_LIMIT 100

static struct error find_asked_job(struct request *req, struct db *db, struct job_progress *ret_job)
{
	unsigned char uuid[UUID_BYTES];

	if (!uuid_from_text(uuid, req->args[0]))
		return errorf(ERR_NOT_FOUND, "There is no such job.");
	return job_find(db, req->arena, req->args[0], ret_job);
}

struct error job_answer(struct request *req, struct db *db, const char *job)
{
	struct job_progress progress;
	struct error err = job_find(db, req->arena, job, &progress);

	if (err.code)
		return err;
	if (api.wake_worker)
		api.wake_worker();
	request_reply_header(req, "Location", arena_printf(req->arena, "/api/v1/jobs/%s", job));
	request_json(req, 202, json_pack("{s:o}", "job", present_job(&progress)));
	return ok();
}

struct error get_job(struct request *req, struct db *db)
{
	struct job_progress job;
	struct error err = find_asked_job(req, db, &job);

	if (!err.code)
		request_json(req, 200, present_job(&job));
	return err;
}

struct error delete_job(struct request *req, struct db *db)
{
	struct job_progress job;
	struct error err = find_asked_job(req, db, &job);

	if (err.code)
		return err;
	bool began_it = job.created_by && strcmp(job.created_by, req->account_id) == 0;
	if (!permission_cancels(req->permissions, began_it))
		return errorf(ERR_FORBIDDEN, "Only who began a job and admins may cancel it.");
	if ((err = job_cancel(db, req->arena, api.job_handler, req->account_email, &job)).code)
		return err;
	request_json(req, strcmp(job.state, "cancelled") == 0 ? 200 : 202,
	             json_pack("{s:o}", "job", present_job(&job)));
	return ok();
}

/* Which page of which jobs is asked for. */
struct jobs_request {
	struct job_query query;
	struct job_place place; /* where the page before it ended */
};

/* Those of the account that asks, or of one state: given up where none is named. */
static struct error read_whose_jobs(struct request *req, struct job_query *query)
{
	const char *mine = request_query(req, "mine");

	query->state = request_query(req, "state");
	if (mine && strcmp(mine, "true") != 0 && strcmp(mine, "false") != 0)
		return error_field("/mine", "must be true or false.");
	if (mine && strcmp(mine, "true") == 0)
		query->account = req->account_id;
	else if (!(req->permissions & MAY_OPERATE))
		return errorf(ERR_FORBIDDEN,
		              "Your account may see its own jobs alone: ask with mine=true.");
	else if (!query->state)
		query->state = "failed";
	if (query->state && !vocabulary_has(job_states, query->state))
		return error_field("/state", "must be waiting, running, done, failed or cancelled.");
	return ok();
}

static struct error read_jobs_request(struct request *req, struct jobs_request *ret_request)
{
	struct job_query *query = &ret_request->query;
	struct job_place *place = &ret_request->place;
	const char *position;
	struct error err;

	if ((err = read_whose_jobs(req, query)).code)
		return err;
	if ((err = request_limit(req, JOBS_LIMIT, 50, &query->limit)).code)
		return err;
	if ((err = cursor_read(req, &position)).code)
		return err;
	query->after = position ? place : NULL;
	if (position && sscanf(position, "jobs %39[^|]|%36s", place->created_at, place->id) != 2)
		return error_field("/cursor", "is another list's.");
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
	err = job_list(db, req->arena, &request.query, jobs, &count, &more, &next);
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
