/* SPDX-License-Identifier: Apache-2.0 */
/*
 * batch -- rows that many people sent, stored by one statement and one commit.
 *
 * A row never suffers for another.  Rows that may not stand in one statement (a request and its
 * retry) wait for the first of them and go alone.  A batch that loses a race against another
 * writer goes again as it is, for then it sees what the other stored; one that fails for any
 * other reason goes row by row, and the row that spoiled it fails alone.
 */
#ifndef DB_BATCH_H
#define DB_BATCH_H

#include <stdbool.h>
#include <stddef.h>

#include "core/arena.h"
#include "core/error.h"

struct db;

struct batch {
	/*
	 * Stores rows[0..count) as a whole or not at all, by one statement, and notes what became
	 * of each.  Called again for rows that failed.
	 */
	struct error (*store)(struct db *db, void *arg, const size_t rows[], size_t count);
	/* Notes that a row could not be stored, and why. */
	void (*fail)(void *arg, size_t row, struct error err);
	/* May these two not stand in one statement? NULL: all may. */
	bool (*clash)(const void *arg, size_t row, size_t earlier);
	void *arg;
};

/* Stores the rows 0..count: each was stored, or has failed, in the end. */
void batch_store(struct db *db, struct arena *arena, const struct batch *batch, size_t count);

#endif
