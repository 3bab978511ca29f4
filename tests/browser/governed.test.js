// SPDX-License-Identifier: Apache-2.0
// A team at work in the browser, from end to end: a moderator rules twenty disputes by keyboard, two moderators meet at
// one, a person reports an item and follows the reference, an admin takes the item down, and a release of before answers
// 410 for it while its folder still verifies.

import assert from "node:assert/strict";
import path from "node:path";
import { after, afterEach, before, describe, test } from "node:test";

import { Visit, launch } from "../support/browser.js";
import { makeCorpus } from "../support/corpus.js";
import { Place, sql } from "../support/place.js";

const PASSWORD = "four words make one";
const REASON = "Its edges do not fit the waves around them.";
const DISPUTES = 20;

describe("a team that answers for it", () => {
	let place, database, server, browser, grace, joan, admin, person, item, file, reference, folder;
	const visits = [];

	async function arrive() {
		const visit = await Visit.open(browser, server.url, {});
		visits.push(visit);
		return visit;
	}

	async function signIn(visit, email, role, address) {
		const once = await place.account(database, email, role);
		await visit.page.goto(address);
		await visit.at("email").fill(email);
		await visit.at("password").fill(once);
		await visit.page.keyboard.press("Enter");
		await visit.at("password-new").fill(PASSWORD);
		await visit.at("password-again").fill(PASSWORD);
		await visit.page.keyboard.press("Enter");
	}

	before(async () => {
		place = await Place.open("governed");
		const manifests = await makeCorpus(path.join(place.folder, "corpus"), { practice: 1, pictures: DISPUTES + 2 });
		database = await place.imported("governed", manifests.main);
		await sql(database, `with taken as (select id from item where media_type = 'image' and not training and not gold order by id limit ${DISPUTES + 1}),
				asked as (update item set state = 'disputed' where id in (select id from taken))
			insert into dispute (item_id, reason, judgments, opened_at)
			select id, 'max_judgments', 25, now() - interval '1 hour' + row_number() over (order by id) * interval '1 s' from taken returning id`);
		server = await place.server(database);
		browser = await launch();
		grace = await arrive();
		await signIn(grace, "grace@example.org", "moderator", "/moderate");
		await grace.at("dispute-link").first().waitFor();
	});
	after(async () => {
		await browser?.close();
		await place?.close();
	});
	afterEach(() => {
		assert.deepEqual({ breaches: visits.flatMap((one) => one.breaches.splice(0)), barriers: visits.flatMap((one) => one.barriers.splice(0)) }, { breaches: [], barriers: [] });
	});

	const told = () => sql(database, "select r.ruling, count(*) from ruling r group by 1 order by 1");
	const shown = (visit) => visit.page.evaluate(() => location.hash.slice(1));

	test("a moderator settles twenty disputes by keyboard, with three keys and one sentence each", async () => {
		const { keyboard } = grace.page;
		await grace.at("dispute-link").first().focus();
		await keyboard.press("Enter");
		for (let n = 0; n < DISPUTES; n += 1) {
			await grace.at("claim").waitFor();
			const before = await shown(grace);
			await keyboard.press(n % 2 ? "6" : "1");
			await grace.page.locator("#act [aria-pressed='true']").waitFor();
			await keyboard.press("Enter");
			await grace.at("reason").waitFor();
			await keyboard.type(REASON);
			if (n === 0)
				await grace.shoot("governed-ruling");
			await keyboard.press("Control+Enter");
			await grace.at("ruled").getByText(n % 2 ? "Ruled fake" : "Ruled real").waitFor();
			await keyboard.press("n");
			await grace.page.waitForFunction((last) => location.hash.slice(1) !== last, before);
		}
		assert.deepEqual(await told(), [["fake", "10"], ["real", "10"]]);
		assert.deepEqual(await sql(database, "select count(*) from audit where kind = 'ruling_made'"), [[String(DISPUTES)]]);
	});

	test("of two moderators at one dispute the second is told, and nothing is lost", async () => {
		joan = await arrive();
		await signIn(joan, "joan@example.org", "moderator", `/moderate#${await shown(grace)}`);
		await joan.at("claim").waitFor();
		await grace.page.keyboard.press("6");
		await grace.page.locator("#act [aria-pressed='true']").waitFor();
		joan.allowed.push(/status of 409/);
		await joan.page.keyboard.press("1");
		await joan.page.getByText("Another moderator").first().waitFor();
		await joan.shoot("governed-collision");
		await grace.page.keyboard.press("Enter");
		await grace.at("reason").waitFor();
		await grace.page.keyboard.type(REASON);
		await grace.page.keyboard.press("Control+Enter");
		await grace.at("ruled").waitFor();
		assert.deepEqual(await told(), [["fake", "11"], ["real", "10"]]);
		assert.deepEqual(await sql(database, "select count(distinct account_id) from ruling"), [["1"]]);
	});

	test("a person reports an item and follows the reference", async () => {
		await place.program(database, ["release", "create", "governed", "1.0.0"]);
		folder = path.join(place.folder, "before");
		await place.program(database, ["release", "write", "governed", "1.0.0", folder]);
		[[item, file]] = await sql(database, "select item_id, path from release_item order by item_id limit 1");
		assert.equal((await fetch(`${server.url}/api/v1/releases/governed/1.0.0/files/${file}`)).status, 200);
		person = await arrive();
		await person.page.goto("/report");
		await person.at("notice-item").fill(item);
		await person.at("notice-reason").selectOption("copyright");
		await person.at("notice-explanation").fill("I took this picture, and nobody asked me.");
		await person.at("notice-name").fill("Ada");
		await person.at("notice-email").fill("ada@example.org");
		await person.at("notice-good-faith").check();
		await person.at("notice-send").click();
		await person.at("notice-receipt").waitFor();
		reference = await person.at("notice-reference").textContent();
		await person.at("notice-reference").click();
		await person.at("follow-reference").fill(reference);
		await person.at("follow-show").click();
		await person.at("notice-state").getByText("waits for a decision").waitFor();
		await person.shoot("governed-reported");
	});

	test("an admin withdraws it, and the person reads why", async () => {
		admin = await arrive();
		await signIn(admin, "root@example.org", "admin", "/moderate/notices?state=open");
		await admin.at("notice").waitFor();
		await admin.at("decide-outcome").selectOption("upheld");
		await admin.at("decide-action").selectOption("withdraw");
		await admin.at("decide-ground-kind").selectOption("law");
		await admin.at("decide-ground").fill("Copyright");
		await admin.at("decide-facts").fill("Who reports it has shown the original.");
		await admin.shoot("governed-decision");
		await admin.at("decide-facts").press("Tab");
		await admin.page.keyboard.press("Enter");
		await admin.page.locator("[data-testid=notice][data-state=decided]").waitFor();
		await person.page.reload();
		await person.at("follow-reference").fill(reference);
		await person.at("follow-show").click();
		await person.at("decision").waitFor();
		assert.match(await person.at("decision").textContent(), /Copyright.*shown the original/s);
		await person.shoot("governed-decided");
		assert.deepEqual(await sql(database, `select state from item where id = '${item}'`), [["withdrawn"]]);
	});

	test("a release of before answers 410 for it, and its folder still verifies", async () => {
		const { url } = server;
		const gone = await fetch(`${url}/api/v1/releases/governed/1.0.0/files/${file}`);
		assert.equal(gone.status, 410);
		assert.match((await gone.json()).type, /item-withdrawn-from-release$/);
		assert.equal((await fetch(`${url}/api/v1/releases/governed/1.0.0/archives/touchstone.tar`)).status, 410);
		const { stdout } = await place.program(database, ["release", "verify", folder]);
		assert.match(stdout, /files, sound/);
	});
});
