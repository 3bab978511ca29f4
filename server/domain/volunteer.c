/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/volunteer.h"

#include <stdio.h>
#include <string.h>

#include "db/array.h"
#include "db/db.h"

struct error volunteer_create(struct db *db, unsigned char ret_id[UUID_BYTES])
{
	unsigned char salt[UUID_BYTES];
	char id[UUID_TEXT], salt_hex[2 * UUID_BYTES + 1], version[12];

	uuid_random(ret_id);
	uuid_random(salt);
	uuid_to_text(id, ret_id);
	hex_encode(salt_hex, salt, sizeof salt);
	snprintf(version, sizeof version, "%d", CONSENT_VERSION);
	return db_do(db, SQL_VOLUNTEER_CREATE, (const char *[]){ id, salt_hex, version }, NULL);
}

static struct error nobody(void)
{
	return errorf(ERR_NOBODY, "There is no such volunteer any more. Begin again.");
}

struct error volunteer_erase(struct db *db, const unsigned char id[UUID_BYTES])
{
	char text[UUID_TEXT];
	int64_t erased = 0;
	struct error err;

	uuid_to_text(text, id);
	if ((err = db_do(db, SQL_VOLUNTEER_ERASE, (const char *[]){ text }, &erased)).code)
		return err;
	return erased ? ok() : nobody();
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
		return nobody();
	*ret_since = rows_copy(rows, 0, 0, arena);
	return ok();
}

struct error volunteer_results(struct db *db, const unsigned char id[UUID_BYTES],
							   const struct result_place *place, unsigned limit, json_t **ret_list,
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
	*ret_list = json_array();
	for (size_t r = 0; r < count; r++)
		json_array_append_new(*ret_list, json_loads(rows_text(rows, r, 0), 0, NULL));
	*ret_more = rows_count(rows) > limit;
	if (*ret_more) {
		snprintf(ret_next->judged_at, sizeof ret_next->judged_at, "%s",
				 rows_text(rows, count - 1, 1));
		snprintf(ret_next->item, sizeof ret_next->item, "%s", rows_text(rows, count - 1, 2));
	}
	return ok();
}

json_t *progress_json(const struct progress *progress)
{
	long long left = TRAINING_PAIRS - progress->training_done;

	return json_pack("{s:I, s:I, s:{s:I, s:I, s:I}}", "pairs", (json_int_t)progress->pairs,
					 "pairs_today", (json_int_t)progress->pairs_today, "training", "done",
					 (json_int_t)progress->training_done, "correct",
					 (json_int_t)progress->training_correct, "left",
					 (json_int_t)(left > 0 ? left : 0));
}
