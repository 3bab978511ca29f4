/* SPDX-License-Identifier: Apache-2.0 */
/*
 * said -- what volunteers said of the items of a release: read once, written and counted as it goes
 * by.
 *
 * One statement reads the judgments of some items with how each was shown, for judgments.csv and
 * trials.csv alike.  The rows of an item stand in an order of its own in each of the two, by
 * pseudonyms that no file holds: else one would give the volunteers of the other back.  They are
 * those of the function pseudonym() of the database, made here, where a processor is idle.
 *
 * Memory: some 60 bytes a volunteer, 10 a judgment up to SAID_COMPARED of them, and the rows of one
 * item.  Threads: one at a time.
 */
#ifndef RELEASE_SAID_H
#define RELEASE_SAID_H

#include "core/error.h"
#include "db/db.h"
#include "release/artefact.h"

#define SAID_COMPARED 1000000 /* judgments in which cohorts are looked for */
#define SAID_NAME     21      /* a pseudonym with its NUL */

struct judgments;
struct said;

struct said_counts {
	uint64_t judgments, volunteers;
	uint64_t on_fakes, left, matched, random, saying_fake; /* judgments; before policy 2 the second
	                                                        * item of a pair was not drawn so */
	uint64_t alone_rows;                /* the only ones of their item, verdict and confidence */
	uint64_t alone_volunteers;          /* of whom nobody else said the same of the same items */
	char first_month[8], last_month[8]; /* "2026-11"; "": there are no judgments */
};

struct said *said_new(void);
void said_free(struct said *said);

/* Takes the release's salt from the database; before the first window. */
struct error said_begin(struct said *said, struct db *db, const char *release_id) MUST_CHECK;

/* Gets a row of RELEASE_JUDGMENTS or RELEASE_TRIALS, by its columns; of these also TRIAL_MARKS. */
typedef struct error said_row_fn(void *arg, enum release_table table, const char *const values[]);

/* Reads the judgments of one window of items (as release_labels has it) and hands their rows out.
 */
struct error said_window(struct said *said, struct db *db, const char *const window[],
                         said_row_fn *row, void *arg) MUST_CHECK;

/* After the last window. */
void said_count(struct said *said, struct said_counts *ret_counts);

/* The judgments, or where they are many those of some items, drawn by their ids alone; lent. */
struct judgments said_compared(const struct said *said);

/* How a volunteer of these is called in this release. */
void said_name(const struct said *said, uint32_t volunteer, char name[SAID_NAME]);

#endif
