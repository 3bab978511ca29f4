/* SPDX-License-Identifier: Apache-2.0 */
/* What pages say: the texts of lang/en.json where the pages name them. */
#include <check.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "http/static.h"
#include "scratch.h"
#include "suites.h"

static void write_text(const char *name, const char *text)
{
	scratch_write(name, text, strlen(text));
}

static void write_sentences(const char *pages, const char *scripts)
{
	char text[1024];

	ck_assert_int_eq(mkdir(scratch_path("lang"), 0700), 0);
	mkdir(scratch_path("js"), 0700);
	snprintf(text, sizeof text, "{\"pages\": {%s}, \"scripts\": {%s}}", pages, scripts);
	write_text("lang/en.json", text);
}

static struct static_files *read_all(void)
{
	struct static_files *files = NULL;
	struct error err = static_read(scratch_path(""), &files);

	ck_assert_msg(err.code == OK, "%s", err.detail);
	return files;
}

static void says(const char *page, const char *expected)
{
	struct static_files *files;

	write_text("page.html", page);
	files = read_all();
	ck_assert_str_eq(static_find(files, "page.html")->bytes, expected);
	ck_assert_uint_eq(static_find(files, "page.html")->len, strlen(expected));
	static_free(files);
}

START_TEST(a_page_says_what_the_file_has_for_its_keys)
{
	write_sentences("\"a.lead\": \"Très vrai.\", \"a.empty\": \"\"", "");
	says("<p title=\"{{a.lead}}\">{{a.lead}}{{a.empty}}</p>",
	     "<p title=\"Très vrai.\">Très vrai.</p>");
}
END_TEST

START_TEST(a_text_is_never_markup)
{
	write_sentences("\"a\": \"<script src='x'>1 && 2</script> \\\" {{b}} </1> <2\", \"b\": \"!\"",
	                "");
	says("<p>{{b}}</p>", "<p>!</p>");
	write_text("page.html", "<p>{{a}}</p>");
	struct static_files *files = NULL;

	/* Its </1> belongs to no tag. */
	ck_assert_int_eq(static_read(scratch_path(""), &files).code, ERR_INTERNAL);
	write_text("lang/en.json",
	           "{\"pages\": {\"a\": \"<script src='x'>1 && 2</script> \\\" {{b}} <2\"},"
	           " \"scripts\": {}}");
	says("<p>{{a}}</p>",
	     "<p>&lt;script src=&#39;x&#39;&gt;1 &amp;&amp; 2&lt;/script&gt; &quot; {{b}} "
	     "&lt;2</p>");
}
END_TEST

START_TEST(words_of_a_text_take_the_tags_of_the_page)
{
	write_sentences("\"a\": \"<2>Look</2> & <1>read</1>.\"", "");
	says("{{a <a href=\"/x y\"> <b>}}", "<b>Look</b> &amp; <a href=\"/x y\">read</a>.");
}
END_TEST

START_TEST(the_server_does_not_start_with_a_page_that_lacks_words)
{
	static const char *const bad[] = {
		"{{unknown}}",        "{{}}",          "{{a",
		"{{a{{a}}}}",         "{{ a }}",       "{{a <b>}}",
		"{{link}}",           "{{link <b}}",   "{{link b}}",
		"{{link <b> <i>}}",   "{{twice <b>}}", "{{open <b>}}",
		"{{nested <b> <i>}}", "{{toString}}",  "{{a\n}}",
	};

	write_sentences("\"a\": \"A\", \"link\": \"<1>x</1>\", \"twice\": \"<1>x</1><1>y</1>\","
	                "\"open\": \"<1>x\", \"nested\": \"<1><2>x</2></1>\"",
	                "\"unknown\": \"of scripts\"");
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct static_files *files = NULL;

		write_text("page.html", bad[i]);
		struct error err = static_read(scratch_path(""), &files);

		ck_assert_msg(err.code == ERR_INTERNAL, "taken: %s", bad[i]);
		ck_assert_msg(strncmp(err.detail, "page.html: ", 11) == 0, "%s", err.detail);
	}
}
END_TEST

START_TEST(a_file_of_another_shape_is_refused)
{
	static const char *const bad[] = {
		"",
		"{",
		"[]",
		"{\"pages\": {}}",
		"{\"pages\": [], \"scripts\": {}}",
		"{\"pages\": {\"a\": {\"other\": \"plural\"}}, \"scripts\": {}}",
		"{\"pages\": {}, \"scripts\": {\"a\": 1}}",
		"{\"pages\": {}, \"scripts\": {\"a\": {\"other\": {}}}}",
		"{\"pages\": {\"a\": \"\", \"a\": \"\"}, \"scripts\": {}}",
	};

	write_sentences("", "");
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct static_files *files = NULL;

		write_text("lang/en.json", bad[i]);
		ck_assert_msg(static_read(scratch_path(""), &files).code == ERR_INTERNAL, "taken: %s",
		              bad[i]);
	}
}
END_TEST

START_TEST(without_the_file_only_pages_that_say_nothing_are_taken)
{
	struct static_files *files = NULL;

	says("<p></p>", "<p></p>");
	write_text("page.html", "<p>{{a}}</p>");
	ck_assert_int_eq(static_read(scratch_path(""), &files).code, ERR_INTERNAL);
}
END_TEST

START_TEST(a_page_brings_the_texts_that_its_scripts_name)
{
	write_sentences(
		"", "\"a.one\": \"</script><b>\", \"a.two\": \"not named\", \"b.x\": \"of a group\","
			"\"bb.x\": \"of another\", \"c\": {\"one\": \"1\", \"other\": \"n\"}");
	write_text("js/main.js", "import \"./other.js\";\nt(\"a.one\");\n");
	write_text("js/other.js", "term(\"b\", x); t(\"c\"); t(\"unknown\"); // a.two\n");
	write_text("page.html", "<script type=\"module\" src=\"/static/js/main.js\"></script>");
	struct static_files *files = read_all();
	const char *page = static_find(files, "page.html")->bytes;

	ck_assert_msg(strstr(page, "<script type=\"application/json\" id=\"sentences\">"
	                           "{\"a.one\":\"\\u003c/script>\\u003cb>\",\"b.x\":\"of a group\","
	                           "\"c\":{\"one\":\"1\",\"other\":\"n\"}}</script>"),
	              "%s", page);
	static_free(files);
}
END_TEST

Suite *sentences_suite(void)
{
	Suite *suite = suite_create("http/sentences");
	TCase *tc = tcase_create("sentences");

	tcase_add_checked_fixture(tc, scratch_make, scratch_clear);
	tcase_add_test(tc, a_page_says_what_the_file_has_for_its_keys);
	tcase_add_test(tc, a_text_is_never_markup);
	tcase_add_test(tc, words_of_a_text_take_the_tags_of_the_page);
	tcase_add_test(tc, the_server_does_not_start_with_a_page_that_lacks_words);
	tcase_add_test(tc, a_file_of_another_shape_is_refused);
	tcase_add_test(tc, without_the_file_only_pages_that_say_nothing_are_taken);
	tcase_add_test(tc, a_page_brings_the_texts_that_its_scripts_name);
	suite_add_tcase(suite, tc);
	return suite;
}
