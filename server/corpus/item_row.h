/* SPDX-License-Identifier: Apache-2.0 */
/*
 * item_row -- a row of a manifest: its columns, and the rules that each value must keep.
 *
 * Words of a fixed choice are taken in any case (`Real`, `TRUE`).  Names (group, pair, identity)
 * are compared in the one form that the database's canonical_name() gives them; here they are only
 * trimmed.  A row lends the texts that it was set from.
 */
#ifndef CORPUS_ITEM_ROW_H
#define CORPUS_ITEM_ROW_H

#include <stdbool.h>

#include "core/arena.h"
#include "core/error.h"

#define DECLARED_MAX 500 /* bytes of made_by and made_how */

/* A row of a manifest; NULL is what the row does not say. */
struct item_row {
	const char *file, *url;
	const char *truth, *basis, *group, *identity, *pair, *technique, *generator, *source, *licence,
		*credit, *title, *explanation;
	const char *rights, *people, *made_by, *made_how;
	const char *region; /* "x;y;width;height" */
	bool gold, training, sensitive;
	bool says_gold, says_training, says_sensitive; /* so that `false` differs from silence */
};

/* The columns of a manifest, NULL at the end; a column's number is its index. */
extern const char *const item_columns[];

/* The number of the column of this name, however it is written (" File"); -1: there is none. */
int item_column(const char *name);
bool item_column_is_flag(unsigned column);
bool item_column_is_list(unsigned column);

/* What POST /items asks for by itself, and a contribution keeps beside its facts. */
bool item_column_is_declared(unsigned column);

/* Nothing but white space? */
bool item_text_is_blank(const char *text);

/* The text without the white space around it. */
const char *item_text_trim(struct arena *arena, const char *text);

/*
 * Sets one column from its text; blank says nothing.  White space around a value does not count,
 * but in a file's name.  ERR_INVALID: a value that is none of the column's.  The text must be
 * UTF-8 and live as long as the row.
 */
struct error item_row_set(struct item_row *row, struct arena *arena, unsigned column,
                          const char *text) MUST_CHECK;

/* Rules between columns, e.g. gold needs a truth. */
struct error item_row_check(const struct item_row *row) MUST_CHECK;

/* A `;`-separated list, or NULL, as PostgreSQL reads an array of texts. */
const char *item_row_list(struct arena *arena, const char *list);

#endif
