// SPDX-License-Identifier: Apache-2.0
// Campaigns as an admin makes, changes, opens and watches them, by keyboard alone; two admins who change the same one;
// what a moderator sees. At 360 pixels and on a desktop.

import assert from "node:assert/strict";
import { after, afterEach, before, describe, test } from "node:test";

import { Visit, launch } from "../support/browser.js";
import { Place, sql } from "../support/place.js";

const EMAIL = "ada@example.org";
const MODERATOR = "mo@example.org";
const PASSWORD = "four words make one";

describe("campaigns", () => {
	let place, database, server, browser, visit, once;

	const focused = () => visit.page.evaluate(() => document.activeElement.dataset.testid ?? document.activeElement.tagName);
	const press = (key) => visit.page.keyboard.press(key);
	const threshold = async (name = "winter") => Number((await sql(database, `select threshold from campaign where name = '${name}'`))[0][0]);

	async function signIn(on, email, password) {
		await on.at("email").fill(email);
		await on.at("password").fill(password);
		await on.page.keyboard.press("Enter");
		await on.at("password-new").fill(PASSWORD);
		await on.at("password-again").fill(PASSWORD);
		await on.page.keyboard.press("Enter");
	}

	/** The browser tells of each answer that is a refusal: so many of this status are expected. */
	function expectRefused(status, times = 1) {
		const told = visit.breaches.filter((breach) => breach.includes(`status of ${status}`));
		assert.equal(told.length, times);
		visit.breaches = visit.breaches.filter((breach) => !told.includes(breach));
	}

	/** Waits for what the page asked for, whose clock stands still. */
	async function until(holds) {
		for (let n = 0; n < 300 && !holds(); n++)
			await new Promise((done) => { setTimeout(done, 100); });
		assert.ok(holds());
	}

	/** What a fit finds of who errs together: the server's own finds nobody, and replaces it. */
	async function findRigging() {
		await sql(database, `insert into integrity_figure (campaign_id, source, name, label, value) select id, 'fit', n.name, repeat('ab', 16), n.value
			from campaign, (values ('network_judgments', 300), ('network_labels', 12), ('network_label_excess', 7.5), ('network_gold_accuracy', 0.61)) n (name, value) where campaign.name = 'winter'`);
		await sql(database, `insert into cohort_member (volunteer_id, cohort) select md5(n || ' of winter')::uuid, 1 from generate_series(0, 2) n`);
	}

	/** Figures as a fit writes them, and pairs of the last hour. */
	async function fill() {
		await sql(database, `insert into campaign_fit (campaign_id, figures) select id, '{"judgments": 1200, "gold": 200, "right": 172,
			"histogram": [12, 7, 5, 3, 2, 2, 4, 5, 9, 16], "sides": [{"judgments": 600, "fakes": 290}, {"judgments": 600, "fakes": 310}], "served": 200, "served_fakes": 96,
			"left": {"judgments": 300, "variance": 900, "fresh": 9, "fresh_variance": 4, "ended": 40, "open": 20},
			"cohorts": [{"cohort": 1, "volunteers": 3, "judgments": 90, "labels": 4, "turns": 1, "agree": 0.98, "others_agree": 0.7}]}'
			from campaign where name = 'winter'`);
		await sql(database, `insert into judged_pair (assignment_id, volunteer_id, campaign_id, media_type, kind, matched, policy, body_hash, server_ms, response_ms, judged_at)
			select gen_random_uuid(), md5(n % 9 || ' of winter')::uuid, k.id, 'image', 'random', false, 3, sha256(''), 3000, 2000 + 100 * n, now() - make_interval(secs => 50 * n)
			from campaign k, generate_series(1, 60) n where k.name = 'winter'`);
	}

	before(async () => {
		place = await Place.open("campaigns");
		database = await place.database("campaigns");
		await sql(database, "insert into campaign (name, state) values ('winter', 'preparing')");
		await fill();
		const password = await place.account(database, EMAIL, "admin");
		once = await place.account(database, MODERATOR, "moderator");
		server = await place.server(database);
		browser = await launch();
		visit = await Visit.open(browser, server.url, {});
		await visit.page.goto("/admin/campaigns");
		await visit.at("sign-in").waitFor();
		await visit.shoot("campaigns-door");
		await signIn(visit, EMAIL, password);
		await visit.at("campaign").first().waitFor();
	});
	after(async () => {
		await browser?.close();
		await place?.close();
	});
	afterEach(() => {
		assert.deepEqual({ breaches: visit.breaches.splice(0), barriers: visit.barriers.splice(0) }, { breaches: [], barriers: [] });
	});

	test("they stand in a list, and one is made by keyboard", async () => {
		assert.deepEqual(await visit.at("campaign").evaluateAll((nodes) => nodes.map((node) => node.dataset.name)), ["default", "winter"]);
		await visit.shoot("campaigns");
		await visit.at("campaign-make").locator("summary").focus();
		await press("Enter");
		await press("Tab");
		assert.equal(await focused(), "campaign-name");
		await visit.page.keyboard.type("spring");
		await press("Enter");
		await visit.at("campaign-state").waitFor();
		assert.equal(new URL(visit.page.url()).search, "?campaign=spring");
		assert.match(await visit.at("campaign-state").textContent(), /in preparation/);
	});

	test("all that can be set is asked for when one is made, and explained", async () => {
		await visit.page.goto("/admin/campaigns");
		await visit.at("campaign-make").locator("summary").click();
		const names = ["question", "questions", "visibility", "threshold", "min_judgments", "max_judgments", "random_share", "fake_rate", "gold_dose", "guidelines", "second_opinion", "second_share",
			"box_width", "box_height", "window_from_ms", "window_ms", "noise_db", "shortest"];
		for (const name of names) {
			const help = await visit.at(`setting-${name}`).evaluate((node) => node.getAttribute("aria-describedby").split(" ").map((id) => document.getElementById(id)?.textContent).join(" "));
			assert.ok(help.length > 25, `${name}: ${help}`);
		}
		assert.match(await visit.page.locator("#setting-gold_dose-help").textContent(), /From 0\.01 to 0\.5 \(a share\); nothing at first/);
		await visit.at("campaign-name").fill("summer");
		await visit.at("setting-visibility").selectOption("invited");
		await visit.at("setting-gold_dose").fill("0.1");
		await visit.at("setting-threshold").fill("0.95");
		await visit.at("setting-media_types-audio").uncheck();
		await visit.at("setting-min_judgments").fill("26");
		await visit.at("setting-box_width").fill("512");
		await visit.shoot("campaign-make", { whole: true });
		await visit.at("campaign-make-go").click();
		await visit.page.locator("#setting-box_width-wrong").waitFor();
		assert.equal(await focused(), "setting-box_width");
		await visit.at("setting-box_height").fill("288");
		await visit.at("campaign-make-go").click();
		await visit.page.locator("#setting-min_judgments-wrong").waitFor();
		expectRefused(422, 2);
		await visit.at("setting-min_judgments").fill("6");
		await visit.at("campaign-make-go").click();
		await visit.at("campaign-state").waitFor();
		assert.deepEqual(await sql(database, "select visibility, gold_dose, threshold, media_types, min_judgments, box_width, state from campaign where name = 'summer'"),
			[["invited", "0.1", "0.95", "{image,video}", "6", "512", "preparing"]]);
		assert.equal(await visit.at("setting-visibility").inputValue(), "invited");
	});

	test("a campaign shows how it goes, with tables behind its plots", async () => {
		await visit.page.goto("/admin/campaigns?campaign=winter");
		await visit.at("live").waitFor();
		assert.match(await visit.at("live-hour").textContent(), /120/);
		assert.match(await visit.at("live-forecast").textContent(), /nobody is asked/);
		for (const plot of ["live-minutes", "live-states", "live-beliefs", "live-gold", "live-fakes", "live-times"])
			assert.equal(await visit.at(plot).count(), 1, plot);
		await visit.at("live-beliefs").locator("summary").click();
		assert.match(await visit.at("live-beliefs").locator("table").textContent(), /\.90 to 1\.0016/);
		await visit.shoot("campaign", { whole: true });
	});

	test("every setting says what it does and within which bounds", async () => {
		for (const name of ["question", "questions", "threshold", "min_judgments", "max_judgments", "random_share", "fake_rate", "guidelines", "second_opinion", "second_share"]) {
			const field = visit.at(`setting-${name}`);
			const help = await field.evaluate((node) => node.getAttribute("aria-describedby").split(" ").map((id) => document.getElementById(id)?.textContent).join(" "));
			assert.ok(help.length > 40, `${name}: ${help}`);
		}
		assert.match(await visit.page.locator("#setting-threshold-help").textContent(), /From 0\.51 to 0\.999 \(a probability\); 0\.97 at first/);
	});

	test("what a change does is shown before it is saved, by keyboard", async () => {
		await visit.at("setting-threshold").focus();
		await press("Control+A");
		await visit.page.keyboard.type("0.9");
		await press("Enter");
		await visit.at("settings-save").waitFor();
		assert.match(await visit.at("settings-confirm").textContent(), /Nothing changes for any item now/);
		assert.equal(await threshold(), 0.97);
		assert.equal(await focused(), "settings-save");
		await visit.at("setting-threshold").evaluate((node) => node.scrollIntoView());
		await visit.shoot("campaign-settings", { whole: false });
		await press("Enter");
		await visit.page.waitForFunction(() => document.activeElement.tagName === "H1");
		assert.equal(await threshold(), 0.9);
		assert.equal(await visit.at("setting-threshold").inputValue(), "0.9");
	});

	test("what is wrong is said beside its field", async () => {
		await visit.at("setting-min_judgments").fill("30");
		await visit.at("settings-ask").click();
		await visit.page.locator("#setting-min_judgments-wrong").waitFor();
		assert.match(await visit.page.locator("#setting-min_judgments-wrong").textContent(), /more than max_judgments/);
		assert.equal(await focused(), "setting-min_judgments");
		await visit.shoot("campaign-wrong", { whole: false });
		expectRefused(422);
		await visit.at("setting-min_judgments").fill("5");
	});

	test("who was overtaken is told, and overwrites nothing", async () => {
		await sql(database, "update campaign set threshold = 0.8 where name = 'winter'");
		await visit.at("setting-threshold").fill("0.95");
		await visit.at("settings-ask").click();
		await visit.at("settings-trouble").waitFor();
		assert.match(await visit.at("settings-trouble").textContent(), /Somebody else changed/);
		expectRefused(412);
		assert.equal(await threshold(), 0.8);
	});

	test("opening is asked for once more, and pausing too", async () => {
		await visit.page.reload();
		await visit.at("campaign-open").click();
		await visit.at("campaign-go").waitFor();
		assert.equal(await focused(), "campaign-go");
		await visit.shoot("campaign-open", { whole: false });
		await visit.at("campaign-leave").click();
		assert.equal(await visit.at("campaign-go").count(), 0);
		await visit.at("campaign-open").click();
		await visit.at("campaign-go").waitFor();
		await press("Enter");
		await visit.page.getByText("open: volunteers are asked").waitFor();
		await visit.at("campaign-pause").click();
		await visit.at("campaign-go").waitFor();
		await press("Enter");
		await visit.page.getByText("paused: nobody is asked for now").waitFor();
	});

	test("figures are read anew, and not while the page is hidden", async () => {
		await visit.page.clock.install();
		await visit.page.reload();
		await visit.at("live").waitFor();
		const asked = [];
		visit.page.on("request", (request) => request.url().endsWith("/live") && asked.push(request.url()));
		await visit.page.clock.runFor(16_000);
		await until(() => asked.length === 1);
		await visit.page.evaluate(() => Object.defineProperty(document, "visibilityState", { value: "hidden", configurable: true }));
		await visit.page.clock.runFor(60_000);
		assert.equal(asked.length, 1);
	});

	test("a moderator watches, changes nothing, and sets a cohort aside", async () => {
		await findRigging();
		const other = await Visit.open(browser, server.url, {});
		await other.page.goto("/admin/campaigns?campaign=winter");
		await signIn(other, MODERATOR, once);
		await other.at("rigging").waitFor();
		assert.equal(await other.at("settings").count(), 0);
		assert.equal(await other.at("campaign-close").count(), 0);
		assert.match(await other.at("cohort").textContent(), /Cohort 1.*\.98 say the same; of two others, \.70/);
		assert.match(await other.at("network").textContent(), /abababab.*7\.5/);
		await other.at("rigging").scrollIntoViewIfNeeded();
		await other.at("cohort").locator("summary").focus();
		await other.page.keyboard.press("Enter");
		await other.page.keyboard.press("Tab");
		await other.page.keyboard.type("They answered as one for an hour.");
		await other.at("rigging").evaluate((node) => node.scrollIntoView());
		await other.shoot("campaign-rigging");
		await other.at("cohort").getByTestId("aside-go").click();
		await other.page.waitForFunction(() => document.activeElement.tagName === "H1");
		assert.deepEqual(await sql(database, "select kind, cardinality(volunteers)::text from set_aside"), [["cohort", "3"]]);
		assert.deepEqual({ breaches: other.breaches, barriers: other.barriers }, { breaches: [], barriers: [] });
		await other.close();
	});

	test("a campaign that is not there is said to be none", async () => {
		await visit.page.goto("/admin/campaigns?campaign=none-such");
		await visit.at("campaign-trouble").waitFor();
		assert.match(await visit.at("campaign-trouble").textContent(), /no campaign/);
		await visit.shoot("campaign-none");
		expectRefused(404, 3);
	});
});
