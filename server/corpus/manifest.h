/* SPDX-License-Identifier: Apache-2.0 */
/*
 * manifest -- reads a list of media, in whatever form people keep it, into rows.
 *
 * The content tells the form, not the name: a table (separated by commas, semicolons or tabs) or
 * JSON (a line an object, or an array of objects); UTF-8, or UTF-16 with its byte order mark.
 * What can be meant in one way only is taken; for all else the row's error says what
 * was found and what to do.  docs/manifest.md tells people the rules.
 *
 * The whole file lies in memory.  One thread.
 */
#ifndef CORPUS_MANIFEST_H
#define CORPUS_MANIFEST_H

#include <stdbool.h>
#include <stdio.h>

#include "core/arena.h"
#include "core/error.h"
#include "corpus/item_row.h"

struct manifest;

/* What a manifest says of one item. */
struct manifest_row {
	unsigned line;    /* on which it begins, from 1 */
	struct error err; /* ERR_INVALID: what is wrong with it; `item` holds what could be read */
	struct item_row item;
	const char *raw; /* as it came, of what cannot be read its first line; in the arena */
	size_t raw_len;
};

/*
 * Opens a manifest; `folder` is what the files in it are relative to.  ERR_INVALID: no manifest at
 * all, or a header that cannot be understood.
 */
struct error manifest_open(const char *path, const char *folder,
                           struct manifest **ret_manifest) MUST_CHECK;
void manifest_close(struct manifest *manifest);

/* The next row, in the arena; rows that are blank are passed over. False: there is none. */
bool manifest_next(struct manifest *manifest, struct arena *arena, struct manifest_row *ret_row);

/* How much of it has been read, from 0 to 1. */
double manifest_progress(const struct manifest *manifest);

/* A list of rows that were refused: a manifest too, which says beside each row why. */
const char *manifest_refused_ending(const struct manifest *manifest); /* ".csv", ".jsonl"... */
void manifest_refused_head(const struct manifest *manifest, FILE *out);

/* Writes a row as it came. */
void manifest_refused_row(const struct manifest *manifest, const struct manifest_row *row,
                          const char *reason, FILE *out);

#endif
