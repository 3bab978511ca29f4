/* SPDX-License-Identifier: Apache-2.0 */
#include "release/takedown.h"

#include <stdatomic.h>
#include <stdio.h>

#include "core/arena.h"
#include "core/clock.h"
#include "core/hex.h"
#include "core/log.h"
#include "corpus/media_pause.h"
#include "crypto/sha256.h"
#include "release/layout.h"
#include "store/store.h"

#define EVICT_EVERY_MS 10000

/* ------------------------------------------------------------------ the decision */

struct error takedown_decide(struct db *db, const char *item, bool original, const char *who,
                             bool *ret_decided)
{
	const char *const decision[] = { item, original ? "true" : "false", who };
	auto_rows *rows = NULL;
	struct error err = db_run(db, SQL_TAKEDOWN_DECIDE, decision, &rows);

	if (err.code)
		return err;
	*ret_decided = rows_count(rows);
	if (!*ret_decided)
		return ok();
	if ((err = db_do(db, SQL_TAKEDOWN_BLOCK, decision, NULL)).code)
		return err;
	return original ? db_do(db, SQL_TAKEDOWN_REJECT, decision, NULL) : ok();
}

struct error takedown_twins(struct db *db, const char *item, struct rows **ret_rows)
{
	return db_run(db, SQL_TAKEDOWN_TWINS, (const char *[]){ item }, ret_rows);
}

/* ------------------------------------------------------------------ the job */

struct removing {
	struct store *store;
	const char *item, *original, *layouts;
	size_t files;
};

static struct error remove_files(struct removing *removing, const struct rows *rows)
{
	unsigned char digest[SHA256_BYTES];
	struct error err = ok();

	for (size_t r = 0; !err.code && r < rows_count(rows); r++)
		err = hex_decode(digest, SHA256_BYTES, rows_text(rows, r, 0))
		          ? store_remove(removing->store, digest)
		          : errorf(ERR_INTERNAL, "a digest cannot be read");
	removing->files = rows_count(rows);
	return err;
}

/* What was held lies in encrypted form (notices/held): that goes with its key, and is counted as
 * the file that it was. */
static struct error remove_sealed(struct db *db, const struct removing *removing,
                                  const char *const files[])
{
	struct removing sealed = *removing;
	auto_rows *rows = NULL;
	struct error err = db_run(db, SQL_TAKEDOWN_HELD, files, &rows);

	return err.code ? err : remove_files(&sealed, rows);
}

/* The files first: what the database has forgotten nobody would remove. */
static struct error remove_item(struct db *db, void *arg)
{
	struct removing *removing = arg;
	const char *const files[] = { removing->item, removing->original, removing->layouts };
	char count[24];
	auto_rows *rows = NULL;
	struct error err = media_pause(db);

	if (err.code || (err = db_run(db, SQL_TAKEDOWN_FILES, files, &rows)).code)
		return err;
	if ((err = remove_files(removing, rows)).code)
		return err;
	if ((err = remove_sealed(db, removing, files)).code)
		return err;
	if ((err = db_do(db, SQL_TAKEDOWN_FORGET, &removing->item, NULL)).code)
		return err;
	snprintf(count, sizeof count, "%zu", removing->files);
	return db_do(db, SQL_TAKEDOWN_DONE, (const char *[]){ removing->item, count }, NULL);
}

/* ------------------------------------------------------------------ copies on this machine */

static struct error evict_row(void *arg, const struct rows *row)
{
	unsigned char digest[SHA256_BYTES];

	if (!hex_decode(digest, SHA256_BYTES, rows_text(row, 0, 0)))
		return errorf(ERR_INTERNAL, "a digest cannot be read");
	return store_evict(arg, digest);
}

struct error takedown_evict(struct db *db, struct store *store)
{
	static atomic_int_fast64_t next_ms; /* 0: nobody has looked yet */
	int_fast64_t now_ms = clock_monotonic_ms(), due_ms = atomic_load(&next_ms);

	if (store_opens_at_once(store) || now_ms < due_ms ||
	    !atomic_compare_exchange_strong(&next_ms, &due_ms, now_ms + EVICT_EVERY_MS))
		return ok();
	const char *const all[] = { due_ms ? "false" : "true" };
	struct error err = db_stream(db, SQL_TAKEDOWN_GONE, all, evict_row, store);
	if (err.code)
		atomic_store(&next_ms, due_ms);
	return err;
}

/* ------------------------------------------------------------------ all that is due */

static struct error remove_due_items(struct job_run *run)
{
	struct arena *arena = arena_new();
	const char *layouts = layouts_that_repeat(arena);
	auto_rows *rows = NULL;
	struct error err = db_run(run->db, SQL_TAKEDOWN_DUE, NULL, &rows);

	for (size_t r = 0; !err.code && r < rows_count(rows); r++) {
		struct removing removing = { .store = run->store,
			                         .item = rows_text(rows, r, 0),
			                         .original = rows_flag(rows, r, 1) ? "true" : "false",
			                         .layouts = layouts };

		err = db_transaction(run->db, remove_item, &removing);
		if (!err.code)
			log_info("takedown: %zu files of item %s are removed", removing.files, removing.item);
		if (!err.code)
			err = job_tell(run, (int64_t)r + 1, (int64_t)rows_count(rows));
	}
	arena_free(arena);
	return err;
}

const struct job_handler takedown_job = { .kind = "takedown", .handle = remove_due_items };
