// SPDX-License-Identifier: Apache-2.0
// The pages in another language: one that puts every sentence of lang/en.json in brackets. What stands outside brackets
// then is said by no sentence, and no translation would reach it.

import assert from "node:assert/strict";
import { cp, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { after, afterEach, before, describe, test } from "node:test";

import { Visit, launch } from "../support/browser.js";
import { makeCorpus } from "../support/corpus.js";
import { Place, CHECKOUT, sql } from "../support/place.js";

const PASSWORD = "four words make one";
const REASON = "Its edges do not fit the waves around them.";

/** Brackets around every stretch of a sentence that is not within a tag of its own. */
const bracket = (text) => text.split(/(<\/?\d>)/).map((part) => (/^<\/?\d>$|^\s*$/.test(part) ? part : `⟦${part}⟧`)).join("");
const inBrackets = (sentence) => (typeof sentence === "string" ? bracket(sentence)
	: Object.fromEntries(Object.entries(sentence).map(([form, text]) => [form, bracket(text)])));

/** What is no sentence: names, and what Intl writes. Of the rest, what no selector covers must be in brackets. */
const SAME = [
	/Touchstone|SHA-256/g, // names
	/\p{Lu}\p{Ll}{2} \d+, \d{4}(, \d+:\d+\s[AP]M)?/gu, // a date
	/\d (B|kB|MB)\b/g, // a size
];
/** What comes from the database, from a file of the release, or from the keyboard: no sentence of the pages. */
const DATA = "noscript, script, style, kbd, [translate=no], #question, .told p:nth-child(2), [data-testid=account], .mono, pre, .markdown, "
	+ "[data-testid=evidence] .facts dd, [data-testid=evidence] details .facts dt, [data-testid=evidence] table tbody td:first-child, .ruled, "
	+ "[data-testid=release-card] a, [data-testid=release] > h1, .files td";

describe("the pages in another language", () => {
	let place, database, server, browser;
	const visits = [], unsaid = new Set();

	before(async () => {
		place = await Place.open("language");
		const { main } = await makeCorpus(path.join(place.folder, "corpus"), { practice: 2, pictures: 6 });
		database = await place.imported("language", main);
		server = await place.server(database, { more: { TOUCHSTONE_STATIC: await translated() } });
		browser = await launch();
	});

	/** A folder of pages whose every sentence is in brackets. */
	async function translated() {
		const folder = path.join(place.folder, "static"), file = path.join(folder, "lang/en.json");
		await cp(path.join(CHECKOUT, "static"), folder, { recursive: true });
		const sentences = JSON.parse(await readFile(file, "utf8"));
		for (const table of Object.values(sentences))
			for (const key of Object.keys(table).filter((one) => one !== "language"))
				table[key] = inBrackets(table[key]);
		await writeFile(file, JSON.stringify(sentences));
		return folder;
	}

	after(async () => {
		await browser?.close();
		await place?.close();
	});

	afterEach(() => {
		assert.deepEqual(visits.flatMap((visit) => visit.breaches.splice(0)), []);
		assert.deepEqual([...unsaid], []);
		unsaid.clear();
	});

	async function open(address, medium) {
		const visit = await Visit.open(browser, server.url);
		visits.push(visit);
		visit.allowed.push(/status of (404|409|422|401)/);
		if (medium)
			await visit.context.addInitScript((type) => localStorage.setItem("touchstone.medium", JSON.stringify(type)), medium);
		await visit.page.goto(address);
		return visit;
	}

	/** Notes what the page says outside brackets, shown or not: texts, labels, and its title. */
	async function read(visit, state) {
		const said = await visit.page.evaluate((data) => {
			const texts = [document.title, document.querySelector("meta[name=description]")?.content ?? ""];
			const walk = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
			for (let node = walk.currentNode; node; node = walk.nextNode()) {
				if (node instanceof Text && !node.parentElement.closest(data))
					texts.push(node.data);
				if (node instanceof Element)
					texts.push(...["aria-label", "aria-valuetext", "title", "placeholder", "alt"].map((name) => node.getAttribute(name) ?? ""));
			}
			return texts;
		}, DATA);
		assert.ok(said.filter((text) => text.includes("⟦")).length > 10, state);
		for (const text of said) {
			let rest = text;
			while (/⟦[^⟦⟧]*⟧/.test(rest)) // a sentence may hold the words of another
				rest = rest.replace(/⟦[^⟦⟧]*⟧/g, "");
			for (const one of SAME)
				rest = rest.replace(one, "");
			if (/\p{L}{2}|[⟦⟧]/u.test(rest))
				unsaid.add(`${state}: ${text.trim()}`);
		}
	}

	async function begin(medium) {
		const visit = await open("/", medium);
		await visit.at("consent").waitFor();
		await read(visit, "consent");
		await visit.at("agree").click();
		await visit.at("judging").waitFor();
		return visit;
	}

	/** Answers the pair on screen. */
	async function answer(visit) {
		await visit.page.keyboard.press("1");
		await visit.page.keyboard.press("=");
		await visit.page.keyboard.press("Enter");
	}

	for (const medium of ["image", "video", "audio"])
		test(`judging: ${medium}`, async () => {
			const visit = await begin(medium);
			await visit.page.keyboard.press("Enter");
			await visit.page.waitForFunction(() => document.getElementById("says").textContent !== "");
			await visit.at("left-stage").focus();
			await visit.page.keyboard.press("m");
			await read(visit, "judging");
			await visit.page.keyboard.press("s");
			await visit.at("skip-dialog").waitFor();
			await read(visit, "skipping");
			await visit.page.keyboard.press("Escape");
			for (let pair = 0; pair < 3 && await visit.at("judging").isVisible(); pair++) {
				await answer(visit);
				await visit.page.waitForTimeout(500);
				await read(visit, "answered");
				await visit.page.keyboard.press("Enter");
				await visit.page.waitForTimeout(500);
			}
			await visit.at("you").click();
			await visit.at("erase").waitFor();
			await read(visit, "settings");
			await visit.at("erase").click();
			await read(visit, "erasing");
			await visit.at("erase-sure").click();
			await visit.at("erased").waitFor();
			await read(visit, "erased");
			await visit.close();
		});

	test("a pair that does not come, and an answer that came too late", async () => {
		const visit = await begin("image");
		await visit.context.route("**/api/v1/media/**", (route) => route.fulfill({ status: 404 }));
		await visit.page.evaluate(() => {
			sessionStorage.clear();
			sessionStorage.setItem("touchstone.notices", "{}");
		});
		visit.allowed.push(/Failed to load resource/);
		await visit.context.route("**/api/v1/judgments", (route) => route.fulfill({ status: 410, contentType: "application/problem+json", body: '{"type": "/problems/lease-expired"}' }));
		await answer(visit);
		await visit.at("notice-late").waitFor();
		await read(visit, "late");
		await visit.page.goto("/");
		await visit.page.locator("#broken").waitFor();
		await read(visit, "broken");
		await visit.context.route("**/api/v1/assignments", (route) => route.fulfill({ status: 204, headers: { "retry-after": "300" } }));
		await visit.page.locator("#reload-broken").click();
		await visit.page.evaluate(() => sessionStorage.clear());
		await visit.page.goto("/");
		await visit.page.locator("#busy").waitFor();
		await read(visit, "busy");
		await visit.context.route("**/api/v1/me?*", (route) => route.abort());
		await visit.page.goto("/");
		await visit.page.locator("#lost").waitFor();
		await read(visit, "lost");
		await visit.close();
	});

	/** Disputes about pictures that somebody has judged. */
	const dispute = () => sql(database, `with taken as (select id from item where media_type = 'image' and not training and not gold and truth is not null order by id limit 3),
			asked as (update item set state = 'disputed' where id in (select id from taken))
		insert into dispute (item_id, reason, judgments, opened_at) select id, 'max_judgments', 25, now() from taken`);

	async function signIn(visit, email, role) {
		const once = await place.account(database, email, role);
		await visit.at("email").fill(email);
		await visit.at("password").fill("a wrong password");
		await visit.page.keyboard.press("Enter");
		await visit.page.locator("p.wrong:not([hidden])").waitFor();
		await read(visit, "a wrong password");
		await visit.at("password").fill(once);
		await visit.page.keyboard.press("Enter");
		await visit.at("password-new").fill(PASSWORD);
		await visit.at("password-again").fill(PASSWORD);
		await read(visit, "a new password");
		await visit.page.keyboard.press("Enter");
	}

	test("moderating", async () => {
		await dispute();
		const visit = await open("/moderate");
		await visit.at("sign-in").waitFor();
		await read(visit, "the door");
		await signIn(visit, "grace@example.org", "moderator");
		await visit.at("dispute-link").first().click();
		await visit.at("claim").waitFor();
		await read(visit, "a dispute");
		await visit.at("claim").click();
		await visit.at("blind-scale").waitFor();
		await visit.at("claim-clock").locator("span").waitFor();
		await read(visit, "claimed");
		await visit.page.keyboard.press("5");
		await visit.page.keyboard.press("Enter");
		await visit.at("reason").waitFor();
		await visit.at("evidence").locator("dl").first().waitFor();
		await visit.at("rule-fake").click();
		await read(visit, "the evidence");
		await visit.at("reason").fill(REASON);
		await visit.at("rule-fake").click();
		await visit.at("ruled").waitFor();
		await read(visit, "ruled");
		await visit.at("correct").click();
		await read(visit, "correcting");
		await visit.close();
	});

	test("the data page, a release, and the other pages", async () => {
		const visit = await open("/data");
		await visit.at("figures").locator("svg").first().waitFor();
		await read(visit, "figures");
		await visit.at("make-release").locator("summary").click();
		await visit.at("email").waitFor();
		await signIn(visit, "ada@example.org", "researcher");
		await visit.at("release-name").fill("trial");
		await visit.at("release-version").fill("1.0.0");
		await read(visit, "the form");
		await visit.at("release-make").click();
		await visit.at("release-outcome").waitFor();
		await read(visit, "a release is made");
		const card = visit.at("release-card").getByRole("link");
		await card.waitFor();
		await read(visit, "releases");
		await card.click();
		await visit.at("release-files").waitFor();
		await read(visit, "a release");
		for (const address of ["/about", "/nowhere", "/data#none/1"]) {
			await visit.page.goto(address);
			await visit.page.locator("h1:visible").first().waitFor();
			await read(visit, address);
		}
		await visit.close();
	});
});
