/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pair_sampler -- which pair this volunteer judges next.
 *
 * Training pairs come first.  Then each of the two places is filled with gold (a dose that
 * falls from 40 % to 10 % as the volunteer becomes known), with a uniformly random item
 * (20 %) or with the item about which this volunteer's answer is expected to tell most.  Beside a
 * random first item stands another that was drawn uniformly, or gold: so a pair of the kind
 * `random` is a uniform draw of two from what this volunteer may see, which is the items that
 * ask for more and are no relatives of what was seen.  Items that have retired ask for nothing:
 * such pairs tell of open items, not of all.  Other pairs are matched (one lineage) or mixed (drawn
 * independently); both kinds are sometimes both real or both fake, so that no rule such as
 * "one of the two is always fake" can be guessed.  Sides are random, by a biased coin
 * (Efron 1971) that keeps fakes and gold balanced between left and right per volunteer.
 *
 * Items come from a bucket of a crowd/candidate_index; what the volunteer may not see again is a
 * set of lineages.  The time does not grow with the number of items, unless a volunteer has seen
 * nearly all of a bucket, or a lineage is huge.  Pure; any thread, while none changes the candidate
 * index.
 */
#ifndef CROWD_PAIR_SAMPLER_H
#define CROWD_PAIR_SAMPLER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/keyset.h"
#include "core/random.h"
#include "crowd/candidate_index.h"

/* What is known about the one who asks. The caller counts; pair_sampler_count() helps. */
struct asker {
	double sensitivity, specificity; /* skill, or the population's mean */
	uint32_t gold_seen;              /* items */
	uint32_t training_left;          /* pairs still wanted */
	double fake_left, fake_right;    /* fakes shown so far on each side; unknown ones by p_fake */
	uint32_t gold_left, gold_right;
	const struct keyset *seen; /* lineages that must not come again; NULL: none */
};

struct pair_sampler_options {
	double gold_first;    /* .40: the dose for a newcomer */
	double gold_last;     /* .10: for one who is known */
	double random_share;  /* .20 */
	double matched_share; /* .50: of pairs whose first item has a partner and is not random */
	double fake_rate;     /* .50: of gold and training items drawn, how many are fake */
	bool gold_alone;      /* go on with pairs of gold only when nothing else is left */
	bool training_alone;  /* training or nothing: other buckets may have some first */
};

static inline struct pair_sampler_options pair_sampler_in_service(void)
{
	return (struct pair_sampler_options){
		.gold_first = .4, .gold_last = .1, .random_share = .2, .matched_share = .5, .fake_rate = .5
	};
}

enum sampled_kind {
	PAIR_NOTHING, /* no pair is left for this volunteer */
	PAIR_TRAINING,
	PAIR_GOLD,        /* at least one of the two is gold */
	PAIR_RANDOM,      /* both were drawn uniformly, and neither is gold */
	PAIR_INFORMATIVE, /* the first item was drawn for its expected information */
};

struct sampled_pair {
	enum sampled_kind kind;
	bool matched;
	uint32_t left, right; /* indices of the candidate index */
	uint32_t looked_at;   /* items, to find it: what it cost */
};

struct sampled_pair pair_sampler_draw(const struct candidate_index *candidates, uint32_t bucket,
                                      const struct asker *asker,
                                      const struct pair_sampler_options *options,
                                      struct random *random);

/* Adds a choice to the asker's counts, so that the next one can balance against it. */
void pair_sampler_count(struct asker *asker, const struct candidate_index *candidates,
                        const struct sampled_pair *choice);

/*
 * Expected information, in bits, of one answer from a volunteer of this skill about an item
 * believed fake with p_fake (Lindley 1956): H(p) - E[H(p | answer)].
 */
double pair_sampler_information(double p_fake, double sensitivity, double specificity);

#endif
