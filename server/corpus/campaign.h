/* SPDX-License-Identifier: Apache-2.0 */
/* campaign -- a collection of items that volunteers judge together, open or closed. */
#ifndef CORPUS_CAMPAIGN_H
#define CORPUS_CAMPAIGN_H

#include <stdbool.h>
#include <stdint.h>

#include "core/error.h"
#include "core/uuid.h"
#include "media/cut.h"

struct db;
struct rows;

/* A campaign and how many items it has, by state. */
struct campaign {
	const char *name, *state;
	int64_t items, in_service, retired, disputed, settled;
	struct media_cut cut;
	bool shortest;      /* the window is settled when it first opens */
	int64_t due, uncut; /* items that wait to be cut anew, and those that cannot be */
};

/* Finds a campaign by its name, or makes it. ERR_INVALID: it cannot be called so. */
struct error campaign_find(struct db *db, const char *name, char ret_id[UUID_TEXT]) MUST_CHECK;

/*
 * Makes a campaign whose items are all cut alike; it stays as it is made.  `shortest`: its films
 * and sounds are to be as long as the shortest that is there when it first opens, and until then it
 * is not open.  ERR_CONFLICT: there is one of this name; ERR_INVALID.
 */
struct error campaign_add(struct db *db, const char *name, const struct media_cut *cut,
                          bool shortest) MUST_CHECK;

/* What the items of a campaign are cut to. */
struct error campaign_cut(struct db *db, const char *id, struct media_cut *ret_cut) MUST_CHECK;

/* Reads box width and height, begin and length of the window, and the noise from five columns. */
struct media_cut campaign_cut_read(const struct rows *rows, size_t row, int column);

/* Calls `use` for each item that cannot be cut as the campaign wants it. */
struct error campaign_uncut(struct db *db, const char *name,
                            void (*use)(void *arg, const char *item, const char *why),
                            void *arg) MUST_CHECK;

/* Reads what a row of item_cut says but its item, from nine columns. */
struct media_cut item_cut_read(const struct rows *rows, size_t row, int column);

/*
 * Opens a campaign for judging, and settles its length.  ERR_NOT_FOUND; ERR_CONFLICT: gold items of
 * it were released, so everybody knows their answers; or the shortest is too short.
 */
struct error campaign_open(struct db *db, const char *name) MUST_CHECK;

struct error campaign_close(struct db *db, const char *name) MUST_CHECK; /* ERR_NOT_FOUND */

/* What moderators go by when they rule; NULL: nothing any more. ERR_NOT_FOUND, ERR_INVALID: too
 * long. */
struct error campaign_guide(struct db *db, const char *name, const char *guidelines) MUST_CHECK;

#define GUIDELINES_MAX 20000 /* bytes */

/* When two moderators have to agree: `when` is of second_opinions, `share` from 0 to 1, as text, or
 * NULL: as it is. ERR_NOT_FOUND. */
struct error campaign_set_second(struct db *db, const char *name, const char *when,
                                 const char *share) MUST_CHECK;

/* Calls `use` for every campaign, in the order of their names; it keeps nothing of what it is
 * given. */
struct error campaign_each(struct db *db, void (*use)(void *arg, const struct campaign *campaign),
                           void *arg) MUST_CHECK;

#endif
