/* SPDX-License-Identifier: Apache-2.0 */
/*
 * credentials -- a file's content credentials (C2PA 1.x and 2.x): finds the manifest store, checks
 * every hash of the active manifest, and takes out what its signature is to be checked with.
 *
 * Covered are the manifest stores of JPEG (APP11) and PNG (caBX), SHA-256, the assertion
 * c2pa.hash.data with the manifest as the one exclusion, and COSE_Sign1 with a chain of
 * certificates.  docs/provenance.md says what is not.
 *
 * Pure: bytes in, a finding out.  It reads strangers' bytes, so a server runs it in the sandbox
 * alone (media/credentials_helper).
 */
#ifndef MEDIA_CREDENTIALS_H
#define MEDIA_CREDENTIALS_H

#include <stddef.h>

#include "core/arena.h"

#define CREDENTIALS_MOST_CERTIFICATES 8
#define CREDENTIALS_MOST_BYTES        (16u << 20) /* of a manifest store */

enum credentials_state {
	CREDENTIALS_NONE,       /* the file carries no manifest store */
	CREDENTIALS_SIGNED,     /* every hash holds: the signature is to be checked */
	CREDENTIALS_BROKEN,     /* a hash does not hold */
	CREDENTIALS_UNREADABLE, /* damaged, or of a kind that is not covered */
	CREDENTIALS_NOT_COVERED /* neither a JPEG nor a PNG: nobody looked */
};

struct credentials_bytes {
	const unsigned char *bytes;
	size_t len;
};

struct credentials {
	enum credentials_state state;
	const char *reason; /* of BROKEN and UNREADABLE: of our own making, static */
	/* What the active manifest says, as it says it; "" where it does not. UTF-8, in the arena. */
	const char *generator, *source_type;
	/* CREDENTIALS_SIGNED alone; in the arena, or in the bytes that were read. */
	const char *algorithm;              /* static: "ES256", "PS384", "EdDSA" */
	struct credentials_bytes claimed;   /* what was signed (RFC 9052's Sig_structure) */
	struct credentials_bytes signature; /* as openssl reads it: of ECDSA in DER */
	struct credentials_bytes certificates[CREDENTIALS_MOST_CERTIFICATES]; /* DER, signer's first */
	size_t certificate_count;
};

/* Reads the credentials of a file. What is found points into its bytes and the arena. */
void credentials_read(const unsigned char *bytes, size_t len, struct arena *arena,
                      struct credentials *ret);

#endif
