// SPDX-License-Identifier: Apache-2.0
// chart.js: a bar chart drawn by hand, with the same numbers as a table for those who cannot or will not see it.

import { el, svg } from "./dom.js";
import { t } from "./lang.js";
import { count } from "./words.js";

/** Narrower on a phone, so that the letters stay as large. */
const WIDTH = window.innerWidth < 600 ? 310 : 480;
const HEIGHT = 190;
const LEFT = 40;
const TOP = 12;
const BASE = 160;

/** The next round number: 1, 2 or 5 times a power of ten. */
function roundUp(n) {
	const power = 10 ** Math.floor(Math.log10(Math.max(1, n)));
	return [1, 2, 5, 10].map((step) => step * power).find((step) => step >= n);
}

function gridLine(value, top) {
	const y = BASE - ((BASE - TOP) * value) / top;
	return [
		svg("line", { x1: LEFT, x2: WIDTH, y1: y, y2: y }),
		svg("text", { x: LEFT - 6, y: y + 4, "text-anchor": "end" }, count(value)),
	];
}

/** The numbers of a chart as a table. */
function asTable(title, heads, bars) {
	return el("details", {}, el("summary", {}, t("chart.as_table")),
		el("div", { class: "scroll tall", tabindex: "0", role: "group", "aria-label": t("chart.table_label", { title }) }, el("table", {},
			el("thead", {}, el("tr", {}, el("th", { scope: "col" }, heads[0]), el("th", { scope: "col", class: "n" }, heads[1]))),
			el("tbody", {}, bars.map((bar) => el("tr", {}, el("th", { scope: "row" }, bar.name), el("td", { class: "n" }, count(bar.value))))))));
}

/**
 * A figure with bars.
 * @param {object} about { title, note, heads: [what, how many], id }
 * @param {{name: string, value: number, tone?: string, tick?: string, tickTone?: string}[]} bars
 */
export function barChart({ title, note, heads, id }, bars) {
	const sum = bars.reduce((all, bar) => all + bar.value, 0);
	if (sum === 0)
		return el("figure", { class: "chart", "data-testid": id }, el("figcaption", {}, title), el("p", { class: "quiet" }, t("chart.nothing")));
	const top = roundUp(Math.max(...bars.map((bar) => bar.value)));
	const lines = (top >= 4 && top % 4 === 0 ? [0, 1, 2, 3, 4].map((n) => (n * top) / 4) : [0, top / 2, top]).filter(Number.isInteger);
	const room = (WIDTH - LEFT) / bars.length;
	const gap = Math.min(6, room * 0.25);
	const drawn = bars.map((bar, at) => {
		const height = ((BASE - TOP) * bar.value) / top;
		return svg("rect", { x: (LEFT + at * room + gap / 2).toFixed(1), y: (BASE - height).toFixed(1), width: (room - gap).toFixed(1), height: height.toFixed(1), rx: Math.min(2, height), class: bar.tone },
			svg("title", {}, `${bar.name}: ${count(bar.value)}`));
	});
	const ticks = bars.map((bar, at) => (bar.tick
		? svg("text", { x: LEFT + (at + 0.5) * room, y: BASE + 18, "text-anchor": at === 0 ? "start" : at === bars.length - 1 ? "end" : "middle", class: bar.tickTone }, bar.tick) : null));
	return el("figure", { class: "chart", "data-testid": id },
		el("figcaption", {}, title), el("p", { class: "quiet" }, note),
		svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": t("chart.label", { title, n: sum }) },
			lines.map((value) => gridLine(value, top)), drawn, ticks),
		asTable(title, heads, bars));
}
