/* SPDX-License-Identifier: Apache-2.0 */
/* sha256 -- the digest of bytes, pieces and files. */
#ifndef CRYPTO_SHA256_H
#define CRYPTO_SHA256_H

#include <stddef.h>
#include <stdint.h>

#include "core/error.h"

#define SHA256_BYTES 32
#define SHA256_TEXT  65 /* hexadecimal, with its NUL */

/* Room for libsodium's state. */
struct sha256 {
	_Alignas(8) unsigned char state[104];
};

void sha256_start(struct sha256 *sha256);
void sha256_add(struct sha256 *sha256, const void *bytes, size_t len);
void sha256_finish(struct sha256 *sha256, unsigned char digest[SHA256_BYTES]);

void sha256_bytes(unsigned char digest[SHA256_BYTES], const void *bytes, size_t len);

/* How far a copy came; of the others errno says why. */
enum sha256_copied { COPIED, COPY_UNREAD, COPY_UNWRITTEN };

/*
 * Reads `from` on to its end and writes all of it to `to`, unless that is -1. The digest is of what
 * was written; it and *ret_bytes are untouched where the copy is not whole.
 */
enum sha256_copied sha256_copy(int from, int to, unsigned char digest[SHA256_BYTES],
                               uint64_t *ret_bytes) MUST_CHECK;

/* Reads the open file from its start; the offset moves. ERR_INTERNAL when it cannot be read. */
struct error sha256_fd(int fd, unsigned char digest[SHA256_BYTES], uint64_t *bytes) MUST_CHECK;

#endif
