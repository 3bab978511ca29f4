// SPDX-License-Identifier: Apache-2.0
// keys.js: the judge's keyboard. Keys never fire while somebody types, in a dialog, or when switched off under "You".

import { isTyping } from "./dom.js";
import { device } from "./storage.js";
import { meant } from "./keyboard.js";

export const KEYS = {
	left: ["1", "2", "3", "4", "5", "6"],
	right: ["7", "8", "9", "0", "-", "="],
};

export const keysWanted = () => device.get("keys") !== false;

const controlOf = (target) => target.closest?.("button, a, summary, input");

/** What was pressed last with a mouse or a finger. It keeps the focus, but nobody aims the next key at it. */
let pressed = null;

/** Enter belongs to a control that a key led to, except to a step that is already chosen. */
function ownsEnter(target) {
	const control = controlOf(target);
	return control && control !== pressed && control.id !== "next" && control.type !== "range" && control.getAttribute("data-step") === null;
}

/**
 * @param {object} act { active() -> bool, choose(side, step), next(), skip(), zoom(), toggle(), frame(n) }
 */
export function watchKeys(act) {
	document.addEventListener("click", (event) => { pressed = event.detail > 0 ? controlOf(event.target) : null; }, true);
	document.addEventListener("keydown", (event) => { if (event.key === "Tab") pressed = null; }, true);
	document.addEventListener("keydown", (event) => {
		if (!act.active() || isTyping(event) || !keysWanted())
			return;
		if (event.key === "Enter") {
			const step = event.target.closest?.("[data-step]");
			const newChoice = step && step.getAttribute("aria-pressed") !== "true";
			if (event.repeat || ownsEnter(event.target) || newChoice)
				return;
			event.preventDefault();
			act.next();
			return;
		}
		const key = meant(event);
		for (const side of ["left", "right"]) {
			const step = KEYS[side].indexOf(key);
			if (step >= 0) {
				event.preventDefault();
				act.choose(side, step);
				return;
			}
		}
		if (key === " " && !event.target.closest?.("button, a, input")) {
			event.preventDefault();
			act.toggle();
		} else if (key === "," || key === ".") {
			act.frame(key === "," ? -1 : 1);
		} else if (key === "z") {
			act.zoom();
		} else if (key === "s" && !event.repeat) {
			event.preventDefault();
			act.skip();
		}
	});
}
