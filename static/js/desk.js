// SPDX-License-Identifier: Apache-2.0
// desk.js: the queues of the moderators' desk: how many wait in each and since when, and which one is shown.
//
// Disputes and second opinions share the desk's own list. Any other queue is a module that mounts itself: add its name
// to QUEUES, with a function that fills a box and answers one that looks again. A queue is shown where GET /desk knows it.

import { get } from "./api.js";
import { byId, el } from "./dom.js";
import { mountContributions } from "./desk-contributions.js";
import { showNotices } from "./desk-notices.js";
import { t, term } from "./lang.js";
import { when } from "./words.js";

/** Notices of one state, as a queue. */
const noticesOf = (name, state) => (box) => {
	const list = el("div");
	box.append(el("h1", {}, term("desk_queue", name)), list);
	return () => showNotices(list, { state });
};

/** By name: (box) => a function that reads the queue anew. */
const QUEUES = { contributions: mountContributions, notices: noticesOf("notices", "open"), appeals: noticesOf("appeals", "contested") };

/** Those that the list of disputes shows, with what it asks for. */
const LISTED = { disputes: {}, second_opinions: { waits_for: "second_opinion" }, escalated: { waits_for: "me" } };

const known = (name) => Object.hasOwn(QUEUES, name) || Object.hasOwn(LISTED, name);

/** Which queue the address names. */
export function queueName() {
	const name = new URLSearchParams(location.search).get("queue") ?? "disputes";
	return known(name) ? name : "disputes";
}

/** What the list of disputes is asked for beside its filters; null where another queue is shown. */
export const listed = () => LISTED[queueName()] ?? null;

/** The desk as GET /desk told it last. */
export const desk = { colleagues: [], campaigns: [], queues: {} };

/** As GET /desk orders them: drawn before it has answered, so that nothing moves when it does. */
const EXPECTED = ["disputes", "contributions", "notices", "appeals", "second_opinions", "escalated"];

let mounted = null;

function tab([name, { waiting, oldest_at: oldest }]) {
	const age = waiting === null ? null : oldest ? t("desk.since", { when: when(oldest) }) : t("desk.empty");
	return el("a", { href: `?queue=${name}`, "data-queue": name, "data-testid": `queue-${name}`, "aria-current": name === queueName() ? "page" : null, title: age },
		term("desk_queue", name), " ", el("span", { class: "number" }, waiting ?? "…"));
}

/** The tabs as they will be, while it is not known how many wait. */
export function expectDesk() {
	if (!byId("tabs").hasChildNodes())
		byId("tabs").replaceChildren(...EXPECTED.map((name) => tab([name, { waiting: null, oldest_at: null }])));
}

/** Reads what waits, and draws the tabs; with the focus left where it is. */
export async function readDesk() {
	Object.assign(desk, (await get("/desk")).body);
	const focused = document.activeElement?.closest("#tabs a")?.dataset.queue;
	byId("tabs").replaceChildren(...Object.entries(desk.queues).filter(([name]) => known(name)).map(tab));
	if (focused)
		byId("tabs").querySelector(`[data-queue="${focused}"]`)?.focus({ preventScroll: true });
}

/** Shows the queue that the address names: the desk with its list, or a box with a module's own. */
export async function showQueue() {
	const name = queueName();
	for (const link of byId("tabs").querySelectorAll("a")) {
		if (link.dataset.queue === name)
			link.setAttribute("aria-current", "page");
		else
			link.removeAttribute("aria-current");
	}
	byId("desk").hidden = !listed();
	byId("other").hidden = Boolean(listed());
	if (listed()) {
		mounted = null;
		byId("other").replaceChildren();
	} else if (mounted?.name === name) {
		await mounted.again();
	} else {
		byId("other").replaceChildren();
		mounted = { name, again: QUEUES[name](byId("other")) };
		await mounted.again();
	}
}
