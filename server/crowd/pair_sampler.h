/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pair_sampler -- which pair this volunteer judges next.
 *
 * Training pairs come first.  Then each of the two places is filled with a uniformly random item
 * (20 %) or with the item about which this volunteer's answer is expected to tell most.  Neither
 * rule knows which items are gold: gold stands among the others by what the crowd believes of it,
 * so it is shown as often, as early and as long as they are, and its dose is its share of what asks
 * for more.  A volunteer for whom only gold is left gets nothing.  Beside a random first item
 * stands another that was drawn uniformly: so a pair of the kind `random` is a uniform draw of two
 * from what this volunteer may see, which is the items that ask for more, are no gold and no
 * relatives of what was seen, and not sensitive for who is spared those.  Items that have retired
 * ask for nothing: such pairs tell of open items, not of all.  Other pairs are matched (one
 * lineage) or mixed (drawn independently); both kinds are sometimes both real or both fake, so that
 * no rule such as "one of the two is always fake" can be guessed.  Which item stands left is an
 * independent fair coin: a coin that balances could be guessed from what came before.
 *
 * Items come from a bucket of a crowd/candidate_index; what the volunteer may not see again is a
 * set of lineages and of near duplicates, and who is spared sensitive items gets none: not as
 * training, gold or company.  The time does not grow with the number of items, unless a volunteer
 * has seen nearly all of a bucket, or a lineage is huge.  Pure; any thread, while none changes the
 * candidate index.
 */
#ifndef CROWD_PAIR_SAMPLER_H
#define CROWD_PAIR_SAMPLER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/keyset.h"
#include "core/random.h"
#include "crowd/candidate_index.h"

/* What is known about the one who asks. */
struct asker {
	double sensitivity, specificity; /* skill, or the population's mean */
	uint32_t training_left;          /* pairs still wanted */
	const struct keyset *seen;       /* what pair_sampler_note() noted; NULL: nothing */
	bool spared;                     /* no sensitive items, in whatever place */
};

/* How near duplicates stand in `seen`; 0: it has none. */
static inline uint64_t pair_sampler_near_key(uint32_t near)
{
	return near ? UINT64_C(0x6e656172) << 32 | near : 0;
}

/* Notes that an item was shown: its lineage, and what looks like it, do not come again. */
static inline void pair_sampler_note(struct keyset *seen, const struct candidate *item)
{
	keyset_add(seen, item->lineage);
	keyset_add(seen, pair_sampler_near_key(item->near));
}

static inline bool pair_sampler_saw(const struct keyset *seen, const struct candidate *item)
{
	return keyset_has(seen, item->lineage) || keyset_has(seen, pair_sampler_near_key(item->near));
}

struct pair_sampler_options {
	double random_share;  /* .20 */
	double matched_share; /* .50: of pairs whose first item has a partner and is not random */
	double fake_rate;     /* .50: of training items and partners drawn, how many are fake */
	bool training_alone;  /* training or nothing: other buckets may have some first */
};

static inline struct pair_sampler_options pair_sampler_in_service(void)
{
	return (
		struct pair_sampler_options){ .random_share = .2, .matched_share = .5, .fake_rate = .5 };
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

/*
 * Expected information, in bits, of one answer from a volunteer of this skill about an item
 * believed fake with p_fake (Lindley 1956): H(p) - E[H(p | answer)].
 */
double pair_sampler_information(double p_fake, double sensitivity, double specificity);

#endif
