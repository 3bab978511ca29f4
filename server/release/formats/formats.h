/* SPDX-License-Identifier: Apache-2.0 */
/* formats -- every format in which a release writes tables, a line each; see release/sink.h. */
#ifndef RELEASE_FORMATS_H
#define RELEASE_FORMATS_H

#include "release/sink.h"

extern const struct sink_format format_csv;      /* RFC 4180, safe for spreadsheets */
extern const struct sink_format format_jsonl;    /* an object a line */
extern const struct sink_format format_parquet;  /* columns with types, for analysis and training */
extern const struct sink_format format_licences; /* LICENCES, for people; from rows of labels */

/* The text as a cell of CSV says it, before quoting; the caller frees it. */
char *csv_cell(const char *text);

#endif
