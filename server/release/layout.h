/* SPDX-License-Identifier: Apache-2.0 */
/*
 * layout -- a release in the folders that a tool expects, made of what the release holds already.
 *
 *   Properties   A layout is made of a release that is ready, from its own tables alone: so on any
 *                day, and of a release made long ago, it is the same.  Media are not copied: a
 * layout is a table of contents (release/contents), and what it adds of its own lies in the store.
 * Its own list of checksums is signed as that of the release is. It is there, or it is not; what is
 * there never changes. Operation    A job begins when a release
 * is ready, and makes all layouts but those that repeat the media (Parquet), which are made when
 * somebody asks. Safety       Killed anywhere, a layout is made anew; objects of a try that broke
 * off are removed as whatever nobody names is.
 *
 * A layout is one file of layouts/ and its line in layouts/layouts.h.  What writers use is
 * release/layout_making.h.  Threads: as the struct db.
 */
#ifndef RELEASE_LAYOUT_H
#define RELEASE_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/error.h"
#include "core/progress.h"
#include "crypto/sha256.h"
#include "db/db.h"
#include "release/release.h"
#include "store/store.h"
#include "work/job_run.h"

struct layout_making;

struct layout {
	const char *name;   /* of --format and in addresses */
	const char *sums;   /* its list of checksums, which names no payload of a bag */
	bool repeats_media; /* made only where it is asked for */
	struct error (*write)(struct layout_making *making);
};

/* By its name. ERR_INVALID, naming those that there are. */
struct error layout_named(const char *name, const struct layout **ret_layout) MUST_CHECK;

/* The names of those that repeat the media, as an array in PostgreSQL's text. */
const char *layouts_that_repeat(struct arena *arena);

/* A layout that was made. */
struct made_layout {
	const char *name;
	unsigned char contents[SHA256_BYTES]; /* its table of contents in the store */
};

/* Is it made? ERR_NOT_FOUND: it is not, or the release is not ready. The release is filled in. */
struct error layout_find(struct db *db, struct arena *arena, const char *name, const char *version,
                         const char *layout, struct release *ret_release,
                         struct made_layout *ret_made) MUST_CHECK;

/* Those of a release that are made, in the order in which they are made. */
struct error layout_list(struct db *db, struct arena *arena, const char *release_id,
                         struct made_layout **ret_layouts, size_t *ret_count) MUST_CHECK;

/* Makes one that is not made yet; the release's own comes first. ERR_CONFLICT: it is not ready. */
struct error layout_make(struct db *db, struct store *store, const char *release_id,
                         const struct layout *layout,
                         const struct progress_listener *progress) MUST_CHECK;

/* Asks for one, for an account or NULL: a job makes it, and that is the job. ERR_CONFLICT: the
 * release is not ready. */
struct error layout_ask(struct db *db, const char *release_id, const struct layout *layout,
                        const char *account, char ret_job[UUID_TEXT]) MUST_CHECK;

/* Makes all that repeat no media, of a release from which nothing was withdrawn. */
extern const struct job_handler layouts_job;

#endif
