/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store -- where media bytes lie, named by their SHA-256.
 *
 * Files are never changed, only removed, and a name never shows half a file; putting the same bytes
 * twice, or from two processes at once, is one file.  Where and how they lie is the kind of store's
 * own affair: today a folder (store/folder.c).  Nothing is removed that the database still names:
 * whoever removes sees to that.
 *
 * Threads: any, at once; a struct store does not change once opened.
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/error.h"
#include "core/uuid.h"
#include "crypto/sha256.h"

struct store;

/* Opens, and makes, the store of an address: `file:/path` (or `file:path`) is a folder.
 * ERR_INVALID: no kind that there is. */
struct error store_open(const char *url, struct store **ret_store) MUST_CHECK;
void store_free(struct store *store);

/* Is there a store to open, which store_open() need not make? */
bool store_is_there(const char *url);

/* Where it lies, absolute: for messages. */
const char *store_root(const struct store *store);

/* May a thread that others wait for open its files? False: they come over a network. */
bool store_opens_at_once(const struct store *store);

/* The id that the store's marker holds; "" when it has none. ERR_INVALID: it cannot be read. */
struct error store_marker(struct store *store, char ret_id[UUID_TEXT]) MUST_CHECK;

/* Marks a store that has no marker. Of several at once one does; *ret_id is the id that stands. */
struct error store_mark(struct store *store, const char *id, char ret_id[UUID_TEXT]) MUST_CHECK;

/* Copies the regular file at `path` in. It is on disk when this returns. */
struct error store_put(struct store *store, const char *path, unsigned char digest[SHA256_BYTES],
                       uint64_t *ret_bytes) MUST_CHECK;

/* The same, without a copy, for a file in a scratch folder of this store: it is moved. */
struct error store_take(struct store *store, const char *path, unsigned char digest[SHA256_BYTES],
                        uint64_t *ret_bytes) MUST_CHECK;

/* Lends a descriptor at offset 0 to close, of the file or of a copy. ERR_NOT_FOUND. */
struct error store_open_read(struct store *store, const unsigned char digest[SHA256_BYTES],
                             int *ret_fd, uint64_t *ret_bytes) MUST_CHECK;

bool store_has(struct store *store, const unsigned char digest[SHA256_BYTES]);

/* Removing what is not there is fine. */
struct error store_remove(struct store *store, const unsigned char digest[SHA256_BYTES]) MUST_CHECK;

/* Says where a file lies, there or not: for messages. */
void store_locate(struct store *store, const unsigned char digest[SHA256_BYTES],
                  char where[PATH_MAX]);

/*
 * Lends the path of a file of this machine, to read, for a program that wants one; it may be a
 * copy.  store_give_back() after use.  ERR_NOT_FOUND.
 */
struct error store_borrow(struct store *store, const unsigned char digest[SHA256_BYTES],
                          char path[PATH_MAX]) MUST_CHECK;
void store_give_back(struct store *store, const char *path);

/* Makes an empty folder of this machine, absolute, that only we may enter, to work in. */
struct error store_scratch(struct store *store, char path[PATH_MAX]) MUST_CHECK;

/* Removes a scratch folder and the files in it. */
void store_scratch_remove(struct store *store, const char *path);

/* Calls `each` for every file that has a digest's name, with the second of its last change. */
struct error store_walk(struct store *store,
                        void (*each)(void *arg, const unsigned char digest[SHA256_BYTES],
                                     int64_t changed_s),
                        void *arg) MUST_CHECK;

/* Can a file be written right now? Else ERR_DISK, mostly. What /readyz asks. */
struct error store_ready(struct store *store) MUST_CHECK;

#endif
