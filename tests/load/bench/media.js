// SPDX-License-Identifier: Apache-2.0
// media.js: how long a file takes from the command to an item that is ready, and what of it are the helpers themselves. The
// importer tells each helper's command line and time (TOUCHSTONE_LOG=debug); the same lines are then run bare, without the sandbox.
// The environment may set: BENCH_IMAGES (10000) small pictures, BENCH_ROUNDS (3), BENCH_IMPORT_JOBS (one a processor).

import { copyFile, mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { program, run, start, usage } from "./machine.js";
import { median } from "./report.js";

const HELPER_ENV = { PATH: "/usr/local/bin:/usr/bin:/bin", VIPS_BLOCK_UNTRUSTED: "1", VIPS_CONCURRENCY: "1", VIPSHOME: "/nonexistent" };
/** NICENESS of server/outside/program.c: or a busy machine would be kinder to the one than to the other. */
const NICENESS = "10";
const setting = (name, otherwise) => Number(process.env[name] ?? otherwise);

/** Noise under a drawing: as hard to pack as a photograph. */
const photo = (file, size) => run("ffmpeg", ["-v", "error", "-y", "-f", "lavfi", "-i", `testsrc2=s=${size},noise=alls=12:all_seed=5`, "-frames:v", "1", "-q:v", "2", file]);
const film = (file) => run("ffmpeg", ["-v", "error", "-y", "-f", "lavfi", "-i", "testsrc2=s=1920x1080:r=30:d=10,noise=alls=6:all_seed=5", "-f", "lavfi", "-i", "sine=d=10", "-c:v", "libx264", "-preset", "ultrafast", "-b:v", "12M", "-c:a", "aac", file]);

/** Small pictures that all differ: one, with the bytes of its number in a comment that is drawn over by none. */
async function manyPictures(folder, count) {
	await mkdir(folder, { recursive: true });
	await run("ffmpeg", ["-v", "error", "-y", "-f", "lavfi", "-i", "testsrc2=s=320x240:r=25", "-frames:v", String(count), "-q:v", "4", path.join(folder, "%05d.jpg")]);
	const names = (await readdir(folder)).filter((name) => name.endsWith(".jpg")).sort();
	await writeFile(path.join(folder, "many.csv"), `file\n${names.join("\n")}\n`);
	return path.join(folder, "many.csv");
}

const environment = (cluster, database, data, more = {}) => ({ ...process.env, DATABASE_URL: cluster.url(database), TOUCHSTONE_DATA: data, TOUCHSTONE_STORE: `file:${path.join(data, "media")}`, ...more });

/** Milliseconds of processors that programs which we started, and theirs, have used: a busy machine changes them little. */
async function processorMs() {
	const fields = (await readFile("/proc/self/stat", "utf8")).replace(/^.*\) /s, "").split(" ");
	return (Number(fields[13]) + Number(fields[14])) * 10;
}

/** Imports one file into an empty database and store. Answers { ms, processor_ms, helpers: [{ ms, words }] }. */
async function importOne(cluster, folder, file, round) {
	const database = `media_${path.basename(file).replace(/\W/g, "_")}_${round}`, data = path.join(folder, database);
	await cluster.migrated(database);
	await mkdir(data, { recursive: true });
	const manifest = path.join(folder, "one.csv");
	await writeFile(manifest, `file\n${path.basename(file)}\n`);
	const began = performance.now(), used = await processorMs();
	const { stderr } = await run(program("touchstone"), ["import", manifest], { env: environment(cluster, database, data, { TOUCHSTONE_LOG: "debug" }) });
	const ms = performance.now() - began, processor_ms = await processorMs() - used;
	await rm(data, { recursive: true });
	const helpers = [...stderr.matchAll(/helper took (\d+) ms: (.*)$/gm)].map(([, took, words]) => ({ ms: Number(took), words: words.trim().split(" ") }));
	return { ms, processor_ms, helpers };
}

/** The same helpers in the same order, with nothing around them. Answers how long each took, and { processor_ms } of all. */
async function runBare(folder, file, helpers) {
	const place = path.join(folder, "bare");
	await rm(place, { recursive: true, force: true });
	await mkdir(place);
	await copyFile(file, path.join(place, "input"));
	const times = [], used = await processorMs();
	for (const { words } of helpers) {
		const began = performance.now();
		await run("nice", ["-n", NICENESS, ...words], { cwd: place, env: HELPER_ENV });
		times.push(performance.now() - began);
	}
	return Object.assign(times, { processor_ms: await processorMs() - used });
}

const sum = (values) => values.reduce((a, b) => a + b, 0);

/** What a helper is for, in few words. */
const named = (words) => [words[0], ...words.slice(1).filter((word) => /^(thumbnail|rawsave|icc_transform|[a-z]+\.(mp4|m4a|jpg).*|frame|streamhash|null)$/.test(word))].join(" ");

/** One file: the whole, the helpers within and bare, step by step. */
async function oneFile({ cluster, report, folder, rounds }, what, file, target_ms) {
	const ours = [], bare = [];
	for (let round = 0; round < rounds; round++) {
		ours.push(await importOne(cluster, folder, file, round));
		bare.push(await runBare(folder, file, ours.at(-1).helpers));
	}
	report.add({ part: "media", what: `${what}: from the command to ready`, unit: " ms", target: target_ms, better: "less", rounds: ours.map(({ ms }) => ({ value: ms })) });
	report.add({ part: "media", what: `${what}: time of processors, against the bare helpers'`, unit: " ms", ours: ours.map(({ processor_ms }) => processor_ms), reference: bare.map(({ processor_ms }) => processor_ms), rounds: ours.map(({ processor_ms }) => ({ value: processor_ms })) });
	for (const [at, { words }] of ours[0].helpers.entries())
		report.add({ part: "media", what: `${what}, ${named(words)}`, unit: " ms", ours: ours.map(({ helpers }) => helpers[at].ms), reference: bare.map((times) => times[at]), rounds: ours.map(({ helpers }) => ({ value: helpers[at].ms })) });
	report.add({ part: "media", what: `${what}: what the sandbox costs`, unit: " ms", target: 60, better: "less", rounds: ours.map(({ helpers }, n) => ({ value: sum(helpers.map(({ ms }) => ms)) - sum(bare[n]) })) });
	report.add({ part: "media", what: `${what}: all but helpers`, unit: " ms", better: "less", rounds: ours.map(({ ms, helpers }) => ({ value: ms - sum(helpers.map((one) => one.ms)) })) });
}

/** Many small pictures, with the importer's memory once a second. */
async function many({ cluster, report, folder, images }) {
	const manifest = await manyPictures(path.join(folder, "many"), images), data = path.join(folder, "many-data"), jobs = setting("BENCH_IMPORT_JOBS", os.cpus().length);
	await cluster.migrated("media_many");
	await mkdir(data, { recursive: true });
	const began = performance.now(), used = await processorMs(), memory = [];
	const child = start(program("touchstone"), ["import", manifest, "--jobs", String(jobs)], { env: environment(cluster, "media_many", data) });
	const looking = setInterval(() => { usage(child.pid).then(({ resident_mb }) => memory.push(resident_mb), () => { /* it has ended */ }); }, 1000);
	const { code } = await child.ended;
	clearInterval(looking);
	const seconds = (performance.now() - began) / 1000;
	if (code !== 0)
		throw new Error(`the import of many ended with ${code}: ${child.words.slice(-500)}`);
	const [[items]] = await cluster.sql("media_many", "select count(*) from item");
	report.add({ part: "media", what: `import of ${images} small pictures, ${jobs} at a time`, unit: " a second", target: 20, better: "more", rounds: [{ value: Number(items) / seconds }], detail: `${items} items in ${seconds.toFixed(0)} s` });
	report.note(`Each took ${((await processorMs() - used) / Number(items)).toFixed(0)} ms of processors, PostgreSQL's apart.`);
	const early = memory.slice(0, Math.max(1, memory.length >> 2)), late = memory.slice(-Math.max(1, memory.length >> 2));
	if (memory.length)
		report.note(`Resident memory of the importer: ${median(early).toFixed(1)} MB in the first quarter, ${median(late).toFixed(1)} MB in the last.`);
	await rm(data, { recursive: true });
}

/** As a part of `make bench`, or alone: `make bench-media`. */
export async function media({ stand, cluster = stand.cluster, report, folder, rounds = setting("BENCH_ROUNDS", 3), images = setting("BENCH_IMAGES", 10000) }) {
	const place = path.join(folder, "media");
	await rm(place, { recursive: true, force: true });
	await mkdir(place, { recursive: true });
	const bench = { cluster, report, folder: place, rounds, images };
	const photograph = path.join(place, "photo.jpg"), clip = path.join(place, "film.mp4");
	await photo(photograph, "4000x3000");
	await film(clip);
	report.note(`The photograph has ${((await readFile(photograph)).length / 1e6).toFixed(1)} MB, the film ${((await readFile(clip)).length / 1e6).toFixed(1)} MB.`);
	await oneFile(bench, "a JPEG of 12 megapixels", photograph, 1500);
	await oneFile(bench, "10 s of film in 1080p", clip, 10000);
	await many(bench);
	await rm(place, { recursive: true });
}
