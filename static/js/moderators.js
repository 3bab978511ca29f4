// SPDX-License-Identifier: Apache-2.0
// moderators.js: for admins: what each moderator is exposed to, and how they agree with one another and with rulings.

import { erase, get, inWords } from "./api.js";
import { showAccount } from "./account.js";
import { byId, el, focusOn } from "./dom.js";
import { number, t, term } from "./lang.js";
import { signIn } from "./sign-in.js";
import { share, when } from "./words.js";

const sections = ["loading", "door", "inside"].map(byId);

function show(id) {
	for (const section of sections)
		section.hidden = section.id !== id;
}

/** "9 of 10" of what was said blind; nothing where nothing was. */
const ofAll = (right, all) => (all > 0 ? t("exposure.of", { n: all, right }) : t("exposure.none"));

function card({ email, role, state, seen, rulings_month: rulings, not_independent_month: alone, against_rulings: against, last_at: last }) {
	const rows = [
		[t("exposure.seen"), t("exposure.seen_counts", seen)],
		[t("exposure.sensitive"), number.format(seen.sensitive_month)],
		[t("exposure.evidence"), number.format(seen.evidence_month)],
		[t("exposure.rulings"), number.format(rulings)],
		[t("exposure.not_independent"), number.format(alone)],
		[t("exposure.verdicts"), ofAll(against?.verdicts_as_ruled, against?.verdicts ?? 0)],
		[t("exposure.opinions"), ofAll(against?.opinions_as_ruled, against?.opinions ?? 0)],
		[t("exposure.last"), last ? when(last) : t("exposure.none")],
	];
	return el("li", { class: "card", "data-testid": "moderator", "data-email": email },
		el("h3", { translate: "no" }, email), el("p", { class: "quiet" }, `${term("role", role)}, ${term("account_state", state)}`),
		el("dl", { class: "facts" }, rows.map(([name, value]) => [el("dt", {}, name), el("dd", {}, value)])));
}

function agreementWords({ items, alpha, low, high }) {
	return Number.isFinite(alpha) ? t("exposure.alpha", { n: items, alpha: share(alpha), low: share(low), high: share(high) }) : t("exposure.no_alpha", { n: items });
}

async function load() {
	byId("trouble").hidden = true;
	try {
		const { body } = await get("/moderators");
		byId("agreement").textContent = agreementWords(body.agreement);
		byId("moderators").replaceChildren(...body.moderators.map(card));
	} catch (error) {
		byId("trouble").textContent = inWords(error);
		byId("trouble").hidden = false;
	}
}

async function enter() {
	showAccount(null);
	show("door");
	const account = await signIn(byId("door"), ["admin"], { title: t("exposure.sign_in"), why: t("exposure.why"), refused: t("exposure.refused") });
	showAccount(account);
	await load();
	show("inside");
	focusOn(byId("inside").querySelector("h1"));
}

byId("sign-out").addEventListener("click", async () => {
	try {
		await erase("/session");
	} catch { /* then there is no session to end */ }
	enter();
});

enter();
