/* SPDX-License-Identifier: Apache-2.0 */
#include "release/calibration_table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool has_value(const char *text)
{
	return text && *text;
}

static int medium_of(const char *type)
{
	int medium = 0;

	while (medium < MEDIA_TYPES && strcmp(media_types[medium], type) != 0)
		medium++;
	return medium;
}

/* 1 lies in the last bin. */
static int bin_of(double p_fake)
{
	int bin = p_fake > 0 ? (int)(p_fake * CALIBRATION_BINS) : 0;

	return bin < CALIBRATION_BINS ? bin : CALIBRATION_BINS - 1;
}

uint16_t calibration_label(struct calibration_table *table, const char *const label[])
{
	const char *p_fake = label[LABEL_P_FAKE], *truth = label[LABEL_TRUTH];
	int medium = medium_of(label[LABEL_MEDIA_TYPE]);

	if (!has_value(p_fake) || !has_value(truth) || medium == MEDIA_TYPES)
		return 0;
	double p = strtod(p_fake, NULL);
	int bin = bin_of(p), fake = truth[0] == 'f';
	struct calibration_cell *cell = &table->cells[medium][bin];

	cell->items++;
	cell->fakes += (uint64_t)fake;
	cell->p_fake += p;
	return (uint16_t)(1 + 2 * (medium * CALIBRATION_BINS + bin) + fake);
}

void calibration_judgments(struct calibration_table *table, uint16_t known, uint32_t real,
                           uint32_t fake)
{
	if (!known)
		return;
	int place = (known - 1) / 2, is_fake = (known - 1) % 2;
	struct calibration_cell *cell =
		&table->cells[place / CALIBRATION_BINS][place % CALIBRATION_BINS];

	cell->judgments += (uint64_t)real + fake;
	cell->right += is_fake ? fake : real;
}

static void set_count(struct calibration_row *row, int column, uint64_t number)
{
	snprintf(row->texts[column], sizeof row->texts[column], "%llu", (unsigned long long)number);
	row->values[column] = row->texts[column];
}

static void set_part(struct calibration_row *row, int column, int digits, double number)
{
	snprintf(row->texts[column], sizeof row->texts[column], "%.*f", digits, number);
	row->values[column] = row->texts[column];
}

bool calibration_row(const struct calibration_table *table, int medium, int bin,
                     struct calibration_row *row)
{
	const struct calibration_cell *cell = &table->cells[medium][bin];

	if (!cell->items)
		return false;
	row->values[CALIBRATION_MEDIA_TYPE] = media_types[medium];
	set_part(row, CALIBRATION_FROM, 1, (double)bin / CALIBRATION_BINS);
	set_part(row, CALIBRATION_TO, 1, (double)(bin + 1) / CALIBRATION_BINS);
	set_count(row, CALIBRATION_ITEMS, cell->items);
	set_count(row, CALIBRATION_FAKES, cell->fakes);
	set_part(row, CALIBRATION_P_FAKE, 4, cell->p_fake / (double)cell->items);
	set_count(row, CALIBRATION_JUDGMENTS, cell->judgments);
	set_count(row, CALIBRATION_RIGHT, cell->right);
	return true;
}
