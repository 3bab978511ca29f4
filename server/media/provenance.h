/* SPDX-License-Identifier: Apache-2.0 */
/*
 * provenance -- what a file says of its own origin: EXIF, IPTC and XMP (read by exiftool), the IPTC
 * digital source type, and content credentials (C2PA).
 *
 * A hint for people who have judged the file already, never a label: whoever makes a fake can take
 * all of it out, or write it in.  That something is absent, broken or could not be read is no
 * evidence that a file is fake; docs/provenance.md tells the states.
 *
 * exiftool, openssl and our own reader of C2PA run in the sandbox.
 * Threads: any, at once, after provenance_trust().  The caller waits, mostly a second.
 */
#ifndef MEDIA_PROVENANCE_H
#define MEDIA_PROVENANCE_H

#include <stdbool.h>

#include "core/arena.h"
#include "core/error.h"
#include "crypto/sha256.h"
#include "store/store.h"

/* The number of our own reader: one more whenever a file may end in another state. */
#define PROVENANCE_READER 1

#define PROVENANCE_REPORT_BYTES 65536 /* of a report that is kept whole */

struct provenance {
	const char *tool;         /* static: "exiftool" */
	const char *tool_version; /* as it says it; NULL: it is not installed */
	/* What it wrote: a JSON object of "GROUP:TAG" and values, UTF-8. NULL: nothing that can be
	 * kept. */
	const char *report;
	bool report_cut; /* it was too long: values were cut, and the last left out */
	/* A word of `digital_source_types`: what the signed credentials say, else the XMP; or NULL. */
	const char *source_type;
	const char *c2pa_state; /* a word of `c2pa_states` */
	/* A JSON object: reason, algorithm, signer, generator; each a text or null. */
	const char *c2pa;
};

/* Names the file of certificates (PEM) whose signers are trusted; NULL: there is none. Called once,
 * before there are threads. ERR_INVALID: it cannot be read. */
struct error provenance_trust(const char *anchors) MUST_CHECK;

/*
 * Reads the file `input` in a folder that only helpers use, absolute; other files are left there.
 * What cannot be read is said in the result.  ERR_INTERNAL, ERR_DISK, ERR_UNAVAILABLE: our fault;
 * another try may work.
 */
struct error provenance_read_folder(const char *folder, struct arena *arena,
                                    struct provenance *ret) MUST_CHECK;

/* The same for an original that the store has. ERR_NOT_FOUND. */
struct error provenance_read(struct store *store, const unsigned char original[SHA256_BYTES],
                             struct arena *arena, struct provenance *ret) MUST_CHECK;

/* Copies a file, to where a helper reads it. ERR_INVALID, ERR_DISK. */
struct error provenance_lay_out(const char *path, const char *to) MUST_CHECK;

/* Is exiftool installed? Without it nothing is to be read. */
bool provenance_can_read(void);

#endif
