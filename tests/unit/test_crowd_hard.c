/* SPDX-License-Identifier: Apache-2.0 */
/* Judgments that break other programs: every number stays finite, and the label is sane. */
#include <math.h>
#include <stdlib.h>

#include "core/random.h"
#include "crowd/model.h"
#include "suites.h"

#define METHODS 6

#ifdef __SANITIZE_ADDRESS__
#define VERY_MANY 300000 /* what ASan needs for each would not fit in memory */
#else
#define VERY_MANY 10000000
#endif

/* A table of judgments that grows row by row. */
struct rows {
	uint32_t *item, *volunteer;
	uint8_t *verdict;
	size_t count, size;
	uint32_t items, volunteers;
};

static struct rows rows_new(size_t size)
{
	return (struct rows){ .item = calloc(size, sizeof(uint32_t)),
		                  .volunteer = calloc(size, sizeof(uint32_t)),
		                  .verdict = calloc(size, 1),
		                  .size = size };
}

static void rows_free(struct rows *rows)
{
	free(rows->item);
	free(rows->volunteer);
	free(rows->verdict);
}

static void say(struct rows *rows, uint32_t volunteer, uint32_t item, int verdict)
{
	ck_assert_uint_lt(rows->count, rows->size);
	rows->item[rows->count] = item;
	rows->volunteer[rows->count] = volunteer;
	rows->verdict[rows->count++] = (uint8_t)verdict;
	rows->items = item >= rows->items ? item + 1 : rows->items;
	rows->volunteers = volunteer >= rows->volunteers ? volunteer + 1 : rows->volunteers;
}

/* Fits, checks that everything is finite and within bounds, and hands over the fit. */
static struct fit *fit_rows(const struct rows *rows, enum method method)
{
	struct judgments judgments = { .items = rows->items,
		                           .volunteers = rows->volunteers,
		                           .count = rows->count,
		                           .item = rows->item,
		                           .volunteer = rows->volunteer,
		                           .verdict = rows->verdict };
	struct fit *fit =
		model_fit(&judgments, &(struct model_options){ .method = method, .intervals = true });
	bool sane = isfinite(fit->log_likelihood) && fit->prevalence.mean > 0;

	for (uint32_t i = 0; i < fit->items; i++)
		sane = sane && fit->p_fake[i].low >= 0 && fit->p_fake[i].high <= 1 &&
		       fit->p_fake[i].low <= fit->p_fake[i].mean && isfinite(fit->odds[i]);
	for (uint32_t v = 0; v < fit->volunteers; v++)
		sane = sane && fit->sensitivity[v].low >= 0 && fit->specificity[v].high <= 1 &&
		       isfinite(fit->sensitivity[v].mean + fit->specificity[v].mean);
	ck_assert(sane);
	return fit;
}

START_TEST(thousands_of_judgments_on_one_item)
{
	struct rows rows = rows_new(3000);

	for (uint32_t v = 0; v < 2400; v++)
		say(&rows, v, 0, v % 3 > 0);
	for (uint32_t v = 0; v < 20; v++)
		say(&rows, v, 1, v % 3 == 0);
	struct fit *fit = fit_rows(&rows, (enum method)_i);

	ck_assert_int_eq(label_of(fit->p_fake[0].mean), FAKE);
	fit_free(fit);
	rows_free(&rows);
}
END_TEST

START_TEST(one_judgment_each_item_and_one_answer_each_volunteer)
{
	struct rows rows = rows_new(100);

	for (uint32_t k = 0; k < 100; k++)
		say(&rows, k, k, k % 2);
	struct fit *fit = fit_rows(&rows, (enum method)_i);

	/* Maximum likelihood finds nothing: every volunteer may be a constant. */
	ck_assert(fit->p_fake[1].mean > .5 || _i == METHOD_DAWID_SKENE);
	ck_assert(fit->p_fake[0].mean < .5 || _i == METHOD_DAWID_SKENE);
	fit_free(fit);
	rows_free(&rows);
}
END_TEST

START_TEST(crowds_that_never_meet)
{
	struct rows rows = rows_new(1000);

	for (uint32_t island = 0; island < 10; island++)
		for (uint32_t i = 0; i < 10; i++)
			for (uint32_t v = 0; v < 5; v++)
				say(&rows, island * 5 + v, island * 10 + i, i % 2 ? v != 0 : v == 0);
	struct fit *fit = fit_rows(&rows, (enum method)_i);

	for (uint32_t i = 0; i < 100; i++)
		ck_assert_int_eq(label_of(fit->p_fake[i].mean), i % 2 ? FAKE : REAL);
	fit_free(fit);
	rows_free(&rows);
}
END_TEST

START_TEST(everyone_says_the_same)
{
	struct rows rows = rows_new(200);

	for (uint32_t i = 0; i < 20; i++)
		for (uint32_t v = 0; v < 10; v++)
			say(&rows, v, i, FAKE);
	struct fit *fit = fit_rows(&rows, (enum method)_i);

	for (uint32_t i = 0; i < 20; i++)
		ck_assert_int_eq(label_of(fit->p_fake[i].mean), FAKE);
	fit_free(fit);
	rows_free(&rows);
}
END_TEST

START_TEST(spammers_drown_nobody)
{
	struct rows rows = rows_new(3000);
	struct random random = random_seeded(3);
	int right = 0;

	for (uint32_t i = 0; i < 200; i++)
		for (uint32_t v = 0; v < 11; v++)
			say(&rows, v, i,
			    v < 5   ? (random_below(&random, 10) < 9) == i % 2
			    : v < 8 ? FAKE
			            : (int)random_below(&random, 2));
	struct fit *fit = fit_rows(&rows, (enum method)_i);

	for (uint32_t i = 0; i < 200; i++)
		right += label_of(fit->p_fake[i].mean) == (i % 2 ? FAKE : REAL);
	ck_assert_int_ge(right, _i == METHOD_MAJORITY ? 130 : 185);
	fit_free(fit);
	rows_free(&rows);
}
END_TEST

START_TEST(adversaries_count_against_themselves)
{
	struct rows rows = rows_new(3000);
	struct random random = random_seeded(4);
	int right = 0;

	for (uint32_t i = 0; i < 200; i++)
		for (uint32_t v = 0; v < 9; v++) {
			bool truthful = random_below(&random, 10) < (v < 6 ? 8 : 1);

			say(&rows, v, i, truthful == (i % 2));
		}
	struct fit *fit = fit_rows(&rows, (enum method)_i);

	for (uint32_t i = 0; i < 200; i++)
		right += label_of(fit->p_fake[i].mean) == (i % 2 ? FAKE : REAL);
	ck_assert_int_ge(right, _i == METHOD_MAJORITY ? 140 : 190);
	if (_i == METHOD_DEFAULT)
		ck_assert_double_lt(fit->sensitivity[8].high, .4);
	fit_free(fit);
	rows_free(&rows);
}
END_TEST

START_TEST(a_perfect_tie_stays_even)
{
	struct rows rows = rows_new(4);

	say(&rows, 0, 0, REAL);
	say(&rows, 1, 0, FAKE);
	struct fit *fit = fit_rows(&rows, (enum method)_i);

	ck_assert_double_eq_tol(fit->p_fake[0].mean, .5, 1e-6);
	fit_free(fit);
	rows_free(&rows);
}
END_TEST

START_TEST(a_majority_tie_goes_to_those_who_agree_more_elsewhere)
{
	struct rows rows = rows_new(40);

	for (uint32_t i = 0; i < 6; i++) {
		say(&rows, 0, i, i % 2); /* agrees with the third */
		say(&rows, 1, i, (i < 3) == (i % 2));
		say(&rows, 2, i, i % 2);
	}
	say(&rows, 0, 6, FAKE);
	say(&rows, 1, 6, REAL);
	say(&rows, 0, 7, REAL);
	say(&rows, 1, 7, FAKE);
	struct fit *fit = fit_rows(&rows, METHOD_MAJORITY);

	ck_assert_int_eq(label_of(fit->p_fake[6].mean), FAKE);
	ck_assert_int_eq(label_of(fit->p_fake[7].mean), REAL);
	fit_free(fit);
	rows_free(&rows);
}
END_TEST

START_TEST(millions_of_volunteers)
{
	struct rows rows = rows_new(200);
	struct model_options options = { .iterations_max = 2 };

	for (uint32_t i = 0; i < 20; i++)
		for (uint32_t k = 0; k < 5; k++)
			say(&rows, (i * 5 + k) * (VERY_MANY / 100) + (VERY_MANY / 100 - 1), i, k != 0);
	struct judgments judgments = { .items = rows.items,
		                           .volunteers = rows.volunteers,
		                           .count = rows.count,
		                           .item = rows.item,
		                           .volunteer = rows.volunteer,
		                           .verdict = rows.verdict };
	struct fit *fit = model_fit(&judgments, &options);

	ck_assert_uint_eq(rows.volunteers, VERY_MANY);
	ck_assert_int_eq(label_of(fit->p_fake[19].mean), FAKE);
	ck_assert(isfinite(fit->sensitivity[VERY_MANY / 2].mean));
	fit_free(fit);
	rows_free(&rows);
}
END_TEST

START_TEST(confidence_speaks_where_verdicts_are_even)
{
	struct rows rows = rows_new(4000);
	uint8_t confidence[4000];
	struct random random = random_seeded(5);

	/* Who is sure is right nine times in ten, who is not is a coin. */
	for (uint32_t i = 0; i < 300; i++)
		for (uint32_t v = 0; v < 12; v++) {
			bool sure = random_below(&random, 2);
			bool right = sure ? random_below(&random, 10) < 9 : random_below(&random, 2);

			confidence[rows.count] = sure ? 95 : 55;
			say(&rows, v, i, right == (i % 2));
		}
	say(&rows, 0, 300, FAKE);
	say(&rows, 1, 300, REAL);
	confidence[rows.count - 2] = 95;
	confidence[rows.count - 1] = 55;
	struct judgments judgments = { .items = rows.items,
		                           .volunteers = rows.volunteers,
		                           .count = rows.count,
		                           .item = rows.item,
		                           .volunteer = rows.volunteer,
		                           .verdict = rows.verdict,
		                           .confidence = confidence };
	struct fit *fit = model_fit(&judgments, &(struct model_options){ .intervals = true });

	ck_assert_double_gt(fit->p_fake[300].mean, .8);
	ck_assert_double_eq_tol(fit->sensitivity[3].mean, .7, .1);
	fit_free(fit);
	rows_free(&rows);
}
END_TEST

START_TEST(what_is_said_of_one_side_only_counts_less)
{
	struct rows rows = rows_new(8000);
	uint8_t position[8000];
	struct random random = random_seeded(6);

	/* On the right, three in ten say "fake" without looking. */
	for (uint32_t i = 0; i < 400; i++)
		for (uint32_t v = 0; v < 15; v++) {
			bool right_side = random_below(&random, 2), truthful = random_below(&random, 10) < 8;
			bool blind = right_side && random_below(&random, 10) < 3;

			position[rows.count] = right_side;
			say(&rows, v, i, blind ? FAKE : truthful == (i % 2));
		}
	position[rows.count] = position[rows.count + 1] = 0;
	say(&rows, 0, 400, FAKE);
	say(&rows, 1, 400, FAKE);
	position[rows.count] = position[rows.count + 1] = 1;
	say(&rows, 0, 401, FAKE);
	say(&rows, 1, 401, FAKE);
	struct judgments judgments = { .items = rows.items,
		                           .volunteers = rows.volunteers,
		                           .count = rows.count,
		                           .item = rows.item,
		                           .volunteer = rows.volunteer,
		                           .verdict = rows.verdict,
		                           .position = position };
	struct fit *fit = model_fit(&judgments, &(struct model_options){ 0 });

	ck_assert_double_gt(fit->p_fake[400].mean, fit->p_fake[401].mean + .03);
	fit_free(fit);
	rows_free(&rows);
}
END_TEST

Suite *crowd_hard_suite(void)
{
	Suite *suite = suite_create("crowd/hard cases");
	TCase *tests = tcase_create("hard");

	tcase_set_tags(tests, "pure");
	tcase_set_timeout(tests, 240);
	tcase_add_loop_test(tests, thousands_of_judgments_on_one_item, 0, METHODS);
	tcase_add_loop_test(tests, one_judgment_each_item_and_one_answer_each_volunteer, 0, METHODS);
	tcase_add_loop_test(tests, crowds_that_never_meet, 0, METHODS);
	tcase_add_loop_test(tests, everyone_says_the_same, 0, METHODS);
	tcase_add_loop_test(tests, spammers_drown_nobody, 0, METHODS);
	tcase_add_loop_test(tests, adversaries_count_against_themselves, 0, METHODS);
	tcase_add_loop_test(tests, a_perfect_tie_stays_even, 0, METHODS);
	tcase_add_test(tests, a_majority_tie_goes_to_those_who_agree_more_elsewhere);
	tcase_add_test(tests, millions_of_volunteers);
	tcase_add_test(tests, confidence_speaks_where_verdicts_are_even);
	tcase_add_test(tests, what_is_said_of_one_side_only_counts_less);
	suite_add_tcase(suite, tests);
	return suite;
}
