/* SPDX-License-Identifier: Apache-2.0 */
/*
 * figures -- figures.json: the counts that a page draws of a release, made while the rows of its
 * tables go by.
 *
 * The crowd is right on an item where its posterior, by halves, says what provenance truth says.
 * Of these the crowd's accuracy rests on the items alone that have both.
 *
 * Memory: some kilobytes, however large the release.  Threads: one at a time.
 */
#ifndef RELEASE_FIGURES_H
#define RELEASE_FIGURES_H

#include <stdio.h>

#define FIGURE_BINS           20   /* of p_fake and of interval widths, each from 0 to 1 */
#define FIGURE_AGREEMENT_BINS 10   /* from 0.5 to 1 */
#define FIGURE_JUDGMENTS_MOST 1000 /* an item with more is counted with these */

struct figures;

struct figures *figures_new(void);
void figures_free(struct figures *figures);

/* Takes a row of labels.csv, by its columns. */
void figures_label(struct figures *figures, const char *const values[]);

/* Takes a row of trials.csv; those of an item come one after the other. */
void figures_trial(struct figures *figures, const char *const values[]);

/* After the last row. */
void figures_write(FILE *out, struct figures *figures);

#endif
