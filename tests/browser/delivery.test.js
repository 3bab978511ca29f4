// SPDX-License-Identifier: Apache-2.0
// How the pages arrive: what a slow line waits for before the first medium, what a second start asks for again, and
// whether anything that is already read moves when the rest comes. Then the two colour schemes of pages for reading.

import assert from "node:assert/strict";
import path from "node:path";
import { after, afterEach, before, describe, test } from "node:test";

import { PHONE, Visit, launch } from "../support/browser.js";
import { makeCorpus } from "../support/corpus.js";
import { Client } from "../support/http.js";
import { scored } from "../support/outcome.js";
import { Place, sql } from "../support/place.js";

/** A slow telephone: 400 kbit/s, and as many milliseconds to the server and back. */
const SLOW = { offline: false, latency: 400, downloadThroughput: 50_000, uploadThroughput: 50_000 };

const PASSWORD = "four words make one";

describe("delivery", () => {
	let place, server, browser;
	const visits = [];

	before(async () => {
		place = await Place.open("delivery");
		const { main } = await makeCorpus(path.join(place.folder, "corpus"), { practice: 2, pictures: 6 });
		const database = await place.imported("delivery", main);
		server = await place.server(database);
		await crowd(3);
		await scored(database);
		await addReleases(database);
		await new Client(server.url).signIn("grace@example.org", await place.account(database, "grace@example.org", "moderator"), PASSWORD);
		// Figures are counted when a server starts, and each minute.
		await server.stop();
		server = await place.server(database);
		browser = await launch();
	});

	/** Volunteers who take all for fakes. */
	async function crowd(count) {
		for (let number = 0; number < count; number++) {
			const client = new Client(server.url);
			await client.post("/volunteers", { consent: true });
			for (let asked; (asked = await client.post("/assignments", {})).status === 201;) {
				const judgments = asked.json.items.map(({ position }) => ({ position, verdict: "fake", confidence: 75 }));
				await client.post("/judgments", { assignment: asked.json.assignment, judgments, exposure_ms: 2500 });
			}
		}
	}

	/** Four versions of each of a dozen names. */
	async function addReleases(database) {
		const counts = JSON.stringify({ items: 90, media_types: { image: 90 }, splits: { train: { real: 40, fake: 20 }, validation: { real: 9, fake: 6 }, test: { real: 9, fake: 6 } } });
		await sql(database, `insert into release (name, version, state, salt, fixed_at, finished_at, summary, bytes)
			select 'set-' || n % 12, (n / 12)::text, 'writing', decode(repeat('00', 32), 'hex'), now(), now(), '${counts}', 1000 from generate_series(0, 47) n`);
		await sql(database, "update release set state = 'ready'");
	}

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
		// Some events come for requests that were never told of.
		const learn = (id, more) => Object.assign(requests.get(id) ?? {}, more);
		chrome.on("Network.requestServedFromCache", ({ requestId }) => learn(requestId, { kept: true }));
		chrome.on("Network.responseReceivedExtraInfo", ({ requestId, statusCode }) => learn(requestId, { status: statusCode }));
		chrome.on("Network.responseReceived", ({ requestId, response }) => {
			if (response.fromDiskCache || response.fromPrefetchCache)
				learn(requestId, { kept: true });
		});
		chrome.on("Network.loadingFinished", ({ requestId, timestamp, encodedDataLength }) => learn(requestId, { end: timestamp, bytes: encodedDataLength }));
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
		// Not the section around it, which counts as visible while only one of the two style sheets has come.
		await visit.at("left-stage").locator("img").waitFor();
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

	/** Opens an address on a line where every part comes in a frame of its own, and lists what moved. */
	async function moves(address, who, viewport) {
		const visit = await arrive({ viewport });
		await who?.(visit);
		visit.allowed.push(/status of 404/);
		await visit.context.addInitScript(() => {
			const name = (node) => (node instanceof Element ? `${node.localName}${node.id ? `#${node.id}` : ""}` : "text");
			window.moved = [];
			new PerformanceObserver((list) => {
				for (const { value, hadRecentInput, sources } of list.getEntries())
					if (!hadRecentInput)
						window.moved.push({ value, what: sources.map((one) => `${name(one.node)} ${one.previousRect.y} to ${one.currentRect.y}`).join(", ") });
			}).observe({ type: "layout-shift", buffered: true });
		});
		const chrome = await visit.context.newCDPSession(visit.page);
		await chrome.send("Network.enable");
		await chrome.send("Network.emulateNetworkConditions", { ...SLOW, latency: 150 });
		await visit.page.goto(address, { waitUntil: "networkidle" });
		await visit.page.waitForTimeout(400);
		const moved = await visit.page.evaluate(() => window.moved);
		await visit.close();
		return moved;
	}

	const asVolunteer = (visit) => visit.context.request.post("/api/v1/volunteers", { data: { consent: true } });
	const asModerator = (visit) => visit.context.request.post("/api/v1/session", { data: { email: "grace@example.org", password: PASSWORD } });
	const ARRIVALS = [["/"], ["/", asVolunteer], ["/data"], ["/data", asModerator], ["/data#set-1/1"], ["/about"], ["/about#privacy"],
		["/moderate"], ["/moderate", asModerator], ["/access"], ["/nowhere"]];

	for (const viewport of [PHONE, { width: 1280, height: 800 }, { width: 1280, height: 1600 }])
		test(`nothing moves while a page loads, at ${viewport.width} by ${viewport.height}`, async (t) => {
			const all = [];
			for (const [address, who] of ARRIVALS) {
				const moved = await moves(address, who, viewport);
				const sum = moved.reduce((so_far, one) => so_far + one.value, 0);
				t.diagnostic(`${address} ${who?.name ?? ""}: ${sum.toFixed(3)}`);
				all.push(...moved.map((one) => `${address} ${one.value.toFixed(3)}: ${one.what}`));
			}
			assert.deepEqual(all, []);
		});

	/** The colours that the style sheets name, and the scheme that the browser draws its own parts in. */
	const colours = (visit) => visit.page.evaluate(() => {
		const style = getComputedStyle(document.documentElement);
		const names = ["--room", "--panel", "--line", "--edge", "--ink", "--quiet", "--real", "--fake", "--focus", "--stage", "--chosen", "--on-ink", "color-scheme"];
		return names.map((name) => `${name} ${style.getPropertyValue(name)}`);
	});
	const READING = ["/data", "/about", "/nowhere"];

	for (const scheme of ["light", "dark"])
		test(`pages for reading are ${scheme} where the system is, and can be read so`, async () => {
			const visit = await arrive({ colorScheme: scheme });
			visit.allowed.push(/status of 404/);
			for (const address of READING) {
				await visit.page.goto(address);
				if (address === "/data")
					await visit.at("figures").locator("svg").nth(1).waitFor();
				assert.equal((await colours(visit)).pop(), `color-scheme ${scheme}`);
				await visit.shoot(`${scheme}${address.replace("/", "-")}`, { whole: true, sizes: [PHONE, { width: 1280, height: 800 }] });
			}
			assert.deepEqual(visit.barriers, []);
			await visit.close();
		});

	/** WCAG's contrast of two colours "rgb(r, g, b)". */
	function contrast(one, other) {
		const light = (colour) => {
			const [r, g, b] = colour.match(/[\d.]+/g).map((part) => part / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
			return 0.2126 * r + 0.7152 * g + 0.0722 * b;
		};
		const [low, high] = [light(one), light(other)].sort((a, b) => a - b);
		return (high + 0.05) / (low + 0.05);
	}

	test("what is drawn stands out from what it is drawn on, in both schemes", async () => {
		const visit = await arrive();
		await visit.page.goto("/data");
		await visit.at("figures").locator("svg").nth(1).waitFor();
		for (const colorScheme of ["light", "dark"]) {
			await visit.page.emulateMedia({ colorScheme });
			const drawn = await visit.page.evaluate(() => {
				const panel = getComputedStyle(document.querySelector(".card")).backgroundColor;
				const bars = [...document.querySelectorAll(".chart rect")].map((one) => [getComputedStyle(one).fill, panel]);
				const parts = [...document.querySelectorAll(".split i")].flatMap((one) => {
					const { backgroundColor, backgroundImage } = getComputedStyle(one);
					return (backgroundImage === "none" ? [backgroundColor] : backgroundImage.match(/rgb\([^)]*\)/g)).map((colour) => [colour, panel]);
				});
				return [...bars, ...parts];
			});
			assert.ok(drawn.length > 20);
			for (const [colour, panel] of drawn)
				assert.ok(contrast(colour, panel) >= 3, `${colorScheme}: ${colour} on ${panel}`);
		}
		await visit.close();
	});

	test("a chosen scheme is kept, and goes before the system's", async () => {
		const visit = await arrive({ colorScheme: "light" });
		await visit.page.goto("/about");
		const light = await colours(visit);
		await visit.at("scheme").selectOption("dark");
		const dark = await colours(visit);
		assert.notDeepEqual(dark, light);
		await visit.page.goto("/data");
		assert.deepEqual(await colours(visit), dark);
		assert.equal(await visit.at("scheme").inputValue(), "dark");
		await visit.page.emulateMedia({ colorScheme: "dark" });
		assert.deepEqual(await colours(visit), dark);
		await visit.at("scheme").selectOption("light");
		assert.deepEqual(await colours(visit), light);
		await visit.at("scheme").selectOption("system");
		assert.deepEqual(await colours(visit), dark);
		assert.equal(await visit.page.evaluate(() => localStorage.length), 0);
		await visit.close();
	});

	test("judging and moderating stay dark, whatever the system and the choice", async () => {
		const visit = await arrive({ colorScheme: "light" });
		await visit.page.goto("/about");
		await visit.at("scheme").selectOption("light");
		for (const address of ["/", "/moderate"]) {
			await visit.page.goto(address);
			assert.equal((await colours(visit)).pop(), "color-scheme dark");
		}
		await visit.close();
	});
});
