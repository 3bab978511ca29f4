// SPDX-License-Identifier: Apache-2.0
// A release in every layout, as a folder and as an archive, read by the programs that read such things.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";

import { DuckDBInstance } from "@duckdb/node-api";
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from "hyparquet";
import { compressors } from "hyparquet-compressors";

import { makeCorpus } from "../support/corpus.js";
import { readCsv } from "../support/csv.js";
import { Client, sha256 } from "../support/http.js";
import { Place, sql, until } from "../support/place.js";
import { loadClassFolders } from "../support/release.js";

const run = promisify(execFile);
const NAME = "faces", VERSION = "1.0";
const ADDRESS = `/api/v1/releases/${NAME}/${VERSION}`;
const LAYOUTS = ["touchstone", "class-folders", "huggingface", "webdataset", "parquet", "csv", "jsonl", "dfdc", "deepfakebench", "bagit"];

/** All files below a folder, by their paths. */
async function filesOf(folder) {
	const files = new Map();
	for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }))
		if (entry.isFile()) {
			const whole = path.join(entry.parentPath ?? entry.path, entry.name);
			files.set(path.relative(folder, whole), sha256(await readFile(whole)));
		}
	return files;
}

/** Same paths, same bytes. */
function assertSame(found, expected) {
	assert.deepEqual([...found].sort(), [...expected].sort());
}

const jsonLines = async (file) => (await readFile(file, "utf8")).trimEnd().split("\n").map((line) => JSON.parse(line));
const isMedium = (file) => /\.(jpg|mp4)$/.test(file);

describe("a release in every layout", () => {
	let place, database, server, own, labels;

	before(async () => {
		place = await Place.open("layouts");
		const { main } = await makeCorpus(place.folder);
		database = await place.database("layouts", { copyOf: await place.imported("layouts-base", main) });
		await sql(database, "update item set gold = truth is not null and not training, basis = 'dataset_label' where true");
		await place.program(database, ["campaign", "close", "default"]);
		await place.program(database, ["release", "create", NAME, VERSION]);
		own = path.join(place.folder, "own");
		await place.program(database, ["release", "write", NAME, VERSION, own]);
		labels = readCsv(await readFile(path.join(own, "labels.csv"), "utf8"));
		for (const layout of LAYOUTS)
			await place.program(database, ["release", "write", NAME, VERSION, path.join(place.folder, layout), "--format", layout]);
		server = await place.server(database);
	});

	after(() => place?.close());

	const folderOf = (layout) => path.join(place.folder, layout);

	test("the release has both labels of each medium, so that what follows shows something", () => {
		for (const type of ["image", "video", "audio"])
			assert.deepEqual([...new Set(labels.filter((row) => row.media_type === type).map((row) => row.label))].sort(), ["fake", "real"], type);
	});

	test("every layout is whole by its own list of checksums", async () => {
		for (const layout of LAYOUTS) {
			const sums = layout === "bagit" ? ["manifest-sha256.txt", "tagmanifest-sha256.txt"] : ["SHA256SUMS"];
			const listed = new Set(sums);
			for (const list of sums) {
				await run("sha256sum", ["-c", "--quiet", "--strict", list], { cwd: folderOf(layout) });
				for (const line of (await readFile(path.join(folderOf(layout), list), "utf8")).trimEnd().split("\n"))
					listed.add(line.slice(66));
			}
			const there = [...(await filesOf(folderOf(layout))).keys()].filter((file) => !/minisig$|manifest\.note$/.test(file));
			assert.deepEqual(there.sort(), [...listed].filter((file) => !/minisig$|manifest\.note$/.test(file)).sort(), layout);
		}
	});

	test("minisign checks the list of every layout that has one, and so does verify", async () => {
		const { stdout } = await place.program(database, ["release", "key"]);
		const [key] = stdout.split("\t");
		for (const layout of LAYOUTS) {
			const folder = layout === "bagit" ? path.join(folderOf(layout), "data") : folderOf(layout);
			if (!process.env.PATH.split(":").some((at) => existsSync(path.join(at, "minisign"))))
				continue;
			const said = await run("minisign", ["-V", "-m", "SHA256SUMS", "-P", key], { cwd: folder });
			assert.match(said.stdout, ["touchstone", "bagit"].includes(layout) ? /release:faces 1\.0\thashed/ : new RegExp(`release:faces 1\\.0\tformat:${layout}\thashed`), layout);
			const verified = await place.program(database, ["release", "verify", folder, "--key", key]);
			assert.match(verified.stdout, /, sound/, layout);
		}
	});

	test("the layout of the release itself is what is written without a format", async () => {
		assertSame(await filesOf(folderOf("touchstone")), await filesOf(own));
	});

	test("layouts with media hold each of them once, and no other", async () => {
		const media = labels.map((row) => row.sha256).sort();
		for (const layout of ["class-folders", "huggingface", "dfdc"]) {
			const files = [...(await filesOf(folderOf(layout)))].filter(([file]) => isMedium(file));
			assert.deepEqual(files.map(([, digest]) => digest).sort(), media, layout);
		}
	});

	test("class folders number real 0 and fake 1 in each split, and labels.csv names their files", async () => {
		for (const split of new Set(labels.map((row) => row.split))) {
			const { classes } = await loadClassFolders(path.join(folderOf("class-folders"), split));
			assert.ok(classes.every((name) => ["0_real", "1_fake"].includes(name)), classes.join(" "));
		}
		const rows = readCsv(await readFile(path.join(folderOf("class-folders"), "labels.csv"), "utf8"));
		assert.equal(rows.length, labels.length);
		for (const row of rows) {
			assert.equal(path.dirname(row.file), `${row.split}/${row.label === "fake" ? "1_fake" : "0_real"}`);
			assert.equal(sha256(await readFile(path.join(folderOf("class-folders"), row.file))), row.sha256);
			assert.deepEqual({ ...row, file: "" }, { ...labels.find((one) => one.item === row.item), file: "" });
		}
	});

	test("folders of Hugging Face have a row a file, the same columns in all splits, and none that is null in all", async () => {
		for (const type of ["image", "video", "audio"]) {
			const folder = path.join(folderOf("huggingface"), type), rows = [];
			for (const split of await readdir(folder)) {
				const metadata = await jsonLines(path.join(folder, split, "metadata.jsonl"));
				const files = (await readdir(path.join(folder, split))).filter(isMedium);
				assert.deepEqual(metadata.map((row) => row.file_name).sort(), files.sort());
				rows.push(...metadata);
			}
			assert.equal(new Set(rows.map((row) => Object.keys(row).join())).size, 1, type);
			for (const column of Object.keys(rows[0]))
				assert.ok(rows.some((row) => row[column] !== null && row[column]?.length !== 0), `${type} ${column}`);
			assert.ok(rows.every((row) => !row.file_name.includes("://")));
			assert.equal(rows.length, labels.filter((row) => row.media_type === type).length);
		}
		assert.doesNotMatch(await readFile(path.join(folderOf("huggingface"), "README.md"), "utf8"), /^configs:/m);
	});

	test("shards hold samples of one ending, each with its class and its row", async () => {
		const seen = [];
		for (const shard of (await readdir(folderOf("webdataset"))).filter((file) => file.endsWith(".tar"))) {
			const [, type, split] = /^(\w+)-(\w+)-\d{6}\.tar$/.exec(shard);
			const out = path.join(place.folder, "shards", shard);
			await mkdir(out, { recursive: true });
			await run("tar", ["-xf", path.join(folderOf("webdataset"), shard), "-C", out]);
			const files = await readdir(out), keys = new Set(files.map((file) => file.split(".")[0]));
			assert.equal(new Set(files.map((file) => path.extname(file)).filter((ending) => ![".cls", ".json"].includes(ending))).size, 1);
			assert.equal(files.length, 3 * keys.size);
			for (const key of keys) {
				const row = JSON.parse(await readFile(path.join(out, `${key}.json`), "utf8"));
				const [medium] = files.filter((file) => file.startsWith(`${key}.`) && isMedium(file));
				assert.equal(sha256(await readFile(path.join(out, medium))), row.sha256);
				assert.equal(await readFile(path.join(out, `${key}.cls`), "utf8"), row.label === "fake" ? "1" : "0");
				assert.deepEqual([row.media_type, row.split], [type, split]);
				seen.push(row.item);
			}
		}
		assert.deepEqual(seen.sort(), labels.map((row) => row.item).sort());
	});

	test("tables of Parquet hold each medium with its row, for DuckDB and for hyparquet", async () => {
		const duck = await (await DuckDBInstance.create(":memory:")).connect();
		for (const type of ["image", "video", "audio"]) {
			const folder = path.join(folderOf("parquet"), "data", type), expected = labels.filter((row) => row.media_type === type);
			const said = (await duck.runAndReadAll(`select item, split, label, sha256, sha256(${type}.bytes) as digest, ${type}.path as path, identities, p_fake, judgments from read_parquet('${folder}/*.parquet') order by item`)).getRowObjectsJS();
			assert.equal(said.length, expected.length);
			for (const row of said) {
				const label = expected.find((one) => one.item === row.item);
				assert.deepEqual([row.sha256, row.digest, row.split, Number(row.label), Number(row.judgments)], [label.sha256, label.sha256, label.split, label.label === "fake" ? 1 : 0, Number(label.judgments)]);
				assert.equal(row.path, path.basename(label.file));
			}
			const digests = [];
			for (const name of await readdir(folder)) {
				assert.match(name, /^(train|validation|test)-\d{5}-of-\d{5}\.parquet$/);
				const file = await asyncBufferFromFile(path.join(folder, name));
				const { key_value_metadata: metadata } = await parquetMetadataAsync(file);
				const { features } = JSON.parse(metadata.find(({ key }) => key === "huggingface").value).info;
				assert.deepEqual(features.label.names, ["real", "fake"]);
				for (const row of await parquetReadObjects({ file, compressors, utf8: false }))
					digests.push([sha256(Buffer.from(row[type].bytes)), String(row.sha256)]);
			}
			assert.equal(digests.length, expected.length);
			for (const [digest, expectedDigest] of digests)
				assert.equal(digest, Buffer.from(expectedDigest).toString());
		}
		const [{ n }] = (await duck.runAndReadAll(`select count(*) as n from '${folderOf("parquet")}/leaks.parquet'`)).getRowObjectsJS();
		assert.equal(Number(n), readCsv(await readFile(path.join(own, "leaks.csv"), "utf8")).length);
		duck.closeSync();
	});

	test("the layout of DFDC says of each file what it is, and whose fake", async () => {
		let originals = 0;
		for (const split of new Set(labels.map((row) => row.split))) {
			const folder = path.join(folderOf("dfdc"), split);
			const metadata = JSON.parse(await readFile(path.join(folder, "metadata.json"), "utf8"));
			assert.deepEqual(Object.keys(metadata).sort(), (await readdir(folder)).filter(isMedium).sort());
			for (const [file, said] of Object.entries(metadata)) {
				const row = labels.find((one) => path.basename(one.file) === file);
				assert.deepEqual([said.label, said.split], [row.label.toUpperCase(), row.split]);
				if (said.original) {
					originals++;
					const original = labels.find((one) => path.basename(one.file) === said.original);
					assert.deepEqual([row.label, original.label, original.lineage, original.split], ["fake", "real", row.lineage, row.split]);
				}
			}
		}
		assert.ok(originals > 0);
	});

	test("the layout of DeepfakeBench names a file for each picture and film", async () => {
		const { [NAME]: set } = JSON.parse(await readFile(path.join(folderOf("deepfakebench"), `${NAME}.json`), "utf8"));
		const frames = [];
		assert.deepEqual(Object.keys(set), [`${NAME}_Real`, `${NAME}_Fake`]);
		for (const [label, splits] of Object.entries(set)) {
			assert.deepEqual(Object.keys(splits), ["train", "val", "test"]);
			for (const entries of Object.values(splits))
				for (const entry of Object.values(entries)) {
					assert.equal(entry.label, label);
					frames.push(...entry.frames);
				}
		}
		assert.equal(frames.length, labels.filter((row) => row.media_type !== "audio").length);
		for (const frame of frames)
			assert.ok(existsSync(path.join(folderOf("deepfakebench"), frame.slice(NAME.length + 1))), frame);
	});

	test("tables alone say the same as CSV and as JSON lines", async () => {
		assert.ok([...(await filesOf(folderOf("csv"))).keys()].every((file) => !file.includes("/")));
		assert.deepEqual(await readFile(path.join(folderOf("jsonl"), "labels.jsonl")), await readFile(path.join(own, "labels.jsonl")));
		for (const table of ["judgments", "trials", "crowd", "marks", "leaks"]) {
			const rows = readCsv(await readFile(path.join(own, `${table}.csv`), "utf8"));
			const text = await readFile(path.join(folderOf("jsonl"), `${table}.jsonl`), "utf8");
			const lines = text ? text.trimEnd().split("\n").map((line) => JSON.parse(line)) : [];
			assert.equal(lines.length, rows.length, table);
			for (const [i, line] of lines.entries())
				for (const [column, value] of Object.entries(line))
					assert.equal(String(Array.isArray(value) ? value.join(";") : value ?? ""), String(Number(rows[i][column]) === value ? value : rows[i][column]), `${table} ${column}`);
		}
	});

	test("a bag says how much it holds", async () => {
		const info = await readFile(path.join(folderOf("bagit"), "bag-info.txt"), "utf8");
		const files = [...(await filesOf(path.join(folderOf("bagit"), "data"))).keys()];
		let bytes = 0;
		for (const file of files)
			bytes += (await stat(path.join(folderOf("bagit"), "data", file))).size;
		assert.match(info, new RegExp(`^Payload-Oxum: ${bytes}\\.${files.length}$`, "m"));
	});

	describe("over HTTP", () => {
		let release;

		before(async () => {
			release = await until("all layouts", async () => {
				const { json } = await new Client(server.url).get(ADDRESS);
				return json.layouts?.length === LAYOUTS.length && json;
			}, { seconds: 60, every_ms: 200 });
		});

		test("each layout is listed, and its files are there one by one", async () => {
			for (const layout of release.layouts) {
				const files = await filesOf(folderOf(layout.format));
				assert.equal(layout.files, files.size, layout.format);
				for (const [file, digest] of files) {
					const answer = await new Client(server.url).get(layout.files_url + file);
					assert.equal(answer.status, 200, `${layout.format} ${file}`);
					assert.equal(sha256(answer.bytes), digest, file);
				}
			}
		});

		/** The archive as one who downloads it gets it, unpacked by a program. */
		async function unpacked(name, unpack) {
			const answer = await new Client(server.url).get(`${ADDRESS}/archives/${name}`);
			assert.equal(answer.status, 200);
			const file = path.join(place.folder, name), out = `${file}.${unpack[0]}`;
			await writeFile(file, answer.bytes);
			await mkdir(out, { recursive: true });
			await run(unpack[0], unpack.slice(1).map((word) => (word === "FILE" ? file : word)), { cwd: out });
			return { answer, files: await filesOf(path.join(out, `${NAME}-${VERSION}`)) };
		}

		test("archives open in tar, bsdtar, unzip, 7z and Python, and hold what the folder holds", async (t) => {
			const python = (module, open) => ["python3", "-c", `import ${module}; ${open}`];
			for (const [name, ...unpack] of [
				["class-folders.tar", "tar", "-xf", "FILE"], ["huggingface.tar", "bsdtar", "-xf", "FILE"], ["webdataset.tar", "tar", "-xf", "FILE"],
				["class-folders.zip", "unzip", "-q", "FILE"], ["dfdc.zip", "7z", "x", "-bd", "FILE"], ["touchstone.zip", "bsdtar", "-xf", "FILE"],
				["touchstone.tar", ...python("tarfile", "tarfile.open('FILE').extractall()")],
				["bagit.zip", ...python("zipfile", "z = zipfile.ZipFile('FILE'); assert z.testzip() is None; z.extractall()")],
			]) {
				if (!(await run("which", [unpack[0]]).catch(() => null))) {
					t.diagnostic(`${unpack[0]} is not installed: ${name} is not opened by it`);
					continue;
				}
				const words = unpack.map((word) => word.replace("'FILE'", `'${path.join(place.folder, name)}'`));
				const { answer, files } = await unpacked(name, words);
				const layout = release.layouts.find(({ format }) => name.startsWith(`${format}.`));
				assert.equal(answer.bytes.length, layout[name.split(".").at(-1)].bytes, name);
				assertSame(files, await filesOf(folderOf(layout.format)));
			}
		});

		test("a part of an archive is that part of the whole, and another version's is not taken for it", async () => {
			for (const kind of ["tar", "zip"]) {
				const url = `${ADDRESS}/archives/huggingface.${kind}`, client = new Client(server.url);
				const whole = await client.get(url), etag = whole.headers.get("etag");
				assert.match(etag, /^"[0-9a-f]{64}-(tar|zip)"$/);
				for (const [from, to] of [[0, 0], [511, 513], [100000, 300000], [whole.bytes.length - 700, whole.bytes.length - 1]]) {
					const part = await client.get(url, { range: `bytes=${from}-${to}`, "if-range": etag });
					assert.equal(part.status, 206);
					assert.equal(part.headers.get("content-range"), `bytes ${from}-${to}/${whole.bytes.length}`);
					assert.ok(part.bytes.equals(whole.bytes.subarray(from, to + 1)), `${kind} ${from}`);
				}
				assert.equal((await client.get(url, { range: "bytes=5-6", "if-range": "\"other\"" })).status, 200);
				assert.equal((await client.get(url, { "if-none-match": etag })).status, 304);
				assert.equal((await client.get(url, { range: `bytes=${whole.bytes.length}-` })).status, 416);
			}
		});

		test("curl goes on where it broke off", async () => {
			const { bytes } = await new Client(server.url).get(`${ADDRESS}/archives/class-folders.tar`);
			const file = path.join(place.folder, "resumed.tar");
			await writeFile(file, bytes.subarray(0, 123456));
			await run("curl", ["-sSf", "-C", "-", "-o", file, `${server.url}${ADDRESS}/archives/class-folders.tar`]);
			assert.ok((await readFile(file)).equals(bytes));
		});

		test("another server, in another time zone, sends the same bytes", async () => {
			const other = await place.server(database, { more: { TZ: "Asia/Kathmandu" } });
			for (const name of ["class-folders.tar", "webdataset.zip"]) {
				const [here, there] = await Promise.all([server, other].map(({ url }) => new Client(url).get(`${ADDRESS}/archives/${name}`)));
				assert.equal(sha256(here.bytes), sha256(there.bytes), name);
			}
		});

		test("what is not there is not found, in a sentence", async () => {
			for (const address of ["archives/rar.tar", "archives/class-folders.rar", "archives/class-folders", "layouts/rar/files/README.md", "layouts/csv/files/..", "layouts/csv/files/labels.txt"]) {
				const answer = await new Client(server.url).get(`${ADDRESS}/${address}`);
				assert.equal(answer.status, 404, address);
				assert.ok(answer.json.detail.length > 20);
			}
			assert.equal((await new Client(server.url).get("/api/v1/releases/faces/9.9/archives/csv.tar")).status, 404);
		});
	});

	test("an unknown format is refused with the names of those that there are", async () => {
		const { stderr } = await place.program(database, ["release", "write", NAME, VERSION, path.join(place.folder, "none"), "--format", "rar"]).catch((error) => error);
		assert.match(stderr, /There are: touchstone class-folders huggingface/);
	});

	test("a medium that changed on disk stops a layout, which is not there then", async () => {
		await Promise.all(place.servers.map((one) => one.stop()));
		const spoiled = await place.database("spoiled", { copyOf: database });
		await sql(spoiled, "alter table release_artefact disable trigger user; delete from release_artefact; alter table release_artefact enable trigger user");
		const { stdout: where } = await run("find", [place.folder, "-name", `${labels[0].sha256.slice(2)}*`, "-o", "-name", `${labels[0].sha256}*`]);
		const [file] = where.trim().split("\n");
		const bytes = await readFile(file);
		await rm(file);
		bytes[bytes.length >> 1] ^= 1;
		await writeFile(file, bytes);
		const folder = path.join(place.folder, "spoiled");
		const { stderr } = await place.program(spoiled, ["release", "write", NAME, VERSION, folder, "--format", "csv"]).catch((error) => error);
		assert.match(stderr, /damaged/);
		assert.deepEqual(await sql(spoiled, "select path from release_artefact"), []);
		assert.ok(!existsSync(folder));
	});
});
