/* SPDX-License-Identifier: Apache-2.0 */
/*
 * answer -- mail about notices, where the operator has a mail server: a receipt, the decision with
 * its reasons, and the same for who contributed the item.
 *
 * Each is written in the transaction of its cause (mail/outbox), so a mail server that hangs or
 * refuses holds nothing up and loses nothing: what it says can be read by reference as well.  No
 * mail has the reference of who sent the notice, which is kept nowhere; who contributed the item is
 * sent theirs, and it waits in the outbox as long as the mail does.
 *
 * Threads: as the struct db.
 */
#ifndef NOTICES_ANSWER_H
#define NOTICES_ANSWER_H

#include "core/arena.h"
#include "core/error.h"
#include "db/db.h"

struct notice_request;

struct error answer_receipt(struct db *db, const struct notice_request *request,
                            const char *made_at) MUST_CHECK;

/* To whoever sent the notice, unless there is no address. */
struct error answer_decision(struct db *db, struct arena *arena, const char *id) MUST_CHECK;

/* To who contributed the item; names nobody. `reference` NULL: they were given one before, or none
 * can be. */
struct error answer_contributor(struct db *db, struct arena *arena, const char *id, const char *to,
                                const char *reference) MUST_CHECK;

#endif
