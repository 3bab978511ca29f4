/* SPDX-License-Identifier: Apache-2.0 */
/* cohort_card -- what a release's card says of volunteers who err together (crowd/cohort). */
#ifndef RELEASE_COHORT_CARD_H
#define RELEASE_COHORT_CARD_H

#include <stdbool.h>
#include <stdio.h>

#include "core/error.h"

struct db;

/*
 * Writes a paragraph of Markdown on the judgments of the release, or that there is nothing to warn
 * of. Volunteers stand under the release's own pseudonyms, and only with `volunteers`: without
 * judgments.csv nothing says whose judgments belong together. Reads all judgments of the release
 * into memory, some 30 bytes each; costs two fits where there is a cohort.
 */
struct error cohort_card_write(FILE *out, struct db *db, const char *release_id,
                               bool volunteers) MUST_CHECK;

#endif
