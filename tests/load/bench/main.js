// SPDX-License-Identifier: Apache-2.0
// main.js: what `make bench`, `make bench-statements`, `make faults` and `make soak` run. Everything is measured in this run, against references
// that run in turn with us, on a PostgreSQL and a server of our own that end with us.
//   node tests/load/bench/main.js [bench|statements|media|faults|soak|table [FILE]]        docs/performance.md says what the environment may set

import { readFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { counts } from "./counts.js";
import * as faulty from "./faults.js";
import { BUILD, Cluster, DURABLE, choosePlace, endAll, facts, inMemory, writeText } from "./machine.js";
import { Report } from "./report.js";
import { media } from "./media.js";
import * as rates from "./rates.js";
import * as releases from "./releases.js";
import * as sizes from "./sizes.js";
import { soak as soakAt } from "./soak.js";
import { Stand } from "./stand.js";
import { statementTable, statementsAt } from "./statements.js";

const setting = (name, otherwise) => Number(process.env[name] ?? otherwise);

const parts = {
	judgments: rates.judgments,
	latency: rates.latency,
	assignments: rates.assignments,
	cycle: rates.cycle,
	files: rates.files,
	healthz: rates.healthz,
	idle: sizes.idle,
	memory: sizes.memory,
	exports: sizes.exports,
	layouts: releases.layouts,
	archive: releases.archive,
	instructions: sizes.instructions,
	counts,
	control,
	media,
};

function chosen() {
	const names = (process.env.BENCH_ONLY ?? "").split(/[ ,]+/).filter((name) => name);
	const unknown = names.filter((name) => !parts[name]);
	if (unknown.length)
		throw new Error(`BENCH_ONLY knows ${Object.keys(parts).join(", ")}; not ${unknown.join(", ")}`);
	return names.length ? names : Object.keys(parts);
}

/**
 * A database that has run for a while writes over log files of before; a new one makes each of 16 MB first, and
 * everybody waits. So the files are made beforehand, for us and for pgbench alike.
 */
async function makeLogFiles(stand) {
	await stand.sql("create table filling as select repeat(md5(n::text), 30) from generate_series(1, 2000000) n");
	await stand.sql("drop table filling");
	await stand.sql("checkpoint");
}

/** A stand, and what the machine says of it. */
async function open(args = []) {
	const folder = await choosePlace();
	const report = new Report({ ...await facts(folder, DURABLE), in_memory: await inMemory(folder) });
	if (process.env.PARTITIONED)
		report.note("The tables are partitioned, by db/partitioned.sql.");
	return { folder, report, stand: await Stand.open({ folder, settings: DURABLE, items: setting("BENCH_ITEMS", 20000), args }) };
}

/** The negative control, as part of the measurements: without it the checker proves nothing. */
async function control({ stand, report }) {
	const found = await faulty.control(stand);
	report.note(`Negative control (synchronous_commit=off, PostgreSQL killed under load): of ${found.acknowledged} acknowledged pairs the checker misses ${found.lost}.`);
}

async function bench() {
	const names = chosen();
	// Scoring is work of its own, which pgbench has no share of: rates are measured without it, and once with it.
	const { folder, report, stand } = await open(["--no-work"]);
	await makeLogFiles(stand);
	const all = { stand, report, folder, seconds: setting("BENCH_SECONDS", 15), rounds: setting("BENCH_ROUNDS", 3), volunteers: setting("BENCH_VOLUNTEERS", 5000), large: setting("BENCH_LARGE", 1_000_000), largePairs: setting("BENCH_JUDGMENTS", 5_000_000), releaseItems: setting("BENCH_RELEASE_ITEMS", 20000), layoutItems: setting("BENCH_LAYOUT_ITEMS", 10_000), archiveMegabytes: setting("BENCH_ARCHIVE_MB", 20_480) };
	report.checks = stand.checks;
	try {
		for (const name of names) {
			console.error(`${name} (${Math.round(process.uptime())} s)`);
			// One part that fails takes no other with it.
			await parts[name](all).catch((error) => {
				console.error(error);
				report.note(`FAILED: ${name}: ${error.message.split("\n")[0]}`);
				process.exitCode = 1;
			});
			await writeText(path.join(BUILD, "bench/result.json"), report.json());
		}
	} finally {
		await stand.close();
	}
	const good = stand.checks.filter((one) => one.good).length;
	report.note(`The checker ran ${stand.checks.length} times: ${stand.checks.reduce((sum, one) => sum + one.acknowledged, 0)} acknowledged pairs, ${good} runs without a fault${names.includes("control") ? ", and the control" : ""}.`);
	report.noteNoise();
	report.facts.load_after = os.loadavg();
	report.note(`${Math.round(process.uptime())} s in all, ${Math.round(stand.waited_s)} s of them waiting until the work of the measurement before had ended${stand.restless ? `; ${stand.restless} times it had not after 15 s` : ""}.`);
	await writeText(path.join(BUILD, "bench/result.json"), report.json());
	console.log(report.table());
}

async function faults() {
	const { report, stand } = await open();
	const rounds = [];
	let failed = 0;
	try {
		failed = await faulty.faults(stand, setting("ROUNDS", 20), (words, found) => {
			console.log(words);
			rounds.push(found);
		});
	} finally {
		await writeText(path.join(BUILD, "bench/faults.json"), `${JSON.stringify({ facts: report.facts, rounds }, null, "\t")}\n`);
		await stand.close();
	}
	console.log(failed ? `${failed} of ${rounds.length} rounds failed` : `${rounds.length} rounds: nothing that was acknowledged was lost, and the checker would have seen it`);
	process.exitCode = failed ? 1 : 0;
}

async function soak() {
	const { report, stand } = await open();
	const seconds = 60 * setting("MINUTES", 30);
	try {
		const found = await soakAt(stand, { seconds, every_s: Math.min(5, seconds / 12), tell: (words) => console.log(words) });
		await writeText(path.join(BUILD, "bench/soak.json"), `${JSON.stringify({ facts: report.facts, ...found }, null, "\t")}\n`);
		console.log(`${seconds} s at ${found.rate.toFixed(0)} cycles a second, half of the peak: ${found.check.acknowledged} pairs acknowledged, ${found.check.lost} lost`);
		console.log(`resident memory ${found.flat ? "flat" : "NOT FLAT"}: ${found.early_mb.toFixed(1)} MB, later ${found.late_mb.toFixed(1)} MB (${(100 * found.growth).toFixed(1)} %)`);
		console.log(`errors: ${found.errors}${found.first_odd ? ` (${found.first_odd})` : ""}`);
		console.log(`descriptors before ${found.descriptors_before}, after ${found.descriptors_after}${found.leaked ? ": LEAKED" : ""}`);
		if (!found.flat || found.errors || found.leaked)
			process.exitCode = 1;
	} finally {
		await stand.close();
	}
}

/** The part of media alone, on a PostgreSQL without a stand. */
async function mediaAlone() {
	const folder = await choosePlace();
	const report = new Report({ ...await facts(folder, DURABLE), in_memory: await inMemory(folder), load_before: os.loadavg() });
	const cluster = await Cluster.make(path.join(folder, "pg"), DURABLE);
	try {
		await media({ cluster, report, folder });
	} finally {
		await cluster.stop();
	}
	report.facts.load_after = os.loadavg();
	await writeText(path.join(BUILD, "bench/media.json"), report.json());
	console.log(report.table());
}

/** Every statement at BENCH_LARGE items and BENCH_JUDGMENTS judgments, which are half as many pairs. */
async function statements() {
	const folder = await choosePlace();
	const size = { items: setting("BENCH_LARGE", 1_000_000), pairs: setting("BENCH_JUDGMENTS", 5_000_000) / 2, volunteers: setting("BENCH_LARGE", 1_000_000) / 20 };
	const cluster = await Cluster.make(path.join(folder, "pg"), { ...DURABLE, fsync: "off", work_mem: "4MB" });
	try {
		const rows = await statementsAt(cluster, "statements", size);
		await writeText(path.join(BUILD, "bench/statements.json"), `${JSON.stringify({ facts: await facts(folder, cluster.settings), size, rows }, null, "\t")}\n`);
		console.log(statementTable(rows, setting("BENCH_SLOWEST", 10)));
		process.exitCode = rows.some(({ error }) => error) ? 1 : 0;
	} finally {
		await cluster.stop();
	}
}

/** The tables of the last run, or of a file, once more: for docs/performance.md. */
async function table() {
	console.log(Report.from(await readFile(process.argv[3] ?? path.join(BUILD, "bench/result.json"), "utf8")).table());
}

const commands = { bench, statements, media: mediaAlone, faults, soak, table };

async function main() {
	const command = commands[process.argv[2] ?? "bench"];
	if (!command)
		throw new Error(`there is no such command: ${process.argv[2]}`);
	for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"])
		process.once(signal, () => endAll().finally(() => process.exit(130)));
	try {
		await command();
	} finally {
		await endAll();
	}
}

await main().catch((error) => {
	console.error(error);
	process.exitCode = 1;
});
