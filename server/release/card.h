/* SPDX-License-Identifier: Apache-2.0 */
/* card -- README.md of a release: what it is, how it was labelled, how sure, how to load it. */
#ifndef RELEASE_CARD_H
#define RELEASE_CARD_H

#include <stdbool.h>
#include <stdio.h>

#include "core/error.h"
#include "db/db.h"

struct leak_table;

/* Writes the dataset card of a decided release as Markdown with a Hugging Face header.
 * `volunteers`: judgments.csv is in it. `leaks`: what was measured of its media. */
struct error card_write(FILE *out, struct db *db, const char *release_id, bool volunteers,
                        const struct leak_table *leaks) MUST_CHECK;

#endif
