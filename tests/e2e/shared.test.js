// SPDX-License-Identifier: Apache-2.0
// The whole job on a folder of real media: import, 200 simulated volunteers of known skill judge over HTTP, a researcher
// makes a release and downloads it, its labels are held against the truth, and each layout is loaded by what loads such. The
// folder, ../shared/data/media beside
// the checkout, is no part of the project; without it this is skipped.
//
// The bound. The crowd must be sure and right about BOUND of the items that it is to label (those that are not gold);
// an item that it cannot settle, or settles against its source, does not count. With measure.js, seeds 1 to 20: honest
// crowds were sure and right about 31 to 35 of 35, the spoiled ones about 6 to 24. The server draws pairs by chance of
// its own, so a seed fixes the volunteers and not the outcome.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";

import { DuckDBInstance } from "@duckdb/node-api";
import { asyncBufferFromFile, parquetReadObjects } from "hyparquet";
import { compressors } from "hyparquet-compressors";

import { faultsOf } from "../support/croissant.js";
import { runCrowd } from "../support/crowd.js";
import { readCsv } from "../support/csv.js";
import { Client, sha256 } from "../support/http.js";
import { knownItems, outcome, scored } from "../support/outcome.js";
import { CHECKOUT, Place, sql, until } from "../support/place.js";
import { download, makeRelease, researcher } from "../support/release.js";
import { measurable, mixes, oddPairs, repeats, sides, tellTales, telling } from "../support/traffic.js";
import { HONEST, SPOILED } from "./crowds.js";

const run = promisify(execFile);

const MANIFEST = path.resolve(CHECKOUT, "../shared/data/media/manifest.csv");
const SEED = Number(process.env.SEED ?? 1);
const VOLUNTEERS = 200;
const BOUND = 0.8;
const LAYOUTS = ["touchstone", "class-folders", "huggingface", "webdataset", "parquet", "csv", "jsonl", "dfdc", "deepfakebench", "bagit"];
const PYTHON = "/usr/bin/python3"; // Debian's, which has Debian's torchvision

const there = existsSync(MANIFEST);

describe("real media, judged by a crowd", { skip: there ? false : `no ${path.relative(CHECKOUT, MANIFEST)}` }, () => {
	let place, base, database, server, items, traffic, result, release, folder;

	before(async () => {
		place = await Place.open("shared");
		base = await place.imported("base", MANIFEST);
	});

	after(() => place?.close());

	test("the manifest is imported whole, and importing it again adds nothing", async () => {
		const rows = readCsv(await readFile(MANIFEST, "utf8"));
		const again = await place.program(base, ["import", MANIFEST]);
		assert.match(again.stdout + again.stderr, new RegExp(`${rows.length} rows: 0 new, ${rows.length} known already, 0 bad`));
		const found = await sql(base, "select encode(sha256, 'hex'), truth, gold, media_type, coalesce(pair, ''), height > width from item");
		assert.equal(found.length, rows.length);
		const known = new Map(found.map(([digest, ...rest]) => [digest, rest]));
		for (const row of rows) {
			const digest = sha256(await readFile(path.join(path.dirname(MANIFEST), row.file)));
			const [taller, ...rest] = known.get(digest).toReversed();
			assert.deepEqual(rest.toReversed(), [row.truth, row.gold === "true" ? "t" : "f", row.file.split("/")[1], row.pair], row.file);
			if (row.file.includes("exif_rot6"))
				assert.equal(taller, "t", "it is shown as the camera was held");
		}
	});

	test("200 volunteers judge until nothing is left to ask", async (t) => {
		database = await place.database("honest", { copyOf: base });
		server = await place.server(database);
		items = await knownItems(database);
		const began = Date.now();
		traffic = await runCrowd({ url: server.url, items, seed: SEED, volunteers: VOLUNTEERS, kinds: HONEST });
		const seconds = (Date.now() - began) / 1000;
		await scored(database);
		result = await outcome(database);
		t.diagnostic(`seed ${SEED}: ${traffic.showings.length} pairs, ${traffic.exchanges.length} requests in ${seconds.toFixed(1)} s`);
		assert.equal(new Set(traffic.exchanges.filter((one) => one.path === "/api/v1/volunteers").map((one) => one.json.volunteer)).size, VOLUNTEERS);
		// An item may fade, and come back, when the last volunteer has gone: then the crowd is not sure of it any more.
		const [[overdue]] = await sql(database, `select count(*) from item i join campaign k on k.id = i.campaign_id left join consensus c on c.item_id = i.id
			where i.state = 'in_service' and not i.gold and not i.training
			and (c.judgments is null or c.judgments >= k.max_judgments or greatest(c.p_fake, 1 - c.p_fake) >= k.threshold)`);
		assert.equal(overdue, "0", "an item that the crowd is sure of, or has judged often enough, is still in service");
		// Where scoring lagged behind, that are more than one or two; then others come, and it must have an end.
		for (let round = 1; round <= 4 && result.open > 2; round++) {
			const more = await runCrowd({ url: server.url, items, seed: SEED + 1000 * round, volunteers: 25, kinds: HONEST });
			for (const kept of ["visitors", "showings", "exchanges"])
				traffic[kept].push(...more[kept]);
			await scored(database);
			result = await outcome(database);
			t.diagnostic(`25 more: ${result.open} items are open`);
		}
		assert.ok(result.open <= 2, `${result.open} items are neither retired nor disputed`);
	});

	test("what was acknowledged is what is stored, once each", async () => {
		const judged = traffic.showings.filter((one) => one.results);
		const [[pairs, judgments]] = await sql(database, "select (select count(*) from judged_pair), (select count(*) from judgment)");
		assert.equal(Number(pairs), judged.length);
		assert.equal(Number(judgments), 2 * judged.length);
		for (const { results, again } of judged.filter((one) => one.again))
			assert.deepEqual(again, results);
	});

	test("no volunteer saw an item or its lineage twice, or an odd pair", () => {
		assert.deepEqual(repeats(traffic), []);
		assert.deepEqual(oddPairs(traffic), []);
	});

	test("fakes were as often left as right, for every volunteer", (t) => {
		const { left, right, z, worst } = sides(traffic);
		t.diagnostic(`fakes on the left ${left}, on the right ${right} (z ${z.toFixed(2)}); largest difference for one volunteer ${worst}`);
		assert.ok(Math.abs(z) < 4, `z is ${z}`);
		assert.ok(worst <= 10, `a volunteer saw ${worst} more fakes on one side`);
	});

	test("pairs were of two reals, two fakes, and one of each", (t) => {
		const counts = mixes(traffic);
		t.diagnostic(JSON.stringify(counts));
		for (const [kind, n] of Object.entries(counts))
			assert.ok(n > 0, `no pair was ${kind}`);
	});

	test("no answer told the truth before its time", () => {
		assert.deepEqual(tellTales(traffic), []);
	});

	test("neither headers nor addresses of media told one item from another", (t) => {
		t.diagnostic(`what an onlooker can measure, as P(fake has more than real), .5 tells nothing: ${JSON.stringify(measurable(traffic))}`);
		assert.deepEqual(telling(traffic), []);
	});

	test("an address of a medium works for its volunteer alone", async () => {
		const [{ visitor, shown: [{ media }] }] = traffic.showings;
		const other = traffic.visitors.find((one) => one !== visitor);
		assert.equal((await visitor.client.get(media.url)).status, 200);
		assert.equal((await other.client.get(media.url)).status, 404);
		assert.equal((await new Client(server.url).get(media.url)).status, 404);
	});

	test("a volunteer learns of settled items only, never of gold", async () => {
		for (const { client } of traffic.visitors.slice(0, 20)) {
			let { json } = await client.get("/api/v1/me?limit=100");
			const results = [...json.results];
			while (json.next) {
				({ json } = await client.get(`/api/v1/me?limit=100&cursor=${encodeURIComponent(json.next)}`));
				results.push(...json.results);
			}
			const [[due]] = await sql(database, `select count(*) from judgment j join item i on i.id = j.item_id
				where j.volunteer_id = '${json.volunteer}' and not i.gold and i.state in ('retired', 'settled')`);
			assert.equal(results.length, Number(due));
		}
	});

	test("the crowd is sure and right about most of what it was to label", (t) => {
		t.diagnostic(JSON.stringify(result));
		assert.ok(result.right / result.items >= BOUND, `right about ${result.right} of ${result.items}`);
	});

	test("a spoiled crowd does not reach that bound", async (t) => {
		const spoiled = await place.database("spoiled", { copyOf: base });
		const other = await place.server(spoiled);
		await runCrowd({ url: other.url, items: await knownItems(spoiled), seed: SEED, volunteers: VOLUNTEERS, kinds: SPOILED });
		await scored(spoiled);
		const { right, ...rest } = await outcome(spoiled);
		await other.stop();
		t.diagnostic(JSON.stringify({ right, ...rest }));
		assert.ok(right / rest.items < BOUND, `it was right about ${right} of ${rest.items}`);
	});

	test("a researcher makes a release over HTTP, and anybody downloads it whole", async () => {
		const client = await researcher(place, database, server);
		release = await makeRelease(client, "shared", "1.0.0");
		assert.equal((await client.post("/releases", { name: "shared", version: "1.0.0" })).status, 409);
		assert.equal(release.state, "ready");
		assert.equal(release.items, result.retired);
		folder = path.join(place.folder, "downloaded");
		await mkdir(folder);
		await download(server, release, folder);
		const file = release.files.find((one) => one.path.endsWith(".mp4"));
		const part = await client.get(file.url, { range: "bytes=100-199" });
		assert.equal(part.status, 206);
		assert.deepEqual(part.bytes, (await readFile(path.join(folder, file.path))).subarray(100, 200));
	});

	test("its checksums hold, for sha256sum and for touchstone", async () => {
		await run("sha256sum", ["-c", "--quiet", "SHA256SUMS"], { cwd: folder });
		await place.program(database, ["release", "verify", folder]);
		const written = path.join(place.folder, "written");
		await place.program(database, ["release", "write", "shared", "1.0.0", written]);
		await run("diff", ["-r", folder, written]);
	});

	test("its labels are the crowd's, and as true as the crowd was right", async (t) => {
		const labels = readCsv(await readFile(path.join(folder, "labels.csv"), "utf8"));
		assert.equal(labels.length, result.retired);
		let right = 0;
		for (const row of labels) {
			const item = items.get(sha256(await readFile(path.join(folder, row.file))));
			assert.ok(item && !item.gold, `${row.file} is gold in service, or no item`);
			assert.deepEqual(row.file.split("/").slice(0, 3), [item.type, row.split, row.label]);
			assert.equal(row.label_source, "crowd");
			assert.equal(row.label, Number(row.p_fake) >= 0.5 ? "fake" : "real");
			assert.equal(row.truth, item.truth);
			right += row.label === item.truth ? 1 : 0;
		}
		t.diagnostic(`${right} of ${labels.length} released labels are the truth`);
		assert.equal(right, result.right);
		assert.ok(right / labels.length >= 0.9);
	});

	test("no lineage stands in two splits, and pseudonyms are the release's own", async () => {
		const labels = readCsv(await readFile(path.join(folder, "labels.csv"), "utf8"));
		const split = new Map();
		for (const row of labels) {
			assert.equal(split.get(row.lineage) ?? row.split, row.split);
			split.set(row.lineage, row.split);
		}
		const volunteers = new Set((await sql(database, "select id from volunteer")).map(([id]) => id));
		const judgments = readCsv(await readFile(path.join(folder, "judgments.csv"), "utf8"));
		const released = new Set(labels.map((row) => row.item));
		assert.ok(judgments.length > 0);
		for (const row of judgments) {
			assert.ok(released.has(row.item));
			assert.ok(!volunteers.has(row.volunteer));
		}
		assert.equal(judgments.length, labels.reduce((sum, row) => sum + Number(row.judgments), 0));
	});

	describe("in every layout, loaded by what researchers use", () => {
		const written = (layout) => path.join(place.folder, "layouts", layout);
		let labels, key;

		before(async () => {
			labels = readCsv(await readFile(path.join(folder, "labels.csv"), "utf8"));
			key = (await new Client(server.url).get("/api/v1/signing-keys")).json.items[0].minisign;
			await mkdir(path.join(place.folder, "layouts"));
			for (const layout of LAYOUTS)
				await place.program(database, ["release", "write", "shared", "1.0.0", written(layout), "--format", layout]);
		});

		/** Runs a program and tells what it said at last; skipped where it is not installed. */
		async function runs(t, words, { cwd, lacks } = {}) {
			const there = await run(lacks?.[0] ?? "which", lacks?.slice(1) ?? [words[0]]).catch(() => null);
			if (!there)
				return t.skip(`${words[0]}${lacks ? `, or what it imports,` : ""} is not installed`);
			const { stdout } = await run(words[0], words.slice(1), { cwd, maxBuffer: 64 << 20 });
			t.diagnostic(stdout.trim().split("\n").at(-1));
			return stdout.trim();
		}

		const count = (keep) => labels.filter(keep).length;

		test("torchvision's ImageFolder", async (t) => {
			const script = `import sys
from torchvision.datasets import ImageFolder
n = 0
for split in sys.argv[2:]:
    one = ImageFolder(sys.argv[1] + "/" + split, is_valid_file=lambda path: path.endswith(".jpg"))
    assert one.class_to_idx == {"0_real": 0, "1_fake": 1}, one.class_to_idx
    for picture, target in one:
        assert picture.size[0] > 0
    n += len(one)
    print(split, len(one), "pictures,", sum(t for _, t in one.samples), "fake")
print(n)`;
			const splits = [...new Set(labels.map((row) => row.split))].filter((split) => ["real", "fake"].every((label) => count((row) => row.split === split && row.label === label && row.media_type === "image")));
			const said = await runs(t, [PYTHON, "-c", script, written("class-folders"), ...splits], { lacks: [PYTHON, "-c", "import torchvision"] });
			assert.ok(said === undefined || Number(said.split("\n").at(-1)) === count((row) => row.media_type === "image" && splits.includes(row.split)), said);
		});

		test("DuckDB and hyparquet", async (t) => {
			const duck = await (await DuckDBInstance.create(":memory:")).connect();
			for (const type of ["image", "video", "audio"]) {
				const [said] = (await duck.runAndReadAll(`select count(*) as n, count(*) filter (where sha256(${type}.bytes) = sha256) as whole, sum(label) as fake from '${written("parquet")}/data/${type}/*.parquet'`)).getRowObjectsJS();
				const expected = { n: count((row) => row.media_type === type), fake: count((row) => row.media_type === type && row.label === "fake") };
				assert.deepEqual([said.n, said.whole, said.fake].map(Number), [expected.n, expected.n, expected.fake]);
				let rows = 0;
				for (const name of await readdir(path.join(written("parquet"), "data", type)))
					for (const row of await parquetReadObjects({ file: await asyncBufferFromFile(path.join(written("parquet"), "data", type, name)), compressors, utf8: false })) {
						assert.equal(sha256(Buffer.from(row[type].bytes)), Buffer.from(row.sha256).toString());
						rows++;
					}
				assert.equal(rows, expected.n);
				t.diagnostic(`${type}: ${rows} rows, ${said.fake} fake, every one's bytes have its sha256`);
			}
			duck.closeSync();
		});

		test("tar and unzip, of the archives that the server sends", async (t) => {
			await until("all archives", async () => (await new Client(server.url).get("/api/v1/releases/shared/1.0.0")).json.layouts?.length === LAYOUTS.length, { seconds: 60 });
			for (const [name, ...words] of [["class-folders.tar", "tar", "-tf"], ["touchstone.zip", "unzip", "-tq"]]) {
				const file = path.join(place.folder, name);
				await writeFile(file, (await new Client(server.url).get(`/api/v1/releases/shared/1.0.0/archives/${name}`)).bytes);
				const said = await runs(t, [...words, file]);
				assert.ok(said === undefined || words[0] === "unzip" || said.split("\n").filter((one) => /\.(jpg|mp4)$/.test(one)).length === labels.length);
			}
		});

		test("sha256sum, in each layout", async (t) => {
			for (const layout of LAYOUTS) {
				const said = await runs(t, ["sha256sum", "-c", "--strict", layout === "bagit" ? "manifest-sha256.txt" : "SHA256SUMS"], { cwd: written(layout) });
				t.diagnostic(`${layout}: ${said.split("\n").length} files`);
			}
		});

		test("minisign", async (t) => {
			await runs(t, ["minisign", "-V", "-m", "SHA256SUMS", "-P", key], { cwd: folder });
		});

		test("the shapes of Croissant", async () => {
			assert.deepEqual(await faultsOf(JSON.parse(await readFile(path.join(folder, "croissant.json"), "utf8"))), []);
		});
	});
});
