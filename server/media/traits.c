/* SPDX-License-Identifier: Apache-2.0 */
#include "media/traits.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/log.h"
#include "core/mem.h"
#include "media/media.h"
#include "media/sound_traits.h"
#include "media/workdir.h"

#define DAMAGED     "the rendition is damaged"
#define SAMPLES_RAW "samples"

#define OF_IMAGE (1u << MEDIA_IMAGE)
#define OF_VIDEO (1u << MEDIA_VIDEO)
#define OF_AUDIO (1u << MEDIA_AUDIO)
#define OF_SIGHT (OF_IMAGE | OF_VIDEO)
#define OF_TIME  (OF_VIDEO | OF_AUDIO)
#define OF_ALL   (OF_SIGHT | OF_AUDIO)

static const struct {
	const char *name;
	unsigned types;
	bool scale;
} trait_kinds[MEDIA_TRAITS] = {
	[TRAIT_BYTES] = { "bytes", OF_ALL, true },
	[TRAIT_BITS_A_PIXEL] = { "bits_a_pixel", OF_SIGHT, true },
	[TRAIT_WIDTH] = { "width", OF_SIGHT, true },
	[TRAIT_HEIGHT] = { "height", OF_SIGHT, true },
	[TRAIT_ASPECT] = { "aspect", OF_SIGHT, true },
	[TRAIT_SQUARE] = { "square", OF_SIGHT, false },
	[TRAIT_QUANTISATION] = { "quantisation", OF_IMAGE, true },
	[TRAIT_CHROMA] = { "chroma", OF_SIGHT, false },
	[TRAIT_TAGS] = { "tags", OF_ALL, false },
	[TRAIT_DURATION] = { "duration", OF_TIME, true },
	[TRAIT_FRAME_RATE] = { "frame_rate", OF_VIDEO, true },
	[TRAIT_VIDEO_BIT_RATE] = { "video_bit_rate", OF_VIDEO, true },
	[TRAIT_AUDIO_BIT_RATE] = { "audio_bit_rate", OF_TIME, true },
	[TRAIT_SILENCE_START] = { "silence_start", OF_TIME, false },
	[TRAIT_SILENCE_END] = { "silence_end", OF_TIME, false },
	[TRAIT_LOUDNESS] = { "loudness", OF_TIME, false },
	[TRAIT_PEAK] = { "peak", OF_TIME, false },
	[TRAIT_SPECTRAL_EDGE] = { "spectral_edge", OF_TIME, false },
};

const char *media_trait_name(enum media_trait trait)
{
	return trait_kinds[trait].name;
}

bool media_trait_applies(enum media_trait trait, enum media_type type)
{
	return trait_kinds[trait].types >> type & 1;
}

bool media_trait_is_scale(enum media_trait trait)
{
	return trait_kinds[trait].scale;
}

/* ------------------------------------------------------------------ JPEG */

/* What a walk through the segments has found so far. */
struct jpeg_walk {
	double sum; /* of the numbers in tables */
	unsigned numbers, tags;
	bool framed;
};

static unsigned traits_u16(const unsigned char *at)
{
	return (unsigned)at[0] << 8 | at[1];
}

/* ITU-T T.81, B.2.4.1: tables of 64 numbers, of one byte or two. */
static bool add_tables(const unsigned char *at, size_t len, struct jpeg_walk *walk)
{
	while (len) {
		unsigned wide = at[0] >> 4;
		size_t bytes = 64 * (wide + 1);

		if (wide > 1 || len < 1 + bytes)
			return false;
		for (unsigned i = 0; i < 64; i++)
			walk->sum += wide ? traits_u16(at + 1 + 2 * i) : at[1 + i];
		walk->numbers += 64;
		at += 1 + bytes;
		len -= 1 + bytes;
	}
	return true;
}

/* ITU-T T.81, B.2.2. */
static bool add_frame(const unsigned char *at, size_t len, double traits[MEDIA_TRAITS])
{
	if (len < 9 || at[0] != 8 || (at[5] != 1 && at[5] != 3) || len < 6 + 3u * at[5])
		return false;
	double height = traits_u16(at + 1), width = traits_u16(at + 3);
	unsigned first = (at[7] >> 4) * (at[7] & 15u), second = 0;
	if (at[5] == 3)
		second = (at[10] >> 4) * (at[10] & 15u);
	if (width < 1 || height < 1 || !first || (at[5] == 3 && !second))
		return false;
	traits[TRAIT_WIDTH] = width;
	traits[TRAIT_HEIGHT] = height;
	traits[TRAIT_CHROMA] = second ? (double)first / second : 0;
	return true;
}

/* Takes one segment; `at` is behind its length. False: the file is none of ours. */
static bool add_segment(unsigned char marker, const unsigned char *at, size_t len,
                        struct jpeg_walk *walk, double traits[MEDIA_TRAITS])
{
	if (marker == 0xdb)
		return add_tables(at, len, walk);
	if (marker == 0xc0 || marker == 0xc1 || marker == 0xc2) {
		if (walk->framed)
			return false;
		walk->framed = true;
		return add_frame(at, len, traits);
	}
	/* JFIF's own segment (APP0) is no metadata: every file has it. */
	walk->tags += (marker > 0xe0 && marker <= 0xef) || marker == 0xfe;
	return marker == 0xc4 || marker == 0xdd || (marker >= 0xe0 && marker <= 0xef) || marker == 0xfe;
}

bool jpeg_traits(const unsigned char *bytes, size_t len, double traits[MEDIA_TRAITS])
{
	struct jpeg_walk walk = { 0 };

	if (len < 4 || bytes[0] != 0xff || bytes[1] != 0xd8)
		return false;
	for (size_t at = 2; at + 4 <= len && bytes[at] == 0xff;) {
		size_t part = traits_u16(bytes + at + 2);

		if (bytes[at + 1] == 0xda) {
			if (!walk.framed || !walk.numbers)
				return false;
			traits[TRAIT_QUANTISATION] = walk.sum / walk.numbers;
			traits[TRAIT_TAGS] = walk.tags;
			return true;
		}
		if (part < 2 || part > len - at - 2 ||
		    !add_segment(bytes[at + 1], bytes + at + 4, part - 2, &walk, traits))
			return false;
		at += 2 + part;
	}
	return false;
}

/* ------------------------------------------------------------------ files */

/* Calls `with` for the bytes of a file in the folder, which has at most `most`. */
static struct error map_file(const struct workdir *workdir, const char *name, uint64_t most,
                             struct error (*with)(const void *bytes, size_t len,
                                                  double traits[MEDIA_TRAITS]),
                             double traits[MEDIA_TRAITS])
{
	const char *path = arena_printf(workdir->arena, "%s/%s", workdir->folder, name);
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	struct stat info;
	struct error err = errorf(ERR_INVALID, DAMAGED);

	if (fd < 0)
		return err;
	if (fstat(fd, &info) == 0 && S_ISREG(info.st_mode) && info.st_size > 0 &&
	    (uint64_t)info.st_size <= most) {
		size_t len = (size_t)info.st_size;
		void *bytes = mmap(NULL, len, PROT_READ, MAP_PRIVATE, fd, 0);

		if (bytes != MAP_FAILED) {
			err = with(bytes, len, traits);
			munmap(bytes, len);
		}
	}
	close(fd);
	return err;
}

static struct error take_jpeg(const void *bytes, size_t len, double traits[MEDIA_TRAITS])
{
	traits[TRAIT_BYTES] = (double)len;
	return jpeg_traits(bytes, len, traits) ? ok() : errorf(ERR_INVALID, DAMAGED);
}

static struct error take_size(const void *bytes, size_t len, double traits[MEDIA_TRAITS])
{
	(void)bytes;
	traits[TRAIT_BYTES] = (double)len;
	return ok();
}

static struct error take_samples(const void *bytes, size_t len, double traits[MEDIA_TRAITS])
{
	sound_traits(bytes, len / sizeof(float), traits);
	return ok();
}

/* ------------------------------------------------------------------ films and sounds */

static double traits_number_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? atof(text) : json_number_value(json_object_get(object, key));
}

static double traits_share_of(const json_t *object, const char *key) /* "25/1" */
{
	const char *text = json_string_value(json_object_get(object, key));
	const char *below = text ? strchr(text, '/') : NULL;

	return below && atof(below + 1) > 0 ? atof(text) / atof(below + 1) : 0;
}

/* By ffmpeg's name of the pixels: "yuv420p". */
static double traits_chroma_of(const json_t *stream)
{
	const char *pixels = json_string_value(json_object_get(stream, "pix_fmt"));

	if (!pixels)
		return 0;
	return strstr(pixels, "420") ? 4 : strstr(pixels, "422") ? 2 : strstr(pixels, "444") ? 1 : 0;
}

static void take_probed_stream(const json_t *stream, double traits[MEDIA_TRAITS])
{
	const char *type = json_string_value(json_object_get(stream, "codec_type"));

	traits[TRAIT_TAGS] += (double)json_object_size(json_object_get(stream, "tags"));
	if (type && strcmp(type, "audio") == 0)
		traits[TRAIT_AUDIO_BIT_RATE] = traits_number_of(stream, "bit_rate");
	if (!type || strcmp(type, "video") != 0)
		return;
	traits[TRAIT_VIDEO_BIT_RATE] = traits_number_of(stream, "bit_rate");
	traits[TRAIT_WIDTH] = traits_number_of(stream, "width");
	traits[TRAIT_HEIGHT] = traits_number_of(stream, "height");
	traits[TRAIT_FRAME_RATE] = traits_share_of(stream, "avg_frame_rate");
	traits[TRAIT_CHROMA] = traits_chroma_of(stream);
	traits[TRAIT_BITS_A_PIXEL] = traits_number_of(stream, "nb_frames"); /* frames, for now */
}

static struct error probe_traits(const struct workdir *workdir, double traits[MEDIA_TRAITS])
{
	static const char entries[] =
		"stream=codec_type,width,height,pix_fmt,avg_frame_rate,nb_frames,bit_rate"
		":stream_tags:format=duration:format_tags";
	const char *const argv[] = {
		"ffprobe",       "-v",    "error", "-hide_banner", "-protocol_whitelist",
		"file",          "-f",    "mov",   "-of",          "json=c=1",
		"-show_entries", entries, "-i",    WORKDIR_INPUT,  NULL
	};
	struct program_result result;
	const json_t *stream;
	size_t i;
	struct error err = workdir_run(workdir, WORKDIR_LOOK, argv, DAMAGED, &result);

	if (err.code)
		return err;
	json_auto_t *root = json_loadb(result.out, result.out_len, 0, NULL);
	const json_t *format = json_object_get(root, "format");
	if (!root)
		return errorf(ERR_INVALID, DAMAGED);
	traits[TRAIT_TAGS] = (double)json_object_size(json_object_get(format, "tags"));
	traits[TRAIT_DURATION] = traits_number_of(format, "duration");
	json_array_foreach (json_object_get(root, "streams"), i, stream)
		take_probed_stream(stream, traits);
	return ok();
}

/* What ebur128 sums up at the end of its log: "I:  -23.0 LUFS". */
static double loudness_of(const char *log)
{
	const char *summary = NULL, *found;

	for (const char *at = log; (at = strstr(at, "Summary:")); at++)
		summary = at;
	found = summary ? strstr(summary, "I:") : NULL;
	double loudness = found ? strtod(found + 2, NULL) : NAN;
	return loudness > SOUND_SILENT_LUFS ? loudness : SOUND_SILENT_LUFS; /* NAN too */
}

/* Decodes the sound to samples, measures its loudness on the way, and the samples after. */
static struct error listen_to(const struct workdir *workdir, double traits[MEDIA_TRAITS])
{
	/* clang-format off */
	const char *const argv[] = {
		"ffmpeg", "-nostdin", "-hide_banner", "-nostats", "-v", "info", "-y",
		"-protocol_whitelist", "file", "-threads", "1", "-f", "mov", "-i", WORKDIR_INPUT,
		"-map", "0:a:0", "-t", "61", "-af", "ebur128=framelog=verbose", "-c:a", "pcm_f32le",
		"-ar", "16000", "-ac", "1", "-f", "f32le", SAMPLES_RAW, NULL
	};
	/* clang-format on */
	_Static_assert(MEDIA_AUDIO_HZ == 16000, "the rate above");
	struct program_result result;
	struct error err = workdir_run(workdir, WORKDIR_FILM, argv, DAMAGED, &result);

	if (err.code)
		return err;
	traits[TRAIT_LOUDNESS] = loudness_of(result.err);
	return map_file(workdir, SAMPLES_RAW, 62u * MEDIA_AUDIO_HZ * sizeof(float), take_samples,
	                traits);
}

static struct error measure_film_or_sound(const struct workdir *workdir, enum media_type type,
                                          double traits[MEDIA_TRAITS])
{
	struct error err = map_file(workdir, WORKDIR_INPUT, MEDIA_MAX_FILE_BYTES, take_size, traits);

	if (!err.code)
		err = probe_traits(workdir, traits);
	if (!err.code)
		err = listen_to(workdir, traits);
	if (!err.code && type == MEDIA_VIDEO)
		traits[TRAIT_BITS_A_PIXEL] = traits[TRAIT_BYTES] * 8 / traits[TRAIT_WIDTH] /
		                             traits[TRAIT_HEIGHT] / traits[TRAIT_BITS_A_PIXEL];
	return err;
}

static struct error measure_image(const struct workdir *workdir, double traits[MEDIA_TRAITS])
{
	struct error err = map_file(workdir, WORKDIR_INPUT, MEDIA_MAX_FILE_BYTES, take_jpeg, traits);

	if (!err.code)
		traits[TRAIT_BITS_A_PIXEL] =
			traits[TRAIT_BYTES] * 8 / traits[TRAIT_WIDTH] / traits[TRAIT_HEIGHT];
	return err;
}

/* What applies must be a number, what does not must be none. */
static struct error settle_traits(enum media_type type, double traits[MEDIA_TRAITS])
{
	if (media_trait_applies(TRAIT_ASPECT, type)) {
		traits[TRAIT_ASPECT] = traits[TRAIT_WIDTH] / traits[TRAIT_HEIGHT];
		traits[TRAIT_SQUARE] =
			traits[TRAIT_WIDTH] == traits[TRAIT_HEIGHT]; /* NOLINT: whole numbers */
	}
	for (int t = 0; t < MEDIA_TRAITS; t++) {
		if (!media_trait_applies((enum media_trait)t, type))
			traits[t] = NAN;
		else if (!isfinite(traits[t]) ||
		         (media_trait_is_scale((enum media_trait)t) && traits[t] <= 0))
			return errorf(ERR_INVALID, DAMAGED);
	}
	return ok();
}

struct error media_measure(struct store *store, const unsigned char rendition[SHA256_BYTES],
                           enum media_type type, struct arena *arena,
                           double ret_traits[MEDIA_TRAITS])
{
	char folder[PATH_MAX], path[PATH_MAX];
	struct workdir workdir = { .arena = arena, .folder = folder, .still = WORKDIR_INPUT };
	double traits[MEDIA_TRAITS] = { 0 };
	struct error err = store_borrow(store, rendition, path);

	if (err.code)
		return err.code == ERR_NOT_FOUND
		           ? errorf(ERR_NOT_FOUND, "its rendition is not in the store")
		           : err;
	if (!(err = store_scratch(store, folder)).code) {
		if (!(err = workdir_lay_out(&workdir, path)).code)
			err = type == MEDIA_IMAGE ? measure_image(&workdir, traits)
			                          : measure_film_or_sound(&workdir, type, traits);
		store_scratch_remove(store, folder);
	}
	store_give_back(store, path);
	if (!err.code)
		err = settle_traits(type, traits);
	if (!err.code)
		memcpy(ret_traits, traits, sizeof traits);
	return err;
}
