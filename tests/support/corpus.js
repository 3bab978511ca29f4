// SPDX-License-Identifier: Apache-2.0
// corpus.js: a small corpus of pictures, films and sounds that ffmpeg draws, for tests that need no real ones. A fake
// is a copy of its original with a patch moved, a film slowed down, or a tone bent.

import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { copyFile, mkdir, rename, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Draws a file by ffmpeg. Suites that run side by side draw each file once, in CHECK_SCRATCH, and take copies. */
async function ffmpeg(...args) {
	const file = args.pop(), draw = (to) => run("ffmpeg", ["-nostdin", "-hide_banner", "-loglevel", "error", "-y", "-threads", "1", ...args, to]);
	if (!process.env.CHECK_SCRATCH)
		return draw(file);
	const folder = path.join(process.env.CHECK_SCRATCH, "drawn"), ending = path.extname(file);
	const drawn = path.join(folder, createHash("sha256").update(args.join("\n")).digest("hex") + ending);
	if (!existsSync(drawn)) {
		const own = path.join(folder, `${process.pid}-${path.basename(file)}`);
		await mkdir(folder, { recursive: true });
		await draw(own);
		await rename(own, drawn);
	}
	return copyFile(drawn, file);
}

/** A picture that differs from number to number: clouds of colour under a grid of waves. */
export async function picture(file, number, fake) {
	const turn = number * 0.7;
	const r = `128+60*sin(X/${37 + number * 5}+${turn})+50*cos(Y/${53 + number * 3})`;
	const g = `118+50*sin((X+Y)/${61 + number * 4})+40*sin(Y/${29 + number}+${turn})`;
	const b = `130+70*cos((X-Y)/${47 + number * 6}+${turn})`;
	const patch = fake ? ",split[a][b];[b]crop=150:110:80:90,hflip[c];[a][c]overlay=330:180" : "";
	await ffmpeg("-f", "lavfi", "-i", `color=gray:s=640x480:d=1:r=1,format=rgb24,geq=r='${r}':g='${g}':b='${b}'${patch}`, "-frames:v", "1", file);
}

async function film(file, fake) {
	const speed = fake ? ",setpts=1.5*PTS" : "";
	await ffmpeg("-f", "lavfi", "-i", `mandelbrot=s=480x270:r=24:start_scale=1.2:end_scale=0.3:end_pts=96${speed}`, "-t", "2", "-pix_fmt", "yuv420p", file);
}

async function sound(file, fake) {
	const tone = `0.3*sin(2*PI*(220+${fake ? 40 : 20}*sin(2*PI*t*3))*t)*(0.6+0.4*sin(2*PI*t*2))`;
	await ffmpeg("-f", "lavfi", "-i", `aevalsrc='${tone}':s=44100:d=2`, file);
}

const cell = (text) => (/[",\n]/.test(text) ? `"${text.replaceAll("\"", "\"\"")}"` : text);

async function writeManifest(file, rows) {
	const columns = ["file", "truth", "basis", "gold", "training", "group", "pair", "technique", "source", "licence", "title", "explanation"];
	const lines = rows.map((row) => columns.map((name) => cell(String(row[name] ?? ""))).join(","));
	await writeFile(file, `${columns.join(",")}\n${lines.join("\n")}\n`);
}

/**
 * Makes two manifests in a folder. `main`: practice pairs, a film pair, a sound pair, and pictures to be judged.
 * `other`: pictures for a campaign of its own, all of different origin.
 */
export async function makeCorpus(folder, { practice = 6, pictures = 14, others = 0 } = {}) {
	await mkdir(folder, { recursive: true });
	let number = 0;
	const facts = (truth, more) => ({ truth, basis: "generated_by_contributor", source: "test", licence: "CC0-1.0", ...more });
	const pair = async (name, ending, make, technique, more) => {
		const rows = [];
		for (const truth of ["real", "fake"]) {
			const file = `${name}-${truth}.${ending}`;
			await make(path.join(folder, file), truth === "fake");
			rows.push(facts(truth, { file, group: name, pair: name, technique: truth === "fake" ? technique : "", ...more(truth) }));
		}
		return rows;
	};
	const single = async (name) => {
		const fake = number % 2 === 1;
		const file = `${name}.png`;
		await picture(path.join(folder, file), number++, fake);
		return facts(fake ? "fake" : "real", { file, technique: fake ? "splice" : "" });
	};
	const main = [];
	for (let at = 0; at < practice; at++) {
		const shade = number++;
		main.push(...await pair(`practice-${at}`, "png", (file, fake) => picture(file, shade, fake), "splice", (truth) => ({
			training: true,
			explanation: truth === "fake" ? "A patch was cut out, mirrored and laid over the right half: its edges break the waves." : "Nothing was changed.",
		})));
	}
	main.push(...await pair("film", "mp4", film, "speed_change", () => ({})), ...await pair("sound", "wav", sound, "voice_conversion", () => ({})));
	for (let at = 0; at < pictures; at++)
		main.push(await single(`picture-${at}`));
	const other = [];
	for (let at = 0; at < others; at++)
		other.push(await single(`other-${at}`));
	const manifests = { main: path.join(folder, "main.csv"), other: path.join(folder, "other.csv") };
	await writeManifest(manifests.main, main);
	await writeManifest(manifests.other, other);
	return manifests;
}
