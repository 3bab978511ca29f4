/* SPDX-License-Identifier: Apache-2.0 */
#include "core/hash.h"

#include <errno.h>
#include <unistd.h>

void sha256_start(struct sha256 *hash)
{
	crypto_hash_sha256_init(&hash->state);
}

void sha256_add(struct sha256 *hash, const void *bytes, size_t len)
{
	crypto_hash_sha256_update(&hash->state, bytes, len);
}

void sha256_finish(struct sha256 *hash, unsigned char digest[SHA256_BYTES])
{
	crypto_hash_sha256_final(&hash->state, digest);
}

void sha256_bytes(unsigned char digest[SHA256_BYTES], const void *bytes, size_t len)
{
	crypto_hash_sha256(digest, bytes, len);
}

struct error sha256_fd(int fd, unsigned char digest[SHA256_BYTES], uint64_t *bytes)
{
	struct sha256 hash;
	char piece[64 * 1024];
	uint64_t total = 0;
	ssize_t got;

	if (lseek(fd, 0, SEEK_SET) < 0)
		return errorf(ERR_INTERNAL, "cannot rewind a file: %m");
	sha256_start(&hash);
	while ((got = read(fd, piece, sizeof piece)) != 0) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return errorf(ERR_INTERNAL, "cannot read a file: %m");
		sha256_add(&hash, piece, (size_t)got);
		total += (uint64_t)got;
	}
	sha256_finish(&hash, digest);
	*bytes = total;
	return ok();
}
