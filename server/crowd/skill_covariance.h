/* SPDX-License-Identifier: Apache-2.0 */
/*
 * skill_covariance -- how uncertain skills and the share of fakes are, all together.
 *
 * In a small crowd labels and skills are learned from each other: if one volunteer is better than
 * thought, so are those who agree with him.  The information about all coins and the share of fakes
 * is that of known labels less what is missing because they are not known (Louis 1982), plus the
 * prior's; its inverse is their covariance (Laplace), and carries over to each item's log odds.
 * For small crowds with two answers: the work grows with the square of the judgments of an item,
 * and with the cube of the volunteers.
 *
 * Sums over items are integers, and volunteers stand in an order that no name decides
 * (crowd/refinement.h).  Pure; the caller owns the result.
 */
#ifndef CROWD_SKILL_COVARIANCE_H
#define CROWD_SKILL_COVARIANCE_H

#include "crowd/dawid_skene.h"

#define SKILL_VOLUNTEERS 128 /* more than these are known well enough one by one */

struct skill_covariance;

/* NULL where the crowd is not small, or answers are graded. The model is lent. */
struct skill_covariance *skill_covariance_new(const struct dawid_skene *dawid_skene);
void skill_covariance_free(struct skill_covariance *covariance); /* NULL does nothing */

/* The mean of an item's log odds and their variance. The mean takes priors for as strong as for any
 * crowd, without what is added for small ones. */
struct spread skill_covariance_odds(const struct skill_covariance *covariance, uint32_t item);

#endif
