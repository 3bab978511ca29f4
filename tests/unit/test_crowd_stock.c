/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/random.h"
#include "crowd/judgments.h"
#include "crowd/stock.h"
#include "suites.h"

#define ITEMS   300
#define SHELVES 3
#define STEPS   40000

/* What a stock is, said without any index. */
struct model {
	struct stock_item items[ITEMS];
	uint32_t shelf[ITEMS]; /* STOCK_NONE: not there */
	uint32_t plan[SHELVES];
};

static struct stock_item some_item(struct random *random)
{
	uint32_t kind = random_below(random, 10);
	bool known = kind < 3;

	return (struct stock_item){
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
static void change(struct stock *stock, struct model *model, struct random *random)
{
	uint32_t index = random_below(random, ITEMS), shelf = random_below(random, SHELVES);
	struct stock_item item = some_item(random), *modelled = &model->items[index];
	bool there = model->shelf[index] != STOCK_NONE;

	switch (random_below(random, 40)) {
	case 0: /* rare: it moves a whole shelf */
		model->plan[shelf] = random_below(random, 30);
		stock_set_plan(stock, shelf, model->plan[shelf]);
		return;
	case 1:
	case 2:
	case 3:
	case 4:
		stock_take_out(stock, index);
		model->shelf[index] = STOCK_NONE;
		return;
	case 5:
	case 6:
	case 7:
		stock_set_judgments(stock, index, item.judgments);
		modelled->judgments = there ? item.judgments : modelled->judgments;
		return;
	case 8:
	case 9:
		stock_set_in_flight(stock, index, item.in_flight);
		modelled->in_flight = there ? item.in_flight : modelled->in_flight;
		return;
	case 10:
	case 11:
		stock_set_p_fake(stock, index, item.p_fake);
		modelled->p_fake = there ? item.p_fake : modelled->p_fake;
		return;
	case 12:
	case 13:
	case 14:
	case 15:
	case 16:
	case 17:
		stock_lease(stock, index);
		modelled->in_flight = (uint16_t)(modelled->in_flight + there);
		return;
	case 18:
	case 19:
	case 20:
	case 21:
		stock_unlease(stock, index);
		modelled->in_flight = (uint16_t)(modelled->in_flight - (there && modelled->in_flight));
		return;
	case 22:
	case 23:
	case 24: /* the same lineage and pair on the same shelf: what a refresh does */
		item.lineage = modelled->lineage;
		item.pair = modelled->pair;
		shelf = there ? model->shelf[index] : shelf;
		break;
	default:
		break;
	}
	stock_put(stock, index, shelf, &item);
	*modelled = item;
	model->shelf[index] = shelf;
}

static uint32_t row_of(const struct model *model, uint32_t index)
{
	static const uint32_t rows[] = { 1, 2, 3, 4, 5, 6, 6, 7, 7, 7 };
	const struct stock_item *item = &model->items[index];

	if (item->gold || item->training ||
		item->judgments + (uint32_t)item->in_flight >= model->plan[model->shelf[index]])
		return 0;
	return item->in_flight < 10 ? rows[item->in_flight] : STOCK_LEVELS;
}

static uint32_t column_of(const struct model *model, uint32_t index)
{
	const struct stock_item *item = &model->items[index];

	if (row_of(model, index))
		return stock_column(item->p_fake);
	if (item->training)
		return item->truth == FAKE ? STOCK_TRAINING_FAKE : STOCK_TRAINING_REAL;
	if (item->gold)
		return item->truth == FAKE ? STOCK_GOLD_FAKE : STOCK_GOLD_REAL;
	return STOCK_BEYOND;
}

static bool same(const struct stock_item *a, const struct stock_item *b)
{
	return a->lineage == b->lineage && a->pair == b->pair && a->p_fake == b->p_fake &&
		   a->judgments == b->judgments && a->in_flight == b->in_flight && a->gold == b->gold &&
		   a->training == b->training && a->truth == b->truth;
}

static bool as_modelled(const struct stock *stock, const struct model *model, uint32_t index)
{
	const struct stock_item *item = stock_at(stock, index);

	if (stock_shelf(stock, index) != model->shelf[index])
		return false;
	if (model->shelf[index] == STOCK_NONE)
		return !item;
	return same(item, &model->items[index]) && stock_row_of(stock, index) == row_of(model, index) &&
		   stock_column_of(stock, index) == column_of(model, index);
}

static bool is_in(const struct model *model, uint32_t index, uint32_t shelf,
				  const struct stock_part *part)
{
	if (model->shelf[index] != shelf)
		return false;
	uint32_t row = row_of(model, index);
	return row >= part->row && row < part->row + part->rows &&
		   part->columns >> column_of(model, index) & 1;
}

/* A walk from anywhere visits what is in the part, and nothing twice. */
static void compare_part(const struct stock *stock, const struct model *model, uint32_t shelf,
						 const struct stock_part *part, struct random *random)
{
	bool visited[ITEMS] = { false };
	uint32_t count = (uint32_t)stock_part_count(stock, shelf, part), in_model = 0;
	uint32_t index, wrong = 0;

	for (uint32_t i = 0; i < ITEMS; i++)
		in_model += is_in(model, i, shelf, part);
	ck_assert_uint_eq(count, in_model);
	struct stock_walk walk =
		stock_walk_from(stock, shelf, part, count ? random_below(random, count) : 0);
	for (; (index = stock_walk_next(&walk)) != STOCK_NONE; count--) {
		wrong += visited[index] || !is_in(model, index, shelf, part);
		visited[index] = true;
	}
	ck_assert_uint_eq(wrong, 0);
	ck_assert_uint_eq(count, 0);
}

static void compare_shelf(const struct stock *stock, const struct model *model, uint32_t shelf,
						  struct random *random)
{
	const struct stock_part all = { .rows = 1 + STOCK_LEVELS, .columns = UINT64_MAX };
	const struct stock_part planned = { .row = 1, .rows = STOCK_LEVELS, .columns = UINT64_MAX };
	const struct stock_part some = { .row = random_below(random, 4),
									 .rows = 1 + random_below(random, 5),
									 .columns = UINT64_C(0x0f0f0f0f0f0f0f0f)
												<< random_below(random, 8) };

	ck_assert_uint_eq(stock_plan(stock, shelf), model->plan[shelf]);
	ck_assert_uint_eq(stock_count(stock, shelf), stock_part_count(stock, shelf, &all));
	compare_part(stock, model, shelf, &all, random);
	compare_part(stock, model, shelf, &planned, random);
	compare_part(stock, model, shelf, &some, random);
	for (uint32_t column = 0; column <= STOCK_BEYOND; column++)
		compare_part(stock, model, shelf,
					 &(struct stock_part){ .rows = 1, .columns = UINT64_C(1) << column }, random);
}

static void compare_relatives(const struct stock *stock, const struct model *model, uint32_t index)
{
	bool visited[ITEMS] = { false };
	uint32_t other = STOCK_NONE, wrong = 0;

	if (model->shelf[index] == STOCK_NONE)
		return;
	while ((other = stock_next_related(stock, index, other)) != STOCK_NONE) {
		wrong += visited[other];
		visited[other] = true;
	}
	for (other = 0; other < ITEMS; other++)
		wrong += visited[other] != (other != index && model->shelf[other] != STOCK_NONE &&
									stock_related(&model->items[index], &model->items[other]));
	ck_assert_uint_eq(wrong, 0);
}

START_TEST(a_stock_agrees_with_a_plain_list_after_every_change)
{
	struct random random = random_seeded(31 + (uint64_t)_i);
	struct stock *stock = stock_new();
	struct model model;

	memset(model.shelf, 0xff, sizeof model.shelf);
	for (uint32_t shelf = 0; shelf < SHELVES; shelf++)
		model.plan[shelf] = STOCK_PLAN;
	for (int step = 0; step < STEPS; step++) {
		change(stock, &model, &random);
		compare_relatives(stock, &model, random_below(&random, ITEMS));
		if (step % 50)
			continue;
		for (uint32_t i = 0; i < ITEMS; i++)
			ck_assert(as_modelled(stock, &model, i));
		for (uint32_t shelf = 0; shelf < SHELVES; shelf++)
			compare_shelf(stock, &model, shelf, &random);
	}
	stock_free(stock);
}
END_TEST

START_TEST(what_is_not_there_is_left_alone)
{
	const struct stock_part all = { .rows = 1 + STOCK_LEVELS, .columns = UINT64_MAX };
	struct stock *stock = stock_new();

	stock_take_out(stock, 5);
	stock_lease(stock, 5);
	stock_unlease(stock, 1000000);
	stock_set_judgments(stock, 5, 1);
	stock_set_p_fake(stock, 5, .1F);
	ck_assert_ptr_null(stock_at(stock, 5));
	ck_assert_uint_eq(stock_shelf(stock, STOCK_NONE), STOCK_NONE);
	ck_assert_uint_eq(stock_count(stock, 7), 0);
	ck_assert_uint_eq(stock_part_count(stock, 7, &all), 0);
	ck_assert_uint_eq(stock_shelves(stock), 0);
	ck_assert_uint_eq(stock_plan(stock, 7), STOCK_PLAN);
	stock_put(stock, 6, 7, &(struct stock_item){ .p_fake = .5F, .truth = UNKNOWN });
	stock_take_out(stock, 5);
	ck_assert_ptr_null(stock_at(stock, 5));
	ck_assert_uint_eq(stock_count(stock, 7), 1);
	ck_assert_uint_eq(stock_shelves(stock), 8);
	stock_free(stock);
	stock_free(NULL);
}
END_TEST

START_TEST(half_stands_in_the_middle_and_certainty_at_the_ends)
{
	ck_assert_uint_eq(stock_column(.5), STOCK_COLUMNS / 2);
	ck_assert_double_eq(stock_column_p(STOCK_COLUMNS / 2), .5);
	ck_assert_uint_eq(stock_column(0), 0);
	ck_assert_uint_eq(stock_column(1e-9), 0);
	ck_assert_uint_eq(stock_column(1), STOCK_COLUMNS - 1);
	ck_assert_uint_eq(stock_column(NAN), STOCK_COLUMNS / 2);
	for (uint32_t column = 0; column < STOCK_COLUMNS; column++)
		ck_assert_uint_eq(stock_column(stock_column_p(column)), column);
}
END_TEST

START_TEST(counts_that_do_not_fit_stay_at_the_largest)
{
	struct stock *stock = stock_new();

	stock_put(stock, 0, 0, &(struct stock_item){ .p_fake = .5F, .truth = UNKNOWN });
	stock_unlease(stock, 0);
	ck_assert_uint_eq(stock_at(stock, 0)->in_flight, 0);
	stock_set_in_flight(stock, 0, 1 << 20);
	stock_lease(stock, 0);
	ck_assert_uint_eq(stock_at(stock, 0)->in_flight, UINT16_MAX);
	stock_set_judgments(stock, 0, 1 << 16);
	ck_assert_uint_eq(stock_at(stock, 0)->judgments, UINT16_MAX);
	stock_free(stock);
}
END_TEST

/* Every item in a lineage and a pair; then they all move from box to box, and scatter. */
START_TEST(an_item_takes_less_than_a_hundred_bytes)
{
	const uint32_t count = 200000;
	struct random random = random_seeded(32);
	struct stock *stock = stock_new();

	for (uint32_t i = 0; i < count; i++)
		stock_put(stock, i, 0,
				  &(struct stock_item){
					  .lineage = i / 3 + 1, .pair = i / 2 + 1, .p_fake = .5F, .truth = UNKNOWN });
	ck_assert_uint_gt(stock_bytes(stock), 60 * count);
	ck_assert_uint_lt(stock_bytes(stock), 100 * count);
	for (uint32_t in_flight = 1; in_flight <= 10; in_flight++)
		for (uint32_t i = 0; i < count; i++)
			stock_lease(stock, i);
	ck_assert_uint_lt(stock_bytes(stock), 100 * count);
	for (uint32_t i = 0; i < count; i++)
		stock_set_p_fake(stock, i, (float)random_unit(&random));
	ck_assert_uint_lt(stock_bytes(stock), 100 * count);
	stock_free(stock);
}
END_TEST

Suite *crowd_stock_suite(void)
{
	Suite *suite = suite_create("crowd/stock");
	TCase *tests = tcase_create("stock");

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
