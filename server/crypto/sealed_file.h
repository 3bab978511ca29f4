/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sealed_file -- files that whoever writes them cannot read again.
 *
 * Each file is encrypted under a fresh key of its own (libsodium's secretstream: XChaCha20 and
 * Poly1305, in pieces of 64 KiB, so that a piece that is changed, moved or missing is noticed), and
 * that key is sealed by a public key (libsodium's sealed box: X25519).  The secret half lies
 * elsewhere, in a file of its owner: without it neither key nor file is opened, by nobody.
 *
 * Threads: any; nothing is kept.
 */
#ifndef CRYPTO_SEALED_FILE_H
#define CRYPTO_SEALED_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "core/error.h"
#include "crypto/sha256.h"

#define SEALING_KEY_BYTES 32 /* of a public half, of a secret half, and of a file's own key */
#define SEALED_KEY_BYTES  80 /* a file's own key, sealed */

/*
 * Makes both halves: the secret one at `path` (mode 0600), the public one at `path`.pub.  Replaces
 * nothing.  ERR_CONFLICT: one of them is there.
 */
struct error sealing_key_make(const char *path) MUST_CHECK;

/* Reads a public half. ERR_INVALID: it is none; a secret half is refused by name. */
struct error sealing_key_read(const char *path,
                              unsigned char ret_public[SEALING_KEY_BYTES]) MUST_CHECK;

/* Reads a secret half, whose file others may not read, and derives the public one.
 * ERR_INVALID: it is none. secret_wipe() it after use. */
struct error opening_key_read(const char *path, unsigned char ret_secret[SEALING_KEY_BYTES],
                              unsigned char ret_public[SEALING_KEY_BYTES]) MUST_CHECK;

/* A file that was encrypted. */
struct sealed_file {
	unsigned char key[SEALING_KEY_BYTES];   /* its own; secret_wipe() it */
	unsigned char sealed[SEALED_KEY_BYTES]; /* the same, sealed */
	unsigned char plain[SHA256_BYTES];      /* of what was read ... */
	uint64_t bytes;                         /* ... and how much that was */
};

/* Reads `from` on to its end and writes it to `to`, encrypted. ERR_INTERNAL: cannot be read or
 * written. */
struct error sealed_file_write(const unsigned char public[SEALING_KEY_BYTES], int from, int to,
                               struct sealed_file *ret_sealed) MUST_CHECK;

/* Opens a file's own key. ERR_FORBIDDEN: it was sealed for another. */
struct error sealed_key_open(const unsigned char secret[SEALING_KEY_BYTES],
                             const unsigned char public[SEALING_KEY_BYTES],
                             const unsigned char sealed[SEALED_KEY_BYTES],
                             unsigned char ret_key[SEALING_KEY_BYTES]) MUST_CHECK;

/*
 * Reads an encrypted file on to its end, writes what it holds to `to`, unless that is -1, and tells
 * the digest of that.  ERR_CONFLICT: it was damaged, cut, or written under another key; what was
 * written until then is not to be believed.
 */
struct error sealed_file_read(const unsigned char key[SEALING_KEY_BYTES], int from, int to,
                              unsigned char ret_plain[SHA256_BYTES],
                              uint64_t *ret_bytes) MUST_CHECK;

#endif
