/* SPDX-License-Identifier: Apache-2.0 */
#include "store/store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/disk.h"
#include "core/hex.h"
#include "core/lock.h"
#include "core/log.h"
#include "core/mem.h"
#include "core/uuid.h"

#define STALE_AFTER_S (24 * 3600)
#define NAME_ROOM     80 /* for what follows the root in a path */
#define MARKER        "touchstone-store"

struct store {
	char root[PATH_MAX - NAME_ROOM]; /* absolute; read-only once opened */
	int root_fd;
};

/* Writes "<root>/<name>", which fits: `name` is one of ours. */
static void store_join(char path[PATH_MAX], const struct store *store, const char *name)
{
	snprintf(path, PATH_MAX, "%s/%.*s", store->root, NAME_ROOM - 2, name);
}

static struct error store_trouble(const char *doing)
{
	char what[96];

	snprintf(what, sizeof what, "the media store could not %s", doing);
	return disk_error("store", what);
}

/* A folder that was there may be one whose maker has not brought its name to disk yet. */
static bool make_folder(const char *path, mode_t mode)
{
	if (mkdir(path, mode) == 0)
		return disk_sync_folder_of(path);
	return errno == EEXIST;
}

static bool make_folders(char *path)
{
	for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		bool made = make_folder(path, 0755);
		*slash = '/';
		if (!made)
			return false;
	}
	return make_folder(path, 0700);
}

/* Removes a file, or a folder and what lies in it: scratch folders are flat. */
static void remove_flat(int folder_fd, const char *name)
{
	struct dirent *entry;

	if (unlinkat(folder_fd, name, 0) == 0 || errno == ENOENT)
		return;
	int fd = openat(folder_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *inner = fd < 0 ? NULL : fdopendir(fd);
	if (!inner) {
		if (fd >= 0)
			close(fd);
		return;
	}
	while ((entry = readdir(inner)))
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			if (unlinkat(fd, entry->d_name, 0))
				unlinkat(fd, entry->d_name, AT_REMOVEDIR);
	closedir(inner);
	unlinkat(folder_fd, name, AT_REMOVEDIR);
}

/* What a crash left behind; younger files may belong to a process that still writes. */
static void clear_stale(const char *tmp)
{
	DIR *folder = opendir(tmp);
	struct dirent *entry;
	struct stat info;

	if (!folder)
		return;
	while ((entry = readdir(folder))) {
		if (entry->d_name[0] == '.' ||
		    fstatat(dirfd(folder), entry->d_name, &info, AT_SYMLINK_NOFOLLOW))
			continue;
		if (info.st_mtime < time(NULL) - STALE_AFTER_S)
			remove_flat(dirfd(folder), entry->d_name);
	}
	closedir(folder);
}

static struct error open_folder(struct store *store, const char *given)
{
	char path[PATH_MAX], full[PATH_MAX], tmp[PATH_MAX];

	if (!*given || strlen(given) >= sizeof path)
		return errorf(ERR_INVALID, "the media store needs a folder: file:/path");
	memcpy(path, given, strlen(given) + 1);
	if (!make_folders(path) || !realpath(path, full))
		return store_trouble("make its folder");
	if (strlen(full) >= sizeof store->root)
		return errorf(ERR_INVALID, "the path of the media store is too long");
	memcpy(store->root, full, strlen(full) + 1);
	store_join(tmp, store, "tmp");
	if (!make_folder(tmp, 0700) && !disk_is_trouble(errno)) /* it may be there to read alone */
		return store_trouble("make its folder");
	store->root_fd = open(store->root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (store->root_fd < 0)
		return store_trouble("open its folder");
	clear_stale(tmp);
	return ok();
}

/* file:///path is the same as file:/path. */
static const char *folder_of(const char *url)
{
	return strncmp(url + 5, "///", 3) == 0 ? url + 7 : url + 5;
}

bool store_is_there(const char *url)
{
	struct stat info;

	return strncmp(url, "file:", 5) == 0 && stat(folder_of(url), &info) == 0;
}

struct error store_open(const char *url, struct store **ret_store)
{
	struct error err;

	lock_check("the store");
	if (strncmp(url, "s3://", 5) == 0)
		return errorf(ERR_INVALID, "this version keeps media in a folder only: use file:/path "
		                           "instead of s3://");
	if (strncmp(url, "file:", 5) != 0)
		return errorf(ERR_INVALID, "the media store must be file:/path");
	struct store *store = mem_new(1, sizeof *store);
	store->root_fd = -1;
	if ((err = open_folder(store, folder_of(url))).code) {
		store_free(store);
		return err;
	}
	*ret_store = store;
	return ok();
}

void store_free(struct store *store)
{
	if (!store)
		return;
	if (store->root_fd >= 0)
		close(store->root_fd);
	free(store);
}

const char *store_root(const struct store *store)
{
	return store->root;
}

struct error store_marker(struct store *store, char ret_id[UUID_TEXT])
{
	unsigned char id[UUID_BYTES];
	char text[UUID_TEXT] = "";
	int fd = openat(store->root_fd, MARKER, O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0 && errno != ENOENT)
		return store_trouble("open its marker");
	ssize_t got = fd < 0 ? 0 : read(fd, text, sizeof text - 1);
	struct error err = got < 0 ? store_trouble("read its marker") : ok();
	if (fd >= 0)
		close(fd);
	if (err.code)
		return err;
	if (fd >= 0 && (got < UUID_TEXT - 1 || !uuid_from_text(id, text)))
		return errorf(ERR_INVALID, "the file " MARKER " of the media store holds no id");
	memcpy(ret_id, text, sizeof text);
	return ok();
}

/* A link never shows half a file, and does not replace one. */
static struct error place_marker(struct store *store, const char *tmp, int fd, const char *id)
{
	char line[UUID_TEXT + 1];

	snprintf(line, sizeof line, "%s\n", id);
	if (!disk_write(fd, line, UUID_TEXT) || fchmod(fd, 0444) || fsync(fd))
		return store_trouble("write its marker");
	if (linkat(AT_FDCWD, tmp, store->root_fd, MARKER, 0) && errno != EEXIST)
		return store_trouble("place its marker");
	return fsync(store->root_fd) ? store_trouble("bring its marker to disk") : ok();
}

struct error store_mark(struct store *store, const char *id, char ret_id[UUID_TEXT])
{
	char tmp[PATH_MAX];

	store_join(tmp, store, "tmp/mark-XXXXXX");
	int fd = mkostemp(tmp, O_CLOEXEC);
	if (fd < 0)
		return store_trouble("make its marker");
	struct error err = place_marker(store, tmp, fd, id);
	close(fd);
	unlink(tmp);
	return err.code ? err : store_marker(store, ret_id);
}

/* "ab/cdef...": where a digest lies under the root. */
static void name_of(const unsigned char digest[SHA256_BYTES], char name[SHA256_TEXT + 1])
{
	hex_encode(name, digest, 1);
	name[2] = '/';
	hex_encode(name + 3, digest + 1, SHA256_BYTES - 1);
}

/* Brings a name to disk, whoever gave it: the folder's own name first. */
static struct error sync_name(struct store *store, const char *fan)
{
	int fan_fd = openat(store->root_fd, fan, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool synced = fan_fd >= 0 && fsync(store->root_fd) == 0 && fsync(fan_fd) == 0;
	struct error err = synced ? ok() : store_trouble("bring a name to disk");

	if (fan_fd >= 0)
		close(fan_fd);
	return err;
}

/*
 * Gives the file at `path`, which is on disk, its lasting name; a twin already there wins.  Who
 * wrote the twin may not have synced its folders yet, and may never come to it.
 */
static struct error store_settle(struct store *store, const char *path,
                                 const unsigned char digest[SHA256_BYTES])
{
	char name[SHA256_TEXT + 1], fan[3];

	name_of(digest, name);
	memcpy(fan, name, 2);
	fan[2] = '\0';
	if (store_has(store, digest)) {
		unlink(path);
		return sync_name(store, fan);
	}
	if (mkdirat(store->root_fd, fan, 0755) && errno != EEXIST)
		return store_trouble("make a folder");
	if (renameat(AT_FDCWD, path, store->root_fd, name))
		return store_trouble("name a file");
	return sync_name(store, fan);
}

static struct error store_open_regular(const char *path, int *ret_fd)
{
	int fd = disk_open_regular(path);

	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return errorf(ERR_NOT_FOUND, "there is no such file");
	if (fd < 0 && errno == EBADF)
		return errorf(ERR_INVALID, "it is not a regular file");
	if (fd < 0)
		return store_trouble("open a file");
	*ret_fd = fd;
	return ok();
}

static struct error put_copy(struct store *store, int from, const char *tmp, int to,
                             unsigned char digest[SHA256_BYTES], uint64_t *bytes)
{
	enum sha256_copied copied = sha256_copy(from, to, digest, bytes);

	if (copied != COPIED)
		return store_trouble(copied == COPY_UNREAD ? "read a file" : "write a file");
	if (fchmod(to, 0444) || fsync(to))
		return store_trouble("bring a file to disk");
	return store_settle(store, tmp, digest);
}

struct error store_put(struct store *store, const char *path, unsigned char digest[SHA256_BYTES],
                       uint64_t *ret_bytes)
{
	unsigned char found[SHA256_BYTES];
	char tmp[PATH_MAX];
	uint64_t bytes;
	int from;
	struct error err;

	lock_check("the store");
	if ((err = store_open_regular(path, &from)).code)
		return err;
	store_join(tmp, store, "tmp/put-XXXXXX");
	int to = mkostemp(tmp, O_CLOEXEC);
	if (to < 0) {
		err = store_trouble("make a file");
		close(from);
		return err;
	}
	err = put_copy(store, from, tmp, to, found, &bytes);
	if (err.code)
		unlink(tmp);
	close(to);
	close(from);
	if (err.code)
		return err;
	memcpy(digest, found, SHA256_BYTES);
	*ret_bytes = bytes;
	return ok();
}

struct error store_take(struct store *store, const char *path, unsigned char digest[SHA256_BYTES],
                        uint64_t *ret_bytes)
{
	unsigned char found[SHA256_BYTES];
	uint64_t bytes;
	int fd;
	struct error err;

	lock_check("the store");
	if ((err = store_open_regular(path, &fd)).code)
		return err;
	if (!(err = sha256_fd(fd, found, &bytes)).code && (fchmod(fd, 0444) || fsync(fd)))
		err = store_trouble("bring a file to disk");
	close(fd);
	if (err.code || (err = store_settle(store, path, found)).code)
		return err;
	memcpy(digest, found, SHA256_BYTES);
	*ret_bytes = bytes;
	return ok();
}

struct error store_open_read(struct store *store, const unsigned char digest[SHA256_BYTES],
                             int *ret_fd, uint64_t *ret_bytes)
{
	char name[SHA256_TEXT + 1];
	struct stat info;

	lock_check("the store");
	name_of(digest, name);
	int fd = openat(store->root_fd, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT)
		return errorf(ERR_NOT_FOUND, "these bytes are not in the store");
	if (fd < 0)
		return store_trouble("open a file");
	if (fstat(fd, &info)) {
		close(fd);
		return store_trouble("look at a file");
	}
	*ret_fd = fd;
	*ret_bytes = (uint64_t)info.st_size;
	return ok();
}

bool store_has(struct store *store, const unsigned char digest[SHA256_BYTES])
{
	char name[SHA256_TEXT + 1];

	name_of(digest, name);
	return faccessat(store->root_fd, name, F_OK, 0) == 0;
}

struct error store_remove(struct store *store, const unsigned char digest[SHA256_BYTES])
{
	char name[SHA256_TEXT + 1];

	name_of(digest, name);
	if (unlinkat(store->root_fd, name, 0) && errno != ENOENT)
		return store_trouble("remove a file");
	return ok();
}

void store_path(const struct store *store, const unsigned char digest[SHA256_BYTES],
                char path[PATH_MAX])
{
	char name[SHA256_TEXT + 1];

	name_of(digest, name);
	store_join(path, store, name);
}

struct error store_scratch(struct store *store, char path[PATH_MAX])
{
	store_join(path, store, "tmp/work-XXXXXX");
	if (!mkdtemp(path))
		return store_trouble("make a folder to work in");
	return ok();
}

void store_scratch_remove(const char *path)
{
	remove_flat(AT_FDCWD, path);
}

/* The files of one folder "ab". */
static struct error each_of_folder(struct store *store, const char *fan,
                                   void (*each)(void *, const unsigned char *, int64_t), void *arg)
{
	unsigned char digest[SHA256_BYTES];
	char hex[SHA256_TEXT];
	struct dirent *entry;
	struct stat info;
	int fd = openat(store->root_fd, fan, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *folder = fd < 0 ? NULL : fdopendir(fd);

	if (!folder) {
		if (fd >= 0)
			close(fd);
		return errno == ENOENT ? ok() : store_trouble("open a folder");
	}
	while ((entry = readdir(folder))) {
		if (strlen(entry->d_name) != SHA256_TEXT - 3)
			continue;
		snprintf(hex, sizeof hex, "%.2s%.62s", fan, entry->d_name);
		if (hex_decode(digest, SHA256_BYTES, hex) &&
		    fstatat(fd, entry->d_name, &info, AT_SYMLINK_NOFOLLOW) == 0)
			each(arg, digest, info.st_mtime);
	}
	closedir(folder);
	return ok();
}

struct error store_walk(struct store *store,
                        void (*each)(void *arg, const unsigned char digest[SHA256_BYTES],
                                     int64_t changed_s),
                        void *arg)
{
	struct error err = ok();
	char fan[3];

	for (unsigned i = 0; !err.code && i < 256; i++) {
		snprintf(fan, sizeof fan, "%02x", i);
		err = each_of_folder(store, fan, each, arg);
	}
	return err;
}

struct error store_ready(struct store *store)
{
	static const char page[4096]; /* a full disk still makes empty files */
	char tmp[PATH_MAX];

	lock_check("the store");
	store_join(tmp, store, "tmp/ready-XXXXXX");
	int fd = mkostemp(tmp, O_CLOEXEC);
	struct error err =
		fd >= 0 && disk_write(fd, page, sizeof page) ? ok() : store_trouble("take a file");
	if (fd >= 0) {
		close(fd);
		unlink(tmp);
	}
	return err;
}
