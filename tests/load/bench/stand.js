// SPDX-License-Identifier: Apache-2.0
// stand.js: a stand to measure at: one PostgreSQL, one server, a catalogue, and the load generators. Numbers of
// volunteers and tags are given out once, so that nothing is asked for twice.

import { createHash, randomBytes } from "node:crypto";
import { copyFile, mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";

import { Cluster, Server, program, run, running, start } from "./machine.js";

const HERE = path.dirname(fileURLToPath(import.meta.url));
const file = (name) => path.join(HERE, name);
/** Divides the tables of a database that holds no answer yet. */
export const PARTITIONS = file("../../../db/partitioned.sql");
/** The version of the text that volunteers have agreed to: CONSENT_VERSION in server/people/volunteer.h. */
export const CONSENT = 2;
const FIRST_TAG = 1_000_000;
const PAIRS = 10;

/** Writes a file of random bytes into a store. Answers its digest. */
async function putMedium(data, bytes) {
	const content = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), randomBytes(bytes - 4)]);
	const digest = createHash("sha256").update(content).digest("hex");
	const folder = path.join(data, "media", digest.slice(0, 2));
	await mkdir(folder, { recursive: true });
	await writeFile(path.join(folder, digest.slice(2)), content);
	return digest;
}

/** PostgreSQL plans a prepared statement anew five times, and compiles the triggers at the first. */
const WARM = 6;

/**
 * Transactions a second, in the `seconds` that follow the moment at which every client had done WARM of them.
 * @param {string} log lines of pgbench: client, number of its transaction, us it took, script, s and us of its end
 * @returns {number|null} null where the log ends before
 */
export function warmRate(log, clients, seconds) {
	const ends = [];
	const warm_s = new Map();
	for (const line of log.split("\n").filter((one) => one)) {
		const [client, number, , , whole, us] = line.split(" ").map(Number);
		ends.push(whole + us / 1e6);
		if (number === WARM)
			warm_s.set(client, ends.at(-1));
	}
	if (warm_s.size < clients)
		return null;
	const from = Math.max(...warm_s.values());
	const last = ends.reduce((a, b) => Math.max(a, b));
	// The last transaction ends a little before the time does.
	return last - from < seconds - 0.1 ? null : ends.filter((at) => at > from && at <= from + seconds).length / seconds;
}

/** The text of pgbench's logs, one for each thread, which go. */
async function takeLogs(prefix) {
	const names = (await readdir(path.dirname(prefix))).filter((name) => name.startsWith(`${path.basename(prefix)}.`)).map((name) => path.join(path.dirname(prefix), name));
	const texts = await Promise.all(names.map((name) => readFile(name, "utf8")));
	await Promise.all(names.map((name) => rm(name)));
	return texts.join("");
}

export class Stand {
	/** @param {object} options { folder, settings, items, renditions: how many media of 50 KB, args: of serve, partitioned: by db/partitioned.sql? } */
	static async open({ folder, settings, items, renditions = 256, args = [], partitioned = Boolean(process.env.PARTITIONED) }) {
		const stand = new Stand();
		Object.assign(stand, { folder, items, nextVolunteer: 1, nextTag: FIRST_TAG, run: 0, checks: [], restless: 0, waited_s: 0 });
		await rm(path.join(folder, "data"), { recursive: true, force: true });
		await rm(path.join(folder, "work"), { recursive: true, force: true });
		await mkdir(path.join(folder, "work"), { recursive: true });
		stand.cluster = await Cluster.make(path.join(folder, "pg"), settings);
		await stand.cluster.migrated("bench");
		if (partitioned)
			await stand.cluster.script("bench", PARTITIONS);
		const digests = [];
		for (let n = 0; n < renditions; n++)
			digests.push(await putMedium(path.join(folder, "data"), 51200));
		await stand.cluster.script("bench", file("setup.sql"), { items }, `${digests.join("\n")}\n`);
		[[stand.campaign]] = await stand.sql("select id from campaign where name = 'bench'");
		stand.server = new Server(stand.cluster, "bench", path.join(folder, "data"));
		await stand.server.start({ args });
		return stand;
	}

	/** Stops the server, and starts it with other arguments. */
	async serveWith(args) {
		await this.server.stop();
		await this.server.start({ args });
	}

	/** A medium of so many random bytes in the store. Answers its digest. */
	putMedium(bytes) {
		return putMedium(path.join(this.folder, "data"), bytes);
	}

	async close() {
		if (this.server?.process)
			await this.server.stop();
		await this.cluster?.stop();
	}

	sql(statement, variables) {
		return this.cluster.sql("bench", statement, variables);
	}

	at(name) {
		return path.join(this.folder, "work", name);
	}

	/** New volunteers. Answers the number of the first. */
	async volunteers(count) {
		const first = this.nextVolunteer;
		this.nextVolunteer += count;
		await this.sql(`insert into volunteer (id, salt, consent_version) select bench_id(n), '\\x00112233445566778899aabbccddeeff', ${CONSENT} from generate_series(${first}::bigint, ${first + count - 1}) n`);
		return first;
	}

	async tokens(...args) {
		await run(program("bench-tokens"), [this.server.secret, ...args.map(String)]);
	}

	/** New volunteers who have asked for a pair, as everybody has who judges one. Answers the number of the first. */
	async arrived(count) {
		const first = await this.volunteers(count);
		const asks = await this.asks(first, count, 1);
		const { good, begun, first_odd: odd } = await this.client("requests", `${asks.name}.0`, { connections: 64, persist: true }).result; // PostgreSQL may be back only now
		await this.forget(asks);
		if (good !== begun)
			throw new Error(`of ${begun} volunteers ${begun - good} got no pair: ${odd}`);
		return first;
	}

	/** Seals at least `count` judgments, for new volunteers. Answers { name, count, first, next }: files and tags. */
	async judgments(count, parts) {
		const volunteers = Math.ceil(count / PAIRS);
		const name = this.at(`judge${++this.run}`);
		const first = this.nextTag;
		this.nextTag += volunteers * PAIRS;
		await this.tokens("judge", this.campaign, this.items, await this.arrived(volunteers), volunteers, PAIRS, first, name, parts);
		return { name, count: volunteers * PAIRS, first, next: this.nextTag, parts };
	}

	async forget(sealed) {
		for (const part of [...Array(sealed.parts).keys(), "issued", "said"])
			await rm(`${sealed.name}.${part}`, { force: true });
	}

	/** Requests for a pair, one by each of `count` volunteers from number `first` on. */
	async asks(first, count, parts) {
		const name = this.at(`ask${++this.run}`);
		await this.tokens("assign", "bench", first, count, name, parts);
		return { name, count, parts };
	}

	async cookies(first, count) {
		const name = this.at(`cookies${++this.run}`);
		await this.tokens("cookies", first, count, name);
		return name;
	}

	/** The Cookie header of one new volunteer. */
	async cookie() {
		const name = await this.cookies(await this.volunteers(1), 1);
		return (await readFile(name, "utf8")).trim();
	}

	async post(where, cookie, body) {
		const answer = await fetch(`${this.server.url}/api/v1${where}`, { method: "POST", headers: { "content-type": "application/json", cookie }, body: JSON.stringify(body) });
		return { status: answer.status, json: answer.status === 204 ? null : await answer.json() };
	}

	/** Before each measurement. */
	async quiet() {
		const began = Date.now();
		this.restless += await this.cluster.quiet([this.server.process.pid]) ? 0 : 1;
		this.waited_s += (Date.now() - began) / 1000;
	}

	/** Does something while the server sleeps: what it would score later is none of a reference's business. */
	async alone(work) {
		const server = this.server.process;
		server.kill("SIGSTOP");
		try {
			return await work();
		} finally {
			server.kill("SIGCONT");
		}
	}

	/** wrk, for so many seconds; with `prepared` each request of its files once (`again`: in turn, for ever), else GET of `url`. */
	async wrk({ connections, seconds, prepared, again = false, url = this.server.url, headers = {}, threads = 2 }) {
		const ours = url.startsWith(`${this.server.url}/`) || url === this.server.url;
		const args = [`-t${threads}`, `-c${connections}`, `-d${seconds}s`, "--timeout", "10s", "-s", path.join(HERE, "../bench_wrk.lua")];
		for (const [name, value] of Object.entries(headers))
			args.push("-H", `${name}: ${value}`);
		await this.quiet();
		const load = () => run("wrk", [...args, url, ...prepared ? ["--", prepared.name, ...again ? ["again"] : []] : []]);
		const { stdout } = await (ours ? load() : this.alone(load));
		const said = JSON.parse(/^JSON (.*)$/m.exec(stdout)[1]);
		said.per_second = said.answers / said.seconds;
		if (said.ran_out)
			throw new RanOut(said);
		if (said.bad || said.broken || said.timeouts)
			throw new Error(`wrk saw answers that are not good: ${JSON.stringify(said)}\n${stdout}`);
		return said;
	}

	/** A bench-client under way; its `result` is what it prints. */
	client(mode, work, options = {}) {
		const args = Object.entries(options).filter(([, value]) => value !== undefined && value !== false).flatMap(([name, value]) => (value === true ? [`--${name}`] : [`--${name}`, String(value)]));
		const child = start(program("bench-client"), [...args, `127.0.0.1:${this.server.port}`, mode, ...work ? [work] : []], { stdio: ["pipe", "pipe", "pipe"] });
		let said = "";
		child.stdout.on("data", (some) => { said += some; });
		child.lines = () => said.trim().split("\n").filter((line) => line).map((line) => JSON.parse(line));
		child.result = new Promise((done, failed) => {
			child.once("close", (code) => (code === 0 ? done(child.lines().at(-1)) : failed(new Error(`bench-client: ${code} ${child.words}`))));
		});
		child.result.catch(() => {});
		this.loads = [...(this.loads ?? []).filter(running), child];
		return child;
	}

	/** Ends the clients of a round that failed. */
	endLoads() {
		for (const child of (this.loads ?? []).filter(running))
			child.kill("SIGKILL");
	}

	async rows() {
		const [[pairs, judgments]] = await this.sql("select (select count(*) from judged_pair), (select count(*) from judgment)");
		return { pairs: Number(pairs), judgments: Number(judgments) };
	}

	/**
	 * pgbench doing the rows of a judged pair, for `seconds` from when each client was warm. Answers transactions a second.
	 * `warm_s` is how long the clients have to get warm; where it is too short, all is done again with twice as much.
	 */
	async pgbench(script, clients, seconds, warm_s = 5) {
		const first = this.nextVolunteer + 100_000_000; // numbers that ours never reach
		this.pgbenchRuns = (this.pgbenchRuns ?? 0) + 1;
		const log = this.at(`pgbench${this.pgbenchRuns}`);
		await this.quiet();
		const before = await this.rows();
		const { stdout } = await this.alone(() => run(`${this.cluster.bin}/pgbench`, ["-n", "-M", "prepared", "-c", clients, "-j", 2, "-T", Math.ceil(seconds + warm_s), "-l", `--log-prefix=${log}`, "-D", "n=0", "-D", `first=${first + this.pgbenchRuns * 10_000_000}`, "-D", `clients=${clients}`, "-D", `items=${this.items}`, "-D", `campaign=${this.campaign}`, "-f", file(`${script}.pgbench`), this.cluster.url("bench")].map(String), { env: { ...process.env, LC_ALL: "C" } }));
		if (!/number of failed transactions: 0 /.test(stdout))
			throw new Error(`pgbench: ${stdout}`);
		const after = await this.rows();
		const done = Number(/^number of transactions actually processed: (\d+)/m.exec(stdout)[1]);
		if (after.pairs - before.pairs < done || after.judgments - before.judgments !== 2 * (after.pairs - before.pairs))
			throw new Error(`pgbench said ${done} pairs, and stored ${JSON.stringify({ before, after })}`);
		return warmRate(await takeLogs(log), clients, seconds) ?? this.pgbench(script, clients, seconds, 2 * warm_s);
	}

	/** Compares what was acknowledged with what is stored, for the tags of one run. Throws unless `mayLose`. */
	async check({ first, next, issued, said, wrk, mayLose = false }) {
		await this.sql("truncate bench_issued, bench_said");
		if (issued)
			await this.sql(`\\copy bench_issued from '${issued}'`);
		if (said)
			await this.sql(`\\copy bench_said from '${said}'`);
		const [[text]] = await this.cluster.script("bench", file("check.sql"), { first, next, issued: issued ? "true" : "false" });
		const found = JSON.parse(text);
		if (wrk) {
			// wrk cannot name what was acknowledged, only count it.
			Object.assign(found, { acknowledged: wrk.answers, sent: wrk.sent, lost: Math.max(0, wrk.answers - found.stored) });
			delete found.unheard;
			if (found.stored > wrk.sent)
				found.never_issued += found.stored - wrk.sent;
		}
		found.good = found.lost === 0 && found.twice === 0 && found.changed === 0 && found.never_issued === 0;
		this.checks.push(found);
		if (!found.good && !mayLose)
			throw new Error(`The checker found: ${JSON.stringify(found)}`);
		return found;
	}

	async keep(name, as) {
		await copyFile(name, as);
	}
}

/** More was asked of a load than it had prepared. */
export class RanOut extends Error {
	constructor(said) {
		super("the prepared requests ran out");
		this.said = said;
	}
}
