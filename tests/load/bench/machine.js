// SPDX-License-Identifier: Apache-2.0
// machine.js: the processes of a load (PostgreSQL, touchstone and whatever else), each of which ends with us, and what
// the machine says of them.

import { execFile, spawn } from "node:child_process";
import { mkdir, readFile, readdir, rm, stat, statfs, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";

import { freePort, until } from "../../support/place.js";

const runs = promisify(execFile);
/** Runs a program to its end. Answers { stdout, stderr }; an error is short. */
export const run = (command, args, options) => {
	const promise = runs(command, args, { maxBuffer: 1 << 28, ...options });
	const answer = promise.catch((error) => {
		throw Object.assign(new Error(`${command} failed: ${(error.stderr || error.message).slice(0, 1500)}`), { stdout: error.stdout });
	});
	answer.child = promise.child;
	return answer;
};
export const pause = (ms) => new Promise((done) => { setTimeout(done, ms); });
const ROOT = process.getuid() === 0;
/** PostgreSQL refuses to run as root. */
const asOwner = ROOT ? ["--reuid", "postgres", "--regid", "postgres", "--init-groups"] : [];
const TMPFS = 0x01021994;

export const BUILD = path.resolve(process.env.TOUCHSTONE_BUILD ?? (process.env.PROGRAM ? path.dirname(process.env.PROGRAM) : "build"));
export const program = (name) => path.join(BUILD, name);

/** Whatever we started and has not ended. */
const children = new Set();

/** Starts a program that is ended when we are, however we end. Answers the child with `ended` and `words` (its stderr). */
export function start(command, args, options = {}, asSomebody = []) {
	const child = spawn("setpriv", ["--pdeathsig", options.dies ?? "KILL", ...asSomebody, command, ...args], { stdio: ["ignore", "ignore", "pipe"], ...options });
	child.words = "";
	child.stderr?.on("data", (some) => { child.words = (child.words + some).slice(-20000); });
	child.ended = new Promise((done) => { child.once("exit", (code, signal) => { children.delete(child); done({ code, signal }); }); });
	children.add(child);
	return child;
}

export const running = (child) => child.exitCode === null && child.signalCode === null;

export async function endAll() {
	for (const child of children)
		if (running(child))
			child.kill("SIGKILL");
	await Promise.all([...children].map((child) => child.ended));
}

export { freePort, until };

/** Of a process: resident and peak memory in MB, and open descriptors. */
export async function usage(pid) {
	const status = await readFile(`/proc/${pid}/status`, "utf8");
	const mb = (name) => Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)[1]) / 1024;
	return { resident_mb: mb("VmRSS"), peak_mb: mb("VmHWM"), descriptors: (await readdir(`/proc/${pid}/fd`)).length };
}

/** The folder of the newest PostgreSQL's programs. */
async function postgresPrograms() {
	const versions = (await readdir("/usr/lib/postgresql")).map(Number).filter((one) => one >= 15).sort((a, b) => b - a);
	return `/usr/lib/postgresql/${versions[0]}/bin`;
}

/** Ours and the references' alike. Durable: these are PostgreSQL's defaults, said aloud. */
export const DURABLE = {
	fsync: "on",
	synchronous_commit: "on",
	full_page_writes: "on",
	shared_buffers: "512MB",
	min_wal_size: "4GB",
	max_wal_size: "8GB",
	checkpoint_timeout: "30min",
};

async function childrenOf(parent) {
	const found = [];
	for (const pid of (await readdir("/proc")).filter((one) => /^\d+$/.test(one))) {
		const line = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
		if (line.replace(/^.*\) . /s, "").split(" ")[0] === String(parent))
			found.push(Number(pid));
	}
	return found;
}

function kill(pid) {
	try {
		process.kill(pid, "SIGKILL");
	} catch {
		// It ended before.
	}
}

/** Processor time that processes have used so far, in ms; with that of their children who have ended, or without. */
async function busyTime(pids, { andEnded = false } = {}) {
	let ticks = 0;
	for (const pid of pids) {
		const line = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
		const fields = line.replace(/^.*\) /s, "").split(" ").slice(11, andEnded ? 15 : 13);
		ticks += line ? fields.reduce((sum, field) => sum + Number(field), 0) : 0;
	}
	return ticks * 10;
}

/** Processor time of the whole machine, and what of it was ours: us, what we started, and what PostgreSQL forked. */
async function shares() {
	const [user, nice, system, , , irq, softirq, steal] = /^cpu +(.*)$/m.exec(await readFile("/proc/stat", "utf8"))[1].split(" ").map(Number);
	const own = [process.pid, ...await childrenOf(process.pid)];
	const forked = (await Promise.all(own.slice(1).map(childrenOf))).flat();
	return { at: Date.now(), all: (user + nice + system + irq + softirq + steal) * 10, ours: await busyTime([...own, ...forked], { andEnded: true }) };
}

/** Does something. Answers { value, foreign }: which part of the machine others used meanwhile (0 to 1). */
export async function withNoise(work) {
	const before = await shares();
	const value = await work();
	const after = await shares();
	const foreign = after.all - before.all - (after.ours - before.ours);
	return { value, foreign: Math.max(0, foreign / (after.at - before.at) / os.cpus().length) };
}

const gone = (pid) => readFile(`/proc/${pid}/stat`, "utf8").then((line) => / Z /.test(line.replace(/^.*\)/s, "")), () => true);

/** A PostgreSQL of our own, without a TCP port. */
export class Cluster {
	/** In an empty folder that its owner can reach. */
	static async make(folder, settings) {
		const cluster = new Cluster();
		cluster.folder = folder;
		cluster.settings = settings;
		cluster.bin = await postgresPrograms();
		await rm(folder, { recursive: true, force: true });
		await mkdir(`${folder}/run`, { recursive: true });
		await run("chmod", ["711", folder]);
		await run("chown", ["-R", ROOT ? "postgres:" : `${process.getuid()}`, folder]);
		await run("setpriv", [...asOwner, `${cluster.bin}/initdb`, "-D", `${folder}/data`, "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8", "--auth=trust", "--no-sync"], { cwd: "/" });
		await run("sync", ["-f", folder]);
		await cluster.start();
		return cluster;
	}

	url(database) {
		return `postgresql:///${database}?host=${this.folder}/run&user=postgres`;
	}

	/** With `more` settings for this time. Answers when it takes queries. */
	async start(more = {}) {
		const settings = Object.entries({ listen_addresses: "", port: 5432, unix_socket_directories: `${this.folder}/run`, ...this.settings, ...more });
		await rm(`${this.folder}/data/postmaster.pid`, { force: true });
		this.process = start(`${this.bin}/postgres`, ["-D", `${this.folder}/data`, ...settings.flatMap(([name, value]) => ["-c", `${name}=${value}`])], { cwd: "/", dies: "QUIT" }, asOwner);
		await until("PostgreSQL", () => {
			if (!running(this.process))
				throw new Error(`PostgreSQL ended: ${this.process.words}`);
			return this.sql("postgres", "select 1").catch(() => false);
		}, { seconds: 60 });
	}

	/** SIGKILL to the postmaster and to every process of its, at once. */
	async kill() {
		const pids = [this.process.pid, ...await childrenOf(this.process.pid)];
		pids.forEach(kill);
		await this.process.ended;
		for (const pid of pids)
			await until("PostgreSQL's end", () => gone(pid), { every_ms: 5 });
	}

	/**
	 * Waits until neither PostgreSQL nor `others` have work left from before (scoring, vacuuming), so that one
	 * measurement does not pay for the one before it. Answers whether they came to rest in time.
	 */
	async quiet(others, seconds = 15) {
		const began = Date.now();
		let calm = 0;
		while (calm < 2 && Date.now() - began < seconds * 1000) {
			const pids = [...await childrenOf(this.process.pid), ...others];
			const before = await busyTime(pids);
			await pause(150);
			calm = await busyTime(pids) - before <= 20 ? calm + 1 : 0;
		}
		return calm >= 2;
	}

	async stop() {
		if (!this.process || !running(this.process))
			return;
		this.process.kill("SIGINT");
		await this.process.ended;
	}

	/** Answers rows as arrays of text. Variables are psql's own (:name). */
	async sql(database, statement, variables = {}) {
		return this.psql(database, ["-c", statement], variables);
	}

	/** Runs a file of SQL, with `input` for \copy ... from pstdin. */
	async script(database, file, variables = {}, input = "") {
		return this.psql(database, ["-f", file], variables, input);
	}

	async psql(database, args, variables = {}, input = "") {
		const set = Object.entries(variables).flatMap(([name, value]) => ["-v", `${name}=${value}`]);
		const child = run("psql", ["-XAtq", "-F", "\t", "-v", "ON_ERROR_STOP=1", ...set, ...args, this.url(database)]);
		child.child.stdin.on("error", () => {});
		child.child.stdin.end(input);
		const { stdout } = await child;
		return stdout.split("\n").filter((line) => line !== "").map((line) => line.split("\t"));
	}

	async migrated(database) {
		await this.sql("postgres", `create database ${database}`);
		await run(program("touchstone"), ["migrate"], { env: { ...process.env, DATABASE_URL: this.url(database) } });
	}
}

/** One touchstone that serves. */
export class Server {
	constructor(cluster, database, data) {
		Object.assign(this, { cluster, database, data });
	}

	/** With the arguments of the last time, unless others are given; `under` a program that runs ours. */
	async start({ args = this.args ?? [], ready = true, under = [] } = {}) {
		this.args = args;
		this.port ??= await freePort();
		this.url = `http://127.0.0.1:${this.port}`;
		const env = { ...process.env, DATABASE_URL: this.cluster.url(this.database), TOUCHSTONE_DATA: this.data, TOUCHSTONE_BUDGETS: "off", TOUCHSTONE_LISTEN: `127.0.0.1:${this.port}` };
		for (const name of ["TOUCHSTONE_STORE", "TOUCHSTONE_SECRET_FILE", "TOUCHSTONE_PUBLIC_URL", "TOUCHSTONE_TRUSTED_PROXIES"])
			delete env[name];
		const [command, ...more] = [...under, program("touchstone"), "serve", ...args];
		this.process = start(command, more, { env, dies: "TERM" });
		if (ready)
			await this.ready();
	}

	async ready(seconds = 60) {
		await until("the server", () => {
			if (!running(this.process))
				throw new Error(`The server ended: ${this.process.words}`);
			return fetch(`${this.url}/readyz`).then((answer) => answer.ok, () => false);
		}, { seconds });
	}

	/** Answers { code, signal } of its end. */
	async stop(signal = "SIGTERM") {
		if (running(this.process))
			this.process.kill(signal);
		return this.process.ended;
	}

	get secret() {
		return path.join(this.data, "secret");
	}
}

async function reachable(folder) {
	await mkdir(folder, { recursive: true });
	if (!ROOT)
		return true;
	return run("setpriv", [...asOwner, "test", "-x", folder], { cwd: "/" }).then(() => true, () => false);
}

/** Where a load keeps its database and media: BENCH_PLACE, or build/bench, or where PostgreSQL's user can reach. */
export async function choosePlace() {
	const name = `touchstone-bench-${process.getuid()}`;
	const wanted = process.env.BENCH_PLACE ? [path.resolve(process.env.BENCH_PLACE)] : [path.join(BUILD, "bench/place"), `/var/lib/${name}`, path.join(os.tmpdir(), name)];
	for (const folder of wanted)
		if (await reachable(folder).catch(() => false))
			return folder;
	throw new Error(`PostgreSQL's user cannot reach ${wanted.join(" or ")}: set BENCH_PLACE`);
}

/** True where what is "on disk" is not. */
export async function inMemory(folder) {
	return (await statfs(folder)).type === TMPFS;
}

async function version(command, args) {
	return run(command, args).then(({ stdout, stderr }) => (stdout + stderr).split("\n")[0].trim(), (error) => (error.stdout ? error.stdout.split("\n")[0].trim() : "not installed"));
}

export async function facts(place, settings) {
	const commit = await run("git", ["describe", "--always", "--dirty"]).then(({ stdout }) => stdout.trim(), () => "unknown");
	return {
		cores: os.cpus().length,
		processor: os.cpus()[0].model,
		memory_mb: Math.round(os.totalmem() / 2 ** 20),
		kernel: os.release(),
		place,
		commit,
		postgres: await version("psql", ["--version"]),
		wrk: await version("wrk", ["--version"]),
		h2load: await version("h2load", ["--version"]),
		nginx: await version("nginx", ["-v"]),
		settings,
		load_before: os.loadavg(),
	};
}

export async function has(command) {
	return run("sh", ["-c", `command -v ${command}`]).then(() => true, () => false);
}

export async function writeText(file, text) {
	await mkdir(path.dirname(file), { recursive: true });
	await writeFile(file, text);
}

export const exists = (file) => stat(file).then(() => true, () => false);
