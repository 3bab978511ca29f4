/* SPDX-License-Identifier: Apache-2.0 */
/*
 * import_rows -- rows of a manifest on their way through several threads.
 *
 * The command's thread puts rows in and takes them out, in the manifest's order; between, each is
 * worked on by one of the threads, at once.  A row waits while an earlier one of the same file or
 * address is worked on, and whatever it stores waits for import_rows_turn(), so that of two that
 * show the same the first becomes the item.  At most `jobs` * 4 rows are on their way, so memory
 * stays flat.
 *
 * Threads: one calls these functions; the threads inside call `work`, which may call
 * import_rows_turn().
 */
#ifndef CORPUS_IMPORT_ROWS_H
#define CORPUS_IMPORT_ROWS_H

#include <stdbool.h>

#include "core/arena.h"
#include "corpus/item.h"
#include "corpus/manifest.h"

#define IMPORT_MOST_JOBS 64

enum import_row_state {
	ROW_WAITING, /* for a thread */
	ROW_TAKEN,   /* a thread's own */
	ROW_DONE     /* its outcome stands in it */
};

struct import_rows;

struct import_row {
	enum import_row_state state;
	struct import_rows *rows;  /* that it is among */
	unsigned long long number; /* in their order */
	struct arena *arena;       /* its own; import_rows_drop() frees it */
	struct manifest_row row;
	double progress; /* of the manifest, once this row is done */
	struct item_result result;
	struct error err; /* why there is no result */
	bool fatal;       /* each row to come would fail alike: no other is begun */
	bool skipped;     /* not begun, because another was fatal */
};

/* Does what is to be done with a row, and fills in its outcome; `job` is below `jobs`. */
typedef void import_work(void *arg, unsigned job, struct import_row *row);

struct import_rows *import_rows_start(unsigned jobs, import_work *work, void *arg);

/* Where the next row goes, with an arena; NULL: the first must be dropped before. */
struct import_row *import_rows_room(struct import_rows *rows);
void import_rows_put(struct import_rows *rows);

/* For `work`: waits until every row before this one is done. */
void import_rows_turn(struct import_row *row);

/* Waits for the first row that is on its way; NULL: there is none. */
struct import_row *import_rows_first(struct import_rows *rows);
void import_rows_drop(struct import_rows *rows);

/* Ends the threads; no row is on its way any more. */
void import_rows_end(struct import_rows *rows);

#endif
