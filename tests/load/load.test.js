// SPDX-License-Identifier: Apache-2.0
// The load in small: the checker passes what is good and sees what is not, and kills, stops and a short soak cost nothing.

import assert from "node:assert/strict";
import { appendFile, copyFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";

import { control, killOne, stopOne } from "./bench/faults.js";
import { DURABLE, endAll, pause, run } from "./bench/machine.js";
import { soak } from "./bench/soak.js";
import { PARTITIONS, Stand } from "./bench/stand.js";

describe("a load", () => {
	let folder, stand;

	before(async () => {
		folder = await mkdtemp(path.join(tmpdir(), "touchstone-load-"));
		await run("chmod", ["711", folder]);
		stand = await Stand.open({ folder, settings: { ...DURABLE, shared_buffers: "64MB", max_wal_size: "1GB", recovery_init_sync_method: "syncfs" }, items: 3000, renditions: 8 });
		stand.quiet = () => {}; // figures do not matter here, and time does
	});

	after(async () => {
		await stand?.close();
		await endAll();
		await rm(folder, { recursive: true, force: true, maxRetries: 5 });
	});

	/** A run that all is well with, and its files. */
	async function goodRun() {
		const sealed = await stand.judgments(400, 1);
		const said = `${sealed.name}.said`;
		const result = await stand.client("requests", `${sealed.name}.0`, { connections: 16, log: said }).result;
		assert.equal(result.answers["201"], 400);
		return { first: sealed.first, next: sealed.next, issued: `${sealed.name}.issued`, said };
	}

	test("the checker finds no fault with a good run, and sees each kind of fault", async (t) => {
		const good = await goodRun();
		const all = { stored: 400, acknowledged: 400, lost: 0, twice: 0, changed: 0, never_issued: 0, unheard: 0, examples: [], good: true };
		assert.deepEqual(await stand.check(good), all);

		await t.test("acknowledged, and not stored", async () => {
			const said = stand.at("one-more");
			await copyFile(good.said, said);
			await appendFile(said, `${good.next}\t201\t0\n`);
			const found = await stand.check({ ...good, next: good.next + 1, said, mayLose: true });
			assert.deepEqual(found, { ...all, acknowledged: 401, lost: 1, examples: [good.next], good: false });
			await assert.rejects(stand.check({ ...good, next: good.next + 1, said }), /"lost":1/);
		});

		await t.test("stored, and never issued", async () => {
			const issued = stand.at("one-less");
			await writeFile(issued, (await readFile(good.issued, "utf8")).replace(/^.*\n/, ""));
			assert.deepEqual(await stand.check({ ...good, issued, mayLose: true }), { ...all, never_issued: 1, good: false });
		});

		await t.test("stored, and nobody was told", async () => {
			const said = stand.at("one-unheard");
			await writeFile(said, (await readFile(good.said, "utf8")).replace(/\t201\t/, "\t0\t"));
			assert.deepEqual(await stand.check({ ...good, said }), { ...all, acknowledged: 399, unheard: 1 });
		});

		await t.test("stored twice, and otherwise than it was sent", async () => {
			await stand.sql(`with pair as (insert into judged_pair (assignment_id, volunteer_id, campaign_id, media_type, kind, matched, policy, body_hash, response_ms, server_ms)
				select gen_random_uuid(), bench_id(999999999), campaign_id, media_type, kind, matched, policy, body_hash, response_ms, server_ms from judged_pair where response_ms = ${good.first} returning assignment_id)
				insert into judgment (item_id, volunteer_id, assignment_id, position, verdict, confidence, training)
				select bench_id(n), bench_id(999999999), assignment_id, case n when 1 then 'left' else 'right' end, case (${good.first} / n) % 2 when 1 then 'real' else 'fake' end, 50, false from pair, generate_series(1, 2) n`);
			assert.deepEqual(await stand.check({ ...good, mayLose: true }), { ...all, stored: 401, twice: 1, changed: 1, never_issued: 1, good: false });
		});

		await t.test("counted by wrk, and not stored", async () => {
			const wrk = { answers: 402, sent: 402 };
			const found = await stand.check({ ...await goodRun(), wrk, said: undefined, mayLose: true });
			assert.deepEqual({ lost: found.lost, good: found.good }, { lost: 2, good: false });
		});
	});

	for (const [victim, kind] of [["server", "arrive"], ["PostgreSQL", "prepared"]])
		test(`killing ${victim} loses nothing that was acknowledged`, { timeout: 60_000 }, async (t) => {
			const found = await killOne(stand, victim, kind);
			t.diagnostic(JSON.stringify(found));
			assert.ok(found.good && found.acknowledged > 0);
		});

	test("stopping loses no answer", { timeout: 60_000 }, async (t) => {
		const found = await stopOne(stand, "prepared");
		t.diagnostic(JSON.stringify(found));
		assert.equal(found.unheard, 0);
		assert.ok(found.acknowledged > 0);
	});

	test("the negative control: where PostgreSQL forgets, the checker reports loss", { timeout: 60_000 }, async (t) => {
		const found = await control(stand);
		t.diagnostic(JSON.stringify(found));
		assert.ok(found.lost > 0);
	});

	test("a soak in small leaks no descriptor and meets no error", { timeout: 60_000 }, async (t) => {
		const found = await soak(stand, { seconds: 3, every_s: 0.5 });
		t.diagnostic(JSON.stringify({ ...found, samples: found.samples.length }));
		assert.equal(found.errors, 0, found.first_odd);
		assert.equal(found.leaked, false);
		assert.ok(found.check.good && found.check.acknowledged > 0);
		assert.ok(found.samples.length >= 3);
	});
});

describe("partitioned tables", () => {
	let folder, stand;

	before(async () => {
		folder = await mkdtemp(path.join(tmpdir(), "touchstone-parts-"));
		await run("chmod", ["711", folder]);
		stand = await Stand.open({ folder, settings: { ...DURABLE, shared_buffers: "64MB", max_wal_size: "1GB", recovery_init_sync_method: "syncfs" }, items: 500, renditions: 2, args: ["--no-work"], partitioned: true });
	});

	after(async () => {
		await stand?.close();
		await endAll();
		await rm(folder, { recursive: true, force: true, maxRetries: 5 });
	});

	const DIVIDED = ["judged_pair", "judgment", "consensus"];

	/** What psql says of a table or a view, but for what partitions alone have. */
	async function described(database, name) {
		const lines = await stand.cluster.psql(database, ["-P", "tuples_only=off", "-c", `\\d+ ${name}`]);
		assert.ok(lines.length > 20, `${name}: ${lines.length} lines`);
		const [[comment]] = await stand.cluster.sql(database, `select obj_description('${name}'::regclass)`);
		return [comment, ...lines.map((line) => line.join(" ")).filter((line) => !/^(Partition|Table|Access method|Options|\s+\w+ (FOR VALUES|DEFAULT))/.test(line))];
	}

	test("they have the columns, checks, keys, indexes, triggers and comments of plain ones, and the views on them", async () => {
		await stand.cluster.migrated("plain");
		for (const name of [...DIVIDED, "catalogue", "releasable"])
			assert.deepEqual(await described("bench", name), await described("plain", name));
		assert.deepEqual(await stand.sql(`select distinct relkind from pg_class where oid = any ('{${DIVIDED}}'::regclass[])`), [["p"]]);
		const [[plain]] = await stand.cluster.sql("plain", "select reloptions from pg_class where oid = 'consensus'::regclass");
		assert.match(plain, /fillfactor/);
		assert.deepEqual(await stand.sql("select distinct reloptions from pg_class, pg_inherits where inhparent = 'consensus'::regclass and oid = inhrelid"), [[plain]]);
	});

	test("privileges are carried over", async () => {
		await stand.cluster.migrated("shared");
		await stand.cluster.sql("shared", "create role reader; grant select on judgment to reader; grant select, update (alpha) on consensus to reader; grant select on judged_pair to public");
		const granted = `select relname, relacl::text, (select string_agg(attname || attacl::text, ' ') from pg_attribute a where attrelid = c.oid) from pg_class c where relname = any ('{${DIVIDED}}') order by 1`;
		const before = await stand.cluster.sql("shared", granted);
		await stand.cluster.script("shared", PARTITIONS);
		assert.deepEqual(await stand.cluster.sql("shared", granted), before);
	});

	test("they take pairs, and every row lies in the partition of its time or its item", async () => {
		const first = stand.nextTag;
		const said = stand.at("parts.said");
		const load = await stand.client("arrive", null, { connections: 16, seconds: 2, "first-tag": first, log: said, campaign: "bench", pairs: 10, skip: 100 }).result;
		stand.nextTag = load.next_tag;
		assert.equal(load.first_odd, undefined);
		const found = await stand.check({ first, next: load.next_tag, said });
		assert.ok(found.good && found.acknowledged > 0, JSON.stringify(found));
		const [[month]] = await stand.sql("select to_char(now() at time zone 'UTC', '\"judged_pair_\"YYYY_MM')");
		assert.deepEqual(await stand.sql("select distinct tableoid::regclass from judged_pair"), [[month]]);
		assert.equal((await stand.sql("select distinct tableoid from judgment")).length, 8);
		assert.ok((await stand.sql("select 1 from skipped_pair limit 1")).length > 0);
	});

	test("what is sent again is answered as before", async () => {
		const sealed = await stand.judgments(100, 1);
		const answers = async () => (await stand.client("requests", `${sealed.name}.0`, { connections: 4 }).result).answers;
		assert.deepEqual(await answers(), { 201: 100 });
		assert.deepEqual(await answers(), { 200: 100 });
	});

	test("nobody gets round their rules by writing to a partition itself", async () => {
		await assert.rejects(stand.sql("insert into judged_pair_rest select gen_random_uuid(), volunteer_id, gen_random_uuid(), media_type, kind, matched, policy, body_hash, 0, 0, 0, null, now() from judged_pair limit 1"), /a campaign that is not there/);
		for (const part of ["judged_pair_rest", "judgment_0"]) {
			await assert.rejects(stand.sql(`truncate ${part}`), /append-only/);
			await assert.rejects(stand.sql(`delete from ${part}`), /append-only/);
			await assert.rejects(stand.sql(`update ${part} set judged_at = now()`), /append-only/);
		}
	});

	test("nothing is divided that is not empty, or that is divided already", async () => {
		await assert.rejects(stand.cluster.script("bench", PARTITIONS), /partitioned already/);
		await stand.cluster.sql("plain", "insert into judged_pair (assignment_id, volunteer_id, campaign_id, media_type, kind, matched, policy, body_hash, server_ms) select gen_random_uuid(), gen_random_uuid(), id, 'image', 'gold', false, 1, sha256(''), 0 from campaign");
		await assert.rejects(stand.cluster.script("plain", PARTITIONS), /not empty/);
	});
});

test("a fixed rate counts the wait of requests that a stalled server kept from being sent", async () => {
	let stalled = 0;
	const server = createServer(async (request, response) => {
		await (stalled ||= pause(600)); // only the first ones wait
		response.end("{}");
	});
	await new Promise((done) => { server.listen(0, "127.0.0.1", done); });
	const client = (options) => Stand.prototype.client.call({ server: server.address() }, "requests", path.join(tmpdir(), `touchstone-rate-${process.pid}`), options).result;
	await writeFile(path.join(tmpdir(), `touchstone-rate-${process.pid}`), `32 0\nGET / HTTP/1.1\r\nHost: nobody\r\n\r\n`.repeat(200));
	try {
		const steady = await client({ connections: 2, rate: 200, seconds: 1 });
		stalled = 0;
		const closed = await client({ connections: 2, seconds: 1 });
		assert.ok(steady.times.request.p50_ms > 50, `half of all should have begun while it stalled: ${JSON.stringify(steady.times)}`);
		assert.ok(closed.times.request.p50_ms < 50, JSON.stringify(closed.times));
	} finally {
		server.close();
		await rm(path.join(tmpdir(), `touchstone-rate-${process.pid}`));
	}
});
