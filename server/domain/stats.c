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
	auto_rows *end = NULL;
	struct error err;

	if ((err = db_do(db, SQL_STATS_FOLD_AGAIN, NULL, NULL)).code)
		return err;
	if ((err = db_run(db, SQL_STATS_FOLD_END, NULL, &end)).code)
		return err;
	return db_do(db, SQL_STATS_FOLD, (const char *[]){ rows_text(end, 0, 0) }, NULL);
}
