/* SPDX-License-Identifier: Apache-2.0 */
/*
 * crowd-pairs -- what it is worth to know which items are matched pairs: made-up crowds, each
 * fitted with the pairs and without. `make bench-crowd` runs it; docs/method.md has its table.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/random.h"
#include "crowd/draws.h"
#include "crowd/evaluation.h"
#include "crowd/model.h"

#define PAIRS      500
#define ITEMS      (2 * PAIRS)
#define VOLUNTEERS 100
#define EACH       5
#define ROWS       (ITEMS * EACH)
#define SEEDS      20

/* How often exactly one item of a pair is fake, and both; and pairs with a gold item. */
struct setting {
	const char *name;
	double one, both;
	uint32_t gold;
};

static const struct setting settings[] = {
	{ "one fake in 80 %, both in 10 %", .8, .1, 0 },
	{ "the same, one item of 100 pairs is gold", .8, .1, 100 },
	{ "one fake in 95 %, both in 2.5 %", .95, .025, 0 },
	{ "independent, half fake", .5, .25, 0 },
};

struct pairs_crowd {
	uint32_t item[ROWS], volunteer[ROWS];
	uint8_t verdict[ROWS];
	int8_t truth[ITEMS], gold[ITEMS], measured[ITEMS];
	struct item_pair pairs[PAIRS];
};

static void draw_truths(struct pairs_crowd *crowd, const struct setting *setting,
                        struct random *random)
{
	for (uint32_t k = 0; k < PAIRS; k++) {
		double draw = random_unit(random);
		bool one = draw < setting->one, both = !one && draw < setting->one + setting->both;
		uint32_t which = random_below(random, 2);

		crowd->pairs[k] = (struct item_pair){ k, k + PAIRS };
		crowd->truth[k] = both || (one && which == 0) ? FAKE : REAL;
		crowd->truth[k + PAIRS] = both || (one && which == 1) ? FAKE : REAL;
		crowd->gold[k] = k < setting->gold ? crowd->truth[k] : UNKNOWN;
		crowd->gold[k + PAIRS] = UNKNOWN;
	}
	for (uint32_t i = 0; i < ITEMS; i++)
		crowd->measured[i] = crowd->gold[i] == UNKNOWN ? crowd->truth[i] : UNKNOWN;
}

/* Skills from Beta(14, 6): .7 in the mean. */
static void draw_judgments(struct pairs_crowd *crowd, struct random *random)
{
	double skill[VOLUNTEERS];

	for (uint32_t v = 0; v < VOLUNTEERS; v++)
		skill[v] = draw_beta(random, 14, 6);
	for (uint32_t i = 0, row = 0; i < ITEMS; i++) {
		uint32_t first = random_below(random, VOLUNTEERS), step = 1 + random_below(random, 19);

		for (uint32_t k = 0; k < EACH; k++, row++) {
			uint32_t v = (first + k * step) % VOLUNTEERS;
			bool right = random_unit(random) < skill[v];

			crowd->item[row] = i;
			crowd->volunteer[row] = v;
			crowd->verdict[row] = (uint8_t)(right ? crowd->truth[i] : !crowd->truth[i]);
		}
	}
}

static struct evaluation measure_fit(const struct pairs_crowd *crowd, bool linked)
{
	struct judgments judgments = { .items = ITEMS,
		                           .volunteers = VOLUNTEERS,
		                           .count = ROWS,
		                           .item = crowd->item,
		                           .volunteer = crowd->volunteer,
		                           .verdict = crowd->verdict,
		                           .truth = crowd->gold,
		                           .pairs = linked ? crowd->pairs : NULL,
		                           .pair_count = linked ? PAIRS : 0 };
	struct fit *fit = model_fit(&judgments, &(struct model_options){ .method = METHOD_DEFAULT });
	double p[ITEMS];
	uint8_t label[ITEMS];

	for (uint32_t i = 0; i < ITEMS; i++) {
		p[i] = fit->p_fake[i].mean;
		label[i] = (uint8_t)label_of(p[i]);
	}
	fit_free(fit);
	return evaluate(p, label, crowd->measured, ITEMS);
}

/* Means and standard deviations over the seeds. */
struct pairs_tally {
	double accuracy, accuracy_square, log_loss, log_loss_square, ece;
};

static void tally_add(struct pairs_tally *tally, const struct evaluation *evaluation)
{
	tally->accuracy += evaluation->accuracy / SEEDS;
	tally->accuracy_square += evaluation->accuracy * evaluation->accuracy / SEEDS;
	tally->log_loss += evaluation->log_loss / SEEDS;
	tally->log_loss_square += evaluation->log_loss * evaluation->log_loss / SEEDS;
	tally->ece += evaluation->ece / SEEDS;
}

static double spread_about(double mean, double square)
{
	return sqrt(fmax(square - mean * mean, 0));
}

static void put_tally(const char *name, const char *how, const struct pairs_tally *t)
{
	printf("| %s | %s | %.4f | %.4f | %.4f | %.4f | %.4f |\n", name, how, t->accuracy,
	       spread_about(t->accuracy, t->accuracy_square), t->log_loss,
	       spread_about(t->log_loss, t->log_loss_square), t->ece);
}

/* One crowd, fitted without the pairs and with them. */
static void fit_both(const struct setting *setting, uint64_t seed, struct pairs_tally tally[2])
{
	static struct pairs_crowd crowd;
	struct random random = random_seeded(seed);

	draw_truths(&crowd, setting, &random);
	draw_judgments(&crowd, &random);
	for (int linked = 0; linked < 2; linked++) {
		struct evaluation evaluation = measure_fit(&crowd, linked);

		tally_add(&tally[linked], &evaluation);
	}
}

int main(void)
{
	puts("| pairs | model | accuracy | its spread | log-loss | its spread | ECE |");
	puts("|---|---|---|---|---|---|---|");
	for (size_t s = 0; s < sizeof settings / sizeof *settings; s++) {
		struct pairs_tally tally[2] = { { 0 } };

		for (uint64_t seed = 1; seed <= SEEDS; seed++)
			fit_both(&settings[s], seed, tally);
		put_tally(settings[s].name, "items alone", &tally[0]);
		put_tally(settings[s].name, "pairs known", &tally[1]);
	}
	return 0;
}
