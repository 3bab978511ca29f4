/* SPDX-License-Identifier: Apache-2.0 */
/*
 * diff -- what changed between two releases, item by item.
 *
 * A release's labels.csv has a row an item, in the order of their ids, so two of them are read side
 * by side: memory does not grow with them, and reading can go on later from a place in both.  A
 * column counts where both tables have it.  Pseudonyms (file, lineage, identities, looks) are each
 * release's own and are passed over.
 *
 * What is told of a change is the first that fits, in the order of enum change_kind.  Why it came
 * is what the rows themselves say; release/changes knows more, from the database.
 *
 * The tables may be a stranger's: what is no table of labels, or out of order, is ERR_INVALID.
 * Threads: one at a time.
 */
#ifndef RELEASE_DIFF_H
#define RELEASE_DIFF_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "core/arena.h"
#include "core/error.h"
#include "release/columns.h"
#include "release/semver.h"

/* By number as in change_kinds. */
enum change_kind {
	CHANGE_ADDED,
	CHANGE_REMOVED,
	CHANGE_RELABELLED,
	CHANGE_MOVED,       /* into another split */
	CHANGE_CHANGED,     /* its medium, ruling, truth, or how it was made */
	CHANGE_DESCRIBED,   /* what else its source says: licence, credit, and so on */
	CHANGE_REESTIMATED, /* what the model makes of it, under the same label */
	CHANGE_KINDS
};

/* By number as in change_reasons. */
enum change_reason {
	WHY_NOT_KNOWN,
	WHY_WITHDRAWN, /* taken down for good, with a class of withdrawal_classes */
	WHY_OUT_OF_SERVICE,
	WHY_EXCLUDED, /* by a ruling */
	WHY_REOPENED,
	WHY_RULING,
	WHY_TRUTH, /* its truth was set or corrected, or it became or was gold */
	WHY_CORRECTED,
	WHY_IMPORTED, /* it was not there before */
	WHY_FILTER,   /* of one release it fits what was asked, of the other not */
	WHY_JUDGMENTS,
	WHY_FITTED, /* the model was fitted anew, on as many judgments */
	WHY_RENDERED,
	WHY_GROUP,          /* its lineage or its people were corrected */
	WHY_NEAR_DUPLICATE, /* it looks like an item of another split */
	WHY_SEALED,         /* its label is sealed, or was in the version before */
	CHANGE_REASONS
};

/* A change; texts live in the arena that diff_next() was given. */
struct release_change {
	enum change_kind kind;
	const char *item;
	const char *split[2], *label[2]; /* before and after; NULL: it was or is not there */
	const char *columns;             /* that changed, ';' between them; "" of added and removed */
	enum change_reason why;
	const char *reason_class; /* of WHY_WITHDRAWN; else NULL */
};

struct change_counts {
	int64_t of[CHANGE_KINDS];
	int64_t why[CHANGE_KINDS][CHANGE_REASONS];
	int64_t same;
};

void change_count(struct change_counts *counts, const struct release_change *change);

/* What a version must promise where this changed. */
enum change_level change_level(const struct change_counts *counts);

/* Is a difference in the column one of the record itself, whatever the label and split? */
bool change_is_of_record(enum label_column column);

struct diff;

/* Where in both tables a diff goes on. */
struct diff_place {
	uint64_t before, after; /* bytes; 0: from the beginning */
};

/* Reads both from `place`, which an earlier diff gave; the files stay the caller's. */
struct error diff_new(FILE *before, FILE *after, struct diff_place place,
                      struct diff **ret_diff) MUST_CHECK;
void diff_free(struct diff *diff);

/*
 * The next change, after reading so many rows at most. *ret_found: there is one; else diff_ended()
 * says whether there are more rows.
 */
struct error diff_next(struct diff *diff, struct arena *arena, uint64_t rows,
                       struct release_change *ret_change, bool *ret_found) MUST_CHECK;
bool diff_ended(const struct diff *diff);
struct diff_place diff_place(const struct diff *diff);

/* How many items were found to be the same in both. */
int64_t diff_same(const struct diff *diff);

/* A place in labels.csv by its header: which field each column is, or -1. */
struct label_header {
	int field[LABEL_COLUMNS];
};

/* ERR_INVALID: it is no header of labels.csv. */
struct error label_header_read(const char *const fields[], size_t count,
                               struct label_header *ret_header) MUST_CHECK;

/* The field of a row, or NULL where the table has no such column or nothing in it. */
const char *label_field(const struct label_header *header, const char *const fields[], size_t count,
                        enum label_column column);

#endif
