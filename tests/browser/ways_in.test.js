// SPDX-License-Identifier: Apache-2.0
// A browser sends media: a large picture by tus's own client (tus-js-client, so that what speaks tus here is not ours alone),
// cut off in the middle by the death of the server; and a form, with a name of a file that means ill.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";

import { Visit, launch } from "../support/browser.js";
import { sha256 } from "../support/http.js";
import { Place, sql, until } from "../support/place.js";

const run = promisify(execFile);
const TUS = await readFile(createRequire(import.meta.url).resolve("tus-js-client/dist/tus.min.js"), "utf8");
const DECLARED = { rights: "own_work", people: "nobody", made_by: "Ada\u202Eevil", made_how: "of noise", licence: "CC0-1.0" };
const NAME = "a\nb\u202Egnp.exe";
const SLOW = { offline: false, latency: 20, downloadThroughput: 1e6, uploadThroughput: 600_000 };

describe("ways in, by a browser", () => {
	let place, database, server, browser, visit;

	before(async () => {
		place = await Place.open("browser_ways_in");
		database = await place.database("browser_ways_in");
		server = await place.server(database);
		browser = await launch();
		visit = await Visit.open(browser, server.url);
		visit.allowed.push(/Failed to load resource: net::ERR_/); // while the server is away
		await visit.page.goto("/about");
		await visit.page.evaluate(async () => {
			await fetch("/api/v1/volunteers", { method: "POST", headers: { "Content-Type": "application/json" }, body: '{"consent": true}' });
			document.body.append(Object.assign(document.createElement("input"), { type: "file", id: "sent" }));
		});
	});

	after(async () => {
		await browser?.close();
		await place?.close();
	});

	/** A picture of noise that nobody else has, chosen in the page. */
	async function choose(width, height) {
		await writeFile(path.join(place.folder, "noise"), randomBytes(width * height * 3));
		await run("ffmpeg", ["-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", `${width}x${height}`, "-i", "noise", "-frames:v", "1", "sent.png"], { cwd: place.folder });
		const buffer = await readFile(path.join(place.folder, "sent.png"));
		await visit.page.locator("#sent").setInputFiles({ name: NAME, mimeType: "image/png", buffer });
		return buffer;
	}

	async function quarantined(id) {
		const where = `from contribution where id = '${id}'`;
		await until("it is processed", async () => (await sql(database, `select state <> 'processing' ${where}`))[0]?.[0] === "t", { seconds: 60 });
		return (await sql(database, `select state, encode(sha256, 'hex') ${where}`))[0];
	}

	test("a large file goes on where the death of the server cut it off", async () => {
		const picture = await choose(1600, 900);
		const network = await visit.context.newCDPSession(visit.page);
		await network.send("Network.enable");
		await network.send("Network.emulateNetworkConditions", SLOW);
		await visit.page.evaluate(TUS);
		await visit.page.evaluate(() => {
			window.sent = { bytes: 0, offsets: [] };
			window.upload = new window.tus.Upload(document.querySelector("#sent").files[0], {
				endpoint: "/api/v1/uploads", retryDelays: Array(100).fill(300), metadata: { filename: document.querySelector("#sent").files[0].name, filetype: "image/png" },
				onProgress: (bytes) => { window.sent.bytes = bytes; },
				onBeforeRequest: (request) => { if (request.getMethod() === "PATCH") window.sent.offsets.push(Number(request.getHeader("Upload-Offset"))); },
				onError: (error) => { window.sent.error = String(error); },
				onSuccess: () => { window.sent.whole = true; },
			});
			window.upload.start();
		});
		await until("a good part", () => visit.page.evaluate(() => window.sent.bytes > 1_500_000), { seconds: 60 });
		await server.stop("SIGKILL");
		server = await place.server(database, { port: server.port });
		await until("the rest", async () => {
			assert.equal(await visit.page.evaluate(() => window.sent.error), undefined);
			return visit.page.evaluate(() => window.sent.whole);
		}, { seconds: 120, every_ms: 200 });
		await network.send("Network.emulateNetworkConditions", { ...SLOW, latency: 0, downloadThroughput: -1, uploadThroughput: -1 });
		const offsets = await visit.page.evaluate(() => window.sent.offsets);
		assert.equal(offsets[0], 0);
		assert.ok(offsets.at(-1) > 500_000, `it went on at ${offsets.at(-1)}`);
		const made = await visit.page.evaluate(async (declared) => {
			const answer = await fetch("/api/v1/items", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ ...declared, upload: window.upload.url.split("/").pop() }) });
			return { status: answer.status, body: await answer.json() };
		}, DECLARED);
		assert.equal(made.status, 202, JSON.stringify(made.body));
		assert.deepEqual(await quarantined(made.body.id), ["quarantined", sha256(picture)]);
	});

	test("a form is taken whatever its file is called, and a moderator decides", async () => {
		const picture = await choose(640, 480);
		const made = await visit.page.evaluate(async (declared) => {
			const form = new FormData();
			form.append("file", document.querySelector("#sent").files[0]);
			form.append("metadata", JSON.stringify(declared));
			const answer = await fetch("/api/v1/items", { method: "POST", body: form });
			return { status: answer.status, body: await answer.json() };
		}, DECLARED);
		assert.equal(made.status, 202, JSON.stringify(made.body));
		const { id } = made.body;
		assert.deepEqual(await quarantined(id), ["quarantined", sha256(picture)]);
		const { stdout } = await place.program(database, ["review", "list"]);
		assert.match(stdout, /made by {4}Ada\?evil\n/);
		assert.doesNotMatch(stdout, /\u202E/);
		await place.program(database, ["review", "approve", id]);
		assert.deepEqual(await sql(database, `select id, encode(sha256, 'hex') from item where id = '${id}'`), [[id, sha256(picture)]]);
		assert.deepEqual(visit.breaches, []);
	});
});
