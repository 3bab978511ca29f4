// SPDX-License-Identifier: Apache-2.0
// erase-me.js: the way out. Two steps, because it cannot be undone.

import { erase, inWords } from "./api.js";
import { el, focusOn } from "./dom.js";
import { device, tab } from "./storage.js";

/** @param {() => void} [onErased] the page forgets what it shows of them */
export function eraseMe(onErased) {
	const box = el("div", { class: "stack", "data-testid": "eraser" });

	const done = (words) => {
		const line = el("p", { "data-testid": "erased" }, words);
		box.replaceChildren(line, el("a", { class: "button", href: "/" }, "To the start"));
		focusOn(line);
	};
	const go = async () => {
		try {
			await erase("/me");
		} catch (error) {
			if (error.status !== 401) {
				ask(inWords(error));
				return;
			}
		}
		device.clear();
		tab.clear();
		onErased?.();
		done("You are erased. Nothing ties your answers to you any more.");
	};
	const ask = (trouble) => {
		const sure = el("p", {}, trouble ? `${trouble} ` : "",
			"This removes the number that ties your answers to you, and your progress. It cannot be undone.");
		box.replaceChildren(sure, el("div", { class: "bar" },
			el("button", { type: "button", class: "danger", "data-testid": "erase-sure", onclick: go }, "Yes, erase me"),
			el("button", { type: "button", onclick: rest }, "No, keep me")));
		focusOn(sure);
	};
	const rest = () => {
		box.replaceChildren(el("button", { type: "button", "data-testid": "erase", onclick: () => ask() }, "Erase me"));
	};
	rest();
	return box;
}
