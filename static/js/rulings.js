// SPDX-License-Identifier: Apache-2.0
// rulings.js: what has been ruled, in words, and the reason that is being written.

import { el } from "./dom.js";
import { nodes, t, term } from "./lang.js";
import { tab } from "./storage.js";
import { when } from "./words.js";

export const rulingWord = (ruling) => term("ruled", ruling);

/** One ruling: what, who, when, why. */
export function rulingLine(one) {
	const values = { ruling: rulingWord(one.ruling), who: one.by_you ? t("rulings.you") : one.by ?? t("rulings.moderator"), when: when(one.at) };
	const key = one.correction && one.ruling !== "undo" ? "rulings.correction" : "rulings.line";
	return el("p", { class: "ruled" }, nodes(key, values, (words) => el("strong", {}, words)), one.not_independent ? el("em", { "data-testid": "not-independent" }, ` ${t("rulings.not_independent")}`) : null, el("br"), one.reason);
}

/** A half-written reason stays in this tab until it is sent or its writer signs out. */
export const draft = {
	get: (id) => tab.get("reasons")?.[id] ?? "",
	set: (id, text) => tab.set("reasons", { ...tab.get("reasons"), [id]: text === "" ? undefined : text }),
	clear: () => tab.drop("reasons"),
};
