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

#include "core/hash.h"
#include "core/hex.h"

/* Lies in DIR.tmp while we write there, so that we never remove a folder of somebody else's. */
#define MARK ".touchstone-writing"

struct writing {
	struct store *store;
	const struct release *release;
	const struct release_progress *progress;
	char folder[PATH_MAX]; /* DIR.tmp */
	int64_t bytes;
};

static struct error broken(const char *what, const char *path)
{
	return errorf(ERR_INTERNAL, "%s cannot be %s: %s", path, what, strerror(errno));
}

static bool is_empty_or_missing(const char *folder)
{
	DIR *dir = opendir(folder);
	int entries = 0;

	if (!dir)
		return errno == ENOENT;
	while (entries < 3 && readdir(dir))
		entries++;
	closedir(dir);
	return entries <= 2;
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
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
		return broken("written", mark);
	close(fd);
	return ok();
}

/* Makes DIR.tmp, in place of what a killed run of ours left there. */
static struct error begin_folder(const char *folder)
{
	char mark[PATH_MAX + 32];

	snprintf(mark, sizeof mark, "%s/" MARK, folder);
	if (!is_empty_or_missing(folder)) {
		if (access(mark, F_OK) != 0)
			return errorf(ERR_CONFLICT, "%s is in the way; move it.", folder);
		if (nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS) != 0)
			return broken("removed", folder);
	}
	if (mkdir(folder, 0755) != 0 && errno != EEXIST)
		return broken("made", folder);
	return make_mark(folder);
}

/* Makes the folders that lead to the file. */
static struct error make_parents(const char *root, const char *path)
{
	char folder[PATH_MAX];

	for (const char *slash = path; (slash = strchr(slash, '/')); slash++) {
		snprintf(folder, sizeof folder, "%s/%.*s", root, (int)(slash - path), path);
		if (mkdir(folder, 0755) != 0 && errno != EEXIST)
			return broken("made", folder);
	}
	return ok();
}

static bool write_whole(int fd, const char *bytes, size_t len)
{
	while (len > 0) {
		ssize_t some = write(fd, bytes, len);

		if (some < 0 && errno != EINTR)
			return false;
		if (some > 0) {
			bytes += some;
			len -= (size_t)some;
		}
	}
	return true;
}

/* Copies all of `from`; the digest is of what was written. */
static struct error copy_bytes(int from, int to, const char *path,
							   unsigned char digest[SHA256_BYTES])
{
	static _Thread_local char block[1 << 16];
	struct sha256 hash;
	ssize_t len;

	sha256_start(&hash);
	while ((len = read(from, block, sizeof block)) != 0) {
		if (len < 0 && errno == EINTR)
			continue;
		if (len < 0)
			return broken("read", path);
		sha256_add(&hash, block, (size_t)len);
		if (!write_whole(to, block, (size_t)len))
			return broken("written", path);
	}
	sha256_finish(&hash, digest);
	return ok();
}

static struct error copy_open(const struct writing *writing, int from, const char *path,
							  const unsigned char digest[SHA256_BYTES])
{
	const struct timespec time = { .tv_sec = writing->release->created_s };
	unsigned char found[SHA256_BYTES];
	char target[PATH_MAX];
	struct error err;
	int to;

	if (snprintf(target, sizeof target, "%s/%s", writing->folder, path) >= (int)sizeof target)
		return errorf(ERR_INTERNAL, "the path of %s is too long", path);
	if ((to = open(target, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644)) < 0)
		return broken("written", target);
	err = copy_bytes(from, to, path, found);
	if (!err.code && futimens(to, (const struct timespec[]){ time, time }) != 0)
		err = broken("dated", target);
	if (close(to) != 0 && !err.code)
		err = broken("written", target);
	if (!err.code && memcmp(found, digest, SHA256_BYTES) != 0)
		err = errorf(ERR_INTERNAL, "%s is damaged in the store", path);
	return err;
}

static struct error each_file(void *arg, const struct rows *rows)
{
	struct writing *writing = arg;
	const char *path = rows_text(rows, 0, 0);
	unsigned char digest[SHA256_BYTES];
	uint64_t bytes;
	struct error err;
	int from;

	if (!hex_decode(digest, SHA256_BYTES, rows_text(rows, 0, 1)))
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
	writing->bytes += rows_integer(rows, 0, 2);
	return writing->progress ? writing->progress->tell(writing->progress->arg, writing->bytes,
													   writing->release->bytes)
							 : ok();
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
	char mark[PATH_MAX + 32];

	snprintf(mark, sizeof mark, "%s/" MARK, writing->folder);
	if (unlink(mark) != 0)
		return broken("removed", mark);
	folder_time = writing->release->created_s;
	if (nftw(writing->folder, date_one, 16, FTW_DEPTH | FTW_PHYS) != 0)
		return broken("dated", writing->folder);
	sync();
	if (rename(writing->folder, folder) != 0)
		return broken("put in its place", folder);
	return ok();
}

struct error release_write(struct db *db, struct store *store, const struct release *release,
						   const char *folder, const struct release_progress *progress)
{
	struct writing writing = { .store = store, .release = release, .progress = progress };
	size_t len = strlen(folder);
	struct error err;

	while (len > 1 && folder[len - 1] == '/')
		len--;
	if (!len)
		return errorf(ERR_INVALID, "The folder has no name.");
	if (strcmp(release->state, "ready") != 0)
		return errorf(ERR_CONFLICT, "Release %s %s is not ready (%s).", release->name,
					  release->version, release->state);
	if (len + sizeof ".tmp" > sizeof writing.folder)
		return errorf(ERR_INVALID, "The path of the folder is too long.");
	if (!is_empty_or_missing(folder))
		return errorf(ERR_CONFLICT, "%s exists and is not an empty folder.", folder);
	snprintf(writing.folder, sizeof writing.folder, "%.*s.tmp", (int)len, folder);
	if ((err = begin_folder(writing.folder)).code)
		return err;
	err = db_stream(db, SQL_RELEASE_EXPORT, (const char *[]){ release->id }, each_file, &writing);
	return err.code ? err : end_folder(&writing, folder);
}
