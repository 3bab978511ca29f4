// SPDX-License-Identifier: Apache-2.0
// words.js: numbers, times and names as a person reads them.

const number = new Intl.NumberFormat("en");
const date = new Intl.DateTimeFormat("en", { year: "numeric", month: "short", day: "numeric" });
const moment = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeStyle: "short" });

const clock = new Intl.DateTimeFormat("en", { timeStyle: "short" });

export const count = (n) => (Number.isFinite(n) ? number.format(n) : "–");
export const day = (text) => date.format(new Date(text));
export const when = (text) => moment.format(new Date(text));
export const clockTime = (text) => clock.format(new Date(text));
export const many = (n, one, more = `${one}s`) => `${count(n)} ${n === 1 ? one : more}`;

/** .54 as in statistics; a dash when there is none. */
export function share(p, digits = 2) {
	if (!Number.isFinite(p))
		return "–";
	return p.toFixed(digits).replace(/^(-?)0\./, "$1.");
}

export function bytes(n) {
	if (!Number.isFinite(n))
		return "–";
	const units = ["B", "kB", "MB", "GB", "TB"];
	let at = 0;
	while (n >= 1000 && at < units.length - 1) {
		n /= 1000;
		at += 1;
	}
	return `${at === 0 || n >= 100 ? Math.round(n) : n.toFixed(1)} ${units[at]}`;
}

/** A certainty of 50..100 in the word of the scale's step. */
export function certainty(confidence) {
	if (confidence >= 85)
		return "certain";
	return confidence >= 68 ? "likely" : "guess";
}

export const MEDIUM = { image: "image", video: "video", audio: "sound" };
/** What the page calls the two of a pair, which lie side by side or one above the other. */
export const MARK = { left: "A", right: "B" };
export const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);
