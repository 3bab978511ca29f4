/* SPDX-License-Identifier: Apache-2.0 */
#include "corpus/hamming_index.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "core/random.h"
#include "media/pdq.h"
#include "suites.h"

#define PLACES 70000 /* more than a block */

static unsigned char hashes[PLACES][HAMMING_BYTES];
static struct random dice;
static struct hamming_index *hammings;

static void roll_hash(unsigned char hash[HAMMING_BYTES])
{
	for (unsigned i = 0; i < HAMMING_BYTES; i++)
		hash[i] = (unsigned char)random_below(&dice, 256);
}

/* Changes `bits` different bits of the first `bytes`. */
static void spoil_hash(unsigned char hash[HAMMING_BYTES], unsigned bytes, unsigned bits)
{
	unsigned char spoiled[HAMMING_BYTES] = { 0 };

	while (bits) {
		uint32_t bit = random_below(&dice, 8 * bytes);

		if (spoiled[bit / 8] >> bit % 8 & 1)
			continue;
		spoiled[bit / 8] |= (unsigned char)(1u << bit % 8);
		hash[bit / 8] ^= (unsigned char)(1u << bit % 8);
		bits--;
	}
}

/* Every third hash is one of eight, spoiled by 0 to 63 bits, of some in the first 96 alone, which
 * decide whether the others are looked at; the others are random. */
static void hamming_setup(void)
{
	dice = random_seeded(7);
	hammings = hamming_index_new();
	for (uint32_t i = 0; i < PLACES; i++) {
		if (i < HAMMING_MAX_QUERIES || i % 3) {
			roll_hash(hashes[i]);
		} else {
			memcpy(hashes[i], hashes[i / 3 % HAMMING_MAX_QUERIES], HAMMING_BYTES);
			spoil_hash(hashes[i], i / 64 % 2 ? 12 : HAMMING_BYTES, i % 64);
		}
		ck_assert(hamming_index_put(hammings, i, hashes[i]));
	}
}

static void hamming_teardown(void)
{
	hamming_index_free(hammings);
}

/* Holds a search to all distances, counted one by one. */
static void hold_to_all(unsigned queries, unsigned most)
{
	static struct hamming_match matches[PLACES];
	size_t found = hamming_index_search(hammings, (const unsigned char(*)[HAMMING_BYTES])hashes,
	                                    queries, most, matches, PLACES);
	size_t expected = 0;

	for (uint32_t i = 0; i < PLACES; i++)
		for (unsigned q = 0; q < queries; q++) {
			unsigned distance = pdq_distance(hashes[i], hashes[q]);

			if (distance > most)
				continue;
			ck_assert_uint_lt(expected, found);
			ck_assert_uint_eq(matches[expected].place, i);
			ck_assert_uint_eq(matches[expected].query, q);
			ck_assert_uint_eq(matches[expected].distance, distance);
			expected++;
		}
	ck_assert_uint_eq(found, expected);
	ck_assert_uint_gt(found, most ? 1000 : queries);
}

START_TEST(every_kernel_finds_all_that_are_near_and_nothing_else)
{
	if (!hamming_index_use(hammings, (enum hamming_kernel)_i))
		return; /* this processor lacks it */
	hold_to_all(1, 31);
	hold_to_all(HAMMING_MAX_QUERIES, 31);
	hold_to_all(HAMMING_MAX_QUERIES, 0);
	hold_to_all(3, 60);
}
END_TEST

START_TEST(what_is_removed_or_was_never_there_is_not_found)
{
	const unsigned char zeros[1][HAMMING_BYTES] = { 0 };
	struct hamming_match match;
	unsigned char hash[HAMMING_BYTES];

	/* The rest of the last block is zeros that nobody put there. */
	ck_assert_uint_eq(hamming_index_search(hammings, zeros, 1, 0, &match, 1), 0);
	ck_assert_uint_eq(hamming_index_count(hammings), PLACES);
	ck_assert(hamming_index_get(hammings, 5, hash));
	ck_assert_mem_eq(hash, hashes[5], HAMMING_BYTES);
	hamming_index_remove(hammings, 5);
	hamming_index_remove(hammings, 5);
	hamming_index_remove(hammings, 4000000000u);
	ck_assert(!hamming_index_get(hammings, 5, hash));
	ck_assert(!hamming_index_get(hammings, PLACES, hash));
	ck_assert_uint_eq(hamming_index_count(hammings), PLACES - 1);
	for (size_t m = hamming_index_search(
			 hammings, (const unsigned char(*)[HAMMING_BYTES]) & hashes[5], 1, 0, &match, 1);
	     m; m--)
		ck_assert_uint_ne(match.place, 5);
}
END_TEST

START_TEST(no_more_matches_are_written_than_there_is_room_for)
{
	struct hamming_match matches[3] = { 0 };
	const unsigned char(*queries)[HAMMING_BYTES] = (const unsigned char(*)[HAMMING_BYTES])hashes;

	ck_assert_uint_gt(hamming_index_search(hammings, queries, 1, 31, matches, 2), 1000);
	ck_assert_uint_eq(matches[0].place, 0);
	ck_assert_uint_eq(matches[0].distance, 0);
	ck_assert_uint_ne(matches[1].place, 0);
	ck_assert_uint_eq(matches[2].place, 0);
}
END_TEST

START_TEST(a_place_that_is_too_large_is_refused)
{
	ck_assert(!hamming_index_put(hammings, HAMMING_MAX_PLACES, hashes[0]));
	ck_assert(!hamming_index_put(hammings, UINT32_MAX, hashes[0]));
	ck_assert_uint_eq(hamming_index_count(hammings), PLACES);
}
END_TEST

START_TEST(places_that_are_far_apart_take_no_room_for_those_between)
{
	const unsigned char(*queries)[HAMMING_BYTES] = (const unsigned char(*)[HAMMING_BYTES])hashes;
	const uint32_t far = 100000000;
	struct hamming_index *sparse = hamming_index_new();
	struct hamming_match match;

	ck_assert(hamming_index_put(sparse, far, hashes[0]));
	ck_assert(hamming_index_put(sparse, 3, hashes[1]));
	ck_assert_uint_lt(hamming_index_memory(sparse), 40000000);
	ck_assert_uint_eq(hamming_index_search(sparse, queries, 1, 0, &match, 1), 1);
	ck_assert_uint_eq(match.place, far);
	size_t both = hamming_index_memory(sparse);
	hamming_index_remove(sparse, far);
	ck_assert_uint_lt(hamming_index_memory(sparse), both);
	ck_assert_uint_eq(hamming_index_search(sparse, queries, 1, 0, &match, 1), 0);
	ck_assert_uint_eq(hamming_index_search(sparse, queries + 1, 1, 0, &match, 1), 1);
	hamming_index_free(sparse);
}
END_TEST

Suite *hamming_index_suite(void)
{
	Suite *suite = suite_create("hamming_index");
	TCase *all = tcase_create("all");
	tcase_set_tags(all, "pure");

	tcase_add_checked_fixture(all, hamming_setup, hamming_teardown);
	tcase_set_timeout(all, 60);
	tcase_add_loop_test(all, every_kernel_finds_all_that_are_near_and_nothing_else, 0,
	                    HAMMING_KERNELS);
	tcase_add_test(all, what_is_removed_or_was_never_there_is_not_found);
	tcase_add_test(all, no_more_matches_are_written_than_there_is_room_for);
	tcase_add_test(all, a_place_that_is_too_large_is_refused);
	tcase_add_test(all, places_that_are_far_apart_take_no_room_for_those_between);
	suite_add_tcase(suite, all);
	return suite;
}
