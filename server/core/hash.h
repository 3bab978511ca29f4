/* SPDX-License-Identifier: Apache-2.0 */
/* hash -- SHA-256 of bytes, pieces and files. */
#ifndef CORE_HASH_H
#define CORE_HASH_H

#include <sodium.h>
#include <stdint.h>

#include "core/error.h"

#define SHA256_BYTES 32
#define SHA256_TEXT  65 /* hexadecimal, with its NUL */

struct sha256 {
	crypto_hash_sha256_state state;
};

void sha256_start(struct sha256 *hash);
void sha256_add(struct sha256 *hash, const void *bytes, size_t len);
void sha256_finish(struct sha256 *hash, unsigned char digest[SHA256_BYTES]);

void sha256_bytes(unsigned char digest[SHA256_BYTES], const void *bytes, size_t len);

/* Reads the open file from its start; the offset moves. ERR_INTERNAL when it cannot be read. */
struct error sha256_fd(int fd, unsigned char digest[SHA256_BYTES], uint64_t *bytes) MUST_CHECK;

#endif
