/* SPDX-License-Identifier: Apache-2.0 */
/* Which store is the database's: media never lie where no server looks. */
#include <stdlib.h>
#include <string.h>

#include "client.h"
#include "program.h"
#include "suites.h"
#include "world.h"

/* An installation of its own: a database, and a folder with a picture and its manifest. */
static const char *folder, *url;

static void setup(void)
{
	folder = a_folder();
	url = a_database();
	struct ran made =
		shell(folder, "ffmpeg -v error -f lavfi -i testsrc2=s=64x48 -frames:v 1 a.png");
	ck_assert_msg(made.code == 0, "%s", made.said);
	write_text(folder, "m.csv", "file\na.png\n");
}

/* Runs the program on that database with `data` as its folder. */
static const char *expect(int code, const char *data, const char *arguments)
{
	return expect_code(code, folder, say("%s --database-url '%s' --data %s", arguments, url, data));
}

static void expect_text(const char *text, const char *part)
{
	ck_assert_msg(strstr(text, part) != NULL, "\"%s\" is not in: %s", part, text);
}

static void expect_shell(const char *line)
{
	struct ran ran = shell(folder, line);

	ck_assert_msg(ran.code == 0, "%s: %s", line, ran.said);
}

static void sql(const char *statement)
{
	expect_shell(say("psql -XAtq '%s' -c \"%s\"", for_owner(url), statement));
}

START_TEST(every_command_refuses_another_store)
{
	static const char *const commands[] = { "import m.csv", "serve --listen 127.0.0.1:0", "work",
		                                    "release list" };

	expect(0, "one", "import m.csv");
	for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
		const char *said = expect(1, "two", commands[i]);
		expect_text(said, "there is no such store");
		expect_text(said, "last at");
		expect_shell("[ ! -e two ]");
		expect_shell("mkdir -p empty/media");
		expect_text(expect(1, "empty", commands[i]), "holds no media of the database");
		expect_shell("[ ! -e empty/media/touchstone-store ]");
	}
}
END_TEST

START_TEST(a_store_of_another_database_is_refused)
{
	expect(0, "one", "import m.csv");
	const char *first = url;
	url = a_database();
	expect(0, "two", "import m.csv");
	expect_text(expect(1, "one", "release list"), "the store of another database");
	url = first;
	expect_text(expect(1, "two", "release list"), "the store of another database");
}
END_TEST

START_TEST(a_store_that_was_moved_or_linked_is_known_again)
{
	expect(0, "one", "import m.csv");
	expect_shell("mv one two && ln -s two three && mkdir four && ln -s ../two/media four/media");
	expect_text(expect(0, "two", "import m.csv"), "1 known already");
	expect_text(expect(0, "three", "import m.csv"), "1 known already");
	expect_text(expect(0, "four", "import m.csv"), "1 known already");
	expect_shell("cp -r two/media five && rm -r two");
	expect_text(expect(0, "x --store file:five", "import m.csv"), "1 known already");
}
END_TEST

START_TEST(an_installation_from_before_adopts_its_store)
{
	expect(0, "one", "import m.csv");
	expect_shell("rm -f one/media/touchstone-store && mkdir -p two/media");
	sql("DELETE FROM media_store");
	expect_text(expect(1, "two", "import m.csv"), "holds no media of the database");
	expect_text(expect(0, "one", "import m.csv"), "1 known already");
	expect_shell("grep -q . one/media/touchstone-store");
	expect_shell("rm -f one/media/touchstone-store"); /* a backup that left it out */
	expect_text(expect(0, "one", "import m.csv"), "1 known already");
	expect(1, "two", "import m.csv");
}
END_TEST

START_TEST(an_operator_may_give_the_database_another_store)
{
	expect(0, "one", "import m.csv");
	expect_text(expect(0, "two", "store adopt"), "two/media is the media store");
	expect(1, "one", "import m.csv");
	expect_text(expect(0, "two", "import m.csv"), "1 corrected or mended");
	expect_text(expect(0, "one", "store adopt"), "one/media is the media store");
	expect_text(expect(0, "one", "import m.csv"), "1 known already");
}
END_TEST

START_TEST(a_marker_that_cannot_be_read_is_said)
{
	expect(0, "one", "import m.csv");
	expect_shell("rm -f one/media/touchstone-store && echo nonsense > one/media/touchstone-store");
	expect_text(expect(1, "one", "import m.csv"), "holds no id");
}
END_TEST

START_TEST(of_two_first_starts_with_two_stores_one_goes_on)
{
	struct ran ran =
		shell(folder, say("for d in one two three; do \"$PROGRAM\" release list --database-url '%s'"
	                      " --data $d >/dev/null 2>&1 && echo went & done; wait",
	                      url));
	ck_assert_str_eq(ran.said, "went\n");
}
END_TEST

START_TEST(first_starts_with_one_store_all_go_on)
{
	struct ran ran =
		shell(folder, say("for d in 1 2 3; do \"$PROGRAM\" release list --database-url '%s'"
	                      " --data one && echo went & done; wait",
	                      url));
	ck_assert_str_eq(ran.said, "went\nwent\nwent\n");
}
END_TEST

Suite *http_store_suite(void)
{
	Suite *suite = suite_create("http/store");
	TCase *tc = tcase_create("store");

	tcase_set_timeout(tc, 120);
	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_test(tc, every_command_refuses_another_store);
	tcase_add_test(tc, a_store_of_another_database_is_refused);
	tcase_add_test(tc, a_store_that_was_moved_or_linked_is_known_again);
	tcase_add_test(tc, an_installation_from_before_adopts_its_store);
	tcase_add_test(tc, an_operator_may_give_the_database_another_store);
	tcase_add_test(tc, a_marker_that_cannot_be_read_is_said);
	tcase_add_loop_test(tc, of_two_first_starts_with_two_stores_one_goes_on, 0, 3);
	tcase_add_test(tc, first_starts_with_one_store_all_go_on);
	suite_add_tcase(suite, tc);
	return suite;
}
