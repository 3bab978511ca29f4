/* SPDX-License-Identifier: Apache-2.0 */
#include "people/revocation.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/keyset.h"
#include "core/lock.h"
#include "core/mem.h"
#include "db/db.h"

#define SWEEP_EVERY_MS (10 * 60 * 1000)

struct revocations {
	pthread_mutex_t lock;   /* guards the sets */
	struct keyset *holders; /* as the table had them at the last look */
	struct keyset *ours;    /* told of since a look began */
	struct keyset *older;   /* told of before: in the table, when it is read; or NULL */
	int64_t swept_ms;       /* of the thread that refreshes */
};

/* The last bytes: a volunteer's id begins with the time, and many share that. */
static uint64_t revocation_key_of(const unsigned char holder[UUID_BYTES])
{
	uint64_t key;

	memcpy(&key, holder + UUID_BYTES - sizeof key, sizeof key);
	return key ? key : 1;
}

struct revocations *revocations_new(void)
{
	struct revocations *revocations = mem_new(1, sizeof *revocations);

	pthread_mutex_init(&revocations->lock, NULL);
	revocations->holders = keyset_new();
	revocations->ours = keyset_new();
	return revocations;
}

void revocations_free(struct revocations *revocations)
{
	if (!revocations)
		return;
	keyset_free(revocations->holders);
	keyset_free(revocations->ours);
	keyset_free(revocations->older);
	pthread_mutex_destroy(&revocations->lock);
	free(revocations);
}

void revocations_add(struct revocations *revocations, const unsigned char holder[UUID_BYTES])
{
	lock_take(&revocations->lock);
	keyset_add(revocations->ours, revocation_key_of(holder));
	lock_release(&revocations->lock);
}

bool revocations_have(struct revocations *revocations, const unsigned char holder[UUID_BYTES])
{
	uint64_t key = revocation_key_of(holder);

	lock_take(&revocations->lock);
	bool have = keyset_has(revocations->holders, key) || keyset_has(revocations->ours, key) ||
	            keyset_has(revocations->older, key);
	lock_release(&revocations->lock);
	return have;
}

static struct error add_holder(void *arg, const struct rows *row)
{
	unsigned char holder[UUID_BYTES];

	if (!uuid_from_text(holder, rows_text(row, 0, 0)))
		return errorf(ERR_INTERNAL, "a holder of passes that cannot be read");
	keyset_add(arg, revocation_key_of(holder));
	return ok();
}

static void begin_look(struct revocations *revocations)
{
	lock_take(&revocations->lock);
	if (!revocations->older) { /* else the last look failed */
		revocations->older = revocations->ours;
		revocations->ours = keyset_new();
	}
	lock_release(&revocations->lock);
}

static void end_look(struct revocations *revocations, struct keyset *holders)
{
	lock_take(&revocations->lock);
	struct keyset *before = revocations->holders, *older = revocations->older;
	revocations->holders = holders;
	revocations->older = NULL;
	lock_release(&revocations->lock);
	keyset_free(before);
	keyset_free(older);
}

static struct error revocation_sweep(struct revocations *revocations, struct db *db)
{
	if (revocations->swept_ms && clock_monotonic_ms() - revocations->swept_ms < SWEEP_EVERY_MS)
		return ok();
	revocations->swept_ms = clock_monotonic_ms();
	return db_do(db, SQL_REVOCATION_SWEEP, NULL, NULL);
}

struct error revocations_refresh(struct revocations *revocations, struct db *db)
{
	struct keyset *holders = keyset_new();

	begin_look(revocations);
	struct error err = db_stream(db, SQL_REVOCATION_LIST, NULL, add_holder, holders);
	if (err.code) {
		keyset_free(holders);
		return err;
	}
	end_look(revocations, holders);
	return revocation_sweep(revocations, db);
}
