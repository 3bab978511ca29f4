// SPDX-License-Identifier: Apache-2.0
// The systemd unit: what the program and its helpers ask of the system is what the unit allows.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { after, before, describe, test } from "node:test";

import { makeCorpus } from "../support/corpus.js";
import { CHECKOUT, Place, freePort, until } from "../support/place.js";
import { canStrike } from "../faults/inject.js";

const run = promisify(execFile);
const UNIT = path.join(CHECKOUT, "scripts/touchstone.service");

/** The calls that systemd's words for a filter stand for. */
async function callsOf(words) {
	const calls = new Set();
	for (const word of words)
		if (word.startsWith("@")) {
			const { stdout } = await run("systemd-analyze", ["syscall-filter", "--no-pager", word]);
			const inside = stdout.split("\n").slice(1).map((line) => line.trim()).filter((line) => line && !line.startsWith("#"));
			for (const one of await callsOf(inside))
				calls.add(one);
		} else {
			calls.add(word);
		}
	return calls;
}

describe("the systemd unit", () => {
	let place, skip = false;

	before(async () => {
		place = await Place.open("unit");
		if (!await run("systemd-analyze", ["--version"]).catch(() => null))
			skip = "systemd-analyze is not here";
		else if (!await canStrike(place.folder))
			skip = "strace does not work here";
	});

	after(() => place?.close());

	test("every call that import and serve make, helpers included, is allowed", async (t) => {
		if (skip)
			return t.skip(skip);
		const settings = await readFile(UNIT, "utf8");
		const words = [...settings.matchAll(/^SystemCallFilter=(.*)$/gm)].flatMap(([, some]) => some.split(" "));
		const allowed = await callsOf(words);
		assert.ok(allowed.size > 200, `${words}`);
		assert.ok(!allowed.has("mount") && !allowed.has("ptrace"));
		const folder = path.join(place.folder, "media"), notes = path.join(place.folder, "calls");
		await mkdir(folder);
		await makeCorpus(folder, { practice: 0, pictures: 1 });
		const database = await place.database("calls");
		await writeFile(path.join(place.folder, "run"), `set -e
			"$PROGRAM" migrate
			"$PROGRAM" import '${folder}/main.csv'
			exec "$PROGRAM" serve`);
		const port = await freePort();
		const child = execFile("strace", ["-D", "-f", "-qq", "-e", "signal=none", "-o", notes, "sh", path.join(place.folder, "run")], { env: { ...place.environment(database), TOUCHSTONE_LISTEN: `127.0.0.1:${port}` } });
		const ended = new Promise((done) => { child.once("exit", done); });
		await until("the server", () => fetch(`http://127.0.0.1:${port}/readyz`).then((answer) => answer.ok, () => false), { seconds: 120 });
		child.kill("SIGTERM");
		assert.equal(await ended, 0);
		const made = new Set([...(await readFile(notes, "utf8")).matchAll(/^\d+ +(\w+)\(/gm)].map(([, call]) => call));
		t.diagnostic(`${made.size} calls`);
		for (const known of ["landlock_restrict_self", "unshare", "accept4", "execve"])
			assert.ok(made.has(known), `${known} was not seen`);
		assert.deepEqual([...made].filter((one) => !allowed.has(one)), []);
	});
});
