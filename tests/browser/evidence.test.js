// SPDX-License-Identifier: Apache-2.0
// The evidence board: what opens beside the disputed item after the blind verdict, and what the page spares a moderator.

import assert from "node:assert/strict";
import path from "node:path";
import { after, afterEach, before, describe, test } from "node:test";

import { DESKTOP, Visit, launch } from "../support/browser.js";
import { makeCorpus } from "../support/corpus.js";
import { Place, sql } from "../support/place.js";

const PASSWORD = "four words make one";
const REASON = "Its edges do not fit the waves around them.";
const VIEWS = ["pair", "original", "difference", "flicker", "error_levels", "brightness"];

describe("the evidence board", () => {
	let place, database, server, browser, visit;
	const visits = [];

	async function open(address, options) {
		const opened = await Visit.open(browser, server.url, options);
		visits.push(opened);
		await opened.page.goto(address);
		return opened;
	}

	async function signIn(one, email, password, isNew) {
		await one.at("email").fill(email);
		await one.at("password").fill(password);
		await one.page.keyboard.press("Enter");
		if (isNew) {
			await one.at("password-new").fill(PASSWORD);
			await one.at("password-again").fill(PASSWORD);
			await one.page.keyboard.press("Enter");
		}
		await one.at("desk").waitFor();
	}

	before(async () => {
		place = await Place.open("evidence");
		const manifests = await makeCorpus(path.join(place.folder, "corpus"));
		database = await place.imported("evidence", manifests.main);
		server = await place.server(database);
		browser = await launch();
		const once = await place.account(database, "grace@example.org", "moderator");
		visit = await open("/moderate");
		await signIn(visit, "grace@example.org", once, true);
	});

	after(async () => {
		await browser?.close();
		await place?.close();
	});

	afterEach(async () => {
		await visit.page.setViewportSize(DESKTOP);
		const breaches = visits.flatMap((one) => one.breaches.splice(0));
		const barriers = visits.flatMap((one) => one.barriers.splice(0));
		assert.deepEqual({ breaches, barriers }, { breaches: [], barriers: [] });
	});

	/** A new dispute about a picture (or a film) that has a pair, and nine votes with marks. Its id. */
	async function dispute({ type = "image", sensitive = false } = {}) {
		await sql(database, "update dispute set state = 'withdrawn', closed_at = now() where state = 'open'");
		const [[item, other]] = await sql(database, type === "image"
			? `select (array_agg(id))[1], (array_agg(id))[2] from (select id from item i where media_type = 'image' and not training and not gold
				and not exists (select from dispute d where d.item_id = i.id) order by id limit 2) two`
			: `select (array_agg(id))[1], (array_agg(id))[2] from (select id from item where media_type = '${type}' order by training, gold, id limit 2) two`);
		await sql(database, `update item set pair = 'board ${item}', lineage = 'board ${item}', truth = 'real', basis = 'dataset_label', title = 'A bay before the bear' where id = '${other}'`);
		await sql(database, `update item set pair = 'board ${item}', lineage = 'board ${item}', state = 'disputed', sensitive = ${sensitive} where id = '${item}'`);
		await sql(database, `with said as (select n, gen_random_uuid() as who, gen_random_uuid() as pair, i.id as item, i.version, i.campaign_id, i.media_type
				from item i, generate_series(1, 9) n where i.id = '${item}'),
			p as (insert into judged_pair (assignment_id, volunteer_id, campaign_id, media_type, kind, matched, policy, body_hash, server_ms, exposure_ms, judged_at)
				select pair, who, campaign_id, media_type, 'random', false, 1, sha256(''), 3000, n * 900, now() - (9 - n) * interval '9 hours' from said),
			s as (insert into volunteer_skill (volunteer_id, sensitivity, specificity, judgments, gold) select who, 0.5 + n * 0.05, 0.5 + n * 0.04, 30, n from said),
			w as (insert into volunteer_network (campaign_id, volunteer_id, network, declared) select campaign_id, who, sha256('x')::bytea, false from said where false)
			insert into judgment (item_id, version, volunteer_id, assignment_id, position, verdict, confidence, training, marks, judged_at)
			select item, version, who, pair, 'left', (case when n % 3 = 0 then 'real' else 'fake' end)::verdict, 75, false,
				jsonb_build_array(jsonb_build_object('x', 0.3 + n * 0.02, 'y', 0.4)), now() - (9 - n) * interval '9 hours' from said`);
		const [[id]] = await sql(database, `insert into dispute (item_id, reason, judgments) values ('${item}', 'max_judgments', 9) returning id`);
		return id;
	}

	async function lookAt(id, one = visit) {
		await one.page.goto("/moderate");
		await one.at("dispute-link").first().waitFor();
		await one.page.goto(`/moderate#${id}`);
		await one.at("claim").waitFor();
	}

	/** One key claims and chooses, Enter gives the verdict. */
	async function judge(one = visit) {
		await one.page.keyboard.press("5");
		await one.at("blind-scale").waitFor();
		await one.page.keyboard.press("Enter");
		await one.at("reason").waitFor();
		await one.at("by-skill").waitFor({ timeout: 60_000 });
	}

	const lenses = () => visit.page.evaluate(() => ["stage", "second"].map((id) => document.querySelector(`#${id} .lens`).style.transform));

	async function press(id) {
		await visit.at(id).focus();
		await visit.page.keyboard.press("Enter");
	}

	test("before the blind verdict nothing of it is there, nor asked for", async () => {
		const asked = [];
		visit.page.on("request", (request) => asked.push(new URL(request.url()).pathname));
		await lookAt(await dispute());
		await visit.at("claim").click();
		await visit.at("blind-scale").waitFor();
		assert.equal(await visit.at("views").isVisible(), false);
		assert.equal(await visit.at("second").isVisible(), false);
		assert.equal(await visit.at("crowd-board").count(), 0);
		assert.deepEqual(asked.filter((one) => one.endsWith("/evidence")), []);
	});

	test("a dispute is ruled by keyboard with the pair beside it, and both zoom as one", async () => {
		const id = await dispute();
		await lookAt(id);
		await judge();
		await visit.at("view-pair").waitFor();
		await press("view-pair");
		await visit.at("view-says").getByText("as volunteers saw it").waitFor();
		assert.equal(await visit.at("second").isVisible(), true);
		await visit.shoot("evidence-board");
		await visit.page.setViewportSize(DESKTOP);
		await visit.at("second").focus();
		await visit.page.keyboard.press("ArrowRight");
		await visit.page.keyboard.press("+");
		await visit.page.keyboard.press("+");
		let [one, other] = await lenses();
		assert.match(one, /scale\(4\)/);
		assert.equal(one, other);
		for (let n = 0; n < 8; n += 1)
			await visit.page.keyboard.press("Shift+ArrowRight");
		const panned = await lenses();
		assert.notEqual(panned[0], one);
		assert.equal(panned[0], panned[1]);
		await visit.page.keyboard.press("0");
		[one] = await lenses();
		assert.match(one, /scale\(1\)/);
		await visit.at("reason").focus();
		await visit.page.keyboard.type(REASON);
		await visit.page.keyboard.press("Escape");
		await visit.page.keyboard.press("f");
		await visit.at("ruled").getByText("Ruled fake").waitFor();
		assert.equal(await visit.at("second").isVisible(), true);
		assert.deepEqual(await sql(database, `select ruling from ruling where dispute_id = '${id}'`), [["fake"]]);
	});

	test("the wheel zooms both, and a drag moves both", async () => {
		await lookAt(await dispute());
		await judge();
		await visit.at("view-pair").click();
		await visit.at("view-says").getByText("as volunteers saw it").waitFor();
		const { x, y, width, height } = await visit.at("second").boundingBox();
		await visit.page.mouse.move(x + width / 2, y + height / 2);
		await visit.page.mouse.wheel(0, -600);
		await visit.page.waitForFunction(() => /scale\([2-8]/.test(document.querySelector("#stage .lens").style.transform));
		const before = await lenses();
		await visit.page.mouse.down();
		await visit.page.mouse.move(x + width / 2 + 60, y + height / 2 + 30, { steps: 4 });
		await visit.page.mouse.up();
		const [one, other] = await lenses();
		assert.notEqual(one, before[0]);
		assert.equal(one, other);
	});

	test("each view is drawn, says of what it is made, and goes when it is pressed once more", async () => {
		await lookAt(await dispute());
		await judge();
		await visit.at("view-pair").waitFor();
		for (const view of VIEWS) {
			await visit.at(`view-${view}`).click();
			await visit.page.waitForFunction((kind) => document.querySelector(`[value="${kind}"]`).getAttribute("aria-pressed") === "true"
				&& !document.getElementById("view-says").textContent.startsWith("Drawing"), view);
			assert.ok(!/cannot draw/.test(await visit.at("view-says").innerText()), view);
			if (view !== "pair") {
				const light = await visit.page.evaluate(() => {
					const canvas = document.querySelector("#second canvas");
					const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
					return data.reduce((most, value, at) => (at % 4 < 3 ? Math.max(most, value) : most), 0);
				});
				assert.ok(light > 30, `${view} is black`);
			}
			if (["difference", "error_levels", "brightness"].includes(view))
				await visit.shoot(`evidence-${view}`, { sizes: [DESKTOP], axe: false });
		}
		assert.match(await visit.at("view-says").innerText(), /the original file/);
		await visit.at("view-brightness").click();
		assert.equal(await visit.at("second").isVisible(), false);
	});

	test("flicker begins when it is asked for, stays far below three a second, and stops", async () => {
		await lookAt(await dispute());
		await judge();
		assert.equal(await visit.page.locator(".flick").count(), 0);
		await visit.at("view-flicker").click();
		await visit.page.locator(".flick").waitFor();
		const turns = await visit.page.evaluate(() => new Promise((done) => {
			let seen = 0;
			new MutationObserver((all) => { seen += all.length; }).observe(document.querySelector(".flick").lastElementChild, { attributes: true });
			setTimeout(() => done(seen), 3000);
		}));
		assert.ok(turns > 0 && turns <= 6, `${turns} turns in three seconds`);
		await visit.at("view-flicker").click();
		assert.equal(await visit.page.locator(".flick").isVisible(), false);
	});

	test("who wishes less motion turns the pictures by hand", async () => {
		const still = await open("/moderate", { reducedMotion: "reduce" });
		await signIn(still, "grace@example.org", PASSWORD, false);
		await lookAt(await dispute(), still);
		await judge(still);
		await still.at("view-flicker").click();
		await still.page.locator(".flick").waitFor();
		const hidden = () => still.page.evaluate(() => document.querySelector(".flick").lastElementChild.hidden);
		await still.page.evaluate(() => new Promise((done) => { setTimeout(done, 1600); }));
		assert.equal(await hidden(), false);
		await still.at("turn").click();
		assert.equal(await hidden(), true);
		await still.close();
		visits.splice(visits.indexOf(still), 1);
	});

	test("where they pointed lies over the picture, and goes again", async () => {
		await lookAt(await dispute());
		await judge();
		await visit.at("heat").click();
		assert.ok(await visit.page.locator("#stage .heat rect").count() >= 3);
		await visit.shoot("evidence-heat", { sizes: [DESKTOP] });
		await visit.at("heat").click();
		assert.equal(await visit.page.locator("#stage .heat").count(), 0);
	});

	test("votes, blocs and lineage stand in the evidence, each with words beside its drawing", async () => {
		await lookAt(await dispute());
		await judge();
		for (const id of ["by-exposure", "by-skill", "over-time", "blocs", "lineage", "fact-checks"])
			await visit.at(id).waitFor();
		assert.match(await visit.at("blocs").innerText(), /most skilled third/);
		assert.match(await visit.at("blocs").innerText(), /would have turned it/);
		assert.match(await visit.at("lineage").innerText(), /A bay before the bear/);
		assert.match(await visit.at("lineage").innerText(), /real by its source/);
		await visit.at("blocs").scrollIntoViewIfNeeded();
		await visit.shoot("evidence-crowd");
	});

	test("a fact-check is typed in by keyboard, opens nothing by itself, and is taken away", async () => {
		const id = await dispute();
		await lookAt(id);
		await judge();
		await visit.at("fact-checks").locator("summary").focus();
		await visit.page.keyboard.press("Enter");
		await visit.page.keyboard.press("Tab");
		for (const words of ["The bear <b>was</b> added", "Facts", "https://facts.example/bear"]) {
			await visit.page.keyboard.type(words);
			await visit.page.keyboard.press("Tab");
		}
		await visit.at("fact-form").locator("[name=published]").fill("2026-01-31");
		await visit.at("fact-form").locator("[name=verdict]").fill("Altered");
		await visit.page.keyboard.press("Enter");
		await visit.at("fact").getByText("The bear <b>was</b> added").waitFor();
		assert.match(await visit.at("fact").innerText(), /Facts, Jan 31, 2026: Altered/);
		await visit.at("fact-checks").scrollIntoViewIfNeeded();
		await visit.shoot("evidence-facts");
		await press("fact-remove");
		await visit.at("fact").waitFor({ state: "detached" });
		assert.deepEqual(await sql(database, `select removed_at is not null from fact_check f join dispute d on d.item_id = f.item_id where d.id = '${id}'`), [["t"]]);
	});

	test("films stand beside each other under one row of controls, and their frames in one sheet", async () => {
		await lookAt(await dispute({ type: "video" }));
		await judge();
		await visit.at("view-pair").click();
		await visit.page.locator("#second video").waitFor();
		await visit.page.keyboard.press("Escape");
		await visit.at("play").first().waitFor();
		await visit.page.waitForFunction(() => {
			const films = [...document.querySelectorAll(".stages video")];
			return films.length === 2 && films.every((one) => one.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA);
		}, null, { timeout: 60_000 });
		for (const wanted of [900, 300]) {
			await visit.page.evaluate((value) => {
				const slide = document.querySelector("#transport input[type=range]");
				slide.value = String(value);
				slide.dispatchEvent(new Event("input", { bubbles: true }));
			}, wanted);
			await visit.page.waitForFunction((value) => {
				const films = [...document.querySelectorAll(".stages video")], length = Math.max(...films.map((one) => one.duration));
				return films.every((one) => one.paused && Math.abs(one.currentTime - Math.min((value / 1000) * length, one.duration)) < 0.1);
			}, wanted, { timeout: 60_000 });
		}
		await visit.at("view-frames").click();
		await visit.at("view-says").getByText("Twelve frames of each film").waitFor();
		await visit.shoot("evidence-frames", { sizes: [DESKTOP], axe: false });
	});

	test("sensitive media are covered until asked for, unless the account says otherwise, wherever it signs in", async () => {
		await lookAt(await dispute({ sensitive: true }));
		await visit.page.locator("#stage .uncover").waitFor();
		assert.match(await visit.page.evaluate(() => getComputedStyle(document.querySelector("#stage .lens")).filter), /blur.*grayscale\(1\)/);
		await judge();
		await visit.at("view-original").click();
		await visit.at("view-says").getByText("original file").waitFor();
		await visit.page.locator("#second .uncover").waitFor();
		assert.match(await visit.page.evaluate(() => getComputedStyle(document.querySelector("#second .lens")).filter), /blur/);
		await visit.page.locator("#stage .uncover button").click();
		await visit.at("view-error_levels").click();
		await visit.at("view-says").getByText("stored as JPEG").waitFor();
		assert.equal(await visit.page.locator("#second .uncover").count(), 0);
		await visit.at("spares").locator("summary").click();
		await visit.shoot("evidence-spares");
		await visit.page.setViewportSize(DESKTOP);
		const stored = visit.page.waitForResponse((answer) => answer.url().endsWith("/me/settings") && answer.request().method() === "PUT");
		await visit.page.locator("[name=cover_sensitive]").uncheck();
		assert.equal((await stored).status(), 200);
		const elsewhere = await open("/moderate");
		await signIn(elsewhere, "grace@example.org", PASSWORD, false);
		const [[id]] = await sql(database, "select id from dispute where state = 'open'");
		await elsewhere.page.goto(`/moderate#${id}`);
		await elsewhere.page.locator("#stage img").waitFor();
		assert.equal(await elsewhere.page.locator("#stage .uncover").count(), 0);
		assert.equal(await elsewhere.page.evaluate(() => getComputedStyle(document.querySelector("#stage .lens")).filter), "none");
		await elsewhere.close();
		visits.splice(visits.indexOf(elsewhere), 1);
		await sql(database, "update account_setting set cover_sensitive = true");
	});

	test("after so many sensitive items a break is suggested, once, and counting begins anew with it", async () => {
		await sql(database, "insert into account_setting (account_id, break_after, break_at) select id, 2, clock_timestamp() from account where email = 'grace@example.org' on conflict (account_id) do update set break_after = 2, break_at = excluded.break_at");
		await lookAt(await dispute({ sensitive: true }));
		await judge();
		assert.equal(await visit.at("break").isVisible(), false);
		await lookAt(await dispute({ sensitive: true }));
		await judge();
		await visit.at("break").waitFor();
		await visit.shoot("evidence-break");
		await visit.page.setViewportSize(DESKTOP);
		await press("break-now");
		await visit.at("break").waitFor({ state: "hidden" });
		assert.deepEqual(await sql(database, "select break_at > now() - interval '10 minutes' from account_setting where break_after = 2"), [["t"]]);
	});
});
