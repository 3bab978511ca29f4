/* SPDX-License-Identifier: Apache-2.0 */
/*
 * folder -- a media store in a folder.
 *
 * `ab/cdef...` holds the file whose digest begins with ab, `tmp/` what is being written,
 * `touchstone-store` the marker, so that the folder is known again wherever it is moved.  A file is
 * copied to tmp/, brought to disk and renamed, so a name never shows half a file, and putting the
 * same bytes twice, or from two processes at once, is one file.  A crash leaves at most something
 * in tmp/, which sweeping clears in half an hour, and opening once it is a day old.
 */
#include "store/store_internal.h"

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
#include "core/mem.h"
#include "core/uuid.h"

#define STALE_AFTER_S (24 * 3600)
#define LEFT_AFTER_S  (30 * 60)
#define MOST_FILES    64      /* of a scratch folder are looked at */
#define LASTING       "work-" /* so begin the names of scratch folders for hours, as of before */
#define NAME_ROOM     80      /* for what follows the root in a path */
#define MARKER        "touchstone-store"

struct folder {
	struct store store;              /* first: the one is the other */
	char root[PATH_MAX - NAME_ROOM]; /* absolute; read-only once opened */
	int root_fd;
};

static struct folder *as_folder(struct store *store)
{
	return (struct folder *)store;
}

static void folder_free(struct store *store)
{
	struct folder *folder = as_folder(store);

	if (folder->root_fd >= 0)
		close(folder->root_fd);
	free(folder);
}

static struct error not_in_store(void)
{
	return errorf(ERR_NOT_FOUND, "these bytes are not in the store");
}

/* Writes "<root>/<name>", which fits: `name` is one of ours. */
static void folder_join(char path[PATH_MAX], const struct folder *folder, const char *name)
{
	snprintf(path, PATH_MAX, "%s/%.*s", folder->root, NAME_ROOM - 2, name);
}

static struct error folder_trouble(const char *doing)
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

/* The last change of a file, or of a folder and what lies in it: a file may grow for hours. */
static int64_t last_touched(int tmp_fd, const char *name)
{
	struct dirent *entry;
	struct stat info;

	if (fstatat(tmp_fd, name, &info, AT_SYMLINK_NOFOLLOW))
		return INT64_MAX; /* it is gone */
	int64_t last = info.st_mtime;
	int fd = openat(tmp_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *inner = fd < 0 ? NULL : fdopendir(fd);
	if (!inner) {
		if (fd >= 0)
			close(fd);
		return last;
	}
	for (int n = 0; n < MOST_FILES && (entry = readdir(inner)); n++)
		if (entry->d_name[0] != '.' &&
		    fstatat(fd, entry->d_name, &info, AT_SYMLINK_NOFOLLOW) == 0 && info.st_mtime > last)
			last = info.st_mtime;
	closedir(inner);
	return last;
}

/* What is left behind by whom, and since when nobody touched it. */
struct leavings {
	int64_t before_s;
	bool lasting; /* work of hours too */
	store_in_use *in_use;
	void *arg;
};

static bool is_left(int tmp_fd, const char *tmp, const char *name, const struct leavings *leavings)
{
	char path[PATH_MAX];

	if (name[0] == '.' || (!leavings->lasting && strncmp(name, LASTING, sizeof LASTING - 1) == 0) ||
	    last_touched(tmp_fd, name) >= leavings->before_s)
		return false;
	if (snprintf(path, sizeof path, "%s/%s", tmp, name) >= (int)sizeof path)
		return false; /* it is none of ours */
	return !leavings->in_use || !leavings->in_use(leavings->arg, path);
}

/* Removes what a crash left behind; younger files may belong to a process that still writes. How
 * many? */
static uint64_t clear_left(const char *tmp, const struct leavings *leavings)
{
	DIR *folder = opendir(tmp);
	struct dirent *entry;
	uint64_t removed = 0;

	while (folder && (entry = readdir(folder))) {
		if (!is_left(dirfd(folder), tmp, entry->d_name, leavings))
			continue;
		remove_flat(dirfd(folder), entry->d_name);
		removed++;
	}
	if (folder)
		closedir(folder);
	return removed;
}

static uint64_t clear_stale(const char *tmp)
{
	return clear_left(
		tmp, &(struct leavings){ .before_s = time(NULL) - STALE_AFTER_S, .lasting = true });
}

static struct error open_folder(struct folder *folder, const char *given)
{
	char path[PATH_MAX], full[PATH_MAX], tmp[PATH_MAX];

	if (!*given || strlen(given) >= sizeof path)
		return errorf(ERR_INVALID, "the media store needs a folder: file:/path");
	memcpy(path, given, strlen(given) + 1);
	if (!make_folders(path) || !realpath(path, full))
		return folder_trouble("make its folder");
	if (strlen(full) >= sizeof folder->root)
		return errorf(ERR_INVALID, "the path of the media store is too long");
	memcpy(folder->root, full, strlen(full) + 1);
	folder_join(tmp, folder, "tmp");
	if (!make_folder(tmp, 0700) && !disk_is_trouble(errno)) /* it may be there to read alone */
		return folder_trouble("make its folder");
	folder->root_fd = open(folder->root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder->root_fd < 0)
		return folder_trouble("open its folder");
	clear_stale(tmp);
	return ok();
}

/* file:///path is the same as file:/path. */
static const char *folder_of(const char *url)
{
	return strncmp(url + 5, "///", 3) == 0 ? url + 7 : url + 5;
}

static bool folder_is_there(const char *url)
{
	struct stat info;

	return stat(folder_of(url), &info) == 0;
}

static struct error folder_open(const char *url, const struct store_service *service,
                                struct store **ret_store)
{
	struct folder *folder = mem_new(1, sizeof *folder);
	struct error err;
	(void)service;

	folder->root_fd = -1;
	if ((err = open_folder(folder, folder_of(url))).code)
		folder_free(&folder->store);
	else
		*ret_store = &folder->store;
	return err;
}

static const char *folder_root(const struct store *store)
{
	return ((const struct folder *)store)->root;
}

static struct error folder_marker(struct store *store, char ret_id[UUID_TEXT])
{
	struct folder *folder = as_folder(store);
	unsigned char id[UUID_BYTES];
	char text[UUID_TEXT] = "";
	int fd = openat(folder->root_fd, MARKER, O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0 && errno != ENOENT)
		return folder_trouble("open its marker");
	ssize_t got = fd < 0 ? 0 : read(fd, text, sizeof text - 1);
	struct error err = got < 0 ? folder_trouble("read its marker") : ok();
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
static struct error place_marker(struct folder *folder, const char *tmp, int fd, const char *id)
{
	char line[UUID_TEXT + 1];

	snprintf(line, sizeof line, "%s\n", id);
	if (!disk_write(fd, line, UUID_TEXT) || fchmod(fd, 0444) || fsync(fd))
		return folder_trouble("write its marker");
	if (linkat(AT_FDCWD, tmp, folder->root_fd, MARKER, 0) && errno != EEXIST)
		return folder_trouble("place its marker");
	return fsync(folder->root_fd) ? folder_trouble("bring its marker to disk") : ok();
}

static struct error folder_mark(struct store *store, const char *id, char ret_id[UUID_TEXT])
{
	struct folder *folder = as_folder(store);
	char tmp[PATH_MAX];

	folder_join(tmp, folder, "tmp/mark-XXXXXX");
	int fd = mkostemp(tmp, O_CLOEXEC);
	if (fd < 0)
		return folder_trouble("make its marker");
	struct error err = place_marker(folder, tmp, fd, id);
	close(fd);
	unlink(tmp);
	return err.code ? err : folder_marker(store, ret_id);
}

/* "ab/cdef...": where a digest lies under the root. */
static void name_of(const unsigned char digest[SHA256_BYTES], char name[SHA256_TEXT + 1])
{
	hex_encode(name, digest, 1);
	name[2] = '/';
	hex_encode(name + 3, digest + 1, SHA256_BYTES - 1);
}

static struct error folder_has(struct store *store, const unsigned char digest[SHA256_BYTES],
                               bool *ret_there)
{
	struct folder *folder = as_folder(store);
	char name[SHA256_TEXT + 1];

	name_of(digest, name);
	bool there = faccessat(folder->root_fd, name, F_OK, 0) == 0;
	if (!there && errno != ENOENT) /* a disk that fails has not lost the file */
		return folder_trouble("look for a file");
	*ret_there = there;
	return ok();
}

/* Brings a name to disk, whoever gave it: the folder's own name first. */
static struct error sync_name(struct folder *folder, const char *fan)
{
	int fan_fd = openat(folder->root_fd, fan, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool synced = fan_fd >= 0 && fsync(folder->root_fd) == 0 && fsync(fan_fd) == 0;
	struct error err = synced ? ok() : folder_trouble("bring a name to disk");

	if (fan_fd >= 0)
		close(fan_fd);
	return err;
}

/*
 * Gives the file at `path`, which is on disk, its lasting name; a twin already there wins, and
 * counts as changed now: who collects what nobody names must see that somebody is about to.  Who
 * wrote the twin may not have synced its folders yet, and may never come to it.
 */
static struct error folder_settle(struct folder *folder, const char *path,
                                  const unsigned char digest[SHA256_BYTES])
{
	char name[SHA256_TEXT + 1], fan[3];

	name_of(digest, name);
	memcpy(fan, name, 2);
	fan[2] = '\0';
	if (utimensat(folder->root_fd, name, NULL, 0) == 0) {
		unlink(path);
		return sync_name(folder, fan);
	}
	if (mkdirat(folder->root_fd, fan, 0755) && errno != EEXIST)
		return folder_trouble("make a folder");
	if (renameat(AT_FDCWD, path, folder->root_fd, name))
		return folder_trouble("name a file");
	return sync_name(folder, fan);
}

static struct error folder_open_regular(const char *path, int *ret_fd)
{
	int fd = disk_open_regular(path);

	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return errorf(ERR_NOT_FOUND, "there is no such file");
	if (fd < 0 && errno == EBADF)
		return errorf(ERR_INVALID, "it is not a regular file");
	if (fd < 0)
		return folder_trouble("open a file");
	*ret_fd = fd;
	return ok();
}

static struct error put_copy(struct folder *folder, int from, const char *tmp, int to,
                             unsigned char digest[SHA256_BYTES], uint64_t *bytes)
{
	enum sha256_copied copied = sha256_copy(from, to, digest, bytes);

	if (copied != COPIED)
		return folder_trouble(copied == COPY_UNREAD ? "read a file" : "write a file");
	if (fchmod(to, 0444) || fsync(to))
		return folder_trouble("bring a file to disk");
	return folder_settle(folder, tmp, digest);
}

static struct error folder_put(struct store *store, const char *path,
                               unsigned char digest[SHA256_BYTES], uint64_t *ret_bytes)
{
	struct folder *folder = as_folder(store);
	unsigned char found[SHA256_BYTES];
	char tmp[PATH_MAX];
	uint64_t bytes;
	int from;
	struct error err;

	if ((err = folder_open_regular(path, &from)).code)
		return err;
	folder_join(tmp, folder, "tmp/put-XXXXXX");
	int to = mkostemp(tmp, O_CLOEXEC);
	if (to < 0) {
		err = folder_trouble("make a file");
		close(from);
		return err;
	}
	err = put_copy(folder, from, tmp, to, found, &bytes);
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

static struct error folder_take(struct store *store, const char *path,
                                unsigned char digest[SHA256_BYTES], uint64_t *ret_bytes)
{
	struct folder *folder = as_folder(store);
	unsigned char found[SHA256_BYTES];
	uint64_t bytes;
	int fd;
	struct error err;

	if ((err = folder_open_regular(path, &fd)).code)
		return err;
	if (!(err = sha256_fd(fd, found, &bytes)).code && (fchmod(fd, 0444) || fsync(fd)))
		err = folder_trouble("bring a file to disk");
	close(fd);
	if (err.code || (err = folder_settle(folder, path, found)).code)
		return err;
	memcpy(digest, found, SHA256_BYTES);
	*ret_bytes = bytes;
	return ok();
}

static struct error folder_open_read(struct store *store, const unsigned char digest[SHA256_BYTES],
                                     int *ret_fd, uint64_t *ret_bytes)
{
	struct folder *folder = as_folder(store);
	char name[SHA256_TEXT + 1];
	struct stat info;

	name_of(digest, name);
	int fd = openat(folder->root_fd, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT)
		return not_in_store();
	if (fd < 0)
		return folder_trouble("open a file");
	if (fstat(fd, &info)) {
		close(fd);
		return folder_trouble("look at a file");
	}
	*ret_fd = fd;
	*ret_bytes = (uint64_t)info.st_size;
	return ok();
}

/* A folder makes nobody wait. */
static struct error folder_open_soon(struct store *store, const unsigned char digest[SHA256_BYTES],
                                     unsigned patience_ms, int *ret_fd, uint64_t *ret_bytes)
{
	(void)patience_ms;
	return folder_open_read(store, digest, ret_fd, ret_bytes);
}

/* What cannot be read is as good as damaged. */
static struct error folder_verify(struct store *store, const unsigned char digest[SHA256_BYTES],
                                  bool *ret_damaged)
{
	unsigned char found[SHA256_BYTES];
	uint64_t bytes;
	int fd;
	struct error err = folder_open_read(store, digest, &fd, &bytes);

	if (err.code)
		return err;
	bool read = !sha256_fd(fd, found, &bytes).code;
	close(fd);
	*ret_damaged = !read || memcmp(found, digest, SHA256_BYTES) != 0;
	return ok();
}

static struct error folder_remove(struct store *store, const unsigned char digest[SHA256_BYTES])
{
	struct folder *folder = as_folder(store);
	char name[SHA256_TEXT + 1];

	name_of(digest, name);
	if (unlinkat(folder->root_fd, name, 0) && errno != ENOENT)
		return folder_trouble("remove a file");
	return ok();
}

/* Where it lies, there or not. */
static void folder_path(struct store *store, const unsigned char digest[SHA256_BYTES],
                        char path[PATH_MAX])
{
	char name[SHA256_TEXT + 1];

	name_of(digest, name);
	folder_join(path, as_folder(store), name);
}

static struct error folder_borrow(struct store *store, const unsigned char digest[SHA256_BYTES],
                                  char path[PATH_MAX])
{
	bool there = false;
	struct error err = folder_has(store, digest, &there);

	if (err.code)
		return err;
	if (!there)
		return not_in_store();
	folder_path(store, digest, path);
	return ok();
}

/* It was lent its own name. */
static void folder_return(struct store *store, const char *path)
{
	(void)store, (void)path;
}

static struct error folder_scratch(struct store *store, bool lasting, char path[PATH_MAX])
{
	folder_join(path, as_folder(store), lasting ? "tmp/" LASTING "XXXXXX" : "tmp/brief-XXXXXX");
	if (!mkdtemp(path))
		return folder_trouble("make a folder to work in");
	return ok();
}

static void folder_scratch_remove(struct store *store, const char *path)
{
	(void)store;
	remove_flat(AT_FDCWD, path);
}

static struct error folder_sweep(struct store *store, store_in_use *in_use, void *arg,
                                 uint64_t *ret_removed)
{
	char tmp[PATH_MAX];

	folder_join(tmp, as_folder(store), "tmp");
	*ret_removed = clear_left(
		tmp,
		&(struct leavings){ .before_s = time(NULL) - LEFT_AFTER_S, .in_use = in_use, .arg = arg });
	return ok();
}

static struct error folder_look(struct store *store, const unsigned char digest[SHA256_BYTES],
                                struct store_entry *ret_entry)
{
	char name[SHA256_TEXT + 1];
	struct stat info;

	name_of(digest, name);
	if (fstatat(as_folder(store)->root_fd, name, &info, AT_SYMLINK_NOFOLLOW))
		return errno == ENOENT ? not_in_store() : folder_trouble("look at a file");
	memcpy(ret_entry->digest, digest, SHA256_BYTES);
	ret_entry->bytes = (uint64_t)info.st_size;
	ret_entry->changed_s = info.st_mtime;
	return ok();
}

/* The files of one folder "ab". */
static struct error each_of_folder(struct folder *folder, const char *fan, store_visit *each,
                                   void *arg)
{
	struct store_entry found;
	char hex[SHA256_TEXT];
	struct dirent *entry;
	struct stat info;
	int fd = openat(folder->root_fd, fan, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *inner = fd < 0 ? NULL : fdopendir(fd);

	if (!inner) {
		if (fd >= 0)
			close(fd);
		return errno == ENOENT ? ok() : folder_trouble("open a folder");
	}
	while ((entry = readdir(inner))) {
		if (strlen(entry->d_name) != SHA256_TEXT - 3)
			continue;
		snprintf(hex, sizeof hex, "%.2s%.62s", fan, entry->d_name);
		if (!hex_decode(found.digest, SHA256_BYTES, hex) ||
		    fstatat(fd, entry->d_name, &info, AT_SYMLINK_NOFOLLOW))
			continue;
		found.bytes = (uint64_t)info.st_size;
		found.changed_s = info.st_mtime;
		each(arg, &found);
	}
	closedir(inner);
	return ok();
}

static struct error folder_walk(struct store *store, store_visit *each, void *arg)
{
	struct folder *folder = as_folder(store);
	struct error err = ok();
	char fan[3];

	for (unsigned i = 0; !err.code && i < 256; i++) {
		snprintf(fan, sizeof fan, "%02x", i);
		err = each_of_folder(folder, fan, each, arg);
	}
	return err;
}

static struct error folder_tidy(struct store *store, uint64_t *ret_removed)
{
	char tmp[PATH_MAX];

	folder_join(tmp, as_folder(store), "tmp");
	*ret_removed = clear_stale(tmp);
	return ok();
}

static struct error folder_ready(struct store *store)
{
	struct folder *folder = as_folder(store);
	static const char page[4096]; /* a full disk still makes empty files */
	char tmp[PATH_MAX];

	folder_join(tmp, folder, "tmp/ready-XXXXXX");
	int fd = mkostemp(tmp, O_CLOEXEC);
	struct error err =
		fd >= 0 && disk_write(fd, page, sizeof page) ? ok() : folder_trouble("take a file");
	if (fd >= 0) {
		close(fd);
		unlink(tmp);
	}
	return err;
}

const struct store_kind folder_kind = {
	.scheme = "file:",
	.opens_at_once = true,
	.is_there = folder_is_there,
	.open = folder_open,
	.free = folder_free,
	.root = folder_root,
	.marker = folder_marker,
	.mark = folder_mark,
	.put = folder_put,
	.take = folder_take,
	.open_read = folder_open_read,
	.open_soon = folder_open_soon,
	.open_now = folder_open_read,
	.verify = folder_verify,
	.has = folder_has,
	.remove = folder_remove,
	.locate = folder_path,
	.borrow = folder_borrow,
	.give_back = folder_return,
	.scratch = folder_scratch,
	.scratch_remove = folder_scratch_remove,
	.sweep = folder_sweep,
	.look = folder_look,
	.walk = folder_walk,
	.tidy = folder_tidy,
	.ready = folder_ready,
};
