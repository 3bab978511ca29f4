// SPDX-License-Identifier: Apache-2.0
// tells.js: the visible reasons. Only those that fit the medium are offered; each belongs to one side.

import { el } from "./dom.js";
import { t, term } from "./lang.js";
import { MARK } from "./words.js";

const ALL = ["image", "video", "audio"];
const SEEN = ["image", "video"];
const HEARD = ["video", "audio"];

/** The server's taxonomy, and the media that each fits. */
export const TELLS = [
	{ value: "anatomy", fits: SEEN },
	{ value: "edges", fits: SEEN },
	{ value: "style", fits: SEEN },
	{ value: "physics", fits: SEEN },
	{ value: "function", fits: SEEN },
	{ value: "motion", fits: ["video"] },
	{ value: "voice", fits: HEARD },
	{ value: "edit", fits: HEARD },
	{ value: "context", fits: ALL },
	{ value: "recognised", fits: ALL },
	{ value: "gut", fits: ALL },
];

/** The word for a tell, also for one that this page does not know yet. */
export const tellWord = (value) => term("tell", value);

export class Tells {
	/**
	 * @param {HTMLElement} row where the chips go
	 * @param {HTMLButtonElement[]} sides the two buttons that say whose chips these are
	 */
	constructor(row, sides) {
		this.row = row;
		this.sides = sides;
		this.chosen = { left: new Set(), right: new Set() };
		this.position = "left";
		for (const button of sides)
			button.addEventListener("click", () => this.point(button.value));
	}

	/** Fresh chips for a new pair. */
	reset(mediaType) {
		this.chosen = { left: new Set(), right: new Set() };
		this.chips = TELLS.filter((tell) => tell.fits.includes(mediaType)).map((tell) => el("button", {
			type: "button", title: term("tell_more", tell.value), value: tell.value, "data-tell": tell.value,
			onclick: () => this.toggle(tell.value),
		}, tellWord(tell.value)));
		this.row.replaceChildren(...this.chips);
		this.point("left");
	}

	/** The chips now speak of this side. */
	point(position) {
		this.position = position;
		this.row.setAttribute("aria-label", t("tells.label", { mark: MARK[position] }));
		for (const button of this.sides)
			button.setAttribute("aria-pressed", String(button.value === position));
		this.draw();
	}

	toggle(value) {
		const set = this.chosen[this.position];
		if (!set.delete(value))
			set.add(value);
		this.draw();
	}

	/** These are chosen of one side. */
	choose(position, values) {
		this.chosen[position] = new Set(values);
		this.draw();
	}

	draw() {
		for (const chip of this.chips ?? [])
			chip.setAttribute("aria-pressed", String(this.chosen[this.position].has(chip.value)));
	}

	of(position) {
		return [...this.chosen[position]];
	}
}
