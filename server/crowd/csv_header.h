/* SPDX-License-Identifier: Apache-2.0 */
/*
 * csv_header -- which column of a file of judgments or truths is what, by the header's names.
 *
 * The names of infer's own files and of a release count first, by the letter.  Otherwise columns
 * are known by the names that MTurk, Toloka, Label Studio and crowd-kit give them, in any case and
 * without regard to blanks, dashes and underscores.  Where two could be meant, none is taken: the
 * refusal names the option that says which.  Pure.
 */
#ifndef CROWD_CSV_HEADER_H
#define CROWD_CSV_HEADER_H

#include <stdbool.h>
#include <stddef.h>

#include "core/error.h"
#include "crowd/csv_answers.h"

enum csv_column {
	COLUMN_WORKER,
	COLUMN_TASK,
	COLUMN_LABEL,
	COLUMN_CONFIDENCE,
	COLUMN_POSITION,
	COLUMN_PAIR,   /* what the two tasks of a matched pair share */
	COLUMN_STATUS, /* whether whoever asked took the answer */
	COLUMNS
};

struct csv_field {
	const char *text;
	size_t len;
};

/* What a caller says of a file: texts of options, lent; NULL where nothing was said. */
struct csv_reading {
	const char *columns; /* "worker=A,task=B,label=C,..."; graded=C: a graded answer for a label */
	const char *labels;  /* csv_answers_name() */
	const char *scale;   /* csv_scale_read() */
	const char *prefix;  /* of the options' names in refusals: "", "gold-", "truth-" */
};

struct csv_header {
	int column[COLUMNS]; /* which field, or -1 */
	bool own;            /* known by infer's own names, all of them */
	bool graded;         /* the label is a graded answer */
	bool is_truth; /* the label is found by the name "truth": one that is not known is empty */
	enum answer_question question;
};

/* The name of a column in options and refusals. */
const char *csv_column_name(enum csv_column column);

/* Finds the columns of a file of judgments, or with `truths` of one of truths. ERR_INVALID, without
 * the line, when a column is missing or more than one could be meant. */
struct error csv_header_read(const struct csv_field fields[], int count, bool truths,
                             const struct csv_reading *reading,
                             struct csv_header *header) MUST_CHECK;

#endif
