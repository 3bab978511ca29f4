// SPDX-License-Identifier: Apache-2.0
// What the page of a release says of what changed since the version before, on a phone and on a desktop.

import assert from "node:assert/strict";
import path from "node:path";
import { after, afterEach, before, describe, test } from "node:test";

import { DESKTOP, PHONE, Visit, launch } from "../support/browser.js";
import { makeCorpus } from "../support/corpus.js";
import { Place, sql } from "../support/place.js";

describe("what changed since the version before", () => {
	let place, database, server, browser, visit;

	const release = (version) => place.program(database, ["release", "create", "faces", version]);
	const edit = (what, item, ...words) => place.program(database, ["item", what, item, ...words, "--reason", "a test"]);

	before(async () => {
		place = await Place.open("changes");
		const { main } = await makeCorpus(path.join(place.folder, "corpus"), { practice: 2, pictures: 8 });
		database = await place.imported("changes", main);
		await sql(database, "update item set gold = truth is not null and not training, basis = 'dataset_label' where true");
		await place.program(database, ["campaign", "close", "default"]);
		await release("1.0.0");
		// Alone in their lineages, so that nothing else changes with them.
		const alone = await sql(database, `select item_id, label from release_item r join item i on i.id = item_id
			where (select count(*) from item o where o.lineage = i.lineage) = 1 order by item_id limit 4`);
		const [[gone], [turned, label], [credited], [credited_too]] = alone;
		await edit("withdraw", gone);
		await edit("edit", turned, `truth=${label === "fake" ? "real" : "fake"}`);
		await edit("edit", credited, "credit=Ada <b>Lovelace</b>");
		await edit("edit", credited_too, "licence=CC-BY-SA-4.0");
		await release("2.0.0");
		await release("2.0.1");
		server = await place.server(database);
		browser = await launch();
		visit = await Visit.open(browser, server.url, {});
	});
	after(async () => {
		await browser?.close();
		await place?.close();
	});
	afterEach(() => {
		assert.deepEqual({ breaches: visit.breaches.splice(0), barriers: visit.barriers.splice(0) }, { breaches: [], barriers: [] });
	});

	const shown = () => visit.at("release-changes");

	async function open(version) {
		await visit.page.goto(`/data#faces/${version}`);
		await visit.page.getByRole("heading", { name: `faces ${version}`, level: 1 }).waitFor();
		await visit.at("release-files").waitFor();
	}

	test("each kind of change is counted with its reasons, and what did not happen is not named", async () => {
		await open("2.0.0");
		await visit.shoot("release-changes", { whole: true });
		for (const size of [PHONE, DESKTOP]) {
			await visit.page.setViewportSize(size);
			assert.equal(await shown().getByRole("heading").textContent(), "What changed");
			const kinds = await shown().locator("[data-change]").evaluateAll((all) => all.map((one) => [one.dataset.change, one.textContent.replaceAll(/\s+/g, " ").trim()]));
			assert.deepEqual(Object.fromEntries(kinds), {
				removed: "1 removed taken out of service 1",
				relabelled: "1 with another label truth set or corrected 1",
				described: "2 described otherwise corrected 2",
			});
			assert.ok(await shown().isVisible());
		}
	});

	test("it leads to the version before, and to the files that tell all of it", async () => {
		await open("2.0.0");
		for (const file of ["CHANGELOG.md", "changes.csv"]) {
			const answer = await fetch(new URL(await shown().getByRole("link", { name: file }).getAttribute("href"), server.url));
			assert.equal(answer.status, 200);
			assert.match(await answer.text(), /relabelled/);
		}
		await shown().getByRole("link", { name: "faces 1.0.0" }).click();
		await visit.page.getByRole("heading", { name: "faces 1.0.0", level: 1 }).waitFor();
		assert.ok(visit.page.url().endsWith("#faces/1.0.0"));
	});

	test("of a version that changes no item it says so, and of the first there is nothing to say", async () => {
		await open("2.0.1");
		await shown().getByText("No item.").waitFor();
		assert.equal(await shown().locator("li").count(), 0);
		await shown().getByRole("link", { name: "faces 2.0.0" }).waitFor();
		await visit.shoot("release-changes-none");
		await open("1.0.0");
		assert.equal(await shown().count(), 0);
	});
});
