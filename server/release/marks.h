/* SPDX-License-Identifier: Apache-2.0 */
/*
 * marks -- rows of marks.csv: where volunteers pointed at in an item, without the volunteers.
 *
 * The marks of an item come in the order of their places, so that neither their order nor their
 * digits join them to a row of trials.csv or to another release.
 *
 * Threads: one at a time.
 */
#ifndef RELEASE_MARKS_H
#define RELEASE_MARKS_H

#include "core/error.h"
#include "release/columns.h"

/* Of one item. */
struct mark_list {
	struct item_mark *all;
	size_t count, room;
};

/* Adds the marks of a judgment: JSON as judgment.marks has it, or NULL. ERR_INTERNAL: it is none.
 */
struct error marks_take(struct mark_list *marks, const char *verdict, const char *json) MUST_CHECK;

typedef void mark_row(void *arg, const char *const values[MARK_COLUMNS]);

/* Calls `row` for each mark on the item, in order, and forgets them. */
void marks_rows(struct mark_list *marks, const char *item, mark_row *row, void *arg);

void marks_free(struct mark_list *marks);

#endif
