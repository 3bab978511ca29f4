/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What only cameras write must be taken in like the rest, and must not show afterwards: refusing or
 * altering it would tell real from fake.
 */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ingest.h"
#include "suites.h"
#include "tiff.h"

#include "crypto/sha256.h"

#define DAMAGED "the image is damaged or incomplete"

/* ---- JPEG ---- */

/* A change to a JPEG: bytes put in, or written over others, at a place. */
struct change {
	const char *name;
	const char *before; /* the marker where; "" is the middle of the scan */
	int offset;         /* bytes from there */
	bool over;          /* written over what is there */
	const char *bytes;
	size_t len;
};

#define BYTES(text) text, sizeof(text) - 1

static const struct change harmless[] = {
	{ "Samsung's Se", "\xff\xda", 12, true, BYTES("\0") },
	{ "Ss, Se and Ah all 0", "\xff\xda", 11, true, BYTES("\0\0\0") },
	{ "stray bytes before a table", "\xff\xdb", 0, false, BYTES("\0\x12\x34") },
	{ "stray bytes before the frame", "\xff\xc0", 0, false, BYTES("\0\0\0\0\0\0\0\0") },
	{ "stray bytes before the scan", "\xff\xda", 0, false, BYTES("\x01") },
	{ "stray bytes before the end", "\xff\xd9", 0, false, BYTES("\0\0\x12") },
	{ "fill bytes before a table", "\xff\xdb", 0, false, BYTES("\xff\xff\xff") },
	{ "an unknown JFIF version", "\xff\xdb", 0, false,
	  BYTES("\xff\xe0\0\x10JFIF\0\x07\x01\0\0\x01\0\x01\0\0") },
};

static const struct change damage[] = {
	{ "an early end", "", 0, false, BYTES("\xff\xd9") },
	{ "an early end in the last lines", "\xff\xd9", -200, false, BYTES("\xff\xd9") },
	{ "a restart where none is due", "", 0, false, BYTES("\xff\xd3\xff\xd5") },
	{ "an early scan", "", 0, false, BYTES("\xff\xda\0\x08\x01\x01\0\0\x3f\0") },
	{ "a table amid the scan", "", 0, false, BYTES("\xff\xdb\0\x03\0") },
};

static void apply(const struct change *change, const char *from, const char *to)
{
	size_t len;
	char *bytes = scratch_read(scratch_path(from), &len);
	char *all = arena_alloc(arena, len + change->len);
	char *scan = memmem(bytes, len, "\xff\xda", 2);
	const char *place = *change->before ? memmem(bytes, len, change->before, strlen(change->before))
	                                    : scan + (bytes + len - scan) / 2;

	ck_assert_msg(place != NULL, "%s: no such marker", change->name);
	size_t at = (size_t)(place - bytes + change->offset), skip = change->over ? change->len : 0;
	memcpy(all, bytes, at);
	memcpy(all + at, change->bytes, change->len);
	memcpy(all + at + change->len, bytes + at + skip, len - at - skip);
	scratch_write(to, all, len + change->len - skip);
	free(bytes);
}

/* Noise leaves no byte of the scan without a meaning. */
static void write_photo(const char *jpeg)
{
	FFMPEG("testsrc2=s=320x240:d=1,noise=alls=40:all_seed=7", "-frames:v", "1", "photo.png");
	VIPS("copy", "photo.png", jpeg);
}

START_TEST(a_jpeg_with_a_cameras_oddity_gives_the_same_picture)
{
	const struct change *change = &harmless[_i];

	write_photo("photo.jpg[Q=90,strip=false]");
	apply(change, "photo.jpg", "odd.jpg");
	struct media plain = ingest("photo.jpg");
	struct media odd;
	struct error err = media_ingest(store, scratch_path("odd.jpg"), arena, &odd);
	ck_assert_msg(!err.code, "%s: %s", change->name, err.detail);
	ck_assert_mem_eq(plain.rendition.digest, odd.rendition.digest, SHA256_BYTES);
	ck_assert_mem_ne(plain.original.digest, odd.original.digest, SHA256_BYTES);
}
END_TEST

START_TEST(a_jpeg_that_lost_pixels_is_refused_with_oddities_and_without)
{
	const struct change *change = &damage[_i];

	write_photo("photo.jpg[Q=90]");
	apply(change, "photo.jpg", "damaged.jpg");
	refused("damaged.jpg", DAMAGED);
	apply(&harmless[0], "damaged.jpg", "both.jpg");
	refused("both.jpg", DAMAGED);
	apply(&harmless[2], "damaged.jpg", "both.jpg");
	refused("both.jpg", DAMAGED);
}
END_TEST

static const char *const pictures[] = { "p.jpg[Q=90]", "p.jpg[Q=90,interlace]",  "p.png", "p.heic",
	                                    "p.gif",       "p.tif[compression=lzw]", "p.tif" };

START_TEST(a_picture_that_is_cut_off_anywhere_is_refused)
{
	static const unsigned percents[] = { 60, 95, 99 };
	const char *name = arena_copy(arena, pictures[_i], strcspn(pictures[_i], "["));
	size_t len;

	write_photo(pictures[_i]);
	char *bytes = scratch_read(scratch_path(name), &len);
	for (unsigned i = 0; i < 3; i++) {
		struct media media;
		scratch_write("cut", bytes, len * percents[i] / 100);
		struct error err = media_ingest(store, scratch_path("cut"), arena, &media);
		ck_assert_msg(err.code == ERR_INVALID, "%s cut at %u %% is taken", name, percents[i]);
	}
	free(bytes);
}
END_TEST

/* With two threads, vips forgot the error one time in ten. */
START_TEST(a_cut_off_picture_is_refused_every_time)
{
	size_t len;

	write_photo("p.jpg[Q=90]");
	char *bytes = scratch_read(scratch_path("p.jpg"), &len);
	scratch_write("cut.jpg", bytes, len * 95 / 100);
	free(bytes);
	for (unsigned i = 0; i < 30; i++)
		refused("cut.jpg", DAMAGED);
}
END_TEST

/* ---- TIFF ---- */

#define GREEN "\x1e\x3c\x1e"
#define RED   "\xc8\0\0"

static struct tiff_level level(uint32_t width, uint32_t height, const char *colour,
                               uint16_t photometric)
{
	size_t len = 3ul * width * height;
	char *pixels = arena_alloc(arena, len);

	for (size_t i = 0; i < len; i++)
		pixels[i] = colour[i % 3];
	return (struct tiff_level){ .width = width,
		                        .height = height,
		                        .samples = 3,
		                        .bits = 8,
		                        .photometric = photometric,
		                        .sample_format = 1,
		                        .pixels = pixels,
		                        .len = len };
}

/* The rendition is all green, and this wide. */
static void check_green(const char *name, unsigned width)
{
	struct media media = ingest(name);
	unsigned char *pixels = decoded(&media.rendition);

	ck_assert_msg(media.width == width, "%s: %u wide, not %u", name, media.width, width);
	ck_assert_msg(abs(pixels[0] - 30) < 4 && abs(pixels[1] - 60) < 4, "%s: (%u, %u, %u)", name,
	              pixels[0], pixels[1], pixels[2]);
	free(pixels);
}

START_TEST(the_largest_level_of_a_tiff_is_the_picture)
{
	struct tiff_level large = level(640, 480, GREEN, 2), small = level(160, 120, RED, 2),
					  huge = level(2048, 1536, GREEN, 2), half = level(1024, 768, RED, 2);

	tiff_write("up.tif", (struct tiff_level[]){ small, large }, 2, false);
	tiff_write("down.tif", (struct tiff_level[]){ large, small }, 2, false);
	tiff_write("amid.tif", (struct tiff_level[]){ small, small, large, small }, 4, false);
	tiff_write("sub.tif", (struct tiff_level[]){ small, large }, 2, true);
	tiff_write("subs.tif", (struct tiff_level[]){ small, small, large, small }, 4, true);
	tiff_write("main.tif", (struct tiff_level[]){ large, small, small }, 3, true);
	tiff_write("pyramid.tif", (struct tiff_level[]){ huge, half, small }, 3, false);
	tiff_write("pages.tif", (struct tiff_level[]){ large, level(640, 480, RED, 2) }, 2, false);
	check_green("up.tif", 640);
	check_green("down.tif", 640);
	check_green("amid.tif", 640);
	check_green("sub.tif", 640);
	check_green("subs.tif", 640);
	check_green("main.tif", 640);
	check_green("pyramid.tif", 1024);
	check_green("pages.tif", 640); /* the first of equal pages */
}
END_TEST

#define RAW "the image is a camera's raw file; develop it to JPEG, PNG or TIFF first"

START_TEST(a_raw_file_is_refused_by_name_and_not_taken_as_its_preview)
{
	struct tiff_level preview = level(160, 120, RED, 2);

	tiff_write("sub.dng", (struct tiff_level[]){ preview, level(640, 480, GREEN, 32803) }, 2, true);
	tiff_write("linear.dng", (struct tiff_level[]){ preview, level(640, 480, GREEN, 34892) }, 2,
	           true);
	tiff_write("page.pef", (struct tiff_level[]){ level(640, 480, GREEN, 32803), preview }, 2,
	           false);
	tiff_write("x.tif", &preview, 1, false);
	size_t len;
	char *bytes = scratch_read(scratch_path("x.tif"), &len);
	memcpy(bytes + 8, "CR\2", 3);
	scratch_write("x.cr2", bytes, len);
	free(bytes);
	refused("sub.dng", RAW);
	refused("linear.dng", RAW);
	refused("page.pef", RAW);
	refused("x.cr2", RAW);
}
END_TEST

START_TEST(a_tiff_whose_directories_go_in_circles_is_walked_to_an_end)
{
	struct tiff_level large = level(64, 64, GREEN, 2);
	size_t len;

	tiff_write("x.tif", (struct tiff_level[]){ large, large }, 2, false);
	char *bytes = scratch_read(scratch_path("x.tif"), &len);
	for (size_t i = 0; i + 4 <= len; i += 2) { /* every offset becomes the first directory's */
		uint32_t first, word;
		memcpy(&first, bytes + 4, 4);
		memcpy(&word, bytes + i, 4);
		if (i != 4 && word && word < len && word > 3ul * 64 * 64)
			memcpy(bytes + i, &first, 4);
	}
	scratch_write("x.tif", bytes, len);
	free(bytes);
	struct media media;
	struct error err = media_ingest(store, scratch_path("x.tif"), arena, &media);
	ck_assert(err.code == OK || err.code == ERR_INVALID);
}
END_TEST

Suite *media_camera_suite(void)
{
	Suite *suite = suite_create("media_camera");
	TCase *tc = tcase_create("pictures");

	tcase_set_tags(tc, "programs");

	tcase_add_checked_fixture(tc, ingest_setup, ingest_teardown);
	tcase_set_timeout(tc, 120);
	tcase_add_loop_test(tc, a_jpeg_with_a_cameras_oddity_gives_the_same_picture, 0,
	                    sizeof harmless / sizeof harmless[0]);
	tcase_add_loop_test(tc, a_jpeg_that_lost_pixels_is_refused_with_oddities_and_without, 0,
	                    sizeof damage / sizeof damage[0]);
	tcase_add_loop_test(tc, a_picture_that_is_cut_off_anywhere_is_refused, 0,
	                    sizeof pictures / sizeof pictures[0]);
	tcase_add_test(tc, a_cut_off_picture_is_refused_every_time);
	tcase_add_test(tc, the_largest_level_of_a_tiff_is_the_picture);
	tcase_add_test(tc, a_raw_file_is_refused_by_name_and_not_taken_as_its_preview);
	tcase_add_test(tc, a_tiff_whose_directories_go_in_circles_is_walked_to_an_end);
	suite_add_tcase(suite, tc);
	return suite;
}
