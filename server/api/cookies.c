/* SPDX-License-Identifier: Apache-2.0 */
/* cookies -- who says they are whom, and the places in lists. */
#include <string.h>
#include <strings.h>

#include "api/api.h"
#include "people/volunteer.h"

#define CURSOR_BYTES 96

const char *volunteer_cookie_name(void)
{
	return api.secure ? "__Host-touchstone_volunteer" : "touchstone_volunteer";
}

bool volunteer_cookie_open(struct request *req, struct volunteer_pass *pass)
{
	const char *cookie = lasting_cookie(req, volunteer_cookie_name());

	if (!cookie)
		return false;
	if (token_open(api.keys, TOKEN_VOLUNTEER, cookie, pass, sizeof *pass))
		return true;
	*pass = (struct volunteer_pass){ 0 };
	if (token_open(api.keys, TOKEN_VOLUNTEER, cookie, pass, PASS_PLAIN))
		return true;
	pass->consent = 1;
	return token_open(api.keys, TOKEN_VOLUNTEER, cookie, pass->id, sizeof pass->id);
}

const char *session_cookie_name(void)
{
	return api.secure ? "__Host-touchstone_session" : "touchstone_session";
}

const char *device_cookie_name(void)
{
	return api.secure ? "__Host-touchstone_device" : "touchstone_device";
}

void set_cookie(struct request *req, const char *name, const char *value, long max_age_s)
{
	request_reply_header(req, "Set-Cookie",
	                     arena_printf(req->arena,
	                                  "%s=%s; Path=/; Max-Age=%ld; HttpOnly; SameSite=Strict%s",
	                                  name, value, max_age_s, api.secure ? "; Secure" : ""));
}

static const char prefix[] = "__Host-";

/* As it was while the public address was http; the same if it still is. */
static const char *name_before(const char *name)
{
	return strncmp(name, prefix, strlen(prefix)) == 0 ? name + strlen(prefix) : name;
}

const char *lasting_cookie(struct request *req, const char *name)
{
	const char *value = request_cookie(req, name);

	return value ? value : request_cookie(req, name_before(name));
}

void forget_cookie(struct request *req, const char *name)
{
	set_cookie(req, name, "", 0);
	if (name_before(name) != name)
		set_cookie(req, name_before(name), "", 0);
}

const char *session_secret(struct request *req, bool *ret_bearer)
{
	const char *authorization = request_header(req, "Authorization");

	*ret_bearer = authorization && strncasecmp(authorization, "Bearer ", 7) == 0;
	if (*ret_bearer)
		return authorization + 7;
	return request_cookie(req, session_cookie_name());
}

const char *cursor_make(struct request *req, const char *position)
{
	char padded[CURSOR_BYTES] = { 0 };
	char *text = arena_alloc(req->arena, TOKEN_TEXT(CURSOR_BYTES));

	memcpy(padded, position, strnlen(position, CURSOR_BYTES - 1));
	token_seal(api.keys, TOKEN_CURSOR, padded, sizeof padded, text);
	return text;
}

struct error cursor_read(struct request *req, const char **ret_position)
{
	const char *text = request_query(req, "cursor");
	char *position = arena_alloc(req->arena, CURSOR_BYTES + 1);

	*ret_position = NULL;
	if (!text)
		return ok();
	if (!token_open(api.keys, TOKEN_CURSOR, text, position, CURSOR_BYTES))
		return error_field("/cursor", "is not one that this server gave out.");
	*ret_position = position;
	return ok();
}
