// SPDX-License-Identifier: Apache-2.0
// Every part of `make bench` runs in small. Figures are for `make bench`; here only that there are some, so this may run
// beside other suites.

import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";

import { DURABLE, endAll, has, run } from "../load/bench/machine.js";
import * as rates from "../load/bench/rates.js";
import * as releases from "../load/bench/releases.js";
import { Report, median } from "../load/bench/report.js";
import * as sizes from "../load/bench/sizes.js";
import { Stand, warmRate } from "../load/bench/stand.js";
import { statementTable, statementsAt } from "../load/bench/statements.js";

const SMALL = { small: true, seconds: 1, rounds: 1, pgbenchClients: [4], warm: 1, offered: [200], connections: [64], volunteers: 2000, idle: 400, large: 3000, largePairs: 2000, busy: 100, releaseItems: 60, layoutItems: 60, archiveMegabytes: 32, calm: 50 };

const wrkIsMissing = !await has("wrk") && "wrk is not installed";

describe("the bench", () => {
	let folder, stand;

	before(async () => {
		folder = await mkdtemp(path.join(tmpdir(), "touchstone-bench-"));
		await run("chmod", ["711", folder]);
		stand = await Stand.open({ folder, settings: { ...DURABLE, shared_buffers: "64MB", max_wal_size: "1GB", recovery_init_sync_method: "syncfs" }, items: 3000, renditions: 8 });
		stand.quiet = () => {}; // figures do not matter here, and time does
	});

	after(async () => {
		await stand?.close();
		await endAll();
		await rm(folder, { recursive: true, force: true, maxRetries: 5 });
	});

	const parts = { judgments: rates.judgments, latency: rates.latency, assignments: rates.assignments, cycle: rates.cycle, files: rates.files, healthz: rates.healthz, idle: sizes.idle, memory: sizes.memory, exports: sizes.exports, layouts: releases.layouts, archive: releases.archive, instructions: sizes.instructions };
	const bench = {};

	for (const [name, part] of Object.entries(parts))
		test(`the part ${name} of the bench measures something`, { timeout: 300_000, skip: wrkIsMissing }, async (t) => {
			Object.assign(bench, SMALL, { stand, folder, report: new Report({ settings: {} }) });
			t.mock.method(console, "error", () => {});
			await part(bench);
			for (const row of bench.report.rows) {
				t.diagnostic(`${row.what}: ${row.median}`);
				assert.ok(Number.isFinite(row.median), row.what);
				assert.ok(!row.ours || [...row.ours, ...row.reference].every((rate) => rate > 0), row.what);
			}
			assert.ok(bench.report.rows.length + bench.report.notes.length > 0);
			assert.match(bench.report.table(), /^\| what \| target \|/);
		});

	test("every statement is measured on a database that is filled", { timeout: 300_000 }, async () => {
		const rows = await statementsAt(stand.cluster, "statements", { items: 20_000, pairs: 15_000, volunteers: 1_000 });
		assert.deepEqual(rows.filter(({ error }) => error), []);
		assert.ok(rows.every(({ time_ms, buffers }) => time_ms >= 0 && buffers >= 0));
		assert.match(statementTable(rows, 10), /^\| statement \|.*\n.*\n(\| `[a-z_]+` \| [0-9.]+ \| [0-9]+ \| .*\n?){10}$/);
	});
});

test("the middle of an even number of rounds lies between the two in the middle", () => {
	assert.equal(median([3, 1, 2]), 2);
	assert.equal(median([4, 1, 2, 3]), 2.5);
});

test("pgbench is timed from when each of its clients has made its plans, and not before", () => {
	// The second client needs four seconds for its first transactions; both do ten a second from then on.
	const line = (client, number, end_s) => `${client} ${number} 100000 0 ${Math.floor(end_s)} ${Math.round(end_s % 1 * 1e6)}`;
	const of = (client, begin_s) => Array.from({ length: 200 }, (_, n) => line(client, n + 1, begin_s + n / 10));
	const log = [...of(0, 1000), ...of(1, 1003.5)].join("\n");
	assert.equal(Math.round(warmRate(log, 2, 10)), 20);
	assert.equal(warmRate(log, 2, 60), null, "too short a log");
	assert.equal(warmRate(log, 3, 10), null, "a client that did nothing");
});

test("the curve says what was offered and achieved, and the middle and the ends of the rounds", () => {
	const report = new Report({ settings: {} });
	report.curve = [9, 11, 10].map((p99_ms) => ({ words: "without scoring", offered: 1000, achieved: 990, p50_ms: 2, p95_ms: 5, p99_ms }));
	assert.equal(Report.from(report.json()).table(), report.table(), "from a file as from the run");
	assert.match(report.table(), /\| without scoring \| 1,000 \| 990 \| 2.00 \| 5.00 \| 10.0 \(9.00 .. 11.0\) \|/);
});
