// SPDX-License-Identifier: Apache-2.0
// The Makefile: what is built does not tell where, and what is missing is named. With LONG=1 the whole program is built.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { chmod, cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";

import { CHECKOUT } from "../support/place.js";

const run = promisify(execFile);
const BUILT = process.env.LONG === "1" ? ["build/touchstone"] : ["build/server/core/disk.o", "build/server/core/lock.o", "build/gen/migrations.o"];

describe("the build", () => {
	let folder;

	before(async () => {
		folder = await mkdtemp(path.join(tmpdir(), "touchstone-build-"));
	});

	after(() => rm(folder, { recursive: true, force: true }));

	/** A copy of the sources. */
	async function sources(name) {
		const top = path.join(folder, name);
		for (const part of ["Makefile", "server", "db", "scripts", "tests/load/load.mk", "tests/fuzz/fuzz.mk"])
			await cp(path.join(CHECKOUT, part), path.join(top, part), { recursive: true });
		return top;
	}

	/** Builds it anew. Compiler caches would answer with what another folder built. */
	const make = (top, targets, more = {}) => run("make", ["-s", "-j2", ...targets], { cwd: top, env: { ...process.env, BUILD: "build", TOUCHSTONE_BUILD: undefined, MAKEFLAGS: "", CCACHE_DISABLE: "1", ...more } });

	test("two folders, one with a space in its name, make the same bytes", async () => {
		const sums = [];
		for (const name of ["one", "some other folder"]) {
			const top = await sources(name);
			await make(top, BUILT);
			for (const file of BUILT) {
				const bytes = await readFile(path.join(top, file));
				assert.ok(!bytes.includes(folder), `${file} tells where it was built`);
				sums.push(`${file} ${createHash("sha256").update(bytes).digest("hex")}`);
			}
		}
		assert.deepEqual(sums.slice(BUILT.length), sums.slice(0, BUILT.length));
	});

	test("a library that is too old is named before anything is compiled", async () => {
		const top = await sources("old");
		const tools = path.join(folder, "tools");
		await mkdir(tools);
		const real = (await run("sh", ["-c", "command -v pkg-config"])).stdout.trim();
		// The rest of what it is asked is answered as ever.
		const library = path.join(folder, "pc");
		await mkdir(library);
		await writeFile(path.join(library, "jansson.pc"), "Name: Jansson\nDescription: old\nVersion: 2.12\n");
		await writeFile(path.join(tools, "pkg-config"), `#!/bin/sh\nPKG_CONFIG_PATH='${library}' exec ${real} "$@"\n`);
		await chmod(path.join(tools, "pkg-config"), 0o755);
		const { stderr, stdout } = await make(top, BUILT, { PATH: `${tools}:${process.env.PATH}` }).then(() => assert.fail("it was built"), (error) => error);
		assert.match(stderr, /'jansson >= 2\.14'.*'2\.12'/s);
		assert.match(stderr, /install-needs build/);
		assert.doesNotMatch(stdout, /^ {2}cc /m);
	});
});
