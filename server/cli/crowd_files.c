/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/crowd_files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/mem.h"
#include "core/utf8.h"
#include "engine/settings.h"

#define PIECE (128 * 1024)

static bool duplicates_read(const char *text, enum duplicates *duplicates)
{
	static const char *const words[] = { "refuse", "first", "last" };

	for (int i = 0; i < 3; i++)
		if (!strcmp(text, words[i])) {
			*duplicates = (enum duplicates)i;
			return true;
		}
	return false;
}

bool crowd_reading_take(int *argc, char **argv, struct crowd_reading *reading)
{
	const char *duplicates = take_option(argc, argv, "--duplicates");
	enum duplicates kept = DUPLICATES_REFUSE;
	bool fit = !duplicates || duplicates_read(duplicates, &kept);

	reading->judgments.reading =
		(struct csv_reading){ .columns = take_option(argc, argv, "--columns"),
		                      .labels = take_option(argc, argv, "--labels"),
		                      .scale = take_option(argc, argv, "--confidence-scale"),
		                      .prefix = "" };
	reading->gold.reading =
		(struct csv_reading){ .columns = take_option(argc, argv, "--gold-columns"),
		                      .labels = take_option(argc, argv, "--gold-labels"),
		                      .prefix = "gold-" };
	reading->truth.reading =
		(struct csv_reading){ .columns = take_option(argc, argv, "--truth-columns"),
		                      .labels = take_option(argc, argv, "--truth-labels"),
		                      .prefix = "truth-" };
	reading->judgments.duplicates = reading->gold.duplicates = reading->truth.duplicates = kept;
	return fit;
}

bool crowd_file_named(int argc, char **argv, const char **path)
{
	if (argc != 2 || (argv[1][0] == '-' && argv[1][1]))
		return false;
	*path = argv[1];
	return true;
}

static struct error feed_file(int fd, const char *path, struct judgment_csv *csv)
{
	static char piece[PIECE];
	struct error err = ok();
	ssize_t len = 0;

	while (!err.code && (len = read(fd, piece, sizeof piece)) != 0) {
		if (len < 0 && errno == EINTR)
			continue;
		if (len < 0)
			return errorf(ERR_INVALID, "%s: %s", path, strerror(errno));
		err = judgment_csv_feed(csv, piece, (size_t)len);
	}
	if (!err.code)
		err = judgment_csv_finish(csv);
	return err.code ? errorf(err.code, "%s, %s", path, err.detail) : err;
}

/* One line on standard error: a file's name and what is to be said of it. */
static void crowd_tell(const char *path, const char *what)
{
	fputs("touchstone: ", stderr);
	utf8_print(stderr, path);
	fputs(what, stderr);
}

/* One fault is the error itself; of several each gets a line, and the error says how many. */
static struct error faults_of(const char *path, struct judgment_csv *csv)
{
	size_t count = judgment_csv_fault_count(csv);
	const char *advice = judgment_csv_duplicate_count(csv)
	                         ? "; --duplicates first (or last) keeps one of several"
	                         : judgment_csv_advice(csv);

	if (count == 1)
		return errorf(ERR_INVALID, "%.60s, %s%s", path, judgment_csv_fault(csv, 0), advice);
	for (size_t i = 0; i < count && i < JUDGMENT_CSV_FAULTS_KEPT; i++) {
		crowd_tell(path, ", ");
		utf8_print(stderr, judgment_csv_fault(csv, i));
		fputc('\n', stderr);
	}
	if (count <= JUDGMENT_CSV_FAULTS_KEPT)
		return errorf(ERR_INVALID, "%.60s: %zu faults%s", path, count, advice);
	return errorf(ERR_INVALID, "%.60s: %zu faults, of which the first %d are told%s", path, count,
	              JUDGMENT_CSV_FAULTS_KEPT, advice);
}

static void tell_count(const char *path, const char *what, size_t count)
{
	if (!count)
		return;
	crowd_tell(path, what);
	fprintf(stderr, "%zu\n", count);
}

static void tell_read(const char *path, struct judgment_csv *csv)
{
	struct csv_left_out left_out = judgment_csv_left_out(csv);

	if (*judgment_csv_taken(csv)) {
		crowd_tell(path, ": read: ");
		utf8_print(stderr, judgment_csv_taken(csv));
		fputc('\n', stderr);
	}
	if (*judgment_csv_unused(csv)) {
		crowd_tell(path, ": columns that are not used: ");
		utf8_print(stderr, judgment_csv_unused(csv));
		fputc('\n', stderr);
	}
	tell_count(path, ": duplicates passed over: ", judgment_csv_duplicate_count(csv));
	tell_count(path, ": rejected or skipped, left out: ", left_out.rejected);
	tell_count(path, ": answers without a verdict, left out: ", left_out.neither);
	tell_count(path, ": rows without a truth, passed over: ", left_out.not_known);
}

struct error crowd_file_read(const char *path, enum judgment_csv_kind kind,
                             const struct crowd_file_options *options, struct judgment_csv **csv)
{
	bool standard = !strcmp(path, "-");
	int fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return errorf(ERR_INVALID, "%s: %s", path, strerror(errno));
	struct judgment_csv *read_table = judgment_csv_new(kind);
	judgment_csv_allow(read_table, options->duplicates);
	struct error err = judgment_csv_read_as(read_table, &options->reading);

	if (!err.code)
		err = feed_file(fd, path, read_table);

	if (!standard)
		close(fd);
	if (!err.code) {
		tell_read(path, read_table);
		*csv = read_table;
		return ok();
	}
	if (judgment_csv_fault_count(read_table))
		err = faults_of(path, read_table);
	judgment_csv_free(read_table);
	return errorf(ERR_INVALID, "%s", err.detail);
}

struct error crowd_file_truth(const char *path, const struct names *tasks,
                              const struct crowd_file_options *options, int8_t **truth)
{
	struct judgment_csv *csv;
	struct error err = crowd_file_read(path, JUDGMENT_CSV_TRUTH, options, &csv);

	if (err.code)
		return err;
	int8_t *values = mem_resize(NULL, (size_t)names_count(tasks) + 1, sizeof *values);
	struct strangers strangers = judgment_csv_truth(csv, tasks, values);
	if (strangers.count) {
		fputs("touchstone: ", stderr);
		utf8_print(stderr, path);
		fprintf(stderr, ": %zu of %zu tasks are not among the judgments; the first is ",
		        strangers.count, strangers.of);
		utf8_print(stderr, strangers.first);
		fputc('\n', stderr);
	}
	judgment_csv_free(csv);
	*truth = values;
	return ok();
}

uint32_t crowd_truth_without_gold(int8_t truth[], const int8_t gold[], uint32_t tasks)
{
	uint32_t left_out = 0;

	for (uint32_t i = 0; gold && i < tasks; i++) {
		if (gold[i] == UNKNOWN || truth[i] == UNKNOWN)
			continue;
		truth[i] = UNKNOWN;
		left_out++;
	}
	return left_out;
}

int crowd_failed(const char *command, const struct error *err)
{
	fprintf(stderr, "touchstone %s: ", command);
	utf8_print(stderr, err->detail);
	fputc('\n', stderr);
	return 1;
}
