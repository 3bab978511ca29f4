/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rendering -- makes the renditions of existing items anew when the recipe for media is another, or
 * what they are cut to.
 *
 *   Properties   Bytes that differ are a new version of the item (item_version); bytes that do not
 *                only note that the newer recipe makes them too.  Whoever orders a rendering says
 *                whether its changes are harmless: if not, judgments on versions before count no
 *                more, for the model as for releases, and the crowd is asked anew.
 *   Operation    An order is a row, with a job that walks the items of an older recipe, one at a
 *                time and each in a statement of its own.
 *   Safety       Killed anywhere, it goes on with the items that are left.  Two at once are
 *                harmless: an item changes only from the version that was rendered.
 *
 * Threads: as the struct db.
 */
#ifndef CORPUS_RENDERING_H
#define CORPUS_RENDERING_H

#include <stdbool.h>
#include <stdint.h>

#include "core/arena.h"
#include "core/error.h"
#include "core/progress.h"
#include "core/uuid.h"
#include "work/job_run.h"

/* Items whose rendition is of an older recipe, and what hangs on them. */
struct rendering_due {
	int64_t images, films, sounds;
	int64_t judgments;        /* on them, that count */
	int64_t settled;          /* of them: retired or disputed */
	int64_t closed_campaigns; /* of them: in campaigns that nobody is asked about */
};

/* `campaign` is a name, or NULL for all. ERR_NOT_FOUND. */
struct error rendering_check(struct db *db, const char *campaign,
                             struct rendering_due *ret_due) MUST_CHECK;

/* One line in the log, naming the command, when there are such items. */
void rendering_remind(struct db *db);

/* Orders a rendering, unless one is under way: its id then, and *ret_new false. ERR_NOT_FOUND. */
struct error rendering_order(struct db *db, const char *campaign, bool harmless, char id[UUID_TEXT],
                             bool *ret_new) MUST_CHECK;

/* An order, and how far its job is. Texts live in the arena. */
struct rendering {
	const char *campaign_id; /* NULL: all campaigns */
	int64_t recipe;
	bool harmless;
	int64_t changed, same, unreadable;
	const char *state; /* of the job */
	int64_t done, total;
	const char *detail; /* of the job; NULL: none */
};

struct error rendering_find(struct db *db, struct arena *arena, const char *id,
                            struct rendering *ret_rendering) MUST_CHECK;

/* Does the job of an order; its subject is the rendering. */
extern const struct job_handler rendering_job;

/*
 * Cuts items anew whose cut is another than when they came in (the table cut_due).  Whoever does
 * the same meanwhile makes the same.  `progress` may be NULL.
 */
struct error rendering_recut(struct db *db, struct store *store,
                             const struct progress_listener *progress) MUST_CHECK;

/* The same, again and again. */
extern const struct job_handler recut_job;

#endif
