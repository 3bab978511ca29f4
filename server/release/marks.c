/* SPDX-License-Identifier: Apache-2.0 */
#include "release/marks.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/mem.h"

#define NO_TIME (-1)

struct item_mark {
	long x, y;   /* hundredths */
	long tenths; /* of a second, or NO_TIME */
	bool fake;   /* what was said by who pointed there */
};

static int compare_marks(const void *a, const void *b)
{
	const struct item_mark *m = a, *n = b;
	long differ = m->x != n->x             ? m->x - n->x
	              : m->y != n->y           ? m->y - n->y
	              : m->tenths != n->tenths ? m->tenths - n->tenths
	                                       : (long)m->fake - n->fake;

	return (differ > 0) - (differ < 0);
}

static void marks_add(struct mark_list *marks, const json_t *mark, bool fake)
{
	const json_t *time = json_object_get(mark, "t_ms");

	if (marks->count == marks->room) {
		marks->room = marks->room ? 2 * marks->room : 64;
		marks->all = mem_resize(marks->all, marks->room, sizeof *marks->all);
	}
	marks->all[marks->count++] = (struct item_mark){
		.x = lround(json_number_value(json_object_get(mark, "x")) * 100),
		.y = lround(json_number_value(json_object_get(mark, "y")) * 100),
		.tenths = time ? lround(json_number_value(time) / 100) : NO_TIME,
		.fake = fake,
	};
}

struct error marks_take(struct mark_list *marks, const char *verdict, const char *json)
{
	json_auto_t *list = json ? json_loads(json, 0, NULL) : NULL;
	json_t *mark;
	size_t i;

	if (json && !json_is_array(list))
		return errorf(ERR_INTERNAL, "marks of a judgment cannot be read");
	json_array_foreach (list, i, mark)
		marks_add(marks, mark, verdict[0] == 'f');
	return ok();
}

void marks_rows(struct mark_list *marks, const char *item, mark_row *row, void *arg)
{
	if (marks->count)
		qsort(marks->all, marks->count, sizeof *marks->all, compare_marks);
	for (size_t i = 0; i < marks->count; i++) {
		const struct item_mark *mark = &marks->all[i];
		char x[24], y[24], t[24];

		snprintf(x, sizeof x, "%.2f", (double)mark->x / 100);
		snprintf(y, sizeof y, "%.2f", (double)mark->y / 100);
		snprintf(t, sizeof t, "%.1f", (double)mark->tenths / 10);
		row(arg, (const char *[MARK_COLUMNS]){ [MARK_ITEM] = item,
		                                       [MARK_VERDICT] = mark->fake ? "fake" : "real",
		                                       [MARK_X] = x,
		                                       [MARK_Y] = y,
		                                       [MARK_T_S] = mark->tenths == NO_TIME ? NULL : t });
	}
	marks->count = 0;
}

void marks_free(struct mark_list *marks)
{
	free(marks->all);
	*marks = (struct mark_list){ 0 };
}
