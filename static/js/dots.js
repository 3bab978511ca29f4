// SPDX-License-Identifier: Apache-2.0
// dots.js: a dispute's judgments as dots, from sure real to sure fake, each as large as its volunteer is skilled.

import { t, term } from "./lang.js";
import { STEPS, namesOf } from "./scale.js";
import { svg } from "./dom.js";
import { certainty, share } from "./words.js";

const WIDTH = 320;
const TALLEST = 120;
const GAP = 1.5;

const centre = (step) => 28 + step * ((WIDTH - 56) / 5);

/** Which of the six steps a verdict falls on. */
export function stepOf({ verdict, confidence }) {
	const sure = certainty(confidence);
	return STEPS.findIndex((step) => step.verdict === verdict && step.certainty === sure);
}

/** Balanced accuracy, .5 (a coin) to 1. */
export const skillOf = ({ sensitivity, specificity }) => {
	const skill = (sensitivity + specificity) / 2;
	return Number.isFinite(skill) ? skill : 0.5;
};

const radiusOf = (judgment) => 4 + 6 * Math.min(1, Math.max(0, (skillOf(judgment) - 0.5) / 0.5));

/** @param {object[]} judgments of the API  @param {object} own the moderator's blind verdict */
export function drawDots(judgments, own) {
	const columns = STEPS.map((_, step) => judgments.filter((one) => stepOf(one) === step)
		.sort((a, b) => skillOf(b) - skillOf(a)));
	const tallest = Math.max(1, ...columns.map((column) => column.reduce((sum, one) => sum + 2 * radiusOf(one) + GAP, 0)));
	const shrink = Math.min(1, TALLEST / tallest);
	const base = Math.max(40, tallest * shrink) + 8;
	const dots = columns.flatMap((column, step) => {
		let y = base - 3;
		return column.map((one) => {
			const r = radiusOf(one) * shrink;
			y -= r;
			const dot = svg("circle", { cx: centre(step), cy: y.toFixed(1), r: r.toFixed(1), class: STEPS[step].verdict === "real" ? "r" : "f" },
				svg("title", {}, t("dots.one", { ...namesOf(STEPS[step]), skill: share(skillOf(one)) })));
			y -= r + GAP * shrink;
			return dot;
		});
	});
	const words = STEPS.map((step, at) => t("dots.step", { n: columns[at].length, ...namesOf(step) })).join(", ");
	const mine = own ? svg("path", { class: "mine", d: `M${centre(stepOf(own)) - 6} ${base + 6}l6 -6l6 6` }) : "";
	return svg("svg", { class: "dots", viewBox: `0 0 ${WIDTH} ${base + 28}`, role: "img", "aria-label": t("dots.label", { judgments: t("count.judgments", { n: judgments.length }), steps: words }) },
		svg("line", { x1: 10, x2: WIDTH - 10, y1: base, y2: base }), dots, mine,
		STEPS.map((step, at) => svg("text", { x: centre(at), y: base + 24, "text-anchor": "middle", class: `${at % 5 === 0 ? step.tone.slice(0, 1) : "tick"}` },
			at === 0 ? t("dots.sure_real") : at === 5 ? t("dots.sure_fake") : term("certainty", step.certainty))));
}
