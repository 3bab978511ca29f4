/* SPDX-License-Identifier: Apache-2.0 */
/*
 * calibration -- makes posteriors mean what they say, from items whose truth is known.
 *
 * Platt's method (1999) with a bend: log odds z become offset + slope * z + bend * asinh(z),
 * since crowds judge hard items alike and extreme odds promise too much.  The odds given must
 * be held out: an item's own truth must not have taught the skills that judge it.  Shrunk
 * towards no change; with few known items it would do harm, so calibration_fit() refuses.
 * Pure; any thread.
 */
#ifndef CROWD_CALIBRATION_H
#define CROWD_CALIBRATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CALIBRATION_MIN       50 /* known items, below which it hurts */
#define CALIBRATION_MIN_CLASS 10 /* and of each class */

struct calibration {
	bool used; /* false: calibration_apply() changes nothing */
	double offset, slope, bend;
};

struct calibration calibration_fit(const double odds[], const int8_t truth[], size_t count);

double calibration_apply(const struct calibration *calibration, double odds);

#endif
