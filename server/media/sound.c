/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "media/workdir.h"

#define TEXT_OF_(number) #number
#define TEXT_OF(number)  TEXT_OF_(number)

_Static_assert(MEDIA_AUDIO_HZ == 16000, "SOUND_BAND ends there");

/*
 * Up to one rate first, so that the second step filters every source, those at our rate
 * already included: all end with the same band, 5.5 kHz, whatever a codec had cut before.
 * `first_pts` fills a late start with silence, so that sound stays with its pictures.
 */
#define SAME_BAND                                                                   \
	"aresample=48000:async=1:first_pts=0,aformat=sample_fmts=fltp:channel_layouts=" \
	"mono," SOUND_BAND

/* One side of stereo, of what has more channels after they are mixed to two. */
#define LEFT_SIDE  "aformat=channel_layouts=stereo,pan=mono|c0=c0,"
#define RIGHT_SIDE "aformat=channel_layouts=stereo,pan=mono|c0=c1,"

#define MEASURED(name) ",ebur128@" name "=peak=true:framelog=verbose"

#define SILENCE_LUFS (-60.0) /* quieter than this on the whole is silent */
/* A mix so much quieter than a side has lost most of both: one microphone was wired the wrong way
 * round.  A side alone, or two that have nothing in common, lose 6 and 3. */
#define CANCELLED_LU  10.0
#define PEAK_DBTP     (-1.0) /* no louder, or AAC overshoots into clipping */
#define TOO_SHORT     "the sound is shorter than half a second"
#define DAMAGED_SOUND "the sound is damaged and cannot be read"

/* What ebur128 measured of one way to make one channel of a sound. */
struct measure {
	const char *name;    /* of the filter's instance */
	const char *filters; /* before SAME_BAND */
	double loudness, peak;
};

/* A number after `name` in ebur128's closing summary. */
static double summary_value(const char *summary, const char *name, double otherwise)
{
	const char *found = strstr(summary, name);

	return found ? strtod(found + strlen(name), NULL) : otherwise;
}

/* ffmpeg may set its filters up twice, and each of a name closes with a summary: the last counts.
 */
static struct error read_measure(const struct workdir *workdir, const char *log,
                                 struct measure *measure)
{
	const char *name = arena_printf(workdir->arena, "[ebur128@%s ", measure->name);
	const char *summary = NULL;

	for (const char *at = log; (at = strstr(at, name)); at++)
		summary = at;
	if (!summary)
		return errorf(ERR_INVALID, DAMAGED_SOUND);
	measure->loudness = summary_value(summary, "I:", -HUGE_VAL);
	measure->peak = summary_value(summary, "Peak:", -HUGE_VAL);
	return ok();
}

#define MIX_ALONE "[0:%d]" SAME_BAND "%s" MEASURED("mix") "[m]"
#define MIX_AND_SIDES                                                         \
	"[0:%d]asplit=3[a][b][c];[a]" SAME_BAND                                   \
	"%s" MEASURED("mix") "[m];[b]" LEFT_SIDE SAME_BAND                        \
						 "%s" MEASURED("left") "[l];[c]" RIGHT_SIDE SAME_BAND \
											   "%s" MEASURED("right") "[r]"

/* Measures the mix, and of more than one channel each side: in one run. */
static struct error measure_sound(const struct workdir *workdir, const struct probe *probe,
                                  struct measure measures[], unsigned count)
{
	const char *cut = cut_sound(&workdir->cut, workdir->arena);
	const char *graph =
		count > 1 ? arena_printf(workdir->arena, MIX_AND_SIDES, probe->audio, cut, cut, cut)
				  : arena_printf(workdir->arena, MIX_ALONE, probe->audio, cut);
	/* clang-format off */
	const char *const argv[] = {
		"ffmpeg", "-nostdin", "-hide_banner", "-nostats", "-v", "info",
		"-protocol_whitelist", "file", "-threads", "1", "-f", workdir->sniff.demuxer, "-i",
		workdir->film, "-filter_complex", graph, "-t", "61", "-f", "null", "-map", "[m]",
		count > 1 ? "-map" : "-", count > 1 ? "[l]" : NULL, "-map", "[r]", "-", NULL
	};
	/* clang-format on */
	struct program_result result;
	struct error err;

	if ((err = workdir_run(workdir, WORKDIR_MEASURE, argv, DAMAGED_SOUND, &result)).code)
		return err;
	for (unsigned i = 0; i < count; i++)
		if ((err = read_measure(workdir, result.err, &measures[i])).code)
			return err;
	return ok();
}

struct error sound_filters(const struct workdir *workdir, const struct probe *probe,
                           const char **ret)
{
	struct measure measures[] = { { .name = "mix", .filters = "" },
		                          { .name = "left", .filters = LEFT_SIDE },
		                          { .name = "right", .filters = RIGHT_SIDE } };
	struct measure *mix = &measures[0], *side = &measures[1];
	struct error err;

	if ((err = measure_sound(workdir, probe, measures, probe->channels > 1 ? 3 : 1)).code)
		return err;
	if (probe->channels > 1) {
		if (measures[2].loudness > side->loudness)
			side = &measures[2];
		if (side->loudness - mix->loudness > CANCELLED_LU)
			mix = side;
	}
	if (!(mix->loudness > SILENCE_LUFS) || !isfinite(mix->peak)) {
		*ret = NULL;
		return ok();
	}
	/* One gain for the whole file: dynamics are evidence, so nothing is compressed. */
	double gain = fmin(MEDIA_LOUDNESS_LUFS - mix->loudness, PEAK_DBTP - mix->peak);
	*ret = arena_printf(workdir->arena, "%s" SAME_BAND "%s,volume=%.2fdB", mix->filters,
	                    cut_sound(&workdir->cut, workdir->arena), gain);
	return ok();
}

/* Loudness by time; below it what is up to 6 kHz, of the 80 dB below the loudest. */
#define WAVEFORM "showwavespic=s=%dx%d:colors=white:draw=full:scale=sqrt,format=rgb24"
#define SPECTRUM                                                                  \
	"showspectrumpic=s=%dx%d:legend=0:color=magma:scale=log:drange=80:stop=6000," \
	"format=rgb24"

/* A picture of the rendition, for lists: what the page draws while it plays is its own. */
static struct error draw_sound(const struct workdir *workdir)
{
	const char *graph = arena_printf(
		workdir->arena,
		"[0:a]asplit[a][b];[a]" WAVEFORM "[w];[b]" SPECTRUM "[s];[w][s]vstack,format=yuvj420p",
		MEDIA_SOUND_WIDTH, MEDIA_WAVEFORM_HIGH, MEDIA_SOUND_WIDTH, MEDIA_SPECTRUM_HIGH);
	/* clang-format off */
	const char *const argv[] = {
		"ffmpeg", "-nostdin", "-hide_banner", "-nostats", "-v", "error", "-y",
		"-protocol_whitelist", "file", "-threads", "1", "-f", "mov", "-i", "sound.m4a",
		"-filter_complex", graph, "-frames:v", "1", "-c:v", "mjpeg", "-q:v", "3",
		"-fflags", "+bitexact", "-flags", "+bitexact", "-f", "image2", "-update", "1",
		"thumbnail.jpg", NULL
	};
	/* clang-format on */
	struct program_result result;

	return workdir_run(workdir, WORKDIR_MEASURE, argv, DAMAGED_SOUND, &result);
}

static struct error check_length(const struct workdir *workdir, int64_t declared_ms,
                                 int64_t found_ms)
{
	if (found_ms > MEDIA_MAX_DURATION_MS + WORKDIR_PADDING_MS)
		return errorf(ERR_INVALID, "the sound is longer than %d seconds, the limit",
		              MEDIA_MAX_DURATION_MS / 1000);
	if (found_ms < MEDIA_MIN_DURATION_MS)
		return errorf(ERR_INVALID, TOO_SHORT);
	if (found_ms < workdir->cut.length_ms)
		return errorf(ERR_INVALID, "the sound ends before the campaign's window does");
	if (workdir->cut.length_ms)
		return ok();
	if (workdir->sniff.length_declared && declared_ms - found_ms > 500 + declared_ms / 10)
		return errorf(ERR_INVALID, "the sound is cut off: %.1f of its %.1f seconds are there",
		              (double)found_ms / 1000, (double)declared_ms / 1000);
	return ok();
}

struct error sound_make(const struct workdir *workdir, const struct probe *probe,
                        struct media *media)
{
	const char *filters = NULL;
	struct program_result result;
	struct probe made;
	struct error err;

	if (workdir->sniff.length_declared &&
	    probe->duration_ms > MEDIA_MAX_DURATION_MS + WORKDIR_PADDING_MS)
		return errorf(ERR_INVALID, "the sound is %.1f seconds long; %d is the limit",
		              (double)probe->duration_ms / 1000, MEDIA_MAX_DURATION_MS / 1000);
	if (workdir->sniff.length_declared && probe->duration_ms >= 0 &&
	    probe->duration_ms < MEDIA_MIN_DURATION_MS)
		return errorf(ERR_INVALID, TOO_SHORT); /* or it would be measured, and found silent */
	if ((err = sound_filters(workdir, probe, &filters)).code)
		return err;
	if (!filters)
		return errorf(ERR_INVALID, "the sound is silent");
	/* clang-format off */
	const char *const argv[] = {
		"ffmpeg", "-nostdin", "-hide_banner", "-nostats", "-v", "error", "-y",
		"-protocol_whitelist", "file", "-threads", "1", "-f", workdir->sniff.demuxer, "-i",
		workdir->film, "-map", arena_printf(workdir->arena, "0:%d", probe->audio), "-t", "61",
		"-map_metadata", "-1", "-map_chapters", "-1", "-af",
		arena_printf(workdir->arena, "%s%s", filters, cut_noise(&workdir->cut, workdir->arena)),
	 "-c:a", "aac", "-b:a",
		"64k", "-ar", TEXT_OF(MEDIA_AUDIO_HZ), "-ac", "1", "-fflags", "+bitexact", "-flags",
		"+bitexact", "-flush_packets", "1", "-movflags", "+faststart", "-f", "mp4",
		"sound.m4a", NULL
	};
	/* clang-format on */
	if ((err = workdir_run(workdir, WORKDIR_FILM, argv, DAMAGED_SOUND, &result)).code)
		return err;
	if ((err = workdir_probe(workdir, "sound.m4a", "mov", DAMAGED_SOUND, &made)).code)
		return err;
	if ((err = check_length(workdir, probe->duration_ms, made.duration_ms)).code)
		return err;
	media->duration_ms = (unsigned)made.duration_ms;
	return draw_sound(workdir);
}
