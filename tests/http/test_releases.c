/* SPDX-License-Identifier: Apache-2.0 */
/* What a researcher may rely on for /releases and /jobs. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client.h"
#include "core/hex.h"
#include "crypto/sha256.h"
#include "database.h"
#include "program.h"
#include "published.h"
#include "suites.h"

START_TEST(a_release_is_made_by_a_job_that_can_be_watched)
{
	struct person person = an_account("researcher");
	const char *name = fresh_name();
	struct answer a = ask_for(&person, name, a_full_campaign());

	expect_status(a, 202);
	ck_assert_str_eq(text_at(a.body, "job/kind"), "release");
	ck_assert_str_eq(header_of(a, "Location"), say("/api/v1/jobs/%s", text_at(a.body, "job/id")));
	expect_status(get(&person, header_of(a, "Location")), 200);
	await_db(20, say("SELECT state = 'ready' FROM release WHERE name = '%s'", name));
	a = get(&person, header_of(a, "Location"));
	ck_assert(json_is_string(at(a.body, "finished_at")) ||
	          strcmp(text_at(a.body, "state"), "done") != 0);
}
END_TEST

START_TEST(a_release_tells_what_is_in_it)
{
	struct person person = an_account("researcher");
	const char *name = a_release(&person, a_full_campaign());
	struct answer a = get(NULL, say(RELEASES "/%s/1.0", name));

	expect_status(a, 200);
	ck_assert_str_eq(text_at(a.body, "state"), "ready");
	ck_assert_int_eq(number_at(a.body, "items"), 12);
	ck_assert_int_eq(number_at(a.body, "media_types/image"), 12);
	ck_assert_ptr_nonnull(strstr(text_at(a.body, "card"), name));
	ck_assert_ptr_nonnull(strstr(a.text, "SHA256SUMS"));
	long long split = 0;
	for (int s = 0; s < 6; s++)
		split += number_at(a.body, say("splits/%s/%s",
		                               (const char *[]){ "train", "validation", "test" }[s / 2],
		                               s % 2 ? "fake" : "real"));
	ck_assert_int_eq(split, 12);
}
END_TEST

START_TEST(every_file_of_a_release_is_what_its_checksum_says)
{
	struct person person = an_account("researcher");
	struct answer a = get(NULL, say(RELEASES "/%s/1.0", a_release(&person, a_full_campaign())));
	unsigned char digest[SHA256_BYTES];
	char hex[SHA256_TEXT];
	json_t *file;
	size_t i;

	json_array_foreach (at(a.body, "files"), i, file) {
		struct answer bytes = get(NULL, text_at(file, "url"));
		expect_status(bytes, 200);
		ck_assert_uint_eq(bytes.len, (size_t)number_at(file, "bytes"));
		sha256_bytes(digest, bytes.text, bytes.len);
		hex_encode(hex, digest, sizeof digest);
		ck_assert_str_eq(hex, text_at(file, "sha256"));
		ck_assert_str_eq(header_of(bytes, "ETag"), say("\"%s\"", hex));
		ck_assert_ptr_nonnull(strstr(header_of(bytes, "Cache-Control"), "immutable"));
		ck_assert_ptr_nonnull(strstr(header_of(bytes, "Content-Disposition"), "attachment"));
	}
	ck_assert_uint_ge(i, 16); /* twelve media, and tables */
}
END_TEST

START_TEST(a_download_that_broke_off_goes_on)
{
	struct person person = an_account("researcher");
	const char *url =
		say(RELEASES "/%s/1.0/files/labels.csv", a_release(&person, a_full_campaign()));
	struct answer whole = get(NULL, url);
	struct answer rest = call(&(struct call){
		.path = url,
		.headers = { "Range: bytes=10-", say("If-Range: %s", header_of(whole, "ETag")) } });

	expect_status(rest, 206);
	ck_assert_uint_eq(rest.len, whole.len - 10);
	ck_assert_mem_eq(rest.text, whole.text + 10, rest.len);
}
END_TEST

START_TEST(gold_and_training_in_service_are_in_no_release)
{
	struct person person = an_account("researcher");
	const char *campaign = a_full_campaign(), *file = a_file("gold", 4);

	make_retired(campaign, 4, 0.9,
	             &(struct items){ .gold = true, .truth = "fake", .file = file, .title = "gold" });
	make_retired(
		campaign, 4, 0.9,
		&(struct items){ .training = true, .truth = "fake", .file = file, .title = "train" });
	struct answer a = get(NULL, say(RELEASES "/%s/1.0", a_release(&person, campaign)));
	ck_assert_int_eq(number_at(a.body, "items"), 12);
	tell_db("UPDATE campaign SET state = 'closed' WHERE name = '%s'", campaign);
	a = get(NULL, say(RELEASES "/%s/1.0", a_release(&person, campaign)));
	ck_assert_int_eq(number_at(a.body, "items"), 20);
}
END_TEST

START_TEST(a_release_never_changes_and_its_name_is_taken)
{
	struct person person = an_account("researcher");
	const char *campaign = a_full_campaign(), *name = a_release(&person, campaign);
	long long stored = rows_stored();

	expect_problem(ask_for(&person, name, campaign), 409, "release-exists");
	ck_assert_int_eq(rows_stored(), stored);
}
END_TEST

static const struct {
	const char *text, *pointer;
} bad[] = {
	{ "{}", "/name" },
	{ "{\"name\":\"Upper\",\"version\":\"1\"}", "/name" },
	{ "{\"name\":\"../x\",\"version\":\"1\"}", "/name" },
	{ "{\"name\":\"a b\",\"version\":\"1\"}", "/name" },
	{ "{\"name\":\"ok\",\"version\":\"\"}", "/version" },
	{ "{\"name\":\"ok\",\"version\":\"v/1\"}", "/version" },
	{ "{\"name\":\"ok\",\"version\":1}", "/version" },
	{ "{\"name\":\"ok\",\"version\":\"1\",\"filter\":[]}", "/filter" },
	{ "{\"name\":\"ok\",\"version\":\"1\",\"filter\":{\"media_type\":\"text\"}}",
	  "/filter/media_type" },
	{ "{\"name\":\"ok\",\"version\":\"1\",\"filter\":{\"campaign\":\"nowhere\"}}",
	  "/filter/campaign" },
	{ "{\"name\":\"ok\",\"version\":\"1\",\"filter\":{\"min_judgments\":-1}}",
	  "/filter/min_judgments" },
	{ "{\"name\":\"ok\",\"version\":\"1\",\"filter\":{\"min_judgments\":5.7}}",
	  "/filter/min_judgments" },
	{ "{\"name\":\"ok\",\"version\":\"1\",\"filter\":{\"min_judgments\":\"5\"}}",
	  "/filter/min_judgments" },
	{ "{\"name\":\"ok\",\"version\":\"1\",\"filter\":{\"min_confidence\":1.5}}",
	  "/filter/min_confidence" },
	{ "{\"name\":\"ok\",\"version\":\"1\",\"filter\":{\"sql\":\"1=1\"}}", "/filter/sql" },
	{ "{\"name\":\"ok\",\"version\":\"1\",\"gold\":true}", "/gold" },
};

START_TEST(a_wish_that_breaks_a_rule_names_the_field_and_makes_nothing)
{
	struct person person = an_account("researcher");
	long long stored = rows_stored();
	struct answer a = call(&(struct call){ .as = &person, .path = RELEASES, .text = bad[_i].text });

	expect_problem(a, 422, "invalid");
	ck_assert_str_eq(text_at(a.body, "errors/0/pointer"), bad[_i].pointer);
	ck_assert_int_eq(rows_stored(), stored);
}
END_TEST

START_TEST(only_a_researcher_makes_releases_and_watches_jobs)
{
	struct person nobody = { 0 }, volunteer = an_account("volunteer"),
				  moderator = an_account("moderator");
	const char *job = "/api/v1/jobs/00000000-0000-4000-8000-000000000000";
	long long stored = rows_stored();

	expect_problem(ask_for(&nobody, fresh_name(), "default"), 401, "nobody");
	expect_problem(ask_for(&volunteer, fresh_name(), "default"), 403, "forbidden");
	expect_problem(get(&nobody, job), 401, "nobody");
	expect_problem(get(&volunteer, job), 403, "forbidden");
	expect_problem(get(&moderator, job), 404, "not-found");
	expect_problem(get(&moderator, "/api/v1/jobs/x"), 404, "not-found");
	ck_assert_int_eq(rows_stored(), stored);
}
END_TEST

static const char *const nowhere[] = {
	RELEASES "/none/1.0",
	RELEASES "/none/1.0/files/labels.csv",
	RELEASES "/none",
	RELEASES "/none/1.0/files",
	RELEASES "/none/1.0/files/",
	RELEASES "/none/1.0/files/%2e%2e%2fsecret",
	RELEASES "/%ff/1.0",
	RELEASES "/none/%ff",
	RELEASES "/none/1.0/files/%ff%fe",
	RELEASES "/'%20or%201=1/1.0",
};

/* An address that climbs, or is no UTF-8, is none at all. */
START_TEST(what_is_in_no_release_is_404)
{
	struct answer a = get(NULL, nowhere[_i]);

	if (strstr(nowhere[_i], "%2e%2e") || strstr(nowhere[_i], "%ff"))
		expect_problem(a, 400, "malformed");
	else
		expect_problem(a, 404, "not-found");
}
END_TEST

START_TEST(releases_are_listed_newest_first_in_pages)
{
	struct person person = an_account("researcher");
	const char *campaign = a_full_campaign();
	const char *names[] = { a_release(&person, campaign), a_release(&person, campaign) };
	struct answer a = get(NULL, RELEASES "?limit=1");

	expect_status(a, 200);
	ck_assert_str_eq(text_at(a.body, "items/0/name"), names[1]);
	ck_assert_str_eq(text_at(a.body, "items/0/url"), say(RELEASES "/%s/1.0", names[1]));
	a = get(NULL, say(RELEASES "?limit=1&cursor=%s", text_at(a.body, "next")));
	ck_assert_str_eq(text_at(a.body, "items/0/name"), names[0]);
	expect_problem(get(NULL, RELEASES "?limit=0"), 422, "invalid");
	expect_problem(get(NULL, RELEASES "?cursor=x"), 422, "invalid");
}
END_TEST

START_TEST(a_release_that_failed_is_shown_to_nobody_and_frees_its_version)
{
	struct person person = an_account("researcher");
	const char *name = fresh_name();
	struct answer a = ask_for(&person, name, a_campaign());

	expect_status(a, 202);
	json_t *job = a_finished_job(&person, text_at(a.body, "job/id"));
	ck_assert_str_eq(text_at(job, "state"), "failed");
	ck_assert_ptr_nonnull(strstr(text_at(job, "detail"), "No item fits"));
	ck_assert_ptr_null(strstr(get(NULL, RELEASES "?limit=100").text, name));
	expect_problem(get(NULL, say(RELEASES "/%s/1.0", name)), 404, "not-found");

	a = ask_for(&person, name, a_full_campaign());
	expect_status(a, 202);
	job = a_finished_job(&person, text_at(a.body, "job/id"));
	ck_assert_str_eq(text_at(job, "state"), "done");
	expect_status(get(NULL, say(RELEASES "/%s/1.0", name)), 200);
	expect_problem(ask_for(&person, name, a_full_campaign()), 409, "release-exists");
}
END_TEST

START_TEST(a_command_that_failed_may_ask_for_the_same_version_otherwise)
{
	const char *name = fresh_name();
	int code;

	run_program(&code, "release create %s 1.0 --campaign %s", name, a_campaign());
	ck_assert_int_eq(code, 1);
	int listed;
	ck_assert_ptr_null(strstr(run_program(&listed, "release list"), name));
	const char *said =
		run_program(&code, "release create %s 1.0 --campaign %s", name, a_full_campaign());
	ck_assert_msg(code == 0, "%s", said);
	ck_assert_ptr_nonnull(strstr(run_program(&listed, "release list"), name));
}
END_TEST

/* The first two of its tries end as when the database has no room for them. */
START_TEST(a_command_goes_on_after_a_fault_that_passes)
{
	const char *name = fresh_name();

	tell_db("CREATE SEQUENCE tries;"
	        " CREATE FUNCTION lack_room() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN"
	        " IF nextval('tries') < 3 THEN RAISE 'no room' USING ERRCODE = '53100'; END IF;"
	        " RETURN NULL; END$$;"
	        " CREATE TRIGGER lack_room AFTER INSERT ON release_item EXECUTE FUNCTION lack_room();"
	        " GRANT ALL ON SEQUENCE tries TO PUBLIC");
	const char *said = run_well("release create %s 1.0 --campaign %s", name, a_full_campaign());
	tell_db("DROP TRIGGER lack_room ON release_item; DROP FUNCTION lack_room; DROP SEQUENCE tries");
	ck_assert_msg(strstr(said, "Trying again.") != NULL, "%s", said);
	expect_status(get(NULL, say(RELEASES "/%s/1.0", name)), 200);
}
END_TEST

/* What a killed command leaves behind, before a worker takes it up. */
static void begin_release(const char *name, const char *filter)
{
	tell_db("WITH made AS (INSERT INTO release (name, version, filter, salt)"
	        "  VALUES ('%s', '1.0', '%s', sha256('')) RETURNING id)"
	        "INSERT INTO job (kind, subject, run_after)"
	        "  SELECT 'release', id, now() + interval '1 hour' FROM made",
	        name, filter);
}

START_TEST(a_release_that_was_begun_goes_on_or_makes_way_for_other_filters)
{
	const char *campaign = a_full_campaign(), *filter = say("{\"campaign\": \"%s\"}", campaign);
	const char *same = fresh_name(), *other = fresh_name(), *said;
	int code;

	begin_release(same, filter);
	said = run_program(&code, "release create %s 1.0 --campaign %s", same, campaign);
	ck_assert_msg(code == 0 && strstr(said, "going on with"), "%s", said);
	ck_assert_int_eq(count_db("SELECT count(*) FROM release WHERE name = '%s'", same), 1);

	begin_release(other, "{\"media_type\": \"audio\"}");
	said = run_program(&code, "release create %s 1.0 --campaign %s", other, campaign);
	ck_assert_msg(code == 0 && strstr(said, "12 items"), "%s", said);
	ck_assert_int_eq(
		count_db(
			"SELECT count(*) FROM release r JOIN job j ON j.subject = r.id AND j.kind = 'release'"
			" WHERE name = '%s' AND r.state = 'failed' AND j.state = 'failed'",
			other),
		1);
}
END_TEST

/* Each number, where a command or an address takes one, as its last word. */
static const struct {
	const char *command, *good, *bad[12];
} numbers[] = {
	{ "release create x 1 --campaign none --min-judgments",
	  "5",
	  { "5.7", "5x", "", " 5", "+5", "-1", "0x5", "1e1", "10001", "nan", "18446744073709551621" } },
	{ "release create x 1 --campaign none --min-confidence",
	  "0.9",
	  { "0.4", "1.1", "nan", "inf", "0.9x", " 0.9", "+0.9", "0x1p-1", "", "0,9", "." } },
	{ "replay --truth none.csv none.csv --min",
	  "5",
	  { "5.7", "5x", "", " 5", "+5", "-1", "0x5", "1e1", "nan", "1000000001" } },
	{ "replay --truth none.csv none.csv --max", "5", { "5.7", "+5", "-1", "1e1" } },
	{ "replay --truth none.csv none.csv --seed",
	  "5",
	  { "5.7", "+5", "-1", "1e1", "18446744073709551616" } },
	{ "replay --truth none.csv none.csv --threshold",
	  "0.97",
	  { "nan", "inf", "0.9x", " 0.9", "+0.9", "0x1p-1", "", "1.01" } },
	{ "account token nobody@example.org --expires",
	  "30",
	  { "0", "1.5", "-3", "+3", "1e1", "", "4294967297", "99999999999", "3651" } },
};

/* Whether a command takes the number shows in what it then misses: a campaign, a file, an account.
 */
START_TEST(a_number_on_the_command_line_is_read_whole_or_refused)
{
	int good, code;
	const char *right = say("%s '%s'", numbers[_i].command, numbers[_i].good);
	const char *missing = run_program(&good, "%s", right);

	for (int n = 0; n < 12 && numbers[_i].bad[n]; n++) {
		const char *wrong = say("%s '%s'", numbers[_i].command, numbers[_i].bad[n]);
		const char *said = run_program(&code, "%s", wrong);
		ck_assert_int_ne(code, 0);
		ck_assert_msg(strcmp(said, missing) != 0, "%s was taken: %s", wrong, said);
	}
}
END_TEST

static const char *const bad_limits[] = {
	"0", "101", "5.7", "5x", "%2B5", "-1", "1e1", "0x5", "%205", "", "18446744073709551617"
};

START_TEST(a_number_in_an_address_is_read_whole_or_refused)
{
	expect_problem(get(NULL, say(RELEASES "?limit=%s", bad_limits[_i])), 422, "invalid");
}
END_TEST

/* As workers leave a release that died of it, each after its claim had lapsed. */
static const char *a_release_tried(int failures, const char *state)
{
	const char *name = fresh_name();

	tell_db("WITH r AS (INSERT INTO release (name, version, filter, salt) VALUES"
	        " ('%s', '1.0', '{\"campaign\": \"%s\"}', sha256('salt')) RETURNING id)"
	        " INSERT INTO job (kind, subject, state, claims, failures, run_after)"
	        " SELECT 'release', id, '%s', 9, %d, now() - interval '1 second' FROM r",
	        name, a_full_campaign(), state, failures);
	return name;
}

static const struct {
	int failures;
	const char *state;
} spent[] = { { 4, "running" }, { 5, "waiting" }, { 900, "running" } };

START_TEST(a_release_that_was_tried_in_vain_too_often_is_given_up)
{
	const char *name = a_release_tried(spent[_i].failures, spent[_i].state);

	await_db(20,
	         say("SELECT r.state = 'failed' AND j.state = 'failed' AND j.finished_at IS NOT NULL"
	             " AND j.detail LIKE '%%never came to its end%%'"
	             " FROM release r JOIN job j ON j.subject = r.id AND j.kind = 'release' WHERE "
	             "r.name = '%s'",
	             name));
}
END_TEST

START_TEST(the_last_try_of_a_release_is_a_whole_one)
{
	const char *name = a_release_tried(3, "running");

	await_db(20, say("SELECT r.state = 'ready' AND j.state = 'done' AND j.claims = 10"
	                 " FROM release r JOIN job j ON j.subject = r.id AND j.kind = 'release' WHERE "
	                 "r.name = '%s'",
	                 name));
}
END_TEST

#define CLAIM_OF \
	"FROM release r JOIN job j ON j.subject = r.id AND j.kind = 'release' WHERE r.name = '%s'"

START_TEST(the_claim_of_a_release_is_renewed_while_it_waits_for_the_database)
{
	struct person person = an_account("researcher");
	const char *name = fresh_name(), *campaign = a_full_campaign();

	tell_db("BEGIN; LOCK TABLE release_decision");
	expect_status(ask_for(&person, name, campaign), 202);
	await_db(10, say("SELECT j.state = 'running' " CLAIM_OF, name));
	const char *lapses = ask_db("SELECT j.run_after " CLAIM_OF, name);
	await_db(20, say("SELECT j.run_after >= timestamptz '%s' + interval '5 seconds' " CLAIM_OF,
	                 lapses, name));
	tell_db("COMMIT");
	await_db(20, say("SELECT r.state = 'ready' AND j.claims = 1 " CLAIM_OF, name));
}
END_TEST

START_TEST(a_worker_that_is_stopped_gives_its_job_back_and_the_try_does_not_count)
{
	const char *folder = a_folder(), *url = a_database();

	/* From here on this process's database is the worker's. */
	ck_assert_int_eq(setenv("DATABASE_URL", url, 1), 0);
	tell_db("WITH r AS (INSERT INTO release (name, version, salt) VALUES"
	        " ('slow', '1', sha256('salt')) RETURNING id)"
	        " INSERT INTO job (kind, subject) SELECT 'release', id FROM r");
	tell_db("BEGIN; LOCK TABLE release_decision");
	struct ran started = shell(
		folder, say("\"$PROGRAM\" work --database-url '%s' --data . >log 2>&1 & echo $!", url));
	await_db(10, "SELECT state = 'running' FROM job WHERE kind = 'release'");
	struct ran ended = shell(folder, say("kill -TERM %d; timeout 9 tail --pid=%d -f /dev/null",
	                                     atoi(started.said), atoi(started.said)));
	ck_assert_int_eq(ended.code, 0);
	ck_assert_str_eq(ask_db("SELECT state || ' ' || claims || ' ' || failures || ' ' ||"
	                        " (run_after <= clock_timestamp()) FROM job WHERE kind = 'release'"),
	                 "waiting 1 0 true");
	tell_db("COMMIT");
}
END_TEST

/* strace lets a call fail, or kills the program in it. */
static const char *const stops[] = {
	"syncfs:error=EIO",       "rename:error=EIO",          "rename:signal=KILL",
	"fsync:error=EIO:when=1", "fsync:error=EIO:when=2",    "unlinkat:signal=KILL",
	"utimensat:error=ENOSPC", "write:error=ENOSPC:when=9",
};

START_TEST(a_written_release_is_on_disk_or_is_begun_anew)
{
	struct person person = an_account("researcher");
	const char *name = a_release(&person, a_full_campaign()), *folder = a_folder();
	const char *inject = stops[_i];
	struct ran ran = shell(folder, say("command -v strace >/dev/null || { echo absent; exit 0; };"
	                                   " strace -f -o calls -e trace=%.*s -e inject=%s"
	                                   " \"$PROGRAM\" release write %s 1.0 set",
	                                   (int)strcspn(inject, ":"), inject, inject, name));

	if (strstr(ran.said, "absent")) {
		puts("skip: a_written_release_is_on_disk_or_is_begun_anew: strace is not installed");
		return;
	}
	ck_assert_msg(ran.code != 0, "%s", ran.said);
	if (!strstr(inject, "KILL"))
		ck_assert_msg(strstr(ran.said, "cannot be"), "%s", ran.said);
	expect_code(0, folder, say("release write %s 1.0 set", name));
	expect_code(0, folder, "release verify set");
	ran = shell(folder, "ls -A | grep -v calls; ls -A set | grep writing");
	ck_assert_str_eq(ran.said, "set\n");
}
END_TEST

START_TEST(a_folder_of_somebody_else_is_left_alone)
{
	struct person person = an_account("researcher");
	const char *name = a_release(&person, a_full_campaign()), *folder = a_folder();

	shell(folder, "mkdir set set2.tmp; echo mine > set/mine; echo mine > set2.tmp/mine");
	expect_code(1, folder, say("release write %s 1.0 set", name));
	expect_code(1, folder, say("release write %s 1.0 set2/", name));
	ck_assert_str_eq(shell(folder, "cat set/mine set2.tmp/mine; ls -A").said,
	                 "mine\nmine\nset\nset2.tmp\n");
}
END_TEST

static void expect_refusal(const char *condition, const char *sql)
{
	tell_db("DO $$ BEGIN %s; RAISE 'it was not refused'; EXCEPTION WHEN %s THEN NULL; END $$", sql,
	        condition);
}

static const char *artefact_sql(const char *name, const char *path, const char *digest)
{
	return say("INSERT INTO release_artefact (release_id, path, format, sha256, bytes)"
	           " SELECT id, '%s', 'jsonl', '\\x%s', 10 FROM release WHERE name = '%s'",
	           path, digest, name);
}

START_TEST(what_is_made_of_a_ready_release_later_is_served_and_leaves_the_release_as_it_was)
{
	struct person person = an_account("researcher");
	const char *name = a_release(&person, a_full_campaign()), *digest = a_file("{\"a\": 1}\n", 9);
	const char *release = say(RELEASES "/%s/1.0", name);

	await_db(30, say("SELECT j.state = 'done' FROM release r JOIN job j ON j.subject = r.id"
	                 " WHERE j.kind = 'layouts' AND r.name = '%s'",
	                 name));
	char *before = keep(strdup(get(NULL, release).text));
	expect_status(get(NULL, say("%s/files/trials.jsonl", release)), 404);
	tell_db("%s", artefact_sql(name, "trials.jsonl", digest));
	struct answer a = get(NULL, say("%s/files/trials.jsonl", release));
	expect_status(a, 200);
	ck_assert_str_eq(a.text, "{\"a\": 1}\n");
	ck_assert_str_eq(header_of(a, "Content-Type"), "application/jsonl; charset=utf-8");
	ck_assert_str_eq(header_of(a, "ETag"), say("\"%s\"", digest));
	ck_assert_str_eq(get(NULL, release).text, before);
	ck_assert_ptr_null(strstr(get(NULL, say("%s/files/SHA256SUMS", release)).text, digest));
}
END_TEST

START_TEST(an_artefact_stays_and_belongs_to_a_ready_release_and_no_file_of_it)
{
	struct person person = an_account("researcher");
	const char *name = a_release(&person, a_full_campaign()), *digest = a_file("artefact", 8);
	const char *writing = fresh_name();

	tell_db(
		"INSERT INTO release (name, version, filter, salt) VALUES ('%s', '1.0', '{}', sha256('x'))",
		writing);
	expect_refusal("restrict_violation", artefact_sql(writing, "trials.jsonl", digest));
	expect_refusal("unique_violation", artefact_sql(name, "labels.csv", digest));
	expect_refusal("check_violation", artefact_sql(name, "../labels.tar", digest));
	tell_db("%s", artefact_sql(name, "trials.jsonl", digest));
	expect_refusal("unique_violation", artefact_sql(name, "trials.jsonl", digest));
	expect_refusal("restrict_violation", "UPDATE release_artefact SET bytes = 1");
	expect_refusal("restrict_violation", "DELETE FROM release_artefact");
	expect_refusal("restrict_violation", "TRUNCATE release_artefact");
	tell_db("UPDATE release SET state = 'failed' WHERE name = '%s'", writing);
}
END_TEST

START_TEST(a_check_of_the_store_knows_whose_an_artefact_is)
{
	struct person person = an_account("researcher");
	const char *name = a_release(&person, a_full_campaign());
	const char *kept = a_file("kept artefact", 13), *lost = a_file("lost artefact", 13);
	int code;

	tell_db("%s", artefact_sql(name, "kept.jsonl", kept));
	tell_db("%s", artefact_sql(name, "lost.jsonl", lost));
	ck_assert_int_eq(unlink(say("%s/media/%.2s/%s", getenv("TOUCHSTONE_DATA"), lost, lost + 2)), 0);
	const char *said = run_program(&code, "store check");
	ck_assert_ptr_nonnull(strstr(said, say("(release artefact of %s 1.0 lost.jsonl)", name)));
	ck_assert_ptr_null(strstr(said, "kept.jsonl"));
	ck_assert_ptr_null(strstr(said, kept + 2));
}
END_TEST

Suite *http_releases_suite(void)
{
	Suite *suite = suite_create("http/releases");
	TCase *tc = tcase_create("releases");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, a_release_is_made_by_a_job_that_can_be_watched);
	tcase_add_test(tc, a_release_tells_what_is_in_it);
	tcase_add_test(tc, every_file_of_a_release_is_what_its_checksum_says);
	tcase_add_test(tc, a_download_that_broke_off_goes_on);
	tcase_add_test(tc, gold_and_training_in_service_are_in_no_release);
	tcase_add_test(tc, a_release_never_changes_and_its_name_is_taken);
	tcase_add_loop_test(tc, a_wish_that_breaks_a_rule_names_the_field_and_makes_nothing, 0,
	                    sizeof bad / sizeof bad[0]);
	tcase_add_test(tc, only_a_researcher_makes_releases_and_watches_jobs);
	tcase_add_loop_test(tc, what_is_in_no_release_is_404, 0, sizeof nowhere / sizeof nowhere[0]);
	tcase_add_test(tc, releases_are_listed_newest_first_in_pages);
	tcase_add_test(tc, a_release_that_failed_is_shown_to_nobody_and_frees_its_version);
	tcase_add_test(tc, a_command_goes_on_after_a_fault_that_passes);
	tcase_add_test(tc, a_command_that_failed_may_ask_for_the_same_version_otherwise);
	tcase_add_test(tc, a_release_that_was_begun_goes_on_or_makes_way_for_other_filters);
	tcase_add_loop_test(tc, a_number_on_the_command_line_is_read_whole_or_refused, 0,
	                    sizeof numbers / sizeof numbers[0]);
	tcase_add_loop_test(tc, a_number_in_an_address_is_read_whole_or_refused, 0,
	                    sizeof bad_limits / sizeof bad_limits[0]);
	tcase_add_loop_test(tc, a_release_that_was_tried_in_vain_too_often_is_given_up, 0,
	                    sizeof spent / sizeof spent[0]);
	tcase_add_test(tc, the_last_try_of_a_release_is_a_whole_one);
	tcase_add_test(tc, the_claim_of_a_release_is_renewed_while_it_waits_for_the_database);
	tcase_add_test(tc, a_worker_that_is_stopped_gives_its_job_back_and_the_try_does_not_count);
	tcase_add_loop_test(tc, a_written_release_is_on_disk_or_is_begun_anew, 0,
	                    sizeof stops / sizeof stops[0]);
	tcase_add_test(tc, a_folder_of_somebody_else_is_left_alone);
	tcase_add_test(
		tc, what_is_made_of_a_ready_release_later_is_served_and_leaves_the_release_as_it_was);
	tcase_add_test(tc, an_artefact_stays_and_belongs_to_a_ready_release_and_no_file_of_it);
	tcase_add_test(tc, a_check_of_the_store_knows_whose_an_artefact_is);
	suite_add_tcase(suite, tc);
	return suite;
}
