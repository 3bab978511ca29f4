// SPDX-License-Identifier: Apache-2.0
// evidence.js: what opens after the blind verdict: the crowd, what they saw, the file, its partner.

import { drawDots, skillOf, stepOf } from "./dots.js";
import { el } from "./dom.js";
import { t, term } from "./lang.js";
import { STEPS, namesOf } from "./scale.js";
import { tellWord } from "./tells.js";
import { rulingLine } from "./rulings.js";
import { certainty, count, fixed, share } from "./words.js";

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
	const head = [t("evidence.head_who"), t("evidence.head_side"), t("evidence.head_said"), t("evidence.head_skill"), t("evidence.head_saw"), t("evidence.head_looked")];
	return el("details", {}, el("summary", {}, t("evidence.table")),
		el("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": t("evidence.table_label") }, el("table", {},
			el("thead", {}, el("tr", {}, head.map((word) => el("th", { scope: "col" }, word)))),
			el("tbody", {}, judgments.map((one) => el("tr", {},
				el("td", {}, one.volunteer), el("td", {}, term("side", one.position)),
				el("td", {}, t("evidence.said", namesOf({ verdict: one.verdict, certainty: certainty(one.confidence) }))),
				el("td", {}, share(skillOf(one))),
				el("td", {}, one.tells.map(tellWord).join(", ")),
				el("td", {}, Number.isFinite(one.exposure_ms) ? t("evidence.seconds", { seconds: fixed(one.exposure_ms / 1000, 1) }) : "–")))))));
}

function crowd({ posterior, agreement, judgments }, own) {
	return part(t("evidence.crowd"), drawDots(judgments, own), facts([
		[t("evidence.p_fake"), posterior ? `${share(posterior.p_fake)} (${share(posterior.low)} – ${share(posterior.high)})` : t("evidence.none_yet")],
		[t("evidence.weighted"), share(weighted(judgments))],
		[t("evidence.judgments"), count(posterior?.judgments ?? judgments.length)],
		[t("evidence.alpha"), `${share(agreement.item_alpha)} / ${share(agreement.campaign_alpha)}`],
	]), table(judgments));
}

function tellBars(tells) {
	if (tells.length === 0)
		return part(t("evidence.saw"), el("p", { class: "quiet" }, t("evidence.no_reason")));
	const most = Math.max(...tells.map((one) => one.count));
	return part(t("evidence.saw"), el("dl", { class: "bars" }, tells.map(({ tell, count: times }) => {
		const bar = el("dd", { class: "bar-line", "aria-hidden": "true" });
		bar.style.width = `${(100 * times) / most}%`;
		return [el("dt", {}, tellWord(tell)), bar, el("dd", {}, count(times))];
	})));
}

function file({ provenance: from, original_url: original }) {
	const verdict = term("verdict", from.truth);
	const truth = !from.truth ? t("evidence.unknown") : from.gold ? t("evidence.gold", { truth: verdict }) : verdict;
	return part(t("evidence.file"),
		facts([
			[t("evidence.truth"), truth], [t("evidence.basis"), from.basis?.replaceAll("_", " ")], [t("evidence.title"), from.title],
			[t("evidence.technique"), (from.technique ?? []).map((one) => one.replaceAll("_", " ")).join(", ")], [t("evidence.generator"), from.generator],
			[t("evidence.source"), from.source], [t("evidence.licence"), from.licence], [t("evidence.credit"), from.credit], [t("evidence.original"), from.original_format],
			["SHA-256", from.sha256 ? el("span", { class: "mono" }, from.sha256) : null],
		]),
		from.explanation ? el("p", {}, from.explanation) : null,
		original ? el("p", {}, el("a", { href: original, target: "_blank", rel: "noopener" }, t("evidence.open_original"))) : null);
}

/** What the original says of itself: a hint, and nothing where it says nothing. */
function origin({ origin: said }) {
	if (!said)
		return part(t("evidence.origin"), el("p", { class: "quiet" }, t("evidence.origin_not_read")));
	const { c2pa, metadata } = said;
	return part(t("evidence.origin"),
		facts([
			[t("evidence.credentials"), term("credentials", c2pa.state)], [t("evidence.reason"), c2pa.reason],
			[t("evidence.signer"), c2pa.signer], [t("evidence.credentials_by"), c2pa.generator],
			[t("evidence.source_type"), said.digital_source_type], [t("evidence.read_by"), `${said.tool} ${said.tool_version}`],
		]),
		metadata.length > 0 ? el("details", {}, el("summary", {}, t("evidence.metadata", { n: metadata.length })),
			facts(metadata.map(({ tag, value }) => [tag, value]))) : null,
		said.metadata_cut ? el("p", { class: "quiet" }, t("evidence.metadata_cut")) : null,
		el("p", { class: "quiet" }, t("evidence.origin_hint")));
}

/** Items that look or sound like this one: a warning, and nothing where there are none. */
function lookalikes({ near_duplicates: near }) {
	if (near.length === 0)
		return null;
	return part(t("evidence.near"), el("ul", { "data-testid": "near" }, near.map(({ item, distance, declared, state }) => el("li", {},
		t(declared ? "evidence.near_declared" : "evidence.near_undeclared", { distance }), " ", el("span", { class: "mono", translate: "no" }, item), ` (${term("item_state", state)})`))),
	el("p", { class: "quiet" }, t("evidence.near_hint")));
}

/** Every ruling of the item, in the place that the evidence has for them. */
export function showRulings(list) {
	const place = document.getElementById("rulings");
	place?.replaceChildren(...list.length > 0 ? [part(t("evidence.rulings"), list.map(rulingLine))] : []);
}

/** @param {object} dispute with evidence  @param {HTMLElement|null} partner a viewer with the other medium of the pair */
export function showEvidence(box, dispute, partner) {
	const { evidence, verdict } = dispute;
	box.replaceChildren(...[
		crowd(evidence, verdict), tellBars(evidence.tells), file(evidence), origin(evidence), lookalikes(evidence), el("div", { id: "rulings", "data-testid": "rulings" }),
		partner ? part(t("evidence.beside"), partner, el("p", {}, evidence.partner.truth ? t("evidence.partner_truth", { truth: term("verdict", evidence.partner.truth) }) : t("evidence.partner_unknown"))) : null,
		el("p", { class: "quiet" }, verdict ? t("evidence.after_verdict", namesOf(STEPS[stepOf(verdict)]))
			: t("evidence.not_blind")),
		el("div", { id: "crowd-board", class: "crowd-board", "data-testid": "crowd-board" }),
	].filter(Boolean));
}

/** The crowd's marks on the medium: solid for fake, dashed for real. */
export function showMarks(viewer, judgments) {
	for (const { marks, verdict } of judgments) {
		for (const mark of marks ?? [])
			viewer.pin(el("span", { class: `dab ${verdict === "fake" ? "f" : "r"}`, title: term("verdict", verdict) }), mark);
	}
}
