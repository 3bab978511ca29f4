/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/stats.h"

#include "db/db.h"

struct error stats_public(struct db *db, struct arena *arena, const char **ret_json)
{
	auto_rows *rows = NULL;
	struct error err = db_run(db, SQL_STATS_PUBLIC, NULL, &rows);

	if (!err.code)
		*ret_json = rows_copy(rows, 0, 0, arena);
	return err;
}

struct error stats_fold(struct db *db)
{
	return db_do(db, SQL_STATS_FOLD, NULL, NULL);
}
