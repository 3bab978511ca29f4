/* SPDX-License-Identifier: Apache-2.0 */
/*
 * csv -- reads RFC 4180 a record at a time, and knows the line each begins on.
 *
 * Lines end in LF or CRLF, fields may be quoted and hold line ends, a byte order mark is
 * passed over.  A record's fields are valid until the next call.  One thread.
 */
#ifndef CORE_CSV_H
#define CORE_CSV_H

#include <stdio.h>

#include "core/error.h"

#define CSV_FIELDS 64
#define CSV_RECORD (256 * 1024) /* bytes */

struct csv;

/* Reads from `source`, which stays the caller's. */
struct csv *csv_new(FILE *source);
void csv_free(struct csv *csv);

/*
 * The next record that is not empty; *ret_count is 0 at the end.  ERR_INVALID, with the
 * line in csv_line(): a quote that never closes, too many fields, too long, a NUL.  After a
 * bad record, the next call goes on with the line that follows.
 */
struct error csv_next(struct csv *csv, const char *const **ret_fields,
					  size_t *ret_count) MUST_CHECK;

/* The line on which the last record began, from 1. */
unsigned csv_line(const struct csv *csv);

#endif
