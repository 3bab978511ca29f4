// SPDX-License-Identifier: Apache-2.0
// invitation.js: a link to an event. What stands behind '#' is sent to no server by the browser, and leaves the address
// bar at once, so that nobody passes it on unknowingly.

import { serverNow } from "./api.js";
import { device, tab } from "./storage.js";

const MARK = "#invitation=";
let token = null;

/** Does the address hold an invitation? */
export const isInvitation = () => location.hash.startsWith(MARK);

/** Takes an invitation out of the address and keeps it until it is used or refused. */
export function receiveInvitation() {
	if (!isInvitation())
		return;
	token = location.hash.slice(MARK.length);
	tab.set("invitation", token);
	history.replaceState(null, "", location.pathname + location.search);
}

/** The invitation that was neither used nor refused yet, or null. */
export const invitation = () => token ?? tab.get("invitation");

export function dropInvitation() {
	token = null;
	tab.drop("invitation");
}

/** @param {{ name: string, campaign: string, until: string }} event whose guest this browser is now */
export function keepEvent(event) {
	device.set("event", event);
}

/** The campaign of the event whose guest this browser is, until the event ends; null: of none. */
export function campaignNow() {
	const event = device.get("event");
	return event && Date.parse(event.until) > serverNow() ? event.campaign : null;
}
