/* SPDX-License-Identifier: Apache-2.0 */
#include "corpus/media_copy.h"

#include <limits.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/hex.h"
#include "core/keyset.h"
#include "core/lock.h"
#include "core/mem.h"
#include "core/thread.h"
#include "corpus/lost_media.h"
#include "store/store.h"

#define MOST_LOOKS    20 /* a server that imports faster than we copy is not waited for */
#define TELL_EVERY_MS 5000
#define MOST_AT_ONCE  32

/* Files, and the threads that go through them. */
struct round {
	struct media_copy *copy;
	struct error (*do_one)(struct round *round, const struct store_entry *entry);
	struct keyset *there; /* digest and length of what the target has */
	struct store_entry *entries;
	size_t count, room;
	pthread_mutex_t lock; /* guards what follows, and the figures of `copy` */
	size_t next;
	struct error err;
	int64_t told_ms;
};

/* Another length is another key, so half a file is copied again. */
static uint64_t copy_key(const struct store_entry *entry)
{
	uint64_t key = lost_media_key(entry->digest) ^ (entry->bytes * 0x9e3779b97f4a7c15);

	return key ? key : 1;
}

static void note_there(void *arg, const struct store_entry *entry)
{
	struct round *round = arg;

	keyset_add(round->there, copy_key(entry));
}

static void note_to_do(void *arg, const struct store_entry *entry)
{
	struct round *round = arg;

	round->copy->found++;
	if (keyset_has(round->there, copy_key(entry)))
		return;
	if (round->count == round->room) {
		round->room = round->room ? 2 * round->room : 1024;
		round->entries = mem_resize(round->entries, round->room, sizeof *round->entries);
	}
	round->entries[round->count++] = *entry;
}

static struct error tell_fault(struct round *round, enum copy_fault fault,
                               const unsigned char digest[SHA256_BYTES])
{
	struct media_copy *copy = round->copy;

	lock_take(&round->lock);
	if (fault == COPY_FAULT_SPARE)
		copy->found--;
	else if (fault == COPY_FAULT_LOST)
		copy->lost++;
	else
		copy->faults++;
	if (fault != COPY_FAULT_SPARE)
		copy->tell(copy->arg, fault, digest);
	lock_release(&round->lock);
	return ok();
}

/*
 * ERR_NOT_FOUND: there is none. ERR_INTERNAL: it has other bytes than its name says; what they
 * became in the other store goes again.
 */
static struct error copy_file(struct round *round, const unsigned char digest[SHA256_BYTES])
{
	struct media_copy *copy = round->copy;
	unsigned char found[SHA256_BYTES];
	char path[PATH_MAX];
	uint64_t bytes;
	struct error err = store_borrow(copy->from, digest, path);

	if (err.code)
		return err;
	err = store_put(copy->to, path, found, &bytes);
	store_give_back(copy->from, path);
	if (err.code)
		return err;
	if (memcmp(found, digest, SHA256_BYTES) != 0) {
		err = store_remove(copy->to, found);
		return err.code ? err : errorf(ERR_INTERNAL, "a file is damaged where it is copied from");
	}
	lock_take(&round->lock);
	copy->copied++;
	copy->copied_bytes += bytes;
	lock_release(&round->lock);
	return ok();
}

/* What went meanwhile, or is damaged, is left to the last look, which tells of it. */
static struct error copy_one(struct round *round, const struct store_entry *entry)
{
	struct error err = copy_file(round, entry->digest);

	return err.code == ERR_NOT_FOUND || err.code == ERR_INTERNAL ? ok() : err;
}

/* Reads a file back from where it lies now. */
static struct error reads_right(struct round *round, const unsigned char digest[SHA256_BYTES],
                                bool *ret_right)
{
	bool damaged = false;
	struct error err = store_verify(round->copy->to, digest, &damaged);

	if (err.code && err.code != ERR_NOT_FOUND)
		return err;
	*ret_right = !err.code && !damaged;
	return ok();
}

static struct error count_verified(struct round *round)
{
	lock_take(&round->lock);
	round->copy->verified++;
	lock_release(&round->lock);
	return ok();
}

/* What is damaged goes first, or a twin of the same name would stand; what is copied instead is
 * right. */
static struct error replace_file(struct round *round, const unsigned char digest[SHA256_BYTES])
{
	bool right = false;
	struct error err = store_remove(round->copy->to, digest);

	if (!err.code)
		err = copy_file(round, digest);
	if (err.code == ERR_NOT_FOUND || err.code == ERR_INTERNAL) /* it went meanwhile */
		return tell_fault(round, COPY_FAULT_SOURCE, digest);
	if (!err.code)
		err = reads_right(round, digest, &right);
	if (err.code)
		return err;
	return right ? count_verified(round) : tell_fault(round, COPY_FAULT_TARGET, digest);
}

/*
 * Reads a file back, and copies it where the other store has it not, or not right.  Nothing is
 * removed there that this store cannot replace: a server may have put it there a moment ago, and
 * nowhere else.
 */
static struct error verify_named(struct round *round, const unsigned char digest[SHA256_BYTES],
                                 enum copy_fault unless_there)
{
	bool right = false, damaged = false;
	struct error err = reads_right(round, digest, &right);

	if (err.code)
		return err;
	if (right)
		return count_verified(round);
	err = store_verify(round->copy->from, digest, &damaged);
	if (err.code == ERR_NOT_FOUND)
		return tell_fault(round, unless_there, digest);
	if (err.code)
		return err;
	return damaged ? tell_fault(round, COPY_FAULT_SOURCE, digest) : replace_file(round, digest);
}

static struct error verify_one(struct round *round, const struct store_entry *entry)
{
	return verify_named(round, entry->digest, COPY_FAULT_TARGET);
}

/* The next file; NULL: there is none, or something went wrong. */
static const struct store_entry *next_entry(struct round *round)
{
	const struct store_entry *entry = NULL;

	lock_take(&round->lock);
	if (!round->err.code && round->next < round->count)
		entry = &round->entries[round->next++];
	if (round->copy->progress && clock_monotonic_ms() - round->told_ms >= TELL_EVERY_MS) {
		round->told_ms = clock_monotonic_ms();
		round->copy->progress(round->copy->arg, round->copy);
	}
	lock_release(&round->lock);
	return entry;
}

static void *go_through(void *arg)
{
	struct round *round = arg;
	const struct store_entry *entry;

	while ((entry = next_entry(round))) {
		struct error err = round->do_one(round, entry);

		if (!err.code)
			continue;
		lock_take(&round->lock);
		round->err = err;
		lock_release(&round->lock);
	}
	return NULL;
}

static struct error do_round(struct round *round)
{
	pthread_t threads[MOST_AT_ONCE];
	unsigned most = round->copy->at_once < MOST_AT_ONCE ? round->copy->at_once : MOST_AT_ONCE;
	unsigned count = round->count < most ? (unsigned)round->count : most;

	pthread_mutex_init(&round->lock, NULL);
	round->told_ms = clock_monotonic_ms();
	for (unsigned i = 0; i < count; i++)
		thread_must_start(&threads[i], go_through, round, "copy files");
	for (unsigned i = 0; i < count; i++)
		pthread_join(threads[i], NULL);
	pthread_mutex_destroy(&round->lock);
	return round->err;
}

/* Everything in `from`, or only what `to` has not. */
static struct error list_round(struct round *round, bool all)
{
	struct error err = ok();

	round->there = keyset_new();
	round->copy->found = 0;
	if (!all)
		err = store_walk(round->copy->to, note_there, round);
	if (!err.code)
		err = store_walk(round->copy->from, note_to_do, round);
	keyset_free(round->there);
	return err;
}

static struct error run_round(struct media_copy *copy, bool all,
                              struct error (*do_one)(struct round *, const struct store_entry *),
                              size_t *ret_count)
{
	struct round round = { .copy = copy, .do_one = do_one };
	struct error err = list_round(&round, all);

	if (!err.code)
		err = do_round(&round);
	*ret_count = round.count;
	free(round.entries);
	return err;
}

static void note_digest(void *arg, const struct store_entry *entry)
{
	struct round *round = arg;

	keyset_add(round->there, lost_media_key(entry->digest));
}

/* A file that the database names. */
static struct error copy_named(void *arg, const struct media_name *name)
{
	struct round *round = arg;
	unsigned char digest[SHA256_BYTES];

	if (!hex_decode(digest, SHA256_BYTES, name->hex))
		return errorf(ERR_INTERNAL, "a digest cannot be read");
	if (!keyset_add(round->there, lost_media_key(digest)))
		return ok();
	round->copy->found++;
	return verify_named(round, digest, name->spare ? COPY_FAULT_SPARE : COPY_FAULT_LOST);
}

/* The stores' own listings are not all that is believed: the database knows what must be there. */
static struct error copy_all_named(struct db *db, struct media_copy *copy)
{
	struct round round = { .copy = copy, .there = keyset_new() };
	struct error err = store_walk(copy->to, note_digest, &round);

	pthread_mutex_init(&round.lock, NULL);
	if (!err.code)
		err = lost_media_named(db, copy_named, &round);
	pthread_mutex_destroy(&round.lock);
	keyset_free(round.there);
	return err;
}

/* A look that copied nothing is not repeated: what is damaged stays to be done. */
struct error media_copy_all(struct db *db, struct media_copy *copy)
{
	struct error err = ok();
	size_t count = 1;

	for (int look = 0; look < MOST_LOOKS && !err.code && count; look++) {
		uint64_t before = copy->copied;

		err = run_round(copy, false, copy_one, &count);
		count = copy->copied > before ? count : 0;
	}
	if (!err.code)
		err = run_round(copy, true, verify_one, &count);
	return err.code ? err : copy_all_named(db, copy);
}
