/* SPDX-License-Identifier: Apache-2.0 */
/*
 * specfun -- the special functions that Beta models need, and exact sums.
 *
 * Accurate to about 1e-10, the quantiles to about 1e-9.  Pure; any thread.
 */
#ifndef CROWD_SPECFUN_H
#define CROWD_SPECFUN_H

#include <math.h>
#include <stdint.h>

/* Derivatives of log Gamma, for x > 0. */
double digamma(double x);
double trigamma(double x);

/* The probability below which Beta(a, b) has mass q; a, b > 0. */
double beta_quantile(double a, double b, double q);

static inline double sigmoid(double x)
{
	return x >= 0 ? 1 / (1 + exp(-x)) : exp(x) / (1 + exp(x));
}

static inline double logit(double p)
{
	return log(p) - log1p(-p);
}

/*
 * Sums that do not depend on the order of their terms: numbers as multiples of 2^-32.
 * Addition of integers is associative, addition of doubles is not.
 */
typedef int64_t fixed;

#define FIXED_ONE ((fixed)1 << 32)

static inline fixed fixed_of(double x)
{
	return (fixed)llrint(x * 0x1p32);
}

static inline double fixed_value(fixed x)
{
	return (double)x * 0x1p-32;
}

#endif
