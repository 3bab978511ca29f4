/* SPDX-License-Identifier: Apache-2.0 */
/* The pages, and the files they are made of. */
#include <string.h>

#include "api/api.h"
#include "http/accept.h"
#include "http/static.h"

/* One for everything: our own scripts and styles, media from here, nothing else. */
static const char policy[] =
	"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
	"media-src 'self' blob:; connect-src 'self'; font-src 'self'; manifest-src 'self'; "
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/* Where the public address is https, browsers are told to stay with it: see api_headers_of(). */
static const char *const headers[] = {
	"Strict-Transport-Security",
	"max-age=31536000",
	"Content-Security-Policy",
	policy,
	"X-Content-Type-Options",
	"nosniff",
	"Referrer-Policy",
	"same-origin",
	"Cross-Origin-Opener-Policy",
	"same-origin",
	"Cross-Origin-Resource-Policy",
	"same-origin",
	"Permissions-Policy",
	"camera=(), microphone=(), geolocation=()",
	NULL,
};

const char *const *api_headers_of(bool secure)
{
	return secure ? headers : headers + 2;
}

static struct error pages_answer(struct request *req, const char *path)
{
	const struct static_file *file = static_find(api.pages, path);

	if (!file)
		return errorf(ERR_NOT_FOUND, "There is nothing at this address.");
	request_static(req, 200, file);
	return ok();
}

struct error get_page(struct request *req, struct db *db)
{
	(void)db;
	return pages_answer(req, req->route->page);
}

/* Who would rather have a page than a problem: a browser, which weighs its wishes. */
static bool wants_page(struct request *req)
{
	const char *accept = request_header_list(req, "Accept");

	return accept_weight(accept, "text/html") > accept_weight(accept, "application/problem+json");
}

void api_refuse(struct request *req, struct error err)
{
	const struct static_file *page = static_find(api.pages, "404.html");
	bool is_chosen = err.code == ERR_NOT_FOUND && page && strncmp(req->path, "/api/", 5) != 0;

	if (is_chosen)
		request_reply_header(req, "Vary", "Accept");
	if (is_chosen && wants_page(req))
		request_static(req, 404, page);
	else
		request_fail(req, err);
}

struct error get_static(struct request *req, struct db *db)
{
	(void)db;
	return pages_answer(req, req->args[0]);
}

struct error get_openapi(struct request *req, struct db *db)
{
	(void)db;
	return pages_answer(req, "openapi.json");
}
