// SPDX-License-Identifier: Apache-2.0
// place.js: databases and servers of a test's own, beside those that scripts/check started. The environment says where
// the program is (PROGRAM) and where PostgreSQL listens (DATABASE_URL). The program runs as the role that the address
// names, which may do no more than in service; `migrate` and the tests' own SQL are the owner of the tables.

import { execFile, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { fileURLToPath } from "node:url";

const run = promisify(execFile);

export const CHECKOUT = fileURLToPath(new URL("../..", import.meta.url));
const PROGRAM = process.env.PROGRAM ?? path.join(CHECKOUT, "build/touchstone");

/** The same database for the owner of its tables. */
export const asOwner = (database) => database.replace("user=touchstone_server", "user=touchstone");

/** Answers rows as arrays of text; as the owner. */
export async function sql(database, statement) {
	const { stdout } = await run("psql", ["-XAtq", "-F", "\t", "-v", "ON_ERROR_STOP=1", "-c", statement, asOwner(database)], { maxBuffer: 1 << 26 });
	return stdout.split("\n").filter((line) => line !== "").map((line) => line.split("\t"));
}

/** The address of another database of the same PostgreSQL. */
function neighbour(database, name) {
	const [, front, , rest] = /^(postgres(?:ql)?:\/\/[^/]*\/)([^?]*)(.*)$/.exec(database);
	return `${front}${name}${rest}`;
}

/** Can a server listen there? */
function isFree(port) {
	return new Promise((tell) => {
		const server = createServer();
		server.once("error", () => tell(false));
		server.listen(port, "127.0.0.1", () => server.close(() => tell(true)));
	});
}

/** The ports that scripts/check leaves to this suite alone ("20100 20199"), so that suites side by side never meet. */
const [FIRST_PORT, LAST_PORT] = (process.env.TEST_PORTS ?? "20000 31999").split(" ").map(Number);
let lastPort = process.env.TEST_PORTS ? FIRST_PORT - 1 : FIRST_PORT + Math.floor(Math.random() * (LAST_PORT - FIRST_PORT));

/** A port where nobody listens; another at each call. */
export async function freePort() {
	for (let tries = 0; tries <= LAST_PORT - FIRST_PORT; tries++) {
		lastPort = lastPort < LAST_PORT ? lastPort + 1 : FIRST_PORT;
		if (await isFree(lastPort))
			return lastPort;
	}
	throw new Error(`No port is free from ${FIRST_PORT} to ${LAST_PORT}`);
}

async function answers(url) {
	try {
		return (await fetch(`${url}/readyz`)).ok;
	} catch {
		return false;
	}
}

const pause = (ms) => new Promise((done) => { setTimeout(done, ms); });

/** Waits until a question is answered with something truthy. */
export async function until(what, question, { seconds = 30, every_ms = 50 } = {}) {
	const end = Date.now() + seconds * 1000;
	for (;;) {
		const answer = await question();
		if (answer)
			return answer;
		if (Date.now() > end)
			throw new Error(`Waited ${seconds} s in vain: ${what}`);
		await pause(every_ms);
	}
}

/** A data folder and the databases made in it; close() takes all of it away. */
export class Place {
	static async open(name) {
		const place = new Place();
		place.name = `${name}_${process.pid}`;
		place.folder = await mkdtemp(path.join(tmpdir(), "touchstone-test-"));
		place.databases = [];
		place.servers = [];
		return place;
	}

	/** A migrated database, or a copy of another that nobody is connected to. Answers its address. */
	async database(name, { copyOf } = {}) {
		const own = `${this.name}_${name}`;
		const template = copyOf ? ` template "${new URL(copyOf).pathname.slice(1)}"` : "";
		await sql(process.env.DATABASE_URL, `create database "${own}"${template}`);
		this.databases.push(own);
		const url = neighbour(process.env.DATABASE_URL, own);
		if (!copyOf)
			await this.program(url, ["migrate", "--migrate-url", asOwner(url)]);
		return url;
	}

	/**
	 * A database and our store with the media of a manifest imported into the campaign "default". Suites with the same
	 * manifest share one import: the first makes it in CHECK_SCRATCH, and each takes copies.
	 */
	async imported(name, manifest) {
		const common = path.join(process.env.CHECK_SCRATCH ?? this.folder, "imported");
		await run(path.join(CHECKOUT, "tests/support/import-once"), [manifest, process.env.DATABASE_URL, common, this.folder, `${this.name}_${name}`],
			{ env: { ...process.env, PROGRAM } });
		this.databases.push(`${this.name}_${name}`);
		return neighbour(process.env.DATABASE_URL, `${this.name}_${name}`);
	}

	environment(database, more = {}) {
		const env = { ...process.env, DATABASE_URL: database, TOUCHSTONE_DATA: this.folder, TOUCHSTONE_BUDGETS: "off", ...more };
		if (!more.TOUCHSTONE_STORE)
			delete env.TOUCHSTONE_STORE;
		return env;
	}

	/** Runs the program to its end. Answers { stdout, stderr }; throws when it fails. */
	program(database, args, more) {
		return run(PROGRAM, args, { env: this.environment(database, more), maxBuffer: 1 << 26 });
	}

	/** An account whose one-time password is answered. */
	async account(database, email, role) {
		const { stdout } = await this.program(database, ["account", "add", email, "--role", role]);
		return stdout.trim().split(/\s+/).pop();
	}

	/** Starts a server; given the port of one that ended, at the same address. */
	async server(database, { port, more } = {}) {
		port ??= await freePort();
		const child = spawn(PROGRAM, ["serve"], {
			cwd: CHECKOUT,
			env: this.environment(database, { TOUCHSTONE_LISTEN: `127.0.0.1:${port}`, ...more }), stdio: ["ignore", "ignore", "pipe"],
		});
		const server = { url: `http://127.0.0.1:${port}`, port, words: "", child, ended: new Promise((done) => { child.once("exit", (code, signal) => done({ code, signal })); }) };
		child.stderr.on("data", (some) => { server.words += some; });
		server.stop = (signal = "SIGTERM") => {
			child.kill(signal);
			return server.ended;
		};
		this.servers.push(server);
		await until(`a server at ${server.url}`, () => {
			if (child.exitCode !== null)
				throw new Error(`The server ended: ${server.words}`);
			return answers(server.url);
		});
		return server;
	}

	/** A vacuum of the database's own may be at work in it, which only a superuser may end: it ends by itself. */
	async drop(name, tries = 20) {
		try {
			await sql(process.env.DATABASE_URL, `drop database if exists "${name}" with (force)`);
		} catch (error) {
			if (tries === 0 || !/role whose process/.test(error.message))
				throw error;
			await new Promise((resolve) => setTimeout(resolve, 500));
			await this.drop(name, tries - 1);
		}
	}

	async close() {
		for (const server of this.servers)
			if (server.child.exitCode === null && server.child.signalCode === null)
				await server.stop();
		for (const name of this.databases.reverse())
			await this.drop(name);
		await rm(this.folder, { recursive: true, force: true });
	}
}
