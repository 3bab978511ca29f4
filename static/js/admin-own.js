// SPDX-License-Identifier: Apache-2.0
// admin-own.js: what is one's own: second factor, password, sessions, tokens, and what the trail holds of sign-ins.

import { erase, get, post, put } from "./api.js";
import { act, button, moment, showList } from "./admin-lists.js";
import { byId, el, focusOn, say } from "./dom.js";
import { t, term } from "./lang.js";
import { field, form, newPasswordForm } from "./sign-in.js";

/* ---------------------------------------------------------------- second factor */

const codeField = (testid) => field(t("sign_in.code"), { inputmode: "text", autocomplete: "one-time-code", maxlength: 40, "data-testid": testid });

function fillFactor(...content) {
	const heading = el("h2", { tabindex: "-1" }, t("admin.factor"));
	byId("factor").replaceChildren(heading, ...content);
	return heading;
}

function showCodes(codes) {
	const heading = fillFactor(
		el("p", {}, t("admin.factor_codes")),
		el("ul", { class: "mono", "data-testid": "recovery-codes" }, codes.map((code) => el("li", {}, code))),
		button(t("sign_in.go_on"), "factor-kept", () => showFactor(true)));
	focusOn(heading);
}

function showSecret({ secret, uri }) {
	const code = codeField("factor-code");
	const heading = fillFactor(
		el("p", {}, t("admin.factor_secret")),
		el("dl", {}, el("dt", {}, t("admin.factor_key")), el("dd", { class: "mono", "data-testid": "factor-secret" }, secret),
			el("dt", {}, t("admin.factor_uri")), el("dd", { class: "mono" }, uri)),
		el("div", { class: "narrow" }, form({ "data-testid": "factor-confirm" }, [code.node], t("admin.factor_on_now"), async () => {
			showCodes((await put("/second-factor", { code: code.input.value })).body.recovery_codes);
		})));
	focusOn(heading);
}

function offerFactor(state) {
	const password = field(t("sign_in.password_now"), { type: "password", autocomplete: "current-password", "data-testid": "factor-password" });
	return fillFactor(
		el("p", { class: state.required ? "wrong" : "quiet" }, state.required ? t("admin.factor_required") : t("admin.factor_why")),
		el("div", { class: "narrow" }, form({ "data-testid": "factor-begin" }, [password.node], t("admin.factor_begin"), async () => {
			showSecret((await post("/second-factor", { password: password.input.value })).body);
		})));
}

function keepFactor(state) {
	const code = codeField("factor-removal-code");
	return fillFactor(
		el("p", { "data-testid": "factor-on" }, t("admin.factor_is_on", { n: state.recovery_codes_left })),
		el("div", { class: "narrow" }, form({ "data-testid": "factor-removal" }, [code.node], t("admin.factor_remove"), async () => {
			await post("/second-factor/removal", { code: code.input.value });
			await showFactor(true);
		})));
}

async function showFactor(focus) {
	const { body } = await get("/second-factor");
	const heading = body.on ? keepFactor(body) : offerFactor(body);
	if (focus)
		focusOn(heading);
}

/* ---------------------------------------------------------------- sessions and tokens */

function sessionRow(session, again) {
	const facts = el("p", {}, t("admin.session_begun"), " ", moment(session.begun_at), ", ", t("admin.session_seen"), " ", moment(session.seen_at));
	return el("li", { class: "card", "data-testid": "session" }, facts,
		session.network && el("p", { class: "quiet mono" }, t("admin.network", { network: session.network })),
		session.current ? el("p", {}, t("admin.session_this")) : button(t("admin.end"), "session-end", async () => {
			await erase(`/sessions/${session.id}`);
			await again();
		}, t("admin.end_session", { at: session.begun_at })));
}

function tokenForm(again) {
	const name = field(t("admin.token_name"), { maxlength: 100, autocomplete: "off", "data-testid": "token-name" });
	const days = field(t("admin.token_days"), { type: "number", min: 1, max: 3650, value: 90, "data-testid": "token-days" });
	const scopes = el("textarea", { rows: 3, spellcheck: "false", "data-testid": "token-scopes" });
	const made = el("p", { class: "mono", role: "status", "data-testid": "token-made" });
	return el("div", { class: "narrow" }, form({ "data-testid": "token-form" }, [
		name.node, days.node, el("label", { class: "field" }, t("admin.token_scopes"), scopes), made,
	], t("admin.token_make"), async () => {
		const lines = scopes.value.split("\n").map((line) => line.trim()).filter(Boolean);
		const wish = { name: name.input.value.trim(), days: Number(days.input.value), ...(lines.length > 0 && { scopes: lines }) };
		const { body } = await post("/tokens", wish);
		await again();
		made.textContent = t("admin.token_made", { token: body.token });
		focusOn(made);
	}));
}

function tokenRow(path, token, again) {
	return el("li", { class: "card", "data-testid": "token" },
		el("h3", {}, token.name),
		el("p", { class: "lines mono" }, token.scopes ? token.scopes.join("\n") : t("admin.token_all")),
		el("p", {}, t("admin.token_until"), " ", moment(token.expires_at), ", ", t("admin.token_used"), " ", moment(token.used_at)),
		button(t("admin.revoke"), "token-revoke", async () => {
			await erase(`${path}/${token.id}`);
			await again();
		}, t("admin.revoke_token", { name: token.name })));
}

const signInRow = (entry) => el("li", { "data-testid": "sign-in-entry" }, moment(entry.at), " ", term("audit_kind", entry.kind),
	entry.network && el("span", { class: "quiet mono" }, ` ${t("admin.network", { network: entry.network })}`));

/* ---------------------------------------------------------------- all of it */

function showPassword() {
	byId("password").replaceChildren(el("h2", { tabindex: "-1" }, t("admin.password")),
		el("p", { class: "quiet" }, t("admin.password_ends")),
		el("div", { class: "narrow" }, newPasswordForm("", () => {
			showPassword();
			focusOn(byId("password").querySelector("h2"));
			say(t("admin.password_changed"));
		})));
}

export function showOwn() {
	act(() => showFactor(false));
	showPassword();
	let again = async () => {};
	showList("sessions", t("admin.sessions"), button(t("admin.end_others"), "sessions-end", async () => {
		await erase("/sessions");
		await again();
	}), "/sessions", sessionRow).then((refresh) => { again = refresh; });
	let reread = async () => {};
	showList("tokens", t("admin.tokens"), tokenForm(() => reread()), "/tokens", (one, refresh) => tokenRow("/tokens", one, refresh))
		.then((refresh) => { reread = refresh; });
	showList("sign-ins", t("admin.sign_ins"), null, "/sign-ins?limit=20", signInRow);
}
