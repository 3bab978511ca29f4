// SPDX-License-Identifier: Apache-2.0
// The pages in a real browser, on the real server: judging by keyboard and by touch, a lost server, moderating, making
// and downloading a release, erasure. Every state is looked at by axe-core and photographed at 360 and 1920 pixels
// (build/screenshots).

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, readFile } from "node:fs/promises";
import path from "node:path";
import { after, afterEach, before, describe, test } from "node:test";
import { promisify } from "node:util";

import { DESKTOP, PHONE, Visit, launch } from "../support/browser.js";
import { makeCorpus } from "../support/corpus.js";
import { readCsv } from "../support/csv.js";
import { Client, sha256 } from "../support/http.js";
import { knownItems, scored } from "../support/outcome.js";
import { Place, sql, until } from "../support/place.js";

const run = promisify(execFile);
const PASSWORD = "four words make one";

describe("the pages", () => {
	let place, database, server, browser;
	const visits = [];

	before(async () => {
		place = await Place.open("pages");
		const manifests = await makeCorpus(path.join(place.folder, "corpus"), { others: 8 });
		database = await place.imported("pages", manifests.main);
		await place.program(database, ["import", manifests.other, "--campaign", "agreed"]);
		// What is left for the crowd of the other campaign does not come to the volunteers who judge in the browser.
		await sql(database, "update campaign set state = 'closed' where name = 'agreed'");
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

	async function open(address, options) {
		const visit = await Visit.open(browser, server.url, options);
		visits.push(visit);
		await visit.page.goto(address);
		return visit;
	}

	/** On the judge page, before the consent, with a wish for one medium. Only pictures are practised here. */
	async function arrive(medium = "image", options) {
		const visit = await open("/", options);
		await visit.at("consent").waitFor();
		await visit.page.evaluate((type) => localStorage.setItem("touchstone.medium", JSON.stringify(type)), medium);
		return visit;
	}

	/** Past the consent, until a pair is on the table. */
	async function begin(medium, options) {
		const visit = await arrive(medium, options);
		await visit.at("agree").click();
		await visit.at("judging").waitFor();
		return visit;
	}

	/** The pair that a browser's volunteer judged last, as stored: { left, right, training, truths }. */
	async function lastJudged(visit) {
		const volunteer = await visit.page.evaluate(async () => (await (await fetch("/api/v1/me")).json()).volunteer);
		const rows = await sql(database, `select j.position, j.verdict, j.confidence, i.truth, j.training, array_to_string(j.tells, ';'), coalesce(j.marks::text, ''), p.exposure_ms, p.device->>'pointer'
			from judgment j join judged_pair p using (assignment_id) join item i on i.id = j.item_id
			where p.assignment_id = (select assignment_id from judged_pair where volunteer_id = '${volunteer}' order by judged_at desc limit 1)`);
		return Object.fromEntries(rows.map(([position, verdict, confidence, truth, training, tells, marks, exposure, pointer]) =>
			[position, { verdict, confidence: Number(confidence), truth, training: training === "t", tells, marks: marks === "" ? [] : JSON.parse(marks), exposure: Number(exposure), pointer }]));
	}

	const pairsOf = async (visit) => (await visit.page.evaluate(async () => (await (await fetch("/api/v1/me")).json()).progress)).pairs;
	const judged = (visit, n) => until(`${n} judged pairs`, async () => await pairsOf(visit) === n, { seconds: 15 });

	test("nobody is asked to judge before they agree", async () => {
		const visit = await open("/");
		await visit.at("consent").waitFor();
		assert.deepEqual(await visit.context.cookies(), []);
		await visit.shoot("consent", { whole: true });
		await visit.close();
	});

	test("either of a pair can be reported from the judging page, which says nothing of which is real", async () => {
		const visit = await begin("image");
		await visit.page.keyboard.press("s");
		await visit.at("skip-dialog").waitFor();
		const addresses = [];
		for (const side of ["left", "right"]) {
			const [report] = await Promise.all([visit.context.waitForEvent("page"), visit.at(`report-${side}`).click()]);
			const named = report.getByTestId("notice-item");
			await until("the item's address", async () => (await named.inputValue()).startsWith("/api/v1/media/"), { seconds: 15 });
			addresses.push(await named.inputValue());
			await report.close();
		}
		assert.notEqual(addresses[0], addresses[1]);
		assert.equal(addresses[0].length, addresses[1].length);
		const answers = [];
		for (const address of addresses)
			answers.push((await new Client(server.url).post("/notices", { address, reason: "other", explanation: "A neighbour's garden is shown here.", name: "Ada", email: "ada@example.org", good_faith: true })).status);
		assert.deepEqual(answers, [201, 201]);
		await visit.page.keyboard.press("Escape");
		await visit.at("skip-dialog").waitFor({ state: "hidden" });
	});

	test("three pairs by keyboard alone, with the truth of practice pairs, and progress", async () => {
		const visit = await arrive();
		const { page } = visit;
		while (await page.evaluate(() => document.activeElement.id) !== "agree")
			await page.keyboard.press("Tab");
		await page.keyboard.press("Enter");
		await visit.at("judging").waitFor();
		const cookies = await visit.context.cookies();
		assert.deepEqual(cookies.map(({ httpOnly, sameSite }) => ({ httpOnly, sameSite })), [{ httpOnly: true, sameSite: "Strict" }]);

		await visit.shoot("judge-practice");
		for (let pair = 1; pair <= 3; pair++) {
			await page.keyboard.press("1");
			await page.keyboard.press(pair === 2 ? "8" : "=");
			await page.keyboard.press("Enter");
			const feedback = visit.at("training-feedback");
			await feedback.waitFor();
			const stored = await lastJudged(visit);
			assert.deepEqual([stored.left.verdict, stored.left.confidence, stored.right.verdict, stored.right.confidence],
				["real", 95, pair === 2 ? "real" : "fake", pair === 2 ? 75 : 95]);
			assert.ok(stored.left.training && stored.right.training);
			assert.ok(stored.left.exposure > 0);
			assert.match(await feedback.textContent(), new RegExp(`A: ${stored.left.truth}\\. B: ${stored.right.truth}\\.`));
			if (pair === 1)
				await visit.shoot("judge-feedback");
			await page.keyboard.press("Enter");
			await feedback.waitFor({ state: "hidden" });
			await visit.at("judging").waitFor();
		}
		await judged(visit, 3);
		assert.match(await visit.at("progress").textContent(), /3 pairs today/);

		// Past practice: no truth is told, and marks and tells travel with the verdict.
		await page.keyboard.press("6");
		await page.keyboard.press("9");
		await visit.at("left-stage").focus();
		await page.keyboard.press("ArrowRight");
		await page.keyboard.press("m");
		await visit.at("tells").getByRole("button").first().focus();
		await page.keyboard.press("Enter");
		await visit.shoot("judge-answered");
		await visit.at("left-stage").focus();
		await page.keyboard.press("Enter");
		await judged(visit, 4);
		assert.ok(await visit.at("training-feedback").isHidden());
		const stored = await lastJudged(visit);
		assert.deepEqual([stored.left.verdict, stored.left.confidence, stored.right.verdict, stored.right.confidence], ["fake", 95, "real", 60]);
		assert.equal(stored.left.training, false);
		assert.notEqual(stored.left.tells, "");
		assert.ok(Math.abs(stored.left.marks[0].x - 0.52) < 0.01);

		await page.keyboard.press("s");
		await visit.at("skip-dialog").waitFor();
		await visit.shoot("judge-skip");
		await page.keyboard.press("Escape");
		await visit.at("skip-dialog").waitFor({ state: "hidden" });
		await visit.at("you").click();
		await visit.at("you-dialog").getByText("pairs judged").waitFor();
		await visit.shoot("judge-you");
		await visit.close();
	});

	test("a pair by touch on a phone", async () => {
		const visit = await begin("image", { viewport: PHONE, hasTouch: true, isMobile: true, deviceScaleFactor: 2 });
		const step = (side, number) => visit.at(`${side}-scale`).locator(`[data-step="${number}"]`);
		const box = await step("left", 1).boundingBox();
		assert.ok(box.height >= 44, `a step is ${box.height} px high`);
		await visit.shoot("phone-practice", { sizes: [PHONE] });
		await step("left", 2).tap();
		await step("right", 6).tap();
		await visit.at("next").tap();
		await visit.at("training-feedback").waitFor();
		await visit.shoot("phone-feedback", { sizes: [PHONE] });
		const stored = await lastJudged(visit);
		assert.deepEqual([stored.left.confidence, stored.right.confidence, stored.left.pointer], [75, 95, "touch"]);
		for (let pair = 2; pair <= 3; pair++) {
			await visit.at("next").tap();
			await visit.at("training-feedback").waitFor({ state: "hidden" });
			await step("left", 3).tap();
			await step("right", 4).tap();
			await visit.at("next").tap();
			await visit.at("training-feedback").waitFor();
		}
		await visit.at("next").tap();
		await visit.at("training-feedback").waitFor({ state: "hidden" });
		await step("left", 1).tap();
		await visit.at("right-stage").tap();
		await visit.at("right-stage").getByTestId("mark").waitFor();
		await step("right", 6).tap();
		await visit.at("why-button").tap();
		await visit.at("tells").getByRole("button").first().tap();
		await visit.shoot("phone-why", { sizes: [PHONE] });
		await visit.at("question").tap();
		await visit.at("next").tap();
		await judged(visit, 4);
		const last = await lastJudged(visit);
		assert.notEqual(last.right.tells, "");
		assert.equal(last.right.marks.length, 1);
		await visit.close();
	});

	for (const [medium, noun] of [["video", "film"], ["audio", "sound"]])
		test(`a ${noun} pair plays, and is judged`, async () => {
			const visit = await begin(medium);
			assert.equal(await visit.at("judging").getAttribute("data-type"), medium);
			if (medium === "video")
				await visit.page.waitForFunction(() => [...document.querySelectorAll("#pair video")].every((one) => one.currentTime > 0.1 && one.muted));
			await visit.page.keyboard.press("5");
			await visit.shoot(`judge-${medium}`);
			if (medium === "audio") {
				await visit.at("play-aba").click();
				await visit.at("playing").getByText("playing A").waitFor();
			}
			await visit.page.keyboard.press("8");
			await visit.at("question").focus();
			await visit.page.keyboard.press("Enter");
			await judged(visit, 1);
			await visit.at("empty").waitFor();
			await visit.shoot(`judge-empty-${medium}`);
			await visit.close();
		});

	test("the server dies while somebody judges: the answer is kept, and sent when it is back", async () => {
		const visit = await begin();
		visit.allowed.push(/net::ERR_/);
		for (let pair = 1; pair <= 3; pair++) {
			await visit.at("judging").waitFor();
			await visit.page.keyboard.press("2");
			await visit.page.keyboard.press("-");
			await visit.page.keyboard.press("Enter");
			await visit.at("training-feedback").waitFor();
			await visit.page.keyboard.press("Enter");
			await visit.at("training-feedback").waitFor({ state: "hidden" });
		}
		await visit.at("judging").waitFor();
		await visit.page.keyboard.press("2");
		await visit.page.keyboard.press("-");
		await visit.page.waitForFunction(() => JSON.parse(sessionStorage.getItem("touchstone.open")).length === 2);
		await visit.page.waitForLoadState("networkidle");
		await server.stop("SIGKILL");
		await visit.page.keyboard.press("Enter");
		await visit.at("offline").waitFor();
		assert.ok(await visit.at("judging").isVisible(), "the pair that was loaded already is shown");
		await visit.shoot("judge-offline");
		const kept = await visit.page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith("touchstone.judgment.")).length);
		assert.equal(kept, 1);
		const [[before]] = await sql(database, "select count(*) from judged_pair");
		server = await place.server(database, { port: server.port });
		await visit.at("offline").waitFor({ state: "hidden", timeout: 40_000 });
		await judged(visit, 4);
		const [[now]] = await sql(database, "select count(*) from judged_pair");
		assert.equal(Number(now), Number(before) + 1);
		assert.equal(await visit.page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith("touchstone.judgment.")).length), 0);

		await server.stop("SIGKILL");
		await visit.page.evaluate(() => sessionStorage.clear());
		await visit.page.goto("about:blank");
		server = await place.server(database, { port: server.port });
		await visit.page.route("**/api/v1/me**", (route) => route.abort());
		await visit.page.goto("/");
		await visit.at("lost").waitFor();
		await visit.shoot("judge-lost");
		await visit.page.unroute("**/api/v1/me**");
		await visit.page.route("**/api/v1/media/**", (route) => route.fulfill({ status: 404, body: "" }));
		visit.allowed.push(/status of 404/);
		await visit.at("retry").click();
		await visit.at("broken").waitFor();
		await visit.shoot("judge-broken");
		await visit.page.unroute("**/api/v1/media/**");
		await visit.at("skip-broken").click();
		await visit.at("judging").waitFor();
		await visit.close();
	});

	/** Volunteers who disagree with each other, or all say what is true, until nothing is left to ask. */
	async function crowd(count, campaign, says) {
		const items = await knownItems(database);
		for (let number = 0; number < count; number++) {
			const client = new Client(server.url);
			await client.post("/volunteers", { consent: true });
			for (;;) {
				const asked = await client.post("/assignments", { campaign });
				if (asked.status !== 201)
					break;
				const judgments = [];
				for (const { position, media } of asked.json.items) {
					const item = items.get(sha256((await client.get(media.url)).bytes));
					judgments.push({ position, ...says(number, item) });
				}
				assert.equal((await client.post("/judgments", { assignment: asked.json.assignment, judgments, exposure_ms: 2500 })).status, 201);
			}
		}
		await scored(database);
	}

	test("a moderator signs in, claims a dispute, judges it blind, sees the evidence, and rules", async () => {
		await sql(database, "update campaign set min_judgments = 4, max_judgments = 6, threshold = 0.9999 where name = 'default'");
		// Nobody sees anything: every volunteer and every item gets as many of one verdict as of the other.
		// Which items they are served is chance, so they come until there is a dispute of each medium, and some to spare.
		let disputes, media;
		for (let round = 0; round < 4 && !(disputes > 5 && media === 3); round++) {
			await crowd(14, "default", (number, item) => ({
				verdict: (number + parseInt(item.id[0], 16)) % 2 === 0 ? "fake" : "real", confidence: 60, ...item.type === "image" ? { tells: ["edges"], marks: [{ x: 0.6, y: 0.45 }] } : {},
			}));
			[[disputes, media]] = (await sql(database, "select count(*), count(distinct i.media_type) from dispute d join item i on i.id = d.item_id where d.state = 'open'")).map((row) => row.map(Number));
		}
		assert.ok(disputes > 5 && media === 3, `only ${disputes} disputes of ${media} media`);

		const email = "grace@example.org";
		const once = await place.account(database, email, "moderator");
		const colleague = new Client(server.url);
		await colleague.signIn("joan@example.org", await place.account(database, "joan@example.org", "moderator"), PASSWORD);
		const visit = await open("/moderate");
		const { page } = visit;
		await visit.at("sign-in").waitFor();
		await visit.shoot("moderate-door");
		await visit.at("email").fill(email);
		await visit.at("password").fill("wrong password");
		await page.keyboard.press("Enter");
		await page.getByText("do not match").waitFor();
		await visit.at("password").fill(once);
		await page.keyboard.press("Enter");
		await visit.at("new-password").waitFor();
		assert.ok(await visit.at("desk").isHidden());
		await visit.shoot("moderate-new-password");
		await visit.at("password-new").fill(PASSWORD);
		await visit.at("password-again").fill(PASSWORD);
		await page.keyboard.press("Enter");
		await visit.at("desk").waitFor();
		await visit.at("dispute-link").first().waitFor();
		await visit.shoot("moderate-queue");

		for (const medium of ["image", "video", "audio"]) {
			const [[id, item, reason, truth]] = await sql(database, `select d.id, d.item_id, d.reason, i.truth from dispute d join item i on i.id = d.item_id where d.state = 'open' and i.media_type = '${medium}' order by d.opened_at limit 1`);
			await page.goto(`/moderate#${id}`);
			await visit.at("claim").waitFor();
			if (medium === "image")
				await visit.shoot("moderate-unclaimed");
			await visit.at("claim").click();
			await visit.at("blind-scale").waitFor();
			await visit.at("claim-clock").getByText("min left").waitFor();
			assert.equal((await visit.at("evidence").textContent()).trim(), "", "evidence before the verdict");
			assert.equal((await colleague.post(`/disputes/${id}/claim`, {})).status, 409);
			await visit.shoot(`moderate-blind-${medium}`);
			await page.keyboard.press("5");
			await page.keyboard.press("Enter");
			await visit.at("reason").waitFor();
			await visit.at("evidence").locator("dl").first().waitFor();
			assert.match(await visit.at("evidence").textContent(), new RegExp(truth, "i"));
			await page.waitForTimeout(300);
			await visit.shoot(`moderate-evidence-${medium}`);
			await visit.at("rule-fake").click();
			await page.getByText("Say why first").waitFor();
			await visit.at("reason").fill("Its edges do not fit the waves around them.");
			await page.keyboard.press("Escape");
			await page.keyboard.press("f");
			await visit.at("ruled").waitFor();
			if (medium === "image")
				await visit.shoot("moderate-ruled");
			const [ruling] = await sql(database, `select r.ruling, r.reason, b.verdict, b.confidence, i.state from ruling r join blind_verdict b using (dispute_id) join item i on i.id = r.item_id where r.item_id = '${item}'`);
			assert.deepEqual(ruling, ["fake", "Its edges do not fit the waves around them.", "fake", "75", "settled"]);
			assert.ok(reason);
		}
		await visit.at("sign-out").click();
		await visit.at("sign-in").waitFor();
		await visit.close();
	});

	test("a researcher makes a release on the data page and downloads its labels", async () => {
		await sql(database, "update campaign set state = 'open', min_judgments = 3, max_judgments = 12 where name = 'agreed'");
		await until("the server to hear that the campaign is open", async () => {
			const early = new Client(server.url);
			await early.post("/volunteers", { consent: true });
			return (await early.post("/assignments", { campaign: "agreed" })).status === 201;
		});
		await crowd(12, "agreed", (number, item) => ({ verdict: item.truth, confidence: 95 }));
		await scored(database);
		const email = "ada@example.org";
		const once = await place.account(database, email, "researcher");
		const visit = await open("/data");
		const { page } = visit;
		await visit.at("figures").locator("svg").first().waitFor();
		await visit.shoot("data-before", { whole: true });
		await visit.at("make-release").locator("summary").click();
		await visit.at("email").fill(email);
		await visit.at("password").fill(once);
		await page.keyboard.press("Enter");
		await visit.at("password-new").fill(PASSWORD);
		await visit.at("password-again").fill(PASSWORD);
		await page.keyboard.press("Enter");
		await visit.at("release-name").fill("trial");
		await visit.at("release-version").fill("1.0.0");
		await visit.shoot("data-make", { whole: true });
		await visit.at("release-make").click();
		await visit.at("release-outcome").getByText("is ready").waitFor();
		const card = visit.at("release-card").filter({ hasText: "trial 1.0.0" });
		await card.waitFor();
		await visit.shoot("data", { whole: true });
		await card.getByRole("link").click();
		await visit.at("release-files").waitFor();
		await until("the archives", async () => (await new Client(server.url).get("/api/v1/releases/trial/1.0.0")).json.layouts.length === 9, { seconds: 60 });
		await page.reload();
		await visit.at("release-formats").waitFor();
		await visit.at("release-figures").waitFor();
		await visit.shoot("data-release", { whole: true });
		const figures = (await new Client(server.url).get("/api/v1/releases/trial/1.0.0/files/figures.json")).json;
		const table = async (id) => {
			await visit.at(id).locator("summary").click();
			return visit.at(id).locator("tbody tr").evaluateAll((rows) => rows.map((row) => [...row.cells].map((cell) => cell.textContent)));
		};
		assert.equal(await visit.at("release-figures").locator("figure").count(), 7);
		assert.deepEqual((await table("figure-labels")).map(([, real, fake]) => [Number(real), Number(fake)]), figures.labels.map(({ real, fake }) => [real, fake]));
		const posteriors = await table("figure-posteriors");
		assert.deepEqual(posteriors.map(([, ...counts]) => counts.reduce((sum, n) => sum + Number(n), 0)), figures.p_fake.all);
		assert.deepEqual(posteriors.map(([, real]) => Number(real)), figures.p_fake.real);
		const hard = await table("figure-techniques");
		assert.deepEqual(hard.map(([, items, known]) => [Number(items), Number(known)]).sort(), figures.techniques.map(({ items, known }) => [items, known]).sort());
		assert.match(hard[0][3], /^(\d+ %|–)$/);
		await visit.shoot("data-release-tables", { whole: true });
		const archive = page.waitForEvent("download");
		await visit.at("release-formats").locator("a[data-archive='class-folders.zip']").click();
		assert.equal((await archive).suggestedFilename(), "trial-1.0.0-class-folders.zip");
		const coming = page.waitForEvent("download");
		await visit.at("release-files").locator("a[data-path='labels.csv']").click();
		const file = await (await coming).path();
		const labels = readCsv(await readFile(file, "utf8"));
		assert.ok(labels.filter((row) => row.label_source === "ruling" && row.ruling === "fake").length === 3);
		assert.ok(labels.filter((row) => row.label_source === "crowd").length >= 4);
		for (const row of labels)
			if (row.label_source === "crowd")
				assert.equal(row.label, row.truth);
		// The recipe of the page, as sh runs it, gives a release that is sound.
		const recipe = await page.getByRole("group", { name: "Fetch everything and check it" }).textContent();
		assert.equal((await run("sh", ["-c", recipe], { cwd: place.folder })).stdout, "complete\n");
		await place.program(database, ["release", "verify", path.join(place.folder, "trial-1.0.0")]);
		const line = await page.getByRole("group", { name: "Everything, in one line, and checked" }).textContent();
		const other = path.join(place.folder, "in-one-line");
		await mkdir(other);
		assert.equal((await run("sh", ["-c", line], { cwd: other })).stdout, "complete\n");
		await visit.close();
	});

	test("the other pages", async () => {
		const visit = await open("/about");
		await visit.shoot("about", { whole: true });
		await visit.close();
		const lost = await open("/nowhere");
		lost.allowed.push(/status of 404/);
		lost.breaches.splice(0);
		await lost.shoot("nowhere");
		await lost.close();
	});

	test("nothing on the page speaks of who erased themself there", async () => {
		const visit = await begin();
		await visit.page.keyboard.press("3");
		await visit.page.keyboard.press("0");
		await visit.page.keyboard.press("Enter");
		await visit.at("training-feedback").waitFor();
		await judged(visit, 1);
		assert.match(await visit.at("progress").textContent(), /1 pair today/);
		await visit.at("you").click();
		await visit.at("erase").click();
		await visit.at("erase-sure").click();
		await visit.at("erased").waitFor();
		assert.equal(await visit.at("progress").textContent(), "You");
		assert.doesNotMatch(await visit.at("you-dialog").textContent(), /today|judged/);
		await visit.shoot("judge-erased");
		await visit.page.keyboard.press("Escape");
		await visit.at("consent").waitFor();
		assert.equal(await visit.at("progress").textContent(), "You");
		await visit.at("agree").click();
		await visit.at("judging").waitFor();
		await visit.close();
	});

	test("who erases themself is gone", async () => {
		const visit = await begin();
		await visit.page.keyboard.press("3");
		await visit.page.keyboard.press("0");
		await visit.page.keyboard.press("Enter");
		await visit.at("training-feedback").waitFor();
		const volunteer = await visit.page.evaluate(async () => (await (await fetch("/api/v1/me")).json()).volunteer);
		await visit.page.goto("/about");
		await visit.at("erase").click();
		await visit.at("erase-sure").waitFor();
		await visit.shoot("about-erase");
		await visit.at("erase-sure").click();
		await visit.at("erased").waitFor();
		assert.deepEqual(await visit.context.cookies(), []);
		assert.deepEqual(await visit.page.evaluate(() => [localStorage.length, sessionStorage.length]), [0, 0]);
		assert.deepEqual(await sql(database, `select id from volunteer where id = '${volunteer}'`), []);
		assert.deepEqual(await sql(database, `select count(*) from judgment where volunteer_id = '${volunteer}'`), [["2"]]);
		await visit.page.goto("/");
		await visit.at("consent").waitFor();
		await visit.page.setViewportSize(DESKTOP);
		await visit.close();
	});
});
