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

/* Lies in DIR.tmp while we write there, and in DIR until it is on disk, so that we may begin anew
 * after whatever stopped us, and never remove a folder of somebody else's. */
#define FILES_AT_ONCE "2000"
#define MARK          ".touchstone-writing"

struct writing {
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
static struct error write_files(struct writing *writing, struct db *db)
{
	char after[PATH_MAX] = "";
	struct error err;

	for (;;) {
		auto_rows *rows = NULL;

		err = db_run(db, SQL_RELEASE_EXPORT,
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

struct error release_write(struct db *db, struct store *store, const struct release *release,
                           const char *folder, const struct progress_listener *progress)
{
	struct writing writing = {
		.store = store, .release = release, .progress = progress, .folder_fd = -1
	};
	char place[PATH_MAX];
	size_t len = strlen(folder);
	struct error err;

	while (len > 1 && folder[len - 1] == '/')
		len--;
	if (!len)
		return errorf(ERR_INVALID, "The folder has no name.");
	if (strcmp(release->state, "ready") != 0)
		return errorf(ERR_CONFLICT, "Release %s %s is not ready (%s).", release->name,
		              release->version, release->state);
	if (len + sizeof ".tmp" > sizeof place)
		return errorf(ERR_INVALID, "The path of the folder is too long.");
	snprintf(place, sizeof place, "%.*s", (int)len, folder);
	snprintf(writing.folder, sizeof writing.folder, "%.*s.tmp", (int)len, folder);
	if ((err = clear_folder(place)).code || (err = begin_folder(&writing)).code)
		return err;
	err = write_files(&writing, db);
	if (!err.code)
		err = end_folder(&writing, place);
	close(writing.folder_fd);
	return err;
}
