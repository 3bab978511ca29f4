// SPDX-License-Identifier: Apache-2.0
// scripts/check itself, on a small project made here: its suites pass, fail, hang, lose their server, or find somebody
// else's at their address. And the parts of our own test programs make up the whole.

import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { chmod, cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";

import { CHECKOUT, freePort, until } from "../support/place.js";

const run = promisify(execFile);

/** A program that serves as ours does, as far as scripts/check can tell. */
const PROGRAM = `#!/usr/bin/env node
const { createServer } = require("node:http");
if (process.argv[2] === "serve") {
	const [host, port] = process.env.TOUCHSTONE_LISTEN.split(":");
	const server = createServer((request, response) => {
		if (request.url === "/die")
			process.exit(3);
		response.end(process.env.TOUCHSTONE_DATA);
	});
	server.on("error", (error) => { console.error(error.message); process.exit(1); });
	server.listen(Number(port), host, () => console.error("serving http://" + process.env.TOUCHSTONE_LISTEN));
	process.on("SIGTERM", () => process.exit(0));
}
`;

const SUITES = {
	good: "test('one', () => {}); test('two', () => {}); test('three', { skip: 'no data here' }, () => {});",
	bad: "test('one', () => {}); test('two', () => { throw new Error('on purpose'); });",
	hangs: `test('one', () => {
		require("node:child_process").spawn("sleep", ["987654"]);
		return new Promise(() => { setInterval(() => {}, 1000); });
	});`,
	slow: "for (let n = 0; n < 6; n++) test(`${n}`, () => new Promise((done) => { setTimeout(done, 2000); }));",
	crashes: "process.exit(7);",
	kills_its_server: "test('one', () => fetch(process.env.SERVER_URL + '/die').catch(() => {}));",
	own_server: `test('one', async () => {
		require("node:assert").equal(await (await fetch(process.env.SERVER_URL)).text(), process.env.TOUCHSTONE_DATA);
	});`,
	meets: `test('one', async () => {
		const { readdirSync, writeFileSync } = require("node:fs");
		writeFileSync(process.env.MEETING + "/" + process.pid, "");
		for (let words = 0; words < 20 || readdirSync(process.env.MEETING).length < 2; words++) {
			console.log("says WORD");
			await new Promise((done) => { setTimeout(done, 50); });
		}
	});`,
};

const UNIT = `#!/bin/sh
echo 'skip: no corpus here'
echo '100%: Checks: 3, Failures: 0, Errors: 0'
`;

/** Two tests have passed and one has failed before one hangs. It says much, which is no progress, and has last words. */
const STUCK_UNIT = `#!/bin/sh
trap 'seq 1000; exit 143' TERM
printf 'ok 1 - a\\nnot ok 2 - b\\nok 3 - c\\n' >"$CK_TAP_LOG_FILE_NAME"
for n in $(seq 100); do echo busy; sleep 0.5; done
`;

describe("scripts/check", () => {
	let folder, parts;

	before(async () => {
		parts = Number(/^parts=(\d+)$/m.exec(await readFile(path.join(CHECKOUT, "scripts/check"), "utf8"))[1]);
		folder = await mkdtemp(path.join(tmpdir(), "touchstone-check-test-"));
	});

	after(() => rm(folder, { recursive: true, force: true }));

	/** A project with these suites of node's: text by name. */
	async function project(suites) {
		const top = await mkdtemp(path.join(folder, "project-"));
		const program = async (name, text) => {
			await mkdir(path.dirname(path.join(top, name)), { recursive: true });
			await writeFile(path.join(top, name), text);
			await chmod(path.join(top, name), 0o755);
		};
		for (const name of ["check", "check-suite", "lib.sh", "postgres.sh"])
			await cp(path.join(CHECKOUT, "scripts", name), path.join(top, "scripts", name));
		await program("scripts/install-needs", "#!/bin/sh\n");
		await program("npm/npm", "#!/bin/sh\n");
		await program("build/touchstone", PROGRAM);
		await program("build/unit-tests", UNIT);
		await writeFile(path.join(top, "Makefile"), "all bench-programs:\n");
		await mkdir(path.join(top, "tests/small"), { recursive: true });
		for (const [name, text] of Object.entries(suites))
			await writeFile(path.join(top, `tests/small/${name}.test.js`), `const { test } = require("node:test");\n${text}\n`);
		return top;
	}

	const environment = (top, more) => {
		const env = { ...process.env, PATH: `${path.join(top, "npm")}:${process.env.PATH}`, TOUCHSTONE_BUILD: "build", ...more };
		for (const name of ["CK_RUN_CASE", "CK_RUN_SUITE", "PARTITIONED", "NODE_TEST_CONTEXT", "NODE_OPTIONS"])
			delete env[name];
		return env;
	};

	/** Runs it to its end. Answers { code, lines, text }. */
	async function check(top, args = [], more = {}) {
		const { code, stdout } = await run(path.join(top, "scripts/check"), args, { env: environment(top, more), maxBuffer: 1 << 24 })
			.then((ended) => ({ code: 0, ...ended }), (ended) => ended);
		return { code, text: stdout, lines: stdout.trimEnd().split("\n") };
	}

	const runningWith = async (words) => (await run("pgrep", ["-f", words]).catch(() => ({ stdout: "" }))).stdout.trim();

	test("suites that pass are added up, what was skipped is said, and those that need quiet run last and alone", async () => {
		const { good, own_server } = SUITES;
		const top = await project({ good, own_server });
		await mkdir(path.join(top, "tests/load"));
		for (const name of ["one", "two"])
			await cp(path.join(top, "tests/small/good.test.js"), path.join(top, `tests/load/${name}.test.js`));
		const { code, lines, text } = await check(top, [], { CHECK_JOBS: "8" });
		assert.equal(lines.at(-1), `${7 + 3 * parts} passed, 0 failed`, text);
		assert.equal(code, 0);
		assert.ok(lines.includes("  skipped: small_good: three: no data here"), text);
		assert.ok(lines.includes("  skipped: unit_1: no corpus here"), text);
		const events = lines.filter((line) => /^(Testing: |== )/.test(line)).map((line) => line.replace(/, \d+ s, .*$/, ""));
		assert.deepEqual(events.slice(-4), ["Testing: load_one", "== load_one", "Testing: load_two", "== load_two"], text);
	});

	test("a suite that fails, one that hangs, one that crashes and one whose server dies are a failure each", async () => {
		const { good, bad, hangs, crashes, kills_its_server } = SUITES;
		const { code, lines, text } = await check(await project({ good, bad, hangs, crashes, kills_its_server }), [], { CHECK_SECONDS: "6", CHECK_JOBS: "4" });
		assert.match(text, /small_bad: 1 passed, 1 failed/);
		assert.match(text, /No test of small_hangs has ended for 6 seconds/);
		assert.match(text, /small_hangs: 0 passed, [1-9] failed/);
		assert.match(text, /small_crashes: 0 passed, [1-9] failed/);
		assert.match(text, /The server under small_kills_its_server ended with status 3; its last words:\nserving http/);
		assert.equal(lines.at(-1), `${4 + 3 * parts} passed, 4 failed`, text);
		assert.equal(code, 1);
		const said = lines.slice(lines.lastIndexOf("") + 1).filter((line) => line.startsWith("  failed: "));
		for (const of of [/^  failed: small_bad: not ok 2 - two/, /^  failed: small_kills_its_server: the server ended with status 3/])
			assert.ok(said.some((line) => of.test(line)), `${of} is not said at the end of\n${text}`);
		assert.equal(await runningWith("sleep 987654"), "", "a process of the suite that hung is left");
	});

	test("a suite that takes long is left alone while its tests end, and what passed before a hang is counted", async () => {
		const { slow, hangs } = SUITES;
		const top = await project({ slow, stuck: `test('before', () => {}); ${hangs}` });
		await writeFile(path.join(top, "build/unit-tests"), STUCK_UNIT);
		const { code, lines, text } = await check(top, [], { CHECK_SECONDS: "5", CHECK_JOBS: "4" });
		assert.match(text, /small_slow: 6 passed, 0 failed/, text);
		assert.match(text, /small_stuck: 1 passed, [1-9] failed/, text);
		assert.match(text, /unit_1: 2 passed, 2 failed/, text);
		assert.match(text, /No test of unit_1 has ended for \d+ seconds/, "written over by last words");
		assert.equal(lines.at(-1), `${7 + 2 * parts} passed, ${1 + 2 * parts} failed`, text);
		assert.equal(code, 1);
	});

	test("a suite does not take somebody else's server at its address for its own", async () => {
		const top = await project({ own_server: SUITES.own_server });
		const port = await freePort();
		const other = createServer((_, response) => response.end("somebody else")).listen(port, "127.0.0.1");
		await mkdir(path.join(top, "logs"));
		const { stdout } = await run(path.join(top, "scripts/check-suite"), ["small_own_server", "node", port, "node", "--test", "--test-reporter=tap", "tests/small/own_server.test.js"], {
			env: environment(top, { PROGRAM: path.join(top, "build/touchstone"), CHECK_LOGS: path.join(top, "logs"), CHECK_SCRATCH: top, CHECK_SOCKET: new URLSearchParams(process.env.DATABASE_URL.split("?")[1]).get("host") }),
		});
		other.close();
		assert.match(stdout, /small_own_server: 1 passed, 0 failed/);
		assert.match(await readFile(path.join(top, "logs/small_own_server.server.log"), "utf8"), /EADDRINUSE/);
	});

	test("as many run side by side as CHECK_JOBS says, only those that are chosen, and what they say is not mixed", async () => {
		const meets = (word) => SUITES.meets.replace("WORD", word);
		const top = await project({ a_meets: meets("apples"), b_meets: meets("pears"), other: SUITES.bad });
		const meeting = await mkdtemp(path.join(folder, "meeting-"));
		const { lines, text } = await check(top, ["small_a", "small_b"], { CHECK_JOBS: "2", MEETING: meeting });
		assert.equal(lines.at(-1), "2 passed, 0 failed", text);
		const words = [...text.matchAll(/says (\w+)/g)].map(([, word]) => word);
		assert.ok(words.length >= 40, text);
		assert.equal(words.filter((word, n) => word !== words[n - 1]).length, 2, "each suite's output is in one piece");

		const alone = await mkdtemp(path.join(folder, "meeting-"));
		const apart = await check(top, ["small_a", "small_b"], { CHECK_JOBS: "1", MEETING: alone, CHECK_SECONDS: "12" });
		assert.match(apart.text, /small_a_meets: 0 passed, [1-9] failed/, "nobody came to meet the first");
		assert.match(apart.text, /small_b_meets: 1 passed, 0 failed/, "the second finds what the first left");
	});

	test("an interrupt ends all that was started", async () => {
		const top = await project({ hangs: SUITES.hangs.replace("987654", "876543"), bad: SUITES.hangs.replace("987654", "876543") });
		for (const signal of ["SIGINT", "SIGTERM"]) {
			const child = spawn(path.join(top, "scripts/check"), ["small"], { env: environment(top, { CHECK_JOBS: "2" }), stdio: "ignore" });
			const ended = new Promise((done) => { child.once("exit", (code) => done(code)); });
			await until("both to hang", async () => (await runningWith("sleep 876543")).split("\n").length === 2, { seconds: 60 });
			child.kill(signal);
			assert.equal(await ended, signal === "SIGINT" ? 130 : 143);
			assert.equal(await runningWith("sleep 876543"), "");
			assert.equal(await runningWith(path.basename(top)), "");
		}
	});

	test("the parts of a test program are its suites, each once", async () => {
		const suites = async (program, ...args) => {
			// No case has this tag: the suites are named, and nothing is run.
			const { stdout } = await run(program, args, { cwd: CHECKOUT, env: { ...process.env, CK_INCLUDE_TAGS: "none", CK_RUN_SUITE: undefined } });
			return stdout.split("\n").filter((line) => /^(Running suite\(s\):)? /.test(line)).map((line) => line.replace("Running suite(s):", "").trim());
		};
		for (const name of ["unit-tests", "http-tests"]) {
			const program = path.join(path.dirname(process.env.PROGRAM), name);
			const whole = await suites(program);
			assert.ok(whole.length > 15, `${whole}`);
			for (const parts of [2, 3, 5]) {
				const dealt = [];
				for (let part = 1; part <= parts; part++)
					dealt.push(...await suites(program, `${part}/${parts}`));
				assert.deepEqual(dealt.sort(), [...whole].sort());
			}
			for (const wrong of ["0/2", "3/2", "x", ""])
				await assert.rejects(suites(program, wrong), /usage/);
		}
		assert.match(await readFile(path.join(CHECKOUT, "scripts/check"), "utf8"), /"\$part\/\$parts"/);
	});
});
