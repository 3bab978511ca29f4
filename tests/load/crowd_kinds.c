/* SPDX-License-Identifier: Apache-2.0 */
/*
 * crowd_kinds [SEEDS [KIND]] -- every method on every kind of made-up crowd, as a table.
 *
 * Means over SEEDS crowds (20) of each kind, with their standard errors: without gold, and with
 * half of the items as gold, scored on the other half.  "over majority" is the mean of the
 * differences crowd by crowd.  The same arguments give the same table.  EBCC with its 40 starts
 * takes nearly all of the time.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../support/made_up_crowds.h"
#include "../support/reference_bcc.h"
#include "core/mem.h"
#include "crowd/evaluation.h"
#include "crowd/model.h"

/* A way to get from judgments to the chance that each item is fake. */
struct contestant {
	const char *name;
	void (*infer)(const struct judgments *judgments, double p_fake[]);
};

static void infer_with(const struct model_options *options, const struct judgments *judgments,
                       double p_fake[])
{
	struct fit *fit = model_fit(judgments, options);

	for (uint32_t i = 0; i < fit->items; i++)
		p_fake[i] = fit->p_fake[i].mean;
	fit_free(fit);
}

static void infer_by(enum method method, const struct judgments *judgments, double p_fake[])
{
	infer_with(&(struct model_options){ .method = method }, judgments, p_fake);
}

static void infer_majority(const struct judgments *judgments, double p_fake[])
{
	infer_by(METHOD_MAJORITY, judgments, p_fake);
}

static void infer_dawid_skene(const struct judgments *judgments, double p_fake[])
{
	infer_by(METHOD_DAWID_SKENE, judgments, p_fake);
}

static void infer_default(const struct judgments *judgments, double p_fake[])
{
	infer_by(METHOD_DEFAULT, judgments, p_fake);
}

static void infer_no_negative(const struct judgments *judgments, double p_fake[])
{
	infer_with(&(struct model_options){ .method = METHOD_DEFAULT, .no_negative = true }, judgments,
	           p_fake);
}

static void infer_ibcc(const struct judgments *judgments, double p_fake[])
{
	struct reference_bcc_options options = reference_ibcc();

	reference_bcc(judgments, &options, p_fake);
}

static void infer_ebcc(const struct judgments *judgments, double p_fake[])
{
	struct reference_bcc_options options = reference_ebcc();

	reference_bcc(judgments, &options, p_fake);
}

static const struct contestant contestants[] = {
	{ "majority", infer_majority }, /* first: the others are compared with it */
	{ "dawid-skene", infer_dawid_skene },
	{ "default", infer_default },
	{ "no-negative", infer_no_negative },
	{ "ibcc", infer_ibcc },
	{ "ebcc", infer_ebcc },
};

#define CONTESTANTS (sizeof contestants / sizeof *contestants)

/* Sums that a mean and its standard error are made of. */
struct series {
	double n, sum, squares;
};

static void series_add(struct series *series, double x)
{
	series->n++;
	series->sum += x;
	series->squares += x * x;
}

static void print_series(const struct series *series)
{
	double mean = series->sum / series->n;
	double variance = fmax(series->squares / series->n - mean * mean, 0);

	printf(" %.4f ± %.4f |", mean, sqrt(variance / fmax(series->n - 1, 1)));
}

/* Without gold, and with. */
struct standing {
	struct series accuracy[2], log_loss[2], gain[2];
};

static struct evaluation compete(const struct contestant *contestant,
                                 const struct made_up_crowd *crowd, bool with_gold)
{
	struct judgments judgments = crowd->judgments;
	double *p = mem_new(judgments.items, sizeof *p);
	uint8_t *label = mem_new(judgments.items, 1);
	int8_t *truth = mem_new(judgments.items, 1);

	judgments.truth = with_gold ? crowd->gold : NULL;
	contestant->infer(&judgments, p);
	for (uint32_t i = 0; i < judgments.items; i++) {
		label[i] = (uint8_t)label_of(p[i]);
		truth[i] = with_gold && crowd->gold[i] != UNKNOWN ? UNKNOWN : crowd->truth[i];
	}
	struct evaluation result = evaluate(p, label, truth, judgments.items);
	free(p);
	free(label);
	free(truth);
	return result;
}

/* Adds one crowd to the standings, without gold (0) or with (1). */
static void stand(struct standing standings[], const struct made_up_crowd *crowd, int with_gold)
{
	double majority = 0;

	for (size_t c = 0; c < CONTESTANTS; c++) {
		struct evaluation result = compete(&contestants[c], crowd, with_gold);

		majority = c ? majority : result.accuracy;
		series_add(&standings[c].accuracy[with_gold], result.accuracy);
		series_add(&standings[c].log_loss[with_gold], result.log_loss);
		series_add(&standings[c].gain[with_gold], result.accuracy - majority);
	}
}

static void print_standing(const char *kind, const char *method, const struct standing *standing)
{
	printf("| %s | %s |", kind, method);
	for (int with_gold = 0; with_gold < 2; with_gold++) {
		print_series(&standing->accuracy[with_gold]);
		print_series(&standing->gain[with_gold]);
		print_series(&standing->log_loss[with_gold]);
	}
	puts("");
}

static void compare_kind(enum crowd_kind kind, uint64_t seeds)
{
	struct crowd_recipe recipe = crowd_recipe(kind);
	struct standing standings[CONTESTANTS] = { 0 };

	for (uint64_t seed = 1; seed <= seeds; seed++) {
		struct made_up_crowd *crowd = made_up_crowd(&recipe, seed);

		stand(standings, crowd, 0);
		stand(standings, crowd, 1);
		made_up_crowd_free(crowd);
	}
	for (size_t c = 0; c < CONTESTANTS; c++)
		print_standing(recipe.name, contestants[c].name, &standings[c]);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	uint64_t seeds = argc > 1 ? strtoull(argv[1], NULL, 10) : 20;

	puts("| kind | method | accuracy | over majority | log-loss | with gold: accuracy | over "
	     "majority | log-loss |\n|---|---|---|---|---|---|---|---|");
	for (int kind = 0; kind < CROWD_KINDS; kind++)
		if (argc < 3 || !strcmp(crowd_recipe((enum crowd_kind)kind).name, argv[2]))
			compare_kind((enum crowd_kind)kind, seeds);
	return 0;
}
