/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/random.h"
#include "crowd/draws.h"
#include "crowd/model.h"
#include "suites.h"

#define ITEMS      120
#define VOLUNTEERS 30
#define EACH       9
#define ROWS       (ITEMS * EACH)

/* A small crowd of known truth. Volunteer 0 always lies, the others are right 3 times in 4. */
struct crowd {
	uint32_t item[ROWS], volunteer[ROWS];
	uint8_t verdict[ROWS];
	int8_t truth[ITEMS], gold[ITEMS];
	struct judgments judgments;
};

static void crowd_make(struct crowd *crowd, uint64_t seed)
{
	struct random random = random_seeded(seed);

	*crowd = (struct crowd){ 0 };
	for (uint32_t i = 0, row = 0; i < ITEMS; i++) {
		crowd->truth[i] = i % 2 ? FAKE : REAL;
		crowd->gold[i] = UNKNOWN;
		for (uint32_t k = 0; k < EACH; k++, row++) {
			uint32_t v = (i + k * 3) % VOLUNTEERS;
			bool right = v != 0 && random_below(&random, 4) > 0;

			crowd->item[row] = i;
			crowd->volunteer[row] = v;
			crowd->verdict[row] = (uint8_t)(right ? crowd->truth[i] : !crowd->truth[i]);
		}
	}
	crowd->judgments = (struct judgments){ .items = ITEMS,
		                                   .volunteers = VOLUNTEERS,
		                                   .count = ROWS,
		                                   .item = crowd->item,
		                                   .volunteer = crowd->volunteer,
		                                   .verdict = crowd->verdict,
		                                   .truth = crowd->gold };
}

static const struct model_options with_intervals = { .intervals = true };

static int right_labels(const struct crowd *crowd, const struct fit *fit)
{
	int right = 0;

	for (uint32_t i = 0; i < ITEMS; i++)
		right += label_of(fit->p_fake[i].mean) == crowd->truth[i];
	return right;
}

START_TEST(labels_are_found_and_a_liar_is_found_out)
{
	struct crowd crowd;

	crowd_make(&crowd, 1);
	struct fit *fit = model_fit(&crowd.judgments, &with_intervals);

	ck_assert_int_ge(right_labels(&crowd, fit), 110);
	ck_assert_double_lt(fit->sensitivity[0].mean, .5);
	ck_assert_double_lt(fit->specificity[0].mean, .5);
	ck_assert_double_gt(fit->sensitivity[1].mean, .5);
	fit_free(fit);
}
END_TEST

START_TEST(every_estimate_lies_within_its_interval)
{
	struct crowd crowd;

	crowd_make(&crowd, 2);
	struct fit *fit = model_fit(&crowd.judgments, &with_intervals);

	for (uint32_t i = 0; i < ITEMS; i++) {
		ck_assert_double_le(fit->p_fake[i].low, fit->p_fake[i].mean);
		ck_assert_double_ge(fit->p_fake[i].high, fit->p_fake[i].mean);
	}
	for (uint32_t v = 0; v < VOLUNTEERS; v++) {
		ck_assert_double_lt(fit->specificity[v].low, fit->specificity[v].mean);
		ck_assert_double_gt(fit->specificity[v].high, fit->specificity[v].mean);
	}
	fit_free(fit);
}
END_TEST

#define MANY_ITEMS      600
#define MANY_VOLUNTEERS 600
#define MANY_EACH       8
#define MANY_ROWS       (MANY_ITEMS * MANY_EACH)

/* Volunteers of eight answers each, skills drawn from Beta(7.2, 2.8); and what somebody would
 * believe who knew the skills. */
struct known_crowd {
	uint32_t item[MANY_ROWS], volunteer[MANY_ROWS];
	uint8_t verdict[MANY_ROWS], confidence[MANY_ROWS];
	double odds[MANY_ITEMS];
};

static void known_crowd_make(struct known_crowd *crowd, uint64_t seed)
{
	struct random random = random_seeded(seed);
	double hit[MANY_VOLUNTEERS], pass[MANY_VOLUNTEERS];

	for (int v = 0; v < MANY_VOLUNTEERS; v++) {
		hit[v] = draw_beta(&random, 7.2, 2.8);
		pass[v] = draw_beta(&random, 7.2, 2.8);
	}
	for (uint32_t row = 0; row < MANY_ROWS; row++) {
		uint32_t i = row / MANY_EACH, v = (i + row % MANY_EACH * 71) % MANY_VOLUNTEERS;
		bool fake = random_unit(&random) < (i % 2 ? hit[v] : 1 - pass[v]);

		if (row % MANY_EACH == 0)
			crowd->odds[i] = 0;
		crowd->odds[i] += fake ? log(hit[v] / (1 - pass[v])) : log((1 - hit[v]) / pass[v]);
		crowd->item[row] = i;
		crowd->volunteer[row] = v;
		crowd->verdict[row] = fake;
		crowd->confidence[row] = (uint8_t)(60 + 20 * random_below(&random, 3));
	}
}

/* With confidence (1) and without (0): nine in ten hold, as far as the model is the crowd's. */
START_TEST(an_interval_holds_what_known_skills_would_tell)
{
	static struct known_crowd crowd;
	int within = 0, retired = 0, doubtful = 0;

	for (uint64_t seed = 1; seed <= 4; seed++) {
		known_crowd_make(&crowd, seed);
		struct judgments judgments = { .items = MANY_ITEMS,
			                           .volunteers = MANY_VOLUNTEERS,
			                           .count = MANY_ROWS,
			                           .item = crowd.item,
			                           .volunteer = crowd.volunteer,
			                           .verdict = crowd.verdict,
			                           .confidence = _i ? crowd.confidence : NULL };
		struct fit *fit = model_fit(&judgments, &with_intervals);

		for (int i = 0; i < MANY_ITEMS; i++) {
			struct estimate e = fit->crowd[i];
			double p = fit_probability(fit, crowd.odds[i]);

			within += p >= e.low && p <= e.high;
			retired += fmax(e.mean, 1 - e.mean) >= .97;
			doubtful += fmax(e.mean, 1 - e.mean) >= .97 && e.low < .5 && e.high > .5;
		}
		fit_free(fit);
	}
	ck_assert_int_ge(within, 4 * MANY_ITEMS * 82 / 100);
	ck_assert_int_le(within, 4 * MANY_ITEMS * 97 / 100);
	ck_assert_int_ge(retired, 600);
	ck_assert_int_le(doubtful, retired / 50);
}
END_TEST

START_TEST(gold_is_clamped_and_the_crowds_own_view_stays_visible)
{
	struct crowd crowd;

	crowd_make(&crowd, 3);
	crowd.gold[1] = REAL; /* a mistaken key: the crowd knows better */
	struct fit *fit = model_fit(&crowd.judgments, &with_intervals);

	ck_assert_double_eq(fit->p_fake[1].mean, 0);
	ck_assert_double_gt(fit->crowd[1].mean, .9);
	ck_assert_double_eq(fit->crowd[2].mean, fit->p_fake[2].mean);
	fit_free(fit);
}
END_TEST

START_TEST(a_volunteer_without_answers_is_like_the_population)
{
	struct crowd crowd;

	crowd_make(&crowd, 4);
	crowd.judgments.volunteers++;
	struct fit *fit = model_fit(&crowd.judgments, &with_intervals);

	ck_assert_double_gt(fit->sensitivity[VOLUNTEERS].mean, .6);
	ck_assert_double_lt(fit->sensitivity[VOLUNTEERS].mean, .85);
	fit_free(fit);
}
END_TEST

START_TEST(the_order_of_rows_items_and_volunteers_changes_nothing)
{
	static const enum method methods[] = { METHOD_DEFAULT,     METHOD_MAJORITY, METHOD_DAWID_SKENE,
		                                   METHOD_VARIATIONAL, METHOD_ONE_COIN, METHOD_GLAD };
	const struct model_options options = { .method = methods[_i], .intervals = true };
	struct crowd straight, turned;

	crowd_make(&straight, 5);
	turned = straight;
	turned.judgments.item = turned.item;
	turned.judgments.volunteer = turned.volunteer;
	turned.judgments.verdict = turned.verdict;
	turned.judgments.truth = NULL;
	straight.judgments.truth = NULL;
	for (uint32_t row = 0; row < ROWS; row++) {
		uint32_t from = (row * 7 + 3) % ROWS;

		turned.item[row] = ITEMS - 1 - straight.item[from];
		turned.volunteer[row] = (straight.volunteer[from] * 7 + 1) % VOLUNTEERS;
		turned.verdict[row] = straight.verdict[from];
	}
	struct fit *one = model_fit(&straight.judgments, &options);
	struct fit *other = model_fit(&turned.judgments, &options);

	for (uint32_t i = 0; i < ITEMS; i++)
		ck_assert(!memcmp(&one->p_fake[i], &other->p_fake[ITEMS - 1 - i], sizeof *one->p_fake));
	ck_assert_double_eq(one->log_likelihood, other->log_likelihood);
	fit_free(one);
	fit_free(other);
}
END_TEST

START_TEST(nothing_judged_gives_finite_numbers)
{
	struct judgments judgments = { .items = 2, .volunteers = 1 };
	struct fit *fit = model_fit(&judgments, &with_intervals);

	ck_assert_double_eq(fit->p_fake[0].mean, .5);
	ck_assert(isfinite(fit->sensitivity[0].low) && isfinite(fit->log_likelihood));
	fit_free(fit);
}
END_TEST

Suite *crowd_model_suite(void)
{
	Suite *suite = suite_create("crowd/model");
	TCase *tests = tcase_create("model");

	tcase_set_tags(tests, "pure");
	tcase_set_timeout(tests, 240); /* simulated crowds under a sanitizer */

	tcase_add_test(tests, labels_are_found_and_a_liar_is_found_out);
	tcase_add_loop_test(tests, an_interval_holds_what_known_skills_would_tell, 0, 2);
	tcase_add_test(tests, every_estimate_lies_within_its_interval);
	tcase_add_test(tests, gold_is_clamped_and_the_crowds_own_view_stays_visible);
	tcase_add_test(tests, a_volunteer_without_answers_is_like_the_population);
	tcase_add_loop_test(tests, the_order_of_rows_items_and_volunteers_changes_nothing, 0, 6);
	tcase_add_test(tests, nothing_judged_gives_finite_numbers);
	suite_add_tcase(suite, tests);
	return suite;
}
