/* SPDX-License-Identifier: Apache-2.0 */
/* The commands and the streams that they are given: what cannot be told is not passed over. */
#include <string.h>

#include "client.h"
#include "program.h"
#include "raw.h"
#include "suites.h"
#include "world.h"

static const char *folder;

static void setup(void)
{
	folder = a_folder();
	write_text(folder, "j.csv", "worker,task,label\na,t,1\nb,t,0\na,u,1\n");
	write_text(folder, "t.csv", "task,label\nt,1\n");
	expect_code(0, folder, say("account add %s@example.org --role moderator", fresh_name()));
}

static void expect_said(const char *said, const char *what)
{
	ck_assert_msg(strstr(said, what) != NULL, "no \"%s\" in: %s", what, said);
}

static const char *const printing[] = { "version",
	                                    "infer j.csv",
	                                    "infer --report --truth t.csv j.csv",
	                                    "replay --truth t.csv j.csv",
	                                    "account list",
	                                    "campaign list",
	                                    "campaign show default",
	                                    "migrate --status" };

/* A disk that is full where the output goes. */
START_TEST(a_command_whose_words_are_lost_fails)
{
	expect_code(0, folder, printing[_i]);
	expect_said(expect_code(1, folder, say("%s > /dev/full", printing[_i])),
	            "standard output cannot be written");
	expect_code(1, folder, say("%s >&-", printing[_i]));
}
END_TEST

/* The first write fails and the last one could succeed: a disk with room again. */
START_TEST(labels_lost_in_the_middle_are_told)
{
	struct ran ran = shell(
		folder, "{ echo worker,task,label; seq 20000 | sed 's/.*/w,task-number-&,1/'; } > many.csv;"
				" (ulimit -f 8; trap '' XFSZ; \"$PROGRAM\" infer many.csv > labels.csv)");

	ck_assert_msg(ran.code == 1, "ended with %d: %s", ran.code, ran.said);
	expect_said(ran.said, "standard output cannot be written");
	ran = shell(
		folder,
		"(ulimit -f 8; trap '' XFSZ; \"$PROGRAM\" infer --workers w.csv many.csv > /dev/null)"
		" && sed 's/^w,/w&/;s/task-number-//' many.csv | awk -F, 'NR == 1 || $1 = \"w\" NR' OFS=, "
		"> workers.csv;"
		" (ulimit -f 8; trap '' XFSZ; \"$PROGRAM\" infer --workers w.csv workers.csv > /dev/null)");
	ck_assert_msg(ran.code == 1, "ended with %d: %s", ran.code, ran.said);
	expect_said(ran.said, "w.csv: cannot be written");
}
END_TEST

/* A password that nobody read is not a success. */
START_TEST(an_account_whose_password_is_lost_is_told)
{
	const char *email = say("%s@example.org", fresh_name());

	expect_said(expect_code(1, folder, say("account add %s --role moderator > /dev/full", email)),
	            "standard output cannot be written");
	expect_code(0, folder, say("account reset %s", email));
}
END_TEST

/* Files and connections must not get the numbers of standard streams that are closed. */
START_TEST(closed_standard_streams_are_held)
{
	unsigned port = raw_free_port();
	struct ran ran = shell(
		folder, say("cd \"$OLDPWD\"\n"
	                "\"$PROGRAM\" serve --no-work --listen 127.0.0.1:%u <&- >&- 2>&- & pid=$!\n"
	                /* Until it listens. */
	                "for i in $(seq 200); do\n"
	                "! grep -q ':%04X 00000000:0000 0A' /proc/net/tcp || break; sleep .1\n"
	                "done\n"
	                "for fd in 0 1 2; do readlink /proc/$pid/fd/$fd; done\nkill $pid; wait $pid",
	                port, port));

	ck_assert_str_eq(ran.said, "/dev/null\n/dev/null\n/dev/null\n");
}
END_TEST

/* Whatever stands beside it, and without a database. */
START_TEST(every_command_says_how_it_is_called_when_asked)
{
	struct ran ran = shell(
		folder,
		"unset DATABASE_URL; commands=$(\"$PROGRAM\" --help | awk '/^  [a-z]/ { print $1 }')\n"
		"for command in $commands; do for help in --help -h 'word --of=it --help'; do\n"
		"\"$PROGRAM\" $command $help 2>told.err >told || echo $command $help ends with $?\n"
		"grep -q \"^usage: touchstone $command\" told || echo $command $help tells nothing\n"
		"[ ! -s told.err ] || echo $command $help: an error\n"
		"done; done; echo $commands");

	ck_assert_int_eq(ran.code, 0);
	ck_assert_str_eq(
		ran.said,
		"serve work migrate import render item withdraw review held store verify score "
		"release provenance doctor jobs account audit campaign invite integrity leaks volunteers "
		"infer replay version\n");
	ran = shell(folder, "\"$PROGRAM\" none --help");
	ck_assert_int_eq(ran.code, 2);
	ran = shell(folder, "\"$PROGRAM\" -h | head -n 1");
	ck_assert_str_eq(ran.said, "usage: touchstone COMMAND ...\n");
}
END_TEST

Suite *http_commands_suite(void)
{
	Suite *suite = suite_create("http/commands");
	TCase *tests = tcase_create("streams");

	tcase_set_timeout(tests, 60);
	tcase_add_checked_fixture(tests, setup, NULL);
	tcase_add_loop_test(tests, a_command_whose_words_are_lost_fails, 0,
	                    sizeof printing / sizeof printing[0]);
	tcase_add_test(tests, labels_lost_in_the_middle_are_told);
	tcase_add_test(tests, an_account_whose_password_is_lost_is_told);
	tcase_add_test(tests, closed_standard_streams_are_held);
	tcase_add_test(tests, every_command_says_how_it_is_called_when_asked);
	suite_add_tcase(suite, tests);
	return suite;
}
