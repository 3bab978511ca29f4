/* SPDX-License-Identifier: Apache-2.0 */
#include "db/batch.h"

#include "db/db.h"

#define MAX_TRIES 3 /* of a statement that loses races */

/* Did another writer come first, so that it is worth asking again at once? */
static bool lost_a_race(const struct db *db, struct error err)
{
	return err.code == ERR_CONFLICT || (err.code == ERR_UNAVAILABLE && db_asked_again(db));
}

static struct error db_batch_store(struct db *db, const struct batch *batch, const size_t rows[],
                                   size_t count)
{
	struct error err;
	int tries = 0;

	do
		err = batch->store(db, batch->arg, rows, count);
	while (lost_a_race(db, err) && ++tries < MAX_TRIES);
	return err;
}

static void store_alone(struct db *db, const struct batch *batch, size_t row)
{
	struct error err = db_batch_store(db, batch, &row, 1);

	if (lost_a_race(db, err))
		err = errorf(ERR_UNAVAILABLE, "Too many changes at once. Try again.");
	if (err.code)
		batch->fail(batch->arg, row, err);
}

/* Without a database all fail alike; otherwise one of them spoiled it, and the rest are good. */
static void store_together(struct db *db, const struct batch *batch, const size_t rows[],
                           size_t count)
{
	struct error err = db_batch_store(db, batch, rows, count);
	bool unreachable = err.code == ERR_UNAVAILABLE && !db_asked_again(db);

	for (size_t i = 0; err.code && i < count; i++) {
		if (unreachable)
			batch->fail(batch->arg, rows[i], err);
		else
			store_alone(db, batch, rows[i]);
	}
}

static bool batch_must_wait(const struct batch *batch, size_t row)
{
	for (size_t earlier = 0; batch->clash && earlier < row; earlier++)
		if (batch->clash(batch->arg, row, earlier))
			return true;
	return false;
}

void batch_store(struct db *db, struct arena *arena, const struct batch *batch, size_t count)
{
	size_t *first = arena_alloc(arena, (count + 1) * sizeof *first), firsts = 0;
	size_t *later = arena_alloc(arena, (count + 1) * sizeof *later), laters = 0;

	for (size_t row = 0; row < count; row++) {
		if (batch_must_wait(batch, row))
			later[laters++] = row;
		else
			first[firsts++] = row;
	}
	if (firsts)
		store_together(db, batch, first, firsts);
	for (size_t i = 0; i < laters; i++)
		store_alone(db, batch, later[i]);
}
