// SPDX-License-Identifier: Apache-2.0
// A release is of use to those who train on it: its class folders load as image loaders load them, its tables load in
// DuckDB, and the two agree. On a small corpus made here, judged by a crowd that mostly sees well.

import assert from "node:assert/strict";
import { mkdir, readFile } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, test } from "node:test";

import { DuckDBInstance } from "@duckdb/node-api";

import { makeCorpus } from "../support/corpus.js";
import { runCrowd } from "../support/crowd.js";
import { sha256 } from "../support/http.js";
import { knownItems, scored } from "../support/outcome.js";
import { Place, sql } from "../support/place.js";
import { download, loadClassFolders, makeRelease, researcher } from "../support/release.js";

describe("a release, loaded", () => {
	let place, database, server, items, duck, folder;

	before(async () => {
		place = await Place.open("load");
		const manifests = await makeCorpus(path.join(place.folder, "corpus"), { practice: 0, pictures: 24 });
		database = await place.imported("load", manifests.main);
		server = await place.server(database);
		items = await knownItems(database);
		await runCrowd({ url: server.url, items, seed: 5, volunteers: 120 });
		await scored(database);
		const release = await makeRelease(await researcher(place, database, server), "loaded", "1.0.0");
		folder = path.join(place.folder, "loaded");
		await mkdir(folder);
		await download(server, release, folder);
		duck = await (await DuckDBInstance.create(":memory:")).connect();
	});

	after(async () => {
		duck?.closeSync();
		await place?.close();
	});

	const rows = async (statement) => (await duck.runAndReadAll(statement)).getRowObjectsJson();
	const table = (name) => `read_csv('${path.join(folder, name)}', header = true)`;

	test("each split's class folders load, and the classes are fake and real", async () => {
		let loaded = 0;
		for (const split of ["train", "validation", "test"]) {
			const expected = await rows(`select label, count(*)::int as n from ${table("labels.csv")} where split = '${split}' and media_type = 'image' group by label order by label`);
			if (expected.length === 0)
				continue;
			const { classes, examples } = await loadClassFolders(path.join(folder, "image", split));
			assert.deepEqual(classes.map((label, target) => ({ label, n: examples.filter((one) => one.target === target).length })), expected);
			for (const { file } of examples)
				assert.deepEqual([...(await readFile(file)).subarray(0, 3)], [0xff, 0xd8, 0xff], `${file} is no JPEG`);
			if (split === "train")
				assert.deepEqual(classes, ["fake", "real"]);
			loaded += examples.length;
		}
		assert.ok(loaded >= 16, `only ${loaded} pictures`);
	});

	test("DuckDB reads the labels with their types, and counts them by split and label", async (t) => {
		const counts = await rows(`select split, label, count(*)::int as items from ${table("labels.csv")} group by all order by all`);
		t.diagnostic(JSON.stringify(counts));
		const [[settled]] = await sql(database, "select count(*) from item where state = 'retired'");
		assert.equal(counts.reduce((sum, one) => sum + one.items, 0), Number(settled));
		const types = Object.fromEntries((await rows(`describe select * from ${table("labels.csv")}`)).map((one) => [one.column_name, one.column_type]));
		assert.deepEqual({ p_fake: types.p_fake, judgments: types.judgments, label: types.label }, { p_fake: "DOUBLE", judgments: "BIGINT", label: "VARCHAR" });
	});

	test("every row names a file that is there, with the digest that it says", async () => {
		for (const row of await rows(`select file, sha256, truth from ${table("labels.csv")}`)) {
			const bytes = await readFile(path.join(folder, row.file));
			assert.equal(sha256(bytes), row.sha256);
			assert.equal(items.get(row.sha256).truth, row.truth);
		}
	});

	test("judgments join labels: as many as each row says, and mostly of one mind with it", async (t) => {
		const [{ strangers }] = await rows(`select count(*)::int as strangers from ${table("judgments.csv")} j anti join ${table("labels.csv")} l using (item)`);
		assert.equal(strangers, 0);
		const wrong = await rows(`select l.item from ${table("labels.csv")} l left join ${table("judgments.csv")} j using (item) group by l.item, l.judgments having count(j.item) <> l.judgments`);
		assert.deepEqual(wrong, []);
		const [{ agree }] = await rows(`select avg((j.verdict = l.label)::int) as agree from ${table("judgments.csv")} j join ${table("labels.csv")} l using (item)`);
		t.diagnostic(`${(100 * agree).toFixed(1)} % of judgments agree with the label`);
		assert.ok(agree > 0.6);
	});

	test("the lines of labels.jsonl say the same as labels.csv", async () => {
		const lines = (await readFile(path.join(folder, "labels.jsonl"), "utf8")).trim().split("\n").map((line) => JSON.parse(line));
		const same = await rows(`select item, label, p_fake, judgments::int as judgments from ${table("labels.csv")} order by item`);
		assert.deepEqual(lines.map(({ item, label, p_fake, judgments }) => ({ item, label, p_fake, judgments })).sort((a, b) => (a.item < b.item ? -1 : 1)), same);
	});
});
