/* SPDX-License-Identifier: Apache-2.0 */
#include "bench_work.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench_base.h"

void work_open(struct work *work, const char *name)
{
	struct stat info;
	int fd = open(name, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || fstat(fd, &info))
		bench_die(name);
	work->bytes = mmap(NULL, (size_t)info.st_size + 1, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	if (work->bytes == MAP_FAILED)
		bench_die(name);
	close(fd);
	work->at = work->bytes;
	work->end = work->bytes + info.st_size;
}

bool work_next_request(struct work *work, const char **ret_request, size_t *ret_len,
                       uint64_t *ret_tag)
{
	char *at = work->at;

	if (at >= work->end)
		return false;
	*ret_len = strtoul(at, &at, 10);
	*ret_tag = strtoull(at, &at, 10);
	*ret_request = at + 1;
	work->at = at + 1 + *ret_len;
	return true;
}

bool work_next_cookie(struct work *work, char *out, size_t size)
{
	char *end =
		work->at < work->end ? memchr(work->at, '\n', (size_t)(work->end - work->at)) : NULL;

	if (!end)
		return false;
	snprintf(out, size, "%.*s", (int)(end - work->at), work->at);
	work->at = end + 1;
	return true;
}

bool work_ran_out(const struct work *work)
{
	return work->bytes && work->at >= work->end;
}
