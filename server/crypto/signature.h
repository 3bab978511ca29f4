/* SPDX-License-Identifier: Apache-2.0 */
/*
 * signature -- says who made a file or a text, so that anybody can check it without asking us.
 *
 * Ed25519 (RFC 8032) by libsodium, in two forms that other programs read: minisign's signature of a
 * file, prehashed by BLAKE2b-512 (jedisct1.github.io/minisign), and the signed note
 * (c2sp.org/signed-note).  The same key and text give the same bytes on any day.
 *
 * Threads: a struct signing_key is read-only once opened.
 */
#ifndef CRYPTO_SIGNATURE_H
#define CRYPTO_SIGNATURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "core/error.h"

#define PUBLIC_KEY_BYTES 32
#define PREHASH_BYTES    64

/* The public half of a key. `id` is minisign's, which tells keys apart and proves nothing. */
struct public_key {
	unsigned char id[8], key[PUBLIC_KEY_BYTES];
};

#define PUBLIC_KEY_TEXT 57 /* as minisign writes it (`RW...`), with the NUL */
#define PUBLIC_KEY_ID   17 /* 16 hexadecimal digits, as minisign prints them, with the NUL */
#define NOTE_KEY_TEXT   128
#define NOTE_NAME_MAX   64

/* The key of 32 bytes from the database; its id is derived from it. */
void public_key_from(const unsigned char bytes[PUBLIC_KEY_BYTES], struct public_key *ret_key);
void public_key_text(const struct public_key *key, char text[PUBLIC_KEY_TEXT]);
void public_key_id(const struct public_key *key, char text[PUBLIC_KEY_ID]);

/* Reads what minisign writes, without its comment. False: it is no public key of minisign's. */
bool public_key_read(const char *text, struct public_key *ret_key);

/* The key as programs for signed notes take it: NAME+HASH+KEY. */
void public_key_note(const struct public_key *key, const char *name, char text[NOTE_KEY_TEXT]);

/* May a key for signed notes be called so? At most NOTE_NAME_MAX visible letters of ASCII, no '+'.
 */
bool note_name_is_good(const char *name);

struct signing_key;

/*
 * Reads the file of a secret key, or makes it (mode 0600) when there is none; as secret_read() in
 * all else.
 */
struct error signing_key_open(const char *path, struct signing_key **ret_key) MUST_CHECK;
void signing_key_free(struct signing_key *key);
const struct public_key *signing_key_public(const struct signing_key *key);

/* What is signed of a file: reads the open file from its start. ERR_INTERNAL: it cannot be read. */
struct error signature_prehash(int fd, unsigned char prehash[PREHASH_BYTES]) MUST_CHECK;

/* Writes minisign's signature of a file. Each comment is one line; the trusted one is signed too.
 */
void signature_minisign(const struct signing_key *key, const unsigned char prehash[PREHASH_BYTES],
                        const char *comment, const char *trusted, FILE *out);

/* NULL: it is this key's signature of this file. Else why not, as the end of a sentence. */
const char *signature_minisign_fault(const struct public_key *key,
                                     const unsigned char prehash[PREHASH_BYTES],
                                     const char *signature);

/* Writes the text, which ends with a newline and has no empty line, as a note signed under `name`.
 */
void signature_note(const struct signing_key *key, const char *name, const char *text, FILE *out);

/*
 * NULL: the note has a good signature by this key, and *ret_len is the length of its text. Else why
 * not. Signatures by other keys are passed over.
 */
const char *signature_note_fault(const struct public_key *key, const char *note, size_t *ret_len);

#endif
