// SPDX-License-Identifier: Apache-2.0
// own.js: a PostgreSQL and a server that a test may kill, in a folder of their own. Both die with the test.

import { execFile, spawn } from "node:child_process";
import { chmod, mkdtemp, readFile, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";

import { freePort, sql, until } from "../support/place.js";

const run = promisify(execFile);
const ROOT = process.getuid() === 0;

/** The newest PostgreSQL's folder of programs. */
async function programs() {
	const versions = (await readdir("/usr/lib/postgresql")).map(Number).filter((one) => one >= 15).sort((a, b) => b - a);
	return `/usr/lib/postgresql/${versions[0]}/bin`;
}

/** PostgreSQL refuses to run as root. */
const asOwner = ROOT ? ["--reuid", "postgres", "--regid", "postgres", "--init-groups"] : [];

async function childrenOf(parent) {
	const found = [];
	for (const pid of (await readdir("/proc")).filter((one) => /^\d+$/.test(one))) {
		const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
		if (stat.replace(/^.*\) . /s, "").split(" ")[0] === String(parent))
			found.push(Number(pid));
	}
	return found;
}

function alive(pid) {
	try {
		process.kill(pid, 0);
		return true;
	} catch {
		return false;
	}
}

/** Images of nobody, enough for everybody; they never retire. */
export async function makeItems(database, count) {
	await sql(database, "insert into campaign (name, min_judgments, max_judgments) values ('faults', 1000, 10000)");
	await sql(database, `insert into item (campaign_id, media_type, sha256, bytes, format, rendition, rendition_bytes, rendition_type, width, height, lineage)
		select c.id, 'image', sha256(n::text::bytea), 1, 'test', sha256(n::text::bytea), 1, 'image/jpeg', 8, 8, n::text
		from campaign c, generate_series(1, ${count}) n where c.name = 'faults'`);
}

export class Own {
	static async open() {
		const own = new Own();
		own.folder = await mkdtemp(path.join(tmpdir(), "touchstone-faults-"));
		await chmod(own.folder, 0o711);
		own.bin = await programs();
		own.database = `postgresql:///touchstone?host=${own.folder}/pg/run&user=postgres`;
		await run("mkdir", ["-p", `${own.folder}/pg/run`]);
		if (ROOT)
			await run("chown", ["-R", "postgres:", `${own.folder}/pg`]);
		await own.asOwner("initdb", "-D", `${own.folder}/pg/data`, "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8", "--auth=trust", "--no-sync");
		await own.startDatabase();
		await sql(own.database.replace("/touchstone?", "/postgres?"), "create database touchstone");
		await run(process.env.PROGRAM, ["migrate"], { env: own.environment() });
		// Its items have no media, by which a store would be known.
		await run(process.env.PROGRAM, ["store", "adopt"], { env: own.environment() });
		own.port = await freePort();
		own.url = `http://127.0.0.1:${own.port}`;
		return own;
	}

	asOwner(program, ...args) {
		return run("setpriv", [...asOwner, `${this.bin}/${program}`, ...args], { cwd: "/" });
	}

	environment() {
		const env = { ...process.env, DATABASE_URL: this.database, TOUCHSTONE_DATA: `${this.folder}/var`, TOUCHSTONE_BUDGETS: "off", TOUCHSTONE_LISTEN: `127.0.0.1:${this.port}` };
		for (const name of ["TOUCHSTONE_STORE", "TOUCHSTONE_SECRET_FILE", "TOUCHSTONE_PUBLIC_URL"])
			delete env[name];
		return env;
	}

	/** Durable, as an operator's would be: what is acknowledged was written. */
	async startDatabase() {
		this.postgres = spawn("setpriv", ["--pdeathsig", "INT", ...asOwner, `${this.bin}/postgres`, "-D", `${this.folder}/pg/data`, "-k", `${this.folder}/pg/run`, "-c", "listen_addresses=", "-c", "port=5432"], { cwd: "/", stdio: "ignore" });
		await until("PostgreSQL", () => sql(this.database.replace("/touchstone?", "/postgres?"), "select 1").catch(() => false), { every_ms: 50 });
	}

	/** SIGKILL to the postmaster and every process of its, all at once. */
	async killDatabase() {
		const pids = [this.postgres.pid, ...await childrenOf(this.postgres.pid)];
		for (const pid of pids)
			if (alive(pid))
				process.kill(pid, "SIGKILL");
		await until("PostgreSQL's end", () => pids.slice(1).every((pid) => !alive(pid)));
	}

	async startServer() {
		const child = spawn(process.env.PROGRAM, ["serve"], { env: this.environment(), stdio: ["ignore", "ignore", "pipe"] });
		this.server = child;
		this.words = "";
		child.stderr.on("data", (some) => { this.words += some; });
		this.ended = new Promise((done) => { child.once("exit", (code, signal) => done({ code, signal })); });
		await until("the server", () => fetch(`${this.url}/readyz`).then((answer) => answer.ok, () => false));
	}

	makeItems(count) {
		return makeItems(this.database, count);
	}

	async close() {
		this.server?.kill("SIGKILL");
		await this.killDatabase();
		await rm(this.folder, { recursive: true, force: true, maxRetries: 5 });
	}
}
