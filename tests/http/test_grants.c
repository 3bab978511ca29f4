/* SPDX-License-Identifier: Apache-2.0 */
/* What the role that serves may do to the database, and what nobody may who leaves triggers alone.
 */
#include <libpq-fe.h>
#include <stdlib.h>
#include <string.h>

#include "client.h"
#include "database.h"
#include "db/statements.gen.h"
#include "program.h"
#include "suites.h"
#include "world.h"

/* What that role must not do, whatever its program became. */
static const char *const forbidden[] = {
	"UPDATE judgment SET verdict = 'real'",
	"DELETE FROM judgment",
	"TRUNCATE judgment",
	"UPDATE judged_pair SET exposure_ms = 1",
	"DELETE FROM judged_pair",
	"ALTER TABLE judgment DISABLE TRIGGER judgment_stays",
	"ALTER TABLE judgment DISABLE TRIGGER ALL",
	"ALTER TABLE judgment OWNER TO CURRENT_USER",
	"DROP TRIGGER judgment_stays ON judgment",
	"CREATE RULE r AS ON INSERT TO judgment DO INSTEAD NOTHING",
	"CREATE TRIGGER t BEFORE INSERT ON judgment EXECUTE FUNCTION refuse_change()",
	"CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN "
	"NEW; END'",
	"CREATE FUNCTION mine() RETURNS integer LANGUAGE sql RETURN 1",
	"DROP TABLE judgment CASCADE",
	"SET session_replication_role = replica",
	"UPDATE ruling SET reason = 'another reason'",
	"DELETE FROM ruling",
	"TRUNCATE ruling",
	"TRUNCATE blind_verdict CASCADE",
	"UPDATE blind_verdict SET blind = true",
	"DELETE FROM evidence_seen",
	"DELETE FROM item",
	"UPDATE item SET sha256 = rendition",
	"UPDATE item SET campaign_id = id",
	"UPDATE item_change SET who = 'nobody'",
	"DELETE FROM item_change",
	"UPDATE item_version SET rendition = poster",
	"DELETE FROM item_split",
	"UPDATE campaign SET policy = 1",
	"UPDATE release SET name = 'another'",
	"DELETE FROM release",
	"TRUNCATE release CASCADE",
	"UPDATE release_item SET label = 'real'",
	"DELETE FROM release_file",
	"UPDATE account SET email = 'a@example.org'",
	"DELETE FROM account",
	"DELETE FROM schema_migration",
	"UPDATE job_kind SET failures = NULL",
	"DELETE FROM job",
	"INSERT INTO audit SELECT * FROM audit",
	"UPDATE audit SET kind = 'signed_in'",
	"DELETE FROM audit",
	"TRUNCATE audit CASCADE",
	"UPDATE audit_head SET seq = 0",
	"DELETE FROM audit_head",
	"INSERT INTO audit_detail SELECT * FROM audit_detail",
	"UPDATE audit_detail SET reason = 'another reason'",
	"ALTER TABLE act DISABLE TRIGGER act_sealed",
	"UPDATE set_aside SET reason = 'another reason'",
	"UPDATE set_aside SET made_by = 'nobody'",
	"DELETE FROM set_aside",
	"DELETE FROM set_aside_item",
	"UPDATE counted_judgment SET confidence = 50",
	"CREATE TABLE judgment_of_mine ()",
	"CREATE TEMP TABLE judgment ()",
	"CREATE SCHEMA mine",
	"SET ROLE touchstone",
};

#define FORBIDDEN (sizeof forbidden / sizeof forbidden[0])

static struct ran sql_as(const char *url, const char *statement)
{
	return shell("/", say("psql -XAtq -v ON_ERROR_STOP=1 -v VERBOSITY=verbose '%s' -c \"%s\"", url,
	                      statement));
}

/* Tried on the database under test, in a transaction that ends: nothing may come of it. */
START_TEST(the_server_cannot_rewrite_what_was_said)
{
	struct ran ran = sql_as(getenv("DATABASE_URL"), say("BEGIN; %s; ROLLBACK", forbidden[_i]));

	ck_assert_msg(ran.code != 0 && strstr(ran.said, "42501"), "%s: %s", forbidden[_i], ran.said);
}
END_TEST

/* Rights are looked at by EXPLAIN too, which runs nothing. */
static const char *explain(PGconn *conn, const struct statement_text *statement)
{
	const char *line = say("EXPLAIN EXECUTE \"%s\"", statement->name);
	PGresult *result = PQprepare(conn, statement->name, statement->text, 0, NULL);

	ck_assert_msg(PQresultStatus(result) == PGRES_COMMAND_OK, "%s", PQresultErrorMessage(result));
	PQclear(result);
	result = PQdescribePrepared(conn, statement->name);
	for (int n = PQnparams(result); n > 0; n--)
		line = say("%s%s", line,
		           n > 1                    ? (n == PQnparams(result) ? "(NULL, " : "NULL, ")
		           : n == PQnparams(result) ? "(NULL)"
		                                    : "NULL)");
	PQclear(result);
	result = PQexec(conn, line);
	const char *failed =
		PQresultStatus(result) == PGRES_TUPLES_OK ? NULL : say("%s", PQresultErrorMessage(result));
	PQclear(result);
	return failed;
}

START_TEST(the_server_may_do_what_each_of_its_statements_does)
{
	PGconn *conn = PQconnectdb(getenv("DATABASE_URL"));

	PQclear(PQexec(conn, "SET plan_cache_mode = force_generic_plan"));
	for (int i = 0; i < STATEMENTS; i++) {
		const char *failed = explain(conn, &statements[i]);
		ck_assert_msg(!failed, "%s: %s", statements[i].name, failed);
	}
	PQfinish(conn);
}
END_TEST

/* What refuses to lose rows. */
#define KEEPS                                                                      \
	"SELECT coalesce(string_agg(DISTINCT c.relname, ' '), '') FROM pg_trigger t"   \
	" JOIN pg_class c ON c.oid = t.tgrelid AND NOT c.relispartition"               \
	" JOIN pg_proc p ON p.oid = t.tgfoid"                                          \
	" WHERE t.tgtype & 8 > 0 AND p.proname IN ('refuse_change', 'refuse_removal'," \
	" 'release_stays_ready')"

/* Asked of the item cache, so that a table of a later migration is not forgotten. */
START_TEST(every_table_has_its_grants)
{
	ck_assert_str_eq(ask_db("SELECT coalesce(string_agg(relname, ' '), '') FROM pg_class"
	                        " WHERE relnamespace = 'public'::regnamespace AND NOT relispartition"
	                        " AND relkind IN ('r', 'p', 'v', 'm')"
	                        " AND NOT has_table_privilege('touchstone_server', oid, 'SELECT')"),
	                 "");
	ck_assert_int_gt(count_db("SELECT length((" KEEPS "))"), 0);
	ck_assert_str_eq(ask_db(KEEPS " AND NOT EXISTS (SELECT FROM pg_trigger e"
	                              " WHERE e.tgrelid = c.oid AND e.tgtype & 32 > 0)"),
	                 "");
	ck_assert_str_eq(ask_db(KEEPS " AND has_table_privilege('touchstone_server', c.oid,"
	                              " 'DELETE, TRUNCATE, TRIGGER, REFERENCES')"),
	                 "");
	ck_assert_str_eq(ask_db(KEEPS
	                        " AND p.proname = 'refuse_change' AND"
	                        " has_any_column_privilege('touchstone_server', c.oid, 'UPDATE')"),
	                 "");
	ck_assert_int_eq(count_db("SELECT count(*) FROM pg_class WHERE relispartition AND"
	                          " has_any_column_privilege('touchstone_server', oid,"
	                          " 'SELECT, INSERT, UPDATE')"),
	                 0);
}
END_TEST

/* An installation of its own, and how its owner migrates it. */
static const char *url, *migrate;

static void setup(void)
{
	url = a_database();
	migrate = say("migrate --migrate-url '%s' --database-url '%s'", for_owner(url), url);
}

static void as_owner(const char *statement)
{
	struct ran ran = sql_as(for_owner(url), statement);

	ck_assert_msg(ran.code == 0, "%s: %s", statement, ran.said);
}

/* Whether the server may insert judgments, change them, and remove rulings. */
static const char *rights(void)
{
	return sql_as(url, "SELECT has_table_privilege('judgment', 'INSERT'),"
	                   " has_any_column_privilege('judgment', 'UPDATE'),"
	                   " has_table_privilege('ruling', 'DELETE')")
	    .said;
}

static void change_rights(void)
{
	as_owner("REVOKE INSERT ON judgment FROM touchstone_server");
	as_owner("GRANT UPDATE (verdict) ON judgment TO touchstone_server");
	as_owner("GRANT DELETE ON ruling TO touchstone_server");
	ck_assert_str_eq(rights(), "f|t|t\n");
}

START_TEST(migrate_grants_what_is_missing_and_takes_what_is_too_much)
{
	change_rights();
	expect_code(0, "/", migrate);
	ck_assert_str_eq(rights(), "t|f|f\n");
	/* Another's table in the same schema is nobody's business. */
	ck_assert_int_eq(sql_as(say("%s&user=postgres", url), "CREATE TABLE stranger ()").code, 0);
	expect_code(0, "/", migrate);
}
END_TEST

/* It would take the newer program's new tables away from it. */
START_TEST(a_program_of_before_leaves_the_grants_of_a_newer_one_alone)
{
	as_owner("INSERT INTO schema_migration (name, checksum, oldest_program)"
	         " VALUES ('9001_future', 'x', '0001')");
	change_rights();
	expect_code(0, "/", migrate);
	ck_assert_str_eq(rights(), "f|t|t\n");
}
END_TEST

START_TEST(migrate_says_which_role_it_does_not_find_before_it_begins)
{
	const char *owner = for_owner(url), *bare = strstr(url, "&user=");
	const char *nobody = say("%.*s", (int)(bare - url), url);

	as_owner("DROP SCHEMA public CASCADE; CREATE SCHEMA public");
	ck_assert_ptr_nonnull(strstr(
		expect_code(1, "/", say("migrate --migrate-url '%s' --database-url '%s'", owner, nobody)),
		"does not name the role that serves"));
	ck_assert_ptr_nonnull(strstr(expect_code(1, "/",
	                                         say("migrate --migrate-url '%s' --database-url "
	                                             "'%s&user=ghost'",
	                                             owner, nobody)),
	                             "there is no role ghost"));
	ck_assert_ptr_nonnull(
		strstr(expect_code(0, "/", say("migrate --status --database-url '%s'", url)), "pending"));
	expect_code(0, "/", migrate);
	expect_code(0, "/", say("account list --database-url '%s'", url));
}
END_TEST

START_TEST(the_server_may_ask_whether_the_schema_is_up_to_date)
{
	ck_assert_ptr_nonnull(
		strstr(expect_code(0, "/", say("migrate --database-url '%s'", url)), "up to date"));
	ck_assert_ptr_null(
		strstr(expect_code(0, "/", say("migrate --status --database-url '%s'", url)), "pending"));
	/* One role for both is what it was. */
	expect_code(
		0, "/",
		say("migrate --migrate-url '%s' --database-url '%s'", for_owner(url), for_owner(url)));
}
END_TEST

/* What an operator does whose database had one role; docs/operations.md says it. */
START_TEST(a_database_of_one_role_is_split)
{
	const char *one = fresh_name(), *owner = fresh_name();
	const char *any = say("%s&user=postgres", url_of("postgres"));
	const char *super = say("%s&user=postgres", url_of(one)),
			   *served = say("%s&user=%s", url_of(one), one);

	ck_assert_int_eq(sql_as(any, say("CREATE ROLE %s LOGIN", one)).code, 0);
	ck_assert_int_eq(sql_as(any, say("CREATE DATABASE %s OWNER %s", one, one)).code, 0);
	expect_code(0, "/", say("migrate --database-url '%s'", served));
	expect_code(0, "/",
	            say("account add a@example.org --role moderator --database-url '%s'", served));
	ck_assert_int_eq(sql_as(super, say("CREATE ROLE %s LOGIN; ALTER DATABASE %s OWNER TO %s;"
	                                   " REASSIGN OWNED BY %s TO %s",
	                                   owner, one, owner, one, owner))
	                     .code,
	                 0);
	expect_code(
		0, "/",
		say("migrate --migrate-url '%s&user=%s' --database-url '%s'", url_of(one), owner, served));
	expect_code(0, "/",
	            say("account add b@example.org --role moderator --database-url '%s'", served));
	ck_assert_ptr_nonnull(strstr(sql_as(served, "DELETE FROM account").said, "42501"));
	ck_assert_ptr_nonnull(
		strstr(sql_as(served, "ALTER TABLE ruling DISABLE TRIGGER ALL").said, "42501"));
}
END_TEST

/* Said once when it starts; who is not the owner says nothing. */
START_TEST(a_server_that_owns_the_tables_says_so)
{
	const char *folder = a_folder();

	for (int owns = 0; owns < 2; owns++) {
		struct ran ran = shell(".", say("timeout 3 \"$PROGRAM\" serve --listen 127.0.0.1:0"
		                                " --data '%s/data' --database-url '%s'",
		                                folder, owns ? for_owner(url) : url));
		const char *said = strstr(ran.said, "owns the tables");

		ck_assert_msg(strstr(ran.said, "serving http") != NULL, "%s", ran.said);
		ck_assert_msg((said != NULL) == owns, "%s", ran.said);
		ck_assert_msg(!said || !strstr(said + 1, "owns the tables"), "%s", ran.said);
	}
}
END_TEST

Suite *http_grants_suite(void)
{
	Suite *suite = suite_create("http/grants");
	TCase *rows = tcase_create("rows");
	tcase_set_timeout(rows, 60);
	tcase_add_loop_test(rows, the_server_cannot_rewrite_what_was_said, 0, FORBIDDEN);
	tcase_add_test(rows, the_server_may_do_what_each_of_its_statements_does);
	tcase_add_test(rows, every_table_has_its_grants);
	suite_add_tcase(suite, rows);
	TCase *roles = tcase_create("roles");
	tcase_set_timeout(roles, 120);
	tcase_add_checked_fixture(roles, setup, NULL);
	tcase_add_test(roles, migrate_grants_what_is_missing_and_takes_what_is_too_much);
	tcase_add_test(roles, a_program_of_before_leaves_the_grants_of_a_newer_one_alone);
	tcase_add_test(roles, migrate_says_which_role_it_does_not_find_before_it_begins);
	tcase_add_test(roles, the_server_may_ask_whether_the_schema_is_up_to_date);
	tcase_add_test(roles, a_database_of_one_role_is_split);
	tcase_add_test(roles, a_server_that_owns_the_tables_says_so);
	suite_add_tcase(suite, roles);
	return suite;
}
