/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/token.h"

#include <pthread.h>
#include <sodium.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/hex.h"
#include "core/mem.h"
#include "crypto/secret.h"

#define NONCE   crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define TAG     crypto_aead_xchacha20poly1305_ietf_ABYTES
#define KEY     crypto_aead_xchacha20poly1305_ietf_KEYBYTES
#define CONTEXT "touchstn" /* crypto_kdf_CONTEXTBYTES */

_Static_assert(NONCE + TAG == TOKEN_OVERHEAD, "the header promises this");
_Static_assert(NONCE / 3 * 4 == TOKEN_NONCE_TEXT && NONCE % 3 == 0, "and this");

struct token_keys {
	unsigned char keys[TOKEN_KINDS][KEY];
	unsigned char hash_key[crypto_shorthash_KEYBYTES];
	unsigned char network_key[KEY];
	unsigned char fingerprint[TOKEN_FINGERPRINT_TEXT / 2];
};

/* Random bytes for nonces, asked of the system many at a time: a call costs as much as a sealing.
 */
struct nonce_pool {
	unsigned char bytes[16 * NONCE];
	size_t left; /* at the end of bytes; what has been handed out is wiped */
};

static _Thread_local struct nonce_pool pool;

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

bool crypto_start(void)
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

static uint32_t token_value_of(char letter)
{
	return letter_values[(unsigned char)letter];
}

/* One spelling only: a last letter with bits that no byte needs is refused. */
static bool bytes_from_text(unsigned char *bytes, const char *text, size_t len)
{
	uint32_t wrong = 0, a, b, c, d;

	for (; len >= 4; len -= 4, text += 4) {
		a = token_value_of(text[0]);
		b = token_value_of(text[1]);
		c = token_value_of(text[2]);
		d = token_value_of(text[3]);
		wrong |= (a | b | c | d) & NO_LETTER;
		*bytes++ = (unsigned char)(a << 2 | b >> 4);
		*bytes++ = (unsigned char)(b << 4 | c >> 2);
		*bytes++ = (unsigned char)(c << 6 | d);
	}
	if (len >= 2) {
		a = token_value_of(text[0]);
		b = token_value_of(text[1]);
		c = len == 3 ? token_value_of(text[2]) : 0;
		wrong |= ((a | b | c) & NO_LETTER) | (len == 3 ? c & 3 : b & 15);
		*bytes++ = (unsigned char)(a << 2 | b >> 4);
		if (len == 3)
			*bytes++ = (unsigned char)(b << 4 | c >> 2);
	}
	return !wrong && len != 1;
}

struct error token_keys_open(const char *path, struct token_keys **ret_keys)
{
	unsigned char master[SECRET_BYTES];
	struct error err = secret_read(path, master);

	if (err.code)
		return err;

	struct token_keys *keys = mem_new(1, sizeof *keys);
	for (unsigned kind = 0; kind < TOKEN_KINDS; kind++)
		crypto_kdf_derive_from_key(keys->keys[kind], KEY, kind + 1, CONTEXT, master);
	crypto_kdf_derive_from_key(keys->hash_key, sizeof keys->hash_key, 1000, CONTEXT, master);
	crypto_kdf_derive_from_key(keys->fingerprint, sizeof keys->fingerprint, 1001, CONTEXT, master);
	crypto_kdf_derive_from_key(keys->network_key, KEY, 1002, CONTEXT, master);
	sodium_memzero(master, sizeof master);
	*ret_keys = keys;
	return ok();
}

void token_keys_free(struct token_keys *keys)
{
	if (!keys)
		return;
	sodium_memzero(keys, sizeof *keys);
	free(keys);
}

void token_seal(const struct token_keys *keys, enum token_kind kind, const void *bytes, size_t len,
                char *text)
{
	unsigned char sealed[TOKEN_OVERHEAD + TOKEN_MAX_BYTES];

	if (len > TOKEN_MAX_BYTES)
		abort();
	fresh_nonce(sealed);
	crypto_aead_xchacha20poly1305_ietf_encrypt(sealed + NONCE, NULL, bytes, len, NULL, 0, NULL,
	                                           sealed, keys->keys[kind]);
	text_from_bytes(text, sealed, len + TOKEN_OVERHEAD);
}

bool token_open(const struct token_keys *keys, enum token_kind kind, const char *text, void *bytes,
                size_t len)
{
	unsigned char sealed[TOKEN_OVERHEAD + TOKEN_MAX_BYTES];
	size_t text_len = strlen(text);

	if (len > TOKEN_MAX_BYTES || text_len != TOKEN_TEXT(len) - 1 ||
	    !bytes_from_text(sealed, text, text_len))
		return false;
	return crypto_aead_xchacha20poly1305_ietf_decrypt(bytes, NULL, NULL, sealed + NONCE, len + TAG,
	                                                  NULL, 0, sealed, keys->keys[kind]) == 0;
}

void token_keys_fingerprint(const struct token_keys *keys, char text[TOKEN_FINGERPRINT_TEXT])
{
	hex_encode(text, keys->fingerprint, sizeof keys->fingerprint);
}

unsigned long token_keyed_hash(const struct token_keys *keys, const void *bytes, size_t len)
{
	unsigned long hash;

	_Static_assert(sizeof hash == crypto_shorthash_BYTES, "64 bits");
	crypto_shorthash((unsigned char *)&hash, bytes, len, keys->hash_key);
	return hash;
}

void token_network_hash(const struct token_keys *keys, const unsigned char id[16],
                        const void *bytes, size_t len, unsigned char hash[TOKEN_NETWORK_BYTES])
{
	unsigned char own[KEY];

	crypto_generichash(own, sizeof own, id, 16, keys->network_key, sizeof keys->network_key);
	crypto_generichash(hash, TOKEN_NETWORK_BYTES, bytes, len, own, sizeof own);
	sodium_memzero(own, sizeof own);
}
