// SPDX-License-Identifier: Apache-2.0
// admin-others.js: others' accounts, for admins, and researchers who ask for one, for moderators.

import { call, erase, post } from "./api.js";
import { button, moment, showList } from "./admin-lists.js";
import { byId, el, focusOn, say } from "./dom.js";
import { t, term } from "./lang.js";
import { field, form } from "./sign-in.js";

const ROLES = ["volunteer", "researcher", "moderator", "admin"];

/** A link that is to be handed on, where there is one. */
function handOn(place, link) {
	place.textContent = link ? t("admin.link", { link }) : t("admin.link_mailed");
	focusOn(place);
}

/* ---------------------------------------------------------------- requests for access */

function requestRow(request, again, told) {
	const reason = el("textarea", { rows: 2, maxlength: 2000, "data-testid": "request-reason" });
	const decide = async (decision) => {
		const words = reason.value.trim();
		const { body } = await post(`/access-requests/${request.id}/decision`, { decision, ...(words && { reason: words }) });
		await again();
		if (decision === "approve")
			handOn(told, body.link);
	};
	return el("li", { class: "card", "data-testid": "request" },
		el("h3", {}, request.name, el("span", { class: "state" }, term("access_state", request.state))),
		el("p", { class: "who" }, `${request.institution}, ${request.email}, `, moment(request.made_at)),
		el("p", { class: "lines" }, request.purpose),
		el("p", { class: "quiet" }, t("admin.request_terms", { version: String(request.terms) })),
		el("label", { class: "field" }, t("admin.request_reason"), reason),
		el("div", { class: "bar" },
			button(t("admin.refuse"), "request-refuse", () => decide("refuse"), t("admin.refuse_whom", { name: request.name })),
			button(t("admin.approve"), "request-approve", () => decide("approve"), t("admin.approve_whom", { name: request.name }))));
}

function showRequests() {
	const told = el("p", { class: "mono", role: "status", "data-testid": "request-link" });
	showList("requests", t("admin.requests"), [el("p", { class: "quiet" }, t("admin.requests_why")), told], "/access-requests?state=open",
		(one, again) => requestRow(one, again, told));
}

/* ---------------------------------------------------------------- accounts */

function inviteForm(told, again) {
	const email = field(t("sign_in.email"), { type: "email", autocomplete: "off", maxlength: 254, "data-testid": "invite-email" });
	const role = el("select", { "data-testid": "invite-role", autocomplete: "off" }, ROLES.map((one) => el("option", { value: one }, term("role", one))));
	role.value = "researcher";
	return el("div", { class: "narrow" }, form({ "data-testid": "invite" }, [
		email.node, el("label", { class: "field" }, t("admin.role"), role),
	], t("admin.invite"), async () => {
		const { body } = await post("/accounts", { email: email.input.value.trim(), role: role.value });
		await again();
		handOn(told, body.link);
	}));
}

function roleField(account, again) {
	const role = el("select", { "data-testid": "account-role", autocomplete: "off" }, ROLES.map((one) => el("option", { value: one, selected: one === account.role }, term("role", one))));
	return el("div", { class: "bar" },
		el("label", { class: "field" }, t("admin.role_of", { email: account.email }), role),
		button(t("admin.role_set"), "account-role-set", async () => {
			await call("PATCH", `/accounts/${account.id}`, { role: role.value });
			await again();
			say(t("admin.role_is_set", { email: account.email }));
		}, t("admin.role_set_of", { email: account.email })));
}

function accountActions(account, told, again) {
	const path = `/accounts/${account.id}`, { email } = account;
	const active = account.state === "active";
	return el("div", { class: "bar" },
		button(active ? t("admin.disable") : t("admin.enable"), "account-state", async () => {
			await call("PATCH", path, { state: active ? "disabled" : "active" });
			await again();
		}, active ? t("admin.disable_whom", { email }) : t("admin.enable_whom", { email })),
		active && button(t("admin.new_link"), "account-link", async () => handOn(told, (await post(`${path}/password-link`, {})).body.link), t("admin.new_link_for", { email })),
		account.sessions > 0 && button(t("admin.end_all"), "account-sessions-end", async () => {
			await erase(`${path}/sessions`);
			await again();
		}, t("admin.end_all_of", { email })),
		account.second_factor && button(t("admin.factor_drop"), "account-factor-drop", async () => {
			await erase(`${path}/second-factor`);
			await again();
		}, t("admin.factor_drop_of", { email })));
}

function accountRow(account, told, again) {
	return el("li", { class: "card", "data-testid": "account-row", "data-email": account.email },
		el("h3", { class: "who" }, account.email, el("span", { class: "state" }, term("account_state", account.state))),
		el("p", {}, t("admin.account_facts", { role: term("role", account.role), sessions: String(account.sessions), tokens: String(account.tokens) }),
			" ", account.second_factor ? t("admin.has_factor") : t("admin.no_factor")),
		el("p", { class: "quiet" }, t("admin.made"), " ", moment(account.made_at)),
		roleField(account, again), accountActions(account, told, again));
}

function showAccounts() {
	const told = el("p", { class: "mono", role: "status", "data-testid": "account-told" });
	let again = async () => {};
	showList("accounts", t("admin.accounts"), [inviteForm(told, () => again()), told], "/accounts?limit=20", (one, refresh) => accountRow(one, told, refresh))
		.then((refresh) => { again = refresh; });
}

/** @param {{role: string}} account who is signed in */
export function showOthers(account) {
	byId("requests").hidden = true;
	byId("accounts").hidden = true;
	if (account.needs_second_factor)
		return;
	if (["moderator", "admin"].includes(account.role))
		showRequests();
	if (account.role === "admin")
		showAccounts();
}
