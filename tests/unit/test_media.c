/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/sha256.h"
#include "media/image_header.h"
#include "media/media.h"

#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ingest.h"
#include "scratch.h"
#include "suites.h"

#define PICTURE "testsrc=s=320x240:d=1:r=25"
#define BEEP    "sine=f=440:d=2:r=44100"

/* ---- what is refused ---- */

struct bad {
	const char *bytes;
	size_t len;
	const char *reason;
};

#define BAD(bytes, reason)               \
	{                                    \
		bytes, sizeof(bytes) - 1, reason \
	}
#define TEXT_REASON "the file is text, not an image, video or audio file"

static const struct bad bad[] = {
	BAD("", "the file is empty"),
	BAD("x", TEXT_REASON),
	BAD("\x01", "not an image, video or audio file that we can read"),
	BAD("This is no JPEG.\n", TEXT_REASON),
	BAD("<!doctype html><script src=//x></script>", TEXT_REASON),
	BAD("<svg xmlns='http://www.w3.org/2000/svg'><image href='file:///etc/passwd'/></svg>",
	    TEXT_REASON),
	BAD("#EXTM3U\n#EXTINF:10,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n", TEXT_REASON),
	BAD("ffconcat version 1.0\nfile '/etc/passwd'\n", TEXT_REASON),
	BAD("PK\3\4\24\0\0\0\0\0", "the file is an archive; unpack it first"),
	BAD("\xff\xd8\xff\xe0junk\xff\xff\xff", "the image cannot be read"),
	BAD("\0\0\0\030ftypisom\0\0\0\0isommp41", "the file is damaged or incomplete"),
	BAD("\0\0\0\030ftypisom\n#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n",
	    "the file is damaged or incomplete"),
	BAD("GIF89a\n#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n", "the image cannot be read"),
	BAD("RIFF\xff\0\1\0WAVEfmt ", "the file is cut off"),
	BAD("RIFF\30\0\0\0WEBPVP8X\12\0\0\0\2\0\0\0\0\0\0\0\0\0\0\0", "the animation has no frames"),
	/* a PNG of 60,000 x 60,000 pixels in 69 bytes */
	BAD("\x89PNG\r\n\x1a\n"
	    "\000\000\000\015\111\110\104\122\000\000\352\140\000\000\352\140\010\002\000\000\000\017"
	    "\260\342\025"
	    "\000\000\000\014\111\104\101\124\170\234\143\140\140\140\000\000\000\004\000\001\366\027"
	    "\070\125"
	    "\000\000\000\000\111\105\116\104\256\102\140\202",
	    "the image has 3600 megapixels; 100 is the limit"),
};

START_TEST(a_bad_file_is_refused_with_a_reason_and_leaves_nothing)
{
	scratch_write("bad.mp4", bad[_i].bytes, bad[_i].len);
	refused("bad.mp4", bad[_i].reason);
}
END_TEST

START_TEST(what_is_no_file_is_refused)
{
	ck_assert_int_eq(mkfifo(scratch_path("fifo"), 0600), 0);
	refused("fifo", "it is not a regular file");
	refused("none", "there is no such file");
	refused("store", "it is not a regular file");
}
END_TEST

/* Writes the first `percent` of a file under another name. */
static void cut(const char *from, const char *to, unsigned percent)
{
	size_t len;
	char *bytes = scratch_read(scratch_path(from), &len);

	scratch_write(to, bytes, len * percent / 100);
	free(bytes);
}

START_TEST(a_cut_off_file_is_refused)
{
	FFMPEG("testsrc2=s=640x480:d=4:r=25", "-frames:v", "1", "p.png");
	VIPS("copy", "p.png", "p.jpg");
	VIPS("copy", "p.png", "p.webp");
	FFMPEG("testsrc2=s=320x240:d=4:r=25", "f.gif");
	FFMPEG("testsrc2=s=320x240:d=4:r=25", "-movflags", "+faststart", "f.mp4");
	FFMPEG("testsrc2=s=320x240:d=4:r=25", "-movflags", "-faststart", "late.mp4");
	FFMPEG(BEEP, "s.wav");
	cut("p.png", "c.png", 60);
	cut("p.jpg", "c.jpg", 60);
	cut("p.webp", "c.webp", 60);
	cut("f.gif", "c.gif", 60);
	cut("f.mp4", "c.mp4", 60);
	cut("late.mp4", "clate.mp4", 60);
	cut("s.wav", "c.wav", 60);
	refused("c.png", "the image is damaged or incomplete");
	refused("c.jpg", "the image is damaged or incomplete");
	refused("c.webp", "the file is cut off");
	refused("c.gif", "the animation is cut off");
	refused("clate.mp4", "the file is damaged or incomplete");
	refused("c.wav", "the file is cut off");

	struct media media;
	struct error err = media_ingest(store, scratch_path("c.mp4"), arena, &media);
	ck_assert_int_eq(err.code, ERR_INVALID);
	ck_assert_ptr_nonnull(strstr(err.detail, "the video is cut off: "));
}
END_TEST

START_TEST(too_long_too_short_too_small_too_narrow_and_silent_are_refused)
{
	FFMPEG("color=red:s=64x64:d=61:r=5", "long.mp4");
	FFMPEG("color=red:s=64x64:d=0.2:r=25", "short.mp4");
	FFMPEG("sine=d=61:r=8000", "long.wav");
	FFMPEG("sine=d=0.1", "short.wav");
	FFMPEG("anullsrc=d=2", "silent.wav");
	FFMPEG("color=red:s=24x24:d=1", "-frames:v", "1", "small.png");
	FFMPEG("color=red:s=640x48:d=1", "-frames:v", "1", "narrow.png");
	refused("long.mp4", "the video is 61.0 seconds long; 60 is the limit");
	refused("short.mp4", "the video is shorter than half a second");
	refused("long.wav", "the sound is 61.0 seconds long; 60 is the limit");
	refused("short.wav", "the sound is shorter than half a second");
	refused("silent.wav", "the sound is silent");
	refused("small.png", "the image is 24 x 24 pixels; 32 is the least for a side");
	refused("narrow.png", "the image is 640 x 48 pixels; too narrow to judge");
}
END_TEST

START_TEST(a_gif_of_ten_thousand_frames_is_refused_quickly)
{
	static const char head[] = "GIF89a\x40\0\x40\0\x80\0\0\0\0\0\xff\xff\xff";
	static const char frame[] = "\x21\xf9\4\0\0\0\0\0\x2c\0\0\0\0\x40\0\x40\0\0\2\2\x44\1\0";
	size_t each = sizeof frame - 1, start = sizeof head - 1;
	char *gif = arena_alloc(arena, start + 10000 * each + 1);

	memcpy(gif, head, start);
	for (size_t i = 0; i < 10000; i++)
		memcpy(gif + start + i * each, frame, each);
	gif[start + 10000 * each] = ';';
	scratch_write("many.gif", gif, start + 10000 * each + 1);
	refused("many.gif", "the video is 1000.0 seconds long; 60 is the limit");
}
END_TEST

START_TEST(atoms_in_atoms_in_atoms_are_refused)
{
	size_t deep = 20000, len = 16 + deep * 8;
	char *mp4 = arena_alloc(arena, len);

	memcpy(mp4, "\0\0\0\20ftypisom\0\0\0\0", 16);
	for (size_t i = 0; i < deep; i++) {
		size_t size = (deep - i) * 8;
		char atom[8] = { (char)(size >> 24),
			             (char)(size >> 16),
			             (char)(size >> 8),
			             (char)size,
			             'm',
			             'o',
			             'o',
			             'v' };
		memcpy(mp4 + 16 + i * 8, atom, 8);
	}
	scratch_write("deep.mp4", mp4, len);
	refused("deep.mp4", "the file is damaged or incomplete");
}
END_TEST

/* ---- images ---- */

START_TEST(png_jpeg_and_webp_become_the_same_kind_of_file)
{
	size_t len[3];
	char *bytes[3];

	FFMPEG(PICTURE, "-frames:v", "1", "-metadata", "title=SECRET", "p.png");
	VIPS("copy", "p.png", "p.jpg[Q=50]");
	VIPS("copy", "p.png", "p.webp[lossless]");
	struct media media[3] = { ingest("p.png"), ingest("p.jpg"), ingest("p.webp") };
	for (int i = 0; i < 3; i++) {
		bytes[i] = stored(&media[i].rendition, &len[i]);
		char *scan = memmem(bytes[i], len[i], "\xff\xda", 2);
		ck_assert_ptr_nonnull(scan);
		len[i] = (size_t)(scan - bytes[i]);
	}
	/* everything before the pixels is equal to the last byte */
	ck_assert_uint_eq(len[0], len[1]);
	ck_assert_uint_eq(len[0], len[2]);
	ck_assert_mem_eq(bytes[0], bytes[1], len[0]);
	ck_assert_mem_eq(bytes[0], bytes[2], len[0]);
	ck_assert(!found(bytes[0], len[0], "SECRET"));
	ck_assert(!found(bytes[0], len[0], "Exif") && !found(bytes[0], len[0], "ICC_PROFILE"));
	for (int i = 0; i < 3; i++)
		free(bytes[i]);
	ck_assert_str_eq(media[0].original_format, "png");
	ck_assert_str_eq(media[2].original_format, "webp");
	ck_assert_str_eq(media[0].content_type, "image/jpeg");
}
END_TEST

START_TEST(an_image_is_shrunk_into_its_box_and_never_enlarged)
{
	FFMPEG("testsrc=s=3000x1500:d=1", "-frames:v", "1", "big.png");
	FFMPEG("testsrc=s=100x60:d=1", "-frames:v", "1", "small.png");
	struct media big = ingest("big.png"), small = ingest("small.png");

	ck_assert_uint_eq(big.width, 1024);
	ck_assert_uint_eq(big.height, 512);
	ck_assert_uint_eq(small.width, 100);
	ck_assert_uint_eq(small.height, 60);
	ck_assert(big.has_thumbnail && !big.has_poster);
}
END_TEST

START_TEST(a_grey_image_is_stored_like_one_in_colour)
{
	size_t len;

	FFMPEG(PICTURE, "-frames:v", "1", "-pix_fmt", "gray", "grey.png");
	struct media media = ingest("grey.png");
	char *bytes = stored(&media.rendition, &len);
	char *frame = memmem(bytes, len, "\xff\xc0\0\x11", 4); /* 17 bytes: three components */
	ck_assert_ptr_nonnull(frame);
	free(bytes);
}
END_TEST

START_TEST(what_follows_an_image_is_not_passed_on)
{
	size_t len, out_len;

	FFMPEG(PICTURE, "-frames:v", "1", "p.png");
	VIPS("copy", "p.png", "p.jpg");
	char *bytes = scratch_read(scratch_path("p.jpg"), &len);
	char *both = arena_printf(arena, "%*s", (int)len + 40, "PK<script>alert(1)</script>");
	memcpy(both, bytes, len);
	memcpy(both + len, "PK\3\4<script>", 12);
	scratch_write("both.jpg", both, len + 12);
	struct media media = ingest("both.jpg");
	char *out = stored(&media.rendition, &out_len);
	ck_assert(!found(out, out_len, "<script>"));
	free(out);
	free(bytes);
}
END_TEST

/* ---- videos and sound ---- */

/* The types of an MP4's boxes in order, those inside containers included. */
static void boxes(const char *bytes, size_t len, char *list, size_t room)
{
	static const char containers[] = "moov trak mdia minf stbl udta edts dinf ";

	for (size_t at = 0; at + 8 <= len;) {
		const unsigned char *head = (const unsigned char *)bytes + at;
		size_t size =
			(size_t)head[0] << 24 | (size_t)head[1] << 16 | (size_t)head[2] << 8 | head[3];
		char type[6];
		snprintf(type, sizeof type, "%.4s ", bytes + at + 4);
		strncat(list, type, room - strlen(list) - 1);
		ck_assert_uint_ge(size, 8);
		if (strstr(containers, type))
			boxes(bytes + at + 8, size - 8, list, room);
		at += size;
	}
}

static const char *const films[] = { "sound.mp4", "mute.mkv", "f.gif", "mute.avi", "turned.mov" };

START_TEST(videos_with_and_without_sound_become_the_same_kind_of_file)
{
	char list[5][1024] = { "" };

	FFMPEG("testsrc2=s=320x240:d=1:r=30", "-f", "lavfi", "-i", "sine=d=1", "-metadata",
	       "title=SECRET", "-metadata", "creation_time=2020-01-01T00:00:00Z", "sound.mp4");
	FFMPEG("testsrc2=s=320x240:d=1:r=10", "mute.mkv");
	FFMPEG("testsrc2=s=320x240:d=1:r=10", "f.gif");
	FFMPEG("testsrc2=s=320x240:d=1:r=24", "-c:v", "mpeg4", "mute.avi");
	FFMPEG("testsrc2=s=320x240:d=1:r=50", "-metadata:s:v", "rotate=90", "turned.mov");
	for (int i = 0; i < 5; i++) {
		size_t len;
		struct media media = ingest(films[i]);
		char *bytes = stored(&media.rendition, &len);
		boxes(bytes, len, list[i], sizeof list[i]);
		ck_assert_str_eq(list[i], list[0]);
		ck_assert(!found(bytes, len, "SECRET") && !found(bytes, len, "Lav") &&
		          !found(bytes, len, "x264"));
		ck_assert_int_eq(media.type, MEDIA_VIDEO);
		ck_assert_uint_eq(media.duration_ms, 1000);
		ck_assert(media.has_poster && media.has_thumbnail);
		ck_assert_str_eq(media.content_type, "video/mp4");
		free(bytes);
	}
	ck_assert_ptr_nonnull(strstr(list[0], "ftyp moov")); /* it starts before it has all arrived */
}
END_TEST

START_TEST(a_video_is_shrunk_into_a_box_that_follows_its_shape)
{
	FFMPEG("testsrc2=s=1280x720:d=0.6:r=25", "wide.mp4");
	FFMPEG("testsrc2=s=720x1280:d=0.6:r=25", "high.mp4");
	struct media wide = ingest("wide.mp4"), high = ingest("high.mp4");

	ck_assert_uint_eq(wide.width, 854);
	ck_assert_uint_eq(wide.height, 480);
	ck_assert_uint_eq(high.width, 480);
	ck_assert_uint_eq(high.height, 854);
}
END_TEST

START_TEST(a_black_start_is_not_the_poster_but_an_all_black_video_has_one)
{
	FFMPEG("color=black:s=320x240:d=1:r=25", "-f", "lavfi", "-i", "testsrc=s=320x240:d=1:r=25",
	       "-filter_complex", "[0][1]concat=n=2", "late.mp4");
	FFMPEG("color=black:s=320x240:d=1:r=25", "black.mp4");
	struct media late = ingest("late.mp4"), black = ingest("black.mp4");

	ck_assert_uint_gt(late.poster.bytes, 2 * black.poster.bytes);
}
END_TEST

/* In dB, of what passes `filter`. */
static double mean_volume(const struct media *media, const char *filter)
{
	const char *const argv[] = {
		"ffmpeg", "-hide_banner", "-nostats",
		"-i",     "measured",     "-map",
		"0:a",    "-af",          arena_printf(arena, "%s,volumedetect", filter),
		"-f",     "null",         "-",
		NULL
	};
	struct program program = { .argv = argv,
		                       .folder = scratch_path(""),
		                       .wall_ms = 10000,
		                       .cpu_s = 10,
		                       .memory_bytes = 2ull << 30,
		                       .file_bytes = 1 << 20,
		                       .open_files = 64 };
	struct program_result result;
	size_t len;
	char *bytes = stored(&media->rendition, &len);

	scratch_write("measured", bytes, len);
	free(bytes);
	ck_assert_int_eq(program_run(&program, &result).code, OK);
	const char *mean = strstr(result.err, "mean_volume: ");
	ck_assert_ptr_nonnull(mean);
	return atof(mean + strlen("mean_volume: "));
}

START_TEST(loud_and_quiet_sounds_of_any_rate_end_equally_loud)
{
	FFMPEG(BEEP, "-af", "volume=10dB", "-metadata", "title=SECRET", "loud.mp3");
	FFMPEG("sine=f=440:d=2:r=16000", "-af", "volume=-20dB", "-ac", "2", "quiet.flac");
	FFMPEG("color=red:s=64x64:d=2:r=25", "-f", "lavfi", "-i", BEEP, "film.mp4");
	struct media loud = ingest("loud.mp3"), quiet = ingest("quiet.flac"), film = ingest("film.mp4");
	double volume = mean_volume(&loud, "anull");

	ck_assert_double_le(fabs(volume - mean_volume(&quiet, "anull")), 0.5);
	ck_assert_double_le(fabs(volume - mean_volume(&film, "anull")), 0.5);
	ck_assert_int_eq(loud.type, MEDIA_AUDIO);
	ck_assert(!loud.has_poster && loud.has_thumbnail);
	ck_assert_str_eq(loud.content_type, "audio/mp4");

	char list[2][1024] = { "", "" };
	size_t len;
	char *bytes = stored(&loud.rendition, &len);
	boxes(bytes, len, list[0], sizeof list[0]);
	ck_assert(!found(bytes, len, "SECRET") && !found(bytes, len, "Lav"));
	free(bytes);
	bytes = stored(&quiet.rendition, &len);
	boxes(bytes, len, list[1], sizeof list[1]);
	free(bytes);
	ck_assert_str_eq(list[0], list[1]);
}
END_TEST

#define ABOVE_6_KHZ "highpass=f=6500,highpass=f=6500,highpass=f=6500"

START_TEST(sounds_of_any_rate_end_with_the_same_band)
{
	FFMPEG("anoisesrc=d=2:r=48000:seed=1:a=0.3", "wide.wav");
	FFMPEG("anoisesrc=d=2:r=16000:seed=1:a=0.3", "narrow.wav");
	struct media wide = ingest("wide.wav"), narrow = ingest("narrow.wav");

	ck_assert_double_le(mean_volume(&wide, ABOVE_6_KHZ), -55);
	ck_assert_double_le(mean_volume(&narrow, ABOVE_6_KHZ), -55);
}
END_TEST

START_TEST(a_song_with_a_cover_picture_is_sound)
{
	FFMPEG(BEEP, "-f", "lavfi", "-i", "color=red:s=64x64:d=1", "-frames:v", "1", "-c:v", "mjpeg",
	       "-disposition:v", "attached_pic", "cover.mp3");
	ck_assert_int_eq(ingest("cover.mp3").type, MEDIA_AUDIO);
}
END_TEST

START_TEST(the_same_file_gives_the_same_bytes_again)
{
	FFMPEG("testsrc2=s=320x240:d=1:r=30", "-f", "lavfi", "-i", "sine=d=1", "f.mp4");
	struct media first = ingest("f.mp4"), second = ingest("f.mp4");

	ck_assert_mem_eq(first.original.digest, second.original.digest, SHA256_BYTES);
	ck_assert_mem_eq(first.rendition.digest, second.rendition.digest, SHA256_BYTES);
	ck_assert_mem_eq(first.poster.digest, second.poster.digest, SHA256_BYTES);
	ck_assert_mem_eq(first.thumbnail.digest, second.thumbnail.digest, SHA256_BYTES);
	ck_assert_uint_eq(scratch_count("store"), 4);
}
END_TEST

START_TEST(the_original_is_kept_as_it_came)
{
	size_t len, kept_len;

	FFMPEG(PICTURE, "-frames:v", "1", "p.png");
	char *bytes = scratch_read(scratch_path("p.png"), &len);
	struct media media = ingest("p.png");
	char *kept = stored(&media.original, &kept_len);
	ck_assert_uint_eq(len, kept_len);
	ck_assert_mem_eq(bytes, kept, len);
	free(bytes);
	free(kept);
}
END_TEST

/* How vips is told to make a file, and what its header must say. */
static const struct {
	const char *space, *name, *said;
} headers[] = {
	{ "srgb", "a.png", "66 x 48, 3 of 8, 0" },
	{ "srgb", "a.png[palette]", "66 x 48, 3 of 8, 0" },
	{ "srgb", "a.png[interlace]", "66 x 48, 3 of 8, 0" },
	{ "b-w", "a.png", "66 x 48, 1 of 8, 0" },
	{ "rgb16", "a.png", "66 x 48, 3 of 16, 0" },
	{ "grey16", "a.png", "66 x 48, 1 of 16, 0" },
	{ "srgb", "a.jpg", "66 x 48, 3 of 8, 0" },
	{ "srgb", "a.jpg[interlace]", "66 x 48, 3 of 8, 1" },
	{ "b-w", "a.jpg", "66 x 48, 1 of 8, 0" },
	{ "cmyk", "a.jpg", "66 x 48, 4 of 8, 0" },
};

#define CUTS 1024 /* as many lengths are tried: a header ends before */

static const char *said_of(const struct image_header *still)
{
	return arena_printf(arena, "%lu x %lu, %u of %u, %d", still->width, still->height,
	                    still->channels, still->bits, still->many_scans);
}

START_TEST(the_header_of_a_picture_is_read_as_vips_wrote_it)
{
	char name[16];
	struct image_header still;
	size_t len;

	FFMPEG("testsrc=s=66x48", "-frames:v", "1", "base.png");
	VIPS("colourspace", "base.png", headers[_i].name, headers[_i].space);
	snprintf(name, sizeof name, "%.*s", (int)strcspn(headers[_i].name, "["), headers[_i].name);
	char *bytes = scratch_read(scratch_path(name), &len);
	ck_assert(image_header_read((unsigned char *)bytes, len, &still));
	ck_assert_str_eq(said_of(&still), headers[_i].said);
	/* Cut anywhere it says the same or nothing, and nothing behind the end is read. */
	for (size_t cut = 0; cut < len && cut < CUTS; cut++) {
		unsigned char *part = malloc(cut ? cut : 1);
		struct image_header other;

		memcpy(part, bytes, cut);
		if (image_header_read(part, cut, &other))
			ck_assert_str_eq(said_of(&other), headers[_i].said);
		free(part);
	}
	free(bytes);
}
END_TEST

static void add_refusals(Suite *suite)
{
	TCase *tc = tcase_create("refused");

	tcase_set_tags(tc, "programs");

	tcase_add_checked_fixture(tc, ingest_setup, ingest_teardown);
	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, a_bad_file_is_refused_with_a_reason_and_leaves_nothing, 0,
	                    sizeof bad / sizeof bad[0]);
	tcase_add_test(tc, what_is_no_file_is_refused);
	tcase_add_test(tc, a_cut_off_file_is_refused);
	tcase_add_test(tc, too_long_too_short_too_small_too_narrow_and_silent_are_refused);
	tcase_add_test(tc, a_gif_of_ten_thousand_frames_is_refused_quickly);
	tcase_add_test(tc, atoms_in_atoms_in_atoms_are_refused);
	suite_add_tcase(suite, tc);
}

Suite *media_suite(void)
{
	Suite *suite = suite_create("media");
	TCase *tc = tcase_create("recipes");

	tcase_set_tags(tc, "programs");

	add_refusals(suite);
	tcase_add_checked_fixture(tc, ingest_setup, ingest_teardown);
	tcase_set_timeout(tc, 180);
	tcase_add_test(tc, png_jpeg_and_webp_become_the_same_kind_of_file);
	tcase_add_test(tc, an_image_is_shrunk_into_its_box_and_never_enlarged);
	tcase_add_test(tc, a_grey_image_is_stored_like_one_in_colour);
	tcase_add_test(tc, what_follows_an_image_is_not_passed_on);
	tcase_add_test(tc, videos_with_and_without_sound_become_the_same_kind_of_file);
	tcase_add_test(tc, a_video_is_shrunk_into_a_box_that_follows_its_shape);
	tcase_add_test(tc, a_black_start_is_not_the_poster_but_an_all_black_video_has_one);
	tcase_add_test(tc, loud_and_quiet_sounds_of_any_rate_end_equally_loud);
	tcase_add_test(tc, sounds_of_any_rate_end_with_the_same_band);
	tcase_add_test(tc, a_song_with_a_cover_picture_is_sound);
	tcase_add_test(tc, the_same_file_gives_the_same_bytes_again);
	tcase_add_test(tc, the_original_is_kept_as_it_came);
	tcase_add_loop_test(tc, the_header_of_a_picture_is_read_as_vips_wrote_it, 0,
	                    sizeof headers / sizeof headers[0]);
	suite_add_tcase(suite, tc);
	return suite;
}
