/* SPDX-License-Identifier: Apache-2.0 */
/*
 * media -- what a file is, and the one form in which everybody sees it.
 *
 * A file is recognised by its content, never by its name.  The original is kept
 * as it came; what a volunteer sees is a rendition made by one recipe per type,
 * the same for every input, so that neither format, size nor metadata tells a
 * real file from a fake one.  docs/media.md gives the recipes and their reasons.
 *
 * The same file gives the same bytes again, so ingesting it twice stores it once.
 *
 * Helpers (ffprobe, ffmpeg, vips) read the stranger's file, boxed in by outside/program.
 * Threads: any, at once.  The caller waits: an image takes tenths of a second, a minute of
 * video up to a minute.
 */
#ifndef MEDIA_MEDIA_H
#define MEDIA_MEDIA_H

#include <stdbool.h>
#include <stdint.h>

#include "core/arena.h"
#include "core/error.h"
#include "core/vocabulary.h"
#include "crypto/sha256.h"
#include "media/cut.h"
#include "store/store.h"

/*
 * The number of the recipe: one more whenever any file's rendition may come out with other bytes.
 * `touchstone render` then makes the renditions of existing items anew.
 */
#define MEDIA_RECIPE 2

#define MEDIA_MAX_FILE_BYTES  (512u << 20)
#define MEDIA_MAX_MEGAPIXELS  100  /* an image */
#define MEDIA_MAX_VIDEO_SIDE  4096 /* pixels; and no more than MEDIA_MAX_VIDEO_AREA */
#define MEDIA_MAX_VIDEO_AREA  (4096u * 2304u)
#define MEDIA_MIN_SIDE        32 /* pixels: less is not worth judging */
#define MEDIA_MAX_ASPECT      8  /* longer side over shorter */
#define MEDIA_MAX_TRACKS      32
#define MEDIA_MIN_DURATION_MS 500
#define MEDIA_MAX_DURATION_MS 60000

#define MEDIA_IMAGE_BOX     1024 /* pixels, each side; smaller images stay as they are */
#define MEDIA_THUMBNAIL_BOX 240
#define MEDIA_SOUND_WIDTH   480 /* pixels, of a sound's picture */
#define MEDIA_WAVEFORM_HIGH 80
#define MEDIA_SPECTRUM_HIGH 240
#define MEDIA_VIDEO_LONG    854 /* the longer side; upright videos get an upright box */
#define MEDIA_VIDEO_SHORT   480
#define MEDIA_VIDEO_FPS     25
#define MEDIA_AUDIO_HZ      16000
#define MEDIA_LOUDNESS_LUFS (-23.0) /* EBU R 128 */

/* "image", "video", "audio". */
const char *media_type_name(enum media_type type);
bool media_type_read(const char *text, enum media_type *type);

struct media_file {
	unsigned char digest[SHA256_BYTES]; /* its name in the store */
	uint64_t bytes;
};

struct media {
	enum media_type type;
	struct media_file original;
	const char *original_format; /* of our own making: "png", "mp4 (h264, aac)"; in the arena */
	struct media_file rendition;
	const char *content_type;             /* of the rendition; static */
	bool has_poster;                      /* video */
	struct media_file poster;             /* image/jpeg */
	bool has_thumbnail;                   /* sounds that an older version took in have none */
	struct media_file thumbnail;          /* image/jpeg; of a sound its waveform and spectrogram */
	unsigned width, height;               /* of the rendition; 0 for audio */
	unsigned duration_ms;                 /* of the rendition; 0 for images */
	unsigned source_width, source_height; /* of the original as shown; 0 for sounds, and for images
	                                         without a region */
	bool has_streams;                     /* video, audio */
	unsigned char streams[SHA256_BYTES];  /* of the original's streams, whatever contains them */
};

/*
 * Recognises, checks, normalises and stores the file at `path`.  ERR_INVALID or ERR_TOO_LARGE: a
 * clause that completes "line 7: ..." ("the file is empty"), and nothing is stored.
 * ERR_INTERNAL: our fault (a helper is missing); another try may work. ERR_DISK: the disk is full,
 * read-only or failing.
 */
struct error media_ingest(struct store *store, const char *path, struct arena *arena,
                          struct media *ret_media) MUST_CHECK;

/* The same, cut to the box and window of a campaign. ERR_INVALID too where it is smaller than the
 * one or ends within the other. */
struct error media_ingest_cut(struct store *store, const char *path, const struct media_cut *cut,
                              struct arena *arena, struct media *ret_media) MUST_CHECK;

#define MEDIA_FILES 4 /* that one file gives, at most */

/* Who is told which files are about to be kept, before the first is; an error from it ends it. */
struct media_keeper {
	struct error (*tell)(void *arg, const unsigned char digests[][SHA256_BYTES], size_t count);
	void *arg;
};

/* The same, telling `keeper` (may be NULL), so that what a crash leaves in the store can be found.
 */
struct error media_ingest_told(struct store *store, const char *path, const struct media_cut *cut,
                               struct arena *arena, const struct media_keeper *keeper,
                               struct media *ret_media) MUST_CHECK;

/*
 * The same for an original that the store has: makes its rendition anew by the recipe of now.
 * ERR_NOT_FOUND: the store has lost it.  ERR_INVALID too where its bytes are no longer those of
 * its name.
 */
struct error media_render(struct store *store, const unsigned char original[SHA256_BYTES],
                          const struct media_cut *cut, struct arena *arena,
                          struct media *ret_media) MUST_CHECK;

#endif
