/* SPDX-License-Identifier: Apache-2.0 */
/*
 * item_row -- a row of a manifest: its columns, and the rules that each value must keep.
 *
 * A row lends the texts that it was set from.
 */
#ifndef DOMAIN_ITEM_ROW_H
#define DOMAIN_ITEM_ROW_H

#include <stdbool.h>

#include "core/arena.h"
#include "core/error.h"

/* A row of a manifest; NULL is what the row does not say. */
struct item_row {
	const char *file, *url;
	const char *truth, *basis, *group, *identity, *pair, *technique, *generator, *source, *licence,
		*credit, *title, *explanation;
	bool gold, training, sensitive;
};

/* The columns of a manifest, NULL at the end; item_row_set() takes their index. */
extern const char *const item_columns[];

/* Sets one column from its text; "" says nothing. ERR_INVALID: a value that is none of the
 * column's. */
struct error item_row_set(struct item_row *row, unsigned column, const char *text) MUST_CHECK;

/* Rules between columns, e.g. gold needs a truth. */
struct error item_row_check(const struct item_row *row) MUST_CHECK;

/* A `;`-separated list, or NULL, as PostgreSQL reads an array of texts. */
const char *item_row_list(struct arena *arena, const char *list);

#endif
