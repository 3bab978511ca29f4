/* SPDX-License-Identifier: Apache-2.0 */
/* changes_csv -- changes as rows for a spreadsheet: changes.csv of a release, and what `release
 * diff` prints. */
#ifndef RELEASE_CHANGES_CSV_H
#define RELEASE_CHANGES_CSV_H

#include <stdio.h>

#include "release/diff.h"
#include "release/sink.h"

/* Writes the header; the sink holds nothing that would have to be freed. */
struct sink changes_csv_begin(FILE *out);
void changes_csv_row(struct sink *sink, const struct release_change *change);

#endif
