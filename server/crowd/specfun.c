/* SPDX-License-Identifier: Apache-2.0 */
#include "crowd/specfun.h"

#include <stdbool.h>

/* Recurrence up to x >= 6, then the asymptotic series (Abramowitz & Stegun 6.3.18). */
double digamma(double x)
{
	double sum = 0;

	while (x < 6)
		sum -= 1 / x++;
	double y = 1 / (x * x);
	return sum + log(x) - .5 / x -
	       y * (1. / 12 - y * (1. / 120 - y * (1. / 252 - y * (1. / 240 - y * (1. / 132)))));
}

/* The same, Abramowitz & Stegun 6.4.12. */
double trigamma(double x)
{
	double sum = 0;

	while (x < 8) {
		sum += 1 / (x * x);
		x++;
	}
	double y = 1 / (x * x);
	return sum + 1 / x + y / 2 +
	       y / x * (1. / 6 - y * (1. / 30 - y * (1. / 42 - y * (1. / 30 - y * (5. / 66)))));
}

/* The continued fraction of the incomplete beta function, by Lentz's method. */
static double beta_fraction(double a, double b, double x)
{
	double c = 1, d = 1 - (a + b) * x / (a + 1), tiny = 1e-300;

	d = 1 / (fabs(d) < tiny ? tiny : d);
	double h = d;
	for (int m = 1; m < 300; m++) {
		double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
		double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));

		d = 1 + even * d;
		d = 1 / (fabs(d) < tiny ? tiny : d);
		c = 1 + even / c;
		c = fabs(c) < tiny ? tiny : c;
		h *= d * c;
		d = 1 + odd * d;
		d = 1 / (fabs(d) < tiny ? tiny : d);
		c = 1 + odd / c;
		c = fabs(c) < tiny ? tiny : c;
		h *= d * c;
		if (fabs(d * c - 1) < 1e-13)
			break;
	}
	return h;
}

/* P(Beta(a, b) <= x). log_beta is log B(a, b). */
static double beta_below(double a, double b, double x, double log_beta)
{
	if (x <= 0 || x >= 1)
		return x <= 0 ? 0 : 1;
	double front = exp(a * log(x) + b * log1p(-x) - log_beta);

	if (x < (a + 1) / (a + b + 2))
		return front * beta_fraction(a, b, x) / a;
	return 1 - front * beta_fraction(b, a, 1 - x) / b;
}

/* Newton's method, kept inside a bracket that bisection shrinks. */
double beta_quantile(double a, double b, double q)
{
	int sign;
	double log_beta = lgamma_r(a, &sign) + lgamma_r(b, &sign) - lgamma_r(a + b, &sign);
	double low = 0, high = 1, x = a / (a + b);

	for (int step = 0; step < 100 && high - low > 1e-10; step++) {
		double error = beta_below(a, b, x, log_beta) - q;
		double slope = exp((a - 1) * log(x) + (b - 1) * log1p(-x) - log_beta);

		if (error > 0)
			high = x;
		else
			low = x;
		double next = x - error / slope;
		bool inside = next > low && next < high;

		if (inside && fabs(next - x) < 1e-10)
			return next;
		x = inside ? next : (low + high) / 2;
	}
	return x;
}
