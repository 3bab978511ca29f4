// SPDX-License-Identifier: Apache-2.0
// examples/ on a release of pictures drawn here, whose fakes have a fine weave: the readers find in each format what the
// release says. With EXAMPLES=long, of some hundred pictures, the detector learns the weave (make examples).

import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";

import { readCsv } from "../support/csv.js";
import { CHECKOUT, Place, sql } from "../support/place.js";
import { seeded } from "../support/random.js";

const run = promisify(execFile);
const LONG = process.env.EXAMPLES === "long";
const PICTURES = LONG ? 400 : 40;
const FORMATS = ["class-folders", "huggingface", "webdataset", "parquet"];
const SIDE = 128;
const EXAMPLES = path.join(CHECKOUT, "examples");

/** Debian's packages are Debian's Python's, where another comes first. */
const withTorch = async (program) => run(program, ["-c", "import torch, torchvision"]).then(() => true, () => false);
const found = LONG && (await withTorch("python3") ? "python3" : await withTorch("/usr/bin/python3") ? "/usr/bin/python3" : "");
const PYTHON = found || "python3";

/** Debian has neither pyarrow nor duckdb for Python; a stand-in has npm's DuckDB read Parquet. */
const python = (args, more = [path.join(CHECKOUT, "tests/support/python")]) => run(PYTHON, args, {
	env: { ...process.env, PYTHONPATH: [EXAMPLES, ...more].join(":"), PYTHONDONTWRITEBYTECODE: "1" }, maxBuffer: 1 << 26,
});

/** Clouds of colour with noise; a fake has a weave of 4 pixels in it. */
function drawn(random, fake) {
	const grids = [0, 1, 2].map(() => Array.from({ length: 81 }, () => 60 + 130 * random()));
	const pixels = Buffer.alloc(SIDE * SIDE * 3);
	for (let at = 0; at < pixels.length; at++) {
		const x = Math.floor(at / 3) % SIDE, y = Math.floor(at / 3 / SIDE), grid = grids[at % 3];
		const u = (x / SIDE) * 8, v = (y / SIDE) * 8, cell = Math.floor(v) * 9 + Math.floor(u), a = u % 1, b = v % 1;
		const cloud = (grid[cell] * (1 - a) + grid[cell + 1] * a) * (1 - b) + (grid[cell + 9] * (1 - a) + grid[cell + 10] * a) * b;
		const weave = fake && ((x >> 2) + (y >> 2)) % 2 === 0 ? 24 : 0;
		pixels[at] = cloud + weave + 24 * (random() - 0.5);
	}
	return pixels;
}

/** Draws the pictures and two sounds; answers the manifest. */
async function draw(folder) {
	const random = seeded(7), rows = [];
	await mkdir(folder, { recursive: true });
	const ffmpeg = spawn("ffmpeg", ["-loglevel", "error", "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", `${SIDE}x${SIDE}`, "-i", "pipe:", "-start_number", "0", path.join(folder, "%d.png")], { stdio: ["pipe", "inherit", "inherit"] });
	for (let number = 0; number < PICTURES; number++) {
		const fake = number % 2 === 1;
		if (!ffmpeg.stdin.write(drawn(random, fake)))
			await once(ffmpeg.stdin, "drain");
		rows.push([`${number}.png`, fake ? "fake" : "real", fake ? "full_synthesis" : ""]);
	}
	ffmpeg.stdin.end();
	assert.deepEqual(await once(ffmpeg, "close"), [0, null]);
	for (const [truth, tone] of [["real", 300], ["fake", 700]]) {
		await run("ffmpeg", ["-loglevel", "error", "-f", "lavfi", "-i", `sine=${tone}:d=1`, path.join(folder, `${truth}.wav`)]);
		rows.push([`${truth}.wav`, truth, ""]);
	}
	const manifest = path.join(folder, "drawn.csv");
	await writeFile(manifest, ["file,truth,technique,basis,source,licence", ...rows.map((row) => [...row, "generated_by_contributor", "test", "CC0-1.0"].join())].join("\n"));
	return manifest;
}

/** One in ten is gold that nobody judged; on the others the crowd is right seven times in eight, whoever runs this. */
const JUDGED = `
	with drawn as (select id, truth, get_byte(sha256, 0) as one, get_byte(sha256, 1) / 256.0 as two from item),
	     gold as (update item i set gold = true from drawn d where d.id = i.id and d.one % 10 = 0 returning i.id)
	insert into consensus (item_id, p_fake, low, high, judgments, fake_votes)
	select id, p, greatest(0, p - 0.1), least(1, p + 0.1), 0, 0
	  from (select id, case (truth = 'fake') = (one % 8 > 0) when true then 0.6 + 0.39 * two else 0.01 + 0.39 * two end as p
	          from drawn where one % 10 > 0) said;
	update item set state = 'retired' where not gold`;

describe("the examples", () => {
	let place, labels;

	before(async () => {
		place = await Place.open("examples");
		const database = await place.database("drawn");
		await place.program(database, ["import", await draw(path.join(place.folder, "drawn"))]);
		await sql(database, JUDGED);
		await place.program(database, ["campaign", "close", "default"]);
		await place.program(database, ["release", "create", "drawn", "1"]);
		const own = path.join(place.folder, "own");
		await place.program(database, ["release", "write", "drawn", "1", own]);
		labels = readCsv(await readFile(path.join(own, "labels.csv"), "utf8")).filter((row) => row.media_type === "image");
		for (const format of FORMATS)
			await place.program(database, ["release", "write", "drawn", "1", path.join(place.folder, format), "--format", format]);
	});

	after(() => place?.close());

	test("the release has what they tell apart: all splits, labels with a posterior and without, and other media", () => {
		for (const split of ["train", "validation", "test"])
			for (const label of ["real", "fake"])
				assert.ok(labels.some((row) => row.split === split && row.label === label), `${split} ${label}`);
		assert.ok(labels.some((row) => row.p_fake === "" && row.label_source === "truth"));
		assert.ok(labels.some((row) => row.p_fake !== "" && row.label !== row.truth));
		assert.equal(labels.length, PICTURES);
	});

	test("train.py and the readers compile, and it has less than 60 lines", async () => {
		for (const file of ["train.py", "release_reader.py"])
			await python(["-c", "import sys; compile(open(sys.argv[1]).read(), sys.argv[1], 'exec')", path.join(EXAMPLES, file)]);
		assert.ok((await readFile(path.join(EXAMPLES, "train.py"), "utf8")).trimEnd().split("\n").length < 60);
	});

	for (const format of FORMATS)
		test(`without torch, the reader finds each picture of ${format} with its split, label and certainty`, async () => {
			const script = `
import hashlib, json, sys
sys.modules["torch"] = None
from release_reader import read, target
print(json.dumps([[s.item, s.split, s.fake, s.p_fake, target(s), s.truth, hashlib.sha256(s.load()).hexdigest()] for s in read(sys.argv[1])]))`;
			const found = JSON.parse((await python(["-c", script, path.join(place.folder, format)])).stdout);
			const due = labels.map((row) => {
				const fake = row.label === "fake" ? 1 : 0, p = row.p_fake === "" ? null : Number(row.p_fake);
				return [row.item, row.split, fake, p, p ?? fake, row.truth || null, row.sha256];
			});
			assert.deepEqual(found.sort(), due.sort());
		});

	test("without a reader of Parquet, and in a folder that is no release, they say so", async () => {
		const reading = (folder) => python(["-c", "import sys; from release_reader import read; read(sys.argv[1])", folder], []);
		await assert.rejects(reading(path.join(place.folder, "parquet")), (error) => error.code === 1 && /needs pyarrow or duckdb/.test(error.stderr));
		await assert.rejects(reading(place.folder), (error) => error.code === 1 && /no pictures as class-folders/.test(error.stderr));
	});

	test("the area under the curve is how often a fake scores above a real one", async () => {
		const cases = [[[1, 2, 3, 4], [0, 0, 1, 1], 1], [[4, 3, 2, 1], [0, 0, 1, 1], 0], [[1, 1, 1, 1], [0, 1, 0, 1], 0.5], [[1, 3, 2, 4], [0, 0, 1, 1], 0.75], [[1, 2, 2], [0, 0, 1], 0.75], [[1, 2], [1, 1], null]];
		const script = "import json, sys; from release_reader import auc; print(json.dumps([auc(scores, fakes) for scores, fakes, _ in json.loads(sys.argv[1])]))";
		assert.deepEqual(JSON.parse((await python(["-c", script, JSON.stringify(cases)])).stdout), cases.map(([, , due]) => due));
	});

	const skip = found === "" && "torch and torchvision are not installed (apt install python3-torch python3-torchvision)";
	for (const format of LONG ? FORMATS : [])
		test(`the detector learns from ${format}, and beats the run with shuffled labels`, { skip }, async () => {
			const { stdout } = await python([path.join(EXAMPLES, "train.py"), path.join(place.folder, format)]);
			console.log(`${format}:\n${stdout}`);
			const [detector, shuffled, people] = ["detector", "shuffled labels", "people on truth"].map((name) => Number(new RegExp(`${name} +([0-9.]+)`).exec(stdout)[1]));
			assert.ok(detector > shuffled + 0.1 && detector > 0.75, stdout);
			assert.ok(people > 0.6 && people <= 1, stdout);
		});
});
