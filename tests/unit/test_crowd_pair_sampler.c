/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "crowd/judgments.h"
#include "crowd/pair_sampler.h"
#include "suites.h"

#define MANY  60
#define SHELF 1

static const struct asker newcomer = { .sensitivity = .7, .specificity = .7 };

/*
 * Twenty lineages of three: a real and two fakes, each fifth lineage gold, none training.
 */
static void make_items(struct candidate items[MANY])
{
	for (uint32_t i = 0; i < MANY; i++) {
		bool gold = i / 3 % 5 == 0;

		items[i] = (struct candidate){ .lineage = i / 3 + 1,
			                           .p_fake = .5F,
			                           .gold = gold,
			                           .truth = (int8_t)(gold ? i % 3 > 0 : UNKNOWN) };
	}
}

static struct candidate_index *stock_of(const struct candidate items[], uint32_t count)
{
	struct candidate_index *candidates = candidate_index_new();

	for (uint32_t i = 0; i < count; i++)
		candidate_index_put(candidates, i, SHELF, &items[i]);
	return candidates;
}

static struct sampled_pair choose(const struct candidate_index *candidates, struct random *random)
{
	struct pair_sampler_options options = pair_sampler_in_service();

	return pair_sampler_draw(candidates, SHELF, &newcomer, &options, random);
}

/* From items that change between one choice and the next. */
static struct sampled_pair choose_from(const struct candidate items[], uint32_t count,
                                       struct random *random)
{
	struct candidate_index *candidates = stock_of(items, count);
	struct sampled_pair choice = choose(candidates, random);

	candidate_index_free(candidates);
	return choice;
}

/* Pearson's, of counts that should all be `expected`. */
static double chi_square(const uint32_t counts[], uint32_t count, double expected)
{
	double sum = 0;

	for (uint32_t i = 0; i < count; i++)
		sum += (counts[i] - expected) * (counts[i] - expected) / expected;
	return sum;
}

/* Half of them show what the other half shows: of one lineage, of one pair key, or of neither. */
START_TEST(items_that_show_the_same_are_never_a_pair)
{
	struct candidate items[MANY];
	struct random random = random_seeded(7);
	int pairs = 0;

	for (uint32_t i = 0; i < MANY; i++)
		items[i] = (struct candidate){ .lineage = _i == 0 ? 1 + i / 4 : 1 + i,
			                           .pair = _i == 1 ? 1 + i / 4 : 0,
			                           .p_fake = .5F,
			                           .truth = UNKNOWN,
			                           .contents = 1 + i % 2 };
	for (int n = 0; n < 2000; n++) {
		struct sampled_pair choice = choose_from(items, MANY, &random);

		pairs += choice.kind != PAIR_NOTHING;
		if (choice.kind != PAIR_NOTHING)
			ck_assert_uint_ne(items[choice.left].contents, items[choice.right].contents);
	}
	ck_assert_int_eq(pairs, 2000);
	for (uint32_t i = 0; i < MANY; i++)
		items[i].contents = 1;
	ck_assert_int_eq(choose_from(items, MANY, &random).kind, PAIR_NOTHING);
}
END_TEST

/* Two halves that look alike within: only across, or as declared relatives, may they be paired. */
START_TEST(near_duplicates_are_a_pair_only_when_they_are_related)
{
	struct candidate items[MANY];
	struct random random = random_seeded(9);
	int alike = 0;

	for (uint32_t i = 0; i < MANY; i++)
		items[i] = (struct candidate){ .lineage = _i ? 1 + i / 4 : 1 + i,
			                           .p_fake = .5F,
			                           .truth = UNKNOWN,
			                           .near = 1 + i / 4 % 2 };
	for (int n = 0; n < 500; n++) {
		struct sampled_pair choice = choose_from(items, MANY, &random);

		ck_assert_int_ne(choice.kind, PAIR_NOTHING);
		if (items[choice.left].near != items[choice.right].near)
			continue;
		ck_assert_uint_eq(items[choice.left].lineage, items[choice.right].lineage);
		alike++;
	}
	ck_assert_int_eq(alike > 50, _i);
	for (uint32_t i = 0; i < MANY; i++)
		items[i].near = 1;
	ck_assert_int_eq(choose_from(items, MANY, &random).kind == PAIR_NOTHING, !_i);
}
END_TEST

START_TEST(what_looks_like_something_seen_does_not_come)
{
	struct candidate items[MANY];
	struct random random = random_seeded(10);
	struct keyset *seen = keyset_new();
	struct asker asker = newcomer;
	struct pair_sampler_options options = pair_sampler_in_service();

	for (uint32_t i = 0; i < MANY; i++)
		items[i] = (struct candidate){
			.lineage = 1 + i, .p_fake = .5F, .truth = UNKNOWN, .near = i % 3 ? 0 : 1
		};
	struct candidate_index *candidates = stock_of(items, MANY);
	pair_sampler_note(seen, &items[3]);
	asker.seen = seen;
	for (int n = 0; n < 500; n++) {
		struct sampled_pair choice =
			pair_sampler_draw(candidates, SHELF, &asker, &options, &random);

		ck_assert_int_ne(choice.kind, PAIR_NOTHING);
		ck_assert_uint_eq(items[choice.left].near + items[choice.right].near, 0);
	}
	keyset_free(seen);
	candidate_index_free(candidates);
}
END_TEST

START_TEST(a_mixed_pair_never_holds_two_of_one_lineage)
{
	struct candidate items[MANY];
	struct random random = random_seeded(1);
	int matched = 0, mixed = 0;

	make_items(items);
	struct candidate_index *candidates = stock_of(items, MANY);
	for (int draw = 0; draw < 2000; draw++) {
		struct sampled_pair choice = choose(candidates, &random);
		bool related = items[choice.left].lineage == items[choice.right].lineage;

		ck_assert_int_ne(choice.kind, PAIR_NOTHING);
		ck_assert_uint_ne(choice.left, choice.right);
		ck_assert_int_eq(related, choice.matched);
		matched += choice.matched;
		mixed += !choice.matched;
	}
	candidate_index_free(candidates);
	ck_assert_int_gt(matched, 600);
	ck_assert_int_gt(mixed, 600);
}
END_TEST

/* Of items whose truths the crowd has guessed; counts what pairs hold. */
START_TEST(no_rule_about_pairs_can_be_guessed)
{
	struct candidate items[MANY];
	struct random random = random_seeded(2);
	int seen[2][3] = { 0 };

	make_items(items);
	for (uint32_t i = 0; i < MANY; i++)
		items[i].p_fake = i % 3 > 0 && i % 6 != 4 ? .501F : .499F; /* two takes in some */
	struct candidate_index *candidates = stock_of(items, MANY);
	for (int draw = 0; draw < 3000; draw++) {
		struct sampled_pair choice = choose(candidates, &random);
		int fakes = (items[choice.left].p_fake > .5F) + (items[choice.right].p_fake > .5F);

		seen[choice.matched][fakes]++;
	}
	candidate_index_free(candidates);
	for (int matched = 0; matched < 2; matched++)
		for (int fakes = 0; fakes < 3; fakes++)
			ck_assert_int_gt(seen[matched][fakes], 50);
}
END_TEST

START_TEST(training_comes_first_and_ends)
{
	struct candidate items[MANY];
	struct random random = random_seeded(4);
	struct pair_sampler_options options = pair_sampler_in_service();
	struct asker asker = newcomer;

	make_items(items);
	for (int i = 0; i < 6; i++) {
		items[i].training = true;
		items[i].truth = (int8_t)(i % 2);
	}
	asker.training_left = 2;
	struct candidate_index *candidates = stock_of(items, MANY);
	for (int pair = 0; pair < 4; pair++) {
		struct sampled_pair choice =
			pair_sampler_draw(candidates, SHELF, &asker, &options, &random);

		ck_assert_int_eq(choice.kind == PAIR_TRAINING, pair < 2);
		ck_assert_int_eq(items[choice.left].training, pair < 2);
		ck_assert_int_eq(items[choice.right].training, pair < 2);
		asker.training_left -= asker.training_left > 0;
	}
	candidate_index_free(candidates);
}
END_TEST

START_TEST(an_item_at_its_plan_is_passed_over)
{
	struct candidate items[MANY];
	struct random random = random_seeded(5);

	make_items(items);
	for (int i = 0; i < MANY; i += 2) { /* gold too */
		items[i].judgments = 20;
		items[i].in_flight = 5;
	}
	struct candidate_index *candidates = stock_of(items, MANY);
	for (int draw = 0; draw < 500; draw++) {
		struct sampled_pair choice = choose(candidates, &random);
		const struct candidate *left = &items[choice.left], *right = &items[choice.right];

		ck_assert(left->judgments == 0);
		ck_assert(right->judgments == 0);
	}
	candidate_index_free(candidates);
}
END_TEST

START_TEST(the_odd_one_out_finds_company)
{
	struct candidate two[2] = {
		{ .lineage = 1, .p_fake = .5F, .truth = UNKNOWN },
		{ .lineage = 2, .p_fake = .99F, .judgments = 30, .truth = UNKNOWN }
	};
	struct random random = random_seeded(6);
	struct sampled_pair choice = choose_from(two, 2, &random);

	ck_assert_int_ne(choice.kind, PAIR_NOTHING);
	ck_assert_uint_eq(choice.left + choice.right, 1);
	two[1].gold = true;
	two[1].truth = FAKE;
	ck_assert_int_eq(choose_from(two, 2, &random).kind, PAIR_GOLD);
	two[1].lineage = 1;
	ck_assert(choose_from(two, 2, &random).matched);
}
END_TEST

START_TEST(a_retired_item_is_the_last_company)
{
	struct candidate three[3] = {
		{ .lineage = 1, .p_fake = .5F, .truth = UNKNOWN },
		{ .lineage = 2, .p_fake = .99F, .judgments = 9, .truth = UNKNOWN, .retired = true },
		{ .lineage = 1, .p_fake = .5F, .judgments = 30, .truth = UNKNOWN }
	};
	struct random random = random_seeded(6);

	for (int n = 0; n < 200; n++) {
		struct sampled_pair choice = choose_from(three, 2, &random), counting;
		ck_assert_int_eq(choice.kind, PAIR_INFORMATIVE);
		ck_assert_uint_eq(choice.left + choice.right, 1);
		counting = choose_from(three, 3, &random);
		ck_assert_uint_eq(counting.left + counting.right, 2);
	}
	three[0].retired = true;
	ck_assert_int_eq(choose_from(three, 2, &random).kind, PAIR_NOTHING);
}
END_TEST

START_TEST(nothing_is_left_when_every_item_has_its_judgments)
{
	struct candidate items[MANY];
	struct random random = random_seeded(7);
	struct pair_sampler_options options = pair_sampler_in_service();

	make_items(items);
	for (int i = 0; i < MANY; i++)
		items[i].judgments = 25;
	ck_assert_int_eq(choose_from(items, MANY, &random).kind, PAIR_NOTHING);
	ck_assert_int_eq(choose_from(items, 0, &random).kind, PAIR_NOTHING);
	ck_assert_int_eq(choose_from(items, 1, &random).kind, PAIR_NOTHING);
	struct candidate_index *candidates = stock_of(items, MANY);
	ck_assert_int_eq(pair_sampler_draw(candidates, SHELF + 1, &newcomer, &options, &random).kind,
	                 PAIR_NOTHING);
	candidate_index_free(candidates);
}
END_TEST

START_TEST(what_tells_most_is_asked_and_the_rest_is_not_forgotten)
{
	struct candidate items[MANY];
	struct random random = random_seeded(8);
	struct pair_sampler_options options = pair_sampler_in_service();
	int open = 0, sure = 0;

	make_items(items);
	options.matched_share = 0;
	for (int i = 0; i < MANY; i++)
		items[i].p_fake = i >= 3 && i < 12 ? .5F : .98F;
	struct candidate_index *candidates = stock_of(items, MANY);
	for (int draw = 0; draw < 1000; draw++) {
		struct sampled_pair choice =
			pair_sampler_draw(candidates, SHELF, &newcomer, &options, &random);

		open += (items[choice.left].p_fake < .9F) + (items[choice.right].p_fake < .9F);
		sure += (items[choice.left].p_fake > .9F) + (items[choice.right].p_fake > .9F);
	}
	candidate_index_free(candidates);
	ck_assert_int_gt(open, 1500);
	ck_assert_int_gt(sure, 200);
}
END_TEST

/* Guesses that the fake stands where fewer have stood, as a coin that balances would have it. */
static void guess_sides(struct candidate_index *candidates, uint64_t seed, uint32_t *guesses,
                        uint32_t *right)
{
	struct random random = random_seeded(seed);
	double lead = 0; /* of the left, in fakes so far */

	for (int draw = 0; draw < 40; draw++) {
		struct sampled_pair choice = choose(candidates, &random);
		double more = (double)candidate_index_at(candidates, choice.left)->p_fake -
		              (double)candidate_index_at(candidates, choice.right)->p_fake;

		*guesses += more * lead != 0;
		*right += more * lead < 0;
		lead += more;
	}
}

START_TEST(the_fakes_side_cannot_be_guessed_from_what_came_before)
{
	struct candidate items[MANY];
	uint32_t guesses = 0, right = 0;

	make_items(items);
	for (int i = 0; i < MANY; i++)
		items[i].p_fake = i % 2 ? .9F : .1F;
	struct candidate_index *candidates = stock_of(items, MANY);
	for (uint64_t volunteer = 0; volunteer < 1000; volunteer++)
		guess_sides(candidates, 100 + volunteer, &guesses, &right);
	candidate_index_free(candidates);
	ck_assert_uint_gt(guesses, 10000);
	/* Four standard deviations of a fair coin. */
	ck_assert_double_lt(fabs(right - guesses / 2.), 2 * sqrt(guesses));
}
END_TEST

START_TEST(gold_is_shown_as_often_as_what_the_crowd_believes_alike)
{
	struct candidate items[MANY];
	uint32_t counts[MANY] = { 0 };
	struct random random = random_seeded(25);

	make_items(items);
	struct candidate_index *candidates = stock_of(items, MANY);
	for (int draw = 0; draw < 30000; draw++) {
		struct sampled_pair choice = choose(candidates, &random);

		counts[choice.left]++;
		counts[choice.right]++;
		ck_assert_int_eq(choice.kind == PAIR_GOLD,
		                 items[choice.left].gold || items[choice.right].gold);
	}
	candidate_index_free(candidates);
	ck_assert_double_lt(chi_square(counts, MANY, 1000), 108.3); /* at one in ten thousand */
}
END_TEST

/* What is shown when all else is seen would be known for gold. */
/* Counts gold among the first pairs of many newcomers, and all that they were shown. */
static uint32_t shown_gold(const struct candidate_index *candidates, int people, int pairs,
                           uint32_t *ret_all)
{
	struct pair_sampler_options options = pair_sampler_in_service();
	struct random random = random_seeded(77);
	uint32_t gold = 0;

	*ret_all = 0;
	for (int who = 0; who < people; who++) {
		struct keyset *seen = keyset_new();
		struct asker asker = newcomer;

		asker.seen = seen;
		for (int n = 0; n < pairs; n++) {
			struct sampled_pair choice =
				pair_sampler_draw(candidates, SHELF, &asker, &options, &random);
			const struct candidate *left = candidate_index_at(candidates, choice.left);
			const struct candidate *right = candidate_index_at(candidates, choice.right);

			ck_assert(!pair_sampler_saw(seen, left) && !pair_sampler_saw(seen, right));
			pair_sampler_note(seen, left);
			pair_sampler_note(seen, right);
			gold += (uint32_t)left->gold + right->gold;
			*ret_all += 2;
		}
		keyset_free(seen);
	}
	return gold;
}

/* Of so many items so many are gold, each in a lineage of its own, and this is the dose. */
static const struct {
	uint32_t items, gold;
	double dose;
} doses[] = { { 2000, 200, .05 }, { 2000, 400, .1 }, { 2000, 1000, .3 }, { 4000, 800, .02 },
	          { 400, 100, .2 },   { 2000, 200, .1 }, { 2000, 100, .3 } };

static struct candidate_index *a_dosed_stock(uint32_t items, uint32_t gold, double dose)
{
	struct candidate_index *candidates = candidate_index_new();

	for (uint32_t i = 0; i < items; i++)
		candidate_index_put(candidates, i, SHELF,
		                    &(struct candidate){ .lineage = i + 1,
		                                         .p_fake = .5F,
		                                         .gold = i % (items / gold) == 0,
		                                         .truth = UNKNOWN });
	candidate_index_set_dose(candidates, SHELF, dose);
	candidate_index_balance(candidates, SHELF);
	return candidates;
}

/* Within 3.5 standard deviations of a binomial draw, and what the dose itself is kept to. */
START_TEST(as_much_gold_is_shown_as_the_dose_says)
{
	const double share = (double)doses[_i].gold / doses[_i].items;
	const double dose = fmin(doses[_i].dose, share);
	struct candidate_index *candidates =
		a_dosed_stock(doses[_i].items, doses[_i].gold, doses[_i].dose);
	uint32_t all, gold = shown_gold(candidates, 2000, 5, &all);
	double is = (double)gold / all, error = sqrt(dose * (1 - dose) / all);

	double asking = candidate_index_asking(candidates, SHELF, true);
	double stands = asking / (asking + candidate_index_asking(candidates, SHELF, false));
	ck_assert_msg(fabs(stands - dose) <= .02 * dose, "%g stands for %g", stands, dose);
	ck_assert_msg(fabs(is - dose) <= 3.5 * error + .02 * dose, "%g is not %g", is, dose);
	candidate_index_free(candidates);
}
END_TEST

START_TEST(without_a_dose_nothing_waits)
{
	struct candidate_index *candidates = a_dosed_stock(2000, 400, .05);

	ck_assert_uint_eq(candidate_index_asking(candidates, SHELF, true), 84);
	ck_assert_uint_eq(candidate_index_asking(candidates, SHELF, false), 1600);
	candidate_index_set_dose(candidates, SHELF, 0);
	candidate_index_balance(candidates, SHELF);
	ck_assert_uint_eq(candidate_index_asking(candidates, SHELF, true), 400);
	candidate_index_free(candidates);
}
END_TEST

/* What rests makes room for what waited. */
START_TEST(gold_that_waits_takes_the_place_of_what_rests)
{
	struct candidate_index *candidates = a_dosed_stock(2000, 400, .05);
	uint32_t rested = 0;

	for (uint32_t i = 0; i < 2000 && rested < 40; i += 5)
		if (candidate_index_row_of(candidates, i) > 0) {
			struct candidate item = *candidate_index_at(candidates, i);
			item.retired = true;
			candidate_index_put(candidates, i, SHELF, &item);
			rested++;
		}
	ck_assert_uint_eq(candidate_index_asking(candidates, SHELF, true), 44);
	candidate_index_balance(candidates, SHELF);
	ck_assert_uint_eq(candidate_index_asking(candidates, SHELF, true), 84);
	candidate_index_free(candidates);
}
END_TEST

/* Fewer others, less gold: but not that which somebody was shown. */
START_TEST(gold_that_was_asked_about_waits_no_more)
{
	struct candidate_index *candidates = a_dosed_stock(2000, 400, .05);

	for (uint32_t i = 0; i < 2000; i += 5)
		if (candidate_index_row_of(candidates, i) > 0)
			candidate_index_set_judgments(candidates, i, 1);
	for (uint32_t i = 0; i < 2000; i++)
		if (i % 5 && i % 2)
			candidate_index_take_out(candidates, i);
	candidate_index_balance(candidates, SHELF);
	ck_assert_uint_eq(candidate_index_asking(candidates, SHELF, true), 84);
	candidate_index_free(candidates);
}
END_TEST

/* Nor where all else was seen: its relative is alone then. */
START_TEST(gold_that_waits_is_no_company)
{
	struct candidate_index *candidates = candidate_index_new();
	struct candidate item = { .lineage = 1, .p_fake = .5F, .truth = UNKNOWN };
	struct pair_sampler_options options = pair_sampler_in_service();
	struct random random = random_seeded(3);
	struct asker asker = newcomer;
	struct keyset *seen = keyset_new();

	candidate_index_put(candidates, 0, SHELF, &item);
	item.gold = true;
	candidate_index_put(candidates, 1, SHELF, &item);
	item.lineage = 2;
	item.judgments = 1;
	candidate_index_put(candidates, 2, SHELF, &item);
	keyset_add(seen, 2);
	asker.seen = seen;
	ck_assert_int_eq(pair_sampler_draw(candidates, SHELF, &asker, &options, &random).kind,
	                 PAIR_GOLD);
	candidate_index_set_dose(candidates, SHELF, .5);
	candidate_index_balance(candidates, SHELF);
	ck_assert_int_eq(pair_sampler_draw(candidates, SHELF, &asker, &options, &random).kind,
	                 PAIR_NOTHING);
	keyset_free(seen);
	candidate_index_free(candidates);
}
END_TEST

START_TEST(gold_alone_is_shown_to_nobody)
{
	struct candidate items[MANY];
	struct random random = random_seeded(26);
	struct pair_sampler_options options = pair_sampler_in_service();
	struct keyset *seen = keyset_new();
	struct asker asker = newcomer;

	make_items(items);
	asker.seen = seen;
	struct candidate_index *candidates = stock_of(items, MANY);
	for (uint32_t i = 3; i < MANY; i++)
		if (!items[i].gold)
			keyset_add(seen, items[i].lineage);
	ck_assert_int_eq(pair_sampler_draw(candidates, SHELF, &asker, &options, &random).kind,
	                 PAIR_NOTHING);
	items[0].gold = false;
	candidate_index_put(candidates, 0, SHELF, &items[0]);
	ck_assert_int_ne(pair_sampler_draw(candidates, SHELF, &asker, &options, &random).kind,
	                 PAIR_NOTHING);
	candidate_index_free(candidates);
	keyset_free(seen);
}
END_TEST

START_TEST(gold_at_rest_is_company_at_most)
{
	struct candidate items[MANY];
	struct random random = random_seeded(27);

	make_items(items);
	for (uint32_t i = 0; i < MANY; i++)
		items[i].retired = items[i].gold;
	for (int draw = 0; draw < 500; draw++)
		ck_assert_int_ne(choose_from(items, MANY, &random).kind, PAIR_GOLD);
	ck_assert_int_eq(choose_from(items, 4, &random).kind, PAIR_GOLD);
}
END_TEST

START_TEST(an_answer_is_worth_most_where_nothing_is_known)
{
	ck_assert_double_gt(pair_sampler_information(.5, .8, .8), pair_sampler_information(.9, .8, .8));
	ck_assert_double_gt(pair_sampler_information(.5, .9, .9), pair_sampler_information(.5, .8, .8));
	ck_assert_double_eq_tol(pair_sampler_information(.5, 1, 1), 1, 1e-12);
	ck_assert_double_eq_tol(pair_sampler_information(.5, .5, .5), 0, 1e-12);
	ck_assert_double_eq(pair_sampler_information(1, .8, .8), 0);
}
END_TEST

START_TEST(who_looks_for_training_alone_gets_nothing_else)
{
	struct candidate items[MANY];
	struct random random = random_seeded(10);
	struct pair_sampler_options options = pair_sampler_in_service();
	struct asker asker = newcomer;

	make_items(items);
	options.training_alone = true;
	asker.training_left = 1;
	struct candidate_index *candidates = stock_of(items, MANY);
	ck_assert_int_eq(pair_sampler_draw(candidates, SHELF, &asker, &options, &random).kind,
	                 PAIR_NOTHING);
	for (uint32_t i = 0; i < 6; i++) {
		items[i].training = true;
		items[i].truth = (int8_t)(i % 2);
		candidate_index_put(candidates, i, SHELF, &items[i]);
	}
	ck_assert_int_eq(pair_sampler_draw(candidates, SHELF, &asker, &options, &random).kind,
	                 PAIR_TRAINING);
	candidate_index_free(candidates);
}
END_TEST

#define CROWDED 400

/* In many boxes, lineages of two, of which the last `left` items are not seen. */
static struct candidate_index *stock_nearly_seen(uint32_t left, struct keyset *seen)
{
	struct candidate_index *candidates = candidate_index_new();

	for (uint32_t i = 0; i < CROWDED; i++) {
		candidate_index_put(
			candidates, i, SHELF,
			&(struct candidate){ .lineage = i / 2 + 1,
		                         .p_fake = (float)(i * 37 % CROWDED + 1) / (CROWDED + 2),
		                         .in_flight = (uint16_t)(i % 13),
		                         .truth = UNKNOWN });
		if (i < CROWDED - left)
			keyset_add(seen, i / 2 + 1);
	}
	return candidates;
}

START_TEST(what_is_not_seen_is_drawn_with_equal_chance)
{
	static const struct {
		uint32_t left;
		double bound; /* of chi square, at one in ten thousand */
	} cases[] = { { CROWDED, 512.8 }, { 100, 160.2 }, { 20, 51.1 }, { 6, 25.7 } };
	uint32_t left = cases[_i].left, counts[CROWDED] = { 0 }, draws = 50 * CROWDED;
	struct random random = random_seeded(11);
	struct pair_sampler_options options = { .random_share = 1 };
	struct asker asker = newcomer;
	struct keyset *seen = keyset_new();
	struct candidate_index *candidates = stock_nearly_seen(left, seen);

	asker.seen = seen;
	for (uint32_t draw = 0; draw < draws; draw++) {
		struct sampled_pair choice =
			pair_sampler_draw(candidates, SHELF, &asker, &options, &random);

		ck_assert_int_eq(choice.kind, PAIR_RANDOM);
		ck_assert(!keyset_has(seen, candidate_index_at(candidates, choice.left)->lineage));
		ck_assert(!keyset_has(seen, candidate_index_at(candidates, choice.right)->lineage));
		counts[choice.left]++;
		counts[choice.right]++;
	}
	ck_assert_double_lt(chi_square(&counts[CROWDED - left], left, 2. * draws / left),
	                    cases[_i].bound);
	candidate_index_free(candidates);
	keyset_free(seen);
}
END_TEST

/* Twelve golds among 48 open items; of these, every second one tells next to nothing. */
static struct candidate_index *stock_of_unequal(struct candidate items[MANY])
{
	make_items(items);
	for (uint32_t i = 0; i < MANY; i++)
		items[i].p_fake = i % 2 ? .5F : .98F;
	return stock_of(items, MANY);
}

/* In service, with gold, matched pairs and pairs chosen for what they tell beside. */
START_TEST(both_items_of_a_random_pair_are_drawn_with_equal_chance)
{
	struct candidate items[MANY];
	struct random random = random_seeded(14);
	struct candidate_index *candidates = stock_of_unequal(items);
	uint32_t counts[2][MANY] = { { 0 } }, open = 0, pairs = 0;

	for (uint32_t draw = 0; draw < 60000; draw++) {
		struct sampled_pair choice = choose(candidates, &random);

		if (choice.kind != PAIR_RANDOM)
			continue;
		ck_assert(!choice.matched);
		ck_assert(!items[choice.left].gold && !items[choice.right].gold);
		counts[0][choice.left]++;
		counts[1][choice.right]++;
		pairs++;
	}
	for (uint32_t i = 0; i < MANY; i++)
		if (!items[i].gold) {
			counts[0][open] = counts[0][i];
			counts[1][open++] = counts[1][i];
		}
	/* One in ten thousand, for 47 degrees of freedom. */
	for (int place = 0; place < 2; place++)
		ck_assert_double_lt(chi_square(counts[place], open, (double)pairs / open), 91.9);
	/* 48 of 60, and then 45 of the 57 that are no relatives, are no gold. */
	ck_assert_double_eq_tol(pairs / 60000., .2 * 48 / 60 * 45 / 57, .005);
	candidate_index_free(candidates);
}
END_TEST

START_TEST(the_last_pair_is_found_when_all_else_is_seen)
{
	struct random random = random_seeded(12);
	struct pair_sampler_options options = pair_sampler_in_service();
	struct asker asker = newcomer;
	struct keyset *seen = keyset_new();
	struct candidate_index *candidates = stock_nearly_seen(2, seen);

	asker.seen = seen;
	for (int draw = 0; draw < 100; draw++) {
		struct sampled_pair choice =
			pair_sampler_draw(candidates, SHELF, &asker, &options, &random);

		ck_assert(choice.matched); /* the two are of one lineage */
		ck_assert_uint_eq(choice.left + choice.right, CROWDED - 2 + CROWDED - 1);
	}
	struct candidate other = *candidate_index_at(candidates, CROWDED - 1);
	other.lineage = CROWDED;
	candidate_index_put(candidates, CROWDED - 1, SHELF, &other);
	for (int draw = 0; draw < 100; draw++) {
		struct sampled_pair choice =
			pair_sampler_draw(candidates, SHELF, &asker, &options, &random);

		ck_assert(!choice.matched);
		ck_assert_uint_eq(choice.left + choice.right, CROWDED - 2 + CROWDED - 1);
	}
	keyset_add(seen, CROWDED);
	ck_assert_int_eq(pair_sampler_draw(candidates, SHELF, &asker, &options, &random).kind,
	                 PAIR_NOTHING);
	candidate_index_free(candidates);
	keyset_free(seen);
}
END_TEST

START_TEST(made_for_each_other_means_matched_without_a_lineage)
{
	struct candidate items[4];
	struct random random = random_seeded(13);
	struct pair_sampler_options options = pair_sampler_in_service();

	for (uint32_t i = 0; i < 4; i++)
		items[i] = (struct candidate){
			.lineage = i + 1, .pair = i / 2 + 1, .p_fake = .5F, .truth = UNKNOWN
		};
	struct candidate_index *candidates = stock_of(items, 4);
	options.matched_share = 1;
	options.random_share = 0;
	for (int draw = 0; draw < 100; draw++) {
		struct sampled_pair choice =
			pair_sampler_draw(candidates, SHELF, &newcomer, &options, &random);

		ck_assert(choice.matched);
		ck_assert_uint_eq(choice.left / 2, choice.right / 2);
	}
	candidate_index_free(candidates);
}
END_TEST

START_TEST(a_partner_on_another_shelf_is_no_partner)
{
	struct random random = random_seeded(22);
	struct pair_sampler_options options = pair_sampler_in_service();
	struct candidate_index *candidates = candidate_index_new();

	for (uint32_t i = 0; i < MANY; i++)
		candidate_index_put(
			candidates, i, SHELF + i % 2,
			&(struct candidate){ .lineage = i / 2 + 1, .p_fake = .5F, .truth = UNKNOWN });
	options.matched_share = 1;
	for (int draw = 0; draw < 100; draw++) {
		struct sampled_pair choice =
			pair_sampler_draw(candidates, SHELF, &newcomer, &options, &random);

		ck_assert(!choice.matched);
		ck_assert_uint_eq(candidate_index_bucket(candidates, choice.left), SHELF);
		ck_assert_uint_eq(candidate_index_bucket(candidates, choice.right), SHELF);
	}
	candidate_index_free(candidates);
}
END_TEST

START_TEST(an_item_without_a_lineage_does_not_stand_beside_itself)
{
	struct candidate items[2] = { { .p_fake = .5F, .truth = UNKNOWN },
		                          { .p_fake = .5F, .truth = UNKNOWN } };
	struct random random = random_seeded(24);
	struct candidate_index *candidates = stock_of(items, 2);

	for (int draw = 0; draw < 100; draw++) {
		struct sampled_pair choice = choose(candidates, &random);

		ck_assert(!choice.matched);
		ck_assert_uint_eq(choice.left + choice.right, 1);
	}
	candidate_index_free(candidates);
}
END_TEST

/* What a volunteer has seen may hold one of two that were made for each other. */
START_TEST(a_partner_that_was_seen_does_not_come_again)
{
	struct candidate items[4];
	struct random random = random_seeded(23);
	struct pair_sampler_options options = pair_sampler_in_service();
	struct keyset *seen = keyset_new();
	struct asker asker = newcomer;

	for (uint32_t i = 0; i < 4; i++)
		items[i] = (struct candidate){
			.lineage = i + 1, .pair = i / 2 + 1, .p_fake = .5F, .truth = UNKNOWN
		};
	keyset_add(seen, 1);
	asker.seen = seen;
	options.matched_share = 1;
	struct candidate_index *candidates = stock_of(items, 4);
	for (int draw = 0; draw < 100; draw++) {
		struct sampled_pair choice =
			pair_sampler_draw(candidates, SHELF, &asker, &options, &random);

		ck_assert_uint_ne(choice.left, 0);
		ck_assert_uint_ne(choice.right, 0);
	}
	candidate_index_free(candidates);
	keyset_free(seen);
}
END_TEST

#define TOLD 1500

static double worth(const struct candidate *item, const struct asker *asker)
{
	return pair_sampler_information(item->p_fake, asker->sensitivity, asker->specificity) /
	       (1. + item->in_flight);
}

/* What the two most telling items would tell, of those not seen. */
static double most_told(const struct candidate_index *candidates, const struct asker *asker)
{
	double first = 0, second = 0;

	for (uint32_t i = 0; i < TOLD; i++) {
		const struct candidate *item = candidate_index_at(candidates, i);
		double value = worth(item, asker);

		if (keyset_has(asker->seen, item->lineage))
			continue;
		if (value > first) {
			second = first;
			first = value;
		} else if (value > second) {
			second = value;
		}
	}
	return first + second;
}

static double p_of_shape(int shape, struct random *random)
{
	double unit = random_unit(random);

	switch (shape) {
	case 0:
		return unit;
	case 1:
		return .9 + .09 * unit; /* nearly settled */
	case 2:
		return unit < .5 ? .02 + .2 * unit : 1.2 - .2 * unit - .1; /* two camps */
	default:
		return unit < .3 ? .5 : unit;
	}
}

/* One item for each lineage, all planned; what is chosen stays leased, and half is seen. */
START_TEST(what_is_chosen_tells_nearly_as_much_as_the_best)
{
	static const double skills[][2] = {
		{ .72, .72 }, { .95, .6 }, { .55, .97 }, { .3, .2 }, { .99, .99 }
	};
	struct random random = random_seeded(14 + (uint64_t)_i);
	struct pair_sampler_options options = { 0 };
	struct keyset *seen = keyset_new();
	struct candidate_index *candidates = candidate_index_new();
	struct asker asker = { .seen = seen };
	double best = 0, told = 0;

	for (uint32_t i = 0; i < TOLD; i++) {
		candidate_index_put(candidates, i, SHELF,
		                    &(struct candidate){ .lineage = i + 1,
		                                         .p_fake = (float)p_of_shape(_i, &random),
		                                         .in_flight = (uint16_t)random_below(&random, 4),
		                                         .truth = UNKNOWN });
		if (random_below(&random, 2))
			keyset_add(seen, i + 1);
	}
	for (int draw = 0; draw < 1000; draw++) {
		asker.sensitivity = skills[draw % 5][0];
		asker.specificity = skills[draw % 5][1];
		struct sampled_pair choice =
			pair_sampler_draw(candidates, SHELF, &asker, &options, &random);

		ck_assert_int_eq(choice.kind, PAIR_INFORMATIVE);
		best += most_told(candidates, &asker);
		told += worth(candidate_index_at(candidates, choice.left), &asker) +
		        worth(candidate_index_at(candidates, choice.right), &asker);
		candidate_index_lease(candidates, choice.left);
		candidate_index_lease(candidates, choice.right);
	}
	ck_assert_double_le(told, best * (1 + 1e-9));
	ck_assert_double_ge(told, .98 * best);
	candidate_index_free(candidates);
	keyset_free(seen);
}
END_TEST

START_TEST(one_who_guesses_gets_any_item)
{
	struct candidate items[MANY];
	uint32_t counts[MANY] = { 0 };
	struct random random = random_seeded(20);
	struct pair_sampler_options options = { 0 };
	struct asker asker = { .sensitivity = .5, .specificity = .5 };

	make_items(items);
	for (uint32_t i = 0; i < MANY; i++) {
		items[i].gold = false;
		items[i].p_fake = (float)(i + 1) / (MANY + 2);
	}
	struct candidate_index *candidates = stock_of(items, MANY);
	for (int draw = 0; draw < 3000; draw++) {
		struct sampled_pair choice =
			pair_sampler_draw(candidates, SHELF, &asker, &options, &random);

		counts[choice.left]++;
		counts[choice.right]++;
	}
	ck_assert_double_lt(chi_square(counts, MANY, 100), 108.3); /* at one in ten thousand */
	candidate_index_free(candidates);
}
END_TEST

/* Items looked at for 300 pairs by one who has seen 200 items, of a item cache well under way. */
static uint32_t cost_of(uint32_t count)
{
	struct random random = random_seeded(21);
	struct pair_sampler_options options = pair_sampler_in_service();
	struct keyset *seen = keyset_new();
	struct candidate_index *candidates = candidate_index_new();
	struct asker asker = { .sensitivity = .8, .specificity = .7, .seen = seen };
	uint32_t looked_at = 0;

	for (uint32_t i = 0; i < count; i++) {
		bool gold = i % 50 == 0;

		candidate_index_put(
			candidates, i, SHELF,
			&(struct candidate){ .lineage = i / 3 + 1,
		                         .p_fake = i % 2 ? .5F : (float)random_unit(&random),
		                         .judgments = (uint16_t)(i % 30),
		                         .in_flight = (uint16_t)(i % 7 == 0),
		                         .gold = gold,
		                         .truth = (int8_t)(gold ? (int)(i / 50 % 2) : UNKNOWN) });
	}
	for (int i = 0; i < 200; i++)
		keyset_add(seen, random_below(&random, count / 3) + 1);
	for (int draw = 0; draw < 300; draw++) {
		struct sampled_pair choice =
			pair_sampler_draw(candidates, SHELF, &asker, &options, &random);

		ck_assert_int_ne(choice.kind, PAIR_NOTHING);
		looked_at += choice.looked_at;
	}
	candidate_index_free(candidates);
	keyset_free(seen);
	return looked_at;
}

START_TEST(a_choice_costs_no_more_of_a_million_items)
{
	uint32_t few = cost_of(10000), many = cost_of(1000000);

	ck_assert_uint_gt(few, 600); /* both items at least */
	ck_assert_uint_lt(few, 300 * 50);
	ck_assert_uint_lt(many, few + few / 4);
}
END_TEST

static bool is_shown(const struct candidate items[], const struct sampled_pair *choice)
{
	return choice->kind != PAIR_NOTHING &&
	       (items[choice->left].sensitive || items[choice->right].sensitive);
}

/* One of each lineage is sensitive, whether it is training, retired, gold or asks for more. */
START_TEST(who_is_spared_sensitive_items_gets_none_in_any_place)
{
	struct pair_sampler_options options = pair_sampler_in_service();
	struct asker anybody = newcomer, spared = newcomer;
	struct candidate items[MANY];
	struct random random = random_seeded(11);
	int shown = 0, to_others = 0, pairs = 0;

	make_items(items);
	spared.spared = true;
	for (uint32_t i = 0; i < MANY; i++) {
		items[i].sensitive = i % 3 == 1;
		items[i].training = i / 3 % 4 == 1;
		items[i].retired = !items[i].training && i / 3 % 4 == 2;
		items[i].truth = (int8_t)(items[i].training ? i % 3 > 0 : items[i].truth);
	}
	struct candidate_index *candidates = stock_of(items, MANY);
	for (int draw = 0; draw < 3000; draw++) {
		anybody.training_left = spared.training_left = draw % 3 == 0;
		struct sampled_pair choice =
			pair_sampler_draw(candidates, SHELF, &spared, &options, &random);
		struct sampled_pair other =
			pair_sampler_draw(candidates, SHELF, &anybody, &options, &random);

		pairs += choice.kind != PAIR_NOTHING;
		shown += is_shown(items, &choice);
		to_others += is_shown(items, &other);
	}
	ck_assert_int_eq(pairs, 3000);
	ck_assert_int_eq(shown, 0);
	ck_assert_int_gt(to_others, 1000);
	candidate_index_free(candidates);
}
END_TEST

/* Alone in its pool, a plain item has no company; nor have two that are training. */
START_TEST(a_sensitive_item_is_no_company_for_who_is_spared_it)
{
	struct pair_sampler_options options = pair_sampler_in_service();
	struct asker spared = newcomer;
	struct candidate items[4] = { 0 };
	struct random random = random_seeded(12);

	spared.spared = true;
	spared.training_left = 1;
	for (uint32_t i = 0; i < 4; i++)
		items[i] = (struct candidate){ .lineage = i + 1,
			                           .p_fake = .5F,
			                           .sensitive = i > 0,
			                           .retired = _i == 1 && i > 0,
			                           .gold = _i == 2 && i > 0,
			                           .training = _i == 3,
			                           .truth = (int8_t)(_i == 3 ? (int)i % 2 : UNKNOWN) };
	struct candidate_index *candidates = stock_of(items, 4);
	for (int draw = 0; draw < 100; draw++)
		ck_assert_int_eq(pair_sampler_draw(candidates, SHELF, &spared, &options, &random).kind,
		                 PAIR_NOTHING);
	spared.spared = false;
	ck_assert_int_ne(pair_sampler_draw(candidates, SHELF, &spared, &options, &random).kind,
	                 PAIR_NOTHING);
	candidate_index_free(candidates);
}
END_TEST

Suite *crowd_choose_suite(void)
{
	Suite *suite = suite_create("crowd/pair_sampler");
	TCase *tests = tcase_create("pair_sampler");

	tcase_set_tags(tests, "pure");
	tcase_add_loop_test(tests, items_that_show_the_same_are_never_a_pair, 0, 3);
	tcase_add_loop_test(tests, near_duplicates_are_a_pair_only_when_they_are_related, 0, 2);
	tcase_add_test(tests, what_looks_like_something_seen_does_not_come);
	tcase_add_test(tests, a_mixed_pair_never_holds_two_of_one_lineage);
	tcase_add_test(tests, no_rule_about_pairs_can_be_guessed);
	tcase_add_test(tests, gold_is_shown_as_often_as_what_the_crowd_believes_alike);
	tcase_add_loop_test(tests, as_much_gold_is_shown_as_the_dose_says, 0,
	                    (int)(sizeof doses / sizeof doses[0]));
	tcase_add_test(tests, without_a_dose_nothing_waits);
	tcase_add_test(tests, gold_that_waits_takes_the_place_of_what_rests);
	tcase_add_test(tests, gold_that_was_asked_about_waits_no_more);
	tcase_add_test(tests, gold_that_waits_is_no_company);
	tcase_add_test(tests, gold_alone_is_shown_to_nobody);
	tcase_add_test(tests, gold_at_rest_is_company_at_most);
	tcase_add_test(tests, training_comes_first_and_ends);
	tcase_add_test(tests, an_item_at_its_plan_is_passed_over);
	tcase_add_test(tests, the_odd_one_out_finds_company);
	tcase_add_test(tests, a_retired_item_is_the_last_company);
	tcase_add_test(tests, nothing_is_left_when_every_item_has_its_judgments);
	tcase_add_test(tests, what_tells_most_is_asked_and_the_rest_is_not_forgotten);
	tcase_add_test(tests, the_fakes_side_cannot_be_guessed_from_what_came_before);
	tcase_add_test(tests, an_answer_is_worth_most_where_nothing_is_known);
	tcase_add_test(tests, who_looks_for_training_alone_gets_nothing_else);
	tcase_add_test(tests, both_items_of_a_random_pair_are_drawn_with_equal_chance);
	tcase_add_loop_test(tests, what_is_not_seen_is_drawn_with_equal_chance, 0, 4);
	tcase_add_test(tests, the_last_pair_is_found_when_all_else_is_seen);
	tcase_add_test(tests, made_for_each_other_means_matched_without_a_lineage);
	tcase_add_test(tests, a_partner_on_another_shelf_is_no_partner);
	tcase_add_test(tests, an_item_without_a_lineage_does_not_stand_beside_itself);
	tcase_add_test(tests, a_partner_that_was_seen_does_not_come_again);
	tcase_add_loop_test(tests, what_is_chosen_tells_nearly_as_much_as_the_best, 0, 4);
	tcase_add_test(tests, one_who_guesses_gets_any_item);
	tcase_add_test(tests, who_is_spared_sensitive_items_gets_none_in_any_place);
	tcase_add_loop_test(tests, a_sensitive_item_is_no_company_for_who_is_spared_it, 0, 4);
	tcase_add_test(tests, a_choice_costs_no_more_of_a_million_items);
	tcase_set_timeout(tests, 240); /* a million items under a sanitizer */
	suite_add_tcase(suite, tests);
	return suite;
}
