// SPDX-License-Identifier: Apache-2.0
// The evidence board over time: when volunteers pointed in films and sounds, and two sounds laid over each other.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { after, afterEach, before, describe, test } from "node:test";
import { promisify } from "node:util";

import { DESKTOP, Visit, launch } from "../support/browser.js";
import { makeCorpus } from "../support/corpus.js";
import { Place, sql } from "../support/place.js";

const PASSWORD = "four words make one";
const run = promisify(execFile);

describe("the evidence board over time", () => {
	let place, database, browser, visit;

	/** Two films of two seconds that are heard: the fake one comes 0.3 s later, and quieter. */
	async function heardFilms() {
		const beats = "0.5*sin(2*PI*(300+500*t)*t)*gt(sin(2*PI*(1+t)*t)\\,0.2)";
		const rows = ["file,truth,basis,source,licence,group,pair"];
		for (const [name, truth, filter] of [["heard-one.mp4", "real", "anull"], ["heard-other.mp4", "fake", "adelay=300:all=1,volume=0.5,atrim=end=2"]]) {
			await run("ffmpeg", ["-nostdin", "-v", "error", "-y", "-f", "lavfi", "-i", `mandelbrot=s=320x180:r=12:start_scale=${truth === "real" ? 1.1 : 1.3}`,
				"-f", "lavfi", "-i", `aevalsrc='${beats}':s=44100:d=2`, "-af", filter, "-t", "2", "-pix_fmt", "yuv420p", path.join(place.folder, name)]);
			rows.push(`${name},${truth},generated_by_contributor,test,CC0-1.0,heard,heard`);
		}
		const manifest = path.join(place.folder, "heard.csv");
		await writeFile(manifest, `${rows.join("\n")}\n`);
		await place.program(database, ["import", manifest]);
	}

	before(async () => {
		place = await Place.open("evidence-sounds");
		const manifests = await makeCorpus(path.join(place.folder, "corpus"));
		database = await place.imported("evidence-sounds", manifests.main);
		await heardFilms();
		const server = await place.server(database);
		browser = await launch();
		const once = await place.account(database, "grace@example.org", "moderator");
		visit = await Visit.open(browser, server.url);
		visit.allowed.push(/Multiple readback operations/); // the tests look at pictures more often than who draws them
		visit.context.setDefaultTimeout(60_000);
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

	afterEach(async () => {
		await visit.page.setViewportSize(DESKTOP);
		assert.deepEqual({ breaches: visit.breaches.splice(0), barriers: visit.barriers.splice(0) }, { breaches: [], barriers: [] });
	});

	/** A dispute about an item, with six votes that point at a quarter and at half of its two seconds; its evidence open. */
	async function openEvidence(which, marks = "jsonb_build_array(jsonb_build_object('x', 0.5, 'y', 0.5, 't_ms', case when n < 3 then 510 else 1010 end))") {
		await sql(database, "update dispute set state = 'withdrawn', closed_at = now() where state = 'open'");
		const [[item]] = await sql(database, `select id from item where ${which} order by truth limit 1`);
		await sql(database, `update item set state = 'disputed' where id = '${item}'`);
		await sql(database, `with said as (select n, gen_random_uuid() as who, gen_random_uuid() as pair, i.id as item, i.version, i.campaign_id, i.media_type
				from item i, generate_series(1, 6) n where i.id = '${item}'),
			p as (insert into judged_pair (assignment_id, volunteer_id, campaign_id, media_type, kind, matched, policy, body_hash, server_ms, exposure_ms)
				select pair, who, campaign_id, media_type, 'random', false, 1, sha256(''), 3000, 900 from said)
			insert into judgment (item_id, version, volunteer_id, assignment_id, position, verdict, confidence, training, marks)
			select item, version, who, pair, 'left', (case when n % 3 = 0 then 'real' else 'fake' end)::verdict, 75, false, ${marks} from said`);
		const [[id]] = await sql(database, `insert into dispute (item_id, reason, judgments) values ('${item}', 'max_judgments', 6) returning id`);
		await visit.page.goto("/moderate");
		await visit.at("dispute-link").first().waitFor();
		await visit.page.goto(`/moderate#${id}`);
		await visit.at("claim").waitFor();
		await visit.page.keyboard.press("5");
		await visit.at("blind-scale").waitFor();
		assert.equal(await visit.at("moments").isVisible(), false, "when they pointed is told before the verdict");
		await visit.page.keyboard.press("Enter");
		await visit.at("blocs").waitFor();
		await visit.page.keyboard.press("Escape");
	}

	const choose = async (view, words) => {
		await visit.at(`view-${view}`).click();
		await visit.at("view-says").getByText(words).waitFor();
	};
	const slide = () => visit.page.evaluate(() => Number(document.querySelector("#transport input[type=range]").value) / 500);
	const films = () => visit.page.evaluate(() => [...document.querySelectorAll(".stages video")].map((one) => one.currentTime));
	/** The lightest value of each part of the picture: of the waveforms, and of what lies under them. */
	const light = () => visit.page.evaluate(() => {
		const canvas = document.querySelector("#second canvas"), paint = canvas.getContext("2d");
		const lightest = (top, height) => paint.getImageData(0, top, canvas.width, height).data.reduce((most, value, at) => (at % 4 < 3 ? Math.max(most, value) : most), 0);
		return [lightest(0, 96), lightest(96, 96), lightest(192, canvas.height - 192)];
	});

	test("two sounds are laid over each other, as a picture, in words, and as a table with who pointed when", async () => {
		await openEvidence("media_type = 'audio'");
		await choose("sound_difference", "Both begin together. Both are equally loud. They differ most from");
		assert.ok((await light()).every((one) => one > 90), `too dark: ${await light()}`);
		assert.equal(await visit.page.locator("#second .moment-bars rect").count(), 3);
		await visit.at("sound-table").locator("summary").click();
		const rows = await visit.at("sound-table").locator("tbody tr").evaluateAll((all) => all.map((row) => [...row.children].map((one) => one.textContent)));
		assert.equal(rows.length, 20);
		assert.deepEqual(rows.map((row) => Number(row[5])).filter(Boolean), [2, 2]);
		assert.deepEqual([rows[5].slice(4), rows[10].slice(4)], [["0", "2"], ["2", "2"]]);
		assert.ok(rows.every((row) => row.slice(1, 4).every((one) => /^-?\d+\.\d$/.test(one))), rows.join("; "));
		await visit.shoot("evidence-sounds");
	});

	test("a sound that begins later and is quieter is laid to the other, and the page answers meanwhile", async () => {
		const found = await visit.page.evaluate(async () => {
			const { matchSounds, compareSounds } = await import("/static/js/sound-pair.js");
			const make = (later, gain, seconds) => {
				const buffer = new AudioBuffer({ length: seconds * 48000, sampleRate: 48000 });
				const samples = buffer.getChannelData(0);
				let seed = 1;
				for (let i = 0; i < samples.length; i += 1) {
					const at = i / 48000 - later, beat = Math.floor(at * 7);
					seed = (seed * 16807) % 2147483647;
					samples[i] = gain * ((beat * beat * 31) % 11 < 4 ? 1 : 0.02) * (seed / 1073741824 - 1);
				}
				return buffer;
			};
			const one = make(0, 0.5, 60), other = make(0.3, 0.25, 60);
			let frames = 0, done = false;
			const count = () => { frames += 1; if (!done) requestAnimationFrame(count); };
			count();
			const match = await matchSounds(one, other);
			const sums = { with: 0, without: 0 }, steps = { with: 0, without: 0 };
			for (const [kind, laid] of [["with", match], ["without", { later_s: 0, gains: [1, 1] }]])
				await compareSounds(one, other, laid, 480, (n, differ) => {
					if (differ) {
						sums[kind] += differ.reduce((sum, value) => sum + Math.abs(value), 0) / differ.length;
						steps[kind] += 1;
					}
				});
			done = true;
			const even = new AudioBuffer({ length: 96000, sampleRate: 48000 });
			return { match, frames, with: sums.with / steps.with, without: sums.without / steps.without, even: await matchSounds(even, even) };
		});
		assert.ok(Math.abs(found.match.later_s - 0.3) < 0.011, `it is ${found.match.later_s} s later`);
		assert.ok(Math.abs(found.match.louder_db + 6) < 0.7, `it is ${found.match.louder_db} dB louder`);
		assert.ok(Math.abs(found.match.gains[0] - 0.5) < 0.05 && found.match.gains[1] === 1, `gains ${found.match.gains}`);
		assert.ok(found.with < 0.75 * found.without, `laid together they differ by ${found.with} dB, else by ${found.without} dB`);
		assert.ok(found.frames > 5, `${found.frames} frames were drawn meanwhile`);
		assert.deepEqual([found.even.aligned, found.even.later_s], [false, 0]);
	});

	test("one key turns from a sound to the other at the same moment, and a press of a moment goes there", async () => {
		await openEvidence("media_type = 'audio'");
		await choose("pair", "Both play in step");
		await visit.at("heard").getByText("Heard: A").waitFor();
		await visit.at("second").focus();
		await visit.page.keyboard.press("Space");
		await visit.page.waitForFunction(() => Number(document.querySelector("#transport input[type=range]").value) > 100);
		const before = await slide();
		await visit.page.keyboard.press("b");
		await visit.at("heard").getByText("Heard: B").waitFor();
		assert.ok(await slide() >= before, "it began anew");
		await visit.page.waitForFunction((from) => Number(document.querySelector("#transport input[type=range]").value) / 500 > from, before);
		await visit.page.keyboard.press("Space");
		await visit.at("play").getByText("Play").waitFor();
		await visit.at("moment").nth(1).click();
		assert.ok(Math.abs(await slide() - 1) < 0.02, `it is at ${await slide()} s`);
		const heads = await visit.page.evaluate(() => [...document.querySelectorAll(".stages .head, #moments .head")].map((one) => Number.parseFloat(one.style.left)));
		assert.equal(heads.length, 3);
		assert.ok(heads.every((one) => Math.abs(one - 50) < 1), `heads at ${heads}`);
		await visit.page.keyboard.press("b");
		await visit.at("heard").getByText("Heard: A").waitFor();
	});

	test("when volunteers pointed stands under a film; a key or a press goes there, in both of a pair", async () => {
		await openEvidence("media_type = 'video' and pair = 'film' and truth = 'real'");
		await choose("pair", "as volunteers saw it");
		await visit.page.waitForFunction(() => [...document.querySelectorAll(".stages video")].filter((one) => one.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA).length === 2);
		assert.deepEqual(await visit.at("moment").allTextContents(), ["0.5–0.6 s: 2 fake, 0 real", "1.0–1.1 s: 2 fake, 2 real"]);
		await visit.page.evaluate(() => document.querySelectorAll(".stages video").forEach((one) => one.pause()));
		const { x, y, width, height } = await visit.at("moment-line").boundingBox();
		await visit.page.mouse.click(x + width * 0.75, y + height / 2);
		assert.ok((await films()).every((at) => Math.abs(at - 1.5) < 0.05), `they are at ${await films()}`);
		await visit.page.keyboard.press("j");
		assert.ok((await films()).every((at) => Math.abs(at - 0.5) < 0.05), `they are at ${await films()}`);
		await visit.page.keyboard.press("j");
		assert.ok((await films()).every((at) => Math.abs(at - 1) < 0.05), `they are at ${await films()}`);
		await visit.page.keyboard.press("Shift+J");
		assert.ok((await films()).every((at) => Math.abs(at - 0.5) < 0.05), `they are at ${await films()}`);
		await visit.shoot("evidence-moments");
	});

	test("of a film that nobody pointed in, and of one that is silent, it is said", async () => {
		await openEvidence("media_type = 'video' and pair = 'film' and truth = 'fake'", "null");
		await visit.at("moments").getByText("Nobody pointed at a moment.").waitFor();
		await choose("sound", "This film is silent.");
		await choose("sound_difference", "One of the two is silent.");
	});

	test("the sound of a film is drawn, laid to the other's, and equally loud where both are played", async () => {
		await openEvidence("media_type = 'video' and pair = 'heard'");
		await choose("sound", "The film's sound");
		await visit.page.waitForFunction(() => {
			const canvas = document.querySelector("#second canvas");
			return canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.filter((value, at) => at % 4 < 3 && value > 150).length > 500;
		});
		await choose("sound_difference", /ms (later|sooner)/);
		const ms = Number(/ (\d+) ms/.exec(await visit.at("view-says").innerText())[1]);
		assert.ok(Math.abs(ms - 300) < 25, `${ms} ms`);
		assert.ok((await light()).every((one) => one > 90), `too dark: ${await light()}`);
		await choose("pair", "B turns from the one to the other");
		await visit.page.keyboard.press("b");
		const muted = () => visit.page.evaluate(() => [...document.querySelectorAll(".stages video")].map((one) => one.muted));
		assert.deepEqual(await muted(), [false, true]);
		await visit.page.keyboard.press("b");
		assert.deepEqual(await muted(), [true, false]);
		const volumes = await visit.page.evaluate(() => [...document.querySelectorAll(".stages video")].map((one) => one.volume));
		assert.ok(Math.max(...volumes) === 1, `volumes ${volumes}`);
	});
});
