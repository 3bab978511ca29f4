// SPDX-License-Identifier: Apache-2.0
// release-figures.js: what a release counts of itself (figures.json), drawn.

import { barChart, rowChart } from "./chart.js";
import { el } from "./dom.js";
import { t, term } from "./lang.js";
import { capital, count, share } from "./words.js";

const BARS = 20;

const percent = (part, whole) => t("figures.percent", { n: Math.round((100 * part) / whole) });

/** The names of equal bins, from one number to another. */
const binNames = (bins, from, to, digits) => bins.map((_, at) => t("figures.bin", {
	low: share(from + ((to - from) * at) / bins.length, digits), high: share(from + ((to - from) * (at + 1)) / bins.length, digits),
}));

/** Words under the first bar and the last one. */
const ends = (at, { length }, first, last) => (at === 0 ? first : at === length - 1 ? last : "");

function balance({ labels, label_source: source }) {
	const most = Math.max(1, ...labels.map(({ real, fake }) => real + fake));
	return rowChart({
		id: "figure-labels", title: t("drawn.labels"), heads: [t("figures.medium"), term("verdict", "real"), term("verdict", "fake")],
		note: t("drawn.labels_note", source), tones: [["", term("verdict", "real")], ["f", term("verdict", "fake")]],
	}, labels.map(({ media_type: type, split, real, fake }) => ({
		name: t("drawn.medium_split", { medium: term("medium_title", type), split: term("split", split) }), text: t("release.split", { real, fake }),
		parts: [{ share: real / most, tone: "r" }, { share: fake / most, tone: "f" }], cells: [real, fake],
	})));
}

function posteriors({ p_fake: { all, real, fake } }) {
	const names = binNames(all, 0, 1, 2);
	return barChart({
		id: "figure-posteriors", title: t("figures.sure"), note: t("drawn.sure_note"),
		heads: [t("figures.p_fake"), t("drawn.truly_real"), t("drawn.truly_fake"), t("drawn.truth_unknown")],
		tones: [["", t("drawn.truly_real")], ["f", t("drawn.truly_fake")], ["u", t("drawn.truth_unknown")]],
	}, all.map((value, at) => {
		const unknown = value - real[at] - fake[at];
		return {
			name: names[at], value, cells: [real[at], fake[at], unknown],
			parts: [{ value: real[at], tone: "r" }, { value: fake[at], tone: "f" }, { value: unknown, tone: "mid" }],
			tick: ends(at, all, t("figures.surely_real"), t("figures.surely_fake")), tickTone: at === 0 ? "r" : "f",
		};
	}));
}

/** As many bars as fit, each for as many numbers of judgments as the others. */
function judgmentBars(counts) {
	const first = counts[0]?.judgments ?? 0, last = counts.at(-1)?.judgments ?? 0;
	const step = Math.ceil((last - first + 1) / BARS);
	const bars = [];
	for (let from = first; from <= last; from += step) {
		const to = from + step - 1;
		const value = counts.filter((one) => one.judgments >= from && one.judgments <= to).reduce((sum, one) => sum + one.items, 0);
		bars.push({ name: step === 1 ? count(from) : t("figures.bin", { low: count(from), high: count(to) }), value });
	}
	return bars.map((bar, at) => ({ ...bar, tick: ends(at, bars, bar.name, bar.name) }));
}

function judgments({ judgments: counts }) {
	return barChart({
		id: "figure-judgments", title: t("drawn.judgments"), note: t("drawn.judgments_note"), heads: [t("figures.head_judgments"), t("figures.head_items")],
	}, judgmentBars(counts));
}

function agreement({ agreement: bins }) {
	const names = binNames(bins, 0.5, 1, 2);
	return barChart({
		id: "figure-agreement", title: t("drawn.agreement"), note: t("drawn.agreement_note"), heads: [t("drawn.share_of_most"), t("figures.head_items")],
	}, bins.map((value, at) => ({ name: names[at], value, tick: ends(at, bins, t("drawn.divided"), t("drawn.of_one_mind")) })));
}

function widths({ interval_width: bins }) {
	const names = binNames(bins, 0, 1, 2);
	return barChart({
		id: "figure-widths", title: t("drawn.widths"), note: t("drawn.widths_note"), heads: [t("drawn.width"), t("figures.head_items")],
	}, bins.map((value, at) => ({ name: names[at], value, tick: ends(at, bins, t("drawn.narrow"), t("drawn.wide")) })));
}

/** How often the crowd is right, a line for each kind of item; where nobody can tell, it says so. */
function rightRows(list, nameOf) {
	return list.map((one) => {
		const { items, known, right } = one;
		const told = known > 0;
		return {
			name: nameOf(one), text: told ? t("drawn.right", { percent: percent(right, known), known }) : t("drawn.not_known", { n: items }),
			parts: told ? [{ share: right / known, tone: "n" }, { share: 1 - right / known, tone: "rest" }] : [], cells: [items, known, told ? percent(right, known) : "–"],
		};
	});
}

const rightHeads = (first) => [first, t("figures.head_items"), t("drawn.with_truth"), t("drawn.right_head")];

/** The hardest come first; of whose truth nothing is known, last. */
function difficulty({ techniques }) {
	if (techniques.length === 0)
		return null;
	const ease = ({ known, right }) => (known > 0 ? right / known : 2);
	return rowChart({ id: "figure-techniques", title: t("drawn.techniques"), note: t("drawn.techniques_note"), heads: rightHeads(t("drawn.technique")) },
		rightRows([...techniques].sort((a, b) => ease(a) - ease(b)), ({ technique }) => capital(term("technique", technique))));
}

function accuracy({ crowd_by_media_type: media }) {
	return rowChart({ id: "figure-accuracy", title: t("drawn.accuracy"), note: t("drawn.accuracy_note"), heads: rightHeads(t("figures.medium")) },
		rightRows(media, ({ media_type: type }) => term("medium_title", type)));
}

/** The charts of a release's figures. */
export function drawnFigures(figures) {
	return el("div", { class: "charts", "data-testid": "release-figures" },
		[balance, posteriors, judgments, agreement, difficulty, accuracy, widths].map((draw) => draw(figures)));
}
