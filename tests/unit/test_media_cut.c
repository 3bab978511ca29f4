/* SPDX-License-Identifier: Apache-2.0 */
/* Boxes and windows that the media of a campaign are cut to. */
#include <check.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
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
		{ { .width = 512, .height = 512, .from_ms = 0, .length_ms = 4000 }, "" },
		{ { .width = 0 }, "" },
		{ { .width = 960, .height = 960, .from_ms = 1200, .length_ms = 500 + 20 }, "" },
		{ { .width = 30, .height = 512 }, "a box has sides of 32 to 960 pixels" },
		{ { .width = 512, .height = 0 }, "a box has sides of 32 to 960 pixels" },
		{ { .width = 962, .height = 512 }, "a box has sides of 32 to 960 pixels" },
		{ { .width = 511, .height = 512 },
		  "a box has sides of an even number of pixels, as film needs" },
		{ { .width = 960, .height = 100 }, "a box of 960 x 100 pixels is too narrow to judge" },
		{ { .from_ms = 10, .length_ms = 4000 },
		  "a window begins and ends at multiples of 0.04 seconds" },
		{ { .from_ms = 0, .length_ms = 4010 },
		  "a window begins and ends at multiples of 0.04 seconds" },
		{ { .from_ms = 0, .length_ms = 400 },
		  "a window is half a second at least, and ends within 60" },
		{ { .from_ms = 59000, .length_ms = 2000 },
		  "a window is half a second at least, and ends within 60" },
		{ { .from_ms = 4294967280u, .length_ms = 4000 },
		  "a window is half a second at least, and ends within 60" },
		{ { .noise_db = -50 }, "" },
		{ { .noise_db = -71 }, "the noise is from -70 to -30 dBFS loud" },
		{ { .noise_db = -29 }, "the noise is from -70 to -30 dBFS loud" },
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
	struct media media = ingest_cut(
		"a.mp4",
		(struct media_cut){ .width = 320, .height = 240, .from_ms = 480, .length_ms = 2000 });

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

/* ------------------------------------------------------------------ regions */

/* A picture of which a square is lime, and all else red. */
static void a_marked_picture(unsigned wide, unsigned high, struct media_region at, const char *name)
{
	FFMPEG(arena_printf(arena, "color=red:s=%ux%u,drawbox=x=%u:y=%u:w=%u:h=%u:color=lime:t=fill",
	                    wide, high, at.x, at.y, at.width, at.height),
	       "-frames:v", "1", name);
}

/* Where the lime of a rendition has its middle, in pixels. */
static void middle_of_lime(const struct media_file *file, unsigned wide, unsigned high, double *x,
                           double *y)
{
	unsigned char *pixels = decoded(file);
	double count = 0;

	*x = *y = 0;
	for (unsigned i = 0; i < wide * high; i++) {
		bool lime = pixels[3 * i] < 100 && pixels[3 * i + 1] > 150;

		count += lime;
		*x += lime ? i % wide + 0.5 : 0;
		*y += lime ? i / wide + 0.5 : 0;
	}
	ck_assert_double_gt(count, 0);
	*x /= count;
	*y /= count;
	free(pixels);
}

/* The square lies in a picture, and its middle in the box of 160 x 160. */
static const struct {
	unsigned width, height;
	struct media_region region;
	double x, y;
} marked[] = {
	{ 640, 320, { 400, 120, 80, 80 }, 80, 80 },      /* shrunk by half, and in the middle */
	{ 640, 320, { 0, 120, 80, 80 }, 20, 80 },        /* at the edge: the box stays inside */
	{ 640, 320, { 560, 0, 80, 80 }, 140, 20 },       /* in a corner */
	{ 320, 801, { 100, 500, 60, 60 }, 65, 80 },      /* upright */
	{ 170, 1200, { 100, 1100, 40, 40 }, 112.9, 85 }, /* at the lower edge */
};

START_TEST(a_box_is_cut_around_the_region_and_stays_in_the_picture)
{
	double x, y;

	a_marked_picture(marked[_i].width, marked[_i].height, marked[_i].region, "a.png");
	struct media media = ingest_cut(
		"a.png", (struct media_cut){ .width = 160, .height = 160, .region = marked[_i].region });
	ck_assert_uint_eq(media.width, 160);
	ck_assert_uint_eq(media.height, 160);
	ck_assert_uint_eq(media.source_width, marked[_i].width);
	middle_of_lime(&media.rendition, 160, 160, &x, &y);
	ck_assert_msg(fabs(x - marked[_i].x) < 2 && fabs(y - marked[_i].y) < 2, "%g %g", x, y);
}
END_TEST

START_TEST(a_region_is_one_of_the_upright_picture)
{
	const struct media_region region = { 20, 420, 80, 80 };
	double x, y;

	a_marked_picture(200, 600, region, "upright.png");
	VIPS("rot", "upright.png", "turned.png", "d270");
	VIPS("copy", "turned.png", "plain.jpg[Q=95]");
	ck_assert_int_eq(system(arena_printf(arena, "exiftool -q -n -Orientation=6 -o %s %s",
	                                     scratch_path("a.jpg"), scratch_path("plain.jpg"))),
	                 0);
	struct media media =
		ingest_cut("a.jpg", (struct media_cut){ .width = 200, .height = 200, .region = region });
	ck_assert_uint_eq(media.source_width, 200);
	ck_assert_uint_eq(media.source_height, 600);
	middle_of_lime(&media.rendition, 200, 200, &x, &y);
	ck_assert_msg(fabs(x - 60) < 2 && fabs(y - 100) < 2, "%g %g", x, y);
}
END_TEST

START_TEST(sizes_that_divide_badly_cover_the_box_too)
{
	static const unsigned sides[][2] = { { 257, 401 }, { 1023, 769 }, { 333, 1999 }, { 258, 258 } };
	const struct media_cut cut = { .width = 256, .height = 258, .region = { 1, 1, 9, 9 } };

	for (size_t i = 0; i < sizeof sides / sizeof sides[0]; i++) {
		FFMPEG(arena_printf(arena, "testsrc2=s=%ux%u", sides[i][0], sides[i][1]), "-frames:v", "1",
		       "a.jpg");
		struct media media = ingest_cut("a.jpg", cut);

		ck_assert_uint_eq(media.width, 256);
		ck_assert_uint_eq(media.height, 258);
	}
}
END_TEST

START_TEST(a_film_and_its_poster_are_cut_around_the_region)
{
	const struct media_region region = { 500, 140, 80, 80 };
	double x, y;

	FFMPEG("color=red:s=640x320:d=0.6,drawbox=x=500:y=140:w=80:h=80:color=lime:t=fill", "-c:v",
	       "libx264", "a.mp4");
	struct media media =
		ingest_cut("a.mp4", (struct media_cut){ .width = 160, .height = 160, .region = region });
	middle_of_lime(&media.poster, 160, 160, &x, &y);
	ck_assert_msg(fabs(x - 110) < 2 && fabs(y - 90) < 2, "%g %g", x, y);
}
END_TEST

START_TEST(a_region_that_is_not_in_the_picture_is_refused)
{
	FFMPEG("testsrc2=s=320x240", "-frames:v", "1", "a.png");
	FFMPEG("testsrc2=s=320x240:d=0.6", "-c:v", "libx264", "a.mp4");
	FFMPEG("sine=d=1", "a.wav");
	refused_cut("a.png", (struct media_cut){ .region = { 300, 10, 40, 40 } },
	            "the region reaches to 340 x 50 pixels, but the picture is 320 x 240");
	refused_cut("a.png",
	            (struct media_cut){ .width = 64, .height = 64, .region = { 0, 201, 40, 40 } },
	            "the region reaches to 40 x 241 pixels, but the picture is 320 x 240");
	refused_cut("a.png",
	            (struct media_cut){ .width = 322, .height = 64, .region = { 0, 0, 40, 40 } },
	            "the image is smaller than the campaign's box of 322 x 64 pixels");
	refused_cut("a.mp4", (struct media_cut){ .region = { 0, 230, 10, 11 } },
	            "the region reaches to 10 x 241 pixels, but the picture is 320 x 240");
	refused_cut("a.wav", (struct media_cut){ .region = { 0, 0, 40, 40 } }, "a sound has no region");
}
END_TEST

/* The other item of a pair has twice the size and the same shape, or another shape. */
START_TEST(a_region_is_lent_to_a_picture_of_its_shape_alone)
{
	struct media_cut cut = { .width = 160,
		                     .height = 160,
		                     .region = { 0, 0, 80, 80 },
		                     .lent = { 880, 280, 80, 80 },
		                     .lent_width = 1280,
		                     .lent_height = 640 };
	double x, y;

	a_marked_picture(640, 320, (struct media_region){ 440, 140, 40, 40 }, "a.png");
	struct media media = ingest_cut("a.png", cut);
	middle_of_lime(&media.rendition, 160, 160, &x, &y);
	ck_assert_msg(fabs(x - 80) < 2, "%g %g", x, y);
	cut.region = (struct media_region){ 0 };
	cut.lent_height = 700;
	media = ingest_cut("a.png", cut);
	middle_of_lime(&media.rendition, 160, 160, &x, &y);
	ck_assert_msg(fabs(x - 150) < 3, "%g %g", x, y);
}
END_TEST

/* ------------------------------------------------------------------ noise */

static void traits_of(const struct media *media, double traits[MEDIA_TRAITS])
{
	struct error err = media_measure(store, media->rendition.digest, media->type, arena, traits);

	ck_assert_msg(!err.code, "%s", err.detail);
}

START_TEST(one_noise_hides_where_sounds_are_silent)
{
	double bare[MEDIA_TRAITS], noisy[MEDIA_TRAITS];

	FFMPEG("sine=f=440:d=0.5,adelay=600,apad=pad_dur=0.4", "a.wav");
	struct media plain = ingest_cut("a.wav", (struct media_cut){ .noise_db = 0 });
	struct media media = ingest_cut("a.wav", (struct media_cut){ .noise_db = -45 });

	traits_of(&plain, bare);
	traits_of(&media, noisy);
	ck_assert_double_gt(bare[TRAIT_SILENCE_START], 0.5);
	ck_assert_double_gt(bare[TRAIT_SILENCE_END], 0.3);
	ck_assert_double_eq(noisy[TRAIT_SILENCE_START], 0);
	ck_assert_double_le(noisy[TRAIT_SILENCE_END], 0.07); /* the last frame fades */
	ck_assert_double_eq_tol(noisy[TRAIT_LOUDNESS], bare[TRAIT_LOUDNESS], 0.7);
	ck_assert_uint_eq(media.duration_ms, plain.duration_ms);
	struct media again = ingest_cut("a.wav", (struct media_cut){ .noise_db = -45 });
	ck_assert_mem_eq(again.rendition.digest, media.rendition.digest, SHA256_BYTES);
}
END_TEST

/* The root of the mean square of a rendition's sound, in dBFS. */
static double level_of(const struct media_file *file)
{
	char path[PATH_MAX];
	struct error err = store_borrow(store, file->digest, path);
	double level = 0;

	ck_assert_msg(!err.code, "%s", err.detail);
	FILE *said = popen(arena_printf(arena,
	                                "ffmpeg -nostdin -i %s -map 0:a -af "
	                                "astats=measure_perchannel=none:measure_overall=RMS_level -f "
	                                "null - 2>&1 | sed -n 's/.*RMS level dB: //p'",
	                                path),
	                   "r");
	ck_assert_int_eq(fscanf(said, "%lf", &level), 1);
	pclose(said);
	store_give_back(store, path);
	return level;
}

START_TEST(a_film_without_sound_has_the_noise_at_its_level)
{
	FFMPEG("testsrc2=s=64x64:d=1", "-c:v", "libx264", "a.mp4");
	struct media media = ingest_cut("a.mp4", (struct media_cut){ .noise_db = -50 });

	ck_assert_double_eq_tol(level_of(&media.rendition), -50, 1);
	ck_assert_uint_eq(media.duration_ms, 1000);
}
END_TEST

Suite *media_cut_suite(void)
{
	Suite *suite = suite_create("media/cut");
	TCase *tc = tcase_create("cut");
	tcase_set_tags(tc, "programs");

	tcase_add_checked_fixture(tc, ingest_setup, ingest_teardown);
	tcase_set_timeout(tc, 240);
	tcase_add_loop_test(tc, a_cut_that_cannot_be_kept_is_refused, 0, 16);
	tcase_add_loop_test(tc, pictures_of_all_shapes_fill_the_box, 0, 4);
	tcase_add_test(tc, the_middle_of_a_picture_is_taken);
	tcase_add_test(tc, what_is_smaller_than_the_box_is_refused);
	tcase_add_loop_test(tc, films_of_all_lengths_and_shapes_have_the_box_and_the_window, 0, 3);
	tcase_add_test(tc, a_film_that_ends_before_the_window_is_refused);
	tcase_add_test(tc, the_window_of_a_sound_is_cut_and_levelled_by_itself);
	tcase_add_test(tc, a_window_without_sound_or_that_is_not_there_is_refused);
	tcase_add_test(tc, an_original_and_what_was_made_of_it_are_cut_alike);
	suite_add_tcase(suite, tc);
	tc = tcase_create("alike");
	tcase_set_tags(tc, "programs");
	tcase_add_checked_fixture(tc, ingest_setup, ingest_teardown);
	tcase_set_timeout(tc, 240);
	tcase_add_loop_test(tc, a_box_is_cut_around_the_region_and_stays_in_the_picture, 0, 5);
	tcase_add_test(tc, a_region_is_one_of_the_upright_picture);
	tcase_add_test(tc, sizes_that_divide_badly_cover_the_box_too);
	tcase_add_test(tc, a_film_and_its_poster_are_cut_around_the_region);
	tcase_add_test(tc, a_region_that_is_not_in_the_picture_is_refused);
	tcase_add_test(tc, a_region_is_lent_to_a_picture_of_its_shape_alone);
	tcase_add_test(tc, one_noise_hides_where_sounds_are_silent);
	tcase_add_test(tc, a_film_without_sound_has_the_noise_at_its_level);
	suite_add_tcase(suite, tc);
	return suite;
}
