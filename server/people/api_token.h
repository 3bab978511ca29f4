/* SPDX-License-Identifier: Apache-2.0 */
/*
 * api_token -- what a program signs in with: named, for some routes or all, and for some days.
 *
 * A scope is a line "METHOD /path", as in "GET /releases": the token is for routes of that method
 * (`*`: of any) whose path begins so, whole segments of it, below /api/v1.  A token does what a
 * scope names and its account may; what nobody need sign in for needs no scope.
 */
#ifndef PEOPLE_API_TOKEN_H
#define PEOPLE_API_TOKEN_H

#include <stdbool.h>
#include <stddef.h>

#include "core/error.h"
#include "core/uuid.h"
#include "crypto/secret.h"

struct db;

#define TOKEN_NAME   100
#define TOKEN_SCOPES 20
#define SCOPE_MOST   90 /* bytes of one */
#define SCOPES_TEXT  (TOKEN_SCOPES * (SCOPE_MOST + 1))

/* Is it written as a scope is? Pure. */
bool scope_is_good(const char *scope);

/* Does a scope cover a route, such as "GET" and "/releases/{}/{}"? Pure. */
bool scope_covers(const char *scope, const char *method, const char *path);

/* The same of lines, of which one is enough; NULL covers all. Pure. */
bool scopes_cover(const char *scopes, const char *method, const char *path);

struct token_wish {
	const char *account_id, *name;
	const char *scopes; /* lines; NULL: all that the account may */
	unsigned days;
};

/* Makes a token; its secret is told here alone. */
struct error api_token_make(struct db *db, const struct token_wish *wish, char ret_id[UUID_TEXT],
                            char ret_secret[SECRET_TEXT]) MUST_CHECK;

/* From now on it opens nothing. ERR_NOT_FOUND: the account has no such token. */
struct error api_token_revoke(struct db *db, const char *account_id, const char *id) MUST_CHECK;

#endif
