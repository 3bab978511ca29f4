// SPDX-License-Identifier: Apache-2.0
// The index of near duplicates is saved, so that a process that starts reads only what came since; a file that is damaged, or
// of a time that the database does not know, is thrown away.

import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { open, writeFile } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";

import { CHECKOUT, Place, sql, until } from "../support/place.js";

const run = promisify(execFile);
const PROGRAM = path.join(CHECKOUT, process.env.TOUCHSTONE_BUILD ?? "build", "touchstone");
const MANY = 1000;
const FOUND = /fingerprint: item \S+ has 1 near duplicates/;
const SAVED = /(\d+) hashes and sounds are saved at .*near-duplicates\.index/;

/** Hashes that look like nothing, of another item than the picture's. */
const someHashes = (picture, first, count) => `
	insert into item_fingerprint (item_id, algorithm, second, hash, quality, number)
	select id, 'pdq', 1 + k, sha256(('hash ' || k)::bytea), 90, k from item, generate_series(${first}, ${first + count - 1}) k
	 where id <> '${picture}';
	update fingerprint_number set next = ${first + count};`;

describe("the index of near duplicates", () => {
	let place, database, worker, file, picture;

	/** Has a picture looked at anew, until the worker has said this; answers all that it said. The other picture is found. */
	async function lookAgain(last) {
		const from = worker.words.length;
		await sql(database, `update fingerprint set recipe = 0 where item_id = '${picture}';
			update job set run_after = now() where kind = 'fingerprint';`);
		await until(last, () => last.test(worker.words.slice(from)));
		const said = worker.words.slice(from);
		assert.match(said, FOUND);
		return said;
	}

	function start() {
		const child = spawn(PROGRAM, ["work"], { cwd: CHECKOUT, env: place.environment(database), stdio: ["ignore", "ignore", "pipe"] });
		worker = { child, words: "", ended: new Promise((done) => { child.once("exit", done); }) };
		child.stderr.on("data", (some) => { worker.words += some; });
	}

	const stop = async () => {
		worker?.child.kill();
		await worker?.ended;
	};
	const startAgain = async () => {
		await stop();
		start();
	};

	before(async () => {
		place = await Place.open("near");
		database = await place.database("near");
		file = path.join(place.folder, "near-duplicates.index");
		start();
		await run("ffmpeg", ["-v", "error", "-f", "lavfi", "-i", "mandelbrot=s=128x96:start_scale=0.3", "-frames:v", "1", path.join(place.folder, "a.png")]);
		await run("vips", ["linear", path.join(place.folder, "a.png"), path.join(place.folder, "b.png"), "0.9", "4"]);
		await writeFile(path.join(place.folder, "m.csv"), "file,source,licence\na.png,test,CC0-1.0\nb.png,test,CC0-1.0\n");
		await place.program(database, ["import", path.join(place.folder, "m.csv")]);
		await until("the two", () => FOUND.test(worker.words));
		[[picture]] = await sql(database, "select item_id from item_fingerprint where number = 0");
		await sql(database, someHashes(picture, 2, MANY));
	});
	after(async () => {
		await stop();
		await place.close();
	});

	test("it is saved when it has grown, and a process that starts reads the file, and what came since", async () => {
		assert.equal(SAVED.exec(await lookAgain(SAVED))[1], "1002");
		await sql(database, someHashes(picture, MANY + 3, 10));
		await startAgain();
		assert.match(await lookAgain(FOUND), /10 hashes and sounds read from the database, besides 1002/);
	});

	test("a damaged file is thrown away, and all is read from the database", async () => {
		const bytes = await open(file, "r+");
		await bytes.write(Buffer.from("damage"), 0, 6, 20000);
		await bytes.close();
		await startAgain();
		const said = await lookAgain(SAVED);
		assert.match(said, /near-duplicates\.index is thrown away, and made anew from the database: it is damaged/);
		assert.match(said, /1012 hashes and sounds read from the database, besides 0/);
		assert.equal(SAVED.exec(said)[1], "1012");
	});

	test("a file that the database does not know, because it was restored from before, is thrown away", async () => {
		await sql(database.replace(/\buser=touchstone\w*/, "user=postgres"), "delete from fingerprint_snapshot");
		await startAgain();
		const said = await lookAgain(FOUND);
		assert.match(said, /is thrown away, and made anew from the database: the database does not know it/);
		assert.match(said, /1012 hashes and sounds read from the database, besides 0/);
	});
});
