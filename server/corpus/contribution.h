/* SPDX-License-Identifier: Apache-2.0 */
/*
 * contribution -- a medium that somebody sends, from the first byte to the decision.
 *
 *      processing -> quarantined -> approved (an item) or rejected, by a moderator
 *      processing -> approved                          sent by an account that may add items
 *      processing -> failed                            the file or the address is no good
 *
 * What comes by address is fetched by a job of its own, so that a slow server holds up no file;
 * then another job normalises the file as an import does.  It is no item before it is approved:
 * nothing of it is handed out, scored or released.  The item gets the contribution's id, and the
 * contribution that of its upload.  The database notes each change of state, by whom and why.
 *
 * Threads: as the struct db.
 */
#ifndef CORPUS_CONTRIBUTION_H
#define CORPUS_CONTRIBUTION_H

#include <jansson.h>

#include "core/arena.h"
#include "core/error.h"
#include "core/uuid.h"
#include "corpus/item.h"
#include "corpus/upload.h"

struct db;
struct job_handler;
struct store;

/* What may wait for a job or a moderator: of a volunteer, of a network, and of all volunteers. */
#define CONTRIBUTIONS_VOLUNTEER 20
#define CONTRIBUTIONS_NETWORK   200
#define CONTRIBUTIONS_ALL       20000

/* Addresses among them that are not fetched yet: one at a time is, and each may take minutes. */
#define FETCHES_VOLUNTEER 4
#define FETCHES_NETWORK   16

#define CONTRIBUTIONS_ACCOUNT 2000 /* of an account, for a job */

struct contribution_request {
	struct contributor by;
	const char *campaign; /* its name; NULL: the default one */
	const char *upload;   /* the id of one that is whole, or NULL */
	const char *url;      /* or the address to fetch */
	const char *folder;   /* or a scratch folder with the file `bytes`, which is taken over */
	const json_t *facts;  /* columns of a manifest, checked */
	const char *rights, *people, *made_by, *made_how;
};

struct contribution {
	const char *id, *state, *by; /* by: an account's address, or NULL for a volunteer */
	bool direct;
	const char *campaign, *url, *facts, *rights, *people, *made_by, *made_how;
	const char *item, *detail, *decided_by, *reason, *decided_at, *created_at;
	bool has_media;
	struct item_media media; /* of one that is quarantined, to show */
	int64_t bytes;           /* of the original */
	const char *source; /* the same text for all that one volunteer or account sent; NULL: nobody is
	                       known */
	bool not_independent; /* decided by who sent it */
	char place[40];       /* when it was made, to the last digit */
};

/*
 * Makes one and its job.  Sending the same upload again finds the one that there is. ERR_NOT_FOUND:
 * no such upload of theirs; ERR_CONFLICT: it is not whole; ERR_TOO_MANY: too much waits;
 * ERR_INVALID: no such campaign.  The folder belongs to the contribution on success alone.
 */
struct error contribution_make(struct db *db, struct arena *arena,
                               const struct contribution_request *request,
                               char ret_id[UUID_TEXT]) MUST_CHECK;

/* `by` NULL: whoever's. ERR_NOT_FOUND. */
struct error contribution_find(struct db *db, struct arena *arena, const struct contributor *by,
                               const char *id, struct contribution *ret_contribution) MUST_CHECK;

/* A page of one state, oldest first, behind `after` (place) and `after_id`, or NULL. */
struct error contribution_list(struct db *db, struct arena *arena, const char *state,
                               const char *after, const char *after_id, unsigned limit,
                               struct contribution contributions[], size_t *ret_count) MUST_CHECK;

/* ERR_INVALID: these do not come from one volunteer or account, so one look does not judge them
 * all. */
struct error contribution_check_source(struct db *db, struct arena *arena, const char *const ids[],
                                       size_t count) MUST_CHECK;

/* Both: ERR_NOT_FOUND; ERR_CONFLICT: it is not quarantined (any more), or a
 * notice about it waits. ERR_FORBIDDEN: the editor
 * sent it, and another may decide; where nobody may, the contribution says so for ever. */
struct error contribution_approve(struct db *db, struct arena *arena, const char *id,
                                  const struct item_editor *editor,
                                  char ret_item[UUID_TEXT]) MUST_CHECK;
struct error contribution_reject(struct db *db, const char *id,
                                 const struct item_editor *editor) MUST_CHECK;

/* The same within a transaction, by the decision on a notice about it (notices/decision). */
struct error contribution_reject_reported(struct db *db, const char *id,
                                          const struct item_editor *editor) MUST_CHECK;

/* Takes a file in; fetches an address; ends what was never finished. */
extern const struct job_handler contribution_job, contribution_fetch_job, contribution_sweep_job;

#endif
