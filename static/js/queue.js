// SPDX-License-Identifier: Apache-2.0
// queue.js: the list of disputes on the left.

import { get } from "./api.js";
import { listed } from "./desk.js";
import { chosen } from "./desk-filters.js";
import { byId, el } from "./dom.js";
import { t, term } from "./lang.js";
import { onMore } from "./paging.js";
import { capital } from "./words.js";

const words = (code) => code.replaceAll("_", " ");

/** Why it is disputed, in words: with what the crowd is not trusted for. */
export function reasonWord({ reason, distrust }) {
	if (reason === "crowd_not_trusted" && distrust)
		return t("queue.not_trusted", { codes: distrust.map((code) => term("distrust", code, {}, words(code))).join(", ") });
	return term("reason", reason, {}, capital(words(reason)));
}

function stateOf(dispute) {
	if (dispute.state === "ruled")
		return t("queue.ruled");
	if (dispute.state === "withdrawn")
		return dispute.closed?.by === "operator" ? t("queue.item_withdrawn") : t("queue.by_crowd");
	if (dispute.opinion_given)
		return t("queue.opinion_given");
	if (dispute.own_item)
		return t("queue.own_item");
	if (dispute.escalated_to)
		return dispute.escalated_to_you ? t("queue.escalated_to_you") : t("queue.escalated", { who: dispute.escalated_to });
	if (dispute.claim)
		return dispute.claim.by_you ? t("queue.claimed_by_you") : t("queue.claimed");
	return dispute.verdict_given ? t("queue.verdict_given") : null;
}

function line(dispute, current) {
	const { id, thumbnail_url: thumbnail, media_type: type, sensitive } = dispute;
	const thumb = thumbnail
		? el("img", { class: `thumb${sensitive ? " sensitive" : ""}`, src: thumbnail, alt: "", loading: "lazy" })
		: el("span", { class: "thumb", "aria-hidden": "true" }, term("medium", type));
	const small = [t("count.judgments", { n: dispute.judgments }), term("medium", type), stateOf(dispute)].filter(Boolean).join(" · ");
	return el("li", { "data-row": JSON.stringify({ ...dispute, thumbnail_url: null }) }, el("a", { href: `#${id}`, "aria-current": id === current ? "true" : null, "data-testid": "dispute-link", "data-id": id },
		thumb, el("span", {}, reasonWord(dispute)), el("small", {}, small)));
}

/** May who is signed in take it now? */
export const isFree = (one) => one.state === "open" && (!one.claim || one.claim.by_you) && !one.own_item && !one.opinion_given
	&& (!one.escalated_to || one.escalated_to_you);

export class Queue {
	constructor() {
		this.list = byId("disputes");
		this.state = byId("queue-state");
		this.more = byId("more");
		onMore(this.more, this.state, () => this.loadNext());
		this.onError = () => {};
		this.turn = 0;
	}

	async fetchPage(cursor) {
		try {
			return (await get(this.path(50, chosen(), cursor))).body;
		} catch (error) {
			this.onError(error);
			throw error;
		}
	}

	path(limit, filters, cursor) {
		return `/disputes?${new URLSearchParams({ limit, state: "open", ...listed(), ...filters, ...cursor ? { cursor } : {} })}`;
	}

	/** The queue from its beginning; with `atLeast`, as many pages as hold so many disputes. */
	async load({ atLeast = 0 } = {}) {
		this.turn += 1;
		const { turn } = this;
		let page = await this.fetchPage();
		const { items } = page;
		while (page.next && items.length < atLeast) {
			page = await this.fetchPage(page.next);
			items.push(...page.items);
		}
		// Whoever asked later, for another kind perhaps, is answered.
		if (turn !== this.turn)
			return;
		this.lay(items);
		this.show(page);
	}

	/** The queue anew, no shorter than it is shown: who works far down stays there. */
	reload() {
		return this.load({ atLeast: this.list.children.length });
	}

	/** The same by itself: not while it is asked for anyway, and an error is no reason to disturb. */
	async refresh() {
		if (this.refreshing)
			return;
		this.refreshing = true;
		try {
			await this.reload();
		} finally {
			this.refreshing = false;
		}
	}

	/** Lays the rows, and leaves those that have not changed as they are, with the focus and the pictures in them. */
	lay(items) {
		const old = new Map([...this.list.children].map((row) => [row.dataset.row, row]));
		const focused = document.activeElement?.closest("#disputes a")?.dataset.id;
		const rows = items.map((dispute) => {
			// The address of a picture is another at each reading.
			const row = old.get(JSON.stringify({ ...dispute, thumbnail_url: null })) ?? line(dispute, this.current);
			const picture = row.querySelector("img");
			if (picture && !picture.complete)
				picture.src = dispute.thumbnail_url;
			return row;
		});
		const kept = new Set(rows);
		for (const row of [...this.list.children])
			if (!kept.has(row))
				row.remove();
		rows.forEach((row, at) => {
			if (this.list.children[at] !== row)
				this.list.insertBefore(row, this.list.children[at] ?? null);
		});
		this.point(this.current);
		if (focused && !this.list.contains(document.activeElement))
			this.list.querySelector(`a[data-id="${focused}"]`)?.focus({ preventScroll: true });
	}

	/** The id of the open dispute that comes after `id` and that nobody else holds; else of the first such; else null. */
	async nextFree(id) {
		let first = null, passed = false, cursor = "";
		do {
			const { items, next } = (await get(this.path(100, { ...chosen(), state: "open" }, cursor))).body;
			for (const one of items) {
				const free = one.id !== id && isFree(one);
				if (free && passed)
					return one.id;
				passed ||= one.id === id;
				first ??= free ? one.id : null;
			}
			cursor = next;
		} while (cursor);
		return first;
	}

	async loadNext() {
		const { turn, next } = this;
		const page = await this.fetchPage(next);
		if (turn !== this.turn || next !== this.next)
			return this.load({ atLeast: this.list.children.length + 1 });
		this.list.append(...page.items.map((dispute) => line(dispute, this.current)));
		return this.show(page);
	}

	show({ next, counts }) {
		this.next = next;
		this.more.hidden = !next;
		byId("open-count").textContent = String(counts?.open ?? "");
		this.state.textContent = this.list.children.length === 0 ? t("queue.nothing") : "";
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
