/* SPDX-License-Identifier: Apache-2.0 */
/* What goes wrong around the program: it says so, stops in time, and goes on when it is mended. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "another.h"
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

static void sql(const char *statement)
{
	expect_shell(say("psql -XAtq '%s' -c \"%s\"", url, statement));
}

/* What rows of schema_migration do to those who start; NULL: they start. */
static const struct {
	const char *sql, *refused;
} schemas[] = {
	{ "INSERT INTO schema_migration (name, checksum) VALUES ('9000_future', 'x')",
	  "The database holds migration 9000_future, which this program does not know" },
	{ "INSERT INTO schema_migration (name, checksum) VALUES ('0002_future', 'x')",
	  "The database holds migration 0002_future, which this program does not know" },
	{ "INSERT INTO schema_migration (name, checksum, oldest_program) VALUES "
	  "('9001_future', 'x', '9000')",
	  "migration 9001_future, which needs a program that knows migration 9000" },
	{ "INSERT INTO schema_migration (name, checksum, oldest_program) VALUES "
	  "('9001_future', 'x', '0001')",
	  NULL },
	{ "UPDATE schema_migration SET checksum = 'x' WHERE name = '0003_corrections'",
	  "Migration 0003_corrections was changed after it ran" },
	{ "DELETE FROM schema_migration WHERE name = (SELECT max(name) FROM schema_migration)",
	  "The database is older than this program" },
	{ "DELETE FROM schema_migration WHERE name = '0004_releases'",
	  "Migration 0004_releases has not run, but later ones have" },
	{ "ALTER TABLE schema_migration DROP COLUMN oldest_program", NULL },
};

START_TEST(a_schema_of_another_program_is_refused)
{
	static const char *const commands[] = { "serve --listen 127.0.0.1:0", "work", "release list" };

	sql(schemas[_i].sql);
	for (size_t i = 0; schemas[_i].refused && i < sizeof commands / sizeof commands[0]; i++)
		expect_text(expect(1, say("%s --store file:data/media", commands[i])), schemas[_i].refused);
	if (!schemas[_i].refused)
		expect(0, "release list");
}
END_TEST

/* It was right when the server started. */
START_TEST(readyz_says_that_the_schema_became_another_programs)
{
	expect(0, "release list");
	struct another another = another_start(
		(const char *[]){ "--database-url", url, "--data", say("%s/data", folder), NULL });
	expect_shell(say("curl -sf %s/readyz", another.url));
	sql(schemas[0].sql);
	struct ran ran = shell(folder, say("curl -s -w %%{http_code} %s/readyz", another.url));
	expect_text(ran.said, schemas[0].refused);
	expect_text(ran.said, "503");
	another_stop(&another);
}
END_TEST

/* A database whose table of migrations is of an older program, which migrate alters, and a reader
 * of it that takes its time. */
START_TEST(migrate_holds_up_nobody_behind_a_reader)
{
	sql("ALTER TABLE schema_migration DROP COLUMN oldest_program");
	const char *said = expect_shell(
		say("(psql -XAtq '%s' -c 'BEGIN' -c 'SELECT count(*) FROM schema_migration' -c 'SELECT "
			"pg_sleep(9)' >/dev/null) & sleep 1; "
			"\"$PROGRAM\" migrate --database-url '%s' & migrating=$!; sleep 1; start=$(date +%%s); "
			"psql -XAtq '%s' -c 'SELECT count(*) > 5 FROM schema_migration'; "
			"echo waited $(($(date +%%s) - start)); wait $migrating && echo migrated",
			url, url, url));
	const char *waited = strstr(said, "waited ");
	ck_assert_msg(waited && atoi(waited + 7) < 5, "%s", said);
	expect_text(said, "others hold a lock");
	expect_text(said, "migrated");
}
END_TEST

/* Somebody migrates, and who asks may only read. */
START_TEST(the_status_of_migrations_waits_for_nobody_and_writes_nothing)
{
	const char *said = expect_shell(say(
		"(psql -XAtq '%s' -c 'SELECT pg_advisory_lock(499967689576), pg_sleep(6)' >/dev/null) & "
		"sleep 1; timeout 4 env PGOPTIONS='-c default_transaction_read_only=on' "
		"\"$PROGRAM\" migrate --status --database-url '%s'",
		url, url));
	expect_text(said, "done     0001_house");
	expect_none(said, "pending");
	sql("DROP SCHEMA public CASCADE; CREATE SCHEMA public");
	said = expect_shell(say("PGOPTIONS='-c default_transaction_read_only=on' "
							"\"$PROGRAM\" migrate --status --database-url '%s'",
							url));
	expect_text(said, "pending  0001_house");
	expect_none(said, "done");
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
	tcase_add_loop_test(tc, a_schema_of_another_program_is_refused, 0,
						sizeof schemas / sizeof schemas[0]);
	tcase_add_test(tc, readyz_says_that_the_schema_became_another_programs);
	tcase_add_test(tc, migrate_holds_up_nobody_behind_a_reader);
	tcase_add_test(tc, the_status_of_migrations_waits_for_nobody_and_writes_nothing);
	suite_add_tcase(suite, tc);
	return suite;
}
