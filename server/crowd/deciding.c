/* SPDX-License-Identifier: Apache-2.0 */
#include "crowd/deciding.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/mem.h"
#include "crowd/specfun.h"

#define DECIDING_FEW 64 /* judgments that need no memory of their own */

/* The weight of one network, or of one volunteer. */
struct bloc {
	uint64_t owner;    /* its network, and later its provider */
	uint32_t provider; /* 0: not known */
	bool alone;        /* counts by itself, whatever its network */
	bool says;         /* somebody of it says what the label says */
	fixed fake, real;
};

struct deciding_policy deciding_policy_of(uint32_t version)
{
	if (version < DECIDING_POLICY_FIRST)
		return (struct deciding_policy){
			.volunteer_share = 1, .network_share = 1, .newcomer = 1, .others_least = -INFINITY
		};
	return (struct deciding_policy){ .gold_least = 2,
		                             .measured_least = 2,
		                             .networks_least = 2,
		                             .volunteer_share = .4,
		                             .network_share = .5,
		                             .newcomer = .6,
		                             .others_least = 1 };
}

const char *decided_by_name(enum decided_by by)
{
	static const char *const names[DECIDED_BY_KINDS] = { [DECIDED_BY_ALL] = "full",
		                                                 [DECIDED_WITHOUT_GOLD] = "no_gold",
		                                                 [DECIDED_WITHOUT_NETWORKS] = "one_network",
		                                                 [DECIDED_WITHOUT_EITHER] =
		                                                     "no_gold_one_network" };

	return by < DECIDED_BY_KINDS ? names[by] : NULL;
}

enum decided_by decided_by_read(const char *name)
{
	for (enum decided_by by = DECIDED_BY_ALL; name && by < DECIDED_BY_KINDS; by++)
		if (strcmp(name, decided_by_name(by)) == 0)
			return by;
	return DECIDED_BY_NOBODY;
}

uint32_t deciding_gold(uint32_t gold, uint32_t answered, uint32_t skipped)
{
	uint64_t shown = (uint64_t)answered + skipped;

	return shown ? (uint32_t)(((uint64_t)gold * answered + shown / 2) / shown) : 0;
}

/* Weight below zero is none. */
static double heeded_weight(const struct testimony *t)
{
	return t->verdict == FAKE ? fmax(t->weight, 0) : fmin(t->weight, 0);
}

/* Of somebody hardly known a part of the weight counts. */
static double counted_weight(const struct deciding_policy *policy,
                             const struct deciding_scope *scope, const struct testimony *t)
{
	double known = scope->gold ? (t->gold + policy->newcomer) / (t->gold + 1.) : 1;

	return known * heeded_weight(t);
}

static int compare_blocs(const void *a, const void *b)
{
	const struct bloc *one = a, *other = b;
	fixed weights[2] = { one->fake - one->real, other->fake - other->real };

	return (weights[0] < weights[1]) - (weights[0] > weights[1]);
}

static int bloc_by_owner(const void *a, const void *b)
{
	const struct bloc *one = a, *other = b;

	if (one->alone != other->alone)
		return one->alone ? 1 : -1;
	return (one->owner > other->owner) - (one->owner < other->owner);
}

static double bloc_weight(const struct bloc *bloc)
{
	return fixed_value(bloc->fake - bloc->real);
}

/*
 * The most that one bloc may weigh so that none holds more than `share` of all: the k heaviest are
 * cut to c = share (k c + the rest).  Blocs stand in order, the heaviest first.
 */
static double most_weight(const struct bloc blocs[], size_t count, double share)
{
	fixed rest = 0;

	for (size_t b = 0; b < count; b++)
		rest += blocs[b].fake - blocs[b].real;
	for (size_t k = 0; k < count && (double)k * share < 1; k++) {
		double most = share * fixed_value(rest) / (1 - (double)k * share);

		if (bloc_weight(&blocs[k]) <= most)
			return most;
		rest -= blocs[k].fake - blocs[k].real;
	}
	return 0;
}

/* Cuts what is too heavy, both of its sides alike. */
static void cut_blocs(struct bloc blocs[], size_t count, double share)
{
	if (share >= 1)
		return;
	if (count)
		qsort(blocs, count, sizeof *blocs, compare_blocs);
	double most = most_weight(blocs, count, share);
	for (size_t b = 0; b < count; b++) {
		double weight = bloc_weight(&blocs[b]), part = weight > most ? most / weight : 1;

		blocs[b].fake = fixed_of(part * fixed_value(blocs[b].fake));
		blocs[b].real = fixed_of(part * fixed_value(blocs[b].real));
	}
}

/* Blocs of one owner become one, but for those that count by themselves. Returns how many are left.
 */
static size_t join_owners(struct bloc blocs[], size_t count)
{
	size_t kept = 0;

	if (count)
		qsort(blocs, count, sizeof *blocs, bloc_by_owner);
	for (size_t b = 0; b < count; b++) {
		struct bloc *last = kept ? &blocs[kept - 1] : NULL;

		if (!last || blocs[b].alone || last->alone || last->owner != blocs[b].owner) {
			blocs[kept++] = blocs[b];
			continue;
		}
		last->fake += blocs[b].fake;
		last->real += blocs[b].real;
		last->says |= blocs[b].says;
	}
	return kept;
}

/* The same for networks of one provider, whose shares were cut before. */
static size_t join_providers(struct bloc blocs[], size_t count)
{
	for (size_t b = 0; b < count; b++)
		if (blocs[b].provider)
			blocs[b].owner = (uint64_t)blocs[b].provider << 32; /* no network's number */
	return join_owners(blocs, count);
}

static uint32_t blocs_saying(const struct bloc blocs[], size_t count)
{
	uint32_t saying = 0;

	for (size_t b = 0; b < count; b++)
		saying += blocs[b].says;
	return saying;
}

/* The least log odds for the label that are left when one bloc is left out. */
static double least_of_others(const struct bloc blocs[], size_t count, fixed all, int label)
{
	double least = INFINITY;

	for (size_t b = 0; b < count; b++) {
		double others = fixed_value(all - blocs[b].fake - blocs[b].real);

		least = fmin(least, label == FAKE ? others : -others);
	}
	return least;
}

/* A judgment as a bloc of its own. Without weight nobody says anything. */
static struct bloc bloc_of(const struct deciding_policy *policy, const struct deciding_scope *scope,
                           const struct testimony *t, bool alone, int label)
{
	double weight = counted_weight(policy, scope, t);

	return (struct bloc){ .owner = t->network,
		                  .provider = t->provider,
		                  .alone = alone,
		                  .says = t->verdict == label && fixed_of(fabs(weight)) > 0,
		                  .fake = fixed_of(fmax(weight, 0)),
		                  .real = fixed_of(fmin(weight, 0)) };
}

/* By one reading of networks: those that are declared are networks, or their volunteers are. */
static struct deciding weigh_once(const struct deciding_policy *policy,
                                  const struct deciding_scope *scope, struct bloc blocs[],
                                  const struct testimony testimonies[], size_t count, int label,
                                  bool one_by_one)
{
	struct deciding deciding = { .by = DECIDED_BY_NOBODY };
	fixed all = 0, counted = 0;

	for (size_t t = 0; t < count; t++) {
		const struct testimony *of = &testimonies[t];
		bool alone = !scope->networks || (one_by_one && of->declared);

		blocs[t] = bloc_of(policy, scope, of, alone, label);
		deciding.measured += blocs[t].says && of->gold >= policy->gold_least;
		all += fixed_of(heeded_weight(of));
	}
	cut_blocs(blocs, count, policy->volunteer_share);
	size_t networks = join_owners(blocs, count);
	cut_blocs(blocs, networks, policy->network_share);
	for (size_t b = 0; b < networks; b++)
		counted += blocs[b].fake + blocs[b].real;
	double others = least_of_others(blocs, networks, counted, label);
	size_t providers = join_providers(blocs, networks);
	others = fmin(others, least_of_others(blocs, providers, counted, label));
	deciding.networks = blocs_saying(blocs, providers);
	deciding.left_out = fixed_value(all - counted);
	bool weaker = one_by_one || !scope->networks;
	if ((!scope->gold || deciding.measured >= policy->measured_least) &&
	    deciding.networks >= policy->networks_least && others >= policy->others_least)
		deciding.by = scope->gold ? weaker ? DECIDED_WITHOUT_NETWORKS : DECIDED_BY_ALL
		              : weaker    ? DECIDED_WITHOUT_EITHER
		                          : DECIDED_WITHOUT_GOLD;
	return deciding;
}

struct deciding deciding_weigh(const struct deciding_policy *policy,
                               const struct deciding_scope *scope,
                               const struct testimony testimonies[], size_t count, int label)
{
	struct bloc few[DECIDING_FEW], *blocs = few;

	if (count > DECIDING_FEW)
		blocs = mem_new(count, sizeof *blocs);
	struct deciding deciding = weigh_once(policy, scope, blocs, testimonies, count, label, false);
	if (deciding.by == DECIDED_BY_NOBODY && scope->networks)
		deciding = weigh_once(policy, scope, blocs, testimonies, count, label, true);
	if (blocs != few)
		free(blocs);
	return deciding;
}

double deciding_probability(const struct fit *fit, double odds, double p_fake,
                            const struct deciding *deciding)
{
	double p = fit_probability(fit, odds - deciding->left_out);

	if (deciding->by == DECIDED_BY_NOBODY)
		return .5;
	return p_fake > .5 ? fmax(fmin(p, p_fake), .5) : fmin(fmax(p, p_fake), .5);
}
