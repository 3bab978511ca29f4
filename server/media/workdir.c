/* SPDX-License-Identifier: Apache-2.0 */
#include "media/workdir.h"

#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "core/log.h"
#include "core/strbuf.h"

static const struct {
	unsigned wall_ms, still_ms, cpu_s;
	uint64_t memory_bytes, file_bytes;
} rate_limits[] = {
	[WORKDIR_LOOK] = { 15000, 0, 10, 1ull << 30, 1u << 20 },
	[WORKDIR_IMAGE] = { 30000, 0, 30, 2ull << 30, 64u << 20 },
	[WORKDIR_SLOW_IMAGE] = { 180000, 0, 300, 3ull << 30, 256u << 20 },
	[WORKDIR_MEASURE] = { 60000, 0, 60, 3ull << 30, 1u << 20 },
	/* Whoever makes a film writes of it all the time, but for the frames that the encoder looks
	 * ahead. */
	[WORKDIR_FILM] = { 180000, 45000, 300, 3ull << 30, 256u << 20 },
};

/* vips: no loader that its authors call untrusted, and one thread: with two it loses, one time in
 * ten, the error that a cut off file ends with, and succeeds. */
#define HELPER_ENV "VIPS_BLOCK_UNTRUSTED=1", "VIPS_CONCURRENCY=1"

static const char *const helper_env[] = { HELPER_ENV, NULL };
/* Its authors call the loader of JPEG XL untrusted as well. Those of other formats that they call
 * so never see a file: none of them takes one that begins as sniff wants it. */
static const char *const env_with_untrusted[] = { "VIPS_CONCURRENCY=1", NULL };
/* vips looks for its modules below this folder.  HEIF alone needs one; to load them all takes half
 * of the time of a small picture. */
static const char *const env_without_modules[] = { HELPER_ENV, "VIPSHOME=/nonexistent", NULL };

static const char *const *workdir_env(const struct sniff *sniff)
{
	if (strcmp(sniff->format, "jxl") == 0)
		return env_with_untrusted;
	bool needs_module = strncmp(sniff->format, "hei", 3) == 0 || strcmp(sniff->format, "avif") == 0;
	return needs_module ? helper_env : env_without_modules;
}

/* What the disk says; of a damaged file too ffmpeg reports an error of input or output. */
static const int full[] = { ENOSPC, EDQUOT, EROFS };

/* The errno by which the disk ended a helper, or 0. One that writes to a mapped file (vips does for
 * the code that it makes) learns of a full disk by a signal. */
static int workdir_trouble(const struct program_result *result)
{
	if (result->end == PROGRAM_KILLED && result->signal == SIGBUS)
		return ENOSPC;
	for (size_t i = 0; i < sizeof full / sizeof full[0]; i++)
		if (strstr(result->err, strerrordesc_np(full[i])))
			return full[i];
	return 0;
}

/* For whoever measures: `make bench-media` runs the same words without the box around them. */
static void tell_helper(const struct workdir *workdir, const char *const argv[], int64_t took_ms)
{
	struct strbuf words = { .arena = workdir->arena };

	for (; *argv; argv++) {
		strbuf_add(&words, " ");
		strbuf_add(&words, *argv);
	}
	log_debug("helper took %lld ms:%s", (long long)took_ms, words.bytes);
}

struct error workdir_run(const struct workdir *workdir, enum workdir_limit budget,
                         const char *const argv[], const char *complaint,
                         struct program_result *result)
{
	struct program program = {
		.argv = argv,
		.env = workdir_env(&workdir->sniff),
		.folder = workdir->folder,
		.wall_ms = rate_limits[budget].wall_ms,
		.still_ms = rate_limits[budget].still_ms,
		.cpu_s = rate_limits[budget].cpu_s,
		.memory_bytes = rate_limits[budget].memory_bytes,
		.file_bytes = rate_limits[budget].file_bytes,
		.open_files = 64,
	};
	struct error err;

	if ((err = program_run(&program, result)).code)
		return err;
	tell_helper(workdir, argv, result->took_ms);
	if (program_succeeded(result))
		return ok();
	log_info("%s on a %s file: %s %d after %lld ms: %s", argv[0], workdir->sniff.format,
	         result->end == PROGRAM_EXITED ? "status" : "signal",
	         result->end == PROGRAM_EXITED ? result->status : result->signal,
	         (long long)result->took_ms, result->err);
	if (result->end == PROGRAM_TIMED_OUT ||
	    (result->end == PROGRAM_KILLED && result->took_ms >= (int64_t)program.cpu_s * 500))
		return errorf(ERR_INVALID, "the file takes longer than %u seconds to read",
		              program.wall_ms / 1000);
	if (result->end == PROGRAM_STOOD_STILL)
		return errorf(ERR_INVALID, "nothing comes of the file for %u seconds",
		              program.still_ms / 1000);
	int trouble = workdir_trouble(result);
	if (trouble)
		return errorf(ERR_DISK, "the disk does not take what is made of the file: %s",
		              strerrordesc_np(trouble));
	return errorf(ERR_INVALID, "%s", complaint);
}

/* ---- ffprobe's JSON ---- */

static const char *workdir_text_of(const json_t *object, const char *key, const char *otherwise)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : otherwise;
}

/* Seconds as text to milliseconds; -1 when absent, absurd ones at a figure that fits. */
static int64_t workdir_milliseconds(const json_t *object)
{
	double seconds = atof(workdir_text_of(object, "duration", "-1"));

	if (!(seconds >= 0))
		return -1;
	return seconds > 1e9 ? (int64_t)1e12 : (int64_t)llround(seconds * 1000);
}

static int workdir_rotation(const json_t *stream)
{
	const json_t *side;
	size_t i;

	json_array_foreach (json_object_get(stream, "side_data_list"), i, side) {
		const json_t *turn = json_object_get(side, "rotation");
		if (turn)
			return (int)(json_integer_value(turn) % 360);
	}
	return 0;
}

static void read_picture(const json_t *stream, struct arena *arena, struct probe *probe)
{
	json_int_t width = json_integer_value(json_object_get(stream, "width"));
	json_int_t height = json_integer_value(json_object_get(stream, "height"));

	probe->video = (int)json_integer_value(json_object_get(stream, "index"));
	probe->video_codec =
		arena_printf(arena, "%.40s", workdir_text_of(stream, "codec_name", "unknown"));
	probe->pixels = arena_printf(arena, "%.40s", workdir_text_of(stream, "pix_fmt", ""));
	probe->transfer = arena_printf(arena, "%.40s", workdir_text_of(stream, "color_transfer", ""));
	probe->full_range = strcmp(workdir_text_of(stream, "color_range", ""), "pc") == 0;
	const char *order = workdir_text_of(stream, "field_order", "progressive");
	probe->interlaced = strcmp(order, "progressive") != 0 && strcmp(order, "unknown") != 0;
	probe->frames = atoll(workdir_text_of(stream, "nb_frames", "-1"));
	const char *rate = workdir_text_of(stream, "avg_frame_rate", "0/0"),
			   *seconds = strchr(rate, '/');
	probe->rate = seconds && atof(seconds + 1) > 0 ? atof(rate) / atof(seconds + 1) : 0;
	if (!isfinite(probe->rate))
		probe->rate = 0;
	if (workdir_milliseconds(stream) >= 0)
		probe->duration_ms = workdir_milliseconds(stream);
	if (width < 0 || width > 1 << 20 || height < 0 || height > 1 << 20)
		width = height = 1 << 20; /* refused by its size */
	char *colon = NULL;
	long num = strtol(workdir_text_of(stream, "sample_aspect_ratio", "1:1"), &colon, 10);
	long den = *colon == ':' ? atol(colon + 1) : 0;
	double shape = num > 0 && den > 0 ? (double)num / (double)den : 1;
	if (shape < 100 && shape > .01)
		width = llround((double)width * shape);
	int turn = abs(workdir_rotation(stream)) % 180;
	bool upright = turn < 45 || turn > 135;
	probe->width = (unsigned)(upright ? width : height);
	probe->height = (unsigned)(upright ? height : width);
}

static void read_streams(const json_t *root, struct arena *arena, struct probe *probe)
{
	const json_t *stream;
	size_t i;

	probe->tracks = json_array_size(json_object_get(root, "streams"));
	json_array_foreach (json_object_get(root, "streams"), i, stream) {
		const char *type = workdir_text_of(stream, "codec_type", "");
		const json_t *disposition = json_object_get(stream, "disposition");
		bool cover = json_integer_value(json_object_get(disposition, "attached_pic")) != 0;

		if (strcmp(type, "video") == 0 && !cover && probe->video < 0)
			read_picture(stream, arena, probe);
		if (strcmp(type, "audio") == 0 && probe->audio < 0) {
			probe->audio = (int)json_integer_value(json_object_get(stream, "index"));
			probe->audio_codec =
				arena_printf(arena, "%.40s", workdir_text_of(stream, "codec_name", "unknown"));
			probe->channels = (unsigned)json_integer_value(json_object_get(stream, "channels"));
		}
	}
}

bool probe_read(const char *text, size_t len, struct arena *arena, struct probe *ret)
{
	struct probe probe = { .video = -1, .audio = -1, .duration_ms = -1, .frames = -1 };
	json_auto_t *root = json_loadb(text, len, 0, NULL);

	if (!root)
		return false;
	probe.duration_ms = workdir_milliseconds(json_object_get(root, "format"));
	read_streams(root, arena, &probe);
	*ret = probe;
	return true;
}

struct error workdir_probe(const struct workdir *workdir, const char *name, const char *demuxer,
                           const char *complaint, struct probe *ret)
{
	static const char entries[] =
		"stream=index,codec_type,codec_name,width,height,duration,sample_aspect_ratio,nb_frames"
		",avg_frame_rate,pix_fmt,color_transfer,color_range,field_order,channels"
		":stream_disposition=attached_pic:stream_side_data=rotation:format=duration";
	const char *const argv[] = {
		"ffprobe",       "-v",    "error", "-hide_banner", "-protocol_whitelist",
		"file",          "-f",    demuxer, "-of",          "json=c=1",
		"-show_entries", entries, "-i",    name,           NULL
	};
	struct program_result result;
	struct error err;

	if ((err = workdir_run(workdir, WORKDIR_LOOK, argv, complaint, &result)).code)
		return err;
	bool cut = result.out_len == sizeof result.out - 1;
	if (!cut && !probe_read(result.out, result.out_len, workdir->arena, ret))
		return errorf(ERR_INVALID, "%s", complaint);
	if (cut || ret->tracks > MEDIA_MAX_TRACKS)
		return errorf(ERR_INVALID, "the file has too many tracks; %d is the limit",
		              MEDIA_MAX_TRACKS);
	return ok();
}
