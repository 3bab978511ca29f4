/* SPDX-License-Identifier: Apache-2.0 */
#include <jansson.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/json_parse.h"
#include "core/random.h"
#include "suites.h"

#define MUTANTS 40000 /* of each text */
#define LONGEST 4096

static const char *const texts[] = {
	/* what pages send */
	"{\"assignment\":\"UK_GXIT_4LnAmhRqPH1adWVnxx7mrr4TK8amSlLtyh0k\",\"judgments\":[{\"position\":"
	"\"left\",\"verdict\":\"real\",\"confidence\":93,\"tells\":[\"anatomy\"],\"marks\":[{\"x\":0."
	"25,\"y\":"
	"1.5e-3,\"t_ms\":120}]},{\"position\":\"right\",\"verdict\":\"fake\",\"confidence\":73,"
	"\"tells\":[]}],"
	"\"response_ms\":1000,\"device\":{\"width\":1280,\"pixel_ratio\":2.625,\"pointer\":\"mouse\"}}",
	/* strings */
	"[\"\",\"a\",\"\\\"\\\\\\/"
	"\\b\\f\\n\\r\\t\",\"\\u0041\\u00e9\\u20ac\\ud83d\\ude00\",\"\xc3\xa9\xe2\x82\xac"
	"\xf0\x9f\x98\x80\x7f\",\"\xed\x9f\xbf\xee\x80\x80\xf4\x8f\xbf\xbf\"]",
	/* numbers */
	"[0,-0,1,-1,9223372036854775807,-9223372036854775808,0.0,-0.0,1e5,1E+5,1e-5,2.5,1."
	"7976931348623157e308,"
	"5e-324,123456789012345678]",
	/* nesting, space and words */
	" \t\r\n{ \"a\" : [ [ ] , { } , { \"b\" : null } ] , \"c\" : true , \"d\" : false }\n ",
	"null",
	"\"text\"",
	"17",
	"-1.5",
	"[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]",
};

static const char *const refused[] = {
	"",
	" ",
	"{",
	"}",
	"[",
	"]",
	"[1,]",
	"[,1]",
	"[1 2]",
	"{\"a\"}",
	"{\"a\":}",
	"{\"a\":1,}",
	"{a:1}",
	"{'a':1}",
	"{\"a\":1,\"a\":1}",
	"{\"a\":1,\"\\u0061\":2}",
	"[1]]",
	"{} {}",
	"nul",
	"nulls",
	"True",
	"NaN",
	"Infinity",
	"-",
	"+1",
	"01",
	"-01",
	"1.",
	".5",
	"1e",
	"1e+",
	"0x10",
	"1_000",
	"1e400",
	"-1e400",
	"9223372036854775808",
	"-9223372036854775809",
	"\"",
	"\"a",
	"\"\\\"",
	"\"\\x\"",
	"\"\\u12\"",
	"\"\\u00g0\"",
	"\"\\u0000\"",
	"\"\\ud800\"",
	"\"\\ud800\\n\"",
	"\"\\ud800\\ud800\"",
	"\"\\udc00\"",
	"\"\n\"",
	"\"\x01\"",
	"\"\x80\"",
	"\"\xc0\x80\"",
	"\"\xc3\"",
	"\"\xe0\x80\x80\"",
	"\"\xed\xa0\x80\"",
	"\"\xf0\x80\x80\x80\"",
	"\"\xf4\x90\x80\x80\"",
	"\"\xf5\x80\x80\x80\"",
	"\"\xff\"",
	"\xef\xbb\xbf{}",
	"// no\n{}",
	"[1]/**/",
};

/* A copy with nothing behind it: reading on is seen by the sanitiser. */
static json_t *parse_copy(const char *text, size_t len, struct json_fault *fault)
{
	char *copy = malloc(len ? len : 1);

	memcpy(copy, text, len);
	json_t *value = json_parse(copy, len, fault);
	free(copy);
	return value;
}

/* Accepts and refuses what Jansson does, and reads the same. Answers whether it accepts. */
static bool agree(const char *text, size_t len)
{
	struct json_fault fault = { 0 };
	json_auto_t *ours = parse_copy(text, len, &fault);
	json_auto_t *theirs = json_loadb(text, len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, NULL);

	if (!ours && theirs && (strstr(fault.why, "deeper") || strstr(fault.why, "many digits")))
		return false;
	ck_assert_msg(!ours == !theirs, "%s: %.*s (%s)", ours ? "accepts" : "refuses", (int)len, text,
	              ours ? "" : fault.why);
	ck_assert_msg(!ours || json_equal(ours, theirs), "reads otherwise: %.*s", (int)len, text);
	return ours != NULL;
}

START_TEST(what_is_json_is_read_as_jansson_reads_it)
{
	ck_assert(agree(texts[_i], strlen(texts[_i])));
}
END_TEST

START_TEST(what_is_not_json_is_refused)
{
	struct json_fault fault = { 0 };

	ck_assert_ptr_null(parse_copy(refused[_i], strlen(refused[_i]), &fault));
	ck_assert_ptr_nonnull(fault.why);
	agree(refused[_i], strlen(refused[_i]));
}
END_TEST

START_TEST(every_beginning_of_a_text_is_read_as_jansson_reads_it)
{
	for (size_t len = 0; len < strlen(texts[_i]); len++)
		agree(texts[_i], len);
}
END_TEST

/* One change: another byte, one less, one more, or a piece twice. */
static size_t mutate(char *text, size_t len, struct random *random)
{
	static const char telling[] =
		"\"\\{}[],:0123456789.eE+-tfnu /\n\x01\x80\xbf\xc3\xe2\xed\xf0\xf4";
	size_t at = random_below(random, (uint32_t)len);
	char byte = telling[random_below(random, sizeof telling - 1)];

	switch (random_below(random, 4)) {
	case 0:
		text[at] = byte;
		return len;
	case 1:
		memmove(text + at, text + at + 1, len - at - 1);
		return len - 1;
	case 2:
		memmove(text + at + 1, text + at, len - at);
		text[at] = byte;
		return len + 1;
	default:
		memmove(text + at + (len - at) / 2, text + at, len - at);
		return len + (len - at) / 2;
	}
}

START_TEST(what_is_nearly_json_is_read_as_jansson_reads_it)
{
	struct random random = random_seeded(2026 + (uint64_t)_i);
	unsigned accepted = 0;

	for (unsigned mutant = 0; mutant < MUTANTS; mutant++) {
		char text[LONGEST];
		size_t len = strlen(texts[_i]);

		memcpy(text, texts[_i], len);
		for (uint32_t changes = 1 + random_below(&random, 3); changes && len; changes--)
			len = mutate(text, len, &random);
		accepted += agree(text, len) ? 1 : 0;
	}
	ck_assert_uint_gt(accepted, MUTANTS / 1000);
	ck_assert_uint_lt(accepted, MUTANTS);
}
END_TEST

START_TEST(sixteen_levels_are_read_and_no_more)
{
	struct json_fault fault = { 0 };
	json_auto_t *deep = parse_copy("[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]", 33, &fault);

	ck_assert_ptr_nonnull(deep);
	ck_assert_ptr_null(parse_copy("[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]", 35, &fault));
	ck_assert_str_eq(fault.why, "it nests deeper than 16 levels");
}
END_TEST

/* Jansson overlooks some. */
START_TEST(a_zero_byte_is_refused_wherever_it_stands)
{
	const char text[] = "{\"a\":[1,\"b\"]}";
	char changed[sizeof text];
	struct json_fault fault = { 0 };

	for (size_t at = 0; at < sizeof text; at++) {
		memcpy(changed, text, at);
		changed[at] = '\0';
		memcpy(changed + at + 1, text + at, sizeof text - 1 - at);
		ck_assert_ptr_null(parse_copy(changed, sizeof text, &fault));
	}
}
END_TEST

START_TEST(a_fault_names_its_line)
{
	struct json_fault fault = { 0 };

	ck_assert_ptr_null(parse_copy("{\n\"a\": 1,\n\"b\" 2}", 17, &fault));
	ck_assert_uint_eq(fault.line, 3);
	ck_assert_str_eq(fault.why, "a colon is expected");
}
END_TEST

/* How many allocations succeed before one fails; below 0: all. */
static int allocations_left = -1;

static void *scarce_malloc(size_t size)
{
	return allocations_left == 0 || (allocations_left > 0 && allocations_left-- == 0)
	           ? NULL
	           : malloc(size);
}

START_TEST(what_finds_no_memory_is_not_called_malformed)
{
	static const char text[] =
		"{\"a\": [1, 2.5, \"b\", true, null, {\"c\": [[], {}]}], \"\\u0064\": -3}";
	int failures = 0;

	json_set_alloc_funcs(scarce_malloc, free);
	for (int room = 0;; room++) {
		struct json_fault fault = { 0 };

		allocations_left = room;
		json_t *value = json_parse(text, strlen(text), &fault);
		bool all = allocations_left > 0;
		allocations_left = -1;
		if (value)
			json_decref(value);
		if (value && all)
			break;
		failures += !value;
		ck_assert_msg(value || fault.memory, "after %d: %s", room, fault.why);
	}
	ck_assert_int_gt(failures, 10);
	json_set_alloc_funcs(malloc, free);
	ck_assert_ptr_null(json_parse("{\"a\": }", 7, &(struct json_fault){ 0 }));
}
END_TEST

Suite *parse_suite(void)
{
	enum { TEXTS = sizeof texts / sizeof texts[0], REFUSED = sizeof refused / sizeof refused[0] };
	Suite *suite = suite_create("parse");
	TCase *tcase = tcase_create("parse");

	tcase_set_tags(tcase, "pure");
	tcase_set_timeout(tcase, 60);
	tcase_add_loop_test(tcase, what_is_json_is_read_as_jansson_reads_it, 0, TEXTS);
	tcase_add_loop_test(tcase, what_is_not_json_is_refused, 0, REFUSED);
	tcase_add_loop_test(tcase, every_beginning_of_a_text_is_read_as_jansson_reads_it, 0, TEXTS);
	tcase_add_loop_test(tcase, what_is_nearly_json_is_read_as_jansson_reads_it, 0, TEXTS);
	tcase_add_test(tcase, sixteen_levels_are_read_and_no_more);
	tcase_add_test(tcase, a_zero_byte_is_refused_wherever_it_stands);
	tcase_add_test(tcase, a_fault_names_its_line);
	tcase_add_test(tcase, what_finds_no_memory_is_not_called_malformed);
	suite_add_tcase(suite, tcase);
	return suite;
}
