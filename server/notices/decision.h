/* SPDX-License-Identifier: Apache-2.0 */
/*
 * decision -- what is decided on a notice, with the reasons that the law asks for, and what
 * follows.
 *
 *   Properties   Each decision names its ground and the facts, says whether anything was done
 *                automatically, and goes to whoever sent the notice and to who contributed the
 *                item.  What follows (the item is withdrawn, goes to a moderator for its label, or
 *                is shown again) happens in the same transaction, or nothing does.
 *   Safety       Nobody decides on what they contributed, nor twice on one notice, as long as there
 *                is another moderator; where there is none, the decision is marked as not
 *                independent.  What may show the abuse of a child is decided by an administrator,
 *                once an authority or the deadline has.
 *
 * Threads: as the struct db.
 */
#ifndef NOTICES_DECISION_H
#define NOTICES_DECISION_H

#include <stdbool.h>

#include "core/error.h"
#include "db/db.h"

struct notice_ruling {
	bool upheld;
	const char *action; /* one of notice_actions; "none" where it is rejected */
	bool original;      /* where it withdraws: the original is removed too */
	const char *ground_kind, *ground, *facts;
	const char *authority; /* NULL: none has decided */
	const char *account, *email;
	bool operates; /* the account may decide on what is held */
};

/* ERR_NOT_FOUND; ERR_INVALID, ERR_CONFLICT or ERR_FORBIDDEN: it cannot be decided so, or now, or by
 * this account. */
struct error decision_make(struct db *db, const char *notice,
                           const struct notice_ruling *decision) MUST_CHECK;

#endif
