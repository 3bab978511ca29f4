/* SPDX-License-Identifier: Apache-2.0 */
#include "release/changes_csv.h"

#include "core/vocabulary.h"
#include "release/columns.h"
#include "release/formats/formats.h"

struct sink changes_csv_begin(FILE *out)
{
	return sink_begin(&format_csv, out, change_columns, CHANGE_COLUMNS);
}

void changes_csv_row(struct sink *sink, const struct release_change *change)
{
	const char *const values[CHANGE_COLUMNS] = {
		[CHANGE_ITEM] = change->item,
		[CHANGE_CHANGE] = change_kinds[change->kind],
		[CHANGE_OLD_SPLIT] = change->split[0],
		[CHANGE_SPLIT] = change->split[1],
		[CHANGE_OLD_LABEL] = change->label[0],
		[CHANGE_LABEL] = change->label[1],
		[CHANGE_FIELDS] = *change->columns ? change->columns : NULL,
		[CHANGE_WHY] = change_reasons[change->why],
		[CHANGE_REASON_CLASS] = change->reason_class,
	};

	sink_row(sink, values);
}
