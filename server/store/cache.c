/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cache -- files of an object service that lie on this machine.
 *
 * It is a folder store of its own, so a name never shows half a file, and a crash leaves nothing
 * that counts.  What is asked for often has its time of change renewed; when a sixteenth of the
 * bound has come since the last look, the oldest are removed until an eighth is free.  Processes
 * may share the folder: each looks for itself, and who reads a file keeps it open while another
 * removes its name.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/disk.h"
#include "core/hex.h"
#include "core/lock.h"
#include "core/log.h"
#include "core/mem.h"
#include "store/object_internal.h"

#define RENEW_AFTER_S 600
#define FLIGHTS       64

struct cache {
	struct store *files;
	uint64_t most;
	pthread_mutex_t lock; /* guards what follows */
	pthread_cond_t landed;
	unsigned char flights[FLIGHTS][SHA256_BYTES]; /* being fetched */
	unsigned flight_count;
	uint64_t added; /* bytes, since the last look */
	bool looking;
};

struct error cache_open(const char *folder, uint64_t bytes, struct cache **ret_cache)
{
	char url[PATH_MAX + 8];
	struct store *files;

	snprintf(url, sizeof url, "file:%s", folder);
	struct error err = store_open(url, &files);
	if (err.code)
		return err;
	struct cache *cache = mem_new(1, sizeof *cache);
	*cache = (struct cache){ .files = files, .most = bytes, .added = bytes };
	pthread_mutex_init(&cache->lock, NULL);
	clock_condition_init(&cache->landed);
	*ret_cache = cache;
	return ok();
}

void cache_free(struct cache *cache)
{
	if (!cache)
		return;
	pthread_cond_destroy(&cache->landed);
	pthread_mutex_destroy(&cache->lock);
	store_free(cache->files);
	free(cache);
}

struct store *cache_files(struct cache *cache)
{
	return cache->files;
}

struct error cache_find(struct cache *cache, const unsigned char digest[SHA256_BYTES], int *ret_fd,
                        uint64_t *ret_bytes)
{
	struct stat info;
	struct error err = store_open_now(cache->files, digest, ret_fd, ret_bytes);

	if (!err.code && fstat(*ret_fd, &info) == 0 && info.st_mtime < time(NULL) - RENEW_AFTER_S)
		(void)futimens(*ret_fd, NULL); /* at worst it is taken for older than it is */
	return err;
}

struct error cache_remove(struct cache *cache, const unsigned char digest[SHA256_BYTES])
{
	return store_remove(cache->files, digest);
}

/* ------------------------------------------------------------------ its bound */

struct cache_look {
	struct store_entry *entries;
	size_t count, room;
	uint64_t bytes;
};

static void note_entry(void *arg, const struct store_entry *entry)
{
	struct cache_look *look = arg;

	if (look->count == look->room) {
		look->room = look->room ? 2 * look->room : 1024;
		look->entries = mem_resize(look->entries, look->room, sizeof *look->entries);
	}
	look->entries[look->count++] = *entry;
	look->bytes += entry->bytes;
}

static int order_entries(const void *a, const void *b)
{
	const struct store_entry *left = a, *right = b;

	return (left->changed_s > right->changed_s) - (left->changed_s < right->changed_s);
}

/* Removes the oldest where there are too many. */
static void cache_shrink(struct cache *cache)
{
	struct cache_look look = { 0 };
	struct error err = store_walk(cache->files, note_entry, &look);

	if (look.count)
		qsort(look.entries, look.count, sizeof *look.entries, order_entries);
	if (look.bytes > cache->most) {
		for (size_t i = 0; !err.code && i < look.count && look.bytes > cache->most / 8 * 7; i++) {
			err = store_remove(cache->files, look.entries[i].digest);
			look.bytes -= look.entries[i].bytes;
		}
	}
	if (err.code)
		log_warn("store: the cache could not be kept to its size: %s", err.detail);
	free(look.entries);
}

/* One thread looks, whoever brought the last of a sixteenth. */
static void cache_grew(struct cache *cache, uint64_t bytes)
{
	lock_take(&cache->lock);
	cache->added += bytes;
	bool look = !cache->looking && cache->added > cache->most / 16;
	if (look) {
		cache->looking = true;
		cache->added = 0;
	}
	lock_release(&cache->lock);
	if (!look)
		return;
	cache_shrink(cache);
	lock_take(&cache->lock);
	cache->looking = false;
	lock_release(&cache->lock);
}

void cache_keep(struct cache *cache, const char *path, uint64_t bytes)
{
	unsigned char found[SHA256_BYTES];

	if (bytes > cache->most / 16 || store_take(cache->files, path, found, &bytes).code)
		unlink(path);
	else
		cache_grew(cache, bytes);
}

/* ------------------------------------------------------------------ fetching */

/* Where in `flights` it is; flight_count: nowhere. With the lock held. */
static unsigned find_flight(const struct cache *cache, const unsigned char digest[SHA256_BYTES])
{
	unsigned i = 0;

	while (i < cache->flight_count && memcmp(cache->flights[i], digest, SHA256_BYTES) != 0)
		i++;
	return i;
}

/* True: this thread fetches. False: another has, or its time is up. */
static bool begin_flight(struct cache *cache, const unsigned char digest[SHA256_BYTES],
                         unsigned patience_ms)
{
	int64_t until_ms = clock_monotonic_ms() + patience_ms;
	bool first = true, waiting = true;

	lock_take(&cache->lock);
	while (waiting &&
	       (find_flight(cache, digest) < cache->flight_count || cache->flight_count == FLIGHTS)) {
		first = find_flight(cache, digest) == cache->flight_count;
		waiting = clock_condition_wait(&cache->landed, &cache->lock, until_ms);
	}
	bool mine = waiting && first;
	if (mine)
		memcpy(cache->flights[cache->flight_count++], digest, SHA256_BYTES);
	lock_release(&cache->lock);
	return mine;
}

static void end_flight(struct cache *cache, const unsigned char digest[SHA256_BYTES])
{
	lock_take(&cache->lock);
	unsigned at = find_flight(cache, digest);
	memcpy(cache->flights[at], cache->flights[--cache->flight_count], SHA256_BYTES);
	pthread_cond_broadcast(&cache->landed);
	lock_release(&cache->lock);
}

static struct error other_bytes(const unsigned char digest[SHA256_BYTES])
{
	char hex[SHA256_TEXT];

	hex_encode(hex, digest, SHA256_BYTES);
	log_error("store: %s has other bytes in the object service than its name says", hex);
	return errorf(ERR_INTERNAL, "the media store gave other bytes than were put");
}

static struct error fetch_into_cache(const char *path, const unsigned char digest[SHA256_BYTES],
                                     cache_filler *fetch, void *arg)
{
	bool same = false;
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0)
		return disk_error("store", "a file of the cache could not be made");
	struct error err = fetch(arg, fd, &same);
	close(fd);
	return err.code || same ? err : other_bytes(digest);
}

struct error cache_fetch_apart(struct cache *cache, const unsigned char digest[SHA256_BYTES],
                               cache_filler *fetch, void *arg, char folder[PATH_MAX],
                               char path[PATH_MAX])
{
	char made[PATH_MAX], got[PATH_MAX];
	struct error err = store_scratch(cache->files, made);

	if (err.code)
		return err;
	if (snprintf(got, sizeof got, "%s/got", made) >= (int)sizeof got)
		err = errorf(ERR_INVALID, "the path of the cache is too long");
	else
		err = fetch_into_cache(got, digest, fetch, arg);
	if (err.code) {
		store_scratch_remove(cache->files, made);
		return err;
	}
	memcpy(folder, made, sizeof made);
	memcpy(path, got, sizeof got);
	return ok();
}

/* The file is read once more, from this machine's disk, before it gets its name. */
static struct error cache_fill(struct cache *cache, const unsigned char digest[SHA256_BYTES],
                               cache_filler *fetch, void *arg)
{
	char folder[PATH_MAX], path[PATH_MAX];
	unsigned char found[SHA256_BYTES];
	uint64_t bytes;
	struct error err = cache_fetch_apart(cache, digest, fetch, arg, folder, path);

	if (err.code)
		return err;
	err = store_take(cache->files, path, found, &bytes);
	store_scratch_remove(cache->files, folder);
	if (err.code || memcmp(found, digest, SHA256_BYTES) == 0)
		return err;
	err = store_remove(cache->files, found);
	return err.code ? err : other_bytes(digest);
}

/* By the one thread that has the flight. */
static struct error cache_bring(struct cache *cache, const unsigned char digest[SHA256_BYTES],
                                cache_filler *fetch, void *arg, int *ret_fd, uint64_t *ret_bytes)
{
	struct error err = cache_find(cache, digest, ret_fd, ret_bytes);

	if (err.code != ERR_NOT_FOUND) /* it landed meanwhile */
		return err;
	if ((err = cache_fill(cache, digest, fetch, arg)).code)
		return err;
	err = cache_find(cache, digest, ret_fd, ret_bytes);
	if (!err.code)
		cache_grew(cache, *ret_bytes); /* it is open: it may be removed at once */
	return err;
}

struct error cache_fetch(struct cache *cache, const unsigned char digest[SHA256_BYTES],
                         unsigned patience_ms, cache_filler *fetch, void *arg, int *ret_fd,
                         uint64_t *ret_bytes)
{
	struct error err = cache_find(cache, digest, ret_fd, ret_bytes);

	if (err.code != ERR_NOT_FOUND)
		return err;
	if (begin_flight(cache, digest, patience_ms)) {
		err = cache_bring(cache, digest, fetch, arg, ret_fd, ret_bytes);
		end_flight(cache, digest);
		return err;
	}
	err = cache_find(cache, digest, ret_fd, ret_bytes);
	if (err.code == ERR_NOT_FOUND)
		return errorf(ERR_UNAVAILABLE, "the media store did not give the file in time");
	return err;
}
