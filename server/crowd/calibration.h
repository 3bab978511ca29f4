/* SPDX-License-Identifier: Apache-2.0 */
/*
 * calibration -- makes posteriors mean what they say, from items whose truth is known.
 *
 * Platt's method (1999) with a bend: log odds z become offset + slope * z + bend * asinh(z),
 * since crowds judge hard items alike and extreme odds promise too much.  The map rises
 * everywhere: calibration may move where fakes begin, but never turns the order of items around.
 * The odds given must be held out: an item's own truth must not have taught the skills that
 * judge it.
 *
 * A few known items say little, so the map has a weight, from 0 towards 1, that grows with each
 * of them: calibration comes in gradually, and no single item switches it on.  Whoever applies it
 * mixes by that weight.  Pure; any thread.
 */
#ifndef CROWD_CALIBRATION_H
#define CROWD_CALIBRATION_H

#include <stddef.h>
#include <stdint.h>

/* Known items, half of each class, at which the weight is one half. */
#define CALIBRATION_HALF 20.

struct calibration {
	double weight; /* 0: nothing is known, and the map is not to be used */
	double offset, slope, bend;
	uint32_t known; /* items */
};

/* truth[i] is REAL, FAKE or UNKNOWN (left out). Weight 0 also where it does not come to an end. */
struct calibration calibration_fit(const double odds[], const int8_t truth[], size_t count);

/* The calibrated log odds, without regard to the weight. */
double calibration_apply(const struct calibration *calibration, double odds);

/* sigmoid(odds), moved towards the map by the calibration's weight. */
double calibration_share(const struct calibration *calibration, double odds);

/* As many known items, half of each class, tell as much about the difference between classes. */
double calibration_balance(const int8_t truth[], size_t count);

/*
 * The share of items about which the crowd's word says nothing, p = caution / 2 + (1 - caution) *
 * share, learned from known items by EM. Where one class is rare among them they count for fewer,
 * as in calibration_balance(). `assumed` is what is believed without any; it counts like a hundred
 * of them.
 */
double calibration_caution(const struct calibration *calibration, const double odds[],
                           const int8_t truth[], size_t count, double assumed);

#endif
