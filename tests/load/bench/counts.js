// SPDX-License-Identifier: Apache-2.0
// counts.js: instructions of the server (user's side) for a request, counted by callgrind. They hardly depend on what else
// the machine does, so they compare between commits.

import { readFile, readdir, rm } from "node:fs/promises";
import path from "node:path";

import { has, run } from "./machine.js";
import { makeBigItem, repeat } from "./rates.js";

const COUNT = 2000;
const ONE_AT_A_TIME = { connections: 1 };

/** Instructions of all threads while `work` is done. */
async function during(bench, pid, work) {
	const control = (...args) => run("callgrind_control", [...args, String(pid)]);
	await control("--instr=on");
	await control("--zero");
	await work();
	await control("--dump");
	await control("--instr=off");
	const folder = bench.stand.at("");
	const names = (await readdir(folder)).filter((name) => name.startsWith("counted."));
	let total = 0;
	for (const name of names) {
		total += Number(/^(?:totals|summary): (\d+)/m.exec(await readFile(path.join(folder, name), "utf8"))?.[1] ?? 0);
		await rm(path.join(folder, name));
	}
	return total;
}

/** Sends a file of requests, one after the other. Answers instructions for each. */
async function countFile(bench, pid, file) {
	let sent;
	const total = await during(bench, pid, async () => { sent = await bench.stand.client("requests", file, ONE_AT_A_TIME).result; });
	if (sent.good !== sent.begun || !sent.good)
		throw new Error(`not every request was answered well: ${JSON.stringify(sent)}`);
	return total / sent.good;
}

const get = (where, headers = "") => `GET ${where} HTTP/1.1\r\nHost: localhost\r\n${headers}\r\n`;

/** The files of requests, made for each round anew: a pair is judged once. */
async function requests(bench, count) {
	const { stand } = bench;
	const { url, headers } = await makeBigItem(bench);
	return {
		"GET /healthz": async () => repeat(bench, count, get("/healthz")),
		"a file of 200 KB": async () => repeat(bench, count, get(new URL(url).pathname + new URL(url).search, `Cookie: ${headers.Cookie}\r\n`)),
		"POST /assignments": async () => `${(await stand.asks(await stand.volunteers(count), count, 1)).name}.0`,
		"POST /judgments": async () => `${(await stand.judgments(count, 1)).name}.0`,
	};
}

/** Thousands of instructions for each kind of request. */
export async function counts(bench) {
	const { stand, report } = bench;
	if (!await has("valgrind")) {
		report.note("counts: valgrind is not installed, so nothing was counted.");
		return;
	}
	const { args } = stand.server;
	await stand.server.stop();
	await stand.server.start({ args: ["--no-work"], under: ["valgrind", "--tool=callgrind", "--instr-atstart=no", `--callgrind-out-file=${stand.at("counted")}`] });
	try {
		const { pid } = stand.server.process;
		for (const [what, make] of Object.entries(await requests(bench, COUNT))) {
			const rounds = [];
			for (let round = 0; round < bench.rounds; round++)
				rounds.push({ value: await countFile(bench, pid, await make()) / 1000 });
			report.add({ part: "counts", what: `thousands of instructions in the server: ${what}`, unit: "", better: "less", rounds });
		}
	} finally {
		await stand.server.stop();
		await stand.server.start({ args });
	}
}
