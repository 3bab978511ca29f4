/* SPDX-License-Identifier: Apache-2.0 */
/*
 * crowd_count -- a row of crowd.csv, counted from the rows of trials.csv of one item.
 *
 * Whoever has trials.csv can count it again (release/verify does), but for the disagreement that
 * is expected of all judgments, by which alpha is measured: a revision lacks some of these.
 *
 *   agreement  the share of all pairs of judgments on the item that say the same: P_i of Fleiss
 *              1971, "Measuring nominal scale agreement among many raters"
 *   alpha      the item's part in Krippendorff's alpha (crowd/agreement)
 *
 * Pure.
 */
#ifndef RELEASE_CROWD_COUNT_H
#define RELEASE_CROWD_COUNT_H

#include <stdint.h>

#include "core/uuid.h"
#include "release/columns.h"

#define RESPONSE_STEPS 11

struct crowd_count {
	char item[UUID_TEXT];               /* "": nothing was taken */
	uint32_t saying[2];                 /* real, fake */
	uint32_t responses[RESPONSE_STEPS]; /* by the step that was reached */
	uint32_t tells[TELL_WORDS];
};

/* Takes a row of trials.csv, by its columns; NULL or "" where there is no value. It is of the same
 * item as those before. */
void crowd_count_take(struct crowd_count *count, const char *const trial[]);

/* The values of a row, and their texts. */
struct crowd_row {
	const char *values[CROWD_COLUMNS];
	char texts[CROWD_COLUMNS][24];
};

/* Fills in what was counted, which outlives the row. `expected`: see agreement_of_item(). */
void crowd_count_row(const struct crowd_count *count, double expected, struct crowd_row *row);

#endif
