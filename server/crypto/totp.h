/* SPDX-License-Identifier: Apache-2.0 */
/* totp -- codes of six digits that an app makes of a secret and the time (RFC 6238), by liboath. */
#ifndef CRYPTO_TOTP_H
#define CRYPTO_TOTP_H

#include <stdbool.h>
#include <stdint.h>

#include "core/error.h"

#define TOTP_SECRET      20 /* bytes, as RFC 4226 recommends */
#define TOTP_SECRET_TEXT 33 /* in base32, with the NUL */
#define TOTP_DIGITS      6
#define TOTP_STEP_S      30

/* What people type into an app. */
struct error totp_text(const unsigned char secret[TOTP_SECRET],
                       char text[TOTP_SECRET_TEXT]) MUST_CHECK;

/*
 * Is it the code of that time, or of the half minute before or after it?  *ret_step is the half
 * minute, counted since 1970, that it is the code of.
 */
bool totp_fits(const unsigned char secret[TOTP_SECRET], const char *code, int64_t now_s,
               int64_t *ret_step);

#endif
