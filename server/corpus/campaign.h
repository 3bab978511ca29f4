/* SPDX-License-Identifier: Apache-2.0 */
/* campaign -- a collection of items that volunteers judge together, open or closed. */
#ifndef CORPUS_CAMPAIGN_H
#define CORPUS_CAMPAIGN_H

#include <stdint.h>

#include "core/error.h"
#include "core/uuid.h"

struct db;

/* A campaign and how many items it has, by state. */
struct campaign {
	const char *name, *state;
	int64_t items, in_service, retired, disputed, settled;
};

/* Finds a campaign by its name, or makes it. ERR_INVALID: it cannot be called so. */
struct error campaign_find(struct db *db, const char *name, char ret_id[UUID_TEXT]) MUST_CHECK;

/*
 * Opens a campaign for judging.  ERR_NOT_FOUND; ERR_CONFLICT: gold items of it were released, so
 * everybody knows their answers.
 */
struct error campaign_open(struct db *db, const char *name) MUST_CHECK;

struct error campaign_close(struct db *db, const char *name) MUST_CHECK; /* ERR_NOT_FOUND */

/* Calls `use` for every campaign, in the order of their names; it keeps nothing of what it is
 * given. */
struct error campaign_each(struct db *db, void (*use)(void *arg, const struct campaign *campaign),
                           void *arg) MUST_CHECK;

#endif
