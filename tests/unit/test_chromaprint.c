/* SPDX-License-Identifier: Apache-2.0 */
#include "media/chromaprint.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/random.h"
#include "corpus/sound_index.h"
#include "suites.h"

#define WORDS 60

static struct random dice;

static struct chromaprint a_sound(unsigned count)
{
	struct chromaprint sound = { .count = count };

	for (unsigned i = 0; i < count; i++)
		sound.words[i] = random_u32(&dice);
	return sound;
}

static void chromaprint_setup(void)
{
	dice = random_seeded(11);
}

START_TEST(words_are_read_from_what_fpcalc_writes)
{
	struct chromaprint sound;

	ck_assert(chromaprint_read("DURATION=5\nFINGERPRINT=1952522859,0,4294967295\n", &sound));
	ck_assert_uint_eq(sound.count, 3);
	ck_assert_uint_eq(sound.words[0], 1952522859);
	ck_assert_uint_eq(sound.words[2], UINT32_MAX);
}
END_TEST

START_TEST(what_is_no_list_of_words_is_refused)
{
	static const char *const bad[] = { "",
		                               "DURATION=5\n",
		                               "FINGERPRINT=\n",
		                               "FINGERPRINT=1,,2",
		                               "FINGERPRINT=1,-2",
		                               "FINGERPRINT=1, 2",
		                               "FINGERPRINT=4294967296",
		                               "FINGERPRINT=99999999999999999999",
		                               "FINGERPRINT=1,x" };
	static char many[2 * CHROMAPRINT_MAX_WORDS + 40] = "FINGERPRINT=";
	struct chromaprint sound;

	ck_assert(!chromaprint_read(bad[_i % 9], &sound));
	for (unsigned i = 0; i < CHROMAPRINT_MAX_WORDS; i++)
		strcat(many, i ? ",7" : "7");
	ck_assert(chromaprint_read(many, &sound));
	ck_assert(!chromaprint_read(strcat(many, ",7"), &sound));
}
END_TEST

START_TEST(a_sound_is_near_what_was_cut_out_of_it)
{
	struct chromaprint whole = a_sound(WORDS);
	const uint32_t *part = whole.words + 7 * _i;

	ck_assert_uint_eq(chromaprint_distance(whole.words, WORDS, part, 20), 0);
	ck_assert_uint_eq(chromaprint_distance(part, 20, whole.words, WORDS), 0);
	ck_assert_uint_gt(chromaprint_distance(a_sound(20).words, 20, whole.words, WORDS), 90);
}
END_TEST

/* The ends of two that share their middle alone: half of the shorter must meet. */
START_TEST(half_of_the_shorter_must_meet)
{
	struct chromaprint a = a_sound(20), b = a_sound(40);

	memcpy(b.words, a.words + 10, 10 * sizeof a.words[0]);
	ck_assert_uint_eq(chromaprint_distance(a.words, 20, b.words, 40), 0);
	b = a_sound(40);
	memcpy(b.words, a.words + 11, 9 * sizeof a.words[0]);
	ck_assert_uint_gt(chromaprint_distance(a.words, 20, b.words, 40), 9);
	ck_assert_uint_eq(chromaprint_distance(a.words, CHROMAPRINT_MIN_WORDS - 1, a.words, 20),
	                  CHROMAPRINT_APART);
	ck_assert_uint_eq(chromaprint_distance(a.words, 0, a.words, 0), CHROMAPRINT_APART);
}
END_TEST

START_TEST(the_distance_is_the_share_of_bits_in_parts_of_256)
{
	struct chromaprint sound = a_sound(WORDS), other = sound;

	for (unsigned i = 0; i < WORDS; i++)
		other.words[i] ^= 0x01010101;
	ck_assert_uint_eq(chromaprint_distance(sound.words, WORDS, other.words, WORDS), 32);
	ck_assert_uint_eq(chromaprint_quality(&sound), WORDS);
	for (unsigned i = 0; i < WORDS; i++)
		sound.words[i] = i % 3;
	ck_assert_uint_eq(chromaprint_quality(&sound), 3);
}
END_TEST

START_TEST(a_sound_of_so_many_samples_has_so_many_words)
{
	ck_assert_uint_eq(chromaprint_expected(81216, 16000), 19); /* 5.076 s, by fpcalc itself */
	ck_assert_uint_eq(chromaprint_expected(0, 16000), 0);
	ck_assert_uint_eq(chromaprint_expected(16000, 16000), 0);
	ck_assert_uint_lt(chromaprint_expected(62 * 16000, 16000), CHROMAPRINT_MAX_WORDS);
}
END_TEST

START_TEST(the_index_finds_what_is_near_and_still_there)
{
	struct sound_index *index = sound_index_new();
	struct sound_match matches[4] = { 0 };
	struct chromaprint sound = a_sound(WORDS), part = { .count = 30 };

	for (uint32_t n = 0; n < 500; n++) {
		struct chromaprint other = a_sound(WORDS);

		ck_assert(n == 300 || sound_index_put(index, 2 * n, other.words, WORDS));
		ck_assert(n != 300 || sound_index_put(index, 2 * n, sound.words, WORDS));
	}
	memcpy(part.words, sound.words + 25, sizeof part.words[0] * 30);
	part.words[3] ^= 0xff;
	ck_assert_uint_eq(sound_index_search(index, &part, 30, matches, 4), 1);
	ck_assert_uint_eq(matches[0].number, 600);
	ck_assert_uint_eq(matches[0].distance, (8 * 8 + 15) / 30);
	ck_assert_uint_eq(sound_index_search(index, &part, 1, matches, 4), 0);
	ck_assert(!sound_index_put(index, 998, sound.words, WORDS));
	ck_assert(!sound_index_put(index, 2000, sound.words, 0));
	sound_index_remove(index, 600);
	sound_index_remove(index, 600);
	sound_index_remove(index, 601);
	ck_assert_uint_eq(sound_index_count(index), 499);
	ck_assert_uint_eq(sound_index_search(index, &part, 30, matches, 4), 0);
	sound_index_free(index);
}
END_TEST

Suite *chromaprint_suite(void)
{
	Suite *suite = suite_create("chromaprint");
	TCase *all = tcase_create("all");
	tcase_set_tags(all, "pure");

	tcase_add_checked_fixture(all, chromaprint_setup, NULL);
	tcase_add_test(all, words_are_read_from_what_fpcalc_writes);
	tcase_add_loop_test(all, what_is_no_list_of_words_is_refused, 0, 9);
	tcase_add_loop_test(all, a_sound_is_near_what_was_cut_out_of_it, 0, 5);
	tcase_add_test(all, half_of_the_shorter_must_meet);
	tcase_add_test(all, the_distance_is_the_share_of_bits_in_parts_of_256);
	tcase_add_test(all, a_sound_of_so_many_samples_has_so_many_words);
	tcase_add_test(all, the_index_finds_what_is_near_and_still_there);
	suite_add_tcase(suite, all);
	return suite;
}
