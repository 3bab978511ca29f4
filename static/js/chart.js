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
			el("thead", {}, el("tr", {}, heads.map((head, at) => el("th", { scope: "col", class: at > 0 && "n" }, head)))),
			el("tbody", {}, bars.map((bar) => el("tr", {}, el("th", { scope: "row" }, bar.name),
				(bar.cells ?? [bar.value]).map((cell) => el("td", { class: "n" }, Number.isFinite(cell) ? count(cell) : cell))))))));
}

/** A bar, or its parts one on the other. */
function drawBar(bar, x, width, top) {
	let y = BASE;
	return (bar.parts ?? [bar]).filter((part) => part.value > 0).map(({ value, tone }) => {
		const height = ((BASE - TOP) * value) / top;
		y -= height;
		return svg("rect", { x: x.toFixed(1), y: y.toFixed(1), width: width.toFixed(1), height: height.toFixed(1), rx: Math.min(2, height), class: tone },
			svg("title", {}, `${bar.name}: ${count(value)}`));
	});
}

/** What the tones of a chart stand for. */
export const key = (words) => el("p", { class: "key", "aria-hidden": "true" }, words.map(([tone, text]) => el("span", { class: tone }, text)));

/**
 * A figure with a line for each name: what is to be said of it, and a bar of parts of the whole width.
 * @param {object} about as of barChart()
 * @param {{name: string, text: string, parts: {share: number, tone: string}[], cells: (string|number)[]}[]} rows
 */
export function rowChart({ title, note, heads, id, tones = [] }, rows) {
	const bar = ({ share, tone }) => {
		const part = el("i", { class: tone });
		part.style.width = `${100 * share}%`;
		return part;
	};
	return el("figure", { class: "chart", "data-testid": id },
		el("figcaption", {}, title), el("p", { class: "quiet" }, note), tones.length > 0 && key(tones),
		el("dl", { class: "splits" }, rows.map((row) => [el("dt", {}, row.name), el("dd", {}, row.text),
			el("dd", { class: "split", "aria-hidden": "true" }, row.parts.filter((part) => part.share > 0).map(bar))])),
		asTable(title, heads, rows));
}

/**
 * A figure with bars.
 * @param {object} about { title, note, heads: [what, how many, ...], id, tones: [[tone, what it stands for], ...] }
 * @param {{name: string, value: number, tone?: string, tick?: string, tickTone?: string, parts?: {value: number, tone: string}[],
 *     cells?: (string|number)[]}[]} bars
 */
export function barChart({ title, note, heads, id, tones = [] }, bars) {
	const sum = bars.reduce((all, bar) => all + bar.value, 0);
	if (sum === 0)
		return el("figure", { class: "chart", "data-testid": id }, el("figcaption", {}, title), el("p", { class: "quiet" }, t("chart.nothing")));
	const top = roundUp(Math.max(...bars.map((bar) => bar.value)));
	const lines = (top >= 4 && top % 4 === 0 ? [0, 1, 2, 3, 4].map((n) => (n * top) / 4) : [0, top / 2, top]).filter(Number.isInteger);
	const room = (WIDTH - LEFT) / bars.length;
	const gap = Math.min(6, room * 0.25);
	const drawn = bars.map((bar, at) => drawBar(bar, LEFT + at * room + gap / 2, room - gap, top));
	const ticks = bars.map((bar, at) => (bar.tick
		? svg("text", { x: LEFT + (at + 0.5) * room, y: BASE + 18, "text-anchor": at === 0 ? "start" : at === bars.length - 1 ? "end" : "middle", class: bar.tickTone }, bar.tick) : null));
	return el("figure", { class: "chart", "data-testid": id },
		el("figcaption", {}, title), el("p", { class: "quiet" }, note), tones.length > 0 && key(tones),
		svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": t("chart.label", { title, n: sum }) },
			lines.map((value) => gridLine(value, top)), drawn, ticks),
		asTable(title, heads, bars));
}
