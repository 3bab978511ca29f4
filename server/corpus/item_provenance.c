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

/* Whose originals are read. */
struct provenance_queue {
	const char *of;
	enum statement due, store;
};

static const struct provenance_queue provenance_queues[] = {
	{ "contribution", SQL_ITEM_PROVENANCE_SENT_DUE, SQL_ITEM_PROVENANCE_SENT_STORE },
	{ "item", SQL_ITEM_PROVENANCE_DUE, SQL_ITEM_PROVENANCE_STORE },
};

#define QUEUES (sizeof provenance_queues / sizeof provenance_queues[0])

static struct error store_provenance(struct db *db, const struct provenance_queue *queue,
                                     const char *id, const struct provenance *found)
{
	const char *const params[] = { id,
		                           found->tool,
		                           found->tool_version,
		                           reader_now,
		                           found->report,
		                           found->report_cut ? "true" : "false",
		                           found->source_type,
		                           found->c2pa_state,
		                           found->c2pa };

	return db_do(db, queue->store, params, NULL);
}

/* Of an original that the store has lost, or that is no file any more, nothing is read. */
static struct error read_due(const struct job_run *run, const struct provenance_queue *queue,
                             struct arena *arena, const char *id, const char *sha256)
{
	unsigned char original[SHA256_BYTES];
	struct provenance found;

	if (!hex_decode(original, SHA256_BYTES, sha256))
		return errorf(ERR_INTERNAL, "a digest that cannot be read");
	struct error err = provenance_read(run->store, original, arena, &found);
	if (err.code == ERR_NOT_FOUND || err.code == ERR_INVALID) {
		log_warn("provenance: the original of %s %s cannot be read: %s", queue->of, id, err.detail);
		found = (struct provenance){
			.tool = "none", .tool_version = "none", .c2pa_state = "not_read", .c2pa = "{}"
		};
		err = ok();
	}
	if (!err.code && !found.tool_version)
		err = errorf(ERR_INTERNAL, "exiftool does not run");
	return err.code ? err : store_provenance(run->db, queue, id, &found);
}

/* How many there will be nobody knows. */
static struct error tell_done(struct job_run *run, int64_t done)
{
	return job_tell(run, done, done);
}

static struct error read_some_due(struct job_run *run, const struct provenance_queue *queue,
                                  int64_t *done, bool *more)
{
	auto_rows *rows = NULL;
	struct error err = db_run(run->db, queue->due, (const char *[]){ AT_ONCE }, &rows);

	for (size_t r = 0; !err.code && r < rows_count(rows); r++) {
		struct arena *arena = arena_new();
		err = read_due(run, queue, arena, rows_text(rows, r, 0), rows_text(rows, r, 1));
		arena_free(arena);
		if (!err.code)
			err = tell_done(run, ++*done);
	}
	*more = *more || (!err.code && rows_count(rows) > 0);
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
	while (!err.code && more) {
		more = false;
		for (size_t q = 0; !err.code && q < QUEUES; q++)
			err = read_some_due(run, &provenance_queues[q], &done, &more);
	}
	return err;
}

const struct job_handler provenance_job = { .kind = "provenance", .handle = read_all_due };

struct error item_provenance_again(struct db *db, int64_t *ret_count)
{
	int64_t items = 0, waiting = 0;
	struct error err = db_do(db, SQL_ITEM_PROVENANCE_AGAIN, NULL, &items);

	if (!err.code)
		err = db_do(db, SQL_ITEM_PROVENANCE_SENT_AGAIN, NULL, &waiting);
	if (!err.code)
		*ret_count = items + waiting;
	return err;
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
