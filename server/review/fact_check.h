/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fact_check -- links to what others have published about an item, typed in by a moderator:
 * context, never a label.  Nothing is fetched.
 *
 * They are evidence: whoever has not judged the item blind neither reads nor writes them
 * (review/evidence_board).  A row stays when its link is removed; releases hold those that stood
 * when their items were fixed.
 *
 * Threads: as the struct db.
 */
#ifndef REVIEW_FACT_CHECK_H
#define REVIEW_FACT_CHECK_H

#include <stddef.h>

#include "core/arena.h"
#include "core/error.h"

struct db;

#define FACT_CHECKS       20 /* most of an item */
#define FACT_CHECK_TITLE  300
#define FACT_CHECK_WHO    200
#define FACT_CHECK_SAID   100
#define FACT_CHECK_TARGET 2000

/* Texts are UTF-8; lengths are in characters. */
struct fact_check {
	const char *id, *title, *publisher;
	const char *address;   /* https://... */
	const char *published; /* 2026-01-31 */
	const char *verdict;   /* in its publisher's words */
	const char *by, *at;   /* who added it, and when */
};

/* Those that stand, oldest first: an array in the arena. */
struct error fact_check_list(struct db *db, struct arena *arena, const char *item,
                             struct fact_check **ret_list, size_t *ret_count) MUST_CHECK;

/*
 * Adds title, publisher, address, published and verdict of `wish`.  ERR_INVALID: one of them cannot
 * be.  ERR_CONFLICT: the address stands there already, or there are FACT_CHECKS.
 */
struct error fact_check_add(struct db *db, const char *item, const char *account,
                            const struct fact_check *wish) MUST_CHECK;

/* ERR_NOT_FOUND. */
struct error fact_check_remove(struct db *db, const char *item, const char *account,
                               const char *id) MUST_CHECK;

#endif
