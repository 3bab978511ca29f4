// SPDX-License-Identifier: Apache-2.0
// evidence.js: what opens after the blind verdict: the crowd, what they saw, the file, its partner.

import { drawDots, skillOf, stepOf } from "./dots.js";
import { el } from "./dom.js";
import { STEPS } from "./scale.js";
import { tellWord } from "./tells.js";
import { rulingLine } from "./rulings.js";
import { certainty, share } from "./words.js";

const part = (title, ...rest) => el("section", {}, el("h2", {}, title), rest);

function facts(rows) {
	return el("dl", { class: "facts" }, rows.filter(([, value]) => value !== null && value !== undefined && value !== "")
		.map(([name, value]) => [el("dt", {}, name), el("dd", {}, value)]));
}

/** The share that says fake, each volunteer counted by how far above chance they are. */
function weighted(judgments) {
	const weight = (one) => Math.max(0, skillOf(one) - 0.5);
	const all = judgments.reduce((sum, one) => sum + weight(one), 0);
	const fake = judgments.reduce((sum, one) => sum + (one.verdict === "fake" ? weight(one) : 0), 0);
	return all > 0 ? fake / all : null;
}

function table(judgments) {
	const head = ["who", "side", "said", "skill", "saw", "looked"];
	return el("details", {}, el("summary", {}, "Every judgment as a table"),
		el("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": "Judgments, scrolls" }, el("table", {},
			el("thead", {}, el("tr", {}, head.map((word) => el("th", { scope: "col" }, word)))),
			el("tbody", {}, judgments.map((one) => el("tr", {},
				el("td", {}, one.volunteer), el("td", {}, one.position),
				el("td", {}, `${one.verdict}, ${certainty(one.confidence)}`),
				el("td", {}, share(skillOf(one))),
				el("td", {}, one.tells.map(tellWord).join(", ")),
				el("td", {}, Number.isFinite(one.exposure_ms) ? `${(one.exposure_ms / 1000).toFixed(1)} s` : "–")))))));
}

function crowd({ posterior, agreement, judgments }, own) {
	return part("Crowd", drawDots(judgments, own), facts([
		["P(fake), 90 % interval", posterior ? `${share(posterior.p_fake)} (${share(posterior.low)} – ${share(posterior.high)})` : "none yet"],
		["say fake, weighted by skill", share(weighted(judgments))],
		["judgments", String(posterior?.judgments ?? judgments.length)],
		["alpha here / campaign", `${share(agreement.item_alpha)} / ${share(agreement.campaign_alpha)}`],
	]), table(judgments));
}

function tellBars(tells) {
	if (tells.length === 0)
		return part("What they saw", el("p", { class: "quiet" }, "Nobody gave a reason."));
	const most = Math.max(...tells.map((one) => one.count));
	return part("What they saw", el("dl", { class: "bars" }, tells.map(({ tell, count }) => {
		const bar = el("dd", { class: "bar-line", "aria-hidden": "true" });
		bar.style.width = `${(100 * count) / most}%`;
		return [el("dt", {}, tellWord(tell)), bar, el("dd", {}, String(count))];
	})));
}

function file({ provenance: from, original_url: original }) {
	const truth = from.truth ? `${from.truth}${from.gold ? ", in service as gold" : ""}` : "not known";
	return part("The file",
		facts([
			["provenance truth", truth], ["basis", from.basis?.replaceAll("_", " ")], ["title", from.title],
			["technique", (from.technique ?? []).map((one) => one.replaceAll("_", " ")).join(", ")], ["generator", from.generator],
			["source", from.source], ["licence", from.licence], ["credit", from.credit], ["original", from.original_format],
			["SHA-256", from.sha256 ? el("span", { class: "mono" }, from.sha256) : null],
		]),
		from.explanation ? el("p", {}, from.explanation) : null,
		original ? el("p", {}, el("a", { href: original, target: "_blank", rel: "noopener" }, "Open the original file")) : null);
}

/** Every ruling of the item, in the place that the evidence has for them. */
export function showRulings(list) {
	const place = document.getElementById("rulings");
	place?.replaceChildren(...list.length > 0 ? [part("Rulings so far", list.map(rulingLine))] : []);
}

/** @param {object} dispute with evidence  @param {HTMLElement|null} partner a viewer with the other medium of the pair */
export function showEvidence(box, dispute, partner) {
	const { evidence, verdict } = dispute;
	box.replaceChildren(...[
		crowd(evidence, verdict), tellBars(evidence.tells), file(evidence), el("div", { id: "rulings", "data-testid": "rulings" }),
		partner ? part("Shown beside it", partner, el("p", {}, evidence.partner.truth ? `Provenance says ${evidence.partner.truth}.` : "Its truth is not known.")) : null,
		el("p", { class: "quiet" }, verdict ? `Shown after your blind verdict: ${verdict.verdict}, ${STEPS[stepOf(verdict)].word}.`
			: "Shown because it is ruled. A later verdict of yours on this item, or on its lineage, is not blind any more."),
	].filter(Boolean));
}

/** The crowd's marks on the medium: solid for fake, dashed for real. */
export function showMarks(viewer, judgments) {
	for (const { marks, verdict } of judgments) {
		for (const mark of marks ?? [])
			viewer.pin(el("span", { class: `dab ${verdict === "fake" ? "f" : "r"}`, title: verdict }), mark);
	}
}
