/* SPDX-License-Identifier: Apache-2.0 */
/*
 * walk -- what several volunteers were given, one pair after the other.
 *
 * Made once, before the tests of a suite; they look at different sides of it.
 */
#ifndef TESTS_HTTP_WALK_H
#define TESTS_HTTP_WALK_H

#include <stdbool.h>
#include <stddef.h>

#include "core/uuid.h"
#include "judging/assignment.h"

#define WALKERS   10
#define WALK_MOST 60 /* pairs a volunteer */

struct walk_item {
	char id[UUID_TEXT], lineage[UUID_TEXT];
	bool fake, gold, training;
};

struct step {
	struct lease lease;
	const struct walk_item *left, *right;
	bool told_truth;    /* the answer held truth, correct or explanation */
	bool said_training; /* what the assignment called itself */
	/* The progress that came with it. */
	long long pairs, training, correct;
};

struct walk {
	struct step steps[WALK_MOST];
	size_t count;
	const char *volunteer;
	const char *me; /* the text of GET /me at the end */
};

extern struct walk walks[WALKERS];
extern const char *walk_campaign;

/* Makes a campaign and has every volunteer judge until nothing is left, or WALK_MOST. */
void walk_all(void);

#endif
