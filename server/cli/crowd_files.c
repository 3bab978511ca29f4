/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/crowd_files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PIECE (128 * 1024)

static struct error feed_file(int fd, const char *path, struct table *table)
{
	static char piece[PIECE];
	struct error err = ok();
	ssize_t len = 0;

	while (!err.code && (len = read(fd, piece, sizeof piece)) != 0) {
		if (len < 0 && errno == EINTR)
			continue;
		if (len < 0)
			return errorf(ERR_INVALID, "%s: %s", path, strerror(errno));
		err = table_feed(table, piece, (size_t)len);
	}
	if (!err.code)
		err = table_finish(table);
	return err.code ? errorf(err.code, "%s, %s", path, err.detail) : err;
}

struct error crowd_file_read(const char *path, enum table_kind kind, struct table **table)
{
	bool standard = !strcmp(path, "-");
	int fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return errorf(ERR_INVALID, "%s: %s", path, strerror(errno));
	struct table *read_table = table_new(kind);
	struct error err = feed_file(fd, path, read_table);

	if (!standard)
		close(fd);
	if (err.code)
		table_free(read_table);
	else
		*table = read_table;
	if (!err.code && *table_unused(read_table))
		fprintf(stderr, "touchstone: %s: columns that are not used: %s\n", path,
				table_unused(read_table));
	return err;
}

struct error crowd_file_truth(const char *path, const struct names *tasks, int8_t **truth)
{
	struct table *table;
	struct error err = crowd_file_read(path, TABLE_TRUTH, &table);

	if (err.code)
		return err;
	int8_t *values = malloc((size_t)names_count(tasks) + 1);
	if (!values)
		abort();
	struct strangers strangers = table_truth(table, tasks, values);
	if (strangers.count)
		fprintf(
			stderr,
			"touchstone: %s: %zu of %zu tasks are not among the judgments; the first is %.80s\n",
			path, strangers.count, strangers.of, strangers.first);
	table_free(table);
	*truth = values;
	return ok();
}

int crowd_failed(const char *command, const struct error *err)
{
	fprintf(stderr, "touchstone %s: %s\n", command, err->detail);
	return 1;
}
