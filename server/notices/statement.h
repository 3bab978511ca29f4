/* SPDX-License-Identifier: Apache-2.0 */
/*
 * statement -- what whoever contributed something is told of decisions on notices about it.
 *
 *   Properties   Where a decision takes something away, a statement is made for each contribution
 *                of it: its contributor reads the decision's reasons, and may complain as who sent
 *                the notice may, by their account or cookie, or by the reference that they are
 *                sent by mail.  Nobody is told who sent the notice, nor in which words.
 *   Operation    In the transaction of the decision, or not at all.
 *
 * Threads: as the struct db.
 */
#ifndef NOTICES_STATEMENT_H
#define NOTICES_STATEMENT_H

#include "core/arena.h"
#include "core/error.h"
#include "db/db.h"
#include "notices/notice.h"

struct contributor;
struct notice_ruling;

/* Makes the statements that a decision asks for, and writes to contributors who have an address. */
struct error statement_tell(struct db *db, struct arena *arena, const char *notice,
                            const struct notice_ruling *decision) MUST_CHECK;

struct notice_statement {
	const char *id, *contribution;
	struct notice notice;
};

/* The newest of a contributor, newest first. list[] has room for `limit`. */
struct error statement_list(struct db *db, struct arena *arena, const struct contributor *by,
                            unsigned limit, struct notice_statement list[],
                            size_t *ret_count) MUST_CHECK;

/* One of theirs. ERR_NOT_FOUND. */
struct error statement_find(struct db *db, struct arena *arena, const struct contributor *by,
                            const char *id, struct notice_statement *ret_statement) MUST_CHECK;

#endif
