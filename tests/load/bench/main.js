// SPDX-License-Identifier: Apache-2.0
// main.js: what `make bench`, `make faults` and `make soak` run. Everything is measured in this run, against references
// that run in turn with us, on a PostgreSQL and a server of our own that end with us.
//   node tests/load/bench/main.js [bench|faults|soak]        docs/performance.md says what the environment may set

import path from "node:path";

import { BUILD, DURABLE, choosePlace, endAll, facts, inMemory, writeText } from "./machine.js";
import { Report } from "./report.js";
import * as rates from "./rates.js";
import * as sizes from "./sizes.js";
import { Stand } from "./stand.js";

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
	instructions: sizes.instructions,
};

function chosen() {
	const names = (process.env.BENCH_ONLY ?? "").split(/[ ,]+/).filter((name) => name);
	const unknown = names.filter((name) => !parts[name]);
	if (unknown.length)
		throw new Error(`BENCH_ONLY knows ${Object.keys(parts).join(", ")}; not ${unknown.join(", ")}`);
	return names.length ? names : Object.keys(parts);
}

async function bench() {
	const names = chosen();
	const folder = await choosePlace();
	const report = new Report({ ...await facts(folder, DURABLE), in_memory: await inMemory(folder) });
	const stand = await Stand.open({ folder, settings: DURABLE, items: setting("BENCH_ITEMS", 20000) });
	const all = { stand, report, folder, seconds: setting("BENCH_SECONDS", 5), rounds: setting("BENCH_ROUNDS", 3), volunteers: setting("BENCH_VOLUNTEERS", 5000), large: setting("BENCH_LARGE", 1_000_000), largePairs: setting("BENCH_JUDGMENTS", 1_000_000) };
	report.checks = stand.checks;
	try {
		for (const name of names) {
			console.error(`${name} (${Math.round(process.uptime())} s)`);
			await parts[name](all);
			await writeText(path.join(BUILD, "bench/result.json"), report.json());
		}
	} finally {
		await stand.close();
	}
	console.log(report.table());
}

const commands = { bench };

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
