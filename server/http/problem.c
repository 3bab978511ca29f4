/* SPDX-License-Identifier: Apache-2.0 */
/*
 * problem -- struct error to RFC 9457 problem+json.
 *
 * `type` is a stable address that clients may switch on; it is part of the API.
 */
#include <stdio.h>

#include "core/log.h"
#include "http/request.h"

static const struct {
	unsigned status;
	unsigned retry_after_s;
	const char *type, *title;
} problems[ERROR_CODES] = {
	[ERR_MALFORMED] = { 400, 0, "/problems/malformed", "The request cannot be read" },
	[ERR_INVALID] = { 422, 0, "/problems/invalid", "The request breaks a rule" },
	[ERR_NOBODY] = { 401, 0, "/problems/nobody", "We do not know who you are" },
	[ERR_FORBIDDEN] = { 403, 0, "/problems/forbidden", "This is not allowed" },
	[ERR_NOT_FOUND] = { 404, 0, "/problems/not-found", "Not found" },
	[ERR_METHOD] = { 405, 0, "/problems/method", "Not with this method" },
	[ERR_CONFLICT] = { 409, 0, "/problems/conflict", "Conflicts with what there is" },
	[ERR_GONE] = { 410, 0, "/problems/gone", "Expired" },
	[ERR_TOO_LARGE] = { 413, 0, "/problems/too-large", "The request is too large" },
	[ERR_TYPE] = { 415, 0, "/problems/content-type", "Not a content type that is read here" },
	[ERR_RANGE] = { 416, 0, "/problems/range", "The file has no such part" },
	[ERR_TOO_MANY] = { 429, 5, "/problems/too-many", "Too many requests" },
	[ERR_UNAVAILABLE] = { 503, 2, "/problems/unavailable", "Try again later" },
	[ERR_DISK] = { 503, 30, "/problems/unavailable", "Try again later" },
	[ERR_UNSUPPORTED] = { 501, 0, "/problems/unsupported", "Not supported" },
	[ERR_INTERNAL] = { 500, 0, "/problems/internal", "Something went wrong on our side" },
};

void request_fail(struct request *req, struct error err)
{
	unsigned status = problems[err.code].status;
	unsigned retry_s = err.retry_after_s ? err.retry_after_s : problems[err.code].retry_after_s;
	const char *detail = err.detail;

	if (err.code == ERR_INTERNAL) {
		log_error("%s %s: %s", req->method ? req->method : "?", req->path ? req->path : "?",
				  err.detail);
		detail = "The error was logged. Trying again later may help.";
	}
	json_t *problem = json_pack("{s:s, s:s, s:i, s:s*}", "type", problems[err.code].type, "title",
								problems[err.code].title, "status", (int)status, "detail", detail);
	if (!problem) /* the detail was cut in the middle of a character */
		problem = json_pack("{s:s, s:s, s:i}", "type", problems[err.code].type, "title",
							problems[err.code].title, "status", (int)status);
	if (err.code == ERR_INVALID && err.pointer[0])
		json_object_set_new(problem, "errors",
							json_pack("[{s:s, s:s*}]", "pointer", err.pointer, "detail", detail));
	request_json(req, status, problem);
	req->reply_type = "application/problem+json";
	if (retry_s)
		request_reply_header(req, "Retry-After", arena_printf(req->arena, "%u", retry_s));
	if (err.code == ERR_NOBODY)
		request_reply_header(req, "WWW-Authenticate", "Bearer realm=\"touchstone\"");
}
