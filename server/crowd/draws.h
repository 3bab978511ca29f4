/* SPDX-License-Identifier: Apache-2.0 */
/* draws -- random numbers of the usual shapes, from a generator that the caller passes in. */
#ifndef CROWD_DRAWS_H
#define CROWD_DRAWS_H

#include <stdint.h>

#include "core/random.h"

/* Standard normal, by the polar method (Marsaglia & Bray 1964). */
double draw_normal(struct random *random);

/* Binomial(n, share): by inversion where few are expected, else as the rounded normal. */
uint64_t draw_binomial(struct random *random, uint64_t n, double share);

/* Beta(a, b) with a, b >= 1, from two Gamma draws (Marsaglia & Tsang 2000). */
double draw_beta(struct random *random, double a, double b);

#endif
