/* SPDX-License-Identifier: Apache-2.0 */
/* What a rendition tells beside its content: headers by hand, made-up sounds, and real renditions.
 */
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/mem.h"
#include "media/sound_traits.h"
#include "media/traits.h"

#include "ingest.h"
#include "scratch.h"
#include "suites.h"

#define HZ MEDIA_AUDIO_HZ

/* A header: JFIF, one table of sixteens, 48 x 32 pixels in 4:2:0, a comment, a scan. */
static const unsigned char header[] =
	"\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0"
	"\xff\xdb\0\x43\0"
	"\x10\x10\x10\x10\x10\x10\x10\x10\x10\x10\x10\x10\x10\x10\x10\x10"
	"\x10\x10\x10\x10\x10\x10\x10\x10\x10\x10\x10\x10\x10\x10\x10\x10"
	"\x10\x10\x10\x10\x10\x10\x10\x10\x10\x10\x10\x10\x10\x10\x10\x10"
	"\x10\x10\x10\x10\x10\x10\x10\x10\x10\x10\x10\x10\x10\x10\x10\x10"
	"\xff\xc0\0\x11\x8\0\x20\0\x30\3\1\x22\0\2\x11\0\3\x11\0"
	"\xff\xfe\0\5hey"
	"\xff\xda\0\x8";

START_TEST(a_jpeg_tells_its_size_tables_chroma_and_tags)
{
	double traits[MEDIA_TRAITS] = { 0 };

	ck_assert(jpeg_traits(header, sizeof header - 1, traits));
	ck_assert_double_eq(traits[TRAIT_WIDTH], 48);
	ck_assert_double_eq(traits[TRAIT_HEIGHT], 32);
	ck_assert_double_eq(traits[TRAIT_QUANTISATION], 16);
	ck_assert_double_eq(traits[TRAIT_CHROMA], 4);
	ck_assert_double_eq(traits[TRAIT_TAGS], 1);
}
END_TEST

START_TEST(a_jpeg_that_is_cut_off_or_changed_is_read_within_its_bytes)
{
	for (size_t len = 0; len < sizeof header - 1; len++) {
		double traits[MEDIA_TRAITS] = { 0 };
		unsigned char *bytes =
			mem_new(sizeof header, 1); /* as long as it is: a sanitizer sees more */

		memcpy(bytes, header, sizeof header - 1);
		bytes[len] ^= 0xff;
		jpeg_traits(bytes, sizeof header - 1, traits);
		bytes = mem_resize(bytes, len + 1, 1);
		bytes[len] ^= 0xff;
		if (len < sizeof header - 5)
			ck_assert(!jpeg_traits(bytes, len, traits));
		free(bytes);
	}
}
END_TEST

/* `quiet` seconds of nothing, `loud` of a tone, `quiet_end` of nothing. */
static void listen(double quiet, double loud, double quiet_end, double hz, double traits[])
{
	size_t before = (size_t)(quiet * HZ), with = (size_t)(loud * HZ), count;
	float *samples = mem_new(count = before + with + (size_t)(quiet_end * HZ), sizeof *samples);

	for (size_t i = 0; i < with; i++)
		samples[before + i] = (float)(0.5 * sin(2 * M_PI * hz * (double)i / HZ));
	sound_traits(samples, count, traits);
	free(samples);
}

START_TEST(silences_peak_and_edge_are_those_of_the_samples)
{
	double traits[MEDIA_TRAITS] = { 0 };

	listen(0.25, 1, 0.5, 3000, traits);
	ck_assert_double_eq_tol(traits[TRAIT_SILENCE_START], 0.25, 0.011);
	ck_assert_double_eq_tol(traits[TRAIT_SILENCE_END], 0.5, 0.011);
	ck_assert_double_eq_tol(traits[TRAIT_PEAK], -6.02, 0.1);
	ck_assert_double_eq_tol(traits[TRAIT_SPECTRAL_EDGE], 3000, 400);
}
END_TEST

START_TEST(what_is_silent_throughout_has_an_end_of_its_length_and_no_edge)
{
	double traits[MEDIA_TRAITS] = { 0 };

	listen(1, 0, 0, 0, traits);
	ck_assert_double_eq(traits[TRAIT_SILENCE_START], 1);
	ck_assert_double_eq(traits[TRAIT_SILENCE_END], 1);
	ck_assert_double_eq(traits[TRAIT_PEAK], SOUND_SILENT_DBFS);
	ck_assert_double_eq(traits[TRAIT_SPECTRAL_EDGE], 0);
	sound_traits((float[]){ 0 }, 0, traits);
	ck_assert_double_eq(traits[TRAIT_SILENCE_START], 0);
}
END_TEST

START_TEST(samples_that_are_no_numbers_are_taken_for_silence)
{
	float *samples = mem_new(HZ, sizeof *samples);
	double traits[MEDIA_TRAITS] = { 0 };

	for (size_t i = 0; i < HZ; i++)
		samples[i] = i % 2 ? NAN : INFINITY;
	sound_traits(samples, HZ, traits);
	ck_assert_double_eq(traits[TRAIT_PEAK], SOUND_SILENT_DBFS);
	free(samples);
}
END_TEST

static void measured(const char *name, double traits[MEDIA_TRAITS])
{
	struct media media = ingest(name);
	struct error err = media_measure(store, media.rendition.digest, media.type, arena, traits);

	ck_assert_msg(!err.code, "%s: %s", name, err.detail);
	ck_assert_double_eq(traits[TRAIT_BYTES], (double)media.rendition.bytes);
	for (int t = 0; t < MEDIA_TRAITS; t++)
		ck_assert_msg(isfinite(traits[t]) == media_trait_applies((enum media_trait)t, media.type),
		              "%s: %s is %f", name, media_trait_name((enum media_trait)t), traits[t]);
	if (media.type != MEDIA_AUDIO)
		ck_assert_double_eq(traits[TRAIT_WIDTH], media.width);
	if (media.type != MEDIA_IMAGE)
		ck_assert_double_eq_tol(traits[TRAIT_DURATION] * 1000, media.duration_ms, 150);
}

START_TEST(an_image_is_measured_from_its_rendition)
{
	double traits[MEDIA_TRAITS];

	FFMPEG("testsrc2=s=400x400:d=1:r=25", "-frames:v", "1", "p.png");
	measured("p.png", traits);
	ck_assert_double_eq(traits[TRAIT_SQUARE], 1);
	ck_assert_double_eq(traits[TRAIT_ASPECT], 1);
	ck_assert_double_eq(traits[TRAIT_TAGS], 0);
	ck_assert_double_gt(traits[TRAIT_QUANTISATION], 1);
	ck_assert_double_eq_tol(traits[TRAIT_BITS_A_PIXEL], traits[TRAIT_BYTES] * 8 / 160000, 1e-9);
}
END_TEST

START_TEST(a_film_is_measured_with_its_sound)
{
	double traits[MEDIA_TRAITS];

	FFMPEG("testsrc2=s=320x240:d=2:r=25", "-f", "lavfi", "-i", "sine=f=440:d=2", "-shortest",
	       "f.mp4");
	measured("f.mp4", traits);
	ck_assert_double_eq(traits[TRAIT_FRAME_RATE], 25);
	ck_assert_double_eq(traits[TRAIT_CHROMA], 4);
	ck_assert_double_eq_tol(traits[TRAIT_LOUDNESS], MEDIA_LOUDNESS_LUFS, 1);
	ck_assert_double_gt(traits[TRAIT_VIDEO_BIT_RATE], 1000);
	ck_assert_double_lt(traits[TRAIT_SILENCE_END], 0.2);
}
END_TEST

START_TEST(a_film_without_sound_is_silent_and_says_so_by_its_bit_rate)
{
	double silent[MEDIA_TRAITS], loud[MEDIA_TRAITS];

	FFMPEG("testsrc2=s=320x240:d=2:r=25", "mute.mp4");
	FFMPEG("testsrc2=s=320x240:d=2:r=25", "-f", "lavfi", "-i", "anoisesrc=d=2:seed=7", "-shortest",
	       "loud.mp4");
	measured("mute.mp4", silent);
	measured("loud.mp4", loud);
	ck_assert_double_eq(silent[TRAIT_LOUDNESS], SOUND_SILENT_LUFS);
	ck_assert_double_eq(silent[TRAIT_SPECTRAL_EDGE], 0);
	ck_assert_double_lt(silent[TRAIT_AUDIO_BIT_RATE] * 4, loud[TRAIT_AUDIO_BIT_RATE]);
}
END_TEST

START_TEST(a_sound_is_measured_and_ends_where_all_do)
{
	double traits[MEDIA_TRAITS];

	FFMPEG("anoisesrc=d=2:r=48000:a=0.3:seed=7", "s.wav");
	measured("s.wav", traits);
	ck_assert_double_eq_tol(traits[TRAIT_LOUDNESS], MEDIA_LOUDNESS_LUFS, 1.5);
	ck_assert_double_gt(traits[TRAIT_SPECTRAL_EDGE], 5000);
	ck_assert_double_lt(traits[TRAIT_SPECTRAL_EDGE], 7000);
}
END_TEST

START_TEST(what_is_not_there_or_no_rendition_is_told)
{
	unsigned char nobody[SHA256_BYTES] = { 1 };
	double traits[MEDIA_TRAITS];

	FFMPEG("testsrc2=s=400x400:d=1:r=25", "-frames:v", "1", "p.png");
	struct media media = ingest("p.png");
	ck_assert_int_eq(media_measure(store, nobody, MEDIA_IMAGE, arena, traits).code, ERR_NOT_FOUND);
	ck_assert_int_eq(media_measure(store, media.original.digest, MEDIA_IMAGE, arena, traits).code,
	                 ERR_INVALID);
	ck_assert_int_eq(media_measure(store, media.rendition.digest, MEDIA_AUDIO, arena, traits).code,
	                 ERR_INVALID);
}
END_TEST

Suite *media_traits_suite(void)
{
	Suite *suite = suite_create("media/traits");
	TCase *bytes = tcase_create("bytes"), *files = tcase_create("files");

	tcase_add_test(bytes, a_jpeg_tells_its_size_tables_chroma_and_tags);
	tcase_add_test(bytes, a_jpeg_that_is_cut_off_or_changed_is_read_within_its_bytes);
	tcase_add_test(bytes, silences_peak_and_edge_are_those_of_the_samples);
	tcase_add_test(bytes, what_is_silent_throughout_has_an_end_of_its_length_and_no_edge);
	tcase_add_test(bytes, samples_that_are_no_numbers_are_taken_for_silence);
	suite_add_tcase(suite, bytes);
	tcase_set_tags(files, "programs");
	tcase_add_checked_fixture(files, ingest_setup, ingest_teardown);
	tcase_set_timeout(files, 120);
	tcase_add_test(files, an_image_is_measured_from_its_rendition);
	tcase_add_test(files, a_film_is_measured_with_its_sound);
	tcase_add_test(files, a_film_without_sound_is_silent_and_says_so_by_its_bit_rate);
	tcase_add_test(files, a_sound_is_measured_and_ends_where_all_do);
	tcase_add_test(files, what_is_not_there_or_no_rendition_is_told);
	suite_add_tcase(suite, files);
	return suite;
}
