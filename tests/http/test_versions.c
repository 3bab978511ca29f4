/* SPDX-License-Identifier: Apache-2.0 */
/* What may be relied on when a new recipe for media makes renditions of existing items anew. */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "client.h"
#include "crypto/token.h"
#include "database.h"
#include "suites.h"
#include "world.h"

#define COUNTED                                                                               \
	"SELECT count(*) FROM counted_judgment j JOIN item i ON i.id = j.item_id JOIN campaign c" \
	" ON c.id = i.campaign_id WHERE c.name = '%s'"

/* What `command` writes; its bytes live as long as the process. */
static const char *output_of(const char *command, size_t *ret_len, int *ret_code)
{
	FILE *pipe = popen(command, "re");
	char *bytes = NULL, block[4096];
	size_t some;
	FILE *out = open_memstream(&bytes, ret_len);

	ck_assert_ptr_nonnull(pipe);
	while ((some = fread(block, 1, sizeof block, pipe)) > 0)
		fwrite(block, 1, some, out);
	fclose(out);
	*ret_code = WEXITSTATUS(pclose(pipe));
	return keep(bytes);
}

/* A picture in the store, of a colour of its own: its digest. */
static const char *an_original(void)
{
	size_t len;
	int code;
	const char *bytes = output_of(say("ffmpeg -v error -f lavfi -i color=c=0x%.6s:s=64x48"
	                                  " -frames:v 1 -f image2pipe -c:v png -",
	                                  fresh_name() + 1),
	                              &len, &code);

	ck_assert_int_eq(code, 0);
	return a_file(bytes, len);
}

/* Runs `touchstone render` and waits; what it says. */
static const char *render(const char *campaign, const char *options)
{
	size_t len;
	int code;
	const char *said = output_of(
		say("%s render --campaign %s %s 2>&1 </dev/null", getenv("PROGRAM"), campaign, options),
		&len, &code);

	ck_assert_msg(code == 0, "%s", said);
	return said;
}

/* `count` items whose renditions are not what the recipe of now makes of their originals. */
static const char *an_outdated_campaign(int count)
{
	const char *campaign = a_campaign();

	for (int i = 0; i < count; i++) {
		const char *old = fresh_name();

		tell_db("UPDATE item SET sha256 = '\\x%s' WHERE id = '%s'", an_original(),
		        an_item(&(struct items){ .campaign = campaign, .file = a_file(old, strlen(old)) }));
	}
	await_desk(NULL);
	return campaign;
}

static const char *in(const char *what, const char *campaign)
{
	return ask_db("SELECT string_agg(DISTINCT (%s)::text, ',' ORDER BY (%s)::text) FROM item i"
	              " JOIN campaign c ON c.id = i.campaign_id"
	              " LEFT JOIN consensus k ON k.item_id = i.id WHERE c.name = '%s'",
	              what, what, campaign);
}

/* A new volunteer judges the pair of a campaign of two. */
static void judge(const char *campaign)
{
	struct person person = a_volunteer();
	json_t *lease = a_lease(&person, campaign);

	expect_status(post(&person, "/api/v1/judgments",
	                   verdicts_on(text_at(lease, "assignment"), "fake", "fake")),
	              201);
}

static const char *scored(const char *campaign, int judgments)
{
	return say("SELECT count(*) = 2 AND min(k.judgments) = %d AND max(k.judgments) = %d"
	           " FROM consensus k JOIN item i ON i.id = k.item_id"
	           " JOIN campaign c ON c.id = i.campaign_id WHERE c.name = '%s'",
	           judgments, judgments, campaign);
}

/* So that no later fit thinks that they have faded. */
static void retire(const char *campaign)
{
	tell_db("WITH c AS (UPDATE campaign SET threshold = 0.51 WHERE name = '%s' RETURNING id)"
	        " UPDATE item SET state = 'retired' FROM c WHERE campaign_id = c.id",
	        campaign);
}

START_TEST(a_judgment_names_the_version_that_was_seen)
{
	const char *campaign = an_outdated_campaign(2);

	judge(campaign);
	render(campaign, "--wait");
	await_desk(NULL);
	judge(campaign);
	ck_assert_int_eq(count_db("SELECT count(*) FROM judgment j JOIN item_version v"
	                          " USING (item_id, version) JOIN item i ON i.id = j.item_id"
	                          " JOIN campaign c ON c.id = i.campaign_id WHERE c.name = '%s'"
	                          " AND (j.version = 1) = (v.rendition <> i.rendition)",
	                          campaign),
	                 4);
	ck_assert_int_eq(count_db(COUNTED, campaign), 2);
}
END_TEST

START_TEST(a_changed_rendition_makes_earlier_judgments_count_no_more)
{
	const char *campaign = an_outdated_campaign(2);

	judge(campaign);
	judge(campaign);
	await_db(20, scored(campaign, 2));
	retire(campaign);
	const char *said = render(campaign, "--wait");
	ck_assert_ptr_nonnull(strstr(said, "2 images"));
	ck_assert_ptr_nonnull(strstr(said, "4 judgments on them count now"));
	ck_assert_str_eq(in("i.version || ' ' || i.judged_from || ' ' || i.state", campaign),
	                 "2 2 in_service");
	ck_assert_str_eq(in("k.p_fake || ' ' || k.judgments", campaign), "0.5 0");
	ck_assert_int_eq(count_db(COUNTED, campaign), 0);
	judge(campaign);
	await_db(20, scored(campaign, 1));
	judge(campaign);
	await_db(20, scored(campaign, 2));
}
END_TEST

START_TEST(a_harmless_change_leaves_all_judgments_counting)
{
	const char *campaign = an_outdated_campaign(2);

	judge(campaign);
	await_db(20, scored(campaign, 1));
	retire(campaign);
	render(campaign, "--harmless --wait");
	ck_assert_str_eq(in("i.version || ' ' || i.judged_from || ' ' || i.state", campaign),
	                 "2 1 retired");
	ck_assert_int_eq(count_db(COUNTED, campaign), 2);
	ck_assert_str_eq(in("k.judgments", campaign), "1");
}
END_TEST

START_TEST(a_rendition_that_comes_out_the_same_is_no_new_version)
{
	const char *campaign = an_outdated_campaign(1);

	render(campaign, "--wait");
	tell_db("UPDATE item SET recipe = 1 WHERE version = 2 AND campaign_id ="
	        " (SELECT id FROM campaign WHERE name = '%s')",
	        campaign);
	ck_assert_ptr_nonnull(strstr(render(campaign, "--wait"), "0 changed, 1 came out the same"));
	ck_assert_str_eq(in("i.version || ' ' || i.recipe", campaign), "2 2");
	ck_assert_ptr_nonnull(strstr(render(campaign, "--check"), "0 images"));
}
END_TEST

START_TEST(an_original_that_cannot_be_read_leaves_its_item_as_it_was)
{
	const char *campaign = an_outdated_campaign(1);

	an_item(&(struct items){ .campaign = campaign });
	ck_assert_ptr_nonnull(strstr(render(campaign, "--wait"), "1 could not be read"));
	ck_assert_str_eq(in("i.version", campaign), "1,2");
	ck_assert_int_eq(count_db("SELECT count(*) FROM job j JOIN rendering r ON r.id = j.subject"
	                          " JOIN campaign c ON c.id = r.campaign_id WHERE c.name = '%s'"
	                          " AND j.state = 'done' AND j.detail LIKE '1 items could not%%'",
	                          campaign),
	                 1);
}
END_TEST

START_TEST(a_check_changes_nothing)
{
	const char *campaign = an_outdated_campaign(1);

	ck_assert_ptr_nonnull(strstr(render(campaign, "--check"), "1 images"));
	ck_assert_str_eq(in("i.version || ' ' || i.recipe", campaign), "1 1");
}
END_TEST

/* As a worker leaves it that was killed when one of three items was done. */
START_TEST(a_rendering_whose_worker_was_killed_goes_on_where_it_was)
{
	const char *campaign = an_outdated_campaign(3);

	tell_db("WITH r AS (INSERT INTO rendering (campaign_id, recipe, harmless, changed)"
	        " SELECT id, 2, false, 1 FROM campaign WHERE name = '%s' RETURNING id, campaign_id),"
	        " one AS (UPDATE item SET recipe = 2, version = 2, judged_from = 2 WHERE id ="
	        "  (SELECT i.id FROM item i JOIN r USING (campaign_id) ORDER BY i.id LIMIT 1))"
	        " INSERT INTO job (kind, subject, state, claims, run_after, done, total)"
	        " SELECT 'render', id, 'running', 1, now() - interval '1 second', 1, 3 FROM r",
	        campaign);
	await_db(20, say("SELECT j.state = 'done' AND j.done = 3 AND j.total = 3 AND r.changed = 3"
	                 " AND j.claims = 2 FROM job j JOIN rendering r ON r.id = j.subject"
	                 " JOIN campaign c ON c.id = r.campaign_id WHERE c.name = '%s'",
	                 campaign));
	ck_assert_str_eq(in("i.version", campaign), "2");
}
END_TEST

/* Tried four times in vain at most, or five: then it is given up. */
static const struct {
	int failures;
	const char *state;
} tried[] = { { 3, "done" }, { 4, "failed" } };

START_TEST(a_rendering_that_was_tried_in_vain_too_often_is_given_up)
{
	const char *campaign = an_outdated_campaign(2);

	tell_db("WITH r AS (INSERT INTO rendering (campaign_id, recipe, harmless)"
	        " SELECT id, 2, false FROM campaign WHERE name = '%s' RETURNING id)"
	        " INSERT INTO job (kind, subject, state, claims, failures, run_after)"
	        " SELECT 'render', id, 'running', 9, %d, now() - interval '1 second' FROM r",
	        campaign, tried[_i].failures);
	await_db(20, say("SELECT j.state = '%s' FROM job j JOIN rendering r ON r.id = j.subject"
	                 " JOIN campaign c ON c.id = r.campaign_id WHERE c.name = '%s'",
	                 tried[_i].state, campaign));
}
END_TEST

START_TEST(what_was_shown_before_a_rendering_is_judged_as_what_it_was)
{
	const char *campaign = an_outdated_campaign(2);
	struct person person = a_volunteer();
	json_t *lease = a_lease(&person, campaign);

	render(campaign, "--wait");
	await_desk(NULL);
	expect_status(post(&person, "/api/v1/judgments",
	                   verdicts_on(text_at(lease, "assignment"), "fake", "real")),
	              201);
	ck_assert_int_eq(count_db("SELECT count(*) FROM judgment WHERE volunteer_id = '%s'"
	                          " AND version = 1",
	                          volunteer_id(&person)),
	                 2);
	ck_assert_int_eq(count_db(COUNTED, campaign), 0);
	judge(campaign);
	await_db(20, scored(campaign, 1));
}
END_TEST

START_TEST(a_pair_that_is_shown_again_is_judged_as_it_is_shown)
{
	const char *campaign = an_outdated_campaign(4);
	struct person person = a_volunteer();

	a_lease(&person, campaign);
	a_lease(&person, campaign);
	render(campaign, "--wait");
	await_desk(NULL);
	struct answer again =
		post(&person, "/api/v1/assignments", json_pack("{s:s}", "campaign", campaign));
	expect_status(again, 200);
	struct lease lease = lease_of(text_at(again.body, "assignment"), &person);
	ck_assert_uint_eq(lease.left_version, 2);
	ck_assert_uint_eq(lease.right_version, 2);
}
END_TEST

START_TEST(a_token_sealed_before_there_were_versions_is_judged_as_the_first)
{
	const char *campaign = an_outdated_campaign(2);
	struct person person = a_volunteer();
	json_t *fresh = a_lease(&person, campaign);
	struct lease lease = lease_of(text_at(fresh, "assignment"), &person);
	char token[LEASE_TOKEN];

	token_seal(server_seal(), TOKEN_ASSIGNMENT, &lease, offsetof(struct lease, left_version),
	           token);
	expect_status(post(&person, "/api/v1/judgments", verdicts_on(token, "fake", "real")), 201);
	expect_status(post(&person, "/api/v1/judgments",
	                   verdicts_on(text_at(fresh, "assignment"), "fake", "real")),
	              200);
	ck_assert_int_eq(count_db("SELECT count(*) FROM judgment WHERE volunteer_id = '%s'"
	                          " AND version = 1",
	                          volunteer_id(&person)),
	                 2);
}
END_TEST

START_TEST(who_judged_an_item_is_never_shown_its_next_version)
{
	const char *campaign = an_outdated_campaign(2);
	struct person person = a_volunteer();
	json_t *lease = a_lease(&person, campaign);

	expect_status(post(&person, "/api/v1/judgments",
	                   verdicts_on(text_at(lease, "assignment"), "fake", "real")),
	              201);
	render(campaign, "--wait");
	await_desk(NULL);
	expect_status(post(&person, "/api/v1/assignments", json_pack("{s:s}", "campaign", campaign)),
	              204);
}
END_TEST

static const struct {
	const char *begun, *outcome;
} disputed[] = {
	{ "SELECT", "in_service 0" },
	{ "INSERT INTO claim SELECT '%s', id, now() - interval '1 minute' FROM account LIMIT 1",
	  "in_service 0" },
	{ "INSERT INTO claim SELECT '%s', id, now() + interval '1 minute' FROM account LIMIT 1",
	  "disputed 1" },
	{ "UPDATE dispute SET begun_at = now() WHERE id = '%s'", "disputed 1" },
};

START_TEST(a_disputed_item_comes_back_unless_a_moderator_has_begun)
{
	const char *campaign = an_outdated_campaign(1), *item = in("i.id", campaign);

	an_account("moderator");
	const char *dispute = ask_db("WITH i AS (UPDATE item SET state = 'disputed' WHERE id = '%s')"
	                             " INSERT INTO dispute (item_id, reason, judgments)"
	                             " VALUES ('%s', 'max_judgments', 25) RETURNING id",
	                             item, item);
	if (strchr(disputed[_i].begun, '%')) {
		char sql[256];

		snprintf(sql, sizeof sql, "%.*s%s%s",
		         (int)(strchr(disputed[_i].begun, '%') - disputed[_i].begun), disputed[_i].begun,
		         dispute, strchr(disputed[_i].begun, '%') + 2);
		tell_db("%s", sql);
	}
	render(campaign, "--wait");
	ck_assert_str_eq(in("i.state || ' ' || (SELECT count(*) FROM dispute d WHERE d.item_id = i.id"
	                    " AND d.state = 'open')",
	                    campaign),
	                 disputed[_i].outcome);
}
END_TEST

START_TEST(a_reopened_item_has_a_whole_plan_again_and_no_more)
{
	const char *campaign = an_outdated_campaign(1), *item = in("i.id", campaign);

	an_account("moderator");
	tell_db("WITH d AS (INSERT INTO dispute (item_id, reason, judgments, state)"
	        "  VALUES ('%s', 'max_judgments', 25, 'ruled') RETURNING id),"
	        " b AS (INSERT INTO blind_verdict SELECT d.id, a.id, 'real', 80, true"
	        "  FROM d, (SELECT id FROM account LIMIT 1) a RETURNING *)"
	        " INSERT INTO ruling (dispute_id, item_id, account_id, ruling, reason)"
	        " SELECT dispute_id, '%s', account_id, 'reopen', 'It is not clear at all.' FROM b",
	        item, item);
	ck_assert_int_eq(count_db("SELECT judgments FROM reopened WHERE item_id = '%s'", item), 25);
	render(campaign, "--wait");
	ck_assert_int_eq(count_db("SELECT judgments FROM catalogue WHERE id = '%s'", item), 0);
}
END_TEST

START_TEST(a_release_holds_the_judgments_that_count)
{
	const char *campaign = an_outdated_campaign(2);
	struct person person = an_account("researcher");
	const char *name = fresh_name();

	judge(campaign);
	render(campaign, "--wait");
	await_desk(NULL);
	judge(campaign);
	judge(campaign);
	await_db(20, scored(campaign, 2));
	retire(campaign);
	expect_status(post(&person, "/api/v1/releases",
	                   json_pack("{s:s, s:s, s:{s:s}}", "name", name, "version", "1.0", "filter",
	                             "campaign", campaign)),
	              202);
	await_db(20, say("SELECT state = 'ready' FROM release WHERE name = '%s'", name));
	struct answer a = get(NULL, say("/api/v1/releases/%s/1.0/files/judgments.csv", name));
	expect_status(a, 200);
	int lines = 0;
	for (size_t i = 0; i < a.len; i++)
		lines += a.text[i] == '\n';
	ck_assert_int_eq(lines, 1 + 2 * 2);
	ck_assert_int_eq(count_db("SELECT sum(judgments) FROM release_item WHERE release_id ="
	                          " (SELECT id FROM release WHERE name = '%s')",
	                          name),
	                 4);
}
END_TEST

Suite *http_versions_suite(void)
{
	Suite *suite = suite_create("http/versions");
	TCase *tc = tcase_create("versions");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, a_judgment_names_the_version_that_was_seen);
	tcase_add_test(tc, a_changed_rendition_makes_earlier_judgments_count_no_more);
	tcase_add_test(tc, a_harmless_change_leaves_all_judgments_counting);
	tcase_add_test(tc, a_rendition_that_comes_out_the_same_is_no_new_version);
	tcase_add_test(tc, an_original_that_cannot_be_read_leaves_its_item_as_it_was);
	tcase_add_test(tc, a_check_changes_nothing);
	tcase_add_test(tc, a_rendering_whose_worker_was_killed_goes_on_where_it_was);
	tcase_add_loop_test(tc, a_rendering_that_was_tried_in_vain_too_often_is_given_up, 0,
	                    sizeof tried / sizeof tried[0]);
	tcase_add_test(tc, what_was_shown_before_a_rendering_is_judged_as_what_it_was);
	tcase_add_test(tc, a_pair_that_is_shown_again_is_judged_as_it_is_shown);
	tcase_add_test(tc, a_token_sealed_before_there_were_versions_is_judged_as_the_first);
	tcase_add_test(tc, who_judged_an_item_is_never_shown_its_next_version);
	tcase_add_loop_test(tc, a_disputed_item_comes_back_unless_a_moderator_has_begun, 0,
	                    sizeof disputed / sizeof disputed[0]);
	tcase_add_test(tc, a_reopened_item_has_a_whole_plan_again_and_no_more);
	tcase_add_test(tc, a_release_holds_the_judgments_that_count);
	suite_add_tcase(suite, tc);
	return suite;
}
