// SPDX-License-Identifier: Apache-2.0
// The files that describe a release to people and programs: each holds what its format requires, says what the other files
// are, and is the same on any day and in any place.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFile, readdir } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";

import { makeCorpus } from "../support/corpus.js";
import { faultsOf } from "../support/croissant.js";
import { readCsv } from "../support/csv.js";
import { Client, sha256 } from "../support/http.js";
import { Place, sql } from "../support/place.js";

const run = promisify(execFile);
const OPERATOR = "Institute <b>of</b> *Media*";
const PUBLISHER = { TOUCHSTONE_OPERATOR: OPERATOR, TOUCHSTONE_CONTACT: "data@example.org", TOUCHSTONE_PUBLIC_URL: "https://media.example.org" };
const TABLES = ["labels", "judgments", "trials", "crowd", "marks", "leaks"];

/** The files of a folder, as paths from it. */
async function filesIn(folder) {
	const entries = await readdir(folder, { recursive: true, withFileTypes: true });
	return entries.filter((one) => one.isFile()).map((one) => path.relative(folder, path.join(one.parentPath ?? one.path, one.name)));
}

describe("what describes a release", () => {
	let place, base, folder, croissant, datapackage, written = 0;

	const release = async (database, name, version, more = [], env = PUBLISHER) => {
		await place.program(database, ["release", "create", name, version, ...more], env);
		const target = path.join(place.folder, `${name}-${version}-${written++}`);
		await place.program(database, ["release", "write", name, version, target], env);
		return target;
	};
	const text = (name, of = folder) => readFile(path.join(of, name), "utf8");
	const bytes = (name) => readFile(path.join(folder, name));

	before(async () => {
		place = await Place.open("described");
		const { main } = await makeCorpus(path.join(place.folder, "corpus"), { practice: 1, pictures: 6 });
		base = await place.database("base");
		await place.program(base, ["import", main]);
		await sql(base, `insert into consensus (item_id, p_fake, low, high, judgments, fake_votes)
			select id, case truth when 'fake' then 0.99 else 0.01 end, 0, 1, 5, 3 from item where not training;
			update item set state = 'retired' where not training`);
		folder = await release(base, "media", "1.0");
		croissant = JSON.parse(await text("croissant.json"));
		datapackage = JSON.parse(await text("datapackage.json"));
	});

	after(() => place?.close());

	test("croissant.json is JSON-LD that has what Croissant and its RAI extension require", async () => {
		assert.deepEqual(await faultsOf(croissant), []);
		assert.equal(croissant.url, "https://media.example.org/data/media/1.0");
		assert.deepEqual(croissant.license, ["https://spdx.org/licenses/CC0-1.0.html"]);
		assert.equal(croissant.creator.name, OPERATOR);
	});

	test("a description without a licence, with a wrong digest or a field from nowhere does not conform", async () => {
		const wrong = [
			(one) => { delete one.license; },
			(one) => { one.distribution[0].sha256 = "0"; },
			(one) => { delete one.recordSet.find(({ name }) => name === "labels").field[0].source; },
			(one) => { one.recordSet.find(({ name }) => name === "trials").field[0].source.fileObject["@id"] = "nowhere.csv"; },
			(one) => { one.conformsTo.pop(); },
		];
		for (const spoil of wrong) {
			const copy = structuredClone(croissant);
			spoil(copy);
			assert.notDeepEqual(await faultsOf(copy), [], String(spoil));
		}
	});

	test("croissant.json lists the files as they are, and its sets are the media", async () => {
		const objects = croissant.distribution.filter((one) => one["@type"] === "cr:FileObject");
		const found = new Set();
		for (const one of objects) {
			const content = await bytes(one.name);
			assert.equal(sha256(content), one.sha256, one.name);
			assert.equal(one.contentSize, `${content.length} B`);
			assert.equal(one.contentUrl, `https://media.example.org/api/v1/releases/media/1.0/files/${one.name}`);
			found.add(one.name);
		}
		const sets = croissant.distribution.filter((one) => one["@type"] === "cr:FileSet");
		const patterns = sets.map((one) => new RegExp(`^${one.includes.replaceAll("*", "[^/]*")}$`));
		const unsaid = ["croissant.json", "datapackage.json", "SHA256SUMS", "SHA256SUMS.minisig", "manifest.note"];
		for (const file of await filesIn(folder))
			assert.equal(found.has(file) || unsaid.includes(file) || patterns.filter((one) => one.test(file)).length === 1, true, file);
		assert.deepEqual(sets.map((one) => one["@id"]), ["image-files", "video-files", "audio-files"]);
	});

	test("leakage.json has the leak table, and is about the labels that are there", async () => {
		const leakage = JSON.parse(await text("leakage.json")), table = readCsv(await text("leaks.csv"));
		assert.ok(table.length > 10);
		const rows = Object.entries(leakage.leaks).flatMap(([type, list]) => list.map((one) => [type, one.trait, ...[one.auc, one.low, one.high].map((n) => n.toFixed(4))]));
		assert.deepEqual(rows, table.map((row) => [row.media_type, row.trait, row.auc, row.low, row.high]));
		assert.equal(leakage.labels.sha256, sha256(await bytes("labels.csv")));
		assert.deepEqual([leakage.splits.seed, leakage.splits.version, leakage.splits.aim.train], [null, 1, 0.8]);
		assert.match(leakage.splits.rule, /^[a-z0-9-]{20,}$/);
	});

	test("figures.json counts every item", async () => {
		const figures = JSON.parse(await text("figures.json")), labels = readCsv(await text("labels.csv"));
		const total = (list, key) => list.reduce((sum, one) => sum + (key ? one[key] : one), 0);
		for (const { media_type: type, split, real, fake } of figures.labels)
			assert.deepEqual([real, fake], ["real", "fake"].map((label) => labels.filter((row) => row.media_type === type && row.split === split && row.label === label).length));
		assert.equal(total(figures.labels, "real") + total(figures.labels, "fake"), labels.length);
		assert.equal(total(figures.judgments, "items"), labels.length);
		assert.equal(total(figures.p_fake.all), labels.filter((row) => row.p_fake !== "").length);
		assert.equal(total(figures.techniques, "items"), labels.reduce((sum, row) => sum + row.technique.split(";").filter(Boolean).length, 0));
	});

	test("both descriptions and the dictionary name every column of every table, in order", async () => {
		const dictionary = readCsv(await text("dictionary.csv"));
		for (const table of TABLES) {
			const columns = (await text(`${table}.csv`)).split("\r\n", 1)[0].split(",");
			const records = croissant.recordSet.find((one) => one["@id"] === table);
			const resource = datapackage.resources.find((one) => one.name === table);
			assert.deepEqual(dictionary.filter((row) => row.table === table).map((row) => row.column), columns);
			assert.deepEqual(records.field.map((one) => one.source.extract.column), columns);
			assert.deepEqual(resource.schema.fields.map((one) => one.name), columns);
		}
		for (const row of dictionary)
			assert.match(row.meaning, /.{12}/, `${row.table} ${row.column}`);
	});

	test("datapackage.json lists the files as they are, with types and words that hold for every row", async () => {
		assert.equal(datapackage.$schema, "https://datapackage.org/profiles/2.0/datapackage.json");
		assert.deepEqual(datapackage.licenses, [{ name: "CC0-1.0", path: "https://spdx.org/licenses/CC0-1.0.html" }]);
		assert.equal(new Set(datapackage.resources.map((one) => one.name)).size, datapackage.resources.length);
		for (const one of datapackage.resources) {
			const content = await bytes(one.path);
			assert.match(one.name, /^[a-z0-9._-]+$/);
			assert.deepEqual([one.bytes, one.hash], [content.length, `sha256:${sha256(content)}`], one.path);
		}
		for (const { path: file, schema } of datapackage.resources.filter((one) => one.schema && one.path.endsWith(".csv")))
			for (const row of readCsv(await text(file)))
				for (const field of schema.fields) {
					const value = row[field.name];
					if (value === "")
						continue;
					if (field.constraints)
						assert.ok(field.constraints.enum.map(String).includes(value), `${file} ${field.name}: ${value}`);
					if (["integer", "number"].includes(field.type))
						assert.ok(Number.isFinite(Number(value)) && (field.type === "number" || Number.isInteger(Number(value))), `${file} ${field.name}: ${value}`);
				}
	});

	test("CITATION.cff has the keys that the format requires, and the words of the operator", async () => {
		const lines = (await text("CITATION.cff")).trimEnd().split("\n").map((line) => line.match(/^( {2}- )?([a-z-]+):(?: (.*))?$/));
		assert.ok(lines.every(Boolean));
		const values = Object.fromEntries(lines.filter(([, inner]) => !inner).map(([, , key, value]) => [key, value?.startsWith("\"") ? JSON.parse(value) : value]));
		for (const key of ["cff-version", "message", "title", "authors"])
			assert.ok(key in values, key);
		assert.equal(values["cff-version"], "1.2.0");
		assert.equal(values.type, "dataset");
		assert.equal(values.version, "1.0");
		assert.equal(values.license, "CC0-1.0");
		assert.match(values["date-released"], /^\d{4}-\d\d-\d\d$/);
		assert.deepEqual(lines.filter(([, inner]) => inner).map(([, , key, value]) => [key, JSON.parse(value)]), [["name", OPERATOR], ["name", "data@example.org"]]);
	});

	test("the datasheet answers every question, and what the operator says of itself is no markup", async () => {
		const sheet = await text("DATASHEET.md");
		const questions = sheet.match(/^\*\*.*\*\* .*$/gm);
		assert.ok(questions.length >= 40, String(questions.length));
		for (const line of questions)
			assert.match(line, /^\*\*[^*]+\?\*\* .{3,}\.$|Contact|&#64;/, line);
		for (const name of ["DATASHEET.md", "README.md"]) {
			assert.ok((await text(name)).includes("Institute &#60;b&#62;of&#60;/b&#62; &#42;Media&#42;"), name);
			assert.ok(!(await text(name)).includes("<b>"), name);
		}
		assert.equal(sheet.match(/\(null\)|undefined|NaN/), null);
	});

	test("what nobody said is left out, and other licences are listed", async () => {
		const database = await place.database("plain", { copyOf: base });
		await sql(database, "update item set licence = 'CC-BY-4.0' where media_type = 'video'; update item set licence = 'ask me' where media_type = 'audio'");
		const nobody = { TOUCHSTONE_OPERATOR: "", TOUCHSTONE_CONTACT: "", TOUCHSTONE_PUBLIC_URL: "" };
		const plain = await release(database, "plain", "1.0", ["--no-volunteers"], nobody);
		const described = JSON.parse(await text("croissant.json", plain));
		assert.deepEqual(await faultsOf(described), []);
		assert.match(described.url, /^urn:uuid:[0-9a-f-]{36}$/);
		assert.deepEqual(described.license.map((one) => one.name ?? one).sort(), ["ask me", "https://spdx.org/licenses/CC-BY-4.0.html", "https://spdx.org/licenses/CC0-1.0.html"]);
		assert.equal(described.recordSet.some((one) => one["@id"] === "judgments"), false);
		assert.match(JSON.parse(await text("datapackage.json", plain)).licenses[0].title, /^other: each item keeps its own: CC0-1\.0; /);
		assert.match(await text("CITATION.cff", plain), /authors:\n {2}- name: "Touchstone contributors"\n$/);
		assert.doesNotMatch(await text("README.md", plain), /Who publishes it/);
		assert.match((await place.program(database, ["release", "verify", plain])).stdout, /sound/);
	});

	test("anybody reads croissant.json at the address of the release", async () => {
		const server = await place.server(base, { more: { ...PUBLISHER, TOUCHSTONE_HOSTS: "127.0.0.1" } });
		const answer = await new Client(server.url).get("/api/v1/releases/media/1.0/croissant.json");
		assert.equal(answer.status, 200);
		assert.equal(answer.headers.get("content-type"), "application/ld+json");
		assert.deepEqual(Buffer.from(answer.bytes), await bytes("croissant.json"));
		assert.equal((await new Client(server.url).get("/api/v1/releases/media/9.9/croissant.json")).status, 404);
		await server.stop();
	});

	test("the same release is the same bytes in any time zone and language, and names its own day", async () => {
		const begun = await place.database("begun", { copyOf: base });
		await sql(begun, `with r as (insert into release (name, version, salt, created_at) values ('again', '1', sha256('salt'), '2001-02-03 23:30:00Z') returning id)
			insert into job (kind, subject) select 'release', id from r`);
		const sums = [];
		for (const [name, more] of [["east", { TZ: "Pacific/Kiritimati", PGTZ: "Pacific/Kiritimati", LC_ALL: "C.UTF-8" }], ["west", { TZ: "Etc/GMT+12", PGTZ: "Etc/GMT+12", LC_ALL: "POSIX" }]]) {
			const database = await place.database(name, { copyOf: begun });
			const target = await release(database, "again", "1", [], { ...PUBLISHER, ...more });
			assert.match(await text("CITATION.cff", target), /date-released: "2001-02-03"/);
			assert.match(await text("manifest.note", target), /date: 2001-02-03T23:30:00/);
			const { stdout } = await run("sh", ["-c", "find . -type f | LC_ALL=C sort | xargs sha256sum"], { cwd: target });
			sums.push(stdout);
		}
		assert.equal(sums[0], sums[1]);
	});
});
