// SPDX-License-Identifier: Apache-2.0
// Media in an object service: s3rver behind a gateway that checks every signature and fails as it is told to.

import assert from "node:assert/strict";
import { chmod, mkdir, readFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { after, afterEach, before, describe, test } from "node:test";

import { picture } from "../support/corpus.js";
import { Client, sha256 } from "../support/http.js";
import { BUCKET, Objects, SECRET } from "../support/objects.js";
import { Place, sql, until } from "../support/place.js";

const PICTURES = 10;

describe("media in an object service", () => {
	let place, objects, database, server, client;

	before(async () => {
		place = await Place.open("objects");
		objects = await Objects.open(place.folder);
		database = await place.database("one");
		const folder = path.join(place.folder, "media");
		await mkdir(folder);
		const rows = [];
		for (let i = 0; i < PICTURES; i++) {
			await picture(path.join(folder, `p${i}.png`), i, false);
			rows.push(`p${i}.png,${i}`);
		}
		await writeFile(path.join(folder, "m.csv"), `file,title\n${rows.join("\n")}\n`);
	});

	after(async () => {
		await place?.close();
		await objects?.close();
	});

	afterEach(() => {
		objects.fault = () => undefined;
		assert.deepEqual(objects.refused, []);
	});

	const manifest = () => path.join(place.folder, "media", "m.csv");
	const environment = (more = {}) => ({ ...objects.environment, ...more });
	const program = (args, more) => place.program(database, args, environment(more));
	/** What a command says, whether it fails or not. */
	const run = async (args, more) => {
		try {
			return { code: 0, ...await program(args, more) };
		} catch (error) {
			return { code: error.code, stdout: error.stdout, stderr: error.stderr };
		}
	};
	const start = async () => {
		server = await place.server(database, { more: environment() });
		client = new Client(server.url);
		assert.equal((await client.post("/volunteers", { consent: true })).status, 201);
	};
	const emptyCache = async () => {
		const cache = path.join(place.folder, "cache");
		for (const name of await readdir(cache))
			if (/^[0-9a-f]{2}$/.test(name))
				await rm(path.join(cache, name), { recursive: true });
	};
	const keyOf = (digest) => `media/one/${digest.slice(0, 2)}/${digest.slice(2)}`;
	const renditions = async () => new Set((await sql(database, "select encode(rendition, 'hex') from item")).map(([hex]) => hex));

	test("an import is tried again where the service stumbles, and nothing is acknowledged before it has said so", async () => {
		const failed = new Set();
		objects.fault = ({ method, key }) => {
			if (method !== "PUT" || failed.has(key))
				return undefined;
			failed.add(key);
			return failed.size % 3 === 0 ? { reset: true } : { status: failed.size % 2 ? 500 : 503 };
		};
		const { stderr } = await program(["import", manifest()]);
		assert.ok(failed.size >= 3 * PICTURES, `${failed.size} objects`);
		assert.doesNotMatch(stderr, new RegExp(SECRET));
		assert.deepEqual(await sql(database, "select count(*) from item"), [[String(PICTURES)]]);
		for (const digest of await renditions())
			await stat(path.join(place.folder, "objects", BUCKET, `${keyOf(digest)}._S3rver_object`));
	});

	test("an import into a service that is down ends, says so, and leaves no item without its media", async () => {
		const other = await place.database("two");
		objects.fault = ({ method, key }) => (method === "PUT" && !/touchstone-/.test(key) ? { status: 500 } : undefined);
		const said = await place.program(other, ["import", manifest()], environment({ TOUCHSTONE_STORE: `s3://${BUCKET}/media/two` })).catch((error) => error);
		assert.equal(said.code, 1);
		assert.match(said.stderr, /object service/);
		assert.deepEqual(await sql(other, "select count(*) from item"), [["0"]]);
	});

	test("volunteers are shown media through the server, which keeps them at hand", async () => {
		await emptyCache();
		await start();
		const { json } = await client.post("/assignments", {});
		const known = await renditions();
		objects.seen.length = 0;
		for (const { media } of json.items) {
			const whole = await client.get(media.url);
			assert.equal(whole.status, 200);
			assert.ok(known.has(sha256(whole.bytes)));
			const part = await client.get(media.url, { range: "bytes=10-19" });
			assert.equal(part.status, 206);
			assert.deepEqual(part.bytes, whole.bytes.subarray(10, 20));
		}
		assert.equal(objects.seen.filter(({ method }) => method === "GET").length, 2);
		await objects.down();
		for (const { media } of json.items)
			assert.equal((await client.get(media.url)).status, 200);
		await objects.up();
	});

	test("what is asked for by many at once is fetched once", async () => {
		await emptyCache();
		const { json } = await client.post("/assignments", {});
		const url = json.items[0].media.url;
		objects.seen.length = 0;
		const answers = await Promise.all(Array.from({ length: 12 }, () => client.get(url)));
		assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]));
		assert.equal(objects.seen.filter(({ method }) => method === "GET").length, 1);
	});

	test("half an answer and wrong bytes are asked for again; what stays wrong is never shown", async () => {
		const { json } = await client.post("/assignments", {});
		const url = json.items[0].media.url;
		for (const fault of [{ cut: true }, { wrong: true }, { status: 503, headers: { "retry-after": "1" } }]) {
			await emptyCache();
			let first = true;
			objects.fault = () => { const now = first ? fault : undefined; first = false; return now; };
			assert.equal((await client.get(url)).status, 200, JSON.stringify(fault));
		}
		await emptyCache();
		objects.fault = () => ({ wrong: true });
		const spoilt = await client.get(url);
		assert.equal(spoilt.status, 500);
		objects.fault = () => undefined;
		assert.equal((await client.get(url)).status, 200);
	});

	test("a service that is down or hangs costs its media alone, and for no longer than it takes", async () => {
		await emptyCache();
		const { json } = await client.post("/assignments", {});
		objects.fault = () => ({ hang: true });
		const began = Date.now();
		const waiting = client.get(json.items[0].media.url);
		while (Date.now() < began + 1500)
			assert.equal((await client.get("/api/v1/stats")).status, 200);
		assert.equal((await waiting).status, 503);
		assert.ok(Date.now() - began < 25000, `${Date.now() - began} ms`);
		objects.fault = () => undefined;
		await until("the service is asked again", async () => (await client.get(json.items[0].media.url)).status === 200);
		await emptyCache();
		await objects.down();
		assert.equal((await client.get(json.items[0].media.url)).status, 503);
		assert.equal((await client.get("/readyz")).status, 503);
		assert.equal((await client.get("/healthz")).status, 200);
		assert.deepEqual(await sql(database, "select count(*) from lost_item"), [["0"]]);
		await objects.up();
		await until("the service is asked again", async () => (await client.get(json.items[0].media.url)).status === 200);
	});

	test("an object that is gone takes its item out of service, and back when it is there again", async () => {
		const { json } = await client.post("/assignments", {});
		const { bytes } = await client.get(json.items[1].media.url);
		const file = path.join(place.folder, "objects", BUCKET, `${keyOf(sha256(bytes))}._S3rver_object`);
		await rm(file);
		await emptyCache();
		assert.equal((await client.get(json.items[1].media.url)).status, 404);
		await until("the item is out of service", async () => (await sql(database, "select count(*) from lost_item"))[0][0] === "1");
		const said = await run(["store", "check"]);
		assert.equal(said.code, 1);
		assert.match(said.stdout, /1 missing/);
		await writeFile(file, bytes);
		await sql(database, "update job set run_after = now() where kind = 'mend'");
		await until("the item is back", async () => (await sql(database, "select count(*) from lost_item"))[0][0] === "0");
	});

	test("the check reads past the cache, and finds damage", async () => {
		const [digest] = await renditions();
		const file = path.join(place.folder, "objects", BUCKET, `${keyOf(digest)}._S3rver_object`);
		const right = await readFile(file);
		const wrong = Buffer.from(right);
		wrong[20] ^= 255;
		await writeFile(file, wrong);
		const said = await run(["store", "check", "--deep"]);
		assert.equal(said.code, 1);
		assert.match(said.stdout, new RegExp(`damaged: s3://${BUCKET}/${keyOf(digest)}`));
		await writeFile(file, right);
		assert.equal((await run(["store", "check", "--deep"])).code, 0);
	});

	test("the key file is read only if nobody else can read it, and its secret is in no log", async () => {
		await chmod(objects.keyFile, 0o644);
		const said = await run(["store", "check"]);
		assert.equal(said.code, 1);
		assert.match(said.stderr, /chmod 600/);
		await chmod(objects.keyFile, 0o600);
		assert.doesNotMatch(server.words, /aws_secret|Signature=|AWS4-HMAC/);
	});

	test("http goes to this machine alone, unless that is allowed", async () => {
		const { code, stderr } = await run(["store", "check"], { TOUCHSTONE_S3_ENDPOINT: "http://192.0.2.1:9000" });
		assert.equal(code, 1);
		assert.match(stderr, /use https/);
	});

	test("a bucket that is not there is told from a store that is empty", async () => {
		const { code, stderr } = await run(["store", "check"], { TOUCHSTONE_STORE: "s3://no-such-bucket/media" });
		assert.equal(code, 1);
		assert.match(stderr, /NoSuchBucket/);
	});
});
