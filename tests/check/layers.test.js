// SPDX-License-Identifier: Apache-2.0
// scripts/check-layers: it says nothing of a house that keeps the rules, and names one break of each.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { after, before, describe, test } from "node:test";

import { CHECKOUT } from "../support/place.js";

const run = promisify(execFile);

/** A house of five rooms that keeps every rule. Headers of libraries are empty: only who reads them is looked at. */
const HOUSE = {
	Makefile: "generated:\nprint-flags:\n\t@echo -std=gnu17 -Iserver -Ilibraries\n.PHONY: generated print-flags\n",
	"libraries/microhttpd.h": "",
	"libraries/libpq-fe.h": "",
	"libraries/curl/curl.h": "",
	"libraries/sodium.h": "",
	"libraries/uuid/uuid.h": "",
	"libraries/zlib.h": "",
	"libraries/zstd.h": "",
	"server/core/clock.h": "int clock_now(void);\n",
	"server/core/clock.c": '#include "core/clock.h"\nint clock_now(void)\n{\n\treturn pthread_cond_timedwait();\n}\n',
	"server/crowd/model.h": "struct model {\n\tint fits;\n};\n",
	"server/crowd/model.c": '#include "crowd/model.h"\n#include <math.h>\n',
	"server/db/db.h": '#include "core/clock.h"\nstruct db;\n',
	"server/db/db.c": '#include "db/db.h"\n#include <libpq-fe.h>\n#include "db/wire_internal.h"\n',
	"server/db/wire_internal.h": "struct wire {\n\tint fd;\n};\n",
	"server/people/account.h": "struct db;\n",
	"server/people/account.sql": "-- name: account_find\nSELECT 1\n",
	"server/people/account.c": '#include "people/account.h"\n#include "db/db.h"\nstatic int find_account(int a)\n{\n\treturn a + SQL_ACCOUNT_FIND;\n}\n',
	"server/http/server.c": '#include <microhttpd.h>\n#include "core/clock.h"\n',
};

/** A file that is put into the house, or in place of one, and what must be said of it. */
const BREAKS = [
	["a room that the plan does not let in", "server/crowd/model.c", '#include "db/db.h"\n',
		"server/crowd/model.c: crowd/ must not include db/ (server/db/db.h)"],
	["a room let in by a header", "server/core/clock.h", '#include "people/account.h"\n',
		"server/core/clock.c: core/ must not include people/ (server/people/account.h)"],
	["a folder that is no room", "server/misc/odd.c", "int odd_number;\n",
		"server/misc/: a room that scripts/check-layers does not know"],
	["a library's header in another room", "server/people/account.c", '#include <sodium.h>\nint a = SQL_ACCOUNT_FIND;\n',
		"server/people/account.c: <sodium.h> belongs to crypto alone"],
	["a library's header that comes through one of ours", "server/db/db.h", '#include <libpq-fe.h>\n',
		"server/people/account.c: <libpq-fe.h> belongs to db alone"],
	["the inside of another room", "server/people/account.c", '#include "db/wire_internal.h"\nint a = SQL_ACCOUNT_FIND;\n',
		"server/people/account.c: server/db/wire_internal.h is internal to db/"],
	["a statement run in another room", "server/cli/account.c", "int a = SQL_ACCOUNT_FIND;\n",
		"server/cli/account.c: runs account_find of server/people/account.sql"],
	["a statement that does not stand beside the file that runs it", "server/people/volunteer.sql",
		"-- name: account_end\nSELECT 2\n", "server/people/volunteer.sql: nobody runs account_end"],
	["a statement beside another file", "server/people/account.sql", "-- name: session_find\nSELECT 3\n",
		"server/people/account.sql: session_find belongs beside server/people/session.c",
		{ "server/people/session.c": "int s = SQL_SESSION_FIND;\n", "server/people/account.c": "" }],
	["two types of one name", "server/people/fit.h", "struct model {\n\tint other;\n};\n",
		"the type model: server/crowd/model.h server/people/fit.h (one name, one type)"],
	["two static functions of one name", "server/people/session.c", "static int find_account(int a)\n{\n\treturn a;\n}\n",
		"the static function find_account: server/people/account.c server/people/session.c"],
	["a static function of one word", "server/people/session.c", "static int find(int a)\n{\n\treturn a;\n}\n",
		"server/people/session.c: the static function find() needs a second word"],
	["a wait by the wall clock", "server/people/session.c", "int session_wait(void)\n{\n\treturn sem_timedwait();\n}\n",
		"server/people/session.c: wait by clock_condition_wait() or clock_rest_ms(), not in another way"],
	["a sleep", "server/people/session.c", "unsigned session_wait(void)\n{\n\treturn sleep(1);\n}\n",
		"server/people/session.c: wait by clock_condition_wait() or clock_rest_ms(), not in another way"],
	["input in the pure room", "server/crowd/model.c", "int model_read(void)\n{\n\treturn fopen();\n}\n",
		"server/crowd/model.c: crowd/ must stay pure"],
];

describe("check-layers", () => {
	let folder;

	async function build(files) {
		for (const [name, text] of Object.entries(files)) {
			const file = path.join(folder, name);
			await mkdir(path.dirname(file), { recursive: true });
			await writeFile(file, text);
		}
	}

	/** Its status and the lines that it prints, of a house with these files in place of its own. */
	async function check(files) {
		await rm(path.join(folder, "server"), { recursive: true, force: true });
		await build({ ...HOUSE, ...files });
		const ended = await run(path.join(folder, "scripts/check-layers")).catch((error) => error);
		assert.equal(ended.stderr, "");
		return { code: ended.code ?? 0, lines: ended.stdout.split("\n").filter(Boolean) };
	}

	before(async () => {
		folder = await mkdtemp(path.join(tmpdir(), "touchstone-layers-"));
		await mkdir(path.join(folder, "scripts"));
		await cp(path.join(CHECKOUT, "scripts/check-layers"), path.join(folder, "scripts/check-layers"));
	});

	after(() => rm(folder, { recursive: true, force: true }));

	test("rooms that stand in a circle are named", async () => {
		const script = path.join(folder, "scripts/check-layers");
		const text = await readFile(script, "utf8");
		await writeFile(script, text.replace("\ncrowd    core\n", "\ncrowd    core db\n"));
		const { code, lines } = await check({});
		await writeFile(script, text);
		assert.deepEqual({ code, lines }, { code: 1, lines: ["crowd/ may not stand on db/, which stands below it"] });
	});

	test("a house that keeps the rules has nothing said of it", async () => {
		assert.deepEqual(await check({}), { code: 0, lines: [] });
	});

	for (const [what, file, text, complaint, others = {}] of BREAKS)
		test(`it names ${what}`, async () => {
			const { code, lines } = await check({ [file]: text, ...others });
			assert.equal(code, 1);
			assert.ok(lines.includes(complaint), `${complaint}\nbut it said:\n${lines.join("\n")}`);
		});
});
