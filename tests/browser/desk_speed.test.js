// SPDX-License-Identifier: Apache-2.0
// How fast the moderators' desk is with 200 disputes: it measures time, so it runs alone.

import assert from "node:assert/strict";
import path from "node:path";
import { after, before, describe, test } from "node:test";

import { Visit, launch } from "../support/browser.js";
import { makeCorpus } from "../support/corpus.js";
import { Place, sql } from "../support/place.js";

const PASSWORD = "four words make one";

describe("the speed of the desk", () => {
	let place, database, browser, visit;

	before(async () => {
		place = await Place.open("desk-speed");
		const manifests = await makeCorpus(path.join(place.folder, "corpus"));
		database = await place.imported("desk-speed", manifests.main);
		const server = await place.server(database);
		browser = await launch();
		const once = await place.account(database, "grace@example.org", "moderator");
		visit = await Visit.open(browser, server.url);
		await visit.page.goto("/moderate");
		await visit.at("email").fill("grace@example.org");
		await visit.at("password").fill(once);
		await visit.page.keyboard.press("Enter");
		await visit.at("password-new").fill(PASSWORD);
		await visit.at("password-again").fill(PASSWORD);
		await visit.page.keyboard.press("Enter");
		await visit.at("desk").waitFor();
	});

	after(async () => {
		await browser?.close();
		await place?.close();
	});

	/** `times` tries of what answers how long it took in ms, the shortest first: the machine has other work, too. */
	async function tries(times, measure) {
		const took = [];
		for (let n = 0; n < times; n += 1)
			took.push(await measure());
		return took.sort((a, b) => a - b);
	}

	const inWords = (took) => `${Math.round(took[Math.floor(took.length / 2)])} ms (${Math.round(took[0])} .. ${Math.round(took.at(-1))})`;

	test("200 disputes open in 300 ms, and the next one in 100 ms", async (t) => {
		await sql(database, `with copied as (insert into item (campaign_id, media_type, sha256, bytes, format, rendition, rendition_bytes, rendition_type, thumbnail, width, height, lineage, recipe, state)
				select campaign_id, media_type, sha256(decode('00' || lpad(to_hex(n), 8, '0'), 'hex')), bytes, format, rendition, rendition_bytes, rendition_type, thumbnail, width, height, 'copy' || n, recipe, 'disputed'
				  from (select * from item where media_type = 'image' order by id limit 1) one, generate_series(1, 200) n returning id)
			insert into dispute (item_id, reason, judgments, opened_at) select id, 'max_judgments', 25, now() - interval '1 day' + row_number() over () * interval '1 s' from copied returning id`);
		await visit.page.goto("/moderate");
		await visit.at("dispute-link").nth(49).waitFor();
		const whole = await visit.page.evaluate(() => performance.now());
		const opened = await tries(9, async () => {
			await visit.at("queue-contributions").click();
			await visit.at("contributions").waitFor({ state: "attached" });
			return visit.page.evaluate(() => new Promise((resolve) => {
				document.querySelector("#disputes").replaceChildren();
				const from = performance.now();
				document.querySelector("[data-testid='queue-disputes']").click();
				const look = () => (document.querySelectorAll("[data-testid='dispute-link']").length >= 50 ? resolve(performance.now() - from) : requestAnimationFrame(look));
				look();
			}));
		});
		assert.equal(await visit.page.locator("#open-count").textContent(), "200");
		await visit.at("dispute-link").first().click();
		await visit.at("claim").waitFor();
		const next = await tries(9, async () => {
			await visit.page.waitForTimeout(700); // who looks at one: the next is fetched meanwhile
			return visit.page.evaluate(() => new Promise((resolve) => {
				const from = performance.now(), before = location.hash, picture = document.querySelector("#stage img");
				const look = () => {
					const now = document.querySelector("#stage img");
					if (location.hash !== before && now && now !== picture && now.complete && document.querySelector("[data-testid='claim']"))
						resolve(performance.now() - from);
					else
						requestAnimationFrame(look);
				};
				document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "n", code: "KeyN", bubbles: true }));
				look();
			}));
		});
		t.diagnostic(`200 disputes: ${inWords(opened)}, with the page and who is signed in ${Math.round(whole)} ms; the next one: ${inWords(next)}`);
		assert.ok(opened[0] < 300, `the queue took ${inWords(opened)}`);
		assert.ok(next[0] < 100, `the next one took ${inWords(next)}`);
	});
});
