// SPDX-License-Identifier: Apache-2.0
// faults.js: what is killed or stopped under load, and what the checker says then.

import { open, stat } from "node:fs/promises";

import { pause, running, until } from "./machine.js";

const BACK_S = 5;
/** What a client that tries again may be told while something is down. */
const GOOD = new Set(["200", "201", "204", "503"]);

/** What has been acknowledged at or after a moment, in the last of a log: lines of tag, status, ms. */
async function acknowledgedSince(log, since_ms) {
	const file = await open(log).catch(() => null);
	if (!file)
		return false;
	try {
		const { size } = await stat(log);
		const tail = Buffer.alloc(Math.min(size, 20000));
		await file.read(tail, 0, tail.length, size - tail.length);
		return tail.toString().split("\n").slice(1, -1).map((line) => line.split("\t").map(Number)).find(([, status, ms]) => (status === 200 || status === 201) && ms >= since_ms)?.[2];
	} finally {
		await file.close();
	}
}

const CONNECTIONS = 64;

/** Volunteers who judge prepared pairs, or who arrive and go the whole way. Answers { child, check }. */
async function load(stand, kind, { persist, connections = CONNECTIONS, count = 120_000 }) {
	if (kind === "prepared") {
		const sealed = await stand.judgments(count, 1);
		const log = `${sealed.name}.said`;
		return { log, child: stand.client("requests", `${sealed.name}.0`, { connections, persist, log }), tags: () => ({ ...sealed, issued: `${sealed.name}.issued`, said: log }), forget: () => stand.forget(sealed) };
	}
	const first = stand.nextTag;
	const log = stand.at(`arrive${first}.said`);
	const child = stand.client("arrive", null, { connections, persist, log, campaign: "bench", "first-tag": first, pairs: 5 });
	return { log, child, tags: (result) => ({ first, next: stand.nextTag = result.next_tag, said: log }), forget: () => {} };
}

async function endOf({ child }) {
	child.kill("SIGTERM");
	return child.result;
}

/**
 * Leases are written behind: of those that a killed server had not written, the next one knows nothing, and may hand the
 * same item out again, in another pair. The second judgment of an item is then refused (409), as it must be.
 */
function complain(result, persist) {
	const odd = Object.keys(result.answers).filter((status) => !GOOD.has(status) && !(persist && status === "409"));
	if (odd.length)
		throw new Error(`answers that nobody should get: ${JSON.stringify(result)}`);
	// A server that stops answers what still comes with 503, and closes: once for each connection at most.
	if (!persist && result.answers["503"] > CONNECTIONS)
		throw new Error(`a server that was not busy refused: ${JSON.stringify(result)}`);
}

const victims = {
	/** Dies, and is started again at once. Answers when it was ready. */
	async server({ server }) {
		server.process.kill("SIGKILL");
		await server.process.ended;
		await server.start({ ready: false });
		return Date.now();
	},
	/** Every process of it dies. Answers when it took queries again. */
	async PostgreSQL({ cluster }) {
		await cluster.kill();
		await pause(200);
		await cluster.start();
		return Date.now();
	},
};

/** One round. Answers { victim, kind, back_s, ...what the checker found }. */
export async function killOne(stand, victim, kind) {
	const playing = await load(stand, kind, { persist: true });
	const { log, child } = playing;
	await until("the first judgment", () => acknowledgedSince(log, 0), { seconds: 10 });
	await pause(200 + Math.random() * 1500);
	const killed = Date.now();
	const restarted = await victims[victim](stand);
	const heard = await until("judgments to be taken again", () => {
		if (!running(child))
			throw new Error("the load ended too early: it needs more prepared requests");
		return acknowledgedSince(log, restarted);
	}, { seconds: 30 });
	await pause(500);
	const result = await endOf(playing);
	const tags = playing.tags(result);
	complain(result, true);
	await stand.server.ready();
	const found = await stand.check(tags);
	await playing.forget();
	const back_s = (heard - restarted) / 1000;
	if (back_s > BACK_S)
		throw new Error(`${victim} was back, but service only ${back_s} s later`);
	return { victim, kind, back_s, down_s: (heard - killed) / 1000, ...found };
}

/** SIGTERM under load: whatever was taken on is answered. Answers what the checker found. */
export async function stopOne(stand, kind) {
	const playing = await load(stand, kind, { persist: false });
	await until("the first judgment", () => acknowledgedSince(playing.log, 0), { seconds: 10 });
	await pause(200 + Math.random() * 800);
	const asked = Date.now();
	const { code, signal } = await stand.server.stop();
	const took_s = (Date.now() - asked) / 1000;
	const result = await playing.child.result;
	const tags = playing.tags(result);
	const said = stand.server.process.words;
	await stand.server.start();
	complain(result, false);
	const found = await stand.check(tags);
	await playing.forget();
	if (found.unheard)
		throw new Error(`${found.unheard} judgments were stored, and nobody was told`);
	if (code !== 0 || signal || took_s > 10)
		throw new Error(`every answer was given (${found.acknowledged} pairs), but the server ended with ${signal ?? code} after ${took_s} s: ${said}`);
	return { kind, took_s, unanswered: result.lost, refused: result.answers["503"] ?? 0, ...found };
}

/** A PostgreSQL that acknowledges before it writes. */
const FORGETFUL = { synchronous_commit: "off", wal_writer_delay: "10s", wal_writer_flush_after: "2GB", wal_buffers: "128MB" };

/**
 * The negative control: a PostgreSQL that acknowledges before it writes, killed. The checker must report loss.
 * A kill loses only what is still in PostgreSQL's own memory, and its WAL writer is woken at every full page, whatever
 * wal_writer_delay says: so it is stopped for the last second.
 */
export async function control(stand) {
	await stand.cluster.stop();
	await stand.cluster.start(FORGETFUL);
	await stand.server.ready();
	const playing = await load(stand, "prepared", { persist: true });
	await until("the first judgment", () => acknowledgedSince(playing.log, 0), { seconds: 10 });
	const [[writer]] = await stand.sql("select pid from pg_stat_activity where backend_type = 'walwriter'");
	process.kill(Number(writer), "SIGSTOP");
	await pause(1000);
	await stand.cluster.kill();
	const result = await endOf(playing);
	await stand.cluster.start();
	await stand.server.ready();
	const found = await stand.check({ ...playing.tags(result), mayLose: true });
	await playing.forget();
	if (found.lost === 0)
		throw new Error("The negative control lost nothing: the checker, or the kill, proves nothing.");
	return found;
}

const words = {
	kill: (found) => `${found.victim} under ${found.kind} load; ${found.acknowledged} acknowledged, ${found.lost} lost, ${found.twice} twice, ${found.changed} changed; in service ${found.back_s.toFixed(2)} s after it was started (${found.down_s.toFixed(2)} s after the kill)`,
	stop: (found) => `under ${found.kind} load, ended after ${found.took_s.toFixed(2)} s; ${found.acknowledged} acknowledged, ${found.stored} stored, ${found.unheard} stored without an answer; ${found.refused} refused while it stopped; ${found.unanswered} requests came too late to be read`,
	control: (found) => `synchronous_commit=off and PostgreSQL killed: of ${found.acknowledged} acknowledged the checker misses ${found.lost}`,
};

/**
 * `rounds` kills, half as many stops, and the control. A round that fails is told of, and the next begins.
 * Answers how many failed.
 */
export async function faults(stand, rounds, report) {
	let failed = 0;
	const attempt = async (what, number, work) => {
		try {
			const found = await work();
			report(`${what} ${number}: ${words[what](found)}`, { what, ...found });
		} catch (error) {
			failed++;
			report(`${what} ${number} FAILED: ${error.message.trim()}`, { what, failed: error.message });
			stand.endLoads();
			if (!running(stand.cluster.process))
				await stand.cluster.start();
			if (!running(stand.server.process))
				await stand.server.start();
		}
	};
	for (let round = 0; round < rounds; round++)
		await attempt("kill", round + 1, () => killOne(stand, round % 2 ? "PostgreSQL" : "server", round % 4 < 2 ? "prepared" : "arrive"));
	for (let round = 0; round < Math.ceil(rounds / 2); round++)
		await attempt("stop", round + 1, () => stopOne(stand, round % 2 ? "arrive" : "prepared"));
	await attempt("control", 1, () => control(stand));
	return failed;
}
