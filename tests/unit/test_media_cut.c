/* SPDX-License-Identifier: Apache-2.0 */
/* Boxes and windows that the media of a campaign are cut to. */
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "media/media.h"
#include "media/traits.h"

#include "ingest.h"
#include "scratch.h"
#include "suites.h"

static struct media ingest_cut(const char *name, struct media_cut cut)
{
	struct media media = { .width = 0 };
	struct error err = media_ingest_cut(store, scratch_path(name), &cut, arena, &media);

	ck_assert_msg(!err.code, "%s: %s", name, err.detail);
	return media;
}

static void refused_cut(const char *name, struct media_cut cut, const char *reason)
{
	struct media media;
	struct error err = media_ingest_cut(store, scratch_path(name), &cut, arena, &media);

	ck_assert_int_eq(err.code, ERR_INVALID);
	ck_assert_str_eq(err.detail, reason);
	ck_assert_uint_eq(scratch_count("store"), 0);
}

START_TEST(a_cut_that_cannot_be_kept_is_refused)
{
	static const struct {
		struct media_cut cut;
		const char *reason;
	} cases[] = {
		{ { 512, 512, 0, 4000 }, "" },
		{ { 0, 0, 0, 0 }, "" },
		{ { 960, 960, 1200, 500 + 20 }, "" },
		{ { 30, 512, 0, 0 }, "a box has sides of 32 to 960 pixels" },
		{ { 512, 0, 0, 0 }, "a box has sides of 32 to 960 pixels" },
		{ { 962, 512, 0, 0 }, "a box has sides of 32 to 960 pixels" },
		{ { 511, 512, 0, 0 }, "a box has sides of an even number of pixels, as film needs" },
		{ { 960, 100, 0, 0 }, "a box of 960 x 100 pixels is too narrow to judge" },
		{ { 0, 0, 10, 4000 }, "a window begins and ends at multiples of 0.04 seconds" },
		{ { 0, 0, 0, 4010 }, "a window begins and ends at multiples of 0.04 seconds" },
		{ { 0, 0, 0, 400 }, "a window is half a second at least, and ends within 60" },
		{ { 0, 0, 59000, 2000 }, "a window is half a second at least, and ends within 60" },
		{ { 0, 0, 4294967280u, 4000 }, "a window is half a second at least, and ends within 60" },
	};
	struct error err = media_cut_check(&cases[_i].cut);

	ck_assert_str_eq(err.code ? err.detail : "", cases[_i].reason);
}
END_TEST

START_TEST(pictures_of_all_shapes_fill_the_box)
{
	static const char *const sizes[] = { "320x240", "260x520", "900x256", "256x256" };

	FFMPEG(arena_printf(arena, "testsrc2=s=%s", sizes[_i]), "-frames:v", "1", "a.png");
	struct media media = ingest_cut("a.png", (struct media_cut){ .width = 256, .height = 192 });

	ck_assert_uint_eq(media.width, 256);
	ck_assert_uint_eq(media.height, 192);
}
END_TEST

START_TEST(the_middle_of_a_picture_is_taken)
{
	/* Green in the middle third, red beside it. */
	FFMPEG("color=red:s=600x200,drawbox=x=200:w=200:h=200:color=lime:t=fill", "-frames:v", "1",
	       "a.png");
	struct media media = ingest_cut("a.png", (struct media_cut){ .width = 160, .height = 160 });
	unsigned char *pixels = decoded(&media.rendition);

	for (size_t i = 0; i < 160u * 160; i++)
		ck_assert(pixels[3 * i] < 60 && pixels[3 * i + 1] > 200);
	free(pixels);
}
END_TEST

START_TEST(what_is_smaller_than_the_box_is_refused)
{
	FFMPEG("testsrc2=s=250x300:d=1", "-frames:v", "1", "a.png");
	FFMPEG("testsrc2=s=250x300:d=1", "-c:v", "libx264", "a.mp4");
	refused_cut("a.png", (struct media_cut){ .width = 256, .height = 192 },
	            "the image is smaller than the campaign's box of 256 x 192 pixels");
	refused_cut("a.mp4", (struct media_cut){ .width = 256, .height = 192 },
	            "the video is smaller than the campaign's box of 256 x 192 pixels");
}
END_TEST

START_TEST(films_of_all_lengths_and_shapes_have_the_box_and_the_window)
{
	static const struct {
		const char *source, *rate;
	} cases[] = { { "testsrc2=s=640x360:d=3", "30" },
		          { "testsrc2=s=400x600:d=5", "8" },
		          { "testsrc2=s=322x242:d=2.6", "25" } };

	FFMPEG(cases[_i].source, "-f", "lavfi", "-i", "sine=d=2.6", "-r", cases[_i].rate, "-c:v",
	       "libx264", "-c:a", "aac", "a.mp4");
	struct media media =
		ingest_cut("a.mp4", (struct media_cut){ 320, 240, .from_ms = 480, .length_ms = 2000 });

	ck_assert_uint_eq(media.width, 320);
	ck_assert_uint_eq(media.height, 240);
	ck_assert_uint_eq(media.duration_ms, 2000);
	double traits[MEDIA_TRAITS];
	struct error err = media_measure(store, media.rendition.digest, MEDIA_VIDEO, arena, traits);
	ck_assert_msg(!err.code, "%s", err.detail);
	ck_assert_double_eq(traits[TRAIT_WIDTH], 320);
	ck_assert_double_eq(traits[TRAIT_HEIGHT], 240);
	ck_assert_double_eq_tol(traits[TRAIT_DURATION], 2, 0.001);
}
END_TEST

START_TEST(a_film_that_ends_before_the_window_is_refused)
{
	FFMPEG("testsrc2=s=320x240:d=2", "-c:v", "libx264", "a.mp4");
	refused_cut("a.mp4", (struct media_cut){ .from_ms = 1000, .length_ms = 2000 },
	            "the video ends before the campaign's window does");
}
END_TEST

/* Two seconds of silence, then two of a tone. */
static void a_late_sound(const char *name)
{
	FFMPEG("sine=f=440:d=2,adelay=2000", name);
}

START_TEST(the_window_of_a_sound_is_cut_and_levelled_by_itself)
{
	double traits[MEDIA_TRAITS];

	a_late_sound("a.wav");
	struct media media =
		ingest_cut("a.wav", (struct media_cut){ .from_ms = 1520, .length_ms = 2000 });
	struct error err = media_measure(store, media.rendition.digest, MEDIA_AUDIO, arena, traits);

	ck_assert_msg(!err.code, "%s", err.detail);
	ck_assert_uint_le((unsigned)labs((long)media.duration_ms - 2000), 1);
	ck_assert_double_eq_tol(traits[TRAIT_SILENCE_START], 0.48, 0.07);
	ck_assert_double_eq_tol(traits[TRAIT_SILENCE_END], 0, 0.07);
	ck_assert_double_eq_tol(traits[TRAIT_LOUDNESS], MEDIA_LOUDNESS_LUFS, 0.7);
}
END_TEST

START_TEST(a_window_without_sound_or_that_is_not_there_is_refused)
{
	a_late_sound("a.wav");
	refused_cut("a.wav", (struct media_cut){ .length_ms = 1000 }, "the sound is silent");
	refused_cut("a.wav", (struct media_cut){ .from_ms = 2520, .length_ms = 2000 },
	            "the sound ends before the campaign's window does");
}
END_TEST

START_TEST(an_original_and_what_was_made_of_it_are_cut_alike)
{
	FFMPEG("testsrc2=s=640x360:d=1", "-frames:v", "1", "real.png");
	VIPS("copy", "real.png", "fake.jpg[Q=95]");
	const struct media_cut cut = { .width = 300, .height = 300 };
	struct media real = ingest_cut("real.png", cut), fake = ingest_cut("fake.jpg", cut);
	unsigned char *a = decoded(&real.rendition), *b = decoded(&fake.rendition);
	double sum = 0;

	ck_assert_int_ne(memcmp(real.rendition.digest, fake.rendition.digest, SHA256_BYTES), 0);
	for (size_t i = 0; i < 3u * 300 * 300; i++)
		sum += abs(a[i] - b[i]);
	ck_assert_double_lt(sum / (3 * 300 * 300), 3);
	free(a);
	free(b);
}
END_TEST

Suite *media_cut_suite(void)
{
	Suite *suite = suite_create("media/cut");
	TCase *tc = tcase_create("cut");

	tcase_add_checked_fixture(tc, ingest_setup, ingest_teardown);
	tcase_set_timeout(tc, 240);
	tcase_add_loop_test(tc, a_cut_that_cannot_be_kept_is_refused, 0, 13);
	tcase_add_loop_test(tc, pictures_of_all_shapes_fill_the_box, 0, 4);
	tcase_add_test(tc, the_middle_of_a_picture_is_taken);
	tcase_add_test(tc, what_is_smaller_than_the_box_is_refused);
	tcase_add_loop_test(tc, films_of_all_lengths_and_shapes_have_the_box_and_the_window, 0, 3);
	tcase_add_test(tc, a_film_that_ends_before_the_window_is_refused);
	tcase_add_test(tc, the_window_of_a_sound_is_cut_and_levelled_by_itself);
	tcase_add_test(tc, a_window_without_sound_or_that_is_not_there_is_refused);
	tcase_add_test(tc, an_original_and_what_was_made_of_it_are_cut_alike);
	suite_add_tcase(suite, tc);
	return suite;
}
