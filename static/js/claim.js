// SPDX-License-Identifier: Apache-2.0
// claim.js: the time left of a claim, for the eye every second, for the ear when it gets short.

import { byId, el, say } from "./dom.js";
import { nodes, t } from "./lang.js";

export class ClaimClock {
	/** @param {() => void} onEnd the claim has run out */
	constructor(onEnd) {
		this.onEnd = onEnd;
		this.line = byId("claim-clock");
		setInterval(() => this.tick(), 1000);
	}

	/** @param {string|null} end when the claim ends, or null for none */
	set(end) {
		this.end = end ? new Date(end).getTime() : null;
		this.warned = false;
		this.tick();
	}

	get held() {
		return this.end !== null && this.end > Date.now();
	}

	tick() {
		if (!this.end) {
			this.line.textContent = "";
			return;
		}
		const left_s = Math.round((this.end - Date.now()) / 1000);
		if (left_s <= 0) {
			this.end = null;
			this.line.textContent = t("claim.ended");
			this.onEnd();
			return;
		}
		const wide = (words) => el("span", { class: "wide" }, words);
		this.line.replaceChildren(...left_s < 120 ? nodes("claim.seconds_left", { n: left_s }, wide)
			: nodes("claim.minutes_left", { n: Math.ceil(left_s / 60) }, wide));
		if (left_s < 120 && !this.warned) {
			this.warned = true;
			say(t("claim.ends_soon"));
		}
	}
}
