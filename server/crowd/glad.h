/* SPDX-License-Identifier: Apache-2.0 */
/*
 * glad -- the model of Whitehill et al. (2009): volunteers differ in ability, items in difficulty.
 *
 * P(verdict is right) = 1 / (1 + exp(-ability * exp(ease))), both with normal priors of mean 1
 * and variance 1.  Fitted by EM; in each iteration a few damped Newton steps, coordinate by
 * coordinate.  Fakes and reals are taken for equally many, as in the paper.  Verdicts only:
 * confidence is not used.  Sums are of integers (crowd/specfun.h).
 */
#ifndef CROWD_GLAD_H
#define CROWD_GLAD_H

#include "crowd/judgment_matrix.h"

struct glad {
	double *ability; /* volunteers */
	double *odds;    /* items: log odds of fake, gold not clamped */
	uint32_t iterations;
	bool converged;
};

/* `sheet` has two symbols. */
struct glad glad_fit(const struct judgment_matrix *matrix, uint32_t iterations_max,
                     double tolerance);
void glad_clear(struct glad *glad);

#endif
