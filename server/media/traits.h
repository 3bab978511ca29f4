/* SPDX-License-Identifier: Apache-2.0 */
/*
 * traits -- what a rendition tells beside its content: its size, its coding, its silences.
 *
 * Whatever of these differs between real and fake media gives an item away to who does not look at
 * it.  Of an image the header is read here; ffprobe and ffmpeg, boxed in by outside/program, read
 * films and sounds.  docs/media.md says what each trait is.
 *
 * Threads: any, at once.  The caller waits: a minute of film takes some seconds.
 */
#ifndef MEDIA_TRAITS_H
#define MEDIA_TRAITS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/arena.h"
#include "core/error.h"
#include "core/vocabulary.h"
#include "crypto/sha256.h"
#include "store/store.h"

/* One more whenever a trait is added, or comes out with another number: those that are kept are
 * then measured anew. */
#define TRAITS_RECIPE 1

/* New ones go to the end. */
enum media_trait {
	TRAIT_BYTES,
	TRAIT_BITS_A_PIXEL, /* of a film: of each frame */
	TRAIT_WIDTH,        /* pixels */
	TRAIT_HEIGHT,
	TRAIT_ASPECT,         /* width over height */
	TRAIT_SQUARE,         /* 1 or 0 */
	TRAIT_QUANTISATION,   /* mean of all numbers in a JPEG's tables */
	TRAIT_CHROMA,         /* brightness samples for each sample of colour; 0: grey */
	TRAIT_TAGS,           /* segments of metadata in a JPEG, tags in a container */
	TRAIT_DURATION,       /* seconds */
	TRAIT_FRAME_RATE,     /* a second */
	TRAIT_VIDEO_BIT_RATE, /* bits a second of the track */
	TRAIT_AUDIO_BIT_RATE,
	TRAIT_SILENCE_START, /* seconds quieter than -50 dBFS */
	TRAIT_SILENCE_END,
	TRAIT_LOUDNESS,      /* LUFS, EBU R 128; -70: silent */
	TRAIT_PEAK,          /* dBFS of the largest sample; -100: silent */
	TRAIT_SPECTRAL_EDGE, /* Hz below which all lies that is within 40 dB of the strongest; 0: silent
	                      */
	MEDIA_TRAITS
};

/* "bits_a_pixel"; static. */
const char *media_trait_name(enum media_trait trait);

/* Do media of this type have it? */
bool media_trait_applies(enum media_trait trait, enum media_type type);

/* Does it span orders of magnitude, so that its logarithm is what to compare? */
bool media_trait_is_scale(enum media_trait trait);

/*
 * Measures a rendition of this type.  Those that do not apply are NAN, all others are finite.
 * ERR_NOT_FOUND: the store has lost it.  ERR_INVALID: its bytes are none of ours, or are damaged.
 * ERR_INTERNAL: our fault (a helper is missing).
 */
struct error media_measure(struct store *store, const unsigned char rendition[SHA256_BYTES],
                           enum media_type type, struct arena *arena,
                           double ret_traits[MEDIA_TRAITS]) MUST_CHECK;

/*
 * Reads width, height, quantisation, chroma and tags from the header of a baseline or progressive
 * JPEG with 8 bits a sample, whose bytes may be hostile.  False: it is no such.
 */
bool jpeg_traits(const unsigned char *bytes, size_t len, double traits[MEDIA_TRAITS]);

#endif
