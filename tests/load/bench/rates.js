// SPDX-License-Identifier: Apache-2.0
// rates.js: rates of requests against rates of their references, measured in turn.

import { closeSync, fdatasyncSync, fsyncSync, openSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import path from "node:path";

import { freePort, has, program, run, running, start, until, withNoise } from "./machine.js";
import { median } from "./report.js";
import { RanOut } from "./stand.js";

const CLIENTS = [2, 4, 8, 16, 32];
const SCRIPTS = { pair_statements: "a transaction of statements", pair_once: "one statement" };

/** Runs the measures of one round in turn, every other round backwards. Answers the rates of each, by name. */
export async function alternate(bench, measures) {
	const rates = Object.fromEntries(Object.keys(measures).map((name) => [name, []]));
	for (let round = 0; round < bench.rounds; round++) {
		const order = Object.keys(measures);
		if (round % 2)
			order.reverse();
		for (const name of order) {
			const { value, foreign } = await withNoise(measures[name]);
			rates[name].push(value);
			bench.report.noise.push({ round, name, value, foreign });
		}
	}
	return rates;
}

/** Which number of clients serves pgbench best, for both scripts. Found once a run. */
export async function pgbenchBest(bench) {
	if (bench.pgbenchBest)
		return bench.pgbenchBest;
	const found = [];
	for (const script of Object.keys(SCRIPTS))
		for (const clients of bench.pgbenchClients ?? CLIENTS)
			found.push({ script, clients, rate: bench.small ? 0 : await bench.stand.pgbench(script, clients, bench.seconds, bench.warm) });
	const best = (script) => found.filter((one) => one.script === script).reduce((a, b) => (a.rate > b.rate ? a : b));
	bench.pgbenchBest = Object.fromEntries(Object.keys(SCRIPTS).map((script) => [script, best(script)]));
	bench.report.raw = { ...bench.report.raw, pgbench: found };
	bench.report.note(`pgbench's best: ${Object.entries(bench.pgbenchBest).map(([script, { clients, rate }]) => `${SCRIPTS[script]} ${Math.round(rate)}/s with ${clients} clients`).join(", ")} (tried ${found.map(({ script, clients, rate }) => `${script === "pair_once" ? "one" : "many"} ${clients}: ${Math.round(rate)}`).join(", ")}).`);
	return bench.pgbenchBest;
}

function pgbenchMeasures(bench, best) {
	return Object.fromEntries(Object.values(best).map(({ script, clients }) => [script, () => bench.stand.pgbench(script, clients, bench.seconds, bench.warm)]));
}

/** In each round the better of the two scripts is the reference. */
const better = (rates) => rates.pair_once.map((rate, n) => Math.max(rate, rates.pair_statements[n]));

/** Runs a load with enough prepared requests; when they run out, again with more. */
async function withEnough(state, seconds, attempt) {
	for (;;) {
		const count = Math.ceil(state.expected * seconds * 1.5) + 1024;
		try {
			const rate = await attempt(count);
			state.expected = Math.max(rate, state.expected * 0.7);
			return rate;
		} catch (error) {
			if (!(error instanceof RanOut))
				throw error;
			state.expected *= 2; // the answers behind the end were too fast to tell the rate
		}
	}
}

/** wrk judges for so many seconds, and the checker counts what is stored. Answers judged pairs a second. */
async function judge(bench, connections, seconds) {
	bench.judging ??= { expected: 4000 };
	return withEnough(bench.judging, seconds, async (count) => {
		const sealed = await bench.stand.judgments(count, 2);
		try {
			const wrk = await bench.stand.wrk({ connections, seconds, prepared: sealed });
			await bench.stand.check({ ...sealed, issued: `${sealed.name}.issued`, wrk });
			return wrk.per_second;
		} finally {
			await bench.stand.forget(sealed);
		}
	});
}

export async function judgments(bench) {
	const { report } = bench;
	const best = await pgbenchBest(bench);
	const levels = bench.connections ?? [64, 128, 256];
	if (!bench.small)
		await judge(bench, levels[0], Math.max(1, Math.round(bench.seconds / 2)));
	const name = (level) => `${level} connections`;
	const [first, ...others] = levels.map((level) => [name(level), () => judge(bench, level, bench.seconds)]);
	const [statements, once] = Object.entries(pgbenchMeasures(bench, best));
	// pgbench between ours, so that neither is always measured behind the other.
	const rates = await alternate(bench, Object.fromEntries([first, statements, ...others, once]));
	for (const level of levels)
		report.ratio({ part: "judgments", what: `judged pairs a second, ${level} connections, against pgbench's best`, target: 1.5, ours: rates[name(level)], reference: better(rates) });
	// One level for all rounds, as pgbench has one number of clients: the best of each round would be the luckiest.
	const highest = levels.map((level) => rates[name(level)]).reduce((a, b) => (median(a) > median(b) ? a : b));
	for (const [script, words] of Object.entries(SCRIPTS))
		report.ratio({ part: "judgments", what: `the same, the best level against pgbench with ${words}`, ours: highest, reference: rates[script] });
	if (!bench.small)
		await scoringBeside(bench, levels.at(-1), best);
}

/** The same on one machine that also scores what comes in: longer, for a fit comes and goes. */
async function scoringBeside(bench, level, best) {
	const scoring = async () => {
		await bench.stand.serveWith([]);
		try {
			await judge(bench, level, bench.seconds);
			return await judge(bench, level, 3 * bench.seconds);
		} finally {
			await bench.stand.serveWith(["--no-work"]);
		}
	};
	const rates = await alternate(bench, { ...pgbenchMeasures(bench, best), scoring });
	bench.report.ratio({ part: "judgments", what: `the same with scoring in the same process, ${level} connections`, ours: rates.scoring, reference: better(rates) });
}

/** Our own client at a fixed rate; the checker knows every pair. Answers the client's JSON. */
export async function judgeAt(bench, rate, seconds, connections, { quiet = true } = {}) {
	const sealed = await bench.stand.judgments(Math.ceil(rate * seconds) + 10, 1);
	const said = `${sealed.name}.said`;
	try {
		if (quiet)
			await bench.stand.quiet();
		const result = await bench.stand.client("requests", `${sealed.name}.0`, { connections, rate: rate.toFixed(1), seconds, log: said }).result;
		if (result.good !== result.begun || result.lost || result.unsent)
			throw new Error(`not every judgment was taken: ${JSON.stringify(result)}`);
		result.check = await bench.stand.check({ ...sealed, issued: `${sealed.name}.issued`, said });
		return result;
	} finally {
		await bench.stand.forget(sealed);
	}
}

const OFFERED = [250, 1000, 2000, 4000, 6000];
const SCORING = { "without scoring": ["--no-work"], "with scoring": [] };
const P99_AT = 1000;
const SYNC_BYTES = 8192;
const SYNC_FILE = 16 * 2 ** 20;

/**
 * What the disk itself needs: writes 8 KB over a file that is there, as PostgreSQL does with its log, and waits for the
 * disk; again and again. Answers { p50_ms, p99_ms, count }.
 */
export function syncTimes(folder, seconds) {
	const name = path.join(folder, "sync");
	writeFileSync(name, Buffer.alloc(SYNC_FILE, 1));
	const file = openSync(name, "r+");
	const times = [];
	try {
		fsyncSync(file);
		const bytes = Buffer.alloc(SYNC_BYTES, 2);
		for (const began = performance.now(); performance.now() - began < seconds * 1000;) {
			const at = performance.now();
			writeSync(file, bytes, 0, SYNC_BYTES, times.length * SYNC_BYTES % SYNC_FILE);
			fdatasyncSync(file);
			times.push(performance.now() - at);
		}
	} finally {
		closeSync(file);
		rmSync(name);
	}
	times.sort((a, b) => a - b);
	return { p50_ms: times[times.length >> 1], p99_ms: times[Math.floor(times.length * 0.99)], count: times.length };
}

/** One round: the server with these arguments, warmed, at each rate. Answers a row of the curve for each. */
async function curveOf(bench, words, offered) {
	await bench.stand.serveWith(SCORING[words]);
	if (!bench.small)
		await judgeAt(bench, P99_AT, Math.min(bench.seconds, 3), 256);
	const rows = [];
	for (const rate of offered) {
		const { value, foreign } = await withNoise(() => judgeAt(bench, rate, bench.seconds, 256));
		const { p50_ms, p95_ms, p99_ms, max_ms } = value.times.request;
		rows.push({ words, offered: rate, achieved: value.per_second, p50_ms, p95_ms, p99_ms, max_ms, foreign });
	}
	return rows;
}

/** The curve of latency, from when each request should have been sent, beside what the disk needs in the same rounds. */
export async function latency(bench) {
	const { report, stand } = bench;
	const { args } = stand.server;
	const offered = bench.offered ?? OFFERED;
	const rows = [];
	const syncs = [];
	try {
		for (let round = 0; round < bench.rounds; round++) {
			const order = Object.keys(SCORING);
			for (const words of round % 2 ? order.reverse() : order) {
				await stand.quiet();
				syncs.push(syncTimes(bench.folder, bench.small ? 0.2 : 3));
				rows.push(...await curveOf(bench, words, offered));
			}
		}
	} finally {
		await stand.serveWith(args);
	}
	for (const words of Object.keys(SCORING))
		for (const rate of offered)
			report.add({ part: "latency", what: `p99 of POST /judgments at ${rate}/s ${words}`, unit: " ms", target: rate === P99_AT ? 25 : undefined, better: "less", rounds: rows.filter((row) => row.words === words && row.offered === rate).map((row) => ({ value: row.p99_ms, ...row })) });
	for (const p of ["p50", "p99"])
		report.add({ part: "latency", what: `${p} of the disk alone, fdatasync of 8 KB`, unit: " ms", better: "less", rounds: syncs.map((one) => ({ value: one[`${p}_ms`] })) });
	report.curve = rows;
}

async function healthzRate(bench, connections = 64) {
	return (await bench.stand.wrk({ connections, seconds: bench.seconds, url: `${bench.stand.server.url}/healthz` })).per_second;
}

const HEALTHZ = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n";

/** /healthz, sent by the script that sends prepared requests: what it costs the load generator falls on both alike. */
async function healthzPrepared(bench, seconds) {
	const name = bench.stand.at("healthz");
	for (const part of [0, 1])
		await writeFile(`${name}.${part}`, `${HEALTHZ.length} 0\n${HEALTHZ}`);
	return (await bench.stand.wrk({ connections: 64, seconds, prepared: { name }, again: true })).per_second;
}

/** A server knows 131,072 volunteers at most, and each of them has two pairs at most. */
const MOST_KNOWN = 125_000;
const KNOWN_S = 1;

/** The second pair of volunteers who were given one: all that is asked for while they judge is like it. */
async function askAgain(bench) {
	const count = bench.small ? 4000 : MOST_KNOWN;
	const asks = await bench.stand.asks(await bench.stand.volunteers(count), count, 2);
	for (const part of [0, 1])
		await bench.stand.client("requests", `${asks.name}.${part}`, { connections: 64 }).result;
	try {
		return (await bench.stand.wrk({ connections: 64, seconds: KNOWN_S, prepared: asks })).per_second;
	} catch (error) {
		const { sent, ran_out, bad, broken, timeouts, seconds } = error.said ?? {};
		// One thread or both had no more to send in the second; what is bad are the answers to that alone.
		if (error instanceof RanOut && bad <= ran_out && !broken && !timeouts)
			return (sent - ran_out) / seconds;
		throw error;
	} finally {
		await bench.stand.forget(asks);
	}
}

/** The first pair of volunteers who come back: what they have seen is read from the database. */
async function askFirst(bench) {
	bench.asking ??= { expected: 500 };
	return withEnough(bench.asking, bench.seconds, async (count) => {
		const asks = await bench.stand.asks(await bench.stand.volunteers(count), count, 2);
		try {
			return (await bench.stand.wrk({ connections: 64, seconds: bench.seconds, prepared: asks })).per_second;
		} finally {
			await bench.stand.forget(asks);
		}
	});
}

export async function assignments(bench) {
	if (!bench.small) {
		await askFirst(bench);
		await healthzPrepared(bench, KNOWN_S);
	}
	const rates = await alternate(bench, { known: () => askAgain(bench), healthz: () => healthzPrepared(bench, KNOWN_S), first: () => askFirst(bench), healthzAsLong: () => healthzPrepared(bench, bench.seconds) });
	bench.report.ratio({ part: "assignments", what: "POST /assignments a second, by volunteers who are here, against /healthz", target: 0.5, ours: rates.known, reference: rates.healthz });
	bench.report.ratio({ part: "assignments", what: "the same, the first of volunteers who come back and are loaded", ours: rates.first, reference: rates.healthzAsLong });
}

/** A pair, its two media and the judgment, by volunteers in turn. Answers cycles a second. */
async function cycles(bench) {
	const { stand } = bench;
	const count = bench.volunteers ?? 5000;
	const cookies = await stand.cookies(await stand.volunteers(count), count);
	const first = stand.nextTag;
	const said = stand.at(`cycle${first}.said`);
	await stand.quiet();
	const result = await stand.client("cycle", cookies, { connections: 64, seconds: bench.seconds, pairs: 20, campaign: "bench", "first-tag": first, log: said }).result;
	stand.nextTag = result.next_tag;
	if (result.first_odd || result.lost || result.unsent || result.none_left)
		throw new Error(`a cycle did not end well: ${JSON.stringify(result)} ${stand.server.process.words}`);
	if (result.ran_out)
		throw new Error("too few volunteers for so fast a server: set BENCH_VOLUNTEERS");
	await stand.check({ first, next: result.next_tag, said });
	return { ...result, value: result.times.judge.count / result.seconds };
}

export async function cycle(bench) {
	const best = await pgbenchBest(bench);
	if (!bench.small)
		await cycles(bench);
	const rates = await alternate(bench, { ...pgbenchMeasures(bench, best), cycle: async () => (await cycles(bench)).value });
	bench.report.ratio({ part: "cycle", what: "whole cycles a second (pair, two media of 50 KB, judgment) against pgbench's best", target: 0.4, ours: rates.cycle, reference: better(rates) });
}

/* ------------------------------------------------------------------ files and /healthz */

const FILE_BYTES = 200 * 1024;

/** Items with a medium of their own each, for two that show the same are no pair. Answers the digest of one. */
async function makeBigItems(bench) {
	const { stand } = bench;
	const digests = [];
	for (let n = 0; n < 8; n++)
		digests.push(await stand.putMedium(FILE_BYTES));
	await stand.sql("insert into campaign (name, min_judgments, max_judgments) values ('files', 1000, 10000) on conflict do nothing");
	await stand.sql(`insert into item (campaign_id, media_type, sha256, bytes, format, rendition, rendition_bytes, rendition_type, width, height, lineage)
		select c.id, 'image', decode(digest, 'hex'), ${FILE_BYTES}, 'jpeg', decode(digest, 'hex'), ${FILE_BYTES}, 'image/jpeg', 640, 480, digest from campaign c, unnest('{${digests}}'::text[]) digest where c.name = 'files'`);
	return digests[0];
}

/** The address and the cookie of one showing. */
async function showing(bench) {
	const { stand } = bench;
	const cookie = await stand.cookie();
	return until("the catalogue to hold the files", async () => {
		const { status, json } = await stand.post("/assignments", cookie, { campaign: "files" });
		return status < 300 && json && { url: stand.server.url + json.items[0].media.url, headers: { Cookie: cookie } };
	}, { every_ms: 300 });
}

/** A medium of 200 KB that somebody may see: its address and the headers to ask with. */
export async function makeBigItem(bench) {
	await makeBigItems(bench);
	return showing(bench);
}

/** An nginx that serves one file. */
export async function startNginx(bench, file, bytes) {
	const folder = bench.stand.at("nginx");
	const port = await freePort();
	await run("mkdir", ["-p", `${folder}/files`]);
	await run("cp", ["--sparse=always", file, `${folder}/files/medium`]);
	const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((one) => `${one}_temp_path ${folder}/${one};`).join(" ");
	await writeFile(`${folder}/nginx.conf`, `daemon off; pid ${folder}/pid; error_log ${folder}/error.log; worker_processes 2; ${process.getuid() === 0 ? "user root;" : ""}
events { worker_connections 1024; }
http { ${temporary} access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000000; default_type image/jpeg; server { listen 127.0.0.1:${port}; root ${folder}/files; } }\n`);
	const nginx = start("nginx", ["-p", folder, "-c", `${folder}/nginx.conf`], { dies: "QUIT" });
	nginx.url = `http://127.0.0.1:${port}/medium`;
	await until("nginx", () => {
		if (!running(nginx))
			throw new Error(`nginx ended: ${nginx.words}`);
		return fetch(nginx.url, { method: "HEAD" }).then((answer) => Number(answer.headers.get("content-length")) === bytes, () => false);
	});
	return nginx;
}

async function h2load(bench, url, headers) {
	const more = Object.entries(headers).flatMap(([name, value]) => ["-H", `${name}: ${value}`]);
	const load = () => run("h2load", ["--h1", "-c", "64", "-t", "2", "-D", String(bench.seconds), ...more, url]);
	await bench.stand.quiet();
	const { stdout } = await (url.startsWith(bench.stand.server.url) ? load() : bench.stand.alone(load));
	const [, succeeded, bad] = /(\d+) succeeded, (\d+) failed/.exec(stdout).map(Number);
	if (bad)
		throw new Error(`h2load: ${stdout}`);
	return succeeded / bench.seconds;
}

export async function files(bench) {
	if (!await has("nginx")) {
		bench.report.note("files: nginx is not installed, so they were not measured.");
		return;
	}
	const digest = await makeBigItems(bench);
	const nginx = await startNginx(bench, path.join(bench.stand.server.data, "media", digest.slice(0, 2), digest.slice(2)), FILE_BYTES);
	const fetchAll = async (url, headers) => (await bench.stand.wrk({ connections: 64, seconds: bench.seconds, url, headers })).per_second;
	const ours = async (load) => {
		const { url, headers } = await showing(bench);
		return load(url, headers);
	};
	const second = (url, headers) => h2load(bench, url, headers);
	const measures = { ours: () => ours(fetchAll), nginx: () => fetchAll(nginx.url, {}) };
	if (!bench.small && await has("h2load"))
		Object.assign(measures, { oursToo: () => ours(second), nginxToo: () => second(nginx.url, {}) });
	try {
		if (!bench.small) {
			await measures.ours();
			await measures.nginx();
		}
		const rates = await alternate(bench, measures);
		bench.report.ratio({ part: "files", what: "a medium of 200 KB, 64 connections, against nginx with sendfile", target: 0.8, ours: rates.ours, reference: rates.nginx });
		if (rates.oursToo)
			bench.report.ratio({ part: "files", what: "the same, as h2load measures it", target: 0.8, ours: rates.oursToo, reference: rates.nginxToo });
	} finally {
		nginx.kill("SIGTERM");
		await nginx.ended;
	}
}

/** The bytes of one answer, as they come. Answers { head, body }. */
function rawAnswer(port, where) {
	return new Promise((done, failed) => {
		const socket = connect(port, "127.0.0.1", () => socket.write(`GET ${where} HTTP/1.1\r\nHost: localhost\r\n\r\n`));
		let said = "";
		socket.on("error", failed);
		socket.on("data", (some) => {
			said += some;
			const [head, body] = said.split("\r\n\r\n");
			const length = Number(/^content-length: (\d+)/im.exec(said)?.[1]);
			if (body === undefined || body.length < length)
				return;
			socket.destroy();
			done({ head, body });
		});
	});
}

/** Header lines that libmicrohttpd writes by itself. */
const OF_MHD = /^(HTTP\/1\.1|content-length:|date:|connection:)/i;

export async function healthz(bench) {
	const { stand } = bench;
	const asked = await rawAnswer(stand.server.port, "/healthz");
	const port = await freePort();
	await writeFile(stand.at("bare.headers"), `${asked.head.split("\r\n").filter((line) => !OF_MHD.test(line)).join("\n")}\n`);
	await writeFile(stand.at("bare.body"), asked.body);
	const bare = start(program("bench-bare"), [port, stand.at("bare.headers"), stand.at("bare.body")].map(String), { stdio: ["pipe", "pipe", "pipe"] });
	try {
		await until("the bare server", () => fetch(`http://127.0.0.1:${port}/`).then(() => true, () => false));
		const again = await rawAnswer(port, "/healthz");
		const plain = ({ head, body }) => `${head.split("\r\n").filter((line) => !/^date:/i.test(line)).sort().join("\n")}\n\n${body}`;
		if (plain(again) !== plain(asked))
			throw new Error(`The bare server answers other bytes:\n${plain(again)}\nnot\n${plain(asked)}`);
		const measures = {
			ours: () => healthzRate(bench),
			bare: async () => (await stand.wrk({ connections: 64, seconds: bench.seconds, url: `http://127.0.0.1:${port}/healthz` })).per_second,
		};
		if (!bench.small) {
			await measures.ours();
			await measures.bare();
		}
		const rates = await alternate(bench, measures);
		bench.report.ratio({ part: "healthz", what: "/healthz against bare libmicrohttpd answering the same bytes", target: 0.85, ours: rates.ours, reference: rates.bare });
	} finally {
		bare.stdin.end();
		await bare.ended;
	}
}

/** A file of requests as bench_tokens writes them, all the same. */
export async function repeat(bench, count, request) {
	const name = bench.stand.at(`repeated${++bench.stand.run}`);
	await writeFile(name, `${Buffer.byteLength(request)} 0\n${request}`.repeat(count));
	return name;
}

export const readLog = async (name) => (await readFile(name, "utf8")).split("\n").filter((line) => line).map((line) => line.split("\t").map(Number));
