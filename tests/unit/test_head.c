/* SPDX-License-Identifier: Apache-2.0 */
/* How a raw head and the framing of a body are read, without a connection. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "http/framing.h"
#include "http/head.h"
#include "suites.h"

#define COUNT(table) ((int)(sizeof(table) / sizeof(table)[0]))

/* What the library is to read instead; of the same length. */
static const struct {
	const char *came, *becomes;
	long long length;
} heads[] = {
	{ "GET / HTTP/1.1\r\nHost: x\r\n\r\n", "GET / HTTP/1.1\r\nHost: x\r\n\r\n", 0 },
	{ "GET / HTTP/1.0\r\n\r\n", "GET / HTTP/1.0\r\n\r\n", 0 },
	{ "GET / HTTP/1.1\r\nHost:x \r\n\r\n", "GET / HTTP/1.1\r\nHost: x\r\n\r\n", 0 },
	{ "GET / HTTP/1.1\r\nHost: x\r\nA:\r\n\r\n", "GET / HTTP/1.1\r\nHost: x\r\nA:\r\n\r\n", 0 },
	{ "GET / HTTP/1.1\r\nHost: x\r\nA: \t \r\n\r\n", "GET / HTTP/1.1\r\nHost: x\r\nA: \t \r\n\r\n",
	  0 },
	{ "PUT / HTTP/1.1\r\nHost: x\r\nContent-Length:\t7 \r\n\r\n",
	  "PUT / HTTP/1.1\r\nHost: x\r\nContent-Length:\t 7\r\n\r\n", 7 },
	{ "PUT / HTTP/1.1\r\nHost: x\r\ntransfer-encoding: CHUNKED\r\n\r\n",
	  "PUT / HTTP/1.1\r\nHost: x\r\ntransfer-encoding: CHUNKED\r\n\r\n", CHUNKED },
	{ "GET http://x/y HTTP/1.1\r\nHost: x\r\n\r\n", "GET         /y HTTP/1.1\r\nHost: x\r\n\r\n",
	  0 },
	{ "GET http://x HTTP/1.1\r\nHost: x\r\n\r\n", "GET        / HTTP/1.1\r\nHost: x\r\n\r\n", 0 },
	{ "GET http://x?y HTTP/1.1\r\nHost: x\r\n\r\n", "GET        /?y HTTP/1.1\r\nHost: x\r\n\r\n",
	  0 },
	{ "GET http://xyz/y HTTP/1.1\r\nA: b\r\nHost: q\r\n\r\n",
	  "GET         /y HTTP/1.1\r\nA: b\r\nHost: xyz\r\n\r\n", 0 },
	{ "GET http://q/y HTTP/1.1\r\nHost: xyz\r\nA: b\r\n\r\n",
	  "GET         /y HTTP/1.1\r\nHost:   q\r\nA: b\r\n\r\n", 0 },
};

START_TEST(a_good_head_is_written_so_that_the_library_reads_it_alike)
{
	size_t len = strlen(heads[_i].came);
	char *bytes = strdup(heads[_i].came);
	struct head head;

	ck_assert_int_eq(head_read(bytes, len, &head).code, OK);
	ck_assert_str_eq(bytes, heads[_i].becomes);
	ck_assert_uint_eq(head.len, len);
	ck_assert_int_eq(head.length, heads[_i].length);
	free(bytes);
}
END_TEST

START_TEST(no_beginning_of_a_good_head_is_refused_or_taken_for_it)
{
	for (size_t len = 0; len < strlen(heads[_i].came); len++) {
		char *bytes = malloc(len + 1); /* of its own, so that a sanitizer sees one byte too far */
		struct head head;

		memcpy(bytes, heads[_i].came, len);
		ck_assert_int_eq(head_read(bytes, len, &head).code, OK);
		ck_assert_uint_eq(head.len, 0);
		free(bytes);
	}
}
END_TEST

static const struct {
	const char *bytes;
	size_t taken; /* 0: it goes on */
	enum error_code code;
	const char *kept; /* NULL: as it came */
} bodies[] = {
	{ "3\r\nabc\r\n0\r\n\r\nGET", 13, OK, "3\r\nabc\r\n0\r\n\r\n" },
	{ "00003\r\nabc\r\n0\r\n\r\n", 17, OK, NULL },
	{ "a;x=\"y\"\r\n0123456789\r\n0;z\r\nA: b\r\nC:\r\n\r\n", 38, OK,
	  "a\r\n0123456789\r\n0\r\n\r\n" },
	{ "3 ;x\r\nabc\r\n0\t ; y = z\r\n\r\n", 25, OK, "3\r\nabc\r\n0\r\n\r\n" },
	{ "3;\r\n;x\r\r\n0;\r\n\r\n", 15, OK, "3\r\n;x\r\r\n0\r\n\r\n" },
	{ "3\r\nabc\r\n0\r\n", 0, OK, NULL },
	{ "3\r\nabc", 0, OK, NULL },
	{ "3;abc", 0, OK, "3" },
	{ "0\r\na: b\r\n", 0, OK, "0\r\n" },
	{ "100\r\n", 0, OK, NULL },
	{ "101\r\n", 0, ERR_TOO_LARGE, NULL },
	{ "ffffffffffffffff\r\n", 0, ERR_TOO_LARGE, NULL },
	{ "g\r\n", 0, ERR_MALFORMED, NULL },
	{ "\r\n", 0, ERR_MALFORMED, NULL },
	{ " 3\r\n", 0, ERR_MALFORMED, NULL },
	{ "3 \r\n", 0, ERR_MALFORMED, NULL },
	{ "3 3\r\n", 0, ERR_MALFORMED, NULL },
	{ "3\n", 0, ERR_MALFORMED, NULL },
	{ "3\rx", 0, ERR_MALFORMED, NULL },
	{ "3\r\nabcd", 0, ERR_MALFORMED, NULL },
	{ "0\r\n a: b\r\n", 0, ERR_MALFORMED, NULL },
	{ "0\r\nab\r\n", 0, ERR_MALFORMED, NULL },
	{ "0\r\na: b\n\r\n", 0, ERR_MALFORMED, NULL },
};

/* However the bytes are cut into pieces; extensions and trailers go no further. */
START_TEST(chunks_are_followed_to_their_end)
{
	size_t len = strlen(bodies[_i].bytes);

	for (size_t piece = 1; piece <= len; piece++) {
		struct framing framing = framing_of(CHUNKED, 256);
		char *bytes = strdup(bodies[_i].bytes), kept[64] = { 0 };
		struct error err = ok();
		size_t at = 0, taken = 1, some = 0, end = 0;

		while (!err.code && at < len && framing.place != FRAMING_END) {
			err = framing_follow(&framing, bytes + at, piece < len - at ? piece : len - at, &taken,
			                     &some);
			if (err.code)
				break;
			memcpy(kept + end, bytes + at, some);
			at += taken;
			end += some;
		}
		ck_assert_int_eq(err.code, bodies[_i].code);
		if (!err.code) {
			ck_assert_uint_eq(framing.place == FRAMING_END ? at : 0, bodies[_i].taken);
			ck_assert_str_eq(kept, bodies[_i].kept ? bodies[_i].kept : bodies[_i].bytes);
		}
		free(bytes);
	}
}
END_TEST

START_TEST(a_detail_is_cut_between_two_characters)
{
	struct error err = errorf(ERR_INVALID, "%*s\xe2\x82\xac", _i, "");
	size_t len = strlen(err.detail);

	ck_assert_uint_lt(len, sizeof err.detail);
	ck_assert_uint_eq(len, (size_t)_i + 3 < sizeof err.detail ? (size_t)_i + 3 : (size_t)_i);
}
END_TEST

Suite *head_suite(void)
{
	Suite *suite = suite_create("http/head");
	TCase *tc = tcase_create("head");

	tcase_add_loop_test(tc, a_good_head_is_written_so_that_the_library_reads_it_alike, 0,
	                    COUNT(heads));
	tcase_add_loop_test(tc, no_beginning_of_a_good_head_is_refused_or_taken_for_it, 0,
	                    COUNT(heads));
	tcase_add_loop_test(tc, chunks_are_followed_to_their_end, 0, COUNT(bodies));
	tcase_add_loop_test(tc, a_detail_is_cut_between_two_characters, 185, 192);
	suite_add_tcase(suite, tc);
	return suite;
}
