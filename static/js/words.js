// SPDX-License-Identifier: Apache-2.0
// words.js: numbers, times and names as a person reads them.

import { LANGUAGE, number } from "./lang.js";

const date = new Intl.DateTimeFormat(LANGUAGE, { year: "numeric", month: "short", day: "numeric" });
const plainDate = new Intl.DateTimeFormat(LANGUAGE, { year: "numeric", month: "short", day: "numeric", timeZone: "UTC" });
const moment = new Intl.DateTimeFormat(LANGUAGE, { dateStyle: "medium", timeStyle: "short" });

const clock = new Intl.DateTimeFormat(LANGUAGE, { timeStyle: "short" });

export const count = (n) => (Number.isFinite(n) ? number.format(n) : "–");
export const day = (text) => date.format(new Date(text));
/** Of a day that is the same everywhere. */
export const utcDay = (text) => plainDate.format(new Date(text));
export const when = (text) => moment.format(new Date(text));
export const clockTime = (text) => clock.format(new Date(text));

/** By how many digits stand behind the point. */
const decimals = [0, 1, 2].map((digits) => new Intl.NumberFormat(LANGUAGE, { minimumFractionDigits: digits, maximumFractionDigits: digits }));
export const fixed = (n, digits) => decimals[digits].format(n);

/** .54 as in statistics; a dash when there is none. */
export function share(p, digits = 2) {
	if (!Number.isFinite(p))
		return "–";
	return fixed(p, digits).replace(/^(-?)0(?=\D)/, "$1");
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
	return `${fixed(n, at === 0 || n >= 100 ? 0 : 1)} ${units[at]}`;
}

/** A certainty of 50..100 as the name of the scale's step. */
export function certainty(confidence) {
	if (confidence >= 85)
		return "certain";
	return confidence >= 68 ? "likely" : "guess";
}

/** What the page calls the two of a pair, which lie side by side or one above the other. */
export const MARK = { left: "A", right: "B" };
export const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);
