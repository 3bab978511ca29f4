/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a moderator may rely on for the evidence board, fact-checks, and what their page spares
 * them.
 */
#include <stdlib.h>
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
	return say(V1 "/disputes/%s/%s", id, what);
}

static void judge_blind(struct person *as, const char *id)
{
	expect_status(post(as, path_of(id, "claim"), json_object()), 200);
	expect_status(post(as, path_of(id, "verdict"),
	                   json_pack("{s:s, s:i}", "verdict", "fake", "confidence", 95)),
	              201);
}

static void rule_it(struct person *as, const char *id)
{
	judge_blind(as, id);
	expect_status(post(as, path_of(id, "ruling"),
	                   json_pack("{s:s, s:s}", "ruling", "fake", "reason", REASON)),
	              201);
}

static const char *a_plain_dispute(void)
{
	return a_dispute("max_judgments", &(struct items){ .campaign = common_campaign() });
}

static const char *item_of(const char *dispute)
{
	return ask_db("SELECT item_id FROM dispute WHERE id = '%s'", dispute);
}

/*
 * Votes on the item of a dispute, each "(n, verdict, exposure in ms, days ago, skill, gold judged,
 * cohort, network in hexadecimal, marks)": the skill is for fakes and reals alike.
 */
static void put_votes(const char *dispute, const char *rows)
{
	const char *item = item_of(dispute);

	tell_db("WITH said AS (SELECT v.*, md5('%s' || n)::uuid AS who, md5('pair %s' || n)::uuid AS"
	        "   pair, i.id AS item, i.campaign_id, i.media_type FROM item i, (VALUES %s) AS v (n,"
	        "   verdict, exposure, days, skill, gold, cohort, network, marks) WHERE i.id = '%s'),"
	        " p AS (INSERT INTO judged_pair (assignment_id, volunteer_id, campaign_id, media_type,"
	        "   kind, matched, policy, body_hash, server_ms, exposure_ms, judged_at) SELECT pair,"
	        "   who, campaign_id, media_type, 'random', false, 1, sha256(''), 3000, exposure,"
	        "   date_trunc('day', now(), 'UTC') - days * interval '1 day' FROM said),"
	        " s AS (INSERT INTO volunteer_skill (volunteer_id, sensitivity, specificity, judgments,"
	        "   gold) SELECT who, skill, skill, 100, gold FROM said WHERE skill IS NOT NULL),"
	        " c AS (INSERT INTO cohort_member (volunteer_id, cohort) SELECT who, cohort FROM said"
	        "   WHERE cohort IS NOT NULL),"
	        " w AS (INSERT INTO volunteer_network (campaign_id, volunteer_id, network, declared)"
	        "   SELECT campaign_id, who, decode(repeat(network, 16), 'hex'), false FROM said WHERE"
	        "   network IS NOT NULL)"
	        " INSERT INTO judgment (item_id, volunteer_id, assignment_id, position, verdict,"
	        "   confidence, training, marks, judged_at) SELECT item, who, pair, 'left',"
	        "   verdict::verdict, 75, false, marks::jsonb, date_trunc('day', now(), 'UTC') - days *"
	        "   interval '1 day' FROM said",
	        item, item, rows, item);
}

#define TYPED "NULL::integer, NULL::text, NULL::text"

/* The board that a moderator reads after a blind verdict. */
static struct answer a_board(const char *dispute)
{
	struct person person = an_account("moderator");

	judge_blind(&person, dispute);
	struct answer a = get(&person, path_of(dispute, "evidence"));
	expect_status(a, 200);
	return a;
}

/* ------------------------------------------------------------------ who may see it */

START_TEST(before_the_blind_verdict_the_board_is_closed)
{
	struct person person = an_account("moderator");
	const char *id = a_plain_dispute();

	expect_problem(get(&person, path_of(id, "evidence")), 409, "no-verdict");
	expect_status(post(&person, path_of(id, "claim"), json_object()), 200);
	expect_problem(get(&person, path_of(id, "evidence")), 409, "no-verdict");
	ck_assert_int_eq(count_db("SELECT count(*) FROM evidence_seen WHERE dispute_id = '%s'", id), 0);
	judge_blind(&person, id);
	expect_status(get(&person, path_of(id, "evidence")), 200);
}
END_TEST

START_TEST(a_colleagues_verdict_opens_it_for_the_colleague_alone)
{
	struct person person = an_account("moderator"), colleague = an_account("moderator");
	const char *id = a_plain_dispute();

	judge_blind(&colleague, id);
	expect_problem(get(&person, path_of(id, "evidence")), 409, "no-verdict");
	expect_status(get(&colleague, path_of(id, "evidence")), 200);
}
END_TEST

START_TEST(who_reads_it_of_a_ruled_dispute_judges_its_item_blind_no_more)
{
	struct person person = an_account("moderator"), colleague = an_account("moderator");
	const char *id = a_plain_dispute();

	rule_it(&colleague, id);
	expect_status(get(&person, path_of(id, "evidence")), 200);
	ck_assert_int_eq(count_db("SELECT count(*) FROM evidence_seen WHERE dispute_id = '%s'", id), 1);
	const char *again = ask_db("INSERT INTO dispute (item_id, reason, judgments) VALUES ('%s',"
	                           " 'max_judgments', 30) RETURNING id",
	                           item_of(id));
	judge_blind(&person, again);
	ck_assert(!true_at(get(&person, say(V1 "/disputes/%s", again)).body, "verdict/blind"));
}
END_TEST

START_TEST(a_ruled_dispute_stays_closed_while_one_of_its_lineage_waits_for_a_verdict)
{
	struct person person = an_account("moderator"), colleague = an_account("moderator");
	const char *lineage = fresh_name();
	const struct items of = { .campaign = common_campaign(), .lineage = lineage };
	const char *ruled = a_dispute("max_judgments", &of), *open = a_dispute("max_judgments", &of);

	rule_it(&colleague, ruled);
	expect_problem(get(&person, path_of(ruled, "evidence")), 409, "no-verdict");
	judge_blind(&person, open);
	expect_status(get(&person, path_of(ruled, "evidence")), 200);
}
END_TEST

static const char *const no_disputes[] = { "00000000-0000-0000-0000-000000000000", "x" };

START_TEST(a_board_of_nothing_is_not_found)
{
	struct person person = an_account("moderator");

	expect_problem(get(&person, path_of(no_disputes[_i], "evidence")), 404, "not-found");
	expect_problem(
		delete_at(&person, path_of(no_disputes[_i], say("fact-checks/%s", no_disputes[_i]))), 404,
		"not-found");
}
END_TEST

/* ------------------------------------------------------------------ votes */

START_TEST(votes_are_told_by_exposure)
{
	const char *id = a_plain_dispute();

	put_votes(id, "(1, 'fake', 700, 0, .9, 9, " TYPED "), (2, 'real', 900, 0, .9, 9, " TYPED "),"
	              "(3, 'fake', 9999, 0, .9, 9, " TYPED "),"
	              "(4, 'fake', NULL, 0, .9, 9, " TYPED ")");
	struct answer a = a_board(id);
	ck_assert_int_eq(number_at(a.body, "votes/counted"), 4);
	ck_assert_uint_eq(json_array_size(at(a.body, "votes/by_exposure")), 3);
	ck_assert_double_eq(json_number_value(at(a.body, "votes/by_exposure/0/from_s")), .5);
	ck_assert_int_eq(number_at(a.body, "votes/by_exposure/0/fake"), 1);
	ck_assert_int_eq(number_at(a.body, "votes/by_exposure/0/real"), 1);
	ck_assert_double_eq(json_number_value(at(a.body, "votes/by_exposure/1/from_s")), 8);
	ck_assert(json_is_null(at(a.body, "votes/by_exposure/2/from_s")));
	ck_assert_int_eq(number_at(a.body, "votes/by_exposure/2/fake"), 1);
}
END_TEST

START_TEST(votes_are_told_by_thirds_of_skill)
{
	const char *id = a_plain_dispute();

	put_votes(id, "(1, 'real', 2000, 0, .55, 9, " TYPED "), (2, 'real', 2000, 0, .57, 9, " TYPED
	              "), (3, 'real', 2000, 0, .7, 9, " TYPED "), (4, 'fake', 2000, 0, .72, 9, " TYPED
	              "), (5, 'fake', 2000, 0, .9, 9, " TYPED "), (6, 'fake', 2000, 0, .9, 9, " TYPED
	              "), (7, 'fake', 2000, 0, NULL::double precision, 9, " TYPED ")");
	struct answer a = a_board(id);
	ck_assert_str_eq(text_at(a.body, "votes/by_skill/0/third"), "low");
	ck_assert_int_eq(number_at(a.body, "votes/by_skill/0/real"), 2);
	ck_assert_int_eq(number_at(a.body, "votes/by_skill/0/fake"), 1);
	ck_assert_int_eq(number_at(a.body, "votes/by_skill/2/fake"), 2);
	ck_assert_int_eq(number_at(a.body, "votes/by_skill/2/real"), 0);
	ck_assert_double_eq_tol(json_number_value(at(a.body, "votes/by_skill/2/from")), .9, 1e-9);
	ck_assert_double_eq_tol(json_number_value(at(a.body, "votes/by_skill/0/to")), .55, 1e-9);
	ck_assert_int_eq(number_at(a.body, "votes/unskilled"), 1);
}
END_TEST

START_TEST(votes_are_told_by_day_and_when_they_took_long_by_week)
{
	const char *soon = a_plain_dispute(), *long_ago = a_plain_dispute();

	put_votes(soon, "(1, 'fake', 2000, 3, .9, 9, " TYPED "), (2, 'real', 2000, 3, .9, 9, " TYPED
	                "), (3, 'real', 2000, 0, .9, 9, " TYPED ")");
	struct answer a = a_board(soon);
	ck_assert_str_eq(text_at(a.body, "votes/step"), "day");
	ck_assert_uint_eq(json_array_size(at(a.body, "votes/over_time")), 2);
	ck_assert_int_eq(number_at(a.body, "votes/over_time/0/fake"), 1);
	ck_assert_int_eq(number_at(a.body, "votes/over_time/0/real"), 1);
	ck_assert_ptr_nonnull(strstr(text_at(a.body, "votes/over_time/1/at"), "T00:00:00.000Z"));
	put_votes(long_ago, "(1, 'fake', 2000, 200, .9, 9, " TYPED "),"
	                    "(2, 'real', 2000, 0, .9, 9, " TYPED ")");
	ck_assert_str_eq(text_at(a_board(long_ago).body, "votes/step"), "week");
}
END_TEST

START_TEST(a_board_is_no_larger_for_a_larger_crowd)
{
	const char *id = a_plain_dispute();

	put_votes(id, "(0, 'fake', 2000, 0, .8, 9, " TYPED ")) AS v (n, verdict, exposure, days,"
	              " skill, gold, cohort, network, marks) WHERE false UNION ALL SELECT v.*,"
	              " gen_random_uuid(), gen_random_uuid(), i.id, i.campaign_id, i.media_type FROM"
	              " item i, (SELECT g, 'fake', 2000, g / 20, .8, 9, " TYPED
	              " FROM generate_series(1, 5003) g");
	struct answer a = a_board(id);
	ck_assert(true_at(a.body, "votes/more"));
	ck_assert_int_eq(number_at(a.body, "votes/counted"), 5000);
	ck_assert_str_eq(text_at(a.body, "votes/step"), "week");
	ck_assert_uint_lt(json_array_size(at(a.body, "votes/over_time")), 40);
}
END_TEST

/* ------------------------------------------------------------------ marks */

START_TEST(marks_are_told_as_cells_and_a_volunteer_counts_once_in_each)
{
	const char *id = a_plain_dispute();

	put_votes(id, "(1, 'fake', 2000, 0, .9, 9, NULL::integer, NULL::text,"
	              "  '[{\"x\": 0.5, \"y\": 0.25}, {\"x\": 0.51, \"y\": 0.251}, {\"x\": 1, \"y\":"
	              " 1}]'), (2, 'real', 2000, 0, .9, 9, NULL, NULL, '[{\"x\": 0.5, \"y\": 0.25}]')");
	struct answer a = a_board(id);
	ck_assert_int_eq(number_at(a.body, "marks/side"), 24);
	ck_assert_uint_eq(json_array_size(at(a.body, "marks/cells")), 2);
	ck_assert_int_eq(number_at(a.body, "marks/cells/0/column"), 12);
	ck_assert_int_eq(number_at(a.body, "marks/cells/0/row"), 6);
	ck_assert_int_eq(number_at(a.body, "marks/cells/0/fake"), 1);
	ck_assert_int_eq(number_at(a.body, "marks/cells/0/real"), 1);
	ck_assert_int_eq(number_at(a.body, "marks/cells/1/column"), 23);
	ck_assert_int_eq(number_at(a.body, "marks/cells/1/row"), 23);
	ck_assert_uint_eq(json_array_size(at(a.body, "marks/moments")), 0);
}
END_TEST

START_TEST(marks_on_a_film_are_told_by_its_time_too)
{
	const char *id =
		a_dispute("max_judgments", &(struct items){ .campaign = a_campaign(), .type = "video" });

	tell_db("UPDATE item SET duration_ms = 4000 WHERE id = '%s'", item_of(id));
	put_votes(id, "(1, 'fake', 2000, 0, .9, 9, NULL::integer, NULL::text,"
	              "  '[{\"x\": 0.5, \"y\": 0.25, \"t_ms\": 1000}]'), (2, 'fake', 2000, 0, .9, 9,"
	              " NULL, NULL, '[{\"x\": 0.1, \"y\": 0.1, \"t_ms\": 4000}]')");
	struct answer a = a_board(id);
	ck_assert_uint_eq(json_array_size(at(a.body, "marks/moments")), 2);
	ck_assert_int_eq(number_at(a.body, "marks/moments/0/step"), 5);
	ck_assert_int_eq(number_at(a.body, "marks/moments/1/step"), 19);
}
END_TEST

/* ------------------------------------------------------------------ blocs */

/* The bloc of this kind and number (0: it has none); NULL where it is not told. */
static json_t *bloc_in(struct answer a, const char *kind, long long number)
{
	size_t i;
	json_t *bloc;

	json_array_foreach (at(a.body, "blocs/blocs"), i, bloc)
		if (strcmp(text_at(bloc, "bloc"), kind) == 0 &&
		    json_integer_value(at(bloc, "number")) == number)
			return bloc;
	return NULL;
}

/* Three of one network, two of them newcomers and of one cohort, say fake; two others say real. */
static const char *a_dispute_of_blocs(void)
{
	const char *id = a_plain_dispute();

	put_votes(id, "(1, 'fake', 900, 0, .8123, 9, NULL::integer, 'aa', NULL::text),"
	              "(2, 'fake', 3000, 0, .8123, 1, 7, 'aa', NULL),"
	              "(3, 'fake', 3000, 0, .8123, 0, 7, 'aa', NULL),"
	              "(4, 'real', 3000, 0, .8123, 9, NULL, 'bb', NULL),"
	              "(5, 'real', 3000, 0, .8123, 9, NULL, NULL, NULL)");
	return id;
}

START_TEST(a_bloc_says_what_it_would_make_of_the_item)
{
	struct answer a = a_board(a_dispute_of_blocs());
	json_t *network = bloc_in(a, "network", 1);

	ck_assert_double_gt(json_number_value(at(a.body, "blocs/p_fake")), .5);
	ck_assert_int_eq(number_at(a.body, "blocs/flip_cost"), 1);
	ck_assert_ptr_nonnull(network);
	ck_assert_int_eq(number_at(network, "volunteers"), 3);
	ck_assert_int_eq(number_at(network, "saying_fake"), 3);
	ck_assert_double_gt(json_number_value(at(network, "alone")), .98);
	ck_assert_double_lt(json_number_value(at(network, "without")), .1);
	ck_assert(true_at(network, "turns"));
}
END_TEST

START_TEST(blocs_are_newcomers_quick_looks_cohorts_and_shared_networks)
{
	struct answer a = a_board(a_dispute_of_blocs());

	ck_assert_int_eq(number_at(bloc_in(a, "newcomers", 0), "volunteers"), 2);
	ck_assert_int_eq(number_at(bloc_in(a, "quick", 0), "volunteers"), 1);
	ck_assert_int_eq(number_at(bloc_in(a, "cohort", 1), "volunteers"), 2);
	ck_assert_int_eq(number_at(bloc_in(a, "skill_low", 0), "volunteers"), 5);
	ck_assert_ptr_null(bloc_in(a, "skill_high", 0));
	ck_assert_ptr_null(bloc_in(a, "network", 2));
}
END_TEST

START_TEST(the_board_tells_neither_who_nor_from_where)
{
	const char *id = a_dispute_of_blocs();
	struct answer a = a_board(id);
	const char *who =
		ask_db("SELECT volunteer_id FROM judgment WHERE item_id = '%s' LIMIT 1", item_of(id));

	ck_assert_ptr_null(strstr(a.text, who));
	ck_assert_ptr_null(strstr(a.text, "aaaa"));
	ck_assert_ptr_null(strstr(a.text, "0.8123"));
}
END_TEST

/* ------------------------------------------------------------------ lineage */

START_TEST(the_board_tells_what_is_of_one_lineage)
{
	const char *lineage = fresh_name(), *pair = fresh_name(), *campaign = common_campaign();
	const char *id = a_dispute(
		"max_judgments",
		&(struct items){ .campaign = campaign, .lineage = lineage, .pair = pair, .truth = "fake" });
	const char *other = an_item(&(struct items){ .campaign = campaign, .lineage = lineage });
	const char *original = an_item(&(struct items){ .campaign = campaign,
	                                                .lineage = lineage,
	                                                .pair = pair,
	                                                .truth = "real",
	                                                .title = "The original" });

	tell_db("UPDATE item SET state = 'retired' WHERE id = '%s'", other);
	struct answer a = a_board(id);
	ck_assert_uint_eq(json_array_size(at(a.body, "lineage")), 2);
	ck_assert_str_eq(text_at(a.body, "lineage/0/item"), original);
	ck_assert_str_eq(text_at(a.body, "lineage/0/truth"), "real");
	ck_assert_str_eq(text_at(a.body, "lineage/0/title"), "The original");
	ck_assert(true_at(a.body, "lineage/0/paired"));
	ck_assert_str_eq(text_at(a.body, "lineage/1/item"), other);
	ck_assert_str_eq(text_at(a.body, "lineage/1/state"), "retired");
	ck_assert(json_is_null(at(a.body, "lineage/1/truth")));
	ck_assert(!true_at(a.body, "lineage/1/paired"));
}
END_TEST

START_TEST(what_looks_like_it_says_in_which_state_it_is)
{
	struct person person = an_account("moderator");
	const char *id = a_plain_dispute(), *item = item_of(id);
	const char *like = an_item(&(struct items){ .campaign = common_campaign() });

	tell_db("UPDATE item SET state = 'retired' WHERE id = '%s'", like);
	judge_blind(&person, id);
	struct answer a = { 0 };
	/* The server may read what either looks like meanwhile, and forgets what was known before. */
	for (int try = 0; try < 50; try++) {
		tell_db("INSERT INTO near_duplicate (item_a, item_b, distance) SELECT least(a, b),"
		        " greatest(a, b), 7 FROM (VALUES ('%s'::uuid, '%s'::uuid)) v (a, b)"
		        " ON CONFLICT DO NOTHING",
		        item, like);
		a = get(&person, say(V1 "/disputes/%s", id));
		if (json_array_size(at(a.body, "evidence/near_duplicates")))
			break;
	}
	ck_assert_str_eq(text_at(a.body, "evidence/near_duplicates/0/item"), like);
	ck_assert_str_eq(text_at(a.body, "evidence/near_duplicates/0/state"), "retired");
}
END_TEST

/* ------------------------------------------------------------------ fact-checks */

static json_t *a_link(const char *address)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:s}", "title", "The bear <b>was</b> \"added\"",
	                 "publisher", "Facts & Co", "address", address, "published", "2026-01-31",
	                 "verdict", "Altered");
}

START_TEST(a_fact_check_stands_beside_its_item_until_it_is_taken_away)
{
	struct person person = an_account("moderator"), colleague = an_account("moderator");
	const char *id = a_plain_dispute();

	judge_blind(&person, id);
	struct answer a =
		post(&person, path_of(id, "fact-checks"), a_link("https://facts.example/bear?a=1#b"));
	expect_status(a, 201);
	a = get(&person, path_of(id, "evidence"));
	ck_assert_uint_eq(json_array_size(at(a.body, "fact_checks")), 1);
	ck_assert_str_eq(text_at(a.body, "fact_checks/0/title"), "The bear <b>was</b> \"added\"");
	ck_assert_str_eq(text_at(a.body, "fact_checks/0/address"), "https://facts.example/bear?a=1#b");
	ck_assert_str_eq(text_at(a.body, "fact_checks/0/published"), "2026-01-31");
	ck_assert_str_eq(text_at(a.body, "fact_checks/0/by"),
	                 text_at(get(&person, V1 "/session").body, "account/email"));
	const char *link = path_of(id, say("fact-checks/%s", text_at(a.body, "fact_checks/0/id")));
	expect_problem(delete_at(&colleague, link), 409, "no-verdict");
	expect_status(delete_at(&person, link), 204);
	expect_problem(delete_at(&person, link), 404, "not-found");
	a = get(&person, path_of(id, "evidence"));
	ck_assert_uint_eq(json_array_size(at(a.body, "fact_checks")), 0);
}
END_TEST

START_TEST(who_has_not_judged_blind_adds_no_fact_check)
{
	struct person person = an_account("moderator");
	const char *id = a_plain_dispute();

	expect_problem(post(&person, path_of(id, "fact-checks"), a_link("https://facts.example/a")),
	               409, "no-verdict");
	ck_assert_int_eq(count_db("SELECT count(*) FROM fact_check WHERE item_id = '%s'", item_of(id)),
	                 0);
}
END_TEST

START_TEST(one_address_stands_once_beside_an_item)
{
	struct person person = an_account("moderator");
	const char *id = a_plain_dispute(), *links = path_of(id, "fact-checks");

	judge_blind(&person, id);
	struct answer a = post(&person, links, a_link("https://facts.example/once"));
	expect_status(a, 201);
	expect_problem(post(&person, links, a_link("https://facts.example/once")), 409, "conflict");
	expect_status(delete_at(&person, say("%s/%s", links, text_at(a.body, "items/0/id"))), 204);
	expect_status(post(&person, links, a_link("https://facts.example/once")), 201);
}
END_TEST

START_TEST(an_item_has_no_more_than_twenty)
{
	struct person person = an_account("moderator");
	const char *id = a_plain_dispute(), *links = path_of(id, "fact-checks");

	judge_blind(&person, id);
	for (int n = 0; n < 20; n++)
		expect_status(post(&person, links, a_link(say("https://facts.example/%d", n))), 201);
	expect_problem(post(&person, links, a_link("https://facts.example/20")), 409, "conflict");
}
END_TEST

START_TEST(a_fact_check_of_another_item_is_not_found)
{
	struct person person = an_account("moderator");
	const char *id = a_plain_dispute(), *other = a_plain_dispute();

	judge_blind(&person, id);
	judge_blind(&person, other);
	struct answer a = post(&person, path_of(id, "fact-checks"), a_link("https://facts.example/x"));
	expect_problem(
		delete_at(&person, path_of(other, say("fact-checks/%s", text_at(a.body, "items/0/id")))),
		404, "not-found");
}
END_TEST

static const struct {
	const char *field, *value;
} bad_links[] = {
	{ "address", "http://facts.example/" },
	{ "address", "https://" },
	{ "address", "https://localhost" },
	{ "address", "https://a:b@facts.example/" },
	{ "address", "https://facts.example/ x" },
	{ "address", "https://facts.example/<b>" },
	{ "address", "javascript:alert(1)//https://a.example" },
	{ "published", "2026-02-30" },
	{ "published", "2999-01-01" },
	{ "published", "1989-12-31" },
	{ "published", "31-01-2026" },
	{ "title", "" },
	{ "verdict", "" },
	{ "publisher", "" },
	{ "colour", "red" },
};

START_TEST(a_link_that_cannot_be_is_refused)
{
	struct person person = an_account("moderator");
	const char *id = a_plain_dispute();
	json_t *link = a_link("https://facts.example/bad");

	judge_blind(&person, id);
	json_object_set_new(link, bad_links[_i].field, json_string(bad_links[_i].value));
	expect_problem(post(&person, path_of(id, "fact-checks"), link), 422, "invalid");
	ck_assert_int_eq(count_db("SELECT count(*) FROM fact_check WHERE item_id = '%s'", item_of(id)),
	                 0);
}
END_TEST

START_TEST(a_fact_check_is_neither_changed_nor_removed_from_the_database)
{
	struct person person = an_account("moderator");
	const char *id = a_plain_dispute();

	judge_blind(&person, id);
	expect_status(post(&person, path_of(id, "fact-checks"), a_link("https://facts.example/s")),
	              201);
	tell_db("DO $$ BEGIN UPDATE fact_check SET title = 'x' WHERE item_id = '%s'; RAISE EXCEPTION "
	        "'changed';"
	        " EXCEPTION WHEN restrict_violation THEN NULL; END $$",
	        item_of(id));
	tell_db("DO $$ BEGIN DELETE FROM fact_check WHERE item_id = '%s'; RAISE EXCEPTION 'removed';"
	        " EXCEPTION WHEN restrict_violation THEN NULL; END $$",
	        item_of(id));
}
END_TEST

/* ------------------------------------------------------------------ releases */

/* An item of a campaign, one that a release will hold. */
static const char *an_item_in(const char *campaign, int nth)
{
	return ask_db("SELECT i.id FROM item i JOIN campaign c ON c.id = i.campaign_id WHERE c.name ="
	              " '%s' ORDER BY i.id OFFSET %d LIMIT 1",
	              campaign, nth);
}

static void link_to(const char *item, const char *address)
{
	tell_db("INSERT INTO fact_check (item_id, title, publisher, address, published, verdict,"
	        " added_by) SELECT '%s', 'A bear, \"added\"', 'Facts', 'https://facts.example/%s',"
	        " '2026-01-31', 'Altered', id FROM account LIMIT 1",
	        item, address);
}

START_TEST(a_release_holds_the_fact_checks_that_stood_when_its_items_were_fixed)
{
	struct person person = an_account("researcher");
	const char *campaign = a_full_campaign();
	const char *item = an_item_in(campaign, 3);

	link_to(item, "stays");
	link_to(item, "goes");
	tell_db("UPDATE fact_check SET removed_at = clock_timestamp(), removed_by = added_by WHERE"
	        " item_id = '%s' AND address LIKE '%%goes'",
	        item);
	const char *name = a_release(&person, campaign), *folder = a_written_release(name);
	const char *text = file_text(folder, "fact_checks.csv");
	ck_assert_str_eq(text, say("item,title,publisher,address,published,verdict\r\n%s,\"A bear,"
	                           " \"\"added\"\"\",Facts,https://facts.example/stays,2026-01-31,"
	                           "Altered\r\n",
	                           item));
	ck_assert_ptr_nonnull(strstr(file_text(folder, "dictionary.csv"), "fact_checks,publisher,"));
	ck_assert_ptr_nonnull(strstr(file_text(folder, "README.md"), "`fact_checks.csv`"));
	ck_assert_ptr_nonnull(strstr(file_text(folder, "datapackage.json"), "\"fact_checks.csv\""));
	run_well("release verify %s", folder);
}
END_TEST

START_TEST(a_release_without_fact_checks_has_no_table_of_them)
{
	struct person person = an_account("researcher");
	const char *folder = a_written_release(a_release(&person, a_full_campaign()));

	ck_assert_ptr_null(strstr(file_text(folder, "SHA256SUMS"), "fact_checks.csv"));
	ck_assert_ptr_null(strstr(file_text(folder, "dictionary.csv"), "fact_checks"));
	run_well("release verify %s", folder);
}
END_TEST

static const struct {
	const char *line, *said;
} changed[] = {
	{ "sed -i '2s/^[0-9a-f]*/00000000/' fact_checks.csv", "fact_checks.csv row 2: no item" },
	{ "sed -i '2s/https:/http:/' fact_checks.csv", "fact_checks.csv row 2: its address is none" },
};

START_TEST(verify_looks_at_fact_checks)
{
	struct person person = an_account("researcher");
	const char *campaign = a_full_campaign();
	int code;

	link_to(an_item_in(campaign, 0), "one");
	const char *folder = a_written_release(a_release(&person, campaign));
	ck_assert_int_eq(shell(folder, changed[_i].line).code, 0);
	sign_again(folder);
	const char *said = run_program(&code, "release verify %s", folder);
	ck_assert_int_eq(code, 1);
	ck_assert_msg(strstr(said, changed[_i].said) != NULL, "%s", said);
}
END_TEST

START_TEST(of_sealed_items_no_fact_check_is_released)
{
	struct person admin = an_account("admin");
	const char *campaign = a_full_campaign(), *name = fresh_name();

	for (int nth = 0; nth < 12; nth++)
		link_to(an_item_in(campaign, nth), "each");
	tell_db(
		"INSERT INTO item_split (item_id, split) SELECT i.id, CASE WHEN i.lineage = min(i.lineage)"
		" OVER () THEN 'test' ELSE 'train' END FROM item i JOIN campaign c ON c.id ="
		" i.campaign_id WHERE c.name = '%s'",
		campaign);
	struct answer asked = post(&admin, RELEASES,
	                           json_pack("{s:s, s:s, s:b, s:{s:s}}", "name", name, "version", "1.0",
	                                     "seal_test", 1, "filter", "campaign", campaign));
	expect_status(asked, 202);
	a_finished_job(&admin, text_at(asked.body, "job/id"));
	const char *folder = a_written_release(name);
	ck_assert_int_eq(
		count_db("SELECT count(*) FROM release_item r JOIN release e ON e.id = r.release_id WHERE"
	             " e.name = '%s' AND NOT r.sealed",
	             name),
		atoll(shell(folder, "tail -n +2 fact_checks.csv | wc -l").said));
	ck_assert_str_eq(
		ask_db("SELECT count(*) FILTER (WHERE r.sealed) || ' of ' || count(*) FROM release_item"
	           " r JOIN release e ON e.id = r.release_id WHERE e.name = '%s'",
	           name),
		"6 of 12");
	run_well("release verify %s", folder);
}
END_TEST

/* ------------------------------------------------------------------ what the page spares one */

static json_t *wishes(bool cover, bool sound, int after)
{
	return json_pack("{s:b, s:b, s:i}", "cover_sensitive", cover, "start_sound", sound,
	                 "break_after", after);
}

START_TEST(an_account_that_has_said_nothing_is_spared_most)
{
	struct person person = an_account("moderator");
	struct answer a = get(&person, V1 "/me/settings");

	expect_status(a, 200);
	ck_assert(true_at(a.body, "cover_sensitive"));
	ck_assert(!true_at(a.body, "start_sound"));
	ck_assert_int_eq(number_at(a.body, "break_after"), 20);
	ck_assert(!true_at(a.body, "break_due"));
	ck_assert(json_is_null(at(a.body, "break_at")));
}
END_TEST

START_TEST(settings_are_an_accounts_own_and_stay)
{
	struct person person = an_account("moderator"), colleague = an_account("moderator");

	expect_status(put(&person, V1 "/me/settings", wishes(false, true, 7)), 200);
	struct answer a = get(&person, V1 "/me/settings");
	ck_assert(!true_at(a.body, "cover_sensitive"));
	ck_assert(true_at(a.body, "start_sound"));
	ck_assert_int_eq(number_at(a.body, "break_after"), 7);
	ck_assert_int_eq(number_at(get(&colleague, V1 "/me/settings").body, "break_after"), 20);
	expect_status(post(&person, V1 "/me/breaks", json_object()), 200);
	ck_assert_int_eq(number_at(get(&person, V1 "/me/settings").body, "break_after"), 7);
}
END_TEST

START_TEST(a_break_is_due_after_so_many_sensitive_items_and_counts_anew_when_taken)
{
	struct person person = an_account("moderator");
	const struct items sensitive = { .campaign = common_campaign(), .sensitive = true };

	expect_status(put(&person, V1 "/me/settings", wishes(true, false, 2)), 200);
	judge_blind(&person, a_plain_dispute());
	judge_blind(&person, a_dispute("max_judgments", &sensitive));
	struct answer a = get(&person, V1 "/me/settings");
	ck_assert_int_eq(number_at(a.body, "sensitive_since_break"), 1);
	ck_assert(!true_at(a.body, "break_due"));
	judge_blind(&person, a_dispute("max_judgments", &sensitive));
	ck_assert(true_at(get(&person, V1 "/me/settings").body, "break_due"));
	a = post(&person, V1 "/me/breaks", json_object());
	expect_status(a, 200);
	ck_assert(!true_at(a.body, "break_due"));
	ck_assert_int_eq(number_at(a.body, "sensitive_since_break"), 0);
	ck_assert(json_is_string(at(a.body, "break_at")));
}
END_TEST

START_TEST(zero_suggests_no_break)
{
	struct person person = an_account("moderator");

	expect_status(put(&person, V1 "/me/settings", wishes(true, false, 0)), 200);
	judge_blind(&person, a_dispute("max_judgments", &(struct items){ .campaign = common_campaign(),
	                                                                 .sensitive = true }));
	ck_assert(!true_at(get(&person, V1 "/me/settings").body, "break_due"));
}
END_TEST

static const char *const bad_settings[] = { "{}", "{\"break_after\": -1}", "{\"break_after\": 501}",
	                                        "{\"break_after\": 5, \"cover_sensitive\": 1}",
	                                        "{\"break_after\": 5, \"colour\": \"red\"}" };

START_TEST(settings_that_cannot_be_are_refused)
{
	struct person person = an_account("moderator");

	expect_problem(put(&person, V1 "/me/settings", json_loads(bad_settings[_i], 0, NULL)), 422,
	               "invalid");
}
END_TEST

#define COUNT(list) (int)(sizeof list / sizeof list[0])

static TCase *board_case(void)
{
	TCase *tc = tcase_create("board");

	tcase_add_test(tc, before_the_blind_verdict_the_board_is_closed);
	tcase_add_test(tc, a_colleagues_verdict_opens_it_for_the_colleague_alone);
	tcase_add_test(tc, who_reads_it_of_a_ruled_dispute_judges_its_item_blind_no_more);
	tcase_add_test(tc, a_ruled_dispute_stays_closed_while_one_of_its_lineage_waits_for_a_verdict);
	tcase_add_loop_test(tc, a_board_of_nothing_is_not_found, 0, COUNT(no_disputes));
	tcase_add_test(tc, votes_are_told_by_exposure);
	tcase_add_test(tc, votes_are_told_by_thirds_of_skill);
	tcase_add_test(tc, votes_are_told_by_day_and_when_they_took_long_by_week);
	tcase_add_test(tc, a_board_is_no_larger_for_a_larger_crowd);
	tcase_add_test(tc, marks_are_told_as_cells_and_a_volunteer_counts_once_in_each);
	tcase_add_test(tc, marks_on_a_film_are_told_by_its_time_too);
	tcase_add_test(tc, a_bloc_says_what_it_would_make_of_the_item);
	tcase_add_test(tc, blocs_are_newcomers_quick_looks_cohorts_and_shared_networks);
	tcase_add_test(tc, the_board_tells_neither_who_nor_from_where);
	tcase_add_test(tc, the_board_tells_what_is_of_one_lineage);
	tcase_add_test(tc, what_looks_like_it_says_in_which_state_it_is);
	return tc;
}

Suite *http_evidence_suite(void)
{
	Suite *suite = suite_create("http/evidence");
	TCase *facts = tcase_create("fact-checks"), *spared = tcase_create("settings");
	TCase *released = tcase_create("releases");

	suite_add_tcase(suite, board_case());
	tcase_add_test(facts, a_fact_check_stands_beside_its_item_until_it_is_taken_away);
	tcase_add_test(facts, who_has_not_judged_blind_adds_no_fact_check);
	tcase_add_test(facts, one_address_stands_once_beside_an_item);
	tcase_add_test(facts, an_item_has_no_more_than_twenty);
	tcase_add_test(facts, a_fact_check_of_another_item_is_not_found);
	tcase_add_loop_test(facts, a_link_that_cannot_be_is_refused, 0, COUNT(bad_links));
	tcase_add_test(facts, a_fact_check_is_neither_changed_nor_removed_from_the_database);
	suite_add_tcase(suite, facts);
	tcase_set_timeout(released, 120);
	tcase_add_test(released, a_release_holds_the_fact_checks_that_stood_when_its_items_were_fixed);
	tcase_add_test(released, a_release_without_fact_checks_has_no_table_of_them);
	tcase_add_loop_test(released, verify_looks_at_fact_checks, 0, COUNT(changed));
	tcase_add_test(released, of_sealed_items_no_fact_check_is_released);
	suite_add_tcase(suite, released);
	tcase_add_test(spared, an_account_that_has_said_nothing_is_spared_most);
	tcase_add_test(spared, settings_are_an_accounts_own_and_stay);
	tcase_add_test(spared, a_break_is_due_after_so_many_sensitive_items_and_counts_anew_when_taken);
	tcase_add_test(spared, zero_suggests_no_break);
	tcase_add_loop_test(spared, settings_that_cannot_be_are_refused, 0, COUNT(bad_settings));
	suite_add_tcase(suite, spared);
	return suite;
}
