/* SPDX-License-Identifier: Apache-2.0 */
#include "corpus/near_index.h"

#include <check.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "core/random.h"
#include "corpus/hamming_index.h"
#include "corpus/sound_index.h"
#include "crypto/sha256.h"
#include "media/fingerprint.h"
#include "scratch.h"
#include "suites.h"

#define NUMBERS 3000
#define RECIPE  32 /* where the recipe's number lies in the file */

static const unsigned char own_id[UUID_BYTES] = "the file's own.";
static struct random dice;

/* Of four numbers one is a hash's that is gone, one a sound's. */
static struct near_index *a_near_index(void)
{
	struct near_index *near = near_index_new();

	for (uint32_t i = 0; i < NUMBERS; i++) {
		uint32_t words[20];

		for (unsigned w = 0; w < 20; w++)
			words[w] = random_u32(&dice);
		if (i % 4 == 3)
			ck_assert(sound_index_put(near->sounds, i, words, 8 + i % 12));
		else
			ck_assert(hamming_index_put(near->hashes, i, (unsigned char *)words));
		if (i % 4 == 1)
			hamming_index_remove(near->hashes, i);
		if (i % 400 == 3)
			sound_index_remove(near->sounds, i);
	}
	near->next = near->next_sound = NUMBERS;
	return near;
}

static const char *saved_file(void)
{
	return scratch_path("near.index");
}

static void save(struct near_index *near)
{
	struct error err = near_index_save(near, saved_file(), own_id);

	ck_assert_msg(!err.code, "%s", err.detail);
}

static struct near_index *load(void)
{
	struct near_index *near = NULL;
	unsigned char id[UUID_BYTES];
	struct error err = near_index_load(saved_file(), id, &near);

	ck_assert_msg(!err.code, "%s", err.detail);
	ck_assert_mem_eq(id, own_id, UUID_BYTES);
	return near;
}

static void same_hashes(const struct near_index *a, const struct near_index *b)
{
	unsigned char one[HAMMING_BYTES], other[HAMMING_BYTES];

	ck_assert_uint_eq(hamming_index_count(a->hashes), hamming_index_count(b->hashes));
	for (uint32_t i = 0; i < NUMBERS; i++) {
		bool there = hamming_index_get(a->hashes, i, one);

		ck_assert(hamming_index_get(b->hashes, i, other) == there);
		if (there)
			ck_assert_mem_eq(one, other, HAMMING_BYTES);
	}
}

static void same_sounds(const struct near_index *a, const struct near_index *b)
{
	size_t at = 0, other_at = 0;
	uint32_t number, count, other_number, other_count;
	const uint32_t *words;

	ck_assert_uint_eq(sound_index_count(a->sounds), sound_index_count(b->sounds));
	while ((words = sound_index_walk(a->sounds, &at, &number, &count))) {
		const uint32_t *other = sound_index_walk(b->sounds, &other_at, &other_number, &other_count);

		ck_assert_ptr_nonnull(other);
		ck_assert_uint_eq(number, other_number);
		ck_assert_uint_eq(count, other_count);
		ck_assert_mem_eq(words, other, count * sizeof *words);
	}
}

static void near_setup(void)
{
	dice = random_seeded(5);
	scratch_make();
}

START_TEST(what_was_saved_is_read_again)
{
	struct near_index *near = a_near_index();

	save(near);
	struct near_index *again = load();
	ck_assert_uint_eq(near_index_count(again), NUMBERS / 4 * 3 - 8);
	ck_assert_uint_eq(again->next, NUMBERS);
	ck_assert_uint_eq(again->next_sound, NUMBERS);
	same_hashes(near, again);
	same_sounds(near, again);
	ck_assert_int_ne(access(scratch_path("near.index.new"), F_OK), 0);
	near_index_free(near);
	near_index_free(again);
}
END_TEST

START_TEST(a_later_file_replaces_the_one_before)
{
	struct near_index *near = a_near_index();
	unsigned char hash[HAMMING_BYTES] = "the newest";

	save(near);
	ck_assert(hamming_index_put(near->hashes, NUMBERS, hash));
	near->next = near->next_sound = NUMBERS + 1;
	save(near);
	struct near_index *again = load();
	ck_assert(hamming_index_get(again->hashes, NUMBERS, hash));
	ck_assert_uint_eq(again->next, NUMBERS + 1);
	near_index_free(near);
	near_index_free(again);
}
END_TEST

START_TEST(it_is_saved_when_it_has_grown_by_a_sixteenth)
{
	static const struct {
		uint32_t saved, next;
		bool unsaved;
	} cases[] = { { 0, 999, false },         { 0, 1000, true },        { 1000, 1999, false },
		          { 160000, 169999, false }, { 160000, 170000, true }, { 5, 5, false } };
	struct near_index *near = near_index_new();

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		near->saved = cases[i].saved;
		near->next = cases[i].next;
		ck_assert_msg(near_index_is_unsaved(near) == cases[i].unsaved, "case %zu", i);
	}
	near_index_free(near);
}
END_TEST

/* Why the file that holds these bytes is of no use. */
static const char *why_not(const char *bytes, size_t len)
{
	static struct error err;
	struct near_index *near = NULL;
	unsigned char id[UUID_BYTES];

	scratch_write("near.index", bytes, len);
	err = near_index_load(saved_file(), id, &near);
	ck_assert_int_eq(err.code, ERR_INVALID);
	ck_assert_ptr_null(near);
	return err.detail;
}

START_TEST(a_damaged_file_is_not_read_in_part)
{
	struct near_index *near = a_near_index();
	size_t len;

	save(near);
	char *bytes = scratch_read(saved_file(), &len);
	ck_assert_str_eq(why_not(bytes, 0), "it is no index of near duplicates");
	ck_assert_str_eq(why_not(bytes, 55), "it is no index of near duplicates");
	for (size_t cut = 1; cut < 10; cut++)
		ck_assert_str_eq(why_not(bytes, 56 + (len - 57) * cut / 10), "it is damaged");
	ck_assert_str_eq(why_not(bytes, len - 1), "it is damaged");
	/* A bit in the id, in either count, in hashes, in a sound and in the digest. */
	const size_t spoiled[] = { 16, 36, 40, 48, 58, 10000, 60000, len - 5000, len - 1 };
	for (size_t i = 0; i < sizeof spoiled / sizeof spoiled[0]; i++) {
		bytes[spoiled[i]] ^= 4;
		ck_assert_str_eq(why_not(bytes, len), "it is damaged");
		bytes[spoiled[i]] ^= 4;
	}
	bytes[3] ^= 4;
	ck_assert_str_eq(why_not(bytes, len), "it is no index of near duplicates");
	free(bytes);
	near_index_free(near);
}
END_TEST

START_TEST(a_longer_file_is_damaged)
{
	struct near_index *near = near_index_new();
	char bytes[4096];
	size_t len;

	save(near);
	char *saved = scratch_read(saved_file(), &len);
	ck_assert_uint_lt(len, sizeof bytes);
	memcpy(bytes, saved, len);
	bytes[len] = 0;
	ck_assert_str_eq(why_not(bytes, len + 1), "it is damaged");
	free(saved);
	near_index_free(near);
}
END_TEST

/* Another program's, whole. */
START_TEST(a_file_by_another_recipe_is_of_no_use)
{
	struct near_index *near = a_near_index();
	uint32_t recipe = FINGERPRINT_RECIPE + 1;
	size_t len;

	save(near);
	char *bytes = scratch_read(saved_file(), &len);
	memcpy(bytes + RECIPE, &recipe, sizeof recipe);
	sha256_bytes((unsigned char *)bytes + len - SHA256_BYTES, bytes, len - SHA256_BYTES);
	ck_assert_str_eq(why_not(bytes, len), "it is of fingerprints by another recipe");
	free(bytes);
	near_index_free(near);
}
END_TEST

START_TEST(where_nothing_was_saved_there_is_none)
{
	struct near_index *near = NULL;
	unsigned char id[UUID_BYTES];

	ck_assert_int_eq(near_index_load(scratch_path("nowhere"), id, &near).code, ERR_NOT_FOUND);
	ck_assert_int_eq(near_index_load(scratch_path("."), id, &near).code, ERR_INVALID);
	ck_assert_ptr_null(near);
}
END_TEST

/* The file that was there stays, and nothing lies beside it. */
START_TEST(a_disk_that_takes_no_more_spoils_nothing)
{
	const struct rlimit little = { 10000, 10000 };
	struct near_index *near = a_near_index();

	save(near);
	near->next = near->next_sound = NUMBERS + 1;
	near->saved = 0;
	ck_assert_int_ne(near_index_save(near, scratch_path("none/near.index"), own_id).code, OK);
	signal(SIGXFSZ, SIG_IGN);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &little), 0); /* of this test's process alone */
	ck_assert_int_ne(near_index_save(near, saved_file(), own_id).code, OK);
	ck_assert_uint_eq(near->saved, 0);
	ck_assert_uint_eq(scratch_count(""), 1);
	struct near_index *again = load();
	ck_assert_uint_eq(again->next, NUMBERS);
	near_index_free(near);
	near_index_free(again);
}
END_TEST

Suite *near_index_suite(void)
{
	Suite *suite = suite_create("near_index");
	TCase *tc = tcase_create("near_index");
	tcase_set_tags(tc, "pure");

	tcase_add_checked_fixture(tc, near_setup, scratch_clear);
	tcase_add_test(tc, what_was_saved_is_read_again);
	tcase_add_test(tc, a_later_file_replaces_the_one_before);
	tcase_add_test(tc, it_is_saved_when_it_has_grown_by_a_sixteenth);
	tcase_add_test(tc, a_damaged_file_is_not_read_in_part);
	tcase_add_test(tc, a_longer_file_is_damaged);
	tcase_add_test(tc, a_file_by_another_recipe_is_of_no_use);
	tcase_add_test(tc, where_nothing_was_saved_there_is_none);
	tcase_add_test(tc, a_disk_that_takes_no_more_spoils_nothing);
	suite_add_tcase(suite, tc);
	return suite;
}
