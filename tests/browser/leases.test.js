// SPDX-License-Identifier: Apache-2.0
// What a volunteer must not lose in silence: a pair whose time ends, an answer that came too late, answers that were
// tapped before a reload, and a place among the volunteers where no cookie is kept.

import assert from "node:assert/strict";
import path from "node:path";
import { after, afterEach, before, describe, test } from "node:test";

import { PHONE, Visit, launch } from "../support/browser.js";
import { makeCorpus } from "../support/corpus.js";
import { Place, sql, until } from "../support/place.js";

const GONE = { status: 410, contentType: "application/problem+json", body: JSON.stringify({ type: "/problems/lease-expired", title: "The assignment has expired", status: 410 }) };
const CONFLICT = { status: 409, contentType: "application/problem+json", body: JSON.stringify({ type: "/problems/renewals-spent", title: "The assignment was renewed often enough", status: 409 }) };

describe("the judging page, of what could be lost", () => {
	let place, database, server, browser;
	const visits = [];

	before(async () => {
		place = await Place.open("leases");
		const manifests = await makeCorpus(path.join(place.folder, "corpus"));
		database = await place.imported("leases", manifests.main);
		// Practice waits for the server, and would keep these tests from the rest.
		await sql(database, "update item set state = 'withdrawn' where training");
		server = await place.server(database);
		browser = await launch();
	});

	after(async () => {
		await browser?.close();
		await place?.close();
	});

	/** A breach spoils the test during which it happened. */
	afterEach(async () => {
		const breaches = visits.flatMap((visit) => visit.breaches.splice(0));
		const barriers = visits.flatMap((visit) => visit.barriers.splice(0));
		assert.deepEqual({ breaches, barriers }, { breaches: [], barriers: [] });
	});

	/** A fresh browser at the consent. */
	async function arrive(options) {
		const visit = await Visit.open(browser, server.url, options);
		visits.push(visit);
		visit.allowed.push(/status of 4(09|10)/);
		await visit.page.goto("/");
		await visit.at("consent").waitFor();
		await visit.page.evaluate(() => localStorage.setItem("touchstone.medium", JSON.stringify("image")));
		return visit;
	}

	async function begin(options) {
		const visit = await arrive(options);
		await visit.at("agree").click();
		await visit.at("judging").waitFor();
		return visit;
	}

	/** From now on the page takes assignments to end so many seconds after they are handed out. */
	const endAfter = (visit, seconds) => visit.page.route("**/api/v1/assignments", async (route) => {
		const response = await route.fetch();
		if (response.status() > 201) {
			await route.fulfill({ response });
			return;
		}
		const json = await response.json();
		json.expires_at = new Date(Date.now() + seconds * 1000).toISOString().replace(/\.\d+/, "");
		await route.fulfill({ response, json });
	});

	async function judge(visit) {
		await visit.page.keyboard.press("2");
		await visit.page.keyboard.press("-");
		await visit.page.keyboard.press("Enter");
	}

	const volunteerOf = (visit) => visit.page.evaluate(async () => (await (await fetch("/api/v1/me")).json()).volunteer);

	test("a pair that is being looked at is renewed before its time is over, and a hidden one is not", async () => {
		const visit = await arrive();
		await endAfter(visit, 60);
		const asked = [];
		visit.page.on("request", (request) => { if (request.url().endsWith("/assignments/renew")) asked.push(request); });
		await visit.page.evaluate(() => Object.defineProperty(document, "hidden", { value: true, configurable: true }));
		await visit.at("agree").click();
		await visit.at("judging").waitFor();
		await visit.page.waitForTimeout(2500);
		assert.equal(asked.length, 0);
		await visit.page.evaluate(() => { delete document.hidden; document.dispatchEvent(new Event("visibilitychange")); });
		const volunteer = await volunteerOf(visit);
		await until("a renewed lease", async () => (await sql(database, `select 1 from lease where volunteer_id = '${volunteer}' and expires_at > issued_at + interval '19 minutes'`)).length === 1);
		await visit.page.waitForTimeout(2500);
		assert.equal(asked.length, 1);
		assert.equal(await visit.at("notice-ending").count(), 0);
		await visit.close();
	});

	test("where it cannot be renewed the end is announced, and the words stay until they are read", async () => {
		const visit = await arrive({ viewport: PHONE });
		await endAfter(visit, 10);
		await visit.page.route("**/api/v1/assignments/renew", (route) => route.fulfill(CONFLICT));
		await visit.at("agree").click();
		await visit.at("notice-ending").waitFor();
		await visit.shoot("judge-ending");
		await visit.page.unroute("**/api/v1/assignments");
		await visit.at("notice-over").waitFor();
		await visit.at("judging").waitFor();
		assert.equal(await visit.at("notice-ending").count(), 0);
		await judge(visit);
		await visit.page.waitForTimeout(1500);
		assert.ok(await visit.at("notice-over").isVisible(), "after the next pair");
		await visit.page.reload();
		await visit.at("notice-over").waitFor();
		await visit.at("notice-over").getByRole("button").click();
		assert.equal(await visit.at("notice-over").count(), 0);
		await visit.page.reload();
		await visit.at("judging").waitFor();
		assert.equal(await visit.at("notice-over").count(), 0);
		await visit.close();
	});

	test("answers that came too late are told of, also those of an earlier visit", async () => {
		const visit = await begin();
		await visit.page.route("**/api/v1/judgments", (route) => route.fulfill(GONE));
		await judge(visit);
		await visit.at("notice-late").waitFor();
		await visit.at("judging").waitFor();
		await visit.page.waitForTimeout(1500);
		assert.match(await visit.at("notice-late").textContent(), /^An answer of yours/);
		await visit.page.evaluate(() => {
			for (const one of ["a", "b"])
				localStorage.setItem(`touchstone.judgment.${one}`, JSON.stringify({ assignment: one, judgments: [] }));
		});
		await visit.page.reload();
		await visit.at("notice-late").getByText("3 answers of yours").waitFor();
		assert.deepEqual(await visit.page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith("touchstone.judgment."))), []);
		await visit.shoot("judge-late");
		await visit.close();
	});

	test("what was answered of a pair is there after a reload, and what was sent is not asked again", async () => {
		const visit = await begin();
		await visit.page.keyboard.press("2");
		await visit.page.keyboard.press("-");
		await visit.at("left-stage").focus();
		await visit.page.keyboard.press("m");
		await visit.at("tells").getByRole("button").first().click();
		const shown = () => visit.page.evaluate(() => ({
			pressed: [...document.querySelectorAll(".scale button[aria-pressed=true], #chips button[aria-pressed=true], .sides button[aria-pressed=true]")].map((one) => one.textContent + (one.closest(".scale")?.id ?? "")),
			marks: [...document.querySelectorAll(".mark")].map((one) => one.style.left),
			ready: document.getElementById("next").getAttribute("aria-disabled"),
		}));
		const before = await shown();
		assert.equal(before.pressed.length, 4);
		assert.equal(before.marks.length, 1);
		await visit.page.waitForTimeout(1500);
		await visit.page.reload();
		await visit.at("judging").waitFor();
		assert.deepEqual(await shown(), before);
		await visit.at("question").focus();
		await visit.page.keyboard.press("Enter");
		const volunteer = await volunteerOf(visit);
		const stored = await until("a stored judgment", async () => (await sql(database, `select exposure_ms from judged_pair where volunteer_id = '${volunteer}'`))[0]);
		assert.ok(Number(stored[0]) >= 1500, `looked at for ${stored[0]} ms, the time before the reload included`);
		await visit.page.reload();
		await visit.at("judging").waitFor();
		assert.deepEqual((await shown()).marks, []);
		assert.equal((await shown()).ready, "true");
		await visit.close();
	});

	test("the 21st of a class is told what is the matter, and when to come back", async () => {
		const crowded = await place.server(database, { more: { TOUCHSTONE_BUDGETS: "volunteers=1/h" } });
		await fetch(`${crowded.url}/api/v1/volunteers`, { method: "POST", headers: { "content-type": "application/json" }, body: "{\"consent\": true}" });
		const visit = await Visit.open(browser, crowded.url);
		visits.push(visit);
		visit.allowed.push(/status of 429/);
		await visit.page.goto("/");
		await visit.at("agree").click();
		await visit.page.getByText("such as a school's").waitFor();
		await visit.page.getByText("Try again in 60 minutes.").waitFor();
		await visit.close();
	});

	test("while others hold what is left the page says so, and goes on by itself", async () => {
		const visit = await arrive({ viewport: PHONE });
		await visit.page.route("**/api/v1/assignments", (route) => route.fulfill({ status: 204, headers: { "retry-after": "420" } }));
		await visit.at("agree").click();
		await visit.at("busy").getByText("in 7 minutes").waitFor();
		await visit.shoot("judge-busy");
		assert.ok(await visit.at("empty").isHidden());
		await visit.page.unroute("**/api/v1/assignments");
		await visit.page.route("**/api/v1/assignments", (route) => route.fulfill({ status: 204, headers: { "retry-after": "2" } }), { times: 1 });
		await visit.at("busy").getByRole("button").click();
		await visit.at("busy").getByText("in a minute").waitFor();
		await visit.at("judging").waitFor();
		await visit.page.route("**/api/v1/assignments", (route) => route.fulfill({ status: 204 }));
		await visit.page.evaluate(() => sessionStorage.clear());
		await visit.page.goto("about:blank");
		await visit.page.goto("/");
		await visit.at("empty").waitFor();
		await visit.close();
	});

	const volunteers = async () => Number((await sql(database, "select count(*) from volunteer"))[0][0]);

	test("where cookies are blocked the page says so and makes no volunteer", async () => {
		const visit = await arrive();
		await visit.page.evaluate(() => Object.defineProperty(document, "cookie", { get: () => "", set() {}, configurable: true }));
		const before = await volunteers();
		for (let click = 0; click < 3; click++) {
			await visit.at("agree").click();
			await visit.page.getByText("keeps no cookies").waitFor();
		}
		assert.equal(await volunteers(), before);
		await visit.close();
	});

	test("where cookies are blocked nobody signs in, and the page says why", async () => {
		const visit = await Visit.open(browser, server.url);
		visits.push(visit);
		await visit.page.goto("/moderate");
		await visit.at("email").fill("nobody@example.org");
		await visit.at("password").fill("four words make one");
		await visit.page.evaluate(() => Object.defineProperty(document, "cookie", { get: () => "", set() {}, configurable: true }));
		await visit.page.keyboard.press("Enter");
		await visit.page.getByText("keeps no cookies").waitFor();
		await visit.close();
	});

	test("where the cookie is lost on its way one volunteer is made, however often one clicks", async () => {
		const visit = await arrive();
		await visit.page.route("**/api/v1/volunteers", async (route) => {
			const response = await route.fetch();
			await visit.context.clearCookies();
			const headers = response.headers();
			delete headers["set-cookie"];
			await route.fulfill({ response, headers });
			await visit.context.clearCookies();
		});
		const before = await volunteers();
		for (let click = 0; click < 3; click++) {
			await visit.at("agree").click();
			await visit.page.getByText("keeps no cookies").waitFor();
			await visit.page.waitForTimeout(500);
		}
		assert.equal(await volunteers(), before + 1);
		await visit.close();
	});
});
