/* SPDX-License-Identifier: Apache-2.0 */
#include "corpus/quarantine.h"

#include "core/strbuf.h"
#include "db/db.h"

#define TEXT_OF_(number) #number
#define TEXT_OF(number)  TEXT_OF_(number)

static struct file_origin read_origin(const struct rows *rows, size_t row, struct arena *arena)
{
	return (struct file_origin){ .read_at = rows_copy(rows, row, 0, arena),
		                         .tool = rows_copy(rows, row, 1, arena),
		                         .tool_version = rows_copy(rows, row, 2, arena),
		                         .report = rows_copy(rows, row, 3, arena),
		                         .report_cut = rows_flag(rows, row, 4),
		                         .digital_source_type = rows_copy(rows, row, 5, arena),
		                         .c2pa_state = rows_copy(rows, row, 6, arena),
		                         .c2pa = rows_copy(rows, row, 7, arena) };
}

static struct error look_at_origins(struct db *db, struct arena *arena, const char *ids,
                                    struct quarantine_look looks[])
{
	auto_rows *rows = NULL;
	struct error err = db_run(db, SQL_QUARANTINE_ORIGINS, (const char *[]){ ids }, &rows);

	for (size_t r = 0; !err.code && r < rows_count(rows); r++)
		looks[r] = (struct quarantine_look){ .origin = read_origin(rows, r, arena),
			                                 .near_at = rows_copy(rows, r, 8, arena) };
	return err;
}

static struct error look_at_near(struct db *db, struct arena *arena, const char *ids,
                                 struct quarantine_look looks[])
{
	const char *const params[] = { ids, TEXT_OF(QUARANTINE_NEAR) };
	auto_rows *rows = NULL;
	struct error err = db_run(db, SQL_QUARANTINE_NEAR, params, &rows);

	if (err.code)
		return err;
	struct quarantine_near *near = arena_alloc(arena, (rows_count(rows) + 1) * sizeof *near);
	for (size_t r = 0; r < rows_count(rows); r++) {
		struct quarantine_look *look = &looks[rows_integer(rows, r, 0)];

		near[r] = (struct quarantine_near){
			.item = rows_copy(rows, r, 1, arena),
			.contribution = rows_copy(rows, r, 2, arena),
			.state = rows_copy(rows, r, 3, arena),
			.distance = rows_text(rows, r, 4) ? rows_integer(rows, r, 4) : -1,
			.same_bytes = rows_flag(rows, r, 5),
		};
		if (!look->near_count++)
			look->near = &near[r]; /* those of one stand next to each other */
	}
	return ok();
}

struct error quarantine_look(struct db *db, struct arena *arena,
                             const struct contribution contributions[], size_t count,
                             struct quarantine_look looks[])
{
	struct strbuf ids = { .arena = arena };
	struct error err;

	strbuf_add(&ids, "{");
	for (size_t i = 0; i < count; i++) {
		strbuf_add(&ids, i ? "," : "");
		strbuf_add(&ids, contributions[i].id);
	}
	strbuf_add_bytes(&ids, "}", sizeof "}");
	if ((err = look_at_origins(db, arena, ids.bytes, looks)).code)
		return err;
	return look_at_near(db, arena, ids.bytes, looks);
}
