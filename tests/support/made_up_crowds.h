/* SPDX-License-Identifier: Apache-2.0 */
/*
 * made_up_crowds -- judgments whose truth is known, of kinds that are hard in different ways.
 *
 * How every crowd is drawn.  Each item is fake with the chance of the kind, drawn once a crowd.
 * Each volunteer has a sensitivity and a specificity, two draws from the kind's Beta.  Each item is
 * judged by different volunteers, drawn by how busy they are.  An answer is right with the chance
 * of the volunteer's coin for the item's class, unless the kind says otherwise:
 *
 *   two-coin        nothing else; skills Beta(7.2, 2.8)
 *   difficulty      log odds of being right are multiplied by the item's ease, the exponential of a
 *                   normal draw (spread 1): a hard item makes everybody a coin, nobody worse
 *   cohorts         12 of 60 volunteers give 60 % of the answers.  5 of them and a fifth of the
 *                   others share an item effect: the item has an error of its own, drawn with
 *                   the chance of an average volunteer's, and who shares it repeats it in two
 *                   answers of three and answers by his own coin otherwise
 *   busy-cohort     8 of 68 volunteers give two thirds of the answers.  3 of them and a third of
 *                   the 60 others share an item effect as above; their errors correlate by .6
 *                   within a class.  A quarter are fakes; five judgments an item, skills
 * Beta(3.815, 1.185): chosen so that the majority is right in about .878 of the items colluders a
 * tenth of the volunteers are right in 95 % and lie about the targets, a tenth of the items; no
 * target is gold skewed          5 to 15 % fakes few-workers     5 to 20 volunteers, drawn once a
 * crowd one-timers      half of an item's answers come from volunteers who give one, two or three
 *   hard-fakes      on a third of the fakes everybody says "fake" with one chance from .35 to .45,
 *                   drawn for the item
 *   temp-like       the size of the set temp (462 items, 76 volunteers, 10 judgments each): some
 *                   busier than others, skills Beta(9, 2.2), a sixth are spammers, who say "fake"
 *                   with a chance of their own whatever they see
 *   sp-like         the size of the set sp (500 items, 143 volunteers, 20 judgments each): mostly
 *                   good, skills Beta(9, 2.5), one in twenty a spammer
 *
 * The same recipe and seed give the same crowd.  Pure; any thread.  The caller owns a crowd and
 * frees it with made_up_crowd_free().
 */
#ifndef TESTS_SUPPORT_MADE_UP_CROWDS_H
#define TESTS_SUPPORT_MADE_UP_CROWDS_H

#include "crowd/judgments.h"

enum crowd_kind {
	CROWD_TWO_COIN,
	CROWD_DIFFICULTY,
	CROWD_COHORTS,
	CROWD_BUSY_COHORT,
	CROWD_COLLUDERS,
	CROWD_SKEWED,
	CROWD_FEW_WORKERS,
	CROWD_ONE_TIMERS,
	CROWD_HARD_FAKES,
	CROWD_TEMP_LIKE,
	CROWD_SP_LIKE,
	CROWD_KINDS,
};

/* Two numbers: the ends of a range, or the parameters of a Beta. */
struct two {
	double a, b;
};

/* How a crowd is drawn. Shares are of 1; what is 0 is not there. */
struct crowd_recipe {
	const char *name;
	uint32_t items, volunteers;
	uint32_t volunteers_most; /* 0: `volunteers` it is; else as many as drawn between the two */
	uint32_t
		each; /* judgments an item; no more than volunteers, nor than are busy, nor than are not */
	struct two fakes;     /* the share of fakes lies between */
	struct two skill;     /* Beta of either coin; both at least 1 */
	double difficulty;    /* spread of the logarithm of an item's ease */
	double restless;      /* spread of the logarithm of how busy a volunteer is */
	uint32_t busy;        /* the first so many volunteers ... */
	double busy_answers;  /* ... give this share of the answers */
	uint32_t cohort_busy; /* the first so many of the busy share an item effect ... */
	double cohort;        /* ... and this share of the others */
	double repeats;       /* how often a cohort repeats the item's error; correlation: squared */
	double colluders, targets;
	double one_timers; /* share of answers; `volunteers` does not count those who give them */
	double hard_fakes; /* share of fakes */
	struct two hard;   /* chance of "fake" on these */
	double spammers;
};

/* The recipe of a kind, in its usual size; change what you like before you draw. */
struct crowd_recipe crowd_recipe(enum crowd_kind kind);

struct made_up_crowd {
	struct judgments judgments; /* a view of what follows, rows by item; without gold */
	uint32_t *item, *volunteer;
	uint8_t *verdict;
	int8_t *truth;   /* items */
	int8_t *gold;    /* items; the truth of every second item, otherwise UNKNOWN */
	uint8_t *cohort; /* volunteers; who shares the item effect, or colludes */
};

struct made_up_crowd *made_up_crowd(const struct crowd_recipe *recipe, uint64_t seed);
void made_up_crowd_free(struct made_up_crowd *crowd);

#endif
