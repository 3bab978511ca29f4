/* SPDX-License-Identifier: Apache-2.0 */
/*
 * object_internal -- an object service (S3 and its kin) as this room uses it.
 *
 *     object.c   the kind of store, made of the others
 *     service.c  one signed call, tried again where that is safe
 *     upload.c   a file into the service, in one piece or in parts
 *     listing.c  what lies there
 *     cache.c    files of this machine, so that what is asked for often is a file as in a folder
 * store
 *
 * Everything that is called here is idempotent, so a call that failed for want of an answer is made
 * again, by full jitter, within the caller's time.  A success is one that the service has told.
 */
#ifndef STORE_OBJECT_INTERNAL_H
#define STORE_OBJECT_INTERNAL_H

#include <stdatomic.h>

#include "core/arena.h"
#include "crypto/sigv4.h"
#include "outside/exchange.h"
#include "store/store_internal.h"

#define OBJECT_KEY    (SHA256_TEXT + 1) /* "ab/cdef..." and its NUL */
#define OBJECT_PREFIX 200

struct service {
	struct store_service given;
	char bucket[64], prefix[OBJECT_PREFIX + 1]; /* "media/", or "" */
	struct exchanges *exchanges;
	_Atomic bool broken;     /* it gave nothing: of those in a hurry one at a time asks again */
	_Atomic bool probing;    /* one does */
	_Atomic int64_t told_ms; /* when the log last spoke of trouble */
};

struct call {
	struct arena *arena;
	const char *method;
	const char *key; /* below the prefix; NULL: the bucket itself */
	struct sigv4_pair query[5];
	size_t query_count;
	const char *condition; /* If-None-Match, or NULL */
	const char *body;      /* of the request, in memory, or in a file: see struct http_exchange */
	int body_fd;           /* -1: none */
	uint64_t body_from, body_bytes;
	const char *payload;      /* the body's SHA-256, in hexadecimal; NULL: it is empty */
	unsigned total_ms, tries; /* for all tries together; how many */
	bool ponders;             /* the service may take long to begin its answer */
	bool hasty; /* fail at once where the service is broken and another asks already */
	bool (*take)(void *arg, const void *bytes, size_t len);
	void (*begin)(void *arg); /* before each try, where there is `take` */
	void *arg;

	unsigned status;
	uint64_t received; /* bytes of the body, in the last try */
	int64_t length, changed_s;
	char etag[128];   /* "" for none */
	const char *text; /* in the arena; "" for none */
};

/* Reads the address and checks the key file. The texts of `given` are borrowed. */
struct error service_open(const char *url, const struct store_service *given,
                          struct service **ret_service) MUST_CHECK;
void service_free(struct service *service);

/*
 * Makes the call until it is answered.  ERR_NOT_FOUND: the service has nothing at the key (of HEAD,
 * which is not told more: or it has no such bucket). ERR_CONFLICT: the condition does not hold.
 * ERR_UNAVAILABLE: no answer, or one that says nothing of the object (no such bucket, keys
 * refused); the log knows more.
 */
struct error service_call(struct service *service, struct call *call) MUST_CHECK;

/* It does not answer, and another asks already whether it does again. */
bool service_is_lost(struct service *service);

/* An address that anybody may read one object by for `seconds`. */
struct error service_presign(struct service *service, const struct store_reading *reading,
                             const char *key, struct arena *arena, const char **ret_url) MUST_CHECK;

void object_key(const unsigned char digest[SHA256_BYTES], char key[OBJECT_KEY]);

/* Brings the whole open file to the service. Its SHA-256 is known: each part is signed with its
 * own. */
struct error upload_file(struct service *service, const char *key, int fd, uint64_t bytes,
                         const unsigned char digest[SHA256_BYTES]) MUST_CHECK;

/* Gives up uploads of files that were begun more than a day ago, where the service lists them. */
struct error upload_tidy(struct service *service, uint64_t *ret_removed) MUST_CHECK;

/* Every object with a digest's name; `each` as in store_walk(). */
struct error listing_walk(struct service *service, store_visit *each, void *arg) MUST_CHECK;

/* Is there an object with this key? Asked of the listing, which tells a lost bucket from a lost
 * object. */
struct error listing_has(struct service *service, const char *key, bool *ret_there) MUST_CHECK;

/* "2009-10-12T17:50:30.000Z", since 1970; -1: it is no such time, or NULL. */
int64_t listing_time(const char *text);

/* Is it the name of a file of ours, below the prefix? */
bool listing_is_ours(const struct service *service, const char *key,
                     unsigned char digest[SHA256_BYTES]);

/* Copies what stands between <name> and </name>, from *at on, and moves *at behind it. NULL: none.
 */
char *xml_take(struct arena *arena, const char **at, const char *name);

struct cache;

/* Makes the folder. At most `bytes` of files are kept, and what came since the last look, a
 * sixteenth. */
struct error cache_open(const char *folder, uint64_t bytes, struct cache **ret_cache) MUST_CHECK;
void cache_free(struct cache *cache);

/* The folder's own store: for scratch folders, and whether it takes files. */
struct store *cache_files(struct cache *cache);

/* ERR_NOT_FOUND: it is not here. */
struct error cache_find(struct cache *cache, const unsigned char digest[SHA256_BYTES], int *ret_fd,
                        uint64_t *ret_bytes) MUST_CHECK;

/* Writes a file to the open `fd`. *ret_same: it has the digest that was asked for. */
typedef struct error cache_filler(void *arg, int fd, bool *ret_same);

/*
 * The same, and where it is not here `fetch` brings it; one thread for each digest, others wait for
 * it, for `patience_ms` at most.  ERR_INTERNAL: it has another digest, and is not kept.
 */
struct error cache_fetch(struct cache *cache, const unsigned char digest[SHA256_BYTES],
                         unsigned patience_ms, cache_filler *fetch, void *arg, int *ret_fd,
                         uint64_t *ret_bytes) MUST_CHECK;

/*
 * Fetches a file that is not to be kept, into a scratch folder of its own, to remove with
 * store_scratch_remove(); on failure there is none. ERR_INTERNAL as above.
 */
struct error cache_fetch_apart(struct cache *cache, const unsigned char digest[SHA256_BYTES],
                               cache_filler *fetch, void *arg, char folder[PATH_MAX],
                               char path[PATH_MAX]) MUST_CHECK;

/* Moves a file of a scratch folder in, whose digest this is; one that is too large is removed. */
void cache_keep(struct cache *cache, const char *path, uint64_t bytes);

struct error cache_remove(struct cache *cache, const unsigned char digest[SHA256_BYTES]) MUST_CHECK;

#endif
