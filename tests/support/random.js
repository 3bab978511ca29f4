// SPDX-License-Identifier: Apache-2.0
// random.js: seeded chance, so that a run can be had again.

/** A source of numbers in 0..1 (mulberry32). */
export function seeded(seed) {
	let state = seed >>> 0;
	return () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let t = state;
		t = Math.imul(t ^ (t >>> 15), t | 1);
		t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
		return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
	};
}

/** The sum of n exponentials: gamma with a whole shape. */
function gamma(random, n) {
	let sum = 0;
	for (let i = 0; i < n; i++)
		sum -= Math.log(1 - random());
	return sum;
}

/** Beta with whole parameters. */
export function beta(random, a, b) {
	const x = gamma(random, a);
	return x / (x + gamma(random, b));
}

/** One of the pairs [value, weight]; weights add up to 1. */
export function draw(random, choices) {
	let at = random();
	for (const [value, weight] of choices) {
		at -= weight;
		if (at < 0)
			return value;
	}
	return choices[choices.length - 1][0];
}
