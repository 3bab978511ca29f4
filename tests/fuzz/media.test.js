// SPDX-License-Identifier: Apache-2.0
// Damaged files through the whole pipeline, as `touchstone import` takes them: FUZZ_MEDIA (120) of them, from FUZZ_MEDIA_SEED
// (1) on, in batches. `make fuzz-media` plays 20,000. The importer must come to its end, and afterwards nothing may be there but the
// items that it counted and the files that they name: no helper, no half of an item. strace notes every socket that any of
// its processes asks for. The files of a batch that failed are left in build/fuzz/media.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cp, mkdir, readFile, readdir, readlink, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";

import { CHECKOUT, Place, sql } from "../support/place.js";
import { seeded } from "../support/random.js";
import { damaged, makeSeeds } from "./media_seeds.js";

const run = promisify(execFile);
const COUNT = Number(process.env.FUZZ_MEDIA ?? 120);
const FIRST_SEED = Number(process.env.FUZZ_MEDIA_SEED ?? 1);
const BATCH = 300;
const NETWORK = /AF_(INET6?|NETLINK|PACKET|VSOCK)/;

/** The numbers of processes that work in a folder, be it gone or not. */
async function workingIn(folder) {
	const found = [];
	for (const pid of (await readdir("/proc")).filter((one) => /^\d+$/.test(one))) {
		const where = await readlink(`/proc/${pid}/cwd`).catch(() => "");
		if (where.startsWith(folder))
			found.push(pid);
	}
	return found;
}

/** The paths of all files in a store, but for its marker: "ab/cdef" is the file of digest abcdef. */
async function filesOf(store) {
	const all = await readdir(store, { recursive: true, withFileTypes: true });
	return all.filter((one) => one.isFile() && one.name !== "touchstone-store").map((one) => path.relative(store, path.join(one.parentPath ?? one.path, one.name)));
}

/** Seconds of processors that programs which we started, and theirs, have used. */
async function processorSeconds() {
	const fields = (await readFile("/proc/self/stat", "utf8")).replace(/^.*\) /s, "").split(" ");
	return (Number(fields[13]) + Number(fields[14])) / 100;
}

describe("damaged files", () => {
	let place, seeds;

	before(async () => {
		place = await Place.open("fuzz_media");
		const folder = path.join(place.folder, "seeds");
		await mkdir(folder);
		seeds = await makeSeeds(folder);
	});

	after(() => place?.close());

	/** Writes a batch of damaged files and the manifest that lists them. */
	async function writeBatch(folder, count, seed) {
		const random = seeded(seed), rows = ["file"];
		await mkdir(folder);
		for (let at = 0; at < count; at++) {
			const made = damaged(seeds, random);
			rows.push(`${at}-${made.seed}`);
			await writeFile(path.join(folder, rows.at(-1)), made.bytes);
		}
		await writeFile(path.join(folder, "manifest.csv"), `${rows.join("\n")}\n`);
		return path.join(folder, "manifest.csv");
	}

	/** Imports it under strace. Answers what the importer said, and every socket that was asked for. */
	async function importTraced(database, store, manifest, log) {
		const env = { ...place.environment(database), TOUCHSTONE_STORE: `file:${store}` };
		const words = ["-f", "-qq", "--seccomp-bpf", "-e", "trace=socket", "-e", "signal=none", "-o", log, process.env.PROGRAM, "import", manifest, "--jobs", "2"];
		const said = await run("strace", words, { env, maxBuffer: 1 << 28 }).catch((error) => error);
		return { ...said, code: said.code ?? 0, signal: said.signal ?? null, sockets: await readFile(log, "utf8") };
	}

	async function playBatch(seed, count) {
		const folder = path.join(place.folder, `batch${seed}`), store = path.join(place.folder, `store${seed}`);
		const database = await place.database(`of${seed}`);
		const manifest = await writeBatch(folder, count, seed);
		const said = await importTraced(database, store, manifest, path.join(place.folder, "sockets.log"));
		try {
			await checkBatch(said, database, store, count);
		} catch (error) {
			await cp(folder, path.join(CHECKOUT, "build/fuzz/media", String(seed)), { recursive: true });
			throw error;
		}
		await rm(folder, { recursive: true });
		await rm(store, { recursive: true, force: true });
		const [, taken] = /: (\d+) new/.exec(said.stdout);
		return Number(taken);
	}

	/** Of a file that shows what an item shows, other files were made too: a note has those removed within the hour. */
	async function checkStore(database, store) {
		const digests = async (statement) => (await sql(database, statement)).map(([digest]) => digest);
		const there = (await filesOf(store)).map((name) => name.replace("/", ""));
		const named = await digests(`select encode(digest, 'hex') from item,
			lateral (values (sha256), (rendition), (poster), (thumbnail)) as files (digest) where digest is not null
			union select encode(sha256, 'hex') from item_copy`);
		const known = new Set([...named, ...await digests("select unnest(digests) from media_intake")]);
		assert.deepEqual(there.filter((digest) => !known.has(digest)), [], "neither an item nor a note names these files of the store");
		assert.deepEqual(named.filter((digest) => !there.includes(digest)), [], "items name these files, and the store has none such");
	}

	async function checkBatch(said, database, store, count) {
		assert.equal(said.signal, null, said.stderr);
		assert.ok(said.code === 0 || said.code === 1, `ended with ${said.code}: ${said.stderr.slice(-2000)}`);
		const [, rows, taken, known, bad] = /^(\d+) rows: (\d+) new, (\d+) known already, (\d+) bad$/m.exec(said.stdout).map(Number);
		assert.deepEqual([rows, taken + known + bad], [count, count], said.stdout);
		const items = await sql(database, "select count(*) from item");
		assert.equal(Number(items[0][0]), taken);
		await checkStore(database, store);
		assert.deepEqual(await workingIn(place.folder), [], "a helper was left behind");
		assert.doesNotMatch(said.sockets, NETWORK);
		assert.match(said.sockets, /AF_UNIX/, "strace saw the importer's own, to its database");
	}

	test(`${COUNT} of them leave no crash, helper, half of an item, nor socket behind`, { timeout: 1 << 30 }, async (t) => {
		let left = COUNT, taken = 0, said;
		const began = Date.now(), used_s = await processorSeconds();
		for (let seed = FIRST_SEED; left > 0; seed++) {
			const count = Math.min(left, BATCH);
			taken += await playBatch(seed, count);
			left -= count;
			said = `${COUNT - left} files, ${taken} taken, ${((Date.now() - began) / 1000).toFixed(0)} s, of processors ${(await processorSeconds() - used_s).toFixed(0)} s`;
			console.error(said); // who waits for hours may look
		}
		t.diagnostic(said);
		assert.ok(taken > COUNT / 50, "damage that no file survives tries no decoder to its end");
	});
});
