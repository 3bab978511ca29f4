// SPDX-License-Identifier: Apache-2.0
// A sealed test split in tables whose pages are packed, where no search of the files finds what they tell: DuckDB reads them.
// And the whole way of one: a next version while it is sealed, its labels published, everything verified.

import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, test } from "node:test";

import { DuckDBInstance } from "@duckdb/node-api";

import { makeCorpus } from "../support/corpus.js";
import { readCsv } from "../support/csv.js";
import { Client } from "../support/http.js";
import { Place, sql } from "../support/place.js";

const PUBLIC = ["item", "split", "media_type", "file", "image", "video", "audio", "width", "height", "duration_ms", "sha256", "bytes", "licence", "credit"];

describe("a sealed test split", () => {
	let place, database, truth;

	const written = async (version, ...more) => {
		const folder = path.join(place.folder, [version, ...more].join(""));
		await place.program(database, ["release", "write", "sealed", version, folder, ...more]);
		return folder;
	};
	const labelsOf = async (folder) => readCsv(await readFile(path.join(folder, "labels.csv"), "utf8"));
	const verify = async (folder) => (await place.program(database, ["release", "verify", folder])).stdout;

	before(async () => {
		place = await Place.open("sealed");
		const { main } = await makeCorpus(place.folder);
		database = await place.database("sealed", { copyOf: await place.imported("sealed-base", main) });
		await sql(database, "update item set gold = truth is not null and not training, basis = 'dataset_label' where true");
		await place.program(database, ["campaign", "close", "default"]);
		truth = new Map((await sql(database, "select id, truth from item")).map(([id, label]) => [id, label]));
		await place.program(database, ["release", "create", "sealed", "1.0.0", "--seal-test"]);
	});

	after(() => place?.close());

	test("tables of Parquet hold nothing of sealed items but what may be known", async () => {
		const folder = await written("1.0.0", "--format", "parquet");
		const duck = await (await DuckDBInstance.create(":memory:")).connect();
		let sealed = 0, open = 0;
		for (const type of ["image", "video", "audio"]) {
			const rows = (await duck.runAndReadAll(`select * from read_parquet('${folder}/data/${type}/*.parquet')`)).getRowObjectsJS();
			for (const row of rows) {
				if (row.split !== "test") {
					assert.equal(Number(row.label), truth.get(row.item) === "fake" ? 1 : 0);
					open++;
					continue;
				}
				sealed++;
				for (const [column, value] of Object.entries(row))
					if (!PUBLIC.includes(column))
						assert.ok(value === null || value?.length === 0 || value?.items?.length === 0, `${type}: ${column} is ${JSON.stringify(value)}`);
			}
		}
		duck.closeSync();
		assert.ok(sealed > 0 && open > 0, `${sealed} sealed, ${open} open`);
	});

	test("the next version keeps it sealed, tells of nothing that it hides, and may be called a minor one", async () => {
		await place.program(database, ["release", "create", "sealed", "1.1.0"]);
		const folder = await written("1.1.0"), earlier = await labelsOf(await written("1.0.0"));
		const now = await labelsOf(folder);
		assert.deepEqual(now.filter((row) => row.split === "test").map((row) => row.label), earlier.filter((row) => row.split === "test").map(() => ""));
		assert.deepEqual(readCsv(await readFile(path.join(folder, "changes.csv"), "utf8")), []);
		assert.match(await verify(folder), /sealed/);
	});

	test("once it is unsealed every commitment opens to the truth, and a version that tells the labels is a major one", async () => {
		await place.program(database, ["release", "unseal", "sealed", "1.0.0"]);
		const server = await place.server(database), folder = path.join(place.folder, "opened");
		await place.program(database, ["release", "write", "sealed", "1.0.0", folder]);
		const { json: release } = await new Client(server.url).get("/api/v1/releases/sealed/1.0.0");
		const opened = (await new Client(server.url).get(release.unsealed.file.url)).bytes;
		await writeFile(path.join(folder, "sealed_labels.csv"), opened);
		const rows = readCsv(String(opened));
		assert.ok(rows.length > 0);
		for (const row of rows)
			assert.equal(row.label, truth.get(row.item));
		assert.match(await verify(folder), new RegExp(`${rows.length}`));
		await assert.rejects(place.program(database, ["release", "create", "sealed", "1.2.0"]), /2\.0\.0/);
		await place.program(database, ["release", "create", "sealed", "2.0.0"]);
		const changed = readCsv(await readFile(path.join(await written("2.0.0"), "changes.csv"), "utf8"));
		assert.deepEqual(changed.map((row) => row.item).sort(), rows.map((row) => row.item).sort());
		for (const row of changed)
			assert.deepEqual([row.change, row.why, row.old_label, row.label], ["changed", "sealed", "", truth.get(row.item)]);
	});
});
