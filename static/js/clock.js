// SPDX-License-Identifier: Apache-2.0
// clock.js: how long a pair was before somebody's eyes. Time in a hidden tab is waiting, not looking.

export class Clock {
	constructor() {
		this.reset();
		document.addEventListener("visibilitychange", () => this.turn());
	}

	reset() {
		this.shown = null;
		this.seen_ms = 0;
		this.since = null;
	}

	/** Both media are on screen, uncovered; before a reload, they were for so long already. */
	start({ response_ms: before = 0, exposure_ms: seen = 0 } = {}) {
		const now = performance.now();
		this.reset();
		this.shown = now - before;
		this.seen_ms = seen;
		this.since = document.hidden ? null : now;
	}

	turn() {
		if (this.shown === null)
			return;
		const now = performance.now();
		if (document.hidden && this.since !== null) {
			this.seen_ms += now - this.since;
			this.since = null;
		} else if (!document.hidden) {
			this.since ??= now;
		}
	}

	/** response_ms: from shown to judged. exposure_ms: the part of it in which the page was visible. */
	read() {
		const now = performance.now();
		const seen = this.seen_ms + (this.since === null ? 0 : now - this.since);
		return { response_ms: Math.round(now - (this.shown ?? now)), exposure_ms: Math.round(seen) };
	}
}

let pointer = window.matchMedia("(pointer: coarse)").matches ? "touch" : "mouse";
window.addEventListener("pointerdown", (event) => { pointer = event.pointerType || pointer; }, { capture: true, passive: true });

/** What the pair was seen on. */
export function deviceNow(zoom) {
	return {
		width: Math.round(window.innerWidth),
		height: Math.round(window.innerHeight),
		pixel_ratio: Math.round(window.devicePixelRatio * 100) / 100,
		zoom: Math.round(zoom * 100) / 100,
		pointer,
	};
}
