// SPDX-License-Identifier: Apache-2.0
// The index of near duplicates is saved, so that a server that starts reads only what came since; a file that is damaged, or
// of a time that the database does not know, is thrown away.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { open, rename, writeFile } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";

import { Place, sql, until } from "../support/place.js";

const run = promisify(execFile);
const MANY = 1000;

/** So many hashes that look like nothing, of an item that is there. */
const manyHashes = (first) => `
	with item as (select id from item limit 1)
	insert into item_fingerprint (item_id, algorithm, second, hash, quality, number)
	select id, 'pdq', 1 + k, sha256(('hash ' || k)::bytea), 90, k from item, generate_series(${first}, ${first + MANY - 1}) k;
	update fingerprint_number set next = ${first + MANY};`;

describe("the index of near duplicates", () => {
	let place, database, server, file, pictures = 0;

	/** A new picture; answers what the server said until it had looked for others like it. */
	async function anotherPicture() {
		const name = `p${++pictures}.png`, from = server.words.length;
		await run("ffmpeg", ["-v", "error", "-f", "lavfi", "-i", "mandelbrot=s=128x96:start_scale=0.3", "-frames:v", "1",
			"-vf", `noise=alls=8:all_seed=${pictures}`, path.join(place.folder, name)]);
		await writeFile(path.join(place.folder, "m.csv"), `file,source,licence\n${name},test,CC0-1.0\n`);
		await place.program(database, ["import", path.join(place.folder, "m.csv")]);
		await until("its fingerprint", async () => (await sql(database, "select 1 from fingerprint where recipe = 0")).length === 0);
		await until("the end of the job", async () => (await sql(database, "select 1 from job where kind = 'fingerprint' and state = 'running'")).length === 0);
		return server.words.slice(from);
	}

	const ties = async () => Number((await sql(database, "select count(*) from near_duplicate"))[0][0]);
	const startAgain = async () => {
		await server.stop();
		server = await place.server(database);
	};

	before(async () => {
		place = await Place.open("near");
		database = await place.database("near");
		file = path.join(place.folder, "near-duplicates.index");
		server = await place.server(database);
		await anotherPicture();
		await sql(database, manyHashes(1));
	});
	after(() => place.close());

	test("it is saved when it has grown, and a server that starts reads the file", async () => {
		assert.match(await anotherPicture(), /1002 hashes and sounds are saved at .*near-duplicates\.index/);
		await startAgain();
		const said = await anotherPicture();
		assert.doesNotMatch(said, /read from the database|thrown away/);
		assert.equal(await ties(), 3, "the third looks like both before, which were read from the file");
	});

	test("a damaged file is thrown away, and all is read from the database", async () => {
		const bytes = await open(file, "r+");
		await bytes.write(Buffer.from("damage"), 0, 6, 20000);
		await bytes.close();
		await startAgain();
		const said = await anotherPicture();
		assert.match(said, /near-duplicates\.index is thrown away, and made anew from the database: it is damaged/);
		assert.match(said, /1003 hashes and sounds read from the database, besides 0/);
		assert.match(said, /1004 hashes and sounds are saved at/);
		assert.equal(await ties(), 6);
	});

	test("a file that the database does not know, because it was restored from before, is thrown away", async () => {
		await sql(database.replace(/\buser=touchstone\w*/, "user=postgres"), "delete from fingerprint_snapshot");
		await startAgain();
		const said = await anotherPicture();
		assert.match(said, /is thrown away, and made anew from the database: the database does not know it/);
		assert.match(said, /1004 hashes and sounds read from the database, besides 0/);
		assert.equal(await ties(), 10);
	});

	test("what came since the file was saved is read from the database", async () => {
		await startAgain();
		await rename(file, `${file}.kept`);
		await sql(database, manyHashes(2000));
		assert.match(await anotherPicture(), /2005 hashes and sounds read from the database, besides 0/);
		await server.stop();
		await rename(`${file}.kept`, file);
		server = await place.server(database);
		assert.match(await anotherPicture(), /1001 hashes and sounds read from the database, besides 1005/);
		assert.equal(await ties(), 21);
	});
});
