/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The reasons of refusals (core/reason.h): each is described, documented and met by a test, and
 * nothing else is.
 */
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client.h"
#include "core/arena.h"
#include "core/error.h"
#include "describe.h"
#include "http/problem.h"
#include "raw.h"
#include "suites.h"
#include "world.h"

#define REASON_ROW(reason, name, code, title, ...) { code, name, title },

static const struct {
	enum error_code code;
	const char *name, *title;
} reasons[] = { CODE_REASONS(REASON_ROW) NAMED_REASONS(REASON_ROW) };

#define COUNT (sizeof reasons / sizeof reasons[0])

START_TEST(the_description_lists_every_reason_and_no_other)
{
	const json_t *listed = at(described(), "components/schemas/Problem/properties/type/enum");

	ck_assert_uint_eq(json_array_size(listed), COUNT);
	for (size_t i = 0; i < COUNT; i++)
		ck_assert_str_eq(json_string_value(json_array_get(listed, i)),
		                 say("/problems/%s", reasons[i].name));
}
END_TEST

static char *text_of_file(const char *path)
{
	FILE *file = fopen(path, "r");
	char *text = keep(calloc(1, 1 << 20));

	ck_assert_msg(file && fread(text, 1, (1 << 20) - 1, file) > 0, "%s", path);
	fclose(file);
	return text;
}

static unsigned status_of_code(enum error_code code)
{
	struct arena *arena = arena_new();
	unsigned status;

	problem_answer(arena, errorf(code, "x"), NULL, false, &status);
	arena_free(arena);
	return status;
}

START_TEST(the_documents_list_every_reason_and_no_other)
{
	char *line = strstr(text_of_file("docs/api.md"), "\n| --- | --- | --- |\n");

	ck_assert_ptr_nonnull(line);
	line = strstr(line + 1, "\n") + 1;
	for (size_t i = 0; i < COUNT; i++) {
		const char *row = say("| `%s` | %u | %s |\n", reasons[i].name,
		                      status_of_code(reasons[i].code), reasons[i].title);

		ck_assert_msg(strncmp(line, row, strlen(row)) == 0, "not \"%s\" but \"%.80s\"", row, line);
		line += strlen(row);
	}
	ck_assert_msg(*line != '|', "%.80s", line);
}
END_TEST

/* No request brings these about: they are for what nobody has foreseen. */
static const char *const unforeseen[] = { "conflict", "gone", "storage", "internal" };

static bool is_unforeseen(const char *name)
{
	for (size_t i = 0; i < sizeof unforeseen / sizeof unforeseen[0]; i++)
		if (strcmp(unforeseen[i], name) == 0)
			return true;
	return false;
}

/* What the HTTP tests are written in, one text a file, NULL at the end. */
static const char **read_tests(void)
{
	glob_t files;

	ck_assert_int_eq(glob("tests/http/test_*.c", 0, NULL, &files), 0);
	const char **texts = keep(calloc(files.gl_pathc + 1, sizeof *texts));
	for (size_t i = 0; i < files.gl_pathc; i++)
		texts[i] = text_of_file(files.gl_pathv[i]);
	globfree(&files);
	return texts;
}

/* Is it what some test expects? */
static bool is_expected(const char *const texts[], const char *name)
{
	const char *word = say("\"%s\"", name), *type = say("/problems/%s\"", name);

	for (; *texts; texts++)
		if (strstr(*texts, word) || strstr(*texts, type))
			return true;
	return false;
}

START_TEST(every_reason_is_met_by_a_test)
{
	const char **texts = read_tests();

	for (size_t i = 0; i < COUNT; i++)
		ck_assert_msg(is_unforeseen(reasons[i].name) || is_expected(texts, reasons[i].name),
		              "no test expects %s", reasons[i].name);
}
END_TEST

/* `fill` times the letter x stand between the two. */
static const struct {
	const char *before, *behind, *reason;
	int fill;
} heads[] = {
	{ "GET /healthz", "\r\n\r\n", "malformed", 0 },
	{ "GET /healthz HTTP/2.0\r\nHost: x", "\r\n\r\n", "version", 0 },
	{ "GET /?", " HTTP/1.1\r\nHost: x\r\n\r\n", "address-too-long", 8200 },
	{ "GET / HTTP/1.1\r\nHost: x\r\nA: ", "\r\n\r\n", "headers-too-large", 16000 },
	{ "BREW /healthz HTTP/1.1\r\nHost: x", "\r\n\r\n", "unsupported", 0 },
	{ "PUT /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 0", "\r\n\r\n", "method", 0 },
};

START_TEST(a_head_that_is_refused_has_its_reason)
{
	char *fill = keep(calloc(1, (size_t)heads[_i].fill + 1));

	memset(fill, 'x', (size_t)heads[_i].fill);
	struct raw_answer a = raw_ask(say("%s%s%s", heads[_i].before, fill, heads[_i].behind));
	ck_assert_msg(strstr(a.text, say("/problems/%s\"", heads[_i].reason)), "%s", a.text);
}
END_TEST

Suite *http_reasons_suite(void)
{
	Suite *suite = suite_create("http/reasons");
	TCase *tc = tcase_create("reasons");

	tcase_add_test(tc, the_description_lists_every_reason_and_no_other);
	tcase_add_test(tc, the_documents_list_every_reason_and_no_other);
	tcase_add_test(tc, every_reason_is_met_by_a_test);
	tcase_add_loop_test(tc, a_head_that_is_refused_has_its_reason, 0,
	                    sizeof heads / sizeof heads[0]);
	suite_add_tcase(suite, tc);
	return suite;
}
