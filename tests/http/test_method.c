/* SPDX-License-Identifier: Apache-2.0 */
/* Some hundred assignments held to the method (docs/method.md). */
#include <math.h>
#include <string.h>

#include "client.h"
#include "database.h"
#include "suites.h"
#include "walk.h"
#include "world.h"

/* Calls `visit` for every pair of every volunteer. */
static void visit_all(void (*visit)(const struct walk *walk, size_t n))
{
	for (int w = 0; w < WALKERS; w++)
		for (size_t n = 0; n < walks[w].count; n++)
			visit(&walks[w], n);
}

static size_t pairs_walked(void)
{
	size_t count = 0;

	for (int w = 0; w < WALKERS; w++)
		count += walks[w].count;
	return count;
}

START_TEST(some_hundred_pairs_were_handed_out)
{
	ck_assert_uint_ge(pairs_walked(), 300);
}
END_TEST

static bool shares(const struct step *a, const struct step *b)
{
	const struct walk_item *mine[] = { a->left, a->right }, *theirs[] = { b->left, b->right };

	for (int i = 0; i < 4; i++)
		if (strcmp(mine[i / 2]->lineage, theirs[i % 2]->lineage) == 0)
			return true;
	return false;
}

static void expect_unseen(const struct walk *walk, size_t n)
{
	for (size_t before = 0; before < n; before++)
		ck_assert_msg(!shares(&walk->steps[before], &walk->steps[n]), "pair %zu repeats pair %zu",
		              n, before);
}

START_TEST(nobody_sees_an_item_or_its_group_twice)
{
	visit_all(expect_unseen);
}
END_TEST

static void expect_kin(const struct walk *walk, size_t n)
{
	const struct step *step = &walk->steps[n];

	ck_assert_int_eq(strcmp(step->left->lineage, step->right->lineage) == 0, step->lease.matched);
	ck_assert_str_ne(step->left->id, step->right->id);
}

START_TEST(a_pair_is_called_matched_when_it_is_of_one_group)
{
	visit_all(expect_kin);
}
END_TEST

/* How often a pair of that kind had so many fakes. */
static int count_pairs(bool matched, int fakes)
{
	int count = 0;

	for (int w = 0; w < WALKERS; w++)
		for (size_t n = 0; n < walks[w].count; n++) {
			const struct step *step = &walks[w].steps[n];
			count +=
				step->lease.matched == matched && step->left->fake + step->right->fake == fakes;
		}
	return count;
}

START_TEST(matched_and_mixed_pairs_are_both_real_or_both_fake_sometimes)
{
	for (int matched = 0; matched < 2; matched++)
		for (int fakes = 0; fakes < 3; fakes++)
			ck_assert_msg(count_pairs(matched, fakes) >= 5, "%d pairs, matched %d, fakes %d",
			              count_pairs(matched, fakes), matched, fakes);
}
END_TEST

/* Known fakes on the left less those on the right; what the server knows is gold and training. */
static int lean(const struct walk *walk, int *ret_known)
{
	int left = 0, right = 0;

	for (size_t n = 0; n < walk->count; n++) {
		left += walk->steps[n].left->fake;
		right += walk->steps[n].right->fake;
	}
	*ret_known = left + right;
	return left - right;
}

START_TEST(neither_side_holds_the_fakes)
{
	int all = 0, known = 0, some;

	for (int w = 0; w < WALKERS; w++) {
		int lean_of_one = lean(&walks[w], &some);
		ck_assert_msg(abs(lean_of_one) <= 5 + some / 3, "volunteer %d: %d of %d", w, lean_of_one,
		              some);
		all += lean_of_one;
		known += some;
	}
	/* Four standard deviations of fair coins: fails by chance less than once in ten thousand runs.
	 */
	ck_assert_msg(abs(all) <= 4 * sqrt(known), "%d of %d", all, known);
}
END_TEST

START_TEST(golds_lie_on_both_sides)
{
	int left = 0, right = 0;

	for (int w = 0; w < WALKERS; w++)
		for (size_t n = 0; n < walks[w].count; n++) {
			left += walks[w].steps[n].left->gold;
			right += walks[w].steps[n].right->gold;
		}
	ck_assert_int_ge(left + right, 30);
	ck_assert_msg(abs(left - right) <= 4 * sqrt(left + right), "%d left, %d right", left, right);
}
END_TEST

static void expect_silence(const struct walk *walk, size_t n)
{
	const struct step *step = &walk->steps[n];

	ck_assert_int_eq(step->told_truth, step->lease.kind == KIND_TRAINING);
	ck_assert_int_eq(step->said_training, step->lease.kind == KIND_TRAINING);
	ck_assert_int_eq(step->left->training, step->lease.kind == KIND_TRAINING);
	ck_assert_int_eq(step->right->training, step->lease.kind == KIND_TRAINING);
}

START_TEST(only_training_tells_the_truth)
{
	visit_all(expect_silence);
}
END_TEST

static void expect_training_first(const struct walk *walk, size_t n)
{
	ck_assert_int_eq(walk->steps[n].lease.kind == KIND_TRAINING, n < 2);
	ck_assert_int_eq(walk->steps[n].pairs, (long long)n + 1);
	ck_assert_int_eq(walk->steps[n].training, n < 2 ? (long long)n + 1 : 2);
}

START_TEST(training_comes_first_and_progress_counts_it_and_all_pairs)
{
	visit_all(expect_training_first);
}
END_TEST

/* Else counting what is right would tell which of the hidden golds was. */
static void expect_same_count(const struct walk *walk, size_t n)
{
	ck_assert_int_le(walk->steps[n].correct, 4);
	if (n >= 2)
		ck_assert_int_eq(walk->steps[n].correct, walk->steps[1].correct);
}

START_TEST(progress_counts_no_right_answers_but_those_of_training)
{
	visit_all(expect_same_count);
}
END_TEST

static void expect_gold_kind(const struct walk *walk, size_t n)
{
	const struct step *step = &walk->steps[n];

	ck_assert_int_eq(step->left->gold || step->right->gold, step->lease.kind == KIND_GOLD);
}

START_TEST(a_pair_that_measures_is_stored_as_one)
{
	visit_all(expect_gold_kind);
}
END_TEST

START_TEST(some_pairs_are_drawn_at_random)
{
	int random = 0;

	for (int w = 0; w < WALKERS; w++)
		for (size_t n = 0; n < walks[w].count; n++)
			random += walks[w].steps[n].lease.kind == KIND_RANDOM;
	ck_assert_int_ge(random, 10);
}
END_TEST

START_TEST(me_tells_nothing_of_gold_in_service)
{
	for (int w = 0; w < WALKERS; w++) {
		json_t *me = json_loads(walks[w].me, 0, NULL);
		const char *key;
		json_t *value;

		ck_assert_uint_eq(json_array_size(json_object_get(me, "results")), 0);
		json_object_foreach (json_object_get(me, "progress"), key, value)
			ck_assert_msg(strcmp(key, "pairs") == 0 || strcmp(key, "pairs_today") == 0 ||
			                  strcmp(key, "training") == 0,
			              "progress tells %s", key);
		json_decref(me);
	}
}
END_TEST

START_TEST(what_was_handed_out_is_what_is_stored)
{
	ck_assert_int_eq(count_db("SELECT count(*) FROM judged_pair p JOIN campaign c"
	                          " ON c.id = p.campaign_id WHERE c.name = '%s'",
	                          walk_campaign),
	                 (long long)pairs_walked());
	ck_assert_int_eq(
		count_db("SELECT count(*) FROM judgment j JOIN judged_pair p USING (assignment_id)"
	             " JOIN campaign c ON c.id = p.campaign_id JOIN item i ON i.id = j.item_id"
	             " WHERE c.name = '%s' AND i.campaign_id = c.id AND p.policy = c.policy"
	             " AND (p.kind = 'training') = j.training AND i.training = j.training",
	             walk_campaign),
		2 * (long long)pairs_walked());
}
END_TEST

START_TEST(training_never_counts_for_consensus)
{
	await_db(60, "SELECT count(*) = 0 FROM score_pending");
	ck_assert_int_eq(count_db("SELECT count(*) FROM consensus s JOIN item i ON i.id = s.item_id"
	                          " JOIN campaign c ON c.id = i.campaign_id"
	                          " WHERE c.name = '%s' AND i.training",
	                          walk_campaign),
	                 0);
	ck_assert_int_gt(count_db("SELECT count(*) FROM consensus s JOIN item i ON i.id = s.item_id"
	                          " JOIN campaign c ON c.id = i.campaign_id WHERE c.name = '%s'",
	                          walk_campaign),
	                 0);
}
END_TEST

START_TEST(no_two_leases_of_one_volunteer_share_a_group)
{
	struct person person = a_volunteer();
	struct lease one = lease_of(text_at(a_lease(&person, walk_campaign), "assignment"), &person);
	struct lease two = lease_of(text_at(a_lease(&person, walk_campaign), "assignment"), &person);

	ck_assert_int_eq(count_db("SELECT count(*) FROM item a JOIN item b ON a.lineage = b.lineage"
	                          " WHERE a.id IN ('%s', '%s') AND b.id IN ('%s', '%s')",
	                          uuid_text(one.left), uuid_text(one.right), uuid_text(two.left),
	                          uuid_text(two.right)),
	                 0);
}
END_TEST

Suite *http_method_suite(void)
{
	Suite *suite = suite_create("http/method");
	TCase *tc = tcase_create("method");

	tcase_set_timeout(tc, 60);
	tcase_add_unchecked_fixture(tc, walk_all, NULL);
	tcase_add_test(tc, some_hundred_pairs_were_handed_out);
	tcase_add_test(tc, nobody_sees_an_item_or_its_group_twice);
	tcase_add_test(tc, a_pair_is_called_matched_when_it_is_of_one_group);
	tcase_add_test(tc, matched_and_mixed_pairs_are_both_real_or_both_fake_sometimes);
	tcase_add_test(tc, neither_side_holds_the_fakes);
	tcase_add_test(tc, golds_lie_on_both_sides);
	tcase_add_test(tc, only_training_tells_the_truth);
	tcase_add_test(tc, training_comes_first_and_progress_counts_it_and_all_pairs);
	tcase_add_test(tc, progress_counts_no_right_answers_but_those_of_training);
	tcase_add_test(tc, a_pair_that_measures_is_stored_as_one);
	tcase_add_test(tc, some_pairs_are_drawn_at_random);
	tcase_add_test(tc, me_tells_nothing_of_gold_in_service);
	tcase_add_test(tc, what_was_handed_out_is_what_is_stored);
	tcase_add_test(tc, training_never_counts_for_consensus);
	tcase_add_test(tc, no_two_leases_of_one_volunteer_share_a_group);
	suite_add_tcase(suite, tc);
	return suite;
}
