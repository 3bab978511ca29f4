/* SPDX-License-Identifier: Apache-2.0 */
#include "crowd/dawid_skene.h"

#include <stdlib.h>
#include <string.h>

#include "core/mem.h"

#define PULL_ONE      0x1p24
#define PULL_MOST     100. /* keeps a pull inside its 32 bits */
#define FLOOR         1e-9 /* no probability is taken for certain */
#define IMAGINED      20.  /* how much the assumed mean counts, in volunteers known well */
#define LEAP_AFTER    5    /* iterations that find the way before it is shortened */
#define LEAP_MOST     8.
#define SIDE_STRENGTH 50. /* judgments on each side that show no effect are assumed */
#define FEW           30. /* volunteers */
#define COMPETENT     .75 /* the assumed share of right answers */

static int32_t pull_of(double x)
{
	return (int32_t)lrint(fmin(fmax(x, -PULL_MOST), PULL_MOST) * PULL_ONE);
}

/* What is assumed of a population of which nothing is known: COMPETENT, at any confidence. */
static double skene_assumed(const struct judgment_matrix *matrix, int truth, uint32_t symbol)
{
	bool right = (symbol >= matrix->symbols / 2) == (truth == FAKE);

	return (right ? COMPETENT : 1 - COMPETENT) / (.5 * matrix->symbols);
}

static double total_of(const struct dawid_skene *dawid_skene, size_t code, int truth)
{
	fixed fake = dawid_skene->fake[code];

	return fixed_value(truth == FAKE ? fake : dawid_skene->matrix->total[code] * FIXED_ONE - fake);
}

/* A volunteer's expected answers to items of one truth. Returns how many. With one coin an answer
 * to a real counts as its mirror image to a fake. */
static double answers_of(const struct dawid_skene *dawid_skene, uint32_t volunteer, int truth,
                         double answers[])
{
	uint32_t symbols = dawid_skene->matrix->symbols;
	size_t first = (size_t)volunteer * symbols;
	double all = 0;

	for (uint32_t k = 0; k < symbols; k++) {
		answers[k] = total_of(dawid_skene, first + k, truth);
		if (dawid_skene->options.one_coin)
			answers[k] += total_of(dawid_skene, first + symbols - 1 - k, !truth);
		all += answers[k];
	}
	return all;
}

/*
 * The population's mean answers: of volunteers weighed by how well each is known, n / (n + S),
 * which keeps the busiest from speaking for all; and of IMAGINED assumed ones.
 */
static void learn_mean(struct dawid_skene *dawid_skene, int truth)
{
	uint32_t symbols = dawid_skene->matrix->symbols;
	fixed sum[SYMBOLS_MAX] = { 0 }, all = 0;
	double answers[SYMBOLS_MAX];

	for (uint32_t v = 0; v < dawid_skene->matrix->volunteers; v++) {
		double n = answers_of(dawid_skene, v, truth, answers);

		for (uint32_t k = 0; k < symbols; k++)
			sum[k] += fixed_of(answers[k] / (n + DAWID_SKENE_STRENGTH));
	}
	for (uint32_t k = 0; k < symbols; k++)
		all += sum[k];
	for (uint32_t k = 0; k < symbols; k++)
		dawid_skene->mean[truth][k] =
			(fixed_value(sum[k]) + IMAGINED * skene_assumed(dawid_skene->matrix, truth, k)) /
			(fixed_value(all) + IMAGINED);
}

/*
 * With few volunteers, what some of them share beside the truth can pass for the truth: nobody
 * is there to average it out, and maximum likelihood falls below majority.  So the prior then grows
 * with the answers: by half of them at most, by a quarter with FEW volunteers, by next to
 * nothing with three times as many.
 */
static double lean_of(const struct judgment_matrix *matrix)
{
	uint32_t active = 0;

	for (uint32_t v = 0; v < matrix->volunteers; v++) {
		active += judgment_matrix_is_active(matrix, v);
	}
	return .5 / (1 + pow(active / FEW, 6));
}

/* The prior's strength for a volunteer of so many answers. Maximum likelihood has next to none,
 * for reporting only. */
static double strength_of(const struct dawid_skene *dawid_skene, double answers)
{
	return dawid_skene->options.way == DAWID_SKENE_LIKELIHOOD
	           ? .01
	           : DAWID_SKENE_STRENGTH + dawid_skene->lean * answers;
}

/* Probability of one answer; and by what factor it falls once the asking item takes its own
 * share, at most 1, out of the counts: exact at both ends, straight between on the log scale. */
struct term {
	double share, own;
};

static double own_factor(double n)
{
	return n / fmax(n - 1, .2 * n);
}

static struct term term_of(const struct dawid_skene *dawid_skene, double answers, double all,
                           double mean)
{
	double strength = strength_of(dawid_skene, all);
	double n = answers + strength * mean, of = all + strength;

	switch (dawid_skene->options.way) {
	case DAWID_SKENE_LIKELIHOOD:
		return (struct term){ fmax(all > 0 ? answers / all : mean, FLOOR), 1 };
	case DAWID_SKENE_VARIATIONAL:
		return (struct term){ exp(digamma(n) - digamma(of)), 1 };
	case DAWID_SKENE_LEAVE_OUT:
	default:
		return (struct term){ n / of, own_factor(n) / own_factor(of) };
	}
}

/* An answer does not speak for the other side, whatever its item is: worse than chance is nothing.
 */
static struct pull pull_heeded(struct pull pull, bool says_fake)
{
	int32_t of_real = pull.base, of_fake = pull.base - pull.slope;

	if ((of_real < 0) == says_fake)
		of_real = 0;
	if ((of_fake < 0) == says_fake)
		of_fake = 0;
	return (struct pull){ of_real, of_real - of_fake };
}

static void weigh_volunteer(struct dawid_skene *dawid_skene, uint32_t volunteer)
{
	uint32_t symbols = dawid_skene->matrix->symbols;
	struct pull *pull = &dawid_skene->pull[(size_t)volunteer * symbols];
	double to_fakes[SYMBOLS_MAX], to_reals[SYMBOLS_MAX];
	double fakes = answers_of(dawid_skene, volunteer, FAKE, to_fakes);
	double reals = answers_of(dawid_skene, volunteer, REAL, to_reals);
	bool own = dawid_skene->options.way == DAWID_SKENE_LEAVE_OUT;

	for (uint32_t k = 0; k < symbols; k++) {
		struct term fake = term_of(dawid_skene, to_fakes[k], fakes, dawid_skene->mean[FAKE][k]);
		struct term real = term_of(dawid_skene, to_reals[k], reals, dawid_skene->mean[REAL][k]);

		/* The item's share in fakes is p and in reals 1 - p. */
		pull[k].base = pull_of(log(fake.share / real.share * real.own));
		pull[k].slope = own ? pull_of(log(fake.own * real.own)) : 0;
		if (dawid_skene->options.no_negative)
			pull[k] = pull_heeded(pull[k], k >= symbols / 2);
	}
}

/* P(verdict | truth, position) / P(verdict | truth), from counts[verdict][position]. SIDE_STRENGTH
 * judgments without any effect are assumed besides. */
static double side_ratio(const double counts[2][2], int verdict, int position)
{
	double here = counts[0][position] + counts[1][position];
	double all = counts[0][0] + counts[0][1] + counts[1][0] + counts[1][1];
	double share = (counts[verdict][0] + counts[verdict][1] + 1) / (all + 2);

	return (counts[verdict][position] + SIDE_STRENGTH * share) / (here + SIDE_STRENGTH) / share;
}

static void learn_sides(struct dawid_skene *dawid_skene)
{
	fixed fake[2][2] = { { 0 } };
	double fakes[2][2], reals[2][2], all[2][2] = { { 0 } };

	for (uint32_t i = 0; i < dawid_skene->matrix->items; i++)
		for (int verdict = REAL; verdict <= FAKE; verdict++)
			for (int side = 0; side < 2; side++) {
				uint32_t seen = dawid_skene->matrix->sides[i].seen[verdict][side];

				fake[verdict][side] += dawid_skene->posterior[i] * seen;
				all[verdict][side] += seen;
			}
	for (int verdict = REAL; verdict <= FAKE; verdict++)
		for (int side = 0; side < 2; side++) {
			fakes[verdict][side] = fixed_value(fake[verdict][side]);
			reals[verdict][side] = all[verdict][side] - fakes[verdict][side];
		}
	for (int verdict = REAL; verdict <= FAKE; verdict++)
		for (int side = 0; side < 2; side++)
			dawid_skene->side[verdict][side] =
				log(side_ratio(fakes, verdict, side)) - log(side_ratio(reals, verdict, side));
}

static void skene_weigh(struct dawid_skene *dawid_skene)
{
	double fakes = fixed_value(dawid_skene->fakes), reals = dawid_skene->open - fakes;

	if (dawid_skene->options.way == DAWID_SKENE_LIKELIHOOD) {
		dawid_skene->prior = log(fmax(fakes, FLOOR) / fmax(reals, FLOOR));
	} else {
		dawid_skene->prior = log((fakes + 1) / (reals + 1));
		learn_mean(dawid_skene, FAKE);
		learn_mean(dawid_skene, REAL);
		if (dawid_skene->matrix->sides)
			learn_sides(dawid_skene);
	}
	for (uint32_t v = 0; v < dawid_skene->matrix->volunteers; v++)
		if (judgment_matrix_is_active(dawid_skene->matrix, v))
			weigh_volunteer(dawid_skene, v);
}

static double odds_of_sides(const struct dawid_skene *dawid_skene, uint32_t item)
{
	double odds = 0;

	for (int verdict = REAL; dawid_skene->matrix->sides && verdict <= FAKE; verdict++)
		for (int side = 0; side < 2; side++)
			odds += dawid_skene->matrix->sides[item].seen[verdict][side] *
			        dawid_skene->side[verdict][side];
	return odds;
}

static double odds_at(const struct dawid_skene *dawid_skene, uint32_t item, double posterior)
{
	const struct judgment_matrix *matrix = dawid_skene->matrix;
	int64_t base = 0, slope = 0;

	for (size_t j = matrix->start[item]; j < matrix->start[item + 1]; j++) {
		struct pull pull = dawid_skene->pull[matrix->code[j]];

		base += pull.base;
		slope += pull.slope;
	}
	return dawid_skene->prior + odds_of_sides(dawid_skene, item) +
	       pair_prior_term(dawid_skene->pairs, item) +
	       ((double)base - posterior * (double)slope) / PULL_ONE;
}

double dawid_skene_odds(const struct dawid_skene *dawid_skene, uint32_t item)
{
	return odds_at(dawid_skene, item, fixed_value(dawid_skene->posterior[item]));
}

double dawid_skene_lent(const struct dawid_skene *dawid_skene, uint32_t item)
{
	return odds_of_sides(dawid_skene, item) + pair_prior_term(dawid_skene->pairs, item);
}

static void skene_add_item(struct dawid_skene *dawid_skene, uint32_t item, double p)
{
	const struct judgment_matrix *matrix = dawid_skene->matrix;
	fixed posterior = fixed_of(p);

	dawid_skene->posterior[item] = posterior;
	if (!judgment_matrix_is_gold(matrix, item))
		dawid_skene->fakes += posterior;
	for (size_t j = matrix->start[item]; j < matrix->start[item + 1]; j++)
		dawid_skene->fake[matrix->code[j]] += posterior;
}

static void skene_forget(struct dawid_skene *dawid_skene)
{
	dawid_skene->fakes = 0;
	memset(dawid_skene->fake, 0, dawid_skene->matrix->codes * sizeof *dawid_skene->fake);
}

void dawid_skene_adopt(struct dawid_skene *dawid_skene, const double odds[])
{
	const struct judgment_matrix *matrix = dawid_skene->matrix;

	skene_forget(dawid_skene);
	for (uint32_t i = 0; i < matrix->items; i++)
		if (matrix->start[i] < matrix->start[i + 1])
			skene_add_item(dawid_skene, i,
			               judgment_matrix_is_gold(matrix, i) ? matrix->truth[i]
			                                                  : sigmoid(odds[i]));
	skene_weigh(dawid_skene);
}

/* The beginning: the share of "fake" verdicts, with one of each added. */
static void skene_begin(struct dawid_skene *dawid_skene)
{
	const struct judgment_matrix *matrix = dawid_skene->matrix;

	for (uint32_t i = 0; i < matrix->items; i++) {
		uint32_t n = judgment_matrix_judgments(matrix, i);
		double share = (judgment_matrix_fakes(matrix, i) + 1.) / (n + 2.);

		if (n)
			skene_add_item(dawid_skene, i,
			               judgment_matrix_is_gold(matrix, i) ? matrix->truth[i] : share);
		dawid_skene->open += n && !judgment_matrix_is_gold(matrix, i);
	}
}

/* Expects every item anew. Returns the largest change of a posterior. */
static double skene_expect(struct dawid_skene *dawid_skene)
{
	const struct judgment_matrix *matrix = dawid_skene->matrix;
	double change = 0;

	skene_forget(dawid_skene);
	for (uint32_t i = 0; i < matrix->items; i++) {
		double before = fixed_value(dawid_skene->posterior[i]), p = before;

		if (matrix->start[i] == matrix->start[i + 1])
			continue;
		if (!judgment_matrix_is_gold(matrix, i)) {
			double odds = odds_at(dawid_skene, i, before);

			dawid_skene->odds[i] = (float)odds;
			p = sigmoid(odds);
		}
		change = fmax(change, fabs(p - before));
		skene_add_item(dawid_skene, i, p);
	}
	if (dawid_skene->pairs)
		pair_prior_learn(dawid_skene->pairs, dawid_skene->odds, dawid_skene->prior);
	dawid_skene->iterations++;
	return change;
}

/* Where an item's odds stood and how they moved; what Squarem needs of the two last steps. */
struct trail {
	float from, step;
};

/*
 * How far to leap along the last two steps: the ratio of the lengths of the first step and of
 * what changed from it to the second. 1 is no leap.
 */
static double leap_length(const struct dawid_skene *dawid_skene, const struct trail trail[])
{
	fixed steps = 0, turns = 0;

	for (uint32_t i = 0; i < dawid_skene->matrix->items; i++) {
		double step = fmin(fabs((double)trail[i].step), 4);
		double turn = dawid_skene->odds[i] - trail[i].from - 2 * (double)trail[i].step;

		turn = fmin(fabs(turn), 4);
		steps += fixed_of(step * step);
		turns += fixed_of(turn * turn);
	}
	return turns > 0 ? sqrt((double)steps / (double)turns) : 1;
}

/*
 * Squarem (Varadhan & Roland 2008) on the log odds: two steps show the direction and the speed
 * of convergence, and the third leaps ahead. What it changes is the way, not the end.
 */
static void skene_leap(struct dawid_skene *dawid_skene, const struct trail trail[])
{
	const struct judgment_matrix *matrix = dawid_skene->matrix;
	double length = fmin(leap_length(dawid_skene, trail), LEAP_MOST);

	if (length <= 1)
		return;
	skene_forget(dawid_skene);
	for (uint32_t i = 0; i < matrix->items; i++) {
		double step = (double)trail[i].step;
		double turn = dawid_skene->odds[i] - trail[i].from - 2 * step;
		double odds = trail[i].from + 2 * length * step + length * length * turn;

		if (matrix->start[i] == matrix->start[i + 1])
			continue;
		skene_add_item(dawid_skene, i,
		               judgment_matrix_is_gold(matrix, i) ? matrix->truth[i] : sigmoid(odds));
	}
	skene_weigh(dawid_skene);
}

/* Two steps and a leap, until a step changes next to nothing. */
static void skene_iterate(struct dawid_skene *dawid_skene)
{
	uint32_t items = dawid_skene->matrix->items;
	bool plain = dawid_skene->options.way == DAWID_SKENE_LIKELIHOOD; /* the textbook's EM */
	struct trail *trail = mem_new(items, sizeof *trail);

	while (!dawid_skene->converged &&
	       dawid_skene->iterations < dawid_skene->options.iterations_max) {
		for (uint32_t i = 0; i < items; i++)
			trail[i].from = dawid_skene->odds[i];
		dawid_skene->converged = skene_expect(dawid_skene) <= dawid_skene->options.tolerance;
		skene_weigh(dawid_skene);
		if (dawid_skene->converged || plain || dawid_skene->iterations < LEAP_AFTER)
			continue;
		for (uint32_t i = 0; i < items; i++)
			trail[i].step = dawid_skene->odds[i] - trail[i].from;
		dawid_skene->converged = skene_expect(dawid_skene) <= dawid_skene->options.tolerance;
		skene_weigh(dawid_skene);
		if (!dawid_skene->converged)
			skene_leap(dawid_skene, trail);
	}
	free(trail);
}

struct dawid_skene dawid_skene_fit(const struct judgment_matrix *matrix,
                                   const struct dawid_skene_options *options)
{
	struct dawid_skene dawid_skene = { .matrix = matrix,
		                               .options = *options,
		                               .pull = mem_new(matrix->codes, sizeof *dawid_skene.pull),
		                               .fake = mem_new(matrix->codes, sizeof *dawid_skene.fake),
		                               .posterior =
		                                   mem_new(matrix->items, sizeof *dawid_skene.posterior),
		                               .odds = mem_new(matrix->items, sizeof *dawid_skene.odds) };

	for (uint32_t k = 0; k < matrix->symbols; k++) {
		dawid_skene.mean[FAKE][k] = skene_assumed(matrix, FAKE, k);
		dawid_skene.mean[REAL][k] = skene_assumed(matrix, REAL, k);
	}
	dawid_skene.lean =
		options->way == DAWID_SKENE_LIKELIHOOD || options->one_coin || options->plain_priors
			? 0
			: lean_of(matrix);
	if (options->way != DAWID_SKENE_LIKELIHOOD)
		dawid_skene.pairs = pair_prior_new(matrix);
	skene_begin(&dawid_skene);
	skene_weigh(&dawid_skene);
	skene_iterate(&dawid_skene);
	return dawid_skene;
}

void dawid_skene_clear(struct dawid_skene *dawid_skene)
{
	free(dawid_skene->pull);
	free(dawid_skene->fake);
	free(dawid_skene->posterior);
	free(dawid_skene->odds);
	pair_prior_free(dawid_skene->pairs);
}

/* Counts behind one answer given the truth, prior included; *ret_all is behind all answers. */
static double counts_behind(const struct dawid_skene *dawid_skene, size_t code, int truth,
                            double *ret_all)
{
	uint32_t symbols = dawid_skene->matrix->symbols, k = (uint32_t)(code % symbols);
	double answers[SYMBOLS_MAX];
	double all = answers_of(dawid_skene, (uint32_t)(code / symbols), truth, answers);
	double strength = strength_of(dawid_skene, all);

	*ret_all = all + strength;
	return answers[k] + strength * dawid_skene->mean[truth][k];
}

double dawid_skene_share(const struct dawid_skene *dawid_skene, size_t code, int truth)
{
	double all, n = counts_behind(dawid_skene, code, truth, &all);

	return n / all;
}

struct spread dawid_skene_log_share(const struct dawid_skene *dawid_skene, size_t code, int truth)
{
	double all, n = counts_behind(dawid_skene, code, truth, &all);

	return (struct spread){ digamma(n) - digamma(all), fmax(trigamma(n) - trigamma(all), 0) };
}

struct counts dawid_skene_counts(const struct dawid_skene *dawid_skene, uint32_t volunteer,
                                 int truth)
{
	uint32_t symbols = dawid_skene->matrix->symbols;
	double answers[SYMBOLS_MAX];
	struct counts counts = { 0, 0 };

	answers_of(dawid_skene, volunteer, truth, answers);
	double strength =
		strength_of(dawid_skene, 0); /* who somebody is does not hang on how many others are */

	for (uint32_t k = 0; k < symbols; k++) {
		double n = answers[k] + strength * dawid_skene->mean[truth][k];

		if ((k >= symbols / 2) == (truth == FAKE))
			counts.right += n;
		else
			counts.wrong += n;
	}
	return counts;
}
