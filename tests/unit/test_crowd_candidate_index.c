/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/random.h"
#include "crowd/candidate_index.h"
#include "crowd/judgments.h"
#include "suites.h"

#define ITEMS   300
#define SHELVES 3
#define STEPS   40000

/* What a candidate index is, said without any index. */
struct model {
	struct candidate items[ITEMS];
	uint32_t bucket[ITEMS]; /* CANDIDATE_INDEX_NONE: not there */
	uint32_t plan[SHELVES];
};

static struct candidate some_item(struct random *random)
{
	uint32_t kind = random_below(random, 10);
	bool known = kind < 3;

	return (struct candidate){
		.lineage = random_below(random, 40), /* 0: alone */
		.pair = random_below(random, 60) / 2,
		.p_fake = random_below(random, 4) ? (float)random_unit(random) : .5F,
		.judgments = (uint16_t)random_below(random, 30),
		.in_flight = (uint16_t)random_below(random, 14),
		.gold = known && kind != 1,
		.training = known && kind != 2,
		.truth = (int8_t)(known ? (int)random_below(random, 2) : UNKNOWN),
	};
}

/* One random change, to both. */
static void change(struct candidate_index *candidates, struct model *model, struct random *random)
{
	uint32_t index = random_below(random, ITEMS), bucket = random_below(random, SHELVES);
	struct candidate item = some_item(random), *modelled = &model->items[index];
	bool there = model->bucket[index] != CANDIDATE_INDEX_NONE;

	switch (random_below(random, 40)) {
	case 0: /* rare: it moves a whole bucket */
		model->plan[bucket] = random_below(random, 30);
		candidate_index_set_plan(candidates, bucket, model->plan[bucket]);
		return;
	case 1:
	case 2:
	case 3:
	case 4:
		candidate_index_take_out(candidates, index);
		model->bucket[index] = CANDIDATE_INDEX_NONE;
		return;
	case 5:
	case 6:
	case 7:
		candidate_index_set_judgments(candidates, index, item.judgments);
		modelled->judgments = there ? item.judgments : modelled->judgments;
		return;
	case 8:
	case 9:
		candidate_index_set_in_flight(candidates, index, item.in_flight);
		modelled->in_flight = there ? item.in_flight : modelled->in_flight;
		return;
	case 10:
	case 11:
		candidate_index_set_p_fake(candidates, index, item.p_fake);
		modelled->p_fake = there ? item.p_fake : modelled->p_fake;
		return;
	case 12:
	case 13:
	case 14:
	case 15:
	case 16:
	case 17:
		candidate_index_lease(candidates, index);
		modelled->in_flight = (uint16_t)(modelled->in_flight + there);
		return;
	case 18:
	case 19:
	case 20:
	case 21:
		candidate_index_unlease(candidates, index);
		modelled->in_flight = (uint16_t)(modelled->in_flight - (there && modelled->in_flight));
		return;
	case 22:
	case 23:
	case 24: /* the same lineage and pair on the same bucket: what a refresh does */
		item.lineage = modelled->lineage;
		item.pair = modelled->pair;
		bucket = there ? model->bucket[index] : bucket;
		break;
	default:
		break;
	}
	candidate_index_put(candidates, index, bucket, &item);
	*modelled = item;
	model->bucket[index] = bucket;
}

static uint32_t row_of(const struct model *model, uint32_t index)
{
	static const uint32_t rows[] = { 1, 2, 3, 4, 5, 6, 6, 7, 7, 7 };
	const struct candidate *item = &model->items[index];

	if (item->training ||
	    item->judgments + (uint32_t)item->in_flight >= model->plan[model->bucket[index]])
		return 0;
	return item->in_flight < 10 ? rows[item->in_flight] : CANDIDATE_INDEX_LEVELS;
}

static uint32_t column_of(const struct model *model, uint32_t index)
{
	const struct candidate *item = &model->items[index];

	if (row_of(model, index))
		return candidate_index_column(item->p_fake);
	if (item->training)
		return item->truth == FAKE ? CANDIDATE_INDEX_TRAINING_FAKE : CANDIDATE_INDEX_TRAINING_REAL;
	return CANDIDATE_INDEX_BEYOND;
}

static bool same(const struct candidate *a, const struct candidate *b)
{
	return a->lineage == b->lineage && a->pair == b->pair && a->p_fake == b->p_fake &&
	       a->judgments == b->judgments && a->in_flight == b->in_flight && a->gold == b->gold &&
	       a->training == b->training && a->truth == b->truth;
}

static bool as_modelled(const struct candidate_index *candidates, const struct model *model,
                        uint32_t index)
{
	const struct candidate *item = candidate_index_at(candidates, index);

	if (candidate_index_bucket(candidates, index) != model->bucket[index])
		return false;
	if (model->bucket[index] == CANDIDATE_INDEX_NONE)
		return !item;
	return same(item, &model->items[index]) &&
	       candidate_index_row_of(candidates, index) == row_of(model, index) &&
	       candidate_index_column_of(candidates, index) == column_of(model, index);
}

static bool is_in(const struct model *model, uint32_t index, uint32_t bucket,
                  const struct candidate_index_part *part)
{
	if (model->bucket[index] != bucket)
		return false;
	uint32_t row = row_of(model, index);
	return row >= part->row && row < part->row + part->rows &&
	       part->columns >> column_of(model, index) & 1;
}

/* A walk from anywhere visits what is in the part, and nothing twice. */
static void compare_part(const struct candidate_index *candidates, const struct model *model,
                         uint32_t bucket, const struct candidate_index_part *part,
                         struct random *random)
{
	bool visited[ITEMS] = { false };
	uint32_t count = (uint32_t)candidate_index_part_count(candidates, bucket, part), in_model = 0;
	uint32_t index, wrong = 0;

	for (uint32_t i = 0; i < ITEMS; i++)
		in_model += is_in(model, i, bucket, part);
	ck_assert_uint_eq(count, in_model);
	struct candidate_index_walk walk = candidate_index_walk_from(
		candidates, bucket, part, count ? random_below(random, count) : 0);
	for (; (index = candidate_index_walk_next(&walk)) != CANDIDATE_INDEX_NONE; count--) {
		wrong += visited[index] || !is_in(model, index, bucket, part);
		visited[index] = true;
	}
	ck_assert_uint_eq(wrong, 0);
	ck_assert_uint_eq(count, 0);
}

static void compare_shelf(const struct candidate_index *candidates, const struct model *model,
                          uint32_t bucket, struct random *random)
{
	const struct candidate_index_part all = { .rows = 1 + CANDIDATE_INDEX_LEVELS,
		                                      .columns = UINT64_MAX };
	const struct candidate_index_part planned = { .row = 1,
		                                          .rows = CANDIDATE_INDEX_LEVELS,
		                                          .columns = UINT64_MAX };
	const struct candidate_index_part some = { .row = random_below(random, 4),
		                                       .rows = 1 + random_below(random, 5),
		                                       .columns = UINT64_C(0x0f0f0f0f0f0f0f0f)
		                                                  << random_below(random, 8) };

	ck_assert_uint_eq(candidate_index_plan(candidates, bucket), model->plan[bucket]);
	ck_assert_uint_eq(candidate_index_count(candidates, bucket),
	                  candidate_index_part_count(candidates, bucket, &all));
	compare_part(candidates, model, bucket, &all, random);
	compare_part(candidates, model, bucket, &planned, random);
	compare_part(candidates, model, bucket, &some, random);
	for (uint32_t column = 0; column <= CANDIDATE_INDEX_BEYOND; column++)
		compare_part(candidates, model, bucket,
		             &(struct candidate_index_part){ .rows = 1, .columns = UINT64_C(1) << column },
		             random);
}

static void compare_relatives(const struct candidate_index *candidates, const struct model *model,
                              uint32_t index)
{
	bool visited[ITEMS] = { false };
	uint32_t other = CANDIDATE_INDEX_NONE, wrong = 0;

	if (model->bucket[index] == CANDIDATE_INDEX_NONE)
		return;
	while ((other = candidate_index_next_related(candidates, index, other)) !=
	       CANDIDATE_INDEX_NONE) {
		wrong += visited[other];
		visited[other] = true;
	}
	for (other = 0; other < ITEMS; other++)
		wrong +=
			visited[other] != (other != index && model->bucket[other] != CANDIDATE_INDEX_NONE &&
		                       candidate_index_related(&model->items[index], &model->items[other]));
	ck_assert_uint_eq(wrong, 0);
}

START_TEST(a_stock_agrees_with_a_plain_list_after_every_change)
{
	struct random random = random_seeded(31 + (uint64_t)_i);
	struct candidate_index *candidates = candidate_index_new();
	struct model model;

	memset(model.bucket, 0xff, sizeof model.bucket);
	for (uint32_t bucket = 0; bucket < SHELVES; bucket++)
		model.plan[bucket] = CANDIDATE_INDEX_PLAN;
	for (int step = 0; step < STEPS; step++) {
		change(candidates, &model, &random);
		compare_relatives(candidates, &model, random_below(&random, ITEMS));
		if (step % 50)
			continue;
		for (uint32_t i = 0; i < ITEMS; i++)
			ck_assert(as_modelled(candidates, &model, i));
		for (uint32_t bucket = 0; bucket < SHELVES; bucket++)
			compare_shelf(candidates, &model, bucket, &random);
	}
	candidate_index_free(candidates);
}
END_TEST

START_TEST(what_is_not_there_is_left_alone)
{
	const struct candidate_index_part all = { .rows = 1 + CANDIDATE_INDEX_LEVELS,
		                                      .columns = UINT64_MAX };
	struct candidate_index *candidates = candidate_index_new();

	candidate_index_take_out(candidates, 5);
	candidate_index_lease(candidates, 5);
	candidate_index_unlease(candidates, 1000000);
	candidate_index_set_judgments(candidates, 5, 1);
	candidate_index_set_p_fake(candidates, 5, .1F);
	ck_assert_ptr_null(candidate_index_at(candidates, 5));
	ck_assert_uint_eq(candidate_index_bucket(candidates, CANDIDATE_INDEX_NONE),
	                  CANDIDATE_INDEX_NONE);
	ck_assert_uint_eq(candidate_index_count(candidates, 7), 0);
	ck_assert_uint_eq(candidate_index_part_count(candidates, 7, &all), 0);
	ck_assert_uint_eq(candidate_index_buckets(candidates), 0);
	ck_assert_uint_eq(candidate_index_plan(candidates, 7), CANDIDATE_INDEX_PLAN);
	candidate_index_put(candidates, 6, 7, &(struct candidate){ .p_fake = .5F, .truth = UNKNOWN });
	candidate_index_take_out(candidates, 5);
	ck_assert_ptr_null(candidate_index_at(candidates, 5));
	ck_assert_uint_eq(candidate_index_count(candidates, 7), 1);
	ck_assert_uint_eq(candidate_index_buckets(candidates), 8);
	candidate_index_free(candidates);
	candidate_index_free(NULL);
}
END_TEST

START_TEST(half_stands_in_the_middle_and_certainty_at_the_ends)
{
	ck_assert_uint_eq(candidate_index_column(.5), CANDIDATE_INDEX_COLUMNS / 2);
	ck_assert_double_eq(candidate_index_column_p(CANDIDATE_INDEX_COLUMNS / 2), .5);
	ck_assert_uint_eq(candidate_index_column(0), 0);
	ck_assert_uint_eq(candidate_index_column(1e-9), 0);
	ck_assert_uint_eq(candidate_index_column(1), CANDIDATE_INDEX_COLUMNS - 1);
	ck_assert_uint_eq(candidate_index_column(NAN), CANDIDATE_INDEX_COLUMNS / 2);
	for (uint32_t column = 0; column < CANDIDATE_INDEX_COLUMNS; column++)
		ck_assert_uint_eq(candidate_index_column(candidate_index_column_p(column)), column);
}
END_TEST

START_TEST(counts_that_do_not_fit_stay_at_the_largest)
{
	struct candidate_index *candidates = candidate_index_new();

	candidate_index_put(candidates, 0, 0, &(struct candidate){ .p_fake = .5F, .truth = UNKNOWN });
	candidate_index_unlease(candidates, 0);
	ck_assert_uint_eq(candidate_index_at(candidates, 0)->in_flight, 0);
	candidate_index_set_in_flight(candidates, 0, 1 << 20);
	candidate_index_lease(candidates, 0);
	ck_assert_uint_eq(candidate_index_at(candidates, 0)->in_flight, UINT16_MAX);
	candidate_index_set_judgments(candidates, 0, 1 << 16);
	ck_assert_uint_eq(candidate_index_at(candidates, 0)->judgments, UINT16_MAX);
	candidate_index_free(candidates);
}
END_TEST

/* Every item in a lineage and a pair; then they all move from box to box, and scatter. */
START_TEST(an_item_takes_less_than_a_hundred_bytes)
{
	const uint32_t count = 200000;
	struct random random = random_seeded(32);
	struct candidate_index *candidates = candidate_index_new();

	for (uint32_t i = 0; i < count; i++)
		candidate_index_put(
			candidates, i, 0,
			&(struct candidate){
				.lineage = i / 3 + 1, .pair = i / 2 + 1, .p_fake = .5F, .truth = UNKNOWN });
	ck_assert_uint_gt(candidate_index_bytes(candidates), 60 * count);
	ck_assert_uint_lt(candidate_index_bytes(candidates), 100 * count);
	for (uint32_t in_flight = 1; in_flight <= 10; in_flight++)
		for (uint32_t i = 0; i < count; i++)
			candidate_index_lease(candidates, i);
	ck_assert_uint_lt(candidate_index_bytes(candidates), 100 * count);
	for (uint32_t i = 0; i < count; i++)
		candidate_index_set_p_fake(candidates, i, (float)random_unit(&random));
	ck_assert_uint_lt(candidate_index_bytes(candidates), 100 * count);
	candidate_index_free(candidates);
}
END_TEST

Suite *crowd_stock_suite(void)
{
	Suite *suite = suite_create("crowd/candidate_index");
	TCase *tests = tcase_create("candidate_index");

	tcase_set_tags(tests, "pure");
	tcase_add_loop_test(tests, a_stock_agrees_with_a_plain_list_after_every_change, 0, 2);
	tcase_add_test(tests, what_is_not_there_is_left_alone);
	tcase_add_test(tests, half_stands_in_the_middle_and_certainty_at_the_ends);
	tcase_add_test(tests, counts_that_do_not_fit_stay_at_the_largest);
	tcase_add_test(tests, an_item_takes_less_than_a_hundred_bytes);
	tcase_set_timeout(tests, 240); /* many steps under a sanitizer */
	suite_add_tcase(suite, tests);
	return suite;
}
