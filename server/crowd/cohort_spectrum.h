/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cohort_spectrum -- a cohort whose members share too few items to be compared in pairs.
 *
 * Colluders who lie about the same targets agree there more than one loading each explains
 * (crowd/cohort.h). Of two who share three items that tells nothing; of the group it does: what the
 * loadings leave of the correlations has a large eigenvalue, whose vector points at the group (the
 * second factor; planted partitions by their spectrum: McSherry 2001, Nadakuditi & Newman 2012).
 * The largest of many chances is always large, so the group is found on three quarters of the items
 * and must be borne out on the fourth, in turn. Difficulty that spares the able leaves a wide, weak
 * factor: a group is named only if its correlations exceed by .12.
 *
 * Pure, deterministic, the same for any order of rows and names; any thread.
 */
#ifndef CROWD_COHORT_SPECTRUM_H
#define CROWD_COHORT_SPECTRUM_H

#include <stdbool.h>
#include <stdint.h>

#include "crowd/judgments.h"

/*
 * Sets cohort[v] to `number` for the members of the clearest group, and leaves the others as they
 * are. False: there is none. Compared are the busiest, at most 500, of whom cohort[] is 0. Only
 * verdicts are read. O(judgments + meetings on items, at most 30 million, + 500^2 * 1,000).
 */
bool cohort_spectrum_find(const struct judgments *judgments, uint32_t number, uint32_t cohort[]);

#endif
