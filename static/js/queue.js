// SPDX-License-Identifier: Apache-2.0
// queue.js: the list of disputes on the left.

import { get } from "./api.js";
import { byId, el } from "./dom.js";
import { onMore } from "./paging.js";
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
		return dispute.closed?.by === "operator" ? "item withdrawn" : "settled by the crowd";
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
		onMore(this.more, this.state, () => this.loadNext());
		byId("which").addEventListener("change", () => this.load().catch(() => {}));
		this.onError = () => {};
	}

	async fetchPage(cursor) {
		try {
			const after = cursor ? `&cursor=${encodeURIComponent(cursor)}` : "";
			const { body } = await get(`/disputes?limit=50&state=${byId("which").value}${after}`);
			return body;
		} catch (error) {
			this.onError(error);
			throw error;
		}
	}

	/** The queue from its beginning; with `atLeast`, as many pages as hold so many disputes. */
	async load({ atLeast = 0 } = {}) {
		let page = await this.fetchPage();
		const { items } = page;
		while (page.next && items.length < atLeast) {
			page = await this.fetchPage(page.next);
			items.push(...page.items);
		}
		this.list.replaceChildren(...items.map((dispute) => line(dispute, this.current)));
		this.show(page);
	}

	/** The queue anew, no shorter than it is shown: who works far down stays there. */
	reload() {
		return this.load({ atLeast: this.list.children.length });
	}

	async loadNext() {
		const page = await this.fetchPage(this.next);
		this.list.append(...page.items.map((dispute) => line(dispute, this.current)));
		this.show(page);
	}

	show({ next, counts }) {
		this.next = next;
		this.more.hidden = !next;
		byId("open-count").textContent = String(counts?.open ?? "");
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
