// SPDX-License-Identifier: Apache-2.0
// Files of Parquet as release/formats/parquet writes them, read back by two readers that know nothing of it: DuckDB, whose
// reader is its own in C++, and hyparquet, in JavaScript. build/write-parquet writes what a test describes.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";

import { DuckDBInstance } from "@duckdb/node-api";
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from "hyparquet";
import { compressors } from "hyparquet-compressors";

import { CHECKOUT } from "../support/place.js";
import { seeded } from "../support/random.js";

const WRITER = path.join(CHECKOUT, process.env.TOUCHSTONE_BUILD ?? "build", "write-parquet");

const BOTH = ["real", "fake"];

/** A column of each kind but media; names are what no reader may trip over. */
const COLUMNS = [
	{ name: "item", kind: "text" },
	{ name: "n", kind: "integer" },
	{ name: "p_fake", kind: "real" },
	{ name: "matched", kind: "flag" },
	{ name: "tells", kind: "list" },
	{ name: "label", kind: "class", classes: BOTH },
	{ name: 'the "quoted", \'dotted.name\'', kind: "text" },
	{ name: "Größe 🔬", kind: "integer" },
];

/** What a reader must give for the text of a value. */
const READ = {
	text: (text) => text,
	integer: (text) => (text === null ? null : BigInt(text)),
	real: (text) => (text === null ? null : Number(text)),
	flag: (text) => (text === null ? null : text === "true"),
	list: (text) => (text ? text.replace(/;$/, "").split(";") : []),
	class: (text, { classes }) => (text === null ? null : BigInt(classes.indexOf(text))),
};

/** The rows as objects, each value as a reader gives it. */
const asRead = (columns, rows) => rows.map((row) => Object.fromEntries(row.map((text, i) => [columns[i].name, READ[columns[i].kind](text, columns[i])])));

/** Bytes as Buffers, and nothing else changed: what the readers give differs in this alone. */
function plain(value) {
	if (value instanceof Uint8Array)
		return Buffer.from(value);
	if (Array.isArray(value))
		return value.map(plain);
	if (value !== null && typeof value === "object")
		return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, plain(one)]));
	return value ?? null;
}

const digest = (bytes) => createHash("sha256").update(bytes).digest("hex");

describe("a file of Parquet", () => {
	let folder, duck;

	before(async () => {
		folder = await mkdtemp(path.join(tmpdir(), "touchstone-parquet-"));
		duck = await (await DuckDBInstance.create(":memory:")).connect();
	});

	after(async () => {
		duck?.closeSync();
		await rm(folder, { recursive: true, force: true });
	});

	const file = (name) => path.join(folder, name);
	const select = async (statement) => plain((await duck.runAndReadAll(statement)).getRowObjectsJS());

	/** Writes the file; answers what the writer printed. */
	async function write(name, description, [program, ...args] = [WRITER]) {
		const child = spawn(program, args, { stdio: ["pipe", "pipe", "inherit"] });
		let words = "";
		child.stdout.on("data", (piece) => { words += piece; });
		child.stdin.end(JSON.stringify({ out: file(name), rows: [], ...description }));
		const code = await new Promise((tell) => { child.once("close", tell); });
		return { code, lines: words.trimEnd().split("\n") };
	}

	/** Both readers' rows. */
	async function read(name) {
		const rows = { duckdb: await select(`select * from read_parquet('${file(name)}')`) };
		rows.hyparquet = plain(await parquetReadObjects({ file: await asyncBufferFromFile(file(name)), compressors, utf8: false }));
		return rows;
	}

	async function assertRead(name, columns, rows) {
		const expected = asRead(columns, rows);
		const found = await read(name);
		assert.deepEqual(found.duckdb, expected, "DuckDB");
		assert.deepEqual(found.hyparquet, expected, "hyparquet");
	}

	/** Writes rows of these columns and holds both readers to them. */
	async function assertKept(name, columns, rows, more = {}) {
		const { code, lines } = await write(name, { columns, rows, ...more });
		assert.equal(code, 0, lines.join("\n"));
		await assertRead(name, columns, rows);
	}

	const metadata = async (name) => parquetMetadataAsync(await asyncBufferFromFile(file(name)));
	const groups = async (name) => (await metadata(name)).row_groups.map((group) => Number(group.num_rows));

	test("has each value of each kind, and its nulls", async () => {
		await assertKept("kinds.parquet", COLUMNS, [
			["a", "1", "0.5", "true", "gut;style", "real", "x", "12"],
			[null, null, null, null, null, null, null, null],
			["", "0", "0", "false", "", "fake", "", "0"],
			["Müller 🔬 \u202e \u0001 \"', \\", "-1", "-1e-05", "true", "ü;🔬", "fake", ";", "-12"],
			["b", "2", "1", "false", "one", "real", null, "7"],
		]);
	});

	test("has whole numbers to the last bit, and reals to theirs", async () => {
		const columns = [{ name: "n", kind: "integer" }, { name: "x", kind: "real" }];
		await assertKept("numbers.parquet", columns, [
			["9007199254740991", "0.1"], ["9007199254740992", "-0.1"], ["9007199254740993", "1.7976931348623157e+308"],
			["-9007199254740993", "5e-324"], ["9223372036854775807", "-1.7976931348623157e308"],
			["-9223372036854775808", "0.30000000000000004"], ["0", "-0"],
		]);
	});

	test("has lists of none, one and many, also where they are longer than a page", async () => {
		const many = Array.from({ length: 5000 }, (_, i) => `tell ${i}`).join(";");
		const long = ["a", "b", "c"].map((letter) => letter.repeat(900000)).join(";");
		const columns = [{ name: "tells", kind: "list" }, { name: "more", kind: "list" }];
		await assertKept("lists.parquet", columns, [[null, many], ["", "a"], ["a", null], [many, long], ["a;;b", long], [";a", ""], ["a;", many]]);
	});

	for (const count of [0, 1, 7, 8, 9])
		test(`may have ${count} rows`, async () => {
			const rows = Array.from({ length: count }, (_, i) => [`${i}`, i % 3 ? `${i}` : null, "0.5", `${i % 2 === 0}`, "a;b", "real", null, null]);
			await assertKept(`rows-${count}.parquet`, COLUMNS, rows);
			assert.deepEqual(await groups(`rows-${count}.parquet`), count ? [count] : []);
		});

	test("has its rows in groups of as many as it was told", async () => {
		const rows = Array.from({ length: 250 }, (_, i) => [`item ${i}`, `${i}`, `${i / 8}`, `${i % 5 < 2}`, "a;b".slice(0, i % 4), BOTH[i % 2], null, `${-i}`]);
		await assertKept("groups.parquet", COLUMNS, rows, { group: 100 });
		assert.deepEqual(await groups("groups.parquet"), [100, 100, 50]);
	});

	test("has whatever pattern of values and nulls comes", async () => {
		const random = seeded(7);
		const below = (most) => Math.floor(random() * most);
		let missing = 0;
		const row = (i) => {
			if (i % 37 === 0)
				missing = random(); // runs of each kind, long and short
			const some = (text) => (random() < missing ** 3 ? null : text);
			return [some(`item ${below(9)}`), some(`${below(1e9) - 5e8}`), some(`${random()}`), some(`${random() < missing}`),
				some(Array.from({ length: below(4) * below(5) }, () => `t${below(30)}`).join(";")), some(BOTH[below(2)]), some("x".repeat(below(80))), some(`${i}`)];
		};
		await assertKept("random.parquet", COLUMNS, Array.from({ length: 5000 }, (_, i) => row(i)), { group: 1700 });
	});

	test("begins another page in a column that is long, and another group when all are", async () => {
		const columns = [{ name: "text", kind: "text" }, { name: "n", kind: "integer" }];
		const rows = Array.from({ length: 45 }, (_, i) => [`${i} `.repeat(200000 + i), `${i}`]);
		await assertKept("long.parquet", columns, rows);
		const counts = await groups("long.parquet");
		assert.ok(counts.length > 1 && counts.length < 5, `${counts}`);
		assert.equal(counts.reduce((sum, one) => sum + one), 45);
		const groupBytes = (await metadata("long.parquet")).row_groups.map((group) => Number(group.total_byte_size));
		assert.ok(Math.max(...groupBytes) < 17 << 20, `${groupBytes}`);
	});

	test("has 50,000 rows a group where nobody says how many", async () => {
		const columns = [{ name: "n", kind: "integer" }, { name: "even", kind: "flag" }];
		await assertKept("default.parquet", columns, Array.from({ length: 120001 }, (_, i) => [`${i}`, `${i % 2 === 0}`]));
		assert.deepEqual(await groups("default.parquet"), [50000, 50000, 20001]);
	});

	test("embeds media as datasets does: bytes and path", async () => {
		const random = seeded(3);
		const film = Buffer.from(Uint32Array.from({ length: 5 << 18 }, () => random() * 2 ** 32).buffer);
		await writeFile(file("film"), film);
		await writeFile(file("note"), "JPEG");
		await writeFile(file("none"), "");
		const media = [{ file: file("note"), path: "0123.jpg" }, null, { file: file("film"), path: "ü 🔬.mp4" }, { path: "only.jpg" }, { file: file("note") }, { file: file("none"), path: "" }, {}];
		const columns = [{ name: "image", kind: "image" }, { name: "label", kind: "class", classes: BOTH }];
		const { code } = await write("media.parquet", { columns, media, rows: media.map((_, i) => ["", BOTH[i % 2]]) });
		assert.equal(code, 0);
		for (const [reader, rows] of Object.entries(await read("media.parquet"))) {
			assert.equal(digest(rows[2].image.bytes), digest(film), reader);
			rows[2].image.bytes = "the film";
			const note = Buffer.from("JPEG");
			assert.deepEqual(rows.map((row) => row.image), [{ bytes: note, path: "0123.jpg" }, null, { bytes: "the film", path: "ü 🔬.mp4" }, { bytes: null, path: "only.jpg" }, { bytes: note, path: null },
				{ bytes: Buffer.alloc(0), path: "" }, { bytes: null, path: null }], reader);
			assert.deepEqual(rows.map((row) => row.label), [0n, 1n, 0n, 1n, 0n, 1n, 0n], reader);
		}
		const [group] = (await metadata("media.parquet")).row_groups;
		assert.deepEqual(group.columns.map(({ meta_data: chunk }) => [chunk.path_in_schema.join("."), chunk.codec]), [["image.bytes", "UNCOMPRESSED"], ["image.path", "ZSTD"], ["label", "ZSTD"]]);
		const types = await select(`describe select * from read_parquet('${file("media.parquet")}')`);
		assert.deepEqual(types.map((one) => [one.column_name, one.column_type]), [["image", "STRUCT(bytes BLOB, path VARCHAR)"], ["label", "BIGINT"]]);
	});

	test("has 100 rows a group where media are embedded, or 100 MB", async () => {
		await writeFile(file("note"), "JPEG");
		await writeFile(file("large"), Buffer.alloc(30 << 20, "x"));
		const columns = [{ name: "video", kind: "video" }];
		const rows = (count) => Array.from({ length: count }, () => [null]);
		await write("many.parquet", { columns, rows: rows(250), media: rows(250).map(() => ({ file: file("note") })) });
		assert.deepEqual(await groups("many.parquet"), [100, 100, 50]);
		await write("large.parquet", { columns, rows: rows(6), media: rows(6).map(() => ({ file: file("large") })) });
		assert.deepEqual(await groups("large.parquet"), [4, 2]);
		assert.deepEqual(await select(`select octet_length(video.bytes)::int as len, md5(video.bytes::varchar) as md5, count(*)::int as n from read_parquet('${file("large.parquet")}') group by all`),
			[{ len: 30 << 20, md5: createHash("md5").update("x".repeat(30 << 20)).digest("hex"), n: 6 }]);
	});

	test("says of itself where its groups and columns lie, and how large they are", async () => {
		await write("places.parquet", { columns: COLUMNS, rows: Array.from({ length: 250 }, (_, i) => [`${i}`, `${i}`, null, "true", "a;b", "fake", "x", null]), group: 100 });
		const { size } = await stat(file("places.parquet"));
		const { row_groups: all, metadata_length: footer, num_rows: rows } = await metadata("places.parquet");
		assert.deepEqual([all.length, rows], [3, 250n]);
		let at = 4n;
		for (const group of all) {
			assert.equal(group.file_offset, at);
			const begins = at;
			for (const { meta_data: chunk } of group.columns) {
				assert.equal(chunk.data_page_offset, at);
				at += chunk.total_compressed_size;
			}
			assert.equal(group.total_compressed_size, at - begins);
			assert.equal(group.total_byte_size, group.columns.reduce((sum, { meta_data: chunk }) => sum + chunk.total_uncompressed_size, 0n));
		}
		assert.equal(Number(at) + footer + 8, size);
	});

	test("bounds the values of a column, which DuckDB looks up before it reads them", async () => {
		const columns = [{ name: "n", kind: "integer" }, { name: "x", kind: "real" }, { name: "t", kind: "text" }, { name: "f", kind: "flag" }, { name: "long", kind: "text" }, { name: "none", kind: "text" }, { name: "list", kind: "list" }];
		const rows = [["-5", "0.5", "b", "true", "x".repeat(65), null, "q;a"], ["256", "-2", "é", "false", "a", null, null], [null, null, "", null, null, null, "b"]];
		await assertKept("bounds.parquet", columns, rows);
		const found = await select(`select path_in_schema as path, stats_null_count::int as nulls, stats_min_value as least, stats_max_value as greatest from parquet_metadata('${file("bounds.parquet")}') order by column_id`);
		assert.deepEqual(found.map(Object.values), [
			["n", 1, "-5", "256"], ["x", 1, "-2.0", "0.5"], ["t", 0, "", "é"], ["f", 1, "false", "true"],
			["long", 1, null, null], ["none", 3, null, null], ["list, list, element", 1, "a", "q"],
		]);
		for (const [where, rowsFound] of [["n < 0", 1], ["n > 256", 0], ["n = 256", 1], ["x < 0", 1], ["x > 0.5", 0], ["t > 'd'", 1], ["t = ''", 1], ["f", 1], ["none is null", 3], ["long is null", 1]])
			assert.deepEqual(await select(`select count(*)::int as rows from read_parquet('${file("bounds.parquet")}') where ${where}`), [{ rows: rowsFound }], where);
	});

	test("bounds a column in each group, also behind one that it cannot bound", async () => {
		await assertKept("each.parquet", [{ name: "t", kind: "text" }], [["x".repeat(65)], ["b"], [null], ["a"]], { group: 1 });
		const found = await select(`select stats_min_value as least, stats_max_value as greatest, stats_null_count::int as nulls from parquet_metadata('${file("each.parquet")}') order by row_group_id`);
		assert.deepEqual(found.map(Object.values), [[null, null, 0], ["b", "b", 0], [null, null, 1], ["a", "a", 0]]);
	});

	test("bounds zeros of either sign by both, as the format asks", async () => {
		await assertKept("zeros.parquet", [{ name: "x", kind: "real" }], [["0"], ["-0"]]);
		const [{ columns: [{ meta_data: { statistics } }] }] = (await metadata("zeros.parquet")).row_groups;
		assert.ok(Object.is(statistics.min_value, -0) && Object.is(statistics.max_value, 0), `${statistics.min_value} ${statistics.max_value}`);
	});

	test("carries its metadata, the features of datasets among them", async () => {
		const given = ["huggingface", '{"info": {}}', "licence \"'", "CC0 ü", "empty", ""];
		const { lines } = await write("metadata.parquet", { columns: COLUMNS, metadata: given });
		const found = await select(`select decode(key) as key, decode(value) as value from parquet_kv_metadata('${file("metadata.parquet")}')`);
		assert.deepEqual(found.flatMap(Object.values), given);
		assert.deepEqual((await metadata("metadata.parquet")).key_value_metadata.flatMap(({ key, value }) => [key, value]), given);
		const { info: { features } } = JSON.parse(lines[0]);
		assert.deepEqual(Object.keys(features), COLUMNS.map((column) => column.name));
		assert.deepEqual(features.label, { names: BOTH, _type: "ClassLabel" });
		const [{ created_by }] = await select(`select created_by from parquet_file_metadata('${file("metadata.parquet")}')`);
		assert.match(created_by, /^touchstone version \d+$/);
	});

	test("is a table of a release, with its types and features", async () => {
		const columns = COLUMNS.filter((column) => column.kind !== "class").concat({ name: "label", kind: "text" });
		const rows = Array.from({ length: 300 }, (_, i) => [`${i}`, `${i}`, i % 2 ? null : "0.25", `${i % 3 === 0}`, i % 5 ? "a;b" : null, null, "1", BOTH[i % 2]]);
		await assertKept("table.parquet", columns, rows, { table: true });
		const types = await select(`describe select * from read_parquet('${file("table.parquet")}')`);
		assert.deepEqual(types.map((one) => one.column_type), ["VARCHAR", "BIGINT", "DOUBLE", "BOOLEAN", "VARCHAR[]", "VARCHAR", "BIGINT", "VARCHAR"]);
		const [{ key, value }] = (await metadata("table.parquet")).key_value_metadata;
		assert.equal(key, "huggingface");
		assert.deepEqual(JSON.parse(value).info.features.label, { dtype: "string", _type: "Value" });
	});

	test("is the same to the byte when it is written again", async () => {
		const random = seeded(11);
		const rows = Array.from({ length: 2000 }, (_, i) => [`${random()}`, `${i}`, `${random()}`, "true", "a;b", "fake", null, "1"]);
		await write("once.parquet", { columns: COLUMNS, rows, group: 700 });
		await write("again.parquet", { columns: COLUMNS, rows, group: 700 });
		assert.equal(digest(await readFile(file("once.parquet"))), digest(await readFile(file("again.parquet"))));
	});

	test("tells about how large it becomes", async () => {
		const rows = Array.from({ length: 2000 }, (_, i) => [digest(`${i}`), digest(`a ${i}`)]);
		const { lines } = await write("size.parquet", { columns: [{ name: "a", kind: "text" }, { name: "b", kind: "text" }], rows, group: 100 });
		const { size } = await stat(file("size.parquet"));
		assert.ok(Math.abs(Number(lines[1]) - size) < size / 10, `${lines[1]} of ${size}`);
	});

	test("fails, and not the program, where memory is short", async () => {
		await writeFile(file("large"), "");
		await truncate(file("large"), 100 << 20);
		const { code, lines } = await write("short.parquet", { columns: [{ name: "video", kind: "video" }], rows: [[null]], media: [{ file: file("large") }] }, ["bash", "-c", `ulimit -v 350000 && exec ${WRITER}`]);
		assert.deepEqual([code, lines.at(-1)], [1, "The server is short of memory. Try again in a moment."]);
	});

	test("that failed is one that no reader takes", async () => {
		const { code, lines } = await write("failed.parquet", { columns: [{ name: "n", kind: "integer" }], rows: [["1"], ["one"], ["2"]] });
		assert.equal(code, 1);
		assert.equal(lines.at(-1), "the column n holds no integer: one");
		await assert.rejects(read("failed.parquet"));
	});
});
