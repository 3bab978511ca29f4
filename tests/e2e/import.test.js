// SPDX-License-Identifier: Apache-2.0
// Manifests as people have them: what is unambiguous goes in, whatever program wrote it, and of everything else the
// import says where it stands, what was found and what to do. Each test has a database of its own.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, readFile, readdir, rename, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";

import { picture } from "../support/corpus.js";
import { readCsv } from "../support/csv.js";
import { CHECKOUT, Place, asOwner, sql } from "../support/place.js";

const run = promisify(execFile);
const PICTURES = 8;
const MIGRATION = path.join(CHECKOUT, "db/migrations/0007_names.sql");

describe("importing a manifest", () => {
	let place, folder, base, count = 0;

	before(async () => {
		place = await Place.open("import");
		folder = path.join(place.folder, "media");
		await mkdir(path.join(folder, "sub"), { recursive: true });
		for (let i = 0; i < PICTURES; i++)
			await picture(path.join(folder, `p${i}.png`), i, false);
		await rename(path.join(folder, "p7.png"), path.join(folder, "sub", "p7.png"));
		base = await place.database("base");
	});

	after(() => place?.close());

	const empty = () => place.database(`of${count++}`, { copyOf: base });
	const write = async (name, content) => {
		await writeFile(path.join(folder, name), content);
		return path.join(folder, name);
	};
	/** What the command says, whether it fails or not. */
	const importing = async (database, ...args) => {
		try {
			return { code: 0, ...await place.program(database, ["import", ...args]) };
		} catch (error) {
			return { code: error.code, stdout: error.stdout, stderr: error.stderr };
		}
	};
	const items = (database, columns, where = "true") => sql(database, `select ${columns} from item where ${where} order by title`);

	test("the same person is the same whatever the manifest's form, and however the name is written", async () => {
		const database = await empty();
		const lines = await write("people.jsonl", [
			{ file: "p0.png", title: "0", identity: [3, 4], group: 9, pair: 7 },
			{ file: "p1.png", title: "1", identity: ["Jose\u0301 ", "4"], group: "9 ", pair: " 7" },
		].map((row) => `${JSON.stringify(row)}\n`).join(""));
		const table = await write("people.csv", "file,title,identity,group,pair\n" +
			"p2.png,2,3; 4;4;;,9,7\np3.png,3,\"Jos\u00e9;\ufeff4\",\u00a09 ,7\np4.png,4, Ann  Lee ;Ann\u00a0Lee,,\n");
		assert.equal((await importing(database, lines)).code, 0);
		assert.equal((await importing(database, table)).code, 0);
		assert.deepEqual(await items(database, "title, array_to_string(identities, ';'), pair", "title < '4'"), [
			["0", "3;4", "7"], ["1", "4;Jos\u00e9", "7"], ["2", "3;4", "7"], ["3", "4;Jos\u00e9", "7"],
		]);
		assert.deepEqual(await items(database, "distinct title, lineage", "title < '4'"), ["0", "1", "2", "3"].map((title) => [title, "9"]));
		assert.deepEqual(await items(database, "array_to_string(identities, ';')", "title = '4'"), [["Ann Lee"]]);
	});

	test("names that another program writes into the database get the same form", async () => {
		const database = await empty();
		await importing(database, await write("plain.csv", "file,title\np0.png,0\n"));
		await sql(database, "update item set lineage = ' g9', pair = E'Jose\\u0301', identities = array['p2 ', 'p2', '']");
		assert.deepEqual(await items(database, "lineage, pair, identities"), [["g9", "Jos\u00e9", "{p2}"]]);
		await sql(database, "alter table item disable trigger item_names");
		await assert.rejects(sql(database, "update item set lineage = ' g9'"), /item_lineage_is_canonical/);
		await assert.rejects(sql(database, "update item set identities = array['p2', 'p2']"), /item_identities_are_canonical/);
	});

	test("an update of the database mends names that are there, and an item keeps its split", async () => {
		const database = await empty();
		await importing(database, await write("old.csv", "file,title,identity\np0.png,0,p1\np1.png,1,p1\np2.png,2,p9\n"));
		await sql(database, `alter table item drop constraint item_lineage_is_canonical, drop constraint item_pair_is_canonical,
			drop constraint item_identities_are_canonical; drop trigger item_names on item; drop function make_names_canonical;
			drop function canonical_names; drop function canonical_name`);
		await sql(database, "update item set identities = array[' p1', 'p1'], lineage = 'g9 ', pair = '  ' where title = '1'");
		await sql(database, "insert into item_split select id, case title when '0' then 'train' else 'test' end from item");
		await run("psql", ["-Xq1", "-v", "ON_ERROR_STOP=1", "-f", MIGRATION, asOwner(database)]);
		assert.deepEqual(await items(database, "title, identities, coalesce(pair, '-')"), [["0", "{p1}", "-"], ["1", "{p1}", "-"], ["2", "{p9}", "-"]]);
		assert.deepEqual(await items(database, "lineage", "title = '1'"), [["g9"]]);
		assert.deepEqual(await sql(database, "select title, split from item join item_split s on s.item_id = id order by title"),
			[["0", "train"], ["1", "test"], ["2", "test"]]);
		// A later release cannot hold one person in two splits; it goes without the smaller split's item.
		await sql(database, "insert into consensus (item_id, p_fake, low, high, judgments, fake_votes) select id, 0.01, 0, 0.02, 9, 0 from item");
		await sql(database, "update item set state = 'retired'");
		await place.program(database, ["release", "create", "people", "1.0"]);
		assert.deepEqual(await sql(database, "select title, split from item join release_item r on r.item_id = id order by title"), [["0", "train"], ["2", "test"]]);
		assert.deepEqual(await sql(database, "select held_back from release"), [["1"]]);
	});

	test("a stray quote costs no row but its own, and the counts are true", async () => {
		const database = await empty();
		const rows = Array.from({ length: 300 }, (_, i) => (i === 4 ? "p3.png,27\" monitor" : i === 9 ? "p2.png,\"27 monitor" : `p${i % 3}.png,a monitor`));
		const said = await importing(database, await write("stray.csv", `file,title\n${rows.join("\n")}\n`));
		assert.match(said.stdout, /^300 rows: 4 new, 295 known already, 1 bad$/m);
		assert.match(said.stderr, /stray\.csv:11: .*a quote opens field 2/);
		assert.match(said.stderr, /1 rows were left out; the rest went in/);
		assert.equal(said.code, 1);
	});

	test("files outside of the manifest's folder are refused, by whatever way, and taken where that is asked for", async () => {
		const database = await empty();
		await mkdir(path.join(folder, "inner"), { recursive: true });
		await symlink(path.join(folder, "p1.png"), path.join(folder, "inner", "absolute.png"));
		await symlink("../p2.png", path.join(folder, "inner", "relative.png"));
		await symlink("..", path.join(folder, "inner", "up"));
		await picture(path.join(folder, "inner", "own.png"), 30, false);
		await picture(path.join(folder, "inner", "pointed.png"), 31, false);
		await symlink("pointed.png", path.join(folder, "inner", "within.png"));
		const ways = [path.join(folder, "p0.png"), "../p0.png", "absolute.png", "relative.png", "up/p3.png", "..\\p0.png", "/proc/self/root/etc/passwd"];
		const fine = ["own.png", "within.png", path.join(folder, "inner", "own.png")];
		const manifest = await write(path.join("inner", "m.csv"), `file\n${[...ways, ...fine].join("\n")}\n`);
		for (const more of [["--check"], []]) {
			const said = await importing(database, manifest, ...more);
			assert.match(said.stdout, more.length ? /^10 rows: 3 new, 0 known already, 7 bad/m : /^10 rows: 2 new, 1 known already, 7 bad$/m, said.stderr);
			assert.equal(said.stderr.match(/outside of the manifest's folder/g).length, ways.length, said.stderr);
		}
		const taken = await importing(database, manifest, "--allow-outside");
		assert.match(taken.stdout, /^10 rows: 4 new, 5 known already, 1 bad$/m, taken.stderr);
		const whole = await importing(await empty(), manifest, "--folder", folder);
		assert.match(whole.stderr, /there is no such file/);
	});

	test("several jobs do what one does: in the manifest's order, and of two rows of a file the first goes in", async () => {
		const rows = Array.from({ length: 24 }, (_, i) => (i % 6 === 5 ? `absent${i}.png,${i}` : `p${i % 4}.png,${i}`));
		const manifest = await write("jobs.csv", `file,title\n${rows.join("\n")}\n`);
		const told = [];
		for (const jobs of ["1", "4", "16"]) {
			const database = await empty(), list = path.join(folder, `jobs.${jobs}.csv`);
			const said = await importing(database, manifest, "--jobs", jobs, "--refused", list);
			assert.match(said.stdout, /^24 rows: 4 new, 0 known already, 20 bad$/m, said.stderr);
			const lines = said.stderr.split("\n").filter((line) => line.includes("jobs.csv:")).map((line) => line.replace(/item [0-9a-f-]+/, "item"));
			told.push({ lines, list: (await readFile(list, "utf8")).replaceAll(/item [0-9a-f-]+/g, "item"), items: await items(database, "title") });
		}
		assert.deepEqual(told[0].items, [["0"], ["1"], ["2"], ["3"]]);
		assert.deepEqual(told[1], told[0]);
		assert.deepEqual(told[2], told[0]);
		for (const jobs of ["0", "65", "two", ""])
			assert.match((await importing(base, manifest, "--jobs", jobs)).stderr, /--jobs is a whole number from 1 to 64/);
	});

	test("of two rows that show the same the first makes the item, however long its file takes", async () => {
		const database = await empty();
		for (let i = 0; i < 6; i++) {
			// The first is slow to look at, the second quick: the same picture, once with much more to unpack.
			await run("vips", ["black", path.join(folder, `slow${i}.v`), "400", String(400 + i), "--bands", "3"]);
			await run("vips", ["copy", path.join(folder, `slow${i}.v`), path.join(folder, `slow${i}.webp[lossless,effort=6]`)]);
			await run("vips", ["copy", path.join(folder, `slow${i}.v`), path.join(folder, `slow${i}.png`)]);
		}
		const rows = Array.from({ length: 6 }, (_, i) => `slow${i}.webp,first ${i}\nslow${i}.png,second ${i}`);
		const said = await importing(database, await write("twins.csv", `file,title\n${rows.join("\n")}\n`), "--jobs", "8");
		assert.match(said.stdout, /^12 rows: 6 new, 0 known already, 6 bad$/m, said.stderr);
		assert.deepEqual(await items(database, "title"), Array.from({ length: 6 }, (_, i) => [`first ${i}`]));
	});

	test("a spreadsheet's table goes in as it is", async () => {
		const database = await empty();
		const decomposed = "e\u0301.png", composed = "\u00fc.png";
		await picture(path.join(folder, decomposed), 20, false);
		await picture(path.join(folder, composed), 21, false);
		const table = "\ufefffile;Title; Truth;basis;GOLD;\r\np0.png;0;Real;Dataset_label;TRUE;\r\n;;;;;\r\nsub\\p7.png;1; fake;dataset label;FALSE;\r\n" +
			`\u00e9.png;2;;;;\r\nu\u0308.png;3;;;;\r\n./sub/../p1.png;4;;;0;\r\n`;
		for (const [name, bytes] of [["excel.csv", Buffer.from(table)], ["excel.txt", Buffer.from(`\ufeff${table.slice(1).replaceAll(";", "\t")}`, "utf16le")]]) {
			const said = await importing(database, await write(name, bytes));
			assert.equal(said.code, 0, said.stderr);
		}
		assert.deepEqual(await items(database, "title, coalesce(truth::text, '-'), gold"),
			[["0", "real", "t"], ["1", "fake", "f"], ["2", "-", "f"], ["3", "-", "f"], ["4", "-", "f"]]);
	});

	test("what was refused is a manifest with the reasons; mended, it goes in", async () => {
		const database = await empty();
		const manifest = await write("some.csv", "file,title,truth,basis\np0.png,0,real,dataset_label\np1.png,1,maybe,\nabsent.png,2,,\nP2.PNG,3,,\n");
		const said = await importing(database, manifest);
		assert.equal(said.code, 1);
		assert.match(said.stdout, /^4 rows: 1 new, 0 known already, 3 bad$/m);
		assert.match(said.stderr, /some\.csv:3: p1\.png: truth "maybe" is not known$/m);
		assert.match(said.stderr, /some\.csv:4: absent\.png: there is no such file/);
		assert.match(said.stderr, /some\.csv:5: P2\.PNG: there is no such file, but "p2\.png"/);
		const list = path.join(folder, "some.refused.csv");
		const text = await readFile(list, "utf8");
		assert.deepEqual(readCsv(text).map((row) => [row.file, row.title, row.truth, row.basis, row.reason !== ""]),
			[["p1.png", "1", "maybe", "", true], ["absent.png", "2", "", "", true], ["P2.PNG", "3", "", "", true]]);
		await writeFile(list, text.replace("maybe,", "fake,dataset_label").replace("absent", "p3").replace("P2.PNG", "p2.png"));
		const again = await importing(database, list);
		assert.equal(again.code, 0, again.stderr);
		assert.equal((await items(database, "id")).length, 4);
		await importing(database, manifest);
		assert.match(await readFile(list, "utf8"), /p3\.png/, "a list that somebody may have mended is not written over");
		assert.match(await readFile(path.join(folder, "some.refused-2.csv"), "utf8"), /maybe/);
	});

	test("--check tries every row and stores nothing", async () => {
		const database = await empty();
		await writeFile(path.join(folder, "text.png"), "not a picture");
		const manifest = await write("tried.csv", "file,gold,truth,basis\np0.png,,,\np1.png,yes,,\ntext.png,,,\nabsent.png,,,\n");
		const store = path.join(place.folder, "media-of-check");
		const env = { ...place.environment(database), TOUCHSTONE_STORE: `file:${store}` };
		const list = path.join(place.folder, "tried.refused.csv");
		const error = await run(process.env.PROGRAM, ["import", "--check", "--refused", list, manifest], { env }).catch((thrown) => thrown);
		assert.match(error.stdout, /^4 rows: 1 new, 0 known already, 3 bad; nothing was stored$/m);
		assert.match(error.stderr, /tried\.csv:3: p1\.png: gold needs a truth/);
		assert.match(error.stderr, /tried\.csv:4: text\.png: the file is text/);
		assert.match(error.stderr, /tried\.csv:5: absent\.png: there is no such file/);
		assert.equal(readCsv(await readFile(list, "utf8")).length, 3);
		assert.equal((await items(database, "id")).length, 0);
		await assert.rejects(readdir(store), { code: "ENOENT" });
		const whole = await importing(database, "--folder", folder, list);
		assert.match(whole.stderr, /tried\.refused\.csv:2: p1\.png: gold needs a truth/);
	});

	test("what was made of a copy in another container is not left in the store for ever", async () => {
		const database = await empty();
		await run("ffmpeg", ["-v", "error", "-y", "-f", "lavfi", "-i", "testsrc2=s=64x48:d=1:r=24", "-f", "lavfi", "-i", "sine=d=1", path.join(folder, "f.mp4")]);
		await run("ffmpeg", ["-v", "error", "-y", "-i", path.join(folder, "f.mp4"), "-c", "copy", path.join(folder, "f.mkv")]);
		const store = path.join(place.folder, "media-of-copies");
		const env = { ...place.environment(database), TOUCHSTONE_STORE: `file:${store}` };
		const { stdout } = await run(process.env.PROGRAM, ["import", await write("copies.csv", "file\nf.mp4\nf.mkv\n")], { env });
		assert.match(stdout, /^2 rows: 1 new, 1 known already, 0 bad$/m);
		const files = (await readdir(store, { recursive: true })).filter((name) => /^..\/[0-9a-f]{62}$/.test(name)).map((name) => name.replace("/", ""));
		const known = await sql(database, `select encode(f, 'hex') from item, lateral (values (sha256), (rendition), (poster), (thumbnail)) as files (f)
			union select encode(sha256, 'hex') from item_copy union select unnest(digests) from media_intake`);
		assert.ok(files.length > 5, "the copy has a rendition of its own, or this tests nothing");
		assert.deepEqual(files.filter((digest) => !known.some(([one]) => one === digest)), []);
	});

	test("a file whose name breaks lines is refused, one that turns their direction goes in, and nothing of either is shown", async () => {
		const database = await empty();
		const names = ["two\nlines.png", "\u202egnp.exe", "a\u2066b\u2069.png", "-rf.png", "$(id).png", "'; drop table item; --.png", "<script>alert(1)<|script>.png", "%s%n.png"];
		for (const [at, name] of names.entries())
			await picture(path.join(folder, "named.png"), 40 + at, false).then(() => rename(path.join(folder, "named.png"), path.join(folder, name)));
		const rows = names.map((name, at) => JSON.stringify({ file: name, title: String(at) })).join("\n");
		const said = await importing(database, await write("named.jsonl", `${rows}\n`));
		assert.match(said.stdout, /^8 rows: 7 new, 0 known already, 1 bad$/m, said.stderr);
		assert.match(said.stderr, /named\.jsonl:1: file holds a line end or a tab$/m);
		const again = await importing(database, await write("absent.jsonl", `${JSON.stringify({ file: "no\u2028such\u202e.png" })}\n`));
		assert.match(again.stdout, /1 bad/);
		assert.doesNotMatch(said.stdout + said.stderr + again.stdout + again.stderr, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/);
	});

	test("nothing that a manifest holds commands the terminal", async () => {
		const database = await empty();
		const manifest = await write("escape.csv", "file,truth\n\u001b[2Jx.png,\u001b]0;title\u0007\u202ereal\n\u009bK.png,\n");
		const said = await importing(database, manifest);
		assert.match(said.stdout, /2 bad/);
		assert.doesNotMatch(said.stdout + said.stderr, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
		const stranger = path.join(place.folder, "stranger");
		await mkdir(stranger);
		for (const [name, content] of [["SHA256SUMS", ""], ["\u001b[2J.png", "x"]])
			await writeFile(path.join(stranger, name), content);
		const verified = await run(process.env.PROGRAM, ["release", "verify", stranger]).catch((thrown) => thrown);
		assert.match(verified.stdout, /^\?\[2J\.png: not part of the release/m);
		const header = await importing(database, await write("escape2.csv", "file,\u001b[2J\na,b\n"));
		assert.match(header.stderr, /there is no column "\?\[2J"/);
	});
});
