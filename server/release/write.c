/* SPDX-License-Identifier: Apache-2.0 */
#include "release/write.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/disk.h"
#include "core/hex.h"
#include "crypto/sha256.h"
#include "release/archive.h"

/* Lies in DIR.tmp while we write there, and in DIR until it is on disk, so that we may begin anew
 * after whatever stopped us, and never remove a folder of somebody else's. */
#define FILES_AT_ONCE "2000"
#define MARK          ".touchstone-writing"

struct writing {
	struct db *db;                 /* of the release itself: names its files; or */
	const unsigned char *contents; /* of a layout: the digest of its table of contents */
	struct store *store;
	const struct release *release;
	const struct progress_listener *progress;
	char folder[PATH_MAX]; /* DIR.tmp */
	int folder_fd;         /* from before the first byte: syncfs() tells of errors since then */
	int64_t bytes;
};

static struct error write_broken(const char *what, const char *path)
{
	return errorf(ERR_INTERNAL, "%s cannot be %s: %s", path, what, strerror(errno));
}

/* *ret_full: something lies in it, or it is no folder. */
static struct error look_into(const char *folder, bool *ret_full)
{
	DIR *dir = opendir(folder);
	int entries = 0;

	*ret_full = !dir && errno == ENOTDIR;
	if (!dir)
		return *ret_full || errno == ENOENT ? ok() : write_broken("opened", folder);
	errno = 0;
	while (entries < 3 && readdir(dir))
		entries++;
	struct error err = errno ? write_broken("read", folder) : ok();
	closedir(dir);
	*ret_full = entries > 2;
	return err;
}

static int write_remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
	(void)st, (void)kind, (void)ftw;
	return remove(path);
}

static struct error make_mark(const char *folder)
{
	char mark[PATH_MAX + 32];
	int fd;

	snprintf(mark, sizeof mark, "%s/" MARK, folder);
	if ((fd = open(mark, O_WRONLY | O_CREAT | O_CLOEXEC, 0644)) < 0)
		return write_broken("written", mark);
	close(fd);
	return ok();
}

/* Removes what a run of ours left that did not come to its end; ERR_CONFLICT: it is not ours. */
static struct error clear_folder(const char *folder)
{
	char mark[PATH_MAX + 32];
	bool full;
	struct error err = look_into(folder, &full);

	if (err.code || !full)
		return err;
	snprintf(mark, sizeof mark, "%s/" MARK, folder);
	if (access(mark, F_OK) != 0)
		return errorf(ERR_CONFLICT, "%s exists and is not an empty folder: move it.", folder);
	if (nftw(folder, write_remove_one, 16, FTW_DEPTH | FTW_PHYS) != 0)
		return write_broken("removed", folder);
	return ok();
}

static struct error begin_folder(struct writing *writing)
{
	struct error err = clear_folder(writing->folder);

	if (err.code)
		return err;
	if (mkdir(writing->folder, 0755) != 0 && errno != EEXIST)
		return write_broken("made", writing->folder);
	writing->folder_fd = open(writing->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (writing->folder_fd < 0)
		return write_broken("opened", writing->folder);
	return make_mark(writing->folder);
}

/* Makes the folders that lead to the file. */
static struct error make_parents(const char *root, const char *path)
{
	char folder[PATH_MAX];

	for (const char *slash = path; (slash = strchr(slash, '/')); slash++) {
		int len = snprintf(folder, sizeof folder, "%s/%.*s", root, (int)(slash - path), path);

		if (len < 0 || (size_t)len >= sizeof folder)
			return errorf(ERR_INVALID, "The path of the folder is too long.");
		if (mkdir(folder, 0755) != 0 && errno != EEXIST)
			return write_broken("made", folder);
	}
	return ok();
}

static struct error copy_open(const struct writing *writing, int from, const char *path,
                              const unsigned char digest[SHA256_BYTES])
{
	const struct timespec time = { .tv_sec = writing->release->created_s };
	unsigned char found[SHA256_BYTES];
	char target[PATH_MAX];
	enum sha256_copied copied;
	struct error err = ok();
	uint64_t bytes;
	int to;

	if (snprintf(target, sizeof target, "%s/%s", writing->folder, path) >= (int)sizeof target)
		return errorf(ERR_INTERNAL, "the path of %s is too long", path);
	if ((to = open(target, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644)) < 0)
		return write_broken("written", target);
	if ((copied = sha256_copy(from, to, found, &bytes)) != COPIED)
		err = write_broken(copied == COPY_UNREAD ? "read" : "written", path);
	if (!err.code && futimens(to, (const struct timespec[]){ time, time }) != 0)
		err = write_broken("dated", target);
	if (close(to) != 0 && !err.code)
		err = write_broken("written", target);
	if (!err.code && memcmp(found, digest, SHA256_BYTES) != 0)
		err = errorf(ERR_INTERNAL, "%s is damaged in the store", path);
	return err;
}

static struct error write_file(struct writing *writing, const struct rows *rows, size_t row)
{
	const char *path = rows_text(rows, row, 0);
	unsigned char digest[SHA256_BYTES];
	uint64_t bytes;
	struct error err;
	int from;

	if (!hex_decode(digest, SHA256_BYTES, rows_text(rows, row, 1)))
		return errorf(ERR_INTERNAL, "a digest cannot be read");
	if ((err = make_parents(writing->folder, path)).code)
		return err;
	err = store_open_read(writing->store, digest, &from, &bytes);
	if (err.code == ERR_NOT_FOUND)
		return errorf(ERR_INTERNAL, "%s is missing from the store", path);
	if (err.code)
		return err;
	err = copy_open(writing, from, path, digest);
	close(from);
	if (err.code)
		return err;
	writing->bytes += rows_integer(rows, row, 2);
	return writing->progress ? writing->progress->tell(writing->progress->arg, writing->bytes,
	                                                   writing->release->bytes)
	                         : ok();
}

/* Copying takes hours, so files are read some at a time: a statement that waits for its reader
 * holds a snapshot, and keeps vacuum from its work. */
static struct error write_files(struct writing *writing)
{
	char after[PATH_MAX] = "";
	struct error err;

	for (;;) {
		auto_rows *rows = NULL;

		err = db_run(writing->db, SQL_RELEASE_EXPORT,
		             (const char *[]){ writing->release->id, *after ? after : NULL, FILES_AT_ONCE },
		             &rows);
		if (err.code || rows_count(rows) == 0)
			return err;
		for (size_t r = 0; r < rows_count(rows); r++)
			if ((err = write_file(writing, rows, r)).code)
				return err;
		snprintf(after, sizeof after, "%s", rows_text(rows, rows_count(rows) - 1, 0));
	}
}

/* ------------------------------------------------------------------ a layout */

/* Copies some of the file; *at moves on. */
static struct error copy_piece(struct archive *archive, int to, uint64_t *at, struct sha256 *sha256)
{
	static char bytes[1 << 16];
	size_t len;
	struct error err = archive_read(archive, *at, bytes, sizeof bytes, &len);

	if (err.code)
		return err;
	if (!disk_write(to, bytes, len))
		return write_broken("written", "a file of the layout");
	sha256_add(sha256, bytes, len);
	*at += len;
	return ok();
}

static struct error copy_member(const struct writing *writing, struct archive *archive,
                                const struct contents_file *file)
{
	const struct timespec time = { .tv_sec = writing->release->created_s };
	unsigned char found[SHA256_BYTES];
	char target[PATH_MAX];
	struct sha256 sha256;
	struct error err = make_parents(writing->folder, file->path);
	int to;

	if (err.code)
		return err;
	if (snprintf(target, sizeof target, "%s/%s", writing->folder, file->path) >= (int)sizeof target)
		return errorf(ERR_INTERNAL, "the path of %s is too long", file->path);
	if ((to = open(target, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644)) < 0)
		return write_broken("written", target);
	sha256_start(&sha256);
	for (uint64_t at = 0; !err.code && at < file->bytes;)
		err = copy_piece(archive, to, &at, &sha256);
	sha256_finish(&sha256, found);
	if (!err.code && futimens(to, (const struct timespec[]){ time, time }) != 0)
		err = write_broken("dated", target);
	if (close(to) != 0 && !err.code)
		err = write_broken("written", target);
	if (!err.code && memcmp(found, file->sha256, SHA256_BYTES) != 0)
		err = errorf(ERR_INTERNAL, "%s is damaged in the store", file->path);
	return err;
}

static struct error write_member(struct writing *writing, struct archive *archive, uint64_t index)
{
	struct contents_file file;
	struct error err = archive_enter_file(archive, index, &file);

	if (err.code || (err = copy_member(writing, archive, &file)).code)
		return err;
	writing->bytes += (int64_t)file.bytes;
	return writing->progress ? writing->progress->tell(writing->progress->arg, writing->bytes,
	                                                   (int64_t)archive_contents(archive)->bytes)
	                         : ok();
}

static struct error write_contents(struct writing *writing)
{
	struct archive_source source = { .store = writing->store, .folder = "" };
	struct archive *archive;
	uint64_t bytes;
	struct error err =
		store_open_read(writing->store, writing->contents, &source.contents_fd, &bytes);

	if (err.code || (err = archive_open_files(&source, &archive)).code)
		return err;
	for (uint64_t i = 0; i < archive_contents(archive)->files && !err.code; i++)
		err = write_member(writing, archive, i);
	archive_free(archive);
	return err;
}

static time_t folder_time; /* nftw() hands nothing through; the command line has one thread */

static int date_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
	const struct timespec time = { .tv_sec = folder_time };

	(void)st, (void)ftw;
	return kind == FTW_DP ? utimensat(AT_FDCWD, path, (const struct timespec[]){ time, time }, 0)
	                      : 0;
}

static struct error end_folder(const struct writing *writing, const char *folder)
{
	const struct timespec time = { .tv_sec = writing->release->created_s };

	folder_time = writing->release->created_s;
	if (nftw(writing->folder, date_one, 16, FTW_DEPTH | FTW_PHYS) != 0)
		return write_broken("dated", writing->folder);
	if (syncfs(writing->folder_fd) != 0)
		return write_broken("brought to disk", writing->folder);
	if (rename(writing->folder, folder) != 0)
		return write_broken("put in its place", folder);
	if (!disk_sync_folder_of(folder))
		return write_broken("brought to disk", folder);
	if (unlinkat(writing->folder_fd, MARK, 0) != 0 ||
	    futimens(writing->folder_fd, (const struct timespec[]){ time, time }) != 0 ||
	    fsync(writing->folder_fd) != 0) {
		struct error err = write_broken("brought to its end", folder);
		struct error marked = make_mark(folder); /* it is ours to begin anew */
		(void)marked;
		return err;
	}
	return ok();
}

static struct error check_folder(struct writing *writing, const char *folder, char place[PATH_MAX])
{
	const struct release *release = writing->release;
	size_t len = strlen(folder);

	while (len > 1 && folder[len - 1] == '/')
		len--;
	if (!len)
		return errorf(ERR_INVALID, "The folder has no name.");
	if (strcmp(release->state, "ready") != 0)
		return errorf(ERR_CONFLICT, "Release %s %s is not ready (%s).", release->name,
		              release->version, release->state);
	if (len + sizeof ".tmp" > PATH_MAX)
		return errorf(ERR_INVALID, "The path of the folder is too long.");
	snprintf(place, PATH_MAX, "%.*s", (int)len, folder);
	snprintf(writing->folder, sizeof writing->folder, "%.*s.tmp", (int)len, folder);
	return ok();
}

static struct error write_whole(struct writing *writing, const char *folder)
{
	char place[PATH_MAX];
	struct error err = check_folder(writing, folder, place);

	if (err.code || (err = clear_folder(place)).code || (err = begin_folder(writing)).code)
		return err;
	err = writing->contents ? write_contents(writing) : write_files(writing);
	if (!err.code)
		err = end_folder(writing, place);
	close(writing->folder_fd);
	return err;
}

struct error release_write(struct db *db, struct store *store, const struct release *release,
                           const char *folder, const struct progress_listener *progress)
{
	struct writing writing = {
		.db = db, .store = store, .release = release, .progress = progress, .folder_fd = -1
	};

	return write_whole(&writing, folder);
}

struct error release_write_layout(struct store *store, const struct release *release,
                                  const unsigned char contents[SHA256_BYTES], const char *folder,
                                  const struct progress_listener *progress)
{
	struct writing writing = { .contents = contents,
		                       .store = store,
		                       .release = release,
		                       .progress = progress,
		                       .folder_fd = -1 };

	return write_whole(&writing, folder);
}
