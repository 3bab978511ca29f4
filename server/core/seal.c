/* SPDX-License-Identifier: Apache-2.0 */
#include "core/seal.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sodium.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/disk.h"
#include "core/hex.h"
#include "core/log.h"

#define NONCE   crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define TAG     crypto_aead_xchacha20poly1305_ietf_ABYTES
#define KEY     crypto_aead_xchacha20poly1305_ietf_KEYBYTES
#define MASTER  crypto_kdf_KEYBYTES
#define CONTEXT "touchstn" /* crypto_kdf_CONTEXTBYTES */

_Static_assert(NONCE + TAG == SEAL_OVERHEAD, "the header promises this");
_Static_assert(NONCE / 3 * 4 == SEAL_NONCE_TEXT && NONCE % 3 == 0, "and this");
_Static_assert(crypto_pwhash_STRBYTES == PASSWORD_HASH, "the header promises this");

struct seal {
	unsigned char keys[SEAL_KINDS][KEY];
	unsigned char hash_key[crypto_shorthash_KEYBYTES];
	unsigned char fingerprint[SEAL_FINGERPRINT_TEXT / 2];
};

/* Random bytes for nonces, asked of the system many at a time: a call costs as much as a sealing.
 */
struct pool {
	unsigned char bytes[16 * NONCE];
	size_t left; /* at the end of bytes; what has been handed out is wiped */
};

static _Thread_local struct pool pool;

/* The child of a fork must not hand out its parent's nonces again. */
static void pool_forget(void)
{
	sodium_memzero(&pool, sizeof pool);
}

static void fresh_nonce(unsigned char nonce[NONCE])
{
	if (pool.left < NONCE) {
		randombytes_buf(pool.bytes, sizeof pool.bytes);
		pool.left = sizeof pool.bytes;
	}
	unsigned char *next = pool.bytes + sizeof pool.bytes - pool.left;

	memcpy(nonce, next, NONCE);
	memset(next, 0, NONCE);
	pool.left -= NONCE;
}

bool seal_start(void)
{
	return sodium_init() >= 0 && pthread_atfork(NULL, NULL, pool_forget) == 0;
}

/*
 * base64url without padding.  libsodium's takes the same time for every text, at some 80
 * instructions a character; what is written and read here is sealed, and no secret.
 */
static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

#define NO_LETTER 64
/* clang-format off */
static const unsigned char letter_values[256] = {
	[0 ... 44] = NO_LETTER,
	['-'] = 62,
	[46 ... 47] = NO_LETTER,
	['0'] = 52, 53, 54, 55, 56, 57, 58, 59, 60, 61,
	[58 ... 64] = NO_LETTER,
	['A'] =  0,  1,  2,  3,  4,  5,  6,  7,  8,  9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25,
	[91 ... 94] = NO_LETTER,
	['_'] = 63,
	[96] = NO_LETTER,
	['a'] = 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51,
	[123 ... 255] = NO_LETTER
};
/* clang-format on */

static void text_from_bytes(char *text, const unsigned char *bytes, size_t len)
{
	uint32_t bits;

	for (; len >= 3; len -= 3, bytes += 3) {
		bits = (uint32_t)bytes[0] << 16 | (uint32_t)bytes[1] << 8 | bytes[2];
		*text++ = letters[bits >> 18];
		*text++ = letters[bits >> 12 & 63];
		*text++ = letters[bits >> 6 & 63];
		*text++ = letters[bits & 63];
	}
	if (len) {
		bits = (uint32_t)bytes[0] << 16 | (len == 2 ? (uint32_t)bytes[1] << 8 : 0);
		*text++ = letters[bits >> 18];
		*text++ = letters[bits >> 12 & 63];
		if (len == 2)
			*text++ = letters[bits >> 6 & 63];
	}
	*text = '\0';
}

static uint32_t value_of(char letter)
{
	return letter_values[(unsigned char)letter];
}

/* One spelling only: a last letter with bits that no byte needs is refused. */
static bool bytes_from_text(unsigned char *bytes, const char *text, size_t len)
{
	uint32_t wrong = 0, a, b, c, d;

	for (; len >= 4; len -= 4, text += 4) {
		a = value_of(text[0]);
		b = value_of(text[1]);
		c = value_of(text[2]);
		d = value_of(text[3]);
		wrong |= (a | b | c | d) & NO_LETTER;
		*bytes++ = (unsigned char)(a << 2 | b >> 4);
		*bytes++ = (unsigned char)(b << 4 | c >> 2);
		*bytes++ = (unsigned char)(c << 6 | d);
	}
	if (len >= 2) {
		a = value_of(text[0]);
		b = value_of(text[1]);
		c = len == 3 ? value_of(text[2]) : 0;
		wrong |= ((a | b | c) & NO_LETTER) | (len == 3 ? c & 3 : b & 15);
		*bytes++ = (unsigned char)(a << 2 | b >> 4);
		if (len == 3)
			*bytes++ = (unsigned char)(b << 4 | c >> 2);
	}
	return !wrong && len != 1;
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
	if (disk_write(fd, master, sizeof master) && fsync(fd) == 0)
		made = (link(temporary, path) == 0 || errno == EEXIST) && disk_sync_folder_of(path);
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
	ssize_t got = fstat(fd, &stat) == 0 ? read(fd, master, MASTER) : -1;
	if (got < 0) {
		log_error("secret file %s: %m", path);
		close(fd);
		return errorf(ERR_INTERNAL, "cannot read the secret file");
	}
	close(fd);
	if (got != (ssize_t)MASTER || stat.st_size != MASTER) {
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
	crypto_kdf_derive_from_key(seal->fingerprint, sizeof seal->fingerprint, 1001, CONTEXT, master);
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
	fresh_nonce(sealed);
	crypto_aead_xchacha20poly1305_ietf_encrypt(sealed + NONCE, NULL, bytes, len, NULL, 0, NULL,
											   sealed, seal->keys[kind]);
	text_from_bytes(text, sealed, len + SEAL_OVERHEAD);
}

bool seal_reveal(const struct seal *seal, enum seal_kind kind, const char *text, void *bytes,
				 size_t len)
{
	unsigned char sealed[SEAL_OVERHEAD + SEAL_MAX_BYTES];
	size_t text_len = strlen(text);

	if (len > SEAL_MAX_BYTES || text_len != SEAL_TEXT(len) - 1 ||
		!bytes_from_text(sealed, text, text_len))
		return false;
	return crypto_aead_xchacha20poly1305_ietf_decrypt(bytes, NULL, NULL, sealed + NONCE, len + TAG,
													  NULL, 0, sealed, seal->keys[kind]) == 0;
}

void seal_fingerprint(const struct seal *seal, char text[SEAL_FINGERPRINT_TEXT])
{
	hex_encode(text, seal->fingerprint, sizeof seal->fingerprint);
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
		return error_memory();
	return ok();
}

/* What a hash was made with: "$argon2id$v=19$m=65536,t=2,p=1$SALT$HASH". */
struct recipe {
	unsigned long long passes;
	size_t memory;
	unsigned char salt[crypto_pwhash_SALTBYTES], hash[32];
};

static bool read_bytes(unsigned char *bytes, size_t len, const char *text, const char **ret_end)
{
	size_t got;

	return sodium_base642bin(bytes, len, text, strlen(text), NULL, &got, ret_end,
							 sodium_base64_VARIANT_ORIGINAL_NO_PADDING) == 0 &&
		   got == len;
}

static bool read_recipe(const char *text, struct recipe *recipe)
{
	unsigned kibibytes, passes;
	int salt = 0;
	const char *end;

	if (sscanf(text, "$argon2id$v=19$m=%u,t=%u,p=1$%n", &kibibytes, &passes, &salt) != 2 || !salt ||
		!read_bytes(recipe->salt, sizeof recipe->salt, text + salt, &end) || *end != '$')
		return false;
	recipe->memory = (size_t)kibibytes * 1024;
	recipe->passes = passes;
	return read_bytes(recipe->hash, sizeof recipe->hash, end + 1, &end) && !*end;
}

/* libsodium's own look at a hash says of a password that it could not try that it is wrong. */
struct error password_check(const char *password, const char *hash, bool *ret_matches)
{
	char wasted[PASSWORD_HASH];
	unsigned char ours[sizeof(((struct recipe *)NULL)->hash)];
	struct recipe recipe;

	*ret_matches = false;
	if (!hash)
		return password_hash(password, wasted);
	if (!read_recipe(hash, &recipe)) {
		log_error("an account's password hash is none that this program has made");
		return errorf(ERR_INTERNAL, "the password cannot be checked");
	}
	if (crypto_pwhash(ours, sizeof ours, password, strlen(password), recipe.salt, recipe.passes,
					  recipe.memory, crypto_pwhash_ALG_ARGON2ID13) != 0)
		return error_memory();
	*ret_matches = sodium_memcmp(ours, recipe.hash, sizeof ours) == 0;
	return ok();
}
