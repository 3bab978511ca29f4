/* SPDX-License-Identifier: Apache-2.0 */
#include "crowd/calibration.h"

#include <math.h>
#include <string.h>

#include "crowd/judgments.h"
#include "crowd/special.h"

#define TERMS    3
#define STEPS    50
#define SHRINK   2.  /* precision of the prior around no change */
#define ODDS_TOP 40. /* odds beyond carry no more */

/* Sums for one Newton step of logistic regression; order of items does not matter. */
struct normal {
	fixed slope[TERMS], curvature[TERMS][TERMS];
};

static void features(double odds, double x[TERMS])
{
	double z = fmin(fmax(odds, -ODDS_TOP), ODDS_TOP);

	x[0] = 1;
	x[1] = z;
	x[2] = asinh(z);
}

static double dot(const double a[TERMS], const double b[TERMS])
{
	return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

static void add(struct normal *normal, const double x[TERMS], const double weights[TERMS],
				double target)
{
	double p = sigmoid(dot(x, weights));

	for (int i = 0; i < TERMS; i++) {
		normal->slope[i] += fixed_of((target - p) * x[i]);
		for (int k = 0; k < TERMS; k++)
			normal->curvature[i][k] += fixed_of(p * (1 - p) * x[i] * x[k]);
	}
}

/* Solves a symmetric positive 3 by 3 system by Gaussian elimination. */
static void solve(double a[TERMS][TERMS], double b[TERMS])
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

static double newton(const struct normal *normal, double weights[TERMS])
{
	static const double none[TERMS] = { 0, 1, 0 };
	double a[TERMS][TERMS], b[TERMS], most = 0;

	for (int i = 0; i < TERMS; i++) {
		b[i] = fixed_value(normal->slope[i]) - SHRINK * (weights[i] - none[i]);
		for (int k = 0; k < TERMS; k++)
			a[i][k] = fixed_value(normal->curvature[i][k]) + (i == k ? SHRINK : 0);
	}
	solve(a, b);
	for (int i = 0; i < TERMS; i++) {
		double step = fmin(fmax(b[i], -1), 1);

		weights[i] += step;
		most = fmax(most, fabs(step));
	}
	return most;
}

struct calibration calibration_fit(const double odds[], const int8_t truth[], size_t count)
{
	struct calibration calibration = { 0 };
	double weights[TERMS] = { 0, 1, 0 }, step = 1, x[TERMS];
	size_t fakes = 0, known = 0;

	for (size_t i = 0; i < count; i++) {
		known += truth[i] != UNKNOWN;
		fakes += truth[i] == FAKE;
	}
	if (known < CALIBRATION_MIN || fakes < CALIBRATION_MIN_CLASS ||
		known - fakes < CALIBRATION_MIN_CLASS)
		return calibration;

	/* Platt's targets: no class is ever quite certain. */
	double high = (double)(fakes + 1) / (double)(fakes + 2);
	double low = 1 / (double)(known - fakes + 2);
	for (int round = 0; round < STEPS && step > 1e-9; round++) {
		struct normal normal;

		memset(&normal, 0, sizeof normal);
		for (size_t i = 0; i < count; i++) {
			if (truth[i] == UNKNOWN)
				continue;
			features(odds[i], x);
			add(&normal, x, weights, truth[i] == FAKE ? high : low);
		}
		step = newton(&normal, weights);
	}
	return (struct calibration){ true, weights[0], weights[1], weights[2] };
}

double calibration_apply(const struct calibration *calibration, double odds)
{
	double x[TERMS],
		weights[TERMS] = { calibration->offset, calibration->slope, calibration->bend };

	features(odds, x);
	return calibration->used ? dot(x, weights) : odds;
}
