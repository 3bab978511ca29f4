// SPDX-License-Identifier: Apache-2.0
// The judge page where it is not a mouse, a fast line and a wide window: media that stall, keyboards of other
// alphabets, small, short and upright windows, and what is said after practice and after the decision.

import assert from "node:assert/strict";
import path from "node:path";
import { after, afterEach, before, describe, test } from "node:test";

import { PICTURES, Visit, launch } from "../support/browser.js";
import { makeCorpus } from "../support/corpus.js";
import { Place } from "../support/place.js";

describe("the stage", () => {
	let place, database, server, browser;
	const visits = [];

	before(async () => {
		place = await Place.open("stage");
		const manifests = await makeCorpus(path.join(place.folder, "corpus"), { practice: 3, pictures: 12 });
		database = await place.imported("stage", manifests.main);
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
		await Promise.all(visits.splice(0).map((visit) => visit.close()));
		assert.deepEqual({ breaches, barriers }, { breaches: [], barriers: [] });
	});

	/** On the judge page, before the consent, with a wish for one medium. */
	async function arrive(medium = "image", { script, ...options } = {}) {
		const visit = await Visit.open(browser, server.url, options);
		visits.push(visit);
		await visit.page.addInitScript((type) => localStorage.setItem("touchstone.medium", JSON.stringify(type)), medium);
		if (script)
			await visit.page.addInitScript(script);
		await visit.page.goto("/");
		await visit.at("consent").waitFor();
		return visit;
	}

	/** Past the consent, until a pair is on the table. */
	async function begin(medium, options) {
		const visit = await arrive(medium, options);
		await visit.at("agree").click();
		await visit.at("judging").waitFor();
		return visit;
	}

	test("a pair whose media never come can be skipped, or tried again", async () => {
		const visit = await arrive();
		const { page } = visit;
		let stalled = 0;
		await page.route("**/api/v1/media/**", (route) => (stalled < 2 ? stalled++ : route.continue()));
		await visit.at("agree").click();
		await visit.at("loading").waitFor();
		await visit.at("reload-stalled").waitFor();
		await visit.shoot("judge-stalled");
		await visit.at("skip-stalled").click();
		await visit.at("judging").waitFor();
		assert.equal(stalled, 2);
	});

	test("who skips more than a few is told when the next pair comes", async () => {
		const visit = await begin();
		visit.allowed.push(/status of 429/);
		for (let skips = 0; !await visit.at("lost").isVisible(); skips += 1) {
			assert.ok(skips < 7, "four are free, and what was loaded beforehand comes still");
			await visit.at("judging").waitFor();
			await visit.at("skip").click();
			await visit.page.locator("#skipping button[value=other]").click();
			await visit.page.waitForFunction(() => document.querySelector("#judging:not([hidden]), #lost:not([hidden])"));
			await visit.page.waitForTimeout(300);
		}
		assert.match(await visit.page.locator("#lost-why").textContent(), /the next pair comes in (5|10) minutes/);
		await visit.shoot("judge-skips-spent");
	});

	test("a way out needs no script", async () => {
		const visit = await Visit.open(browser, server.url);
		visits.push(visit);
		await visit.page.route(/\/js\//, () => {});
		await visit.page.goto("/", { waitUntil: "commit" });
		await visit.at("reload-stalled").waitFor();
	});

	test("a transfer that stalls half-way is begun anew, and the third is the last", async () => {
		const visit = await arrive("image", { script: () => {
			const real = window.fetch;
			window.begun = 0;
			window.fetch = (url, options) => {
				if (!String(url).includes("/media/"))
					return real(url, options);
				window.begun++;
				return Promise.resolve(new Response(new ReadableStream({
					start(stream) {
						stream.enqueue(new Uint8Array(8));
						options.signal?.addEventListener("abort", () => stream.error(options.signal.reason));
					},
				})));
			};
		} });
		const { page } = visit;
		await page.clock.install();
		await visit.at("agree").click();
		await visit.at("loading").waitFor();
		for (let minute = 0; minute < 60 && await visit.at("broken").isHidden(); minute++) {
			await page.clock.runFor(1000);
			await page.waitForTimeout(20);
		}
		assert.ok(await visit.at("broken").isVisible());
		assert.equal(await page.evaluate(() => window.begun), 6);
	});

	test("a film of which nothing is told before it plays has its Play button", async () => {
		const visit = await begin("video", { script: () => {
			const listen = EventTarget.prototype.addEventListener;
			EventTarget.prototype.addEventListener = function add(name, ...rest) {
				if (!(this instanceof HTMLVideoElement && name === "loadeddata"))
					listen.call(this, name, ...rest);
			};
			for (const [of, name, nothing] of [[HTMLMediaElement, "duration", NaN], [HTMLVideoElement, "videoWidth", 0], [HTMLVideoElement, "videoHeight", 0]])
				Object.defineProperty(of.prototype, name, { get: () => nothing });
			HTMLMediaElement.prototype.play = function play() { return Promise.reject(new DOMException("not yet", "NotAllowedError")); };
		} });
		const { page } = visit;
		await visit.at("play").getByText("Play").waitFor();
		const { width, height } = await visit.at("left-stage").locator(".lens").boundingBox();
		assert.ok(Math.abs(width / height - 480 / 270) < 0.02, `the lens is ${width}x${height}`);
		await page.keyboard.press(".");
		await visit.at("transport").locator("input").press("ArrowRight");
	});

	/** A key as a keyboard of another language sends it. */
	const strike = (visit, code, key) => visit.page.evaluate((what) => {
		document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { ...what, bubbles: true, cancelable: true }));
	}, { code, key });

	const chosen = async (visit) => Promise.all(["left", "right"].map(async (side) => {
		const step = visit.at(`${side}-scale`).locator("[aria-pressed=true]");
		return await step.count() ? step.getAttribute("data-step") : null;
	}));

	for (const [name, one, six, seven, twelve, skip] of [
		["French", "&", "-", "è", "=", ["KeyS", "s"]],
		["German", "1", "6", "7", "Dead", ["KeyS", "s"]],
		["Russian", "1", "6", "7", "=", ["KeyS", "ы"]],
		["Persian", "۱", "۶", "۷", "=", ["KeyS", "س"]],
		["Dvorak", "1", "6", "7", "]", ["Semicolon", "s"]],
	])
		test(`the scale goes by the places of a ${name} keyboard, and the letters by either`, async () => {
			const visit = await begin("image", { script: () => {
				Object.defineProperty(navigator, "keyboard", { value: undefined });
			} });
			await strike(visit, "Digit1", one);
			await strike(visit, "Digit7", seven);
			assert.deepEqual(await chosen(visit), ["1", "1"]);
			await strike(visit, "Digit6", six);
			assert.deepEqual(await chosen(visit), ["6", "1"]);
			await strike(visit, "Equal", twelve);
			assert.deepEqual(await chosen(visit), ["6", "6"]);
			const row = visit.page.locator("#keys");
			assert.ok((await row.textContent()).includes(`${one.toUpperCase()}–${six.toUpperCase()}`));
			await strike(visit, ...skip);
			await visit.at("skip-dialog").waitFor();
		});

	test("the row of keys shows what the browser says of the keyboard", async () => {
		const visit = await begin("image", { script: () => {
			const map = new Map([["Digit1", "&"], ["Digit6", "-"], ["Digit7", "è"], ["Equal", "="], ["KeyZ", "w"], ["KeyW", "z"], ["KeyM", ","], ["Comma", ";"], ["Period", ":"]]);
			Object.defineProperty(navigator, "keyboard", { value: { getLayoutMap: () => Promise.resolve(map) } });
		} });
		const keys = await visit.page.locator("#keys kbd[data-key]").allTextContents();
		assert.deepEqual(keys, ["&", "-", "È", "=", "Z", "M", ";", ":", "S"]);
		await strike(visit, "KeyZ", "w");
		await strike(visit, "KeyM", ",");
		assert.ok(!await visit.at("left-stage").evaluate((stage) => stage.classList.contains("zoomed")));
		await strike(visit, "KeyW", "z");
		assert.ok(await visit.at("left-stage").evaluate((stage) => stage.classList.contains("zoomed")));
	});

	test("why nobody could be let in is said in sight of the button, on a phone", async () => {
		const visit = await arrive("image", { viewport: { width: 360, height: 640 } });
		visit.allowed.push(/status of 503/);
		await visit.page.route("**/api/v1/volunteers", (route) => route.fulfill({ status: 503, contentType: "application/problem+json", body: "{}" }));
		await visit.at("agree").click();
		await visit.at("trouble").waitFor();
		const { y, height } = await visit.at("trouble").boundingBox();
		assert.ok(y >= 0 && y + height <= 640, `the notice lies from ${y} to ${y + height}`);
	});

	test("Enter goes on after a click on a reason, and after a dialog", async () => {
		const visit = await begin();
		const { page } = visit;
		await page.keyboard.press("2");
		for (const opener of ["skip", "you"]) {
			const dialog = visit.at(`${opener}-dialog`);
			await visit.at(opener).click();
			await dialog.waitFor();
			await page.keyboard.press("Escape");
			await dialog.waitFor({ state: "hidden" });
			await page.waitForFunction(() => document.activeElement.id === "question");
			await page.keyboard.press("Enter");
			assert.ok(await dialog.isHidden());
		}
		const reason = visit.at("tells").getByRole("button").first();
		await reason.focus();
		await page.keyboard.press("Enter");
		assert.equal(await reason.getAttribute("aria-pressed"), "true");
		const other = visit.at("tells").locator("button").nth(1);
		await other.click();
		await page.keyboard.press("=");
		const sent = page.waitForRequest("**/api/v1/judgments");
		await page.keyboard.press("Enter");
		const { judgments } = (await sent).postDataJSON();
		assert.deepEqual(judgments.find(({ position }) => position === "left").tells, ["anatomy", "edges"]);
	});

	test("the two are called A and B, wherever they lie", async () => {
		const visit = await begin("video");
		for (const size of [{ width: 360, height: 740 }, { width: 1280, height: 720 }]) {
			await visit.page.setViewportSize(size);
			const letters = visit.page.locator(".item .letter");
			assert.deepEqual(await letters.allTextContents(), ["A", "B"]);
			for (const side of ["left", "right"]) {
				const stage = await visit.at(`${side}-stage`).boundingBox();
				const letter = await letters.nth(side === "left" ? 0 : 1).boundingBox();
				assert.ok(letter.x >= stage.x && letter.y >= stage.y && letter.y + letter.height < stage.y + stage.height);
			}
		}
		await visit.at("sound").click();
		const words = await visit.page.evaluate(() => [...document.querySelectorAll("#judging, #keys, #judging [aria-label], #judging [alt]")]
			.map((one) => `${one.textContent} ${one.getAttribute("aria-label") ?? ""} ${one.getAttribute("alt") ?? ""}`).join(" "));
		assert.match(words, /Sound A/);
		assert.doesNotMatch(words, /\b(left|right)\b/i);
	});

	/** The two stages' boxes, and whether the page is wider than the window. */
	const layout = async (visit, size) => {
		await visit.page.setViewportSize(size);
		await visit.page.waitForTimeout(300);
		const [a, b] = [await visit.at("left-stage").locator(".lens").boundingBox(), await visit.at("right-stage").locator(".lens").boundingBox()];
		const over = await visit.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
		return { a, b, over };
	};

	test("two pictures lie side by side in a lying window, and one above the other in an upright one", async () => {
		const visit = await begin();
		for (const [width, height, least] of [[667, 331, 230], [640, 360, 230], [844, 390, 260], [1280, 720, 400]]) {
			const { a, b, over } = await layout(visit, { width, height });
			await visit.page.screenshot({ path: path.join(PICTURES, `stage-${width}.png`) });
			assert.ok(over <= 0, `${width}: ${over} px too wide`);
			assert.ok(Math.abs(a.y - b.y) < 2 && a.x + a.width <= b.x, `${width}: side by side`);
			assert.ok(a.width >= least, `${width}: a picture is ${a.width}x${a.height}`);
		}
		for (const [width, height, least] of [[320, 568, 150], [360, 740, 220], [768, 1024, 380]]) {
			const { a, b, over } = await layout(visit, { width, height });
			await visit.page.screenshot({ path: path.join(PICTURES, `stage-${width}.png`) });
			assert.ok(over <= 0, `${width}: ${over} px too wide`);
			assert.ok(a.y + a.height <= b.y, `${width}: one above the other`);
			assert.ok(a.width >= least, `${width}: a picture is ${a.width}x${a.height}`);
		}
	});

	test("the top of the page fits a narrow window after thousands of pairs", async () => {
		const visit = await arrive();
		const { page } = visit;
		await page.route(/\/api\/v1\/(volunteers|me)\b/, async (route) => {
			const response = await route.fetch();
			const body = await response.json();
			body.progress = { ...body.progress, pairs: 12_345, pairs_today: 12_345 };
			await route.fulfill({ response, json: body });
		});
		await visit.at("agree").click();
		await visit.at("judging").waitFor();
		assert.match(await visit.at("progress").textContent(), /12345/);
		for (const width of [320, 360, 768]) {
			await page.setViewportSize({ width, height: 740 });
			const { right, over } = await page.evaluate(() => ({
				right: document.getElementById("you-button").getBoundingClientRect().right, over: document.documentElement.scrollWidth - innerWidth,
			}));
			assert.ok(right <= width && over <= 0, `at ${width}: ${right}, ${over}`);
		}
	});

	test("practice says of each kind of answer what to make of it", async () => {
		const visit = await begin();
		await visit.page.keyboard.press("6");
		await visit.page.keyboard.press("7");
		await visit.page.keyboard.press("Enter");
		await visit.at("training-feedback").waitFor();
		for (const [side, said] of [["left", "fake"], ["right", "real"]]) {
			const told = await visit.at(`${side}-feedback`).textContent();
			const truth = told.startsWith("Fake") ? "fake" : "real";
			const remark = { "real real": "You were right.", "real fake": "A real one can look suspicious.", "fake fake": "You saw it.", "fake real": "This one is easy to miss." }[`${truth} ${said}`];
			assert.ok(told.includes(remark), told);
		}
	});

	test("what became of an answer is said with who decided", async () => {
		const visit = await begin();
		const one = { media_type: "image", verdict: "fake", confidence: 75, label: "real", correct: false, judged_at: "2026-01-02T03:04:05Z", thumbnail_url: "/static/icon.svg", sensitive: false };
		await visit.page.route("**/api/v1/me?*", async (route) => {
			const response = await route.fetch();
			await route.fulfill({ response, json: { ...await response.json(), next: null, results: [
				{ ...one, label_source: "crowd" }, { ...one, label_source: "ruling", sensitive: true },
				{ ...one, label_source: "truth", media_type: "audio", thumbnail_url: null }] } });
		});
		await visit.at("you").click();
		const lines = visit.at("results").locator("li");
		await lines.first().waitFor();
		const [crowd, ruling, truth] = await lines.allTextContents();
		assert.match(crowd, /The crowd thinks it is real\..*not as you said; nobody knows it for certain/);
		assert.match(ruling, /A moderator ruled it real\./);
		assert.match(truth, /It was known to be real\./);
		assert.doesNotMatch(truth, /nobody knows/);
		// Each with its picture: blurred where it is sensitive, a word where there is none.
		const pictures = visit.at("results").locator("img.thumb");
		await pictures.evaluateAll((all) => Promise.all(all.map((one) => one.decode())));
		const filters = await pictures.evaluateAll((all) => all.map((one) => getComputedStyle(one).filter));
		assert.deepEqual([filters.length, filters[0], filters[1].includes("blur")], [2, "none", true]);
		assert.match(await lines.nth(2).locator(".thumb").textContent(), /sound/);
	});
});
