/* SPDX-License-Identifier: Apache-2.0 */
/*
 * unseal -- publishes what a release has sealed: sealed_labels.csv, with the salts that open the
 * commitments of its sealed.csv.
 *
 *   Properties   No file of the release changes, nor any checksum: the new one stands beside them,
 *                as what is made of a release later does.  It needs no signature: the commitments,
 *                which that of the release covers, say whether it is genuine.  Its revisions are
 *                opened with it, and those that are made later are as well.
 *   Safety       It cannot be taken back.  A label that another release keeps sealed is not
 *                published on the way: whoever means to says so.
 *
 * Threads: as the struct db.
 */
#ifndef RELEASE_UNSEAL_H
#define RELEASE_UNSEAL_H

#include "core/arena.h"
#include "core/error.h"
#include "core/uuid.h"
#include "db/db.h"
#include "release/release.h"
#include "store/store.h"
#include "work/job_run.h"

/* What is sealed of a release, and since when it is not. */
struct release_sealed {
	const char *unsealed_at; /* RFC 3339; NULL: it is not */
	bool published;          /* its file is there, */
	struct release_file file;
};

struct error unseal_state(struct db *db, struct arena *arena, const char *release_id,
                          struct release_sealed *ret_sealed) MUST_CHECK;

/*
 * May it be unsealed? ERR_CONFLICT: it is not ready, has nothing sealed, is unsealed already, or
 * another release that was asked to seal its test split has some of its items, too, and is not
 * unsealed; `with_others`: these labels may become known.
 */
struct error unseal_check(struct db *db, const struct release *release,
                          bool with_others) MUST_CHECK;

/* unseal_check(), and a job that does it. `account`: who asks. */
struct error unseal_ask(struct db *db, const struct release *release, bool with_others,
                        const char *account, char ret_job[UUID_TEXT]) MUST_CHECK;

/* Does it, for the release and its revisions. `who`: as in item_change. */
struct error unseal_do(struct db *db, struct store *store, const char *release_id,
                       const char *who) MUST_CHECK;

/* The same for revisions that were made since; nothing where the release is not unsealed. */
struct error unseal_revisions(struct db *db, struct store *store,
                              const char *release_id) MUST_CHECK;

extern const struct job_handler unseal_job;

#endif
