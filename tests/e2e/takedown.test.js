// SPDX-License-Identifier: Apache-2.0
// The proof of a takedown. Real media are imported, served, judged, reported, ruled and released in every layout; then one is
// withdrawn with its original, and whatever there is is searched for it: every file of the data folder, every row of the
// database, every address that was ever handed out, on two servers. The search finds it before, so that finding nothing
// afterwards says something. The media, ../shared/data/media beside the checkout, are no part of the project; without them this
// is skipped.
//
// What stays, by name: KEPT. Without a hash nobody could refuse the file, nor tell those who downloaded a release what to remove.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { copyFile, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";

import { readCsv } from "../support/csv.js";
import { Client, sha256 } from "../support/http.js";
import { CHECKOUT, Place, asOwner, sql, until } from "../support/place.js";
import { researcher, wholeRelease } from "../support/release.js";

const run = promisify(execFile);
const MANIFEST = path.resolve(CHECKOUT, "../shared/data/media/manifest.csv");
const there = existsSync(MANIFEST);
const REASON = "Somebody who is shown asked for it.";
const NAME = "faces", VERSION = "1.0", RELEASE = `/api/v1/releases/${NAME}/${VERSION}`;
const RUN = 96; // bytes, of the middle of a file
const TAKEN = { image: 12, video: 1, audio: 1 }; // of the media: more take longer, and show no more

/** Where a digest may still stand in the database, and why. */
const KEPT = {
	original: { removed_file: "the block list: whoever brings the file is refused" },
	rendition: {
		removed_file: "the block list",
		withdrawn_medium: "the tombstone: no release gives these bytes out, whichever item they stand for",
		item: "the item, to which judgments and releases refer", item_version: "which version of it each judgment was made on",
		release_item: "the list of a release that was published, by which downloads are told what to remove", release_file: "the same",
	},
	picture: { removed_file: "by which every machine drops its copy" },
};

/** All files below a folder: { file, bytes }. */
async function* filesOf(folder) {
	for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }))
		if (entry.isFile()) {
			const file = path.join(entry.parentPath ?? entry.path, entry.name);
			const bytes = await readFile(file).catch((error) => {
				if (error.code !== "ENOENT")
					throw error;
			});
			if (bytes)
				yield { file: path.relative(folder, file), bytes };
		}
}

/** Names of tables with a row that has the text, by what pg_dump writes: all columns, bytea in hexadecimal. */
async function tablesWith(database, ...texts) {
	const { stdout } = await run("pg_dump", ["--data-only", asOwner(database)], { maxBuffer: 1 << 28 });
	const found = new Set();
	let table;
	for (const line of stdout.split("\n")) {
		table = /^COPY [^.]*\.(\S+)/.exec(line)?.[1] ?? table;
		if (texts.some((text) => line.includes(text)))
			found.add(table);
	}
	return [...found].sort();
}

/** Every address of our own in an answer. */
function addressesIn(value, found = []) {
	if (typeof value === "string" && value.startsWith("/api/v1/"))
		found.push(value);
	else if (value && typeof value === "object")
		for (const one of Object.values(value))
			addressesIn(one, found);
	return found;
}

const middle = (bytes) => bytes.subarray(bytes.length >> 1, (bytes.length >> 1) + RUN);

describe("a takedown", { skip: there ? false : `no ${path.relative(CHECKOUT, MANIFEST)}` }, () => {
	let place, database, first, second, moderator, visitor, target, files, lease, handed, written, brought;

	/** Some of the media in a folder of their own, outside of what the program keeps, with their manifest. */
	async function bring() {
		const rows = readCsv(await readFile(MANIFEST, "utf8")), columns = Object.keys(rows[0]);
		const taken = Object.entries(TAKEN).flatMap(([type, count]) => rows.filter((row) => row.file.split("/")[1] === type && row.pair === "" && row.group === "").slice(0, count));
		brought = await mkdtemp(path.join(tmpdir(), "touchstone-media-"));
		const cell = (text) => `"${text.replaceAll("\"", "\"\"")}"`;
		const lines = taken.map((row, n) => columns.map((name) => cell(name === "file" ? `${n}${path.extname(row.file)}` : row[name])).join(","));
		for (const [n, row] of taken.entries())
			await copyFile(path.join(path.dirname(MANIFEST), row.file), path.join(brought, `${n}${path.extname(row.file)}`));
		await writeFile(path.join(brought, "m.csv"), `${columns.join(",")}\n${lines.join("\n")}\n`);
		return path.join(brought, "m.csv");
	}

	/** A client's address, asked at both servers. */
	const askBoth = async (client, address, headers) => {
		const answers = [];
		for (const server of [first, second]) {
			const same = new Client(server.url);
			same.cookies = client.cookies;
			answers.push(await same.get(address, headers));
		}
		return answers;
	};
	const ask = async (client, what, body) => {
		const answer = await client.post(what, body);
		assert.ok(answer.status < 300, `POST ${what}: ${answer.status} ${answer.bytes}`);
		return answer.json;
	};
	const storedFile = (digest) => readFile(path.join(place.folder, "media", digest.slice(0, 2), digest.slice(2)));
	const itemOf = async (bytes) => (await sql(database, `select id, gold from item where rendition = '\\x${sha256(bytes)}'`))[0];
	const removed = (item) => until("the removal", async () => (await sql(database, `select done_at is not null from removal where item_id = '${item}'`))[0]?.[0] === "t", { seconds: 120 });

	/** Somebody's pair with an item that is no gold: the pair stays open. Answers { lease, item, url }. */
	async function openPage() {
		for (;;) {
			const client = new Client(first.url);
			await ask(client, "/volunteers", { consent: true });
			const given = await ask(client, "/assignments", { media_type: "image" });
			for (const shown of given.items) {
				const { bytes } = await client.get(shown.media.url);
				const [id, gold] = await itemOf(bytes);
				if (gold === "f")
					return { client, given, id, addresses: addressesIn(shown) };
			}
		}
	}

	/** Reports it, opens a dispute of it, and rules: every address that a moderator is given. */
	async function rule(item) {
		const receipt = await ask(new Client(first.url), "/notices", { item, reason: "wrong_label", explanation: "I made this picture, and it is as it was taken.", name: "Ada", email: "ada@example.org", good_faith: true });
		const [[notice]] = await sql(database, `select id from notice where item_id = '${item}'`);
		await ask(moderator, `/notices/${notice}/decision`, { outcome: "upheld", action: "review", ground_kind: "terms", ground: "Labels are true", facts: "The source says otherwise, and so do others." });
		const [[dispute]] = await sql(database, `select id from dispute where item_id = '${item}' and state = 'open'`);
		await ask(moderator, `/disputes/${dispute}/claim`, {});
		const begun = await ask(moderator, `/disputes/${dispute}/verdict`, { verdict: "real", confidence: 95 });
		const seen = await moderator.get(`/api/v1/disputes/${dispute}`);
		await ask(moderator, `/disputes/${dispute}/ruling`, { ruling: "real", reason: "Shadows and reflections agree." });
		const pages = [`/api/v1/disputes/${dispute}`, `/api/v1/notices/${notice}`, `/api/v1/notices/${receipt.reference}`];
		return { pages, dispute, media: [...addressesIn(begun), ...addressesIn(seen.json)].filter((one) => one.startsWith("/api/v1/media/")).concat(`/api/v1/notices/${notice}/medium`) };
	}

	/** A release of all that there is, in all layouts. Answers the addresses of what holds the item's bytes, or all media. */
	async function publish() {
		await sql(database, `update item set gold = true, basis = 'dataset_label' where truth is not null and not training and state <> 'settled'`);
		await place.program(database, ["campaign", "close", "default"]);
		await place.program(database, ["release", "create", NAME, VERSION]);
		await ask(moderator, `/releases/${NAME}/${VERSION}/layouts`, { format: "parquet" });
		await until("the layouts", async () => (await sql(database, "select not exists (select from job where kind = 'layouts' and state in ('waiting', 'running')) and exists (select from release_artefact where path = 'parquet.contents')"))[0][0] === "t", { seconds: 120 });
		written = path.join(place.folder, "..", `${path.basename(place.folder)}-written`);
		await place.program(database, ["release", "write", NAME, VERSION, written]);
		const release = await wholeRelease(first, NAME, VERSION);
		const [[own]] = await sql(database, `select path from release_item where item_id = '${target}'`);
		const layouts = release.layouts.map((one) => one.name ?? one.format);
		return [
			...["labels.csv", "judgments.csv", "labels.jsonl", "LICENCES", own].map((file) => `${RELEASE}/files/${file}`),
			...layouts.flatMap((one) => [`${RELEASE}/archives/${one}.tar`, `${RELEASE}/archives/${one}.zip`]),
			`${RELEASE}/layouts/touchstone/files/${own}`, `${RELEASE}/layouts/touchstone/files/labels.csv`,
		];
	}

	before(async () => {
		place = await Place.open("takedown");
		database = await place.database("base");
		await place.program(database, ["import", await bring()]);
		first = await place.server(database);
		second = await place.server(database);
		moderator = await researcher(place, database, first);
		await sql(database, "update account set role = 'admin'");
		const page = await openPage();
		({ client: visitor, given: lease, id: target } = page);
		await until("its fingerprint, and what it says of itself", async () => (await sql(database, `select exists (select from item_fingerprint where item_id = '${target}') and exists (select from provenance where item_id = '${target}')`))[0][0] === "t", { seconds: 400 });
		const [[original, rendition, thumbnail, source]] = await sql(database, `select encode(sha256, 'hex'), encode(rendition, 'hex'), encode(thumbnail, 'hex'), source from item where id = '${target}'`);
		const [[hash]] = await sql(database, `select encode(hash, 'hex') from item_fingerprint where item_id = '${target}' limit 1`);
		files = { original, rendition, thumbnail, source, hash };
		files.runs = [middle(await storedFile(original)), middle(await storedFile(rendition)), middle(await storedFile(thumbnail))];
		const ruled = await rule(target);
		handed = { visitor: page.addresses, moderator: ruled.media, pages: ruled.pages, dispute: ruled.dispute, anybody: await publish() };
	});

	after(async () => {
		await place?.close();
		for (const folder of [written, brought])
			if (folder)
				await rm(folder, { recursive: true, force: true });
	});

	/** Files of the data folder with one of its digests in their names, or a run of its bytes. */
	async function filesWith() {
		const found = [];
		for await (const { file, bytes } of filesOf(place.folder))
			if ([files.original, files.rendition, files.thumbnail].includes(sha256(bytes)) || files.runs.some((one) => bytes.includes(one)))
				found.push(file);
		return found;
	}

	test("before, it is found in the store, in the database, and at every address", async () => {
		const found = await filesWith();
		for (const digest of [files.original, files.rendition, files.thumbnail])
			assert.ok(found.some((file) => file.endsWith(`${digest.slice(0, 2)}/${digest.slice(2)}`)), digest);
		const [[table]] = await sql(database, "select encode(sha256, 'hex') from release_artefact where path = 'parquet.000001'");
		assert.ok(existsSync(path.join(place.folder, "media", table.slice(0, 2), table.slice(2))), "Parquet with media");
		const small = "select path from release_file f where position('/' in path) = 0 and exists (select from release_artefact a where a.sha256 = f.sha256 and a.path like 'parquet.%')";
		assert.deepEqual(await sql(database, small), [["SIGNING-KEY.pub"]], "a file that the layout has as its release does");
		for (const text of [files.original, files.rendition, files.thumbnail, files.hash, files.source])
			assert.notDeepEqual(await tablesWith(database, text), [], text);
		for (const [who, client] of [["visitor", visitor], ["moderator", moderator], ["anybody", new Client(first.url)]])
			for (const address of handed[who])
				for (const answer of await askBoth(client, address))
					assert.equal(answer.status, 200, `${who}: ${address} ${answer.status} ${answer.json?.detail}`);
		assert.ok(handed.moderator.length >= 3);
	});

	test("it is out of service on every server within a second", async (t) => {
		const [medium] = handed.visitor;
		const other = new Client(second.url);
		other.cookies = visitor.cookies;
		assert.equal((await other.get(medium)).status, 200);
		const began = performance.now();
		await ask(moderator, `/items/${target}/withdraw`, { reason_class: "consent", reason: REASON, remove_original: true });
		const decided = performance.now();
		await until("the other server", async () => (await other.get(medium)).status === 404, { seconds: 10, every_ms: 10 });
		const over = performance.now();
		t.diagnostic(`decided in ${(decided - began).toFixed(0)} ms; the other server answers 404 ${(over - decided).toFixed(0)} ms later`);
		assert.ok(over - began < 5000, `${over - began} ms`);
	});

	test("an open page that judges it is answered as ever, and brings nothing back", async () => {
		const judgments = lease.items.map(({ position }) => ({ position, verdict: "real", confidence: 90 }));
		const answer = await visitor.post("/judgments", { assignment: lease.assignment, judgments });
		assert.equal(answer.status, 201, `${answer.bytes}`);
		assert.deepEqual(addressesIn(answer.json), []);
		assert.deepEqual(await sql(database, `select state from item where id = '${target}'`), [["withdrawn"]]);
	});

	test("its files are removed, and no file has a run of its bytes", async () => {
		await removed(target);
		assert.deepEqual(await filesWith(), []);
		const [[table]] = await sql(database, "select encode(sha256, 'hex') from release_artefact where path = 'parquet.000001'");
		assert.ok(!existsSync(path.join(place.folder, "media", table.slice(0, 2), table.slice(2))), "Parquet with media");
	});

	test("the database holds its hashes where they are named, and nothing else of it", async () => {
		await until("the revision", async () => (await sql(database, "select exists (select from release where revises is not null and state = 'ready')"))[0][0] === "t", { seconds: 120 });
		assert.deepEqual((await tablesWith(database, files.original)).filter((table) => !KEPT.original[table]), []);
		assert.deepEqual((await tablesWith(database, files.rendition)).filter((table) => !KEPT.rendition[table]), []);
		assert.deepEqual((await tablesWith(database, files.thumbnail)).filter((table) => !KEPT.picture[table]), []);
		assert.deepEqual(await tablesWith(database, files.hash, ...files.runs.map((one) => one.subarray(0, 32).toString("hex"))), []);
		assert.deepEqual(await sql(database, `select count(*) from item where source = '${files.source}'`), [["0"]]);
		assert.deepEqual(await sql(database, `select count(*) from provenance where item_id = '${target}'`), [["0"]]);
	});

	test("every address that was handed out answers 404 or 410, in whole and in part, on both servers", async () => {
		for (const [who, client] of [["visitor", visitor], ["moderator", moderator], ["anybody", new Client(first.url)], ["moderator", visitor], ["anybody", moderator]])
			for (const address of handed[who])
				for (const headers of [undefined, { range: "bytes=0-99" }])
					for (const answer of await askBoth(client, address, headers))
						assert.ok([401, 404, 410].includes(answer.status) && (answer.status !== 401 || client === visitor), `${who}: ${address} ${answer.status}`);
	});

	test("what a moderator asks for now leads nowhere either", async () => {
		const fresh = [];
		for (const page of handed.pages)
			fresh.push(...addressesIn((await moderator.get(page)).json).filter((one) => one.startsWith("/api/v1/media/")));
		for (const address of fresh)
			for (const answer of await askBoth(moderator, address))
				assert.equal(answer.status, 404, address);
	});

	test("no address of the description gives it away", async () => {
		const { json: described } = await moderator.get("/api/v1/openapi.json");
		const values = { item: target, dispute: handed.dispute, name: NAME, version: VERSION, path: "labels.csv", archive: "touchstone.tar", format: "touchstone", token: handed.visitor[0].split("/").pop(), reference: handed.pages[1].split("/").pop(), notice: handed.pages[1].split("/").pop() };
		let asked = 0;
		for (const [address, methods] of Object.entries(described.paths)) {
			if (!methods.get)
				continue;
			const filled = address.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? "00000000-0000-4000-8000-000000000000");
			for (const answer of await askBoth(moderator, filled)) {
				asked++;
				assert.ok(!files.runs.some((one) => answer.bytes.includes(one)), filled);
				assert.ok(!answer.bytes.includes(files.original), filled);
				assert.ok(!answer.bytes.includes(files.hash), filled);
			}
		}
		assert.ok(asked > 100, `${asked} asked`);
	});

	test("the release of before verifies, and its revision is the same without the item", async () => {
		const verified = await place.program(database, ["release", "verify", written]);
		assert.match(verified.stdout, /sound/);
		const before = await wholeRelease(first, NAME, VERSION), revision = await wholeRelease(second, NAME, `${VERSION}%2Br1`);
		assert.equal(revision.items, before.items - 1);
		const answer = await new Client(second.url).get(`/api/v1/releases/${NAME}/${VERSION}%2Br1/files/labels.csv`);
		assert.equal(answer.status, 200);
		assert.ok(!answer.bytes.includes(target));
	});

	test("nobody brings it back", async () => {
		const said = await place.program(database, ["import", path.join(brought, "m.csv")]).catch((error) => error);
		assert.match(said.stdout + said.stderr, /was taken down here, and is not taken in again/);
		assert.deepEqual(await filesWith(), []);
	});

	test("a takedown while a release is written: it ends, and what is given out is without the item", async () => {
		const [[item]] = await sql(database, "select i.id from item i join release_item r on r.item_id = i.id where i.state <> 'withdrawn' order by i.id limit 1");
		const asked = await ask(moderator, "/releases", { name: NAME, version: "2.0" });
		await ask(moderator, `/items/${item}/withdraw`, { reason_class: "privacy", reason: REASON, remove_original: true });
		const job = await until("the release", async () => {
			const { json } = await moderator.get(`/api/v1/jobs/${asked.job.id}`);
			return ["done", "failed"].includes(json.state) && json;
		}, { seconds: 120 });
		assert.equal(job.state, "done", job.detail);
		await removed(item);
		const whole = await until("a release without it", async () => {
			const release = await wholeRelease(second, NAME, "2.0");
			return release.withdrawn === 0 ? release : release.revision && wholeRelease(second, NAME, release.revision.replace("+", "%2B"));
		}, { seconds: 120 });
		assert.equal(whole.withdrawn, 0);
		const [[key]] = await sql(database, "select encode(sha256, 'hex') from release_file where path = 'SIGNING-KEY.pub' limit 1");
		assert.deepEqual(await sql(database, `select count(*) from removed_file where digest = '\\x${key}'`), [["0"]], "what says nothing of the item is not removed");
		const [[digest]] = await sql(database, `select encode(rendition, 'hex') from item where id = '${item}'`);
		assert.ok(!whole.files.some((file) => file.sha256 === digest));
		for (const file of whole.files)
			assert.equal((await new Client(second.url).get(file.url)).status, 200, `${file.path}: ${second.words.slice(-500)}`);
	});

	test("servers that are killed while files are removed go on when they start again", async () => {
		const rest = await sql(database, "select id, encode(sha256, 'hex') from item where state <> 'withdrawn' order by id desc limit 5");
		for (const [id] of rest)
			await ask(moderator, `/items/${id}/withdraw`, { reason_class: "other", reason: REASON, remove_original: true });
		await until("the first removal", async () => Number((await sql(database, "select count(*) from removal where done_at is not null"))[0][0]) >= 3, { seconds: 60, every_ms: 5 });
		await Promise.all([first.stop("SIGKILL"), second.stop("SIGKILL")]);
		first = await place.server(database);
		for (const [id, digest] of rest) {
			await removed(id);
			assert.ok(!existsSync(path.join(place.folder, "media", digest.slice(0, 2), digest.slice(2))), id);
		}
		const checked = await place.program(database, ["store", "check"]);
		assert.match(checked.stdout, / 0 missing, 0 damaged/);
		await place.program(database, ["audit", "verify"]);
	});
});
