// SPDX-License-Identifier: Apache-2.0
// What files give away, measured on a folder of real media as it is served: ../shared/data/media beside the checkout,
// which is no part of the project; without it this is skipped. docs/media.md shows the table.

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, test } from "node:test";

import { readCsv } from "../support/csv.js";
import { Client, sha256 } from "../support/http.js";
import { CHECKOUT, Place, sql, until } from "../support/place.js";

const MANIFEST = path.resolve(CHECKOUT, "../shared/data/media/manifest.csv");

const there = existsSync(MANIFEST);

/** What is the same for every rendition, by medium: it can give nothing away. */
const SAME = {
	image: ["quantisation", "chroma", "tags"],
	video: ["chroma", "tags", "frame_rate"],
	audio: ["tags"],
};

/** The figures of `touchstone leaks`: { image: { fakes, reals, square: { auc, low, high, warns } | "same" } }. */
function readTable(text) {
	const table = {};
	let medium;
	for (const line of text.split("\n")) {
		const head = /^(\w+): (\d+) fake and (\d+) real/.exec(line);
		const same = /^ {2}(\w+) +the same for all$/.exec(line);
		const figure = /^ {2}(\w+) +([0-9.]+) {2}([0-9.]+) to ([0-9.]+)( {2}LEAK)?/.exec(line);
		if (head)
			medium = table[head[1]] = { fakes: Number(head[2]), reals: Number(head[3]) };
		else if (same)
			medium[same[1]] = "same";
		else if (figure)
			medium[figure[1]] = { auc: Number(figure[2]), low: Number(figure[3]), high: Number(figure[4]), warns: Boolean(figure[5]) };
	}
	return table;
}

/** The share of pairs of a fake and a real number in which the fake one is larger; ties count half. */
function aucOf(fakes, reals) {
	const wins = fakes.flatMap((fake) => reals.map((real) => (fake > real ? 1 : fake === real ? 0.5 : 0)));
	return wins.reduce((sum, win) => sum + win, 0) / wins.length;
}

/** The least milliseconds to the first byte and to the last, of some times that a volunteer fetches a file; and its digest. */
async function timeFetches(volunteer, url) {
	const headers = { cookie: [...volunteer.cookies].map(([name, value]) => `${name}=${value}`).join("; ") };
	const times = [];
	let digest;
	for (let round = 0; round < 5; round++) {
		const began = performance.now();
		const answer = await fetch(new URL(url, volunteer.url), { headers });
		const first = performance.now() - began;
		const bytes = Buffer.from(await answer.arrayBuffer());
		times.push([first, performance.now() - began]);
		digest ??= sha256(bytes);
	}
	return { digest, first: Math.min(...times.map(([first]) => first)), whole: Math.min(...times.map(([, whole]) => whole)) };
}

/** Without the figure that is another each time. */
const untimed = (text) => text.split("\n").filter((line) => !/response_time|of these pass/.test(line)).join("\n");

describe("what real media give away beside their content", { skip: there ? false : `no ${path.relative(CHECKOUT, MANIFEST)}` }, () => {
	let place, database, unmeasured, told, table;

	before(async () => {
		place = await Place.open("leaks");
		unmeasured = await place.imported("unmeasured", MANIFEST);
		database = await place.database("leaks", { copyOf: unmeasured });
		told = (await place.program(database, ["leaks", "default"])).stdout;
		table = readTable(told);
	});

	after(() => place?.close());

	test("all items of known truth are measured", async (t) => {
		t.diagnostic(told);
		const rows = readCsv(await readFile(MANIFEST, "utf8"));
		for (const medium of ["image", "video", "audio"])
			for (const [key, truth] of [["fakes", "fake"], ["reals", "real"]])
				assert.equal(table[medium][key], rows.filter((row) => row.truth === truth && row.file.split("/")[1] === medium).length, `${medium} ${truth}`);
		assert.match(told, /known by their source 35, by a ruling 0, by the crowd 0; not to be read 0/);
	});

	test("what the recipe sets is the same for all", () => {
		for (const [medium, traits] of Object.entries(SAME))
			for (const trait of traits)
				assert.equal(table[medium][trait], "same", `${medium} ${trait}`);
	});

	test("the fakes of this set are square pictures, and the table says so", () => {
		const { square, width } = table.image;
		assert.ok(square.auc > 0.75 && square.low > 0.5 && square.warns, JSON.stringify(square));
		assert.ok(Math.max(width.auc, 1 - width.auc) > 0.6, JSON.stringify(width));
	});

	test("an interval holds its figure, and six films are too few to warn of by chance alone", () => {
		for (const medium of Object.values(table))
			for (const figure of Object.values(medium).filter((one) => one.auc !== undefined))
				assert.ok(figure.low <= figure.auc && figure.auc <= figure.high && figure.low >= 0 && figure.high <= 1, JSON.stringify(figure));
		assert.ok(table.video.duration.high - table.video.duration.low > 0.3);
		assert.deepEqual(Object.values(table.video).filter(({ warns }) => warns), []);
	});

	test("measuring again reads no file and finds the same", async () => {
		const before = await sql(database, "select max(measured_at), count(*) from rendition_trait");
		assert.equal(untimed((await place.program(database, ["leaks", "default"])).stdout), untimed(told));
		assert.deepEqual(await sql(database, "select max(measured_at), count(*) from rendition_trait"), before);
	});

	test("what has few items of a class stays with the operator; moderators are warned of the rest", async () => {
		const server = await place.server(database);
		const moderator = new Client(server.url);
		await moderator.signIn("mo@example.org", await place.account(database, "mo@example.org", "moderator"), "a longer pass phrase");
		const answer = await moderator.get("/api/v1/stats/leaks");
		assert.equal(answer.status, 200);
		assert.deepEqual([...new Set(answer.json.figures.map((one) => one.media_type))], ["image"]);
		assert.ok(answer.json.warnings.some((one) => one.trait === "square" && one.campaign === "default"));
		assert.equal((await new Client(server.url).get("/api/v1/stats/leaks")).status, 401);
		const metric = await until("the metric", async () => /^touchstone_leaks\{campaign="default"\} (\d+)$/m.exec(await (await fetch(`${server.url}/metrics`)).text()));
		assert.equal(Number(metric[1]), answer.json.warnings.length);
	});

	test("how long the server takes is measured from outside", async (t) => {
		const server = await place.server(database);
		const truths = new Map(await sql(database, "select encode(rendition, 'hex'), truth from item where media_type = 'image' and truth is not null"));
		const seen = new Map();
		for (let v = 0; v < 100 && [...truths.keys()].some((digest) => !seen.has(digest)); v++) {
			const volunteer = new Client(server.url);
			await volunteer.post("/volunteers", { consent: true });
			const asked = await volunteer.post("/assignments", { media_type: "image" });
			for (const { media } of asked.json?.items ?? []) {
				const { digest, ...times } = await timeFetches(volunteer, media.url);
				seen.set(digest, seen.get(digest) ?? times);
			}
		}
		const timed = [...seen].filter(([digest]) => truths.has(digest));
		for (const part of ["first", "whole"]) {
			const of = (truth) => timed.filter(([digest]) => truths.get(digest) === truth).map(([, times]) => times[part]);
			t.diagnostic(`time to the ${part === "first" ? "first byte" : "last byte"}: AUC ${aucOf(of("fake"), of("real")).toFixed(2)} of ${timed.length} images, ${of("fake").length} of them fake`);
		}
		assert.ok(timed.length >= 0.8 * truths.size, `${timed.length} of ${truths.size}`);
	});

	test("a server measures what was imported by itself, where there is enough to compare", async () => {
		const other = await place.database("alone", { copyOf: unmeasured });
		await place.server(other);
		await until("a table", async () => (await sql(other, "select count(*) from leak_turn"))[0][0] === "1", { seconds: 90 });
		assert.deepEqual(await sql(other, "select distinct media_type from leak_figure"), [["image"]]);
		assert.deepEqual(await sql(other, "select media_type, fakes + reals, unmeasured from leak_table order by 1"), [["audio", "12", "0"], ["image", "35", "0"], ["video", "6", "0"]]);
	});

	test("cut to one box and window, size and length tell nothing any more", async (t) => {
		const cut = await place.database("cut");
		await place.program(cut, ["campaign", "add", "even", "--box", "256x256", "--window", "0.2-2"]);
		const refused = (await place.program(cut, ["import", "--refused", path.join(place.folder, "refused.csv"), MANIFEST, "--campaign", "even"]).catch((error) => error)).stderr;
		const after = (await place.program(cut, ["leaks", "even"])).stdout;
		t.diagnostic(`${after}\n${refused}`);
		for (const trait of ["width", "height", "aspect", "square"])
			assert.equal(readTable(after).image[trait], "same", trait);
		for (const medium of ["video", "audio"])
			assert.equal(readTable(after)[medium].duration, "same", medium);
		assert.match(refused, /smaller than the campaign's box of 256 x 256 pixels/);
		await assert.rejects(place.program(cut, ["campaign", "add", "even", "--box", "128x128"]), /stays as it was made/);
		await assert.rejects(sql(cut, "update campaign set box_width = 128, box_height = 128 where name = 'even'"), /stays as it was made/);
		await assert.rejects(place.program(cut, ["campaign", "add", "odd", "--box", "255x256"]), /an even number of pixels/);
		for (const box of ["256", "256x", "x256", "256x256x", "-2x256", "99999x99999"])
			await assert.rejects(place.program(cut, ["campaign", "add", "wrong", "--box", box]), ({ code }) => code === 2);
		assert.match((await place.program(cut, ["campaign", "list"])).stdout, /even {2}open.*\n {2}cut to 256 x 256 pixels\n {2}cut to the seconds from 0.20 to 2.00/);
	});

	test("a campaign that is not there, and a wrong call, say so", async () => {
		await assert.rejects(place.program(database, ["leaks", "nobody"]), /There is no campaign of this name/);
		await assert.rejects(place.program(database, ["leaks"]), /usage: touchstone leaks CAMPAIGN/);
		await assert.rejects(place.program(database, ["leaks", "nobody", "1"]), /no such release|There is no/i);
	});
});
