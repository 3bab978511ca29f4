/* SPDX-License-Identifier: Apache-2.0 */
/* What clients see of a database that hangs, starts again, or speaks another language. */
#include <stdlib.h>
#include <string.h>

#include "another.h"
#include "client.h"
#include "database.h"
#include "db/db.h"
#include "program.h"
#include "relay.h"
#include "suites.h"
#include "world.h"

static struct another a_server_by_relay(void)
{
	const char *const options[] = { "--database-url", relay_start(), NULL };

	return another_start(options);
}

static struct answer ask(const struct another *server, const char *path, struct person *as)
{
	return call(&(struct call){ .server = server->url, .path = path, .as = as });
}

START_TEST(a_database_that_started_again_is_noticed_by_nobody)
{
	struct another server = a_server_by_relay();
	struct person moderator = an_account("moderator");
	long status[16];

	for (int i = 0; i < 8; i++) /* each of the lane's connections has been used */
		ask(&server, "/readyz", NULL);
	relay_hang_up();
	wait_ms(300);
	for (int i = 0; i < 16; i++)
		status[i] =
			ask(&server, i % 2 ? "/readyz" : "/api/v1/disputes", i % 2 ? NULL : &moderator).status;
	another_stop(&server);
	for (int i = 0; i < 16; i++)
		ck_assert_int_eq(status[i], 200);
}
END_TEST

START_TEST(a_database_that_hangs_is_told_in_time_and_the_judgment_can_be_sent_again)
{
	struct another server = a_server_by_relay();
	struct person person = a_volunteer();
	const char *token = text_at(a_lease(&person, NULL), "assignment");
	double began = now_s();

	relay_be_silent(true);
	struct answer ready = ask(&server, "/readyz", NULL);
	double ready_s = now_s() - began;
	began = now_s();
	struct answer judged = call(&(struct call){ .server = server.url,
	                                            .path = "/api/v1/judgments",
	                                            .as = &person,
	                                            .body = verdicts_on(token, "real", "fake") });
	double judged_s = now_s() - began;
	relay_be_silent(false);
	struct answer again = { 0 };
	for (int try = 0; try < 100 && again.status != 200 && again.status != 201; try++) {
		wait_ms(100);
		again = call(&(struct call){ .server = server.url,
		                             .path = "/api/v1/judgments",
		                             .as = &person,
		                             .body = verdicts_on(token, "real", "fake") });
	}
	another_stop(&server);
	expect_status(ready, 503);
	ck_assert_ptr_nonnull(header_of(ready, "Retry-After"));
	ck_assert_msg(ready_s < 3, "%.1f s", ready_s);
	expect_problem(judged, 503, "unavailable");
	ck_assert_ptr_nonnull(header_of(judged, "Retry-After"));
	ck_assert_msg(judged_s < 6, "%.1f s", judged_s);
	ck_assert_int_eq(
		count_db("SELECT count(*) FROM judgment WHERE volunteer_id = '%s'", volunteer_id(&person)),
		2);
}
END_TEST

#define LANGUAGE(icu) "TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE '" icu "' LOCALE 'C.UTF-8'"

static const char *const languages[] = { "", LANGUAGE("tr-TR"), LANGUAGE("en-US"),
	                                     LANGUAGE("sv-SE") };

/* Turkish lowers I to a letter without a dot. */
START_TEST(an_account_is_found_whatever_the_language_of_the_database)
{
	ck_assert_int_eq(setenv("DATABASE_URL", a_database_made(languages[_i]), 1), 0);
	expect_code(0, "/", "account add INFO.Ibis@Example.ORG --role moderator");
	struct db *db = db_open(getenv("DATABASE_URL"), 0);
	static const char *const spellings[] = { "INFO.Ibis@Example.ORG", "info.ibis@example.org",
		                                     "INFO.IBIS@EXAMPLE.ORG" };

	for (int i = 0; i < 3; i++) {
		struct rows *rows = NULL;

		ck_assert_int_eq(db_run(db, SQL_ACCOUNT_BY_EMAIL, &spellings[i], &rows).code, OK);
		ck_assert_msg(rows_count(rows) == 1, "%s", spellings[i]);
		rows_free(rows);
	}
	db_close(db);
	expect_code(0, "/", "account role INFO.IBIS@example.org --role researcher");
	expect_code(1, "/", "account add info.IBIS@Example.org --role moderator");
}
END_TEST

static struct error append_path(void *arg, const struct rows *row)
{
	const char **all = arg;

	*all = say("%s %s", *all, rows_text(row, 0, 0));
	return ok();
}

/* The paths of a release as its page and its export tell them. */
static const char *paths_in(const char *options)
{
	const char *all = "";

	ck_assert_int_eq(setenv("DATABASE_URL", a_database_made(options), 1), 0);
	struct ran made = shell(
		"/",
		"psql -XAtq -v ON_ERROR_STOP=1 \"$DATABASE_URL\" -c \"INSERT INTO release (id, name, "
		"version,"
		" state, salt, fixed_at, finished_at, summary, bytes) VALUES"
		" ('11111111-1111-4111-8111-111111111111', 'a', '1', 'writing', decode(repeat('00', 32), "
		"'hex'),"
		" now(), now(), '{}', 1)\" -c \"INSERT INTO release_file (release_id, path, sha256, bytes)"
		" SELECT '11111111-1111-4111-8111-111111111111', path, decode(repeat('00', 32), 'hex'), 1 "
		"FROM"
		" unnest(ARRAY['README.md', 'a.csv', 'B.csv', 'I.csv', 'i.csv', '_.csv', 'z-1.csv', "
		"'z.csv',"
		" 'image/train/real/I.jpg', 'image/train/real/i.jpg', 'audio/Z.m4a', 'audio/a.m4a']) path\""
		" -c \"UPDATE release SET state = 'ready'\"");
	ck_assert_msg(made.code == 0, "%s", made.said);
	struct db *db = db_open(getenv("DATABASE_URL"), 0);
	const char *page[] = { "11111111-1111-4111-8111-111111111111", NULL, "100" };
	ck_assert_int_eq(db_stream(db, SQL_RELEASE_FILES_PAGE, page, append_path, &all).code, OK);
	ck_assert_int_eq(db_stream(db, SQL_RELEASE_EXPORT, page, append_path, &all).code, OK);
	db_close(db);
	return all;
}

START_TEST(a_release_has_one_order_whatever_the_language_of_the_database)
{
	const char *first = paths_in(languages[0]);

	for (size_t i = 1; i < sizeof languages / sizeof languages[0]; i++)
		ck_assert_str_eq(paths_in(languages[i]), first);
	ck_assert_ptr_nonnull(
		strstr(first, " B.csv I.csv README.md _.csv a.csv i.csv z-1.csv z.csv audio/"));
}
END_TEST

/* PostgreSQL may settle for one plan after five runs. Seven volunteers, and seven pages. */
#define RUNS 7

static void ask_often(struct db *db)
{
	for (int run = 0; run < RUNS; run++) {
		const char *volunteer[] = { say("%08d-0000-4000-8000-000000000000", run), NULL, NULL,
			                        "20" };
		const char *page[] = { volunteer[0], run % 2 ? "ruled" : NULL, NULL, NULL, "20" };
		auto_rows *results = NULL, *disputes = NULL;

		ck_assert_int_eq(db_run(db, SQL_VOLUNTEER_RESULTS, volunteer, &results).code, OK);
		ck_assert_int_eq(db_run(db, SQL_DISPUTE_LIST, page, &disputes).code, OK);
	}
}

static void expect_plans(struct db *db, long long custom, long long generic)
{
	static const char *const names[] = { "volunteer_results", "dispute_list" };

	ask_often(db);
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		struct plans plans = plans_made(names[i]);

		ck_assert_msg(plans.custom == custom && plans.generic == generic,
		              "%s: %lld custom and %lld generic plans", names[i], plans.custom,
		              plans.generic);
	}
	db_close(db);
}

START_TEST(each_kind_of_connection_plans_as_it_says_however_often_a_statement_runs)
{
	const char *url = getenv("DATABASE_URL");
	struct db *like = db_open(url, 8000);

	expect_plans(db_open(url, 8000), RUNS, 0);
	expect_plans(db_open(url, 0), RUNS, 0);
	expect_plans(db_open_like(like), RUNS, 0);
	expect_plans(db_open_by_key(url, 8000), 0, RUNS);
	db_close(like);
}
END_TEST

START_TEST(a_server_does_not_start_on_a_database_that_a_statement_does_not_fit)
{
	ck_assert_int_eq(setenv("DATABASE_URL", a_database(), 1), 0);
	struct ran broken = shell("/", say("psql -Xq '%s' -c 'ALTER TABLE item_copy RENAME TO copies'",
	                                   for_owner(getenv("DATABASE_URL"))));
	ck_assert_msg(broken.code == 0, "%s", broken.said);
	const char *said = expect_code(1, a_folder(), "serve --listen 127.0.0.1:1");
	ck_assert_msg(strstr(said, "statement ") && strstr(said, "item_copy"), "%s", said);
}
END_TEST

/* Even the owner, unless triggers are disabled. */
static const char *const refused[] = {
	"TRUNCATE ruling",
	"TRUNCATE blind_verdict CASCADE",
	"TRUNCATE item_copy",
	"TRUNCATE release CASCADE",
	"TRUNCATE account CASCADE",
	"TRUNCATE dispute CASCADE",
	"INSERT INTO release (name, version, state, fixed_at, summary, bytes, finished_at) VALUES"
	" ('n', '1', 'ready', now(), '{}', 1, now())",
	"INSERT INTO release (name, version, state, salt) VALUES ('n', '1', 'failed', sha256('n'))",
	"INSERT INTO release (name, version, salt) VALUES ('n', '1', sha256('n'));"
	" DELETE FROM release WHERE name = 'n'",
	"INSERT INTO release (name, version, salt) VALUES ('n', '1', sha256('n'));"
	" UPDATE release SET id = gen_random_uuid() WHERE name = 'n'",
};

START_TEST(what_was_decided_cannot_be_emptied_away_and_no_release_begins_as_ready)
{
	tell_db("CREATE OR REPLACE FUNCTION pg_temp.refused(sql text) RETURNS text LANGUAGE plpgsql"
	        " AS $$ BEGIN EXECUTE sql; RETURN 'accepted'; EXCEPTION WHEN restrict_violation THEN"
	        " RETURN SQLERRM; END $$; BEGIN");
	const char *said = ask_db("SELECT pg_temp.refused($q$%s$q$)", refused[_i]);
	tell_db("ROLLBACK");
	ck_assert_str_ne(said, "accepted");
}
END_TEST

/* Rows of a release, beside an item, a release and its file `real/a` that are there. */
static const char *const strangers[] = {
	"INSERT INTO release_draft (release_id, item_id, item, volunteers)"
	" VALUES (gen_random_uuid(), (SELECT id FROM item LIMIT 1), '{}', '{}')",
	"INSERT INTO release_draft (release_id, item_id, item, volunteers)"
	" SELECT id, gen_random_uuid(), '{}', '{}' FROM release WHERE name = 'n'",
	"INSERT INTO release_file (release_id, path, sha256, bytes)"
	" VALUES (gen_random_uuid(), 'real/b', sha256('b'), 1)",
	"INSERT INTO release_item (release_id, item_id, path, sha256, bytes, split, label, "
	"label_source,"
	" p_fake, judgments) SELECT r.id, i.id, 'real/b', sha256('b'), 1, 'train', 'real', 'crowd', 0, "
	"1"
	" FROM release r, (SELECT id FROM item LIMIT 1) i WHERE r.name = 'n'",
	"INSERT INTO release_item (release_id, item_id, path, sha256, bytes, split, label, "
	"label_source,"
	" p_fake, judgments) SELECT id, gen_random_uuid(), 'real/a', sha256('a'), 1, 'train', 'real',"
	" 'crowd', 0, 1 FROM release WHERE name = 'n'",
	"INSERT INTO item_split (item_id, split) VALUES (gen_random_uuid(), 'train')",
};

START_TEST(what_a_release_holds_names_what_is_there)
{
	an_item(&(struct items){ .count = 1 });
	tell_db("CREATE OR REPLACE FUNCTION pg_temp.strange(sql text) RETURNS text LANGUAGE plpgsql"
	        " AS $$ BEGIN EXECUTE sql; RETURN 'accepted'; EXCEPTION WHEN foreign_key_violation THEN"
	        " RETURN 'refused'; END $$; BEGIN");
	tell_db("INSERT INTO release (name, version, salt) VALUES ('n', '1', sha256('n'))");
	tell_db("INSERT INTO release_file (release_id, path, sha256, bytes)"
	        " SELECT id, 'real/a', sha256('a'), 1 FROM release WHERE name = 'n'");
	const char *said = ask_db("SELECT pg_temp.strange($q$%s$q$)", strangers[_i]);
	tell_db("ROLLBACK");
	ck_assert_str_eq(said, "refused");
}
END_TEST

/* Its removal holds the row: whoever names the file waits for it, and comes again. */
START_TEST(a_file_that_is_being_removed_gets_into_no_release)
{
	tell_db("CREATE OR REPLACE FUNCTION pg_temp.removed(sql text) RETURNS text LANGUAGE plpgsql"
	        " AS $$ BEGIN EXECUTE sql; RETURN 'accepted'; EXCEPTION WHEN object_in_use THEN"
	        " RETURN 'refused'; END $$; BEGIN");
	tell_db("INSERT INTO media_tombstone (digest, bytes, removing_at) VALUES (sha256('gone'), 1, "
	        "now())");
	tell_db("INSERT INTO release (name, version, salt) VALUES ('n', '1', sha256('n'))");
	const char *said = ask_db(
		"SELECT pg_temp.removed($q$INSERT INTO release_file (release_id, path, sha256, bytes)"
		" SELECT id, path, sha256(path::bytea), 1 FROM release,"
		" unnest(ARRAY['here', 'gone']) path WHERE name = 'n'$q$)");
	tell_db("ROLLBACK");
	ck_assert_str_eq(said, "refused");
}
END_TEST

Suite *http_database_suite(void)
{
	Suite *suite = suite_create("http/database");
	TCase *tc = tcase_create("database");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, a_database_that_started_again_is_noticed_by_nobody);
	tcase_add_test(tc, a_database_that_hangs_is_told_in_time_and_the_judgment_can_be_sent_again);
	tcase_add_loop_test(tc, an_account_is_found_whatever_the_language_of_the_database, 0,
	                    sizeof languages / sizeof languages[0]);
	tcase_add_test(tc, a_release_has_one_order_whatever_the_language_of_the_database);
	tcase_add_test(tc, each_kind_of_connection_plans_as_it_says_however_often_a_statement_runs);
	tcase_add_test(tc, a_server_does_not_start_on_a_database_that_a_statement_does_not_fit);
	tcase_add_loop_test(tc, what_was_decided_cannot_be_emptied_away_and_no_release_begins_as_ready,
	                    0, sizeof refused / sizeof refused[0]);
	tcase_add_loop_test(tc, what_a_release_holds_names_what_is_there, 0,
	                    sizeof strangers / sizeof strangers[0]);
	tcase_add_test(tc, a_file_that_is_being_removed_gets_into_no_release);
	suite_add_tcase(suite, tc);
	return suite;
}
