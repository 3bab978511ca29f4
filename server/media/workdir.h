/* SPDX-License-Identifier: Apache-2.0 */
/*
 * workdir -- the work bench of media/: a scratch folder with one stranger's file in it, named
 * `input`, and the helpers that turn it into other files there.
 *
 * Internal to media/.  A struct bench belongs to one thread.  File names are bare and ours, so no
 * name that a stranger chose reaches a command line.
 */
#ifndef MEDIA_WORKDIR_H
#define MEDIA_WORKDIR_H

#include "core/arena.h"
#include "core/error.h"
#include "media/media.h"
#include "media/sniff.h"
#include "outside/program.h"

#define WORKDIR_INPUT "input"

struct workdir {
	struct arena *arena;
	const char *folder;   /* absolute */
	struct sniff sniff;   /* of the input */
	const char *still;    /* the picture in the input as vips is to read it: "input[page=2]" */
	const char *film;     /* what ffmpeg is to read: the input, or what was unpacked from it */
	struct media_cut cut; /* what the rendition is cut to */
};

/* Brings a file to the bench, as its input, and says what it is. Errors as of media_ingest(). */
struct error workdir_lay_out(struct workdir *workdir, const char *path) MUST_CHECK;

/* The same for a file that lies in memory, or is mapped. */
struct error workdir_lay_out_bytes(struct workdir *workdir, const void *bytes,
                                   size_t len) MUST_CHECK;

/* Makes what is kept of the input, and says which of the files is the rendition. Errors as of
 * media_ingest(). */
struct error workdir_make(const struct workdir *workdir, struct media *media,
                          const char **ret_rendition) MUST_CHECK;

/* A filter of ffmpeg, from 48 kHz: nothing above 5.5 kHz. */
#define SOUND_BAND "aresample=16000:cutoff=0.6875:filter_size=64"

/* What ffprobe says about a file. Streams that are not there have index -1. */
struct probe {
	size_t tracks;    /* of any kind */
	int video, audio; /* indexes of the first of each; cover pictures do not count */
	const char *video_codec, *audio_codec;
	const char *pixels;     /* ffmpeg's name of their format: "yuv420p" */
	const char *transfer;   /* ffmpeg's name of the curve from light to numbers: "bt709" */
	bool full_range;        /* numbers go from 0 to the top, not from 16 to 235 */
	bool interlaced;        /* the container says that a frame is two fields */
	unsigned channels;      /* of the sound */
	unsigned width, height; /* as shown: pixel shape and rotation applied */
	int64_t duration_ms;    /* -1: not declared */
	int64_t frames;         /* of the video; -1: not declared */
	double rate;            /* of its frames a second, on the whole; 0: not known */
};

/* Encoders of sound begin with a delay and fill their last frame, so 60 seconds of sound may
 * declare, and decode to, two frames of 1,024 samples more: a quarter of a second at 8 kHz. */
#define WORKDIR_PADDING_MS 256

/*
 * A helper's budget, by what it does: reads a header; makes a picture, or one of other colours;
 * measures, and writes little; makes a film or a sound, and writes of it all the time.
 */
enum workdir_limit {
	WORKDIR_LOOK,
	WORKDIR_IMAGE,
	WORKDIR_SLOW_IMAGE,
	WORKDIR_MEASURE,
	WORKDIR_FILM
};

/*
 * Runs a helper in the folder.  ERR_INVALID with `complaint` (or a reason of time or
 * memory) when it fails; its own words go to the log.
 */
struct error workdir_run(const struct workdir *workdir, enum workdir_limit budget,
                         const char *const argv[], const char *complaint,
                         struct program_result *result) MUST_CHECK;

/* Reads what ffprobe wrote of a stranger's file. False: it is no JSON. */
bool probe_read(const char *text, size_t len, struct arena *arena, struct probe *ret);

/* Reads the streams of `name`; demuxer as in struct sniff. */
struct error workdir_probe(const struct workdir *workdir, const char *name, const char *demuxer,
                           const char *complaint, struct probe *ret) MUST_CHECK;

/* Filters of ffmpeg, with a comma behind: what shows through lies on the grey of pictures. */
#define WORKDIR_ON_GREY                                                                       \
	"format=rgba,split[over][under];[under]lutrgb=r=128:g=128:b=128:a=255[grey];[grey][over]" \
	"overlay=format=rgb,format=rgb24,"

/* The recipes.  Each leaves files in the folder and fills what it knows of `media`. */

/* `from` becomes image.jpg and thumbnail.jpg. */
struct error image_make(const struct workdir *workdir, const char *from,
                        struct media *media) MUST_CHECK;

/* The input becomes film.mp4, image.jpg (its poster) and thumbnail.jpg. */
struct error film_make(const struct workdir *workdir, const struct probe *probe,
                       struct media *media) MUST_CHECK;

/* The input becomes sound.m4a and thumbnail.jpg: its waveform above its spectrogram. */
struct error sound_make(const struct workdir *workdir, const struct probe *probe,
                        struct media *media) MUST_CHECK;

/* Notes what the input's streams are, by their compressed bytes: equal in another container. */
void streams_digest(const struct workdir *workdir, const struct probe *probe, struct media *media);

/*
 * The filters that turn the input's sound into ours, loudness included, for `-af`; in the arena.
 * NULL when it is silent.
 */
struct error sound_filters(const struct workdir *workdir, const struct probe *probe,
                           const char **ret) MUST_CHECK;

#endif
