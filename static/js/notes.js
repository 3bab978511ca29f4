// SPDX-License-Identifier: Apache-2.0
// notes.js: what moderators write to one another beside an item, and passing a dispute to a colleague by name.

import { get, post } from "./api.js";
import { el } from "./dom.js";
import { t } from "./lang.js";
import { when } from "./words.js";

function line({ text, by, by_you: own, at, to }) {
	const who = own ? t("rulings.you") : by;
	return el("p", { class: "ruled", "data-testid": "note" }, to ? t("notes.passed", { who, to, when: when(at) }) : t("notes.line", { who, when: when(at) }), el("br"), text);
}

/**
 * Notes of one thing and a line to write one. They are there when they have come.
 * @param {string} path  of what they are about: "/disputes/ID" or "/contributions/ID"
 */
export function showNotes(box, path, attempt) {
	const list = el("div", {});
	const text = el("textarea", { "data-testid": "note-text", maxlength: 2000, "aria-label": t("notes.write"), placeholder: t("notes.write") });
	const lay = ({ notes }) => {
		list.replaceChildren(...notes.map(line));
		box.querySelector("summary").textContent = t("notes.heading", { n: notes.length });
	};
	box.replaceChildren(el("details", { "data-testid": "notes" }, el("summary", {}, t("notes.heading", { n: 0 })), list, text,
		el("div", { class: "bar" }, el("button", { type: "button", "data-testid": "note-send", onclick: () => attempt(async () => {
			if (text.value.trim() === "")
				return;
			lay((await post(`${path}/notes`, { text: text.value.trim() })).body);
			text.value = "";
		}) }, t("notes.send"))), el("p", { class: "quiet" }, t("notes.who_reads"))));
	get(`${path}/notes`).then(({ body }) => lay(body), (error) => console.error(error)); // what they are about is of use without
}

/** A form that passes a dispute on; `pass(to, reason)` sends it. */
export function escalation(colleagues, pass) {
	const to = el("select", { "data-testid": "escalate-to", "aria-label": t("notes.colleague") }, colleagues.map((email) => el("option", { value: email }, email)));
	const reason = el("textarea", { "data-testid": "escalate-reason", maxlength: 2000, "aria-label": t("notes.escalate_why"), placeholder: t("notes.escalate_why") });
	return el("details", { "data-testid": "escalation" }, el("summary", {}, t("notes.escalate")), to, reason,
		el("div", { class: "bar" }, el("button", { type: "button", "data-testid": "escalate", onclick: () => pass(to.value, reason.value.trim()) }, t("notes.pass"))));
}
