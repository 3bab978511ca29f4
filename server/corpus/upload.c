/* SPDX-License-Identifier: Apache-2.0 */
#include "corpus/upload.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/disk.h"
#include "core/log.h"
#include "db/db.h"
#include "store/store.h"

#define HOURS            "6"
#define KEPT_FREE        (256ull << 20)   /* bytes of the disk, for everything else */
#define PROLONG_EVERY_MS (10 * 60 * 1000) /* a body may be under way for hours */

_Static_assert(UPLOAD_HOURS == 6, "HOURS says the same");

uint64_t upload_limit_of(enum media_type type)
{
	static const uint64_t limits[MEDIA_TYPES] = { [MEDIA_IMAGE] = UPLOAD_MAX_IMAGE,
		                                          [MEDIA_VIDEO] = UPLOAD_MAX_VIDEO,
		                                          [MEDIA_AUDIO] = UPLOAD_MAX_AUDIO };

	return limits[type];
}

uint64_t upload_limit(const char *content_type)
{
	if (content_type && strncasecmp(content_type, "image/", 6) == 0)
		return UPLOAD_MAX_IMAGE;
	if (content_type && strncasecmp(content_type, "audio/", 6) == 0)
		return UPLOAD_MAX_AUDIO;
	return UPLOAD_MAX_VIDEO;
}

const char *upload_path(struct arena *arena, const char *folder)
{
	return arena_printf(arena, "%s/bytes", folder);
}

/* ------------------------------------------------------------------ beginning */

struct upload_beginning {
	const struct contributor *by;
	struct arena *arena;
	const char *folder, *network;
	uint64_t length;
	struct upload upload;
};

static struct error check_room(struct db *db, const struct upload_beginning *upload_beginning)
{
	const struct contributor *by = upload_beginning->by;
	const char *params[] = { by->account_id, by->volunteer_id, upload_beginning->network };
	long long most = by->account_id ? UPLOADS_ACCOUNT : UPLOADS_VOLUNTEER;
	long long most_bytes = by->account_id ? UPLOAD_BYTES_ACCOUNT : UPLOAD_BYTES_VOLUNTEER;
	auto_rows *rows = NULL;
	struct error err = db_run(db, SQL_UPLOAD_OPEN_NOW, params, &rows);

	if (err.code)
		return err;
	if (!rows_flag(rows, 0, 5))
		return error_because(REASON_VOLUNTEER_GONE);
	if (rows_integer(rows, 0, 0) >= most)
		return errorf(ERR_TOO_MANY, "At most %lld uploads may be open: finish or end one first.",
		              most);
	if (rows_integer(rows, 0, 1) + (int64_t)upload_beginning->length > most_bytes)
		return errorf(ERR_TOO_MANY, "Your open uploads may have %lld megabytes together.",
		              most_bytes >> 20);
	if (rows_integer(rows, 0, 2) >= UPLOADS_NETWORK ||
	    rows_integer(rows, 0, 3) + (int64_t)upload_beginning->length > UPLOAD_BYTES_NETWORK)
		return errorf(ERR_TOO_MANY, "Too many uploads of your network are open.");
	if (rows_integer(rows, 0, 4) >= UPLOADS_ALL)
		return error_because(REASON_BUSY);
	return ok();
}

static struct error insert_upload(struct db *db, void *arg)
{
	struct upload_beginning *upload_beginning = arg;
	const char *params[] = { upload_beginning->by->account_id,
		                     upload_beginning->by->volunteer_id,
		                     upload_beginning->network,
		                     arena_printf(upload_beginning->arena, "%llu",
		                                  (unsigned long long)upload_beginning->length),
		                     upload_beginning->folder,
		                     HOURS };
	auto_rows *rows = NULL;
	struct error err = db_do(db, SQL_UPLOAD_TURN, NULL, NULL);

	if (err.code || (err = check_room(db, upload_beginning)).code)
		return err;
	if ((err = db_run(db, SQL_UPLOAD_CREATE, params, &rows)).code)
		return err;
	struct upload *upload = &upload_beginning->upload;
	*upload =
		(struct upload){ .folder = upload_beginning->folder, .length = upload_beginning->length };
	snprintf(upload->id, UUID_TEXT, "%s", rows_text(rows, 0, 0));
	upload->expires_at = rows_copy(rows, 0, 1, upload_beginning->arena);
	upload->expires_s = rows_integer(rows, 0, 2);
	return ok();
}

/* Would so much still fit? */
static struct error refuse_without_room(const struct statvfs *disk, uint64_t length)
{
	if ((uint64_t)disk->f_bavail * disk->f_frsize >= length + KEPT_FREE)
		return ok();
	log_warn("uploads: no room for %llu bytes: the disk is nearly full",
	         (unsigned long long)length);
	return errorf(ERR_DISK, "There is no room for so much now.");
}

struct error upload_check_room(const char *folder, uint64_t length)
{
	struct statvfs disk;

	return statvfs(folder, &disk) ? ok() : refuse_without_room(&disk, length);
}

/* The empty file, whose name is on disk. */
static struct error begin_file(struct arena *arena, const char *folder)
{
	const char *path = upload_path(arena, folder);
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0)
		return disk_error("uploads", "the upload could not be begun");
	close(fd);
	return disk_sync_folder_of(path) && disk_sync_folder_of(folder)
	           ? ok()
	           : disk_error("uploads", "the upload could not be begun");
}

struct error upload_create(struct db *db, struct store *store, struct arena *arena,
                           const struct contributor *by, uint64_t length, struct upload *ret_upload)
{
	char folder[PATH_MAX];
	struct upload_beginning upload_beginning = { .by = by, .arena = arena, .length = length };
	struct error err;

	if ((err = store_scratch(store, folder)).code)
		return err;
	upload_beginning.folder = arena_copy(arena, folder, strlen(folder));
	upload_beginning.network = arena_printf(arena, "%016llx", (unsigned long long)by->network);
	if (!(err = upload_check_room(folder, length)).code && !(err = begin_file(arena, folder)).code)
		err = db_transaction(db, insert_upload, &upload_beginning);
	if (err.code)
		store_scratch_remove(store, folder);
	else
		*ret_upload = upload_beginning.upload;
	return err;
}

/* ------------------------------------------------------------------ going on */

static struct error no_such_upload(void)
{
	return errorf(ERR_NOT_FOUND, "There is no such upload of yours, or its time is over.");
}

struct error upload_find(struct db *db, struct arena *arena, const struct contributor *by,
                         const char *id, struct upload *ret_upload)
{
	unsigned char uuid[UUID_BYTES];
	auto_rows *rows = NULL;
	struct stat info;
	struct error err;

	if (!uuid_from_text(uuid, id))
		return no_such_upload();
	const char *params[] = { id, by->account_id, by->volunteer_id };
	if ((err = db_run(db, SQL_UPLOAD_FIND, params, &rows)).code)
		return err;
	if (!rows_count(rows))
		return no_such_upload();
	struct upload upload = { .folder = rows_copy(rows, 0, 1, arena),
		                     .length = (uint64_t)rows_integer(rows, 0, 2),
		                     .expires_at = rows_copy(rows, 0, 3, arena),
		                     .expires_s = rows_integer(rows, 0, 4) };
	snprintf(upload.id, UUID_TEXT, "%s", rows_text(rows, 0, 0));
	if (stat(upload_path(arena, upload.folder), &info)) {
		log_warn("uploads: the file of %s is not there: do servers share the folder of the store?",
		         upload.id);
		return no_such_upload();
	}
	upload.offset = (uint64_t)info.st_size;
	upload.prolonged_ms = clock_monotonic_ms();
	*ret_upload = upload;
	return ok();
}

static struct error at_another_offset(uint64_t offset)
{
	return errorf(ERR_CONFLICT, "The upload has come to offset %llu.", (unsigned long long)offset);
}

struct error upload_open(const struct upload *upload, uint64_t offset, int *ret_fd)
{
	char path[PATH_MAX];
	struct stat info;

	snprintf(path, sizeof path, "%s/bytes", upload->folder);
	int fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return errno == ENOENT ? no_such_upload()
		                       : disk_error("uploads", "the upload could not be opened");
	struct error err = ok();
	if (flock(fd, LOCK_EX | LOCK_NB))
		err = errorf(ERR_CONFLICT, "Another connection sends this upload now.");
	else if (fstat(fd, &info))
		err = disk_error("uploads", "the upload could not be opened");
	else if ((uint64_t)info.st_size != offset)
		err = at_another_offset((uint64_t)info.st_size);
	if (err.code)
		close(fd);
	else
		*ret_fd = fd;
	return err;
}

struct error upload_append(int fd, const void *bytes, size_t len)
{
	struct statvfs disk;
	struct error err = fstatvfs(fd, &disk) ? ok() : refuse_without_room(&disk, len);

	if (err.code)
		return err;
	return disk_write(fd, bytes, len) ? ok()
	                                  : disk_error("uploads", "the upload could not be stored");
}

static struct error prolong_upload(struct db *db, struct upload *upload)
{
	auto_rows *rows = NULL;
	struct error err = db_run(db, SQL_UPLOAD_PROLONG, (const char *[]){ upload->id, HOURS }, &rows);

	if (err.code)
		return err;
	if (!rows_count(rows))
		return no_such_upload();
	/* The store clears old folders when it is opened. */
	utimensat(AT_FDCWD, upload->folder, NULL, 0);
	upload->expires_s = rows_integer(rows, 0, 0);
	upload->prolonged_ms = clock_monotonic_ms();
	return ok();
}

struct error upload_take(struct db *db, struct upload *upload, int fd, const void *bytes,
                         size_t len)
{
	struct error err = upload_append(fd, bytes, len);

	if (err.code || clock_monotonic_ms() - upload->prolonged_ms < PROLONG_EVERY_MS)
		return err;
	return prolong_upload(db, upload);
}

struct error upload_settle(struct db *db, struct upload *upload, int fd)
{
	struct stat info;

	if (fdatasync(fd) || fstat(fd, &info))
		return disk_error("uploads", "the upload could not be stored");
	upload->offset = (uint64_t)info.st_size;
	return prolong_upload(db, upload);
}

struct error upload_sync(struct arena *arena, const char *folder)
{
	const char *path = upload_path(arena, folder);
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	bool synced =
		fd >= 0 && fdatasync(fd) == 0 && disk_sync_folder_of(path) && disk_sync_folder_of(folder);

	if (fd >= 0)
		close(fd);
	return synced ? ok() : disk_error("uploads", "the file could not be stored");
}

struct error upload_remove(struct db *db, struct store *store, const struct upload *upload)
{
	struct error err = db_do(db, SQL_UPLOAD_REMOVE, (const char *[]){ upload->id }, NULL);

	if (!err.code)
		store_scratch_remove(store, upload->folder);
	return err;
}

/* ------------------------------------------------------------------ what is left behind */

/* By the last part of the path: machines that share the folder may call it by other names. */
static bool is_in_use(void *arg, const char *path)
{
	const struct rows *folders = arg;
	const char *name = strrchr(path, '/');

	for (size_t r = 0; r < rows_count(folders); r++) {
		const char *slash = strrchr(rows_text(folders, r, 0), '/');

		if (slash && strcmp(slash, name) == 0)
			return true;
	}
	return false;
}

/* An upload whose row is not committed yet is younger than what is swept. */
struct error upload_sweep(struct db *db, struct store *store)
{
	auto_rows *expired = NULL, *folders = NULL;
	uint64_t removed;
	struct error err;

	if ((err = db_run(db, SQL_UPLOAD_EXPIRED, NULL, &expired)).code)
		return err;
	for (size_t r = 0; r < rows_count(expired); r++)
		store_scratch_remove(store, rows_text(expired, r, 0));
	if ((err = db_run(db, SQL_UPLOAD_FOLDERS, NULL, &folders)).code)
		return err;
	if ((err = store_sweep(store, is_in_use, folders, &removed)).code)
		return err;
	if (removed)
		log_info("uploads: removed what %llu unfinished imports or uploads left",
		         (unsigned long long)removed);
	return ok();
}
