// SPDX-License-Identifier: Apache-2.0
// releases.js: the list of releases: a card for each name, ten at first, and a search by name and version.

import { get, inWords } from "./api.js";
import { byId, el } from "./dom.js";
import { t } from "./lang.js";
import { onMore } from "./paging.js";
import { releaseCard } from "./release.js";

const AT_ONCE = 10;
const PAGE = 100;

export class Releases {
	constructor() {
		this.box = byId("releases");
		this.find = byId("find");
		this.cards = new Map();
		this.forget();
		onMore(byId("more"), byId("more-state"), () => this.showMore());
		this.find.addEventListener("input", () => this.search());
	}

	forget() {
		this.known = [];
		this.next = null;
		this.shown = AT_ONCE;
		this.coming = null;
	}

	/** Reads the list from its newest release on. Never throws: what goes wrong is said where the list would be. */
	async load() {
		try {
			const first = (await get(`/releases?limit=${PAGE}`)).body;
			this.forget();
			this.take(first);
			this.draw();
		} catch (error) {
			this.box.replaceChildren(el("p", { role: "alert" }, inWords(error)));
		}
	}

	take({ items, next }) {
		this.known.push(...items);
		this.next = next;
	}

	/** The server's next page, fetched once for all who wait for it. */
	fetchNext() {
		this.coming ??= get(`/releases?limit=${PAGE}&cursor=${encodeURIComponent(this.next)}`)
			.then(({ body }) => this.take(body)).finally(() => { this.coming = null; });
		return this.coming;
	}

	/** Lists of versions, newest first, whose name or one of whose versions holds every word searched for. */
	matching() {
		const names = new Map();
		for (const one of this.known)
			names.set(one.name, [...names.get(one.name) ?? [], one]);
		const words = this.find.value.toLowerCase().split(/\s+/).filter(Boolean);
		return [...names.values()].filter((versions) => {
			const text = [versions[0].name, ...versions.map((one) => one.version)].join(" ").toLowerCase();
			return words.every((word) => text.includes(word));
		});
	}

	async showMore() {
		while (this.next && this.matching().length < this.shown + AT_ONCE)
			await this.fetchNext();
		this.shown += AT_ONCE;
		this.draw();
	}

	/** What is known is shown at once; what the server has besides follows. */
	async search() {
		this.shown = AT_ONCE;
		byId("more-state").textContent = "";
		this.draw();
		try {
			while (this.next) {
				await this.fetchNext();
				this.draw();
			}
		} catch (error) {
			byId("more-state").textContent = inWords(error);
		}
	}

	/** A card that has not changed stays the same element, so that what was unfolded stays so. */
	card(versions) {
		const more = this.next !== null;
		const now = JSON.stringify([more, versions.map(({ version, state }) => [version, state])]);
		const kept = this.cards.get(versions[0].name);
		if (kept?.now === now)
			return kept.node;
		const node = releaseCard(versions, more);
		this.cards.set(versions[0].name, { now, node });
		return node;
	}

	draw() {
		const found = this.matching();
		const searching = this.find.value.trim() !== "";
		const cards = found.slice(0, this.shown).map((versions) => this.card(versions));
		byId("find-box").hidden = !searching && !this.next && found.length <= AT_ONCE;
		byId("found").textContent = searching ? t("releases.found", { n: found.length }) : "";
		byId("more").hidden = !this.next && found.length <= this.shown;
		if (cards.length > 0)
			this.box.replaceChildren(el("ul", { class: "releases" }, cards));
		else
			this.box.replaceChildren(searching ? "" : el("p", { class: "quiet" }, t("releases.none")));
	}
}
