/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fingerprint -- what a rendition looks or sounds like, in a few bytes, so that near duplicates are
 * found.
 *
 * PDQ (media/pdq) of an image, and of one frame for each second of a film; Chromaprint
 * (media/chromaprint) of a sound, but not of a film's. It is taken of the
 * rendition, which is the same for every format, size and profile that a source came in. Helpers
 * decode it, boxed in by outside/program, and the pixels that they hand back are read as a
 * stranger's: their number must be what was asked for.
 *
 * A real photograph and its manipulation are near duplicates by nature, so a match never says what
 * is real: docs/media.md tells what it may be used for.
 *
 * Threads: any, at once. The caller waits: tenths of a second for an image, seconds for a film.
 */
#ifndef MEDIA_FINGERPRINT_H
#define MEDIA_FINGERPRINT_H

#include "core/arena.h"
#include "core/error.h"
#include "core/vocabulary.h"
#include "media/chromaprint.h"
#include "media/media.h"
#include "media/pdq.h"
#include "store/store.h"

/* One more whenever any rendition may come to another fingerprint. */
#define FINGERPRINT_RECIPE 1

#define FINGERPRINT_MAX_FRAMES (MEDIA_MAX_DURATION_MS / 1000 + 2)

struct fingerprint {
	unsigned count; /* 1 of an image; of a film the frame of second i is [i]; 0 of a sound */
	struct pdq frames[FINGERPRINT_MAX_FRAMES][PDQ_VARIANTS]; /* [0] as it is */
	struct chromaprint sound; /* no words: no sound, or one that is shorter than 3.6 seconds */
};

/*
 * Of a rendition that the store has. ERR_NOT_FOUND: it has not; ERR_INVALID: it cannot be decoded;
 * ERR_INTERNAL: a helper is missing; ERR_DISK.
 */
struct error fingerprint_take(struct store *store, const unsigned char rendition[SHA256_BYTES],
                              enum media_type type, struct arena *arena,
                              struct fingerprint *ret_fingerprint) MUST_CHECK;

/*
 * Of a file that lies in memory, or is mapped: of the rendition that it would have, which goes with
 * the copy that it is made of before this returns.  ERR_INVALID or ERR_TOO_LARGE: it can have none.
 */
struct error fingerprint_of_file(struct store *store, const void *bytes, size_t len,
                                 struct arena *arena,
                                 struct fingerprint *ret_fingerprint) MUST_CHECK;

#endif
