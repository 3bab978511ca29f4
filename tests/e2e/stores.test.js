// SPDX-License-Identifier: Apache-2.0
// A media store that is moved (into an object service, and back), verified and collected, with commands that are killed in
// the middle. The service is that of objects.test.js.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { chmod, cp, mkdir, readFile, readdir, rm, stat, utimes, writeFile } from "node:fs/promises";
import path from "node:path";
import { after, afterEach, before, describe, test } from "node:test";

import { Client, sha256 } from "../support/http.js";
import { BUCKET, FULL, Objects, makeManifest } from "../support/objects.js";
import { CHECKOUT, Place, sql, until } from "../support/place.js";

const PICTURES = 6;

describe("a media store that is moved and tidied", () => {
	let place, objects, database;

	before(async () => {
		place = await Place.open("stores");
		objects = await Objects.open(place.folder);
		database = await place.database("one");
		await makeManifest(path.join(place.folder, "media"), PICTURES);
		await place.program(database, ["import", path.join(place.folder, "media", "m.csv")], { TOUCHSTONE_STORE: `file:${path.join(place.folder, "one-store")}` });
	});

	after(async () => {
		await place?.close();
		await objects?.close();
	});

	afterEach(() => {
		objects.fault = () => undefined;
		assert.deepEqual(objects.refused, []);
	});

	const environment = (more = {}) => ({ ...objects.environment, ...more });
	const emptyCache = () => objects.emptyCache();
	/** A database with the pictures, and its folder. Answers { origin, root }. */
	const installed = async (name) => {
		const origin = await place.database(name, { copyOf: database }), root = path.join(place.folder, `${name}-store`);
		await cp(path.join(place.folder, "one-store"), root, { recursive: true });
		return { origin, root };
	};
	/** The same in the bucket, below the name. Answers the database. */
	const installedThere = async (name) => {
		const { origin, root } = await installed(name);
		await place.program(origin, ["store", "copy", `file:${root}`, `s3://${BUCKET}/${name}`], environment({ TOUCHSTONE_STORE: `file:${root}` }));
		return origin;
	};

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
		await writeFile(path.join(manifests, "first.csv"), `file,title\n${rows(0, 3)}\n`);
		await writeFile(path.join(manifests, "second.csv"), `file,title\n${rows(3, PICTURES)}\n`);
		const folder = { TOUCHSTONE_STORE: from };
		await place.program(origin, ["import", path.join(manifests, "first.csv")], environment(folder));
		const large = await strayFile(store, 20 << 20);
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
		assert.ok(objects.seen.some((one) => one.query.partNumber === "2"), "in parts");
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

	/** Starts a command and kills it when a request arrives that `when` answers true to. The service does it, with `done`. */
	const killAt = async (database, args, more, when, { done = false } = {}) => {
		const running = place.program(database, args, environment(more));
		let killed = false;
		objects.fault = (one) => {
			if (killed || !when(one))
				return undefined;
			killed = true;
			running.child.kill("SIGKILL");
			return done ? undefined : { hang: true };
		};
		const said = await running.catch((error) => error);
		objects.fault = () => undefined;
		assert.equal(said.signal, "SIGKILL", `it was not killed: ${said.stdout} ${said.stderr}`);
	};

	test("a copy that is killed again and again, both ways, while a server serves, is whole in the end", async () => {
		const { origin, root } = await installed("killed"), from = `file:${root}`, to = `s3://${BUCKET}/killed`;
		const folder = { TOUCHSTONE_STORE: from }, service = { TOUCHSTONE_STORE: to };
		const large = await strayFile(root, 18 << 20);
		const serving = await place.server(origin, { more: environment(folder) });
		const someone = new Client(serving.url);
		await someone.post("/volunteers", { consent: true });
		const { json } = await someone.post("/assignments", {});
		const looking = { on: true };
		let looks = 0;
		const looker = (async () => {
			while (looking.on) {
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
		looking.on = false;
		await looker;
		assert.ok(looks > 20, `${looks} looks`);
		await serving.stop();

		const back = path.join(place.folder, "killed-back"), return_ = ["store", "copy", to, `file:${back}`];
		gets = 0;
		await killAt(origin, return_, service, ({ method, key }) => method === "GET" && isFile(key) && ++gets === 12);
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
		const origin = await installedThere("listed");
		const from = `s3://${BUCKET}/listed`, to = `file:${path.join(place.folder, "listed-back")}`;
		const there = environment({ TOUCHSTONE_STORE: from });
		const [[digest], [lost]] = await sql(origin, "select encode(rendition, 'hex') from item order by title limit 2");
		const hidden = `listed/${digest.slice(0, 2)}/${digest.slice(2)}`;
		objects.fault = ({ query }) => (query["list-type"] && query.prefix === "listed/" ? { hide: hidden } : undefined);
		await objects.remove(`listed/${lost.slice(0, 2)}/${lost.slice(2)}`);
		await emptyCache();
		const said = await place.program(origin, ["store", "copy", from, to], there);
		assert.match(said.stdout, new RegExp(`missing: .*${lost.slice(2)}`));
		assert.match(said.stdout, /1 files were lost before/);
		assert.equal(sha256(await readFile(path.join(place.folder, "listed-back", digest.slice(0, 2), digest.slice(2)))), digest);
	});

	test("a file that a server has just put into the other store alone is not lost by a copy that runs again", async () => {
		const { origin, root } = await installed("again"), from = `file:${root}`, to = `s3://${BUCKET}/again`;
		const folder = environment({ TOUCHSTONE_STORE: from });
		await place.program(origin, ["store", "copy", from, to], folder);
		const [[digest], [spoilt]] = await sql(origin, "select encode(rendition, 'hex') from item order by title limit 2");
		const key = (one) => `again/${one.slice(0, 2)}/${one.slice(2)}`;
		// It came behind the look at what is there.
		objects.fault = ({ query }) => (query["list-type"] && query.prefix === "again/" ? { hide: key(digest) } : undefined);
		await rm(path.join(root, digest.slice(0, 2), digest.slice(2)), { force: true });
		const right = await objects.read(key(spoilt)), wrong = Buffer.from(right);
		wrong[20] ^= 255;
		await objects.write(key(spoilt), wrong);
		const said = await place.program(origin, ["store", "copy", from, to], folder);
		assert.match(said.stdout, / 0 not/);
		assert.equal(sha256(await objects.read(key(digest))), digest);
		assert.deepEqual(await objects.read(key(spoilt)), right);
		// Nor is what is damaged there removed, where nothing is to replace it.
		await objects.write(key(spoilt), wrong);
		await rm(path.join(root, spoilt.slice(0, 2), spoilt.slice(2)), { force: true });
		await place.program(origin, ["store", "copy", from, to], folder).catch((error) => error);
		assert.deepEqual(await objects.read(key(spoilt)), wrong);
	});

	test("a copy is refused into another database's store, and damage is told and not copied", async () => {
		const { origin, root } = await installed("refused"), folder = { TOUCHSTONE_STORE: `file:${root}` };
		const copy = (to) => place.program(origin, ["store", "copy", folder.TOUCHSTONE_STORE, to], environment(folder)).catch((error) => error);
		assert.match((await copy(`s3://${BUCKET}/moved`)).stderr, /store of another database/);
		const [[digest]] = await sql(origin, "select encode(rendition, 'hex') from item limit 1");
		const file = path.join(root, digest.slice(0, 2), digest.slice(2));
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
			const { origin, root } = kind === "folder" ? await installed("collect") : { origin: await installedThere("collected") };
			const here = environment({ TOUCHSTONE_STORE: kind === "folder" ? `file:${root}` : `s3://${BUCKET}/collected` });
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
				write: (digest, content) => objects.write(`collected/${name(digest)}`, content),
				age: (digest, days) => objects.age(`collected/${name(digest)}`, days),
				isThere: async (digest) => await objects.read(`collected/${name(digest)}`) !== undefined,
			};
			const collect = async (...args) => (await place.program(origin, ["store", "collect", ...args], here)).stdout;
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

	test("a check and a collection that are killed lose nothing that is named, and the next one ends it", { skip: FULL ? "nobody can make an object of a full server old" : false }, async () => {
		const origin = await installedThere("halfway"), here = environment({ TOUCHSTONE_STORE: `s3://${BUCKET}/halfway` });
		const key = (digest) => `halfway/${digest.slice(0, 2)}/${digest.slice(2)}`;
		const named = (await sql(origin, "select encode(rendition, 'hex') from item union select encode(sha256, 'hex') from item")).flat();
		const strays = Array.from({ length: 3 }, () => randomBytes(1000));
		for (const content of strays)
			await objects.write(key(sha256(content)), content);
		for (const digest of [...named, ...strays.map(sha256)])
			await objects.age(key(digest), 30);

		let gets = 0;
		await killAt(origin, ["verify"], here, ({ method, key }) => method === "GET" && /^halfway\/../.test(key) && ++gets === 5);
		assert.equal((await place.program(origin, ["verify"], here)).stderr, "");

		const collect = async () => (await place.program(origin, ["store", "collect"], here)).stdout;
		assert.match(await collect(), /^3 files .* 3 wait/);
		await sql(origin, "update media_tombstone set noticed_at = now() - interval '8 days'");
		let removals = 0;
		await killAt(origin, ["store", "collect"], here, ({ method }) => method === "DELETE" && ++removals === 2, { done: true });
		const [[half]] = await sql(origin, "select encode(digest, 'hex') from media_tombstone where removing_at is not null");
		await until("the service has removed it", async () => await objects.read(key(half)) === undefined);
		assert.deepEqual(await sql(origin, "select count(*) from media_tombstone"), [["2"]]);
		await assert.rejects(sql(origin, `insert into item_copy (sha256, item_id, bytes, format) select decode('${half}', 'hex'), id, 1000, 'PNG' from item limit 1`), /removed just now/);
		assert.match(await collect(), /^1 files .* 1 removed .* 0 wait/);
		assert.deepEqual(await sql(origin, "select count(*) from media_tombstone"), [["0"]]);
		for (const content of strays)
			assert.equal(await objects.read(key(sha256(content))), undefined);
		await place.program(origin, ["verify"], here);
	});

	test("further files of items are read back too, though nobody misses them", async () => {
		const { origin, root } = await installed("further"), here = environment({ TOUCHSTONE_STORE: `file:${root}` });
		const digest = await strayFile(root, 1000), file = path.join(root, digest.slice(0, 2), digest.slice(2));
		await sql(origin, `insert into item_copy (sha256, item_id, bytes, format) select decode('${digest}', 'hex'), id, 1000, 'PNG' from item limit 1`);
		assert.match((await place.program(origin, ["verify"], here)).stdout, /0 missing, 0 damaged/);
		await chmod(file, 0o644);
		await writeFile(file, randomBytes(1000));
		const said = await place.program(origin, ["verify"], here).catch((error) => error);
		assert.equal(said.code, 1);
		assert.match(said.stdout, new RegExp(`damaged: .*${digest.slice(2)} \\(further file of `));
		await rm(file);
		await place.program(origin, ["verify"], here);
	});

	test("every column with a digest either names a file of the store, which is then kept, or says why it names none", async () => {
		/** Columns of 32 bytes, or of any number, that are no reference to a file of the store. */
		const others = {
			"api_token.token_hash": "of a token", "session.token_hash": "of a token", "password_link.token_hash": "of a link that works once", "recovery_code.code_hash": "of a code",
			"judged_pair.body_hash": "of a request", "item.streams": "of what is in a file", "contribution.streams": "of what is in a file",
			"rendition_trait.rendition": "of what can be measured anew",
			"item_fingerprint.hash": "of what a file shows or sounds like",
			"media_tombstone.digest": "of what nothing names", "release_draft.sha256": "of a file that its item names", "release_item.sha256": "of the same, which its row of release_file names too",
			"audit.digest": "of an entry of the audit trail", "audit_head.digest": "of the last one",
			...Object.fromEntries(["before", "after", "reason", "network"].map((one) => [`audit.${one}_digest`, "of an entry's value, salted"])),
			"withdrawn_medium.digest": "of what was taken down, and is to be given to nobody",
			"notice.digest": "of a reference that somebody keeps", "notice_statement.digest": "of one that was sent by mail",
			"held_file.digest": "of a file as it was before it was encrypted: whatever names it is taken to name held_file.stored",
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
});
