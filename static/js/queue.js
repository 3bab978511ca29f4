// SPDX-License-Identifier: Apache-2.0
// queue.js: the list of disputes on the left.

import { get } from "./api.js";
import { byId, el } from "./dom.js";
import { MEDIUM, capital, many } from "./words.js";

const REASONS = {
	max_judgments: "Crowd split",
	crowd_against_gold: "Crowd against gold",
	crowd_against_provenance: "Crowd against provenance",
	crowd_against_ruling: "Crowd against a ruling",
	undisclosed: "A contradiction",
};

export const reasonWord = (reason) => REASONS[reason] ?? capital(reason.replaceAll("_", " "));

function stateOf(dispute) {
	if (dispute.state === "ruled")
		return "ruled";
	if (dispute.state === "withdrawn")
		return "settled by the crowd";
	if (dispute.claim)
		return dispute.claim.by_you ? "claimed by you" : "claimed";
	return dispute.verdict_given ? "your verdict given" : null;
}

function line(dispute, current) {
	const { id, thumbnail_url: thumbnail, media_type: type, sensitive } = dispute;
	const thumb = thumbnail
		? el("img", { class: `thumb${sensitive ? " sensitive" : ""}`, src: thumbnail, alt: "", loading: "lazy" })
		: el("span", { class: "thumb", "aria-hidden": "true" }, MEDIUM[type] ?? type);
	const small = [many(dispute.judgments, "judgment"), MEDIUM[type] ?? type, stateOf(dispute)].filter(Boolean).join(" · ");
	return el("li", {}, el("a", { href: `#${id}`, "aria-current": id === current ? "true" : null, "data-testid": "dispute-link", "data-id": id },
		thumb, el("span", {}, reasonWord(dispute.reason)), el("small", {}, small)));
}

export class Queue {
	constructor() {
		this.list = byId("disputes");
		this.state = byId("queue-state");
		this.more = byId("more");
		this.more.addEventListener("click", () => this.load(true).catch(() => {}));
		byId("which").addEventListener("change", () => this.load().catch(() => {}));
		this.onError = () => {};
	}

	async load(further = false) {
		const cursor = further && this.next ? `&cursor=${encodeURIComponent(this.next)}` : "";
		let body;
		try {
			({ body } = await get(`/disputes?limit=50&state=${byId("which").value}${cursor}`));
		} catch (error) {
			this.onError(error);
			throw error;
		}
		const lines = body.items.map((dispute) => line(dispute, this.current));
		if (further)
			this.list.append(...lines);
		else
			this.list.replaceChildren(...lines);
		this.next = body.next;
		this.more.hidden = !body.next;
		byId("open-count").textContent = String(body.counts?.open ?? "");
		this.state.textContent = this.list.children.length === 0 ? "Nothing here. The crowd agrees with itself." : "";
	}

	/** Marks the one that is being worked on. */
	point(id) {
		this.current = id;
		for (const link of this.list.querySelectorAll("a")) {
			if (link.dataset.id === id)
				link.setAttribute("aria-current", "true");
			else
				link.removeAttribute("aria-current");
		}
	}
}
