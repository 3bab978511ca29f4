/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fix -- decides what a release holds: its items, their labels and their splits.
 *
 * All in one transaction, so that a release is either undecided or decided for good, and from one
 * snapshot, so that judgments which arrive meanwhile are in all of it or in none.  One at a time,
 * over all processes, gives splits to items.  Memory is some 100 bytes
 * an item and 9 a judgment; the rest streams.
 */
#ifndef RELEASE_FIX_H
#define RELEASE_FIX_H

#include "core/error.h"
#include "db/db.h"

/* Does nothing if it was done before. ERR_INVALID: no item fits, or items would leak across splits.
 */
struct error release_decide(struct db *db, const char *release_id) MUST_CHECK;

#endif
