// SPDX-License-Identifier: Apache-2.0
// One's own account and those of others, as people keep them: a second factor, sessions, tokens, new accounts by a link,
// and researchers who ask for access. By keyboard where it is said, at 360 and at 1920 pixels.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { after, afterEach, before, describe, test } from "node:test";

import { Visit, launch } from "../support/browser.js";
import { Place, sql } from "../support/place.js";

const EMAIL = "ada@example.org";
const OTHER = "bob@example.org";
const PASSWORD = "four words make one";

/** The code of RFC 6238 that an app shows, `steps` half minutes from now. */
function codeOf(base32, steps = 0) {
	const bits = [...base32].map((letter) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter).toString(2).padStart(5, "0")).join("");
	const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
	const counter = Buffer.alloc(8);
	counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + steps));
	const digest = createHmac("sha1", key).update(counter).digest();
	return String((digest.readUInt32BE(digest[19] & 15) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

describe("accounts", () => {
	let place, database, server, browser, visit, secret;

	const focused = () => visit.page.evaluate(() => document.activeElement.dataset.testid ?? document.activeElement.tagName);
	const accountOf = (email) => visit.page.locator(`[data-testid=account-row][data-email="${email}"]`);

	async function signIn(email, password, code) {
		await visit.at("email").fill(email);
		await visit.at("password").fill(password);
		await visit.page.keyboard.press("Enter");
		if (!code)
			return;
		await visit.page.getByText("Give the code that your app shows.").waitFor();
		assert.equal(await focused(), "code");
		await visit.page.keyboard.type(code);
		await visit.page.keyboard.press("Enter");
	}

	async function signOut() {
		await visit.at("sign-out").click();
		await visit.at("sign-in").waitFor();
	}

	before(async () => {
		place = await Place.open("admin");
		database = await place.database("admin");
		const once = await place.account(database, EMAIL, "admin");
		server = await place.server(database);
		browser = await launch();
		visit = await Visit.open(browser, server.url, {});
		await visit.page.goto("/admin");
		await visit.at("sign-in").waitFor();
		await visit.shoot("admin-door");
		await signIn(EMAIL, once);
		await visit.at("password-new").fill(PASSWORD);
		await visit.at("password-again").fill(PASSWORD);
		await visit.page.keyboard.press("Enter");
		await visit.at("account-row").first().waitFor();
		await visit.at("factor-begin").waitFor();
	});
	after(async () => {
		await browser?.close();
		await place?.close();
	});
	afterEach(() => {
		assert.deepEqual({ breaches: visit.breaches.splice(0), barriers: visit.barriers.splice(0) }, { breaches: [], barriers: [] });
	});

	test("an admin sees the own account and all others", async () => {
		assert.match(await visit.page.locator("#who").textContent(), /ada@example\.org, admin/);
		assert.equal(await visit.at("account-row").count(), 1);
		assert.equal(await visit.at("session").count(), 1);
		assert.match(await visit.at("session").textContent(), /the session that you use now/);
		await visit.at("sign-in-entry").first().waitFor();
		await visit.shoot("admin", { whole: true });
	});

	test("a second factor is set up by keyboard and asked for at the next sign-in", async () => {
		await visit.at("factor-password").focus();
		await visit.page.keyboard.type(PASSWORD);
		await visit.page.keyboard.press("Enter");
		await visit.at("factor-secret").waitFor();
		secret = await visit.at("factor-secret").textContent();
		await visit.shoot("admin-factor");
		await visit.at("factor-code").focus();
		await visit.page.keyboard.type(codeOf(secret, -1));
		await visit.page.keyboard.press("Enter");
		await visit.at("recovery-codes").waitFor();
		assert.equal(await visit.at("recovery-codes").locator("li").count(), 10);
		await visit.at("factor-kept").click();
		await visit.at("factor-on").waitFor();
		assert.match(await visit.at("factor-on").textContent(), /10 recovery codes/);
		await signOut();
		visit.allowed.push(/status of 401/);
		await signIn(EMAIL, PASSWORD, codeOf(secret, 0));
		await visit.at("factor-on").waitFor();
	});

	test("a token for one route is made, shown once and revoked", async () => {
		await visit.at("token-name").fill("nightly");
		await visit.at("token-scopes").fill("GET /accounts");
		await visit.page.getByRole("button", { name: "Make a token" }).click();
		await visit.at("token-made").getByText(": ").waitFor();
		const token = (await visit.at("token-made").textContent()).split(": ").at(-1);
		const ask = (path) => fetch(`${server.url}/api/v1/${path}`, { headers: { authorization: `Bearer ${token}` } });
		assert.equal((await ask("accounts")).status, 200);
		assert.equal((await ask("audit")).status, 403);
		await visit.at("token-revoke").click();
		await visit.page.waitForFunction(() => !document.querySelector("[data-testid=token]"));
		assert.equal((await ask("accounts")).status, 401);
	});

	test("a new account gets its password by a link, which leaves the address at once", async () => {
		await visit.at("invite-email").fill(OTHER);
		await visit.at("invite-role").selectOption("moderator");
		await visit.page.getByRole("button", { name: "Make an account" }).click();
		await visit.at("account-told").getByText("#reset=").waitFor();
		await accountOf(OTHER).waitFor();
		const link = /http\S+#reset=\S+/.exec(await visit.at("account-told").textContent())[0];
		const guest = await Visit.open(browser, server.url, {});
		await guest.page.goto(`/admin${new URL(link).hash}`);
		await guest.at("reset-form").waitFor();
		assert.equal(new URL(guest.page.url()).hash, "");
		await guest.shoot("admin-reset");
		await guest.at("password-new").fill(PASSWORD);
		await guest.at("password-again").fill(PASSWORD);
		await guest.page.keyboard.press("Enter");
		await guest.at("sign-in").waitFor();
		await guest.at("email").fill(OTHER);
		await guest.at("password").fill(PASSWORD);
		await guest.page.keyboard.press("Enter");
		await guest.at("requests").waitFor();
		assert.ok(await guest.at("accounts").isHidden());
		assert.deepEqual({ breaches: guest.breaches, barriers: guest.barriers }, { breaches: [], barriers: [] });
		await guest.context.close();
	});

	test("another's role is changed and another is shut out, by keyboard", async () => {
		await accountOf(OTHER).getByTestId("account-role").focus();
		await visit.page.keyboard.press("ArrowUp"); // from moderator to researcher
		await visit.page.keyboard.press("Tab");
		assert.equal(await focused(), "account-role-set");
		await visit.page.keyboard.press("Enter");
		await accountOf(OTHER).getByText("researcher; ").waitFor();
		await accountOf(OTHER).getByTestId("account-state").focus();
		await visit.page.keyboard.press("Enter");
		await accountOf(OTHER).getByText("disabled").waitFor();
		assert.deepEqual(await sql(database, `select role, state from account where email = '${OTHER}'`), [["researcher", "disabled"]]);
	});

	test("the last admin is told why the role stays", async () => {
		visit.allowed.push(/status of 409/);
		await accountOf(EMAIL).getByTestId("account-state").click();
		await visit.page.getByText("the last account that is an admin").waitFor();
	});

	test("a researcher asks for access, and a moderator approves", async () => {
		const guest = await Visit.open(browser, server.url, {});
		await guest.page.goto("/admin");
		await guest.at("ask").locator("summary").click();
		await guest.at("ask-form").waitFor();
		await guest.shoot("admin-ask");
		await guest.at("ask-name").fill("Emmy Noether");
		await guest.at("ask-email").fill("emmy@example.org");
		await guest.at("ask-institution").fill("Göttingen");
		await guest.at("ask-purpose").fill("To train a detector.");
		await guest.at("ask-agree").check();
		await guest.page.getByRole("button", { name: "Ask for access" }).click();
		await guest.at("ask-link").click();
		await guest.at("access-state").getByText("open").waitFor();
		await guest.shoot("access-open");

		await visit.page.reload();
		await visit.at("request").waitFor();
		assert.match(await visit.at("request").textContent(), /Emmy Noether.*Göttingen.*To train a detector/s);
		await visit.shoot("admin-request");
		await visit.at("request-approve").click();
		await visit.at("request-link").getByText("#reset=").waitFor();
		assert.equal(await visit.at("request").count(), 0);
		assert.deepEqual(await sql(database, "select role from account where email = 'emmy@example.org'"), [["researcher"]]);
		await guest.page.reload();
		await guest.at("access-state").getByText("approved").waitFor();
		assert.match(await guest.at("access-next").textContent(), /sign in.*data page/s);
		await guest.shoot("access-approved");
		assert.deepEqual({ breaches: guest.breaches, barriers: guest.barriers }, { breaches: [], barriers: [] });
		await guest.context.close();
	});

	test("who is refused reads why, and asks again by keyboard", async () => {
		const [[id]] = await sql(database, `insert into access_request (email, name, institution, purpose, terms, state, reason, decided_at)
			values ('max@example.org', 'Max', 'Berlin', 'None', 1, 'refused', 'It names no purpose.', now()) returning id`);
		const guest = await Visit.open(browser, server.url, {});
		await guest.page.goto(`/access#${id}`);
		await guest.page.getByText("It names no purpose.").waitFor();
		await guest.shoot("access-refused");
		await guest.at("access-next").getByRole("link").focus();
		await guest.page.keyboard.press("Enter");
		await guest.at("ask-form").waitFor();
		await guest.shoot("access-ask");
		await guest.page.goto(`/access#${id.replace(/^./, (digit) => (digit === "0" ? "1" : "0"))}`);
		guest.allowed.push(/status of 404/);
		await guest.page.getByText("There is no request with this address.").waitFor();
		assert.deepEqual({ breaches: guest.breaches, barriers: guest.barriers }, { breaches: [], barriers: [] });
		await guest.context.close();
	});

	test("all other sessions are ended", async () => {
		await sql(database, `insert into session (token_hash, account_id, expires_at) select sha256('x'), id, now() + interval '1 hour' from account where email = '${EMAIL}'`);
		await visit.page.reload();
		await visit.page.waitForFunction(() => document.querySelectorAll("[data-testid=session]").length === 2);
		await visit.at("sessions-end").click();
		await visit.page.waitForFunction(() => document.querySelectorAll("[data-testid=session]").length === 1);
	});
});
