// SPDX-License-Identifier: Apache-2.0
// feedback.js: what a practice pair teaches: what each one is, where to look, one sentence why. No score.

import { el } from "./dom.js";
import { t, term } from "./lang.js";
import { namesOf } from "./scale.js";
import { MARK } from "./words.js";

/** What to make of it, by truth and verdict. */
const REMARKS = {
	real: { real: "feedback.real_real", fake: "feedback.real_fake" },
	fake: { fake: "feedback.fake_fake", real: "feedback.fake_real" },
};

function lesson(result, step) {
	const tone = result.truth === "fake" ? "f" : "r";
	const said = t("feedback.said", namesOf(step));
	return [
		el("p", {}, el("strong", { class: `truth ${tone}` }, term("verdict_title", result.truth)), " ",
			el("span", { class: "quiet" }, `${said} ${t(REMARKS[result.truth][step.verdict])}`)),
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
	return told.map((one) => t("feedback.truth", { mark: MARK[one.position], truth: term("verdict", one.truth) })).join(" ");
}
