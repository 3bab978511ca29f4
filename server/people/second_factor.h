/* SPDX-License-Identifier: Apache-2.0 */
/*
 * second_factor -- a code that signing in takes beside the password.
 *
 * An app makes codes of a secret and the time (crypto/totp).  The secret is sealed with its account
 * under the secret file, so it is worth nothing to who has the database alone, nor in another's
 * row. A code is taken once: its half minute is noted, and neither it nor an earlier one is taken
 * again. Recovery codes stand in for the app, each once; hashes of them are kept.
 *
 * After five wrong codes in a row the next try has to wait, longer and longer, a quarter of an hour
 * at most.  Only who knows the password gets so far, and a browser that signed in before does not
 * wait: so nobody is locked out by strangers.
 *
 * Threads: as the struct db.
 */
#ifndef PEOPLE_SECOND_FACTOR_H
#define PEOPLE_SECOND_FACTOR_H

#include <stdbool.h>
#include <stddef.h>

#include "core/arena.h"
#include "core/error.h"
#include "crypto/token.h"
#include "crypto/totp.h"

struct db;

#define RECOVERY_CODES     10
#define RECOVERY_CODE_TEXT 20 /* XXXX-XXXX-XXXX-XXXX, 80 random bits */
#define FACTOR_CODE_MOST   40 /* bytes of what is tried, blanks and all */

struct factor_try {
	const struct token_keys *keys;
	const char *account_id;
	const char *code; /* of the app, or a recovery code; NULL: none */
	bool known;       /* from a browser that signed in before */
};

/*
 * Takes a code.  ERR_NOBODY: it is missing, or wrong, or was used (reasons code-needed and
 * wrong-code).  ERR_TOO_MANY: after wrong ones.
 */
struct error second_factor_check(struct db *db, const struct factor_try *try) MUST_CHECK;

/* Makes a secret, which is in force once a code of it came. ERR_CONFLICT: one is in force. */
struct error second_factor_begin(struct db *db, const struct token_keys *keys,
                                 const char *account_id,
                                 char ret_secret[TOTP_SECRET_TEXT]) MUST_CHECK;

/* The first code: from now on it is in force. ERR_INVALID: the code is wrong. */
struct error second_factor_confirm(struct db *db, const struct factor_try *try,
                                   char ret_codes[RECOVERY_CODES][RECOVERY_CODE_TEXT]) MUST_CHECK;

struct factor_state {
	bool on;
	const char *since; /* in the arena */
	int codes_left;
};

struct error second_factor_state(struct db *db, struct arena *arena, const char *account_id,
                                 struct factor_state *ret_state) MUST_CHECK;

/* Fine where there is none. */
struct error second_factor_remove(struct db *db, const char *account_id) MUST_CHECK;

#endif
