/* SPDX-License-Identifier: Apache-2.0 */
/*
 * crowd_pair_sampler -- what it costs to choose a pair, by the number of items.
 *
 * A item cache well under way: half the items have a belief, some have answers on their way or
 * all they were to get, one in fifty is gold.  Volunteers of many skills ask in turn; each has
 * seen a number of lineages, and what they get is leased.  With a number of items as argument:
 * that number alone, once more without asking where a second argument is given (what is left of
 * an instruction count when one is taken from the other is the asks).
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "crowd/judgments.h"
#include "crowd/pair_sampler.h"

#define ASKERS 64
#define ASKS   100000

struct volunteers {
	struct asker askers[ASKERS];
	struct keyset *seen[ASKERS];
};

static int64_t spent_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now); /* others may be busy beside us */
	return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static struct candidate_index *make_stock(uint32_t items, struct random *random)
{
	struct candidate_index *candidates = candidate_index_new();

	for (uint32_t i = 0; i < items; i++) {
		bool gold = i / 3 % 50 == 0;

		candidate_index_put(
			candidates, i, 0,
			&(struct candidate){ .lineage = i / 3 + 1,
		                         .p_fake =
		                             random_below(random, 2) ? .5F : (float)random_unit(random),
		                         .judgments = (uint16_t)random_below(random, 30),
		                         .in_flight = (uint16_t)(random_below(random, 10) ? 0 : 1),
		                         .gold = gold,
		                         .truth = (int8_t)(gold ? i % 3 > 0 : UNKNOWN) });
	}
	return candidates;
}

static void make_volunteers(struct volunteers *volunteers, uint32_t items, struct random *random)
{
	uint32_t lineages = items / 3 + 1, seen = lineages / 2 < 200 ? lineages / 2 : 200;

	for (int v = 0; v < ASKERS; v++) {
		volunteers->seen[v] = keyset_new();
		for (uint32_t i = 0; i < seen; i++)
			keyset_add(volunteers->seen[v], random_below(random, lineages) + 1);
		volunteers->askers[v] = (struct asker){ .sensitivity = .55 + .4 * random_unit(random),
			                                    .specificity = .55 + .4 * random_unit(random),
			                                    .seen = volunteers->seen[v] };
	}
}

/* Leases are returned a thousand asks later, so that the candidate index stays as it is. */
static uint64_t ask(struct candidate_index *candidates, struct volunteers *volunteers,
                    struct random *random)
{
	static struct sampled_pair leased[1000];
	struct pair_sampler_options options = pair_sampler_in_service();
	uint64_t looked_at = 0;

	for (uint32_t i = 0; i < ASKS; i++) {
		struct sampled_pair *choice = &leased[i % 1000];

		if (i >= 1000 && choice->kind != PAIR_NOTHING) {
			candidate_index_unlease(candidates, choice->left);
			candidate_index_unlease(candidates, choice->right);
		}
		*choice =
			pair_sampler_draw(candidates, 0, &volunteers->askers[i % ASKERS], &options, random);
		looked_at += choice->looked_at;
		if (choice->kind == PAIR_NOTHING)
			continue;
		candidate_index_lease(candidates, choice->left);
		candidate_index_lease(candidates, choice->right);
	}
	return looked_at;
}

static void run(uint32_t items, bool asking)
{
	struct random random = random_seeded(1);
	struct volunteers volunteers;
	int64_t start = spent_ns();
	struct candidate_index *candidates = make_stock(items, &random);
	int64_t made = spent_ns();

	make_volunteers(&volunteers, items, &random);
	int64_t ready = spent_ns();
	uint64_t looked_at = asking ? ask(candidates, &volunteers, &random) : 0;
	int64_t end = spent_ns();

	printf("| %u | %.0f | %.0f | %.1f | %.0f |\n", items, (double)(end - ready) / ASKS,
	       (double)(made - start) / items, (double)looked_at / ASKS,
	       (double)candidate_index_bytes(candidates) / items);
	for (int v = 0; v < ASKERS; v++)
		keyset_free(volunteers.seen[v]);
	candidate_index_free(candidates);
}

int main(int argc, char **argv)
{
	puts("| items | ns of processor a pair, with its leases | to put an item | items looked at | "
	     "bytes an "
	     "item "
	     "|\n|---|---|---|---|---|");
	if (argc > 1) {
		run((uint32_t)strtoul(argv[1], NULL, 10), argc == 2);
		return 0;
	}
	for (uint32_t items = 1000; items <= 1000000; items *= 10)
		run(items, true);
	return 0;
}
