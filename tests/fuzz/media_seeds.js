// SPDX-License-Identifier: Apache-2.0
// media_seeds.js: a small whole file of each kind that the importer takes, and damaged copies of them. All is drawn by
// ffmpeg and vips and settled by a seed, so that a file that breaks something can be made again.

import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

const DRAWN = ["-f", "lavfi", "-i", "testsrc2=s=48x40:d=0.6:r=10"];
const HEARD = ["-f", "lavfi", "-i", "sine=d=0.6"];
const BOTH = [...DRAWN, ...HEARD];

/** What ffmpeg makes, by the name of the file. */
const FILMS_AND_SOUNDS = {
	"a.mp4": BOTH, "b.mp4": [...BOTH, "-movflags", "+faststart"], "a.mov": [...BOTH, "-c:v", "mjpeg", "-c:a", "pcm_s16le"],
	"a.webm": [...BOTH, "-c:v", "libvpx", "-c:a", "libvorbis"], "a.mkv": BOTH, "a.avi": BOTH, "a.mpg": [...BOTH, "-r", "25"], "a.ts": BOTH,
	"a.gif": DRAWN, "b.png": [...DRAWN, "-f", "apng"], "b.webp": [...DRAWN, "-c:v", "libwebp_anim"], "a.ogv": [...BOTH, "-c:v", "libtheora", "-c:a", "libvorbis"],
	"a.wav": HEARD, "a.mp3": HEARD, "a.flac": HEARD, "a.ogg": [...HEARD, "-c:a", "libvorbis"], "a.opus": [...HEARD, "-c:a", "libopus"], "a.m4a": HEARD,
	"a.aac": [...HEARD, "-f", "adts"], "a.aiff": HEARD,
};

/** What vips makes of a picture: name and options. */
const STILLS = [
	"a.jpg", "b.jpg[interlace]", "a.png", "c.png[interlace]", "d.png[palette]", "a.webp", "c.webp[lossless]", "b.gif",
	"a.heic", "a.avif[effort=1]", "a.jxl", "a.tif", "b.tif[compression=lzw]", "c.tif[compression=deflate,tile]", "d.tif[compression=jpeg]",
];

/** No encoder of AMR is free: to a decoder, frames of any bits are noise. */
function speech() {
	const frames = Buffer.alloc(32 * 40, 0x5a);
	for (let at = 0; at < frames.length; at++)
		frames[at] = at % 32 ? at * 37 % 251 : 0x3c;
	return Buffer.concat([Buffer.from("#!AMR\n"), frames]);
}

/** Makes them in a folder. Answers { name, still, bytes } of each. */
export async function makeSeeds(folder) {
	const base = path.join(folder, "base.png");
	await run("ffmpeg", ["-v", "error", "-y", "-f", "lavfi", "-i", "testsrc2=s=72x56,noise=alls=20:all_seed=3", "-frames:v", "1", base]);
	const files = [];
	for (const [name, words] of Object.entries(FILMS_AND_SOUNDS)) {
		await run("ffmpeg", ["-v", "error", "-y", ...words, "-fflags", "+bitexact", "-flags", "+bitexact", path.join(folder, name)]);
		files.push(name);
	}
	for (const still of STILLS) {
		await run("vips", ["copy", base, path.join(folder, still)]);
		files.push(still.replace(/\[.*/, ""));
	}
	await writeFile(path.join(folder, "a.amr"), speech());
	files.push("a.amr");
	const isStill = (name) => STILLS.some((still) => still.startsWith(name));
	return Promise.all(files.map(async (name) => ({ name, still: isStill(name), bytes: await readFile(path.join(folder, name)) })));
}

const NASTY = [0x00, 0xff, 0x7f, 0x80, 0x01, 0xfe];

/** What may befall a file; each answers the damaged bytes. `pick(n)` is a whole number below n. */
const DAMAGES = [
	/** zzuf's: a share of all bits is turned. */
	(bytes, pick) => {
		const turns = Math.max(1, Math.round(bytes.length * 8 * [0.00005, 0.0004, 0.004][pick(3)]));
		for (let i = 0; i < turns; i++)
			bytes[pick(bytes.length)] ^= 1 << pick(8);
		return bytes;
	},
	/** Some bytes in the first part, where lengths and sizes stand. */
	(bytes, pick) => {
		for (let i = pick(6); i >= 0; i--)
			bytes[pick(Math.min(bytes.length, 256))] = NASTY[pick(NASTY.length)];
		return bytes;
	},
	/** A number of four bytes becomes the largest, the smallest or nought. */
	(bytes, pick) => {
		const at = pick(bytes.length);
		return bytes.fill([0xff, 0x80, 0x00][pick(3)], at, Math.min(bytes.length, at + 4));
	},
	(bytes, pick) => bytes.subarray(0, 1 + pick(bytes.length)),
	/** A piece is taken out, comes twice, or takes the place of another. */
	(bytes, pick) => {
		const from = pick(bytes.length), to = Math.min(bytes.length, from + 1 + pick(400));
		return Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]);
	},
	(bytes, pick) => {
		const from = pick(bytes.length), to = Math.min(bytes.length, from + 1 + pick(400));
		return Buffer.concat([bytes.subarray(0, to), bytes.subarray(from)]);
	},
	(bytes, pick) => {
		const from = pick(bytes.length), length = 1 + pick(64);
		bytes.copy(bytes, pick(bytes.length), from, Math.min(bytes.length, from + length));
		return bytes;
	},
];

/** A damaged copy of one of the seeds, two times in three of a still picture: those cost a tenth of a film. */
export function damaged(seeds, random) {
	const pick = (below) => Math.floor(random() * below);
	const stills = pick(3) > 0;
	const wanted = seeds.filter(({ still }) => still === stills);
	const seed = wanted[pick(wanted.length)];
	const head = Buffer.from(seed.bytes.subarray(0, 12));
	let bytes = Buffer.from(seed.bytes);
	for (let i = pick(3); i >= 0 && bytes.length; i--)
		bytes = Buffer.from(DAMAGES[pick(DAMAGES.length)](bytes, pick));
	// Mostly it is still what it says that it is: else no decoder would see it.
	if (pick(8))
		head.copy(bytes);
	return { seed: seed.name, bytes };
}
