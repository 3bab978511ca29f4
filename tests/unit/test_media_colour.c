/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Colours must come out as they went in, whatever the file stores them as: one picture of flat
 * patches is stored in every mode, and what an independent decoder makes of the rendition is
 * compared with the patches.
 */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ingest.h"
#include "suites.h"
#include "tiff.h"

#define PATCH     64 /* pixels a side */
#define ACROSS    4
#define PATCHES   8
#define WIDTH     (ACROSS * PATCH)
#define HEIGHT    (PATCHES / ACROSS * PATCH)
#define PIXELS    (WIDTH * HEIGHT)
#define TOLERANCE 3 /* levels: JPEG at quality 88, chroma at half size */

static const unsigned char coloured[PATCHES][3] = {
	{ 30, 60, 30 },  { 255, 255, 255 }, { 50, 80, 220 },   { 0, 0, 0 },
	{ 200, 60, 40 }, { 90, 90, 90 },    { 230, 190, 160 }, { 20, 200, 190 },
};
static const unsigned char greys[PATCHES][3] = {
	{ 90, 90, 90 },    { 255, 255, 255 }, { 20, 20, 20 },    { 0, 0, 0 },
	{ 128, 128, 128 }, { 40, 40, 40 },    { 200, 200, 200 }, { 240, 240, 240 },
};

static unsigned patch_of(unsigned pixel)
{
	return pixel / WIDTH / PATCH * ACROSS + pixel % WIDTH / PATCH;
}

static void write_patches(const char *name, const unsigned char patches[PATCHES][3])
{
	char *bytes = arena_printf(arena, "P6 %d %d 255\n%*s", WIDTH, HEIGHT, 3 * PIXELS, "");
	char *pixels = strchr(bytes, '\n') + 1;

	for (unsigned i = 0; i < PIXELS; i++)
		memcpy(pixels + 3 * i, patches[patch_of(i)], 3);
	scratch_write(name, bytes, (size_t)(pixels - bytes) + 3 * PIXELS);
}

static void setup(void)
{
	ingest_setup();
	write_patches("colour.ppm", coloured);
	write_patches("grey.ppm", greys);
}

/* The middle of every patch of `name`'s rendition is as expected. */
static void check_patches_within(const char *name, const unsigned char expected[PATCHES][3],
                                 int tolerance)
{
	struct media media = ingest(name);
	ck_assert_uint_eq(media.width, WIDTH);
	ck_assert_uint_eq(media.height, HEIGHT);
	unsigned char *pixels = decoded(media.type == MEDIA_VIDEO ? &media.poster : &media.rendition);

	for (unsigned i = 0; i < PATCHES; i++) {
		const unsigned char *got = pixels + 3 * ((i / ACROSS * PATCH + PATCH / 2) * WIDTH +
		                                         i % ACROSS * PATCH + PATCH / 2);
		for (unsigned band = 0; band < 3; band++)
			ck_assert_msg(abs(got[band] - expected[i][band]) <= tolerance,
			              "%s: patch %u is (%u, %u, %u), not (%u, %u, %u)", name, i, got[0], got[1],
			              got[2], expected[i][0], expected[i][1], expected[i][2]);
	}
	free(pixels);
}

static void check_patches(const char *name, const unsigned char expected[PATCHES][3])
{
	check_patches_within(name, expected, TOLERANCE);
}

/* Every row makes `name` with ffmpeg from the coloured or grey patches. */
static const struct mode {
	const char *name, *from, *pixels;
	const char *option, *value; /* of the encoder */
} modes[] = {
	{ "rgb.png", "colour.ppm", "rgb24", "-pred", "none" },
	{ "rgba.png", "colour.ppm", "rgba", "-pred", "none" },
	{ "rgb16.png", "colour.ppm", "rgb48be", "-pred", "none" },
	{ "rgba16.png", "colour.ppm", "rgba64be", "-pred", "none" },
	{ "grey.png", "grey.ppm", "gray", "-pred", "none" },
	{ "greya.png", "grey.ppm", "ya8", "-pred", "none" },
	{ "grey16.png", "grey.ppm", "gray16be", "-pred", "none" },
	{ "greya16.png", "grey.ppm", "ya16be", "-pred", "none" },
	{ "rgb.tiff", "colour.ppm", "rgb24", "-compression_algo", "lzw" },
	{ "rgba.tiff", "colour.ppm", "rgba", "-compression_algo", "lzw" },
	{ "rgb16.tiff", "colour.ppm", "rgb48le", "-compression_algo", "raw" },
	{ "grey.tiff", "grey.ppm", "gray", "-compression_algo", "deflate" },
	{ "grey16.tiff", "grey.ppm", "gray16le", "-compression_algo", "raw" },
	{ "422.jpg", "colour.ppm", "yuvj422p", "-q:v", "2" },
	{ "grey.jpg", "grey.ppm", "gray", "-q:v", "2" },
	{ "lossless.webp", "colour.ppm", "bgra", "-lossless", "1" },
	{ "8.avif", "colour.ppm", "yuv444p", "-still-picture", "1" },
	{ "10.avif", "colour.ppm", "yuv420p10le", "-still-picture", "1" },
	{ "grey12.avif", "grey.ppm", "gray12le", "-still-picture", "1" },
};

START_TEST(a_picture_without_a_profile_keeps_its_colours)
{
	const struct mode *mode = &modes[_i];
	bool grey = strcmp(mode->from, "grey.ppm") == 0;

	scratch_run((const char *const[]){ "ffmpeg", "-v", "error", "-y", "-i", mode->from, "-pix_fmt",
	                                   mode->pixels, "-sws_flags", "accurate_rnd+full_chroma_int",
	                                   mode->option, mode->value, mode->name, NULL });
	check_patches(mode->name, grey ? greys : coloured);
}
END_TEST

/* Modes that vips writes: the option in brackets says how. */
static const char *const vips_modes[] = { "palette.png[palette,dither=0]", "still.gif[dither=0]",
	                                      "q95.jpg[Q=95]", "q95.webp[Q=95]", "x.heic[lossless]" };

START_TEST(a_palette_and_what_vips_writes_keep_their_colours)
{
	VIPS("copy", "colour.ppm", vips_modes[_i]);
	check_patches(arena_copy(arena, vips_modes[_i], strcspn(vips_modes[_i], "[")), coloured);
}
END_TEST

START_TEST(a_grey_picture_comes_out_in_three_bands)
{
	static const char *const names[] = { "gray", "ya8", "gray16be", "ya16be" };
	size_t len;

	for (unsigned i = 0; i < 4; i++) {
		scratch_run((const char *const[]){ "ffmpeg", "-v", "error", "-y", "-i", "grey.ppm",
		                                   "-pix_fmt", names[i], "grey.png", NULL });
		struct media media = ingest("grey.png");
		char *bytes = stored(&media.rendition, &len);
		const char *frame = memmem(bytes, len, "\xff\xc0\0\x11", 4); /* 17 bytes: 3 components */
		ck_assert_msg(frame != NULL, "%s has not three components", names[i]);
		free(bytes);
	}
}
END_TEST

START_TEST(half_transparent_colours_lie_on_mid_grey)
{
	unsigned char expected[PATCHES][3];

	for (unsigned i = 0; i < PATCHES * 3; i++)
		expected[i / 3][i % 3] = (unsigned char)lround(128 * 0.5 + coloured[i / 3][i % 3] * 0.5);
	scratch_run((const char *const[]){ "ffmpeg", "-v", "error", "-y", "-i", "colour.ppm", "-vf",
	                                   "format=rgba,colorchannelmixer=aa=0.5", "half.png", NULL });
	check_patches("half.png", expected);
}
END_TEST

/* ---- ink and odd samples ---- */

/* Stores the patches as inks, with as much of black as `black` says, so that
 * (1 - ink) (1 - black) is the patch again. */
static void write_cmyk(const char *name, double black, uint16_t bits)
{
	unsigned char *bytes = arena_alloc(arena, PIXELS * 8);

	for (unsigned i = 0; i < PIXELS; i++) {
		const unsigned char *patch = coloured[patch_of(i)];
		double most = fmax(fmax(patch[0], patch[1]), fmax(patch[2], 1)) / 255;
		double key = black * (1 - most);
		for (unsigned ink = 0; ink < 4; ink++) {
			double value = ink < 3 ? 1 - patch[ink] / 255.0 / (1 - key) : key;
			uint16_t wide = (uint16_t)lround(value * 65535);
			if (bits == 16)
				memcpy(bytes + i * 8 + ink * 2, &wide, 2);
			else
				bytes[i * 4 + ink] = (unsigned char)lround(value * 255);
		}
	}
	struct tiff_level level = { .width = WIDTH,
		                        .height = HEIGHT,
		                        .samples = 4,
		                        .bits = bits,
		                        .photometric = 5,
		                        .sample_format = 1,
		                        .pixels = bytes,
		                        .len = (size_t)PIXELS * bits / 2 };
	tiff_write(name, &level, 1, false);
}

START_TEST(ink_without_a_profile_is_paper_minus_ink)
{
	write_cmyk("cmyk.tif", 0, 8);
	write_cmyk("black.tif", 1, 8);
	write_cmyk("wide.tif", 0.6, 16);
	VIPS("copy", "black.tif", "cmyk.jpg[Q=98,strip]");
	check_patches("cmyk.tif", coloured);
	check_patches("black.tif", coloured);
	check_patches("wide.tif", coloured);
	check_patches("cmyk.jpg", coloured);
}
END_TEST

#define PRESS_TOLERANCE 12 /* a press's table there and back loses 10; without it 70 are lost */

START_TEST(ink_with_a_profile_is_converted_through_it)
{
	/* in the gamut of the press, and not the colours that paper minus ink would give */
	static const unsigned char soft[PATCHES][3] = {
		{ 150, 160, 140 }, { 200, 200, 200 }, { 130, 140, 170 }, { 170, 150, 150 },
		{ 180, 120, 110 }, { 140, 140, 140 }, { 220, 190, 170 }, { 120, 160, 160 },
	};

	write_patches("soft.ppm", soft);
	VIPS("copy", "soft.ppm", "soft.png");
	VIPS("icc_transform", "soft.png", "press.tif", "cmyk", "--input-profile", "srgb", "--intent",
	     "absolute");
	VIPS("copy", "press.tif", "press.jpg[Q=98]");
	check_patches_within("press.tif", soft, PRESS_TOLERANCE);
	check_patches_within("press.jpg", soft, PRESS_TOLERANCE);
}
END_TEST

#define SAMPLES(text) \
	"the image's samples (" text ") have no agreed meaning; save it with 8 or 16 bits a channel"
#define ODD_BITS \
	"the image has samples of an unusual number of bits; save it with 8 or 16 bits a channel"

static const struct odd {
	struct tiff_level level;
	const char *reason; /* NULL: grey 102 comes out */
} odds[] = {
	{ { .samples = 1, .bits = 32, .photometric = 1, .sample_format = 3 }, SAMPLES("float, b-w") },
	{ { .samples = 3, .bits = 32, .photometric = 2, .sample_format = 3 }, SAMPLES("float, scrgb") },
	{ { .samples = 1, .bits = 32, .photometric = 1, .sample_format = 1 }, SAMPLES("uint, b-w") },
	{ { .samples = 1, .bits = 16, .photometric = 1, .sample_format = 2 },
	  SAMPLES("short, grey16") },
	{ { .samples = 1, .bits = 12, .photometric = 1, .sample_format = 1 }, ODD_BITS },
	{ { .samples = 3, .bits = 12, .photometric = 2, .sample_format = 1 }, ODD_BITS },
	{ { .samples = 1, .bits = 10, .photometric = 1, .sample_format = 1 }, ODD_BITS },
	{ { .samples = 1, .bits = 8, .photometric = 1, .sample_format = 1 }, NULL },
	{ { .samples = 1, .bits = 16, .photometric = 1, .sample_format = 1 }, NULL },
	{ { .samples = 1, .bits = 4, .photometric = 1, .sample_format = 1 }, NULL },
};

START_TEST(samples_are_taken_right_or_refused_by_name)
{
	struct tiff_level level = odds[_i].level;
	unsigned char *bytes = arena_alloc(arena, PIXELS * 24), *pixels;

	memset(bytes, 0x66, PIXELS * 24); /* 102 of 255, 26214 of 65535, 6 of 15 */
	level.width = WIDTH, level.height = HEIGHT;
	level.pixels = bytes, level.len = (size_t)PIXELS * level.samples * level.bits / 8;
	tiff_write("odd.tif", &level, 1, false);
	if (odds[_i].reason) {
		refused("odd.tif", odds[_i].reason);
		return;
	}
	struct media media = ingest("odd.tif");
	pixels = decoded(&media.rendition);
	ck_assert_int_le(abs(pixels[3 * PIXELS / 2] - 102), 1);
	free(pixels);
}
END_TEST

/* ---- embedded profiles ---- */

static size_t put_u32(unsigned char *bytes, size_t at, uint32_t number)
{
	for (unsigned i = 0; i < 4; i++)
		bytes[at + i] = (unsigned char)(number >> (24 - 8 * i));
	return at + 4;
}

static size_t put_text(unsigned char *bytes, size_t at, const char *text)
{
	memcpy(bytes + at, text, strlen(text));
	return at + strlen(text);
}

static uint32_t fixed(double number)
{
	return (uint32_t)(int32_t)lround(number * 65536);
}

#define ICC_DATA                                                                    \
	400u /* where the tags' values begin; three words are room for every one's head \
	      */

/* An ICC profile of one gamma, for grey or for RGB whose primaries' columns are given. */
static void write_profile(const char *name, double gamma, const double columns[3][3])
{
	static const char *const curves[] = { "rTRC", "gTRC", "bTRC" };
	static const char *const primaries[] = { "rXYZ", "gXYZ", "bXYZ" };
	unsigned char bytes[600] = { 0 };
	size_t at = 132, data = ICC_DATA;

	put_u32(bytes, 0, sizeof bytes);
	put_u32(bytes, 8, 0x02400000);
	put_text(bytes, 12, columns ? "mntrRGB XYZ " : "mntrGRAYXYZ ");
	put_text(bytes, 36, "acsp");
	put_u32(bytes, put_u32(bytes, put_u32(bytes, 68, 0xf6d6), 0x10000), 0xd32d);
	put_u32(bytes, 128, columns ? 6 : 1);
	for (unsigned i = 0; i < (columns ? 3 : 1); i++) { /* all use one curve */
		at = put_text(bytes, at, columns ? curves[i] : "kTRC");
		at = put_u32(bytes, put_u32(bytes, at, ICC_DATA), 14);
	}
	put_u32(bytes, put_text(bytes, data, "curv") + 4, 1);
	unsigned g = (unsigned)lround(gamma * 256);
	bytes[data + 12] = (unsigned char)(g >> 8), bytes[data + 13] = (unsigned char)g;
	for (unsigned i = 0; columns && i < 3; i++) {
		data += 20;
		at = put_text(bytes, at, primaries[i]);
		at = put_u32(bytes, put_u32(bytes, at, (uint32_t)data), 20);
		size_t value = put_text(bytes, data, "XYZ ") + 4;
		for (unsigned row = 0; row < 3; row++)
			value = put_u32(bytes, value, fixed(columns[i][row]));
	}
	scratch_write(name, bytes, sizeof bytes);
}

static unsigned char srgb_level(double linear)
{
	linear = fmin(fmax(linear, 0), 1);
	double curved = linear <= 0.0031308 ? 12.92 * linear : 1.055 * pow(linear, 1 / 2.4) - 0.055;
	return (unsigned char)lround(255 * curved);
}

START_TEST(grey_with_a_profile_is_converted_through_it)
{
	unsigned char expected[PATCHES][3];

	for (unsigned i = 0; i < PATCHES * 3; i++)
		expected[i / 3][i % 3] = srgb_level(pow(greys[i / 3][0] / 255.0, 1.0 + 205.0 / 256));
	write_profile("gamma.icc", 1.8, NULL);
	scratch_run((const char *const[]){ "ffmpeg", "-v", "error", "-y", "-i", "grey.ppm", "-pix_fmt",
	                                   "gray", "plain.png", NULL });
	VIPS("copy", "plain.png", "tagged.jpg[Q=98,profile=gamma.icc]");
	VIPS("copy", "plain.png", "tagged.tif[profile=gamma.icc]");
	check_patches("tagged.jpg", expected);
	check_patches("tagged.tif", expected);
}
END_TEST

/* Adobe RGB (1998): its primaries under D50, and gamma 2.2. */
static const double adobe[3][3] = { { 0.60974, 0.31111, 0.01947 },
	                                { 0.20528, 0.62567, 0.06087 },
	                                { 0.14919, 0.06322, 0.74457 } };
static const double xyz_to_srgb[3][3] = { { 3.1338561, -1.6168667, -0.4906146 },
	                                      { -0.9787684, 1.9161415, 0.0334540 },
	                                      { 0.0719453, -0.2289914, 1.4052427 } };

START_TEST(adobe_rgb_is_converted_through_its_profile)
{
	unsigned char expected[PATCHES][3];

	for (unsigned i = 0; i < PATCHES; i++) {
		for (unsigned band = 0; band < 3; band++) {
			double linear = 0;
			for (unsigned row = 0; row < 3; row++)
				for (unsigned from = 0; from < 3; from++)
					linear += xyz_to_srgb[band][row] * adobe[from][row] *
					          pow(coloured[i][from] / 255.0, 2.2);
			expected[i][band] = srgb_level(linear);
		}
	}
	write_profile("adobe.icc", 2.19921875, adobe);
	VIPS("copy", "colour.ppm", "adobe.png[profile=adobe.icc]");
	VIPS("copy", "colour.ppm", "adobe.jpg[Q=98,profile=adobe.icc]");
	check_patches("adobe.png", expected);
	check_patches("adobe.jpg", expected);
}
END_TEST

static const char *const tagged[] = { "p3.png", "p3.jpg[Q=98]", "p3.tif", "p3.webp[lossless]" };

START_TEST(display_p3_is_converted_through_its_profile)
{
	VIPS("copy", "colour.ppm", "colour.png");
	VIPS("icc_transform", "colour.png", "p3.v", "p3", "--input-profile", "srgb");
	VIPS("copy", "p3.v", tagged[_i]);
	check_patches(arena_copy(arena, tagged[_i], strcspn(tagged[_i], "[")), coloured);
}
END_TEST

START_TEST(a_profile_for_other_colours_is_no_profile)
{
	scratch_run((const char *const[]){ "ffmpeg", "-v", "error", "-y", "-i", "grey.ppm", "-pix_fmt",
	                                   "gray", "plain.png", NULL });
	write_profile("adobe.icc", 2.19921875, adobe);
	VIPS("copy", "plain.png", "foreign.tif[profile=adobe.icc]");
	check_patches("foreign.tif", greys);
}
END_TEST

Suite *media_colour_suite(void)
{
	Suite *suite = suite_create("media_colour");
	TCase *tc = tcase_create("colours");

	tcase_set_tags(tc, "programs encodings");

	tcase_add_checked_fixture(tc, setup, ingest_teardown);
	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, a_picture_without_a_profile_keeps_its_colours, 0,
	                    sizeof modes / sizeof modes[0]);
	tcase_add_loop_test(tc, a_palette_and_what_vips_writes_keep_their_colours, 0,
	                    sizeof vips_modes / sizeof vips_modes[0]);
	tcase_add_test(tc, a_grey_picture_comes_out_in_three_bands);
	tcase_add_test(tc, half_transparent_colours_lie_on_mid_grey);
	tcase_add_test(tc, ink_without_a_profile_is_paper_minus_ink);
	tcase_add_test(tc, ink_with_a_profile_is_converted_through_it);
	tcase_add_loop_test(tc, samples_are_taken_right_or_refused_by_name, 0,
	                    sizeof odds / sizeof odds[0]);
	tcase_add_test(tc, grey_with_a_profile_is_converted_through_it);
	tcase_add_test(tc, adobe_rgb_is_converted_through_its_profile);
	tcase_add_loop_test(tc, display_p3_is_converted_through_its_profile, 0,
	                    sizeof tagged / sizeof tagged[0]);
	tcase_add_test(tc, a_profile_for_other_colours_is_no_profile);
	suite_add_tcase(suite, tc);
	return suite;
}
