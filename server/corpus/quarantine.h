/* SPDX-License-Identifier: Apache-2.0 */
/*
 * quarantine -- what is known of contributions that wait, beside what was declared of them: what
 * their files say of their own origin, and which items look like them.
 *
 * For those who decide, and nobody else: whoever sent a medium would learn what the platform
 * holds.  Jobs find it out (corpus/item_provenance, corpus/near_duplicates); equal bytes are looked
 * up here.  Nothing of it decides anything: a file without a word on its origin is no fake, and a
 * photograph and its manipulation look alike by nature.
 *
 * Threads: as the struct db.
 */
#ifndef CORPUS_QUARANTINE_H
#define CORPUS_QUARANTINE_H

#include "core/arena.h"
#include "core/error.h"
#include "corpus/contribution.h"
#include "corpus/item_provenance.h"

#define QUARANTINE_NEAR 20 /* most that are told of one */

/* An item that looks like it, or another file with its bytes. */
struct quarantine_near {
	const char *item;         /* withdrawn ones too; NULL: */
	const char *contribution; /* another one that waits */
	const char *state;
	int64_t distance; /* in bits of 256, as near_duplicates has it; -1: not compared */
	bool same_bytes;  /* the original or the rendition of either is one of the other's */
};

struct quarantine_look {
	struct file_origin origin;
	const char *near_at; /* when it was held against the items; NULL: it was not, or cannot be */
	struct quarantine_near *near; /* the same bytes first, then the nearest */
	size_t near_count;
};

/* looks[i] of contributions[i]; of those that do not wait nothing is known. */
struct error quarantine_look(struct db *db, struct arena *arena,
                             const struct contribution contributions[], size_t count,
                             struct quarantine_look looks[]) MUST_CHECK;

#endif
