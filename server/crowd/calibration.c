/* SPDX-License-Identifier: Apache-2.0 */
#include "crowd/calibration.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "crowd/judgments.h"
#include "crowd/specfun.h"

#define TERMS    3
#define STEPS    100
#define HALVINGS 30
#define SHRINK   20. /* precision of the prior around no change */
#define ODDS_TOP 40. /* odds beyond carry no more */

#define CAUTION_ROUNDS   50
#define CAUTION_STRENGTH 100. /* known items that the assumed caution counts as much as */

/* The known items, and how often each class occurs. */
struct known {
	const double *odds;
	const int8_t *truth;
	size_t count;
	uint32_t of[2];
};

/* The objective (the logarithm of the posterior density of the weights), its gradient and its
 * curvature with the sign turned. */
struct summit {
	double height, gradient[TERMS], curvature[TERMS][TERMS];
};

/*
 * The map is weights[0] + weights[1] * (z - asinh(z)) + weights[2] * asinh(z): weights[1] is its
 * slope far out and weights[2] at 0.  It rises everywhere if both are at least 0.
 */
static const double no_change[TERMS] = { 0, 1, 1 };

static void calibration_features(double odds, double x[TERMS])
{
	double z = fmin(fmax(odds, -ODDS_TOP), ODDS_TOP);

	x[0] = 1;
	x[1] = z - asinh(z);
	x[2] = asinh(z);
}

static double calibration_dot(const double a[TERMS], const double b[TERMS])
{
	return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

/* Log P(truth) where the log odds of fake are z. */
static double log_share(double z, int truth)
{
	double against = truth == FAKE ? -z : z;

	return -(fmax(against, 0) + log1p(exp(-fabs(against))));
}

/* Sums of integers: the order of the items does not matter. */
static struct summit calibration_survey(const struct known *known, const double weights[TERMS])
{
	fixed height = 0, gradient[TERMS] = { 0 }, curvature[TERMS][TERMS] = { { 0 } };
	struct summit summit = { 0 };
	double x[TERMS];

	for (size_t item = 0; item < known->count; item++) {
		if (known->truth[item] == UNKNOWN)
			continue;
		calibration_features(known->odds[item], x);
		double z = calibration_dot(x, weights), p = sigmoid(z);

		height += fixed_of(log_share(z, known->truth[item]));
		for (int i = 0; i < TERMS; i++) {
			gradient[i] += fixed_of((known->truth[item] - p) * x[i]);
			for (int k = 0; k < TERMS; k++)
				curvature[i][k] += fixed_of(p * (1 - p) * x[i] * x[k]);
		}
	}
	summit.height = fixed_value(height);
	for (int i = 0; i < TERMS; i++) {
		double off = weights[i] - no_change[i];

		summit.height -= SHRINK / 2 * off * off;
		summit.gradient[i] = fixed_value(gradient[i]) - SHRINK * off;
		for (int k = 0; k < TERMS; k++)
			summit.curvature[i][k] = fixed_value(curvature[i][k]) + (i == k ? SHRINK : 0);
	}
	return summit;
}

/* Solves a symmetric positive 3 by 3 system by Gaussian elimination. */
static void calibration_solve(double a[TERMS][TERMS], double b[TERMS])
{
	for (int i = 0; i < TERMS; i++)
		for (int row = i + 1; row < TERMS; row++) {
			double times = a[row][i] / a[i][i];

			for (int k = i; k < TERMS; k++)
				a[row][k] -= times * a[i][k];
			b[row] -= times * b[i];
		}
	for (int i = TERMS - 1; i >= 0; i--) {
		for (int k = i + 1; k < TERMS; k++)
			b[i] -= a[i][k] * b[k];
		b[i] /= a[i][i];
	}
}

/* Newton's step among the weights that may move: a slope of 0 that wants below 0 stays. */
static void newton_step(const struct summit *summit, const double weights[TERMS],
                        double step[TERMS])
{
	double a[TERMS][TERMS];

	memcpy(a, summit->curvature, sizeof a);
	memcpy(step, summit->gradient, TERMS * sizeof *step);
	for (int i = 1; i < TERMS; i++) {
		if (weights[i] > 0 || step[i] > 0)
			continue;
		for (int k = 0; k < TERMS; k++)
			a[i][k] = a[k][i] = i == k;
		step[i] = 0;
	}
	calibration_solve(a, step);
}

/* Goes along the step, by half of it again and again until that is uphill. False: no more is. */
static bool calibration_climb(const struct known *known, double weights[TERMS],
                              struct summit *summit)
{
	double step[TERMS];

	newton_step(summit, weights, step);
	for (int halving = 0; halving < HALVINGS; halving++) {
		double part = ldexp(1, -halving), there[TERMS];

		for (int i = 0; i < TERMS; i++)
			there[i] = fmax(weights[i] + part * step[i], i ? 0 : -INFINITY);
		struct summit next = calibration_survey(known, there);

		if (next.height > summit->height) {
			bool worth = next.height > summit->height + 1e-9;

			memcpy(weights, there, sizeof there);
			*summit = next;
			return worth;
		}
	}
	return false;
}

static void count_known(const int8_t truth[], size_t count, uint32_t of[2])
{
	of[REAL] = of[FAKE] = 0;
	for (size_t i = 0; i < count; i++)
		if (truth[i] != UNKNOWN)
			of[truth[i]]++;
}

double calibration_balance(const int8_t truth[], size_t count)
{
	uint32_t of[2];

	count_known(truth, count, of);
	double reals = of[REAL], fakes = of[FAKE];
	return reals + fakes > 0 ? 4 * reals * fakes / (reals + fakes) : 0;
}

struct calibration calibration_fit(const double odds[], const int8_t truth[], size_t count)
{
	struct known known = { .odds = odds, .truth = truth, .count = count };
	double weights[TERMS], balance = calibration_balance(truth, count);

	count_known(truth, count, known.of);
	memcpy(weights, no_change, sizeof weights);
	struct summit summit = calibration_survey(&known, weights);
	int steps = 0;

	while (steps < STEPS && calibration_climb(&known, weights, &summit))
		steps++;
	return (struct calibration){ .weight =
		                             steps == STEPS ? 0 : balance / (balance + CALIBRATION_HALF),
		                         .offset = weights[0],
		                         .slope = weights[1],
		                         .bend = weights[2] - weights[1],
		                         .known = known.of[REAL] + known.of[FAKE] };
}

double calibration_apply(const struct calibration *calibration, double odds)
{
	double x[TERMS], weights[TERMS] = { calibration->offset, calibration->slope,
		                                calibration->slope + calibration->bend };

	calibration_features(odds, x);
	return calibration_dot(x, weights);
}

double calibration_share(const struct calibration *calibration, double odds)
{
	double share = sigmoid(odds);

	if (calibration->weight > 0)
		share += calibration->weight * (sigmoid(calibration_apply(calibration, odds)) - share);
	return share;
}

double calibration_caution(const struct calibration *calibration, const double odds[],
                           const int8_t truth[], size_t count, double assumed)
{
	double caution = assumed, balance = calibration_balance(truth, count);

	for (int round = 0; round < CAUTION_ROUNDS; round++) {
		fixed blind = 0;
		size_t known = 0;

		for (size_t i = 0; i < count; i++) {
			if (truth[i] == UNKNOWN)
				continue;
			double fake = calibration_share(calibration, odds[i]);
			double share = truth[i] == FAKE ? fake : 1 - fake;

			blind += fixed_of(caution / 2 / (caution / 2 + (1 - caution) * share));
			known++;
		}
		double each = known ? balance / (double)known : 0;
		caution =
			(each * fixed_value(blind) + CAUTION_STRENGTH * assumed) / (balance + CAUTION_STRENGTH);
	}
	return caution;
}
