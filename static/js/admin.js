// SPDX-License-Identifier: Apache-2.0
// admin.js: one's own account, and for moderators and admins those of others. A link to a new password leads here too.

import { erase } from "./api.js";
import { showAccount } from "./account.js";
import { showOthers } from "./admin-others.js";
import { askForm, forgotForm, resetForm } from "./admin-outside.js";
import { showOwn } from "./admin-own.js";
import { byId, focusOn } from "./dom.js";
import { t, term } from "./lang.js";
import { signIn } from "./sign-in.js";

const ROLES = ["volunteer", "researcher", "moderator", "admin"];
const sections = ["loading", "door", "reset", "inside"].map(byId);

function show(id) {
	for (const section of sections)
		section.hidden = section.id !== id;
}

async function enter(note) {
	showAccount(null);
	show("door");
	byId("forgot-box").replaceChildren(forgotForm());
	askForm(byId("ask-box"));
	const account = await signIn(byId("sign-in-box"), ROLES, { title: t("admin.sign_in"), why: note ?? t("admin.why"), refused: "" });
	showAccount(account);
	show("inside");
	byId("who").textContent = t("admin.who", { email: account.email, role: term("role", account.role) });
	focusOn(byId("inside").querySelector("h1"));
	showOthers(account);
	showOwn();
}

/** What stands behind "#reset=" opens the account: it leaves the address at once. */
function takeReset() {
	const token = /^#reset=([\w-]+)$/.exec(location.hash)?.[1];
	if (!token)
		return false;
	history.replaceState(null, "", location.pathname);
	show("reset");
	byId("reset").replaceChildren(...resetForm(token, () => enter(t("admin.reset_done"))));
	focusOn(byId("reset").querySelector("h1"));
	return true;
}

window.addEventListener("hashchange", takeReset);
byId("sign-out").addEventListener("click", async () => {
	try {
		await erase("/session");
	} catch { /* then there is no session to end */ }
	enter();
});

if (!takeReset())
	enter();
