/* SPDX-License-Identifier: Apache-2.0 */
#include "release/fact_checks.h"

#include "release/columns.h"

struct error fact_checks_any(struct db *db, const char *release_id, bool *ret_any)
{
	auto_rows *rows = NULL;
	struct error err =
		db_run(db, SQL_RELEASE_HAS_FACT_CHECKS, (const char *[]){ release_id }, &rows);

	if (!err.code)
		*ret_any = rows_flag(rows, 0, 0);
	return err;
}

struct error fact_checks_rows(struct db *db, const char *release_id, struct sink *sink)
{
	auto_rows *rows = NULL;
	struct error err = db_run(db, SQL_RELEASE_FACT_CHECKS, (const char *[]){ release_id }, &rows);

	for (size_t r = 0; !err.code && r < rows_count(rows); r++) {
		const char *values[FACT_COLUMNS];

		for (int c = 0; c < FACT_COLUMNS; c++)
			values[c] = rows_text(rows, r, c);
		sink_row(sink, values);
	}
	return err;
}
