// SPDX-License-Identifier: Apache-2.0
// sign-in.js: signing in, and a new password where the first one was handed out. Pages never see the cookie.

import { get, inWords, post, put } from "./api.js";
import { el, focusOn } from "./dom.js";
import { BLOCKED, cookiesKept } from "./join.js";
import { t, term } from "./lang.js";

const SHORTEST = 10;
const WORTH_TELLING = 3; // failed sign-ins: one or two are one's own

export function field(label, attributes) {
	const input = el("input", { required: true, ...attributes });
	return { input, node: el("label", { class: "field" }, label, input) };
}

/** A form whose submit runs `send`; what goes wrong is said below the fields. */
export function form(attributes, fields, button, send) {
	const trouble = el("p", { class: "wrong", role: "alert", hidden: true });
	const go = el("button", { class: "go" }, button);
	const node = el("form", { class: "stack", ...attributes }, fields, trouble, el("div", { class: "bar" }, go));
	node.addEventListener("submit", async (event) => {
		event.preventDefault();
		if (go.disabled)
			return;
		go.disabled = true;
		trouble.hidden = true;
		try {
			await send();
		} catch (error) {
			trouble.textContent = error.status === undefined && error.words ? error.words : inWords(error);
			trouble.hidden = false;
		} finally {
			go.disabled = false;
		}
	});
	return node;
}

const wrong = (words) => Object.assign(new Error(words), { words });

function signInForm(done) {
	const email = field(t("sign_in.email"), { type: "email", name: "email", autocomplete: "username", "data-testid": "email" });
	const password = field(t("sign_in.password"), { type: "password", name: "password", autocomplete: "current-password", "data-testid": "password" });
	const code = field(t("sign_in.code"), { name: "code", autocomplete: "one-time-code", maxlength: 40, required: false, "data-testid": "code" });
	const askCode = () => {
		code.node.hidden = false;
		code.input.value = "";
		code.input.focus();
	};
	code.node.hidden = true;
	return form({ "data-testid": "sign-in" }, [email.node, password.node, code.node], t("sign_in.sign_in"), async () => {
		if (!cookiesKept())
			throw wrong(BLOCKED);
		try {
			const given = code.input.value.trim();
			const { body } = await post("/session", { email: email.input.value.trim(), password: password.input.value, ...(given && { code: given }) });
			done(body.account, password.input.value, body.failed_sign_ins);
		} catch (error) {
			if (["code-needed", "wrong-code"].includes(error.reason)) {
				askCode();
				throw error.reason === "wrong-code" ? wrong(t("sign_in.code_wrong")) : wrong(t("sign_in.code_needed"));
			}
			password.input.value = "";
			password.input.focus();
			throw error.reason === "wrong-sign-in" ? wrong(t("sign_in.no_match")) : error;
		}
	});
}

/** A new password, twice; chosen() throws where the two differ. */
export function newPasswordFields() {
	const fresh = field(t("sign_in.password_new", { n: SHORTEST }),
		{ type: "password", autocomplete: "new-password", minlength: SHORTEST, maxlength: 200, "data-testid": "password-new" });
	const again = field(t("sign_in.password_again"), { type: "password", autocomplete: "new-password", "data-testid": "password-again" });
	const chosen = () => {
		if (fresh.input.value !== again.input.value)
			throw wrong(t("sign_in.differ"));
		return fresh.input.value;
	};
	return { nodes: [fresh.node, again.node], chosen };
}

export function newPasswordForm(current, done) {
	const old = field(t("sign_in.password_now"), { type: "password", autocomplete: "current-password", "data-testid": "password-now" });
	old.input.value = current ?? "";
	const fields = newPasswordFields();
	return form({ "data-testid": "new-password" }, [old.node, ...fields.nodes], t("sign_in.change"), async () => {
		const fresh = fields.chosen();
		try {
			await put("/me/password", { current: old.input.value, new: fresh });
		} catch (error) {
			throw error.reason === "wrong-password" ? wrong(t("sign_in.now_wrong")) : error;
		}
		done();
	});
}

function goOn(then) {
	const go = el("button", { class: "go", type: "button", "data-testid": "go-on" }, t("sign_in.go_on"));
	go.addEventListener("click", then);
	return el("div", { class: "bar" }, go);
}

/**
 * Lets somebody in. Fills `box` with forms until there is an account with one of these roles, then resolves with it.
 * @param {HTMLElement} box  @param {string[]} roles  @param {object} words { title, level?, why, refused }
 */
export function signIn(box, roles, words) {
	return new Promise((resolve) => {
		const say = (title, ...rest) => {
			const heading = el(`h${words.level ?? 1}`, { tabindex: "-1" }, title);
			box.replaceChildren(heading, ...rest);
			box.hidden = false;
			focusOn(heading);
		};
		const pass = (account, password, failed = 0) => {
			if (failed >= WORTH_TELLING)
				say(t("sign_in.tried"), el("p", {}, t("sign_in.tries", { n: failed })), goOn(() => pass(account, password)));
			else if (account.must_change_password)
				say(t("sign_in.choose"), el("p", {}, t("sign_in.given")),
					newPasswordForm(password, () => pass({ ...account, must_change_password: false })));
			else if (!roles.includes(account.role))
				say(words.title, el("p", { class: "wrong" }, t("sign_in.other_role", { email: account.email, role: term("role", account.role), refused: words.refused })), signInForm(pass));
			else
				resolve(account);
		};
		const ask = (note) => say(words.title, el("p", {}, note ?? words.why), signInForm(pass));
		get("/session").then(({ body }) => pass(body.account), (error) => ask(error.status === 401 ? undefined : inWords(error)));
	});
}
