/* SPDX-License-Identifier: Apache-2.0 */
/*
 * judgment_matrix -- judgments sorted by item, each as one number, for the models in crowd/.
 *
 * A judgment is a code: volunteer * symbols + symbol.  Symbols are the ordered answers a
 * volunteer can give, from sure-real to sure-fake: two without confidence, six with it.
 * The code indexes whatever a model keeps per volunteer and answer, so that one pass over
 * the codes of an item finds all it needs.  Owned by the model that makes it.
 */
#ifndef CROWD_JUDGMENT_MATRIX_H
#define CROWD_JUDGMENT_MATRIX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "crowd/judgments.h"

#define SYMBOLS_MAX 6

/* How often an item got each verdict on each side: seen[verdict][0 left, 1 right]. */
struct sides {
	uint32_t seen[2][2];
};

struct judgment_matrix {
	uint32_t items, volunteers, symbols;
	uint32_t judged;         /* items that have a judgment */
	size_t count;            /* judgments */
	size_t codes;            /* volunteers * symbols */
	size_t *start;           /* items + 1: where an item's codes begin */
	uint32_t *code;          /* by item */
	uint32_t *total;         /* codes: how often each was given */
	struct sides *sides;     /* items; NULL where positions are not known */
	const int8_t *truth;     /* items, lent; or NULL */
	struct item_pair *links; /* link_count: matched pairs, each once, a below b; NULL: none */
	size_t link_count;
};

/* volunteers * symbols must fit in 32 bits; aborts otherwise. */
struct judgment_matrix judgment_matrix_new(const struct judgments *judgments, bool graded);
void judgment_matrix_clear(struct judgment_matrix *matrix);

#define FOLD_NONE 255 /* a judgment that is in no fold */

/* The same items and volunteers without the judgments j whose fold[j] is `left_out` or FOLD_NONE,
 * and without sides and links. `truth` stays lent by whom it was. */
struct judgment_matrix judgment_matrix_without(const struct judgment_matrix *matrix,
                                               const uint8_t fold[], uint8_t left_out);

static inline uint32_t judgment_matrix_judgments(const struct judgment_matrix *matrix,
                                                 uint32_t item)
{
	return (uint32_t)(matrix->start[item + 1] - matrix->start[item]);
}

static inline bool judgment_matrix_says_fake(const struct judgment_matrix *matrix, uint32_t code)
{
	return code % matrix->symbols >= matrix->symbols / 2;
}

static inline bool judgment_matrix_is_gold(const struct judgment_matrix *matrix, uint32_t item)
{
	return matrix->truth && matrix->truth[item] != UNKNOWN;
}

/* Whether a volunteer has judged anything. */
bool judgment_matrix_is_active(const struct judgment_matrix *matrix, uint32_t volunteer);

/* How many of an item's verdicts are "fake". */
uint32_t judgment_matrix_fakes(const struct judgment_matrix *matrix, uint32_t item);

#endif
