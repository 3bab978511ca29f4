// SPDX-License-Identifier: Apache-2.0
// What moderators are exposed to and how they agree, as an admin reads it; and notes of moderators on a contribution.

import assert from "node:assert/strict";
import { after, afterEach, before, describe, test } from "node:test";

import { Visit, launch } from "../support/browser.js";
import { Place, asOwner, sql } from "../support/place.js";

const PASSWORD = "four words make one";
const ADMIN = "ada@example.org";
const MODERATOR = "grace@example.org";

describe("moderators, seen by an admin", () => {
	let place, database, server, browser, visit;

	async function signIn(email, once) {
		await visit.at("email").fill(email);
		await visit.at("password").fill(once);
		await visit.page.keyboard.press("Enter");
		await visit.at("password-new").fill(PASSWORD);
		await visit.at("password-again").fill(PASSWORD);
		await visit.page.keyboard.press("Enter");
	}

	before(async () => {
		place = await Place.open("moderators");
		database = await place.database("moderators");
		await place.program(database, ["campaign", "add", "seen"]);
		const once = await place.account(database, ADMIN, "admin");
		const moderatorsOnce = await place.account(database, MODERATOR, "moderator");
		server = await place.server(database);
		await sql(asOwner(database), `with i as (insert into item (campaign_id, media_type, sha256, bytes, format, rendition, rendition_bytes, rendition_type, width, height, lineage, recipe, state, sensitive)
			select (select id from campaign limit 1), 'image', sha256(n::text::bytea), 1, 'png', sha256(('r' || n)::bytea), 1, 'image/jpeg', 64, 64, n::text, 1, 'disputed', n = 1 from generate_series(1, 3) n returning id),
			d as (insert into dispute (item_id, reason, judgments) select id, 'max_judgments', 25 from i returning id, item_id),
			v as (insert into blind_verdict (dispute_id, account_id, verdict, confidence, blind) select d.id, a.id, 'fake', 80, true from d, account a where a.email = '${MODERATOR}' returning dispute_id)
			insert into ruling (dispute_id, item_id, account_id, ruling, reason) select d.id, d.item_id, a.id, 'fake', 'seen by a moderator' from d, account a, v where a.email = '${MODERATOR}' and v.dispute_id = d.id; select 1`);
		await sql(asOwner(database), `insert into contribution (state, direct, account_id, campaign_id, facts, rights, people, media_type, sha256, bytes, format, rendition, rendition_bytes, rendition_type, width, height, recipe)
			select 'quarantined', false, (select id from account where email = '${ADMIN}'), id, '{"licence": "CC0-1.0"}', 'own_work', 'nobody', 'image', sha256('c'), 1, 'png', sha256('rc'), 1, 'image/jpeg', 64, 64, 2 from campaign limit 1; select 1`);
		browser = await launch();
		visit = await Visit.open(browser, server.url, {});
		await visit.page.goto("/admin/moderators");
		await visit.at("sign-in").waitFor();
		await signIn(ADMIN, once);
		await visit.at("moderator").first().waitFor();
		assert.ok(moderatorsOnce);
	});
	after(async () => {
		await browser?.close();
		await place?.close();
	});
	afterEach(() => {
		assert.deepEqual({ breaches: visit.breaches.splice(0), barriers: visit.barriers.splice(0) }, { breaches: [], barriers: [] });
	});

	test("an admin reads what each was exposed to, and how they agree", async () => {
		const card = visit.page.locator(`[data-testid=moderator][data-email="${MODERATOR}"]`);
		assert.match(await card.textContent(), /3 in a day, 3 in seven, 3 in thirty, 3 ever/);
		assert.match(await card.textContent(), /sensitive, in thirty days1/);
		assert.match(await card.textContent(), /Rulings, in thirty days3/);
		assert.match(await card.textContent(), /as the ruling in force3 of 3/);
		assert.match(await visit.at("agreement").textContent(), /On 0 items two or more gave an opinion/);
		await visit.shoot("moderators", { whole: true });
	});

	test("a note on a contribution is written by keyboard and stays", async () => {
		visit.allowed.push(/status of 404/); // its medium lies nowhere
		await visit.page.goto("/moderate?queue=contributions");
		await visit.at("contribution").waitFor();
		await visit.at("notes").locator("summary").focus();
		await visit.page.keyboard.press("Enter");
		await visit.at("note-text").focus();
		await visit.page.keyboard.type("It is one of a set.");
		await visit.page.keyboard.press("Tab");
		await visit.page.keyboard.press("Enter");
		await visit.at("note").getByText("It is one of a set.").waitFor();
		await visit.shoot("contribution-notes");
		await visit.page.reload();
		await visit.at("notes").locator("summary").click();
		await visit.at("note").getByText("It is one of a set.").waitFor();
	});
});
