/* SPDX-License-Identifier: Apache-2.0 */
#include "bench_requests.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static size_t fitting(int len)
{
	return len > 0 && len < BENCH_REQUEST ? (size_t)len : 0;
}

size_t bench_post(char *out, const char *path, const char *cookie, const char *body)
{
	return fitting(snprintf(out, BENCH_REQUEST,
	                        "POST /api/v1%s HTTP/1.1\r\n"
	                        "Host: localhost\r\n"
	                        "%s%s%s"
	                        "Content-Type: application/json\r\n"
	                        "Content-Length: %zu\r\n"
	                        "\r\n"
	                        "%s",
	                        path, *cookie ? "Cookie: " : "", cookie, *cookie ? "\r\n" : "",
	                        strlen(body), body));
}

size_t bench_get(char *out, const char *path, const char *cookie)
{
	return fitting(snprintf(out, BENCH_REQUEST,
	                        "GET %s HTTP/1.1\r\n"
	                        "Host: localhost\r\n"
	                        "%s%s%s"
	                        "\r\n",
	                        path, *cookie ? "Cookie: " : "", cookie, *cookie ? "\r\n" : ""));
}

const char *bench_verdict(uint64_t tag, int on_right)
{
	return (on_right ? tag / 2 : tag) % 2 ? "fake" : "real";
}

unsigned bench_confidence(uint64_t tag, int on_right)
{
	return 50 + (unsigned)((on_right ? tag / 51 : tag) % 51);
}

/* What the page sends: two verdicts, a tell, the times and the device. */
size_t bench_judge(char *out, const char *cookie, const char *token, uint64_t tag)
{
	char body[BENCH_REQUEST];
	int len = snprintf(
		body, sizeof body,
		"{\"assignment\":\"%s\",\"judgments\":["
		"{\"position\":\"left\",\"verdict\":\"%s\",\"confidence\":%u,\"tells\":[\"anatomy\"]},"
		"{\"position\":\"right\",\"verdict\":\"%s\",\"confidence\":%u,\"tells\":[]}],"
		"\"response_ms\":%" PRIu64 ",\"exposure_ms\":5400,"
		"\"device\":{\"width\":1280,\"height\":720,\"pixel_ratio\":2,\"pointer\":\"mouse\"}}",
		token, bench_verdict(tag, 0), bench_confidence(tag, 0), bench_verdict(tag, 1),
		bench_confidence(tag, 1), tag);

	return len > 0 && len < (int)sizeof body ? bench_post(out, "/judgments", cookie, body) : 0;
}
