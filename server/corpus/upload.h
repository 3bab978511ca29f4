/* SPDX-License-Identifier: Apache-2.0 */
/*
 * upload -- a file that comes in pieces, over as many connections as it takes.
 *
 * A row says whose it is, how long it will be and until when it may come; the bytes lie in a
 * scratch folder of the media store, and how many have come is the size of that file.  So a process
 * may die at any moment: what the kernel has is there at the next start, and the client asks how
 * far it got. One connection at a time writes; a lock on the file says so, which no crash can leave
 * behind.
 *
 * Threads: any, with a database connection of its own.
 */
#ifndef CORPUS_UPLOAD_H
#define CORPUS_UPLOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/arena.h"
#include "core/error.h"
#include "core/uuid.h"
#include "media/media.h"

struct db;
struct store;

#define UPLOAD_HOURS 6 /* after its last bytes an upload is forgotten */

/* The largest file of a kind that comes over HTTP. */
#define UPLOAD_MAX_IMAGE (128u << 20)
#define UPLOAD_MAX_AUDIO (128u << 20)
#define UPLOAD_MAX_VIDEO MEDIA_MAX_FILE_BYTES

/* What may be open at once: of a volunteer, of an account, of a network, and of all. */
#define UPLOADS_VOLUNTEER      4
#define UPLOADS_ACCOUNT        32
#define UPLOADS_NETWORK        64
#define UPLOADS_ALL            2000
#define UPLOAD_BYTES_VOLUNTEER (1ll << 30)
#define UPLOAD_BYTES_ACCOUNT   (16ll << 30)
#define UPLOAD_BYTES_NETWORK   (32ll << 30)

/* Who sends something: an account, or else a volunteer. */
struct contributor {
	const char *account_id, *volunteer_id;
	const char *who;      /* for the audit */
	bool direct;          /* may add items without a moderator */
	bool reviews;         /* may see and decide about others' */
	unsigned permissions; /* the account's, as people/permission has them */
	uint64_t network;     /* keyed hash of the client's network */
};

struct upload {
	char id[UUID_TEXT];
	const char *folder;     /* in the arena */
	const char *expires_at; /* RFC 3339 */
	int64_t expires_s;      /* since 1970 */
	uint64_t length, offset;
	int64_t prolonged_ms; /* when it last got more time, or was found; core/clock's monotonic */
};

/* The most bytes of a declared content type ("image/jpeg"); NULL: of any. */
uint64_t upload_limit(const char *content_type);
uint64_t upload_limit_of(enum media_type type);

/*
 * Begins one.  ERR_TOO_LARGE; ERR_TOO_MANY: too much is open already; ERR_DISK: so much would not
 * fit; ERR_NOBODY: the volunteer is no more.
 */
struct error upload_create(struct db *db, struct store *store, struct arena *arena,
                           const struct contributor *by, uint64_t length,
                           struct upload *ret_upload) MUST_CHECK;

/* ERR_NOT_FOUND: there is none, it is another's, or its time is over. */
struct error upload_find(struct db *db, struct arena *arena, const struct contributor *by,
                         const char *id, struct upload *ret_upload) MUST_CHECK;

/*
 * Opens it to go on at `offset`; the descriptor, which holds the lock, is the caller's to close.
 * ERR_CONFLICT: it has come to another offset, or another connection writes.
 */
struct error upload_open(const struct upload *upload, uint64_t offset, int *ret_fd) MUST_CHECK;

/* ERR_DISK too where the disk would be left with less than it keeps free. */
struct error upload_append(int fd, const void *bytes, size_t len) MUST_CHECK;

/* The same, and from time to time gives the upload more time. ERR_NOT_FOUND: it was ended. */
struct error upload_take(struct db *db, struct upload *upload, int fd, const void *bytes,
                         size_t len) MUST_CHECK;

/* May so many bytes more lie in the folder? ERR_DISK: the disk would be nearly full. */
struct error upload_check_room(const char *folder, uint64_t length) MUST_CHECK;

/* Brings the file of an upload or a contribution to disk, with its name. */
struct error upload_sync(struct arena *arena, const char *folder) MUST_CHECK;

/* Brings to disk what came, gives the upload more time, and looks how much there is. */
struct error upload_settle(struct db *db, struct upload *upload, int fd) MUST_CHECK;

struct error upload_remove(struct db *db, struct store *store,
                           const struct upload *upload) MUST_CHECK;

/* Where the bytes of an upload or of a contribution lie, in the arena. */
const char *upload_path(struct arena *arena, const char *folder);

/* Removes uploads whose time is over, and what a crash left on this machine half an hour ago. */
struct error upload_sweep(struct db *db, struct store *store) MUST_CHECK;

#endif
