/* SPDX-License-Identifier: Apache-2.0 */
/*
 * access_request -- a researcher who asks for an account: who, for what, and by which terms.
 *
 * Terms have versions, of which the largest is in force; a request names the one that was agreed
 * to.  A moderator decides it once: approval makes a researcher's account with a link to its first
 * password, in the same transaction; a refusal has a reason.  Both are mailed where mail is sent.
 * The id of a request is told to who asked alone, and opens the answer.
 *
 * Threads: as the struct db.
 */
#ifndef PEOPLE_ACCESS_REQUEST_H
#define PEOPLE_ACCESS_REQUEST_H

#include <stdbool.h>

#include "core/arena.h"
#include "core/error.h"
#include "core/uuid.h"

struct db;

#define ACCESS_NAME    200 /* bytes, at most */
#define ACCESS_PURPOSE 4000
#define ACCESS_REASON  2000
#define ACCESS_TERMS   50000
#define ACCESS_WAITING 1000 /* requests that wait, at most */

struct access_terms {
	int version;
	const char *text, *since; /* in the arena */
};

/* The terms in force. */
struct error access_terms_read(struct db *db, struct arena *arena,
                               struct access_terms *ret_terms) MUST_CHECK;

/* Puts other terms in force; their version. */
struct error access_terms_add(struct db *db, const char *text, int *ret_version) MUST_CHECK;

struct access_wish {
	const char *email, *name, *institution, *purpose;
	int terms; /* the version that was read */
};

/* ERR_CONFLICT: other terms are in force. ERR_UNAVAILABLE: too many requests wait. */
struct error access_request_make(struct db *db, const struct access_wish *wish,
                                 char ret_id[UUID_TEXT]) MUST_CHECK;

/* What who asked is told; texts in the arena. ERR_NOT_FOUND. */
struct access_answer {
	const char *state, *made_at, *decided_at, *reason;
};

struct error access_request_answer(struct db *db, struct arena *arena, const char *id,
                                   struct access_answer *ret_answer) MUST_CHECK;

struct access_decision {
	const char *id, *by; /* the request, and the account that decides */
	bool approve;
	const char *reason; /* NULL: none; a refusal has one */
	const char *server; /* where people reach it, for links */
};

/*
 * Decides a request.  *ret_link is what the moderator hands on; NULL: it was mailed, or there is
 * none.  ERR_NOT_FOUND; ERR_CONFLICT: it is decided, or there is an account with that address.
 */
struct error access_request_decide(struct db *db, struct arena *arena,
                                   const struct access_decision *decision,
                                   const char **ret_link) MUST_CHECK;

#endif
