/* SPDX-License-Identifier: Apache-2.0 */
/*
 * crowd_generate JUDGMENTS PER_TASK WORKERS [TRUTH.csv] -- a made-up crowd, for benchmarks.
 *
 * Sensitivity and specificity are Beta(7.2, 2.8); everyone is equally active; 40 % are fake.
 * Rows come in the order of time, not of tasks. The same arguments give the same file.
 */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/random.h"

static double skill(struct random *random)
{
	double sum = 0;

	for (int i = 0; i < 6; i++)
		sum += random_unit(random);
	return fmin(fmax(.72 + (sum / 6 - .5) * 1.15, .05), .98);
}

int main(int argc, char **argv)
{
	if (argc < 4)
		return 2;
	uint64_t judgments = strtoull(argv[1], NULL, 10), each = strtoull(argv[2], NULL, 10);
	uint32_t workers = (uint32_t)strtoul(argv[3], NULL, 10), tasks = (uint32_t)(judgments / each);
	struct random random = random_seeded(judgments + workers);
	float *sensitivity = calloc(workers, sizeof *sensitivity);
	float *specificity = calloc(workers, sizeof *specificity);
	FILE *truth = argc > 4 ? fopen(argv[4], "w") : NULL;

	if (!sensitivity || !specificity || !tasks || each > workers)
		return 1;
	for (uint32_t v = 0; v < workers; v++) {
		sensitivity[v] = (float)skill(&random);
		specificity[v] = (float)skill(&random);
	}
	if (truth)
		fputs("task,label\n", truth);
	puts("worker,task,label");
	/* Round k asks worker (first + k * step): distinct, as step is odd and below workers / each. */
	for (uint64_t round = 0; round < each; round++)
		for (uint32_t i = 0; i < tasks; i++) {
			struct random own = random_seeded(i);
			int fake = random_below(&own, 100) < 40;
			double first = random_unit(&own) * workers;
			uint32_t v = (uint32_t)(((uint64_t)first + round * (workers / each)) % workers);
			double right = fake ? sensitivity[v] : specificity[v];
			int says = random_unit(&random) < right ? fake : !fake;

			printf("w%u,task%07u,%d\n", v, i, says);
			if (truth && !round)
				fprintf(truth, "task%07u,%d\n", i, fake);
		}
	return truth && fclose(truth) ? 1 : 0;
}
