// SPDX-License-Identifier: Apache-2.0
// The audit trail as an admin reads it: entries with their values, filters that stand in the address, pages of the list,
// by keyboard alone. At 360 pixels and on a desktop.

import assert from "node:assert/strict";
import { after, afterEach, before, describe, test } from "node:test";

import { Visit, launch } from "../support/browser.js";
import { Place, sql } from "../support/place.js";

const EMAIL = "ada@example.org";
const OTHER = "bob@example.org";
const PASSWORD = "four words make one";

describe("the audit trail", () => {
	let place, database, server, browser, visit, other;

	const entries = () => visit.at("audit-entry");
	const kinds = () => entries().evaluateAll((nodes) => nodes.map((node) => node.dataset.kind));
	const focused = () => visit.page.evaluate(() => document.activeElement.dataset.testid ?? document.activeElement.tagName);
	const query = () => new URL(visit.page.url()).search;

	async function signIn(email, once) {
		await visit.at("email").fill(email);
		await visit.at("password").fill(once);
		await visit.page.keyboard.press("Enter");
		await visit.at("password-new").fill(PASSWORD);
		await visit.at("password-again").fill(PASSWORD);
		await visit.page.keyboard.press("Enter");
	}

	before(async () => {
		place = await Place.open("audit");
		database = await place.database("audit");
		const once = await place.account(database, EMAIL, "admin");
		await place.account(database, OTHER, "researcher");
		[[other]] = await sql(database, `select id from account where email = '${OTHER}'`);
		for (let n = 0; n < 30; n++) {
			await sql(database, `update account set state = 'disabled' where email = '${OTHER}'`);
			await sql(database, `update account set state = 'active' where email = '${OTHER}'`);
		}
		server = await place.server(database);
		browser = await launch();
		visit = await Visit.open(browser, server.url, {});
		await visit.page.goto("/admin/audit");
		await visit.at("sign-in").waitFor();
		await visit.shoot("audit-door");
		await signIn(EMAIL, once);
		await entries().first().waitFor();
	});
	after(async () => {
		await browser?.close();
		await place?.close();
	});
	afterEach(() => {
		assert.deepEqual({ breaches: visit.breaches.splice(0), barriers: visit.barriers.splice(0) }, { breaches: [], barriers: [] });
	});

	test("the newest entries stand first, with who, what and when", async () => {
		assert.equal(await entries().count(), 50);
		assert.equal((await kinds())[0], "signed_in");
		assert.match(await entries().first().textContent(), /account ada@example\.org/);
		assert.match(await visit.at("audit-found").textContent(), /50 entries/);
		await visit.shoot("audit", { whole: false });
	});

	test("an entry tells its values", async () => {
		const entry = visit.page.locator("[data-testid=audit-entry][data-kind=account_state]").first();
		await entry.locator("summary").click();
		assert.match(await entry.textContent(), /beforestate: disabled.*afterstate: active.*digest[0-9a-f]{64}/s);
		await entry.scrollIntoViewIfNeeded();
		await visit.shoot("audit-values");
		await entry.locator("summary").click();
	});

	test("More adds the next page and moves on to it", async () => {
		await visit.at("audit-more").focus();
		await visit.page.keyboard.press("Enter");
		await visit.page.waitForFunction(() => document.querySelectorAll("[data-testid=audit-entry]").length > 50);
		assert.equal(await focused(), "audit-entry");
		assert.ok(await visit.at("audit-more").isHidden());
	});

	test("it is filtered by keyboard alone, and the address says by what", async () => {
		const { keyboard } = visit.page;
		await visit.at("audit-actor").focus();
		await keyboard.press("Tab");
		assert.equal(await focused(), "audit-kind");
		await keyboard.press("ArrowDown"); // from anything to the first kind
		await keyboard.press("Tab");
		await keyboard.type(other);
		await keyboard.press("Enter");
		await visit.page.waitForFunction(() => document.querySelectorAll("[data-testid=audit-entry]").length === 1);
		assert.deepEqual(await kinds(), ["account_made"]);
		assert.equal(query(), `?kind=account_made&subject=${other}`);
		await visit.shoot("audit-filtered");
	});

	test("an address that is opened anew filters the same, and Back leads back", async () => {
		await visit.page.reload();
		await visit.page.waitForFunction(() => document.querySelectorAll("[data-testid=audit-entry]").length === 1);
		assert.equal(await visit.at("audit-subject").inputValue(), other);
		assert.equal(await visit.at("audit-kind").inputValue(), "account_made");
		await visit.at("audit-clear").click();
		await visit.page.waitForFunction(() => document.querySelectorAll("[data-testid=audit-entry]").length === 50);
		assert.equal(query(), "");
		await visit.page.goBack();
		await visit.page.waitForFunction(() => document.querySelectorAll("[data-testid=audit-entry]").length === 1);
	});

	test("a time and a name that are linked filter too", async () => {
		await visit.at("audit-clear").click();
		await visit.page.waitForFunction(() => document.querySelectorAll("[data-testid=audit-entry]").length === 50);
		await entries().first().getByRole("link", { name: `Only by ${EMAIL}` }).click();
		await visit.page.waitForFunction(() => document.querySelectorAll("[data-testid=audit-entry]").length < 50);
		assert.ok((await kinds()).every((kind) => ["signed_in", "account_password", "session_ended", "token_revoked"].includes(kind)));
		await visit.at("audit-clear").click();
		await visit.at("audit-from").fill("2100-01-01T00:00");
		await visit.at("audit-filter").click();
		await visit.page.getByText("No entry fits.").waitFor();
		assert.equal(query(), "?from=2100-01-01T00%3A00%3A00Z");
		await visit.shoot("audit-none");
	});

	test("what is no filter is said", async () => {
		visit.allowed.push(/status of 422/);
		await visit.page.goto("/admin/audit?from=yesterday");
		await visit.page.getByText("from: must be a time").waitFor();
	});

	test("a moderator is not let in", async () => {
		await visit.at("sign-out").click();
		await visit.at("sign-in").waitFor();
		assert.equal(await entries().count(), 0);
		const once = await place.account(database, "mo@example.org", "moderator");
		await signIn("mo@example.org", once);
		await visit.page.getByText("Only admins read the audit trail.").waitFor();
		assert.ok(await visit.at("audit-entries").isHidden());
	});
});
