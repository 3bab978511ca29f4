// SPDX-License-Identifier: Apache-2.0
// A link to an event in a real browser: it is not left in the address, it makes guests of newcomers and of volunteers of
// before, what it withholds is not shown, and one that is over says so and stands in nobody's way.

import assert from "node:assert/strict";
import path from "node:path";
import { after, afterEach, before, describe, test } from "node:test";

import { Visit, launch } from "../support/browser.js";
import { makeCorpus } from "../support/corpus.js";
import { Place, sql } from "../support/place.js";

describe("events", () => {
	let place, database, server, browser;
	const visits = [];

	before(async () => {
		place = await Place.open("events");
		const manifests = await makeCorpus(path.join(place.folder, "corpus"), { others: 8 });
		database = await place.imported("events", manifests.main);
		await place.program(database, ["import", manifests.other, "--campaign", "evening"]);
		server = await place.server(database);
		browser = await launch();
	});

	after(async () => {
		await browser?.close();
		await place?.close();
	});

	/** A breach spoils the test during which it happened. */
	afterEach(() => {
		const breaches = visits.flatMap((visit) => visit.breaches.splice(0));
		const barriers = visits.flatMap((visit) => visit.barriers.splice(0));
		assert.deepEqual({ breaches, barriers }, { breaches: [], barriers: [] });
	});

	/** Makes an invitation to the campaign "evening". Answers { id, fragment }. */
	async function invite(...options) {
		const { stdout } = await place.program(database, ["invite", "make", "evening", "Night of media", "--days", "2", "--most", "5", ...options]);
		const [id, link] = stdout.trim().split("\n");
		return { id, fragment: new URL(link).hash };
	}

	async function open(address) {
		const visit = await Visit.open(browser, server.url);
		visits.push(visit);
		await visit.page.goto(address);
		return visit;
	}

	const volunteerOf = (visit) => visit.page.evaluate(async () => (await (await fetch("/api/v1/me")).json()).volunteer);

	/** The names of the events whose guest a volunteer is. */
	const eventsOf = async (volunteer) => (await sql(database,
		`select distinct i.name from volunteer_network n join invitation i using (campaign_id, network) where n.volunteer_id = '${volunteer}' and n.declared`)).flat();

	test("a newcomer takes part as a guest, and the link leaves the address", async () => {
		const { fragment } = await invite();
		const asked = [];
		const visit = await open("/");
		visit.page.on("request", (request) => asked.push(request.url()));
		await visit.page.goto(`/${fragment}`); // the same page: a change of what stands behind '#' alone
		await visit.at("invited").waitFor();
		assert.ok(!visit.page.url().includes("invitation"), visit.page.url());
		await visit.shoot("consent-invited", { whole: true });
		await visit.at("agree").click();
		await visit.at("judging").waitFor();
		await visit.at("notice-invitation").getByText("Night of media").waitFor();
		assert.deepEqual(await eventsOf(await volunteerOf(visit)), ["Night of media"]);
		assert.ok(asked.every((url) => !url.includes(fragment.slice("#invitation=".length))), "the token stands in an address");
		await visit.close();
	});

	test("a volunteer of before follows a link later, and is shown the event's pairs alone", async () => {
		const visit = await open("/");
		await visit.at("agree").click();
		await visit.at("judging").waitFor();
		const volunteer = await volunteerOf(visit);
		await visit.page.goto(`/${(await invite()).fragment}`);
		await visit.at("invited").waitFor();
		const [answer] = await Promise.all([
			visit.page.waitForRequest((request) => request.url().endsWith("/assignments")),
			visit.at("agree").click(),
		]);
		assert.equal(answer.postDataJSON().campaign, "evening");
		await visit.at("judging").waitFor();
		assert.equal(await volunteerOf(visit), volunteer);
		assert.deepEqual(await eventsOf(volunteer), ["Night of media"]);
		await visit.close();
	});

	test("an invitation that was withdrawn says so, and everybody goes on without", async () => {
		const { id, fragment } = await invite();
		await place.program(database, ["invite", "revoke", id]);
		const visit = await open(`/${fragment}`);
		await visit.at("invited").waitFor();
		await visit.at("agree").click();
		await visit.at("trouble").getByText("withdrawn").waitFor();
		await visit.shoot("consent-uninvited", { whole: true });
		assert.ok(await visit.at("invited").isHidden());
		await visit.at("agree").click();
		await visit.at("judging").waitFor();
		const volunteer = await volunteerOf(visit);

		await visit.page.goto(`/${fragment}`);
		await visit.at("invited").waitFor();
		await visit.at("agree").click();
		await visit.at("notice-invitation").getByText("withdrawn").waitFor();
		await visit.at("judging").waitFor();
		assert.equal(await volunteerOf(visit), volunteer);
		assert.deepEqual(await eventsOf(volunteer), []);
		assert.ok(visit.breaches.splice(0).every((words) => words.includes("410")));
		await visit.close();
	});

	test("what is sensitive is not shown to guests, unless the operator says so", async () => {
		await sql(database, "update item set sensitive = true where campaign_id = (select id from campaign where name = 'evening')");
		const visit = await open(`/${(await invite()).fragment}`);
		await visit.at("agree").click();
		await visit.at("empty").waitFor();
		await visit.page.goto(`/${(await invite("--sensitive")).fragment}`);
		await visit.at("agree").click();
		await visit.at("judging").waitFor();
		await visit.close();
	});
});
