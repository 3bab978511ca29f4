/* SPDX-License-Identifier: Apache-2.0 */
/* crowd_collusion -- what a conspiracy reaches, over twenty seeds, by each method. */
#include <stdio.h>

#include "crowd/collusion.h"

#define SEEDS 20

static void run(const char *name, enum method method, double colluders)
{
	struct collusion rig = collusion_standard(colluders);
	struct model_options options = { .method = method };
	struct collusion_outcome sum = { 0 };

	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		struct random random = random_seeded(seed);
		struct collusion_outcome one = collusion_run(&rig, &options, &random);

		sum.flipped += one.flipped / SEEDS;
		sum.wrong_targets += one.wrong_targets / SEEDS;
		sum.wrong_published += one.wrong_published / SEEDS;
	}
	printf("| %s | %.0f %% | %.2f %% | %.2f %% | %.2f %% |\n", name, 100 * colluders,
	       100 * sum.flipped, 100 * sum.wrong_targets, 100 * sum.wrong_published);
}

int main(void)
{
	puts("| method | colluders | targets flipped | targets wrong | published others wrong |\n"
	     "|---|---|---|---|---|");
	for (int percent = 0; percent <= 10; percent += 5) {
		run("default", METHOD_DEFAULT, percent / 100.);
		run("majority", METHOD_MAJORITY, percent / 100.);
		run("dawid-skene", METHOD_DAWID_SKENE, percent / 100.);
	}
	return 0;
}
