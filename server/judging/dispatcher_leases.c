/* SPDX-License-Identifier: Apache-2.0 */
/* How a dispatcher writes leases behind: those that were handed out, and not answered, since the
 * last time. */
#include <stdlib.h>

#include "core/clock.h"
#include "core/mem.h"
#include "core/uuid.h"
#include "db/array.h"
#include "db/db.h"
#include "judging/dispatcher_internal.h"

#define SOME        4096   /* leases a statement */
#define MOST_LEASES 500000 /* unwritten: the database has been away for long */
/* Longer than an answer takes from its look for the lease until it is heard of. */
#define LATELY_MS 15000

static struct error write_some(struct db *db, const struct open_lease *list, size_t count)
{
	struct arena *arena = arena_new();
	struct array *columns[LEASE_COLUMNS + 3];
	auto_rows *none = NULL;

	lease_columns_new(arena, count, columns);
	columns[LEASE_COLUMNS] = array_new(arena, ARRAY_LONG, count);
	columns[LEASE_COLUMNS + 1] = array_new(arena, ARRAY_LONG, count);
	columns[LEASE_COLUMNS + 2] = array_new(arena, ARRAY_TEXT, count);
	for (size_t i = 0; i < count; i++) {
		lease_columns_add(columns, &list[i].lease);
		array_long(columns[LEASE_COLUMNS], list[i].lease.issued_s);
		array_long(columns[LEASE_COLUMNS + 1], list[i].lease.expires_s);
		array_text(columns[LEASE_COLUMNS + 2], company_name(list[i].lease.company));
	}
	struct error err =
		db_run_arrays(db, SQL_LEASE_WRITE, (const struct array *const *)columns, &none);
	arena_free(arena);
	return err;
}

/*
 * A bunch is written once, but for one whose answer got lost on the way: it comes again with
 * others, and then each goes alone.  (ON CONFLICT would look for every lease before it is written:
 * a fifth of the work.)
 */
static struct error write_bunch(struct db *db, const struct open_lease *list, size_t count)
{
	struct error err = write_some(db, list, count);

	if (err.code != ERR_CONFLICT)
		return err;
	err = ok();
	for (size_t i = 0; i < count && !err.code; i++) {
		err = write_some(db, &list[i], 1);
		if (err.code == ERR_CONFLICT)
			err = ok();
	}
	return err;
}

/* The next look sets the items of this lease to what the database counts, even if that is none. */
static void leases_recount(struct dispatcher *dispatcher, const struct open_lease *open_lease)
{
	if (dispatcher->flying_count + 2 > dispatcher->flying_room) {
		dispatcher->flying_room = 2 * dispatcher->flying_room + 256;
		dispatcher->flying =
			mem_resize(dispatcher->flying, dispatcher->flying_room, sizeof *dispatcher->flying);
	}
	dispatcher->flying[dispatcher->flying_count++] = open_lease->left;
	dispatcher->flying[dispatcher->flying_count++] = open_lease->right;
}

/* Takes the unwritten leases, but those that were answered already. */
static struct leases take_unwritten(struct dispatcher *dispatcher)
{
	struct keyset *settled, *fresh = keyset_new();
	size_t kept = 0;

	lock_take(&dispatcher->lock);
	struct leases leases = dispatcher->unwritten;
	settled = dispatcher->settled;
	dispatcher->unwritten = (struct leases){ 0 };
	dispatcher->settled = fresh;
	lock_release(&dispatcher->lock);
	for (size_t i = 0; i < leases.count; i++) {
		uint64_t key = lease_key(leases.list[i].lease.id);

		if (keyset_has(settled, key) || keyset_has(dispatcher->answered, key))
			leases_recount(dispatcher, &leases.list[i]);
		else
			leases.list[kept++] = leases.list[i];
	}
	leases.count = kept;
	keyset_free(settled);
	keyset_free(dispatcher->answered);
	dispatcher->answered = keyset_new();
	return leases;
}

static void note_written(struct dispatcher *dispatcher, const struct open_lease *list, size_t count)
{
	int64_t now_ms = clock_monotonic_ms();

	if (now_ms - dispatcher->written_ms > LATELY_MS) {
		keyset_free(dispatcher->written[1]);
		dispatcher->written[1] = dispatcher->written[0];
		dispatcher->written[0] = keyset_new();
		dispatcher->written_ms = now_ms;
	}
	for (size_t i = 0; i < count; i++) {
		keyset_add(dispatcher->written[0], lease_key(list[i].lease.id));
		leases_recount(dispatcher, &list[i]);
	}
}

struct error dispatcher_close_answered(struct dispatcher *dispatcher, struct db *db,
                                       const unsigned char (*volunteers)[UUID_BYTES],
                                       const unsigned char (*ids)[UUID_BYTES], size_t count)
{
	struct arena *arena = arena_new();
	const unsigned char **who = arena_alloc(arena, (count + 1) * sizeof *who);
	const unsigned char **which = arena_alloc(arena, (count + 1) * sizeof *which);
	struct error err = ok();
	size_t found = 0;

	for (size_t i = 0; i < count; i++) {
		uint64_t key = lease_key(ids[i]);

		keyset_add(dispatcher->answered, key);
		if (!keyset_has(dispatcher->written[0], key) && !keyset_has(dispatcher->written[1], key))
			continue;
		who[found] = volunteers[i];
		which[found++] = ids[i];
	}
	if (found)
		err = db_do(
			db, SQL_LEASE_CLOSE,
			(const char *[]){ uuid_array(arena, who, found), uuid_array(arena, which, found) },
			NULL);
	arena_free(arena);
	return err;
}

/* What could not be written waits for the next time, within bounds. */
static void put_back(struct dispatcher *dispatcher, const struct leases *leases, size_t from)
{
	lock_take(&dispatcher->lock);
	for (size_t i = from; i < leases->count && dispatcher->unwritten.count < MOST_LEASES; i++)
		leases_add(&dispatcher->unwritten, &leases->list[i]);
	lock_release(&dispatcher->lock);
}

struct error dispatcher_write_leases(struct dispatcher *dispatcher, struct db *db)
{
	struct leases leases = take_unwritten(dispatcher);
	struct error err = ok();
	size_t from = 0;

	while (from < leases.count && !err.code) {
		size_t count = leases.count - from < SOME ? leases.count - from : SOME;

		err = write_bunch(db, leases.list + from, count);
		if (err.code)
			break;
		note_written(dispatcher, leases.list + from, count);
		from += count;
	}
	if (err.code)
		put_back(dispatcher, &leases, from);
	free(leases.list);
	if (err.code || !dispatcher->close_answered)
		return err;
	err = db_do(db, SQL_LEASE_CLOSE_ANSWERED, NULL, NULL);
	dispatcher->close_answered = err.code != OK;
	return err;
}
