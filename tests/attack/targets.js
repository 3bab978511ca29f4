// SPDX-License-Identifier: Apache-2.0
// targets.js: what each attack may come to at most, the one place that says so. A limit takes the result of an attack
// (attacks.js) and answers whether it is held; `words` stand in the table.

/**
 * Whether `make check` holds the server to the targets of the short form. Off: the attack is played and its result is told.
 */
export const ENFORCED = true;

/**
 * Judgments that an item takes on the honest control, before there were any defences, by seed: with another seed other people
 * come, which matters more than what the server draws (seed 1, three times: 7.33, 7.43, 7.45). Measured by
 * `make attack ONLY=honest ATTACK_SEEDS=5`; to be measured anew when who comes is changed. What honest crowds pay is held against it.
 */
export const BASELINE = [7.40, 8.17, 8.32, 8.75, 7.71];

/** The same for the seeds that were played. */
export const baselineOf = (seeds) => seeds.reduce((sum, seed) => sum + BASELINE[(seed - 1) % BASELINE.length], 0) / seeds.length;

export const LIMIT = {
	pick: { words: "0 retired wrong; alarm in 2 min", held: ({ targets, alarm_s, hasAlarms }) => targets.retiredWrong === 0 && hasAlarms && alarm_s !== null && alarm_s <= 120 },
	pickLate: { words: "0 retired wrong", held: ({ targets }) => targets.retiredWrong === 0 },
	newcomers: { words: "0 retired", held: ({ labels }) => labels.retired === 0 },
	goldWrong: { words: "2 % of labels wrong", held: ({ labels }) => labels.wrong <= 0.02 * labels.items },
	goldNaming: { words: "AUC .55", held: ({ naming }) => naming.auc <= 0.55 },
	cheap: { words: "160 at once, 160 an hour", held: ({ made, took_s }) => made <= 160 + 160 * took_s / 3600 },
	random10: { words: "4 % of targets", held: ({ targets }) => targets.wrong <= 0.04 * targets.items },
	random20: { words: "10 % of targets, named", held: ({ targets, named }) => targets.wrong <= 0.10 * targets.items && named },
	active: { words: "8 % of targets, named", held: ({ targets, named }) => targets.wrong <= 0.08 * targets.items && named },
	honest: { words: "1.15 of before; no alarm; 95 % retired", held: ({ labels, alarms, seeds }) => labels.retired >= 0.95 * labels.items && labels.judgments <= 1.15 * baselineOf(seeds) && alarms.length === 0 },
};

/**
 * The short form of `make check`: a smaller corpus, so that bots with the budget of one network meet their targets within
 * seconds. A single small run scatters, so the price has three standard deviations of room. Alarms take part in `make attack`
 * alone, where there are two minutes for them.
 */
export const SHORT = {
	corpus: { ordinary: 60, gold: 20, training: 8 },
	baseline: { judgments: 9.42, deviation: 0.63 }, // of ten seeds
	pick: { words: "0 retired wrong", held: ({ targets }) => targets.retiredWrong === 0 },
	honest: { words: "1.15 of before and its scatter; no alarm; nine in ten retired", held: ({ labels, alarms }) => labels.judgments <= 1.15 * SHORT.baseline.judgments + 3 * SHORT.baseline.deviation && alarms.length === 0 && labels.retired >= 0.9 * labels.items },
};
