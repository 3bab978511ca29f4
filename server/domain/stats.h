/* SPDX-License-Identifier: Apache-2.0 */
/* stats -- the public figures. */
#ifndef DOMAIN_STATS_H
#define DOMAIN_STATS_H

#include "core/arena.h"
#include "core/error.h"

struct db;

/* Counts the pairs of the past, so that stats_public() need not: call it every minute or so, from
 * any server. */
struct error stats_fold(struct db *db) MUST_CHECK;

/* The public figures as one JSON text in the arena. Reads much: ask now and then, not always. */
struct error stats_public(struct db *db, struct arena *arena, const char **ret_json) MUST_CHECK;

#endif
