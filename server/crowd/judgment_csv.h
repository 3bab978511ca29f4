/* SPDX-License-Identifier: Apache-2.0 */
/*
 * judgment_csv -- judgments and truths as people keep them: CSV text in, arrays out.
 *
 * RFC 4180 with a header line: fields may be quoted, lines end in LF or CRLF, a byte order
 * mark and empty lines are passed over, columns stand in any order and judgment_csv_unused() names
 * those that nobody reads.  Commas, tabs or semicolons separate: those by which the header has the
 * columns.  crowd/csv_header says which column is what, crowd/csv_answers what a word means, and
 * judgment_csv_taken() what was taken for what.  A last line without its line end is read if it is
 * whole.  Anything else is a fault: an ERR_INVALID whose detail names the
 * line. Reading goes on behind a faulty row, so that all faults of a file can be told at once.
 *
 * Bytes are pushed in, in pieces of any size, so that whole files never lie in memory.
 * The caller owns a table; one thread at a time.
 */
#ifndef CROWD_JUDGMENT_CSV_H
#define CROWD_JUDGMENT_CSV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/error.h"
#include "crowd/csv_header.h"
#include "crowd/judgments.h"

/* Names by index, in order of first appearance; and their indices again. */
struct names;

uint32_t names_count(const struct names *names);
/* NUL-terminated, lent; *len may be NULL. */
const char *names_text(const struct names *names, uint32_t index, size_t *len);
/* Returns UINT32_MAX when there is none such. */
uint32_t names_find(const struct names *names, const char *text, size_t len);

struct judgment_csv;

enum judgment_csv_kind {
	JUDGMENT_CSV_JUDGMENTS, /* worker,task,label and perhaps confidence, position, pair (the
	                         * tasks of a matched pair bear one name; empty: none); or, as in a
	                         * release's judgments.csv, volunteer,item,verdict */
	JUDGMENT_CSV_TRUTH,     /* task,label; or, as in a release's labels.csv, item,truth: where truth
	                         * stands	 beside label it counts, and a row without one is passed over */
};

struct judgment_csv *judgment_csv_new(enum judgment_csv_kind kind);
void judgment_csv_free(struct judgment_csv *csv);

/* What becomes of a second judgment of one worker on one task, or a second truth of a task. */
enum duplicates {
	DUPLICATES_REFUSE, /* it is a fault */
	DUPLICATES_FIRST,  /* the first in the file counts, the others are passed over */
	DUPLICATES_LAST
};

/* Before judgment_csv_finish(); without it duplicates are refused. */
void judgment_csv_allow(struct judgment_csv *csv, enum duplicates duplicates);

/* What a caller says of columns, words and scale, before the first judgment_csv_feed(); its texts
 * must live until then. ERR_INVALID, naming the option, for what cannot be read. */
struct error judgment_csv_read_as(struct judgment_csv *csv,
                                  const struct csv_reading *reading) MUST_CHECK;

/* Fails only where nothing behind can be read: a header that lacks a column, a line without end, an
 * answer of which nobody says which way round it is.
 * What is wrong with a row is noted for judgment_csv_finish(). */
struct error judgment_csv_feed(struct judgment_csv *csv, const char *bytes, size_t len) MUST_CHECK;

/* The last piece is in. Returns the first fault. */
struct error judgment_csv_finish(struct judgment_csv *csv) MUST_CHECK;

#define JUDGMENT_CSV_FAULTS_KEPT 20

/* How many faults were found, also by a judgment_csv_feed() that failed; all are counted, the
 * details of the first JUDGMENT_CSV_FAULTS_KEPT are kept: by line, duplicates behind the others. */
size_t judgment_csv_fault_count(const struct judgment_csv *csv);
const char *judgment_csv_fault(const struct judgment_csv *csv, size_t index); /* lent */

/* After judgment_csv_finish(): how many rows were duplicates of another. */
size_t judgment_csv_duplicate_count(const struct judgment_csv *csv);

/* After judgment_csv_finish(): rows that are no judgments. */
struct csv_left_out {
	size_t rejected;  /* by whoever asked, or skipped by the worker */
	size_t neither;   /* answers without a verdict: words named so, the middle of a scale */
	size_t not_known; /* truths that are empty */
};

struct csv_left_out judgment_csv_left_out(const struct judgment_csv *csv);

/* What was taken for what, "worker = WorkerId, task = HITId, label = answer (yes = fake, no =
 * real), tab-separated"; "" where all are infer's own names and words. After judgment_csv_finish();
 * lent. */
const char *judgment_csv_taken(struct judgment_csv *csv);

/* Which option may mend the faults, or "". Lent. */
const char *judgment_csv_advice(struct judgment_csv *csv);

/* Lent, after judgment_csv_finish(). */
const struct names *judgment_csv_tasks(const struct judgment_csv *csv);
const struct names *judgment_csv_workers(
	const struct judgment_csv *csv); /* JUDGMENT_CSV_JUDGMENTS */

/* A view of JUDGMENT_CSV_JUDGMENTS, without truth. */
struct judgments judgment_csv_judgments(const struct judgment_csv *csv);

/* Gives back the memory of the rows and of looking names up; their texts stay. Views of the rows
 * and names_find() are over. */
void judgment_csv_forget_rows(struct judgment_csv *csv);

/* The names of the columns that are not used, "a, b"; "" when all are. Lent. */
const char *judgment_csv_unused(const struct judgment_csv *csv);

/* Truths of tasks that are not among those asked about. */
struct strangers {
	size_t count, of;  /* all truths */
	const char *first; /* lent by the table; NULL when there is none */
};

/* JUDGMENT_CSV_TRUTH: sets truth[i] for each name i of `tasks` that has one, UNKNOWN for the
 * others. */
struct strangers judgment_csv_truth(const struct judgment_csv *csv, const struct names *tasks,
                                    int8_t truth[]);

#endif
