// SPDX-License-Identifier: Apache-2.0
// What holds when things are killed under load. Each test has a PostgreSQL and a server of its own.

import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";

import { sql, until } from "../support/place.js";
import { Load } from "./load.js";
import { Own } from "./own.js";

const pause = (ms) => new Promise((done) => { setTimeout(done, ms); });
const CLIENTS = 16;
let own;

beforeEach(async () => {
	own = await Own.open();
	await own.makeItems(2000);
	await own.startServer();
});

afterEach(() => own.close());

const ask = async (path) => {
	const answer = await fetch(own.url + path);
	return { status: answer.status, retryAfter: answer.headers.get("retry-after"), json: await answer.json() };
};

test("a database that is killed and comes back costs nothing that was acknowledged", { timeout: 60_000 }, async (t) => {
	const load = new Load(own.port, CLIENTS, { retry: true });
	await pause(1500);
	await own.killDatabase();
	const before = load.pairs.size;
	assert.ok(before > 20, `only ${before} pairs before the fall`);

	const ready = await until("/readyz to notice", async () => {
		const answer = await ask("/readyz");
		return answer.status === 503 && answer;
	}, { seconds: 3 });
	assert.equal(ready.json.checks.database, "failing");
	assert.ok(Number(ready.retryAfter) >= 1);
	assert.equal((await ask("/healthz")).status, 200);
	await pause(800);
	assert.ok(load.statuses.get(503) > 0, "nobody was told to try again later");

	await own.startDatabase();
	const back = Date.now();
	await until("/readyz to recover", async () => (await ask("/readyz")).status === 200, { seconds: 5 });
	const done = load.pairs.size;
	await until("judgments to be taken again", () => load.pairs.size > done + CLIENTS, { seconds: 5 - (Date.now() - back) / 1000 });
	t.diagnostic(`in service again after ${Date.now() - back} ms; ${load.statuses.get(503)} answers of 503`);
	await pause(1000);
	await load.stop();
	assert.deepEqual(load.odd.slice(0, 3), []);
	assert.equal(load.lost, 0, "connections broke");
	const found = await load.compare(own.database);
	assert.deepEqual(found.lost, []);
	assert.deepEqual(found.broken, []);
	// Every judgment was tried until it was acknowledged; a volunteer may have been made for an answer that said 503.
	assert.deepEqual(found.unacknowledged.filter((one) => one.startsWith("pair")), []);
	t.diagnostic(`${load.pairs.size} pairs and ${load.volunteers.size} volunteers acknowledged, all stored`);
});

test("connections that the database ends one by one are made again", { timeout: 60_000 }, async () => {
	const load = new Load(own.port, CLIENTS, { retry: true });
	for (let n = 0; n < 6; n++) {
		await pause(300);
		await sql(own.database, "select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and application_name = 'touchstone'");
	}
	await pause(300);
	await load.stop();
	assert.deepEqual(load.odd.slice(0, 3), []);
	assert.equal(load.lost, 0);
	const found = await load.compare(own.database);
	assert.deepEqual([...found.lost, ...found.broken], []);
	assert.ok(load.pairs.size > 20);
});

test("a server that is killed costs nothing that was acknowledged", { timeout: 60_000 }, async (t) => {
	const load = new Load(own.port, CLIENTS, { retry: true });
	for (let n = 0; n < 3; n++) {
		await pause(700);
		own.server.kill("SIGKILL");
		await own.ended;
		await own.startServer();
	}
	await pause(700);
	await load.stop();
	assert.deepEqual(load.odd.slice(0, 3), []);
	const found = await load.compare(own.database);
	assert.deepEqual(found.lost, []);
	assert.deepEqual(found.broken, []);
	t.diagnostic(`${load.pairs.size} pairs acknowledged, all stored; ${load.lost} requests lost with the server and sent again`);
});

test("a server that is asked to stop answers everything it has admitted, and ends within 10 s", { timeout: 60_000 }, async (t) => {
	let load;
	for (let n = 0; n < 5; n++) {
		if (n > 0)
			await own.startServer();
		load = new Load(own.port, 4 * CLIENTS, { retry: false, after: load });
		await pause(600 + 50 * n);
		const asked = Date.now();
		own.server.kill("SIGTERM");
		const { code, signal } = await own.ended;
		const took = Date.now() - asked;
		assert.equal(signal, null);
		assert.equal(code, 0, own.words);
		assert.ok(took < 10_000, `it took ${took} ms`);
		await load.stop();
		assert.deepEqual(load.odd.slice(0, 3), []);
		t.diagnostic(`ended after ${took} ms; ${load.lost} connections closed before they were heard`);
	}
	// Whatever it took on, it also answered: nothing is stored that nobody was told of.
	assert.deepEqual(await load.compare(own.database), { broken: [], lost: [], unacknowledged: [] });
	t.diagnostic(`${load.pairs.size} pairs and ${load.volunteers.size} volunteers`);
	assert.ok(load.pairs.size > 50);
});
