// SPDX-License-Identifier: Apache-2.0
// Connections by the thousand from few addresses, and what others get meanwhile. Short in `make check`; `make flood`
// takes the sizes that once shut the server: 12,600 idle connections, 1,500 that ask for /readyz all the time.

import assert from "node:assert/strict";
import http from "node:http";
import net from "node:net";
import { after, before, describe, test } from "node:test";

import { Place } from "../support/place.js";

const LONG = process.env.FLOOD === "long";
const SIZES = LONG ? { idle: 12_600, readers: 1_500, seconds: 10 } : { idle: 900, readers: 150, seconds: 2 };

const pause = (ms) => new Promise((done) => { setTimeout(done, ms); });

/** A connection from an address; `open` tells whether the other end has closed it. */
function connect(port, from) {
	return new Promise((done) => {
		const socket = net.connect({ host: "127.0.0.1", port, localAddress: from });
		const peer = { socket, open: false };
		socket.on("connect", () => { peer.open = true; done(peer); });
		socket.on("error", () => { peer.open = false; done(peer); });
		socket.on("close", () => { peer.open = false; });
		socket.on("data", () => {});
	});
}

/** Connections from these addresses in turn, some hundred at a time. */
async function connectMany(port, count, addresses) {
	const peers = [];
	while (peers.length < count)
		peers.push(...await Promise.all(Array.from({ length: Math.min(200, count - peers.length) },
			(_, i) => connect(port, addresses[(peers.length + i) % addresses.length]))));
	return peers;
}

function close(peers) {
	for (const { socket } of peers)
		socket.destroy();
}

/** One request on a connection of its own. Answers { status, ms }; status 0: the connection broke. */
function ask(port, from, { method = "GET", path, body, agent }) {
	const began = performance.now();
	return new Promise((done) => {
		const end = (status) => done({ status, ms: performance.now() - began });
		const request = http.request({ host: "127.0.0.1", port, localAddress: from, method, path, agent: agent ?? false, timeout: 30_000, headers: body ? { "content-type": "application/json" } : {} }, (answer) => {
			answer.resume();
			answer.on("end", () => end(answer.statusCode));
			answer.on("error", () => end(0));
		});
		request.on("timeout", () => request.destroy());
		request.on("error", () => end(0));
		request.end(body && JSON.stringify(body));
	});
}

const CONSENT = { method: "POST", path: "/api/v1/volunteers", body: { consent: true } };

let visitors = 0;

/** What people get who come from elsewhere, each from a network of their own, one after the other. */
async function visit(port, requests) {
	const answers = [];
	for (let n = 0; n < requests; n++)
		answers.push(await ask(port, `127.${200 + visitors / 250 % 50 | 0}.${visitors++ % 250}.1`, [{ path: "/healthz" }, { path: "/readyz" }, CONSENT][n % 3]));
	return answers;
}

function tell(t, what, answers) {
	const times = answers.map(({ ms }) => ms).sort((a, b) => a - b);
	const counts = {};
	for (const { status } of answers)
		counts[status] = (counts[status] ?? 0) + 1;
	const at = (share) => times[Math.floor(share * (times.length - 1))].toFixed(1);
	t.diagnostic(`${what}: ${answers.length} requests, by status ${JSON.stringify(counts)}, p50 ${at(0.5)} ms, p99 ${at(0.99)} ms`);
	return counts;
}

describe("a flood of connections", () => {
	let place, database, server;

	before(async () => {
		place = await Place.open("flood");
		database = await place.database("flood");
		server = await place.server(database, { more: { TOUCHSTONE_BUDGETS: "", ...(LONG ? {} : { TOUCHSTONE_CONNECTIONS: "600" }) } });
	});

	after(() => place?.close());

	for (const [what, addresses] of [["one network", ["127.9.0.1"]], ["21 networks", Array.from({ length: 21 }, (_, n) => `127.10.${n}.1`)]])
		test(`${SIZES.idle} idle connections of ${what} keep nobody out`, { timeout: 300_000 }, async (t) => {
			const peers = await connectMany(server.port, SIZES.idle, addresses);
			await pause(500);
			const answers = await visit(server.port, LONG ? 300 : 60);
			const kept = peers.filter(({ open }) => open).length;
			close(peers);
			t.diagnostic(`${kept} of ${SIZES.idle} stay open`);
			const counts = tell(t, "others", answers);
			assert.equal((counts[200] ?? 0) + (counts[201] ?? 0), answers.length, JSON.stringify(counts));
			await pause(1000);
		});

	test(`${SIZES.readers} connections that ask for /readyz leave room for others`, { timeout: 300_000 }, async (t) => {
		const end = Date.now() + SIZES.seconds * 1000;
		const flood = [];
		const readers = Array.from({ length: SIZES.readers }, async () => {
			const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
			while (Date.now() < end) {
				const answer = await ask(server.port, "127.9.0.1", { path: "/readyz", agent });
				flood.push(answer);
				await pause(answer.status === 200 ? 0 : 20);
			}
			agent.destroy();
		});
		await pause(300);
		const answers = [];
		while (Date.now() < end)
			answers.push(...await visit(server.port, 3));
		await Promise.all(readers);
		tell(t, "the flood", flood);
		const counts = tell(t, "others", answers);
		assert.equal((counts[200] ?? 0) + (counts[201] ?? 0), answers.length, JSON.stringify(counts));
	});
});
