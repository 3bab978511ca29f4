/* SPDX-License-Identifier: Apache-2.0 */
/*
 * online -- what one more judgment changes, at once.
 *
 * A fit is the ground truth of the model and takes a pass over everything; between two fits,
 * each judgment moves its item's odds and its volunteer's skill in O(1).  The volunteer is
 * weighed as known before the judgment, and learns from what the others (or gold) say of the
 * item: nobody confirms himself, and nobody's word counts below zero.  What the item's change means
 * for its earlier volunteers waits for the next fit.  Pure; the caller owns the structs.
 */
#ifndef CROWD_ONLINE_H
#define CROWD_ONLINE_H

#include <stdint.h>

#include "crowd/model.h"

struct online_item {
	double odds; /* log odds of fake by the crowd alone */
	uint32_t judgments;
	int truth; /* REAL or FAKE for gold, else UNKNOWN */
};

/* Expected counts of right and wrong answers, prior included. */
struct online_volunteer {
	double hits, misses;   /* on fakes */
	double passes, alarms; /* on reals */
};

/* As the fit left them. An item or volunteer newer than the fit: pass UINT32_MAX. */
struct online_item online_item(const struct fit *fit, uint32_t item, int truth);
struct online_volunteer online_volunteer(const struct fit *fit, uint32_t volunteer);

/* What a verdict of this volunteer adds to an item's log odds of fake: never below zero for "fake",
 * nor above it for "real". */
double online_weight(const struct online_volunteer *volunteer, uint8_t verdict);

/* Takes in one verdict; both structs move. Returns what is believed of the item now, gold not
 * clamped. */
double online_judge(const struct fit *fit, struct online_item *item,
                    struct online_volunteer *volunteer, uint8_t verdict);

#endif
