/* SPDX-License-Identifier: Apache-2.0 */
#include "store/store_internal.h"

#include <string.h>

#include "core/disk.h"
#include "core/lock.h"

static const struct store_kind *const kinds[] = { &folder_kind, &object_kind };
static struct store_service configured; /* before threads start */

static const struct store_kind *kind_of(const char *url)
{
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (strncmp(url, kinds[i]->scheme, strlen(kinds[i]->scheme)) == 0)
			return kinds[i];
	return NULL;
}

void store_configure(const struct store_service *service)
{
	configured = *service;
}

bool store_is_there(const char *url)
{
	const struct store_kind *kind = kind_of(url);

	return kind && kind->is_there(url);
}

struct error store_open(const char *url, struct store **ret_store)
{
	const struct store_kind *kind = kind_of(url);

	lock_check("the store");
	if (!kind)
		return errorf(ERR_INVALID, "the media store must be file:/path or s3://bucket/prefix");
	struct error err = kind->open(url, &configured, ret_store);
	if (!err.code)
		(*ret_store)->kind = kind;
	return err;
}

void store_free(struct store *store)
{
	if (store)
		store->kind->free(store);
}

const char *store_root(const struct store *store)
{
	return store->kind->root(store);
}

bool store_opens_at_once(const struct store *store)
{
	return store->kind->opens_at_once;
}

struct error store_marker(struct store *store, char ret_id[UUID_TEXT])
{
	lock_check("the store");
	return store->kind->marker(store, ret_id);
}

struct error store_mark(struct store *store, const char *id, char ret_id[UUID_TEXT])
{
	lock_check("the store");
	return store->kind->mark(store, id, ret_id);
}

struct error store_put(struct store *store, const char *path, unsigned char digest[SHA256_BYTES],
                       uint64_t *ret_bytes)
{
	lock_check("the store");
	return store->kind->put(store, path, digest, ret_bytes);
}

struct error store_take(struct store *store, const char *path, unsigned char digest[SHA256_BYTES],
                        uint64_t *ret_bytes)
{
	lock_check("the store");
	return store->kind->take(store, path, digest, ret_bytes);
}

struct error store_open_read(struct store *store, const unsigned char digest[SHA256_BYTES],
                             int *ret_fd, uint64_t *ret_bytes)
{
	lock_check("the store");
	return store->kind->open_read(store, digest, ret_fd, ret_bytes);
}

struct error store_open_soon(struct store *store, const unsigned char digest[SHA256_BYTES],
                             unsigned patience_ms, int *ret_fd, uint64_t *ret_bytes)
{
	lock_check("the store");
	return store->kind->open_soon(store, digest, patience_ms, ret_fd, ret_bytes);
}

struct error store_open_now(struct store *store, const unsigned char digest[SHA256_BYTES],
                            int *ret_fd, uint64_t *ret_bytes)
{
	return store->kind->open_now(store, digest, ret_fd, ret_bytes);
}

struct error store_has(struct store *store, const unsigned char digest[SHA256_BYTES],
                       bool *ret_there)
{
	lock_check("the store");
	return store->kind->has(store, digest, ret_there);
}

struct error store_verify(struct store *store, const unsigned char digest[SHA256_BYTES],
                          bool *ret_damaged)
{
	lock_check("the store");
	return store->kind->verify(store, digest, ret_damaged);
}

struct error store_presign(struct store *store, const struct store_reading *reading,
                           struct arena *arena, const char **ret_url)
{
	*ret_url = NULL;
	return store->kind->presign ? store->kind->presign(store, reading, arena, ret_url) : ok();
}

struct error store_remove(struct store *store, const unsigned char digest[SHA256_BYTES])
{
	lock_check("the store");
	return store->kind->remove(store, digest);
}

struct error store_evict(struct store *store, const unsigned char digest[SHA256_BYTES])
{
	lock_check("the store");
	return store->kind->evict ? store->kind->evict(store, digest) : ok();
}

void store_locate(struct store *store, const unsigned char digest[SHA256_BYTES],
                  char where[PATH_MAX])
{
	store->kind->locate(store, digest, where);
}

struct error store_borrow(struct store *store, const unsigned char digest[SHA256_BYTES],
                          char path[PATH_MAX])
{
	lock_check("the store");
	return store->kind->borrow(store, digest, path);
}

void store_give_back(struct store *store, const char *path)
{
	store->kind->give_back(store, path);
}

struct error store_scratch(struct store *store, char path[PATH_MAX])
{
	return store->kind->scratch(store, false, path);
}

struct error store_scratch_lasting(struct store *store, char path[PATH_MAX])
{
	return store->kind->scratch(store, true, path);
}

void store_scratch_remove(struct store *store, const char *path)
{
	store->kind->scratch_remove(store, path);
}

struct error store_scratch_file(struct store *store, FILE **ret_file)
{
	char folder[PATH_MAX], path[PATH_MAX + 8];
	struct error err = store_scratch(store, folder);

	if (err.code)
		return err;
	snprintf(path, sizeof path, "%s/file", folder);
	FILE *file = fopen(path, "w+e");
	if (!file)
		err = disk_error("store", "a file for what is worked on could not be made");
	store_scratch_remove(store, folder);
	if (!err.code)
		*ret_file = file;
	return err;
}

struct error store_sweep(struct store *store, store_in_use *in_use, void *arg,
                         uint64_t *ret_removed)
{
	lock_check("the store");
	return store->kind->sweep(store, in_use, arg, ret_removed);
}

struct error store_look(struct store *store, const unsigned char digest[SHA256_BYTES],
                        struct store_entry *ret_entry)
{
	lock_check("the store");
	return store->kind->look(store, digest, ret_entry);
}

struct error store_walk(struct store *store, store_visit *each, void *arg)
{
	lock_check("the store");
	return store->kind->walk(store, each, arg);
}

struct error store_tidy(struct store *store, uint64_t *ret_removed)
{
	lock_check("the store");
	return store->kind->tidy(store, ret_removed);
}

struct error store_ready(struct store *store)
{
	lock_check("the store");
	return store->kind->ready(store);
}
