// SPDX-License-Identifier: Apache-2.0
// lease.js: how long the pair on screen is the volunteer's. While it is being looked at, it is renewed before its time
// is over; where that cannot be, because it was renewed often enough or nobody answers, the end is announced.

import { post, serverNow } from "./api.js";
import { t } from "./lang.js";

const BEFORE_MS = 120_000; // the end
const AGAIN_MS = 10_000; // after a try that got no answer
const LOOK_MS = 1000;

/** How much is left, in words that change seldom: a screen reader says each of them. */
function leftWords(left_ms) {
	if (left_ms > 60_000)
		return t("lease.minutes");
	return left_ms > 20_000 ? t("lease.minute") : t("lease.seconds");
}

export class Lease {
	/**
	 * @param {object} act { renewed(assignment): it has another end; ending(words, null for none); ended() }
	 */
	constructor(act) {
		this.act = act;
		this.assignment = null;
		setInterval(() => this.look(), LOOK_MS);
		document.addEventListener("visibilitychange", () => this.look());
	}

	/** From now on, until stop(). */
	watch(assignment) {
		this.assignment = assignment;
		this.refused = false;
		this.nextTry = 0;
		this.announced = null;
		this.look();
	}

	stop() {
		this.assignment = null;
		this.announce(null);
	}

	/** A hidden tab renews nothing: nobody looks at it. What ended meanwhile is told when it is seen again. */
	look() {
		if (!this.assignment || document.hidden)
			return;
		const left_ms = new Date(this.assignment.expires_at) - serverNow();
		if (left_ms <= 0) {
			this.stop();
			this.act.ended();
			return;
		}
		if (left_ms > BEFORE_MS) {
			this.announce(null);
			return;
		}
		if (this.refused || this.nextTry > 0)
			this.announce(leftWords(left_ms));
		if (!this.refused && performance.now() >= this.nextTry)
			this.renew(this.assignment);
	}

	async renew(assignment) {
		this.nextTry = Infinity;
		try {
			const { body } = await post("/assignments/renew", { assignment: assignment.assignment });
			assignment.expires_at = body.expires_at;
			this.act.renewed(assignment);
		} catch (error) {
			if (assignment === this.assignment)
				this.refused = !error.passing;
		}
		if (assignment !== this.assignment)
			return;
		const answered = this.refused || new Date(assignment.expires_at) - serverNow() > BEFORE_MS;
		this.nextTry = answered ? 0 : performance.now() + AGAIN_MS;
		this.look();
	}

	announce(words) {
		if (words !== this.announced)
			this.act.ending(words);
		this.announced = words;
	}
}
