/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store -- where media bytes lie, named by their SHA-256.
 *
 * A folder: `ab/cdef...` holds the file whose digest begins with ab, `tmp/` what is being
 * written, `touchstone-store` an id, so that the folder is known again wherever it is moved.  A
 * file is copied to tmp/, brought to disk and renamed, so a name
 * never shows half a file, and putting the same bytes twice, or from two
 * processes at once, is one file.  A crash leaves at most something in tmp/, which store_open()
 * clears once it is a day old.  Files are never changed, only removed.
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

/* Opens, and makes, the folder of `file:/path` (or `file:path`). ERR_INVALID: another kind. */
struct error store_open(const char *url, struct store **ret_store) MUST_CHECK;
void store_free(struct store *store);

/* Is there a store to open, which store_open() need not make? */
bool store_is_there(const char *url);

/* Where it lies, absolute: for messages. */
const char *store_root(const struct store *store);

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

/* Lends a descriptor at offset 0 to close. ERR_NOT_FOUND. */
struct error store_open_read(struct store *store, const unsigned char digest[SHA256_BYTES],
                             int *ret_fd, uint64_t *ret_bytes) MUST_CHECK;

bool store_has(struct store *store, const unsigned char digest[SHA256_BYTES]);

/* Removing what is not there is fine. */
struct error store_remove(struct store *store, const unsigned char digest[SHA256_BYTES]) MUST_CHECK;

/* The absolute path of a file, there or not, for a program that wants one. */
void store_path(const struct store *store, const unsigned char digest[SHA256_BYTES],
                char path[PATH_MAX]);

/* Makes an empty folder, absolute, that only we may enter, to work in. */
struct error store_scratch(struct store *store, char path[PATH_MAX]) MUST_CHECK;

/* Removes a scratch folder and the files in it. */
void store_scratch_remove(const char *path);

/* Calls `each` for every file that has a digest's name, with the second of its last change. */
struct error store_walk(struct store *store,
                        void (*each)(void *arg, const unsigned char digest[SHA256_BYTES],
                                     int64_t changed_s),
                        void *arg) MUST_CHECK;

/* Can a file be written right now? Else ERR_DISK, mostly. What /readyz asks. */
struct error store_ready(struct store *store) MUST_CHECK;

#endif
