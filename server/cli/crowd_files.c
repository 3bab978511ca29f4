/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/crowd_files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/utf8.h"

#define PIECE (128 * 1024)

bool duplicates_read(const char *text, enum duplicates *duplicates)
{
	static const char *const words[] = { "refuse", "first", "last" };

	for (int i = 0; i < 3; i++)
		if (!strcmp(text, words[i])) {
			*duplicates = (enum duplicates)i;
			return true;
		}
	return false;
}

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

/* One line on standard error: a file's name and what is to be said of it. */
static void tell(const char *path, const char *what)
{
	fputs("touchstone: ", stderr);
	utf8_print(stderr, path);
	fputs(what, stderr);
}

/* One fault is the error itself; of several each gets a line, and the error says how many. */
static struct error faults_of(const char *path, const struct table *table)
{
	size_t count = table_fault_count(table);
	const char *advice =
		table_duplicate_count(table) ? "; --duplicates first (or last) keeps one of several" : "";

	if (count == 1)
		return errorf(ERR_INVALID, "%.60s, %s%s", path, table_fault(table, 0), advice);
	for (size_t i = 0; i < count && i < TABLE_FAULTS_KEPT; i++) {
		tell(path, ", ");
		utf8_print(stderr, table_fault(table, i));
		fputc('\n', stderr);
	}
	if (count <= TABLE_FAULTS_KEPT)
		return errorf(ERR_INVALID, "%.60s: %zu faults%s", path, count, advice);
	return errorf(ERR_INVALID, "%.60s: %zu faults, of which the first %d are told%s", path, count,
				  TABLE_FAULTS_KEPT, advice);
}

static void tell_read(const char *path, const struct table *table)
{
	if (*table_unused(table)) {
		tell(path, ": columns that are not used: ");
		utf8_print(stderr, table_unused(table));
		fputc('\n', stderr);
	}
	if (table_duplicate_count(table)) {
		tell(path, ": duplicates passed over: ");
		fprintf(stderr, "%zu\n", table_duplicate_count(table));
	}
}

struct error crowd_file_read(const char *path, enum table_kind kind, enum duplicates duplicates,
							 struct table **table)
{
	bool standard = !strcmp(path, "-");
	int fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return errorf(ERR_INVALID, "%s: %s", path, strerror(errno));
	struct table *read_table = table_new(kind);
	table_allow(read_table, duplicates);
	struct error err = feed_file(fd, path, read_table);

	if (!standard)
		close(fd);
	if (!err.code) {
		tell_read(path, read_table);
		*table = read_table;
		return ok();
	}
	if (table_fault_count(read_table))
		err = faults_of(path, read_table);
	table_free(read_table);
	return errorf(ERR_INVALID, "%s", err.detail);
}

struct error crowd_file_truth(const char *path, const struct names *tasks,
							  enum duplicates duplicates, int8_t **truth)
{
	struct table *table;
	struct error err = crowd_file_read(path, TABLE_TRUTH, duplicates, &table);

	if (err.code)
		return err;
	int8_t *values = malloc((size_t)names_count(tasks) + 1);
	if (!values)
		abort();
	struct strangers strangers = table_truth(table, tasks, values);
	if (strangers.count) {
		fputs("touchstone: ", stderr);
		utf8_print(stderr, path);
		fprintf(stderr, ": %zu of %zu tasks are not among the judgments; the first is ",
				strangers.count, strangers.of);
		utf8_print(stderr, strangers.first);
		fputc('\n', stderr);
	}
	table_free(table);
	*truth = values;
	return ok();
}

int crowd_failed(const char *command, const struct error *err)
{
	fprintf(stderr, "touchstone %s: ", command);
	utf8_print(stderr, err->detail);
	fputc('\n', stderr);
	return 1;
}
