/* SPDX-License-Identifier: Apache-2.0 */
/*
 * crowd_collusion -- what a conspiracy reaches, over twenty seeds, by each method and by the rules
 * of who may decide: means, in brackets the standard deviations between crowds.
 */
#include <math.h>
#include <stdio.h>

#include "crowd/collusion.h"
#include "crowd/deciding.h"

#define SEEDS 20

struct spread {
	double sum, squares;
};

static void spread_add(struct spread *spread, double value)
{
	spread->sum += value / SEEDS;
	spread->squares += value * value / SEEDS;
}

static void spread_print(const struct spread *spread)
{
	printf(" %.2f %% (%.2f) |", 100 * spread->sum,
	       100 * sqrt(fmax(spread->squares - spread->sum * spread->sum, 0)));
}

static void run(const char *name, enum method method, uint32_t policy, double colluders)
{
	struct collusion rig = collusion_standard(colluders);
	struct model_options options = { .method = method, .no_negative = policy != 0 };
	struct spread flipped = { 0 }, wrong = { 0 }, retired = { 0 }, open = { 0 }, others = { 0 };

	rig.policy = policy;
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		struct random random = random_seeded(seed);
		struct collusion_outcome one = collusion_run(&rig, &options, &random);

		spread_add(&flipped, one.flipped);
		spread_add(&wrong, one.wrong_targets);
		spread_add(&retired, one.retired_wrong);
		spread_add(&open, one.undecided);
		spread_add(&others, one.wrong_published);
	}
	printf("| %s | %.0f %% |", name, 100 * colluders);
	spread_print(&flipped);
	spread_print(&wrong);
	spread_print(&retired);
	spread_print(&open);
	spread_print(&others);
	puts("");
	fflush(stdout);
}

int main(void)
{
	static const double colluders[] = { 0, .05, .1, .2 };

	puts("| method | colluders | targets flipped | targets wrong | retired wrong | not retired | "
	     "published others wrong |\n|---|---|---|---|---|---|---|");
	for (size_t c = 0; c < sizeof colluders / sizeof *colluders; c++) {
		run("default", METHOD_DEFAULT, 0, colluders[c]);
		run("default, by who may decide", METHOD_DEFAULT, DECIDING_POLICY_NOW, colluders[c]);
		run("majority", METHOD_MAJORITY, 0, colluders[c]);
		run("dawid-skene", METHOD_DAWID_SKENE, 0, colluders[c]);
	}
	return 0;
}
