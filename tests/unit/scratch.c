/* SPDX-License-Identifier: Apache-2.0 */
#include "scratch.h"

#include <check.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[64];
static unsigned counted;

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *where)
{
	(void)info, (void)kind, (void)where;
	return remove(path);
}

static int count_one(const char *path, const struct stat *info, int kind, struct FTW *where)
{
	(void)path, (void)info, (void)where;
	counted += kind == FTW_F;
	return 0;
}

void scratch_make(void)
{
	snprintf(folder, sizeof folder, "/tmp/touchstone-test-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
}

void scratch_clear(void)
{
	nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

const char *scratch_path(const char *name)
{
	static _Thread_local char paths[4][PATH_MAX];
	static _Thread_local unsigned next;
	char *path = paths[next++ % 4];

	snprintf(path, PATH_MAX, *name ? "%s/%s" : "%s", folder, name);
	return path;
}

void scratch_write(const char *name, const void *bytes, size_t len)
{
	int fd = open(scratch_path(name), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, bytes, len), (ssize_t)len);
	close(fd);
}

char *scratch_read(const char *path, size_t *len)
{
	struct stat info;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(fstat(fd, &info), 0);
	char *bytes = calloc(1, (size_t)info.st_size + 1);
	ck_assert_int_eq(read(fd, bytes, (size_t)info.st_size), info.st_size);
	close(fd);
	*len = (size_t)info.st_size;
	return bytes;
}

unsigned scratch_count(const char *name)
{
	counted = 0;
	nftw(scratch_path(name), count_one, 16, FTW_PHYS);
	return counted;
}

void scratch_run(const char *const argv[])
{
	struct program_result result;
	struct error err = program_run(&(struct program){ .argv = argv,
	                                                  .folder = scratch_path(""),
	                                                  .wall_ms = 60000,
	                                                  .cpu_s = 60,
	                                                  .memory_bytes = 4ull << 30,
	                                                  .file_bytes = 1u << 28,
	                                                  .open_files = 64 },
	                               &result);

	ck_assert_msg(!err.code, "%s: %s", argv[0], err.detail);
	ck_assert_msg(program_succeeded(&result), "%s: %s", argv[0], result.err);
}
