/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What moderators may rely on together: the desk's queues, who may rule on what, notes, disputes
 * that are passed on, and second opinions.
 */
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "client.h"
#include "database.h"
#include "program.h"
#include "published.h"
#include "suites.h"
#include "world.h"

#define V1     "/api/v1"
#define REASON "Two shadows fall in different directions."

static const char *path_of(const char *id, const char *what)
{
	return say(V1 "/disputes/%s%s%s", id, *what ? "/" : "", what);
}

static struct answer claim(struct person *as, const char *id)
{
	return post(as, path_of(id, "claim"), json_object());
}

static void judge(struct person *as, const char *id)
{
	expect_status(claim(as, id), 200);
	expect_status(post(as, path_of(id, "verdict"),
	                   json_pack("{s:s, s:i}", "verdict", "fake", "confidence", 95)),
	              201);
}

static struct answer rule(struct person *as, const char *id, const char *ruling)
{
	return post(as, path_of(id, "ruling"),
	            json_pack("{s:s, s:s}", "ruling", ruling, "reason", REASON));
}

static struct answer undo(struct person *as, const char *id, const char *ruling)
{
	return post(as, path_of(id, "undo"), json_pack("{s:s}", "ruling", ruling));
}

static struct answer judge_and_rule(struct person *as, const char *id, const char *ruling)
{
	judge(as, id);
	return rule(as, id, ruling);
}

static const char *a_plain_dispute(void)
{
	return a_dispute("max_judgments", &(struct items){ .campaign = common_campaign() });
}

/* In a campaign that asks for a second opinion so; the item's truth is `truth` (NULL: unknown). */
static const char *a_dispute_of_two(const char *when, double share, const char *truth, bool gold)
{
	const char *campaign = a_campaign();

	tell_db("UPDATE campaign SET second_opinion = '%s', second_share = %f WHERE name = '%s'", when,
	        share, campaign);
	return a_dispute("max_judgments",
	                 &(struct items){ .campaign = campaign, .truth = truth, .gold = gold });
}

static const char *email_of(struct person *account)
{
	return text_at(get(account, V1 "/session").body, "account/email");
}

static const char *item_of(const char *dispute)
{
	return ask_db("SELECT item_id FROM dispute WHERE id = '%s'", dispute);
}

/* All accounts but those named have contributed what is the item of a dispute. */
static void only_have_no_interest(const char *dispute, const char *emails)
{
	tell_db(
		"INSERT INTO contribution (state, direct, account_id, campaign_id, facts, rights, people,"
		" media_type, sha256, bytes, format, rendition, rendition_bytes, rendition_type, width,"
		" height, item_id, decided_at) SELECT 'approved', true, a.id, i.campaign_id, '{}',"
		" 'own_work', 'nobody', 'image', i.sha256, 1, 'png', i.rendition, 1, 'image/jpeg', 64, 64,"
		" i.id, now() FROM account a, item i WHERE i.id = '%s' AND a.email <> ALL ('{%s}')",
		item_of(dispute), emails);
}

static void import_as(const char *dispute, struct person *account)
{
	tell_db("UPDATE item SET imported_by = (SELECT id FROM account WHERE email = '%s') WHERE id ="
	        " '%s'",
	        email_of(account), item_of(dispute));
}

/* ------------------------------------------------------------------ queues */

START_TEST(the_desk_says_how_many_wait_and_since_when)
{
	struct person person = an_account("moderator"), colleague = an_account("moderator");
	const char *id = a_plain_dispute();

	tell_db("UPDATE dispute SET opened_at = '2001-02-03T04:05:06Z' WHERE id = '%s'", id);
	struct answer a = get(&person, V1 "/desk");
	expect_status(a, 200);
	ck_assert_int_eq(number_at(a.body, "queues/disputes/waiting"),
	                 count_db("SELECT count(*) FROM dispute WHERE state = 'open'"));
	ck_assert_str_eq(text_at(a.body, "queues/disputes/oldest_at"), "2001-02-03T04:05:06.000Z");
	ck_assert_int_eq(number_at(a.body, "queues/contributions/waiting"),
	                 count_db("SELECT count(*) FROM contribution WHERE state = 'quarantined'"));
	ck_assert_int_eq(number_at(a.body, "queues/escalated/waiting"), 0);
	ck_assert_ptr_nonnull(strstr(a.text, email_of(&colleague)));
	ck_assert_ptr_null(strstr(a.text, email_of(&person)));
	tell_db("UPDATE dispute SET opened_at = now() WHERE id = '%s'", id);
}
END_TEST

/* One that nobody has decided, then one that somebody complains about. */
START_TEST(notices_and_complaints_wait_on_the_desk_too)
{
	struct person person = an_account("moderator");
	const char *bytes = fresh_name();
	const char *item = an_item(
		&(struct items){ .campaign = common_campaign(), .file = a_file(bytes, strlen(bytes)) });

	expect_status(post(NULL, V1 "/notices",
	                   json_pack("{s:s, s:s, s:s, s:s, s:s, s:b}", "item", item, "reason", "other",
	                             "explanation", "It is not what it says it is.", "name", "Ada",
	                             "email", "ada@example.org", "good_faith", 1)),
	              201);
	const char *notice = ask_db("SELECT id FROM notice WHERE item_id = '%s'", item);
	tell_db("UPDATE notice SET made_at = '2001-02-03T04:05:06Z' WHERE id = '%s'", notice);
	struct answer a = get(&person, V1 "/desk");
	ck_assert_int_eq(number_at(a.body, "queues/notices/waiting"),
	                 count_db("SELECT count(*) FROM notice WHERE state = 'open'"));
	ck_assert_str_eq(text_at(a.body, "queues/notices/oldest_at"), "2001-02-03T04:05:06.000Z");
	int appeals = (int)number_at(a.body, "queues/appeals/waiting");
	tell_db("UPDATE notice SET state = 'contested', made_at = now() WHERE id = '%s'", notice);
	tell_db("INSERT INTO notice_complaint (notice_id, text, made_at) VALUES"
	        " ('%s', 'I do not agree with this at all.', '2001-02-03T04:05:06Z')",
	        notice);
	a = get(&person, V1 "/desk");
	ck_assert_int_eq(number_at(a.body, "queues/appeals/waiting"), appeals + 1);
	ck_assert_str_eq(text_at(a.body, "queues/appeals/oldest_at"), "2001-02-03T04:05:06.000Z");
}
END_TEST

static bool is_found(struct person *as, const char *query, const char *id)
{
	struct answer a = get(as, say(V1 "/disputes?limit=100&sort=newest%s", query));
	size_t i;
	json_t *row;

	expect_status(a, 200);
	json_array_foreach (at(a.body, "items"), i, row)
		if (strcmp(text_at(row, "id"), id) == 0)
			return true;
	return false;
}

START_TEST(disputes_are_found_by_medium_campaign_and_reason)
{
	struct person person = an_account("moderator");
	const char *campaign = a_campaign();
	const char *id =
		a_dispute("max_judgments", &(struct items){ .campaign = campaign, .type = "audio" });

	ck_assert(is_found(&person, "&media_type=audio", id));
	ck_assert(!is_found(&person, "&media_type=image", id));
	ck_assert(is_found(&person, say("&campaign=%s", campaign), id));
	ck_assert(!is_found(&person, say("&campaign=%s", common_campaign()), id));
	ck_assert(is_found(&person, "&reason=max_judgments", id));
	ck_assert(!is_found(&person, "&reason=no_partner", id));
	ck_assert(is_found(&person, say("&campaign=%s&media_type=audio&state=all", campaign), id));
}
END_TEST

/* By the reason that the list tells of it, and by no other. */
START_TEST(what_somebody_reported_is_found_by_that_before_the_verdict)
{
	struct person person = an_account("moderator");
	const char *campaign = a_campaign();
	const char *id = a_dispute("notice", &(struct items){ .campaign = campaign });

	ck_assert(is_found(&person, say("&reason=notice&campaign=%s", campaign), id));
	ck_assert(!is_found(&person, say("&reason=undisclosed&campaign=%s", campaign), id));
}
END_TEST

START_TEST(what_would_tell_the_answer_finds_nothing_before_the_verdict)
{
	struct person person = an_account("moderator");
	const char *campaign = a_campaign();
	const char *id =
		a_dispute("crowd_against_gold", &(struct items){ .campaign = campaign, .truth = "fake" });
	static const char *const telling[] = { "&reason=crowd_against_gold", "&technique=face_swap",
		                                   "&sort=disagreement" };

	tell_db("UPDATE item SET techniques = '{face_swap}' WHERE id = '%s'", item_of(id));
	tell_db("UPDATE dispute SET disagreement = 0.9 WHERE id = '%s'", id);
	ck_assert(is_found(&person, say("&reason=undisclosed&campaign=%s", campaign), id));
	for (size_t i = 0; i < 3; i++)
		ck_assert_uint_eq(
			json_array_size(
				at(get(&person, say(V1 "/disputes?campaign=%s%s", campaign, telling[i])).body,
		           "items")),
			0);
	judge(&person, id);
	ck_assert(!is_found(&person, say("&reason=undisclosed&campaign=%s", campaign), id));
	for (size_t i = 0; i < 3; i++)
		ck_assert_uint_eq(
			json_array_size(
				at(get(&person, say(V1 "/disputes?campaign=%s%s", campaign, telling[i])).body,
		           "items")),
			1);
}
END_TEST

START_TEST(pages_of_the_queue_follow_its_sort_to_the_end)
{
	struct person person = an_account("moderator");
	const char *campaign = a_campaign();
	static const char *const sorts[] = { "oldest", "newest", "disagreement" };
	static const char *const orders[] = { "0123", "3210", "3102" };
	const char *ids[4],
		*path = say(V1 "/disputes?state=open&campaign=%s&limit=1&sort=%s", campaign, sorts[_i]);
	const char *seen = "";

	for (int i = 0; i < 4; i++) {
		ids[i] = a_dispute("max_judgments", &(struct items){ .campaign = campaign });
		tell_db(
			"UPDATE dispute SET opened_at = now() - interval '%d hours', disagreement = %s WHERE"
			" id = '%s'",
			4 - i, ((const char *const[]){ "0.25", "0.5", "0.125", "0.75" })[i], ids[i]);
		judge(&person, ids[i]);
	}
	for (struct answer a = get(&person, path);;
	     a = get(&person, say("%s&cursor=%s", path, text_at(a.body, "next")))) {
		expect_status(a, 200);
		for (int i = 0; i < 4; i++)
			if (strcmp(text_at(a.body, "items/0/id"), ids[i]) == 0)
				seen = say("%s%d", seen, i);
		if (json_is_null(at(a.body, "next")))
			break;
		expect_problem(get(&person, say(V1 "/disputes?sort=%s&cursor=%s", sorts[(_i + 1) % 3],
		                                text_at(a.body, "next"))),
		               422, "invalid");
	}
	ck_assert_str_eq(seen, orders[_i]);
}
END_TEST

/* ------------------------------------------------------------------ at one moment */

#define RACERS 6

struct racer {
	struct person person;
	const char *id;
	long status;
};

static void *race_for(void *arg)
{
	struct racer *racer = arg;

	racer->status = claim(&racer->person, racer->id).status;
	return NULL;
}

START_TEST(of_moderators_who_claim_at_one_moment_one_has_it)
{
	struct racer racers[RACERS];
	pthread_t threads[RACERS];
	const char *id = a_plain_dispute();
	int won = 0;

	for (int i = 0; i < RACERS; i++)
		racers[i] = (struct racer){ an_account("moderator"), id, 0 };
	for (int i = 0; i < RACERS; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, race_for, &racers[i]), 0);
	for (int i = 0; i < RACERS; i++) {
		pthread_join(threads[i], NULL);
		ck_assert(racers[i].status == 200 || racers[i].status == 409);
		won += racers[i].status == 200;
	}
	ck_assert_int_eq(won, 1);
	ck_assert_int_eq(
		count_db("SELECT count(*) FROM audit WHERE kind = 'dispute_claimed' AND subject = '%s'",
	             id),
		1);
}
END_TEST

static double disagreement_of(const char *dispute)
{
	return strtod(ask_db("SELECT coalesce(disagreement, -1) FROM dispute WHERE id = '%s'", dispute),
	              NULL);
}

static void expect_crowd(const char *dispute, const char *p_fake, double disagreement)
{
	tell_db("INSERT INTO consensus AS c (item_id, p_fake, low, high, judgments, fake_votes) VALUES"
	        " ('%s', %s, 0, 1, 5, 1) ON CONFLICT (item_id) DO UPDATE SET p_fake = EXCLUDED.p_fake",
	        item_of(dispute), p_fake);
	ck_assert_double_eq_tol(disagreement_of(dispute), disagreement, 1e-6);
}

START_TEST(how_far_crowd_and_truth_disagree_follows_both_until_the_dispute_is_closed)
{
	const char *id = a_dispute("max_judgments",
	                           &(struct items){ .campaign = common_campaign(), .truth = "fake" });

	tell_db("DELETE FROM consensus WHERE item_id = '%s'", item_of(id));
	expect_crowd(id, "0.25", 0.75);
	expect_crowd(id, "0.9", 0.1);
	expect_crowd(id, "0.904", 0.1); /* less than a hundredth is not written */
	tell_db("UPDATE item SET truth = 'real' WHERE id = '%s'", item_of(id));
	ck_assert_double_eq_tol(disagreement_of(id), 0.904, 1e-6);
	tell_db("UPDATE item SET truth = NULL, basis = NULL WHERE id = '%s'", item_of(id));
	ck_assert_double_eq_tol(disagreement_of(id), -1, 1e-6);
	tell_db("UPDATE item SET truth = 'real', basis = 'capture_attested' WHERE id = '%s'",
	        item_of(id));
	tell_db("UPDATE dispute SET state = 'withdrawn', closed_at = now() WHERE id = '%s'", id);
	expect_crowd(id, "0.1", 0.904);
}
END_TEST

static const char *const bad_filters[] = { "sort=best", "media_type=text", "reason=why",
	                                       "technique=magic", "waits_for=you" };

START_TEST(a_filter_that_cannot_be_is_refused)
{
	struct person person = an_account("moderator");

	expect_problem(get(&person, say(V1 "/disputes?%s", bad_filters[_i])), 422, "invalid");
}
END_TEST

/* ------------------------------------------------------------------ whose item it is */

START_TEST(who_imported_or_contributed_an_item_does_not_rule_on_it)
{
	struct person person = an_account("moderator"), colleague = an_account("moderator");
	const char *id = a_plain_dispute();

	judge(&person, id);
	if (_i)
		import_as(id, &person);
	else
		only_have_no_interest(id, email_of(&colleague));
	expect_problem(rule(&person, id, "fake"), 403, "own-item");
	expect_problem(claim(&person, id), 403, "own-item");
	ck_assert(!true_at(get(&person, path_of(id, "")).body, "may_rule"));
	expect_status(delete_at(&person, path_of(id, "claim")), 204);
	struct answer a = judge_and_rule(&colleague, id, "fake");
	expect_status(a, 201);
	ck_assert(!true_at(a.body, "ruling/not_independent"));
	expect_problem(post(&person, path_of(id, "ruling"),
	                    json_pack("{s:s, s:s, s:O}", "ruling", "real", "reason", REASON, "corrects",
	                              at(a.body, "ruling/id"))),
	               403, "own-item");
}
END_TEST

START_TEST(an_import_in_somebodys_name_is_theirs)
{
	struct person person = an_account("moderator");
	const char *folder = a_folder(), *campaign = a_campaign(), *email = email_of(&person);

	shell(folder, say("ffmpeg -v error -f lavfi -i color=0x%.6s:s=64x48 -frames:v 1 a.png",
	                  fresh_name() + 11));
	write_text(folder, "m.csv", "file\na.png\n");
	expect_code(1, folder, say("import m.csv --campaign %s --as nobody@example.org", campaign));
	expect_code(0, folder, say("import m.csv --campaign %s --as %s", campaign, email));
	ck_assert_str_eq(ask_db("SELECT a.email FROM item i JOIN account a ON a.id = i.imported_by JOIN"
	                        " campaign c ON c.id = i.campaign_id WHERE c.name = '%s'",
	                        campaign),
	                 email);
}
END_TEST

START_TEST(where_nobody_else_could_rule_the_ruling_says_so_for_ever)
{
	struct person person = an_account("moderator");
	const char *id = a_plain_dispute();

	only_have_no_interest(id, "");
	struct answer a = judge_and_rule(&person, id, "fake");
	expect_status(a, 201);
	ck_assert(true_at(a.body, "ruling/not_independent"));
	ck_assert(true_at(get(&person, path_of(id, "")).body, "rulings/0/not_independent"));
	ck_assert_int_eq(
		count_db("SELECT count(*) FROM audit JOIN audit_detail USING (seq) WHERE kind ="
	             " 'ruling_made' AND subject = '%s' AND after::jsonb @>"
	             " '{\"not_independent\": true}'",
	             id),
		1);
	ck_assert_str_eq(
		ask_db("SELECT not_independent FROM standing_ruling WHERE item_id = '%s'", item_of(id)),
		"t");
}
END_TEST

START_TEST(a_role_that_is_lowered_half_way_rules_nothing_and_holds_nobody_up)
{
	struct person person = an_account("moderator"), colleague = an_account("moderator");
	const char *id = a_plain_dispute();

	judge(&person, id);
	expect_code(0, "/", say("account role %s --role researcher", email_of(&person)));
	expect_problem(rule(&person, id, "fake"), 403, "forbidden");
	ck_assert_int_eq(count_db("SELECT count(*) FROM ruling WHERE dispute_id = '%s'", id), 0);
	expect_status(judge_and_rule(&colleague, id, "real"), 201);
}
END_TEST

START_TEST(a_claim_that_ran_out_rules_nothing)
{
	struct person person = an_account("moderator"), colleague = an_account("moderator");
	const char *id = a_plain_dispute();

	judge(&person, id);
	tell_db("UPDATE claim SET expires_at = now() WHERE dispute_id = '%s'", id);
	expect_problem(rule(&person, id, "fake"), 409, "no-claim");
	expect_status(claim(&colleague, id), 200);
	expect_problem(rule(&person, id, "fake"), 409, "no-claim");
	ck_assert_int_eq(count_db("SELECT count(*) FROM ruling WHERE dispute_id = '%s'", id), 0);
}
END_TEST

/* ------------------------------------------------------------------ notes, escalation, guidelines
 */

START_TEST(a_note_is_read_by_colleagues_once_they_have_judged)
{
	struct person person = an_account("moderator"), colleague = an_account("moderator");
	const char *id = a_plain_dispute();

	expect_status(
		post(&person, path_of(id, "notes"), json_pack("{s:s}", "text", "its light is odd")), 201);
	ck_assert_str_eq(text_at(get(&person, path_of(id, "notes")).body, "notes/0/text"),
	                 "its light is odd");
	ck_assert_uint_eq(json_array_size(at(get(&colleague, path_of(id, "notes")).body, "notes")), 0);
	ck_assert_ptr_null(strstr(get(&colleague, path_of(id, "")).text, "its light"));
	judge(&colleague, id);
	struct answer a = get(&colleague, path_of(id, "notes"));
	ck_assert_str_eq(text_at(a.body, "notes/0/by"), email_of(&person));
	expect_problem(post(&person, path_of(id, "notes"), json_pack("{s:s}", "text", "")), 422,
	               "invalid");
}
END_TEST

START_TEST(a_dispute_that_is_passed_on_is_for_the_colleague_alone)
{
	struct person person = an_account("moderator"), named = an_account("moderator"),
				  other = an_account("moderator"), researcher = an_account("researcher");
	const char *id = a_plain_dispute(), *to = email_of(&named);
	const char *nobody[] = { email_of(&person), email_of(&researcher), "x@example.org" };

	judge(&person, id);
	expect_problem(
		post(&other, path_of(id, "escalate"), json_pack("{s:s, s:s}", "to", to, "reason", REASON)),
		409, "dispute-claimed");
	for (int i = 0; i < 3; i++)
		expect_problem(post(&person, path_of(id, "escalate"),
		                    json_pack("{s:s, s:s}", "to", nobody[i], "reason", REASON)),
		               422, "invalid");
	expect_status(
		post(&person, path_of(id, "escalate"), json_pack("{s:s, s:s}", "to", to, "reason", REASON)),
		204);
	expect_problem(claim(&person, id), 409, "dispute-escalated");
	expect_problem(claim(&other, id), 409, "dispute-escalated");
	ck_assert(is_found(&named, "&waits_for=me", id));
	ck_assert(!is_found(&other, "&waits_for=me", id));
	ck_assert_int_eq(number_at(get(&named, V1 "/desk").body, "queues/escalated/waiting"), 1);
	ck_assert_uint_eq(json_array_size(at(get(&named, path_of(id, "notes")).body, "notes")), 0);
	judge(&named, id);
	ck_assert_str_eq(text_at(get(&named, path_of(id, "notes")).body, "notes/0/text"), REASON);
	expect_status(rule(&named, id, "fake"), 201);
	ck_assert_int_eq(number_at(get(&named, V1 "/desk").body, "queues/escalated/waiting"), 0);
}
END_TEST

START_TEST(what_was_passed_to_somebody_who_leaves_is_anybodys)
{
	struct person person = an_account("moderator"), named = an_account("moderator");
	const char *id = a_plain_dispute();

	expect_status(post(&person, path_of(id, "escalate"),
	                   json_pack("{s:s, s:s}", "to", email_of(&named), "reason", REASON)),
	              204);
	expect_problem(claim(&person, id), 409, "dispute-escalated");
	expect_code(0, "/", say("account disable %s", email_of(&named)));
	expect_status(claim(&person, id), 200);
}
END_TEST

START_TEST(the_campaigns_guidelines_stand_where_its_items_are_ruled)
{
	struct person person = an_account("moderator");
	const char *campaign = a_campaign(), *folder = a_folder();
	const char *id = a_dispute("max_judgments", &(struct items){ .campaign = campaign });

	ck_assert(json_is_null(at(get(&person, path_of(id, "")).body, "guidelines")));
	write_text(folder, "rules.txt", "Crops are real.\n");
	expect_code(0, folder, say("campaign guide %s rules.txt", campaign));
	ck_assert_str_eq(text_at(get(&person, path_of(id, "")).body, "guidelines"),
	                 "Crops are real.\n");
	expect_code(0, folder, say("campaign guide %s --none", campaign));
	ck_assert(json_is_null(at(get(&person, path_of(id, "")).body, "guidelines")));
	expect_code(1, folder, "campaign guide no-such-campaign rules.txt");
	expect_code(1, folder, say("campaign guide %s no-such-file", campaign));
	expect_code(2, folder, say("campaign second-opinion %s sometimes", campaign));
	expect_code(0, folder, say("campaign second-opinion %s share --share 0.25", campaign));
	ck_assert_str_eq(
		ask_db("SELECT second_opinion || second_share FROM campaign WHERE name = '%s'", campaign),
		"share0.25");
}
END_TEST

START_TEST(admins_see_what_each_moderator_was_exposed_to)
{
	struct person person = an_account("moderator"), admin = an_account("admin");
	const char *id = a_dispute("max_judgments",
	                           &(struct items){ .campaign = common_campaign(), .sensitive = true });
	size_t i;
	json_t *row, *mine = NULL;

	expect_status(judge_and_rule(&person, id, "fake"), 201);
	struct answer a = get(&admin, V1 "/moderators");
	expect_status(a, 200);
	json_array_foreach (at(a.body, "moderators"), i, row)
		if (strcmp(text_at(row, "email"), email_of(&person)) == 0)
			mine = row;
	ck_assert_ptr_nonnull(mine);
	ck_assert_int_eq(number_at(mine, "seen/day"), 1);
	ck_assert_int_eq(number_at(mine, "seen/sensitive_month"), 1);
	ck_assert_int_eq(number_at(mine, "rulings_month"), 1);
	ck_assert_int_eq(number_at(mine, "against_rulings/verdicts_as_ruled"), 1);
	expect_problem(get(&person, V1 "/moderators"), 403, "forbidden");
}
END_TEST

/* ------------------------------------------------------------------ second opinions */

START_TEST(a_second_opinion_that_agrees_makes_the_ruling)
{
	struct person first = an_account("moderator"), second = an_account("moderator");
	const char *id = a_dispute_of_two("always", 0, NULL, false);
	struct answer a = judge_and_rule(&first, id, "fake");

	expect_status(a, 202);
	ck_assert_str_eq(text_at(a.body, "opinion/ruling"), "fake");
	expect_status(rule(&first, id, "fake"), 202);
	expect_problem(claim(&first, id), 409, "opinion-given");
	ck_assert_str_eq(ask_db("SELECT state FROM item WHERE id = '%s'", item_of(id)), "disputed");
	ck_assert(is_found(&second, "&waits_for=second_opinion", id));
	ck_assert(!is_found(&first, "&waits_for=second_opinion", id));
	judge(&second, id);
	a = get(&second, path_of(id, ""));
	ck_assert_ptr_null(strstr(a.text, REASON));
	ck_assert(json_is_null(at(a.body, "opinion")));
	a = rule(&second, id, "fake");
	expect_status(a, 201);
	ck_assert(!true_at(a.body, "ruling/not_independent"));
	ck_assert_str_eq(ask_db("SELECT state FROM item WHERE id = '%s'", item_of(id)), "settled");
	ck_assert_int_eq(count_db("SELECT count(*) FROM opinion WHERE dispute_id = '%s'", id), 2);
}
END_TEST

START_TEST(two_who_disagree_are_decided_between_by_a_third)
{
	struct person first = an_account("moderator"), second = an_account("moderator"),
				  third = an_account("moderator");
	const char *id = a_dispute_of_two("always", 0, NULL, false);

	expect_status(judge_and_rule(&first, id, "fake"), 202);
	expect_status(judge_and_rule(&second, id, "real"), 202);
	ck_assert_int_eq(count_db("SELECT count(*) FROM ruling WHERE dispute_id = '%s'", id), 0);
	judge(&third, id);
	ck_assert_ptr_null(strstr(get(&third, path_of(id, "")).text, REASON));
	struct answer a = rule(&third, id, "real");
	expect_status(a, 201);
	ck_assert_str_eq(text_at(a.body, "ruling/by"), email_of(&third));
}
END_TEST

START_TEST(notes_of_the_first_wait_for_the_opinion_of_the_second)
{
	struct person first = an_account("moderator"), second = an_account("moderator");
	const char *id = a_dispute_of_two("always", 0, NULL, false);

	expect_status(judge_and_rule(&first, id, "fake"), 202);
	expect_status(post(&first, path_of(id, "notes"), json_pack("{s:s}", "text", "clearly fake")),
	              201);
	judge(&second, id);
	ck_assert_uint_eq(json_array_size(at(get(&second, path_of(id, "notes")).body, "notes")), 0);
	expect_status(rule(&second, id, "fake"), 201);
	ck_assert_uint_eq(json_array_size(at(get(&second, path_of(id, "notes")).body, "notes")), 1);
}
END_TEST

static const struct {
	const char *when, *truth, *ruling;
	double share;
	bool gold;
	long status;
} demands[] = {
	{ "never", "real", "fake", 1, true, 201 },
	{ "gold", "fake", "fake", 0, true, 202 },
	{ "gold", "fake", "real", 1, false, 201 },
	{ "contradiction", "real", "fake", 0, false, 202 },
	{ "contradiction", "fake", "fake", 0, false, 201 },
	{ "contradiction", "fake", "fake", 1, false, 202 },
	{ "contradiction", NULL, "fake", 0, false, 201 },
	{ "contradiction", "real", "exclude", 0, false, 201 },
	{ "share", "real", "fake", 0, false, 201 },
	{ "share", "fake", "fake", 1, false, 202 },
};

START_TEST(a_campaign_says_what_two_have_to_agree_on)
{
	struct person person = an_account("moderator"), colleague = an_account("moderator");
	const char *id =
		a_dispute_of_two(demands[_i].when, demands[_i].share, demands[_i].truth, demands[_i].gold);

	expect_status(judge_and_rule(&person, id, demands[_i].ruling), demands[_i].status);
	(void)colleague;
}
END_TEST

START_TEST(where_there_is_nobody_for_a_second_opinion_the_ruling_says_so)
{
	struct person person = an_account("moderator");
	const char *id = a_dispute_of_two("always", 0, NULL, false);

	only_have_no_interest(id, email_of(&person));
	struct answer a = judge_and_rule(&person, id, "fake");
	expect_status(a, 201);
	ck_assert(true_at(a.body, "ruling/not_independent"));
}
END_TEST

START_TEST(an_opinion_is_undone_by_who_gave_it_for_ten_minutes)
{
	struct person person = an_account("moderator"), colleague = an_account("moderator");
	const char *id = a_dispute_of_two("always", 0, NULL, false);
	struct answer a = judge_and_rule(&person, id, "fake");
	const char *opinion = text_at(a.body, "opinion/id");

	ck_assert(!json_is_null(at(a.body, "opinion/undo_until")));
	expect_problem(undo(&colleague, id, opinion), 409, "ruled-meanwhile");
	a = undo(&person, id, opinion);
	expect_status(a, 200);
	ck_assert(true_at(a.body, "claim/by_you"));
	ck_assert(json_is_null(at(a.body, "opinion")));
	expect_status(undo(&person, id, opinion), 200);
	a = rule(&person, id, "real");
	expect_status(a, 202);
	opinion = text_at(a.body, "opinion/id");
	tell_db("ALTER TABLE opinion DISABLE TRIGGER opinion_changes");
	tell_db("UPDATE opinion SET given_at = now() - interval '11 minutes' WHERE id = '%s'", opinion);
	tell_db("ALTER TABLE opinion ENABLE TRIGGER opinion_changes");
	expect_problem(undo(&person, id, opinion), 409, "undo-late");
	expect_status(judge_and_rule(&colleague, id, "real"), 201);
	expect_problem(undo(&person, id, opinion), 409, "ruled-meanwhile");
}
END_TEST

START_TEST(an_undone_agreement_leaves_the_opinion_of_the_first)
{
	struct person first = an_account("moderator"), second = an_account("moderator");
	const char *id = a_dispute_of_two("always", 0, NULL, false);

	expect_status(judge_and_rule(&first, id, "fake"), 202);
	struct answer a = judge_and_rule(&second, id, "fake");
	expect_status(a, 201);
	expect_status(undo(&second, id, text_at(a.body, "ruling/id")), 200);
	expect_problem(claim(&first, id), 409, "opinion-given");
	expect_status(rule(&second, id, "real"), 202);
	ck_assert_str_eq(ask_db("SELECT state || opinions FROM dispute WHERE id = '%s'", id), "open2");
}
END_TEST

START_TEST(a_correction_needs_the_second_opinion_too)
{
	struct person first = an_account("moderator"), second = an_account("moderator");
	const char *id = a_dispute_of_two("contradiction", 0, "fake", false);
	struct answer a = judge_and_rule(&first, id, "fake");

	expect_status(a, 201);
	const char *ruling = text_at(a.body, "ruling/id");
	json_t *correction =
		json_pack("{s:s, s:s, s:s}", "ruling", "real", "reason", REASON, "corrects", ruling);
	expect_status(post(&first, path_of(id, "ruling"), json_incref(correction)), 202);
	ck_assert_str_eq(ask_db("SELECT ruling FROM standing_ruling WHERE item_id = '%s'", item_of(id)),
	                 "fake");
	expect_status(post(&second, path_of(id, "ruling"), correction), 201);
	ck_assert_str_eq(ask_db("SELECT ruling FROM standing_ruling WHERE item_id = '%s'", item_of(id)),
	                 "real");
}
END_TEST

static const char *dispute_in(const char *campaign)
{
	return ask_db(
		"WITH one AS (UPDATE item SET state = 'disputed' WHERE id = (SELECT i.id FROM item i"
		" JOIN campaign c ON c.id = i.campaign_id WHERE c.name = '%s' AND i.state ="
		" 'retired' ORDER BY i.id LIMIT 1) RETURNING id) INSERT INTO dispute (item_id,"
		" reason, judgments) SELECT id, 'max_judgments', 9 FROM one RETURNING id",
		campaign);
}

START_TEST(a_release_says_how_moderators_agree_and_who_was_not_independent_and_holds_no_note)
{
	struct person first = an_account("moderator"), second = an_account("moderator");
	const char *campaign = a_full_campaign(), *folder = a_folder(), *name = fresh_name();
	const char *both = dispute_in(campaign), *alone = dispute_in(campaign);

	tell_db("UPDATE campaign SET second_opinion = 'always' WHERE name = '%s'", campaign);
	expect_status(judge_and_rule(&first, both, "fake"), 202);
	expect_status(judge_and_rule(&second, both, "fake"), 201);
	expect_status(
		post(&first, path_of(both, "notes"), json_pack("{s:s}", "text", "zebra-crossing")), 201);
	only_have_no_interest(alone, email_of(&first));
	expect_status(judge_and_rule(&first, alone, "fake"), 201);
	expect_code(0, folder, say("release create %s 1.0 --campaign %s", name, campaign));
	await_db(40, say("SELECT state = 'ready' FROM release WHERE name = '%s'", name));
	const char *card = text_at(get(NULL, say(V1 "/releases/%s/1.0", name)).body, "card");
	ck_assert_msg(strstr(card, "1 of the rulings are **not independent**"), "%s", card);
	ck_assert_msg(strstr(card, "On 1 items two or more moderators ruled, blind of each other: of 2 "
	                           "opinions 2 say what the label says."),
	              "%s", card);
	expect_code(0, folder, say("release write %s 1.0 %s/out", name, folder));
	ck_assert_int_eq(shell(folder,
	                       "grep -c '^[^,]*,.*,ruling,.*,true.$' out/labels.csv | grep -qx 1 "
	                       "&& grep -q '\"not_independent\": true' out/labels.jsonl && "
	                       "grep -q not_independent out/dictionary.csv")
	                     .code,
	                 0);
	expect_code(0, folder, "release verify out");
	shell(folder, "sed -i 's/,true\r$/,maybe\r/' out/labels.csv");
	sign_again(say("%s/out", folder));
	ck_assert_ptr_nonnull(
		strstr(expect_code(1, folder, "release verify out"), "not_independent is no word"));
	ck_assert_int_eq(shell(folder, "grep -rqs SHA256 out").code, 0);
	ck_assert_int_eq(shell(folder, "grep -rq -e zebra-crossing -e imported_by out").code, 1);
}
END_TEST

/* ------------------------------------------------------------------ many at once */

static const char *a_waiting_picture(struct person *of)
{
	return ask_db(
		"INSERT INTO contribution (state, direct, volunteer_id, campaign_id, facts, rights,"
		" people, media_type, sha256, bytes, format, rendition, rendition_bytes,"
		" rendition_type, width, height, recipe) SELECT 'quarantined', false, '%s', id,"
		" '{\"licence\": \"CC0-1.0\"}', 'own_work', 'nobody', 'image', sha256('%s'), 1,"
		" 'png', sha256('r%s'), 1, 'image/jpeg', 64, 64, 2 FROM campaign WHERE name = '%s'"
		" RETURNING id",
		volunteer_id(of), fresh_name(), fresh_name(), common_campaign());
}

static struct answer approve(struct person *as, json_t *ids)
{
	return post(as, V1 "/contributions/review",
	            json_pack("{s:s, s:o}", "decision", "approve", "contributions", ids));
}

START_TEST(contributions_of_one_source_are_approved_together_each_an_act)
{
	struct person person = an_account("moderator"), volunteer = a_volunteer(),
				  other = a_volunteer();
	const char *one = a_waiting_picture(&volunteer), *two = a_waiting_picture(&volunteer);
	const char *strange = a_waiting_picture(&other);

	expect_problem(approve(&person, json_pack("[s, s]", one, strange)), 422, "invalid");
	expect_problem(approve(&person, json_pack("[s, s]", one, one)), 422, "invalid");
	ck_assert_int_eq(count_db("SELECT count(*) FROM contribution WHERE state = 'approved' AND id IN"
	                          " ('%s', '%s', '%s')",
	                          one, two, strange),
	                 0);
	tell_db("UPDATE contribution SET state = 'rejected', decided_at = now(), decided_by = 'm', "
	        "reason = 'not ours' WHERE id = '%s'",
	        two);
	struct answer a = approve(&person, json_pack("[s, s]", one, two));
	expect_status(a, 200);
	ck_assert(true_at(a.body, "results/0/approved"));
	ck_assert_str_eq(text_at(a.body, "results/1/problem"), "conflict");
	ck_assert_int_eq(count_db("SELECT count(*) FROM audit WHERE kind = 'contribution_approved' AND"
	                          " subject IN ('%s', '%s')",
	                          one, two),
	                 1);
}
END_TEST

static struct answer decide(struct person *as, const char *id, const char *decision)
{
	return post(as, say(V1 "/items/%s/review", id),
	            json_pack("{s:s, s:s}", "decision", decision, "reason", REASON));
}

/* The token of an account in the browser of a volunteer. */
static struct person both(struct person *account, const struct person *volunteer)
{
	struct person person = *volunteer;
	struct answer made = post(account, V1 "/tokens", json_pack("{s:s}", "name", "both"));

	expect_status(made, 201);
	snprintf(person.bearer, sizeof person.bearer, "%s", text_at(made.body, "token"));
	return person;
}

START_TEST(who_sent_a_contribution_does_not_decide_on_it)
{
	struct person account = an_account("moderator"), colleague = an_account("moderator");
	struct person volunteer = a_volunteer(), person = account;
	const char *id = a_waiting_picture(&volunteer);

	if (_i)
		person = both(&account, &volunteer);
	else
		tell_db("UPDATE contribution SET volunteer_id = NULL, account_id = (SELECT id FROM account"
		        " WHERE email = '%s') WHERE id = '%s'",
		        email_of(&account), id);
	expect_problem(decide(&person, id, "approve"), 403, "own-item");
	expect_problem(decide(&person, id, "reject"), 403, "own-item");
	struct answer a = approve(&person, json_pack("[s]", id));
	expect_status(a, 200);
	ck_assert_str_eq(text_at(a.body, "results/0/problem"), "own-item");
	ck_assert_str_eq(ask_db("SELECT state FROM contribution WHERE id = '%s'", id), "quarantined");
	a = decide(&colleague, id, "approve");
	expect_status(a, 200);
	ck_assert(!true_at(a.body, "decision/not_independent"));
}
END_TEST

/* All others have an interest in the item that it would become. */
START_TEST(where_nobody_else_could_decide_the_contribution_says_so_for_ever)
{
	struct person person = an_account("moderator");
	const char *dispute = a_plain_dispute(), *id = item_of(dispute);
	struct person volunteer = a_volunteer();

	only_have_no_interest(dispute, "");
	tell_db("INSERT INTO contribution (id, state, direct, account_id, campaign_id, facts, rights,"
	        " people, media_type, sha256, bytes, format, rendition, rendition_bytes,"
	        " rendition_type, width, height, recipe) SELECT '%s', c.state, direct, a.id,"
	        " campaign_id, facts, rights, people, media_type, sha256, bytes, format, rendition,"
	        " rendition_bytes, rendition_type, width, height, recipe FROM contribution c, account a"
	        " WHERE a.email = '%s' AND c.id = '%s'",
	        id, email_of(&person), a_waiting_picture(&volunteer));
	struct answer a = decide(&person, id, "reject");
	expect_status(a, 200);
	ck_assert(true_at(a.body, "decision/not_independent"));
	ck_assert_int_eq(
		count_db("SELECT count(*) FROM audit JOIN audit_detail USING (seq) WHERE kind ="
	             " 'contribution_rejected' AND subject = '%s' AND after::jsonb @>"
	             " '{\"not_independent\": true}'",
	             id),
		1);
}
END_TEST

START_TEST(no_more_than_twenty_are_approved_at_once)
{
	struct person person = an_account("moderator"), volunteer = a_volunteer();
	json_t *ids = json_array();

	for (int i = 0; i < 21; i++)
		json_array_append_new(ids, json_string(a_waiting_picture(&volunteer)));
	expect_problem(approve(&person, json_incref(ids)), 422, "invalid");
	json_array_remove(ids, 20);
	struct answer a = approve(&person, json_incref(ids));
	expect_status(a, 200);
	ck_assert_int_eq(count_db("SELECT count(*) FROM audit a JOIN contribution c ON a.subject ="
	                          " c.id::text WHERE a.kind = 'contribution_approved' AND"
	                          " c.volunteer_id = '%s'",
	                          volunteer_id(&volunteer)),
	                 20);
	json_decref(ids);
}
END_TEST

Suite *http_moderators_suite(void)
{
	Suite *suite = suite_create("http/moderators");
	TCase *tc = tcase_create("desk");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, the_desk_says_how_many_wait_and_since_when);
	tcase_add_test(tc, notices_and_complaints_wait_on_the_desk_too);
	tcase_add_test(tc, disputes_are_found_by_medium_campaign_and_reason);
	tcase_add_test(tc, what_somebody_reported_is_found_by_that_before_the_verdict);
	tcase_add_test(tc, what_would_tell_the_answer_finds_nothing_before_the_verdict);
	tcase_add_loop_test(tc, pages_of_the_queue_follow_its_sort_to_the_end, 0, 3);
	tcase_add_loop_test(tc, a_filter_that_cannot_be_is_refused, 0, 5);
	tcase_add_loop_test(tc, who_imported_or_contributed_an_item_does_not_rule_on_it, 0, 2);
	tcase_add_test(tc, an_import_in_somebodys_name_is_theirs);
	tcase_add_test(tc, where_nobody_else_could_rule_the_ruling_says_so_for_ever);
	tcase_add_test(tc, a_role_that_is_lowered_half_way_rules_nothing_and_holds_nobody_up);
	tcase_add_test(tc, a_claim_that_ran_out_rules_nothing);
	tcase_add_test(tc, a_note_is_read_by_colleagues_once_they_have_judged);
	tcase_add_test(tc, a_dispute_that_is_passed_on_is_for_the_colleague_alone);
	tcase_add_test(tc, what_was_passed_to_somebody_who_leaves_is_anybodys);
	tcase_add_test(tc, the_campaigns_guidelines_stand_where_its_items_are_ruled);
	tcase_add_test(tc, admins_see_what_each_moderator_was_exposed_to);
	tcase_add_test(tc, a_second_opinion_that_agrees_makes_the_ruling);
	tcase_add_test(tc, two_who_disagree_are_decided_between_by_a_third);
	tcase_add_test(tc, notes_of_the_first_wait_for_the_opinion_of_the_second);
	tcase_add_loop_test(tc, a_campaign_says_what_two_have_to_agree_on, 0,
	                    sizeof demands / sizeof demands[0]);
	tcase_add_test(tc, where_there_is_nobody_for_a_second_opinion_the_ruling_says_so);
	tcase_add_test(tc, an_opinion_is_undone_by_who_gave_it_for_ten_minutes);
	tcase_add_test(tc, an_undone_agreement_leaves_the_opinion_of_the_first);
	tcase_add_test(tc, a_correction_needs_the_second_opinion_too);
	tcase_add_test(
		tc, a_release_says_how_moderators_agree_and_who_was_not_independent_and_holds_no_note);
	tcase_add_test(tc, contributions_of_one_source_are_approved_together_each_an_act);
	tcase_add_test(tc, no_more_than_twenty_are_approved_at_once);
	tcase_add_test(tc, of_moderators_who_claim_at_one_moment_one_has_it);
	tcase_add_test(tc, how_far_crowd_and_truth_disagree_follows_both_until_the_dispute_is_closed);
	tcase_add_loop_test(tc, who_sent_a_contribution_does_not_decide_on_it, 0, 2);
	tcase_add_test(tc, where_nobody_else_could_decide_the_contribution_says_so_for_ever);
	suite_add_tcase(suite, tc);
	return suite;
}
