/* SPDX-License-Identifier: Apache-2.0 */
/*
 * deciding -- who may decide a label.
 *
 * Every judgment is evidence, and moves the posterior.  A label retires only on the word of enough
 * volunteers who were measured on gold that they could not pick, from more than one network, when
 * no volunteer and no network holds more than a share of the weight: what one holds beyond it is
 * left out, as is part of the weight of volunteers of whom little is known.  Networks of one
 * provider have a share each, and are one network for all else: they count once, and the label must
 * stand without all of them.  Weight is what judgments add to the item's log odds; weight below
 * zero (an answer that would speak for the other side, from somebody worse than chance) is none.
 *
 * Where there is no gold, or where networks say nothing (recorded files; one that the operator
 * declared), a weaker rule takes its place, and the answer says so.  Sums are of integers: the
 * order of judgments changes nothing.  Pure; any thread.
 */
#ifndef CROWD_DECIDING_H
#define CROWD_DECIDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "crowd/model.h"

/* The rules of one version of a campaign's policy. */
struct deciding_policy {
	uint32_t gold_least;     /* gold answers from which on a volunteer is measured */
	uint32_t measured_least; /* measured volunteers who say what the label says */
	uint32_t networks_least; /* their networks, and those of the others who say so; of one provider:
	                          * one */
	double volunteer_share;  /* of the item's weight that one volunteer may hold */
	double network_share;    /* the same of one network */
	double newcomer;         /* n gold answers give a weight of (n + newcomer) / (n + 1) */
	double others_least; /* log odds for the label that must be left without any one network, and
	                      * without any one provider */
};

/* The first version of campaign.policy that has such rules, and the one that is made today. */
#define DECIDING_POLICY_FIRST 3
#define DECIDING_POLICY_NOW   3

/* The rules of a version; of those before the first: none, so that everybody decides. */
struct deciding_policy deciding_policy_of(uint32_t version);

#define NETWORK_UNKNOWN UINT32_MAX /* all who are not known share one */

/* One judgment of the item. */
struct testimony {
	double weight; /* what it adds to the log odds of fake */
	uint32_t network;
	uint32_t provider; /* the same number for all networks of one, from 1; 0: not known */
	uint32_t gold;     /* answers of its volunteer to gold that could not be picked */
	uint8_t verdict;
	bool declared; /* the operator declared the network: its volunteers count one by one */
};

/* Gold answers of somebody who skipped some pairs: in the share of pairs that were answered, since
 * who skips can pick. */
uint32_t deciding_gold(uint32_t gold, uint32_t answered, uint32_t skipped);

/* What there is to go by. */
struct deciding_scope {
	bool gold;     /* enough of the campaign's items are gold for volunteers to be measured */
	bool networks; /* networks are known at all */
};

/* By which rule a label is decided. */
enum decided_by {
	DECIDED_BY_NOBODY, /* too few may decide */
	DECIDED_BY_ALL,    /* the full rule */
	DECIDED_WITHOUT_GOLD,
	DECIDED_WITHOUT_NETWORKS,
	DECIDED_WITHOUT_EITHER,
	DECIDED_BY_KINDS
};

/* "full", "no_gold", "one_network", "no_gold_one_network"; NULL of DECIDED_BY_NOBODY. */
const char *decided_by_name(enum decided_by by);

/* The rule of this name; DECIDED_BY_NOBODY: NULL, or none of them. */
enum decided_by decided_by_read(const char *name);

/* Gold items that a campaign must have for its volunteers to be measured on them. */
#define DECIDING_GOLD_ITEMS 10

struct deciding {
	enum decided_by by;
	double left_out; /* log odds of fake that may not decide: to be taken off the item's */
	uint32_t measured, networks; /* who say what the label says */
};

/* Who decides that the item is `label` (REAL or FAKE). O(n log n). */
struct deciding deciding_weigh(const struct deciding_policy *policy,
                               const struct deciding_scope *scope,
                               const struct testimony testimonies[], size_t count, int label);

/*
 * What is believed of an item by those who may decide: never surer than `p_fake`, the posterior
 * behind `odds`, nor of the other label; .5 where nobody may.
 */
double deciding_probability(const struct fit *fit, double odds, double p_fake,
                            const struct deciding *deciding);

#endif
