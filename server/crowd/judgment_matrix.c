/* SPDX-License-Identifier: Apache-2.0 */
#include "crowd/judgment_matrix.h"

#include <stdlib.h>
#include <string.h>

#include "core/mem.h"

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
	struct sides *sides = mem_new(judgments->items, sizeof *sides);

	for (size_t j = 0; j < judgments->count; j++)
		sides[judgments->item[j]].seen[judgments->verdict[j]][judgments->position[j]]++;
	return sides;
}

static int compare_links(const void *a, const void *b)
{
	const struct item_pair *one = a, *other = b;

	if (one->a != other->a)
		return one->a < other->a ? -1 : 1;
	return (one->b > other->b) - (one->b < other->b);
}

/* Each pair once, whichever way round it was given; no item is its own partner. */
static void add_links(struct judgment_matrix *matrix, const struct judgments *judgments)
{
	size_t count = 0, kept = 0;

	if (!judgments->pair_count)
		return;
	matrix->links = mem_new(judgments->pair_count, sizeof *matrix->links);
	for (size_t k = 0; k < judgments->pair_count; k++) {
		struct item_pair pair = judgments->pairs[k];

		if (pair.a != pair.b)
			matrix->links[count++] = pair.a < pair.b ? pair : (struct item_pair){ pair.b, pair.a };
	}
	qsort(matrix->links, count, sizeof *matrix->links, compare_links);
	for (size_t k = 0; k < count; k++)
		if (!kept || compare_links(&matrix->links[kept - 1], &matrix->links[k]))
			matrix->links[kept++] = matrix->links[k];
	matrix->link_count = kept;
}

struct judgment_matrix judgment_matrix_new(const struct judgments *judgments, bool graded)
{
	uint32_t symbols = graded ? SYMBOLS_MAX : 2, items = judgments->items;
	size_t codes = (size_t)judgments->volunteers * symbols;

	if (codes > UINT32_MAX)
		abort();
	struct judgment_matrix matrix = { .items = items,
		                              .volunteers = judgments->volunteers,
		                              .symbols = symbols,
		                              .count = judgments->count,
		                              .codes = codes,
		                              .start = mem_new((size_t)items + 1, sizeof *matrix.start),
		                              .code = mem_new(judgments->count, sizeof *matrix.code),
		                              .total = mem_new(codes, sizeof *matrix.total),
		                              .truth = judgments->truth };

	add_links(&matrix, judgments);
	if (judgments->position)
		matrix.sides = count_sides(judgments);
	for (size_t j = 0; j < judgments->count; j++)
		matrix.start[judgments->item[j] + 1]++;
	for (uint32_t i = 0; i < items; i++) {
		matrix.judged += matrix.start[i + 1] > 0;
		matrix.start[i + 1] += matrix.start[i];
	}
	for (size_t j = 0; j < judgments->count; j++) {
		uint32_t code = judgments->volunteer[j] * symbols + symbol_of(judgments, j, graded);

		matrix.code[matrix.start[judgments->item[j]]++] = code;
		matrix.total[code]++;
	}
	memmove(matrix.start + 1, matrix.start, items * sizeof *matrix.start);
	matrix.start[0] = 0;
	return matrix;
}

struct judgment_matrix judgment_matrix_without(const struct judgment_matrix *matrix,
                                               const uint8_t fold[], uint8_t left_out)
{
	struct judgment_matrix rest = *matrix;

	rest.start = mem_new((size_t)matrix->items + 1, sizeof *rest.start);
	rest.code = mem_new(matrix->count, sizeof *rest.code);
	rest.total = mem_new(matrix->codes, sizeof *rest.total);
	rest.sides = NULL;
	rest.links = NULL;
	rest.link_count = 0;
	rest.count = rest.judged = 0;
	for (uint32_t i = 0; i < matrix->items; i++) {
		for (size_t j = matrix->start[i]; j < matrix->start[i + 1]; j++) {
			if (fold[j] == left_out || fold[j] == FOLD_NONE)
				continue;
			rest.code[rest.count++] = matrix->code[j];
			rest.total[matrix->code[j]]++;
		}
		rest.start[i + 1] = rest.count;
		rest.judged += rest.start[i + 1] > rest.start[i];
	}
	return rest;
}

void judgment_matrix_clear(struct judgment_matrix *matrix)
{
	free(matrix->start);
	free(matrix->code);
	free(matrix->total);
	free(matrix->sides);
	free(matrix->links);
}

uint32_t judgment_matrix_fakes(const struct judgment_matrix *matrix, uint32_t item)
{
	uint32_t fakes = 0;

	for (size_t j = matrix->start[item]; j < matrix->start[item + 1]; j++)
		fakes += judgment_matrix_says_fake(matrix, matrix->code[j]);
	return fakes;
}

bool judgment_matrix_is_active(const struct judgment_matrix *matrix, uint32_t volunteer)
{
	const uint32_t *total = &matrix->total[(size_t)volunteer * matrix->symbols];

	for (uint32_t k = 0; k < matrix->symbols; k++)
		if (total[k])
			return true;
	return false;
}
