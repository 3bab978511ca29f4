/* SPDX-License-Identifier: Apache-2.0 */
#include "corpus/item_provenance.h"

#include <stdatomic.h>
#include <stdio.h>

#include "core/hex.h"
#include "core/log.h"
#include "db/db.h"
#include "media/provenance.h"
#include "store/store.h"

#define AT_ONCE "50" /* items that one statement names */

#define TEXT_OF_(number) #number
#define TEXT_OF(number)  TEXT_OF_(number)

static const char reader_now[] = TEXT_OF(PROVENANCE_READER);

static struct error store_provenance(struct db *db, const char *item,
                                     const struct provenance *found)
{
	const char *const params[] = { item,
		                           found->tool,
		                           found->tool_version,
		                           reader_now,
		                           found->report,
		                           found->report_cut ? "true" : "false",
		                           found->source_type,
		                           found->c2pa_state,
		                           found->c2pa };

	return db_do(db, SQL_ITEM_PROVENANCE_STORE, params, NULL);
}

/* Of an original that the store has lost, or that is no file any more, nothing is read. */
static struct error read_due(const struct job_run *run, struct arena *arena, const char *item,
                             const char *sha256)
{
	unsigned char original[SHA256_BYTES];
	struct provenance found;

	if (!hex_decode(original, SHA256_BYTES, sha256))
		return errorf(ERR_INTERNAL, "a digest that cannot be read");
	struct error err = provenance_read(run->store, original, arena, &found);
	if (err.code == ERR_NOT_FOUND || err.code == ERR_INVALID) {
		log_warn("provenance: the original of item %s cannot be read: %s", item, err.detail);
		found = (struct provenance){
			.tool = "none", .tool_version = "none", .c2pa_state = "not_read", .c2pa = "{}"
		};
		err = ok();
	}
	if (!err.code && !found.tool_version)
		err = errorf(ERR_INTERNAL, "exiftool does not run");
	return err.code ? err : store_provenance(run->db, item, &found);
}

/* How many there will be nobody knows. */
static struct error tell_done(struct job_run *run, int64_t done)
{
	return job_tell(run, done, done);
}

static struct error read_some_due(struct job_run *run, int64_t *done, bool *ret_more)
{
	auto_rows *rows = NULL;
	struct error err = db_run(run->db, SQL_ITEM_PROVENANCE_DUE, (const char *[]){ AT_ONCE }, &rows);

	for (size_t r = 0; !err.code && r < rows_count(rows); r++) {
		struct arena *arena = arena_new();
		err = read_due(run, arena, rows_text(rows, r, 0), rows_text(rows, r, 1));
		arena_free(arena);
		if (!err.code)
			err = tell_done(run, ++*done);
	}
	*ret_more = !err.code && rows_count(rows) > 0;
	return err;
}

/* Where the tool is missing nothing is read: what is due waits for it. */
static struct error read_all_due(struct job_run *run)
{
	static atomic_flag said = ATOMIC_FLAG_INIT;
	struct error err = ok();
	int64_t done = 0;
	bool more = true;

	if (!provenance_can_read()) {
		snprintf(run->detail, sizeof run->detail, "exiftool is not installed: nothing is read.");
		if (!atomic_flag_test_and_set(&said))
			log_warn("provenance of items is not read: exiftool (libimage-exiftool-perl) is not "
			         "installed; `touchstone doctor` tells more");
		return ok();
	}
	while (!err.code && more)
		err = read_some_due(run, &done, &more);
	return err;
}

const struct job_handler provenance_job = { .kind = "provenance", .handle = read_all_due };

struct error item_provenance_again(struct db *db, int64_t *ret_count)
{
	return db_do(db, SQL_ITEM_PROVENANCE_AGAIN, NULL, ret_count);
}

struct error item_provenance_count(struct db *db,
                                   void (*each)(void *arg, const char *state, int64_t count),
                                   void *arg)
{
	auto_rows *rows = NULL;
	struct error err = db_run(db, SQL_ITEM_PROVENANCE_COUNTS, NULL, &rows);

	for (size_t r = 0; !err.code && r < rows_count(rows); r++)
		each(arg, rows_text(rows, r, 0), rows_integer(rows, r, 1));
	return err;
}
