/* SPDX-License-Identifier: Apache-2.0 */
/*
 * account -- those who sign in: researchers, moderators, admins.
 *
 * Passwords are kept as argon2id, sessions and bearer tokens as SHA-256 of a random
 * secret.  Verifying a password takes some 70 ms and 64 MiB: call from a lane of its own.
 */
#ifndef PEOPLE_ACCOUNT_H
#define PEOPLE_ACCOUNT_H

#include <stdbool.h>
#include <stdint.h>

#include "core/arena.h"
#include "core/error.h"
#include "core/uuid.h"
#include "core/vocabulary.h"
#include "crypto/secret.h"
#include "crypto/token.h"

struct db;

#define SESSION_S        (12 * 3600)
#define SESSION_IDLE_S   3600 /* unused for so long, a session has ended */
#define TOKEN_DAYS       90   /* a token's life where nothing else is said */
#define TOKEN_DAYS_MAX   3650
#define PASSWORD_MIN_LEN 10
#define PASSWORD_MAX_LEN 200

struct account {
	char id[UUID_TEXT];
	const char *email;  /* in the arena */
	unsigned role;      /* index into account_roles */
	bool one_time;      /* the password must be changed before anything else */
	bool has_factor;    /* signing in takes a code besides */
	const char *scopes; /* of the token that came (people/api_token); NULL: all */
};

/*
 * Makes an account and its one-time password, which opens one session within seven days.
 * ERR_CONFLICT: the address is taken.
 */
struct error account_add(struct db *db, const char *email, const char *role,
                         char ret_password[SECRET_TEXT]) MUST_CHECK;

/* Makes a bearer token. ERR_NOT_FOUND: there is no such account. */
struct error account_token(struct db *db, const char *email, unsigned days,
                           char ret_token[SECRET_TEXT]) MUST_CHECK;

/* The id of an account by its address. ERR_NOT_FOUND. */
struct error account_id_of(struct db *db, const char *email, char ret_id[UUID_TEXT]) MUST_CHECK;

/* What an operator does with an account that is there. ERR_NOT_FOUND: there is none. */

/* A new one-time password; sessions and tokens end. */
struct error account_reset(struct db *db, const char *email,
                           char ret_password[SECRET_TEXT]) MUST_CHECK;
struct error account_set_role(struct db *db, const char *email, const char *role) MUST_CHECK;
/* Disabling ends sessions and tokens. */
struct error account_enable(struct db *db, const char *email, bool enabled) MUST_CHECK;
struct error account_end_sessions(struct db *db, const char *email, int64_t *ret_ended) MUST_CHECK;
struct error account_revoke_tokens(struct db *db, const char *email,
                                   int64_t *ret_revoked) MUST_CHECK;

/* Signing in takes a password alone. */
struct error account_drop_factor(struct db *db, const char *email) MUST_CHECK;

/* An account as it is listed. */
struct account_entry {
	const char *email, *role, *state, *made;
	bool one_time; /* its password is one that must be changed */
	int64_t sessions, tokens;
};

/* Calls `use` for every account, by address; it keeps nothing of what it is given. */
struct error account_each(struct db *db, void (*use)(void *arg, const struct account_entry *entry),
                          void *arg) MUST_CHECK;

/* Who signs in, and from where. */
struct sign_in {
	const char *email, *password;
	const char *code;              /* of the second factor, or a recovery code; NULL: none came */
	const struct token_keys *keys; /* that second factors are sealed with */
	uint64_t network;              /* keyed hash of the client's prefix; 0: not known */
	bool known;                    /* the browser signed in to this account before */
};

/*
 * Begins a session.  *ret_failed is how many tries failed since the last one.  ERR_NOBODY: not this
 * address with this password (that takes as long whether or not there is such an account, and the
 * log is told), a one-time password that was used or has lapsed, or a second factor whose code is
 * missing or wrong (each by a reason of its own: the password was right).  ERR_TOO_MANY: too many
 * wrong codes.
 */
struct error account_sign_in(struct db *db, struct arena *arena, const struct sign_in *sign_in,
                             struct account *ret_account, char ret_session[SECRET_TEXT],
                             int64_t *ret_failed) MUST_CHECK;

/* Did somebody sign in to it from that network within ninety days? */
struct error account_knows_network(struct db *db, const char *email, uint64_t network,
                                   bool *ret_known) MUST_CHECK;

struct error account_sign_out(struct db *db, const char *session) MUST_CHECK;

/* Who holds a secret. ERR_NOBODY: nobody. */
struct error account_of_session(struct db *db, struct arena *arena, const char *session,
                                struct account *ret_account) MUST_CHECK;
struct error account_of_token(struct db *db, struct arena *arena, const char *token,
                              struct account *ret_account) MUST_CHECK;

/* ERR_FORBIDDEN: it is another. */
struct error account_check_password(struct db *db, const struct account *account,
                                    const char *password) MUST_CHECK;

struct password_change {
	const char *current, *password;
	uint64_t network; /* keyed hash of the client's prefix; 0: not known */
};

/*
 * Changes the password, ends every session and token of the account and begins a new session.
 * ERR_FORBIDDEN: `current` is wrong.
 */
struct error account_change_password(struct db *db, const struct account *account,
                                     const struct password_change *change,
                                     char ret_session[SECRET_TEXT]) MUST_CHECK;

#endif
