/* SPDX-License-Identifier: Apache-2.0 */
/*
 * calibration_table -- how often the crowd was right, where the truth is known: a row of
 * calibration.csv for each medium and tenth of p_fake, as reliability diagrams have them
 * (Niculescu-Mizil and Caruana 2005, "Predicting good probabilities with supervised learning").
 *
 * Whoever has labels.csv and trials.csv can count it again (release/verify does). The truth of an
 * item is held out of its own p_fake. Pure.
 */
#ifndef RELEASE_CALIBRATION_TABLE_H
#define RELEASE_CALIBRATION_TABLE_H

#include <stdint.h>

#include "core/vocabulary.h"
#include "release/columns.h"

#define CALIBRATION_BINS 10

/* Items of one medium whose p_fake lies in one bin, and the judgments on them. */
struct calibration_cell {
	uint64_t items, fakes;
	uint64_t judgments, right;
	double p_fake; /* the sum */
};

struct calibration_table {
	struct calibration_cell cells[MEDIA_TYPES][CALIBRATION_BINS];
};

/* Takes a row of labels.csv, by its columns; NULL or "" where there is no value. Answers what
 * stands for its cell and truth; 0: it counts in none, since its truth or p_fake is not told. */
uint16_t calibration_label(struct calibration_table *table, const char *const label[]);

/* Takes judgments on an item of which calibration_label() answered `known`: how many say real, and
 * fake. */
void calibration_judgments(struct calibration_table *table, uint16_t known, uint32_t real,
                           uint32_t fake);

struct calibration_row {
	const char *values[CALIBRATION_COLUMNS];
	char texts[CALIBRATION_COLUMNS][24];
};

/* The row of a cell that has items. False: it has none. The row points into itself. */
bool calibration_row(const struct calibration_table *table, int medium, int bin,
                     struct calibration_row *row);

#endif
