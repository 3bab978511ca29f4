/* SPDX-License-Identifier: Apache-2.0 */
/*
 * problem -- struct error to RFC 9457 problem+json.
 *
 * `type` is /problems/ and the reason's name, which clients may switch on; it is part of the API.
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
	unsigned status, retry_after_s;
} answers[ERROR_CODES] = {
	[ERR_MALFORMED] = { 400, 0 },   [ERR_INVALID] = { 422, 0 },     [ERR_NOBODY] = { 401, 0 },
	[ERR_FORBIDDEN] = { 403, 0 },   [ERR_NOT_FOUND] = { 404, 0 },   [ERR_METHOD] = { 405, 0 },
	[ERR_CONFLICT] = { 409, 0 },    [ERR_GONE] = { 410, 0 },        [ERR_TOO_LARGE] = { 413, 0 },
	[ERR_TYPE] = { 415, 0 },        [ERR_RANGE] = { 416, 0 },       [ERR_TOO_MANY] = { 429, 5 },
	[ERR_UNAVAILABLE] = { 503, 2 }, [ERR_DISK] = { 503, 30 },       [ERR_TARGET_LONG] = { 414, 0 },
	[ERR_HEAD_LARGE] = { 431, 0 },  [ERR_MISDIRECTED] = { 421, 0 }, [ERR_VERSION] = { 505, 0 },
	[ERR_CONDITION] = { 412, 0 },   [ERR_UNSUPPORTED] = { 501, 0 }, [ERR_INTERNAL] = { 500, 0 },
};

/* `detail` as the client may see it. */
static json_t *problem_document(const struct error *err, const char *detail)
{
	const char *title = error_title(err);
	char type[64];
	int status = (int)answers[err->code].status;

	snprintf(type, sizeof type, "/problems/%s", error_reason(err));
	json_t *problem = json_pack("{s:s, s:s, s:i, s:s*}", "type", type, "title", title, "status",
	                            status, "detail", detail);
	if (!problem) /* the detail is no UTF-8 */
		problem = json_pack("{s:s, s:s, s:i}", "type", type, "title", title, "status", status);
	if (err->code == ERR_INVALID && err->pointer[0])
		json_object_set_new(problem, "errors",
		                    json_pack("[{s:s, s:s*}]", "pointer", err->pointer, "detail", detail));
	return problem;
}

void request_fail(struct request *req, struct error err)
{
	unsigned retry_s = err.retry_after_s ? err.retry_after_s : answers[err.code].retry_after_s;
	const char *detail = err.detail;

	if (err.code == ERR_INTERNAL) {
		log_error("%s %s: %s", req->method ? req->method : "?", req->path ? req->path : "?",
		          err.detail);
		detail = "The error was logged. Trying again later may help.";
	}
	request_json(req, answers[err.code].status, problem_document(&err, detail));
	req->reply_type = "application/problem+json";
	if (retry_s)
		request_reply_header(req, "Retry-After", arena_printf(req->arena, "%u", retry_s));
	if (err.code == ERR_NOBODY) /* volunteers have no token */
		request_reply_header(req, "WWW-Authenticate",
		                     req->route && req->route->volunteer ? "Cookie realm=\"touchstone\""
		                                                         : "Bearer realm=\"touchstone\"");
}

const char *problem_of_request(const struct request *req, const char *const *headers)
{
	const char *text = arena_printf(req->arena,
	                                "HTTP/1.1 %u %s\r\nConnection: close\r\nContent-Type: %s\r\n"
	                                "Cache-Control: no-store\r\nContent-Length: %zu\r\n",
	                                req->status, MHD_get_reason_phrase_for(req->status),
	                                req->reply_type, req->reply_len);

	for (; headers && *headers; headers += 2)
		text = arena_printf(req->arena, "%s%s: %s\r\n", text, headers[0], headers[1]);
	for (const struct request_header *header = req->headers; header; header = header->next)
		text = arena_printf(req->arena, "%s%s: %s\r\n", text, header->name, header->value);
	return arena_printf(req->arena, "%s\r\n%s", text, req->reply);
}

const char *problem_answer(struct arena *arena, struct error err, const char *const *headers,
                           bool is_head, unsigned *ret_status)
{
	json_t *problem = problem_document(&err, err.detail);
	char *body = json_dumps(problem, JSON_COMPACT);
	unsigned status = answers[err.code].status, retry_s = answers[err.code].retry_after_s;
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
