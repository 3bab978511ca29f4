// SPDX-License-Identifier: Apache-2.0
// Media in an object service: s3rver behind a gateway that checks every signature and fails as it is told to.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmod, mkdir, readFile, readdir, rm, stat, utimes, writeFile } from "node:fs/promises";
import path from "node:path";
import { after, afterEach, before, describe, test } from "node:test";
import { promisify } from "node:util";

import { picture } from "../support/corpus.js";
import { Client, sha256 } from "../support/http.js";
import { BUCKET, FULL, Objects, SECRET } from "../support/objects.js";
import { CHECKOUT, Place, sql, until } from "../support/place.js";

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
			assert.equal(sha256(await objects.read(keyOf(digest))), digest);
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
		await emptyCache();
		objects.fault = () => ({ status: 403, body: "<Error><Code>InvalidAccessKeyId</Code></Error>" });
		assert.equal((await client.get(url)).status, 503);
		assert.match(server.words, /InvalidAccessKeyId/);
		assert.deepEqual(await sql(database, "select count(*) from lost_item"), [["0"]]);
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
		// It hangs still, and holds one of those who ask.
		const again = Array.from({ length: 20 }, async () => {
			const asked = Date.now();
			return { status: (await client.get(json.items[0].media.url)).status, ms: Date.now() - asked, url: 0 };
		}).concat(Array.from({ length: 20 }, async () => {
			const asked = Date.now();
			return { status: (await client.get(json.items[1].media.url)).status, ms: Date.now() - asked, url: 1 };
		}));
		const answers = await Promise.all(again);
		assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([503]));
		assert.ok([0, 1].some((one) => answers.every(({ url, ms }) => url !== one || ms < 5000)), "who asks for another file is answered at once");
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
		const key = keyOf(sha256(bytes));
		await objects.remove(key);
		await emptyCache();
		assert.equal((await client.get(json.items[1].media.url)).status, 404);
		await until("the item is out of service", async () => (await sql(database, "select count(*) from lost_item"))[0][0] === "1");
		const said = await run(["store", "check"]);
		assert.equal(said.code, 1);
		assert.match(said.stdout, /1 missing/);
		await objects.write(key, bytes);
		await sql(database, "update job set run_after = now() where kind = 'mend'");
		await until("the item is back", async () => (await sql(database, "select count(*) from lost_item"))[0][0] === "0");
	});

	test("the check reads past the cache, and finds damage", async () => {
		const [digest] = await renditions();
		const right = await objects.read(keyOf(digest));
		const wrong = Buffer.from(right);
		wrong[20] ^= 255;
		await objects.write(keyOf(digest), wrong);
		assert.equal((await run(["store", "check"])).code, 0);
		const said = await run(["verify"]);
		assert.equal(said.code, 1);
		assert.match(said.stdout, new RegExp(`damaged: s3://${BUCKET}/${keyOf(digest)}`));
		await objects.write(keyOf(digest), right);
		assert.equal((await run(["verify"])).code, 0);
		objects.fault = ({ method }) => (method === "GET" ? { status: 503, headers: { "retry-after": "120" } } : undefined);
		const unknown = await run(["verify"]);
		assert.equal(unknown.code, 1);
		assert.match(unknown.stderr, /object service/);
		assert.doesNotMatch(unknown.stdout, /missing|damaged/);
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

	test("https goes to whom an authority vouches for alone", async () => {
		const [key, cert, other] = ["key.pem", "cert.pem", "other.pem"].map((name) => path.join(place.folder, name));
		const make = (out, host) => promisify(execFile)("openssl", ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
			"-keyout", out === cert ? key : `${other}.key`, "-out", out, "-subj", `/CN=${host}`, "-addext", `subjectAltName=DNS:${host}`]);
		await make(cert, "localhost");
		await make(other, "localhost");
		const gateway = await objects.secure({ key: await readFile(key), cert: await readFile(cert) });
		const secured = (ca) => run(["store", "check"], { TOUCHSTONE_S3_ENDPOINT: gateway.url, ...(ca ? { TOUCHSTONE_S3_CA_FILE: ca } : {}) });
		assert.equal((await secured(cert)).code, 0);
		for (const ca of [undefined, other]) {
			const before = objects.seen.length;
			const said = await secured(ca);
			assert.equal(said.code, 1);
			assert.match(said.stderr, /certificate/i);
			assert.equal(objects.seen.length, before);
		}
		await gateway.close();
	});

	test("a bucket that is not there is told from a store that is empty", async () => {
		const { code, stderr } = await run(["store", "check"], { TOUCHSTONE_STORE: "s3://no-such-bucket/media" });
		assert.equal(code, 1);
		assert.match(stderr, /NoSuchBucket/);
	});

	test("yes from somebody who is not the service is no yes: what was not put is not named", async () => {
		const other = await place.database("page");
		const here = environment({ TOUCHSTONE_STORE: `s3://${BUCKET}/media/page` });
		objects.fault = ({ method, key }) => (method === "PUT" && !/touchstone-/.test(key) ? { status: 200, headers: { "content-type": "text/html" }, body: "<p>Please sign in</p>" } : undefined);
		const said = await place.program(other, ["import", manifest()], here).catch((error) => error);
		assert.equal(said.code, 1);
		assert.deepEqual(await sql(other, "select count(*) from item"), [["0"]]);
	});

	test("a listing that breaks off is not taken for the whole", async () => {
		objects.fault = ({ method, query }) => (method === "GET" && query["list-type"] ? { status: 200, body: "<ListBucketResult><Name>n</Name></ListBucketResult>" } : undefined);
		const said = await run(["store", "collect", "--dry-run"]);
		assert.equal(said.code, 1);
		assert.match(said.stderr, /breaks off its listing/);
	});

	const DAY_S = 86400;
	/** A file of random bytes in a folder store, old enough to be collected. Answers its digest. */
	const strayFile = async (store, bytes) => {
		const content = randomBytes(bytes), digest = sha256(content);
		const file = path.join(store, digest.slice(0, 2), digest.slice(2));
		await mkdir(path.dirname(file), { recursive: true });
		await writeFile(file, content, { mode: 0o444 });
		await utimes(file, Date.now() / 1000 - 3 * DAY_S, Date.now() / 1000 - 3 * DAY_S);
		return digest;
	};

	test("a folder is copied into the service while a server imports, goes on where it broke off, and is read back", async () => {
		const origin = await place.database("folder");
		const store = path.join(place.folder, "folder-store"), from = `file:${store}`, to = `s3://${BUCKET}/moved`;
		const manifests = path.join(place.folder, "media");
		const rows = (first, last) => Array.from({ length: last - first }, (_, i) => `p${first + i}.png,${first + i}`).join("\n");
		await writeFile(path.join(manifests, "first.csv"), `file,title\n${rows(0, 5)}\n`);
		await writeFile(path.join(manifests, "second.csv"), `file,title\n${rows(5, PICTURES)}\n`);
		const folder = { TOUCHSTONE_STORE: from };
		await place.program(origin, ["import", path.join(manifests, "first.csv")], environment(folder));
		const large = await strayFile(store, 40 << 20);
		const key = `moved/${large.slice(0, 2)}/${large.slice(2)}`;
		const copy = () => place.program(origin, ["store", "copy", from, to], environment(folder)).catch((error) => error);

		objects.fault = ({ method, query }) => (method === "PUT" && query.partNumber === "2" ? { status: 500 } : undefined);
		const broken = await copy();
		assert.equal(broken.code, 1);
		assert.match(broken.stderr, /object service/);
		assert.ok(objects.seen.some((one) => one.method === "DELETE" && one.key === key && one.query.uploadId), "the parts are given up");
		assert.equal(await objects.read(key), undefined);
		assert.equal(await objects.read("moved/touchstone-store"), undefined);

		let imported;
		objects.fault = () => {
			imported ??= place.program(origin, ["import", path.join(manifests, "second.csv")], environment(folder));
			return undefined;
		};
		objects.seen.length = 0;
		const first = await copy();
		assert.equal(first.code, undefined, first.stderr);
		await imported;
		assert.ok(objects.seen.some((one) => one.query.partNumber === "3"), "in parts");
		const put = objects.seen.filter(({ method, query }) => method === "PUT" && !query.partNumber).length;
		objects.seen.length = 0;
		const second = await copy();
		assert.match(second.stdout, / 0 not/);
		assert.ok(objects.seen.filter(({ method, query }) => method === "PUT" && !query.partNumber).length <= 3 * PICTURES - put + 2);
		assert.equal(sha256(await objects.read(key)), large);

		const there = environment({ TOUCHSTONE_STORE: to });
		await place.program(origin, ["verify"], there);
		const other = await place.server(origin, { more: there });
		const someone = new Client(other.url);
		await someone.post("/volunteers", { consent: true });
		const { json } = await someone.post("/assignments", {});
		assert.equal((await someone.get(json.items[0].media.url)).status, 200);
		await other.stop();

		const back = `file:${path.join(place.folder, "back-store")}`;
		await place.program(origin, ["store", "copy", to, back], there);
		await place.program(origin, ["verify"], environment({ TOUCHSTONE_STORE: back }));
	});

	/** Starts a command and kills it when a request arrives that `when` answers true to. */
	const killAt = async (database, args, more, when) => {
		const running = place.program(database, args, environment(more));
		let killed = false;
		objects.fault = (one) => {
			if (killed || !when(one))
				return undefined;
			killed = true;
			running.child.kill("SIGKILL");
			return { hang: true };
		};
		const said = await running.catch((error) => error);
		objects.fault = () => undefined;
		assert.equal(said.signal, "SIGKILL", `it was not killed: ${said.stdout} ${said.stderr}`);
	};

	test("a copy that is killed again and again, both ways, while a server serves, is whole in the end", async () => {
		const origin = await place.database("killed");
		const root = path.join(place.folder, "killed-store"), from = `file:${root}`, to = `s3://${BUCKET}/killed`;
		const folder = { TOUCHSTONE_STORE: from }, service = { TOUCHSTONE_STORE: to };
		await place.program(origin, ["import", manifest()], environment(folder));
		const large = await strayFile(root, 18 << 20);
		const serving = await place.server(origin, { more: environment(folder) });
		const someone = new Client(serving.url);
		await someone.post("/volunteers", { consent: true });
		const { json } = await someone.post("/assignments", {});
		let looking = true, looks = 0;
		const looker = (async () => {
			while (looking) {
				assert.equal((await someone.get(json.items[looks++ % 2].media.url)).status, 200);
				await new Promise((done) => { setTimeout(done, 20); });
			}
		})();

		const copy = ["store", "copy", from, to], isFile = (key) => /^killed\/[0-9a-f]{2}\//.test(key);
		let puts = 0;
		await killAt(origin, copy, folder, ({ method, key, query }) => method === "PUT" && isFile(key) && !query.partNumber && ++puts === 5);
		await killAt(origin, copy, folder, ({ query }) => query.partNumber === "2");
		assert.equal(await objects.read(`killed/${large.slice(0, 2)}/${large.slice(2)}`), undefined);
		let gets = 0;
		await killAt(origin, copy, folder, ({ method, key }) => method === "GET" && isFile(key) && ++gets === 9);
		assert.equal(await objects.read("killed/touchstone-store"), undefined, "what was not read back is not marked");
		objects.seen.length = 0;
		const done = await place.program(origin, copy, environment(folder));
		assert.match(done.stdout, / 0 copied now .* 0 not/, "what the killed ones brought is not brought again");
		assert.ok(!objects.seen.some(({ method, key }) => method === "PUT" && isFile(key)));
		await place.program(origin, ["verify"], environment(service));
		looking = false;
		await looker;
		assert.ok(looks > 20, `${looks} looks`);
		await serving.stop();

		const back = path.join(place.folder, "killed-back"), return_ = ["store", "copy", to, `file:${back}`];
		gets = 0;
		await killAt(origin, return_, service, ({ method, key }) => method === "GET" && isFile(key) && ++gets === 20);
		const names = async () => (await readdir(back, { recursive: false })).filter((name) => /^[0-9a-f]{2}$/.test(name));
		let whole = 0;
		for (const fan of await names()) {
			for (const rest of await readdir(path.join(back, fan))) {
				assert.equal(sha256(await readFile(path.join(back, fan, rest))), fan + rest);
				whole++;
			}
		}
		assert.ok(whole > 0);
		// What a disk made of one of them, whole in length, is seen when it is read back, and mended.
		const [fan] = await names(), [rest] = await readdir(path.join(back, fan)), spoilt = path.join(back, fan, rest);
		const right = await readFile(spoilt);
		await chmod(spoilt, 0o644);
		await writeFile(spoilt, Buffer.concat([right.subarray(0, -1), Buffer.from([right.at(-1) ^ 1])]));
		assert.match((await place.program(origin, return_, environment(service))).stdout, / 0 not/);
		assert.deepEqual(await readFile(spoilt), right);
		await place.program(origin, ["verify"], environment({ TOUCHSTONE_STORE: `file:${back}` }));
	});

	test("a listing that leaves a file out does not make a copy whole: the database knows what must be there", async () => {
		const origin = await place.database("listed");
		const from = `s3://${BUCKET}/listed`, to = `file:${path.join(place.folder, "listed-store")}`;
		const there = environment({ TOUCHSTONE_STORE: from });
		await place.program(origin, ["import", manifest()], there);
		const [[digest], [lost]] = await sql(origin, "select encode(rendition, 'hex') from item order by title limit 2");
		const hidden = `listed/${digest.slice(0, 2)}/${digest.slice(2)}`;
		objects.fault = ({ query }) => (query["list-type"] && query.prefix === "listed/" ? { hide: hidden } : undefined);
		await objects.remove(`listed/${lost.slice(0, 2)}/${lost.slice(2)}`);
		await emptyCache();
		const said = await place.program(origin, ["store", "copy", from, to], there);
		assert.match(said.stdout, new RegExp(`missing: .*${lost.slice(2)}`));
		assert.match(said.stdout, /1 files were lost before/);
		assert.equal(sha256(await readFile(path.join(place.folder, "listed-store", digest.slice(0, 2), digest.slice(2)))), digest);
	});

	test("a copy is refused into another database's store, and damage is told and not copied", async () => {
		const origin = await place.database("refused");
		const folder = { TOUCHSTONE_STORE: `file:${path.join(place.folder, "refused-store")}` };
		await place.program(origin, ["import", manifest()], environment(folder));
		const copy = (to) => place.program(origin, ["store", "copy", folder.TOUCHSTONE_STORE, to], environment(folder)).catch((error) => error);
		assert.match((await copy(`s3://${BUCKET}/moved`)).stderr, /store of another database/);
		const [[digest]] = await sql(origin, "select encode(rendition, 'hex') from item limit 1");
		const file = path.join(place.folder, "refused-store", digest.slice(0, 2), digest.slice(2));
		const right = await readFile(file);
		await chmod(file, 0o644);
		await writeFile(file, Buffer.concat([right.subarray(0, -1), Buffer.from([right.at(-1) ^ 1])]));
		const said = await copy(`s3://${BUCKET}/refused`);
		assert.equal(said.code, 1);
		assert.match(said.stdout, new RegExp(`damaged: .*${digest.slice(2)}`));
		await writeFile(file, right);
		assert.equal((await copy(`s3://${BUCKET}/refused`)).code, undefined);
	});

	for (const kind of ["folder", "service"]) {
		const skip = kind === "service" && FULL ? "nobody can make an object of a full server old" : false;
		test(`what nothing names is noted, and removed from the ${kind} later; what is named or young stays`, { skip }, async () => {
			const origin = await place.database(`collect_${kind}`);
			const root = path.join(place.folder, "collect-store");
			const here = environment({ TOUCHSTONE_STORE: kind === "folder" ? `file:${root}` : `s3://${BUCKET}/collect` });
			const name = (digest) => `${digest.slice(0, 2)}/${digest.slice(2)}`;
			const fileOf = (digest) => path.join(root, name(digest));
			const files = kind === "folder" ? {
				write: async (digest, content) => {
					await mkdir(path.dirname(fileOf(digest)), { recursive: true });
					await writeFile(fileOf(digest), content);
				},
				age: (digest, days) => utimes(fileOf(digest), Date.now() / 1000 - days * DAY_S, Date.now() / 1000 - days * DAY_S),
				isThere: (digest) => stat(fileOf(digest)).then(() => true, () => false),
			} : {
				write: (digest, content) => objects.write(`collect/${name(digest)}`, content),
				age: (digest, days) => objects.age(`collect/${name(digest)}`, days),
				isThere: async (digest) => await objects.read(`collect/${name(digest)}`) !== undefined,
			};
			const collect = async (...args) => (await place.program(origin, ["store", "collect", ...args], here)).stdout;
			await place.program(origin, ["import", manifest()], here);
			/** Puts a file that nothing names, so many days old. */
			const stray = async (days) => {
				const content = randomBytes(1000), digest = sha256(content);
				await files.write(digest, content);
				await files.age(digest, days);
				return digest;
			};
			const old = await stray(30), young = await stray(0.5);
			const kept = (await sql(origin, "select encode(rendition, 'hex') from item union select encode(sha256, 'hex') from item")).flat();
			const copy = await stray(30);
			await sql(origin, `insert into item_copy (sha256, item_id, bytes, format) select decode('${copy}', 'hex'), id, 1000, 'PNG' from item limit 1`);
			const sent = await stray(30);
			await sql(origin, `insert into contribution (state, direct, volunteer_id, campaign_id, url, facts, rights, people, rendition)
				select 'quarantined', false, gen_random_uuid(), id, 'https://example.org/1', '{}', 'own_work', 'nobody', decode('${sent}', 'hex') from campaign limit 1`);
			kept.push(copy, sent);
			for (const digest of kept)
				await files.age(digest, 30);

			assert.match(await collect("--dry-run"), /^1 files \(1000 bytes\) that nothing names: 0 removed .* 1 wait; nothing was changed/);
			assert.deepEqual(await sql(origin, "select count(*) from media_tombstone"), [["0"]]);
			assert.match(await collect(), /0 removed .* 1 wait/);
			assert.match(await collect(), /0 removed/);
			assert.ok(await files.isThere(old));
			await sql(origin, "update media_tombstone set noticed_at = now() - interval '8 days'");
			assert.match(await collect(), /1 removed \(1000 bytes\), 0 wait/);
			assert.ok(!await files.isThere(old));
			for (const digest of [young, ...kept])
				assert.ok(await files.isThere(digest));
			assert.deepEqual(await sql(origin, "select count(*) from media_tombstone"), [["0"]]);
			await place.program(origin, ["store", "check", "--deep"], here);

			const again = await stray(30);
			await collect();
			await sql(origin, "update media_tombstone set noticed_at = now() - interval '8 days'");
			await files.age(again, 0);
			assert.match(await collect(), /0 removed/);
			assert.ok(await files.isThere(again));
		});
	}

	test("every column with a digest either names a file of the store, which is then kept, or says why it names none", async () => {
		/** Columns of 32 bytes, or of any number, that are no reference to a file of the store. */
		const others = {
			"api_token.token_hash": "of a token", "session.token_hash": "of a token",
			"judged_pair.body_hash": "of a request", "item.streams": "of what is in a file", "contribution.streams": "of what is in a file",
			"rendition_trait.rendition": "of what can be measured anew",
			"media_tombstone.digest": "of what nothing names", "release_draft.sha256": "of a file that its item names", "release_item.sha256": "of the same, which its row of release_file names too",
		};
		const columns = (await sql(database, `select table_name || '.' || column_name from information_schema.columns
			where table_schema = 'public' and data_type = 'bytea' and (column_name ~ 'sha256|digest|rendition|poster|thumbnail|hash|streams|file|original')
			and table_name in (select table_name from information_schema.tables where table_type = 'BASE TABLE' and table_schema = 'public')`)).flat();
		const statements = await readFile(path.join(CHECKOUT, "server/corpus/lost_media.sql"), "utf8");
		const naming = statements.slice(statements.indexOf("-- name: lost_media_files"));
		const named = (column) => {
			const [table, name] = column.split(".");
			return new RegExp(`FROM ${table}\\b`).test(naming) && new RegExp(`\\b${name}\\b`).test(naming);
		};
		const unknown = columns.filter((column) => !others[column] && !named(column));
		assert.deepEqual(unknown, [], "add them to lost_media.sql, or \`touchstone store collect\` removes what they name; or to this list, saying why not");
		for (const column of ["item.sha256", "item.rendition", "item_version.poster", "item_copy.sha256", "release_file.sha256", "release_artefact.sha256"])
			assert.ok(columns.includes(column) && named(column), column);
	});

	test("who names a file in the moment of its removal is told to come again", async () => {
		const [[id, digest]] = await sql(database, "select id, encode(rendition, 'hex') from item limit 1");
		await sql(database, `insert into media_tombstone (digest, bytes, removing_at) values (sha256('gone'), 4, clock_timestamp())`);
		await assert.rejects(sql(database, `update item set rendition = sha256('gone') where id = '${id}'`), /removed just now/);
		await assert.rejects(sql(database, `insert into item_copy (sha256, item_id, bytes, format) values (sha256('gone'), '${id}', 4, 'PNG')`), /removed just now/);
		await sql(database, "delete from media_tombstone");
		await sql(database, `update item set rendition = decode('${digest}', 'hex') where id = '${id}'`);
	});

	test("files of a public release are read from the service itself, by an address that ends; media are not", async () => {
		await sql(database, "insert into consensus (item_id, p_fake, low, high, judgments, fake_votes) select id, 0.01, 0, 0.02, 9, 0 from item");
		await sql(database, "update item set state = 'retired', licence = 'CC0-1.0', source = 'test' where title < '3'");
		await program(["release", "create", "set", "1"]);
		const plain = new Client(server.url);
		const { json } = await plain.get("/api/v1/releases/set/1");
		const { url, sha256: digest } = json.files.find((file) => /labels/.test(file.path));
		const proxied = await plain.get(url);
		assert.equal(sha256(proxied.bytes), digest);
		const open = await place.server(database, { more: environment({ TOUCHSTONE_S3_PUBLIC_ENDPOINT: `http://127.0.0.1:${objects.port}` }) });
		const answer = await fetch(`${open.url}${url}`, { redirect: "manual" });
		assert.equal(answer.status, 307);
		assert.equal(answer.headers.get("cache-control"), "no-store");
		const address = answer.headers.get("location");
		assert.match(address, /X-Amz-Expires=600&/);
		const direct = await fetch(address);
		assert.equal(sha256(Buffer.from(await direct.arrayBuffer())), digest);
		assert.match(direct.headers.get("content-disposition"), /^attachment; filename="/);
		const head = await fetch(`${open.url}${url}`, { method: "HEAD" });
		assert.equal(head.status, 200);
		const someone = new Client(open.url);
		await someone.post("/volunteers", { consent: true });
		const { json: handed } = await someone.post("/assignments", {});
		assert.equal((await fetch(`${open.url}${handed.items[0].media.url}`, { redirect: "manual", headers: { cookie: [...someone.cookies].map((pair) => pair.join("=")).join("; ") } })).status, 200);
		await open.stop();
	});

	test("who asks for a file that is too large for their time makes the service broken for nobody", async () => {
		const content = randomBytes(3 << 20), digest = sha256(content);
		await objects.write(keyOf(digest), content);
		await sql(database, `alter table release_file disable trigger user;
			insert into release_file (release_id, path, sha256, bytes) select id, 'large.bin', decode('${digest}', 'hex'), ${content.length} from release limit 1;
			alter table release_file enable trigger user`);
		const { json } = await client.post("/assignments", {});
		const [one, other] = json.items.map(({ media }) => media.url);
		await emptyCache();
		objects.fault = () => ({ status: 503 });
		assert.equal((await client.get(one)).status, 503);
		objects.fault = ({ method, key }) => (method === "GET" && key === keyOf(digest) ? { stall: true } : undefined);
		const large = client.get("/api/v1/releases/set/1/files/large.bin");
		await until("it is asked for", () => objects.seen.some(({ key }) => key === keyOf(digest)));
		for (const url of [one, other])
			await until("media are shown meanwhile", async () => (await client.get(url)).status === 200, { seconds: 10 });
		objects.fault = () => undefined;
		const { status } = await large;
		assert.ok(status === 503 || status === 200, `${status}`);
		// One byte a second is no more than nothing.
		await emptyCache();
		objects.fault = () => ({ drip: true });
		const began = Date.now();
		const dripping = client.get(one);
		assert.equal((await client.get("/api/v1/stats")).status, 200);
		assert.equal((await dripping).status, 503);
		assert.ok(Date.now() - began < 25000, `${Date.now() - began} ms`);
	});
});
