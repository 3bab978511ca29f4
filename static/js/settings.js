// SPDX-License-Identifier: Apache-2.0
// settings.js: the panel "You": progress, what became of earlier answers, wishes, and the way out.

import { get, inWords } from "./api.js";
import { byId, el } from "./dom.js";
import { eraseMe } from "./erase-me.js";
import { t, term } from "./lang.js";
import { device } from "./storage.js";
import { keysWanted } from "./keys.js";
import { onMore } from "./paging.js";
import { namesOf } from "./scale.js";
import { certainty, count, day } from "./words.js";

const fact = (name, value) => [el("dt", {}, name), el("dd", {}, value)];

function progressList({ progress, created_at: since }) {
	const { pairs, pairs_today: today, training } = progress;
	return el("dl", { class: "facts" },
		fact(t("settings.pairs"), count(pairs)), fact(t("settings.today"), count(today)),
		fact(t("settings.practice"), training.done > 0 ? t("settings.practice_right", { correct: training.correct, total: training.done * 2 }) : t("settings.none_yet")),
		fact(t("settings.since"), day(since)));
}

/** The item once more, small; a word where it has no picture. */
function picture({ thumbnail_url: url, media_type: type, sensitive }) {
	return url
		? el("img", { class: `thumb${sensitive ? " sensitive" : ""}`, src: url, alt: sensitive ? t("settings.blurred") : "", loading: "lazy" })
		: el("span", { class: "thumb", "aria-hidden": "true" }, term("medium", type));
}

function resultLine(result) {
	const { media_type: type, verdict, confidence, label, label_source: source, correct, judged_at: at } = result;
	// A crowd's agreement is no knowledge.
	const outcome = source === "crowd" ? correct ? "settings.as_said_crowd" : "settings.not_as_said_crowd"
		: correct ? "settings.as_said" : "settings.not_as_said";
	const named = { label: term("verdict", label) };
	return el("li", {}, picture(result), el("div", {},
		el("span", {}, t("settings.said", { medium: term("medium_title", type), ...namesOf({ verdict, certainty: certainty(confidence) }) }), " "),
		el("strong", {}, term("decided", source, named, t("settings.decided", named))),
		el("small", { class: "quiet" }, " ", t(outcome, { day: day(at) }))));
}

/** Earlier answers whose items have been decided, a page at a time. */
function resultList(first) {
	const list = el("ul", { class: "results", "data-testid": "results" });
	const more = el("button", { type: "button" }, t("settings.more"));
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
		return el("p", { class: "quiet" }, t("settings.none_decided"));
	return el("div", {}, list, more, state);
}

function wishes(onMedium) {
	const choice = el("select", { id: "wish-medium" },
		el("option", { value: "" }, t("settings.everything")), el("option", { value: "image" }, term("medium_many", "image")),
		el("option", { value: "video" }, term("medium_many", "video")), el("option", { value: "audio" }, term("medium_many", "audio")));
	choice.value = device.get("medium") ?? "";
	choice.addEventListener("change", () => { device.set("medium", choice.value || null); onMedium(); });
	const keys = el("input", { type: "checkbox", id: "wish-keys" });
	keys.checked = keysWanted();
	keys.addEventListener("change", () => device.set("keys", keys.checked));
	return el("div", { class: "stack" },
		el("label", { class: "field" }, t("settings.show"), " ", choice, el("small", { class: "quiet" }, t("settings.show_when"))),
		el("label", { class: "check" }, keys, t("settings.keys")));
}

/** Opens the panel. @param {{onMedium: () => void, onClose: () => void}} act told when the wished medium changes, and at the end */
export async function openSettings({ onMedium, onClose }) {
	const body = el("div", { class: "stack", "aria-live": "polite" }, el("p", { class: "quiet" }, t("settings.loading")));
	const dialog = el("dialog", { class: "you", "aria-labelledby": "you-title", "data-testid": "you-dialog" },
		el("div", { class: "dialog-head" }, el("h2", { id: "you-title" }, t("settings.you")),
			el("button", { type: "button", "aria-label": t("settings.close"), onclick: () => dialog.close() }, t("settings.close"))),
		body);
	dialog.addEventListener("close", () => {
		dialog.remove();
		onClose();
	});
	document.body.append(dialog);
	dialog.showModal();
	// The pairs laid out were theirs too, so that the page starts anew however the panel is left.
	const wayOut = eraseMe(() => {
		byId("progress").textContent = t("settings.you");
		body.replaceChildren(wayOut);
		dialog.addEventListener("close", () => location.assign("/"));
	});
	try {
		const me = (await get("/me?limit=20")).body;
		body.replaceChildren(progressList(me), el("h3", {}, t("settings.results")), resultList(me),
			el("h3", {}, t("settings.wishes")), wishes(onMedium), el("h3", {}, t("settings.leave")), wayOut);
	} catch (error) {
		body.replaceChildren(el("p", {}, error.status === 401
			? t("settings.not_agreed") : inWords(error)));
	}
}
