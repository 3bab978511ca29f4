// SPDX-License-Identifier: Apache-2.0
// Commands whose calls of the system fail, one at a time: each run does its work rightly, or ends with a status that says
// so and names the cause, in the system's own words. The next run, without a fault, does the work. LONG=1 lets far more
// calls fail than `make check` has time for; a test then takes long to end: give the check CHECK_SECONDS=3600.

import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { mkdir, open, readFile, readdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";

import { picture } from "../support/corpus.js";
import { Place, asOwner, freePort, sql, until } from "../support/place.js";
import { FAULTS, canStrike, strike, striking, struckIn } from "./inject.js";
import { Load } from "./load.js";
import { makeItems } from "./own.js";

const run = promisify(execFile);
const LONG = process.env.LONG === "1";
const PICTURES = 2;

const upTo = (last) => Array.from({ length: last }, (_, i) => 1 + i);

/** Which calls fail. A program's first reads and opens are those of the dynamic linker. */
const SPREAD = {
	read: LONG ? upTo(60) : [17, 47], // the second: media, where a command reads any
	write: LONG ? [...upTo(40), "1+"] : [1, 2],
	open: LONG ? upTo(60) : [40],
	fsync: LONG ? [...upTo(12), "1+"] : [1],
	close: LONG ? upTo(60) : [39],
	rename: LONG ? [...upTo(12), "1+"] : [1],
	clone: LONG ? [1, 2, 3, 4, "3+"] : [1, 3], // the first two are threads
	pidfd: LONG ? [1, 2, 3, "1+"] : [1],
};

/** Calls of a server, again and again while it serves; writes are those to its log. Its threads are made at its start. */
const SERVED = {
	read: LONG ? ["20+7", "45+3", 30, 40, 50, 60] : ["45+3"],
	write: LONG ? ["1+", "2+3", 1] : ["1+"],
	open: LONG ? ["60+2", 40, 45, 50, 55, 65, 70] : ["60+2"],
	close: LONG ? ["5+2", "40+2", 20, 50] : [],
	accept: LONG ? ["1+2", "2+1", "3+5"] : ["1+2"],
};
const pause = (ms) => new Promise((done) => { setTimeout(done, ms); });

/** Every file below a folder with its content, and links to the content. */
async function contentOf(folder) {
	const found = {};
	for (const one of await readdir(folder, { recursive: true, withFileTypes: true }))
		if (!one.isDirectory()) {
			const file = path.join(one.parentPath ?? one.path, one.name);
			found[path.relative(folder, file)] = await readFile(file, "latin1");
		}
	return found;
}

describe("calls of the system that fail", () => {
	let place, base, skip = false, media, judgments, labels, count = 0;

	before(async () => {
		place = await Place.open("inject");
		if (!await canStrike(place.folder)) {
			skip = "strace does not work here";
			return;
		}
		media = path.join(place.folder, "media");
		await mkdir(media);
		const rows = ["file,truth,basis,source,licence"];
		for (let n = 0; n < PICTURES; n++) {
			await picture(path.join(media, `p${n}.png`), n, false);
			rows.push(`p${n}.png,${n % 2 ? "fake" : "real"},generated_by_contributor,test,CC0-1.0`);
		}
		await writeFile(path.join(media, "items.csv"), `${rows.join("\n")}\n`);
		judgments = path.join(place.folder, "judgments.csv");
		const lines = ["worker,task,label"];
		for (let n = 0; n < 3000; n++)
			lines.push(`w${n % 37},t${Math.floor(n / 5)},${(n * 7) % 3 ? "real" : "fake"}`);
		await writeFile(judgments, `${lines.join("\n")}\n`);
		base = await place.database("base");
		labels = (await run(process.env.PROGRAM, ["infer", judgments])).stdout;
	});

	after(() => place?.close());

	const environment = (database, data) => ({ ...place.environment(database), TOUCHSTONE_DATA: data });

	/** What came of a run: done rightly, or refused in words that fit, unless those were struck too. `right` throws when it is not done. */
	async function judge(what, fault, said, right) {
		assert.equal(said.signal, null, `${what}: ended by ${said.signal}: ${said.stderr}`);
		if (said.code === 0)
			await right();
		else if (!said.struck.some((one) => /write\(2,/.test(one)))
			assert.match(said.stderr + said.stdout, fault.words, `${what}: status ${said.code} without the cause:\n${said.struck[0]}\n${said.stderr}${said.stdout.slice(0, 500)}`);
	}

	/** Each fault over its spread; a spread ends where the program makes no more such calls. */
	async function each(kinds, t, one, spread = SPREAD) {
		const faults = [];
		let struck = 0, failed = 0;
		for (const kind of kinds)
			for (const when of spread[kind]) {
				const what = `${kind} ${when}`;
				let said;
				try {
					said = await one(what, FAULTS[kind], when);
				} catch (error) {
					faults.push(`${what}: ${error.message}`);
					continue;
				}
				if (said.struck.length === 0)
					break;
				struck += 1;
				failed += said.code !== 0;
			}
		t.diagnostic(`${struck} runs were struck, ${failed} of them failed`);
		assert.deepEqual(faults, []);
		assert.ok(struck > 0, "nothing was struck");
	}

	test("infer writes all labels, or says what failed", async (t) => {
		if (skip)
			return t.skip(skip);
		return each(["read", "write", "open", "close"], t, async (what, fault, when) => {
			const said = await strike(fault, when, place.folder, ["infer", judgments], { env: process.env });
			await judge(what, fault, said, () => assert.equal(said.stdout, labels, `${what}: status 0 with other labels`));
			return said;
		});
	});

	test("jobs shows every job that waits, or says what failed", async (t) => {
		if (skip)
			return t.skip(skip);
		const database = await place.database("jobs", { copyOf: base });
		const env = environment(database, path.join(place.folder, "jobs"));
		const { stdout: whole } = await run(process.env.PROGRAM, ["jobs"], { env });
		const [[waiting]] = await sql(database, "select count(*) from job");
		assert.ok(waiting > 0);
		assert.equal(whole.trim().split("\n").length, Number(waiting));
		return each(["read", "write", "open", "close"], t, async (what, fault, when) => {
			const said = await strike(fault, when, place.folder, ["jobs"], { env });
			await judge(what, fault, said, () => assert.equal(said.stdout, whole, `${what}: status 0 with other jobs`));
			return said;
		});
	});

	test("the audit trail is written out whole, or what failed is said", async (t) => {
		if (skip)
			return t.skip(skip);
		const database = await place.database("audit", { copyOf: base });
		const env = environment(database, path.join(place.folder, "audit"));
		await sql(database, "insert into act (kind, after) select 'signed_in', repeat('x', 100) from generate_series(1, 200)");
		const { stdout: whole } = await run(process.env.PROGRAM, ["audit", "export"], { env });
		assert.ok(whole.trim().split("\n").length >= 200);
		return each(["read", "write", "open", "close"], t, async (what, fault, when) => {
			const said = await strike(fault, when, place.folder, ["audit", "export"], { env });
			await judge(what, fault, said, () => assert.equal(said.stdout, whole, `${what}: status 0 with other entries`));
			return said;
		});
	});

	test("an invitation is made and its link told, or what failed is said", async (t) => {
		if (skip)
			return t.skip(skip);
		const database = await place.database("invite", { copyOf: base });
		const env = environment(database, path.join(place.folder, "invite"));
		await mkdir(env.TOUCHSTONE_DATA);
		await sql(database, "insert into campaign (name) values ('evening')");
		const args = ["invite", "make", "evening", "Night of media", "--most", "20", "--days", "1"];
		await run(process.env.PROGRAM, args, { env });
		return each(["read", "write", "open", "close"], t, async (what, fault, when) => {
			const said = await strike(fault, when, place.folder, args, { env });
			await judge(what, fault, said, async () => {
				const [id, link] = said.stdout.trim().split("\n");
				assert.match(link ?? "", /\/#invitation=[\w-]{80,}$/, `${what}: status 0 without a link`);
				assert.equal((await sql(database, `select count(*) from invitation where id = '${id}'`))[0][0], "1", what);
			});
			return said;
		});
	});

	test("import takes every row, or says what failed; the next one takes the rest", async (t) => {
		if (skip)
			return t.skip(skip);
		return each(["read", "write", "open", "fsync", "close", "rename", "clone", "pidfd"], t, async (what, fault, when) => {
			const data = path.join(place.folder, `data${count}`);
			const database = await place.database(`i${count++}`, { copyOf: base });
			const env = environment(database, data);
			const whole = async () => {
				const rows = await sql(database, "select encode(rendition, 'hex') from item order by id");
				assert.equal(rows.length, PICTURES, `${what}: ${rows.length} items`);
				const { stdout } = await run(process.env.PROGRAM, ["store", "check"], { env }).catch((error) => error);
				assert.doesNotMatch(stdout, /^(missing|damaged): /m, what);
			};
			const said = await strike(fault, when, place.folder, ["import", "--jobs", "2", path.join(media, "items.csv")], { env });
			try {
				await judge(what, fault, said, whole);
				if (said.code !== 0) {
					await run(process.env.PROGRAM, ["import", path.join(media, "items.csv")], { env });
					await whole();
				}
			} finally {
				await place.drop(new URL(database).pathname.slice(1));
				await rm(data, { recursive: true, force: true });
			}
			return said;
		});
	});

	/** A database with a release of the pictures. Answers what runs need. */
	async function withRelease(into = "whole") {
		const database = await place.database(`i${count++}`, { copyOf: base });
		const env = environment(database, path.join(place.folder, `released-${into}`));
		await run(process.env.PROGRAM, ["import", path.join(media, "items.csv")], { env });
		await sql(database, "insert into consensus (item_id, p_fake, low, high, judgments, fake_votes) select id, 0.01, 0, 0.02, 9, 0 from item");
		await sql(database, "update item set state = 'retired'");
		await run(process.env.PROGRAM, ["release", "create", "faults", "1"], { env });
		const folder = path.join(place.folder, into);
		await run(process.env.PROGRAM, ["release", "write", "faults", "1", folder], { env });
		return { database, env, folder, content: await contentOf(folder) };
	}

	test("a release is written whole, or not under its name; then the next write succeeds", async (t) => {
		if (skip)
			return t.skip(skip);
		const { env, folder, content } = await withRelease();
		assert.ok(Object.keys(content).length > PICTURES);
		const target = path.join(place.folder, "written");
		await each(["read", "write", "open", "fsync", "close", "rename"], t, async (what, fault, when) => {
			const args = ["release", "write", "faults", "1", target];
			const said = await strike(fault, when, place.folder, args, { env });
			const whole = async () => assert.deepEqual(await contentOf(target), content, `${what}: another release`);
			try {
				await judge(what, fault, said, whole);
				// When the only thing that failed was to say so, the release is there.
				const there = said.struck.every((one) => /write\(1,/.test(one));
				if (said.code !== 0 && there) {
					await whole();
				} else if (said.code !== 0) {
					await run(process.env.PROGRAM, args, { env }).catch((error) => {
						throw new Error(`${what}: the next write failed: ${error.stderr}\nafter ${said.struck[0]}\n${said.stderr}`);
					});
					await whole();
				}
			} finally {
				for (const name of [target, `${target}.tmp`])
					await rm(name, { recursive: true, force: true });
			}
			return said;
		});
		await each(["read", "write", "open", "close"], t, async (what, fault, when) => {
			const said = await strike(fault, when, place.folder, ["release", "verify", folder], { env });
			await judge(`verify, ${what}`, fault, said, () => assert.match(said.stdout, /^\d+ files, sound$/m));
			return said;
		});
	});

	test("a release is made whole, or is not listed as ready; then the next try makes it", async (t) => {
		if (skip)
			return t.skip(skip);
		const { database, env } = await withRelease("before");
		let made = 0;
		await each(["read", "write", "open", "fsync", "close", "rename"], t, async (what, fault, when) => {
			const name = `made${made++}`;
			const args = ["release", "create", name, "1"];
			const said = await strike(fault, when, place.folder, args, { env });
			const folder = path.join(place.folder, name);
			const whole = async () => {
				await run(process.env.PROGRAM, ["release", "write", name, "1", folder], { env });
				assert.match((await run(process.env.PROGRAM, ["release", "verify", folder], { env })).stdout, /sound$/m);
			};
			await judge(what, fault, said, whole);
			const [[ready] = []] = await sql(database, `select state = 'ready' from release where name = '${name}'`);
			if (said.code !== 0 && ready !== "t") {
				await sql(asOwner(database), "update job set run_after = now() where state in ('running', 'waiting')");
				await run(process.env.PROGRAM, args, { env }).catch((error) => {
					throw new Error(`${what}: the next try failed: ${error.stderr}\nafter ${said.struck[0]}\n${said.stderr}`);
				});
			}
			if (said.code !== 0)
				await whole();
			return said;
		});
	});

	test("a server whose calls fail loses nothing that it acknowledged, and ends when asked", async (t) => {
		if (skip)
			return t.skip(skip);
		const database = await place.database(`i${count++}`, { copyOf: base });
		const data = path.join(place.folder, "served");
		await makeItems(database, 500);
		await run(process.env.PROGRAM, ["store", "adopt"], { env: environment(database, data) });
		let load;
		await each(Object.keys(SERVED), t, async (what, fault, when) => {
			const port = await freePort();
			const server = await startStruck(fault, when, { ...environment(database, data), TOUCHSTONE_LISTEN: `127.0.0.1:${port}` });
			if (server.child.exitCode === null) {
				load = new Load(port, 4, { retry: true, after: load });
				await pause(LONG ? 3000 : 700);
				server.child.kill("SIGTERM");
				load.running = false;
				await server.ended;
				load.retry = false;
				await load.stop();
				assert.deepEqual(load.odd.slice(0, 3), [], what);
				const found = await load.compare(database);
				assert.deepEqual([...found.lost, ...found.broken], [], what);
			}
			const { code, signal } = await server.ended;
			const said = { code, signal, stdout: "", stderr: await server.words(), struck: await struckIn(path.join(place.folder, "strace")) };
			await judge(what, fault, said, () => {});
			return said;
		}, SERVED);
		t.diagnostic(`${load.pairs.size} pairs and ${load.volunteers.size} volunteers acknowledged, all stored`);
		assert.ok(load.pairs.size > 20);
	});

	/** A server some of whose calls fail, when it serves, or when it has ended. */
	async function startStruck(fault, when, env) {
		const log = path.join(place.folder, "log");
		const words = await open(log, "w");
		const only = fault === FAULTS.write ? ["-P", log] : [];
		const [strace, ...rest] = striking(fault, when, path.join(place.folder, "strace"));
		const child = spawn(strace, [...only, ...rest, process.env.PROGRAM, "serve"], { env, stdio: ["ignore", "ignore", words.fd] });
		await words.close();
		const server = { child, words: () => readFile(log, "utf8"), ended: new Promise((done) => { child.once("exit", (code, signal) => done({ code, signal })); }) };
		const late = setTimeout(() => child.kill("SIGKILL"), 60_000);
		server.ended.then(() => clearTimeout(late));
		await until("a server that serves or ends", () => child.exitCode !== null || child.signalCode !== null ||
			fetch(`http://${env.TOUCHSTONE_LISTEN}/healthz`).then((answer) => answer.ok, () => false));
		return server;
	}
});
