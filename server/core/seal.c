/* SPDX-License-Identifier: Apache-2.0 */
#include "core/seal.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/log.h"

#define NONCE   crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define TAG     crypto_aead_xchacha20poly1305_ietf_ABYTES
#define KEY     crypto_aead_xchacha20poly1305_ietf_KEYBYTES
#define MASTER  crypto_kdf_KEYBYTES
#define CONTEXT "touchstn" /* crypto_kdf_CONTEXTBYTES */

_Static_assert(NONCE + TAG == SEAL_OVERHEAD, "the header promises this");
_Static_assert(crypto_pwhash_STRBYTES == PASSWORD_HASH, "the header promises this");

struct seal {
	unsigned char keys[SEAL_KINDS][KEY];
	unsigned char hash_key[crypto_shorthash_KEYBYTES];
};

bool seal_start(void)
{
	return sodium_init() >= 0;
}

/* Writes a fresh secret beside `path`, then links it there: whoever links first wins. */
static bool make_secret(const char *path)
{
	unsigned char master[MASTER];
	char temporary[4096];
	bool made = false;

	if (snprintf(temporary, sizeof temporary, "%s.XXXXXX", path) >= (int)sizeof temporary)
		return false;
	int fd = mkstemp(temporary); /* mode 0600 */
	if (fd < 0)
		return false;
	randombytes_buf(master, sizeof master);
	if (write(fd, master, sizeof master) == (ssize_t)sizeof master && fsync(fd) == 0)
		made = link(temporary, path) == 0 || errno == EEXIST;
	sodium_memzero(master, sizeof master);
	close(fd);
	unlink(temporary);
	return made;
}

static struct error read_secret(const char *path, unsigned char master[MASTER])
{
	struct stat stat;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0) {
		log_error("secret file %s: %s", path, strerrordesc_np(errno));
		return errorf(ERR_INTERNAL, "cannot read the secret file");
	}
	bool readable = fstat(fd, &stat) == 0 && read(fd, master, MASTER) == (ssize_t)MASTER;
	close(fd);
	if (!readable || stat.st_size != MASTER) {
		log_error("secret file %s: not the %d bytes it should be", path, (int)MASTER);
		return errorf(ERR_INTERNAL, "the secret file is damaged");
	}
	if (stat.st_mode & (S_IRWXG | S_IRWXO)) {
		log_error("secret file %s: others may read it; chmod 600 it", path);
		return errorf(ERR_INTERNAL, "the secret file is open to others");
	}
	return ok();
}

struct error seal_open_file(const char *path, struct seal **ret_seal)
{
	unsigned char master[MASTER];
	struct error err;

	if (access(path, F_OK) != 0 && !make_secret(path)) {
		log_error("secret file %s: cannot make it: %s", path, strerrordesc_np(errno));
		return errorf(ERR_INTERNAL, "cannot make the secret file");
	}
	if ((err = read_secret(path, master)).code)
		return err;

	struct seal *seal = calloc(1, sizeof *seal);
	if (!seal)
		abort();
	for (unsigned kind = 0; kind < SEAL_KINDS; kind++)
		crypto_kdf_derive_from_key(seal->keys[kind], KEY, kind + 1, CONTEXT, master);
	crypto_kdf_derive_from_key(seal->hash_key, sizeof seal->hash_key, 1000, CONTEXT, master);
	sodium_memzero(master, sizeof master);
	*ret_seal = seal;
	return ok();
}

void seal_free(struct seal *seal)
{
	if (!seal)
		return;
	sodium_memzero(seal, sizeof *seal);
	free(seal);
}

void seal_bytes(const struct seal *seal, enum seal_kind kind, const void *bytes, size_t len,
				char *text)
{
	unsigned char sealed[SEAL_OVERHEAD + SEAL_MAX_BYTES];

	if (len > SEAL_MAX_BYTES)
		abort();
	randombytes_buf(sealed, NONCE);
	crypto_aead_xchacha20poly1305_ietf_encrypt(sealed + NONCE, NULL, bytes, len, NULL, 0, NULL,
											   sealed, seal->keys[kind]);
	sodium_bin2base64(text, SEAL_TEXT(len), sealed, len + SEAL_OVERHEAD,
					  sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

bool seal_reveal(const struct seal *seal, enum seal_kind kind, const char *text, void *bytes,
				 size_t len)
{
	unsigned char sealed[SEAL_OVERHEAD + SEAL_MAX_BYTES];
	size_t got;

	if (len > SEAL_MAX_BYTES || strlen(text) != SEAL_TEXT(len) - 1)
		return false;
	if (sodium_base642bin(sealed, sizeof sealed, text, strlen(text), NULL, &got, NULL,
						  sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0 ||
		got != len + SEAL_OVERHEAD)
		return false;
	return crypto_aead_xchacha20poly1305_ietf_decrypt(bytes, NULL, NULL, sealed + NONCE,
													  got - NONCE, NULL, 0, sealed,
													  seal->keys[kind]) == 0;
}

unsigned long seal_keyed_hash(const struct seal *seal, const void *bytes, size_t len)
{
	unsigned long hash;

	_Static_assert(sizeof hash == crypto_shorthash_BYTES, "64 bits");
	crypto_shorthash((unsigned char *)&hash, bytes, len, seal->hash_key);
	return hash;
}

void secret_make(char text[SECRET_TEXT])
{
	unsigned char bytes[32];

	randombytes_buf(bytes, sizeof bytes);
	sodium_bin2base64(text, SECRET_TEXT, bytes, sizeof bytes,
					  sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

struct error password_hash(const char *password, char hash[PASSWORD_HASH])
{
	if (crypto_pwhash_str(hash, password, strlen(password), crypto_pwhash_OPSLIMIT_INTERACTIVE,
						  crypto_pwhash_MEMLIMIT_INTERACTIVE) != 0)
		return errorf(ERR_UNAVAILABLE, "The server is short of memory. Try again in a moment.");
	return ok();
}

bool password_matches(const char *password, const char *hash)
{
	char ours[PASSWORD_HASH];

	if (!hash) {
		struct error wasted = password_hash(password, ours);
		(void)wasted;
		return false;
	}
	return crypto_pwhash_str_verify(hash, password, strlen(password)) == 0;
}
