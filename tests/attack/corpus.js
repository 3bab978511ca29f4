// SPDX-License-Identifier: Apache-2.0
// corpus.js: what the attacks are played on. Small pictures of coloured squares, imported as an operator would import
// them. The truth of ordinary items is in none of the manifest's columns: this program alone knows it, as people know
// what they see.

import { createHash } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { deflateSync } from "node:zlib";

import { sql } from "../support/place.js";
import { seeded } from "../support/random.js";

const SIDE = 64; // pixels
const SQUARE = 8;

const CRC = Array.from({ length: 256 }, (_, n) => {
	let c = n;
	for (let k = 0; k < 8; k++)
		c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
	return c >>> 0;
});

function chunk(type, data) {
	const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
	let crc = 0xffffffff;
	for (const byte of body)
		crc = CRC[(crc ^ byte) & 255] ^ (crc >>> 8);
	const frame = Buffer.alloc(8);
	frame.writeUInt32BE(data.length, 0);
	frame.writeUInt32BE((crc ^ 0xffffffff) >>> 0, 4);
	return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}

/** A PNG of squares in colours drawn by chance. */
function picture(random) {
	const head = Buffer.alloc(13);
	head.writeUInt32BE(SIDE, 0);
	head.writeUInt32BE(SIDE, 4);
	head.set([8, 2, 0, 0, 0], 8); // 8 bits, RGB
	const across = SIDE / SQUARE;
	const colours = Buffer.from(Array.from({ length: across * across * 3 }, () => Math.floor(random() * 256)));
	const rows = Buffer.alloc((SIDE * 3 + 1) * SIDE);
	for (let y = 0; y < SIDE; y++)
		for (let x = 0; x < SIDE; x++) {
			const from = (Math.floor(y / SQUARE) * across + Math.floor(x / SQUARE)) * 3;
			colours.copy(rows, y * (SIDE * 3 + 1) + 1 + x * 3, from, from + 3);
		}
	return Buffer.concat([Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), chunk("IHDR", head), chunk("IDAT", deflateSync(rows)), chunk("IEND", Buffer.alloc(0))]);
}

const KINDS = { ordinary: ["", "", "false", "false"], gold: ["dataset_label", "TRUTH", "true", "false"], training: ["dataset_label", "TRUTH", "false", "true"] };

/**
 * Makes a corpus in a folder and imports it into a fresh database of the place. Half of each kind is fake.
 * @returns {{ database: string, items: Map }} items: sha256 of the bytes that are served -> { id, truth, kind }
 */
export async function importCorpus(place, { ordinary = 240, gold = 60, training = 8, seed = 1 } = {}) {
	const folder = path.join(place.folder, "corpus");
	await mkdir(folder, { recursive: true });
	const random = seeded(seed);
	const truths = new Map();
	const lines = ["file,truth,basis,gold,training,group,licence,explanation"];
	for (const [kind, count] of Object.entries({ ordinary, gold, training }))
		for (let n = 0; n < count; n++) {
			const bytes = picture(random);
			const truth = n % 2 ? "fake" : "real";
			const name = `${kind}-${n}.png`;
			await writeFile(path.join(folder, name), bytes);
			truths.set(createHash("sha256").update(bytes).digest("hex"), { truth, kind });
			const [basis, told, isGold, isTraining] = KINDS[kind];
			lines.push([name, told && truth, basis, isGold, isTraining, name, "CC0-1.0", kind === "training" ? "Made up." : ""].join(","));
		}
	const manifest = path.join(folder, "manifest.csv");
	await writeFile(manifest, `${lines.join("\n")}\n`);
	const database = await place.database("base");
	await place.program(database, ["import", manifest]);
	const rows = await sql(database, "select encode(rendition, 'hex'), encode(sha256, 'hex'), id from item");
	return { database, items: new Map(rows.map(([served, original, id]) => [served, { id, ...truths.get(original) }])) };
}
