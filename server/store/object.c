/* SPDX-License-Identifier: Apache-2.0 */
/*
 * object -- a media store in the bucket of an object service.
 *
 * `PREFIX/ab/cdef...` is the object whose digest begins with ab, as in a folder store,
 * `PREFIX/touchstone-store` the marker.  An object is whole or not there, and counts as put when
 * the service has said so.  Reading goes through the cache of this machine, where a file is kept
 * only if its bytes have the digest that was asked for; verifying reads past it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/disk.h"
#include "core/hex.h"
#include "core/lock.h"
#include "core/mem.h"
#include "store/object_internal.h"

#define MARKER         "touchstone-store"
#define READY          "touchstone-ready"
#define BRIEF_MS       4000    /* somebody waits for the answer */
#define STEADY_MS      60000   /* a command does */
#define WHOLE_MS       3600000 /* for a file that may be large; one that rests is given up before */
#define FETCH_TRIES    4
#define STEADY_TRIES   6
#define MOST_BYTES     (64ull << 30) /* of an object */
#define READY_FOR_MS   30000
#define UNREADY_FOR_MS 5000

struct object_store {
	struct store store;  /* first: the one is the other */
	char root[PATH_MAX]; /* read-only once opened, as are the next two */
	struct service *service;
	struct cache *cache;
	pthread_mutex_t lock; /* guards what follows */
	int64_t asked_ms;     /* when the service was last asked whether it takes files */
	struct error readiness;
};

static struct object_store *as_object_store(struct store *store)
{
	return (struct object_store *)store;
}

static void object_free(struct store *store)
{
	struct object_store *object = as_object_store(store);

	cache_free(object->cache);
	service_free(object->service);
	pthread_mutex_destroy(&object->lock);
	free(object);
}

/* A bucket is made by its owner; whether it can be used, the marker tells. */
static bool object_is_there(const char *url)
{
	(void)url;
	return true;
}

static struct error object_open(const char *url, const struct store_service *given,
                                struct store **ret_store)
{
	struct object_store *object = mem_new(1, sizeof *object);
	struct error err = ok();

	pthread_mutex_init(&object->lock, NULL);
	snprintf(object->root, sizeof object->root, "%s", url);
	if (!given->cache || !given->cache_bytes)
		err = errorf(ERR_INVALID, "TOUCHSTONE_STORE_CACHE names no folder of this machine");
	if (!err.code)
		err = service_open(url, given, &object->service);
	if (!err.code)
		err = cache_open(given->cache, given->cache_bytes, &object->cache);
	if (err.code)
		object_free(&object->store);
	else
		*ret_store = &object->store;
	return err;
}

static const char *object_root(const struct store *store)
{
	return ((const struct object_store *)store)->root;
}

/* A call that somebody waits for. */
static struct call brief_call(struct arena *arena, const char *method, const char *key)
{
	return (struct call){ .arena = arena,
		                  .method = method,
		                  .key = key,
		                  .body_fd = -1,
		                  .total_ms = BRIEF_MS,
		                  .tries = FETCH_TRIES };
}

/* One that a command, or work in the background, does. */
static struct call steady_call(struct arena *arena, const char *method, const char *key)
{
	struct call call = brief_call(arena, method, key);

	call.total_ms = STEADY_MS;
	call.tries = STEADY_TRIES;
	return call;
}

/* ------------------------------------------------------------------ the marker */

static struct error object_marker(struct store *store, char ret_id[UUID_TEXT])
{
	struct arena *arena = arena_new();
	struct call call = brief_call(arena, "GET", MARKER);
	call.hasty = true;
	struct error err = service_call(as_object_store(store)->service, &call);
	unsigned char id[UUID_BYTES];
	char text[UUID_TEXT] = "";

	if (!err.code) {
		snprintf(text, sizeof text, "%s", call.text);
		if (!uuid_from_text(id, text))
			err = errorf(ERR_INVALID, "the object " MARKER " of the media store holds no id");
	} else if (err.code == ERR_NOT_FOUND) {
		err = ok();
	}
	arena_free(arena);
	if (!err.code)
		memcpy(ret_id, text, sizeof text);
	return err;
}

static struct error put_text(struct service *service, const char *key, const char *text,
                             const char *condition, unsigned tries)
{
	struct arena *arena = arena_new();
	struct call call = brief_call(arena, "PUT", key);
	unsigned char digest[SHA256_BYTES];
	char hex[SHA256_TEXT];

	sha256_bytes(digest, text, strlen(text));
	hex_encode(hex, digest, SHA256_BYTES);
	call.body = text;
	call.body_bytes = strlen(text);
	call.payload = hex;
	call.condition = condition;
	call.hasty = true;
	call.tries = tries;
	struct error err = service_call(service, &call);
	arena_free(arena);
	return err;
}

/* Services that know no condition take the last of several; what is read back stands. */
static struct error object_mark(struct store *store, const char *id, char ret_id[UUID_TEXT])
{
	struct service *service = as_object_store(store)->service;
	char line[UUID_TEXT + 1];

	snprintf(line, sizeof line, "%s\n", id);
	struct error err = put_text(service, MARKER, line, "*", FETCH_TRIES);
	if (err.code && err.code != ERR_CONFLICT)
		return err;
	return object_marker(store, ret_id);
}

/* ------------------------------------------------------------------ putting */

/* Uploads the open file, whose bytes do not change any more. */
static struct error put_open(struct object_store *object, int fd,
                             unsigned char digest[SHA256_BYTES], uint64_t *ret_bytes)
{
	unsigned char found[SHA256_BYTES];
	char key[OBJECT_KEY];
	uint64_t bytes;
	struct error err;

	if ((err = sha256_fd(fd, found, &bytes)).code)
		return err;
	object_key(found, key);
	if ((err = upload_file(object->service, key, fd, bytes, found)).code)
		return err;
	memcpy(digest, found, SHA256_BYTES);
	*ret_bytes = bytes;
	return ok();
}

static struct error object_open_regular(const char *path, int *ret_fd)
{
	int fd = disk_open_regular(path);

	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return errorf(ERR_NOT_FOUND, "there is no such file");
	if (fd < 0)
		return errorf(ERR_INVALID, "it is not a regular file, or cannot be opened");
	*ret_fd = fd;
	return ok();
}

static struct error put_file(struct object_store *object, const char *path,
                             unsigned char digest[SHA256_BYTES], uint64_t *ret_bytes)
{
	int fd;
	struct error err = object_open_regular(path, &fd);

	if (err.code)
		return err;
	err = put_open(object, fd, digest, ret_bytes);
	close(fd);
	return err;
}

/* What was made here is likely to be asked for soon, so it is moved to the cache. */
static struct error object_take(struct store *store, const char *path,
                                unsigned char digest[SHA256_BYTES], uint64_t *ret_bytes)
{
	struct object_store *object = as_object_store(store);
	struct error err = put_file(object, path, digest, ret_bytes);

	if (!err.code)
		cache_keep(object->cache, path, *ret_bytes);
	return err;
}

static struct error copy_into(const char *path, const char *copy)
{
	unsigned char digest[SHA256_BYTES];
	uint64_t bytes;
	int from;
	struct error err;

	if ((err = object_open_regular(path, &from)).code)
		return err;
	int to = open(copy, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	enum sha256_copied copied = to < 0 ? COPY_UNWRITTEN : sha256_copy(from, to, digest, &bytes);
	if (copied != COPIED)
		err = disk_error("store", copied == COPY_UNREAD ? "a file could not be read"
		                                                : "a file could not be copied");
	if (to >= 0)
		close(to);
	close(from);
	return err;
}

/* A copy first: what is sent is what was hashed, whatever becomes of the file meanwhile. */
static struct error object_put(struct store *store, const char *path,
                               unsigned char digest[SHA256_BYTES], uint64_t *ret_bytes)
{
	struct store *files = cache_files(as_object_store(store)->cache);
	char folder[PATH_MAX], copy[PATH_MAX + 8];
	struct error err = store_scratch(files, folder);

	if (err.code)
		return err;
	snprintf(copy, sizeof copy, "%s/put", folder);
	if (!(err = copy_into(path, copy)).code)
		err = put_file(as_object_store(store), copy, digest, ret_bytes);
	store_scratch_remove(files, folder);
	return err;
}

/* ------------------------------------------------------------------ reading */

/* Where the bytes of an object go: to a file, or to nothing but a digest. */
struct object_reading {
	struct service *service;
	const unsigned char *digest;
	unsigned patience_ms;
	bool hasty;
	int fd; /* -1: none */
	struct sha256 hash;
	uint64_t bytes;
	bool unwritten;
};

static void begin_reading(void *arg)
{
	struct object_reading *reading = arg;

	reading->bytes = 0;
	sha256_start(&reading->hash);
	reading->unwritten =
		reading->fd >= 0 && (ftruncate(reading->fd, 0) || lseek(reading->fd, 0, SEEK_SET));
}

static bool take_reading(void *arg, const void *bytes, size_t len)
{
	struct object_reading *reading = arg;

	if (reading->unwritten || reading->bytes + len > MOST_BYTES)
		return false;
	reading->unwritten = reading->fd >= 0 && !disk_write(reading->fd, bytes, len);
	sha256_add(&reading->hash, bytes, len);
	reading->bytes += len;
	return !reading->unwritten;
}

/* *ret_same: what came has the digest; else the object, or the way to us, has spoilt it. */
static struct error read_object(struct object_reading *reading, unsigned total_ms, bool hasty,
                                bool *ret_same)
{
	struct arena *arena = arena_new();
	unsigned char found[SHA256_BYTES];
	char key[OBJECT_KEY];

	object_key(reading->digest, key);
	struct call call = brief_call(arena, "GET", key);
	call.total_ms = total_ms;
	call.hasty = hasty;
	call.take = take_reading;
	call.begin = begin_reading;
	call.arg = reading;
	struct error err = service_call(reading->service, &call);
	arena_free(arena);
	if (err.code == ERR_GONE)
		return reading->unwritten
		           ? disk_error("store", "a file of the cache could not be written")
		           : errorf(ERR_TOO_LARGE, "the object is larger than any file of ours");
	if (err.code)
		return err;
	sha256_finish(&reading->hash, found);
	*ret_same = memcmp(found, reading->digest, SHA256_BYTES) == 0;
	return ok();
}

/* Bytes that were spoilt on the way come right when they are asked for again. */
static struct error object_fetch(void *arg, int fd, bool *ret_same)
{
	struct object_reading *reading = arg;
	int64_t until_ms = clock_monotonic_ms() + reading->patience_ms;
	bool same = false;
	struct error err = ok();

	reading->fd = fd;
	for (int i = 0; !err.code && !same && i < 2; i++) {
		int64_t left_ms = until_ms - clock_monotonic_ms();

		if (left_ms <= 0)
			return errorf(ERR_UNAVAILABLE, "the media store did not give the file in time");
		err = read_object(reading, (unsigned)left_ms, reading->hasty, &same);
	}
	if (!err.code)
		*ret_same = same;
	return err;
}

static struct error object_open_now(struct store *store, const unsigned char digest[SHA256_BYTES],
                                    int *ret_fd, uint64_t *ret_bytes)
{
	struct error err = cache_find(as_object_store(store)->cache, digest, ret_fd, ret_bytes);

	if (err.code)
		return errorf(ERR_UNAVAILABLE, "the file has to be fetched first");
	return ok();
}

static struct error object_open_soon(struct store *store, const unsigned char digest[SHA256_BYTES],
                                     unsigned patience_ms, int *ret_fd, uint64_t *ret_bytes)
{
	struct object_store *object = as_object_store(store);
	struct object_reading reading = { .service = object->service,
		                              .digest = digest,
		                              .patience_ms = patience_ms,
		                              .hasty = true,
		                              .fd = -1 };

	/* Nor does anybody wait for the one who asks: threads that wait are missed by others. */
	if (service_is_lost(object->service))
		return object_open_now(store, digest, ret_fd, ret_bytes);
	return cache_fetch(object->cache, digest, patience_ms, object_fetch, &reading, ret_fd,
	                   ret_bytes);
}

/* A copy of its own: what is read once, or by hours, does not push out what volunteers look at. */
static struct error fetch_copy(struct object_store *object,
                               const unsigned char digest[SHA256_BYTES], char folder[PATH_MAX],
                               char path[PATH_MAX])
{
	struct object_reading reading = {
		.service = object->service, .digest = digest, .patience_ms = WHOLE_MS, .fd = -1
	};

	return cache_fetch_apart(object->cache, digest, object_fetch, &reading, folder, path);
}

static struct error object_open_read(struct store *store, const unsigned char digest[SHA256_BYTES],
                                     int *ret_fd, uint64_t *ret_bytes)
{
	struct object_store *object = as_object_store(store);
	char folder[PATH_MAX], path[PATH_MAX];
	struct stat info;
	struct error err = cache_find(object->cache, digest, ret_fd, ret_bytes);

	if (err.code != ERR_NOT_FOUND || (err = fetch_copy(object, digest, folder, path)).code)
		return err;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &info))
		err = disk_error("store", "a file of the cache could not be opened");
	store_scratch_remove(cache_files(object->cache), folder);
	if (err.code) {
		if (fd >= 0)
			close(fd);
		return err;
	}
	*ret_fd = fd;
	*ret_bytes = (uint64_t)info.st_size;
	return ok();
}

static struct error object_has(struct store *store, const unsigned char digest[SHA256_BYTES],
                               bool *ret_there)
{
	struct service *service = as_object_store(store)->service;
	struct arena *arena = arena_new();
	char key[OBJECT_KEY];

	object_key(digest, key);
	struct call call = steady_call(arena, "HEAD", key);
	struct error err = service_call(service, &call);
	arena_free(arena);
	if (err.code == ERR_NOT_FOUND)
		return listing_has(service, key, ret_there);
	if (!err.code)
		*ret_there = true;
	return err;
}

static struct error object_verify(struct store *store, const unsigned char digest[SHA256_BYTES],
                                  bool *ret_damaged)
{
	struct object_reading reading = { .service = as_object_store(store)->service,
		                              .digest = digest,
		                              .fd = -1 };
	bool same = false;
	struct error err = ok();

	for (int i = 0; !err.code && !same && i < 2; i++)
		err = read_object(&reading, WHOLE_MS, false, &same);
	if (!err.code)
		*ret_damaged = !same;
	return err;
}

static struct error object_presign(struct store *store, const struct store_reading *reading,
                                   struct arena *arena, const char **ret_url)
{
	char key[OBJECT_KEY];

	object_key(reading->digest, key);
	return service_presign(as_object_store(store)->service, reading, key, arena, ret_url);
}

/* Gives an open file another name, in a folder of its own: that in the cache may go any time. */
static struct error lend_open(struct store *files, int fd, char path[PATH_MAX])
{
	char folder[PATH_MAX], link[PATH_MAX], held[64];
	struct error err = store_scratch(files, folder);

	if (err.code)
		return err;
	snprintf(held, sizeof held, "/proc/self/fd/%d", fd);
	if (snprintf(link, sizeof link, "%s/lent", folder) >= (int)sizeof link ||
	    (linkat(AT_FDCWD, held, AT_FDCWD, link, AT_SYMLINK_FOLLOW) && copy_into(held, link).code)) {
		err = disk_error("store", "a file could not be lent");
		store_scratch_remove(files, folder);
		return err;
	}
	memcpy(path, link, strlen(link) + 1);
	return ok();
}

static struct error object_borrow(struct store *store, const unsigned char digest[SHA256_BYTES],
                                  char path[PATH_MAX])
{
	struct object_store *object = as_object_store(store);
	char folder[PATH_MAX];
	uint64_t bytes;
	int fd;
	struct error err = cache_find(object->cache, digest, &fd, &bytes);

	if (err.code == ERR_NOT_FOUND)
		return fetch_copy(object, digest, folder, path);
	if (err.code)
		return err;
	err = lend_open(cache_files(object->cache), fd, path);
	close(fd);
	return err;
}

static void object_return(struct store *store, const char *path)
{
	char folder[PATH_MAX];

	snprintf(folder, sizeof folder, "%.*s", (int)(strrchr(path, '/') - path), path);
	store_scratch_remove(cache_files(as_object_store(store)->cache), folder);
}

/* ------------------------------------------------------------------ the rest */

static struct error object_remove(struct store *store, const unsigned char digest[SHA256_BYTES])
{
	struct object_store *object = as_object_store(store);
	struct arena *arena = arena_new();
	char key[OBJECT_KEY];

	object_key(digest, key);
	struct call call = steady_call(arena, "DELETE", key);
	struct error err = service_call(object->service, &call);
	arena_free(arena);
	if (err.code && err.code != ERR_NOT_FOUND)
		return err;
	return cache_remove(object->cache, digest);
}

static struct error object_evict(struct store *store, const unsigned char digest[SHA256_BYTES])
{
	return cache_remove(as_object_store(store)->cache, digest);
}

static void object_locate(struct store *store, const unsigned char digest[SHA256_BYTES],
                          char where[PATH_MAX])
{
	struct object_store *object = as_object_store(store);
	char key[OBJECT_KEY];

	object_key(digest, key);
	snprintf(where, PATH_MAX, "s3://%s/%s%s", object->service->bucket, object->service->prefix,
	         key);
}

static struct error object_scratch(struct store *store, bool lasting, char path[PATH_MAX])
{
	struct store *files = cache_files(as_object_store(store)->cache);

	return lasting ? store_scratch_lasting(files, path) : store_scratch(files, path);
}

static void object_scratch_remove(struct store *store, const char *path)
{
	store_scratch_remove(cache_files(as_object_store(store)->cache), path);
}

static struct error object_sweep(struct store *store, store_in_use *in_use, void *arg,
                                 uint64_t *ret_removed)
{
	return store_sweep(cache_files(as_object_store(store)->cache), in_use, arg, ret_removed);
}

/* Without a time of change nobody knows whether it is young. */
static struct error object_look(struct store *store, const unsigned char digest[SHA256_BYTES],
                                struct store_entry *ret_entry)
{
	struct arena *arena = arena_new();
	char key[OBJECT_KEY];

	object_key(digest, key);
	struct call call = steady_call(arena, "HEAD", key);
	struct error err = service_call(as_object_store(store)->service, &call);
	arena_free(arena);
	if (err.code)
		return err;
	if (call.length < 0 || call.changed_s < 0)
		return errorf(ERR_UNAVAILABLE, "the object service does not say what its object is like");
	memcpy(ret_entry->digest, digest, SHA256_BYTES);
	ret_entry->bytes = (uint64_t)call.length;
	ret_entry->changed_s = call.changed_s;
	return ok();
}

static struct error object_walk(struct store *store, store_visit *each, void *arg)
{
	return listing_walk(as_object_store(store)->service, each, arg);
}

static struct error object_tidy(struct store *store, uint64_t *ret_removed)
{
	struct object_store *object = as_object_store(store);
	uint64_t removed = 0, parts = 0;
	struct error err = store_tidy(cache_files(object->cache), &removed);

	if (!err.code)
		err = upload_tidy(object->service, &parts);
	if (!err.code)
		*ret_removed = removed + parts;
	return err;
}

/* Many ask for readiness, some times a second; the service is not written to for each. */
static struct error object_ready(struct store *store)
{
	struct object_store *object = as_object_store(store);
	int64_t now_ms = clock_monotonic_ms();
	struct error err;

	lock_take(&object->lock);
	err = object->readiness;
	bool known =
		object->asked_ms && now_ms - object->asked_ms < (err.code ? UNREADY_FOR_MS : READY_FOR_MS);
	lock_release(&object->lock);
	if (known)
		return err;
	if (!(err = store_ready(cache_files(object->cache))).code)
		err = put_text(object->service, READY, "ready\n", NULL, 2);
	lock_take(&object->lock);
	object->asked_ms = clock_monotonic_ms();
	object->readiness = err;
	lock_release(&object->lock);
	return err;
}

const struct store_kind object_kind = {
	.scheme = "s3://",
	.opens_at_once = false,
	.is_there = object_is_there,
	.open = object_open,
	.free = object_free,
	.root = object_root,
	.marker = object_marker,
	.mark = object_mark,
	.put = object_put,
	.take = object_take,
	.open_read = object_open_read,
	.open_soon = object_open_soon,
	.open_now = object_open_now,
	.has = object_has,
	.verify = object_verify,
	.presign = object_presign,
	.remove = object_remove,
	.evict = object_evict,
	.locate = object_locate,
	.borrow = object_borrow,
	.give_back = object_return,
	.scratch = object_scratch,
	.scratch_remove = object_scratch_remove,
	.sweep = object_sweep,
	.look = object_look,
	.walk = object_walk,
	.tidy = object_tidy,
	.ready = object_ready,
};
