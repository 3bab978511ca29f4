/* SPDX-License-Identifier: Apache-2.0 */
/* What a version promises, and what changed between releases of one name. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client.h"
#include "database.h"
#include "program.h"
#include "published.h"
#include "suites.h"

#define TOO_SMALL "version-too-small"

static struct person moderator;
static const char
	*campaign;           /* of eight items, no two of the same bytes; five fake ones come first */
static const char *name; /* of its releases; 1.0.0 is there */

static void add_items(int count, double p_fake)
{
	for (int i = 0; i < count; i++) {
		const char *bytes = fresh_name();

		make_retired(campaign, 1, p_fake, &(struct items){ .file = a_file(bytes, strlen(bytes)) });
	}
}

static struct answer wish(const char *version, bool dry_run)
{
	return post(&moderator, RELEASES,
	            json_pack("{s:s, s:s, s:b, s:{s:s}}", "name", name, "version", version, "dry_run",
	                      dry_run, "filter", "campaign", campaign));
}

static void make_version(const char *version)
{
	struct answer a = wish(version, false);

	expect_status(a, 202);
	json_t *job = a_finished_job(&moderator, text_at(a.body, "job/id"));
	ck_assert_msg(strcmp(text_at(job, "state"), "done") == 0, "%s", json_dumps(job, 0));
}

static void setup(void)
{
	moderator = an_account("moderator");
	campaign = a_campaign();
	name = fresh_name();
	add_items(5, .99);
	add_items(3, .02);
	judge_all(campaign, 3);
	make_version("1.0.0");
}

/* The item of 1.0.0 that is `n`th by its id. */
static const char *item_at(int n)
{
	return ask_db("SELECT item_id FROM release_item r JOIN release e ON e.id = r.release_id"
	              " WHERE e.name = '%s' AND e.version = '1.0.0' ORDER BY item_id OFFSET %d LIMIT 1",
	              name, n);
}

static const char *label_of(const char *item)
{
	return ask_db("SELECT label FROM release_item WHERE item_id = '%s' LIMIT 1", item);
}

static const char *other_label(const char *item)
{
	return strcmp(label_of(item), "fake") == 0 ? "real" : "fake";
}

static void turn_crowd(const char *item)
{
	tell_db("UPDATE consensus SET p_fake = 1 - p_fake WHERE item_id = '%s'", item);
}

static const char *diff_path(const char *version, const char *query)
{
	return say(RELEASES "/%s/%s/diff%s", name, version, query);
}

static json_t *diff_of(const char *version, const char *query)
{
	struct answer a = get(NULL, diff_path(version, query));

	expect_status(a, 200);
	return a.body;
}

/* The change of an item, which must be told once. */
static json_t *change_of(const json_t *diff, const char *item)
{
	json_t *found = NULL, *one;
	size_t i;

	json_array_foreach (at(diff, "items"), i, one)
		if (strcmp(text_at(one, "item"), item) == 0) {
			ck_assert_ptr_null(found);
			found = one;
		}
	ck_assert_ptr_nonnull(found);
	return found;
}

static void expect_change(const json_t *diff, const char *item, const char *change, const char *why)
{
	const json_t *one = change_of(diff, item);

	ck_assert_str_eq(text_at(one, "change"), change);
	ck_assert_str_eq(text_at(one, "why"), why);
	ck_assert_int_ge(number_at(diff, say("counts/why/%s/%s", change, why)), 1);
}

static const char *written(const char *folder, const char *version, const char *to)
{
	expect_code(0, folder, say("release write %s %s %s", name, version, to));
	expect_code(0, folder, say("release verify %s", to));
	return say("%s/%s", folder, to);
}

/* ------------------------------------------------------------------ what a version promises */

START_TEST(more_items_need_a_minor_version)
{
	add_items(2, .99);
	struct answer refused = wish("1.0.1", false), dry = wish("1.0.1", true);
	expect_problem(refused, 422, TOO_SMALL);
	ck_assert_str_eq(text_at(refused.body, "detail"),
	                 "1.0.1 should be 1.1.0: since 1.0.0, 2 items were added.");
	expect_status(dry, 200);
	ck_assert_str_eq(text_at(dry.body, "version_rule/since"), "1.0.0");
	ck_assert_str_eq(text_at(dry.body, "version_rule/least"), "1.1.0");
	ck_assert_str_eq(text_at(dry.body, "version_rule/change"), "minor");
	ck_assert(!true_at(dry.body, "version_rule/kept"));
	ck_assert_int_eq(number_at(dry.body, "version_rule/counts/added"), 2);
	ck_assert_int_eq(count_db("SELECT count(*) FROM release WHERE name = '%s'", name), 1);
	make_version("1.1.0");
}
END_TEST

START_TEST(another_label_needs_a_major_version)
{
	turn_crowd(item_at(0));
	expect_problem(wish("1.0.1", false), 422, TOO_SMALL);
	struct answer refused = wish("1.1.0", false);
	expect_problem(refused, 422, TOO_SMALL);
	ck_assert_str_eq(text_at(refused.body, "detail"),
	                 "1.1.0 should be 2.0.0: since 1.0.0, 0 items were removed, 1 relabelled, 0 "
	                 "moved, 0 changed otherwise.");
	make_version("2.0.0");
}
END_TEST

START_TEST(an_item_that_is_gone_needs_a_major_version)
{
	tell_db("UPDATE item SET state = 'withdrawn' WHERE id = '%s'", item_at(0));
	struct answer dry = wish("1.1.0", true);
	ck_assert_str_eq(text_at(dry.body, "version_rule/least"), "2.0.0");
	ck_assert_int_eq(number_at(dry.body, "version_rule/counts/removed"), 1);
	expect_problem(wish("1.1.0", false), 422, TOO_SMALL);
}
END_TEST

START_TEST(another_truth_needs_a_major_version_and_another_licence_none)
{
	tell_db("UPDATE item SET licence = 'CC0-1.0', credit = '=x' WHERE id = '%s'", item_at(0));
	ck_assert_str_eq(text_at(wish("1.0.1", true).body, "version_rule/least"), "1.0.1");
	make_version("1.0.1");
	expect_change(diff_of("1.0.1", ""), item_at(0), "described", "corrected");
	tell_db("UPDATE item SET truth = '%s', basis = 'fact_check' WHERE id = '%s'",
	        label_of(item_at(1)), item_at(1));
	expect_problem(wish("1.1.0", false), 422, TOO_SMALL);
	make_version("2.0.0");
	expect_change(diff_of("2.0.0", ""), item_at(1), "changed", "truth");
}
END_TEST

START_TEST(estimates_that_move_need_a_patch_and_too_much_is_taken)
{
	judge_all(campaign, 2);
	make_version("1.0.1");
	expect_change(diff_of("1.0.1", ""), item_at(0), "reestimated", "judgments");
	make_version("2.0.0");
	make_version("7.0.0");
}
END_TEST

START_TEST(the_job_refuses_what_nobody_looked_at_before)
{
	int code;

	add_items(1, .99);
	const char *said = run_program(&code, "release create %s 1.0.1 --campaign %s", name, campaign);
	ck_assert_int_eq(code, 1);
	ck_assert_ptr_nonnull(strstr(said, "1.0.1 should be 1.1.0"));
	ck_assert_int_eq(count_db("SELECT count(*) FROM release_draft d JOIN release e ON e.id ="
	                          " d.release_id WHERE e.name = '%s'",
	                          name),
	                 0);
	ck_assert_int_eq(count_db("SELECT count(*) FROM item_split s JOIN item i ON i.id = s.item_id"
	                          " JOIN campaign c ON c.id = i.campaign_id WHERE c.name = '%s'",
	                          campaign),
	                 8);
	said = run_well("release create %s 1.0.1 --campaign %s --dry-run", name, campaign);
	ck_assert_ptr_nonnull(strstr(said, "the version should be 1.1.0 or more; 1.0.1 is less"));
	run_well("release create %s 1.1.0 --campaign %s", name, campaign);
}
END_TEST

START_TEST(where_many_items_are_looked_through_the_job_tells)
{
	add_items(1, .99);
	make_items(&(struct items){ .campaign = campaign, .count = 5000, .state = "retired" });
	struct answer a = wish("1.0.1", false);
	expect_status(a, 202);
	json_t *job = a_finished_job(&moderator, text_at(a.body, "job/id"));
	ck_assert_str_eq(text_at(job, "state"), "failed");
	ck_assert_ptr_nonnull(strstr(text_at(job, "detail"), "1.0.1 should be 1.1.0"));
	ck_assert_str_eq(text_at(wish("1.0.1", true).body, "version_rule/least"), "1.1.0");
	make_version("1.1.0");
}
END_TEST

/* Removes labels.csv of 1.0.0 from the store. */
static void lose_labels(const char *of)
{
	const char *digest = ask_db("SELECT encode(f.sha256, 'hex') FROM release_file f"
	                            " JOIN release e ON e.id = f.release_id WHERE e.name = '%s'"
	                            " AND e.version = '1.0.0' AND f.path = 'labels.csv'",
	                            of);

	ck_assert_int_eq(unlink(say("%s/media/%.2s/%s", getenv("TOUCHSTONE_DATA"), digest, digest + 2)),
	                 0);
}

START_TEST(a_version_follows_one_whose_table_is_lost_from_the_store)
{
	const char *turned = item_at(0), *gone = item_at(1);

	turn_crowd(turned);
	tell_db("UPDATE item SET state = 'withdrawn' WHERE id = '%s'", gone);
	add_items(2, .99);
	lose_labels(name);
	expect_problem(wish("1.1.0", false), 422, TOO_SMALL);
	make_version("2.0.0");
	struct answer a = get(NULL, say(RELEASES "/%s/2.0.0/files/changes.csv", name));
	expect_status(a, 200);
	ck_assert_ptr_nonnull(strstr(a.text, say("%s,relabelled,", turned)));
	ck_assert_ptr_nonnull(strstr(a.text, say("%s,removed,", gone)));
	const char *log = get(NULL, say(RELEASES "/%s/2.0.0/files/CHANGELOG.md", name)).text;
	ck_assert_ptr_nonnull(strstr(log, "2 added, 1 removed, 1 relabelled"));
	make_version("2.0.1");
}
END_TEST

/* The counts of a dry run of 1.0.1. */
static char *counts_of(bool seal)
{
	struct answer a =
		post(&moderator, RELEASES,
	         json_pack("{s:s, s:s, s:b, s:b, s:{s:s}}", "name", name, "version", "1.0.1", "dry_run",
	                   true, "seal_test", seal, "filter", "campaign", campaign));

	expect_status(a, 200);
	return json_dumps(at(a.body, "version_rule/counts"), JSON_SORT_KEYS);
}

/* Another campaign, whose release 1.0.0 has a test split that is sealed. */
static void seal_a_release(void)
{
	campaign = a_campaign();
	name = fresh_name();
	add_items(12, .99);
	add_items(12, .02);
	judge_all(campaign, 3);
	run_well("release create %s 1.0.0 --campaign %s --seal-test", name, campaign);
	ck_assert_int_gt(count_db("SELECT count(*) FROM release_item r JOIN release e ON e.id ="
	                          " r.release_id WHERE e.name = '%s' AND r.sealed",
	                          name),
	                 0);
}

START_TEST(what_the_database_keeps_of_a_lost_table_counts_as_the_table_does)
{
	if (_i == 1)
		seal_a_release();
	tell_db("UPDATE item SET state = 'withdrawn' WHERE id = '%s'", item_at(0));
	turn_crowd(item_at(1));
	const char *whole = counts_of(_i == 1);
	lose_labels(name);
	ck_assert_str_eq(counts_of(_i == 1), whole);
	ck_assert_ptr_nonnull(strstr(whole, "\"removed\": 1"));
}
END_TEST

START_TEST(versions_are_in_their_own_order_and_others_promise_nothing)
{
	make_version("10.0.0");
	turn_crowd(item_at(0));
	/* behind 1.0.0, not behind 10.0.0 */
	ck_assert_str_eq(text_at(wish("9.0.0", true).body, "version_rule/since"), "1.0.0");
	ck_assert_str_eq(text_at(wish("10.0.1", true).body, "version_rule/since"), "10.0.0");
	expect_problem(wish("10.0.1-rc.1", false), 422, TOO_SMALL);
	struct answer dry = wish("11", true);
	ck_assert(json_is_null(at(dry.body, "version_rule/least")));
	ck_assert(true_at(dry.body, "version_rule/kept"));
	make_version("11");
	struct answer log = get(NULL, say(RELEASES "/%s/11/files/CHANGELOG.md", name));
	expect_status(log, 200);
	ck_assert_ptr_nonnull(strstr(log.text, "The rule of versions was not applied"));
}
END_TEST

START_TEST(a_version_waits_for_the_one_that_was_asked_for_before_it)
{
	int code;
	const char *before = ask_db("INSERT INTO release (name, version, filter, salt) VALUES ('%s',"
	                            " '1.1.0', '{}', sha256('x')) RETURNING id",
	                            name);

	const char *said = run_program(&code, "release create %s 1.1.1 --campaign %s", name, campaign);
	ck_assert_int_eq(code, 1);
	ck_assert_ptr_nonnull(strstr(said, "1.1.0 is being made"));
	run_well("release create %s other --campaign %s", name, campaign);
	tell_db("UPDATE release SET state = 'failed' WHERE id = '%s'", before);
	tell_db("UPDATE job SET run_after = now() WHERE subject IN (SELECT id FROM release WHERE name ="
	        " '%s')",
	        name);
	said = run_program(&code, "release create %s 1.1.1 --campaign %s", name, campaign);
	ck_assert_msg(code == 0 || strstr(said, "Another process is making it"), "%s", said);
}
END_TEST

/* ------------------------------------------------------------------ what changed */

START_TEST(a_diff_tells_what_became_of_each_item_and_why)
{
	const char *gone = item_at(0), *turned = item_at(1), *out = item_at(2);

	expect_status(post(&moderator, say("/api/v1/items/%s/withdraw", gone),
	                   json_pack("{s:s, s:s}", "reason_class", "consent", "reason",
	                             "somebody who is shown asked for it")),
	              200);
	turn_crowd(turned);
	tell_db("UPDATE item SET state = 'withdrawn' WHERE id = '%s'", out);
	add_items(1, .02);
	make_version("2.0.0");
	json_t *diff = diff_of("2.0.0", "?from=1.0.0");
	ck_assert_int_eq(number_at(diff, "counts/added"), 1);
	ck_assert_int_eq(number_at(diff, "counts/removed"), 2);
	ck_assert_int_eq(number_at(diff, "counts/relabelled"), 1);
	ck_assert_int_eq(number_at(diff, "counts/same"), 5);
	expect_change(diff, gone, "removed", "withdrawn");
	ck_assert_str_eq(text_at(change_of(diff, gone), "reason_class"), "consent");
	ck_assert_str_eq(text_at(change_of(diff, gone), "before/label"), label_of(gone));
	ck_assert(json_is_null(at(change_of(diff, gone), "after")));
	expect_change(diff, out, "removed", "out_of_service");
	expect_change(diff, turned, "relabelled", "fitted");
	ck_assert_str_eq(text_at(change_of(diff, turned), "columns/0"), "label");
	const char *added = ask_db("SELECT i.id FROM item i JOIN campaign c ON c.id = i.campaign_id"
	                           " WHERE c.name = '%s' ORDER BY i.created_at DESC LIMIT 1",
	                           campaign);
	expect_change(diff, added, "added", "imported");
	/* and the other way round nothing is known */
	expect_change(diff_of("1.0.0", "?from=2.0.0"), out, "added", "not_known");
}
END_TEST

START_TEST(a_ruling_is_told_as_the_reason)
{
	const char *item = item_at(0), *ruling = other_label(item);

	tell_db("WITH d AS (INSERT INTO dispute (item_id, reason, state, judgments)"
	        "   VALUES ('%s', 'max_judgments', 'ruled', 5) RETURNING id, item_id),"
	        " m AS (SELECT id FROM account WHERE role = 'moderator' LIMIT 1),"
	        " b AS (INSERT INTO blind_verdict (dispute_id, account_id, verdict, confidence, blind)"
	        "   SELECT d.id, m.id, '%s', 90, true FROM d, m RETURNING dispute_id, account_id)"
	        "INSERT INTO ruling (dispute_id, item_id, account_id, ruling, reason)"
	        " SELECT d.id, d.item_id, m.id, '%s', 'seen by a moderator' FROM d, m",
	        item, ruling, ruling);
	tell_db("UPDATE item SET state = 'settled' WHERE id = '%s'", item);
	make_version("2.0.0");
	expect_change(diff_of("2.0.0", ""), item, "relabelled", "ruling");
}
END_TEST

START_TEST(what_was_asked_for_is_told_as_the_reason)
{
	struct answer a = post(&moderator, RELEASES,
	                       json_pack("{s:s, s:s, s:{s:s, s:i}}", "name", name, "version", "2.0.0",
	                                 "filter", "campaign", campaign, "min_judgments", 5));
	expect_status(a, 202);
	ck_assert_str_eq(text_at(a_finished_job(&moderator, text_at(a.body, "job/id")), "state"),
	                 "failed"); /* nothing fits */
	add_items(1, .99);
	judge_all(campaign, 2);
	tell_db("UPDATE consensus k SET judgments = 4 WHERE item_id = '%s'", item_at(0));
	a = post(&moderator, RELEASES,
	         json_pack("{s:s, s:s, s:{s:s, s:i}}", "name", name, "version", "2.0.0", "filter",
	                   "campaign", campaign, "min_judgments", 5));
	expect_status(a, 202);
	a_finished_job(&moderator, text_at(a.body, "job/id"));
	expect_change(diff_of("2.0.0", ""), item_at(0), "removed", "filter");
}
END_TEST

START_TEST(a_diff_comes_in_pages_and_counts_once)
{
	int pages = 0, items = 0;
	const char *cursor = "";

	judge_all(campaign, 1);
	make_version("1.0.1");
	do {
		json_t *page = diff_of("1.0.1", say("?from=1.0.0&limit=3%s", cursor));

		ck_assert_int_eq(number_at(page, "counts/reestimated"), 8);
		items += (int)json_array_size(at(page, "items"));
		for (int i = 0; i < (int)json_array_size(at(page, "items")); i++)
			ck_assert_str_eq(text_at(page, say("items/%d/item", i)), item_at(3 * pages + i));
		cursor = json_is_null(at(page, "next")) ? NULL : say("&cursor=%s", text_at(page, "next"));
		pages++;
	} while (cursor);
	ck_assert_int_eq(items, 8);
	ck_assert_int_eq(pages, 3);
	ck_assert_int_eq(count_db("SELECT count(*) FROM release_difference d JOIN release e ON e.id ="
	                          " d.release_id WHERE e.name = '%s'",
	                          name),
	                 1);
}
END_TEST

START_TEST(a_diff_that_cannot_be_is_refused)
{
	add_items(1, .99);
	make_version("1.1.0");
	make_version("1.2.0");
	expect_problem(get(NULL, diff_path("1.0.0", "")), 422, "invalid");
	expect_problem(get(NULL, diff_path("1.1.0", "?from=1.1.0")), 422, "invalid");
	expect_problem(get(NULL, diff_path("1.1.0", "?from=9.9.9")), 404, "not-found");
	expect_problem(get(NULL, diff_path("9.9.9", "?from=1.0.0")), 404, "not-found");
	expect_problem(get(NULL, diff_path("1.1.0", "?from=1.0.0&limit=501")), 422, "invalid");
	judge_all(campaign, 1);
	make_version("1.2.1");
	const char *cursor = text_at(diff_of("1.2.1", "?limit=1"), "next");
	expect_problem(get(NULL, diff_path("1.2.1", say("?from=1.0.0&cursor=%s", cursor))), 422,
	               "invalid");
	expect_status(get(NULL, diff_path("1.2.1", say("?from=1.2.0&cursor=%s", cursor))), 200);
}
END_TEST

/* ------------------------------------------------------------------ what a release carries */

START_TEST(the_first_release_carries_no_history_and_those_after_it_do)
{
	const char *folder = a_folder(), *one = written(folder, "1.0.0", "one");

	ck_assert_int_ne(shell(one, "test -e CHANGELOG.md || test -e changes.csv ||"
	                            " grep -q '^changes,' dictionary.csv")
	                     .code,
	                 0);
	ck_assert(json_is_null(at(get(NULL, say(RELEASES "/%s/1.0.0", name)).body, "since")));
	add_items(2, .99);
	make_version("1.1.0");
	turn_crowd(item_at(0));
	make_version("2.0.0");
	const char *two = written(folder, "2.0.0", "two");
	const char *log = file_text(two, "CHANGELOG.md");
	const char *newest = strstr(log, "\n## 2.0.0 ("), *middle = strstr(log, "\n## 1.1.0 (");
	const char *first = strstr(log, "\n## 1.0.0 (");
	ck_assert(newest && middle && first && newest < middle && middle < first);
	ck_assert_ptr_nonnull(strstr(newest, "10 items. Since 1.1.0: 1 relabelled.\n"));
	ck_assert_ptr_nonnull(
		strstr(middle, "10 items. Since 1.0.0: 2 added.\n\n- 2 added: `imported` 2\n"));
	ck_assert_ptr_nonnull(strstr(first, "8 items. The first version."));
	ck_assert_ptr_null(strstr(log, "was not applied"));
	ck_assert_str_eq(shell(two, "cut -d, -f2,8 changes.csv | tr -d '\\r'").said,
	                 "change,why\nrelabelled,fitted\n");
	ck_assert_int_eq(shell(two, "grep -q ' changes.csv$' SHA256SUMS && grep -q ' CHANGELOG.md$'"
	                            " SHA256SUMS && grep -q '^changes,why,' dictionary.csv && grep -q"
	                            " '\"changes.csv\"' datapackage.json && grep -q '\"CHANGELOG.md\"'"
	                            " croissant.json && grep -q '## What changed' README.md")
	                     .code,
	                 0);
	expect_code(0, folder, say("release write %s 2.0.0 lines --format jsonl", name));
	ck_assert_int_eq(shell(folder, "cmp two/changes.csv lines/changes.csv").code, 0);
	json_t *since = at(get(NULL, say(RELEASES "/%s/2.0.0", name)).body, "since");
	ck_assert_str_eq(text_at(since, "version"), "1.1.0");
	ck_assert_int_eq(number_at(since, "counts/relabelled"), 1);
}
END_TEST

START_TEST(a_revision_carries_the_history_with_itself_and_not_the_item)
{
	const char *folder = a_folder(), *item;

	add_items(2, .99);
	make_version("1.1.0");
	item = ask_db("SELECT a.item_id FROM release_item a JOIN release e ON e.id = a.release_id AND"
	              " e.name = '%s' AND e.version = '1.1.0' WHERE a.item_id NOT IN (SELECT item_id"
	              " FROM release_item r JOIN release f ON f.id = r.release_id AND f.name = '%s' AND"
	              " f.version = '1.0.0') LIMIT 1",
	              name, name);
	expect_status(post(&moderator, say("/api/v1/items/%s/withdraw", item),
	                   json_pack("{s:s, s:s}", "reason_class", "rights", "reason",
	                             "the photographer asked for it")),
	              200);
	await_db(30, say("SELECT EXISTS (SELECT FROM release WHERE name = '%s' AND version ="
	                 " '1.1.0+r1' AND state = 'ready')",
	                 name));
	expect_problem(get(NULL, say(RELEASES "/%s/1.1.0/files/changes.csv", name)), 410,
	               "item-withdrawn-from-release");
	expect_status(get(NULL, say(RELEASES "/%s/1.1.0/files/CHANGELOG.md", name)), 200);
	const char *revised = written(folder, "1.1.0+r1", "revised");
	const char *log = file_text(revised, "CHANGELOG.md");
	ck_assert_ptr_nonnull(strstr(log, "\n## 1.1.0+r1 ("));
	ck_assert_ptr_nonnull(strstr(
		log,
		"A revision of 1.1.0 without 1 items that were taken down (rights 1); else the same."));
	ck_assert_ptr_null(strstr(file_text(revised, "changes.csv"), item));
	ck_assert_str_eq(shell(revised, "wc -l <changes.csv").said, "2\n");
	expect_change(diff_of("1.1.0+r1", "?from=1.1.0"), item, "removed", "withdrawn");
}
END_TEST

/* ------------------------------------------------------------------ at the command line */

START_TEST(folders_are_compared_without_a_server)
{
	const char *folder = a_folder();
	const char *offline = say("env -u DATABASE_URL %s release diff one two", getenv("PROGRAM"));

	written(folder, "1.0.0", "one");
	add_items(1, .99);
	turn_crowd(item_at(0));
	make_version("2.0.0");
	written(folder, "2.0.0", "two");
	struct ran text = shell(folder, offline);
	ck_assert_msg(text.code == 0, "%s", text.said);
	ck_assert_ptr_nonnull(strstr(text.said, "added 1 (not_known 1)\n"));
	ck_assert_ptr_nonnull(strstr(text.said, "relabelled 1 (fitted 1)\n"));
	ck_assert_ptr_nonnull(strstr(text.said, "same 7\n"));
	struct ran json = shell(folder, say("%s --json", offline));
	json_t *read = json_loads(json.said, 0, NULL);
	ck_assert_msg(json.code == 0 && read, "%s", json.said);
	ck_assert_int_eq(number_at(read, "counts/added"), 1);
	ck_assert_uint_eq(json_array_size(at(read, "items")), 2);
	struct ran csv = shell(folder, say("%s --csv", offline));
	ck_assert_int_eq(strncmp(csv.said, "item,change,old_split,", 22), 0);
	const char *said =
		expect_code(0, folder, say("release diff %s 1.0.0 2.0.0", name)); /* knows more */
	ck_assert_ptr_nonnull(strstr(said, "added 1 (imported 1)\n"));
	expect_code(2, folder, "release diff one");
	expect_code(2, folder, "release diff one two --json --csv");
	expect_code(1, folder, "release diff one nowhere");
	expect_code(1, folder, say("release diff %s 1.0.0 9.9.9", name));
}
END_TEST

/* ------------------------------------------------------------------ what was taken down since */

static void withdraw(const char *item, const char *reason_class)
{
	expect_status(post(&moderator, say("/api/v1/items/%s/withdraw", item),
	                   json_pack("{s:s, s:s}", "reason_class", reason_class, "reason",
	                             "somebody who is shown asked for it")),
	              200);
}

START_TEST(verify_tells_what_was_taken_down_since)
{
	const char *folder = a_folder(), *feed = "/api/v1/revocations?limit=100";
	const char *url = say("%s/api/v1/revocations?limit=1", getenv("SERVER_URL"));
	json_t *page;

	written(folder, "1.0.0", "one");
	expect_code(0, folder, say("release verify one --revocations %s", url));
	withdraw(item_at(0), "privacy");
	withdraw(item_at(3), "rights");
	await_db(30, say("SELECT count(*) > 0 FROM release WHERE name = '%s' AND version LIKE"
	                 " '1.0.0+r%%' AND state = 'ready' AND NOT EXISTS (SELECT FROM release_item r"
	                 " WHERE r.release_id = release.id AND r.item_id = '%s')",
	                 name, item_at(3)));
	const char *said = expect_code(1, folder, say("release verify one --revocations %s", url));
	const char *first = strstr(said, say("%s\tprivacy\t", item_at(0)));
	ck_assert_ptr_nonnull(first);
	ck_assert_ptr_nonnull(strstr(first, "\t1.0.0+r"));
	ck_assert_ptr_nonnull(strstr(said, say("%s\trights\t", item_at(3))));
	ck_assert_ptr_nonnull(strstr(said, "2 item(s) of one were taken down since"));
	write_text(folder, "list.json", "");
	do { /* as curl saves page after page */
		page = get(NULL, feed).body;
		write_text(folder, "page.json", json_dumps(page, 0));
		ck_assert_int_eq(shell(folder, "cat page.json >>list.json").code, 0);
		if (json_is_string(at(page, "next")))
			feed = say("/api/v1/revocations?limit=100&cursor=%s", text_at(page, "next"));
	} while (json_is_string(at(page, "next")));
	ck_assert_str_eq(expect_code(1, folder, "release verify one --revocations list.json"), said);
	const char *revision = ask_db("SELECT version FROM release WHERE name = '%s' AND state ="
	                              " 'ready' ORDER BY revision DESC NULLS LAST LIMIT 1",
	                              name);
	expect_code(0, folder, say("release write %s %s two", name, revision));
	expect_code(0, folder, "release verify two --revocations list.json");
	write_text(folder, "cut.json", json_dumps(get(NULL, "/api/v1/revocations?limit=1").body, 0));
	ck_assert_ptr_nonnull(
		strstr(expect_code(1, folder, "release verify two --revocations cut.json"),
	           "ends before the list does"));
	expect_code(1, folder, "release verify two --revocations nowhere.json");
	expect_code(1, folder,
	            say("release verify two --revocations %s/api/v1/stats", getenv("SERVER_URL")));
}
END_TEST

/* What is no table of labels, or not in order. */
static const char *const broken_labels[] = {
	"",
	"a,b\r\n1,2\r\n",
	"item,split,label\r\nnobody,train,fake\r\n",
	"item,split,label\r\n00000000-0000-0000-0000-000000000001,\033[31m,fake\r\n",
	"item,split,label\r\n00000000-0000-0000-0000-000000000001,train,forged\r\n",
	"item,split,label\r\n00000000-0000-0000-0000-000000000002,train,fake\r\n"
	"00000000-0000-0000-0000-000000000001,train,fake\r\n",
	"item,split,label\r\n00000000-0000-0000-0000-000000000001,train,fake\r\n"
	"00000000-0000-0000-0000-000000000001,train,fake\r\n",
	"item,split,label\r\n00000000-0000-0000-0000-000000000001,\"train,fake\r\n",
};

START_TEST(a_folder_with_something_else_is_no_release)
{
	const char *folder = a_folder();

	expect_code(0, folder, say("release write %s 1.0.0 one", name));
	ck_assert_int_eq(shell(folder, "mkdir two three").code, 0);
	write_text(folder, "two/labels.csv", broken_labels[_i]);
	expect_code(1, folder, "release diff one two");
	expect_code(1, folder, "release diff two one");
	ck_assert_int_eq(shell(folder, "mkfifo three/labels.csv").code, 0);
	expect_code(1, folder, "release diff one three");
}
END_TEST

static TCase *lost_case(void)
{
	TCase *tc = tcase_create("lost and large");

	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, where_many_items_are_looked_through_the_job_tells);
	tcase_add_test(tc, a_version_follows_one_whose_table_is_lost_from_the_store);
	tcase_add_loop_test(tc, what_the_database_keeps_of_a_lost_table_counts_as_the_table_does, 0, 2);
	return tc;
}

Suite *http_changes_suite(void)
{
	Suite *suite = suite_create("http/changes");
	TCase *tc = tcase_create("changes");

	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, more_items_need_a_minor_version);
	tcase_add_test(tc, another_label_needs_a_major_version);
	tcase_add_test(tc, an_item_that_is_gone_needs_a_major_version);
	tcase_add_test(tc, another_truth_needs_a_major_version_and_another_licence_none);
	tcase_add_test(tc, estimates_that_move_need_a_patch_and_too_much_is_taken);
	tcase_add_test(tc, the_job_refuses_what_nobody_looked_at_before);
	tcase_add_test(tc, versions_are_in_their_own_order_and_others_promise_nothing);
	tcase_add_test(tc, a_version_waits_for_the_one_that_was_asked_for_before_it);
	tcase_add_test(tc, a_diff_tells_what_became_of_each_item_and_why);
	tcase_add_test(tc, a_ruling_is_told_as_the_reason);
	tcase_add_test(tc, what_was_asked_for_is_told_as_the_reason);
	tcase_add_test(tc, a_diff_comes_in_pages_and_counts_once);
	tcase_add_test(tc, a_diff_that_cannot_be_is_refused);
	tcase_add_test(tc, the_first_release_carries_no_history_and_those_after_it_do);
	tcase_add_test(tc, a_revision_carries_the_history_with_itself_and_not_the_item);
	tcase_add_test(tc, folders_are_compared_without_a_server);
	tcase_add_test(tc, verify_tells_what_was_taken_down_since);
	tcase_add_loop_test(tc, a_folder_with_something_else_is_no_release, 0,
	                    sizeof broken_labels / sizeof broken_labels[0]);
	suite_add_tcase(suite, tc);
	suite_add_tcase(suite, lost_case());
	return suite;
}
