// SPDX-License-Identifier: Apache-2.0
// erase-me.js: the way out. Two steps, because it cannot be undone.

import { erase, inWords } from "./api.js";
import { el, focusOn } from "./dom.js";
import { t } from "./lang.js";
import { device, tab } from "./storage.js";

/** @param {() => void} [onErased] the page forgets what it shows of them */
export function eraseMe(onErased) {
	const box = el("div", { class: "stack", "data-testid": "eraser" });

	const done = (words) => {
		const line = el("p", { "data-testid": "erased" }, words);
		box.replaceChildren(line, el("a", { class: "button", href: "/" }, t("erase_me.to_start")));
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
		done(t("erase_me.done"));
	};
	const ask = (trouble) => {
		const sure = el("p", {}, trouble ? `${trouble} ` : "",
			t("erase_me.what"));
		box.replaceChildren(sure, el("div", { class: "bar" },
			el("button", { type: "button", class: "danger", "data-testid": "erase-sure", onclick: go }, t("erase_me.yes")),
			el("button", { type: "button", onclick: rest }, t("erase_me.no"))));
		focusOn(sure);
	};
	const rest = () => {
		box.replaceChildren(el("button", { type: "button", "data-testid": "erase", onclick: () => ask() }, t("erase_me.erase")));
	};
	rest();
	return box;
}
