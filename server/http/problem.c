/* SPDX-License-Identifier: Apache-2.0 */
/*
 * problem -- struct error to RFC 9457 problem+json.
 *
 * `type` is a stable address that clients may switch on; it is part of the API.
 */
#include "http/problem.h"

#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/log.h"
#include "http/request.h"
#include "http/router.h"

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
	[ERR_TARGET_LONG] = { 414, 0, "/problems/address-too-long", "The address is too long" },
	[ERR_HEAD_LARGE] = { 431, 0, "/problems/headers-too-large", "The headers are too large" },
	[ERR_MISDIRECTED] = { 421, 0, "/problems/host", "Not a host that is served here" },
	[ERR_VERSION] = { 505, 0, "/problems/version", "Not a version of HTTP that is spoken here" },
	[ERR_CONDITION] = { 412, 0, "/problems/precondition", "Not what the request is for" },
	[ERR_UNSUPPORTED] = { 501, 0, "/problems/unsupported", "Not supported" },
	[ERR_INTERNAL] = { 500, 0, "/problems/internal", "Something went wrong on our side" },
};

/* `detail` as the client may see it. */
static json_t *problem_document(const struct error *err, const char *detail)
{
	int status = (int)problems[err->code].status;
	json_t *problem = json_pack("{s:s, s:s, s:i, s:s*}", "type", problems[err->code].type, "title",
								problems[err->code].title, "status", status, "detail", detail);

	if (!problem) /* the detail is no UTF-8 */
		problem = json_pack("{s:s, s:s, s:i}", "type", problems[err->code].type, "title",
							problems[err->code].title, "status", status);
	if (err->code == ERR_INVALID && err->pointer[0])
		json_object_set_new(problem, "errors",
							json_pack("[{s:s, s:s*}]", "pointer", err->pointer, "detail", detail));
	return problem;
}

void request_fail(struct request *req, struct error err)
{
	unsigned retry_s = err.retry_after_s ? err.retry_after_s : problems[err.code].retry_after_s;
	const char *detail = err.detail;

	if (err.code == ERR_INTERNAL) {
		log_error("%s %s: %s", req->method ? req->method : "?", req->path ? req->path : "?",
				  err.detail);
		detail = "The error was logged. Trying again later may help.";
	}
	request_json(req, problems[err.code].status, problem_document(&err, detail));
	req->reply_type = "application/problem+json";
	if (retry_s)
		request_reply_header(req, "Retry-After", arena_printf(req->arena, "%u", retry_s));
	if (err.code == ERR_NOBODY) /* volunteers have no token */
		request_reply_header(req, "WWW-Authenticate",
							 req->route && req->route->volunteer
								 ? "Cookie realm=\"touchstone\""
								 : "Bearer realm=\"touchstone\"");
}

const char *problem_answer(struct arena *arena, struct error err, const char *const *headers,
						   bool is_head, unsigned *ret_status)
{
	json_t *problem = problem_document(&err, err.detail);
	char *body = json_dumps(problem, JSON_COMPACT);
	unsigned status = problems[err.code].status, retry_s = problems[err.code].retry_after_s;
	time_t now = time(NULL);
	struct tm parts;
	char date[40];

	if (!body)
		abort();
	strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", gmtime_r(&now, &parts));
	const char *text =
		arena_printf(arena,
					 "HTTP/1.1 %u %s\r\nDate: %s\r\nConnection: close\r\n"
					 "Content-Type: application/problem+json\r\nCache-Control: no-store\r\n"
					 "Content-Length: %zu\r\n",
					 status, MHD_get_reason_phrase_for(status), date, strlen(body));
	for (; headers && *headers; headers += 2)
		text = arena_printf(arena, "%s%s: %s\r\n", text, headers[0], headers[1]);
	if (retry_s)
		text = arena_printf(arena, "%sRetry-After: %u\r\n", text, retry_s);
	text = arena_printf(arena, "%s\r\n%s", text, is_head ? "" : body);
	json_decref(problem);
	free(body);
	*ret_status = status;
	return text;
}
