/* SPDX-License-Identifier: Apache-2.0 */
/* cohort_card -- what a release's card says of volunteers who err together (crowd/cohort). */
#ifndef RELEASE_COHORT_CARD_H
#define RELEASE_COHORT_CARD_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct said;

/*
 * Writes a paragraph of Markdown on the judgments of the release, `all` of them or those that
 * said_compared() kept, or that there is nothing to warn of. Volunteers stand under the release's
 * own pseudonyms, and only with `volunteers`: without judgments.csv nothing says whose judgments
 * belong together. Costs two fits where there is a cohort.
 */
void cohort_card_write(FILE *out, const struct said *said, uint64_t all, bool volunteers);

#endif
