/* SPDX-License-Identifier: Apache-2.0 */
#include "crowd/coins.h"

#include <stdlib.h>
#include <string.h>

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
static double assumed(const struct sheet *sheet, int truth, uint32_t symbol)
{
	bool right = (symbol >= sheet->symbols / 2) == (truth == FAKE);

	return (right ? COMPETENT : 1 - COMPETENT) / (.5 * sheet->symbols);
}

static double total_of(const struct coins *coins, size_t code, int truth)
{
	fixed fake = coins->fake[code];

	return fixed_value(truth == FAKE ? fake : coins->sheet->total[code] * FIXED_ONE - fake);
}

/* A volunteer's expected answers to items of one truth. Returns how many. With one coin an answer
 * to a real counts as its mirror image to a fake. */
static double answers_of(const struct coins *coins, uint32_t volunteer, int truth, double answers[])
{
	uint32_t symbols = coins->sheet->symbols;
	size_t first = (size_t)volunteer * symbols;
	double all = 0;

	for (uint32_t k = 0; k < symbols; k++) {
		answers[k] = total_of(coins, first + k, truth);
		if (coins->options.one_coin)
			answers[k] += total_of(coins, first + symbols - 1 - k, !truth);
		all += answers[k];
	}
	return all;
}

/*
 * The population's mean answers: of volunteers weighed by how well each is known, n / (n + S),
 * which keeps the busiest from speaking for all; and of IMAGINED assumed ones.
 */
static void learn_mean(struct coins *coins, int truth)
{
	uint32_t symbols = coins->sheet->symbols;
	fixed sum[SYMBOLS_MAX] = { 0 }, all = 0;
	double answers[SYMBOLS_MAX];

	for (uint32_t v = 0; v < coins->sheet->volunteers; v++) {
		double n = answers_of(coins, v, truth, answers);

		for (uint32_t k = 0; k < symbols; k++)
			sum[k] += fixed_of(answers[k] / (n + COINS_STRENGTH));
	}
	for (uint32_t k = 0; k < symbols; k++)
		all += sum[k];
	for (uint32_t k = 0; k < symbols; k++)
		coins->mean[truth][k] = (fixed_value(sum[k]) + IMAGINED * assumed(coins->sheet, truth, k)) /
								(fixed_value(all) + IMAGINED);
}

/*
 * With few volunteers, what some of them share beside the truth can pass for the truth: nobody
 * is there to average it out, and maximum likelihood falls below majority.  So the prior then grows
 * with the answers: by half of them at most, by a quarter with FEW volunteers, by next to
 * nothing with three times as many.
 */
static double lean_of(const struct sheet *sheet)
{
	uint32_t active = 0;

	for (uint32_t v = 0; v < sheet->volunteers; v++) {
		bool judges = false;

		for (uint32_t k = 0; k < sheet->symbols; k++)
			judges |= sheet->total[(size_t)v * sheet->symbols + k] > 0;
		active += judges;
	}
	return .5 / (1 + pow(active / FEW, 6));
}

/* The prior's strength for a volunteer of so many answers. Maximum likelihood has next to none,
 * for reporting only. */
static double strength_of(const struct coins *coins, double answers)
{
	return coins->options.way == COINS_LIKELIHOOD ? .01 : COINS_STRENGTH + coins->lean * answers;
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

static struct term term_of(const struct coins *coins, double answers, double all, double mean)
{
	double strength = strength_of(coins, all);
	double n = answers + strength * mean, of = all + strength;

	switch (coins->options.way) {
	case COINS_LIKELIHOOD:
		return (struct term){ fmax(all > 0 ? answers / all : mean, FLOOR), 1 };
	case COINS_VARIATIONAL:
		return (struct term){ exp(digamma(n) - digamma(of)), 1 };
	case COINS_LEAVE_OUT:
	default:
		return (struct term){ n / of, own_factor(n) / own_factor(of) };
	}
}

static void weigh_volunteer(struct coins *coins, uint32_t volunteer)
{
	uint32_t symbols = coins->sheet->symbols;
	struct pull *pull = &coins->pull[(size_t)volunteer * symbols];
	double to_fakes[SYMBOLS_MAX], to_reals[SYMBOLS_MAX];
	double fakes = answers_of(coins, volunteer, FAKE, to_fakes);
	double reals = answers_of(coins, volunteer, REAL, to_reals);
	bool own = coins->options.way == COINS_LEAVE_OUT;

	for (uint32_t k = 0; k < symbols; k++) {
		struct term fake = term_of(coins, to_fakes[k], fakes, coins->mean[FAKE][k]);
		struct term real = term_of(coins, to_reals[k], reals, coins->mean[REAL][k]);

		/* The item's share in fakes is p and in reals 1 - p. */
		pull[k].base = pull_of(log(fake.share / real.share * real.own));
		pull[k].slope = own ? pull_of(log(fake.own * real.own)) : 0;
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

static void learn_sides(struct coins *coins)
{
	fixed fake[2][2] = { { 0 } };
	double fakes[2][2], reals[2][2], all[2][2] = { { 0 } };

	for (uint32_t i = 0; i < coins->sheet->items; i++)
		for (int verdict = REAL; verdict <= FAKE; verdict++)
			for (int side = 0; side < 2; side++) {
				uint32_t seen = coins->sheet->sides[i].seen[verdict][side];

				fake[verdict][side] += coins->posterior[i] * seen;
				all[verdict][side] += seen;
			}
	for (int verdict = REAL; verdict <= FAKE; verdict++)
		for (int side = 0; side < 2; side++) {
			fakes[verdict][side] = fixed_value(fake[verdict][side]);
			reals[verdict][side] = all[verdict][side] - fakes[verdict][side];
		}
	for (int verdict = REAL; verdict <= FAKE; verdict++)
		for (int side = 0; side < 2; side++)
			coins->side[verdict][side] =
				log(side_ratio(fakes, verdict, side)) - log(side_ratio(reals, verdict, side));
}

static void weigh(struct coins *coins)
{
	double fakes = fixed_value(coins->fakes), reals = coins->open - fakes;

	if (coins->options.way == COINS_LIKELIHOOD) {
		coins->prior = log(fmax(fakes, FLOOR) / fmax(reals, FLOOR));
	} else {
		coins->prior = log((fakes + 1) / (reals + 1));
		learn_mean(coins, FAKE);
		learn_mean(coins, REAL);
		if (coins->sheet->sides)
			learn_sides(coins);
	}
	for (uint32_t v = 0; v < coins->sheet->volunteers; v++)
		weigh_volunteer(coins, v);
}

static double odds_of_sides(const struct coins *coins, uint32_t item)
{
	double odds = 0;

	for (int verdict = REAL; coins->sheet->sides && verdict <= FAKE; verdict++)
		for (int side = 0; side < 2; side++)
			odds += coins->sheet->sides[item].seen[verdict][side] * coins->side[verdict][side];
	return odds;
}

static double odds_at(const struct coins *coins, uint32_t item, double posterior)
{
	const struct sheet *sheet = coins->sheet;
	int64_t base = 0, slope = 0;

	for (size_t j = sheet->start[item]; j < sheet->start[item + 1]; j++) {
		struct pull pull = coins->pull[sheet->code[j]];

		base += pull.base;
		slope += pull.slope;
	}
	return coins->prior + odds_of_sides(coins, item) +
		   ((double)base - posterior * (double)slope) / PULL_ONE;
}

double coins_odds(const struct coins *coins, uint32_t item)
{
	return odds_at(coins, item, fixed_value(coins->posterior[item]));
}

static void add_item(struct coins *coins, uint32_t item, double p)
{
	const struct sheet *sheet = coins->sheet;
	fixed posterior = fixed_of(p);

	coins->posterior[item] = posterior;
	if (!sheet_is_gold(sheet, item))
		coins->fakes += posterior;
	for (size_t j = sheet->start[item]; j < sheet->start[item + 1]; j++)
		coins->fake[sheet->code[j]] += posterior;
}

static void forget(struct coins *coins)
{
	coins->fakes = 0;
	memset(coins->fake, 0, coins->sheet->codes * sizeof *coins->fake);
}

/* The beginning: the share of "fake" verdicts, with one of each added. */
static void begin(struct coins *coins)
{
	const struct sheet *sheet = coins->sheet;

	for (uint32_t i = 0; i < sheet->items; i++) {
		uint32_t n = sheet_judgments(sheet, i);
		double share = (sheet_fakes(sheet, i) + 1.) / (n + 2.);

		if (n)
			add_item(coins, i, sheet_is_gold(sheet, i) ? sheet->truth[i] : share);
		coins->open += n && !sheet_is_gold(sheet, i);
	}
}

/* Expects every item anew. Returns the largest change of a posterior. */
static double expect(struct coins *coins)
{
	const struct sheet *sheet = coins->sheet;
	double change = 0;

	forget(coins);
	for (uint32_t i = 0; i < sheet->items; i++) {
		double before = fixed_value(coins->posterior[i]), p = before;

		if (sheet->start[i] == sheet->start[i + 1])
			continue;
		if (!sheet_is_gold(sheet, i)) {
			double odds = odds_at(coins, i, before);

			coins->odds[i] = (float)odds;
			p = sigmoid(odds);
		}
		change = fmax(change, fabs(p - before));
		add_item(coins, i, p);
	}
	coins->iterations++;
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
static double leap_length(const struct coins *coins, const struct trail trail[])
{
	fixed steps = 0, turns = 0;

	for (uint32_t i = 0; i < coins->sheet->items; i++) {
		double step = fmin(fabs((double)trail[i].step), 4);
		double turn = coins->odds[i] - trail[i].from - 2 * (double)trail[i].step;

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
static void leap(struct coins *coins, const struct trail trail[])
{
	const struct sheet *sheet = coins->sheet;
	double length = fmin(leap_length(coins, trail), LEAP_MOST);

	if (length <= 1)
		return;
	forget(coins);
	for (uint32_t i = 0; i < sheet->items; i++) {
		double step = (double)trail[i].step;
		double turn = coins->odds[i] - trail[i].from - 2 * step;
		double odds = trail[i].from + 2 * length * step + length * length * turn;

		if (sheet->start[i] == sheet->start[i + 1])
			continue;
		add_item(coins, i, sheet_is_gold(sheet, i) ? sheet->truth[i] : sigmoid(odds));
	}
	weigh(coins);
}

/* Two steps and a leap, until a step changes next to nothing. */
static void iterate(struct coins *coins)
{
	uint32_t items = coins->sheet->items;
	bool plain = coins->options.way == COINS_LIKELIHOOD; /* the textbook's EM */
	struct trail *trail = crowd_alloc(items, sizeof *trail);

	while (!coins->converged && coins->iterations < coins->options.iterations_max) {
		for (uint32_t i = 0; i < items; i++)
			trail[i].from = coins->odds[i];
		coins->converged = expect(coins) <= coins->options.tolerance;
		weigh(coins);
		if (coins->converged || plain || coins->iterations < LEAP_AFTER)
			continue;
		for (uint32_t i = 0; i < items; i++)
			trail[i].step = coins->odds[i] - trail[i].from;
		coins->converged = expect(coins) <= coins->options.tolerance;
		weigh(coins);
		if (!coins->converged)
			leap(coins, trail);
	}
	free(trail);
}

struct coins coins_fit(const struct sheet *sheet, const struct coins_options *options)
{
	struct coins coins = { .sheet = sheet,
						   .options = *options,
						   .pull = crowd_alloc(sheet->codes, sizeof *coins.pull),
						   .fake = crowd_alloc(sheet->codes, sizeof *coins.fake),
						   .posterior = crowd_alloc(sheet->items, sizeof *coins.posterior),
						   .odds = crowd_alloc(sheet->items, sizeof *coins.odds) };

	for (uint32_t k = 0; k < sheet->symbols; k++) {
		coins.mean[FAKE][k] = assumed(sheet, FAKE, k);
		coins.mean[REAL][k] = assumed(sheet, REAL, k);
	}
	coins.lean = options->way == COINS_LIKELIHOOD || options->one_coin ? 0 : lean_of(sheet);
	begin(&coins);
	weigh(&coins);
	iterate(&coins);
	return coins;
}

void coins_clear(struct coins *coins)
{
	free(coins->pull);
	free(coins->fake);
	free(coins->posterior);
	free(coins->odds);
}

/* Counts behind one answer given the truth, prior included; *ret_all is behind all answers. */
static double counts_behind(const struct coins *coins, size_t code, int truth, double *ret_all)
{
	uint32_t symbols = coins->sheet->symbols, k = (uint32_t)(code % symbols);
	double answers[SYMBOLS_MAX];
	double all = answers_of(coins, (uint32_t)(code / symbols), truth, answers);
	double strength = strength_of(coins, all);

	*ret_all = all + strength;
	return answers[k] + strength * coins->mean[truth][k];
}

double coins_share(const struct coins *coins, size_t code, int truth)
{
	double all, n = counts_behind(coins, code, truth, &all);

	return n / all;
}

struct spread coins_log_share(const struct coins *coins, size_t code, int truth)
{
	double all, n = counts_behind(coins, code, truth, &all);

	return (struct spread){ digamma(n) - digamma(all), fmax(trigamma(n) - trigamma(all), 0) };
}

struct counts coins_counts(const struct coins *coins, uint32_t volunteer, int truth)
{
	uint32_t symbols = coins->sheet->symbols;
	double answers[SYMBOLS_MAX];
	struct counts counts = { 0, 0 };

	answers_of(coins, volunteer, truth, answers);
	double strength =
		strength_of(coins, 0); /* who somebody is does not hang on how many others are */

	for (uint32_t k = 0; k < symbols; k++) {
		double n = answers[k] + strength * coins->mean[truth][k];

		if ((k >= symbols / 2) == (truth == FAKE))
			counts.right += n;
		else
			counts.wrong += n;
	}
	return counts;
}
