/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files that were made to do harm, or that nobody meant: each with what becomes of it. The table in
 * docs/media.md is this file's; refusals by the first bytes alone stand in test_media.c.
 */
#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "../support/parts.h"
#include "crypto/sha256.h"
#include "ingest.h"
#include "suites.h"

#define SCRIPT         "<script>alert(1)</script>"
#define DAMAGED        "the image is damaged or incomplete"
#define UNREADABLE     "not an image, video or audio file that we can read"
#define BYTES_OF(text) text, sizeof(text) - 1
#define TEXT           "the file is text, not an image, video or audio file"
#define COUNT(array)   ((int)(sizeof(array) / sizeof((array)[0])))

/* ---- PNGs by hand ---- */

struct bytes {
	char *at;
	size_t len, room;
};

static void put(struct bytes *bytes, const void *some, size_t len)
{
	ck_assert_uint_le(bytes->len + len, bytes->room);
	memcpy(bytes->at + bytes->len, some, len);
	bytes->len += len;
}

static void put_number(struct bytes *bytes, uint32_t number)
{
	const unsigned char big[] = { (unsigned char)(number >> 24), (unsigned char)(number >> 16),
		                          (unsigned char)(number >> 8), (unsigned char)number };

	put(bytes, big, sizeof big);
}

static void put_chunk(struct bytes *bytes, const char *name, const void *body, size_t len)
{
	put_number(bytes, (uint32_t)len);
	put(bytes, name, 4);
	put(bytes, body, len);
	put_number(bytes, (uint32_t)crc32(crc32(0, (const Bytef *)name, 4), body, (uInt)len));
}

/* So many zeros, deflated. */
static struct bytes deflated_zeros(size_t count)
{
	static char zeros[1 << 20];
	struct bytes packed = { .room = count / 150 + 4096 };
	z_stream stream = { 0 };

	packed.at = arena_alloc(arena, packed.room);
	ck_assert_int_eq(deflateInit(&stream, 1), Z_OK);
	stream.next_out = (Bytef *)packed.at;
	stream.avail_out = (uInt)packed.room;
	while (count) {
		stream.next_in = (Bytef *)zeros;
		stream.avail_in = (uInt)(count < sizeof zeros ? count : sizeof zeros);
		count -= stream.avail_in;
		ck_assert_int_ge(deflate(&stream, count ? Z_NO_FLUSH : Z_FINISH), 0);
	}
	packed.len = stream.total_out;
	deflateEnd(&stream);
	return packed;
}

/* A grey PNG of so many pixels a side, 1 bit each, with one more chunk before them. */
static void write_png(const char *name, uint32_t side, const char *more, const void *body,
                      size_t len)
{
	const struct bytes pixels = deflated_zeros((size_t)side * (side / 8 + 1));
	struct bytes png = { .room = pixels.len + len + 4096 };
	struct bytes head = { .room = 64 };

	png.at = arena_alloc(arena, png.room);
	head.at = arena_alloc(arena, head.room);
	put_number(&head, side);
	put_number(&head, side);
	put(&head, "\1\0\0\0\0", 5);
	put(&png, "\x89PNG\r\n\x1a\n", 8);
	put_chunk(&png, "IHDR", head.at, head.len);
	if (more)
		put_chunk(&png, more, body, len);
	put_chunk(&png, "IDAT", pixels.at, pixels.len);
	put_chunk(&png, "IEND", "", 0);
	scratch_write(name, png.at, png.len);
}

/* ---- bombs ---- */

START_TEST(a_png_of_1600_megapixels_is_refused_by_its_header)
{
	write_png("bomb.png", 40000, NULL, NULL, 0);
	refused("bomb.png", "the image has 1600 megapixels; 100 is the limit");
}
END_TEST

struct header {
	const char *name, *bytes;
	size_t len;
	const char *reason;
};

#define HEADER(name, bytes, reason)            \
	{                                          \
		name, bytes, sizeof(bytes) - 1, reason \
	}

static const struct header headers[] = {
	HEADER("jpeg",
	       "\xff\xd8\xff\xc0\0\x11\x08\xff\xdc\xff\xdc\3\1\x11\0\2\x11\1\3\x11\1"
	       "\xff\xda\0\x0c\3\1\0\2\0\3\0\0\x3f\0\xff\xd9",
	       "the image has 4290 megapixels; 100 is the limit"),
	HEADER("gif",
	       "GIF89a\xff\xff\xff\xff\x80\0\0\0\0\0\xff\xff\xff\x2c\0\0\0\0\xff\xff\xff\xff\0\2\2\x44"
	       "\1\0;",
	       "the image has 4295 megapixels; 100 is the limit"),
	HEADER("webp", "RIFF\x1e\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0\xfe\x3f\0\xfe\x3f\0VP8L\0\0\0\0",
	       "the image cannot be read"),
	HEADER("tiff",
	       "II*\0\x08\0\0\0\5\0\0\1\4\0\1\0\0\0\x40\x9c\0\0\1\1\4\0\1\0\0\0\x40\x9c\0\0"
	       "\2\1\3\0\1\0\0\0\x08\0\0\0\6\1\3\0\1\0\0\0\1\0\0\0\x11\1\4\0\1\0\0\0\x08\0\0\0\0\0\0\0",
	       "the image has 1600 megapixels; 100 is the limit"),
	HEADER("moving webp",
	       "RIFF\x46\0\0\0WEBPVP8X\x0a\0\0\0\2\0\0\0\xff\x3f\0\xff\x3f\0"
	       "ANMF\x10\0\0\0\0\0\0\0\0\0\xff\x3f\0\xff\x3f\0\x64\0\0\0"
	       "ANMF\x10\0\0\0\0\0\0\0\0\0\xff\x3f\0\xff\x3f\0\x64\0\0\0",
	       "the animation unpacks to 2048 megabytes; 256 is the limit"),
};

START_TEST(a_header_that_declares_too_many_pixels_is_all_that_is_read)
{
	scratch_write("header", headers[_i].bytes, headers[_i].len);
	refused("header", headers[_i].reason);
}
END_TEST

/* 300 MB of text or of a colour profile in 300 KB: the decoder drops it, or refuses the file. */
static const char *const packed_chunks[] = { "zTXt", "iCCP" };

START_TEST(what_unpacks_to_300_megabytes_beside_the_pixels_costs_little)
{
	const struct bytes zeros = deflated_zeros(300u << 20);
	struct bytes body = { .room = zeros.len + 16 };
	struct media media;

	body.at = arena_alloc(arena, body.room);
	put(&body, "Comment\0\0", 9);
	put(&body, zeros.at, zeros.len);
	write_png("bomb.png", 64, packed_chunks[_i], body.at, body.len);
	struct error err = media_ingest(store, scratch_path("bomb.png"), arena, &media);
	ck_assert_msg(err.code == OK || err.code == ERR_INVALID, "%s", err.detail);
	ck_assert_uint_eq(scratch_count("store"), err.code ? 0 : 3);
}
END_TEST

START_TEST(four_gigabytes_of_zeros_are_too_large_and_fewer_are_no_picture)
{
	struct media media;
	static char zeros[1 << 20];

	scratch_write("zeros", "", 0);
	ck_assert_int_eq(truncate(scratch_path("zeros"), 4ll << 30), 0);
	struct error err = media_ingest(store, scratch_path("zeros"), arena, &media);
	ck_assert_int_eq(err.code, ERR_TOO_LARGE);
	ck_assert_str_eq(err.detail, "the file has 4096 megabytes; 512 is the limit");
	ck_assert_uint_eq(scratch_count("store"), 0);
	scratch_write("zeros", zeros, sizeof zeros);
	refused("zeros", UNREADABLE);
}
END_TEST

/* ---- what is no medium ---- */

static const struct header strangers[] = {
	HEADER("svg in UTF-16", "\xff\xfe<\0s\0v\0g\0>\0", UNREADABLE),
	HEADER("svg, packed", "\x1f\x8b\x08\0\0\0\0\0", "the file is an archive; unpack it first"),
	HEADER("svg behind a mark", "\xef\xbb\xbf<?xml version='1.0'?><svg onload='alert(1)'/>", TEXT),
	HEADER("HLS behind a mark", "\xef\xbb\xbf#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1/x.ts\n", TEXT),
	HEADER("HLS with a key", "#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI=\"file:///etc/passwd\"\n",
	       TEXT),
	HEADER("DASH", "<?xml version='1.0'?><MPD><BaseURL>file:///etc/</BaseURL></MPD>", TEXT),
	HEADER("concat protocol", "concat:/etc/passwd|/etc/group", TEXT),
	HEADER("SubRip", "1\n00:00:00,000 --> 00:00:01,000\n<b onclick=x>hello</b>\n", TEXT),
	HEADER("WebVTT", "WEBVTT\n\n00:00.000 --> 00:01.000\nhello\n", TEXT),
	HEADER("SubStation", "[Script Info]\nScriptType: v4.00+\n[Fonts]\nfontname: x.ttf\n", TEXT),
	HEADER("TrueType",
	       "\0\1\0\0\0\x0c\0\x80\0\3\0\x40"
	       "OS/2",
	       UNREADABLE),
	HEADER("OpenType",
	       "OTTO\0\x0c\0\x80\0\3\0\x40"
	       "CFF ",
	       UNREADABLE),
	HEADER("web font", "wOFF\0\1\0\0\0\0\1\0", UNREADABLE),
	HEADER("PDF", "%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", TEXT),
	HEADER("PostScript", "%!PS-Adobe-3.0 EPSF-3.0\n(%pipe%id) (w) file\n", TEXT),
	HEADER("a program",
	       "\x7f"
	       "ELF\2\1\1\0\0\0\0\0\0\0\0\0",
	       UNREADABLE),
	HEADER("a picture of ImageMagick's", "push graphic-context\nimage over 0,0 0,0 '|id'\n", TEXT),
	HEADER("a playlist behind a tag", "ID3\4\0\0\0\0\0\0#EXTM3U\nfile:///etc/passwd\n",
	       "the file is damaged or incomplete"),
	HEADER("a gif without frames", "GIF89a\x40\0\x40\0\x80\0\0\0\0\0\xff\xff\xff;",
	       "the image cannot be read"),
	HEADER("a webp without frames",
	       "RIFF\x24\0\0\0WEBPVP8X\x0a\0\0\0\2\0\0\0\x3f\0\0\x3f\0\0ANIM\6\0\0\0\0\0\0\0\0\0",
	       "the animation has no frames"),
};

START_TEST(what_is_no_medium_is_refused_by_its_content_whatever_its_name)
{
	static const char *const names[] = { "x.jpg", "x.mp4", "x.wav" };

	for (int i = 0; i < 3; i++) {
		scratch_write(names[i], strangers[_i].bytes, strangers[_i].len);
		refused(names[i], strangers[_i].reason);
	}
}
END_TEST

START_TEST(a_picture_that_says_it_moves_but_has_no_frames_is_a_picture)
{
	write_png("still.png", 64, "acTL", "\0\0\0\0\0\0\0\0", 8);
	ck_assert_int_eq(ingest("still.png").type, MEDIA_IMAGE);
}
END_TEST

static const struct wrong {
	const char *made, *named;
	enum media_type type;
} wrong[] = {
	{ "a.png", "film.mp4", MEDIA_IMAGE },
	{ "a.mp4", "picture.jpg", MEDIA_VIDEO },
	{ "a.flac", "page.html", MEDIA_AUDIO },
};

START_TEST(a_wrong_ending_changes_nothing)
{
	FFMPEG("testsrc2=s=64x64:d=1:r=10", "-frames:v", "1", "a.png");
	FFMPEG("testsrc2=s=64x64:d=1:r=10", "a.mp4");
	FFMPEG("sine=d=1", "a.flac");
	ck_assert_int_eq(rename(scratch_path(wrong[_i].made), scratch_path(wrong[_i].named)), 0);
	ck_assert_int_eq(ingest(wrong[_i].named).type, wrong[_i].type);
}
END_TEST

/* ---- too small, too narrow ---- */

static const struct shape {
	const char *size, *name, *reason;
} shapes[] = {
	{ "1:1", "a.png", "the image is 1 x 1 pixels; 32 is the least for a side" },
	{ "1:1", "a.webp", "the image is 1 x 1 pixels; 32 is the least for a side" },
	{ "1:30000", "a.png", "the image is 1 x 30000 pixels; 32 is the least for a side" },
	{ "30000:1", "a.tif", "the image is 30000 x 1 pixels; 32 is the least for a side" },
	{ "40:30000", "a.jpg", "the image is 40 x 30000 pixels; too narrow to judge" },
	{ "2:2", "a.mkv", "the video is 2 x 2 pixels; 32 is the least for a side" },
	{ "32:2000", "a.mkv", "the video is 32 x 2000 pixels; too narrow to judge" },
};

START_TEST(what_is_too_small_or_too_narrow_is_refused_by_its_header)
{
	const struct shape *shape = &shapes[_i];
	bool film = strstr(shape->name, "mkv");

	FFMPEG("color=red:s=64x64:d=1:r=5", "-vf",
	       arena_printf(arena, "format=rgb24,scale=%s,setsar=1", shape->size), "-frames:v",
	       film ? "5" : "1", "-c:v", film ? "ffv1" : "png", film ? shape->name : "base.png");
	if (!film)
		VIPS("copy", "base.png", shape->name);
	refused(shape->name, shape->reason);
}
END_TEST

/* ---- cut off ---- */

#define SEEN_AND_HEARD                                                                     \
	"ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", "testsrc2=s=96x64:d=2:r=10", "-f", \
		"lavfi", "-i", "sine=d=2", "-shortest"
#define HEARD "ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", "sine=d=2"
#define SEEN  "ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", "testsrc2=s=96x64:d=2:r=10"
#define STILL "vips", "copy", "noise.png"

/* A tenth and half a second are forgiven where a length is declared; who streams declares none, and
 * what is there is taken. */
#define NEVER    UINT_MAX
#define FORGIVEN 1250
#define STREAMS  MEDIA_MIN_DURATION_MS

static const struct cut_off {
	const char *name;
	unsigned least_ms; /* of 2,000: what is shorter is refused */
	const char *make[24];
} cuts[] = {
	{ "a.jpg", NEVER, { STILL, "a.jpg", NULL } },
	{ "b.jpg", NEVER, { STILL, "b.jpg[interlace]", NULL } },
	{ "a.png", NEVER, { STILL, "a.png", NULL } },
	{ "a.webp", NEVER, { STILL, "a.webp", NULL } },
	{ "a.tif", NEVER, { STILL, "a.tif[compression=lzw]", NULL } },
	{ "a.heic", NEVER, { STILL, "a.heic", NULL } },
	{ "a.avif", NEVER, { STILL, "a.avif[effort=1]", NULL } },
	{ "a.jxl", NEVER, { STILL, "a.jxl", NULL } },
	{ "b.png", NEVER, { SEEN, "-f", "apng", "b.png", NULL } },
	{ "b.webp", NEVER, { SEEN, "-c:v", "libwebp_anim", "b.webp", NULL } },
	{ "a.gif", NEVER, { SEEN, "a.gif", NULL } },
	{ "a.mp4", FORGIVEN, { SEEN_AND_HEARD, "-movflags", "+faststart", "a.mp4", NULL } },
	{ "a.mov", FORGIVEN, { SEEN_AND_HEARD, "a.mov", NULL } },
	{ "a.mkv", FORGIVEN, { SEEN_AND_HEARD, "a.mkv", NULL } },
	{ "a.avi", FORGIVEN, { SEEN_AND_HEARD, "a.avi", NULL } },
	{ "a.mpg", STREAMS, { SEEN_AND_HEARD, "-r", "25", "a.mpg", NULL } },
	{ "a.wav", FORGIVEN, { HEARD, "a.wav", NULL } },
	{ "a.flac", FORGIVEN, { HEARD, "a.flac", NULL } },
	{ "a.m4a", FORGIVEN, { HEARD, "a.m4a", NULL } },
	{ "a.ogg", STREAMS, { HEARD, "-c:a", "libopus", "-page_duration", "100000", "a.ogg", NULL } },
	{ "a.mp3", STREAMS, { HEARD, "a.mp3", NULL } },
};

START_TEST(a_file_that_is_cut_off_at_any_tenth_is_refused_or_not_much_shorter)
{
	const struct cut_off *cut = &cuts[_i % COUNT(cuts)]; /* three tenths at a time */
	unsigned third = ((unsigned)_i + (unsigned)_i / COUNT(cuts)) % 3;
	size_t len;

	FFMPEG("testsrc2=s=96x64:d=1,noise=alls=40:all_seed=7", "-frames:v", "1", "noise.png");
	scratch_run(cut->make);
	char *bytes = scratch_read(scratch_path(cut->name), &len);
	for (unsigned i = 0, tenth = 3 * third + 1; i < 3; i++, tenth++) {
		struct media media;
		scratch_write("cut", bytes, len * tenth / 10);
		struct error err = media_ingest(store, scratch_path("cut"), arena, &media);
		if (err.code)
			ck_assert_msg(err.code == ERR_INVALID, "%s at %u tenths: %s", cut->name, tenth,
			              err.detail);
		else
			ck_assert_msg(media.duration_ms >= cut->least_ms && media.duration_ms <= 2100,
			              "%s at %u tenths: %u ms", cut->name, tenth, media.duration_ms);
		if (err.code && i == 0)
			ck_assert_uint_eq(scratch_count("store"), 0);
	}
	free(bytes);
}
END_TEST

/* ---- more than was asked for ---- */

static const char srt[] = "1\n00:00:00,000 --> 00:00:01,000\nSECRET " SCRIPT "\n";

START_TEST(subtitles_fonts_chapters_and_titles_are_left_behind)
{
	size_t len;

	scratch_write("s.srt", srt, sizeof srt - 1);
	scratch_write("f.ttf", "\0\1\0\0SECRET FONT", 15);
	FFMPEG("testsrc2=s=96x64:d=1:r=10", "-i", "s.srt", "-map", "0", "-map", "1", "-c:s", "srt",
	       "-attach", "f.ttf", "-metadata:s:2", "mimetype=font/ttf", "-metadata",
	       "title=SECRET<script>", "much.mkv");
	struct media media = ingest("much.mkv");
	char *bytes = stored(&media.rendition, &len);
	ck_assert(!found(bytes, len, "SECRET") && !found(bytes, len, "script"));
	free(bytes);
}
END_TEST

START_TEST(subtitles_alone_are_neither_pictures_nor_sound)
{
	scratch_write("s.srt", srt, sizeof srt - 1);
	scratch_run((const char *const[]){ "ffmpeg", "-v", "error", "-y", "-i", "s.srt", "-c:s", "srt",
	                                   "only.mkv", NULL });
	refused("only.mkv", "the file holds neither pictures nor sound");
}
END_TEST

/* A film with so many tracks of the same sound. */
static void write_tracks(const char *name, unsigned tracks)
{
	const char *words[250] = { "ffmpeg", "-v", "error", "-y", "-i", "tone.wav", "-c", "copy" };
	size_t count = 8;

	for (unsigned track = 0; track < tracks; track++)
		words[count++] = "-map", words[count++] = "0";
	words[count] = name;
	scratch_run(words);
}

START_TEST(of_thirty_sound_tracks_one_is_heard_and_a_hundred_are_too_many)
{
	size_t len;

	FFMPEG("sine=d=1:r=8000", "tone.wav");
	write_tracks("thirty.mkv", 30);
	write_tracks("fifty.mkv", 50);
	write_tracks("hundred.mkv", 100);
	refused("fifty.mkv", "the file has too many tracks; 32 is the limit");
	refused("hundred.mkv", "the file has too many tracks; 32 is the limit");
	struct media media = ingest("thirty.mkv");
	char *bytes = stored(&media.rendition, &len);
	const char *first = memmem(bytes, len, "trak", 4);
	ck_assert_ptr_nonnull(first);
	ck_assert_ptr_null(memmem(first + 4, len - 4 - (size_t)(first - bytes), "trak", 4));
	free(bytes);
}
END_TEST

/* ---- JPEGs with more in them ---- */

/* Puts a segment behind the first two bytes of photo.jpg. */
static void write_with_segment(const char *name, unsigned char marker, const char *body, size_t len)
{
	size_t photo_len;
	char *photo = scratch_read(scratch_path("photo.jpg"), &photo_len);
	struct bytes out = { .room = photo_len + len + 16 };
	const unsigned char head[] = { 0xff, marker, (unsigned char)((len + 2) >> 8),
		                           (unsigned char)(len + 2) };

	out.at = arena_alloc(arena, out.room);
	put(&out, photo, 2);
	put(&out, head, 4);
	put(&out, body, len);
	put(&out, photo + 2, photo_len - 2);
	scratch_write(name, out.at, out.len);
	free(photo);
}

static void write_photo(void)
{
	FFMPEG("testsrc=s=96x64:d=1", "-frames:v", "1", "p.png");
	VIPS("copy", "p.png", "photo.jpg[Q=95,strip]");
}

/* EXIF's ImageDescription, XMP, IPTC's caption, a comment, and a PDF's and a page's beginning. */
static const struct segment {
	const char *what;
	unsigned char marker;
	const char *body;
	size_t len;
} segments[] = {
	{ "EXIF", 0xe1,
	  BYTES_OF("Exif\0\0MM\0*\0\0\0\x08\0\1\1\x0e\0\2\0\0\0\x1a\0\0\0\x1a\0\0\0\0" SCRIPT) },
	{ "XMP", 0xe1, BYTES_OF("http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>" SCRIPT "</x:xmpmeta>") },
	{ "IPTC", 0xed, BYTES_OF("Photoshop 3.0\0008BIM\4\4\0\0\0\0\0\x1e\x1c\2\x78\0\x19" SCRIPT) },
	{ "comment", 0xfe, BYTES_OF("--><svg onload=alert(1)>" SCRIPT) },
	{ "PDF", 0xfe, BYTES_OF("%PDF-1.7 /OpenAction " SCRIPT) },
	{ "page", 0xe0, BYTES_OF("*/=1;/*<html>" SCRIPT) },
};

START_TEST(what_a_picture_carries_beside_its_pixels_is_not_passed_on)
{
	const struct segment *segment = &segments[_i];
	size_t len;

	write_photo();
	write_with_segment("more.jpg", segment->marker, segment->body, segment->len);
	struct media plain = ingest("photo.jpg"), more = ingest("more.jpg");
	ck_assert_mem_eq(more.rendition.digest, plain.rendition.digest, SHA256_BYTES);
	ck_assert_mem_eq(more.thumbnail.digest, plain.thumbnail.digest, SHA256_BYTES);
	ck_assert_str_eq(more.original_format, "jpeg");
	char *bytes = stored(&more.rendition, &len);
	ck_assert(!found(bytes, len, "script") && !found(bytes, len, "alert"));
	free(bytes);
}
END_TEST

/* How a picture that says it was turned so must be turned back: vips's words. */
static const struct turn {
	const char *name, *word, *then;
} turns[] = {
	{ "copy", NULL, NULL },          { "flip", "horizontal", NULL }, { "rot", "d180", NULL },
	{ "flip", "vertical", NULL },    { "rot", "d90", "horizontal" }, { "rot", "d90", NULL },
	{ "rot", "d270", "horizontal" }, { "rot", "d270", NULL },
};

START_TEST(a_picture_that_says_how_it_was_held_comes_out_upright)
{
	static char exif[] = "Exif\0\0MM\0*\0\0\0\x08\0\1\1\x12\0\3\0\0\0\1\0\1\0\0\0\0\0";
	const struct turn *turn = &turns[_i];

	write_photo();
	exif[25] = (char)(1 + _i);
	write_with_segment("held.jpg", 0xe1, exif, sizeof exif);
	scratch_run(
		(const char *const[]){ "vips", turn->name, "photo.jpg", "turned.png", turn->word, NULL });
	if (turn->then)
		VIPS("flip", "turned.png", "upright.png", turn->then);
	else
		ck_assert_int_eq(rename(scratch_path("turned.png"), scratch_path("upright.png")), 0);
	struct media held = ingest("held.jpg"), upright = ingest("upright.png");
	ck_assert_uint_eq(held.width, _i < 4 ? 96 : 64);
	ck_assert_mem_eq(held.rendition.digest, upright.rendition.digest, SHA256_BYTES);
}
END_TEST

static TCase *add_hostile(Suite *suite, const char *name, const TTest *test, int count)
{
	TCase *tc = tcase_create(name);

	tcase_set_tags(tc, "programs");
	tcase_add_checked_fixture(tc, ingest_setup, ingest_teardown);
	tcase_set_timeout(tc, 120);
	tcase_add_loop_test(tc, test, 0, count);
	suite_add_tcase(suite, tc);
	return tc;
}

Suite *media_hostile_suite(void)
{
	Suite *suite = suite_create("media hostile");

	add_hostile(suite, "bomb", a_png_of_1600_megapixels_is_refused_by_its_header, 1);
	add_hostile(suite, "headers", a_header_that_declares_too_many_pixels_is_all_that_is_read,
	            COUNT(headers));
	add_hostile(suite, "packed", what_unpacks_to_300_megabytes_beside_the_pixels_costs_little, 2);
	add_hostile(suite, "zeros", four_gigabytes_of_zeros_are_too_large_and_fewer_are_no_picture, 1);
	add_hostile(suite, "strangers", what_is_no_medium_is_refused_by_its_content_whatever_its_name,
	            COUNT(strangers));
	add_hostile(suite, "frameless", a_picture_that_says_it_moves_but_has_no_frames_is_a_picture, 1);
	add_hostile(suite, "wrong", a_wrong_ending_changes_nothing, COUNT(wrong));
	add_hostile(suite, "shapes", what_is_too_small_or_too_narrow_is_refused_by_its_header,
	            COUNT(shapes));
	/* Without LONG, each file at three tenths, which are others from file to file. */
	tcase_set_tags(add_hostile(suite, "cuts",
	                           a_file_that_is_cut_off_at_any_tenth_is_refused_or_not_much_shorter,
	                           (is_long_run() ? 3 : 1) * COUNT(cuts)),
	               "programs encodings");
	add_hostile(suite, "subtitles", subtitles_fonts_chapters_and_titles_are_left_behind, 1);
	add_hostile(suite, "subtitles", subtitles_alone_are_neither_pictures_nor_sound, 1);
	add_hostile(suite, "tracks", of_thirty_sound_tracks_one_is_heard_and_a_hundred_are_too_many, 1);
	add_hostile(suite, "segments", what_a_picture_carries_beside_its_pixels_is_not_passed_on,
	            COUNT(segments));
	add_hostile(suite, "turns", a_picture_that_says_how_it_was_held_comes_out_upright,
	            COUNT(turns));
	return suite;
}
