// SPDX-License-Identifier: Apache-2.0
// tells.js: the visible reasons. Only those that fit the medium are offered; each belongs to one side.

import { el } from "./dom.js";
import { MARK } from "./words.js";

const ALL = ["image", "video", "audio"];
const SEEN = ["image", "video"];
const HEARD = ["video", "audio"];

/** The server's taxonomy, with the word on the chip and the longer explanation. */
export const TELLS = [
	{ value: "anatomy", word: "anatomy", more: "eyes, teeth, hands, hair, ears", fits: SEEN },
	{ value: "edges", word: "edges", more: "blending or flicker at a border", fits: SEEN },
	{ value: "style", word: "style", more: "waxy, cinematic, uneven sharpness", fits: SEEN },
	{ value: "physics", word: "light and physics", more: "light, shadow, reflection, perspective", fits: SEEN },
	{ value: "function", word: "text and objects", more: "garbled text, impossible objects", fits: SEEN },
	{ value: "motion", word: "motion", more: "blink, gaze, flicker over time", fits: ["video"] },
	{ value: "voice", word: "voice", more: "lips and sound, rhythm, breath, room", fits: HEARD },
	{ value: "edit", word: "cut or speed", more: "a cut, a splice, changed speed", fits: HEARD },
	{ value: "context", word: "context", more: "an implausible scene", fits: ALL },
	{ value: "recognised", word: "seen before", more: "you know this one", fits: ALL },
	{ value: "gut", word: "gut feeling", more: "no reason you could name", fits: ALL },
];

/** The word for a tell, also for one that this page does not know yet. */
export const tellWord = (value) => TELLS.find((one) => one.value === value)?.word ?? value;

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
			type: "button", title: tell.more, value: tell.value, "data-tell": tell.value,
			onclick: () => this.toggle(tell.value),
		}, tell.word));
		this.row.replaceChildren(...this.chips);
		this.point("left");
	}

	/** The chips now speak of this side. */
	point(position) {
		this.position = position;
		this.row.setAttribute("aria-label", `What gave ${MARK[position]} away?`);
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
