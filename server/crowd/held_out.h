/* SPDX-License-Identifier: Apache-2.0 */
/*
 * held_out -- which of two models predicts judgments that it has not seen.
 *
 * Cross-validation over judgments: a fifth of them is left out, both models are fitted to the
 * rest, and the logarithm of what each gave to every answer left out is summed, by item.  The
 * weight of the second model is the chance that its sum is the larger one, by the normal
 * approximation and the spread over items (pseudo-BMA+: Yao, Vehtari, Simpson, Gelman 2018).  It
 * falls in proportion where who gives an answer has few among those tried, because whoever is
 * hardly known errs like anybody.  No truth but gold is read.
 *
 * Which judgments are left out is drawn by hashes that know neither the order of rows nor names
 * (crowd/refinement.h).
 */
#ifndef CROWD_HELD_OUT_H
#define CROWD_HELD_OUT_H

#include "crowd/judgment_matrix.h"

#define HELD_FOLDS 5

/*
 * The weight, from 0 to 1, of items with subtypes (crowd/item_subtypes.h) against independent
 * volunteers (crowd/dawid_skene.h): 0 without judgments.  Of more than 80,000 judgments a sample of
 * items is tried, and as many folds as make 16,000 answers:
 * O(judgments) time and memory.
 */
double held_out_weight(const struct judgment_matrix *matrix);

#endif
