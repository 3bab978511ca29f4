/* SPDX-License-Identifier: Apache-2.0 */
/*
 * secret -- the one file that makes an installation itself, and fresh secrets for who signs in.
 *
 * Whoever can read the file can write every token: its mode is 0600, and it never shows in a log.
 */
#ifndef CRYPTO_SECRET_H
#define CRYPTO_SECRET_H

#include <stdbool.h>
#include <stddef.h>

#include "core/error.h"

#define SECRET_BYTES 32

/*
 * Reads the secret file, or makes it (mode 0600) when there is none; two processes
 * starting at once end with the same secret.  Refuses a file that others may read.  Wipe `secret`
 * after use.
 */
struct error secret_read(const char *path, unsigned char secret[SECRET_BYTES]) MUST_CHECK;

/*
 * Reads a small text file of secrets, which must be a regular file that others may not read, into
 * `text`; it ends with a NUL.  ERR_INTERNAL: it cannot be read, is too large, or is open to others;
 * the log says which.  secret_wipe() it after use.
 */
struct error secret_text_read(const char *path, char *text, size_t room) MUST_CHECK;
void secret_wipe(void *secret, size_t len);

/* Are these bytes the same? The time that it takes tells nothing of them. */
bool secret_equal(const void *one, const void *other, size_t len);

/* Fresh random bytes. */
void secret_fill(void *secret, size_t len);

#define SECRET_TEXT 44 /* 32 random bytes in base64url, with the NUL */

/* A fresh bearer secret: session cookies, API tokens. */
void secret_make(char text[SECRET_TEXT]);

#endif
