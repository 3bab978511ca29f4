/* SPDX-License-Identifier: Apache-2.0 */
/* How long what reads much holds the database's snapshots. Each test has a database of its own. */
#include <stdio.h>
#include <stdlib.h>

#include "client.h"
#include "corpus/lost_media.h"
#include "crypto/sha256.h"
#include "database.h"
#include "db/db.h"
#include "program.h"
#include "release/write.h"
#include "store/store.h"
#include "suites.h"
#include "world.h"

/* From here on this process's database is another, new one: its URL. */
static const char *own_database(void)
{
	ck_assert_int_eq(setenv("DATABASE_URL", a_database(), 1), 0);
	return getenv("DATABASE_URL");
}

#define WAITS                                                              \
	"SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND database =" \
	" (SELECT oid FROM pg_database WHERE datname = current_database()))"

/* The niceness of a thread of a process, by the thread's name. */
#define NICENESS_OF                                                         \
	"grep -slx %s /proc/%d/task/*/comm | while read -r comm; do"            \
	" awk '{ print $19 - self }' self=$(awk '{ print $19 }' /proc/$$/stat)" \
	" \"${comm%%comm}stat\"; done"

START_TEST(a_fit_gives_way_to_nobody_while_it_reads)
{
	const char *folder = a_folder(), *url = own_database();
	struct ran started = shell(
		folder, say("\"$PROGRAM\" work --database-url '%s' --data . >log 2>&1 & echo $!", url));
	int pid = atoi(started.said);

	await_db(10, "SELECT EXISTS (SELECT FROM last_fit)");
	tell_db("BEGIN; LOCK TABLE consensus");
	shell(folder, say("psql -Xq '%s' -c \"INSERT INTO score_pending (items, volunteers, fakes)"
	                  " VALUES ('{}', '{}', '{}')\"",
	                  url));
	await_db(20, WAITS);
	struct ran niceness = shell(folder, say(NICENESS_OF, "fitter", pid));
	tell_db("COMMIT");
	shell(folder, say("kill -TERM %d; timeout 9 tail --pid=%d -f /dev/null", pid, pid));
	ck_assert_str_eq(niceness.said, "0\n");
}
END_TEST

/* What the sessions that work on a release hold right now. */
#define HELD                                                                              \
	"SELECT string_agg(state || CASE WHEN backend_xid IS NULL THEN ', no' ELSE ', a' END" \
	" || ' transaction id' || CASE WHEN backend_xmin IS NULL THEN ', no' ELSE ', a' END"  \
	" || ' snapshot', '; ' ORDER BY state) FROM pg_stat_activity WHERE"                   \
	" application_name = 'touchstone' AND datname = current_database()"                   \
	" AND query ~ 'release' AND state <> 'idle'"

/* What is chosen is held up in the middle of being written. */
START_TEST(a_release_is_written_when_its_snapshot_has_ended)
{
	const char *folder = a_folder(), *url = own_database();

	tell_db(
		"INSERT INTO item (campaign_id, state, media_type, sha256, bytes, format, rendition,"
		" rendition_bytes, rendition_type, width, height, lineage)"
		" SELECT id, 'retired', 'image', sha256(n::text::bytea), 1, 'test', sha256(n::text::bytea),"
		" 1, 'image/jpeg', 8, 8, n::text FROM campaign, generate_series(1, 100) n");
	tell_db("INSERT INTO consensus (item_id, p_fake, low, high, judgments, fake_votes)"
	        " SELECT id, width / 10.0, 0, 1, 0, 0 FROM item");
	tell_db("WITH r AS (INSERT INTO release (name, version, salt) VALUES"
	        " ('slow', '1', sha256('salt')) RETURNING id)"
	        " INSERT INTO job (kind, subject) SELECT 'release', id FROM r");
	expect_code(0, folder, say("store adopt --database-url '%s' --data .", url));
	tell_db("CREATE FUNCTION hold_up() RETURNS trigger LANGUAGE plpgsql AS"
	        " $$BEGIN PERFORM pg_advisory_xact_lock(1); RETURN NULL; END$$;"
	        " CREATE TRIGGER hold_up AFTER INSERT ON release_draft EXECUTE FUNCTION hold_up()");
	tell_db("BEGIN; SELECT pg_advisory_xact_lock(1)");
	struct ran started = shell(
		folder, say("\"$PROGRAM\" work --database-url '%s' --data . >log 2>&1 & echo $!", url));
	int pid = atoi(started.said);
	await_db(20, "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND locktype = 'advisory'"
	             " AND database = (SELECT oid FROM pg_database WHERE datname ="
	             " current_database()))");
	/* Only the role that serves is shown what its sessions do. */
	const char *held = shell(folder, say("psql -XAtq '%s' -c \"" HELD "\"", url)).said;
	/* The thread that renews the claim has the worker's name as well. */
	const char *niceness = shell(folder, say(NICENESS_OF " | sort -u", "worker", pid)).said;
	tell_db("COMMIT");
	await_db(20, "SELECT fixed_at IS NOT NULL FROM release");
	shell(folder, say("kill -TERM %d; timeout 9 tail --pid=%d -f /dev/null", pid, pid));
	ck_assert_str_eq(held, "active, a transaction id, a snapshot;"
	                       " idle in transaction, no transaction id, no snapshot\n");
	ck_assert_str_eq(niceness, "0\n");
}
END_TEST

/* ------------------------------------------------------------------ slow work on rows */

#define MANY 20000 /* more rows than a socket holds */

/* Snapshots that this process's program part holds right now. */
static long long snapshots_held(void)
{
	return count_db("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'touchstone'"
	                " AND datname = current_database() AND backend_xmin IS NOT NULL");
}

static long long held = -1; /* when the first row was worked on */

static void note_held(void *arg, const struct lost_file *file)
{
	(void)arg, (void)file;
	if (held < 0)
		held = snapshots_held();
}

static struct store *a_store(const char *folder)
{
	struct store *store;

	ck_assert_int_eq(store_open(say("file:%s/media", folder), &store).code, OK);
	return store;
}

START_TEST(a_check_of_the_store_holds_no_snapshot_while_it_looks_at_files)
{
	struct db *db = db_open(own_database(), 0);
	struct store *store = a_store(a_folder());
	struct lost_check check = { .tell = note_held };

	tell_db("INSERT INTO item (campaign_id, state, media_type, sha256, bytes, format, rendition,"
	        " rendition_bytes, rendition_type, width, height, lineage)"
	        " SELECT id, 'retired', 'image', sha256(n::text::bytea), 1, 'test', sha256(('r' || "
	        "n)::bytea),"
	        " 1, 'image/jpeg', 8, 8, n::text FROM campaign, generate_series(1, %d) n",
	        MANY);
	ck_assert_int_eq(lost_media_check(db, store, &check).code, OK);
	ck_assert_int_eq(held, 0);
	ck_assert_uint_eq(check.files, 2 * MANY);
	ck_assert_uint_eq(check.found[LOST_MISSING], 2 * MANY);
	store_free(store);
	db_close(db);
}
END_TEST

static struct error stop_at_once(void *arg, int64_t done, int64_t total)
{
	(void)arg, (void)done, (void)total;
	held = snapshots_held();
	return errorf(ERR_UNAVAILABLE, "enough");
}

START_TEST(writing_a_release_holds_no_snapshot_while_it_copies_files)
{
	const char *folder = a_folder();
	struct db *db = db_open(own_database(), 0);
	struct store *store = a_store(folder);
	struct progress_listener progress = { stop_at_once, NULL };
	struct release release = { .name = "many", .version = "1", .state = "ready" };
	unsigned char digest[SHA256_BYTES];
	uint64_t bytes;

	write_text(folder, "medium", "bytes");
	ck_assert_int_eq(store_put(store, say("%s/medium", folder), digest, &bytes).code, OK);
	tell_db("INSERT INTO release (name, version, salt) VALUES ('many', '1', sha256('salt'))");
	tell_db("INSERT INTO release_file SELECT id, 'image/train/real/' || repeat('x', 100) || n,"
	        " sha256('bytes'), 5 FROM release, generate_series(1, %d) n",
	        MANY);
	tell_db("UPDATE release SET state = 'ready', fixed_at = now(), finished_at = now(), bytes = 5,"
	        " summary = '{}'");
	snprintf(release.id, sizeof release.id, "%s", ask_db("SELECT id FROM release"));
	struct error err = release_write(db, store, &release, say("%s/set", folder), &progress);
	ck_assert_str_eq(err.detail, "enough");
	ck_assert_int_eq(held, 0);
	store_free(store);
	db_close(db);
}
END_TEST

Suite *http_snapshots_suite(void)
{
	Suite *suite = suite_create("http/snapshots");
	TCase *tc = tcase_create("snapshots");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, a_fit_gives_way_to_nobody_while_it_reads);
	tcase_add_test(tc, a_release_is_written_when_its_snapshot_has_ended);
	tcase_add_test(tc, a_check_of_the_store_holds_no_snapshot_while_it_looks_at_files);
	tcase_add_test(tc, writing_a_release_holds_no_snapshot_while_it_copies_files);
	suite_add_tcase(suite, tc);
	return suite;
}
