// SPDX-License-Identifier: Apache-2.0
// join.js: becoming a volunteer. Who a volunteer is stands in a cookie, so nobody is made where no cookie is kept.

import { get, post } from "./api.js";
import { t } from "./lang.js";

const TRIAL = "touchstone_trial=1";

export const BLOCKED = t("join.blocked");

/** Does the browser keep a cookie? One is set, looked for and taken away again. */
export function cookiesKept() {
	try {
		document.cookie = `${TRIAL}; SameSite=Strict; Path=/`;
		const kept = document.cookie.split("; ").includes(TRIAL);
		document.cookie = `${TRIAL}; SameSite=Strict; Path=/; Max-Age=0`;
		return kept;
	} catch {
		return false;
	}
}

const blocked = () => Object.assign(new Error(BLOCKED), { words: BLOCKED });

/** A volunteer was made, and the server has not known them since: the cookie was lost on the way. */
let unknown = false;

/**
 * Makes a volunteer, once: a second click does not make a second one of whom nobody will hear again.
 * @param {string | null} [invitation] to an event: a volunteer of before becomes its guest
 * Answers their progress, and the event if there is one; throws what call() throws, and an error with words where no
 * cookie is kept.
 */
export async function join(invitation) {
	if (!cookiesKept())
		throw blocked();
	let event = null;
	if (!unknown)
		({ body: { event = null } } = await post("/volunteers", invitation ? { consent: true, invitation } : { consent: true }));
	unknown = true;
	try {
		const { body } = await get("/me?limit=1");
		unknown = false;
		return { progress: body.progress, event };
	} catch (error) {
		throw error.status === 401 ? blocked() : error;
	}
}
