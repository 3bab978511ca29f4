/* SPDX-License-Identifier: Apache-2.0 */
/*
 * csv -- RFC 4180: reads a record at a time, and knows the line each begins on; writes a field.
 *
 * Lines end in LF or CRLF, or all of them in a lone CR; the first line tells.  A quote at a
 * field's start opens a field that may hold line ends; a quote in a field's midst is a letter
 * like others.  A byte order mark is passed over.  A record's fields and its raw text are
 * valid until the next call.  One thread.
 *
 * A record that cannot be read costs its first line alone: a quote that never closes swallows
 * nothing.
 */
#ifndef CORE_CSV_H
#define CORE_CSV_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "core/error.h"

#define CSV_FIELDS 64
#define CSV_RECORD (256 * 1024) /* bytes */

struct csv;

/* Reads from `source`, which stays the caller's. */
struct csv *csv_new(FILE *source);
void csv_free(struct csv *csv);

/* What stands between fields, for all that is read from now on; a comma until then. */
void csv_separate(struct csv *csv, char separator);

/*
 * The next record that is not empty; *ret_count is 0 at the end.  ERR_INVALID, with the
 * line in csv_line(): a quote that never closes, something behind a closing quote, too many
 * fields, too long, a NUL.  After a bad record, the next call goes on with the line that follows.
 * ERR_INTERNAL: the source cannot be read on; the next call is at the end.
 */
struct error csv_next(struct csv *csv, const char *const **ret_fields,
                      size_t *ret_count) MUST_CHECK;

/* The line on which the last record began, from 1, and how many lines it took. */
unsigned csv_line(const struct csv *csv);
unsigned csv_lines(const struct csv *csv);

/* The last record as it came, without its line end; of a bad one its first line. */
const char *csv_raw(const struct csv *csv, size_t *ret_len);

/* Takes the last record for a bad one: the next call goes on with the line after its first. */
void csv_back(struct csv *csv);

/* How many bytes of the source lie behind. */
uint64_t csv_offset(const struct csv *csv);

/* Writes a field, in quotes where it needs them, so that csv_next() reads it back as it is. */
void csv_put(FILE *out, const char *text);

#endif
