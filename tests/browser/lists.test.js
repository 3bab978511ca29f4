// SPDX-License-Identifier: Apache-2.0
// A release with more files than the server lists at once, on the data page: all of them are shown, counted, and fetched
// by the recipe, which sh runs just as the page gives it. Then lists of releases and disputes longer than a page.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { after, afterEach, before, describe, test } from "node:test";
import { promisify } from "node:util";

import { PHONE, Visit, launch } from "../support/browser.js";
import { sha256 } from "../support/http.js";
import { CHECKOUT, Place, sql } from "../support/place.js";
import { wholeRelease } from "../support/release.js";

const run = promisify(execFile);
const MEDIA = 1200;
const SPLITS = ["train", "validation", "test"];

describe("long lists", () => {
	let place, database, server, browser, files;
	const visits = [];

	/** 1,100 sounds come before the pictures, so that no picture is in the first page. */
	function media() {
		return Array.from({ length: MEDIA }, (_, n) => ({
			path: `${n < 1100 ? "audio" : "image"}/${SPLITS[n % 3]}/${n % 2 ? "fake" : "real"}/${sha256(`name ${n}`).slice(0, 20)}.${n < 1100 ? "m4a" : "jpg"}`,
			bytes: Buffer.from(`medium ${n}\n`.repeat(1 + n % 50)),
		}));
	}

	/** Puts a file where the store keeps it. */
	async function store({ bytes }) {
		const digest = sha256(bytes);
		const folder = path.join(place.folder, "media", digest.slice(0, 2));
		await mkdir(folder, { recursive: true });
		await writeFile(path.join(folder, digest.slice(2)), bytes);
		return digest;
	}

	async function addRelease(name, version, list) {
		const sums = list.map((file) => `${sha256(file.bytes)}  ${file.path}\n`).join("");
		const all = [...list, { path: "SHA256SUMS", bytes: Buffer.from(sums) }];
		const counts = JSON.stringify({
			items: MEDIA, media_types: { image: 100, video: 0, audio: 1100 },
			splits: Object.fromEntries(SPLITS.map((split) => [split, { real: 200, fake: 200 }])),
		});
		const [[id]] = await sql(database, `insert into release (name, version, state, salt, fixed_at, finished_at, summary, bytes) values
			('${name}', '${version}', 'writing', decode(repeat('00', 32), 'hex'), now(), now(), '${counts}', ${all.reduce((sum, one) => sum + one.bytes.length, 0)}) returning id`);
		const rows = await Promise.all(all.map(async (file) => `('${id}', '${file.path}', '\\x${await store(file)}', ${file.bytes.length})`));
		// The length of an argument is limited.
		while (rows.length > 0)
			await sql(database, `insert into release_file (release_id, path, sha256, bytes) values ${rows.splice(0, 500).join(",")}`);
		await sql(database, `update release set state = 'ready' where id = '${id}'`);
		return all;
	}

	before(async () => {
		place = await Place.open("lists");
		database = await place.database("lists");
		files = await addRelease("many", "1.0", [
			{ path: "README.md", bytes: Buffer.from("# many 1.0\n") }, { path: "labels.csv", bytes: Buffer.from("item\r\n") }, ...media(),
		]);
		server = await place.server(database);
		browser = await launch();
	});

	after(async () => {
		await browser?.close();
		await place?.close();
	});

	afterEach(() => {
		const breaches = visits.flatMap((visit) => visit.breaches.splice(0));
		const barriers = visits.flatMap((visit) => visit.barriers.splice(0));
		assert.deepEqual({ breaches, barriers }, { breaches: [], barriers: [] });
	});

	async function open(address) {
		const visit = await Visit.open(browser, server.url);
		visits.push(visit);
		await visit.page.goto(address);
		return visit;
	}

	const paths = (visit) => visit.page.evaluate(() => [...document.querySelectorAll("#release a[data-path]")].map((one) => one.dataset.path));

	/** What is in a folder, as paths below it. */
	async function listFolder(folder) {
		const { stdout } = await run("find", [".", "-type", "f", "-printf", "%P\n"], { cwd: folder, maxBuffer: 1 << 24 });
		return stdout.trim().split("\n").sort();
	}

	test("the data page shows and counts every file of a release", async () => {
		const visit = await open("/data#many/1.0");
		await visit.at("release-files").waitFor();
		await visit.page.getByRole("heading", { name: "Files (1,203)" }).waitFor();
		await visit.shoot("release-many-closed", { whole: true });
		await visit.at("release-media-box").locator("summary").click();
		await visit.at("release-media-count").getByText("1,200 of 1,200 files shown.").waitFor();
		assert.deepEqual((await paths(visit)).sort(), files.map((file) => file.path).sort());
		assert.ok(await visit.at("more-files").isHidden());
		await visit.shoot("release-many-open", { axe: false });
		await visit.page.setViewportSize(PHONE);
		assert.ok(await visit.at("release-media").evaluate((table) => table.parentElement.scrollWidth <= table.parentElement.clientWidth), "on a phone a file's row is wider than the page");
		await visit.close();
	});

	test("a release has an address of its own, to cite", async () => {
		const visit = await open("/data/many/1.0");
		await visit.at("release-files").waitFor();
		assert.ok(visit.page.url().endsWith("/data#many/1.0"), visit.page.url());
		await visit.page.goBack();
		assert.equal(visit.page.url(), "about:blank");
		await visit.close();
	});

	test("a page of files that does not come is said, and can be asked for again", async () => {
		const visit = await open("/data#many/1.0");
		visit.allowed.push(/net::ERR_/);
		await visit.page.route("**/*files_after=*", (route) => route.abort());
		await visit.at("release-media-box").locator("summary").click();
		await visit.page.getByText("The server cannot be reached.").waitFor();
		const before = await paths(visit);
		assert.ok(before.length < files.length);
		await visit.page.unroute("**/*files_after=*");
		await visit.at("more-files").click();
		await visit.at("release-media-count").getByText("1,200 of 1,200 files shown.").waitFor();
		assert.equal(new Set(await paths(visit)).size, files.length);
		await visit.close();
	});

	test("the recipe on the page fetches every file, goes on after a break, and says when a byte is wrong", async () => {
		const visit = await open("/data#many/1.0");
		const recipe = await visit.page.getByRole("group", { name: "Fetch everything and check it" }).textContent();
		await visit.page.getByText("Archives are made in the first minutes after a release is ready.").waitFor();
		await visit.close();
		// The documentation gives the same lines.
		const page = (await readFile(path.join(CHECKOUT, "docs/dataset-format.md"), "utf8")).replaceAll("\n    ", "\n").replaceAll("https://example.org", server.url).replaceAll(/faces(.)1\.0/g, "many$11.0");
		assert.ok(page.includes(recipe), recipe);
		const folder = path.join(place.folder, "many-1.0");
		const sh = () => run("sh", ["-c", recipe], { cwd: place.folder, maxBuffer: 1 << 24 });
		assert.deepEqual(await sh(), { stdout: "complete\n", stderr: "" });
		assert.deepEqual(await listFolder(folder), files.map((file) => file.path).sort());

		const [first, second] = files.slice(5);
		await rm(path.join(folder, first.path));
		await writeFile(path.join(folder, second.path), "broken");
		assert.deepEqual(await sh(), { stdout: "complete\n", stderr: "" });
		assert.deepEqual(await readFile(path.join(folder, second.path)), second.bytes);
		assert.deepEqual(await sh(), { stdout: "complete\n", stderr: "" });

		await server.stop();
		await rm(path.join(folder, first.path));
		await assert.rejects(sh());
		server = await place.server(database, { port: server.port });
	});

	test("a very long list of files waits for a word after 10,000 rows", async () => {
		const [{ bytes }] = files;
		const [[id]] = await sql(database, `insert into release (name, version, state, salt, fixed_at, finished_at, summary, bytes) values
			('huge', '1.0', 'writing', decode(repeat('00', 32), 'hex'), now(), now(), '{"items": 11499}', 1) returning id`);
		await sql(database, `insert into release_file (release_id, path, sha256, bytes)
			select '${id}', case n when 0 then 'README.md' else 'image/train/real/' || n || '.jpg' end, '\\x${sha256(bytes)}', ${bytes.length} from generate_series(0, 11499) n`);
		await sql(database, `update release set state = 'ready' where id = '${id}'`);
		const visit = await open("/data#huge/1.0");
		await visit.at("release-media-box").locator("summary").click();
		await visit.at("more-files").waitFor();
		const { length } = await paths(visit);
		assert.ok(length >= 10_000 && length < 11_500, `${length} rows`);
		await visit.at("more-files").click();
		await visit.at("release-media-count").getByText("11,499 of 11,499 files shown.").waitFor();
		assert.equal(new Set(await paths(visit)).size, 11_500);
		await visit.close();
	});

	test("a program that follows files_next gets every file once", async () => {
		const release = await wholeRelease(server, "many", "1.0");
		assert.deepEqual(release.files.map((file) => file.path).sort(), files.map((file) => file.path).sort());
	});

	/** Ready releases without files, the newest last: [name, version] each. */
	async function addBareReleases(list) {
		const rows = list.map(([name, version], at) => `('${name}', '${version}', 'writing', decode(repeat('00', 32), 'hex'), now(), now(), '{"items": ${at}}', 1, now() + interval '${at} seconds')`);
		await sql(database, `insert into release (name, version, state, salt, fixed_at, finished_at, summary, bytes, created_at) values ${rows.join(",")}`);
		await sql(database, "update release set state = 'ready' where state = 'writing'");
	}

	const cards = (visit) => visit.at("release-card").evaluateAll((all) => all.map((one) => `${one.dataset.name} ${one.dataset.version}`));
	const height = (visit) => visit.page.evaluate(() => document.documentElement.scrollHeight);

	test("the data page stays short with 51 versions of a release, and all of them can be reached", async (t) => {
		await addBareReleases(Array.from({ length: 51 }, (_, n) => ["row", `1.${n}`]));
		const visit = await open("/data");
		await visit.at("release-card").first().waitFor();
		assert.deepEqual(await cards(visit), ["row 1.50", "huge 1.0", "many 1.0"]);
		const tall = await height(visit);
		t.diagnostic(`${tall} px`);
		assert.ok(tall < 3000, `${tall} px`);
		await visit.at("earlier-versions").getByText("50 earlier versions").click();
		const versions = await visit.at("release-version").getByRole("link").evaluateAll((all) => all.map((one) => one.hash));
		assert.deepEqual(versions, Array.from({ length: 50 }, (_, n) => `#row/1.${49 - n}`));
		await visit.shoot("releases-versions", { whole: true });
		await visit.close();
	});

	test("150 releases come ten at a time, each once, and any is found by its name or version", async (t) => {
		await addBareReleases(Array.from({ length: 150 }, (_, n) => [`set-${n}`, n === 3 ? "7.7.7" : "1"]));
		const visit = await open("/data");
		await visit.at("release-card").nth(9).waitFor();
		assert.equal((await cards(visit)).length, 10);
		const tall = await height(visit);
		t.diagnostic(`${tall} px`);
		assert.ok(tall < 4500, `${tall} px`);
		await visit.shoot("releases-many", { whole: true });
		// Pressed twice in a hurry, it gives ten more.
		await visit.at("more-releases").evaluate((button) => { button.click(); button.click(); });
		await visit.at("release-card").nth(19).waitFor();
		// The button goes with the last release: press it only for as many cards as are still to come.
		for (let there = 20; there < 153; there += 10) {
			await visit.at("more-releases").click();
			await visit.at("release-card").nth(Math.min(there + 10, 153) - 1).waitFor();
		}
		await visit.at("more-releases").waitFor({ state: "hidden" });
		const shown = await cards(visit);
		assert.equal(shown.length, 153);
		assert.equal(new Set(shown).size, 153);

		// The server sends a hundred at once: what lies behind is found too, by a page that has not come to it.
		await visit.page.reload();
		await visit.at("release-card").nth(9).waitFor();
		for (const [words, found] of [["SET-3", ["set-39", "set-38"]], ["7.7", ["set-3"]], ["row 1.4", ["row"]], [" many ", ["many"]], ["none such", []]]) {
			await visit.at("find-release").fill(words);
			const least = found.map((name) => `${name} `);
			await visit.page.waitForFunction((names) => {
				const there = [...document.querySelectorAll("[data-testid='release-card']")].map((one) => `${one.dataset.name} `);
				return names.length > 0 ? names.every((name) => there.includes(name)) : there.length === 0;
			}, least);
		}
		await visit.page.getByText("0 names found.").waitFor();
		await visit.shoot("releases-none");
		await visit.close();
	});

	test("a page of releases that does not come is said, and can be asked for again", async () => {
		const visit = await open("/data");
		visit.allowed.push(/net::ERR_/);
		await visit.at("release-card").nth(9).waitFor();
		await visit.page.route("**/releases?*cursor=*", (route) => route.abort());
		await visit.at("find-release").fill("many");
		await visit.page.getByText("The server cannot be reached.").waitFor();
		await visit.page.unroute("**/releases?*cursor=*");
		await visit.at("find-release").fill("many 1");
		await visit.page.getByText("1 name found.").waitFor();
		assert.deepEqual(await cards(visit), ["many 1.0"]);
		assert.equal(await visit.page.getByText("The server cannot be reached.").count(), 0);
		await visit.close();
	});

	test("who is signed in can sign out on the data page", async () => {
		const password = await place.account(database, "ada@example.org", "researcher");
		const visit = await open("/data");
		await visit.at("make-release").locator("summary").click();
		assert.ok(await visit.at("sign-out").isHidden());
		await visit.at("email").fill("ada@example.org");
		await visit.at("password").fill(password);
		await visit.page.keyboard.press("Enter");
		await visit.at("password-new").fill("four words make one");
		await visit.at("password-again").fill("four words make one");
		await visit.page.keyboard.press("Enter");
		await visit.at("release-form").waitFor();
		await visit.at("sign-out").waitFor();
		await visit.page.reload();
		await visit.at("sign-out").waitFor();
		assert.equal(await visit.at("account").textContent(), "ada@example.org");
		await visit.at("make-release").locator("summary").click();
		await visit.at("release-form").waitFor();
		await visit.shoot("data-signed-in");
		await visit.at("sign-out").click();
		await visit.at("sign-out").waitFor({ state: "hidden" });
		assert.equal(await visit.at("account").textContent(), "");
		assert.ok(await visit.at("release-form").isHidden());
		assert.equal(await visit.page.evaluate(async () => (await fetch("/api/v1/session")).status), 401);
		await visit.at("make-release").locator("summary").click();
		await visit.at("sign-in").waitFor();
		await visit.close();
	});

	test("a moderator who works far down the queue stays there when it is read anew", async () => {
		await sql(database, `with added as (
				insert into item (campaign_id, state, media_type, sha256, bytes, format, rendition, rendition_bytes, rendition_type, width, height, truth, basis, lineage)
				select c.id, 'disputed', 'image', sha256(n::text::bytea), 1, 'png', sha256('picture'::bytea), 7, 'image/jpeg', 640, 480, 'fake', 'dataset_label', n::text
				from campaign c, generate_series(1, 120) n where c.name = 'default' returning id)
			insert into dispute (item_id, reason, judgments) select id, 'max_judgments', 6 from added`);
		await store({ bytes: Buffer.from("picture") });
		const password = await place.account(database, "grace@example.org", "moderator");
		const visit = await open("/moderate");
		const { page } = visit;
		const links = () => visit.at("dispute-link").evaluateAll((all) => all.map((one) => one.dataset.id));
		await visit.at("email").fill("grace@example.org");
		await visit.at("password").fill(password);
		await page.keyboard.press("Enter");
		await visit.at("password-new").fill("four words make one");
		await visit.at("password-again").fill("four words make one");
		await page.keyboard.press("Enter");
		await visit.at("dispute-link").nth(49).waitFor();
		await visit.at("more-disputes").evaluate((button) => { button.click(); button.click(); });
		await visit.at("dispute-link").nth(99).waitFor();
		await visit.at("more-disputes").click();
		await visit.at("more-disputes").waitFor({ state: "hidden" });
		const all = await links();
		assert.equal(new Set(all).size, 120);
		assert.equal(all.length, 120);
		await visit.at("dispute-link").last().click();
		const read = page.waitForResponse((answer) => answer.url().includes("/disputes?") && answer.url().includes("cursor="));
		await visit.at("claim").click();
		await read;
		await visit.at("blind-scale").waitFor();
		await visit.at("dispute-link").nth(119).waitFor();
		assert.deepEqual((await links()).sort(), all.sort());
		await visit.close();
	});
});
