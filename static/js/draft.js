// SPDX-License-Identifier: Apache-2.0
// draft.js: what is answered of the pair on screen and not yet sent, so that a reload of the tab loses nothing.

import { tab } from "./storage.js";

export const dropDraft = () => tab.drop("draft");

/** @returns {object | null} what was answered of this assignment before the reload */
export function draftOf(assignment) {
	const draft = tab.get("draft");
	return draft?.assignment === assignment.assignment ? draft : null;
}

/**
 * Keeps the answers whenever the page may be about to go. A reload fires pagehide; a phone that ends a tab in the
 * background fires nothing later than the change of visibility.
 * @param {() => object | null} read the draft of now, null when nothing is being answered
 */
export function keepDrafts(read) {
	const keep = () => {
		const draft = read();
		if (draft)
			tab.set("draft", draft);
	};
	window.addEventListener("pagehide", keep);
	document.addEventListener("visibilitychange", keep);
}
