/* SPDX-License-Identifier: Apache-2.0 */
/*
 * supervised -- what gold alone says of volunteers, and they of the other items.
 *
 * The two coins of crowd/dawid_skene.h counted on gold items only (naive Bayes): thousands of
 * items whose truth is not known cannot hold each other in the wrong here.  Pure; any thread.
 */
#ifndef CROWD_SUPERVISED_H
#define CROWD_SUPERVISED_H

#include "crowd/judgment_matrix.h"

/*
 * Sets odds[i] to the log odds that an item is fake, with `prior` before any judgment. The priors
 * of the coins are as strong as `strength` answers, around the means on gold. A gold item is judged
 * without its own truth. With `no_negative`, no answer speaks for the other side. Requires
 * matrix->truth.
 */
void supervised_odds(const struct judgment_matrix *matrix, double prior, double strength,
                     bool no_negative, double odds[]);

#endif
