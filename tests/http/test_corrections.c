/* SPDX-License-Identifier: Apache-2.0 */
/* What moderators may rely on once a dispute is ruled: corrections, undoing, and what colleagues
 * see. */
#include <string.h>

#include "client.h"
#include "database.h"
#include "suites.h"
#include "world.h"

#define REASON "Two shadows fall in different directions."
#define BETTER "The second shadow belongs to a lamp outside the frame."
#define NO_ID  "00000000-0000-4000-8000-000000000000"

static const char *path_of(const char *id, const char *what)
{
	return say("/api/v1/disputes/%s%s%s", id, *what ? "/" : "", what);
}

static struct answer claim(struct person *as, const char *id)
{
	return post(as, path_of(id, "claim"), json_object());
}

static struct answer judge_blind(struct person *as, const char *id)
{
	return post(as, path_of(id, "verdict"),
	            json_pack("{s:s, s:i}", "verdict", "fake", "confidence", 95));
}

static struct answer rule(struct person *as, const char *id, const char *ruling)
{
	return post(as, path_of(id, "ruling"),
	            json_pack("{s:s, s:s}", "ruling", ruling, "reason", REASON));
}

static struct answer correct(struct person *as, const char *id, const char *ruling,
                             const char *corrects)
{
	return post(
		as, path_of(id, "ruling"),
		json_pack("{s:s, s:s, s:s}", "ruling", ruling, "reason", BETTER, "corrects", corrects));
}

static struct answer undo(struct person *as, const char *id, const char *ruling)
{
	return post(as, path_of(id, "undo"), json_pack("{s:s}", "ruling", ruling));
}

static const char *ruling_in(const struct answer *a)
{
	return say("%s", text_at(a->body, "ruling/id"));
}

static const char *ruled_dispute(struct person *as, const char *ruling, const struct items *item,
                                 const char **ret_ruling)
{
	const char *id = a_dispute("max_judgments", item);

	expect_status(claim(as, id), 200);
	expect_status(judge_blind(as, id), 201);
	struct answer a = rule(as, id, ruling);
	expect_status(a, 201);
	*ret_ruling = ruling_in(&a);
	return id;
}

static const char *plainly_ruled(struct person *as, const char *ruling, const char **ret_ruling)
{
	return ruled_dispute(as, ruling, &(struct items){ .campaign = common_campaign() }, ret_ruling);
}

/* "DISPUTE ITEM RULING": the states, and the ruling in force. */
static const char *state_of(const char *id)
{
	return ask_db("SELECT d.state || ' ' || i.state || ' ' || coalesce(s.ruling, 'none')"
	              " FROM dispute d JOIN item i ON i.id = d.item_id"
	              " LEFT JOIN standing_ruling s ON s.item_id = i.id WHERE d.id = '%s'",
	              id);
}

static long long rulings_of(const char *id)
{
	return count_db("SELECT count(*) FROM ruling WHERE dispute_id = '%s'", id);
}

static const struct {
	const char *first, *then, *state;
} corrections[] = {
	{ "fake", "real", "ruled settled real" },    { "real", "exclude", "ruled settled exclude" },
	{ "exclude", "fake", "ruled settled fake" }, { "fake", "reopen", "ruled in_service reopen" },
	{ "reopen", "real", "ruled settled real" },
};

START_TEST(a_correction_is_a_further_ruling_and_counts)
{
	struct person person = an_account("moderator"),
				  other = an_account(_i % 2 ? "moderator" : "admin");
	const char *ruling, *id = plainly_ruled(&person, corrections[_i].first, &ruling);
	struct answer a = correct(&other, id, corrections[_i].then, ruling);

	expect_status(a, 201);
	ck_assert(true_at(a.body, "ruling/correction"));
	ck_assert_str_eq(state_of(id), corrections[_i].state);
	a = get(&person, path_of(id, ""));
	ck_assert_uint_eq(json_array_size(at(a.body, "rulings")), 2);
	ck_assert_str_eq(text_at(a.body, "rulings/0/ruling"), corrections[_i].first);
	ck_assert_str_eq(text_at(a.body, "rulings/0/reason"), REASON);
	ck_assert_str_eq(text_at(a.body, "rulings/1/ruling"), corrections[_i].then);
	ck_assert_str_eq(text_at(a.body, "rulings/1/reason"), BETTER);
	ck_assert(true_at(a.body, "rulings/0/by_you"));
	ck_assert(!true_at(a.body, "rulings/1/by_you"));
}
END_TEST

START_TEST(a_correction_names_the_ruling_in_force)
{
	struct person person = an_account("moderator"), other = an_account("moderator");
	const char *ruling, *id = plainly_ruled(&person, "fake", &ruling);

	expect_problem(correct(&other, id, "real", NO_ID), 409, "ruled-meanwhile");
	expect_problem(correct(&other, id, "real", "x"), 409, "ruled-meanwhile");
	expect_problem(rule(&other, id, "real"), 409, "dispute-ruled");
	expect_status(correct(&other, id, "real", ruling), 201);
	expect_problem(correct(&person, id, "exclude", ruling), 409, "ruled-meanwhile");
	ck_assert_str_eq(state_of(id), "ruled settled real");
	ck_assert_int_eq(rulings_of(id), 2);
}
END_TEST

START_TEST(an_open_dispute_has_nothing_to_correct)
{
	struct person person = an_account("moderator");
	const char *id = a_dispute("max_judgments", &(struct items){ .campaign = common_campaign() });

	expect_status(claim(&person, id), 200);
	expect_status(judge_blind(&person, id), 201);
	expect_problem(correct(&person, id, "real", NO_ID), 409, "ruled-meanwhile");
	expect_problem(undo(&person, id, NO_ID), 409, "ruled-meanwhile");
	ck_assert_int_eq(rulings_of(id), 0);
}
END_TEST

START_TEST(the_same_correction_again_gives_the_same_answer)
{
	struct person person = an_account("moderator"), other = an_account("moderator");
	const char *ruling, *id = plainly_ruled(&person, "fake", &ruling);
	struct answer first = correct(&other, id, "real", ruling);
	struct answer again = correct(&other, id, "real", ruling);

	expect_status(first, 201);
	expect_status(again, 200);
	ck_assert(json_equal(first.body, again.body));
	ck_assert_int_eq(rulings_of(id), 2);
}
END_TEST

START_TEST(who_ruled_may_undo_it_and_rule_anew)
{
	struct person person = an_account("moderator"), other = an_account("moderator");
	const char *ruling, *id = plainly_ruled(&person, "fake", &ruling);

	ck_assert(json_is_string(at(get(&person, path_of(id, "")).body, "rulings/0/undo_until")));
	ck_assert(json_is_null(at(get(&other, path_of(id, "")).body, "rulings/0/undo_until")));
	expect_problem(undo(&other, id, ruling), 409, "ruled-by-another");
	struct answer a = undo(&person, id, ruling);
	expect_status(a, 200);
	ck_assert_str_eq(text_at(a.body, "state"), "open");
	ck_assert(true_at(a.body, "claim/by_you"));
	ck_assert(json_is_object(at(a.body, "evidence")));
	ck_assert_str_eq(state_of(id), "open disputed none");
	expect_status(undo(&person, id, ruling), 200);
	ck_assert_int_eq(rulings_of(id), 2);
	expect_problem(claim(&other, id), 409, "dispute-claimed");
	/* What was undone may be ruled again, word by word. */
	a = rule(&person, id, "fake");
	expect_status(a, 201);
	ck_assert_str_eq(state_of(id), "ruled settled fake");
	expect_problem(undo(&person, id, ruling), 409, "ruled-meanwhile");
	expect_status(undo(&person, id, ruling_in(&a)), 200);
	expect_status(rule(&person, id, "real"), 201);
	ck_assert_str_eq(state_of(id), "ruled settled real");
}
END_TEST

START_TEST(an_undone_correction_gives_force_back_to_what_it_corrected)
{
	struct person person = an_account("moderator"), other = an_account("admin");
	const char *ruling, *id = plainly_ruled(&person, "fake", &ruling);
	struct answer a = correct(&other, id, "reopen", ruling);

	expect_problem(undo(&person, id, ruling), 409, "ruled-meanwhile");
	expect_problem(undo(&person, id, ruling_in(&a)), 409, "ruled-by-another");
	expect_status(undo(&other, id, ruling_in(&a)), 200);
	ck_assert_str_eq(state_of(id), "ruled settled fake");
	expect_status(undo(&other, id, ruling_in(&a)), 200);
	ck_assert_int_eq(rulings_of(id), 3);
}
END_TEST

/* A dispute that this moderator ruled fake that long ago. */
static const char *ruled_before(struct person *as, const char *age, const char **ret_ruling)
{
	const char *id = a_dispute("max_judgments", &(struct items){ .campaign = common_campaign() });

	expect_status(claim(as, id), 200);
	expect_status(judge_blind(as, id), 201);
	*ret_ruling =
		ask_db("WITH r AS (INSERT INTO ruling (dispute_id, item_id, account_id, ruling,"
	           " reason, ruled_at) SELECT b.dispute_id, d.item_id, b.account_id, 'fake',"
	           " '" REASON "', now() - interval '%s' FROM blind_verdict b"
	           " JOIN dispute d ON d.id = b.dispute_id WHERE d.id = '%s'"
	           " RETURNING id, dispute_id, item_id),"
	           " c AS (UPDATE dispute SET state = 'ruled', closed_at = now() FROM r"
	           " WHERE dispute.id = r.dispute_id), s AS (UPDATE item SET state = 'settled'"
	           " FROM r WHERE item.id = r.item_id) SELECT id FROM r",
	           age, id);
	return id;
}

START_TEST(a_ruling_of_more_than_ten_minutes_is_corrected_and_not_undone)
{
	struct person person = an_account("moderator");
	const char *young, *old, *first = ruled_before(&person, "9 minutes 30 seconds", &young);
	const char *second = ruled_before(&person, "10 minutes 5 seconds", &old);

	expect_status(undo(&person, first, young), 200);
	expect_problem(undo(&person, second, old), 409, "undo-late");
	ck_assert_str_eq(state_of(second), "ruled settled fake");
	expect_status(correct(&person, second, "real", old), 201);
	ck_assert_str_eq(state_of(second), "ruled settled real");
}
END_TEST

/* How often the item is asked about again, after the judgments of this dispute. */
static long long plans_of(const char *id)
{
	return count_db("SELECT count(*) FROM reopened o JOIN dispute d ON d.item_id = o.item_id"
	                " WHERE d.id = '%s' AND o.judgments = d.judgments",
	                id);
}

START_TEST(the_plan_of_a_reopened_item_ends_with_the_ruling_that_gave_it)
{
	struct person person = an_account("moderator");
	const char *ruling, *id = plainly_ruled(&person, "reopen", &ruling);

	ck_assert_int_eq(plans_of(id), 1);
	expect_status(correct(&person, id, "fake", ruling), 201);
	ck_assert_int_eq(plans_of(id), 0);
}
END_TEST

START_TEST(an_item_that_went_another_way_since_is_left_there)
{
	struct person person = an_account("moderator");
	const char *ruling, *withdrawn = plainly_ruled(&person, "fake", &ruling);
	const char *reopening, *reopened = plainly_ruled(&person, "reopen", &reopening);

	tell_db("UPDATE item SET state = 'withdrawn' WHERE id ="
	        " (SELECT item_id FROM dispute WHERE id = '%s')",
	        withdrawn);
	expect_problem(correct(&person, withdrawn, "real", ruling), 409, "item-withdrawn");
	expect_problem(undo(&person, withdrawn, ruling), 409, "item-withdrawn");
	ck_assert_str_eq(state_of(withdrawn), "ruled withdrawn fake");
	tell_db("INSERT INTO dispute (item_id, reason, judgments)"
	        " SELECT item_id, 'max_judgments', 50 FROM dispute WHERE id = '%s'",
	        reopened);
	expect_problem(correct(&person, reopened, "real", reopening), 409, "dispute-overtaken");
	expect_problem(undo(&person, reopened, reopening), 409, "dispute-overtaken");
}
END_TEST

/* Makes a release of a campaign and returns what it says of its only item: "LABEL SOURCE". */
static const char *released(struct person *as, const char *campaign, const char *version)
{
	expect_status(post(as, "/api/v1/releases",
	                   json_pack("{s:s, s:s, s:{s:s}}", "name", campaign, "version", version,
	                             "filter", "campaign", campaign)),
	              202);
	await_db(20, say("SELECT state = 'ready' FROM release WHERE name = '%s' AND version = '%s'",
	                 campaign, version));
	return ask_db("SELECT string_agg(x.label || ' ' || x.label_source, ',') FROM release_item x"
	              " JOIN release r ON r.id = x.release_id WHERE r.name = '%s' AND version = '%s'",
	              campaign, version);
}

START_TEST(a_corrected_label_stands_in_the_next_release_and_not_in_the_last)
{
	struct person person = an_account("moderator"), researcher = an_account("researcher");
	const char *campaign = a_campaign(), *ruling;
	const char *id = ruled_dispute(
		&person, "fake",
		&(struct items){ .campaign = campaign, .file = a_file(campaign, strlen(campaign)) },
		&ruling);

	ck_assert_str_eq(released(&researcher, campaign, "1.0"), "fake ruling");
	expect_status(correct(&person, id, "real", ruling), 201);
	ck_assert_str_eq(released(&researcher, campaign, "2.0"), "real ruling");
	ck_assert_str_eq(ask_db("SELECT x.label FROM release_item x JOIN release r ON"
	                        " r.id = x.release_id WHERE r.name = '%s' AND version = '1.0'",
	                        campaign),
	                 "fake");
	ck_assert_int_eq(count_db("SELECT count(DISTINCT split) FROM release_item x JOIN release r ON"
	                          " r.id = x.release_id WHERE r.name = '%s'",
	                          campaign),
	                 1);
}
END_TEST

START_TEST(gold_that_was_released_comes_back_by_no_correction)
{
	struct person person = an_account("moderator"), researcher = an_account("researcher");
	const char *campaign = a_campaign(), *ruling;
	const char *id = ruled_dispute(&person, "fake",
	                               &(struct items){ .campaign = campaign,
	                                                .gold = true,
	                                                .truth = "real",
	                                                .file = a_file(campaign, strlen(campaign)) },
	                               &ruling);

	ck_assert_str_eq(released(&researcher, campaign, "1.0"), "fake ruling");
	expect_problem(correct(&person, id, "reopen", ruling), 409, "item-released");
	expect_problem(undo(&person, id, ruling), 409, "item-released");
	tell_db("DO $do$ BEGIN UPDATE item SET state = 'in_service' WHERE id = (SELECT item_id FROM"
	        " dispute WHERE id = '%s'); RAISE EXCEPTION 'it was done'; EXCEPTION"
	        " WHEN restrict_violation THEN NULL; END $do$",
	        id);
	expect_status(correct(&person, id, "real", ruling), 201);
	ck_assert_str_eq(state_of(id), "ruled settled real");
}
END_TEST

START_TEST(the_database_takes_no_second_ruling_for_a_first)
{
	struct person person = an_account("moderator");
	const char *ruling, *id = plainly_ruled(&person, "fake", &ruling);
	const char *const wrong[] = {
		"INSERT INTO ruling (dispute_id, item_id, account_id, ruling, reason) SELECT dispute_id,"
		" item_id, account_id, 'real', reason",
		"INSERT INTO ruling (dispute_id, item_id, account_id, ruling, reason, correction) SELECT"
		" dispute_id, item_id, account_id, 'undo', reason, true",
		"DELETE",
	};

	for (unsigned i = 0; i < sizeof wrong / sizeof *wrong; i++)
		tell_db(
			"DO $do$ BEGIN %s; RAISE EXCEPTION 'it was done'; EXCEPTION WHEN unique_violation OR"
			" check_violation OR restrict_violation THEN NULL; END $do$",
			say("%s FROM ruling WHERE id = '%s'", wrong[i], ruling));
	ck_assert_int_eq(rulings_of(id), 1);
}
END_TEST

START_TEST(colleagues_read_a_ruling_its_reason_and_the_evidence)
{
	struct person person = an_account("moderator"), other = an_account("moderator");
	const char *ruling, *id = plainly_ruled(&person, "exclude", &ruling);
	struct answer a = get(&other, path_of(id, ""));

	expect_status(a, 200);
	ck_assert(!true_at(a.body, "verdict_given"));
	ck_assert(json_is_null(at(a.body, "verdict")));
	ck_assert_str_eq(text_at(a.body, "rulings/0/ruling"), "exclude");
	ck_assert_str_eq(text_at(a.body, "rulings/0/reason"), REASON);
	ck_assert(json_is_object(at(a.body, "evidence")));
	expect_problem(claim(&other, id), 409, "dispute-ruled");
}
END_TEST

START_TEST(who_has_read_a_ruling_judges_its_lineage_blind_no_more)
{
	struct person person = an_account("moderator"), reader = an_account("moderator");
	struct person blind = an_account("moderator");
	const char *ruling, *lineage = fresh_name();
	const struct items item = { .campaign = common_campaign(), .lineage = lineage };
	const char *id = ruled_dispute(&person, "fake", &item, &ruling);

	expect_status(get(&reader, path_of(id, "")), 200);
	const char *next = a_dispute("max_judgments", &item);
	/* Nobody peeks at the sibling's ruling once a verdict is due. */
	struct answer a = get(&blind, path_of(id, ""));
	ck_assert(json_is_null(at(a.body, "evidence")));
	ck_assert_uint_eq(json_array_size(at(a.body, "rulings")), 0);
	expect_status(claim(&blind, next), 200);
	ck_assert(true_at(judge_blind(&blind, next).body, "verdict/blind"));
	ck_assert_uint_eq(json_array_size(at(get(&blind, path_of(id, "")).body, "rulings")), 1);
	tell_db("DELETE FROM claim WHERE dispute_id = '%s'", next);
	expect_status(claim(&reader, next), 200);
	ck_assert(!true_at(judge_blind(&reader, next).body, "verdict/blind"));
}
END_TEST

static struct answer unclaim(struct person *as, const char *id)
{
	return call(&(struct call){ .as = as, .method = "DELETE", .path = path_of(id, "claim") });
}

START_TEST(a_claim_can_be_given_back)
{
	struct person person = an_account("moderator"), other = an_account("moderator");
	const char *id = a_dispute("max_judgments", &(struct items){ .campaign = common_campaign() });

	expect_status(claim(&person, id), 200);
	expect_status(unclaim(&other, id), 204);
	expect_problem(claim(&other, id), 409, "dispute-claimed");
	expect_status(unclaim(&person, id), 204);
	expect_status(unclaim(&person, id), 204);
	ck_assert(json_is_null(at(get(&other, path_of(id, "")).body, "claim")));
	expect_status(claim(&other, id), 200);
	expect_problem(unclaim(&person, NO_ID), 404, "not-found");
	expect_problem(unclaim(&person, "x"), 404, "not-found");
}
END_TEST

Suite *http_correction_suite(void)
{
	Suite *suite = suite_create("http/corrections");
	TCase *tc = tcase_create("corrections");

	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, a_correction_is_a_further_ruling_and_counts, 0,
	                    sizeof corrections / sizeof *corrections);
	tcase_add_test(tc, a_correction_names_the_ruling_in_force);
	tcase_add_test(tc, an_open_dispute_has_nothing_to_correct);
	tcase_add_test(tc, the_same_correction_again_gives_the_same_answer);
	tcase_add_test(tc, who_ruled_may_undo_it_and_rule_anew);
	tcase_add_test(tc, an_undone_correction_gives_force_back_to_what_it_corrected);
	tcase_add_test(tc, a_ruling_of_more_than_ten_minutes_is_corrected_and_not_undone);
	tcase_add_test(tc, the_plan_of_a_reopened_item_ends_with_the_ruling_that_gave_it);
	tcase_add_test(tc, an_item_that_went_another_way_since_is_left_there);
	tcase_add_test(tc, a_corrected_label_stands_in_the_next_release_and_not_in_the_last);
	tcase_add_test(tc, gold_that_was_released_comes_back_by_no_correction);
	tcase_add_test(tc, the_database_takes_no_second_ruling_for_a_first);
	tcase_add_test(tc, colleagues_read_a_ruling_its_reason_and_the_evidence);
	tcase_add_test(tc, who_has_read_a_ruling_judges_its_lineage_blind_no_more);
	tcase_add_test(tc, a_claim_can_be_given_back);
	suite_add_tcase(suite, tc);
	return suite;
}
