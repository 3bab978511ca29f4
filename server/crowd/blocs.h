/* SPDX-License-Identifier: Apache-2.0 */
/*
 * blocs -- what some of an item's volunteers would make of it, without the others, and the others
 * without them.
 *
 * Votes are weighed by the fitted skills alone, from even odds (crowd/collusion): the posterior in
 * service, which mixes models and is calibrated on gold, is near it and not the same.  Whoever's
 * skill is not known, or who is ignored, has .5 for both skills and weighs nothing.
 *
 * Pure; any thread.  O(votes * blocs); thirds are sorted.
 */
#ifndef CROWD_BLOCS_H
#define CROWD_BLOCS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BLOCS_MAX 32

/* One volunteer's verdict on the item: each has one. */
struct bloc_vote {
	double sensitivity, specificity;
	uint8_t verdict; /* REAL or FAKE */
	uint32_t blocs;  /* bit b: is in bloc b */
};

struct bloc_outcome {
	uint32_t volunteers, saying_fake;
	double alone;   /* P(fake) by the bloc's votes alone; .5 without a vote that weighs */
	double without; /* P(fake) by all others' */
	bool turns;     /* the label of all is another without the bloc */
};

struct bloc_whole {
	double p_fake;      /* by all votes */
	uint32_t flip_cost; /* volunteers who, answering otherwise, turn the label; UINT32_MAX: all
	                     * together cannot */
};

/* Fills in outcomes[blocs], of at most BLOCS_MAX. */
void blocs_weigh(const struct bloc_vote votes[], uint32_t count, uint32_t blocs,
                 struct bloc_outcome outcomes[], struct bloc_whole *ret_whole);

/*
 * Thirds of the volunteers by their mean skill: sets third[i] to 0 (lowest) to 2, by rank, equal
 * skills always together, in the lower third that they reach.
 */
void blocs_thirds(const double skill[], uint32_t count, uint8_t third[]);

#endif
