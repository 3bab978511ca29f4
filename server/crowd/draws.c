/* SPDX-License-Identifier: Apache-2.0 */
#include "crowd/draws.h"

#include <math.h>

double draw_normal(struct random *random)
{
	double x, y, square;

	do {
		x = 2 * random_unit(random) - 1;
		y = 2 * random_unit(random) - 1;
		square = x * x + y * y;
	} while (square >= 1 || square <= 0);
	return x * sqrt(-2 * log(square) / square);
}

uint64_t draw_binomial(struct random *random, uint64_t n, double share)
{
	double mean = (double)n * share, spread = sqrt(mean * (1 - share));

	if (share > .5)
		return n - draw_binomial(random, n, 1 - share);
	if (mean > 50) {
		double draw = rint(mean + spread * draw_normal(random));

		return draw <= 0 ? 0 : draw >= (double)n ? n : (uint64_t)draw;
	}
	double left = random_unit(random), odds = share / (1 - share);
	double chance = exp((double)n * log1p(-share));
	uint64_t k = 0;
	for (; k < n && left > chance; k++) {
		left -= chance;
		chance *= odds * (double)(n - k) / (double)(k + 1);
	}
	return k;
}

static double draw_gamma(struct random *random, double shape)
{
	double d = shape - 1. / 3, c = 1 / sqrt(9 * d), x, v;

	do {
		do {
			x = draw_normal(random);
			v = 1 + c * x;
		} while (v <= 0);
		v = v * v * v;
	} while (log(random_unit(random) + 0x1p-33) >= x * x / 2 + d - d * v + d * log(v));
	return d * v;
}

double draw_beta(struct random *random, double a, double b)
{
	double x = draw_gamma(random, a), y = draw_gamma(random, b);

	return x / (x + y);
}
