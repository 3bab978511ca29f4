/* SPDX-License-Identifier: Apache-2.0 */
/* What goes wrong around the program: it says so, stops in time, and goes on when it is mended. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "another.h"
#include "client.h"
#include "program.h"
#include "raw.h"
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

/* Room for the marker and for one picture's files at most, at whatever step the disk is full. At 72
 * a page of a file that vips has mapped for code finds no room, and a signal ends it. */
static const int kilobytes[] = { 8, 40, 64, 68, 72, 76, 96, 160 };

START_TEST(an_import_says_that_the_disk_is_full_and_goes_on_when_there_is_room)
{
	const char *mounts = may_mount();

	if (!mounts)
		return;
	make_pictures();
	if (kilobytes[_i] < 96) /* one at a time, so that nothing depends on who is first */
		write_text(folder, "m.csv", "file\n1.png\n");
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
	expect_text(said, kilobytes[_i] < 96 ? "1 rows: " : "3 rows: ");
}
END_TEST

static void sql(const char *statement)
{
	expect_shell(say("psql -XAtq '%s' -c \"%s\"", for_owner(url), statement));
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
	        url, for_owner(url), url));
	const char *waited = strstr(said, "waited ");
	ck_assert_msg(waited && atoi(waited + 7) < 5, "%s", said);
	expect_text(said, "others hold a lock");
	expect_text(said, "migrated");
}
END_TEST

/* Debian's PgBouncer in front of a new database; its settings say $MORE. Needs the program. */
static const char pooled[] =
	"command -v pgbouncer >/dev/null || { echo absent; exit 0; }\n"
	"ask() { psql -Atq \"$DATABASE_URL\" -c \"\\\\echo :$1\"; }\n"
	"host=$(ask HOST) port=$(ask PORT) name=$(ask DBNAME) user=$(ask USER)\n"
	"open=$(mktemp -d /tmp/touchstone-pooler.XXXXXX); chmod 755 $open; cat >$open/ini <<-END\n"
	"[databases]\npooled = host=$host port=$port dbname=$name user=$user\n"
	"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = $PORT\nauth_type = any\n"
	"pool_mode = transaction\nunix_socket_dir =\n$MORE\nEND\n"
	"chmod 644 $open/ini\n"
	"as=\"setpriv --reuid=$(stat -c %u $host) --regid=$(stat -c %g $host) --clear-groups\"\n"
	"[ $(id -u) = 0 ] || as=\n"
	"$as timeout 20 pgbouncer $open/ini >pooler.log 2>&1 & pooler=$!\n"
	"url=postgresql://127.0.0.1:$PORT/pooled\n"
	"for i in $(seq 50); do psql -Atqc 'SELECT 1' $url >ready 2>&1 && break; sleep .1; done\n"
	"DATABASE_URL=$url timeout 10 $PROGRAM migrate; echo \"ended with $?\"\n"
	"timeout 10 $PROGRAM migrate; echo \"then with $?\"\n"
	"kill $pooler; cat $open/ini pooler.log ready; rm -r $open\n";

START_TEST(a_pooler_that_keeps_no_session_is_refused_and_no_lock_is_left_behind)
{
	static const char *const settings[] = { "", "ignore_startup_parameters = options" };
	const char *place = a_folder();

	ck_assert_int_eq(setenv("DATABASE_URL", a_database(), 1), 0);
	for (int i = 0; i < 2; i++) {
		const char *said =
			shell(place, say("PORT=%u MORE='%s'\n%s", raw_free_port(), settings[i], pooled)).said;
		if (strstr(said, "absent")) {
			puts("skip: a_pooler_that_keeps_no_session: pgbouncer is not installed");
			return;
		}
		ck_assert_msg(strstr(said, "ended with 1") && strstr(said, "then with 0"), "%s", said);
		ck_assert_msg(strstr(said, i ? "keeps no session" : "startup parameter"), "%s", said);
	}
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

/* ------------------------------------------------------------------ lost media */

static double metric_of(const char *name)
{
	const char *at = strstr(get(NULL, "/metrics").text, say("\n%s ", name));

	ck_assert_msg(at != NULL, "no metric %s", name);
	return strtod(at + strlen(name) + 2, NULL);
}

static const char *path_of(const char *digest)
{
	return say("%s/media/%.2s/%s", getenv("TOUCHSTONE_DATA"), digest, digest + 2);
}

static const char *lost_file, *lost_campaign;

/* A campaign of two items, one of which will lose its file. */
static void make_two_items(void)
{
	const char *kept = fresh_name(), *lost = fresh_name();

	lost_campaign = a_campaign();
	lost_file = a_file(lost, strlen(lost));
	make_items(&(struct items){
		.campaign = lost_campaign, .count = 1, .file = a_file(kept, strlen(kept)) });
	make_items(&(struct items){ .campaign = lost_campaign, .count = 1, .file = lost_file });
}

static long offered(void)
{
	struct person person = a_volunteer();

	await_desk(NULL);
	return post(&person, "/api/v1/assignments", json_pack("{s:s}", "campaign", lost_campaign))
	    .status;
}

START_TEST(an_item_whose_file_is_lost_is_out_of_service_until_it_is_back)
{
	double missed = metric_of("touchstone_missing_media_total");
	struct person person = a_volunteer();
	const char *is_lost = say("SELECT EXISTS (SELECT FROM lost_item JOIN item ON id = item_id"
	                          " WHERE rendition = '\\x%s')",
	                          (make_two_items(), lost_file));
	json_t *lease = a_lease(&person, lost_campaign);

	expect_shell(say("mv '%s' aside", path_of(lost_file)));
	long left = get(&person, text_at(lease, "items/0/media/url")).status;
	long right = get(&person, text_at(lease, "items/1/media/url")).status;
	ck_assert_int_eq(left + right, 200 + 404);
	ck_assert_double_gt(metric_of("touchstone_missing_media_total"), missed);
	await_db(10, is_lost);
	ck_assert_int_eq(offered(), 204);
	expect_shell(say("mv aside '%s'", path_of(lost_file)));
	await_db(20, say("SELECT NOT (%s)", is_lost));
	ck_assert_int_eq(offered(), 201);
}
END_TEST

/* Removes a file of the only item with this name, and says where it was. */
static const char *file_of(const char *column)
{
	const char *said = expect_shell(
		say("psql -XAtq '%s' -c \"SELECT encode(%s, 'hex') FROM item ORDER BY id LIMIT 1\"", url,
	        column));
	return say("%s/data/media/%.2s/%.62s", folder, said, said + 2);
}

START_TEST(a_check_of_the_store_finds_what_is_lost_damaged_and_named_by_nobody)
{
	make_pictures();
	expect(0, "import m.csv");
	expect_text(expect(0, "store check --deep"), "9 files are named by the database: 0 missing, 0");
	const char *rendition = file_of("rendition"), *original = file_of("sha256");
	const char *unknown = "data/media/00/"
						  "11111111111111111111111111111111111111111111111111111111111111";
	expect_shell(
		say("rm -f '%s' && chmod u+w '%s' && echo x >>'%s'", rendition, original, original));
	expect_shell(say("mkdir -p data/media/00 && touch %s && touch -d '2 days ago' %s && "
	                 "touch data/media/00/"
	                 "22222222222222222222222222222222222222222222222222222222222222",
	                 unknown, unknown));
	const char *said = expect(1, "store check");
	expect_text(said, say("missing: %s (rendition of ", rendition));
	expect_text(said, say("unknown: %s/%s\n", folder, unknown));
	expect_text(said, "1 missing, 0 damaged (only --deep reads them); 1 that it does not name");
	expect_text(said, "put them back from a backup, or import");
	expect_none(said, "damaged: ");
	expect_none(said, "222222");
	said = expect(1, "store check --deep");
	expect_text(said, say("damaged: %s (original of ", original));
	expect_text(said, "1 missing, 1 damaged; 1 that");
	sql("DO \\$\\$BEGIN ASSERT (SELECT count(*) FROM lost_item) = 1; END\\$\\$");
	expect_shell(say("rm -f '%s'", original));
	expect_text(expect(0, "import m.csv"), "1 corrected or mended");
	expect_text(expect(0, "store check --deep"), "0 missing, 0 damaged");
	sql("DO \\$\\$BEGIN ASSERT NOT EXISTS (SELECT FROM lost_item); END\\$\\$");
}
END_TEST

/* ------------------------------------------------------------------ start, and /readyz */

static struct another start_own(void)
{
	return another_start(
		(const char *[]){ "--database-url", url, "--data", say("%s/data", folder), NULL });
}

static const char *readyz(const struct another *server, long status)
{
	struct answer answer = call(&(struct call){ .server = server->url, .path = "/readyz" });

	expect_status(answer, status);
	return answer.text;
}

static struct answer ask_own(const struct another *server, struct person *as, const char *path,
                             json_t *body)
{
	return call(&(struct call){ .server = server->url, .path = path, .as = as, .body = body });
}

START_TEST(a_store_that_takes_no_files_lets_judging_go_on)
{
	struct person person = { 0 };

	make_pictures();
	expect(0, "import m.csv");
	expect_shell("rmdir data/media/tmp && : >data/media/tmp");
	struct another server = start_own();
	expect_text(readyz(&server, 200), "the media store could not take a file: Not a directory");
	expect_status(ask_own(&server, &person, "/api/v1/volunteers", json_pack("{s:b}", "consent", 1)),
	              201);
	await_desk(server.url);
	struct answer lease = ask_own(&server, &person, "/api/v1/assignments", json_object());
	expect_status(lease, 201);
	expect_status(ask_own(&server, &person, text_at(lease.body, "items/0/media/url"), NULL), 200);
	expect_status(ask_own(&server, &person, "/api/v1/judgments",
	                      verdicts_on(text_at(lease.body, "assignment"), "real", "fake")),
	              201);
	another_stop(&server);
}
END_TEST

START_TEST(readyz_says_that_the_store_is_gone)
{
	expect(0, "release list");
	struct another server = start_own();
	expect_shell("mv data/media elsewhere && mkdir data/media");
	readyz(&server, 200); /* what was opened is still there */
	expect_shell("rm -f elsewhere/touchstone-store");
	expect_text(readyz(&server, 503), "the media store is gone");
	another_stop(&server);
}
END_TEST

START_TEST(a_secret_that_is_lost_or_another_stops_the_start)
{
	struct another server = start_own();

	another_stop(&server);
	expect_shell("mv data/secret kept");
	expect_text(expect(1, "serve --listen 127.0.0.1:0"), "the secret file is missing, which");
	expect_shell("[ ! -e data/secret ] && head -c 32 /dev/urandom >data/secret && "
	             "chmod 600 data/secret");
	expect_text(expect(1, "serve --listen 127.0.0.1:0"), "the secret file is not the one that");
	expect_shell("mv data/secret other && mv kept data/secret");
	server = start_own();
	struct another renewed = another_start(
		(const char *[]){ "--database-url", url, "--data", say("%s/data", folder), "--secret-file",
	                      say("%s/other", folder), "--new-secret", NULL });
	expect_text(readyz(&server, 503), "the secret file is not the one that");
	readyz(&renewed, 200);
	another_stop(&server);
	another_stop(&renewed);
	expect(1, "serve --listen 127.0.0.1:0");
}
END_TEST

/* A function of the same name, found first, stands for a database whose clock is wrong. */
START_TEST(a_clock_minutes_off_the_databases_is_named)
{
	struct another server = start_own();

	expect_text(readyz(&server, 200), "\"clock\":\"ok\"");
	another_stop(&server);
	sql("CREATE FUNCTION public.clock_timestamp() RETURNS timestamptz LANGUAGE sql AS "
	    "'SELECT pg_catalog.clock_timestamp() + make_interval(mins => 5)'");
	sql("DO \\$\\$BEGIN EXECUTE format('ALTER DATABASE %I SET search_path = public, pg_catalog',"
	    " current_database()); END\\$\\$");
	server = start_own();
	expect_text(readyz(&server, 200), "seconds behind the database's");
	another_stop(&server);
}
END_TEST

/* The stack of a thread finds no room: what the kernel says of a limit on tasks as well. */
START_TEST(a_thread_that_cannot_be_made_is_named)
{
	struct ran ran =
		shell(a_folder(), say("ulimit -s 3000000; ulimit -v 2500000; TOUCHSTONE_STATIC="
	                          "$(dirname $PROGRAM)/../static timeout 20 $PROGRAM serve"
	                          " --listen 127.0.0.1:%u",
	                          raw_free_port()));

	ck_assert_int_eq(ran.code, 1);
	ck_assert_msg(strstr(ran.said, "no thread can be made to answer requests"), "%s", ran.said);
}
END_TEST

START_TEST(a_hangup_stops_in_order_and_other_signals_do_nothing)
{
	struct another server = another_start((const char *const[]){ NULL });
	int status;

	kill(server.process, SIGUSR1);
	kill(server.process, SIGUSR2);
	wait_ms(300);
	expect_status(call(&(struct call){ .server = server.url, .path = "/healthz" }), 200);
	kill(server.process, SIGHUP);
	ck_assert_int_eq(waitpid(server.process, &status, 0), server.process);
	ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
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
	                    sizeof kilobytes / sizeof *kilobytes);
	tcase_add_loop_test(tc, a_schema_of_another_program_is_refused, 0,
	                    sizeof schemas / sizeof schemas[0]);
	tcase_add_test(tc, readyz_says_that_the_schema_became_another_programs);
	tcase_add_test(tc, migrate_holds_up_nobody_behind_a_reader);
	tcase_add_test(tc, a_pooler_that_keeps_no_session_is_refused_and_no_lock_is_left_behind);
	tcase_add_test(tc, a_thread_that_cannot_be_made_is_named);
	tcase_add_test(tc, a_hangup_stops_in_order_and_other_signals_do_nothing);
	tcase_add_test(tc, the_status_of_migrations_waits_for_nobody_and_writes_nothing);
	tcase_add_test(tc, an_item_whose_file_is_lost_is_out_of_service_until_it_is_back);
	tcase_add_test(tc, a_check_of_the_store_finds_what_is_lost_damaged_and_named_by_nobody);
	tcase_add_test(tc, a_store_that_takes_no_files_lets_judging_go_on);
	tcase_add_test(tc, readyz_says_that_the_store_is_gone);
	tcase_add_test(tc, a_secret_that_is_lost_or_another_stops_the_start);
	tcase_add_test(tc, a_clock_minutes_off_the_databases_is_named);
	suite_add_tcase(suite, tc);
	return suite;
}
