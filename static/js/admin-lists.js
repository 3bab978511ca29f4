// SPDX-License-Identifier: Apache-2.0
// admin-lists.js: sections of the page that are lists which change under the hand.

import { get, inWords } from "./api.js";
import { byId, el, focusOn } from "./dom.js";
import { t } from "./lang.js";
import { onMore } from "./paging.js";

export const moment = (at) => (at ? el("time", { datetime: at }, at.replace("T", " ").replace(/(\.\d+)?Z$/, " UTC")) : t("admin.never"));

/** Does something that a button asks for; what goes wrong is said at the head of the page. */
export async function act(task) {
	const trouble = byId("trouble");
	trouble.hidden = true;
	try {
		await task();
	} catch (error) {
		trouble.textContent = inWords(error);
		trouble.hidden = false;
		focusOn(trouble);
	}
}

export const button = (words, testid, task, label) => el("button", { type: "button", "data-testid": testid, "aria-label": label, onclick: () => act(task) }, words);

/**
 * Fills a section with a heading, what stands before the list, and the list by pages.
 * @param {string} id  @param {string} title  @param {any} before  @param {string} path of the API  @param {(one: object, again: () => Promise<void>) => Node} row
 * @returns {Promise<() => Promise<void>>} reads it anew
 */
export async function showList(id, title, before, path, row) {
	const heading = el("h2", { tabindex: "-1" }, title);
	const list = el("ul", { class: "releases", "data-testid": `${id}-list` });
	const more = el("button", { type: "button", hidden: true, "data-testid": `${id}-more` }, t("admin.more"));
	const state = el("p", { role: "status" });
	let next = null;

	const again = async () => {
		next = null;
		list.replaceChildren();
		await fetchPage();
		focusOn(heading);
	};
	const fetchPage = async () => {
		const { body } = await get(next ? `${path}${path.includes("?") ? "&" : "?"}cursor=${encodeURIComponent(next)}` : path);
		list.append(...body.items.map((one) => row(one, again)));
		next = body.next ?? null;
		more.hidden = next === null;
		state.textContent = list.children.length === 0 ? t("admin.none") : "";
	};

	byId(id).replaceChildren(heading, ...[before].flat().filter(Boolean), list, more, state);
	byId(id).hidden = false;
	onMore(more, state, fetchPage);
	await act(fetchPage);
	return again;
}
