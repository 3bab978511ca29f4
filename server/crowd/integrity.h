/* SPDX-License-Identifier: Apache-2.0 */
/*
 * integrity -- on whom labels rest: newcomers, one network, one cohort, few volunteers.
 *
 * The weight of a volunteer in a label is what the verdict adds to the label's own side of the log
 * odds, at the fitted skills; verdicts for the other side add nothing.  A group decides a label
 * mainly if it holds half of that weight or more.  One network will do so now and then by chance,
 * the more often the more of all judgments it gives: `network_excess` says how far it goes beyond.
 *
 * Pure, the same for any order of rows and names; any thread.  O(judgments), and for each network
 * that decides labels mainly, O(64).
 */
#ifndef CROWD_INTEGRITY_H
#define CROWD_INTEGRITY_H

#include <stddef.h>
#include <stdint.h>

#include "crowd/judgments.h"
#include "crowd/model.h"

/* What is known beside the judgments. Arrays belong to the caller. */
struct integrity_known {
	uint32_t campaigns, networks;
	const uint32_t *campaign; /* by item, below `campaigns` */
	const uint8_t *label;     /* by item: 1 where the crowd is sure; never for gold */
	const uint32_t *network;  /* by judgment: from 1 to `networks`; 0: not known, or declared by the
	                           * operator. A network belongs to one campaign */
	const uint32_t *cohort;   /* by volunteer: from 1; 0: none. NULL: nobody is in one */
	const uint8_t *newcomer;  /* by volunteer */
	const uint32_t *flip_cost;         /* by item: influence_cost() */
	struct integrity_carried *carried; /* by item: filled in for labels; NULL: not asked for */
};

/* The cohort that holds most of a label's weight; 0: none holds any. */
struct integrity_carried {
	uint32_t cohort;
	float share; /* of the weight for the label */
};

struct integrity_campaign {
	uint32_t labels;                              /* of which the crowd is sure */
	uint32_t by_newcomers, by_network, by_cohort; /* mainly */
	uint32_t volunteers;                          /* with a judgment here */
	uint32_t newcomers, worse, in_cohorts;        /* of them; worse: than chance, by their skills'
	                                               * 90 % intervals */
	uint32_t gold, gold_right;                    /* judgments on gold, and those that are right */
	uint32_t gold_volunteers;                     /* who gave them */
	double gold_squares;               /* the sum over them of the squares of how many they gave */
	uint32_t flip_lowest;              /* UINT32_MAX: no label can be flipped */
	double flip_median;                /* NAN: no label */
	uint32_t flip_by_one, flip_by_two; /* labels that one, or two, could have turned */
	double network_excess; /* standard deviations beyond chance, of the network that is furthest */
	double gold_gap;       /* the same: below the others' accuracy on gold */
};

struct integrity_network {
	uint32_t campaign;
	uint32_t judgments, gold, gold_right;
	uint32_t gold_volunteers;
	double gold_squares; /* as above */
	uint32_t labels;     /* mainly by it */
	double excess; /* of them beyond what its share of the judgments brings by chance: standard
	                * deviations */
};

/* Who is new: fewer than five judged gold items, or than 20 items where nobody judged gold. Sets
 * newcomer[v] to 0 or 1. */
void integrity_newcomers(const struct judgments *judgments, uint8_t newcomer[]);

/* Of the volunteers, those worse than chance; 0 of few. */
double integrity_worse_share(const struct integrity_campaign *campaign);

/* Worse than chance: sensitivity and specificity add up to less than 1, by their intervals. */
int integrity_is_worse(const struct fit *fit, uint32_t volunteer);

/* Fills in campaigns[known->campaigns] and networks[known->networks + 1]; networks[0] is of nobody.
 * `fit` has intervals. */
void integrity_of(const struct judgments *judgments, const struct fit *fit,
                  const struct integrity_known *known, struct integrity_campaign campaigns[],
                  struct integrity_network networks[]);

#endif
