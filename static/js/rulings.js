// SPDX-License-Identifier: Apache-2.0
// rulings.js: what has been ruled, in words, and the reason that is being written.

import { el } from "./dom.js";
import { tab } from "./storage.js";
import { when } from "./words.js";

const RULED = { real: "Ruled real", fake: "Ruled fake", reopen: "Back to the crowd", exclude: "Excluded", undo: "Undone" };

export const rulingWord = (ruling) => RULED[ruling] ?? ruling;

/** One ruling: what, who, when, why. */
export function rulingLine(one) {
	return el("p", { class: "ruled" }, el("strong", {}, rulingWord(one.ruling)), one.correction && one.ruling !== "undo" ? ", a correction" : "",
		` · ${one.by_you ? "you" : one.by ?? "a moderator"}, ${when(one.at)}`, el("br"), one.reason);
}

/** A half-written reason stays in this tab until it is sent or its writer signs out. */
export const draft = {
	get: (id) => tab.get("reasons")?.[id] ?? "",
	set: (id, text) => tab.set("reasons", { ...tab.get("reasons"), [id]: text === "" ? undefined : text }),
	clear: () => tab.drop("reasons"),
};
