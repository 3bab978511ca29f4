/* SPDX-License-Identifier: Apache-2.0 */
/* What goes wrong around the program: it says so, stops in time, and goes on when it is mended. */
#include <stdio.h>
#include <string.h>

#include "client.h"
#include "program.h"
#include "suites.h"
#include "world.h"

/* An installation of its own: a database, and a folder. */
static const char *folder, *url;

static void setup(void)
{
	folder = a_folder();
	url = a_database();
}

static void expect_text(const char *text, const char *part)
{
	ck_assert_msg(strstr(text, part) != NULL, "\"%s\" is not in: %s", part, text);
}

static void expect_none(const char *text, const char *part)
{
	ck_assert_msg(strstr(text, part) == NULL, "\"%s\" is in: %s", part, text);
}

static const char *expect_shell(const char *line)
{
	struct ran ran = shell(folder, line);

	ck_assert_msg(ran.code == 0, "%s: %s", line, ran.said);
	return ran.said;
}

/* Runs the program on that database, with the folder `data` as its own. */
static const char *expect(int code, const char *arguments)
{
	return expect_code(code, folder, say("%s --database-url '%s' --data data", arguments, url));
}

/* What runs a line of shell that may mount disks of its own; NULL, said so, where nothing can. */
static const char *may_mount(void)
{
	static const char *const ways[] = { "unshare -m", "unshare -rm" };

	for (int i = 0; i < 2; i++)
		if (shell(folder, say("%s mount -t tmpfs none /mnt", ways[i])).code == 0)
			return ways[i];
	puts("skipped: no disk can be mounted here");
	return NULL;
}

/* Three pictures and their manifest. */
static void make_pictures(void)
{
	expect_shell("ffmpeg -v error -f lavfi -i testsrc2=s=640x480 -frames:v 3 %d.png");
	write_text(folder, "m.csv", "file\n1.png\n2.png\n3.png\n");
}

START_TEST(an_import_stops_at_the_first_trouble_of_the_store)
{
	make_pictures();
	expect(0, "release list");
	expect_shell("rmdir data/media/tmp && : >data/media/tmp");
	const char *said = expect(1, "import m.csv");
	expect_text(said, "stopped at line 2, no row from there on was looked at: the media store");
	expect_text(said, "Not a directory");
	expect_text(said, "0 rows: 0 new, 0 known already, 0 bad");
	expect_shell("[ ! -e m.refused.csv ] && rm data/media/tmp");
	expect_text(expect(0, "import m.csv"), "3 rows: 3 new, 0 known already, 0 bad");
}
END_TEST

/* Room for the marker and for one picture's files at most, at whatever step the disk is full. */
START_TEST(an_import_says_that_the_disk_is_full_and_goes_on_when_there_is_room)
{
	static const int kilobytes[] = { 8, 40, 64, 96, 160 };

	const char *mounts = may_mount();

	if (!mounts)
		return;
	make_pictures();
	expect_shell("mkdir disk");
	const char *said = expect_shell(say(
		"%s sh -c 'mount -t tmpfs -o size=%dk none disk && "
		"\"$PROGRAM\" import m.csv --database-url \"%s\" --data data --store file:disk/media; "
		"code=$?; mount -o remount,size=64m disk && "
		"\"$PROGRAM\" import m.csv --database-url \"%s\" --data data --store file:disk/media && "
		"[ $code = 1 ] && [ ! -e m.refused.csv ]'",
		mounts, kilobytes[_i], url, url));
	expect_text(said, "No space left on device");
	expect_none(said, "Success");
	expect_text(said, "3 rows: ");
}
END_TEST

Suite *http_operations_suite(void)
{
	Suite *suite = suite_create("http/operations");
	TCase *tc = tcase_create("operations");

	tcase_set_timeout(tc, 120);
	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_test(tc, an_import_stops_at_the_first_trouble_of_the_store);
	tcase_add_loop_test(tc, an_import_says_that_the_disk_is_full_and_goes_on_when_there_is_room, 0,
						5);
	suite_add_tcase(suite, tc);
	return suite;
}
