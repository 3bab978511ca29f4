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

enum campaign_act { CAMPAIGN_OPEN, CAMPAIGN_PAUSE, CAMPAIGN_CLOSE };

struct campaign_move {
	const char *name;
	enum campaign_act act;
	int64_t version; /* the one that was seen; 0: whichever */
	bool dry;        /* only look whether it can be */
};

/*
 * Opens a campaign for judging, and settles its length; or pauses or closes it.  ERR_NOT_FOUND;
 * ERR_CONDITION: it is of another version; ERR_CONFLICT: gold items of it were released, so
 * everybody knows their answers; the shortest is too short; or what is not open cannot pause.
 */
struct error campaign_move(struct db *db, const struct campaign_move *move) MUST_CHECK;

#define GUIDELINES_MAX 20000 /* bytes */

/* Calls `use` for every campaign, in the order of their names; it keeps nothing of what it is
 * given. */
struct error campaign_each(struct db *db, void (*use)(void *arg, const struct campaign *campaign),
                           void *arg) MUST_CHECK;

#endif
