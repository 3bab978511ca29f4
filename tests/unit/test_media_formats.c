/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every format that is taken, as its own programs write it: a picture, a film and a sound that are
 * known, so that what comes out can be held against what went in. With MEDIA_LOOK=FOLDER in the
 * environment the renditions are left there, to be looked at.
 */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "ingest.h"
#include "suites.h"

#define WIDE      160
#define HIGH      120
#define FILM      "testsrc2=s=160x120:d=1:r=25"
#define TONE      "sine=f=440:d=1:r=44100"
#define MAX_WORDS 28

/* Leaves a file of the store where somebody looks, if somebody does. */
static void show(const char *name, const char *ending, const struct media_file *file)
{
	const char *folder = getenv("MEDIA_LOOK");
	size_t len;

	if (!folder)
		return;
	char *bytes = stored(file, &len);
	FILE *out = fopen(arena_printf(arena, "%s/%s.%s", folder, name, ending), "we");
	ck_assert_ptr_nonnull(out);
	ck_assert_uint_eq(fwrite(bytes, 1, len, out), len);
	fclose(out);
	free(bytes);
}

/* How far, on average, each level of the first picture is from that of base.png. */
static double distance(const struct media_file *file)
{
	unsigned char *seen = decoded(file);
	size_t len;
	double sum = 0;

	scratch_run((const char *const[]){ "ffmpeg", "-v", "error", "-y", "-i", "base.png", "-vf",
	                                   "format=rgb24", "-f", "rawvideo", "base.rgb", NULL });
	unsigned char *base = (unsigned char *)scratch_read(scratch_path("base.rgb"), &len);
	ck_assert_uint_eq(len, 3 * WIDE * HIGH);
	for (size_t i = 0; i < len; i++)
		sum += abs(seen[i] - base[i]);
	free(seen);
	free(base);
	return sum / (double)len;
}

static void setup(void)
{
	ingest_setup();
	FFMPEG(FILM, "-frames:v", "1", "base.png");
}

/* ---- pictures ---- */

#define INTO(file)                             \
	{                                          \
		"vips", "copy", "base.png", file, NULL \
	}

static const struct still {
	const char *name, *format;
	const char *make[MAX_WORDS]; /* from base.png */
} stills[] = {
	{ "baseline.jpg", "jpeg", INTO("baseline.jpg[Q=90]") },
	{ "progressive.jpg", "jpeg", INTO("progressive.jpg[Q=90,interlace]") },
	{ "cmyk.jpg", "jpeg", { "vips", "colourspace", "base.png", "cmyk.jpg[Q=95]", "cmyk", NULL } },
	{ "plain.png", "png", INTO("plain.png") },
	{ "16bit.png", "png", { "vips", "colourspace", "base.png", "16bit.png", "rgb16", NULL } },
	{ "palette.png", "png", INTO("palette.png[palette]") },
	{ "interlaced.png", "png", INTO("interlaced.png[interlace]") },
	{ "lossy.webp", "webp", INTO("lossy.webp[Q=90]") },
	{ "lossless.webp", "webp", INTO("lossless.webp[lossless]") },
	{ "still.gif", "gif", INTO("still.gif") },
	{ "photo.heic", "heic", INTO("photo.heic[Q=90]") },
	{ "photo.avif", "avif", INTO("photo.avif[Q=90]") },
	{ "stream.jxl", "jxl", INTO("stream.jxl[Q=95]") },
	{ "lossless.jxl", "jxl", INTO("lossless.jxl[lossless]") },
	{ "plain.tif", "tiff", INTO("plain.tif") },
	{ "lzw.tif", "tiff", INTO("lzw.tif[compression=lzw,predictor=horizontal]") },
	{ "jpeg.tif", "tiff", INTO("jpeg.tif[compression=jpeg,Q=95,tile]") },
	{ "16bit.tif",
	  "tiff",
	  { "vips", "colourspace", "base.png", "16bit.tif[compression=deflate]", "rgb16", NULL } },
};

START_TEST(a_picture_of_every_format_is_taken_as_it_looks)
{
	const struct still *still = &stills[_i];

	scratch_run(still->make);
	struct media media = ingest(still->name);
	show(still->name, "jpg", &media.rendition);
	ck_assert_int_eq(media.type, MEDIA_IMAGE);
	ck_assert_str_eq(media.original_format, still->format);
	ck_assert_uint_eq(media.width, WIDE);
	ck_assert_uint_eq(media.height, HIGH);
	/* vips has its own press for what it makes CMYK of; ours is that of viewers */
	double most = strcmp(still->name, "cmyk.jpg") == 0 ? 60 : 8, far = distance(&media.rendition);
	ck_assert_msg(far <= most, "%s: %.2f levels", still->name, far);
}
END_TEST

/* A JPEG without its last bytes, and what became of it. */
static const struct tail {
	const char *options;
	unsigned lost; /* bytes; the last two are the end mark */
	bool taken;
} tails[] = {
	{ "[Q=90]", 1, true },           { "[Q=90]", 2, true },   { "[Q=90,interlace]", 1, true },
	{ "[Q=90,interlace]", 2, true }, { "[Q=90]", 30, false }, { "[Q=90,interlace]", 200, false },
};

START_TEST(a_jpeg_without_its_end_mark_is_taken_and_one_without_pixels_refused)
{
	const struct tail *tail = &tails[_i];
	size_t len;

	VIPS("copy", "base.png", arena_printf(arena, "whole.jpg%s", tail->options));
	char *bytes = scratch_read(scratch_path("whole.jpg"), &len);
	scratch_write("tail.jpg", bytes, len - tail->lost);
	free(bytes);
	if (!tail->taken) {
		refused("tail.jpg", "the image is damaged or incomplete");
		return;
	}
	struct media whole = ingest("whole.jpg"), media = ingest("tail.jpg");
	ck_assert_mem_eq(media.rendition.digest, whole.rendition.digest, SHA256_BYTES);
	ck_assert_uint_eq(media.original.bytes, len - tail->lost);
}
END_TEST

/* ---- films ---- */

#define DRAWN       "ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", FILM
#define DRAWN_HEARD DRAWN, "-f", "lavfi", "-i", TONE

static const struct film {
	const char *name, *format;
	unsigned duration_ms;
	const char *make[MAX_WORDS];
} films[] = {
	{ "h264.mp4", "mp4 (h264, aac)", 1000, { DRAWN_HEARD, "h264.mp4", NULL } },
	{ "hevc.mp4",
	  "mp4 (hevc)",
	  1000,
	  { DRAWN, "-c:v", "libx265", "-x265-params", "log-level=none", "-tag:v", "hvc1", "hevc.mp4",
	    NULL } },
	{ "av1.mp4",
	  "mp4 (av1)",
	  1000,
	  { DRAWN, "-c:v", "libaom-av1", "-cpu-used", "8", "-b:v", "1M", "av1.mp4", NULL } },
	{ "prores.mov",
	  "mp4 (prores, pcm_s16le)",
	  1000,
	  { DRAWN_HEARD, "-c:v", "prores_ks", "-c:a", "pcm_s16le", "prores.mov", NULL } },
	{ "mobile.3gp",
	  "mp4 (mpeg4, aac)",
	  1000,
	  { DRAWN_HEARD, "-c:v", "mpeg4", "-q:v", "3", "-c:a", "aac", "mobile.3gp", NULL } },
	{ "vp8.webm",
	  "matroska (vp8, vorbis)",
	  1000,
	  { DRAWN_HEARD, "-c:v", "libvpx", "-b:v", "2M", "-c:a", "libvorbis", "vp8.webm", NULL } },
	{ "vp9.webm",
	  "matroska (vp9, opus)",
	  1000,
	  { DRAWN_HEARD, "-c:v", "libvpx-vp9", "-cpu-used", "8", "-b:v", "2M", "-c:a", "libopus",
	    "vp9.webm", NULL } },
	{ "ffv1.mkv",
	  "matroska (ffv1, flac)",
	  1000,
	  { DRAWN_HEARD, "-c:v", "ffv1", "-c:a", "flac", "ffv1.mkv", NULL } },
	{ "mpeg4.avi",
	  "avi (mpeg4, mp3)",
	  1000,
	  { DRAWN_HEARD, "-c:v", "mpeg4", "-q:v", "3", "-c:a", "libmp3lame", "mpeg4.avi", NULL } },
	{ "mjpeg.avi",
	  "avi (mjpeg)",
	  1000,
	  { DRAWN, "-c:v", "mjpeg", "-q:v", "3", "mjpeg.avi", NULL } },
	{ "mpeg1.mpg",
	  "mpeg (mpeg1video, mp2)",
	  1000,
	  { DRAWN_HEARD, "-c:v", "mpeg1video", "-q:v", "2", "-c:a", "mp2", "mpeg1.mpg", NULL } },
	{ "mpeg2.mpg",
	  "mpeg (mpeg2video, mp2)",
	  1000,
	  { DRAWN_HEARD, "-c:v", "mpeg2video", "-q:v", "2", "-f", "vob", "-c:a", "mp2", "mpeg2.mpg",
	    NULL } },
	{ "bare.m2v",
	  "mpeg (mpeg2video)",
	  1000,
	  { DRAWN, "-c:v", "mpeg2video", "-q:v", "2", "-f", "mpeg2video", "bare.m2v", NULL } },
	{ "stream.ts",
	  "mpegts (h264, aac)",
	  1000,
	  { DRAWN_HEARD, "-c:v", "libx264", "-c:a", "aac", "stream.ts", NULL } },
	{ "camera.m2ts",
	  "mpegts (h264, aac)",
	  1000,
	  { DRAWN_HEARD, "-c:v", "libx264", "-c:a", "aac", "-mpegts_m2ts_mode", "1", "camera.m2ts",
	    NULL } },
	{ "theora.ogv",
	  "ogg (theora, vorbis)",
	  1000,
	  { DRAWN_HEARD, "-c:v", "libtheora", "-q:v", "8", "-c:a", "libvorbis", "theora.ogv", NULL } },
	{ "moving.gif",
	  "gif (gif)",
	  1000,
	  { DRAWN, "-filter_complex",
	    "fps=10,split[a][b];[a]palettegen[p];[b][p]paletteuse=dither=none", "moving.gif", NULL } },
	{ "moving.png", "png (apng)", 1000, { DRAWN, "-r", "10", "-f", "apng", "moving.png", NULL } },
	{ "moving.webp",
	  "webp (animated)",
	  1000,
	  { DRAWN, "-r", "10", "-c:v", "libwebp_anim", "-lossless", "1", "moving.webp", NULL } },
};

START_TEST(a_film_of_every_format_is_taken_as_it_looks)
{
	const struct film *film = &films[_i];

	scratch_run(film->make);
	struct media media = ingest(film->name);
	show(film->name, "mp4", &media.rendition);
	show(film->name, "poster.jpg", &media.poster);
	ck_assert_int_eq(media.type, MEDIA_VIDEO);
	ck_assert_str_eq(media.original_format, film->format);
	ck_assert_uint_eq(media.width, WIDE);
	ck_assert_uint_eq(media.height, HIGH);
	ck_assert_msg(abs((int)media.duration_ms - (int)film->duration_ms) <= 120, "%s: %u ms",
	              film->name, media.duration_ms);
	double far = distance(&media.poster);
	ck_assert_msg(far <= 12, "%s: %.2f levels", film->name, far);
}
END_TEST

/* Frames of 100, 100, 400 and 1,000 ms: at 500 ms the third is seen, and the fourth to the end. */
START_TEST(each_frame_of_an_animated_webp_is_shown_for_its_time)
{
	static const int at_frame[] = { 1, 3, 12, 20, 38 };
	static const unsigned char seen[][3] = {
		{ 254, 0, 0 }, { 0, 255, 1 }, { 0, 0, 254 }, { 255, 255, 255 }, { 255, 255, 255 }
	};

	/* the encoder makes one frame of equal ones */
	static const char coloured[] =
		"color=black:s=64x48:d=1.6:r=10,format=rgb24,geq=r='255*(eq(N,0)+"
		"gte(N,6))':g='255*(eq(N,1)+gte(N,6))':b='255*gte(N,2)'";
	FFMPEG(coloured, "-c:v", "libwebp_anim", "-lossless", "1", "times.webp");
	struct media media = ingest("times.webp");
	show("times.webp", "mp4", &media.rendition);
	ck_assert_msg(abs((int)media.duration_ms - 1600) <= 80, "%u ms", media.duration_ms);
	size_t len;
	char *bytes = stored(&media.rendition, &len);
	scratch_write("times.mp4", bytes, len);
	free(bytes);
	for (int i = 0; i < 5; i++) {
		scratch_run((const char *const[]){
			"ffmpeg", "-v", "error", "-y", "-i", "times.mp4", "-vf",
			arena_printf(arena, "select=eq(n\\,%d),format=rgb24", at_frame[i]), "-frames:v", "1",
			"-f", "rawvideo", "one.rgb", NULL });
		unsigned char *pixels = (unsigned char *)scratch_read(scratch_path("one.rgb"), &len);
		for (int band = 0; band < 3; band++)
			ck_assert_msg(abs(pixels[3 * (64 * 24 + 32) + band] - seen[i][band]) <= 6,
			              "frame %d, band %d: %u", at_frame[i], band,
			              pixels[3 * (64 * 24 + 32) + band]);
		free(pixels);
	}
}
END_TEST

static const char *const shown_through[] = { "through.png", "through.webp" };

START_TEST(what_shows_through_in_an_animation_lies_on_mid_grey)
{
	const char *name = shown_through[_i];
	bool png = _i == 0;

	static const char holed[] = "testsrc2=s=160x120:d=1:r=10,format=rgba,geq=r='r(X,Y)':g='g(X,Y)'"
								":b='b(X,Y)':a='255*lt(Y,40)'";
	FFMPEG(holed, "-c:v", png ? "apng" : "libwebp_anim", png ? "-plays" : "-lossless",
	       png ? "0" : "1", "-f", png ? "apng" : "webp", name);
	struct media media = ingest(name);
	ck_assert_int_eq(media.type, MEDIA_VIDEO);
	unsigned char *pixels = decoded(&media.rendition), *middle = pixels + 3 * (160 * 80 + 80);
	for (int band = 0; band < 3; band++)
		ck_assert_msg(abs(middle[band] - 128) <= 3, "%s: %u", name, middle[band]);
	free(pixels);
}
END_TEST

/* ---- a phone's film ---- */

/*
 * All at once, as a phone writes it: HEVC in 10 bits of high dynamic range, turned, of uneven frame
 * rate, with two sound tracks.  The left half is the white of paper, the right half its fifth.
 */
START_TEST(a_phones_film_comes_out_upright_and_not_pale)
{
	static const char halves[] = "color=black:s=320x180:d=2:r=30,format=yuv420p10le,"
								 "geq=lum='if(lt(X,160),721,400)':cb=512:cr=512";
	FFMPEG(halves, "-f", "lavfi", "-i", "sine=f=440:d=2", "-f", "lavfi", "-i", "sine=f=2000:d=2",
	       "-map", "0", "-map", "1", "-map", "2", "-vf", "select='lt(n,30)+not(mod(n,4))'",
	       "-vsync", "vfr", "-c:v", "libx265", "-x265-params", "log-level=none", "-tag:v", "hvc1",
	       "-color_trc", "arib-std-b67", "-colorspace", "bt2020nc", "-color_primaries", "bt2020",
	       "lying.mov");
	scratch_run((const char *const[]){ "ffmpeg", "-v", "error", "-y", "-i", "lying.mov", "-map",
	                                   "0", "-c", "copy", "-metadata:s:v", "rotate=270",
	                                   "phone.mov", NULL });
	struct media media = ingest("phone.mov");
	show("phone.mov", "mp4", &media.rendition);
	show("phone.mov", "poster.jpg", &media.poster);
	ck_assert_uint_eq(media.width, 180);
	ck_assert_uint_eq(media.height, 320);
	ck_assert_msg(abs((int)media.duration_ms - 2000) <= 140, "%u ms", media.duration_ms);
	unsigned char *pixels = decoded(&media.rendition);
	int first = pixels[3 * (180 * 80 + 90)], second = pixels[3 * (180 * 240 + 90)];
	free(pixels);
	ck_assert_msg(first > 235 ? second > 90 && second < 130
	                          : first > 90 && first < 130 && second > 235,
	              "%d above %d", first, second);
}
END_TEST

/* ---- sounds ---- */

#define HEARD "ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", TONE

static const struct sound {
	const char *name, *format;
	const char *make[MAX_WORDS];
} sounds[] = {
	{ "16bit.wav", "wav (pcm_s16le)", { HEARD, "16bit.wav", NULL } },
	{ "float.wav", "wav (pcm_f32le)", { HEARD, "-c:a", "pcm_f32le", "float.wav", NULL } },
	{ "phone.wav",
	  "wav (pcm_mulaw)",
	  { HEARD, "-c:a", "pcm_mulaw", "-ar", "8000", "phone.wav", NULL } },
	{ "lame.mp3", "mp3 (mp3)", { HEARD, "lame.mp3", NULL } },
	{ "bare.mp3",
	  "mp3 (mp3)",
	  { HEARD, "-id3v2_version", "0", "-write_xing", "0", "bare.mp3", NULL } },
	{ "plain.flac", "flac (flac)", { HEARD, "plain.flac", NULL } },
	{ "vorbis.ogg", "ogg (vorbis)", { HEARD, "-c:a", "libvorbis", "vorbis.ogg", NULL } },
	{ "voice.opus", "ogg (opus)", { HEARD, "-c:a", "libopus", "voice.opus", NULL } },
	{ "apple.m4a", "mp4 (aac)", { HEARD, "-c:a", "aac", "apple.m4a", NULL } },
	{ "lossless.m4a", "mp4 (alac)", { HEARD, "-c:a", "alac", "lossless.m4a", NULL } },
	{ "bare.aac", "aac (aac)", { HEARD, "-c:a", "aac", "bare.aac", NULL } },
	{ "apple.aiff", "aiff (pcm_s16be)", { HEARD, "apple.aiff", NULL } },
	{ "voice.webm", "matroska (opus)", { HEARD, "-c:a", "libopus", "voice.webm", NULL } },
};

static void check_sound(const char *name, const struct media *media, const char *format)
{
	show(name, "m4a", &media->rendition);
	show(name, "jpg", &media->thumbnail);
	ck_assert_int_eq(media->type, MEDIA_AUDIO);
	ck_assert_str_eq(media->original_format, format);
	ck_assert_msg(abs((int)media->duration_ms - 1000) <= 150, "%s: %u ms", name,
	              media->duration_ms);
	ck_assert(media->has_thumbnail && !media->has_poster);
}

START_TEST(a_sound_of_every_format_is_taken)
{
	const struct sound *sound = &sounds[_i];

	scratch_run(sound->make);
	struct media media = ingest(sound->name);
	check_sound(sound->name, &media, sound->format);
}
END_TEST

/* Debian's ffmpeg writes no AMR: frames of any bits are noise to a decoder. */
static const struct speech {
	const char *name, *format, *head;
	unsigned char kind; /* of each frame: its mode, and that it is whole */
	unsigned bytes;     /* of each frame, 20 ms */
} speeches[] = {
	{ "narrow.amr", "amr (amr_nb)", "#!AMR\n", 0x3c, 32 },
	{ "wide.amr", "amr (amr_wb)", "#!AMR-WB\n", 0x44, 61 },
};

START_TEST(speech_of_a_telephone_is_taken)
{
	const struct speech *speech = &speeches[_i];
	size_t head = strlen(speech->head), len = head + 50ul * speech->bytes;
	char *bytes = arena_alloc(arena, len);
	uint32_t state = 15;

	memcpy(bytes, speech->head, head);
	for (size_t i = head; i < len; i++) {
		state = state * 1664525 + 1013904223;
		bytes[i] = (char)((i - head) % speech->bytes ? state >> 24 : speech->kind);
	}
	scratch_write(speech->name, bytes, len);
	struct media media = ingest(speech->name);
	check_sound(speech->name, &media, speech->format);
}
END_TEST

/* ---- a sound's picture ---- */

#define PICTURE_WIDE MEDIA_SOUND_WIDTH
#define PICTURE_HIGH (MEDIA_WAVEFORM_HIGH + MEDIA_SPECTRUM_HIGH)

static double brightness(const unsigned char *pixels, int left, int top, int wide, int high)
{
	double sum = 0;

	for (int y = top; y < top + high; y++)
		for (int x = left; x < left + wide; x++)
			sum += pixels[3 * (PICTURE_WIDE * y + x)];
	return sum / (wide * high);
}

/* A low tone, then silence, then a high one: where the picture is bright says when and how high. */
START_TEST(the_picture_of_a_sound_shows_when_and_how_high_it_is)
{
	FFMPEG("aevalsrc='0.5*sin(2*PI*t*if(lt(t,1),1000,4000))*(lt(t,1)+gte(t,2))':s=44100:d=3",
	       "tones.wav");
	struct media media = ingest("tones.wav"), again = ingest("tones.wav");
	show("tones.wav", "jpg", &media.thumbnail);
	ck_assert_mem_eq(media.thumbnail.digest, again.thumbnail.digest, SHA256_BYTES);
	unsigned char *pixels = decoded(&media.thumbnail);
	const int third = PICTURE_WIDE / 3, wave = MEDIA_WAVEFORM_HIGH, all = MEDIA_SPECTRUM_HIGH;
	/* the waveform is there, not there, there */
	ck_assert_double_gt(brightness(pixels, 20, 30, third - 40, 20), 120);
	ck_assert_double_lt(brightness(pixels, third + 20, 20, third - 40, 10), 10);
	ck_assert_double_gt(brightness(pixels, 2 * third + 20, 30, third - 40, 20), 120);
	/* 0 Hz is at the bottom, 6,000 at the top: 1,000 is a sixth up, 4,000 two thirds */
	int low = wave + all - all / 6 - 4, high = wave + all - all * 2 / 3 - 4;
	double low_first = brightness(pixels, 20, low, third - 40, 8),
		   low_last = brightness(pixels, 2 * third + 20, low, third - 40, 8),
		   high_first = brightness(pixels, 20, high, third - 40, 8),
		   high_last = brightness(pixels, 2 * third + 20, high, third - 40, 8);
	free(pixels);
	ck_assert_msg(low_first > 2 * low_last && high_last > 2 * high_first, "%f %f, %f %f", low_first,
	              low_last, high_first, high_last);
}
END_TEST

/* ---- tracks ---- */

/* In dB, of what passes around `hertz`. */
static double volume_at(const struct media *media, unsigned hertz)
{
	const char *const argv[] = {
		"ffmpeg",
		"-hide_banner",
		"-nostats",
		"-i",
		"heard",
		"-map",
		"0:a",
		"-af",
		arena_printf(arena,
		             "bandpass=f=%u:width_type=h:w=60,bandpass=f=%u:width_type=h:w=60,volumedetect",
		             hertz, hertz),
		"-f",
		"null",
		"-",
		NULL
	};
	struct program program = { .argv = argv,
		                       .folder = scratch_path(""),
		                       .wall_ms = 20000,
		                       .cpu_s = 20,
		                       .memory_bytes = 2ull << 30,
		                       .file_bytes = 1 << 20,
		                       .open_files = 64 };
	struct program_result result;
	size_t len;
	char *bytes = stored(&media->rendition, &len);

	scratch_write("heard", bytes, len);
	free(bytes);
	ck_assert_int_eq(program_run(&program, &result).code, OK);
	const char *mean = strstr(result.err, "mean_volume: ");
	ck_assert_ptr_nonnull(mean);
	return atof(mean + strlen("mean_volume: "));
}

START_TEST(of_several_sound_tracks_the_first_is_heard)
{
	FFMPEG("testsrc2=s=160x120:d=2:r=25", "-f", "lavfi", "-i", "sine=f=500:d=2", "-f", "lavfi",
	       "-i", "sine=f=2500:d=2", "-map", "1", "-map", "0", "-map", "2", "several.mkv");
	struct media media = ingest("several.mkv");
	ck_assert_double_gt(volume_at(&media, 500), volume_at(&media, 2500) + 20);
}
END_TEST

static void add_loop(Suite *suite, const char *name, const TTest *test, int count)
{
	TCase *tc = tcase_create(name);

	tcase_set_tags(tc, "programs encodings");
	tcase_add_checked_fixture(tc, setup, ingest_teardown);
	tcase_set_timeout(tc, 120);
	tcase_add_loop_test(tc, test, 0, count);
	suite_add_tcase(suite, tc);
}

#define COUNT(array) ((int)(sizeof(array) / sizeof((array)[0])))

Suite *media_formats_suite(void)
{
	Suite *suite = suite_create("media formats");
	TCase *tc = tcase_create("more");

	add_loop(suite, "stills", a_picture_of_every_format_is_taken_as_it_looks, COUNT(stills));
	add_loop(suite, "tails", a_jpeg_without_its_end_mark_is_taken_and_one_without_pixels_refused,
	         COUNT(tails));
	add_loop(suite, "films", a_film_of_every_format_is_taken_as_it_looks, COUNT(films));
	add_loop(suite, "transparent", what_shows_through_in_an_animation_lies_on_mid_grey,
	         COUNT(shown_through));
	add_loop(suite, "sounds", a_sound_of_every_format_is_taken, COUNT(sounds));
	add_loop(suite, "speech", speech_of_a_telephone_is_taken, COUNT(speeches));
	tcase_set_tags(tc, "programs encodings");
	tcase_add_checked_fixture(tc, setup, ingest_teardown);
	tcase_set_timeout(tc, 120);
	tcase_add_test(tc, each_frame_of_an_animated_webp_is_shown_for_its_time);
	tcase_add_test(tc, a_phones_film_comes_out_upright_and_not_pale);
	tcase_add_test(tc, the_picture_of_a_sound_shows_when_and_how_high_it_is);
	tcase_add_test(tc, of_several_sound_tracks_the_first_is_heard);
	suite_add_tcase(suite, tc);
	return suite;
}
