/* SPDX-License-Identifier: Apache-2.0 */
#include "crowd/sheet.h"

#include <stdlib.h>
#include <string.h>

void *crowd_alloc(size_t count, size_t size)
{
	void *p = calloc(count ? count : 1, size);

	if (!p)
		abort();
	return p;
}

/* Three levels of confidence for each verdict, mirrored: 0 is sure of real, 5 sure of fake. */
static uint32_t symbol_of(const struct judgments *judgments, size_t j, bool graded)
{
	uint8_t verdict = judgments->verdict[j];

	if (!graded)
		return verdict;
	uint32_t level = judgments->confidence[j] >= 84 ? 2 : judgments->confidence[j] >= 67 ? 1 : 0;
	return verdict == FAKE ? 3 + level : 2 - level;
}

static struct sides *count_sides(const struct judgments *judgments)
{
	struct sides *sides = crowd_alloc(judgments->items, sizeof *sides);

	for (size_t j = 0; j < judgments->count; j++)
		sides[judgments->item[j]].seen[judgments->verdict[j]][judgments->position[j]]++;
	return sides;
}

struct sheet sheet_new(const struct judgments *judgments, bool graded)
{
	uint32_t symbols = graded ? SYMBOLS_MAX : 2, items = judgments->items;
	size_t codes = (size_t)judgments->volunteers * symbols;

	if (codes > UINT32_MAX)
		abort();
	struct sheet sheet = { .items = items,
						   .volunteers = judgments->volunteers,
						   .symbols = symbols,
						   .count = judgments->count,
						   .codes = codes,
						   .start = crowd_alloc((size_t)items + 1, sizeof *sheet.start),
						   .code = crowd_alloc(judgments->count, sizeof *sheet.code),
						   .total = crowd_alloc(codes, sizeof *sheet.total),
						   .truth = judgments->truth };

	if (judgments->position)
		sheet.sides = count_sides(judgments);
	for (size_t j = 0; j < judgments->count; j++)
		sheet.start[judgments->item[j] + 1]++;
	for (uint32_t i = 0; i < items; i++) {
		sheet.judged += sheet.start[i + 1] > 0;
		sheet.start[i + 1] += sheet.start[i];
	}
	for (size_t j = 0; j < judgments->count; j++) {
		uint32_t code = judgments->volunteer[j] * symbols + symbol_of(judgments, j, graded);

		sheet.code[sheet.start[judgments->item[j]]++] = code;
		sheet.total[code]++;
	}
	memmove(sheet.start + 1, sheet.start, items * sizeof *sheet.start);
	sheet.start[0] = 0;
	return sheet;
}

void sheet_clear(struct sheet *sheet)
{
	free(sheet->start);
	free(sheet->code);
	free(sheet->total);
	free(sheet->sides);
}

uint32_t sheet_fakes(const struct sheet *sheet, uint32_t item)
{
	uint32_t fakes = 0;

	for (size_t j = sheet->start[item]; j < sheet->start[item + 1]; j++)
		fakes += sheet_says_fake(sheet, sheet->code[j]);
	return fakes;
}
