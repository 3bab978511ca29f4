// SPDX-License-Identifier: Apache-2.0
// notices.js: the queue of notices on a page of its own. What is chosen stands in the address, to be sent to a colleague.

import { erase } from "./api.js";
import { showAccount } from "./account.js";
import { showNotices } from "./desk-notices.js";
import { byId, focusOn, showOnly } from "./dom.js";
import { t } from "./lang.js";
import { signIn } from "./sign-in.js";

const sections = ["loading", "door", "queue"].map(byId);

function keep(filters) {
	const query = new URLSearchParams(Object.entries(filters).filter(([, value]) => value));
	history.replaceState(null, "", `?${query}`);
}

async function enter() {
	showAccount(null);
	byId("notices").replaceChildren();
	showOnly(byId("door"), sections);
	showAccount(await signIn(byId("door"), ["moderator", "admin"], { title: t("notices.sign_in"), why: t("notices.why"), refused: t("notices.refused") }));
	showOnly(byId("queue"), sections);
	focusOn(byId("queue").querySelector("h1"));
	const asked = new URLSearchParams(location.search);
	await showNotices(byId("notices"), { state: asked.get("state") ?? "open", reason: asked.get("reason") ?? "", changed: keep });
}

byId("sign-out").addEventListener("click", async () => {
	try {
		await erase("/session");
	} catch { /* then there is no session to end */ }
	enter();
});

enter();
