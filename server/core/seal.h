/* SPDX-License-Identifier: Apache-2.0 */
/*
 * seal -- what only this installation can have written.
 *
 * Cookies, assignment tokens and media URLs are small structs, encrypted and
 * authenticated (XChaCha20-Poly1305, libsodium) under a key of their own that is
 * derived from the one secret file.  Whoever holds a sealed text can neither read
 * nor change it, and one kind never opens as another.  A fresh nonce makes every
 * sealing of the same bytes look different.
 *
 * Threads: a struct seal is read-only once opened; share it freely.
 */
#ifndef CORE_SEAL_H
#define CORE_SEAL_H

#include <stdbool.h>
#include <stddef.h>

#include "core/error.h"

enum seal_kind {
	SEAL_VOLUNTEER,  /* the volunteer's cookie */
	SEAL_ASSIGNMENT, /* a token to judge one pair once */
	SEAL_MEDIA,      /* the address of one showing of one medium */
	SEAL_CURSOR,     /* where a list goes on */
	SEAL_DEVICE,     /* a browser that has signed in to an account */
	SEAL_KINDS
};

struct seal;

#define SEAL_OVERHEAD   40  /* nonce and tag */
#define SEAL_MAX_BYTES  256 /* of what is sealed */
#define SEAL_NONCE_TEXT 32  /* letters at the start of a text that no other sealing begins with */

/* How many characters, with the NUL, `len` sealed bytes take as text. */
#define SEAL_TEXT(len) ((((len) + SEAL_OVERHEAD) * 4 + 2) / 3 + 1)

/*
 * Reads the secret file, or makes it (mode 0600) when there is none; two processes
 * starting at once end with the same secret.  Refuses a file that others may read.
 */
struct error seal_open_file(const char *path, struct seal **ret_seal) MUST_CHECK;
void seal_free(struct seal *seal);

/* Writes base64url text of SEAL_TEXT(len) characters; len <= SEAL_MAX_BYTES. */
void seal_bytes(const struct seal *seal, enum seal_kind kind, const void *bytes, size_t len,
				char *text);

/* True only if `text` is a genuine sealing of exactly `len` bytes of this kind. */
bool seal_reveal(const struct seal *seal, enum seal_kind kind, const char *text, void *bytes,
				 size_t len);

#define SEAL_FINGERPRINT_TEXT 33

/* Tells one secret from another, in hexadecimal digits, and says nothing of it. */
void seal_fingerprint(const struct seal *seal, char text[SEAL_FINGERPRINT_TEXT]);

/* A 64-bit keyed hash, the same on every machine that shares the secret. */
unsigned long seal_keyed_hash(const struct seal *seal, const void *bytes, size_t len);

#define SECRET_TEXT 44 /* 32 random bytes in base64url, with the NUL */

/* A fresh bearer secret: session cookies, API tokens. */
void secret_make(char text[SECRET_TEXT]);

#define PASSWORD_HASH 128 /* crypto_pwhash_STRBYTES */

/* argon2id at libsodium's interactive cost: some 70 ms and 64 MiB. ERR_UNAVAILABLE without memory.
 */
struct error password_hash(const char *password, char hash[PASSWORD_HASH]) MUST_CHECK;

/*
 * Is it the password?  Takes as long whether or not `hash` is NULL, so that an unknown account is
 * not told apart.  ERR_UNAVAILABLE without memory: nobody knows.
 */
struct error password_check(const char *password, const char *hash, bool *ret_matches) MUST_CHECK;

/* Once, before any other function of core that uses libsodium. False: the machine has no entropy.
 */
bool seal_start(void);

#endif
