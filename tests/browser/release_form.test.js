// SPDX-License-Identifier: Apache-2.0
// The form on the data page that makes a release: a mail for whoever wants to be told, where the server sends mail; and what
// the page of a large release points to.

import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { after, afterEach, before, describe, test } from "node:test";

import { Visit, launch } from "../support/browser.js";
import { sha256 } from "../support/http.js";
import { Place, freePort, sql, until } from "../support/place.js";
import { MailServer } from "../support/smtp.js";

const EMAIL = "ada@example.org";
const PASSWORD = "four words make one";

describe("the form that makes a release", () => {
	let place, database, mail, browser, once, visit;

	/** A visit to the form of a server, signed in. */
	async function atForm(server, email = EMAIL) {
		visit = await Visit.open(browser, server.url, {});
		await visit.page.goto("/data");
		await visit.at("make-release").locator("summary").click();
		await visit.at("email").fill(email);
		await visit.at("password").fill(once ?? PASSWORD);
		await visit.page.keyboard.press("Enter");
		if (once) {
			await visit.at("password-new").fill(PASSWORD);
			await visit.at("password-again").fill(PASSWORD);
			await visit.page.keyboard.press("Enter");
			once = null;
		}
		await visit.at("release-form").waitFor();
	}

	/** Makes a release of nothing, which fails at once. */
	async function make(name, ticked) {
		await visit.at("release-name").fill(name);
		await visit.at("release-version").fill("1.0");
		await visit.at("release-mail").setChecked(ticked);
		await visit.at("release-make").click();
		await visit.at("release-outcome").filter({ hasText: "No item fits" }).waitFor();
	}

	/** A release for approved researchers, of nothing but its card. */
	async function addGuarded() {
		const card = "# guarded 1.0\n", digest = sha256(card), folder = path.join(place.folder, "media", digest.slice(0, 2));
		await mkdir(folder, { recursive: true });
		await writeFile(path.join(folder, digest.slice(2)), card);
		const [[id]] = await sql(database, `insert into release (name, version, state, filter, salt, fixed_at, summary, bytes, finished_at)
			values ('guarded', '1.0', 'writing', '{"audience": "researchers"}', decode(repeat('00', 32), 'hex'), now(), '{"items": 0, "splits": {}, "media_types": {}}', 0, now()) returning id`);
		await sql(database, `insert into release_file (release_id, path, sha256, bytes) values ('${id}', 'README.md', '\\x${digest}', ${card.length})`);
		await sql(database, `update release set state = 'ready' where id = '${id}'`);
	}

	const asked = (name) => sql(database, `select j.mail from job j join release r on r.id = j.subject where r.name = '${name}'`);

	before(async () => {
		place = await Place.open("release_form");
		database = await place.database("release_form");
		once = await place.account(database, EMAIL, "researcher");
		mail = new MailServer();
		const port = await freePort(), at = await freePort();
		await mail.listen(port);
		const more = { TOUCHSTONE_SMTP: `smtp://127.0.0.1:${port}`, TOUCHSTONE_MAIL_FROM: "data@example.org", TOUCHSTONE_PUBLIC_URL: `http://127.0.0.1:${at}` };
		browser = await launch();
		await atForm(await place.server(database, { port: at, more }));
	});
	after(async () => {
		await browser?.close();
		await mail?.close();
		await place?.close();
	});
	afterEach(() => {
		assert.deepEqual({ breaches: visit.breaches.splice(0), barriers: visit.barriers.splice(0) }, { breaches: [], barriers: [] });
	});

	test("who ticks it gets a mail when the job has ended", async () => {
		const tick = visit.at("release-mail");
		assert.equal((await tick.locator("xpath=..").textContent()).trim(), `Send a mail to ${EMAIL} when it is done`);
		assert.equal(await tick.isChecked(), false);
		await make("ticked", true);
		await until("the mail comes", () => mail.mails.length === 1);
		assert.deepEqual(mail.mails[0].to, [`<${EMAIL}>`]);
		assert.match(mail.mails[0].text, /Subject: Release ticked 1\.0 could not be made/);
	});

	test("who does not tick it asks for none", async () => {
		await make("plain", false);
		assert.deepEqual(await asked("plain"), [["f"]]);
		assert.deepEqual(await asked("ticked"), [["t"]]);
	});

	test("a server that sends no mail offers none", async () => {
		await atForm(await place.server(database));
		assert.equal(await visit.at("release-seal").count(), 1);
		assert.equal(await visit.at("release-mail").count(), 0);
	});

	test("the page of a large release points to the formats of few files, that of a small one does not", async () => {
		for (const [name, items] of [["large", 10_001], ["small", 10_000]])
			await visit.page.route(`**/api/v1/releases/${name}/1.0`, (route) => route.fulfill({
				json: { name, version: "1.0", state: "ready", created_at: "2026-11-28T09:13:02Z", items, bytes: 1, splits: {}, media_types: { image: items }, alpha: null, sealed: 0, files: [], files_next: null, layouts: [], changes: null, card: null },
			}));
		await visit.page.goto("/data#large/1.0");
		await visit.at("release-few-files").waitFor();
		assert.match(await visit.at("release-few-files").textContent(), /10,001 items.*webdataset.*parquet/);
		await visit.page.goto("/data#small/1.0");
		await visit.page.getByRole("heading", { name: "small 1.0" }).waitFor();
		await visit.page.getByText("Archives are made").waitFor();
		assert.equal(await visit.at("release-few-files").count(), 0);
	});

	test("an admin opens a release for researchers to everybody; others are not offered it", async () => {
		const admin = "root@example.org", first = await place.account(database, admin, "admin");
		await addGuarded();
		const isOffered = async () => {
			await visit.page.goto("/data#guarded/1.0");
			await visit.page.reload();
			await visit.at("release-limited").waitFor();
			return await visit.at("release-open").count() === 1;
		};
		const server = await place.server(database);
		await atForm(server);
		assert.equal(await isOffered(), false, "a researcher may not");
		once = first;
		await atForm(server, admin);
		assert.equal(await isOffered(), true);
		await visit.at("release-open").click();
		await visit.page.getByText("It cannot be closed again").waitFor();
		await visit.shoot("release-opening");
		await visit.page.keyboard.press("Shift+Tab");
		await visit.page.keyboard.press("Enter");
		assert.deepEqual(await sql(database, "select release_audience(r) from release r where name = 'guarded'"), [["researchers"]], "who leaves it changes nothing");
		await visit.at("release-open").click();
		await visit.page.keyboard.press("Enter");
		await visit.at("release-limited").waitFor({ state: "detached" });
		assert.deepEqual(await sql(database, "select release_audience(r) from release r where name = 'guarded'"), [["everybody"]]);
	});
});
