/* SPDX-License-Identifier: Apache-2.0 */
/* What is taken down leaves releases, and everybody who downloaded learns of it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client.h"
#include "database.h"
#include "program.h"
#include "published.h"
#include "suites.h"

#define REVOCATIONS "/api/v1/revocations"
#define GONE        "item-withdrawn-from-release"

static struct person moderator;
static const char *name; /* of a release with eight items, no two of the same bytes */
static const char *item; /* one of them */

/* A campaign with four fake and four real images, each judged by three. */
static const char *a_campaign_of_eight(void)
{
	const char *campaign = a_campaign();

	for (int i = 0; i < 8; i++) {
		const char *bytes = fresh_name();

		make_retired(campaign, 1, i < 4 ? .99 : .02,
		             &(struct items){ .file = a_file(bytes, strlen(bytes)) });
	}
	judge_all(campaign, 3);
	return campaign;
}

/* The item of the release that is `n`th by its id. */
static const char *item_at(int n)
{
	return ask_db("SELECT item_id FROM release_item r JOIN release e ON e.id = r.release_id"
	              " WHERE e.name = '%s' AND e.version = '1.0' ORDER BY item_id OFFSET %d LIMIT 1",
	              name, n);
}

static const char *path_of(const char *which)
{
	return ask_db("SELECT path FROM release_item r JOIN release e ON e.id = r.release_id"
	              " WHERE e.name = '%s' AND e.version = '1.0' AND item_id = '%s'",
	              name, which);
}

static const char *address(const char *version, const char *rest)
{
	return say(RELEASES "/%s/%s%s", name, version, rest);
}

static const char *file_of(const char *version, const char *path)
{
	return address(version, say("/files/%s", path));
}

static void setup(void)
{
	moderator = an_account("moderator");
	name = a_release(&moderator, a_campaign_of_eight());
	item = item_at(0);
}

static struct answer take_down(struct person *as, const char *which, const char *reason_class)
{
	return post(as, say("/api/v1/items/%s/withdraw", which),
	            json_pack("{s:s, s:s}", "reason_class", reason_class, "reason",
	                      "somebody who is shown asked for it"));
}

/* Waits for the release to be ready, in so many layouts at least. */
static json_t *await_release(const char *version, size_t layouts)
{
	for (int try = 0; try < 400; try++) {
		struct answer a = get(NULL, address(version, ""));

		if (a.status == 200 && strcmp(text_at(a.body, "state"), "ready") == 0 &&
		    json_array_size(at(a.body, "layouts")) >= layouts)
			return a.body;
		wait_ms(50);
	}
	ck_abort_msg("%s %s does not come", name, version);
	return NULL;
}

/* ------------------------------------------------------------------ tombstones */

static const char *const gone_files[] = { "labels.csv", "labels.jsonl", "judgments.csv",
	                                      "trials.csv", "crowd.csv",    "marks.csv",
	                                      "LICENCES" };
static const char *const staying_files[] = {
	"README.md",       "SHA256SUMS",     "SHA256SUMS.minisig", "manifest.note",
	"SIGNING-KEY.pub", "CITATION.cff",   "datapackage.json",   "croissant.json",
	"DATASHEET.md",    "dictionary.csv", "leaks.csv",
};

START_TEST(the_medium_and_the_tables_with_its_rows_are_gone)
{
	expect_status(get(NULL, file_of("1.0", path_of(item))), 200);
	expect_status(take_down(&moderator, item, "consent"), 200);
	for (size_t i = 0; i < sizeof gone_files / sizeof gone_files[0]; i++)
		expect_problem(get(NULL, file_of("1.0", gone_files[i])), 410, GONE);
	expect_problem(get(NULL, file_of("1.0", path_of(item))), 410, GONE);
	struct answer a = get(NULL, file_of("1.0", path_of(item)));
	ck_assert_ptr_nonnull(strstr(text_at(a.body, "detail"), "(consent)"));
	const char *cache = header_of(a, "Cache-Control");
	ck_assert(!cache || !strstr(cache, "immutable"));
}
END_TEST

START_TEST(what_describes_and_signs_the_release_stays_and_so_do_other_media)
{
	expect_status(take_down(&moderator, item, "rights"), 200);
	for (size_t i = 0; i < sizeof staying_files / sizeof staying_files[0]; i++)
		expect_status(get(NULL, file_of("1.0", staying_files[i])), 200);
	expect_status(get(NULL, address("1.0", "/croissant.json")), 200);
	expect_status(get(NULL, file_of("1.0", path_of(item_at(1)))), 200);
}
END_TEST

START_TEST(no_method_and_no_part_brings_it_back)
{
	const char *medium = file_of("1.0", path_of(item)), *table = file_of("1.0", "labels.csv");
	const char *etag = header_of(get(NULL, medium), "ETag");

	expect_status(take_down(&moderator, item, "privacy"), 200);
	const char *const paths[] = { medium, table };
	for (int i = 0; i < 2; i++) {
		ck_assert_int_eq(call(&(struct call){ .method = "HEAD", .path = paths[i] }).status, 410);
		struct call part = { .path = paths[i], .headers = { "Range: bytes=0-3" } };
		expect_problem(call(&part), 410, GONE);
		struct call known = { .path = paths[i], .headers = { say("If-None-Match: %s", etag) } };
		expect_problem(call(&known), 410, GONE);
	}
}
END_TEST

START_TEST(of_layouts_only_media_that_were_not_taken_down_stay)
{
	await_release("1.0", 9);
	expect_status(get(NULL, address("1.0", "/archives/touchstone.tar")), 200);
	expect_status(take_down(&moderator, item, "rights"), 200);
	const char *const archives[] = { "touchstone.tar", "touchstone.zip", "csv.tar", "dfdc.zip" };
	for (int i = 0; i < 4; i++)
		expect_problem(get(NULL, address("1.0", say("/archives/%s", archives[i]))), 410, GONE);
	const char *files = address("1.0", "/layouts/touchstone/files/");
	expect_problem(get(NULL, say("%s%s", files, path_of(item))), 410, GONE);
	expect_problem(get(NULL, say("%slabels.csv", files)), 410, GONE);
	expect_status(get(NULL, say("%s%s", files, path_of(item_at(1)))), 200);
	const char *made = ask_db("SELECT path FROM release_artefact a JOIN release e"
	                          " ON e.id = a.release_id WHERE e.name = '%s' LIMIT 1",
	                          name);
	expect_problem(get(NULL, file_of("1.0", made)), 410, GONE);
}
END_TEST

START_TEST(what_was_taken_down_is_not_written_to_a_folder_either)
{
	int code;

	expect_status(take_down(&moderator, item, "rights"), 200);
	await_release("1.0%2Br1", 0);
	const char *said = run_program(&code, "release write %s 1.0 %s/x", name, a_folder());
	ck_assert_int_eq(code, 1);
	ck_assert_ptr_nonnull(strstr(said, "Use version 1.0+r1"));
}
END_TEST

/* ------------------------------------------------------------------ revisions */

START_TEST(a_revision_without_it_comes_and_verifies)
{
	const char *folder = a_folder(), *bytes = path_of(item_at(1));

	expect_status(take_down(&moderator, item, "consent"), 200);
	json_t *revision = await_release("1.0+r1", 9);
	ck_assert_int_eq(number_at(revision, "items"), 7);
	ck_assert_int_eq(number_at(revision, "withdrawn"), 0);
	ck_assert_ptr_nonnull(strstr(text_at(revision, "card"), "This is revision 1 of"));
	ck_assert_ptr_nonnull(strstr(text_at(revision, "card"), say("| %s | ", item)));
	expect_code(0, folder, say("release write %s 1.0+r1 one", name));
	expect_code(0, folder, "release verify one");
	expect_code(0, folder, say("release write %s 1.0+r1 cf --format class-folders", name));
	ck_assert_int_ne(
		shell(folder, say("grep -l '%s' one/*.csv one/*.jsonl one/LICENCES", item)).code, 0);
	ck_assert_int_ne(shell(folder, say("grep -q '%s' one/LICENCES", path_of(item))).code, 0);
	ck_assert_int_eq(shell(folder, say("test -f one/%s && test ! -e one/%s && grep -q '%s' "
	                                   "one/LICENCES",
	                                   bytes, path_of(item), bytes))
	                     .code,
	                 0);
	ck_assert_str_eq(shell(folder, "wc -l <one/judgments.csv").said, "22\n");
}
END_TEST

START_TEST(what_stays_is_the_same_row_and_what_describes_it_names_the_revision)
{
	const char *before = a_written_release(name), *folder = a_folder();
	struct ran ran;

	expect_status(take_down(&moderator, item, "mistake"), 200);
	await_release("1.0+r1", 0);
	expect_code(0, folder, say("release write %s 1.0+r1 one", name));
	static const char *const tables[] = { "labels.csv", "labels.jsonl", "judgments.csv",
		                                  "trials.csv", "crowd.csv",    "marks.csv" };
	for (int i = 0; i < 6; i++) {
		ran = shell(folder,
		            say("grep -v '%s' %s/%s | cmp - one/%s", item, before, tables[i], tables[i]));
		ck_assert_msg(ran.code == 0, "%s", ran.said);
	}
	ran = shell(folder, say("cmp %s/leaks.csv one/leaks.csv && cmp %s/dictionary.csv "
	                        "one/dictionary.csv",
	                        before, before));
	ck_assert_msg(ran.code == 0, "%s", ran.said);
	static const char *const described[] = { "version: \"1.0+r1\"", "\"version\": \"1.0+r1\"",
		                                     "{1.0+r1}", "1.0+r1", "1.0+r1\\b" };
	static const char *const files[] = { "CITATION.cff", "datapackage.json", "croissant.json",
		                                 "DATASHEET.md", "README.md" };
	for (int i = 0; i < 5; i++) {
		ran = shell(folder, say("grep -q '%s' one/%s", described[i], files[i]));
		ck_assert_msg(ran.code == 0, "%s does not say %s", files[i], described[i]);
	}
	ck_assert_int_eq(shell(folder, say("grep -rlE '\"?%s 1\\.0\"?$' one", name)).code, 1);
}
END_TEST

START_TEST(the_refusal_and_the_release_name_the_revision)
{
	ck_assert(json_is_null(at(get(NULL, address("1.0", "")).body, "revision")));
	expect_status(take_down(&moderator, item, "illegal"), 200);
	await_release("1.0+r1", 0);
	struct answer a = get(NULL, file_of("1.0", "labels.csv"));
	ck_assert_ptr_nonnull(strstr(text_at(a.body, "detail"), "Use version 1.0+r1."));
	a = get(NULL, address("1.0", ""));
	ck_assert_str_eq(text_at(a.body, "revision"), "1.0+r1");
	ck_assert_int_eq(number_at(a.body, "withdrawn"), 1);
	expect_status(get(NULL, file_of("1.0+r1", "labels.csv")), 200);
}
END_TEST

START_TEST(a_second_withdrawal_makes_a_second_revision_of_the_first_version)
{
	const char *other = item_at(3), *folder = a_folder();

	expect_status(take_down(&moderator, item, "rights"), 200);
	await_release("1.0+r1", 0);
	expect_status(take_down(&moderator, other, "privacy"), 200);
	expect_problem(get(NULL, file_of("1.0+r1", "labels.csv")), 410, GONE);
	json_t *second = await_release("1.0+r2", 0);
	ck_assert_int_eq(number_at(second, "items"), 6);
	ck_assert_ptr_nonnull(strstr(text_at(second, "card"), say("| %s | ", item)));
	ck_assert_ptr_nonnull(strstr(text_at(second, "card"), say("| %s | ", other)));
	ck_assert_str_eq(text_at(get(NULL, address("1.0+r1", "")).body, "revision"), "1.0+r2");
	ck_assert_str_eq(text_at(get(NULL, address("1.0", "")).body, "revision"), "1.0+r2");
	expect_code(0, folder, say("release write %s 1.0+r2 two", name));
	expect_code(0, folder, "release verify two");
}
END_TEST

START_TEST(a_maker_that_was_killed_is_followed_by_one_that_goes_on)
{
	/* As it is after the death of one who had listed the items: a claim that has lapsed. */
	tell_db(
		"WITH root AS (SELECT * FROM release WHERE name = '%s'),"
		" w AS (INSERT INTO withdrawal (item_id, reason_class, by)"
		"       VALUES ('%s', 'other', 'test') RETURNING item_id),"
		" m AS (INSERT INTO withdrawn_medium (digest, item_id)"
		"       SELECT i.rendition, i.id FROM item i, w WHERE i.id = '%s'),"
		" r AS (INSERT INTO release (name, version, filter, salt, fixed_at, revises, revision)"
		"       SELECT name, '1.0+r1', filter, salt, fixed_at, id, 1 FROM root RETURNING id),"
		" f AS (INSERT INTO release_file (release_id, path, sha256, bytes)"
		"       SELECT r.id, t.path, t.sha256, t.bytes FROM r, root, release_item t"
		"        WHERE t.release_id = root.id AND t.item_id <> '%s'),"
		" t AS (INSERT INTO release_item (release_id, item_id, path, sha256, bytes, split, label,"
		"           label_source, p_fake, low, high, judgments)"
		"       SELECT r.id, t.item_id, t.path, t.sha256, t.bytes, t.split, t.label,"
		"              t.label_source, t.p_fake, t.low, t.high, t.judgments"
		"         FROM r, root, release_item t"
		"        WHERE t.release_id = root.id AND t.item_id <> '%s')"
		"INSERT INTO job (kind, subject, state, claims, run_after)"
		" SELECT 'revise', id, 'running', 1, now() - interval '1 second' FROM root",
		name, item, item, item, item);
	ck_assert_int_eq(number_at(await_release("1.0+r1", 0), "items"), 7);
	await_db(10, say("SELECT count(*) = 0 FROM job j JOIN release e ON e.id = j.subject"
	                 " WHERE e.name = '%s' AND j.kind = 'revise' AND j.state <> 'done'",
	                 name));
	ck_assert_str_eq(ask_db("SELECT count(*) FROM release WHERE name = '%s'", name), "2");
}
END_TEST

START_TEST(nobody_asks_for_a_revision)
{
	struct answer a =
		post(&moderator, RELEASES, json_pack("{s:s, s:s}", "name", name, "version", "1.0+r1"));

	expect_problem(a, 422, "invalid");
}
END_TEST

START_TEST(of_a_release_that_was_taken_down_whole_there_is_no_revision)
{
	for (int i = 0; i < 8; i++)
		expect_status(take_down(&moderator, item_at(i), "rights"), 200);
	await_db(20, say("SELECT count(*) = 0 FROM job j JOIN release e ON e.id = j.subject"
	                 " WHERE e.name = '%s' AND j.kind = 'revise' AND j.state <> 'done'",
	                 name));
	ck_assert(json_is_null(at(get(NULL, address("1.0", "")).body, "revision")));
	ck_assert_int_eq(number_at(get(NULL, address("1.0", "")).body, "withdrawn"), 8);
}
END_TEST

/* ------------------------------------------------------------------ the decision */

START_TEST(only_moderators_take_down)
{
	struct person volunteer = a_volunteer(), researcher = an_account("researcher");

	expect_status(take_down(NULL, item, "rights"), 401);
	expect_status(take_down(&volunteer, item, "rights"), 401);
	expect_status(take_down(&researcher, item, "rights"), 403);
	expect_status(get(NULL, file_of("1.0", "labels.csv")), 200);
	struct person admin = an_account("admin");
	expect_status(take_down(&admin, item, "rights"), 200);
}
END_TEST

START_TEST(what_makes_no_sense_is_refused)
{
	expect_problem(take_down(&moderator, item, "because"), 422, "invalid");
	expect_problem(take_down(&moderator, "nonsense", "rights"), 404, "not-found");
	expect_problem(take_down(&moderator, "00000000-0000-4000-8000-000000000000", "rights"), 404,
	               "not-found");
	const char *where = say("/api/v1/items/%s/withdraw", item);
	expect_problem(post(&moderator, where, json_pack("{s:s}", "reason_class", "rights")), 422,
	               "invalid");
	expect_status(take_down(&moderator, item, "rights"), 200);
	expect_problem(take_down(&moderator, item, "rights"), 409, "item-withdrawn");
}
END_TEST

START_TEST(the_item_is_out_of_service_and_the_words_are_kept)
{
	expect_status(take_down(&moderator, item, "rights"), 200);
	ck_assert_str_eq(ask_db("SELECT state FROM item WHERE id = '%s'", item), "withdrawn");
	ck_assert_str_eq(
		ask_db("SELECT reason FROM item_change WHERE item_id = '%s' AND field = 'withdrawn'", item),
		"somebody who is shown asked for it");
}
END_TEST

START_TEST(an_item_that_is_out_of_service_already_is_taken_down_too)
{
	int code;

	expect_code(0, "/", say("item withdraw %s --reason 'out of service'", item));
	expect_status(get(NULL, file_of("1.0", "labels.csv")), 200);
	run_program(&code, "withdraw %s --reason-class because --reason x", item);
	ck_assert_int_eq(code, 2);
	expect_code(0, "/", say("withdraw %s --reason-class other --reason 'a complaint'", item));
	expect_problem(get(NULL, file_of("1.0", "labels.csv")), 410, GONE);
	await_release("1.0+r1", 0);
	run_program(&code, "withdraw %s --reason-class other --reason again", item);
	ck_assert_int_eq(code, 1);
}
END_TEST

START_TEST(decisions_are_never_changed)
{
	expect_status(take_down(&moderator, item, "rights"), 200);
	ck_assert_str_eq(ask_db("SELECT count(*) FROM pg_trigger WHERE tgrelid IN"
	                        " ('withdrawal'::regclass, 'withdrawn_medium'::regclass)"
	                        " AND tgfoid = 'refuse_change'::regproc"),
	                 "4");
}
END_TEST

/* ------------------------------------------------------------------ the feed */

START_TEST(whoever_keeps_the_cursor_learns_what_came_since)
{
	const char *cursor = NULL, *next = "";
	struct answer a;

	while (next) {
		a = get(NULL, cursor ? say(REVOCATIONS "?limit=100&cursor=%s", cursor)
		                     : REVOCATIONS "?limit=100");
		expect_status(a, 200);
		cursor = text_at(a.body, "cursor");
		next = json_string_value(at(a.body, "next"));
	}
	const char *later = say(REVOCATIONS "?cursor=%s", cursor);
	ck_assert_uint_eq(json_array_size(at(get(NULL, later).body, "items")), 0);
	const char *path = path_of(item);
	expect_status(take_down(&moderator, item, "consent"), 200);
	expect_status(take_down(&moderator, item_at(1), "rights"), 200);
	a = get(NULL, later);
	ck_assert_str_eq(text_at(a.body, "items/0/item"), item);
	ck_assert_str_eq(text_at(a.body, "items/0/reason_class"), "consent");
	ck_assert_str_eq(text_at(a.body, "items/0/releases/0/name"), name);
	ck_assert_str_eq(text_at(a.body, "items/0/releases/0/path"), path);
	ck_assert_str_eq(text_at(a.body, "items/1/item"), item_at(1));
	ck_assert_ptr_null(strstr(a.text, "asked for it"));
	a = get(NULL, say(REVOCATIONS "?limit=1&cursor=%s", cursor));
	a = get(NULL, say(REVOCATIONS "?limit=1&cursor=%s", text_at(a.body, "next")));
	ck_assert_str_eq(text_at(a.body, "items/0/item"), item_at(1));
	expect_problem(get(NULL, REVOCATIONS "?cursor=nonsense"), 422, "invalid");
}
END_TEST

START_TEST(the_revocation_names_the_revision_once_it_is_there)
{
	struct answer a = take_down(&moderator, item, "consent");

	expect_status(a, 200);
	ck_assert_str_eq(text_at(a.body, "releases/0/version"), "1.0");
	await_release("1.0+r1", 0);
	const char *seen = say("%lld", number_at(a.body, "seq"));
	await_db(5, say("SELECT newest_revision(e) = '1.0+r1' FROM release e WHERE name = '%s'"
	                " AND version = '1.0' AND %s > 0",
	                name, seen));
	a = get(NULL, "/api/v1/revocations.atom");
	ck_assert_ptr_nonnull(strstr(a.text, say("%s 1.0: %s", name, path_of(item))));
	ck_assert_ptr_nonnull(strstr(a.text, "use 1.0+r1"));
}
END_TEST

/* Every element is closed in its order, and nothing but references begins with '&'. */
static void expect_well_formed(const char *text)
{
	char open[16][32], tag[32];
	int depth = 0;

	ck_assert_int_eq(strncmp(text, "<?xml", 5), 0);
	for (text = strstr(text, "?>"); (text = strpbrk(text, "<&")); text++) {
		if (*text == '&') {
			ck_assert_int_eq(text[1], '#');
			continue;
		}
		bool closes = text[1] == '/';
		snprintf(tag, sizeof tag, "%.*s", (int)strcspn(text + 1 + closes, " />"),
		         text + 1 + closes);
		if (closes)
			ck_assert_str_eq(tag, open[--depth]);
		else if (strchr(text, '>')[-1] != '/')
			snprintf(open[depth++], sizeof open[0], "%s", tag);
	}
	ck_assert_int_eq(depth, 0);
}

START_TEST(the_atom_feed_is_well_formed)
{
	expect_status(take_down(&moderator, item, "consent"), 200);
	struct answer a = get(NULL, "/api/v1/revocations.atom");
	expect_status(a, 200);
	ck_assert_str_eq(a.type, "application/atom+xml");
	ck_assert_ptr_nonnull(strstr(a.text, say("<id>urn:uuid:%s</id>", item)));
	expect_well_formed(a.text);
}
END_TEST

Suite *http_withdraw_suite(void)
{
	Suite *suite = suite_create("http/withdraw");
	TCase *tc = tcase_create("withdraw");

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_test(tc, the_medium_and_the_tables_with_its_rows_are_gone);
	tcase_add_test(tc, what_describes_and_signs_the_release_stays_and_so_do_other_media);
	tcase_add_test(tc, no_method_and_no_part_brings_it_back);
	tcase_add_test(tc, of_layouts_only_media_that_were_not_taken_down_stay);
	tcase_add_test(tc, what_was_taken_down_is_not_written_to_a_folder_either);
	tcase_add_test(tc, a_revision_without_it_comes_and_verifies);
	tcase_add_test(tc, what_stays_is_the_same_row_and_what_describes_it_names_the_revision);
	tcase_add_test(tc, the_refusal_and_the_release_name_the_revision);
	tcase_add_test(tc, a_second_withdrawal_makes_a_second_revision_of_the_first_version);
	tcase_add_test(tc, a_maker_that_was_killed_is_followed_by_one_that_goes_on);
	tcase_add_test(tc, nobody_asks_for_a_revision);
	tcase_add_test(tc, of_a_release_that_was_taken_down_whole_there_is_no_revision);
	tcase_add_test(tc, only_moderators_take_down);
	tcase_add_test(tc, what_makes_no_sense_is_refused);
	tcase_add_test(tc, the_item_is_out_of_service_and_the_words_are_kept);
	tcase_add_test(tc, an_item_that_is_out_of_service_already_is_taken_down_too);
	tcase_add_test(tc, decisions_are_never_changed);
	tcase_add_test(tc, whoever_keeps_the_cursor_learns_what_came_since);
	tcase_add_test(tc, the_revocation_names_the_revision_once_it_is_there);
	tcase_add_test(tc, the_atom_feed_is_well_formed);
	suite_add_tcase(suite, tc);
	return suite;
}
