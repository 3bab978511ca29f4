// SPDX-License-Identifier: Apache-2.0
// sound-pair.js: two sounds laid over each other: how much later the other is, how much louder, and where they differ. Numbers
// alone: nothing is drawn. A sound lasts a minute at most, and all that is kept of one is its envelope.

import { FLOOR_DB, decibels, inSlices, mono, spectrum } from "./spectrogram.js";

/** A step of an envelope. */
const STEP_S = 0.005;
/** So much later or sooner the other may be. */
const FARTHEST_S = 2;
const SILENT_DB = -60;
/** Shifts that fit so nearly as well as the best one are as good: of sounds that repeat themselves the smallest is meant. */
const NEARLY = 0.02;
/** Envelopes that are less alike tell nothing of a shift. */
const ALIKE = 0.5;
/** A variance, in dB squared: what rises and falls less has no rhythm. */
const EVEN = 0.01;

/** How loud each step of a sound is, in dB. */
function envelope(samples, rate) {
	const size = Math.round(STEP_S * rate);
	const steps = new Float32Array(Math.max(1, Math.floor(samples.length / size)));
	for (let n = 0; n < steps.length; n += 1) {
		let power = 0;
		for (let i = n * size; i < (n + 1) * size && i < samples.length; i += 1)
			power += samples[i] * samples[i];
		steps[n] = Math.max(SILENT_DB, 10 * Math.log10(power / size + 1e-12));
	}
	return steps;
}

/** The correlation of two envelopes where one lies `shift` steps later in the other; -1 where too little of them meets. */
function alikeAt(one, other, shift) {
	const from = Math.max(0, -shift), to = Math.min(one.length, other.length - shift), n = to - from;
	if (n < Math.min(one.length, other.length) / 2)
		return -1;
	let a = 0, b = 0, aa = 0, bb = 0, ab = 0;
	for (let i = from; i < to; i += 1) {
		const x = one[i], y = other[i + shift];
		a += x;
		b += y;
		aa += x * x;
		bb += y * y;
		ab += x * y;
	}
	const spread = aa - (a * a) / n, otherSpread = bb - (b * b) / n;
	return Math.min(spread, otherSpread) > n * EVEN ? (ab - (a * b) / n) / Math.sqrt(spread * otherSpread) : -1;
}

/** By how many steps the other is later; null where the two have no rhythm in common. */
async function findShift(one, other, wanted) {
	const most = Math.round(FARTHEST_S / STEP_S);
	const alike = new Float32Array(2 * most + 1);
	await inSlices(alike.length, (n) => { alike[n] = alikeAt(one, other, n - most); }, wanted);
	const best = Math.max(...alike);
	if (best < ALIKE)
		return null;
	let found = -most;
	for (let shift = -most; shift <= most; shift += 1)
		if (alike[shift + most] >= best - NEARLY && (Math.abs(shift) < Math.abs(found) || alike[found + most] < best - NEARLY))
			found = shift;
	return found;
}

/** How loud a sound is as a whole, in dB: the mean of what is not much quieter than the rest (as EBU R 128 gates). */
function loudness(steps) {
	const mean = (floor) => {
		let power = 0, n = 0;
		for (const db of steps)
			if (db > floor) {
				power += 10 ** (db / 10);
				n += 1;
			}
		return n > 0 ? 10 * Math.log10(power / n) : SILENT_DB;
	};
	return mean(Math.max(SILENT_DB, mean(SILENT_DB) - 10));
}

/** Is it as quiet as a film that has no sound? */
const isQuiet = (steps) => steps.every((db) => db <= SILENT_DB);
export const isSilent = (buffer) => isQuiet(envelope(mono(buffer), buffer.sampleRate));

/**
 * How two sounds are laid together.
 * @returns {{ later_s: number, aligned: boolean, louder_db: number, gains: number[], silent: boolean }} so much later the other is,
 *     and so much louder; `gains` make the louder one as quiet as the other; not aligned: they have no rhythm in common, and are laid
 *     together at their beginnings; silent: one of them is
 */
export async function matchSounds(one, other, wanted = () => true) {
	const [a, b] = [one, other].map((buffer) => envelope(mono(buffer), buffer.sampleRate));
	if (isQuiet(a) || isQuiet(b))
		return { later_s: 0, aligned: false, louder_db: 0, gains: [1, 1], silent: true };
	const shift = await findShift(a, b, wanted);
	const louder = loudness(b) - loudness(a);
	return { later_s: (shift ?? 0) * STEP_S, aligned: shift !== null, louder_db: louder, gains: [louder < 0 ? 10 ** (louder / 20) : 1, louder > 0 ? 10 ** (-louder / 20) : 1], silent: false };
}

/**
 * How far two sounds differ, moment by moment over the length of the first, equally loud. Calls column(n, differ, levels) for each
 * of `columns`: differ[bin] in dB, above 0 where the first is louder, and how loud each is there in dB; null: the other has nothing
 * there. Answers whether it came to its end.
 */
export function compareSounds(one, other, match, columns, column, wanted = () => true) {
	const [a, b] = [one, other].map(mono);
	const [x, y] = [one, other].map(spectrum);
	const differ = new Float32Array(Math.min(x.length, y.length));
	const [left, right] = match.gains.map((gain) => 20 * Math.log10(gain));
	return inSlices(columns, (n) => {
		const at = ((n + 0.5) / columns) * one.duration, there = at + match.later_s;
		decibels(a, Math.floor(at * one.sampleRate), x);
		if (there < 0 || there > other.duration)
			return column(n, null, [levelOf(x, left), null]);
		decibels(b, Math.floor(there * other.sampleRate), y);
		for (let bin = 0; bin < differ.length; bin += 1)
			differ[bin] = Math.max(FLOOR_DB, x[bin] + left) - Math.max(FLOOR_DB, y[bin] + right);
		return column(n, differ, [levelOf(x, left), levelOf(y, right)]);
	}, wanted);
}

/** The sum of what is drawn, so much louder. */
function levelOf(db, louder) {
	let power = 0;
	for (const one of db)
		power += 10 ** ((one + louder) / 10);
	return Math.max(SILENT_DB, 10 * Math.log10(power + 1e-12));
}
