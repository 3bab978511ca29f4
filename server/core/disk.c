/* SPDX-License-Identifier: Apache-2.0 */
#include "core/disk.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/log.h"

int disk_keep_regular(int fd)
{
	struct stat info;

	if (fstat(fd, &info) == 0 && S_ISREG(info.st_mode))
		return fd;
	close(fd);
	errno = EBADF;
	return -1;
}

int disk_open_regular(const char *path)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

	return fd < 0 ? -1 : disk_keep_regular(fd);
}

struct error disk_stream(int fd, FILE **ret_file)
{
	FILE *file = fdopen(fd, "r");

	if (!file) {
		close(fd);
		return error_memory();
	}
	*ret_file = file;
	return ok();
}

bool disk_write(int fd, const void *bytes, size_t len)
{
	const char *at = bytes;

	while (len) {
		ssize_t put = write(fd, at, len);

		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0) {
			errno = put < 0 ? errno : ENOSPC;
			return false;
		}
		at += put;
		len -= (size_t)put;
	}
	return true;
}

bool disk_sync_folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	char folder[PATH_MAX];
	int len = slash ? (int)(slash - path) + (slash == path) : 1;

	snprintf(folder, sizeof folder, "%.*s", len, slash ? path : ".");
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return false;
	bool synced = fsync(fd) == 0;
	int error = errno;
	close(fd);
	errno = error;
	return synced;
}

bool disk_is_trouble(int error)
{
	return error == ENOSPC || error == EDQUOT || error == EROFS || error == EIO ||
	       error == EACCES || error == EPERM || error == ENOTDIR;
}

struct error(disk_error)(const char *room, const char *what)
{
	int error = errno;
	const char *why = strerrordesc_np(error);

	log_error("%s: %s: %s", room, what, why ? why : "unknown error");
	return errorf(disk_is_trouble(error) ? ERR_DISK : ERR_INTERNAL, "%s: %s", what,
	              why ? why : "unknown error");
}
