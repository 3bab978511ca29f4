/* SPDX-License-Identifier: Apache-2.0 */
#include "people/volunteer.h"

#include <stdio.h>
#include <string.h>

#include "db/array.h"
#include "db/batch.h"
#include "db/db.h"
#include "work/job_run.h"

struct creating {
	struct arena *arena;
	struct new_volunteer *made;
};

static struct error create_rows(struct db *db, void *arg, const size_t rows[], size_t count)
{
	const struct creating *creating = arg;
	struct array *ids = array_new(creating->arena, ARRAY_UUID, count);
	struct array *salts = array_new(creating->arena, ARRAY_BYTES, count);
	struct array *versions = array_new(creating->arena, ARRAY_INT, count);
	auto_rows *none = NULL;

	for (size_t i = 0; i < count; i++) {
		unsigned char salt[UUID_BYTES];

		uuid_random(salt);
		array_bytes(ids, creating->made[rows[i]].id, UUID_BYTES);
		array_bytes(salts, salt, sizeof salt);
		array_int(versions, CONSENT_VERSION);
	}
	return db_run_arrays(db, SQL_VOLUNTEER_CREATE, (const struct array *[]){ ids, salts, versions },
	                     &none);
}

static void creation_failed(void *arg, size_t row, struct error err)
{
	const struct creating *creating = arg;

	creating->made[row].err = err;
}

void volunteers_create(struct db *db, struct arena *arena, struct new_volunteer made[],
                       size_t count)
{
	struct creating creating = { .arena = arena, .made = made };
	struct batch batch = { .store = create_rows, .fail = creation_failed, .arg = &creating };

	for (size_t i = 0; i < count; i++) {
		made[i].err = ok();
		uuid_random(made[i].id);
	}
	batch_store(db, arena, &batch, count);
}

struct error volunteer_agree(struct db *db, const unsigned char id[UUID_BYTES], bool *ret_known)
{
	char text[UUID_TEXT], version[12];
	int64_t known = 0;
	struct error err;

	uuid_to_text(text, id);
	snprintf(version, sizeof version, "%d", CONSENT_VERSION);
	err = db_do(db, SQL_VOLUNTEER_AGREE, (const char *[]){ text, version }, &known);
	*ret_known = known > 0;
	return err;
}

static struct error volunteer_nobody(void)
{
	return error_because(REASON_VOLUNTEER_GONE);
}

struct error volunteer_erase(struct db *db, const unsigned char id[UUID_BYTES])
{
	char text[UUID_TEXT];
	int64_t erased = 0;
	struct error err;

	uuid_to_text(text, id);
	if ((err = db_do(db, SQL_VOLUNTEER_ERASE, (const char *[]){ text }, &erased)).code)
		return err;
	return erased ? ok() : volunteer_nobody();
}

struct error volunteer_progress(struct db *db, struct arena *arena,
                                const unsigned char *const ids[], size_t count,
                                struct progress progress[])
{
	auto_rows *rows = NULL;
	struct error err = db_run(db, SQL_VOLUNTEER_PROGRESS,
	                          (const char *[]){ uuid_array(arena, ids, count) }, &rows);

	if (err.code)
		return err;
	for (size_t r = 0; r < rows_count(rows) && r < count; r++)
		progress[r] = (struct progress){ .pairs = rows_integer(rows, r, 1),
			                             .pairs_today = rows_integer(rows, r, 2),
			                             .training_done = rows_integer(rows, r, 3),
			                             .training_correct = rows_integer(rows, r, 4) };
	return ok();
}

struct error volunteer_story(struct db *db, struct arena *arena, const unsigned char id[UUID_BYTES],
                             const char **ret_since)
{
	auto_rows *rows = NULL;
	char text[UUID_TEXT];
	struct error err;

	uuid_to_text(text, id);
	if ((err = db_run(db, SQL_VOLUNTEER_STORY, (const char *[]){ text }, &rows)).code)
		return err;
	if (!rows_count(rows))
		return volunteer_nobody();
	*ret_since = rows_copy(rows, 0, 0, arena);
	return ok();
}

static struct error read_result(const struct rows *rows, size_t row, struct arena *arena,
                                struct volunteer_result *result)
{
	*result =
		(struct volunteer_result){ .media_type = rows_copy(rows, row, 0, arena),
		                           .verdict = rows_copy(rows, row, 1, arena),
		                           .confidence =
		                               rows_text(rows, row, 2) ? rows_integer(rows, row, 2) : -1,
		                           .label = rows_copy(rows, row, 3, arena),
		                           .label_source = rows_copy(rows, row, 4, arena),
		                           .correct = rows_flag(rows, row, 5),
		                           .judged_at = rows_copy(rows, row, 6, arena) };
	if (!uuid_from_text(result->item, rows_text(rows, row, 7)))
		return errorf(ERR_INTERNAL, "a result that cannot be read");
	return ok();
}

struct error volunteer_results(struct db *db, struct arena *arena,
                               const unsigned char id[UUID_BYTES], const struct result_place *place,
                               unsigned limit, struct volunteer_result list[], size_t *ret_count,
                               bool *ret_more, struct result_place *ret_next)
{
	auto_rows *rows = NULL;
	char text[UUID_TEXT], wanted[12];
	struct error err;

	uuid_to_text(text, id);
	snprintf(wanted, sizeof wanted, "%u", limit + 1);
	const char *params[] = { text, place ? place->judged_at : NULL, place ? place->item : NULL,
		                     wanted };
	if ((err = db_run(db, SQL_VOLUNTEER_RESULTS, params, &rows)).code)
		return err;
	size_t count = rows_count(rows) > limit ? limit : rows_count(rows);
	for (size_t r = 0; r < count; r++)
		if ((err = read_result(rows, r, arena, &list[r])).code)
			return err;
	*ret_count = count;
	*ret_more = rows_count(rows) > limit;
	if (*ret_more) {
		snprintf(ret_next->judged_at, sizeof ret_next->judged_at, "%s",
		         rows_text(rows, count - 1, 8));
		snprintf(ret_next->item, sizeof ret_next->item, "%s", rows_text(rows, count - 1, 7));
	}
	return ok();
}

static struct error sweep_away(struct job_run *run)
{
	return db_do(run->db, SQL_VOLUNTEER_SWEEP, NULL, NULL);
}

const struct job_handler sweep_job = { .kind = "sweep", .handle = sweep_away };
