/* SPDX-License-Identifier: Apache-2.0 */
/*
 * token -- what only this installation can have written.
 *
 * Cookies, assignment tokens and media URLs are small structs, encrypted and
 * authenticated (XChaCha20-Poly1305, libsodium) under a key of their own that is
 * derived from the one secret file.  Whoever holds a sealed text can neither read
 * nor change it, and one kind never opens as another.  A fresh nonce makes every
 * sealing of the same bytes look different.
 *
 * Threads: a struct seal is read-only once opened; share it freely.
 */
#ifndef CRYPTO_TOKEN_H
#define CRYPTO_TOKEN_H

#include <stdbool.h>
#include <stddef.h>

#include "core/error.h"

enum token_kind {
	TOKEN_VOLUNTEER,  /* the volunteer's cookie */
	TOKEN_ASSIGNMENT, /* a token to judge one pair once */
	TOKEN_MEDIA,      /* the address of one showing of one medium */
	TOKEN_CURSOR,     /* where a list goes on */
	TOKEN_DEVICE,     /* a browser that has signed in to an account */
	TOKEN_INVITATION, /* a link to an event */
	TOKEN_FACTOR,     /* the secret of a second factor, in the database */
	TOKEN_KINDS
};

struct token_keys;

#define TOKEN_OVERHEAD   40  /* nonce and tag */
#define TOKEN_MAX_BYTES  256 /* of what is sealed */
#define TOKEN_NONCE_TEXT 32  /* letters at the start of a text that no other sealing begins with */

/* How many characters, with the NUL, `len` sealed bytes take as text. */
#define TOKEN_TEXT(len) ((((len) + TOKEN_OVERHEAD) * 4 + 2) / 3 + 1)

/* Keys of the secret file (crypto/secret), which is made when there is none. */
struct error token_keys_open(const char *path, struct token_keys **ret_keys) MUST_CHECK;
void token_keys_free(struct token_keys *keys);

/* Writes base64url text of TOKEN_TEXT(len) characters; len <= TOKEN_MAX_BYTES. */
void token_seal(const struct token_keys *keys, enum token_kind kind, const void *bytes, size_t len,
                char *text);

/* True only if `text` is a genuine sealing of exactly `len` bytes of this kind. */
bool token_open(const struct token_keys *keys, enum token_kind kind, const char *text, void *bytes,
                size_t len);

#define TOKEN_FINGERPRINT_TEXT 33

/* Tells one secret from another, in hexadecimal digits, and says nothing of it. */
void token_keys_fingerprint(const struct token_keys *keys, char text[TOKEN_FINGERPRINT_TEXT]);

/* A 64-bit keyed hash, the same on every machine that shares the secret. */
unsigned long token_keyed_hash(const struct token_keys *keys, const void *bytes, size_t len);

#define TOKEN_NETWORK_BYTES 16

/* What stands for a network in a campaign: a keyed hash, under a key of that campaign's own. `id`
 * is the campaign's, of 16 bytes. */
void token_network_hash(const struct token_keys *keys, const unsigned char id[16],
                        const void *bytes, size_t len, unsigned char hash[TOKEN_NETWORK_BYTES]);

/* Once, before any other function of crypto. False: the machine has no entropy.
 */
bool crypto_start(void);

#endif
