/* SPDX-License-Identifier: Apache-2.0 */
/*
 * manifest_json -- a manifest of JSON objects: one a line, or many one after another, perhaps in an
 * array.  A line that cannot be read costs itself; in an array, reading goes on with the next line
 * that begins with a brace.
 */
#ifndef CORPUS_MANIFEST_JSON_H
#define CORPUS_MANIFEST_JSON_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "core/arena.h"
#include "core/error.h"
#include "corpus/item_row.h"

struct manifest_json {
	const char *text; /* lent */
	size_t len, at;   /* `at` is on line `line` */
	unsigned line;
	char line_end;
	bool by_lines, in_array;
	bool is_blank; /* the last object said nothing */
	/* The last value: its text, and what was read of it or NULL. */
	const char *raw;
	size_t raw_len;
	unsigned raw_line;
	json_t *value;
};

/* Looks at the text, which must stay, and at how it is laid out. */
void manifest_json_start(struct manifest_json *json, const char *text, size_t len);
void manifest_json_end(struct manifest_json *json);

/*
 * Reads the next object into a row. False: there is none.  *ret_err is what is wrong with it.
 */
bool manifest_json_next(struct manifest_json *json, struct arena *arena, struct item_row *row,
                        struct error *ret_err);

#endif
