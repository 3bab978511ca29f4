/* SPDX-License-Identifier: Apache-2.0 */
#include "http/guard.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <microhttpd.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/log.h"
#include "core/utf8.h"
#include "http/head.h"

static int guard_hex_digit(char c)
{
	return isxdigit((unsigned char)c) ? (isdigit((unsigned char)c) ? c - '0' : (c | 32) - 'a' + 10)
	                                  : -1;
}

/* What no address holds as it is (RFC 3986), and no browser sends; `#` begins what is not sent. */
static bool is_delimiter(int c)
{
	return c == '#' || c == '"' || c == '<' || c == '>';
}

/* The next character of an encoded path; -1 for one that is not allowed. */
static int next_character(const char **at)
{
	int c = (unsigned char)*(*at)++;

	if (is_delimiter(c))
		return -1;
	if (c == '%') {
		int high = guard_hex_digit((*at)[0]), low = high < 0 ? -1 : guard_hex_digit((*at)[1]);
		if (low < 0)
			return -1;
		c = high * 16 + low;
		*at += 2;
	}
	return c < ' ' || c == 127 || c == '\\' ? -1 : c;
}

/* Most of an address: letters that stand for themselves and are no part of a rule. */
static bool guard_is_plain(char c)
{
	static const bool plain[128] = {
		['0' ... '9'] = true, ['A' ... 'Z'] = true, ['a' ... 'z'] = true, ['-'] = true, ['_'] = true
	};

	return (unsigned char)c < sizeof plain && plain[(unsigned char)c];
}

/* Path and query, decoded, are UTF-8: what is stored or logged of them is text. */
static bool guard_is_text(const char *raw)
{
	char decoded[HEAD_ADDRESS];
	size_t len = 0;

	if (!strpbrk(raw, "%") && utf8_fault(raw, strlen(raw)) == strlen(raw))
		return true;
	for (const char *at = raw; *at; len++) {
		int high = *at == '%' ? guard_hex_digit(at[1]) : -1,
			low = high < 0 ? -1 : guard_hex_digit(at[2]);

		if (len == sizeof decoded)
			return false;
		decoded[len] = low < 0 ? *at : (char)(high * 16 + low);
		at += low < 0 ? 1 : 3;
	}
	return utf8_fault(decoded, len) == len;
}

static bool query_good(const char *query)
{
	for (const char *at = query; *at; at++)
		if ((unsigned char)*at < ' ' || is_delimiter(*at) || strncasecmp(at, "%00", 3) == 0)
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

		while (guard_is_plain(*at))
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
	return !(dots == 2 && !others) && query_good(at) && guard_is_text(raw);
}

/* What stands between the scheme and the path of an address. */
static const char *authority_of(const char *url, size_t *ret_len)
{
	const char *host = strstr(url, "://");

	host = host ? host + 3 : url;
	*ret_len = strcspn(host, "/");
	return host;
}

/* Without a port; and without the dot of a name that is whole. */
static size_t guard_host_len(const char *authority, size_t len)
{
	const char *colon = memrchr(authority, ':', len);

	if (colon && !memchr(colon, ']', len - (size_t)(colon - authority)))
		len = (size_t)(colon - authority);
	return len && authority[len - 1] == '.' ? len - 1 : len;
}

static bool is_number_or_local(const char *host, size_t len)
{
	char text[INET_ADDRSTRLEN] = { 0 };
	struct in_addr address;
	size_t local = strlen("localhost");

	if (host[0] == '[')
		return true;
	if (len >= local && strncasecmp(host + len - local, "localhost", local) == 0)
		return len == local || host[len - local - 1] == '.';
	if (len >= sizeof text)
		return false;
	memcpy(text, host, len);
	return inet_pton(AF_INET, text, &address) == 1;
}

static bool is_listed(const char *host, size_t len, const char *hosts)
{
	for (const char *at = hosts; *at;) {
		size_t part = strcspn(at, ", ");

		if (part == len && strncasecmp(at, host, len) == 0)
			return true;
		at += part + strspn(at + part, ", ");
	}
	return false;
}

/* A line in the log, once: what a stranger sent may stand in it, and so only its letters. */
static void tell_once(atomic_bool *told, const char *what, const char *sent, const char *public_url)
{
	char text[128];
	size_t len = 0;

	if (atomic_exchange(told, true))
		return;
	for (; sent[len] && len < sizeof text - 1; len++)
		text[len] = sent[len];
	text[len] = '\0';
	for (size_t i = 0; i < len; i++)
		if (text[i] <= ' ' || text[i] > '~')
			text[i] = '?';
	log_warn("refused %s %s; the public address is %s; if both are this server's, set "
	         "TOUCHSTONE_PUBLIC_URL, or TOUCHSTONE_HOSTS; said once",
	         what, text, public_url);
}

struct error guard_host(struct request *req, const char *public_url, const char *hosts)
{
	static const char *const for_all[] = { "/healthz", "/readyz", "/metrics" };
	static atomic_bool told;
	const char *host = request_header(req, "Host");
	size_t public_len;

	for (size_t i = 0; i < sizeof for_all / sizeof for_all[0]; i++)
		if (strcmp(req->path, for_all[i]) == 0)
			return ok();
	if (!host) /* HTTP/1.0, which no browser speaks */
		return ok();
	const char *ours = authority_of(public_url, &public_len);
	size_t len = guard_host_len(host, strlen(host));

	public_len = guard_host_len(ours, public_len);
	if (is_number_or_local(host, len) || is_listed(host, len, hosts) ||
	    (len == public_len && strncasecmp(host, ours, len) == 0))
		return ok();
	tell_once(&told, "a request to the host", host, public_url);
	return errorf(ERR_MISDIRECTED, "This server does not go by the name in Host.");
}

struct error guard_public_url(const char *url)
{
	size_t scheme = strncmp(url, "http://", 7) == 0 ? 7 : strncmp(url, "https://", 8) == 0 ? 8 : 0;
	const char *host = url + scheme;
	size_t len = strcspn(host, "/"), name = guard_host_len(host, len);
	bool is_v6 = host[0] == '[' && name > 2 && host[name - 1] == ']';
	bool good = scheme && name && (!host[len] || strcmp(host + len, "/") == 0) &&
	            strspn(host + name, ".:0123456789") == len - name &&
	            (is_v6 || strspn(host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	                                   "0123456789.-_") >= name);

	if (good)
		return ok();
	return errorf(ERR_INVALID,
	              "TOUCHSTONE_PUBLIC_URL is http or https and a host, as in "
	              "https://touchstone.example.org, without a path; not %s",
	              url);
}

static struct error refuse_origin(const char *origin, const char *public_url)
{
	static atomic_bool told;

	if (origin)
		tell_once(&told, "a request from the pages at", origin, public_url);
	return error_because(REASON_OTHER_SITE);
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
		return refuse_origin(NULL, public_url);
	if (!origin || same_origin(origin, public_url))
		return ok();
	const char *origin_host = strstr(origin, "://");
	if (!origin_host || !host || strcasecmp(origin_host + 3, host) != 0)
		return refuse_origin(origin, public_url);
	return ok();
}
