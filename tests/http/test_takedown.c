/* SPDX-License-Identifier: Apache-2.0 */
/* What was withdrawn is removed, and does not come back; what is held is not. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "client.h"
#include "database.h"
#include "program.h"
#include "published.h"
#include "suites.h"
#include "world.h"

#define REASON "Somebody who is shown asked for it."
#define TEXT   "The woman in this film is me, and I never agreed to it."

static struct person moderator, admin;
static const char *campaign, *folder; /* with a.png, and its manifest */

static void setup(void)
{
	moderator = an_account("moderator");
	admin = an_account("admin");
	campaign = a_campaign();
	folder = a_folder();
	const char *colour = fresh_name() + 11;
	struct ran made = shell(folder, say("ffmpeg -v error -f lavfi -i color=0x%s:s=64x48 -frames:v 1"
	                                    " a.png && vips copy a.png other.webp'[lossless]'",
	                                    colour));
	ck_assert_msg(made.code == 0, "%s", made.said);
	write_text(folder, "m.csv", "file,title,credit,source\na.png,Ada at work,Somebody,A paper\n");
	write_text(folder, "other.csv", "file\nother.webp\n");
}

static const char *imported(void)
{
	expect_code(0, folder, say("import m.csv --campaign %s", campaign));
	return ask_db("SELECT i.id FROM item i JOIN campaign c ON c.id = i.campaign_id"
	              " WHERE c.name = '%s'",
	              campaign);
}

static const char *digest_of(const char *item, const char *column)
{
	return ask_db("SELECT encode(%s, 'hex') FROM item WHERE id = '%s'", column, item);
}

static bool is_stored(const char *digest)
{
	struct stat info;

	return stat(say("%s/media/%.2s/%s", getenv("TOUCHSTONE_DATA"), digest, digest + 2), &info) == 0;
}

static struct answer withdraw(const char *item, bool original)
{
	return post(&moderator, say("/api/v1/items/%s/withdraw", item),
	            json_pack("{s:s, s:s, s:b}", "reason_class", "consent", "reason", REASON,
	                      "remove_original", original));
}

static void await_removal(const char *item)
{
	await_db(60, say("SELECT done_at IS NOT NULL FROM removal WHERE item_id = '%s'", item));
}

/* Of an item that nothing but these rows says anything of. */
static const char *a_bare_item(const char *digest)
{
	return an_item(&(struct items){ .campaign = campaign, .file = digest });
}

static const char *a_bare_file(void)
{
	const char *bytes = fresh_name();

	return a_file(bytes, strlen(bytes));
}

/* ------------------------------------------------------------------ what goes */

START_TEST(a_withdrawal_removes_what_is_shown_and_keeps_the_original)
{
	const char *item = imported(), *original = digest_of(item, "sha256");
	const char *rendition = digest_of(item, "rendition"), *picture = digest_of(item, "thumbnail");

	await_db(30, say("SELECT EXISTS (SELECT FROM item_fingerprint WHERE item_id = '%s')", item));
	expect_status(withdraw(item, false), 200);
	await_removal(item);
	ck_assert(is_stored(original));
	ck_assert(!is_stored(rendition));
	ck_assert(!is_stored(picture));
	ck_assert_int_eq(count_db("SELECT count(*) FROM item_fingerprint WHERE item_id = '%s'", item),
	                 0);
	ck_assert_str_eq(ask_db("SELECT title FROM item WHERE id = '%s'", item), "Ada at work");
	const char *said = expect_code(1, folder, say("import m.csv --campaign %s", campaign));
	ck_assert_msg(strstr(said, "was taken down here") != NULL, "%s", said);
}
END_TEST

START_TEST(a_decision_removes_the_original_and_what_is_known_of_it)
{
	const char *item = imported(), *original = digest_of(item, "sha256");

	expect_code(0, folder, say("item edit %s title='Ada, at work' --reason spelling", item));
	await_db(30, say("SELECT EXISTS (SELECT FROM provenance WHERE item_id = '%s')", item));
	expect_status(withdraw(item, true), 200);
	await_removal(item);
	ck_assert(!is_stored(original));
	ck_assert_int_eq(count_db("SELECT count(*) FROM item WHERE sha256 = decode('%s', 'hex')"
	                          " OR lineage = '%s'",
	                          original, original),
	                 0);
	ck_assert_int_eq(count_db("SELECT count(*) FROM removed_file WHERE digest = decode('%s',"
	                          " 'hex')",
	                          original),
	                 1);
	ck_assert_int_eq(count_db("SELECT count(*) FROM provenance WHERE item_id = '%s'", item), 0);
	ck_assert_str_eq(ask_db("SELECT concat(title, credit, source) FROM item WHERE id = '%s'", item),
	                 "");
	ck_assert_int_eq(count_db("SELECT count(*) FROM item_change WHERE item_id = '%s' AND"
	                          " concat(before, after) LIKE '%%Ada%%'",
	                          item),
	                 0);
	ck_assert_int_eq(count_db("SELECT count(*) FROM audit a JOIN audit_detail d USING (seq)"
	                          " WHERE a.subject = '%s' AND concat(d.before, d.after) LIKE"
	                          " '%%Ada%%'",
	                          item),
	                 0);
	expect_code(0, "/", "audit verify");
}
END_TEST

START_TEST(that_the_original_goes_may_be_decided_later_and_once)
{
	const char *item = imported(), *original = digest_of(item, "sha256");

	expect_status(withdraw(item, false), 200);
	await_removal(item);
	ck_assert(is_stored(original));
	expect_problem(withdraw(item, false), 409, "item-withdrawn");
	struct answer again = withdraw(item, true);
	expect_status(again, 200);
	ck_assert_str_eq(text_at(again.body, "item"), item);
	await_removal(item);
	ck_assert(!is_stored(original));
	expect_problem(withdraw(item, true), 409, "item-withdrawn");
	ck_assert_int_eq(count_db("SELECT count(*) FROM withdrawal WHERE item_id = '%s'", item), 1);
}
END_TEST

START_TEST(an_operator_removes_at_the_command_line)
{
	const char *item = imported(), *original = digest_of(item, "sha256");
	const char *said = expect_code(0, folder,
	                               "withdraw a.png --reason-class consent --reason x "
	                               "--remove-original");

	ck_assert_ptr_nonnull(strstr(said, "its files are removed soon"));
	await_removal(item);
	ck_assert(!is_stored(original));
	ck_assert_int_eq(count_db("SELECT count(*) FROM audit WHERE subject = '%s' AND kind IN"
	                          " ('removal_decided', 'media_removed')",
	                          item),
	                 2);
}
END_TEST

START_TEST(nobody_misses_what_was_removed)
{
	const char *item = imported();
	const char *rendition = digest_of(item, "rendition"), *original = digest_of(item, "sha256");

	expect_status(withdraw(item, true), 200);
	await_removal(item);
	int code;
	const char *said = run_program(&code, "store check");
	ck_assert_msg(!strstr(said, item) && !strstr(said, rendition + 2), "%s", said);
	ck_assert_msg(!strstr(said, original + 2), "%s", said);
	ck_assert_int_eq(count_db("SELECT count(*) FROM lost_item WHERE item_id = '%s'", item), 0);
}
END_TEST

START_TEST(files_that_have_gone_already_keep_no_removal_up)
{
	const char *digest = a_bare_file(), *item = a_bare_item(digest);

	ck_assert_int_eq(
		shell(folder, say("rm -f %s/media/%.2s/%s", getenv("TOUCHSTONE_DATA"), digest, digest + 2))
			.code,
		0);
	expect_status(withdraw(item, true), 200);
	await_removal(item);
}
END_TEST

/* ------------------------------------------------------------------ what stays */

START_TEST(a_picture_that_another_item_shows_too_stays)
{
	const char *picture = a_bare_file();
	const char *item = a_bare_item(a_bare_file()), *other = a_bare_item(a_bare_file());

	tell_db("UPDATE item SET thumbnail = decode('%s', 'hex') WHERE id IN ('%s', '%s')", picture,
	        item, other);
	tell_db("UPDATE item SET version = 2, recipe = recipe + 1 WHERE id IN ('%s', '%s')", item,
	        other);
	expect_status(withdraw(item, true), 200);
	await_removal(item);
	ck_assert(is_stored(picture));
	expect_status(withdraw(other, true), 200);
	await_removal(other);
	ck_assert(!is_stored(picture));
}
END_TEST

START_TEST(other_items_with_the_same_bytes_go_with_the_original)
{
	const char *digest = a_bare_file();
	const char *item = a_bare_item(digest), *twin = a_bare_item(digest);

	expect_status(withdraw(item, true), 200);
	ck_assert_str_eq(ask_db("SELECT state FROM item WHERE id = '%s'", twin), "withdrawn");
	await_removal(item);
	await_removal(twin);
	ck_assert(!is_stored(digest));
}
END_TEST

START_TEST(a_rendition_stays_while_an_item_in_service_has_it)
{
	const char *digest = a_bare_file();
	const char *item = a_bare_item(digest), *twin = a_bare_item(digest);

	expect_status(withdraw(item, false), 200);
	await_removal(item);
	ck_assert(is_stored(digest));
	ck_assert_str_eq(ask_db("SELECT state FROM item WHERE id = '%s'", twin), "in_service");
}
END_TEST

static struct answer report(const char *item, const char *reason)
{
	return post(NULL, "/api/v1/notices",
	            json_pack("{s:s, s:s, s:s, s:s, s:s, s:b}", "item", item, "reason", reason,
	                      "explanation", TEXT, "name", "Ada", "email", "ada@example.org",
	                      "good_faith", 1));
}

static struct answer decide(const char *item, json_t *decision)
{
	const char *notice = ask_db("SELECT id FROM notice WHERE item_id = '%s'", item);

	return post(&admin, say("/api/v1/notices/%s/decision", notice), decision);
}

/* One that is being written, and keeps the job waiting; its name. */
static const char *begin_release(void)
{
	const char *name = fresh_name();

	tell_db("INSERT INTO release (name, version, filter, salt) SELECT '%s', '1.0', '{}',"
	        " sha256('%s')",
	        name, name);
	return name;
}

static void end_release(const char *name)
{
	tell_db("UPDATE release SET state = 'failed' WHERE name = '%s'", name);
}

START_TEST(nothing_is_removed_while_it_is_held_for_an_authority)
{
	const char *digest = a_bare_file(), *item = a_bare_item(digest), *release = begin_release();
	const char *next = a_bare_item(a_bare_file());

	expect_status(withdraw(item, true), 200);
	expect_status(report(item, "child_safety"), 201);
	end_release(release);
	expect_status(withdraw(next, false), 200);
	await_removal(next); /* the job has looked */
	ck_assert(is_stored(digest));
	ck_assert_str_eq(ask_db("SELECT done_at IS NULL FROM removal WHERE item_id = '%s'", item), "t");
	expect_status(decide(item, json_pack("{s:s, s:s, s:s, s:s, s:s}", "outcome", "rejected",
	                                     "ground_kind", "no_breach", "ground", "None", "facts",
	                                     TEXT, "authority", "The police of Bern, file 12/26")),
	              200);
	await_removal(item);
	ck_assert(!is_stored(digest));
}
END_TEST

START_TEST(a_release_that_is_being_written_keeps_its_media_until_it_ends)
{
	const char *digest = a_bare_file(), *item = a_bare_item(digest), *release = begin_release();

	expect_status(withdraw(item, true), 200);
	const char *looked = ask_db("SELECT claims FROM job WHERE kind = 'takedown'");
	await_db(60, say("SELECT claims > %s + 1 FROM job WHERE kind = 'takedown'", looked));
	ck_assert(is_stored(digest));
	end_release(release);
	await_removal(item);
	ck_assert(!is_stored(digest));
}
END_TEST

/* ------------------------------------------------------------------ what comes again */

START_TEST(the_same_file_and_one_that_shows_the_same_are_refused_and_not_kept)
{
	const char *item = imported(), *original = digest_of(item, "sha256");
	const char *rendition = digest_of(item, "rendition");

	expect_status(withdraw(item, true), 200);
	await_removal(item);
	const char *said = expect_code(1, folder, say("import m.csv --campaign %s", campaign));
	ck_assert_msg(strstr(said, "was taken down here") != NULL, "%s", said);
	said = expect_code(1, folder, say("import other.csv --campaign %s", campaign));
	ck_assert_msg(strstr(said, "was taken down here") != NULL, "%s", said);
	ck_assert(!is_stored(original));
	ck_assert(!is_stored(rendition));
	ck_assert_int_eq(count_db("SELECT count(*) FROM item i JOIN campaign c ON c.id = i.campaign_id"
	                          " WHERE c.name = '%s'",
	                          campaign),
	                 1);
}
END_TEST

/* Sends a file as somebody who contributes; the contribution's id. */
static const char *contributed(struct person *as, const char *name)
{
	const char *line = say("curl -sS -b '%s' -F file=@%s -F 'metadata={\"rights\": \"own_work\","
	                       " \"people\": \"nobody\", \"made_by\": \"I did\", \"made_how\": \"so\","
	                       " \"licence\": \"CC0-1.0\", \"campaign\": \"%s\"};type=application/json'"
	                       " %s/api/v1/items | sed 's/.*\"id\": *\"\\([^\"]*\\)\".*/\\1/' | tr -d"
	                       " '\\n'",
	                       as->cookie, name, campaign, getenv("SERVER_URL"));
	const char *id = shell(folder, line).said;

	await_db(60, say("SELECT state <> 'processing' FROM contribution WHERE id::text = '%s'", id));
	return id;
}

START_TEST(what_waits_with_the_same_bytes_is_rejected_and_what_is_sent_later_fails)
{
	struct person volunteer = a_volunteer();
	const char *item = imported(), *waiting = contributed(&volunteer, "other.webp");

	ck_assert_str_eq(ask_db("SELECT state FROM contribution WHERE id = '%s'", waiting),
	                 "quarantined");
	expect_status(withdraw(item, true), 200);
	struct answer told = get(&volunteer, say("/api/v1/contributions/%s", waiting));
	ck_assert_str_eq(text_at(told.body, "state"), "rejected");
	const char *later = contributed(&volunteer, "a.png");
	told = get(&volunteer, say("/api/v1/contributions/%s", later));
	ck_assert_str_eq(text_at(told.body, "state"), "failed");
	ck_assert_ptr_nonnull(strstr(text_at(told.body, "detail"), "was taken down here"));
}
END_TEST

/* ------------------------------------------------------------------ notices */

START_TEST(a_decision_on_a_notice_may_remove_the_original)
{
	const char *item = imported(), *original = digest_of(item, "sha256");

	expect_status(report(item, "personal_rights"), 201);
	expect_status(
		decide(item, json_pack("{s:s, s:s, s:s, s:s, s:b}", "facts", TEXT, "outcome", "rejected",
	                           "ground_kind", "no_breach", "ground", "None", "remove_original", 1)),
		422);
	json_t *decision = json_pack("{s:s, s:s, s:s, s:s, s:s, s:b}", "outcome", "upheld", "action",
	                             "withdraw", "ground_kind", "law", "facts", TEXT, "ground",
	                             "Article 17 of the GDPR", "remove_original", 1);
	expect_status(decide(item, decision), 200);
	await_removal(item);
	ck_assert(!is_stored(original));
}
END_TEST

/* ------------------------------------------------------------------ releases */

START_TEST(what_repeats_the_media_of_a_release_is_removed_with_them)
{
	const char *name = a_release(&moderator, a_full_campaign());
	const char *item = ask_db("SELECT item_id FROM release_item r JOIN release e ON e.id ="
	                          " r.release_id WHERE e.name = '%s' ORDER BY item_id LIMIT 1",
	                          name);
	struct answer asked = post(&moderator, say(RELEASES "/%s/1.0/layouts", name),
	                           json_pack("{s:s}", "format", "parquet"));

	expect_status(asked, 202);
	a_finished_job(&moderator, text_at(asked.body, "job/id"));
	const char *table = ask_db("SELECT encode(a.sha256, 'hex') FROM release_artefact a JOIN release"
	                           " e ON e.id = a.release_id WHERE e.name = '%s' AND a.path ="
	                           " 'parquet.000001'",
	                           name);
	ck_assert(is_stored(table));
	expect_status(withdraw(item, true), 200);
	await_removal(item);
	ck_assert(!is_stored(table));
}
END_TEST

START_TEST(the_role_that_serves_forgets_nothing_by_itself)
{
	const char *item = imported();

	ck_assert_int_ne(shell(folder, say("psql -XAtq \"$DATABASE_URL\" -v ON_ERROR_STOP=1 -c"
	                                   " \"SELECT forget_files('%s')\"",
	                                   item))
	                     .code,
	                 0);
	ck_assert_int_ne(shell(folder, say("psql -XAtq \"$DATABASE_URL\" -v ON_ERROR_STOP=1 -c"
	                                   " \"DELETE FROM item_change WHERE item_id = '%s'\"",
	                                   item))
	                     .code,
	                 0);
	ck_assert_str_eq(ask_db("SELECT title FROM item WHERE id = '%s'", item), "Ada at work");
}
END_TEST

Suite *http_takedown_suite(void)
{
	Suite *suite = suite_create("http/takedown");
	TCase *tc = tcase_create("takedown");

	tcase_set_timeout(tc, 180);
	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_test(tc, a_withdrawal_removes_what_is_shown_and_keeps_the_original);
	tcase_add_test(tc, a_decision_removes_the_original_and_what_is_known_of_it);
	tcase_add_test(tc, that_the_original_goes_may_be_decided_later_and_once);
	tcase_add_test(tc, an_operator_removes_at_the_command_line);
	tcase_add_test(tc, nobody_misses_what_was_removed);
	tcase_add_test(tc, files_that_have_gone_already_keep_no_removal_up);
	tcase_add_test(tc, a_picture_that_another_item_shows_too_stays);
	tcase_add_test(tc, other_items_with_the_same_bytes_go_with_the_original);
	tcase_add_test(tc, a_rendition_stays_while_an_item_in_service_has_it);
	tcase_add_test(tc, nothing_is_removed_while_it_is_held_for_an_authority);
	tcase_add_test(tc, a_release_that_is_being_written_keeps_its_media_until_it_ends);
	tcase_add_test(tc, the_same_file_and_one_that_shows_the_same_are_refused_and_not_kept);
	tcase_add_test(tc, what_waits_with_the_same_bytes_is_rejected_and_what_is_sent_later_fails);
	tcase_add_test(tc, a_decision_on_a_notice_may_remove_the_original);
	tcase_add_test(tc, what_repeats_the_media_of_a_release_is_removed_with_them);
	tcase_add_test(tc, the_role_that_serves_forgets_nothing_by_itself);
	suite_add_tcase(suite, tc);
	return suite;
}
