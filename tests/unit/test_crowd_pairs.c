/* SPDX-License-Identifier: Apache-2.0 */
/* Matched pairs: what two items tell about each other. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/random.h"
#include "crowd/evaluation.h"
#include "crowd/judgment_csv.h"
#include "crowd/judgment_matrix.h"
#include "crowd/model.h"
#include "crowd/pair_links.h"
#include "crowd/pair_prior.h"
#include "crowd/specfun.h"
#include "suites.h"

#define PAIRS      200
#define ITEMS      (2 * PAIRS)
#define VOLUNTEERS 40
#define EACH       5
#define ROWS       (ITEMS * EACH)

/* Exactly one of two is fake in four pairs of five; of the others as often both as none. */
struct pairs_crowd {
	uint32_t item[ROWS], volunteer[ROWS];
	uint8_t verdict[ROWS];
	int8_t truth[ITEMS], gold[ITEMS];
	struct item_pair pairs[PAIRS];
	struct judgments judgments;
};

static void pairs_make(struct pairs_crowd *crowd, uint64_t seed)
{
	struct random random = random_seeded(seed);

	memset(crowd, 0, sizeof *crowd);
	for (uint32_t k = 0; k < PAIRS; k++) {
		bool one = k % 5 > 0, first = random_below(&random, 2);

		crowd->pairs[k] = (struct item_pair){ 2 * k, 2 * k + 1 };
		crowd->truth[2 * k] = one ? first : k % 10 == 0;
		crowd->truth[2 * k + 1] = one ? !first : k % 10 == 0;
	}
	for (uint32_t i = 0, row = 0; i < ITEMS; i++) {
		crowd->gold[i] = UNKNOWN;
		for (uint32_t k = 0; k < EACH; k++, row++) {
			bool right = random_below(&random, 10) < 7;

			crowd->item[row] = i;
			crowd->volunteer[row] = (i * 7 + k * 11) % VOLUNTEERS;
			crowd->verdict[row] = (uint8_t)(right ? crowd->truth[i] : !crowd->truth[i]);
		}
	}
	crowd->judgments = (struct judgments){ .items = ITEMS,
		                                   .volunteers = VOLUNTEERS,
		                                   .count = ROWS,
		                                   .item = crowd->item,
		                                   .volunteer = crowd->volunteer,
		                                   .verdict = crowd->verdict,
		                                   .truth = crowd->gold,
		                                   .pairs = crowd->pairs,
		                                   .pair_count = PAIRS };
}

static struct evaluation evaluate_fit(const struct pairs_crowd *crowd, const struct fit *fit)
{
	double p[ITEMS];
	uint8_t label[ITEMS];

	for (uint32_t i = 0; i < ITEMS; i++) {
		p[i] = fit->p_fake[i].mean;
		label[i] = (uint8_t)label_of(p[i]);
	}
	return evaluate(p, label, crowd->truth, ITEMS);
}

static const struct model_options plain = { .method = METHOD_DEFAULT };

START_TEST(items_that_are_matched_are_told_better)
{
	double accuracy = 0, log_loss = 0;

	for (uint64_t seed = 1; seed <= 10; seed++) {
		struct pairs_crowd crowd;

		pairs_make(&crowd, seed);
		struct fit *linked = model_fit(&crowd.judgments, &plain);
		crowd.judgments.pair_count = 0;
		struct fit *alone = model_fit(&crowd.judgments, &plain);
		struct evaluation with = evaluate_fit(&crowd, linked),
						  without = evaluate_fit(&crowd, alone);

		accuracy += (with.accuracy - without.accuracy) / 10;
		log_loss += (without.log_loss - with.log_loss) / 10;
		fit_free(linked);
		fit_free(alone);
	}
	ck_assert_double_gt(accuracy, .015);
	ck_assert_double_gt(log_loss, .03);
}
END_TEST

static bool same_beliefs(const struct fit *one, const struct fit *other)
{
	return !memcmp(one->p_fake, other->p_fake, one->items * sizeof *one->p_fake) &&
	       !memcmp(one->odds, other->odds, one->items * sizeof *one->odds) &&
	       !memcmp(one->sensitivity, other->sensitivity,
	               one->volunteers * sizeof *one->sensitivity);
}

START_TEST(an_item_is_not_its_own_partner)
{
	struct pairs_crowd crowd;

	pairs_make(&crowd, 3);
	for (uint32_t k = 0; k < PAIRS; k++)
		crowd.pairs[k].b = crowd.pairs[k].a;
	struct fit *linked = model_fit(&crowd.judgments, &plain);
	crowd.judgments.pair_count = 0;
	struct fit *alone = model_fit(&crowd.judgments, &plain);

	ck_assert(same_beliefs(linked, alone));
	fit_free(linked);
	fit_free(alone);
}
END_TEST

/* Items in circles and in several pairs; given backwards, turned round, and each twice. */
START_TEST(the_order_of_pairs_and_of_items_changes_no_bit)
{
	struct pairs_crowd crowd, turned;
	struct item_pair pairs[4 * PAIRS];

	pairs_make(&crowd, 4);
	for (uint32_t k = 0; k + 1 < PAIRS; k += 3)
		crowd.pairs[k].b = crowd.pairs[k + 1].a;
	struct fit *fit = model_fit(&crowd.judgments, &plain);

	pairs_make(&turned, 4);
	for (uint32_t row = 0; row < ROWS; row++)
		turned.item[row] = ITEMS - 1 - turned.item[row];
	for (uint32_t k = 0; k < PAIRS; k++) {
		struct item_pair pair = crowd.pairs[PAIRS - 1 - k];

		pairs[2 * k] = (struct item_pair){ ITEMS - 1 - pair.b, ITEMS - 1 - pair.a };
		pairs[2 * k + 1] = (struct item_pair){ ITEMS - 1 - pair.a, ITEMS - 1 - pair.b };
	}
	turned.judgments.pairs = pairs;
	turned.judgments.pair_count = 2 * (size_t)PAIRS;
	struct fit *other = model_fit(&turned.judgments, &plain);
	for (uint32_t i = 0; i < ITEMS; i++)
		ck_assert_mem_eq(&fit->p_fake[i].mean, &other->p_fake[ITEMS - 1 - i].mean, sizeof(double));
	fit_free(fit);
	fit_free(other);
}
END_TEST

/* Item 0 is gold, and so its partner is likely what it is not; item 0's own crowd hears nothing. */
START_TEST(a_gold_partner_tells_and_is_told_nothing)
{
	struct pairs_crowd crowd;

	pairs_make(&crowd, 5);
	for (uint32_t k = 1; k < PAIRS; k++)
		crowd.gold[2 * k] = crowd.truth[2 * k];
	crowd.truth[2] = crowd.gold[2] = FAKE;
	struct fit *fake = model_fit(&crowd.judgments, &plain);
	crowd.gold[2] = REAL;
	struct fit *real = model_fit(&crowd.judgments, &plain);
	ck_assert_double_gt(real->odds[3] - fake->odds[3], 2);

	crowd.gold[2] = FAKE;
	crowd.gold[3] = FAKE;
	struct fit *both = model_fit(&crowd.judgments, &plain);
	crowd.gold[3] = REAL;
	struct fit *one = model_fit(&crowd.judgments, &plain);
	ck_assert_double_lt(fabs(both->odds[2] - one->odds[2]), .2);
	fit_free(fake);
	fit_free(real);
	fit_free(both);
	fit_free(one);
}
END_TEST

START_TEST(an_item_that_nobody_judged_hears_and_says_nothing_of_its_own)
{
	struct pairs_crowd crowd;
	uint32_t kept = 0;

	pairs_make(&crowd, 6);
	for (uint32_t row = 0; row < ROWS; row++)
		if (crowd.item[row] != 3) {
			crowd.item[kept] = crowd.item[row];
			crowd.volunteer[kept] = crowd.volunteer[row];
			crowd.verdict[kept++] = crowd.verdict[row];
		}
	crowd.judgments.count = kept;
	struct fit *fit = model_fit(&crowd.judgments, &plain);
	bool partner = fit->odds[2] > 0;

	ck_assert_uint_eq(fit->judgments[3], 0);
	ck_assert(partner == (fit->odds[3] < 0));
	fit_free(fit);
}
END_TEST

/* The middle item of a star, its four partners, and what each item's own volunteers say. */
#define STAR 5
static const float star_own[STAR] = { 3, -3, -2.5F, .2F, -3 };

static double star_weight(const struct pair_shares *shares, unsigned truths)
{
	double m = shares->both + shares->one / 2, weight = 1;

	for (unsigned i = 0; i < STAR; i++)
		weight *= truths >> i & 1 ? m * exp((double)star_own[i]) : 1 - m;
	for (unsigned i = 1; i < STAR; i++) {
		unsigned fakes = (truths & 1) + (truths >> i & 1);
		double joint = fakes == 2 ? shares->both : fakes ? shares->one / 2 : shares->none;

		weight *= joint / (truths & 1 ? m : 1 - m) / (truths >> i & 1 ? m : 1 - m);
	}
	return weight;
}

/* P(fake) by adding up all that can be true. */
static double star_exact(const struct pair_shares *shares, unsigned item)
{
	double all = 0, fake = 0;

	for (unsigned truths = 0; truths < 1U << STAR; truths++) {
		double weight = star_weight(shares, truths);

		all += weight;
		fake += truths >> item & 1 ? weight : 0;
	}
	return fake / all;
}

START_TEST(without_circles_messages_give_the_exact_posterior)
{
	static const uint32_t item[STAR] = { 0, 1, 2, 3, 4 }, volunteer[STAR] = { 0, 0, 0, 0, 0 };
	static const uint8_t verdict[STAR] = { 1, 1, 0, 1, 0 };
	static const struct item_pair pairs[] = { { 0, 1 }, { 2, 0 }, { 0, 3 }, { 4, 0 } };
	struct judgments judgments = { .items = STAR,
		                           .volunteers = 1,
		                           .count = STAR,
		                           .item = item,
		                           .volunteer = volunteer,
		                           .verdict = verdict,
		                           .pairs = pairs,
		                           .pair_count = 4 };
	struct judgment_matrix matrix = judgment_matrix_new(&judgments, false);
	struct pair_prior *prior = pair_prior_new(&matrix);
	float odds[STAR];

	for (int step = 0; step < 200; step++) {
		for (uint32_t i = 0; i < STAR; i++)
			odds[i] = star_own[i] + .2F + (float)pair_prior_term(prior, i);
		pair_prior_learn(prior, odds, .2F);
	}
	struct pair_shares shares = pair_prior_shares(prior);
	for (uint32_t i = 0; i < STAR; i++)
		ck_assert_double_eq_tol(sigmoid((double)odds[i]), star_exact(&shares, i), 1e-5);
	ck_assert_double_gt(shares.one, .55);
	pair_prior_free(prior);
	judgment_matrix_clear(&matrix);
}
END_TEST

START_TEST(two_items_of_one_key_are_a_pair_and_three_are_none)
{
	struct pair_key keys[] = { { 9, 4 }, { 7, 1 }, { 9, 2 }, { -3, 5 }, { 7, 3 },
		                       { 7, 6 }, { 9, 4 }, { 1, 2 }, { 1, 8 } };
	struct item_pair *pairs;
	size_t larger, count = pair_links(keys, sizeof keys / sizeof *keys, &pairs, &larger);

	ck_assert_uint_eq(count, 2);
	ck_assert_uint_eq(larger, 1);
	ck_assert(pairs[0].a == 2 && pairs[0].b == 8 && pairs[1].a == 2 && pairs[1].b == 4);
	free(pairs);
	ck_assert_uint_eq(pair_links(NULL, 0, &pairs, NULL), 0);
	ck_assert_ptr_null(pairs);
}
END_TEST

static struct judgment_csv *read_pairs(const char *text, struct error *err)
{
	struct judgment_csv *csv = judgment_csv_new(JUDGMENT_CSV_JUDGMENTS);

	*err = judgment_csv_feed(csv, text, strlen(text));
	if (!err->code)
		*err = judgment_csv_finish(csv);
	return csv;
}

START_TEST(a_file_names_the_pairs_of_its_tasks)
{
	struct error err;
	struct judgment_csv *csv = read_pairs("worker,task,label,pair\na,x,1,p\na,y,0,p\nb,y,0,p\n"
	                                      "b,z,1,\nc,z,0,q\nc,x,1,q\n",
	                                      &err);
	struct judgments judgments = judgment_csv_judgments(csv);

	ck_assert_int_eq(err.code, 0);
	ck_assert_str_eq(judgment_csv_unused(csv), "");
	ck_assert_uint_eq(judgments.pair_count, 2);
	ck_assert(judgments.pairs[0].a == 0 && judgments.pairs[0].b == 1);
	ck_assert(judgments.pairs[1].a == 0 && judgments.pairs[1].b == 2);
	judgment_csv_free(csv);

	csv = read_pairs("worker,task,label,pair\na,x,1,p\na,y,0,p\nb,z,0,p\n", &err);
	ck_assert_str_eq(err.detail, "1 names of pairs stand beside more than two tasks");
	judgment_csv_free(csv);
}
END_TEST

Suite *crowd_pairs_suite(void)
{
	Suite *suite = suite_create("crowd/pairs");
	TCase *tests = tcase_create("pairs");

	tcase_set_tags(tests, "pure");
	tcase_set_timeout(tests, 240);
	tcase_add_test(tests, items_that_are_matched_are_told_better);
	tcase_add_test(tests, an_item_is_not_its_own_partner);
	tcase_add_test(tests, the_order_of_pairs_and_of_items_changes_no_bit);
	tcase_add_test(tests, a_gold_partner_tells_and_is_told_nothing);
	tcase_add_test(tests, an_item_that_nobody_judged_hears_and_says_nothing_of_its_own);
	tcase_add_test(tests, without_circles_messages_give_the_exact_posterior);
	tcase_add_test(tests, two_items_of_one_key_are_a_pair_and_three_are_none);
	tcase_add_test(tests, a_file_names_the_pairs_of_its_tasks);
	suite_add_tcase(suite, tests);
	return suite;
}
