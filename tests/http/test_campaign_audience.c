/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whom a campaign is for: who is asked about it, who may contribute to it, and that to everybody
 * else it is as if there were none.
 */
#include <stdlib.h>
#include <string.h>

#include "client.h"
#include "core/vocabulary.h"
#include "database.h"
#include "published.h"
#include "suites.h"
#include "world.h"

#define V1 "/api/v1"

/* Who asks. Each judges by a volunteer's cookie; accounts are signed in beside it. */
enum asker_kind { STRANGER, GUEST, AS_VOLUNTEER, AS_RESEARCHER, AS_MODERATOR, AS_ADMIN, ASKERS };

static const char *const roles[ASKERS] = { [AS_VOLUNTEER] = "volunteer",
	                                       [AS_RESEARCHER] = "researcher",
	                                       [AS_MODERATOR] = "moderator",
	                                       [AS_ADMIN] = "admin" };

/* By the order of campaign_visibilities: who is asked. */
static const bool asked[][ASKERS] = {
	{ true, true, true, true, true, true },
	{ false, true, false, false, false, false },
	{ false, false, false, true, true, true },
	{ false, false, false, false, true, true },
};

static const char *an_audience(const char *visibility)
{
	const char *name = a_campaign();

	tell_db("UPDATE campaign SET visibility = '%s', question = 'asked in %s' WHERE name = '%s'",
	        visibility, name, name);
	return name;
}

/* The secret part of a link to an event in a campaign. */
static const char *a_link(struct person *moderator, const char *campaign)
{
	struct answer made = post(
		moderator, V1 "/invitations",
		json_pack("{s:s, s:s, s:i, s:s}", "campaign", campaign, "name", "An evening", "most", 9,
	              "until", ask_db("SELECT left(rfc3339(now() + interval '3 days'), 19) || 'Z'")));

	expect_status(made, 201);
	return strstr(text_at(made.body, "link"), "#invitation=") + strlen("#invitation=");
}

static void enter_by(struct person *person, const char *link)
{
	struct answer entered =
		post(person, V1 "/volunteers", json_pack("{s:b, s:s}", "consent", 1, "invitation", link));

	ck_assert_msg(entered.status == 200 || entered.status == 201, "%s", entered.text);
}

/* A volunteer's cookie, and where there is an account, its session's beside it. */
static struct person an_asker(enum asker_kind kind, const char *campaign)
{
	struct person person = a_volunteer();

	if (kind == GUEST) {
		struct person moderator = an_account("moderator");
		enter_by(&person, a_link(&moderator, campaign));
	}
	if (roles[kind]) {
		struct person account = an_account(roles[kind]);
		size_t len = strlen(person.cookie);
		snprintf(person.cookie + len, sizeof person.cookie - len, "; %s", account.cookie);
	}
	return person;
}

static struct answer ask_pair(struct person *as, const char *campaign)
{
	struct person jar = *as; /* an answer does not change it */

	return post(&jar, V1 "/assignments",
	            campaign ? json_pack("{s:s}", "campaign", campaign) : json_object());
}

/* An answer of another campaign's, or of none, does not name this one. */
static void check_silent(struct answer answer, const char *campaign)
{
	ck_assert_msg(!answer.text || !strstr(answer.text, campaign), "%s", answer.text);
}

/* Where somebody is asked, the server has heard of the campaign: where nobody is to be, it has too,
 * because it reads all campaigns at once. */
static void await_open(void)
{
	struct person everyone = a_volunteer();
	const char *later = a_campaign();

	make_items(&(struct items){ .campaign = later, .count = 4 });
	a_lease(&everyone, later);
}

START_TEST(those_are_asked_whom_it_is_for)
{
	const char *campaign = an_audience(campaign_visibilities[_i]);

	make_items(&(struct items){ .campaign = campaign, .count = 20 });
	await_open();
	for (int kind = 0; kind < ASKERS; kind++) {
		struct person asker = an_asker((enum asker_kind)kind, campaign);
		struct answer pair = ask_pair(&asker, campaign);

		ck_assert_msg(pair.status == (asked[_i][kind] ? 201 : 204), "%s, asker %d: %ld %s",
		              campaign_visibilities[_i], kind, pair.status, pair.text);
		if (!asked[_i][kind])
			check_silent(ask_pair(&asker, NULL), campaign);
	}
}
END_TEST

/* All that anybody may ask for, or a reader of some role; each route that names a campaign. */
static const char *const readings[] = {
	V1 "/campaigns",
	V1 "/campaigns/%s",
	V1 "/campaigns/%s/live",
	V1 "/campaigns/%s/rigging",
	V1 "/invitations",
	V1 "/stats",
	V1 "/stats/integrity?campaign=%s",
	V1 "/stats/leaks?campaign=%s",
	V1 "/disputes?campaign=%s",
	V1 "/desk",
	V1 "/set-asides",
	V1 "/releases",
	V1 "/jobs",
	V1 "/me",
	V1 "/contributions",
	V1 "/revocations",
	V1 "/metrics",
	V1 "/session",
};

static struct answer read_at(struct person *as, size_t reading, const char *campaign)
{
	struct person jar = *as;
	char path[200];
	const char *form = readings[reading], *mark = strstr(form, "%s");

	if (mark)
		snprintf(path, sizeof path, "%.*s%s%s", (int)(mark - form), form, campaign, mark + 2);
	else
		snprintf(path, sizeof path, "%s", form);
	return get(&jar, path);
}

START_TEST(to_others_it_has_no_name)
{
	const char *campaign = an_audience(campaign_visibilities[_i]);

	make_items(&(struct items){ .campaign = campaign, .count = 4 });
	for (int kind = 0; kind < ASKERS; kind++) {
		struct person asker = an_asker((enum asker_kind)kind, campaign);
		bool watches = kind == AS_MODERATOR || kind == AS_ADMIN;

		for (size_t r = 0; r < sizeof readings / sizeof readings[0]; r++) {
			struct answer answer = read_at(&asker, r, campaign);

			if (!watches)
				check_silent(answer, campaign);
		}
		struct answer shown = read_at(&asker, 1, campaign);
		ck_assert_int_eq(shown.status, watches ? 200 : kind <= GUEST ? 401 : 403);
	}
}
END_TEST

static struct answer contribute_to(struct person *as, const char *campaign)
{
	struct person jar = *as;

	return post(&jar, V1 "/items",
	            json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "rights", "own_work", "people",
	                      "nobody", "made_by", "I did", "made_how", "with a camera", "licence",
	                      "CC0-1.0", "url", "https://example.org/a.png", "campaign", campaign));
}

START_TEST(nobody_else_contributes_to_it)
{
	const char *campaign = an_audience(campaign_visibilities[_i]);

	for (int kind = 0; kind < ASKERS; kind++) {
		struct person asker = an_asker((enum asker_kind)kind, campaign);
		bool knows = asked[_i][kind] || kind >= AS_MODERATOR;
		struct answer sent = contribute_to(&asker, campaign);

		if (kind == AS_VOLUNTEER)
			continue; /* such accounts send nothing, to no campaign */
		ck_assert_msg(sent.status == (knows ? 202 : 422), "%s, asker %d: %ld %s",
		              campaign_visibilities[_i], kind, sent.status, sent.text);
		if (knows)
			continue;
		struct answer none = contribute_to(&asker, fresh_name());
		ck_assert_str_eq(text_at(sent.body, "errors/0/detail"),
		                 text_at(none.body, "errors/0/detail"));
	}
}
END_TEST

START_TEST(who_enters_by_an_invitation_is_asked_at_once_and_stays_asked)
{
	const char *campaign = an_audience("invited");
	struct person moderator = an_account("moderator"), person = a_volunteer();
	const char *link = a_link(&moderator, campaign);

	make_items(&(struct items){ .campaign = campaign, .count = 20 });
	await_open();
	expect_status(ask_pair(&person, campaign), 204); /* known here, and not invited */
	enter_by(&person, link);
	expect_status(ask_pair(&person, campaign), 201);
	tell_db("UPDATE invitation SET revoked_at = now(), revoked_by = 'a test' WHERE campaign_id ="
	        " (SELECT id FROM campaign WHERE name = '%s')",
	        campaign);
	expect_status(ask_pair(&person, campaign), 201);
	expect_status(ask_pair(&person, campaign), 200); /* two are open */
}
END_TEST

/* Whom a campaign is no longer for is shown no pair of it again, though they hold one. */
START_TEST(a_pair_that_is_held_is_not_shown_again_to_whom_it_is_not_for)
{
	const char *campaign = a_campaign();
	struct person person = a_volunteer(), admin = an_account("admin");
	long told = 0;

	make_items(&(struct items){ .campaign = campaign, .count = 20 });
	a_lease(&person, campaign);
	expect_status(ask_pair(&person, campaign), 201);
	expect_status(ask_pair(&person, campaign), 200);
	expect_status(call(&(struct call){ .method = "PATCH",
	                                   .path = say(V1 "/campaigns/%s", campaign),
	                                   .as = &admin,
	                                   .body = json_pack("{s:s}", "visibility", "moderators"),
	                                   .headers = { "If-Match: *" } }),
	              200);
	for (int n = 0; n < 300 && told != 204; n++, wait_ms(100))
		told = ask_pair(&person, campaign).status;
	ck_assert_int_eq(told, 204);
}
END_TEST

START_TEST(releases_hold_nothing_that_is_not_for_everyone)
{
	struct person moderator = an_account("moderator");
	const char *campaign = a_full_campaign(), *name = fresh_name();

	tell_db("UPDATE campaign SET visibility = '%s' WHERE name = '%s'", campaign_visibilities[_i],
	        campaign);
	struct answer refused = ask_for(&moderator, name, campaign);
	expect_status(refused, 422);
	ck_assert_str_eq(text_at(refused.body, "errors/0/pointer"), "/filter/campaign");
	ck_assert_str_eq(
		text_at(refused.body, "errors/0/detail"),
		text_at(ask_for(&moderator, fresh_name(), fresh_name()).body, "errors/0/detail"));
	/* Nor in one that names no campaign: what the database finds for it. */
	tell_db("INSERT INTO release (name, version, filter, salt) VALUES ('%s', '1.0', '{}',"
	        " sha256('x'))",
	        name);
	ck_assert_int_eq(count_db("SELECT count(*) FROM release_wanted((SELECT id FROM release WHERE"
	                          " name = '%s')) w JOIN item i ON i.id = w.item_id JOIN campaign k ON"
	                          " k.id = i.campaign_id WHERE k.visibility <> 'everyone'",
	                          name),
	                 0);
	tell_db("UPDATE campaign SET visibility = 'everyone' WHERE name = '%s'", campaign);
	ck_assert_int_gt(count_db("SELECT count(*) FROM release_wanted((SELECT id FROM release WHERE"
	                          " name = '%s')) w JOIN item i ON i.id = w.item_id JOIN campaign k ON"
	                          " k.id = i.campaign_id WHERE k.name = '%s'",
	                          name, campaign),
	                 0);
	tell_db("UPDATE release SET state = 'failed' WHERE name = '%s'", name);
}
END_TEST

/* The agreement of one campaign is told to everybody: of one that is for everyone. */
START_TEST(the_public_figures_tell_of_campaigns_for_everyone)
{
	const char *campaign = an_audience("invited");

	tell_db("INSERT INTO item_count (campaign_id, media_type, state, items)"
	        " SELECT id, 'image', 'withdrawn', 1000000000 FROM campaign WHERE name = '%s'",
	        campaign);
	tell_db("INSERT INTO agreement (campaign_id, alpha, low, high, gold, gold_right, trusted)"
	        " SELECT id, -.4321, -.5, -.4, 0, 0, true FROM campaign WHERE name = '%s'",
	        campaign);
	struct answer stats = get(NULL, V1 "/stats");
	expect_status(stats, 200);
	ck_assert_msg(!strstr(stats.text, "0.4321"), "%s", stats.text);
	tell_db("UPDATE item_count SET items = 0 WHERE items = 1000000000");
}
END_TEST

Suite *http_campaign_audience_suite(void)
{
	Suite *suite = suite_create("http/campaign_audience");
	TCase *tc = tcase_create("campaign_audience");
	int kinds = 0;

	while (campaign_visibilities[kinds])
		kinds++;
	tcase_set_timeout(tc, 240);
	tcase_add_loop_test(tc, those_are_asked_whom_it_is_for, 0, kinds);
	tcase_add_loop_test(tc, to_others_it_has_no_name, 0, kinds);
	tcase_add_loop_test(tc, nobody_else_contributes_to_it, 0, kinds);
	tcase_add_test(tc, who_enters_by_an_invitation_is_asked_at_once_and_stays_asked);
	tcase_add_test(tc, a_pair_that_is_held_is_not_shown_again_to_whom_it_is_not_for);
	tcase_add_loop_test(tc, releases_hold_nothing_that_is_not_for_everyone, 1, kinds);
	tcase_add_test(tc, the_public_figures_tell_of_campaigns_for_everyone);
	suite_add_tcase(suite, tc);
	return suite;
}
