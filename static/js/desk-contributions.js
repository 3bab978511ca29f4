// SPDX-License-Identifier: Apache-2.0
// desk-contributions.js: what the public sent and waits: looked at one by one, or up to twenty of one source at once.

import { get, inWords, post } from "./api.js";
import { el, say } from "./dom.js";
import { t, term } from "./lang.js";
import { showNotes } from "./notes.js";
import { when } from "./words.js";

const AT_ONCE = 20;
const SHORTEST_REASON = 10;

function medium({ media, sensitive }) {
	if (!media)
		return el("p", { class: "quiet" }, t("contributions.no_medium"));
	const names = { class: `small${sensitive || media.sensitive ? " sensitive" : ""}` };
	if (media.type === "image")
		return el("img", { ...names, src: media.url, alt: "", loading: "lazy" });
	return media.type === "video"
		? el("video", { ...names, src: media.url, controls: true, preload: "none", poster: media.poster_url ?? null, muted: true, "aria-label": term("medium", "video") })
		: el("audio", { src: media.url, controls: true, preload: "none", "aria-label": term("medium", "audio") });
}

function facts(one) {
	const rows = [[t("contributions.rights"), one.rights.replaceAll("_", " ")], [t("contributions.people"), one.people.replaceAll("_", " ")],
		[t("contributions.made_how"), one.made_how], [t("contributions.truth"), one.facts.truth], [t("contributions.title"), one.facts.title],
		[t("contributions.licence"), one.facts.licence], [t("contributions.near"), one.near.length > 0 ? t("contributions.near_count", { n: one.near.length }) : null]];
	return el("dl", { class: "facts" }, rows.filter(([, value]) => value).map(([name, value]) => [el("dt", {}, name), el("dd", {}, String(value))]));
}

/** The list of one visit. */
class Waiting {
	constructor(box) {
		this.list = el("ul", { class: "cards", "data-testid": "contributions" });
		this.state = el("p", { class: "quiet", role: "status" });
		this.trouble = el("p", { class: "wrong", role: "alert", hidden: true });
		this.approve = el("button", { type: "button", class: "go", "data-testid": "approve-chosen", onclick: () => this.approveChosen() });
		box.append(el("h1", {}, t("contributions.heading")), el("p", { class: "quiet" }, t("contributions.bulk", { most: AT_ONCE })),
			el("div", { class: "bar" }, this.approve), this.trouble, this.state, this.list);
	}

	get chosen() {
		return [...this.list.querySelectorAll("input:checked")];
	}

	/** One source at a time: what is of another cannot be chosen with it. */
	drawChoice() {
		const { chosen } = this;
		const source = chosen[0]?.dataset.source;
		for (const box of this.list.querySelectorAll("input[type=checkbox]"))
			box.disabled = !box.dataset.source || (!box.checked && (chosen.length >= AT_ONCE || (source !== undefined && box.dataset.source !== source)));
		this.approve.textContent = t("contributions.approve_chosen", { n: chosen.length });
		this.approve.setAttribute("aria-disabled", String(chosen.length === 0));
	}

	row(one) {
		const notes = el("div", {});
		showNotes(notes, `/contributions/${one.id}`, (send) => this.attempt(send));
		const reason = el("textarea", { "aria-label": t("contributions.reason"), placeholder: t("contributions.reason"), maxlength: 2000 });
		return el("li", { class: "card", "data-testid": "contribution", "data-id": one.id },
			el("label", { class: "pick" }, el("input", { type: "checkbox", value: one.id, "data-source": one.source, onchange: () => this.drawChoice() }),
				t("contributions.sent", { campaign: one.campaign, when: when(one.created_at), source: one.by ?? one.source ?? t("contributions.nobody") })),
			medium(one), facts(one), reason,
			el("div", { class: "bar" },
				el("button", { type: "button", "data-testid": "approve", onclick: () => this.decide(one.id, "approve", reason) }, t("contributions.approve")),
				el("button", { type: "button", "data-testid": "reject", onclick: () => this.decide(one.id, "reject", reason) }, t("contributions.reject"))), notes);
	}

	async attempt(send) {
		this.trouble.hidden = true;
		try {
			await send();
		} catch (error) {
			this.failed(error);
		}
	}

	failed(error) {
		this.trouble.textContent = typeof error === "string" ? error : inWords(error);
		this.trouble.hidden = false;
	}

	async decide(id, decision, reason) {
		const words = reason.value.trim();
		this.trouble.hidden = true;
		if (decision === "reject" && words.length < SHORTEST_REASON) {
			this.failed(t("contributions.why_first"));
			reason.focus();
			return;
		}
		try {
			await post(`/items/${id}/review`, { decision, ...words ? { reason: words } : {} });
			say(term("contribution_decided", decision));
			await this.again();
		} catch (error) {
			this.failed(error);
		}
	}

	async approveChosen() {
		const ids = this.chosen.map((box) => box.value);
		this.trouble.hidden = true;
		if (ids.length === 0)
			return;
		try {
			const { results } = (await post("/contributions/review", { decision: "approve", contributions: ids })).body;
			const refused = results.filter((one) => !one.approved);
			await this.again();
			say(t("contributions.approved", { n: results.length - refused.length }));
			if (refused.length > 0)
				this.failed(t("contributions.refused", { n: refused.length, why: refused[0].detail }));
		} catch (error) {
			this.failed(error);
		}
	}

	async again() {
		const { items } = (await get("/contributions?limit=50")).body;
		this.list.replaceChildren(...items.map((one) => this.row(one)));
		this.state.textContent = items.length === 0 ? t("contributions.none") : "";
		this.drawChoice();
	}
}

export function mountContributions(box) {
	const waiting = new Waiting(box);
	return () => waiting.again();
}
