/* SPDX-License-Identifier: Apache-2.0 */
/* What malformed and hostile bytes get: one clear problem, a closed connection, nothing stored. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "client.h"
#include "database.h"
#include "raw.h"
#include "suites.h"
#include "world.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof(table)[0]))

#define GOOD "{\"consent\": true}" /* 17 bytes */

/* A POST that would make a volunteer, were it not for these headers. %s is the host. */
#define POST "POST /api/v1/volunteers HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\n"

static const char *filled(const char *format)
{
	const char *hole = strstr(format, "%s");

	return hole ? say("%.*s%s%s", (int)(hole - format), format, raw_host(), hole + 2) : format;
}

static const struct {
	const char *bytes;
	int status;
} framings[] = {
	{ POST "Content-Length: 17\r\nTransfer-Encoding: chunked\r\n\r\n" GOOD, 400 },
	{ POST "Transfer-Encoding: chunked\r\nContent-Length: 17\r\n\r\n11\r\n" GOOD "\r\n0\r\n\r\n",
	  400 },
	{ POST "Content-Length: 17\r\nContent-Length: 17\r\n\r\n" GOOD, 400 },
	{ POST "Content-Length: 17\r\nContent-Length: 5\r\n\r\n" GOOD, 400 },
	{ POST "Content-Length : 17\r\n\r\n" GOOD, 400 },
	{ POST "Transfer-Encoding: gzip\r\n\r\n" GOOD, 400 },
	{ POST "Transfer-Encoding: identity\r\n\r\n" GOOD, 400 },
	{ POST "Transfer-Encoding: gzip, chunked\r\n\r\n11\r\n" GOOD "\r\n0\r\n\r\n", 501 },
	{ POST "Transfer-Encoding: chunked, identity\r\n\r\n11\r\n" GOOD "\r\n0\r\n\r\n", 400 },
	{ POST "Transfer-Encoding: xchunked\r\n\r\n11\r\n" GOOD "\r\n0\r\n\r\n", 400 },
	{ POST "Transfer-Encoding: \r\n\r\n11\r\n" GOOD "\r\n0\r\n\r\n", 400 },
	{ POST "Transfer-Encoding: chunked,\r\n\r\n11\r\n" GOOD "\r\n0\r\n\r\n", 400 },
	{ POST "Transfer-Encoding: chunked;a=b\r\n\r\n11\r\n" GOOD "\r\n0\r\n\r\n", 400 },
	{ POST "Transfer-Encoding: x,chunked\r\n\r\n11\r\n" GOOD "\r\n0\r\n\r\n", 501 },
	{ POST "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n"
	       "11\r\n" GOOD "\r\n0\r\n\r\n",
	  400 },
	{ POST "Transfer-Encoding : chunked\r\n\r\n11\r\n" GOOD "\r\n0\r\n\r\n", 400 },
	{ POST "Transfer-Encoding: chunked\r\n\r\nXX\r\n" GOOD "\r\n0\r\n\r\n", 400 },
	{ POST "Transfer-Encoding: chunked\r\n\r\n-11\r\n" GOOD "\r\n0\r\n\r\n", 400 },
	{ POST "Transfer-Encoding: chunked\r\n\r\nffffffffffffffff1\r\n" GOOD, 413 },
	{ POST "Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n" GOOD, 413 },
	{ POST "Transfer-Encoding: chunked\r\n\r\n0x11\r\n" GOOD "\r\n0\r\n\r\n", 400 },
	{ POST "Transfer-Encoding: chunked\r\n\r\n11 \r\n" GOOD "\r\n0\r\n\r\n", 400 },
	{ POST "Transfer-Encoding: chunked\r\n\r\n11\n" GOOD "\r\n0\r\n\r\n", 400 },
	{ POST "Transfer-Encoding: chunked\r\n\r\n11\r\n" GOOD "\n0\r\n\r\n", 400 },
	{ POST "Transfer-Encoding: chunked\r\n\r\n11\r\n" GOOD "xx0\r\n\r\n", 400 },
	{ POST "Transfer-Encoding: chunked\r\n\r\n11;a\nb\r\n" GOOD "\r\n0\r\n\r\n", 400 },
	{ POST "Transfer-Encoding: chunked\r\n\r\n11\r\n" GOOD "\r\n0\r\nX Y: z\r\n\r\n", 400 },
	{ POST "Transfer-Encoding: chunked\r\n\r\n\r\n11\r\n" GOOD "\r\n0\r\n\r\n", 400 },
	{ POST "Transfer-Encoding:\r\n chunked\r\n\r\n11\r\n" GOOD "\r\n0\r\n\r\n", 400 },
	{ POST "Transfer-Encoding: \vchunked\r\n\r\n11\r\n" GOOD "\r\n0\r\n\r\n", 400 },
	{ POST "Transfer-Encoding: chunked\r\n\t, identity\r\n\r\n11\r\n" GOOD "\r\n0\r\n\r\n", 400 },
	{ POST "\xc5\xbf"
	       "Transfer-Encoding: chunked\r\nContent-Length: 17\r\n\r\n" GOOD,
	  400 },
	{ POST "Content-Length:\r\n 17\r\n\r\n" GOOD, 400 },
	{ POST "Content-Length: 17\r\n 5\r\n\r\n" GOOD, 400 },
	{ POST "Content-Length: 17\n\r\n" GOOD, 400 },
	{ POST "X: y\nContent-Length: 17\r\n\r\n" GOOD, 400 },
	{ POST "X: y\rContent-Length: 17\r\n\r\n" GOOD, 400 },
	{ POST "Content-Length\t: 17\r\n\r\n" GOOD, 400 },
	{ POST "Content(Length: 17\r\n\r\n" GOOD, 400 },
	{ POST "Content-Length: 17\r\n\n" GOOD, 400 },
	{ POST "X: a\x01z\r\nContent-Length: 17\r\n\r\n" GOOD, 400 },
	{ POST "X: a\x7fz\r\nContent-Length: 17\r\n\r\n" GOOD, 400 },
	{ POST ": x\r\nContent-Length: 17\r\n\r\n" GOOD, 400 },
	{ POST "no colon\r\nContent-Length: 17\r\n\r\n" GOOD, 400 },
	{ POST " X: y\r\nContent-Length: 17\r\n\r\n" GOOD, 400 },
	{ "POST /api/v1/volunteers HTTP/1.1\r\n Host: %s\r\nContent-Length: 17\r\n\r\n" GOOD, 400 },
	{ "POST /api/v1/volunteers HTTP/1.1\r\nHost: a b\r\nContent-Length: 17\r\n\r\n" GOOD, 400 },
	{ "POST /api/v1/volunteers HTTP/1.1\r\nHost: a@b\r\nContent-Length: 17\r\n\r\n" GOOD, 400 },
	{ "POST /api/v1/volunteers HTTP/1.1\r\nHost: a,b\r\nContent-Length: 17\r\n\r\n" GOOD, 400 },
	{ "POST /api/v1/volunteers HTTP/1.0\r\nHost: %s\r\nTransfer-Encoding: chunked\r\n\r\n"
	  "11\r\n" GOOD "\r\n0\r\n\r\n",
	  400 },
	{ POST "X-Folded: a\r\n b\r\nContent-Length : 17\r\n\r\n" GOOD, 400 },
	{ POST "Host: other.example\r\nContent-Length: 17\r\n\r\n" GOOD, 400 },
	{ POST "Odd Name: x\r\nContent-Length: 17\r\n\r\n" GOOD, 400 },
	{ "POST /api/v1/volunteers HTTP/1.1\r\nContent-Type: application/json\r\n"
	  "Content-Length: 17\r\n\r\n" GOOD,
	  400 },
	{ "POST /api/v1/volunteers HTTP/1.1\r\nHost:\r\nContent-Type: application/json\r\n"
	  "Content-Length: 17\r\n\r\n" GOOD,
	  400 },
	{ "POST /api/v1/volunteers HTTP/1.1\r\nHost : %s\r\nContent-Type: application/json\r\n"
	  "Content-Length: 17\r\n\r\n" GOOD,
	  400 },
};

/* One problem document, with what every answer carries, and the end of the connection. */
static void expect_refusal(struct raw_answer a, int status)
{
	ck_assert_msg(a.status == status, "%d instead of %d: %s", a.status, status, a.text);
	ck_assert_int_eq(a.answers, 1);
	ck_assert(a.closed);
	ck_assert_ptr_eq(a.text, strstr(a.text, "HTTP/1.1 "));
	ck_assert_ptr_nonnull(strstr(a.text, "Content-Type: application/problem+json\r\n"));
	ck_assert_ptr_nonnull(strstr(a.text, "\r\nX-Content-Type-Options: nosniff\r\n"));
	ck_assert_ptr_nonnull(strstr(a.text, "\r\nCache-Control: no-store\r\n"));
	ck_assert_ptr_nonnull(strstr(a.text, "\r\nConnection: close\r\n"));
	ck_assert_ptr_nonnull(strstr(a.text, say("\"status\":%d", status)));
}

START_TEST(a_body_whose_length_is_in_doubt_is_refused_and_the_connection_ends)
{
	long long stored = rows_stored();
	struct raw_answer a = raw_ask(filled(framings[_i].bytes));

	expect_refusal(a, framings[_i].status);
	ck_assert_int_eq(rows_stored(), stored);
}
END_TEST

static const char *const lengths[] = { "+17",  "17, 17", "17,17",
	                                   "0x11", "0x3",    "+3",
	                                   "-1",   "",       "17 5",
	                                   "1_7",  "17;",    "99999999999999999999",
	                                   "17.",  "\"17\"", "18446744073709551616" };

START_TEST(a_length_that_is_no_number_is_refused)
{
	long long stored = rows_stored();
	struct raw_answer a =
		raw_ask(filled(say(POST "Content-Length: %s\r\n\r\n" GOOD, "%s", lengths[_i])));

	expect_refusal(a, 400);
	ck_assert_int_eq(rows_stored(), stored);
}
END_TEST

/* The first of each would do. */
static const char *const twice[][2] = {
	{ "Content-Type: application/json", "content-type: text/plain" },
	{ "Origin: http://%s", "Origin: http://other.example" },
	{ "Sec-Fetch-Site: same-origin", "Sec-Fetch-Site: cross-site" },
	{ "Authorization: Bearer x", "Authorization: Bearer y" },
	{ "Range: bytes=0-1", "Range: bytes=0-1" },
	{ "If-Range: \"x\"", "IF-RANGE: \"x\"" },
};

START_TEST(a_field_of_one_value_that_comes_twice_is_refused)
{
	long long stored = rows_stored();
	const char *type = _i ? "Content-Type: application/json\r\n" : "";
	struct raw_answer a =
		raw_ask(say("POST /api/v1/volunteers HTTP/1.1\r\nHost: %s\r\n%s%s\r\nX: y\r\n%s\r\n"
	                "Content-Length: 17\r\n\r\n" GOOD,
	                raw_host(), type, filled(twice[_i][0]), twice[_i][1]));

	expect_refusal(a, 400);
	ck_assert_int_eq(rows_stored(), stored);
}
END_TEST

START_TEST(what_follows_a_refused_request_is_never_read_as_another)
{
	long long stored = rows_stored();
	const char *smuggled = POST "Content-Length: 17\r\n\r\n" GOOD;
	struct raw_answer a = raw_ask(
		say("%s%s", filled(POST "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
	        filled(smuggled)));

	ck_assert_int_eq(a.status, 400);
	ck_assert_int_eq(a.answers, 1);
	ck_assert_int_eq(rows_stored(), stored);
}
END_TEST

static const struct {
	const char *target;
	int status;
} targets[] = {
	{ "/..", 400 },
	{ "/../", 400 },
	{ "/static/../secret", 400 },
	{ "/static/%2e%2e/secret", 400 },
	{ "/static/%2E%2e/secret", 400 },
	{ "/static/.%2e/secret", 400 },
	{ "/static/..%2fsecret", 400 },
	{ "/static/%2e%2e%2f%2e%2e%2fetc/passwd", 400 },
	{ "/static/..\\secret", 400 },
	{ "/static/%5csecret", 400 },
	{ "/healthz%00", 400 },
	{ "/%00", 400 },
	{ "/static/css/house.css%00.png", 400 },
	{ "/healthz%0a", 400 },
	{ "/healthz%0d%0aX: y", 400 },
	{ "/healthz%7f", 400 },
	{ "/healthz%", 400 },
	{ "/healthz%4", 400 },
	{ "/healthz%zz", 400 },
	{ "/api/v1/stats?x=%00", 400 },
	{ "/api/v1/stats?x=%ff", 400 },
	{ "/api/v1/releases/x/1?files_after=%ff", 400 },
	{ "/api/v1/releases/x/1?files_after=%c3", 400 },
	{ "/api/v1/releases/%ff/1", 400 },
	{ "/api/v1/releases/%c3%28/1", 400 },
	{ "/static/%ed%a0%80", 400 }, /* half of a surrogate pair */
	{ "/static/%c0%af", 400 },    /* a slash, longer than it is */
	{ "/static/\xff", 400 },
	{ "/healthz#x", 400 }, /* what stands behind it is the browser's */
	{ "/healthz?x#y", 400 },
	{ "http://127.0.0.1/healthz#x", 400 },
	{ "/health\"z", 400 },
	{ "/healthz?<script>", 400 },
	{ "/healthz?%23%22%3c%3e", 200 },
	{ "/%23%22%3c%3e", 404 },
	{ "/healthz?a[]={b|c}^`'", 200 }, /* nor are these of an address, but browsers send them */
	{ "*", 400 },
	{ "healthz", 400 },
	{ "http:/healthz", 400 },
	{ "ftp://127.0.0.1/healthz", 400 },
	{ "http:///healthz", 400 },
	{ "http://me@127.0.0.1/healthz", 400 },
	{ "http://127.0.0.1/../healthz", 400 },
	{ "http://127.0.0.1/healthz", 200 },
	{ "HTTP://a-name-that-is-longer-than-what-host-says.example/healthz", 200 },
	{ "https://x/healthz?y", 200 },
	{ "http://127.0.0.1", 200 },
	{ "http://127.0.0.1?x=y", 200 },
	{ "/static/%c3%a4", 404 },
	{ "/static/\xc3\xa4", 404 },
	{ "/healthz?x=%c3%a4&y=%e2%82%ac", 200 },
	{ "/static/...", 404 },
	{ "/static/%252e%252e/secret", 404 },
	{ "/static/./css/house.css", 404 },
	{ "/%68ealthz", 200 },
	{ "/healthz?", 200 },
	{ "/healthz?..%2f", 200 },
};

START_TEST(an_address_that_climbs_or_hides_something_is_refused)
{
	struct raw_answer a = raw_ask(say("GET %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n",
	                                  targets[_i].target, raw_host()));

	ck_assert_msg(a.status == targets[_i].status, "%d: %s", a.status, a.text);
	ck_assert(a.closed);
}
END_TEST

static const struct {
	const char *bytes;
	int status;
} lines[] = {
	{ "GET\r\n\r\n", 400 },
	{ "x\r\n\r\n", 400 },
	{ "GET /healthz\r\n\r\n", 400 },
	{ "GET /healthz HTTP/9.9\r\nHost: x\r\n\r\n", 505 },
	{ "GET /healthz HTTP/2.0\r\nHost: x\r\n\r\n", 505 },
	{ "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505 },
	{ "GET /healthz HTTP/1.1x\r\nHost: x\r\n\r\n", 400 },
	{ "GET /healthz http/1.1\r\nHost: x\r\n\r\n", 400 },
	{ "GET /healthz FTP/1.1\r\nHost: x\r\n\r\n", 400 },
	{ "\x16\x03\x01\x02\x00\x01", 400 },
	{ "\x80\x2e\x01", 400 },
	{ "GET /healthz HTTP/1.1\r\nHost\r\n\r\n", 400 },
	{ "GET /healthz HTTP/1.1\r\n: x\r\nHost: x\r\n\r\n", 400 },
	{ "GET /healthz HTTP/1.1\r\n\r\n", 400 },
	{ "GET /health\x01z HTTP/1.1\r\nHost: x\r\n\r\n", 400 },
	{ "GET  /healthz HTTP/1.1\r\nHost: x\r\n\r\n", 400 },
	{ "GET /healthz  HTTP/1.1\r\nHost: x\r\n\r\n", 400 },
	{ "GET /healthz HTTP/1.1 \r\nHost: x\r\n\r\n", 400 },
	{ "GET /health z HTTP/1.1\r\nHost: x\r\n\r\n", 400 },
	{ " GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n", 400 },
	{ "GET\t/healthz\tHTTP/1.1\r\nHost: x\r\n\r\n", 400 },
	{ "GET /healthz\tHTTP/1.1\r\nHost: x\r\n\r\n", 400 },
	{ "G@T /healthz HTTP/1.1\r\nHost: x\r\n\r\n", 400 },
	{ "A-METHOD-THAT-IS-LONGER-THAN-ALL-THAT-ARE-KNOWN /healthz HTTP/1.1\r\nHost: x\r\n\r\n", 501 },
	{ "A-METHOD-THAT-IS-LONGER-THAN-ALL-THAT-ARE-KNOWN", 501 },
	{ "NO-METHOD-AND-LONGER-THAN-ALL-THAT-ARE-KNOWN@", 400 },
	{ "GET /healthz HTTP/1.1\nHost: x\n\n", 400 },
	{ "GET /healthz HTTP/1.1\rHost: x\r\r", 400 },
	{ "\n\nGET /healthz HTTP/1.1\r\nHost: x\r\n\r\n", 400 },
	{ "{\"consent\": true}", 400 },
};

/* At once, too: none of them waits for a rest that never comes. */
START_TEST(what_is_no_http_is_told_so)
{
	long long stored = rows_stored();
	struct raw_answer a = raw_ask(lines[_i].bytes);

	expect_refusal(a, lines[_i].status);
	ck_assert_int_eq(rows_stored(), stored);
	expect_status(get(NULL, "/healthz"), 200);
}
END_TEST

static const struct {
	const char *host;
	int status;
} hosts[] = {
	{ "x:", 200 },
	{ "x:80", 200 },
	{ "x:65535", 200 },
	{ "x:0080", 200 },
	{ "[::1]", 200 },
	{ "[::1]:8080", 200 },
	{ "[::]:", 200 },
	{ "1.2.3.4:5", 200 },
	{ "x_y.", 200 },
	{ "x:http", 400 },
	{ "x:65536", 400 },
	{ "x:-1", 400 },
	{ "x:80:80", 400 },
	{ "::1", 400 },
	{ "[::1", 400 },
	{ "[::1]x", 400 },
	{ "[::1]80", 400 },
	{ "[::1]:x", 400 },
	{ "[]", 400 },
	{ "[x]", 400 },
	{ "[1.2.3.4]", 400 },
	{ "[::1::2]", 400 },
	{ "]", 400 },
	{ ":80", 400 },
	{ "x[1]", 400 },
	{ "x/y", 400 },
	{ "x?y", 400 },
	{ "x#y", 400 },
	{ "x:99999999999999999999", 400 },
	{ "[0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000]", 400 },
};

/* In Host, and in an address that names one. */
START_TEST(a_host_is_a_name_or_an_address_and_perhaps_a_port)
{
	struct raw_answer a = raw_ask(
		say("GET /healthz HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n", hosts[_i].host));

	ck_assert_msg(a.status == hosts[_i].status, "%d: %s", a.status, a.text);
	if (strpbrk(hosts[_i].host, "/?"))
		return;
	a = raw_ask(say("GET http://%s/healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
	                hosts[_i].host));
	ck_assert_msg(a.status == hosts[_i].status, "%d: %s", a.status, a.text);
}
END_TEST

START_TEST(blank_lines_before_a_request_are_nothing)
{
	struct raw_answer a = raw_ask("\r\n\r\n\r\nGET /healthz HTTP/1.1\r\nHost: x\r\n"
	                              "Connection: close\r\n\r\n");

	ck_assert_int_eq(a.status, 200);
}
END_TEST

START_TEST(a_nul_is_refused_wherever_it_stands)
{
	static const char *const heads[] = { "GET /health@z HTTP/1.1\r\nHost: x\r\n\r\n",
		                                 "GET /healthz HTTP/1.1\r\nHo@st: x\r\n\r\n",
		                                 "GET /healthz HTTP/1.1\r\nHost: x@\r\n\r\n",
		                                 "@GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n" };
	char *bytes = keep(strdup(heads[_i]));
	size_t len = strlen(bytes);

	*strchr(bytes, '@') = '\0';
	expect_refusal(raw_ask_bytes(bytes, len), 400);
}
END_TEST

/* `count` times `part`. */
static const char *times(const char *part, size_t count)
{
	size_t len = strlen(part);
	char *text = keep(malloc(len * count + 1));

	for (size_t i = 0; i < count; i++)
		memcpy(text + i * len, part, len);
	text[len * count] = '\0';
	return text;
}

static const struct {
	const char *before, *part, *after;
	size_t count;
	int status;
} sizes[] = {
	{ "GET /healthz HTTP/1.1\r\nHost: x\r\nX: ", "x", "\r\n", 10 << 10, 200 },
	{ "GET /healthz HTTP/1.1\r\nHost: x\r\nX: ", "x", "\r\n", 11600, 431 },
	{ "GET /healthz HTTP/1.1\r\nHost: x\r\nX: ", "x", "\r\n", 12100, 431 },
	{ "GET /healthz HTTP/1.1\r\nHost: x\r\nX: ", "x", "\r\n", 20 << 10, 431 },
	{ "GET /healthz HTTP/1.1\r\nHost: x\r\nX: ", "x", "\r\n", 1 << 20, 431 },
	{ "GET /healthz HTTP/1.1\r\nHost: x\r\nCookie: a=", "x", "\r\n", 5000, 200 },
	{ "GET /healthz HTTP/1.1\r\nHost: x\r\nCookie: a=", "x", "\r\n", 5800, 431 },
	{ "GET /healthz HTTP/1.1\r\nHost: x\r\nCookie: a=", "x", "\r\n", 6000, 431 },
	{ "GET /healthz HTTP/1.1\r\nHost: x\r\nCookie: a=b", "; a=b", "\r\n", 130, 200 },
	{ "GET /healthz HTTP/1.1\r\nHost: x\r\nCookie: a=b", "; a=b", "\r\n", 150, 431 },
	{ "GET /healthz HTTP/1.1\r\nHost: x\r\n", "A: b\r\n", "", 140, 200 },
	{ "GET /healthz HTTP/1.1\r\nHost: x\r\n", "A: b\r\n", "", 200, 431 },
	{ "GET /healthz?", "&", " HTTP/1.1\r\nHost: x\r\n", 150, 200 },
	{ "GET /healthz?", "&", " HTTP/1.1\r\nHost: x\r\n", 165, 414 },
	{ "GET /healthz?", "&", " HTTP/1.1\r\nHost: x\r\n", 172, 414 },
	{ "GET /healthz?", "&", " HTTP/1.1\r\nHost: x\r\n", 200, 414 },
	{ "GET /healthz?a=", "x", " HTTP/1.1\r\nHost: x\r\n", 8000, 200 },
	{ "GET /healthz?a=", "x", " HTTP/1.1\r\nHost: x\r\n", 8200, 414 },
	{ "GET /healthz?a=", "x", " HTTP/1.1\r\nHost: x\r\n", 12000, 414 },
	{ "GET /", "a", " HTTP/1.1\r\nHost: x\r\n", 30000, 414 },
	{ "GET /", "a", " HTTP/1.1\r\nHost: x\r\n", 1 << 20, 414 },
};

/* Even where megabytes follow, the answer arrives: the connection is not reset over it. */
START_TEST(a_head_that_is_too_large_is_told_so)
{
	struct raw_answer a = raw_ask(say("%s%s%sConnection: close\r\n\r\n", sizes[_i].before,
	                                  times(sizes[_i].part, sizes[_i].count), sizes[_i].after));

	if (sizes[_i].status == 200)
		ck_assert_msg(a.status == 200, "%d: %.200s", a.status, a.text);
	else
		expect_refusal(a, sizes[_i].status);
}
END_TEST

/* The largest answer, with its cookies, to the largest head that is taken: cookies count twice. */
START_TEST(the_largest_head_leaves_room_for_the_largest_answer)
{
	const char *head = filled(POST "Connection: close\r\nContent-Length: 17\r\nX: ");
	bool taken = false;

	for (size_t len = 10700 - strlen(head); len > 9000 && !taken; len -= 8) {
		struct raw_answer a = raw_ask(say("%s%s\r\n\r\n" GOOD, head, times("x", len)));

		ck_assert_msg(a.status == 431 || a.status == 201, "%d: %.200s", a.status, a.text);
		taken = a.status == 201;
	}
	ck_assert(taken);
}
END_TEST

#define CHUNKED_POST POST "Transfer-Encoding: chunked\r\n"

static const struct {
	const char *before, *part, *after;
	size_t count;
} around[] = {
	{ "11;a=", "b", "\r\n" GOOD "\r\n0\r\n\r\n", 8000 },
	{ "11\r\n" GOOD "\r\n0;a=", "b", "\r\n\r\n", 8000 },
	{ "11\r\n" GOOD "\r\n0\r\nX: ", "y", "\r\n\r\n", 8000 },
	{ "11\r\n" GOOD "\r\n0\r\n", "X: y\r\n", "\r\n", 1300 },
	{ "11 \t;a = \"b\"\r\n" GOOD "\r\n0 ; c\r\n", "X: y\r\n", "\r\n", 1 },
};

/* Behind a small head and a large one: what is of no use to us takes no room. */
START_TEST(extensions_of_chunks_and_trailers_are_ignored)
{
	int which = _i % COUNT(around);
	const char *head = say("%sX: %s\r\nConnection: close\r\n\r\n", filled(CHUNKED_POST),
	                       _i < COUNT(around) ? "y" : times("y", 9900));
	struct raw_answer a =
		raw_ask(say("%s%s%s%s", head, around[which].before,
	                times(around[which].part, around[which].count), around[which].after));

	ck_assert_msg(a.status == 201, "%d: %s", a.status, a.text);
	ck_assert_int_eq(a.answers, 1);
}
END_TEST

/* A byte at a time, so that some of what comes leaves nothing to hand on; and a request behind it.
 */
START_TEST(extensions_and_trailers_may_come_slowly)
{
	const char *bytes = say("%s\r\n11;a=b\r\n" GOOD "\r\n0;c\r\nX: y\r\n\r\n"
	                        "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
	                        filled(CHUNKED_POST));
	int connection = raw_open();

	for (const char *at = bytes; *at; at++) {
		raw_write(connection, at, 1);
		nanosleep(&(struct timespec){ .tv_nsec = 500000 }, NULL);
	}
	struct raw_answer a = raw_read(connection, 3000);
	raw_close(connection);
	ck_assert_int_eq(a.status, 201);
	ck_assert_int_eq(a.answers, 2);
	ck_assert(a.closed);
}
END_TEST

START_TEST(http_1_0_is_answered_and_hung_up_on)
{
	static const char *const heads[] = { "GET /healthz HTTP/1.0\r\nHost: %s\r\n\r\n",
		                                 "GET /healthz HTTP/1.0\r\n\r\n" };
	struct raw_answer a = raw_ask(filled(heads[_i]));

	ck_assert_int_eq(a.status, 200);
	ck_assert(a.closed);
}
END_TEST

START_TEST(requests_in_a_row_are_answered_in_their_order)
{
	int connection = raw_open();
	const char *bytes =
		say("GET /healthz HTTP/1.1\r\nHost: %s\r\n\r\n"
	        "GET /nowhere HTTP/1.1\r\nHost: %s\r\n\r\n%s"
	        "GET /api/v1/stats HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n",
	        raw_host(), raw_host(), filled(POST "Content-Length: 17\r\n\r\n" GOOD), raw_host());

	raw_write(connection, bytes, strlen(bytes));
	struct raw_answer a = raw_read(connection, 3000);
	raw_close(connection);
	ck_assert_int_eq(a.answers, 4);
	const char *ok = strstr(a.text, "HTTP/1.1 200"), *lost = strstr(a.text, "HTTP/1.1 404");
	const char *made = strstr(a.text, "HTTP/1.1 201"), *stats = strstr(a.text, "\"volunteers\"");
	ck_assert(ok && lost && made && stats && ok < lost && lost < made && made < stats);
}
END_TEST

START_TEST(what_cannot_be_read_is_refused_behind_the_answers_before_it)
{
	struct raw_answer a = raw_ask(filled("GET /healthz HTTP/1.1\r\nHost: %s\r\n\r\n"
	                                     "GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n"
	                                     "GET /healthz HTTP/1.1\r\nHost : x\r\n\r\n"));
	const char *alive = strstr(a.text, "{\"status\":\"ok\"}"), *ready = strstr(a.text, "ready");
	const char *refused = strstr(a.text, "HTTP/1.1 400");

	ck_assert_int_eq(a.answers, 3);
	ck_assert(alive && ready && refused && alive < ready && ready < refused);
}
END_TEST

static const char *const asks[] = {
	"GET /healthz HTTP/1.1\r\nHost: %s\r\n\r\n",
	"GET /readyz HTTP/1.1\r\nHost: %s\r\n\r\n",
	"GET / HTTP/1.1\r\nHost: %s\r\n\r\n",
	POST "Content-Length: 17\r\n\r\n" GOOD,
	POST "Transfer-Encoding: chunked\r\n\r\n8;x=y\r\n{\"consen\r\n009\r\nt\": true}\r\n"
		 "0\r\nX-After: it\r\n\r\n",
	"GET /healthz HTTP/1.1\r\nHost: %s\r\n\r\nGET /readyz HTTP/1.1\r\nHost: x\r\n\r\n",
};

START_TEST(a_client_that_closes_its_half_gets_its_answer)
{
	const char *bytes = filled(asks[_i]);

	for (int try = 0; try < 5; try++) {
		int connection = raw_open();

		raw_write(connection, bytes, strlen(bytes));
		raw_end(connection);
		struct raw_answer a = raw_read(connection, 3000);
		raw_close(connection);
		ck_assert_msg(a.status / 100 == 2, "%d: %s", a.status, a.text);
		ck_assert_int_eq(a.answers, _i == 5 ? 2 : 1);
		ck_assert(a.closed);
	}
}
END_TEST

/* In two packets, cut anywhere; and a byte at a time. */
START_TEST(a_request_may_come_in_pieces)
{
	const char *bytes = filled(asks[_i]);
	size_t len = strlen(bytes);

	for (size_t cut = 1; cut < len; cut += 3) {
		int connection = raw_open();

		raw_write(connection, bytes, cut);
		wait_ms(2);
		raw_write(connection, bytes + cut, len - cut);
		raw_end(connection);
		struct raw_answer a = raw_read(connection, 3000);
		raw_close(connection);
		ck_assert_msg(a.status / 100 == 2, "%zu: %d: %s", cut, a.status, a.text);
	}
	int connection = raw_open();
	for (size_t at = 0; at < len; at++) {
		raw_write(connection, bytes + at, 1);
		wait_ms(1);
	}
	raw_end(connection);
	struct raw_answer a = raw_read(connection, 3000);
	raw_close(connection);
	ck_assert_msg(a.status / 100 == 2, "%d: %s", a.status, a.text);
}
END_TEST

static const char *const cut_short[] = { "GET /healthz HTTP/1.1\r\nHost: x\r\n", "GET /hea",
	                                     POST "Content-Length: 18\r\n\r\n" GOOD,
	                                     POST "Transfer-Encoding: chunked\r\n\r\n11\r\n" GOOD };

START_TEST(a_request_that_is_cut_short_is_told_so)
{
	long long stored = rows_stored();
	const char *bytes = filled(cut_short[_i]);
	int connection = raw_open();

	raw_write(connection, bytes, strlen(bytes));
	raw_end(connection);
	struct raw_answer a = raw_read(connection, 3000);
	raw_close(connection);
	expect_refusal(a, 400);
	ck_assert_int_eq(rows_stored(), stored);
}
END_TEST

/* Sends all before it reads, as many clients do. */
START_TEST(a_body_that_is_too_large_is_told_so_before_its_end)
{
	static const size_t bodies[] = { 66 << 10, 70 << 10, 1100 << 10, 3 << 20 };
	const char *chunk = say("1000\r\n%s\r\n", times("x", 4096));
	const char *head =
		filled(_i < 4 ? POST "Transfer-Encoding: chunked\r\n\r\n"
	                  : say(POST "Content-Length: %zu\r\n\r\n", "%s", bodies[_i % 4]));
	int connection = raw_open();

	raw_write(connection, head, strlen(head));
	for (size_t sent = 0; sent < bodies[_i % 4]; sent += 4096)
		ck_assert(raw_write(connection, chunk, strlen(chunk)));
	struct raw_answer a = raw_read(connection, 3000); /* its last chunk never comes */
	raw_close(connection);
	expect_refusal(a, 413);
}
END_TEST

START_TEST(a_refused_head_request_gets_no_body)
{
	struct raw_answer a = raw_ask(say("HEAD /%s HTTP/1.1\r\nHost: x\r\n\r\n", times("a", 9000)));

	ck_assert_int_eq(a.status, 414);
	ck_assert_str_eq(strstr(a.text, "\r\n\r\n"), "\r\n\r\n");
}
END_TEST

START_TEST(blanks_around_a_value_are_no_part_of_it)
{
	struct person person = a_volunteer();
	static const char *const blanks[] = { " ", "\t", "  \t " };
	const char *blank = blanks[_i];
	struct raw_answer a =
		raw_ask(say("POST /api/v1/assignments HTTP/1.1%s\r\nHost:%s%s%s\r\nCookie:%s%s%s\r\n"
	                "Transfer-Encoding:%schunked%s\r\nContent-Type:%sapplication/json%s\r\n"
	                "Origin: http://%s%s\r\nConnection:%sclose%s\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
	                "", blank, raw_host(), blank, blank, person.cookie, blank, blank, blank, blank,
	                blank, raw_host(), blank, blank, blank));

	ck_assert_msg(a.status == 200 || a.status == 201 || a.status == 204, "%d: %s", a.status,
	              a.text);
	ck_assert(a.closed);
}
END_TEST

START_TEST(half_a_body_stores_nothing)
{
	long long stored = rows_stored();
	int connection = raw_open();
	const char *bytes = filled(POST "Content-Length: 18\r\n\r\n" GOOD);

	raw_write(connection, bytes, strlen(bytes));
	struct raw_answer a = raw_read(connection, 200);
	raw_close(connection);
	ck_assert_int_eq(a.answers, 0);
	wait_ms(100);
	ck_assert_int_eq(rows_stored(), stored);
}
END_TEST

Suite *http_framing_suite(void)
{
	Suite *suite = suite_create("http/framing");
	TCase *tc = tcase_create("framing");

	tcase_set_timeout(tc, 30);
	tcase_add_loop_test(tc, a_body_whose_length_is_in_doubt_is_refused_and_the_connection_ends, 0,
	                    sizeof framings / sizeof framings[0]);
	tcase_add_loop_test(tc, a_length_that_is_no_number_is_refused, 0, COUNT(lengths));
	tcase_add_loop_test(tc, a_field_of_one_value_that_comes_twice_is_refused, 0, COUNT(twice));
	tcase_add_test(tc, what_follows_a_refused_request_is_never_read_as_another);
	tcase_add_loop_test(tc, an_address_that_climbs_or_hides_something_is_refused, 0,
	                    COUNT(targets));
	tcase_add_loop_test(tc, what_is_no_http_is_told_so, 0, COUNT(lines));
	tcase_add_loop_test(tc, a_host_is_a_name_or_an_address_and_perhaps_a_port, 0, COUNT(hosts));
	tcase_add_test(tc, blank_lines_before_a_request_are_nothing);
	tcase_add_loop_test(tc, a_nul_is_refused_wherever_it_stands, 0, 4);
	tcase_add_loop_test(tc, a_head_that_is_too_large_is_told_so, 0, COUNT(sizes));
	tcase_add_test(tc, the_largest_head_leaves_room_for_the_largest_answer);
	tcase_add_loop_test(tc, extensions_of_chunks_and_trailers_are_ignored, 0, 2 * COUNT(around));
	tcase_add_test(tc, extensions_and_trailers_may_come_slowly);
	tcase_add_loop_test(tc, http_1_0_is_answered_and_hung_up_on, 0, 2);
	tcase_add_test(tc, requests_in_a_row_are_answered_in_their_order);
	tcase_add_test(tc, what_cannot_be_read_is_refused_behind_the_answers_before_it);
	tcase_add_loop_test(tc, a_client_that_closes_its_half_gets_its_answer, 0, COUNT(asks));
	tcase_add_loop_test(tc, a_request_may_come_in_pieces, 0, COUNT(asks));
	tcase_add_loop_test(tc, a_request_that_is_cut_short_is_told_so, 0, COUNT(cut_short));
	tcase_add_loop_test(tc, a_body_that_is_too_large_is_told_so_before_its_end, 0, 8);
	tcase_add_test(tc, a_refused_head_request_gets_no_body);
	tcase_add_loop_test(tc, blanks_around_a_value_are_no_part_of_it, 0, 3);
	tcase_add_test(tc, half_a_body_stores_nothing);
	suite_add_tcase(suite, tc);
	return suite;
}
