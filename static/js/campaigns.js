// SPDX-License-Identifier: Apache-2.0
// campaigns.js: the list of campaigns, and one of them with its settings, how it goes, and who may have bent it. Which one
// stands in the page's address.

import { erase, get, inWords, post } from "./api.js";
import { showAccount } from "./account.js";
import { changedNode, makeForm, settingsForm } from "./campaigns-form.js";
import { liveSection } from "./campaigns-live.js";
import { riggingSection } from "./campaigns-rigging.js";
import { byId, el, focusOn, showOnly } from "./dom.js";
import { t, term } from "./lang.js";
import { onMore } from "./paging.js";
import { signIn } from "./sign-in.js";

const sections = ["loading", "door", "all", "one"].map(byId);
const wanted = () => new URLSearchParams(location.search).get("campaign");
const addressOf = (name) => `/admin/campaigns?campaign=${encodeURIComponent(name)}`;

/** Who is here, what can be set, and what ends when another view is shown. */
let account = null, settings = [], cuts = [], next = null, leave = () => {};

const rules = () => account.role === "admin";

function stateLine(campaign) {
	const { items } = campaign;
	return t("campaigns.items", { in_service: items.in_service, retired: items.retired, disputed: items.disputed, settled: items.settled, gold: items.gold, training: items.training });
}

function rowOf(campaign) {
	return el("li", { class: "card", "data-testid": "campaign", "data-name": campaign.name },
		el("p", { class: "who" }, el("a", { href: addressOf(campaign.name), translate: "no" }, campaign.name)),
		el("p", {}, term("campaign_state", campaign.state)),
		el("p", { class: "quiet" }, stateLine(campaign)));
}

async function fetchPage() {
	const { body } = await get(next ? `/campaigns?cursor=${encodeURIComponent(next)}` : "/campaigns");
	settings = body.settings;
	cuts = body.cut_settings;
	byId("list").append(...body.items.map(rowOf));
	next = body.next;
	byId("more").hidden = next === null;
}

async function showAll() {
	next = null;
	byId("list").replaceChildren();
	await fetchPage();
	byId("make").replaceChildren(...(rules() ? [makeForm(settings, cuts, (name) => location.assign(addressOf(name)))] : []));
	showOnly(byId("all"), sections);
	focusOn(byId("all").querySelector("h1"));
}

/** What may be done to a campaign in this state, and what it is asked by. */
const ACTS = {
	open: { from: ["preparing", "paused", "closed"], words: () => t("campaigns.open"), ask: () => t("campaigns.open_ask") },
	pause: { from: ["open"], words: () => t("campaigns.pause"), ask: () => t("campaigns.pause_ask") },
	close: { from: ["preparing", "open", "paused"], words: () => t("campaigns.close"), ask: () => t("campaigns.close_ask") },
};

/** Opening, pausing and closing: what it does is said first, and then it is asked for once more. */
function actsNode(campaign, again) {
	const box = el("div", { "data-testid": "campaign-confirm", "aria-live": "polite" });
	const trouble = el("p", { class: "wrong", role: "alert", hidden: true });
	const attempt = async (task) => {
		trouble.hidden = true;
		try {
			await task();
		} catch (error) {
			trouble.textContent = inWords(error);
			trouble.hidden = false;
		}
	};
	const ask = async (name, act) => {
		const { body } = await post(`/campaigns/${campaign.name}/${name}`, { dry_run: true });
		const go = el("button", { type: "button", class: "go", "data-testid": "campaign-go", onclick: () => attempt(async () => {
			await post(`/campaigns/${campaign.name}/${name}`, {});
			await again();
		}) }, act.words());
		box.replaceChildren(el("p", {}, act.ask()), changedNode(body.effect),
			el("div", { class: "bar" }, el("button", { type: "button", "data-testid": "campaign-leave", onclick: () => box.replaceChildren() }, t("campaigns.leave")), go));
		focusOn(go);
	};
	const buttons = Object.entries(ACTS).filter(([, act]) => act.from.includes(campaign.state)).map(([name, act]) =>
		el("button", { type: "button", "data-testid": `campaign-${name}`, onclick: () => attempt(() => ask(name, act)) }, act.words()));
	return el("div", {}, el("div", { class: "bar" }, buttons), box, trouble);
}

async function showOne(name) {
	const [{ body: list }, { body: campaign }, { body: live }, { body: rigging }] = await Promise.all([
		get("/campaigns?limit=1"), get(`/campaigns/${encodeURIComponent(name)}`),
		get(`/campaigns/${encodeURIComponent(name)}/live`), get(`/campaigns/${encodeURIComponent(name)}/rigging`),
	]);
	settings = list.settings;
	leave();
	const again = () => showOne(name);
	const shown = liveSection(name, live);
	leave = shown.stop;
	byId("one").replaceChildren(
		el("p", {}, el("a", { href: "/admin/campaigns" }, t("campaigns.back"))),
		el("h1", { tabindex: "-1", translate: "no" }, campaign.name),
		el("p", { class: "lead", "data-testid": "campaign-state" }, term("campaign_state", campaign.state)),
		el("p", { class: "quiet" }, stateLine(campaign)),
		...(rules() ? [actsNode(campaign, again)] : []),
		shown.node,
		riggingSection(name, rigging, again),
		...(rules() ? [settingsForm(campaign, settings, again)] : []));
	showOnly(byId("one"), sections);
	focusOn(byId("one").querySelector("h1"));
}

async function show() {
	const name = wanted();
	try {
		await (name ? showOne(name) : showAll());
	} catch (error) {
		if (error.status === 401) {
			enter(t("campaigns.signed_out"));
			return;
		}
		byId("one").replaceChildren(el("h1", { tabindex: "-1" }, t("campaigns.trouble")),
			el("p", { class: "wrong", role: "alert", "data-testid": "campaign-trouble" }, inWords(error)),
			el("p", {}, el("a", { href: "/admin/campaigns" }, t("campaigns.back"))));
		showOnly(byId("one"), sections);
	}
}

async function enter(note) {
	leave();
	leave = () => {};
	showAccount(null);
	showOnly(byId("door"), sections);
	account = await signIn(byId("door"), ["moderator", "admin"], { title: t("campaigns.sign_in"), why: note ?? t("campaigns.why"), refused: t("campaigns.refused") });
	showAccount(account);
	await show();
}

onMore(byId("more"), byId("more-state"), fetchPage);
byId("sign-out").addEventListener("click", async () => {
	try {
		await erase("/session");
	} catch { /* then there is no session to end */ }
	byId("one").replaceChildren();
	enter();
});

enter();
