/* SPDX-License-Identifier: Apache-2.0 */
/*
 * enrolment -- what admins do with accounts over HTTP: new ones, other roles, shut out and let in;
 * and sessions that are ended, one's own or others'.
 *
 * There is always an admin: the last one that is active keeps the role.  A role holds from the next
 * request on, since every request reads it; what is shut out loses sessions and tokens at once.
 *
 * Threads: as the struct db.
 */
#ifndef PEOPLE_ENROLMENT_H
#define PEOPLE_ENROLMENT_H

#include <stdint.h>

#include "core/arena.h"
#include "core/error.h"
#include "people/password_link.h"

struct db;

/* Makes an account with a link to its first password; see newcomer_add(). */
struct error enrolment_add(struct db *db, struct arena *arena, const struct newcomer *newcomer,
                           char ret_id[UUID_TEXT], const char **ret_link) MUST_CHECK;

/* NULL: it stays. */
struct enrolment_change {
	const char *role, *state;
};

/* ERR_NOT_FOUND; ERR_CONFLICT: it is the last admin. */
struct error enrolment_change(struct db *db, const char *id,
                              const struct enrolment_change *change) MUST_CHECK;

/* Ends one session of an account, or all (`session` NULL) but that of the secret `but`, which may
 * be NULL. ERR_NOT_FOUND: the account has no such session. */
struct error enrolment_end_sessions(struct db *db, const char *account_id, const char *session,
                                    const char *but) MUST_CHECK;

#endif
