// SPDX-License-Identifier: Apache-2.0
// How long what reads much holds its snapshot, which keeps vacuum from its work in every database: no longer than twice what
// COPY of the same rows takes, beside it. Where this runs, nothing else does.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { Place, sql } from "../support/place.js";
import { fillDatabase, psql, readStatements } from "../support/statements.js";

const SIZE = { items: 60_000, pairs: 60_000, volunteers: 3_000 };

describe("snapshots", () => {
	let place, statements, large;

	before(async () => {
		place = await Place.open("snapshots");
		statements = await readStatements();
		large = (await place.database("large")).replace(/\buser=touchstone\w*/, "user=postgres"); // who may leave triggers out
		await fillDatabase(large, SIZE);
	});

	after(() => place?.close());

	/** How long transactions of the program held a snapshot while `work` ran, the longest, in seconds. */
	async function heldWhile(database, work) {
		let longest = 0;
		const state = { ended: false };
		const watch = async () => {
			while (!state.ended) {
				const [[age]] = await sql(database, `select coalesce(max(extract(epoch from clock_timestamp() - xact_start)), 0) from pg_stat_activity
					where datname = current_database() and application_name = 'touchstone' and backend_xmin is not null and backend_xid is null`);
				longest = Math.max(longest, Number(age));
				await new Promise((done) => { setTimeout(done, 20); });
			}
		};
		const watching = watch();
		await work().finally(() => { state.ended = true; });
		await watching;
		return longest;
	}

	/** Seconds for COPY to write the same rows away, all in one snapshot. */
	async function copySeconds(database, names, parameters = {}) {
		const texts = names.map((name) => statements.find((one) => one.name === name).text.replace(/\$(\d+)/g, (_, n) => parameters[name][n - 1]));
		const script = `\\o /dev/null\nBEGIN ISOLATION LEVEL REPEATABLE READ;\n${texts.map((one) => `COPY (${one}) TO STDOUT;`).join("\n")}\nCOMMIT;\n`;
		const began = performance.now();
		const { stderr } = await psql(database, script);
		assert.equal(stderr, "");
		return (performance.now() - began) / 1000;
	}

	/** It holds its snapshot longer than twice what COPY takes, slower of two, and half a second. */
	async function expectShort(t, what, held, copies) {
		t.diagnostic(`${what}: a snapshot was held for ${held.toFixed(2)} s at most; COPY of the same rows took ${copies.map((one) => one.toFixed(2)).join(" and ")} s`);
		assert.ok(held > 0.05, `${what}: no snapshot was seen`);
		assert.ok(held <= 2 * Math.max(...copies) + 0.5, `${what}: ${held} s, and COPY ${copies} s`);
	}

	test("a fit holds its snapshot no longer than twice what COPY of its rows takes", async (t) => {
		const names = ["consensus_folded", "consensus_items", "consensus_judgments"];
		const before = await copySeconds(large, names);
		const held = await heldWhile(large, () => place.program(large, ["score"]));
		await expectShort(t, "a fit", held, [before, await copySeconds(large, names)]);
	});

	test("a release holds its snapshot no longer than twice what COPY of its rows takes", async (t) => {
		await place.program(large, ["store", "adopt"]);
		// Its media are in no store, which is found when all has been read and chosen.
		const held = await heldWhile(large, () => assert.rejects(place.program(large, ["release", "create", "held", "1"]), /A file of the release is not in the store/));
		const [[id, items]] = await sql(large, "select r.id, (select count(*) from release_draft d where d.release_id = r.id) from release r where name = 'held' and version = '1'");
		t.diagnostic(`${items} items`);
		const release = `'${id}'`;
		const all = "(SELECT array_agg(item_id) FROM releasable)";
		const parameters = { release_candidates: [release], release_links: [release], release_crossing: [], release_cut: [release, all, "'{image/jpeg,video/mp4}'", "'{.jpg,.mp4}'"] };
		const copies = [await copySeconds(large, Object.keys(parameters), parameters), await copySeconds(large, Object.keys(parameters), parameters)];
		await expectShort(t, "a release", held, copies);
	});
});
