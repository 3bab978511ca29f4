// SPDX-License-Identifier: Apache-2.0
// settings.js: the panel "You": progress, what became of earlier answers, wishes, and the way out.

import { get, inWords } from "./api.js";
import { byId, el } from "./dom.js";
import { eraseMe } from "./erase-me.js";
import { device } from "./storage.js";
import { keysWanted } from "./keys.js";
import { onMore } from "./paging.js";
import { MEDIUM, capital, certainty, count, day } from "./words.js";

const fact = (name, value) => [el("dt", {}, name), el("dd", {}, value)];

function progressList({ progress, created_at: since }) {
	const { pairs, pairs_today: today, training } = progress;
	return el("dl", { class: "facts" },
		fact("pairs judged", count(pairs)), fact("today", count(today)),
		fact("practice", training.done > 0 ? `${count(training.correct)} of ${count(training.done * 2)} right` : "none yet"),
		fact("here since", day(since)));
}

/** Who says so: a crowd's agreement is no knowledge. */
const DECIDED = { ruling: "A moderator ruled it", crowd: "The crowd thinks it is", truth: "It was known to be" };

/** The item once more, small; a word where it has no picture. */
function picture({ thumbnail_url: url, media_type: type, sensitive }) {
	return url
		? el("img", { class: `thumb${sensitive ? " sensitive" : ""}`, src: url, alt: sensitive ? "Sensitive picture, blurred" : "", loading: "lazy" })
		: el("span", { class: "thumb", "aria-hidden": "true" }, MEDIUM[type] ?? type);
}

function resultLine(result) {
	const { media_type: type, verdict, confidence, label, label_source: source, correct, judged_at: at } = result;
	return el("li", {}, picture(result), el("div", {},
		el("span", {}, `${capital(MEDIUM[type] ?? type)}: you said ${verdict}, ${certainty(confidence)}. `),
		el("strong", {}, DECIDED[source] ? `${DECIDED[source]} ${label}.` : `It is ${label}.`),
		el("small", { class: "quiet" }, ` ${correct ? "as you said" : "not as you said"}${source === "crowd" ? "; nobody knows it for certain" : ""}, ${day(at)}`)));
}

/** Earlier answers whose items have been decided, a page at a time. */
function resultList(first) {
	const list = el("ul", { class: "results", "data-testid": "results" });
	const more = el("button", { type: "button" }, "More");
	let next = null;
	const add = (page) => {
		list.append(...page.results.map(resultLine));
		next = page.next;
		more.hidden = !next;
	};
	const state = el("p", { role: "status" });
	onMore(more, state, async () => add((await get(`/me?limit=20&cursor=${encodeURIComponent(next)}`)).body));
	add(first);
	if (first.results.length === 0)
		return el("p", { class: "quiet" }, "None of the items that you judged has been decided yet.");
	return el("div", {}, list, more, state);
}

function wishes(onMedium) {
	const choice = el("select", { id: "wish-medium" },
		el("option", { value: "" }, "everything"), el("option", { value: "image" }, "images"),
		el("option", { value: "video" }, "videos"), el("option", { value: "audio" }, "sounds"));
	choice.value = device.get("medium") ?? "";
	choice.addEventListener("change", () => { device.set("medium", choice.value || null); onMedium(); });
	const keys = el("input", { type: "checkbox", id: "wish-keys" });
	keys.checked = keysWanted();
	keys.addEventListener("change", () => device.set("keys", keys.checked));
	return el("div", { class: "stack" },
		el("label", { class: "field" }, "Show me ", choice, el("small", { class: "quiet" }, "from the pair after next: two are already laid out for you")),
		el("label", { class: "check" }, keys, "Keyboard shortcuts"));
}

/** Opens the panel. @param {{onMedium: () => void, onClose: () => void}} act told when the wished medium changes, and at the end */
export async function openSettings({ onMedium, onClose }) {
	const body = el("div", { class: "stack", "aria-live": "polite" }, el("p", { class: "quiet" }, "Loading …"));
	const dialog = el("dialog", { class: "you", "aria-labelledby": "you-title", "data-testid": "you-dialog" },
		el("div", { class: "dialog-head" }, el("h2", { id: "you-title" }, "You"),
			el("button", { type: "button", "aria-label": "Close", onclick: () => dialog.close() }, "Close")),
		body);
	dialog.addEventListener("close", () => {
		dialog.remove();
		onClose();
	});
	document.body.append(dialog);
	dialog.showModal();
	// The pairs laid out were theirs too, so that the page starts anew however the panel is left.
	const wayOut = eraseMe(() => {
		byId("progress").textContent = "You";
		body.replaceChildren(wayOut);
		dialog.addEventListener("close", () => location.assign("/"));
	});
	try {
		const me = (await get("/me?limit=20")).body;
		body.replaceChildren(progressList(me), el("h3", {}, "What became of your answers"), resultList(me),
			el("h3", {}, "Your wishes"), wishes(onMedium), el("h3", {}, "Leave"), wayOut);
	} catch (error) {
		body.replaceChildren(el("p", {}, error.status === 401
			? "You have not agreed to take part yet, so nothing is stored about you." : inWords(error)));
	}
}
