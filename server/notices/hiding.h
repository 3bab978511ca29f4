/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hiding -- items that nobody is shown while a notice about them waits.
 *
 *   Properties   A hidden item is handed out to nobody, its addresses end as those of what was
 *                taken down, and no release gives its bytes out; its rows stay as they are, and all
 *                comes back when hiding ends.  All items with the same bytes go together.  What
 *                waits in quarantine is left out of the moderators' queue, and shown to none.
 *   Safety       What may show the abuse of a child is held besides: moderators are not shown it
 *                either, and it is neither withdrawn nor removed until an authority or the deadline
 *                has decided.  The database refuses it too (item_is_held).
 *
 * Threads: as the struct db.
 */
#ifndef NOTICES_HIDING_H
#define NOTICES_HIDING_H

#include <stdbool.h>
#include <stdint.h>

#include "core/arena.h"
#include "core/error.h"
#include "crypto/sha256.h"
#include "db/db.h"

/* What a notice is about: an item, or a contribution that waits in quarantine. The other is NULL.
 */
struct notice_subject {
	const char *item, *contribution;
};

/* Who hides or shows by hand, and why. */
struct hiding_act {
	const char *notice, *account, *reason;
	bool of_network;       /* with all that notices from the same network have hidden */
	bool operates;         /* the account may act upon what is held ... */
	const char *authority; /* ... once an authority has decided; NULL: it has not */
};

/* Within a transaction. `by` hides by hand; NULL: the notice does. */
struct error hiding_begin(struct db *db, const char *notice, const struct notice_subject *subject,
                          bool held, const struct hiding_act *by) MUST_CHECK;

/* The same. Unless `whatever_waits`, an item stays hidden for other notices that hid it. */
struct error hiding_end(struct db *db, const char *notice, const char *why,
                        bool whatever_waits) MUST_CHECK;

/* Hides the item of a notice by hand. ERR_NOT_FOUND, ERR_CONFLICT: it is decided. */
struct error hiding_by_hand(struct db *db, const struct hiding_act *act) MUST_CHECK;

/* Shows it again, where it was hidden without need. ERR_CONFLICT: it is held. */
struct error hiding_undo(struct db *db, const struct hiding_act *act,
                         int64_t *ret_shown) MUST_CHECK;

/* What a moderator looks at to decide a notice, which is noted as an act. ERR_CONFLICT: nobody may;
 * ERR_GONE: it was withdrawn. */
struct error hiding_look(struct db *db, struct arena *arena, const char *notice,
                         unsigned char ret_digest[SHA256_BYTES], const char **ret_type) MUST_CHECK;

#endif
