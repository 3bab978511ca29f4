// SPDX-License-Identifier: Apache-2.0
// feedback.js: what a practice pair teaches: what each one is, where to look, one sentence why. No score.

import { el } from "./dom.js";
import { MARK, capital, certainty } from "./words.js";

/** What to make of it, by truth and verdict. */
const REMARKS = {
	real: { real: "You were right.", fake: "A real one can look suspicious." },
	fake: { fake: "You saw it.", real: "This one is easy to miss." },
};

function lesson(result, step) {
	const tone = result.truth === "fake" ? "f" : "r";
	const said = `You said ${step.verdict}, ${certainty(step.confidence)}.`;
	return [
		el("p", {}, el("strong", { class: `truth ${tone}` }, capital(result.truth)), " ",
			el("span", { class: "quiet" }, `${said} ${REMARKS[result.truth][step.verdict]}`)),
		result.explanation ? el("p", {}, result.explanation) : null,
	].filter(Boolean);
}

/**
 * Shows the truth of a practice pair where the scales were.
 * @param {object[]} results the server's answer
 * @param {object} sides left and right: { step, viewer, told }
 * @returns {string|null} the same in one sentence, or null when nothing was revealed
 */
export function teach(results, sides) {
	const told = (results ?? []).filter((one) => one.truth);
	for (const result of told) {
		const side = sides[result.position];
		side.told.replaceChildren(...lesson(result, side.step));
		side.told.hidden = false;
		if (result.region)
			side.viewer.frame(result.region);
	}
	if (told.length === 0)
		return null;
	return told.map((one) => `${MARK[one.position]}: ${one.truth}.`).join(" ");
}
