/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store -- where media bytes lie, named by their SHA-256.
 *
 * Files are never changed, only removed, and a name never shows half a file; putting the same bytes
 * twice, or from two processes at once, is one file, and its time of change is new.  Where and how
 * they lie is the kind of store's own affair: a folder (folder.c), or an object service that speaks
 * S3's protocol, with a bounded cache of files on this machine (object.c).  Nothing is removed that
 * the database still names: whoever removes sees to that.
 *
 * Threads: any, at once; a struct store does not change once opened.
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "core/error.h"
#include "core/uuid.h"
#include "crypto/sha256.h"

struct arena;
struct store;

/* What s3:// addresses need besides; NULL is not set. */
struct store_service {
	const char *endpoint;        /* "https://s3.example.org", "http://127.0.0.1:9000" */
	const char *region;          /* NULL: us-east-1 */
	const char *key_file;        /* mode 0600: access_key_id = ..., secret_access_key = ... */
	const char *ca_file;         /* whom to trust instead of the system's authorities */
	const char *public_endpoint; /* where browsers may read files of public releases themselves */
	const char *cache;           /* a folder of this machine */
	uint64_t cache_bytes;
	bool plain_allowed; /* http beyond loopback */
};

/* For all stores that are opened from now on; the texts are borrowed. Before threads start. */
void store_configure(const struct store_service *service);

/*
 * Opens, and makes, the store of an address: `file:/path` (or `file:path`) is a folder,
 * `s3://bucket/prefix` lies in the bucket of an object service, which must be there.  ERR_INVALID:
 * no kind that there is, or a service that is not set up.
 */
struct error store_open(const char *url, struct store **ret_store) MUST_CHECK;
void store_free(struct store *store);

/* Is there a store to open, which store_open() need not make? */
bool store_is_there(const char *url);

/* Where it lies, absolute or with its scheme: for messages. */
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

/*
 * Lends a descriptor at offset 0 to close, of the file or of a copy, however long it takes to come.
 * ERR_NOT_FOUND: it is not there. ERR_UNAVAILABLE: nobody knows. ERR_INTERNAL: it has other bytes.
 */
struct error store_open_read(struct store *store, const unsigned char digest[SHA256_BYTES],
                             int *ret_fd, uint64_t *ret_bytes) MUST_CHECK;

/* The same for somebody who waits, so many milliseconds at most; what came is kept at hand. */
struct error store_open_soon(struct store *store, const unsigned char digest[SHA256_BYTES],
                             unsigned patience_ms, int *ret_fd, uint64_t *ret_bytes) MUST_CHECK;

/* The same, if that needs no network; else ERR_UNAVAILABLE, and store_open_read() will tell. */
struct error store_open_now(struct store *store, const unsigned char digest[SHA256_BYTES],
                            int *ret_fd, uint64_t *ret_bytes) MUST_CHECK;

/* Is there such a file? ERR_UNAVAILABLE: nobody knows, which is not the same as no. */
struct error store_has(struct store *store, const unsigned char digest[SHA256_BYTES],
                       bool *ret_there) MUST_CHECK;

/* Reads all of a file where it lies: has it the bytes that its name says? ERR_NOT_FOUND. */
struct error store_verify(struct store *store, const unsigned char digest[SHA256_BYTES],
                          bool *ret_damaged) MUST_CHECK;

/* What an address for anybody says of itself when it is read. */
struct store_reading {
	const unsigned char *digest;
	const char *method;      /* GET or HEAD */
	const char *type;        /* Content-Type */
	const char *disposition; /* Content-Disposition */
	const char *cache;       /* Cache-Control */
	unsigned seconds;        /* for how long it may be read */
};

/*
 * An address by which anybody may read a file from the store itself, in the arena; NULL where it
 * has none.  For public files alone: it works for whoever gets to know it.
 */
struct error store_presign(struct store *store, const struct store_reading *reading,
                           struct arena *arena, const char **ret_url) MUST_CHECK;

/* Removing what is not there is fine. */
struct error store_remove(struct store *store, const unsigned char digest[SHA256_BYTES]) MUST_CHECK;

/* Drops the copy of a file that this machine keeps at hand; where the file lies it stays. */
struct error store_evict(struct store *store, const unsigned char digest[SHA256_BYTES]) MUST_CHECK;

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

/*
 * Makes an empty folder of this machine, absolute, that only we may enter, to work in for minutes:
 * store_sweep() removes what nobody touched for half an hour.
 */
struct error store_scratch(struct store *store, char path[PATH_MAX]) MUST_CHECK;

/* The same for work of hours, which may leave its files alone for long: it may last a day. */
struct error store_scratch_lasting(struct store *store, char path[PATH_MAX]) MUST_CHECK;

/* Removes a scratch folder and the files in it. */
void store_scratch_remove(struct store *store, const char *path);

/* A new file of this machine without a name, to write and read, for the caller to close. */
struct error store_scratch_file(struct store *store, FILE **ret_file) MUST_CHECK;

/* Is a scratch folder still needed, though nobody touched it for long? */
typedef bool store_in_use(void *arg, const char *path);

/*
 * Removes what a crash left on this machine: scratch folders for minutes that nobody needs, and
 * files put by half, which nobody touched for half an hour.
 */
struct error store_sweep(struct store *store, store_in_use *in_use, void *arg,
                         uint64_t *ret_removed) MUST_CHECK;

/* A file as a walk meets it. */
struct store_entry {
	unsigned char digest[SHA256_BYTES];
	uint64_t bytes;
	int64_t changed_s; /* since 1970 */
};

typedef void store_visit(void *arg, const struct store_entry *entry);

/* What a file is like now. ERR_NOT_FOUND. */
struct error store_look(struct store *store, const unsigned char digest[SHA256_BYTES],
                        struct store_entry *ret_entry) MUST_CHECK;

/* Calls `each` for every file that has a digest's name. */
struct error store_walk(struct store *store, store_visit *each, void *arg) MUST_CHECK;

/*
 * Removes what writing left half done more than a day ago, and nobody will end: scratch files, and
 * the parts of uploads.  ERR_UNAVAILABLE: the service does not answer.
 */
struct error store_tidy(struct store *store, uint64_t *ret_removed) MUST_CHECK;

/* Can a file be written right now? Else ERR_DISK, mostly. What /readyz asks. */
struct error store_ready(struct store *store) MUST_CHECK;

#endif
