// SPDX-License-Identifier: Apache-2.0
// The proof that what is held for an authority can be opened by nobody who has not the key. Pictures are imported, served and
// released, also in a layout that repeats them; one is reported for a child's safety, and whatever there is is searched for it:
// every file of the data folder, every row of the database, every address that was handed out. The search finds it before, so
// that finding nothing afterwards says something. Then a server is killed between any two steps, the files are handed over, a
// wrong key is refused, files come back byte by byte, and what nobody decided on is destroyed with its keys.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile, readdir, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";

import { Client, sha256 } from "../support/http.js";
import { makeManifest } from "../support/objects.js";
import { Place, asOwner, sql, until } from "../support/place.js";
import { makeRelease, researcher } from "../support/release.js";

const run = promisify(execFile);
const NAME = "faces", VERSION = "1.0", RELEASE = `/api/v1/releases/${NAME}/${VERSION}`;
const RUN = 48; // bytes, of the middle of a file
const PATIENT = { seconds: 120 };

const middle = (bytes) => bytes.subarray(bytes.length >> 1, (bytes.length >> 1) + RUN);

/** All files below a folder: { file, bytes }. What goes meanwhile is passed over. */
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

describe("what is held", () => {
	let place, database, server, admin, key, more;

	const ask = async (client, what, body) => {
		const answer = await client.post(what, body);
		assert.ok(answer.status < 300, `POST ${what}: ${answer.status} ${answer.bytes}`);
		return answer.json;
	};
	const where = (digest) => path.join(place.folder, "media", digest.slice(0, 2), digest.slice(2));
	const held = (...args) => place.program(database, ["held", ...args], more);
	const refused = (...args) => held(...args).then(() => assert.fail("it is not refused"), (error) => error.stderr);
	const one = async (query) => (await sql(database, query))[0];

	/** The files of an item as the store has them, by what they are: { digest, bytes }. */
	async function filesOfItem(item) {
		const [original, rendition, thumbnail] = await one(`select encode(sha256, 'hex'), encode(rendition, 'hex'), encode(thumbnail, 'hex') from item where id = '${item}'`);
		const files = {};
		for (const [what, digest] of Object.entries({ original, rendition, thumbnail }))
			if (digest)
				files[what] = { digest, bytes: await readFile(where(digest)) };
		return files;
	}

	/** Files of the data folder that are one of these, or have a run of one's bytes. */
	async function plainFiles(files) {
		const digests = Object.values(files).map((file) => file.digest), runs = Object.values(files).map((file) => middle(file.bytes));
		const found = [];
		for await (const { file, bytes } of filesOf(place.folder))
			if (digests.includes(sha256(bytes)) || runs.some((some) => bytes.includes(some)))
				found.push(file);
		return found;
	}

	/** Somebody's report; answers the id of the notice. */
	async function report(item, reason = "child_safety") {
		await ask(new Client(server.url), "/notices", { item, reason, explanation: "It shows somebody who is under age.", good_faith: true });
		return (await one(`select id from notice where item_id = '${item}' order by made_at desc limit 1`))[0];
	}

	const encrypted = (item) => until("the encrypted files", async () => (await one(`select done_at is not null from held_item where item_id = '${item}' and ended_at is null`))?.[0] === "t", PATIENT);
	const decide = (notice, decision) => ask(admin, `/notices/${notice}/decision`, { facts: "The police looked at it, and said what it is.", authority: "Police, case 12", ...decision });
	const reject = (notice) => decide(notice, { outcome: "rejected", action: "none", ground_kind: "no_breach", ground: "It is what it says" });
	const itemOf = async (title) => (await one(`select id from item where title = '${title}'`))[0];

	before(async () => {
		place = await Place.open("held");
		database = await place.database("base");
		key = path.join(place.folder, "..", `${path.basename(place.folder)}-key`);
		more = { TOUCHSTONE_HELD_KEY_FILE: `${key}.pub`, TOUCHSTONE_NOTICE_HIDES: "1000,1000", TOUCHSTONE_NOTICE_GRACE_DAYS: "7" };
		await place.program(database, ["held", "key", key]);
		const brought = path.join(place.folder, "..", `${path.basename(place.folder)}-brought`);
		await makeManifest(brought, 12);
		const manifest = await readFile(path.join(brought, "m.csv"), "utf8");
		const rows = manifest.trim().split("\n").slice(1).map((line, n) => `${line},${n % 2 ? "fake" : "real"},dataset_label,${n % 4 === 0}`);
		await writeFile(path.join(brought, "m.csv"), `file,title,truth,basis,gold\n${rows.join("\n")}\n`);
		await place.program(database, ["import", path.join(brought, "m.csv")]);
		server = await place.server(database, { more });
		admin = await researcher(place, database, server);
		await sql(database, "update account set role = 'admin'");
		await sql(database, "update item set gold = true");
		await place.program(database, ["campaign", "close", "default"]);
		await makeRelease(admin, NAME, VERSION);
		await ask(admin, `/releases/${NAME}/${VERSION}/layouts`, { format: "parquet" });
		await until("the layout", async () => (await one("select exists (select from release_artefact where path = 'parquet.contents') and not exists (select from job where kind = 'layouts' and state in ('waiting', 'running'))"))[0] === "t", PATIENT);
	});

	after(async () => {
		await place?.close();
		await run("rm", ["-rf", key, `${key}.pub`, `${place.folder}-brought`, `${place.folder}-handed`, `${place.folder}-other`, `${place.folder}-other.pub`]);
	});

	test("the key is two files, of which the servers' cannot open, and none is written over", async () => {
		assert.equal((await stat(key)).mode & 0o777, 0o600);
		assert.match(await refused("key", key), /replaced by nothing/);
		const start = await place.program(database, ["serve"], { ...more, TOUCHSTONE_HELD_KEY_FILE: key }).then(() => "", (error) => error.stderr);
		assert.match(start, /belongs on no server/);
	});

	describe("that a notice hid", () => {
		let item, notice, files, layouts, addresses;

		test("before, it is found in the store and at its addresses", async () => {
			item = await itemOf("1");
			files = await filesOfItem(item);
			const [own] = await one(`select path from release_item where item_id = '${item}'`);
			layouts = (await sql(database, "select encode(a.sha256, 'hex') from release_artefact a where a.path ~ '^parquet[.]0' and not artefact_is_shared(a)")).flat();
			addresses = [`${RELEASE}/files/${own}`, `${RELEASE}/archives/parquet.tar`];
			for (const { digest } of Object.values(files))
				assert.ok((await plainFiles(files)).some((file) => file.endsWith(digest.slice(2))), digest);
			assert.ok(layouts.length > 1 && layouts.every((layout) => existsSync(where(layout))));
			for (const address of addresses)
				assert.equal((await new Client(server.url).get(address)).status, 200, address);
		});

		test("a server that is killed anywhere goes on when it starts again, and never has neither", async () => {
			notice = await report(item);
			for (let kills = 0; kills < 4; kills++) {
				const [[before_]] = await sql(database, "select count(*) || ' ' || count(gone_at) from held_file");
				await until("a step", async () => (await one("select count(*) || ' ' || count(gone_at) from held_file"))[0] !== before_, { seconds: 20, every_ms: 1 }).catch(() => undefined);
				await server.stop("SIGKILL");
				for (const { digest } of Object.values(files)) {
					const [stored] = await one(`select encode(stored, 'hex') from held_file where digest = '\\x${digest}'`) ?? [];
					assert.ok(existsSync(where(digest)) || stored && existsSync(where(stored)), digest);
				}
				await sql(database, "update job set run_after = now() where state = 'running'"); // its claim has lapsed
				server = await place.server(database, { port: server.port, more });
			}
			await encrypted(item);
			// What a killed helper was given lies in its scratch folder for half an hour: as if that were over.
			const scratch = path.join(place.folder, "media", "tmp");
			await run("find", [scratch, "-exec", "touch", "-d", "2 hours ago", "{}", "+"]);
			await sql(database, "update job set run_after = now() where kind = 'intake_sweep'");
			await until("the sweep", async () => !(await readdir(scratch, { recursive: true })).includes("input") && (await plainFiles(files)).length === 0, PATIENT);
		});

		test("no plain byte of it lies in the store or the database", async () => {
			assert.deepEqual(await plainFiles(files), []);
			for (const layout of layouts)
				assert.ok(!existsSync(where(layout)), "what repeated it");
			const { stdout } = await run("pg_dump", ["--data-only", asOwner(database)], { maxBuffer: 1 << 28 });
			for (const { bytes } of Object.values(files))
				assert.ok(!stdout.includes(middle(bytes).subarray(0, 24).toString("hex")));
			const rows = await sql(database, `select encode(stored, 'hex'), bytes from held_file`);
			assert.equal(rows.length, Object.keys(files).length + layouts.length);
			for (const [stored, bytes] of rows)
				assert.ok((await readFile(where(stored))).length > Number(bytes));
		});

		test("no address gives it away", async () => {
			for (const address of [...addresses, `/api/v1/notices/${notice}/medium`])
				for (const client of [new Client(server.url), admin])
					assert.ok([401, 404, 409, 410].includes((await client.get(address)).status), address);
			const { json: described } = await admin.get("/api/v1/openapi.json");
			for (const [address, methods] of Object.entries(described.paths).filter(([, some]) => some.get)) {
				const filled = address.replace(/\{(\w+)\}/g, (whole, name) => ({ item, notice, name: NAME, version: VERSION, path: "labels.csv", archive: "touchstone.tar", format: "parquet" })[name] ?? item);
				const { bytes } = await admin.get(filled, undefined).catch(() => ({ bytes: Buffer.alloc(0) }));
				assert.ok(methods && !Object.values(files).some((file) => bytes.includes(middle(file.bytes))), methods && filled);
			}
		});

		test("the store is whole all the same, nothing of it is collected, and nobody brings the file again", async () => {
			assert.match((await place.program(database, ["store", "check", "--deep"], more)).stdout, / 0 missing, 0 damaged; 0 that/);
			assert.match((await place.program(database, ["verify"], more)).stdout, / 0 missing, 0 damaged/);
			for (const { stored } of (await sql(database, "select encode(stored, 'hex') from held_file")).map(([stored]) => ({ stored })))
				await run("touch", ["-d", "40 days ago", where(stored)]);
			assert.match((await place.program(database, ["store", "collect", "--after", "0"], more)).stdout, /^0 files/);
			const copy = path.join(place.folder, "copy");
			assert.match((await place.program(database, ["store", "copy", `file:${path.join(place.folder, "media")}`, `file:${copy}`], more)).stdout, / 0 not/);
			assert.deepEqual(await plainFiles(files), []);
			await run("rm", ["-rf", copy]);
			const said = await place.program(database, ["import", path.join(`${place.folder}-brought`, "m.csv")], more).catch((error) => error);
			assert.match(said.stdout + said.stderr, /was taken down here/);
			assert.deepEqual(await plainFiles(files), []);
			assert.deepEqual(await sql(database, "select count(*) from lost_item"), [["0"]]);
		});

		test("what comes back by a backup goes again", async () => {
			await writeFile(where(files.original.digest), files.original.bytes);
			await sql(database, "update held_file set gone_at = now() - interval '2 days'");
			await until("the file that came back", () => !existsSync(where(files.original.digest)), PATIENT);
		});

		test("another key is refused, and hands over nothing", async () => {
			await held("key", `${place.folder}-other`);
			assert.match(await refused("hand-over", item, `${place.folder}-handed`, "--key", `${place.folder}-other`), /this is another key/);
			assert.match(await refused("hand-over", item, `${place.folder}-handed`, "--key", `${key}.pub`), /open to others|not the secret half/);
			assert.ok(!existsSync(`${place.folder}-handed`));
			assert.deepEqual(await sql(database, "select count(*) from audit where kind = 'media_handed_over'"), [["0"]]);
		});

		test("the files are handed over as they were, with a manifest, and that is an act", async () => {
			const folder = `${place.folder}-handed`;
			await held("hand-over", item, folder, "--key", key);
			assert.equal((await stat(folder)).mode & 0o777, 0o700);
			const manifest = JSON.parse(await readFile(path.join(folder, "manifest.json"), "utf8"));
			assert.equal(manifest.item, item);
			assert.deepEqual(manifest.files.map((file) => file.sha256).sort(), Object.values(files).map((file) => file.digest).sort());
			assert.deepEqual(manifest.notices.map((some) => [some.notice, some.reason]), [[notice, "child_safety"]]);
			for (const { digest, bytes } of Object.values(files))
				assert.ok((await readFile(path.join(folder, digest))).equals(bytes));
			await run("sha256sum", ["-c", "--strict", "SHA256SUMS"], { cwd: folder });
			assert.deepEqual(await sql(database, `select subject from audit where kind = 'media_handed_over'`), [[item]]);
			assert.match(await refused("hand-over", item, folder, "--key", key), /name a new one/);
			assert.match(await refused("bring-back", item, "--key", key), /this item is held/);
		});

		test("a notice that is rejected leaves it hidden until the key brings the same bytes back", async () => {
			await reject(notice);
			const unready = async () => (await one(`select exists (select from unready_item where item_id = '${item}')`))[0];
			assert.equal(await unready(), "t");
			assert.equal((await new Client(server.url).get(addresses[0])).status, 410);
			assert.match(await refused("bring-back", "--key", `${place.folder}-other`), /this is another key/);
			await held("bring-back", "--key", key);
			assert.equal(await unready(), "f");
			for (const { digest, bytes } of Object.values(files))
				assert.ok((await readFile(where(digest))).equals(bytes));
			assert.deepEqual(await sql(database, "select count(*) from held_file"), [["0"]]);
			for (const address of addresses)
				assert.equal((await new Client(server.url).get(address)).status, 200, address);
			assert.match((await place.program(database, ["store", "check", "--deep"], more)).stdout, / 0 missing, 0 damaged; 0 that/);
		});
	});

	test("a decision to withdraw destroys files and keys", async () => {
		const item = await itemOf("3"), files = await filesOfItem(item);
		const notice = await report(item);
		await encrypted(item);
		const sealed = await sql(database, "select encode(stored, 'hex'), encode(sealed_key, 'hex') from held_file where blocks");
		await decide(notice, { outcome: "upheld", action: "withdraw", ground_kind: "law", ground: "The law against it" });
		await until("the removal", async () => (await one(`select done_at is not null from removal where item_id = '${item}'`))?.[0] === "t", PATIENT);
		const { stdout } = await run("pg_dump", ["--data-only", asOwner(database)], { maxBuffer: 1 << 28 });
		assert.ok(sealed.length >= 2);
		for (const [stored, sealedKey] of sealed) {
			assert.ok(!existsSync(where(stored)));
			assert.ok(!stdout.includes(sealedKey));
		}
		assert.deepEqual(await plainFiles(files), []);
		assert.deepEqual(await sql(database, `select ended from held_item where item_id = '${item}'`), [["destroyed"]]);
		assert.match(await refused("hand-over", item, `${place.folder}-handed-2`, "--key", key), /no files of this item/);
	});

	test("what nobody decided on is destroyed after the deadline and the days of grace, and not before", async () => {
		const item = await itemOf("5"), files = await filesOfItem(item);
		await report(item);
		await encrypted(item);
		await sql(database, `update hiding set held_until = now() - interval '6 days' where item_id = '${item}' and shown_at is null`);
		const runs = async () => Number((await one("select claims from job where kind = 'hold'"))[0]);
		const before_ = await runs();
		await until("two runs of the job", async () => await runs() >= before_ + 2, PATIENT);
		assert.deepEqual(await sql(database, `select count(*) from withdrawal where item_id = '${item}'`), [["0"]]);
		await sql(database, `update hiding set held_until = now() - interval '8 days' where item_id = '${item}' and shown_at is null`);
		await until("the destruction", async () => (await one(`select ended = 'destroyed' from held_item where item_id = '${item}'`))?.[0] === "t", PATIENT);
		assert.deepEqual(await plainFiles(files), []);
		assert.deepEqual(await sql(database, `select count(*) from held_file where blocks`), [["0"]]);
		assert.deepEqual(await sql(database, "select kind, count(*) from audit where kind ~ '^media_(held|returned|destroyed)' group by kind order by kind"), [["media_destroyed", "2"], ["media_held", "3"], ["media_returned", "1"]]);
		await place.program(database, ["audit", "verify"], more);
	});

	test("without a key a notice hides, and encrypts nothing", async () => {
		await server.stop();
		const without = { ...more };
		delete without.TOUCHSTONE_HELD_KEY_FILE;
		server = await place.server(database, { port: server.port, more: without });
		const item = await itemOf("7"), files = await filesOfItem(item);
		await report(item);
		const runs = async () => Number((await one("select claims from job where kind = 'hold'"))[0]);
		const before_ = await runs();
		await until("two runs of the job", async () => await runs() >= before_ + 2, PATIENT);
		assert.deepEqual(await sql(database, `select count(*) from held_item where item_id = '${item}'`), [["0"]]);
		assert.ok(existsSync(where(files.original.digest)));
		assert.match((await place.program(database, ["held", "list"])).stdout, new RegExp(`^${item}.* 0 files encrypted`, "m"));
	});
});
