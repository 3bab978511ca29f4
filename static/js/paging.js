// SPDX-License-Identifier: Apache-2.0
// paging.js: lists that the server gives a page at a time.

import { inWords } from "./api.js";

/**
 * Makes a button fetch a list's next page when it is pressed. Pressed twice it fetches once; a failure is said in
 * `state`, what is shown already stays, and the next press tries again.
 * @param {HTMLElement} button
 * @param {HTMLElement} state a line of text beside it
 * @param {() => Promise<void>} fetchNext
 */
export function onMore(button, state, fetchNext) {
	let busy = false;
	button.addEventListener("click", async () => {
		if (busy)
			return;
		busy = true;
		state.textContent = "";
		try {
			await fetchNext();
		} catch (error) {
			state.textContent = inWords(error);
		} finally {
			busy = false;
		}
	});
}
