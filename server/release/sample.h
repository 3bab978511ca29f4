/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sample -- as many judgments of a release as fit into memory, whole items at a time.
 *
 * Every item has a number that its id alone decides.  Those below a limit are kept; when there are
 * too many judgments, the limit is halved.  So which items stay does not depend on their order, and
 * a release with few enough judgments is kept whole.
 *
 * Memory: 9 bytes a judgment that is kept and 9 an item of these.  Threads: one at a time.
 */
#ifndef RELEASE_SAMPLE_H
#define RELEASE_SAMPLE_H

#include <stdbool.h>

#include "crowd/judgments.h"

struct sample;

/* Keeps `most` judgments at most. */
struct sample *sample_new(size_t most);
void sample_free(struct sample *sample);

/* The judgments that follow are of an item with this number; `truth` as struct judgments has it. */
void sample_item(struct sample *sample, uint64_t number, int8_t truth);
void sample_judgment(struct sample *sample, uint32_t volunteer, bool fake);

/* What was kept, lent until the next change: `volunteers` says how many there are in all. */
struct judgments sample_judgments(const struct sample *sample, uint32_t volunteers);

#endif
