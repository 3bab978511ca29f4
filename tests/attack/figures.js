// SPDX-License-Identifier: Apache-2.0
// figures.js: what an attack came to, in numbers with their intervals.

import { seeded } from "../support/random.js";

/** The 90 % interval of a share (Wilson 1927). */
export function wilson(hits, of, z = 1.645) {
	if (of === 0)
		return [0, 1];
	const p = hits / of;
	const middle = (p + z * z / (2 * of)) / (1 + z * z / of);
	const half = z / (1 + z * z / of) * Math.sqrt(p * (1 - p) / of + z * z / (4 * of * of));
	return [Math.max(0, middle - half), Math.min(1, middle + half)];
}

export const percent = (share) => `${(share * 100).toFixed(1)} %`;

/** "4 of 60 = 6.7 % (2.9 .. 14.6)" */
export function share(hits, of) {
	const [low, high] = wilson(hits, of);
	return of === 0 ? "none" : `${hits} of ${of} = ${percent(hits / of)} (${(low * 100).toFixed(1)} .. ${(high * 100).toFixed(1)})`;
}

/** The chance that one of `yes` has the larger score than one of `no` (ties: half). */
export function auc(yes, no) {
	const all = [...yes.map((score) => [score, 1]), ...no.map((score) => [score, 0])].sort(([a], [b]) => a - b);
	let sum = 0;
	for (let at = 0; at < all.length;) {
		let end = at;
		let hits = 0;
		while (end < all.length && all[end][0] === all[at][0])
			hits += all[end++][1];
		sum += hits * ((at + end - 1) / 2 + 1);
		at = end;
	}
	return (sum - yes.length * (yes.length + 1) / 2) / (yes.length * no.length);
}

/**
 * The mean AUC of several tables of scores of the same items, with a 90 % interval: items are drawn anew (bootstrap, 500 times),
 * and with them the tables.
 * @param {Array<[boolean, number | null][]>} tables for each network its items: is it gold, and the score; null: it never met the item
 */
export function meanAuc(tables, seed = 1) {
	const of = (rows) => auc(rows.filter(([is, score]) => is && score !== null).map(([, score]) => score), rows.filter(([is, score]) => !is && score !== null).map(([, score]) => score));
	const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
	const random = seeded(seed);
	const drawn = (list) => list.map(() => list[Math.floor(random() * list.length)]);
	const golds = tables[0].flatMap(([is], at) => (is ? [at] : []));
	const others = tables[0].flatMap(([is], at) => (is ? [] : [at]));
	const means = Array.from({ length: 500 }, () => {
		const items = [...drawn(golds), ...drawn(others)];
		return mean(drawn(tables).map((rows) => of(items.map((at) => rows[at]))));
	}).sort((a, b) => a - b);
	return { auc: mean(tables.map(of)), low: means[25], high: means[474] };
}

/**
 * How often the side of the fake is guessed from what a person was shown before: where fewer fakes have been. Of these count
 * `history` all, `known` those of training and gold (for whom gold was named), `practice` training alone, for the next pair.
 */
export function sideGuesses(showings) {
	const people = new Map();
	for (const showing of showings)
		people.set(showing.person, [...people.get(showing.person) ?? [], showing]);
	const found = { history: { right: 0, of: 0 }, known: { right: 0, of: 0 }, practice: { right: 0, of: 0 } };
	for (const pairs of people.values()) {
		const balance = { history: 0, known: 0, practice: 0 }; // fakes left less fakes right
		let later = 0;
		for (const { training, shown } of pairs) {
			const fakes = shown.filter(({ item }) => item.truth === "fake");
			for (const [how, tally] of Object.entries(found))
				if (!training && fakes.length === 1 && balance[how] !== 0 && (how !== "practice" || later === 0)) {
					tally.of += 1;
					tally.right += fakes[0].position === (balance[how] < 0 ? "left" : "right") ? 1 : 0;
				}
			later += !training && fakes.length === 1 ? 1 : 0;
			for (const { position, item } of fakes) {
				const step = position === "left" ? 1 : -1;
				balance.history += step;
				balance.known += item.kind === "ordinary" ? 0 : step;
				balance.practice += training ? step : 0;
			}
		}
	}
	return found;
}

/** What labels came to, for some of the items. */
export function outcomeOf(labels) {
	const count = (test) => labels.filter(test).length;
	const judgments = labels.reduce((sum, one) => sum + one.judgments, 0);
	return { items: labels.length, wrong: count((one) => one.wrong), retired: count((one) => one.retired), retiredWrong: count((one) => one.retired && one.wrong), disputes: count((one) => one.disputes > 0), open: count((one) => one.state === "in_service"), judgments: judgments / labels.length };
}
