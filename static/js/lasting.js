// SPDX-License-Identifier: Apache-2.0
// lasting.js: notices that stay until they are read. They outlive the pair they came with, and a reload of the tab.

import { byId, el } from "./dom.js";
import { t } from "./lang.js";
import { tab } from "./storage.js";

const lines = new Map();

function keep() {
	tab.set("notices", Object.fromEntries([...lines].map(([name, { words }]) => [name, words])));
}

/** Takes a notice away. */
export function untell(name) {
	lines.get(name)?.node.remove();
	if (lines.delete(name))
		keep();
}

/** Says something until it is dismissed. One notice a name: the newer words replace the older. */
export function tell(name, words) {
	if (lines.get(name)?.words === words)
		return;
	untell(name);
	const node = el("p", { class: "notice", "data-testid": `notice-${name}` }, `${words} `,
		el("button", { type: "button", class: "plain", onclick: () => untell(name) }, t("lasting.understood")));
	lines.set(name, { words, node });
	byId("lasting").append(node);
	keep();
}

/** Has nobody read it yet? */
export const unread = (name) => lines.has(name);

/** What was not yet read before the reload. */
export function retell() {
	for (const [name, words] of Object.entries(tab.get("notices") ?? {}))
		tell(name, words);
}
