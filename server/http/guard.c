/* SPDX-License-Identifier: Apache-2.0 */
#include "http/guard.h"

#include <ctype.h>
#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define MAX_LENGTH_DIGITS 15

static int hex_digit(char c)
{
	return isxdigit((unsigned char)c) ? (isdigit((unsigned char)c) ? c - '0' : (c | 32) - 'a' + 10)
									  : -1;
}

/* The next character of an encoded path; -1 for one that is not allowed. */
static int next_character(const char **at)
{
	int c = (unsigned char)*(*at)++;

	if (c == '%') {
		int high = hex_digit((*at)[0]), low = high < 0 ? -1 : hex_digit((*at)[1]);
		if (low < 0)
			return -1;
		c = high * 16 + low;
		*at += 2;
	}
	return c < ' ' || c == 127 || c == '\\' ? -1 : c;
}

/* Most of an address: letters that stand for themselves and are no part of a rule. */
static bool is_plain(char c)
{
	static const bool plain[128] = {
		['0' ... '9'] = true, ['A' ... 'Z'] = true, ['a' ... 'z'] = true, ['-'] = true, ['_'] = true
	};

	return (unsigned char)c < sizeof plain && plain[(unsigned char)c];
}

static bool query_good(const char *query)
{
	for (const char *at = query; *at; at++)
		if ((unsigned char)*at < ' ' || strncasecmp(at, "%00", 3) == 0)
			return false;
	return true;
}

bool guard_target(const char *raw)
{
	size_t dots = 0, others = 1; /* of the segment we are in */
	const char *at = raw;

	if (raw[0] != '/')
		return false;
	while (*at && *at != '?') {
		const char *plain = at;

		while (is_plain(*at))
			at++;
		if (at > plain) {
			others++;
			continue;
		}
		int c = next_character(&at);

		if (c < 0)
			return false;
		if (c == '/') {
			if (dots == 2 && !others)
				return false;
			dots = others = 0;
		} else {
			c == '.' ? dots++ : others++;
		}
	}
	return !(dots == 2 && !others) && query_good(at);
}

struct framing {
	unsigned hosts, lengths, encodings;
	const char *host, *length, *encoding;
	bool odd_name;
};

/* Most headers are none of ours: their first letter says so. */
static bool is_named(const char *name, const char *ours)
{
	return (name[0] | 32) == (ours[0] | 32) && strcasecmp(name, ours) == 0;
}

static enum MHD_Result count_header(void *arg, enum MHD_ValueKind kind, const char *name,
									const char *value)
{
	struct framing *framing = arg;
	(void)kind;

	if (!*name || strpbrk(name, " \t"))
		framing->odd_name = true;
	if (is_named(name, "Host")) {
		framing->hosts++;
		framing->host = value;
	}
	if (is_named(name, "Content-Length")) {
		framing->lengths++;
		framing->length = value ? value : "";
	}
	if (is_named(name, "Transfer-Encoding")) {
		framing->encodings++;
		framing->encoding = value ? value : "";
	}
	return MHD_YES;
}

static struct error refuse(struct request *req, struct error err)
{
	req->close = true;
	return err;
}

struct error guard_framing(struct request *req, long long *ret_length)
{
	struct framing framing = { 0 };

	MHD_get_connection_values(req->connection, MHD_HEADER_KIND, count_header, &framing);
	if (framing.odd_name)
		return refuse(req, errorf(ERR_MALFORMED, "A header has no name, or a space in it."));
	if (framing.hosts != 1 || !framing.host || !*framing.host)
		return refuse(req, errorf(ERR_MALFORMED, "There must be exactly one Host header."));
	if (framing.lengths > 1 || framing.encodings > 1 || (framing.lengths && framing.encodings))
		return refuse(req, errorf(ERR_MALFORMED, "The body's length is given more than once."));
	if (framing.encodings && strcasecmp(framing.encoding, "chunked") != 0)
		return refuse(req, errorf(ERR_UNSUPPORTED, "Only the chunked transfer coding is known."));
	if (framing.lengths && (!framing.length[0] || strlen(framing.length) > MAX_LENGTH_DIGITS ||
							strspn(framing.length, "0123456789") != strlen(framing.length)))
		return refuse(req, errorf(ERR_MALFORMED, "Content-Length must be a number."));
	*ret_length = framing.encodings ? -1 : framing.lengths ? strtoll(framing.length, NULL, 10) : 0;
	return ok();
}

/* "https://host:1/path" -> does it name the same scheme, host and port as `origin`? */
static bool same_origin(const char *origin, const char *public_url)
{
	const char *host = strstr(public_url, "://");
	size_t len = host ? (size_t)(host - public_url) + 3 + strcspn(host + 3, "/") : 0;

	return len && strlen(origin) == len && strncasecmp(origin, public_url, len) == 0;
}

struct error guard_origin(struct request *req, const char *public_url)
{
	if (strcmp(req->method, "GET") == 0)
		return ok();

	const char *site = request_header(req, "Sec-Fetch-Site");
	const char *origin = request_header(req, "Origin");
	const char *host = request_header(req, "Host");
	if (site && strcmp(site, "same-origin") != 0)
		return errorf(ERR_FORBIDDEN, "Requests from other sites are not accepted.");
	if (!origin || same_origin(origin, public_url))
		return ok();
	const char *origin_host = strstr(origin, "://");
	if (!origin_host || !host || strcasecmp(origin_host + 3, host) != 0)
		return errorf(ERR_FORBIDDEN, "Requests from other sites are not accepted.");
	return ok();
}
