/* SPDX-License-Identifier: Apache-2.0 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/random.h"
#include "crypto/sha256.h"
#include "release/split.h"
#include "suites.h"

#define MANY 10000

static struct split_item items[MANY];

/* Wanted items 0..count-1 of stratum number % 2, with keys as random as SHA-256. */
static void given_items(uint32_t count)
{
	memset(items, 0, sizeof items);
	for (uint32_t i = 0; i < count; i++) {
		unsigned char digest[SHA256_BYTES];

		sha256_bytes(digest, &i, sizeof i);
		memcpy(items[i].key, digest, SPLIT_KEY_BYTES);
		items[i].wanted = 1;
		items[i].stratum = i % 2;
	}
	split_start(items, count);
}

static unsigned count_in(uint32_t count, enum split split, unsigned stratum)
{
	unsigned found = 0;

	for (uint32_t i = 0; i < count; i++)
		found += items[i].split == split && items[i].stratum == stratum;
	return found;
}

START_TEST(every_stratum_is_split_80_10_10)
{
	given_items(MANY);

	ck_assert_uint_eq(split_assign(items, MANY), 0);

	for (unsigned stratum = 0; stratum < 2; stratum++) {
		ck_assert_uint_eq(count_in(MANY, SPLIT_TRAIN, stratum), 4000);
		ck_assert_uint_eq(count_in(MANY, SPLIT_VALIDATION, stratum), 500);
		ck_assert_uint_eq(count_in(MANY, SPLIT_TEST, stratum), 500);
	}
}
END_TEST

START_TEST(items_that_share_something_stay_together)
{
	given_items(300);
	for (uint32_t i = 0; i + 1 < 300; i++)
		if (i % 3 != 2)
			split_tie(items, i + 1, i);

	split_assign(items, 300);

	for (uint32_t i = 0; i < 300; i++)
		ck_assert_uint_eq(items[i].split, items[i - i % 3].split);
	ck_assert_uint_gt(count_in(300, SPLIT_TEST, 0), 0);
}
END_TEST

START_TEST(the_order_of_items_and_ties_changes_nothing)
{
	static uint8_t forward[200];

	given_items(200);
	for (uint32_t i = 0; i + 7 < 200; i += 5)
		split_tie(items, i, i + 7);
	split_assign(items, 200);
	for (uint32_t i = 0; i < 200; i++)
		forward[i] = items[i].split;

	given_items(200);
	for (uint32_t i = 0; i < 100; i++) {
		struct split_item other = items[i];
		items[i] = items[199 - i];
		items[199 - i] = other;
	}
	split_start(items, 200);
	for (uint32_t i = 190; i < 200; i -= 5)
		split_tie(items, 199 - (i + 7 < 200 ? i + 7 : i), 199 - i);
	split_assign(items, 200);

	for (uint32_t i = 0; i < 200; i++)
		ck_assert_uint_eq(items[199 - i].split, forward[i]);
}
END_TEST

START_TEST(a_component_too_big_for_test_goes_to_train)
{
	given_items(100);
	for (uint32_t i = 1; i < 40; i++)
		split_tie(items, 0, i);

	split_assign(items, 100);

	ck_assert_uint_eq(items[0].split, SPLIT_TRAIN);
	ck_assert_uint_eq(count_in(100, SPLIT_TRAIN, 0) + count_in(100, SPLIT_TRAIN, 1), 80);
}
END_TEST

START_TEST(small_strata_do_not_all_go_to_train)
{
	given_items(24);
	for (uint32_t i = 0; i < 24; i++)
		items[i].stratum = (uint8_t)(i % 6);

	split_assign(items, 24);

	unsigned test = 0;
	for (unsigned stratum = 0; stratum < 6; stratum++)
		test += count_in(24, SPLIT_TEST, stratum);
	ck_assert_uint_ge(test, 1);
	ck_assert_uint_le(test, 4);
}
END_TEST

/* Does the split hold both labels of a type (strata 2t and 2t + 1), or nothing of it? */
static bool is_even(uint32_t count, enum split split, unsigned type)
{
	return (count_in(count, split, 2 * type) == 0) == (count_in(count, split, 2 * type + 1) == 0);
}

/* How many of each stratum; the rest of a row is 0. */
static const uint32_t mixes[][SPLIT_STRATA] = {
	{ 1, 1 },
	{ 2, 2 },
	{ 3, 3 },
	{ 4, 4 },
	{ 5, 5 },
	{ 1, 30 },
	{ 2, 30 },
	{ 3, 30 },
	{ 40, 4 },
	{ 10, 10, 3, 3, 2, 9 },
	{ 3, 3, 3, 3 },
	{ 100, 7, 6, 300 },
	{ 1, 1, 1, 1, 1, 1 },
	{ 60, 60, 5, 1 },
};

static uint32_t given_mix(const uint32_t mix[SPLIT_STRATA])
{
	uint32_t count = 0;

	for (unsigned stratum = 0; stratum < SPLIT_STRATA; stratum++)
		count += mix[stratum];
	given_items(count);
	for (uint32_t stratum = 0, i = 0; stratum < SPLIT_STRATA; stratum++)
		for (uint32_t n = 0; n < mix[stratum]; n++)
			items[i++].stratum = (uint8_t)stratum;
	return count;
}

START_TEST(a_split_holds_both_labels_of_a_type_or_nothing_of_it)
{
	uint32_t count = given_mix(mixes[_i]);

	split_assign(items, count);

	for (int split = SPLIT_TRAIN; split < SPLITS; split++)
		for (unsigned type = 0; type < SPLIT_STRATA / 2; type++)
			ck_assert_msg(is_even(count, (enum split)split, type), "type %u in %s", type,
			              split_name((enum split)split));
}
END_TEST

/* Strata 0 and 1 in components of 1, and of 3 that hold strata 2 and 3 as well. */
START_TEST(components_of_several_types_leave_no_label_alone)
{
	for (uint32_t count = 12; count < 200; count += 7) {
		given_items(count);
		for (uint32_t i = 0; i + 2 < count / 2; i += 3) {
			items[i + 1].stratum = 2 + (i / 3) % 2;
			items[i + 2].stratum = 2 + (i / 6) % 2;
			split_tie(items, i, i + 1);
			split_tie(items, i, i + 2);
		}
		split_assign(items, count);

		for (int split = SPLIT_TRAIN; split < SPLITS; split++)
			for (unsigned type = 0; type < 2; type++)
				ck_assert_msg(is_even(count, (enum split)split, type), "%u: type %u in %s", count,
				              type, split_name((enum split)split));
	}
}
END_TEST

START_TEST(a_label_that_stands_alone_is_split_all_the_same)
{
	uint32_t count = given_mix((const uint32_t[SPLIT_STRATA]){ 0, 100 });

	split_assign(items, count);

	ck_assert_uint_eq(count_in(count, SPLIT_TEST, 1), 10);
}
END_TEST

/* An item of stratum 0 that was in test before stands alone there: one of stratum 1 joins it. */
START_TEST(what_was_released_before_is_joined_and_not_moved)
{
	uint32_t count = given_mix((const uint32_t[SPLIT_STRATA]){ 4, 4 });

	items[0].former = SPLIT_TEST;
	for (uint32_t i = 1; i < count; i++)
		items[i].former = i < 4 ? SPLIT_TRAIN : SPLIT_NONE;
	split_assign(items, count);

	ck_assert_uint_eq(items[0].split, SPLIT_TEST);
	ck_assert_uint_eq(items[1].split, SPLIT_TRAIN);
	ck_assert_uint_gt(count_in(count, SPLIT_TEST, 1), 0);
	ck_assert(is_even(count, SPLIT_VALIDATION, 0));
}
END_TEST

START_TEST(an_item_keeps_the_split_it_was_first_released_in)
{
	given_items(50);
	items[3].former = SPLIT_TEST;
	items[4].former = SPLIT_TEST;
	items[4].wanted = 0;
	split_tie(items, 4, 5);

	ck_assert_uint_eq(split_assign(items, 50), 0);

	ck_assert_uint_eq(items[3].split, SPLIT_TEST);
	ck_assert_uint_eq(items[4].split, SPLIT_NONE);
	ck_assert_uint_eq(items[5].split, SPLIT_TEST);
}
END_TEST

START_TEST(a_new_item_that_ties_former_splits_together_is_held_back)
{
	given_items(50);
	items[1].former = SPLIT_TRAIN;
	items[2].former = SPLIT_TEST;
	split_tie(items, 1, 9);
	split_tie(items, 9, 2);

	ck_assert_uint_eq(split_assign(items, 50), 1);

	ck_assert_uint_eq(items[1].split, SPLIT_TRAIN);
	ck_assert_uint_eq(items[2].split, SPLIT_TEST);
	ck_assert_uint_eq(items[9].split, SPLIT_NONE);
}
END_TEST

START_TEST(no_item_is_no_trouble)
{
	ck_assert_uint_eq(split_assign(items, 0), 0);
}
END_TEST

START_TEST(names_of_splits_are_read_as_they_are_written)
{
	for (int split = SPLIT_TRAIN; split < SPLITS; split++)
		ck_assert_int_eq(split_read(split_name((enum split)split)), split);
	ck_assert_int_eq(split_read("TRAIN"), SPLIT_NONE);
	ck_assert_int_eq(split_read(""), SPLIT_NONE);
}
END_TEST

Suite *split_suite(void)
{
	Suite *suite = suite_create("split");
	TCase *tests = tcase_create("split");

	tcase_add_test(tests, every_stratum_is_split_80_10_10);
	tcase_add_test(tests, items_that_share_something_stay_together);
	tcase_add_test(tests, the_order_of_items_and_ties_changes_nothing);
	tcase_add_test(tests, a_component_too_big_for_test_goes_to_train);
	tcase_add_test(tests, small_strata_do_not_all_go_to_train);
	tcase_add_loop_test(tests, a_split_holds_both_labels_of_a_type_or_nothing_of_it, 0,
	                    sizeof mixes / sizeof mixes[0]);
	tcase_add_test(tests, components_of_several_types_leave_no_label_alone);
	tcase_add_test(tests, a_label_that_stands_alone_is_split_all_the_same);
	tcase_add_test(tests, what_was_released_before_is_joined_and_not_moved);
	tcase_add_test(tests, an_item_keeps_the_split_it_was_first_released_in);
	tcase_add_test(tests, a_new_item_that_ties_former_splits_together_is_held_back);
	tcase_add_test(tests, no_item_is_no_trouble);
	tcase_add_test(tests, names_of_splits_are_read_as_they_are_written);
	suite_add_tcase(suite, tests);
	return suite;
}
