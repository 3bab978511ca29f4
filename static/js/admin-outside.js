// SPDX-License-Identifier: Apache-2.0
// admin-outside.js: for who is not signed in: a forgotten password, a link to a new one, and access for researchers.

import { get, inWords, post } from "./api.js";
import { el, focusOn, say } from "./dom.js";
import { t } from "./lang.js";
import { field, form, newPasswordFields } from "./sign-in.js";

export function forgotForm() {
	const email = field(t("sign_in.email"), { type: "email", autocomplete: "username", maxlength: 254, "data-testid": "forgot-email" });
	const done = el("p", { role: "status", "data-testid": "forgot-done" });
	return form({ "data-testid": "forgot-form" }, [el("p", {}, t("admin.forgot_how")), email.node, done], t("admin.forgot_send"), async () => {
		await post("/password-links", { email: email.input.value.trim() });
		done.textContent = t("admin.forgot_done");
	});
}

/** @param {string} token  @param {() => void} onDone */
export function resetForm(token, onDone) {
	const fields = newPasswordFields();
	return [
		el("h1", { tabindex: "-1" }, t("admin.reset")),
		form({ "data-testid": "reset-form" }, fields.nodes, t("sign_in.change"), async () => {
			await post("/password-links/use", { token, new: fields.chosen() });
			onDone();
		}),
	];
}

function accessForm(box, terms) {
	const name = field(t("admin.ask_name"), { autocomplete: "name", maxlength: 200, "data-testid": "ask-name" });
	const email = field(t("sign_in.email"), { type: "email", autocomplete: "email", maxlength: 254, "data-testid": "ask-email" });
	const institution = field(t("admin.ask_institution"), { autocomplete: "organization", maxlength: 200, "data-testid": "ask-institution" });
	const purpose = el("textarea", { required: true, rows: 4, maxlength: 4000, "data-testid": "ask-purpose" });
	const agree = el("input", { type: "checkbox", required: true, "data-testid": "ask-agree" });
	return form({ "data-testid": "ask-form" }, [
		el("p", {}, t("admin.ask_how")), name.node, email.node, institution.node,
		el("label", { class: "field" }, t("admin.ask_purpose"), purpose),
		el("h2", {}, t("admin.ask_terms", { version: String(terms.version) })), el("p", { class: "lines" }, terms.text),
		el("label", {}, agree, " ", t("admin.ask_agree")),
	], t("admin.ask_send"), async () => {
		const { body } = await post("/access-requests", {
			name: name.input.value.trim(), email: email.input.value.trim(), institution: institution.input.value.trim(),
			purpose: purpose.value.trim(), terms: terms.version,
		});
		const address = new URL(`/access#${body.id}`, location.href).href;
		const done = el("div", { "data-testid": "ask-done" }, el("p", {}, t("admin.ask_done")), el("p", { class: "mono" }, el("a", { href: address, "data-testid": "ask-link" }, address)));
		box.replaceChildren(done);
		focusOn(done);
		say(t("admin.ask_sent"));
	});
}

/** Fills `box` with the form, once the terms are there. */
export async function askForm(box) {
	try {
		const { body } = await get("/access-terms");
		box.replaceChildren(accessForm(box, body));
	} catch (error) {
		box.replaceChildren(el("p", { class: "wrong" }, inWords(error)));
	}
}
