/* SPDX-License-Identifier: Apache-2.0 */
/*
 * audit -- who did what, on what, when and from where: acts of accounts and of command lines.
 *
 * Triggers note acts where rows change, in the transaction of the change, whoever changes them
 * (db/migrations/0060); db_act_as() says for whom a connection acts.  What no trigger sees is noted
 * here.  At the end of a transaction each act becomes an entry of a chain: it holds ids, salted
 * digests, and the digest of the entry before it.  What was before and after, the reason and the
 * network stand beside it, and may be erased without breaking the chain.
 *
 * Threads: as the struct db.
 */
#ifndef PEOPLE_AUDIT_H
#define PEOPLE_AUDIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "core/arena.h"
#include "core/error.h"
#include "core/vocabulary.h"

struct db;

/* Notes an act of which no row tells; `subject` and `after` (JSON) may be NULL. */
struct error audit_note(struct db *db, const char *kind, const char *subject_kind,
                        const char *subject, const char *after) MUST_CHECK;

/*
 * Notes that an account is given addresses of media that others may not see: of contributions that
 * wait, or of items' originals (`kind`: contribution, item; `ids`: "{uuid,uuid}").
 */
struct error audit_note_views(struct db *db, const char *kind, const char *ids,
                              const char *account) MUST_CHECK;

/* Which entries; NULL: any. */
struct audit_query {
	const char *actor; /* an id, a name, or an account's address */
	const char *kind, *subject;
	const char *from, *to; /* times: in [from, to) */
	const char *before;    /* entries before this one; NULL: from the newest on */
	unsigned limit;
};

/* Texts live in an arena; what is not known is NULL. */
struct audit_entry {
	int64_t seq;
	const char *at, *kind, *actor_kind, *actor;
	const char *email; /* of an account that acted */
	const char *subject_kind, *subject;
	const char *before, *after; /* JSON */
	const char *reason, *network, *digest;
	bool erased; /* it had values */
};

/* The newest first; list[] has room for query->limit. */
struct error audit_list(struct db *db, struct arena *arena, const struct audit_query *query,
                        struct audit_entry list[], size_t *ret_count) MUST_CHECK;

/* Writes entries since that time (NULL: all) as lines of JSON, the oldest first. */
struct error audit_export(struct db *db, const char *since, FILE *out) MUST_CHECK;

struct audit_state {
	int64_t entries, erased, last;
	char digest[65]; /* of the last entry */
	int64_t broken;  /* the first entry that is; 0: none */
	char fault[80];
};

/* Follows the whole chain. */
struct error audit_verify(struct db *db, struct audit_state *ret_state) MUST_CHECK;

/* Does the chain hold that entry with that digest? "SEQ:DIGEST", as verify told it earlier. */
struct error audit_has(struct db *db, const char *seen, bool *ret_has) MUST_CHECK;

/* Removes what entries hold of somebody's values, by an id or an account's address. */
struct error audit_erase(struct db *db, const char *who, const char *reason,
                         int64_t *ret_erased) MUST_CHECK;

#endif
