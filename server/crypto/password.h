/* SPDX-License-Identifier: Apache-2.0 */
/* password -- what is kept of a password: argon2id, slow on purpose. */
#ifndef CRYPTO_PASSWORD_H
#define CRYPTO_PASSWORD_H

#include <stdbool.h>

#include "core/error.h"

#define PASSWORD_HASH 128 /* crypto_pwhash_STRBYTES */

/* argon2id at libsodium's interactive cost: some 70 ms and 64 MiB. ERR_UNAVAILABLE without memory.
 */
struct error password_hash(const char *password, char hash[PASSWORD_HASH]) MUST_CHECK;

/*
 * Is it the password?  Takes as long whether or not `hash` is NULL, so that an unknown account is
 * not told apart.  ERR_UNAVAILABLE without memory: nobody knows.
 */
struct error password_check(const char *password, const char *hash, bool *ret_matches) MUST_CHECK;

#endif
