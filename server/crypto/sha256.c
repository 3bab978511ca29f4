/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/sha256.h"

#include <errno.h>
#include <sodium.h>
#include <unistd.h>

#include "core/disk.h"

_Static_assert(sizeof(crypto_hash_sha256_state) == sizeof(struct sha256),
               "the header promises this");

static crypto_hash_sha256_state *sodium_state(struct sha256 *sha256)
{
	return (void *)sha256->state;
}

void sha256_start(struct sha256 *sha256)
{
	crypto_hash_sha256_init(sodium_state(sha256));
}

void sha256_add(struct sha256 *sha256, const void *bytes, size_t len)
{
	crypto_hash_sha256_update(sodium_state(sha256), bytes, len);
}

void sha256_finish(struct sha256 *sha256, unsigned char digest[SHA256_BYTES])
{
	crypto_hash_sha256_final(sodium_state(sha256), digest);
}

void sha256_bytes(unsigned char digest[SHA256_BYTES], const void *bytes, size_t len)
{
	crypto_hash_sha256(digest, bytes, len);
}

enum sha256_copied sha256_copy(int from, int to, unsigned char digest[SHA256_BYTES],
                               uint64_t *ret_bytes)
{
	struct sha256 hash;
	char piece[64 * 1024];
	uint64_t total = 0;
	ssize_t got;

	sha256_start(&hash);
	while ((got = read(from, piece, sizeof piece)) != 0) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return COPY_UNREAD;
		if (to >= 0 && !disk_write(to, piece, (size_t)got))
			return COPY_UNWRITTEN;
		sha256_add(&hash, piece, (size_t)got);
		total += (uint64_t)got;
	}
	sha256_finish(&hash, digest);
	*ret_bytes = total;
	return COPIED;
}

struct error sha256_fd(int fd, unsigned char digest[SHA256_BYTES], uint64_t *bytes)
{
	if (lseek(fd, 0, SEEK_SET) < 0)
		return errorf(ERR_INTERNAL, "cannot rewind a file: %m");
	if (sha256_copy(fd, -1, digest, bytes) != COPIED)
		return errorf(ERR_INTERNAL, "cannot read a file: %m");
	return ok();
}
