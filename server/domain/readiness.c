/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/readiness.h"

#include "db/db.h"
#include "db/schema.h"
#include "store/store.h"

#define MOST_MIGRATIONS 1024

struct error readiness_schema(struct db *db)
{
	struct schema_row schema[MOST_MIGRATIONS];
	auto_rows *rows = NULL;
	struct error err = db_run(db, SQL_READINESS_SCHEMA, NULL, &rows);

	if (err.code)
		return err;
	size_t count = rows_count(rows) < MOST_MIGRATIONS ? rows_count(rows) : MOST_MIGRATIONS;
	for (size_t r = 0; r < count; r++)
		schema[r] = (struct schema_row){ .name = rows_text(rows, r, 0),
										 .checksum = rows_text(rows, r, 1),
										 .oldest_program = rows_text(rows, r, 2) };
	return schema_fits(schema, count);
}

struct readiness readiness_check(struct db *db, struct store *store)
{
	struct readiness ready = { .database = db_alive(db), .store = store_ready(store) };

	if (ready.database)
		ready.schema = readiness_schema(db);
	return ready;
}
