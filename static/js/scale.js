// SPDX-License-Identifier: Apache-2.0
// scale.js: one tap is a verdict and a confidence. Three steps towards real, three towards fake, no middle.

import { el } from "./dom.js";
import { t, term } from "./lang.js";

export const STEPS = [
	{ verdict: "real", confidence: 95, certainty: "certain", tone: "r s1" },
	{ verdict: "real", confidence: 75, certainty: "likely", tone: "r s2" },
	{ verdict: "real", confidence: 60, certainty: "guess", tone: "r s3" },
	{ verdict: "fake", confidence: 60, certainty: "guess", tone: "f s3" },
	{ verdict: "fake", confidence: 75, certainty: "likely", tone: "f s2" },
	{ verdict: "fake", confidence: 95, certainty: "certain", tone: "f s1" },
];

/** A verdict and how sure it is, in words: values for a sentence. */
export const namesOf = (step) => ({ verdict: term("verdict", step.verdict), certainty: term("certainty", step.certainty) });

export class Scale {
	/**
	 * @param {HTMLElement} group an empty element with role=group and a label
	 * @param {string[]} keys the key of each step, told to screen readers
	 * @param {(step: object) => void} onChoose
	 */
	constructor(group, keys, onChoose) {
		this.onChoose = onChoose;
		this.step = null;
		this.buttons = STEPS.map((step, at) => el("button", {
			type: "button",
			class: step.tone,
			"aria-pressed": "false",
			"aria-label": t("scale.step", namesOf(step)),
			"aria-keyshortcuts": keys[at],
			"data-step": at + 1,
			onclick: () => this.choose(at),
		}, term("certainty", step.certainty)));
		group.replaceChildren(...this.buttons);
	}

	choose(at) {
		if (this.locked)
			return;
		this.step = STEPS[at];
		this.buttons.forEach((button, i) => button.setAttribute("aria-pressed", String(i === at)));
		// The focus follows, so that Enter afterwards does not press the step that was left.
		if (this.buttons.includes(document.activeElement))
			this.buttons[at].focus({ preventScroll: true });
		this.onChoose(this.step);
	}

	clear() {
		this.step = null;
		this.lock(false);
		for (const button of this.buttons)
			button.setAttribute("aria-pressed", "false");
	}

	/** A locked scale keeps its answer and takes no other. */
	lock(locked) {
		this.locked = locked;
		for (const button of this.buttons)
			button.disabled = locked;
	}
}
