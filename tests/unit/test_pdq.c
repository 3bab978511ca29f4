/* SPDX-License-Identifier: Apache-2.0 */
#include "media/pdq.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/hex.h"
#include "ingest.h"
#include "media/fingerprint.h"
#include "suites.h"

#define REFERENCE "../shared/data/pdq/"

/* ---- by the algorithm's own properties ---- */

/* Sides whose blur and samples lie alike from both ends, so that a turned picture loses nothing. */
#define WIDTH  576
#define HEIGHT 320

/* A picture without symmetry: value of column x, row y. */
static float shade(unsigned x, unsigned y)
{
	unsigned mixed = (x / 61 * 2654435761u) ^ (y / 37 * 2246822519u);

	return (float)((mixed >> 13) % 256);
}

static struct pdq hash_of_turned(unsigned variant)
{
	static float luma[WIDTH * HEIGHT];
	unsigned width = variant & PDQ_TRANSPOSED ? HEIGHT : WIDTH;
	unsigned height = WIDTH * HEIGHT / width;

	for (unsigned y = 0; y < height; y++)
		for (unsigned x = 0; x < width; x++) {
			unsigned column = variant & PDQ_TRANSPOSED ? y : x;
			unsigned row = variant & PDQ_TRANSPOSED ? x : y;

			luma[y * width + x] = shade(variant & PDQ_MIRRORED ? WIDTH - 1 - column : column,
			                            variant & PDQ_UPSIDE_DOWN ? HEIGHT - 1 - row : row);
		}
	return pdq_hash(luma, width, height);
}

START_TEST(a_variant_is_the_hash_of_the_turned_picture)
{
	static float luma[WIDTH * HEIGHT];
	struct pdq variants[PDQ_VARIANTS], turned = hash_of_turned((unsigned)_i);

	for (unsigned i = 0; i < WIDTH * HEIGHT; i++)
		luma[i] = shade(i % WIDTH, i / WIDTH);
	pdq_hash_variants(luma, WIDTH, HEIGHT, variants);
	for (unsigned v = 0; v < PDQ_VARIANTS; v++) {
		unsigned distance = pdq_distance(variants[v].hash, turned.hash);

		if (v == (unsigned)_i)
			ck_assert_uint_le(distance, 2);
		else
			ck_assert_uint_gt(distance, 60);
	}
}
END_TEST

START_TEST(half_of_the_bits_are_set)
{
	static const unsigned char none[PDQ_BYTES];

	ck_assert_uint_eq(pdq_distance(hash_of_turned(0).hash, none), 128);
}
END_TEST

START_TEST(a_flat_picture_has_no_quality)
{
	float luma[64 * 64];

	for (unsigned i = 0; i < 64 * 64; i++)
		luma[i] = 77;
	ck_assert_uint_eq(pdq_hash(luma, 64, 64).quality, 0);
	ck_assert_uint_eq(hash_of_turned(0).quality, 100);
}
END_TEST

START_TEST(any_size_has_a_hash)
{
	static const unsigned sides[][2] = { { 1, 1 }, { 1, 700 }, { 129, 2 }, { 63, 65 } };
	float *luma = calloc((size_t)sides[_i][0] * sides[_i][1], sizeof *luma);

	ck_assert_uint_eq(pdq_hash(luma, sides[_i][0], sides[_i][1]).quality, 0);
	free(luma);
}
END_TEST

/* ---- by the reference's hashes ---- */

struct reference {
	unsigned char hash[PDQ_BYTES];
	unsigned quality;
	char name[128];
};

static unsigned read_references(struct reference references[], unsigned most)
{
	FILE *file = fopen(REFERENCE "reference_hashes_cpp_here.txt", "re");
	unsigned count = 0;
	char line[512], hex[65];

	while (file && count < most && fgets(line, sizeof line, file)) {
		struct reference *reference = &references[count];

		if (sscanf(line, "hash=%64[0-9a-f],norm=%*d,delta=%*d,quality=%u,filename=%127s", hex,
		           &reference->quality, reference->name) != 3)
			continue;
		ck_assert(hex_decode(reference->hash, PDQ_BYTES, hex));
		char path[256];
		snprintf(path, sizeof path, REFERENCE "images/%s", reference->name);
		count += access(path, R_OK) == 0;
	}
	if (file)
		fclose(file);
	else
		fprintf(stderr, "skipped: " REFERENCE " is not there\n");
	return count;
}

static void copy_to_scratch(const char *name)
{
	size_t len;
	char path[256];

	snprintf(path, sizeof path, REFERENCE "images/%s", name);
	char *bytes = scratch_read(path, &len);
	scratch_write("reference", bytes, len);
	free(bytes);
}

/* The file's own pixels, without our rendition between: transparency is left out, as there. */
static struct pdq hash_of_file(void)
{
	size_t len;
	unsigned width, height;
	int at = 0;

	VIPS("extract_band", "reference", "pixels.ppm", "0", "--n", "3");
	char *bytes = scratch_read(scratch_path("pixels.ppm"), &len);
	ck_assert_int_eq(sscanf(bytes, "P6\n#%*[^\n]\n%u %u\n255%n", &width, &height, &at), 2);
	at++;
	ck_assert_uint_eq(len - (size_t)at, (size_t)3 * width * height);
	float *luma = calloc((size_t)width * height, sizeof *luma);
	pdq_luma((unsigned char *)bytes + at, (size_t)width * height, luma);
	struct pdq pdq = pdq_hash(luma, width, height);
	free(luma);
	free(bytes);
	return pdq;
}

static struct pdq hash_of_rendition(void)
{
	struct media media = ingest("reference");
	struct fingerprint fingerprint;
	struct error err =
		fingerprint_take(store, media.rendition.digest, media.type, arena, &fingerprint);

	ck_assert_msg(!err.code, "%s", err.detail);
	ck_assert_uint_eq(fingerprint.count, 1);
	return fingerprint.frames[0][0];
}

/* The same picture, turned: they would cost as much as all others. */
static bool is_turned(const struct reference *reference)
{
	return strstr(reference->name, "/dih/") != NULL;
}

/* Calls `hash` for every step-th reference file that is there and tells `judge` how far it is from
 * its own. */
static void each_reference(struct pdq (*hash)(void),
                           void (*judge)(const struct reference *, unsigned), unsigned step)
{
	static struct reference references[64];
	unsigned count = read_references(references, 64);

	for (unsigned i = 0; i < count; i += step) {
		if (is_turned(&references[i]))
			continue;
		copy_to_scratch(references[i].name);
		struct pdq pdq = hash();

		ck_assert_int_le(abs((int)pdq.quality - (int)references[i].quality), 2);
		judge(&references[i], pdq_distance(pdq.hash, references[i].hash));
	}
}

static unsigned near, good;

static void count_near(const struct reference *reference, unsigned distance)
{
	if (reference->quality < 80)
		return;
	ck_assert_msg(distance <= 10, "%s: %u", reference->name, distance);
	good++;
	near += distance <= 2;
}

/* The reference makes larger pictures smaller first, in a way of its own. */
static void hold_small_ones(const struct reference *reference, unsigned distance)
{
	static const char *const small[] = { "shrink-a-lot", "square-", "small.", "wee." };

	ck_assert_msg(distance <= 10, "%s: %u", reference->name, distance);
	for (unsigned i = 0; i < sizeof small / sizeof small[0]; i++)
		if (strstr(reference->name, small[i]))
			ck_assert_msg(distance == 0, "%s: %u", reference->name, distance);
}

START_TEST(files_of_at_most_512_pixels_have_the_very_hashes_of_the_reference)
{
	each_reference(hash_of_file, hold_small_ones, 1);
}
END_TEST

START_TEST(renditions_have_the_hashes_of_the_reference_to_two_bits_mostly)
{
	near = good = 0;
	each_reference(hash_of_rendition, count_near, 2);
	ck_assert_msg(2 * near > good || !good, "%u of %u within 2", near, good);
}
END_TEST

/* ---- of films ---- */

START_TEST(a_film_has_a_hash_for_each_second)
{
	struct fingerprint film, again;

	FFMPEG("testsrc2=s=160x120:d=3:r=10", "f.mp4");
	FFMPEG("testsrc2=s=160x120:d=3:r=10", "-vf", "scale=128:96", "-crf", "33", "again.mp4");
	struct media one = ingest("f.mp4"), other = ingest("again.mp4");
	ck_assert(!fingerprint_take(store, one.rendition.digest, one.type, arena, &film).code);
	ck_assert(!fingerprint_take(store, other.rendition.digest, other.type, arena, &again).code);
	ck_assert_uint_eq(film.count, 3);
	ck_assert_uint_eq(again.count, 3);
	for (unsigned i = 0; i < film.count; i++)
		ck_assert_uint_le(pdq_distance(film.frames[i][0].hash, again.frames[i][0].hash), 31);
}
END_TEST

START_TEST(a_rendition_that_cannot_be_decoded_is_refused)
{
	struct fingerprint fingerprint = { .count = 7 };
	unsigned char digest[SHA256_BYTES];
	uint64_t bytes;

	scratch_write("bad", "\xff\xd8\xff\xe0 no picture", 15);
	ck_assert(!store_put(store, scratch_path("bad"), digest, &bytes).code);
	for (int type = MEDIA_IMAGE; type <= MEDIA_VIDEO; type++)
		ck_assert_int_eq(
			fingerprint_take(store, digest, (enum media_type)type, arena, &fingerprint).code,
			ERR_INVALID);
	digest[0] ^= 1;
	ck_assert_int_eq(fingerprint_take(store, digest, MEDIA_IMAGE, arena, &fingerprint).code,
	                 ERR_NOT_FOUND);
	ck_assert_uint_eq(fingerprint.count, 7);
}
END_TEST

Suite *pdq_suite(void)
{
	Suite *suite = suite_create("pdq");
	TCase *pure = tcase_create("pure"), *files = tcase_create("reference");
	tcase_set_tags(files, "programs");
	tcase_set_tags(pure, "pure");

	tcase_add_loop_test(pure, a_variant_is_the_hash_of_the_turned_picture, 0, PDQ_VARIANTS);
	tcase_add_test(pure, half_of_the_bits_are_set);
	tcase_add_test(pure, a_flat_picture_has_no_quality);
	tcase_add_loop_test(pure, any_size_has_a_hash, 0, 4);
	tcase_add_checked_fixture(files, ingest_setup, ingest_teardown);
	tcase_set_timeout(files, 120);
	tcase_add_test(files, files_of_at_most_512_pixels_have_the_very_hashes_of_the_reference);
	tcase_add_test(files, renditions_have_the_hashes_of_the_reference_to_two_bits_mostly);
	tcase_add_test(files, a_film_has_a_hash_for_each_second);
	tcase_add_test(files, a_rendition_that_cannot_be_decoded_is_refused);
	suite_add_tcase(suite, pure);
	suite_add_tcase(suite, files);
	return suite;
}
