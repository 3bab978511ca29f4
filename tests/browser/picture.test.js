// SPDX-License-Identifier: Apache-2.0
// The picture in the README: a pair of the demo corpus while it is judged. `make screenshot` keeps it in docs/.

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, test } from "node:test";

import { PICTURES, Visit, launch } from "../support/browser.js";
import { CHECKOUT, Place, sql, until } from "../support/place.js";

const DEMO = path.join(CHECKOUT, "var/demo");
/** CC0, so that the picture may be shown anywhere. */
const PAIR = /^(file|image\/coffee-[12]\.jpg),/;
const there = existsSync(path.join(DEMO, "image/coffee-2.jpg"));

describe("the picture for the README", { skip: there ? false : "no demo corpus in var/demo; make run makes it" }, () => {
	let place, database, browser, visit;

	before(async () => {
		place = await Place.open("picture");
		database = await place.database("picture");
		const rows = (await readFile(path.join(DEMO, "manifest.csv"), "utf8")).split("\n").filter((line) => PAIR.test(line));
		const manifest = path.join(place.folder, "pair.csv");
		await writeFile(manifest, `${rows.join("\n").replaceAll("\nimage/", `\n${DEMO}/image/`)}\n`);
		await place.program(database, ["import", manifest, "--allow-outside"]);
		const server = await place.server(database);
		browser = await launch();
		visit = await Visit.open(browser, server.url, { viewport: { width: 1440, height: 860 } });
		await visit.page.goto("/");
		await visit.at("agree").click();
		await visit.at("judging").waitFor();
	});

	after(async () => {
		await browser?.close();
		await place?.close();
	});

	test("shows a pair with both answers and a mark", async () => {
		// A lease is written a moment after it is given.
		const [[left]] = await until("the lease", async () => {
			const rows = await sql(database, "select i.truth from lease l join item i on i.id = l.left_item");
			return rows.length && rows;
		});
		const fake = left === "fake" ? "left" : "right";
		const real = left === "fake" ? "right" : "left";
		await visit.at(`${real}-scale`).locator("[data-step='2']").click();
		await visit.at(`${fake}-scale`).locator("[data-step='6']").click();
		const lens = await visit.at(`${fake}-stage`).locator(".lens").boundingBox();
		await visit.page.mouse.click(lens.x + lens.width * 0.62, lens.y + lens.height * 0.7);
		await visit.at("mark").waitFor();
		await visit.at("tells").getByRole("button", { name: /physics/ }).click();
		await visit.page.mouse.move(5, 400);
		await visit.at("question").focus();
		await visit.page.screenshot({ path: path.join(PICTURES, "judge.png"), caret: "initial", animations: "allow" });
		await visit.look("judge");
		assert.deepEqual({ breaches: visit.breaches, barriers: visit.barriers }, { breaches: [], barriers: [] });
	});
});
