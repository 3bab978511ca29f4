/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "media/bench.h"

#define TEXT_OF_(number) #number
#define TEXT_OF(number)  TEXT_OF_(number)

/*
 * Up to one rate first, so that the second step filters every source, those at our rate
 * already included: all end with the same band, 5.5 kHz, whatever a codec had cut before.
 * `first_pts` fills a late start with silence, so that sound stays with its pictures.
 */
#define SAME_BAND                                                                        \
	"aresample=48000:async=1:first_pts=0,aformat=sample_fmts=fltp:channel_layouts=mono," \
	"aresample=" TEXT_OF(MEDIA_AUDIO_HZ) ":cutoff=0.6875:filter_size=64"

#define SILENCE_LUFS  (-60.0) /* quieter than this on the whole is silent */
#define PEAK_DBTP     (-1.0)  /* no louder, or AAC overshoots into clipping */
#define TOO_SHORT     "the sound is shorter than half a second"
#define DAMAGED_SOUND "the sound is damaged and cannot be read"

/* A number after `name` in ebur128's closing summary. */
static double summary_value(const char *summary, const char *name, double otherwise)
{
	const char *found = strstr(summary, name);

	return found ? strtod(found + strlen(name), NULL) : otherwise;
}

struct error sound_filters(const struct bench *bench, int index, const char **ret)
{
	/* clang-format off */
	const char *const argv[] = {
		"ffmpeg", "-nostdin", "-hide_banner", "-nostats", "-v", "info",
		"-protocol_whitelist", "file", "-threads", "1", "-f", bench->sniff.demuxer, "-i",
		BENCH_INPUT, "-map", arena_printf(bench->arena, "0:%d", index), "-t", "61", "-af",
		SAME_BAND ",ebur128=peak=true:framelog=verbose", "-f", "null", "-", NULL
	};
	/* clang-format on */
	struct program_result result;
	struct error err;

	if ((err = bench_run(bench, BENCH_FILM, argv, DAMAGED_SOUND, &result)).code)
		return err;
	const char *summary = strstr(result.err, "Summary:");
	if (!summary)
		return errorf(ERR_INVALID, DAMAGED_SOUND);
	double loudness = summary_value(summary, "I:", -HUGE_VAL);
	double peak = summary_value(summary, "Peak:", -HUGE_VAL);
	if (!(loudness > SILENCE_LUFS) || !isfinite(peak)) {
		*ret = NULL;
		return ok();
	}
	/* One gain for the whole file: dynamics are evidence, so nothing is compressed. */
	double gain = fmin(MEDIA_LOUDNESS_LUFS - loudness, PEAK_DBTP - peak);
	*ret = arena_printf(bench->arena, SAME_BAND ",volume=%.2fdB", gain);
	return ok();
}

static struct error check_length(const struct bench *bench, int64_t declared_ms, int64_t found_ms)
{
	if (found_ms > MEDIA_MAX_DURATION_MS)
		return errorf(ERR_INVALID, "the sound is longer than %d seconds, the limit",
					  MEDIA_MAX_DURATION_MS / 1000);
	if (found_ms < MEDIA_MIN_DURATION_MS)
		return errorf(ERR_INVALID, TOO_SHORT);
	if (bench->sniff.length_declared && declared_ms - found_ms > 500 + declared_ms / 10)
		return errorf(ERR_INVALID, "the sound is cut off: %.1f of its %.1f seconds are there",
					  (double)found_ms / 1000, (double)declared_ms / 1000);
	return ok();
}

struct error sound_make(const struct bench *bench, const struct probe *probe, struct media *media)
{
	const char *filters = NULL;
	struct program_result result;
	struct probe made;
	struct error err;

	if (bench->sniff.length_declared && probe->duration_ms > MEDIA_MAX_DURATION_MS)
		return errorf(ERR_INVALID, "the sound is %.1f seconds long; %d is the limit",
					  (double)probe->duration_ms / 1000, MEDIA_MAX_DURATION_MS / 1000);
	if (bench->sniff.length_declared && probe->duration_ms >= 0 &&
		probe->duration_ms < MEDIA_MIN_DURATION_MS)
		return errorf(ERR_INVALID, TOO_SHORT); /* or it would be measured, and found silent */
	if ((err = sound_filters(bench, probe->audio, &filters)).code)
		return err;
	if (!filters)
		return errorf(ERR_INVALID, "the sound is silent");
	/* clang-format off */
	const char *const argv[] = {
		"ffmpeg", "-nostdin", "-hide_banner", "-nostats", "-v", "error", "-y",
		"-protocol_whitelist", "file", "-threads", "1", "-f", bench->sniff.demuxer, "-i",
		BENCH_INPUT, "-map", arena_printf(bench->arena, "0:%d", probe->audio), "-t", "61",
		"-map_metadata", "-1", "-map_chapters", "-1", "-af", filters, "-c:a", "aac", "-b:a",
		"64k", "-ar", TEXT_OF(MEDIA_AUDIO_HZ), "-ac", "1", "-fflags", "+bitexact", "-flags",
		"+bitexact", "-movflags", "+faststart", "-f", "mp4", "sound.m4a", NULL
	};
	/* clang-format on */
	if ((err = bench_run(bench, BENCH_FILM, argv, DAMAGED_SOUND, &result)).code)
		return err;
	if ((err = bench_probe(bench, "sound.m4a", "mov", DAMAGED_SOUND, &made)).code)
		return err;
	if ((err = check_length(bench, probe->duration_ms, made.duration_ms)).code)
		return err;
	media->duration_ms = (unsigned)made.duration_ms;
	return ok();
}
