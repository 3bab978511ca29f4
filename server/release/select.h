/* SPDX-License-Identifier: Apache-2.0 */
/*
 * select -- decides what a release holds: its items, their labels and their splits.
 *
 * A release is one cut: all that it depends on is copied out of one snapshot, so that judgments
 * which arrive meanwhile are in all of it or in none.  The snapshot writes nothing and ends with
 * the last row; splits and agreement are computed from the copy, by a thread that gives way to
 * others, and what was chosen is written in small transactions.  The last one fixes it, so that a
 * release is either undecided or decided for good.  Meanwhile one at a time, over all processes,
 * has the turn, so that no other release gives splits.  Memory is some 50 bytes an item, however
 * many judgments it has; the rows lie on the store's disk.
 */
#ifndef RELEASE_SELECT_H
#define RELEASE_SELECT_H

#include "core/error.h"
#include "db/db.h"
#include "release/release.h"
#include "release/semver.h"
#include "release/split.h"
#include "store/store.h"

/* Does nothing if it was done before. ERR_INVALID: no item fits, items would leak across splits,
 * some that the release wants wait to be cut anew, or its version promises too little
 * (release/rule). Those that cannot be cut so are left out. */
struct error release_decide(struct db *db, struct store *store, const char *release_id) MUST_CHECK;

/* What a release would hold if it were made now. */
struct release_preview {
	int64_t items, bytes;        /* of its media */
	int64_t in_split[SPLITS][2]; /* items, by enum split: real, fake; those that are not sealed */
	int64_t sealed;              /* and those that are: they are in the test split */
	int64_t of_type[3];          /* items, as media_types has them */
	int64_t held_back, contradicting, uncuttable;
	int64_t published; /* left out: their labels were published, and cannot be sealed */
	struct version_advice {
		char since[RELEASE_NAME_MAX + 1]; /* the version before; "": there is none */
		bool applies, kept;               /* as struct rule_verdict has them */
		enum change_level level;
		char least[SEMVER_TEXT];
		int64_t added, removed, relabelled, moved, changed;
	} advice;
	struct error refusal; /* of what its version promises, or OK */
};

/* Chooses as release_decide() would, and keeps nothing. ERR_INVALID: no item fits. */
struct error release_preview(struct db *db, struct store *store,
                             const struct release_request *request,
                             struct release_preview *ret_preview) MUST_CHECK;

#endif
