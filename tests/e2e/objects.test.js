// SPDX-License-Identifier: Apache-2.0
// Media in an object service: s3rver behind a gateway that checks every signature and fails as it is told to. What waits
// long for a service that gives nothing is played with LONG=1 alone (make check-long).

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmod, readFile, readdir } from "node:fs/promises";
import path from "node:path";
import { after, afterEach, before, describe, test } from "node:test";
import { promisify } from "node:util";

import { Client, sha256 } from "../support/http.js";
import { BUCKET, Objects, SECRET, makeManifest } from "../support/objects.js";
import { Place, sql, until } from "../support/place.js";

const PICTURES = 6;
const LONG = { skip: process.env.LONG ? false : "it waits for a minute: LONG=1" };

describe("media in an object service", () => {
	let place, objects, database, server, client;

	before(async () => {
		place = await Place.open("objects");
		objects = await Objects.open(place.folder);
		database = await place.database("one");
		await makeManifest(path.join(place.folder, "media"), PICTURES);
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
	const emptyCache = () => objects.emptyCache();
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
		// The worker may read another one at the same time.
		const fetched = objects.seen.filter(({ method }) => method === "GET").map(({ key }) => key);
		assert.ok(fetched.length >= 1);
		assert.deepEqual(fetched, [...new Set(fetched)]);
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

	test("a service that hangs holds one of those who ask", LONG, async () => {
		await emptyCache();
		const { json } = await client.post("/assignments", {});
		objects.fault = () => ({ hang: true });
		assert.equal((await client.get(json.items[0].media.url)).status, 503);
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
		try {
			assert.equal((await secured(cert)).code, 0);
			const before = gateway.asked(); // others may ask the service meanwhile, but not here
			assert.ok(before > 0);
			for (const ca of [undefined, other]) {
				const said = await secured(ca);
				assert.equal(said.code, 1);
				assert.match(said.stderr, /certificate/i);
				assert.equal(gateway.asked(), before);
			}
		} finally {
			await gateway.close();
		}
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

	test("what is sent in pieces outlives a kill, and a service that is away when it is taken in", async () => {
		const origin = await place.database("sent"), here = environment({ TOUCHSTONE_STORE: `s3://${BUCKET}/sent`, TOUCHSTONE_STORE_CACHE: path.join(place.folder, "sent-cache") });
		const bytes = await readFile(path.join(place.folder, "media", "p0.png"));
		let serving = await place.server(origin, { more: here });
		const sender = new Client(serving.url);
		await sender.post("/volunteers", { consent: true });
		const cookie = [...sender.cookies].map((pair) => pair.join("=")).join("; ");
		const tus = (method, where, headers = {}, body = undefined) => fetch(serving.url + where, { method, body, headers: { cookie, "Tus-Resumable": "1.0.0", ...headers } });
		const patch = (where, from, to) => tus("PATCH", where, { "Upload-Offset": String(from), "Content-Type": "application/offset+octet-stream" }, bytes.subarray(from, to));
		const begun = await tus("POST", "/api/v1/uploads", { "Upload-Length": String(bytes.length) });
		assert.equal(begun.status, 201);
		const where = begun.headers.get("location"), id = where.split("/").pop();
		assert.equal((await patch(where, 0, 50)).status, 204);
		await serving.stop("SIGKILL");
		serving = await place.server(origin, { port: serving.port, more: here });
		assert.equal((await tus("HEAD", where)).headers.get("upload-offset"), "50");
		assert.equal((await patch(where, 50, bytes.length)).status, 204);

		objects.fault = ({ method, key }) => (method === "PUT" && /^sent\/../.test(key) ? { status: 500 } : undefined);
		const made = await sender.post("/items", { upload: id, rights: "own_work", people: "nobody", made_by: "a test", made_how: "by ffmpeg", licence: "CC0-1.0" });
		assert.equal(made.status, 202, String(made.bytes));
		// One more failure would be the last.
		await sql(origin, `update job set failures = 4 where subject = '${id}'`);
		await until("it is given back", async () => (await sql(origin, `select state = 'waiting' and claims > 0 and run_after > now() from job where subject = '${id}'`))[0][0] === "t", { seconds: 60 });
		assert.deepEqual(await sql(origin, `select state from contribution where id = '${id}'`), [["processing"]]);
		objects.fault = () => undefined;
		await sql(origin, `update job set run_after = now() where subject = '${id}'`);
		await until("it waits for a moderator", async () => (await sql(origin, `select state from contribution where id = '${id}'`))[0][0] === "quarantined", { seconds: 60 });
		const [[original, rendition]] = await sql(origin, `select encode(sha256, 'hex'), encode(rendition, 'hex') from contribution where id = '${id}'`);
		assert.equal(original, sha256(bytes));
		for (const digest of [original, rendition])
			assert.equal(sha256(await objects.read(`sent/${digest.slice(0, 2)}/${digest.slice(2)}`)), digest);
		assert.deepEqual(await readdir(path.join(place.folder, "sent-cache", "tmp")), []);
		await place.program(origin, ["review", "approve", id], here);
		assert.match((await place.program(origin, ["verify"], here)).stdout, /0 missing, 0 damaged/);
		await serving.stop();
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
		// The page of a release draws its figures, and may ask this server alone.
		assert.equal((await fetch(`${open.url}/api/v1/releases/set/1/files/figures.json`, { redirect: "manual" })).status, 200);
		const head = await fetch(`${open.url}${url}`, { method: "HEAD" });
		assert.equal(head.status, 200);
		const someone = new Client(open.url);
		await someone.post("/volunteers", { consent: true });
		const { json: handed } = await someone.post("/assignments", {});
		assert.equal((await fetch(`${open.url}${handed.items[0].media.url}`, { redirect: "manual", headers: { cookie: [...someone.cookies].map((pair) => pair.join("=")).join("; ") } })).status, 200);
		await open.stop();
	});

	test("what is taken down leaves the caches of all machines, and of no other item", async () => {
		const apart = await place.database("gone"), there = environment({ TOUCHSTONE_STORE: `s3://${BUCKET}/media/gone` });
		await place.program(apart, ["import", manifest()], there);
		const caches = [], shown = [], files = async (cache) => (await readdir(cache, { recursive: true })).map((name) => name.replace("/", "")).filter((name) => /^[0-9a-f]{64}$/.test(name));
		for (const name of ["first", "second"]) {
			const cache = path.join(place.folder, `cache-${name}`), one = await place.server(apart, { more: { ...there, TOUCHSTONE_STORE_CACHE: cache } });
			const someone = new Client(one.url);
			caches.push(cache);
			await someone.post("/volunteers", { consent: true });
			for (const { media } of (await someone.post("/assignments", {})).json.items)
				shown.push(sha256((await someone.get(media.url)).bytes));
		}
		const all = await Promise.all(caches.map(files)), gone = new Set([shown[0], shown[2]]);
		assert.deepEqual(shown.filter((digest, n) => !all[n >> 1].includes(digest)), [], "each machine has what it showed");
		for (const digest of gone) {
			const [[id]] = await sql(apart, `select id from item where rendition = '\\x${digest}'`);
			await place.program(apart, ["withdraw", id, "--reason-class", "mistake", "--reason", "a test"], there);
		}
		await until("no machine has a copy", async () => (await Promise.all(caches.map(files))).flat().every((digest) => !gone.has(digest)), { seconds: 120 });
		for (const digest of gone)
			assert.equal(await objects.read(`media/gone/${digest.slice(0, 2)}/${digest.slice(2)}`), undefined);
		const left = await Promise.all(caches.map(files));
		for (const [n, cached] of all.entries())
			assert.deepEqual(cached.filter((digest) => !gone.has(digest) && !left[n].includes(digest)), [], "other copies stay");
	});

	test("who asks for a file that is too large for their time makes the service broken for nobody", LONG, async () => {
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
