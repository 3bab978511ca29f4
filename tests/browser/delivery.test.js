// SPDX-License-Identifier: Apache-2.0
// How the pages arrive: what a slow line waits for before the first medium, and what a second start asks for again.

import assert from "node:assert/strict";
import path from "node:path";
import { after, afterEach, before, describe, test } from "node:test";

import { Visit, launch } from "../support/browser.js";
import { makeCorpus } from "../support/corpus.js";
import { Place } from "../support/place.js";

/** A slow telephone: 400 kbit/s, and as many milliseconds to the server and back. */
const SLOW = { offline: false, latency: 400, downloadThroughput: 50_000, uploadThroughput: 50_000 };

describe("delivery", () => {
	let place, server, browser;
	const visits = [];

	before(async () => {
		place = await Place.open("delivery");
		const database = await place.database("delivery");
		const { main } = await makeCorpus(path.join(place.folder, "corpus"), { practice: 2, pictures: 6 });
		await place.program(database, ["import", main]);
		server = await place.server(database);
		browser = await launch();
	});

	after(async () => {
		await browser?.close();
		await place?.close();
	});

	afterEach(() => {
		assert.deepEqual(visits.flatMap((visit) => visit.breaches.splice(0)), []);
	});

	async function arrive(options) {
		const visit = await Visit.open(browser, server.url, options);
		visits.push(visit);
		return visit;
	}

	/** Somebody who has agreed and has been away: nothing of the pages is kept in the browser but the cookie. */
	async function returning() {
		const visit = await arrive();
		await visit.page.goto("/");
		await visit.page.evaluate(() => localStorage.setItem("touchstone.medium", JSON.stringify("image")));
		await visit.at("agree").click();
		await visit.at("judging").waitFor();
		await visit.page.evaluate(() => sessionStorage.clear());
		await visit.page.goto("about:blank");
		return visit;
	}

	/**
	 * Records the requests of a page: { url, status, level, bytes, kept }. A request is one level deeper than the deepest
	 * that had come before it was thought of; waiting for a free connection counts for nothing.
	 */
	async function record(visit) {
		const chrome = await visit.context.newCDPSession(visit.page);
		const requests = new Map();
		await chrome.send("Network.enable");
		chrome.on("Network.requestWillBeSent", ({ requestId, request, timestamp, type }) => {
			const done = [...requests.values()].filter((one) => one.end <= timestamp).map((one) => one.level);
			const level = type === "Document" ? 1 : 1 + Math.max(1, ...done);
			requests.set(requestId, { url: request.url.replace(server.url, ""), level, end: Infinity, start: timestamp, kept: false });
		});
		chrome.on("Network.requestServedFromCache", ({ requestId }) => { requests.get(requestId).kept = true; });
		chrome.on("Network.responseReceivedExtraInfo", ({ requestId, statusCode }) => { requests.get(requestId).status = statusCode; });
		chrome.on("Network.responseReceived", ({ requestId, response }) => {
			requests.get(requestId).kept ||= response.fromDiskCache || response.fromPrefetchCache;
		});
		chrome.on("Network.loadingFinished", ({ requestId, timestamp, encodedDataLength }) => {
			Object.assign(requests.get(requestId), { end: timestamp, bytes: encodedDataLength });
		});
		return { chrome, requests: () => [...requests.values()].filter(({ url }) => url.startsWith("/")) };
	}

	const isMedium = ({ url }) => url.startsWith("/api/v1/media/");
	const isFile = ({ url }) => url.startsWith("/static/") && !url.endsWith(".svg");

	test("on a slow line every file of the judge page is asked for at once", async (t) => {
		const visit = await returning();
		const { chrome, requests } = await record(visit);
		await chrome.send("Network.clearBrowserCache");
		await chrome.send("Network.emulateNetworkConditions", SLOW);
		visit.page.setDefaultTimeout(60_000);
		const start = Date.now();
		await visit.page.goto("/", { waitUntil: "commit" });
		await visit.at("judging").waitFor();
		const seconds = (Date.now() - start) / 1000;
		const first = Math.min(...requests().filter(isMedium).map((one) => one.start));
		const before = requests().filter((one) => one.start < first);
		const files = before.filter(isFile);
		t.diagnostic(`${before.length} requests, ${Math.max(...before.map((one) => one.level))} levels and ${before.reduce((sum, one) => sum + one.bytes, 0)} bytes before the first medium, `
			+ `asked for after ${(first - requests()[0].start).toFixed(1)} s; the pair is there after ${seconds.toFixed(1)} s`);
		assert.ok(files.length > 10);
		assert.deepEqual(files.filter((one) => one.level !== 2).map((one) => one.url), []);
		await visit.close();
	});

	test("a second start asks for the page and for nothing else that it has", async (t) => {
		const visit = await returning();
		const { requests } = await record(visit);
		await visit.page.goto("/");
		await visit.at("judging").waitFor();
		const asked = requests().filter((one) => !one.kept && !one.url.startsWith("/api/"));
		t.diagnostic(`${asked.length} requests: ${asked.map((one) => `${one.url} ${one.status}`).join(", ")}`);
		assert.deepEqual(asked.map((one) => one.url), ["/"]);
		await visit.close();
	});
});
