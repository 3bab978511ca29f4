/* SPDX-License-Identifier: Apache-2.0 */
/* What the server makes of a folder of pages when it starts. */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "http/static.h"
#include "scratch.h"
#include "suites.h"

static void write_text(const char *name, const char *text)
{
	scratch_write(name, text, strlen(text));
}

static struct static_files *read_all(void)
{
	struct static_files *files = NULL;

	ck_assert_int_eq(static_read(scratch_path(""), &files).code, OK);
	return files;
}

/* A page whose script needs others: by every way to import, in a ring, and one that is missing. */
static void write_page(void)
{
	write_text("page.html",
	           "<link href=\"/static/a.css\">\n"
	           "<script type=\"module\" src=\"/static/main.js\"></script>\n"
	           "<a href=\"/static/\">no file</a> <script src=\"/static/old.js\"></script>\n");
	write_text("main.js", "import { one } from \"./one.js\";\nimport \"./two.js\";\n"
	                      "import {\n\tthree,\n} from \"./three.js\";\n");
	write_text("one.js", "export { two } from \"./two.js\";\nimport \"./main.js\";\n");
	write_text("two.js", "import none from \"./none.js\";\nimport * as one from \"./one.js\";\n");
	write_text("three.js", "// from \"./unended");
	write_text("old.js", "import { one } from \"./one.js\";\n");
	write_text("a.css", "a { color: inherit; }\n");
}

static unsigned count_of(const char *text, const char *piece)
{
	unsigned count = 0;

	for (const char *at = text; (at = strstr(at, piece)); at += strlen(piece))
		count++;
	return count;
}

START_TEST(a_page_preloads_each_module_that_its_script_needs_once)
{
	static const struct {
		const char *address;
		unsigned times;
	} preloads[] = { { "/one.js\">", 1 },  { "/two.js\">", 1 },  { "/three.js\">", 1 },
		             { "/main.js\">", 0 }, { "/none.js\">", 0 }, { "rel=\"modulepreload\"", 3 } };

	write_page();
	struct static_files *files = read_all();
	const char *page = static_find(files, "page.html")->bytes;

	const char *links = strstr(page, "rel=\"modulepreload\"");

	ck_assert_ptr_nonnull(links);
	for (size_t i = 0; i < sizeof preloads / sizeof preloads[0]; i++)
		ck_assert_msg(count_of(links, preloads[i].address) == preloads[i].times, "%s in %s",
		              preloads[i].address, page);
	static_free(files);
}
END_TEST

/* The first address in the page, without "/static/". */
static void named(const struct static_files *files, char address[64])
{
	const char *at = strstr(static_find(files, "page.html")->bytes, "/static/");

	ck_assert_int_eq(sscanf(at, "/static/%63[^\"]", address), 1);
}

START_TEST(a_file_has_a_new_address_once_any_file_has_changed)
{
	char before[64], same[64], after[64];
	struct static_files *files;

	write_page();
	named(files = read_all(), before);
	static_free(files);
	write_text("other.html", "<p>A page has no part in it.</p>");
	named(files = read_all(), same);
	static_free(files);
	write_text("three.js", "export const three = 3;\n");
	named(files = read_all(), after);
	ck_assert_str_eq(before, same);
	ck_assert_str_ne(before, after);
	ck_assert_ptr_nonnull(static_find(files, after));
	/* What an older page names is the file of now, which is asked about again. */
	ck_assert_ptr_eq(static_find(files, before), static_find(files, "a.css"));
	ck_assert_str_eq(static_find(files, before)->cache, "no-cache");
	static_free(files);
}
END_TEST

START_TEST(what_gets_no_smaller_is_not_compressed)
{
	char long_text[2000] = { 0 };

	memset(long_text, 'a', sizeof long_text - 1);
	write_text("small.css", "a{}");
	write_text("empty.html", "");
	write_text("long.css", long_text);
	struct static_files *files = read_all();

	ck_assert_ptr_null(static_find(files, "small.css")->gzip);
	ck_assert_ptr_null(static_find(files, "empty.html")->gzip);
	ck_assert_uint_lt(static_find(files, "long.css")->gzip->len, 100);
	static_free(files);
}
END_TEST

Suite *static_suite(void)
{
	Suite *suite = suite_create("http/static");
	TCase *tc = tcase_create("static");

	tcase_add_checked_fixture(tc, scratch_make, scratch_clear);
	tcase_add_test(tc, a_page_preloads_each_module_that_its_script_needs_once);
	tcase_add_test(tc, a_file_has_a_new_address_once_any_file_has_changed);
	tcase_add_test(tc, what_gets_no_smaller_is_not_compressed);
	suite_add_tcase(suite, tc);
	return suite;
}
