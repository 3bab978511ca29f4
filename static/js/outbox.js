// SPDX-License-Identifier: Apache-2.0
// outbox.js: judgments on their way to the server, one at a time. Each is kept on the device until the server has
// answered, and a request that got no answer is sent again, the same body under the same token: the server
// answers a repeat with the same result, so nothing is lost and nothing counts twice.

import { pause, post } from "./api.js";
import { device } from "./storage.js";

const LONGEST_WAIT_S = 30;

export class Outbox {
	/** @param {(waiting: boolean) => void} onTrouble told when sending stalls and when it goes on */
	constructor(onTrouble) {
		this.onTrouble = onTrouble;
		this.waiting = false;
		this.tail = Promise.resolve();
		window.addEventListener("online", () => this.poke());
	}

	/**
	 * Sends what an earlier visit could not deliver. Refusals are final: the server has decided.
	 * @param {(error: Error) => void} onRefused told of each
	 */
	resume(onRefused) {
		for (const body of device.all("judgment."))
			this.send(body).catch(onRefused);
	}

	/** Resolves with the server's answer, or rejects with its Refusal. */
	send(body) {
		device.set(`judgment.${body.assignment}`, body);
		const sent = this.tail.then(() => this.deliver(body));
		this.tail = sent.catch(() => {});
		return sent;
	}

	/** Resolves when everything before now has been answered. */
	idle() {
		return this.tail;
	}

	/** Tries again at once. */
	poke() {
		this.wake?.();
	}

	trouble(waiting) {
		if (waiting !== this.waiting)
			this.onTrouble(waiting);
		this.waiting = waiting;
	}

	async deliver(body) {
		for (let attempt = 0; ; attempt += 1) {
			try {
				const { body: answer } = await post("/judgments", body);
				device.drop(`judgment.${body.assignment}`);
				this.trouble(false);
				return answer;
			} catch (error) {
				if (!error.passing) {
					if (error.status !== 401)
						device.drop(`judgment.${body.assignment}`);
					this.trouble(false);
					throw error;
				}
				this.trouble(true);
				const wait_s = Math.max(error.retryAfter || 0, Math.min(LONGEST_WAIT_S, 2 ** attempt));
				await Promise.race([pause(wait_s * 1000), new Promise((resolve) => { this.wake = resolve; })]);
			}
		}
	}
}
