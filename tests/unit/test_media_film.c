/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Films and sounds as cameras, broadcasters and editing programs write them: what their encoding
 * leaves behind must not show in the rendition, and what is in the pictures must stay.
 */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "ingest.h"
#include "suites.h"

/* What ffmpeg writes to stderr about the rendition, through `filter`. */
static const char *report(const struct media *media, const char *kind, const char *filter)
{
	const char *const argv[] = { "ffmpeg", "-hide_banner", "-nostats", "-i", "measured", kind,
		                         filter,   "-f",           "null",     "-",  NULL };
	struct program program = { .argv = argv,
		                       .folder = scratch_path(""),
		                       .wall_ms = 60000,
		                       .cpu_s = 60,
		                       .memory_bytes = 2ull << 30,
		                       .file_bytes = 1 << 20,
		                       .open_files = 64 };
	struct program_result *result = arena_alloc(arena, sizeof *result);
	size_t len;
	char *bytes = stored(&media->rendition, &len);

	scratch_write("measured", bytes, len);
	free(bytes);
	ck_assert_int_eq(program_run(&program, result).code, OK);
	return result->err;
}

static double reported(const char *text, const char *name)
{
	const char *found = NULL;

	for (const char *at = text; (at = strstr(at, name)); at++)
		found = at;
	ck_assert_msg(found != NULL, "no %s in %s", name, text);
	return atof(found + strlen(name));
}

/* ---- colours ---- */

#define FLAT(colour) "color=c=" colour ":s=320x240:d=1:r=25"
#define RED          "0xc83c28"
#define GREY         "0x5a5a5a"
#define BT709        "scale=out_color_matrix=bt709:flags=accurate_rnd+full_chroma_int"
#define BT601        "scale=out_color_matrix=bt601:flags=accurate_rnd+full_chroma_int"

static const struct flat {
	const char *source, *filter, *pixels, *codec, *option, *value, *name;
	unsigned char expected[3];
} flats[] = {
	{ FLAT(RED), BT601, "yuv420p", "libx264", "-crf", "10", "untagged.mp4", { 200, 60, 40 } },
	{ FLAT(RED), BT709, "yuv420p", "libx264", "-colorspace", "bt709", "709.mp4", { 200, 60, 40 } },
	{ FLAT(RED),
	  BT601,
	  "yuv420p",
	  "libx264",
	  "-colorspace",
	  "smpte170m",
	  "601.mp4",
	  { 200, 60, 40 } },
	{ FLAT(RED), BT601, "yuvj420p", "mjpeg", "-q:v", "2", "full.avi", { 200, 60, 40 } },
	{ FLAT(RED), BT601, "yuvj420p", "libx264", "-crf", "10", "full.mp4", { 200, 60, 40 } },
	{ FLAT(RED), BT601, "yuv422p10le", "prores_ks", "-profile:v", "2", "10.mov", { 200, 60, 40 } },
	{ FLAT(RED), BT601, "yuv444p", "ffv1", "-level", "3", "444.mkv", { 200, 60, 40 } },
	{ FLAT(RED), BT601, "yuv420p", "mpeg2video", "-q:v", "2", "mpeg2.mpg", { 200, 60, 40 } },
	{ FLAT(RED), BT601, "yuv420p", "libvpx", "-b:v", "1M", "vp8.webm", { 200, 60, 40 } },
	{ FLAT(RED), "null", "rgb24", "png", "-pred", "none", "png.avi", { 200, 60, 40 } },
	{ FLAT(RED), "null", "bgr24", "rawvideo", "-g", "1", "raw.avi", { 200, 60, 40 } },
	{ FLAT(RED), "null", "rgb24", "libx264rgb", "-crf", "10", "rgb.mkv", { 200, 60, 40 } },
	{ FLAT(RED),
	  "split[a][b];[a]palettegen[p];[b]fps=10[c];[c][p]paletteuse=dither=none",
	  "pal8",
	  "gif",
	  "-loop",
	  "0",
	  "flat.gif",
	  { 200, 60, 40 } },
	{ FLAT(GREY), "null", "gray", "ffv1", "-level", "3", "grey.mkv", { 90, 90, 90 } },
	{ FLAT(GREY), "null", "gray10le", "ffv1", "-level", "3", "grey10.mkv", { 90, 90, 90 } },
};

static void check_colour(const char *name, const struct media_file *file,
                         const unsigned char expected[3])
{
	unsigned char *pixels = decoded(file), *middle = pixels + 3 * (320 * 120 + 160);

	for (unsigned band = 0; band < 3; band++)
		ck_assert_msg(abs(middle[band] - expected[band]) <= 4, "%s: (%u, %u, %u)", name, middle[0],
		              middle[1], middle[2]);
	free(pixels);
}

START_TEST(a_film_and_its_poster_keep_their_colours)
{
	const struct flat *flat = &flats[_i];

	FFMPEG(flat->source, "-vf", flat->filter, "-pix_fmt", flat->pixels, "-c:v", flat->codec,
	       flat->option, flat->value, flat->name);
	struct media media = ingest(flat->name);
	ck_assert_int_eq(media.type, MEDIA_VIDEO);
	check_colour(flat->name, &media.rendition, flat->expected);
	check_colour(flat->name, &media.poster, flat->expected);
}
END_TEST

/* ---- high dynamic range ---- */

static const struct hdr {
	const char *transfer, *level; /* of luma, in 10 bits */
	int least, most;              /* what may come out */
} hdrs[] = {
	{ "arib-std-b67", "64", 0, 2 },      { "arib-std-b67", "400", 95, 125 },
	{ "arib-std-b67", "721", 235, 250 }, /* the white of paper */
	{ "arib-std-b67", "940", 252, 255 }, { "smpte2084", "64", 0, 2 },
	{ "smpte2084", "400", 95, 125 },     { "smpte2084", "573", 235, 250 }, /* the white of paper */
	{ "smpte2084", "722", 252, 255 },                                      /* 1,000 cd/m2 */
};

START_TEST(white_of_high_dynamic_range_stays_white)
{
	const struct hdr *hdr = &hdrs[_i];

	FFMPEG("color=black:s=320x240:d=1:r=30", "-vf",
	       arena_printf(arena, "format=yuv420p10le,geq=lum=%s:cb=512:cr=512", hdr->level), "-c:v",
	       "libx264", "-crf", "5", "-color_trc", hdr->transfer, "-colorspace", "bt2020nc",
	       "-color_primaries", "bt2020", "-color_range", "tv", "hdr.mov");
	struct media media = ingest("hdr.mov");
	unsigned char *pixels = decoded(&media.rendition), *middle = pixels + 3 * (320 * 120 + 160);
	for (unsigned band = 0; band < 3; band++)
		ck_assert_msg(middle[band] >= hdr->least && middle[band] <= hdr->most, "%s %s: %u",
		              hdr->transfer, hdr->level, middle[band]);
	free(pixels);
}
END_TEST

/* ---- two fields a frame ---- */

static const struct fields {
	const char *size, *filter, *pixels, *codec, *option, *name;
} woven[] = {
	{ "640x480", "tinterlace=interleave_top,setfield=tff", "yuv420p", "libx264", "tff=1",
	  "fields.mp4" },
	{ "640x480", "tinterlace=interleave_bottom,setfield=bff", "yuv420p", "libx264", "bff=1",
	  "fields.mkv" },
	{ "640x480", "tinterlace=interleave_top,setfield=tff", "yuv420p", "mpeg2video", NULL,
	  "fields.mpg" },
	{ "720x576", "tinterlace=interleave_bottom,setfield=bff", "yuv420p", "dvvideo", NULL,
	  "dv.avi" },
	{ "640x480", "format=yuv422p10le,tinterlace=interleave_top,setfield=tff", "yuv422p10le",
	  "prores_ks", NULL, "fields.mov" },
};

START_TEST(interlaced_film_comes_out_without_combs)
{
	const struct fields *fields = &woven[_i];

	FFMPEG(arena_printf(arena, "testsrc2=s=%s:r=50:d=2", fields->size), "-vf", fields->filter,
	       "-pix_fmt", fields->pixels, "-c:v", fields->codec, "-b:v", "8M", "-flags", "+ildct+ilme",
	       fields->option ? "-x264opts" : "-r", fields->option ? fields->option : "25",
	       fields->name);
	struct media media = ingest(fields->name);
	ck_assert_uint_eq(media.duration_ms, 2000);
	const char *found = report(&media, "-vf", "idet");
	const char *frames = strstr(found, "Multi frame detection:");
	ck_assert_ptr_nonnull(frames);
	double combed = reported(frames, "TFF:") + reported(frames, "BFF:");
	ck_assert_msg(combed <= 5, "%s: %s", fields->name, frames); /* the first ones are a guess */
	ck_assert_double_ge(reported(frames, "Progressive:"), 40);
}
END_TEST

/* ---- shapes and times ---- */

START_TEST(odd_sides_turned_and_uneven_films_are_taken_whole)
{
	FFMPEG("testsrc2=s=321x241:d=1:r=25", "-c:v", "ffv1", "-pix_fmt", "yuv444p", "odd.mkv");
	FFMPEG("testsrc2=s=320x180:d=1:r=30", "lying.mov");
	scratch_run((const char *const[]){ "ffmpeg", "-v", "error", "-y", "-i", "lying.mov", "-c",
	                                   "copy", "-metadata:s:v", "rotate=270", "turned.mov", NULL });
	FFMPEG("testsrc2=s=320x180:d=2:r=30", "-vf", "select='lt(n,20)+not(mod(n,5))'", "-vsync", "vfr",
	       "uneven.mp4");
	struct media odd = ingest("odd.mkv"), turned = ingest("turned.mov"),
				 uneven = ingest("uneven.mp4");

	ck_assert_uint_eq(odd.width % 2 + odd.height % 2, 0);
	ck_assert_uint_eq(turned.width, 180);
	ck_assert_uint_eq(turned.height, 320);
	ck_assert_uint_ge(uneven.duration_ms, 1800);
	ck_assert_uint_le(uneven.duration_ms, 2040);
}
END_TEST

/* ---- sound ---- */

static const char *const minutes[] = { "60.m4a", "60.mp3", "60.opus.ogg",
	                                   "60.aac", "60.wav", "8k.m4a" };

START_TEST(a_minute_of_sound_is_a_minute_in_every_codec)
{
	bool narrow = strcmp(minutes[_i], "8k.m4a") == 0;

	FFMPEG("sine=f=440:d=59.99:r=44100", "-ar", narrow ? "8000" : "48000", "-b:a", "64k",
	       minutes[_i]);
	struct media media = ingest(minutes[_i]);
	ck_assert_int_eq(media.type, MEDIA_AUDIO);
	ck_assert_uint_ge(media.duration_ms, 59900);
}
END_TEST

START_TEST(a_minute_of_film_with_sound_is_a_minute)
{
	FFMPEG("color=red:s=64x64:d=60:r=5", "-f", "lavfi", "-i", "sine=f=440:d=60:r=44100", "60.mkv");
	ck_assert_uint_eq(ingest("60.mkv").duration_ms, 60000);
}
END_TEST

static const struct stereo {
	const char *pan, *name;
} stereos[] = {
	{ "pan=stereo|c0=c0|c1=-1*c0", "antiphase.wav" },
	{ "pan=stereo|c0=c0|c1=-0.9*c0", "nearly.flac" },
	{ "pan=stereo|c0=0.05*c0|c1=-0.05*c0", "quiet.m4a" },
	{ "pan=stereo|c0=c0|c1=0*c0", "left.wav" },
	{ "pan=stereo|c0=0*c0|c1=c0", "right.wav" },
	{ "pan=stereo|c0=c0|c1=c0", "both.wav" },
	{ "pan=5.1|c0=c0|c1=-1*c0|c2=0*c0|c3=0*c0|c4=0*c0|c5=0*c0", "six.wav" },
	{ "pan=mono|c0=c0", "one.wav" },
};

START_TEST(sound_is_as_loud_whatever_its_channels_do_to_each_other)
{
	FFMPEG("sine=f=440:d=3:r=48000", "-af", stereos[_i].pan, stereos[_i].name);
	struct media media = ingest(stereos[_i].name);
	double loudness = reported(report(&media, "-af", "ebur128"), "I:");
	ck_assert_msg(fabs(loudness - MEDIA_LOUDNESS_LUFS) <= 1, "%s: %.1f LUFS", stereos[_i].name,
	              loudness);
}
END_TEST

START_TEST(antiphase_sound_of_a_film_is_heard)
{
	FFMPEG("color=red:s=64x64:d=3:r=25", "-f", "lavfi", "-i", "sine=f=440:d=3:r=48000", "-af",
	       "pan=stereo|c0=c0|c1=-1*c0", "film.mp4");
	struct media media = ingest("film.mp4");
	double loudness = reported(report(&media, "-af", "ebur128"), "I:");
	ck_assert_double_le(fabs(loudness - MEDIA_LOUDNESS_LUFS), 1);
}
END_TEST

#define COUNT(array) (int)(sizeof(array) / sizeof *(array))

static double helpers_seconds(void)
{
	struct rusage usage;

	getrusage(RUSAGE_CHILDREN, &usage);
	return (double)usage.ru_utime.tv_sec + (double)usage.ru_utime.tv_usec / 1e6;
}

/* Of processor time, which others on the machine do not lengthen much. */
START_TEST(a_film_of_few_frames_costs_little)
{
	FFMPEG("testsrc=s=2048x1152:r=1/10:d=40", "-c:v", "libx264", "-preset", "ultrafast", "few.mp4");
	double before = helpers_seconds();
	struct media media = ingest("few.mp4");

	ck_assert_uint_ge(media.duration_ms, 30000);
	double took = helpers_seconds() - before;
	ck_assert_msg(took < 12, "%.1f s of processor", took);
}
END_TEST

Suite *media_film_suite(void)
{
	Suite *suite = suite_create("media_film");
	TCase *tc = tcase_create("films");

	tcase_set_tags(tc, "programs encodings");

	tcase_add_checked_fixture(tc, ingest_setup, ingest_teardown);
	tcase_set_timeout(tc, 180);
	tcase_add_loop_test(tc, a_film_and_its_poster_keep_their_colours, 0, COUNT(flats));
	tcase_add_loop_test(tc, white_of_high_dynamic_range_stays_white, 0, COUNT(hdrs));
	tcase_add_loop_test(tc, interlaced_film_comes_out_without_combs, 0, COUNT(woven));
	tcase_add_test(tc, odd_sides_turned_and_uneven_films_are_taken_whole);
	tcase_add_loop_test(tc, a_minute_of_sound_is_a_minute_in_every_codec, 0, COUNT(minutes));
	tcase_add_test(tc, a_film_of_few_frames_costs_little);
	tcase_add_test(tc, a_minute_of_film_with_sound_is_a_minute);
	tcase_add_loop_test(tc, sound_is_as_loud_whatever_its_channels_do_to_each_other, 0,
	                    COUNT(stereos));
	tcase_add_test(tc, antiphase_sound_of_a_film_is_heard);
	suite_add_tcase(suite, tc);
	return suite;
}
