/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store_internal -- what a kind of store does; store.h says what each function means.
 *
 * A kind is a file of this folder, and a line in store.c.
 */
#ifndef STORE_STORE_INTERNAL_H
#define STORE_STORE_INTERNAL_H

#include "store/store.h"

struct store_kind {
	const char *scheme; /* how its addresses begin */
	bool opens_at_once; /* open_read waits for no network */
	bool (*is_there)(const char *url);
	struct error (*open)(const char *url, const struct store_service *service,
	                     struct store **ret_store);
	void (*free)(struct store *store);
	const char *(*root)(const struct store *store);
	struct error (*marker)(struct store *store, char ret_id[UUID_TEXT]);
	struct error (*mark)(struct store *store, const char *id, char ret_id[UUID_TEXT]);
	struct error (*put)(struct store *store, const char *path, unsigned char digest[SHA256_BYTES],
	                    uint64_t *ret_bytes);
	struct error (*take)(struct store *store, const char *path, unsigned char digest[SHA256_BYTES],
	                     uint64_t *ret_bytes);
	struct error (*open_read)(struct store *store, const unsigned char digest[SHA256_BYTES],
	                          int *ret_fd, uint64_t *ret_bytes);
	struct error (*open_soon)(struct store *store, const unsigned char digest[SHA256_BYTES],
	                          unsigned patience_ms, int *ret_fd, uint64_t *ret_bytes);
	struct error (*open_now)(struct store *store, const unsigned char digest[SHA256_BYTES],
	                         int *ret_fd, uint64_t *ret_bytes);
	struct error (*has)(struct store *store, const unsigned char digest[SHA256_BYTES],
	                    bool *ret_there);
	struct error (*verify)(struct store *store, const unsigned char digest[SHA256_BYTES],
	                       bool *ret_damaged);
	/* NULL: no file has an address of its own. */
	struct error (*presign)(struct store *store, const struct store_reading *reading,
	                        struct arena *arena, const char **ret_url);
	struct error (*remove)(struct store *store, const unsigned char digest[SHA256_BYTES]);
	/* NULL: there are no copies. */
	struct error (*evict)(struct store *store, const unsigned char digest[SHA256_BYTES]);
	void (*locate)(struct store *store, const unsigned char digest[SHA256_BYTES],
	               char where[PATH_MAX]);
	struct error (*borrow)(struct store *store, const unsigned char digest[SHA256_BYTES],
	                       char path[PATH_MAX]);
	void (*give_back)(struct store *store, const char *path);
	struct error (*scratch)(struct store *store, bool lasting, char path[PATH_MAX]);
	void (*scratch_remove)(struct store *store, const char *path);
	struct error (*sweep)(struct store *store, store_in_use *in_use, void *arg,
	                      uint64_t *ret_removed);
	struct error (*look)(struct store *store, const unsigned char digest[SHA256_BYTES],
	                     struct store_entry *ret_entry);
	struct error (*walk)(struct store *store, store_visit *each, void *arg);
	struct error (*tidy)(struct store *store, uint64_t *ret_removed);
	struct error (*ready)(struct store *store);
};

/* The beginning of every kind's own struct. */
struct store {
	const struct store_kind *kind; /* set by store_open() */
};

extern const struct store_kind folder_kind, object_kind;

#endif
