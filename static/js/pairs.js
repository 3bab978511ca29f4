// SPDX-License-Identifier: Apache-2.0
// pairs.js: where pairs come from. While one is judged, the next is assigned and its media are loaded. Open
// assignments are kept for the life of the tab, so that a reload shows the same pair again.

import { call, serverNow } from "./api.js";
import { campaignNow } from "./invitation.js";
import { LANGUAGE, t, term } from "./lang.js";
import { device, tab } from "./storage.js";
import { loadMedium } from "./loader.js";
import { MARK } from "./words.js";

/** A pair with less time than this left is not worth showing. */
const SHORTEST_MS = 45_000;

const fresh = (assignment) => new Date(assignment.expires_at) - serverNow() > SHORTEST_MS;

async function load(assignment, signal) {
	const pair = { assignment, media: {} };
	try {
		await Promise.all(assignment.items.map(async ({ position, media }) => {
			const alt = t("pairs.alt", { medium: term("medium_title", media.type), mark: MARK[position] });
			pair.media[position] = await loadMedium(media, alt, signal);
		}));
	} catch (error) {
		pair.broken = error;
	}
	return pair;
}

export class Pairs {
	/**
	 * @param {() => Promise} settled resolves when the server knows every judgment given so far
	 * @param {(known: boolean) => void} onComing told whether there is a pair on its way that could be given up
	 */
	constructor(settled, onComing) {
		this.settled = settled;
		this.onComing = onComing;
		this.next = null;
		this.coming = null;
		this.turn = 0;
		this.open = tab.get("open") ?? [];
		this.kept = [...this.open];
	}

	/** The next of those that were open before the reload. What has run out since is forgotten. */
	nextKept() {
		const kept = this.kept.shift();
		if (!kept || fresh(kept))
			return kept;
		this.forget(kept);
		return this.nextKept();
	}

	/** Whatever was open before the reload is not shown again. */
	forgetAll() {
		this.open = this.kept = [];
		tab.drop("open");
	}

	/** A reload must not ask for it again. */
	forget(assignment) {
		this.open = this.open.filter((one) => one.assignment !== assignment.assignment);
		tab.set("open", this.open);
	}

	keep(assignment) {
		this.open.push(assignment);
		tab.set("open", this.open);
	}

	/** An assignment that is open has another end. */
	renewed() {
		tab.set("open", this.open);
	}

	/** Loads the media of an assignment. */
	load(assignment) {
		const stop = new AbortController();
		this.coming = { assignment, stop };
		this.onComing(true);
		return load(assignment, stop.signal);
	}

	/** Ends the loading of the pair that take() waits for. Nobody hears of that take() again. */
	giveUp() {
		const { assignment, stop } = this.coming;
		this.turn += 1;
		stop.abort();
		return { assignment, media: {} };
	}

	/** The pair is judged, skipped or lost: forget it. */
	done(pair) {
		if (this.coming?.assignment === pair.assignment) {
			this.coming = null;
			this.onComing(false);
		}
		this.forget(pair.assignment);
		for (const medium of Object.values(pair.media))
			medium.release();
	}

	/** Loads a broken pair once more. */
	retry(pair) {
		this.next = this.load(pair.assignment);
	}

	async ask() {
		await this.settled();
		const type = device.get("medium");
		const campaign = campaignNow();
		const { status, body, retryAfter } = await call("POST", "/assignments", { ...(type && { media_type: type }), ...(campaign && { campaign }) }, { "accept-language": LANGUAGE });
		return { again: status === 200, assignment: body, retryAfter };
	}

	/** Starts on the next pair. A repeat of what is already open is no next pair. */
	preload() {
		this.next ??= (async () => {
			const kept = this.nextKept();
			if (kept)
				return this.load(kept);
			const { again, assignment } = await this.ask();
			if (!assignment || again)
				return null;
			this.keep(assignment);
			return this.load(assignment);
		})().catch(() => null);
	}

	/**
	 * The next pair; null when nothing is left; { busy_s } when others have what is left, and some of it may be free
	 * after so long. Throws what call() throws.
	 */
	async take() {
		const turn = ++this.turn;
		const pair = await this.takeAny(() => turn === this.turn);
		return turn === this.turn ? pair : new Promise(() => {});
	}

	async takeAny(wanted) {
		const waiting = this.next;
		this.next = null;
		const ready = await waiting;
		if (ready && fresh(ready.assignment))
			return ready;
		if (ready)
			this.done(ready);
		const kept = this.nextKept();
		if (kept) {
			const pair = await this.load(kept);
			if (!pair.broken || !wanted())
				return pair;
			this.done(pair);
		}
		const { assignment, retryAfter } = await this.ask();
		if (!assignment)
			return retryAfter > 0 ? { busy_s: retryAfter } : null;
		if (!this.open.some((one) => one.assignment === assignment.assignment))
			this.keep(assignment);
		return this.load(assignment);
	}
}
