/* SPDX-License-Identifier: Apache-2.0 */
/*
 * seal_check -- do the sealed labels of a folder open as they were committed to?
 *
 * Reads sealed.csv and, where it is there, sealed_labels.csv: every commitment has one item of
 * labels.csv whose label is withheld, and is opened by one row, or none is.  Both files may be
 * hostile: rows are bounded by core/csv.  Memory: 104 bytes a sealed item.
 *
 * Threads: one at a time.
 */
#ifndef RELEASE_SEAL_CHECK_H
#define RELEASE_SEAL_CHECK_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* Told each fault, in a sentence without its end. */
typedef void seal_fault(void *arg, const char *text);

struct seal_check;

/* `arg` goes to `fault`. */
struct seal_check *seal_check_new(seal_fault *fault, void *arg);
void seal_check_free(struct seal_check *check);

/* Reads the commitments; then what opens them. The files stay the caller's. */
void seal_check_commitments(struct seal_check *check, FILE *in);
void seal_check_openings(struct seal_check *check, FILE *in);

/* Says that labels.csv withholds the label of an item. False: nothing commits to it. */
bool seal_check_item(struct seal_check *check, const char *item);

/* Tells of commitments without an item, and of those that do not open, where there is anything that
 * opens them. How many there are, and how many opened. */
void seal_check_end(struct seal_check *check, uint64_t *ret_sealed, uint64_t *ret_opened);

#endif
