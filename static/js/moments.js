// SPDX-License-Identifier: Apache-2.0
// moments.js: when volunteers pointed in a film or sound: a histogram over its time, and each of its moments as a button that goes
// there.

import { el, svg } from "./dom.js";
import { t } from "./lang.js";
import { fixed } from "./words.js";

const HEIGHT = 40;

/** The histogram alone: so many steps wide, as wide as what it lies under. */
export function momentBars({ steps, moments }) {
	const most = Math.max(1, ...moments.map(({ real, fake }) => real + fake));
	const bar = (step, from, many, tone) => many > 0 && svg("rect", { x: step + 0.1, y: (HEIGHT * (1 - (from + many) / most)).toFixed(2), width: 0.8, height: ((HEIGHT * many) / most).toFixed(2), class: tone });
	return svg("svg", { class: "moment-bars", viewBox: `0 0 ${steps} ${HEIGHT}`, preserveAspectRatio: "none", "aria-hidden": "true" },
		moments.map(({ step, real, fake }) => [bar(step, 0, real, "r"), bar(step, real, fake, "f")]));
}

export class Moments {
	/** @param {HTMLElement} box  @param {(seconds: number) => void} seek */
	constructor(box, seek) {
		this.box = box;
		this.seek = seek;
		this.close();
	}

	close() {
		this.marks = this.length_s = null;
		this.at_s = 0;
		this.box.hidden = true;
		this.box.replaceChildren();
	}

	/** Its room is there before it is known what stands in it. */
	expect() {
		this.box.hidden = false;
		this.box.replaceChildren(el("h2", {}, t("moments.title")));
	}

	/** @param {{ steps: number, moments: { step: number, real: number, fake: number }[] }} marks  @param {number} length_s of the film or sound */
	show(marks, length_s) {
		if (!(length_s > 0))
			return this.close();
		this.marks = marks;
		this.length_s = length_s;
		this.now = el("span", { class: "head", hidden: true });
		const line = el("div", { class: "moment-line", "data-testid": "moment-line", onclick: (event) => {
			const { left, width } = line.getBoundingClientRect();
			this.seek(((event.clientX - left) / width) * length_s);
		} }, momentBars(marks), this.now);
		const none = marks.moments.length === 0;
		this.box.replaceChildren(el("h2", {}, t("moments.title")), line,
			none ? el("p", { class: "quiet" }, t("moments.none")) : el("ul", {}, marks.moments.map((one) => el("li", {}, this.button(one)))),
			none ? "" : el("p", { class: "quiet" }, t("moments.note")));
		this.moved(this.at_s);
		return undefined;
	}

	button({ step, real, fake }) {
		const seconds = this.startOf(step);
		return el("button", { type: "button", "data-testid": "moment", "data-seconds": seconds, onclick: () => this.seek(seconds) },
			t("moments.one", { from: fixed(seconds, 1), to: fixed(this.startOf(step + 1), 1), fake, real }));
	}

	startOf(step) {
		return (step * this.length_s) / this.marks.steps;
	}

	/** Where the film or sound is. */
	moved(seconds) {
		this.at_s = seconds;
		if (!this.marks)
			return;
		this.now.hidden = false;
		this.now.style.left = `${Math.min(100, (100 * seconds) / this.length_s)}%`;
	}

	/** To the next moment after this one, or the one before; round and round. */
	jump(back) {
		const starts = (this.marks?.moments ?? []).map(({ step }) => this.startOf(step));
		if (starts.length === 0)
			return;
		const slack = 0.02;
		const to = back ? starts.filter((one) => one < this.at_s - slack).at(-1) ?? starts.at(-1) : starts.find((one) => one > this.at_s + slack) ?? starts[0];
		this.seek(to);
	}
}
