/* SPDX-License-Identifier: Apache-2.0 */
/* Signatures that Amazon publishes: its test suite of Signature Version 4, and the examples of S3.
 */
#include "crypto/sigv4.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

#include "crypto/sha256.h"
#include "suites.h"

#define EMPTY "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

static struct arena *arena;

static const struct sigv4_key suite_key = { "AKIDEXAMPLE",
	                                        "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "us-east-1",
	                                        "service" };
static const struct sigv4_key s3_key = { "AKIAIOSFODNN7EXAMPLE",
	                                     "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "us-east-1",
	                                     "s3" };

static void setup(void)
{
	arena = arena_new();
}

static void teardown(void)
{
	arena_free(arena);
}

#define AT_2015 1440938160 /* 2015-08-30 12:36:00 UTC */
#define AT_2013 1369353600 /* 2013-05-24 00:00:00 UTC */

static const struct {
	const char *name, *method, *path;
	struct sigv4_pair query[3];
	size_t query_count;
	const char *signature;
} suite[] = {
	{ "get-vanilla",
	  "GET",
	  "/",
	  { { 0 } },
	  0,
	  "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31" },
	{ "post-vanilla",
	  "POST",
	  "/",
	  { { 0 } },
	  0,
	  "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b" },
	{ "get-vanilla-query-order-key-case",
	  "GET",
	  "/",
	  { { "Param2", "value2" }, { "Param1", "value1" } },
	  2,
	  "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500" },
	{ "get-vanilla-empty-query-key",
	  "GET",
	  "/",
	  { { "Param1", "value1" } },
	  1,
	  "a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb" },
	{ "get-unreserved",
	  "GET",
	  "/-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
	  { { 0 } },
	  0,
	  "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f" },
	{ "get-utf8",
	  "GET",
	  "/\xe1\x88\xb4",
	  { { 0 } },
	  0,
	  "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85" },
};

START_TEST(the_published_suite_is_signed_as_published)
{
	const struct sigv4_pair headers[] = { { "host", "example.amazonaws.com" },
		                                  { "x-amz-date", "20150830T123600Z" } };
	struct sigv4_request request = { .method = suite[_i].method,
		                             .path = suite[_i].path,
		                             .query = suite[_i].query,
		                             .query_count = suite[_i].query_count,
		                             .headers = headers,
		                             .header_count = 2,
		                             .payload = EMPTY,
		                             .at_s = AT_2015 };
	char *expected = arena_printf(arena,
	                              "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/"
	                              "service/aws4_request, SignedHeaders=host;x-amz-date, "
	                              "Signature=%s",
	                              suite[_i].signature);

	ck_assert_msg(strcmp(sigv4_authorization(arena, &suite_key, &request), expected) == 0, "%s",
	              suite[_i].name);
}
END_TEST

#define S3_HOST                                  \
	{                                            \
		"host", "examplebucket.s3.amazonaws.com" \
	}
#define S3_DATE                          \
	{                                    \
		"x-amz-date", "20130524T000000Z" \
	}
#define S3_NONE                       \
	{                                 \
		"x-amz-content-sha256", EMPTY \
	}

static const struct {
	const char *what, *method, *path;
	struct sigv4_pair query[2], headers[5];
	size_t query_count, header_count;
	const char *payload, *signature;
} examples[] = {
	{ "GET Object",
	  "GET",
	  "/test.txt",
	  { { 0 } },
	  { S3_HOST, { "range", "bytes=0-9" }, S3_NONE, S3_DATE },
	  0,
	  4,
	  EMPTY,
	  "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41" },
	{ "PUT Object",
	  "PUT",
	  "/test$file.text",
	  { { 0 } },
	  { { "date", "Fri, 24 May 2013 00:00:00 GMT" },
	    S3_HOST,
	    { "x-amz-content-sha256",
	      "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072" },
	    S3_DATE,
	    { "x-amz-storage-class", "REDUCED_REDUNDANCY" } },
	  0,
	  5,
	  "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072",
	  "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd" },
	{ "GET Bucket Lifecycle",
	  "GET",
	  "/",
	  { { "lifecycle", "" } },
	  { S3_HOST, S3_NONE, S3_DATE },
	  1,
	  3,
	  EMPTY,
	  "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543" },
	{ "List Objects",
	  "GET",
	  "/",
	  { { "prefix", "J" }, { "max-keys", "2" } },
	  { S3_HOST, S3_NONE, S3_DATE },
	  2,
	  3,
	  EMPTY,
	  "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7" },
};

START_TEST(the_examples_of_s3_are_signed_as_published)
{
	struct sigv4_request request = { .method = examples[_i].method,
		                             .path = examples[_i].path,
		                             .query = examples[_i].query,
		                             .query_count = examples[_i].query_count,
		                             .headers = examples[_i].headers,
		                             .header_count = examples[_i].header_count,
		                             .payload = examples[_i].payload,
		                             .at_s = AT_2013 };
	const char *got = sigv4_authorization(arena, &s3_key, &request);

	ck_assert_msg(strstr(got, examples[_i].signature) != NULL, "%s: %s", examples[_i].what, got);
}
END_TEST

START_TEST(an_address_is_signed_as_published)
{
	const struct sigv4_pair headers[] = { S3_HOST };
	struct sigv4_request request = { .method = "GET",
		                             .path = "/test.txt",
		                             .headers = headers,
		                             .header_count = 1,
		                             .payload = "UNSIGNED-PAYLOAD",
		                             .at_s = AT_2013 };

	ck_assert_str_eq(
		sigv4_presign(arena, &s3_key, &request, 86400, NULL),
		"/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE"
		"%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z"
		"&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature="
		"aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404");
}
END_TEST

/* A service joins blanks too, so a value may be sent with any. */
START_TEST(blanks_of_a_header_are_signed_as_one)
{
	const struct sigv4_pair plain[] = { { "host", "h" }, { "x", "a b" } };
	const struct sigv4_pair blank[] = { { "host", "h" }, { "x", "  a \t b  " } };
	struct sigv4_request request = { .method = "GET",
		                             .path = "/",
		                             .headers = plain,
		                             .header_count = 2,
		                             .payload = EMPTY,
		                             .at_s = AT_2013 };
	const char *first = sigv4_authorization(arena, &s3_key, &request);

	request.headers = blank;
	ck_assert_str_eq(sigv4_authorization(arena, &s3_key, &request), first);
}
END_TEST

Suite *sigv4_suite(void)
{
	Suite *suite_of = suite_create("sigv4");
	TCase *tcase = tcase_create("sigv4");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, the_published_suite_is_signed_as_published, 0,
	                    sizeof suite / sizeof suite[0]);
	tcase_add_loop_test(tcase, the_examples_of_s3_are_signed_as_published, 0,
	                    sizeof examples / sizeof examples[0]);
	tcase_add_test(tcase, an_address_is_signed_as_published);
	tcase_add_test(tcase, blanks_of_a_header_are_signed_as_one);
	suite_add_tcase(suite_of, tcase);
	return suite_of;
}
