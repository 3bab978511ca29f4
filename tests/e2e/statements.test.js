// SPDX-License-Identifier: Apache-2.0
// Every statement of the server, on a large database and on one of a tenth: none reads a large table from one end to the
// other, and none takes more as the database grows, but those that are named here with the reason.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { Place, sql } from "../support/place.js";
import { UNPLANNED, VALUES, connectionSettings, explain, fillDatabase, readStatements, tablesReadWhole } from "../support/statements.js";

const LARGE = { items: 200_000, pairs: 150_000, volunteers: 10_000 };
const SMALL = { items: 20_000, pairs: 15_000, volunteers: 1_000 };
/** A table of so many pages (of 8 KB) is large. */
const LARGE_PAGES = 400;
/** What a statement may take in the large database: so many times what it takes in the small one, and a few pages more. */
const GROWTH = 3;
const MORE_PAGES = 300;

const FIT = "a full fit reads everything there is";
const account = "filled_id('account', 1)";
const CHECK = "an operator's check of the whole database, at a shell";
const RELEASED = "what was ever released keeps its split, and what ties to it follows";

/** Statements that may read large tables whole, which ones, and why. */
const WHOLE = {
	audit_export: [["audit", "audit_detail"], "an operator writes out a span of the trail, at a shell"],
	audit_verify: [["audit", "audit_detail"], CHECK],
	item_cache_all: [["item", "consensus"], "a server that starts reads all that is in service"],
	consensus_items: [["item", "consensus", "judgment"], FIT],
	consensus_judgments: [["judgment"], FIT],
	consensus_campaigns: [["item"], FIT],
	consensus_networks: [["volunteer_network"], FIT],
	consensus_skips: [["skipped_pair"], FIT],
	item_provenance_again: [["item"], "an operator has every original read again"],
	item_provenance_counts: [["provenance"], CHECK],
	leaks_sample: [["item", "consensus"], "an operator has a whole campaign measured, at a shell"],
	lost_media_files: [["item", "item_version", "release_file"], CHECK],
	media_intake_due: [["item", "item_version", "release_file"], "looks for what names a file, in a note that a crash left"],
	media_store_some: [["item"], "asked once, when a store is bound to a database that knows none"],
	notice_figures: [["notice", "notice_decision"], "a report of all notices that there were, when a moderator asks for it"],
	release_candidates: [["item", "item_split"], RELEASED],
	release_corrections: [["item"], "what became of the items of the release before is counted, and it may hold most"],
	release_crossing: [["item", "item_split"], RELEASED],
	release_leaks: [["item", "release_item"], "a release's leak table is drawn from all of its items, once"],
	release_links: [["item", "item_split"], RELEASED],
	revise_due: [["release_item"], "looks for one item of a release that was not taken down, and mostly ends at the first"],
	revise_take: [["release_item"], "all of a release but what was taken down is listed anew, by a job"],
	rule_is_quick: [["item", "item_split"], "it ends after as many rows as are few"],
	rendering_check: [["item", "judgment"], CHECK],
};

/** Statements that read no table whole, and yet take more where there is more, and why. */
const GROWS = {
	audit_erase: "the values of all that one account did are removed, and it did ten times as much",
	rendering_next: "a hundred items of an older recipe at a time, where the small database has twenty",
	revise_take: "all of a release but what was taken down is listed anew, by a job",
	desk_queues: "all notices that wait are counted, from an index alone",
	campaign_effect_items: "at most ten thousand items of a campaign are decided anew, for an admin who asks what a change does, and a small one has fewer",
	desk_exposure: "an admin has all counted that each moderator judged and ruled",
	account_setting_read: "all that one account judged in eight hours is counted, and here it judged ten times as much",
	opinion_against_rulings: "an admin has all opinions and blind verdicts compared with the rulings in force",
	campaign_released_gold: "all the gold of a closed campaign is looked at, once, by who opens it again",
};

/** The same database for a superuser, who may leave triggers out. */
const asSuperuser = (database) => database.replace(/\buser=touchstone\w*/, "user=postgres");

describe("statements", () => {
	let place, statements, settings, large, small;

	async function filled(name, size) {
		const database = asSuperuser(await place.database(name));
		await fillDatabase(database, size);
		return database;
	}

	before(async () => {
		place = await Place.open("statements");
		statements = (await readStatements()).filter(({ name }) => !UNPLANNED.includes(name));
		settings = await connectionSettings();
		[large, small] = await Promise.all([filled("large", LARGE), filled("small", SMALL)]);
	});

	after(() => place?.close());

	test("it is known of each what it may be given", () => {
		assert.deepEqual(statements.map(({ name }) => name).filter((name) => !VALUES[name]), []);
	});

	for (const kind of ["by_value", "by_key"])
		test(`none reads a large table whole, on a connection ${kind.replace("_", " ")}`, async () => {
			const big = new Set((await sql(large, `select relname from pg_class where relkind = 'r' and relpages >= ${LARGE_PAGES} and relnamespace = 'public'::regnamespace`)).flat());
			assert.ok(["item", "judgment", "judged_pair", "consensus"].every((name) => big.has(name)));
			const wrong = [];
			for (const [name, { plan, error }] of await explain(large, statements, settings[kind])) {
				if (error)
					wrong.push(`${name}: ${error}`);
				else
					for (const table of tablesReadWhole(plan))
						if (big.has(table) && !WHOLE[name]?.[0].includes(table))
							wrong.push(`${name} reads ${table}`);
			}
			assert.deepEqual(wrong, []);
		});

	test("a page of 100,000 entries of the audit trail is found by index, whatever it is filtered by", async () => {
		const [list] = statements.filter(({ name }) => name === "audit_list");
		const nobody = ["NULL", "NULL", "NULL", "NULL", "NULL", "NULL", "51"];
		const filters = { none: {}, actor: { 0: "filled_id('account', 8)::text" }, kind: { 1: "'ruling_made'" }, subject: { 2: "filled_id('item', 40000)::text" },
			time: { 3: "now() - interval '200 days'", 4: "now() - interval '199 days'" }, page: { 5: "50000" }, all: { 0: "filled_id('account', 8)::text", 1: "'ruling_made'", 3: "now() - interval '200 days'" } };
		assert.deepEqual(await sql(large, "select count(*) from audit"), [["100000"]]);
		for (const [by, some] of Object.entries(filters)) {
			const values = { audit_list: nobody.map((none, n) => some[n] ?? none) };
			const found = (await explain(large, [list], settings.by_value, { options: "ANALYZE, BUFFERS", values })).get("audit_list");
			assert.equal(found.error, undefined, by);
			assert.deepEqual([...tablesReadWhole(found.plan)], [], by);
			assert.ok(found.buffers < 1500, `${by}: ${found.buffers} pages`);
		}
	});

	test("a page of 100,000 notices is found by index, whatever it is filtered by", async () => {
		const [list, ofReason] = ["notice_queue_list", "notice_queue_of_reason"].map((wanted) => statements.find(({ name }) => name === wanted));
		assert.deepEqual(await sql(large, "select count(*) from notice"), [["100000"]]);
		const first = ["'open'", "NULL", "NULL", "NULL", "51"], later = ["'open'", "3", "now() - interval '20 days'", "filled_id('notice', 1)", "51"];
		for (const [statement, values] of [[list, first], [list, later], [ofReason, [...first, "'copyright'"]], [ofReason, [...later, "'copyright'"]]]) {
			const found = (await explain(large, [statement], settings.by_value, { options: "ANALYZE, BUFFERS", values: { [statement.name]: values } })).get(statement.name);
			assert.equal(found.error, undefined);
			assert.ok(![...tablesReadWhole(found.plan)].includes("notice"), statement.name);
			assert.ok(found.buffers < 1500, `${statement.name}: ${found.buffers} pages`);
		}
	});

	test("none takes more where there is ten times as much", async (t) => {
		const options = "ANALYZE, BUFFERS";
		const some = statements.filter(({ name }) => !WHOLE[name]);
		const [more, less] = await Promise.all([large, small].map((database) => explain(database, some, settings.by_value, { options })));
		const wrong = [];
		for (const [name, { buffers, error }] of more) {
			const few = less.get(name);
			if (error ?? few.error)
				wrong.push(`${name}: ${error ?? few.error}`);
			else if (buffers > GROWTH * few.buffers + MORE_PAGES && !(name in GROWS))
				wrong.push(`${name} takes ${few.buffers} pages in the small database and ${buffers} in the large one`);
		}
		t.diagnostic([...more].filter(([, one]) => one.buffers > 5000).map(([name, one]) => `${name} ${less.get(name).buffers} ${one.buffers}`).join(", "));
		assert.deepEqual(wrong, []);
	});

	test("a statement is planned for its values, whatever came six times before", async () => {
		const options = "ANALYZE, BUFFERS";
		const some = statements.filter(({ name }) => ["volunteer_results", "dispute_list"].includes(name));
		const account = "filled_id('account', 1)";
		const before = {
			volunteer_results: Array.from({ length: 6 }, (_, n) => [`filled_id('volunteer', ${100 + n})`, "NULL", "NULL", "20"]),
			dispute_list: Array.from({ length: 6 }, () => [account, "'open'", "NULL", "NULL", "NULL", "NULL", "NULL", "NULL", "NULL", "'oldest'", "NULL", "20"]),
		};
		const values = { volunteer_results: VALUES.volunteer_results, dispute_list: [account, "NULL", "now() - interval '90 days'", account, "NULL", "NULL", "NULL", "NULL", "NULL", "'oldest'", "NULL", "20"] };
		const fresh = await explain(large, some, settings.by_value, { options, values });
		for (const kind of ["by_value", "by_key"]) {
			const seventh = await explain(large, some, settings[kind], { options, values, before });
			assert.ok(seventh.get("dispute_list").buffers <= 2 * fresh.get("dispute_list").buffers, kind);
			if (kind === "by_value") // nobody asks for results by key
				assert.ok(seventh.get("volunteer_results").buffers <= 1.2 * fresh.get("volunteer_results").buffers);
		}
	});

	/** Last, with what comes after it: it fills the large database further. */
	test("of 100,000 disputes a page is found by index, however it is sorted and filtered", async (t) => {
		await sql(large, `insert into dispute (item_id, reason, judgments, opened_at)
			select id, (array['max_judgments', 'crowd_against_gold', 'no_partner'])[1 + n % 3], 25, now() - n * interval '1 minute'
			  from (select id, row_number() over (order by id) as n from item i where not exists (select from dispute d where d.item_id = i.id and d.state = 'open')
			         limit 100000) i; select 1`);
		await sql(large, "update dispute set techniques = '{lip_sync}' where state = 'open' and hashtext(id::text) % 5000 = 0; select 1");
		await sql(large, "update dispute set disagreement = abs(hashtext(id::text) % 1000) / 1000.0 where state = 'ruled'; select 1");
		await sql(large, "vacuum analyze dispute; select 1").catch(() => sql(large, "analyze dispute; select 1"));
		const list = statements.find(({ name }) => name === "dispute_list");
		const asked = [account, "'open'", "NULL", "NULL", "NULL", "NULL", "NULL", "NULL", "NULL", "'oldest'", "NULL", "51"];
		const filters = {
			oldest: {}, newest: { 9: "'newest'" }, disagreement: { 9: "'disagreement'" }, page: { 2: "now() - interval '50000 minutes'", 3: account },
			medium: { 4: "'audio'" }, campaign: { 5: "'campaign-20'" }, reason: { 6: "'undisclosed'" }, "a rare reason": { 6: "'crowd_against_ruling'" },
			technique: { 7: "'lip_sync'" }, "second opinions": { 8: "'second_opinion'" }, "passed on": { 8: "'me'" },
			"a reason of a campaign": { 5: "'large'", 6: "'max_judgments'" }, "what few have together": { 4: "'audio'", 5: "'campaign-20'", 6: "'no_partner'" },
			"a page of a reason": { 2: "now() - interval '50000 minutes'", 3: account, 6: "'undisclosed'" },
			"a page of a campaign, newest": { 2: "now() - interval '50000 minutes'", 3: account, 5: "'large'", 9: "'newest'" },
			"disagreement, ruled": { 1: "'ruled'", 9: "'disagreement'" }, "a page of disagreement": { 1: "'ruled'", 3: account, 9: "'disagreement'", 10: "0.5" },
			"disagreement of a campaign": { 1: "NULL", 5: "'large'", 9: "'disagreement'" }, "disagreement of a reason": { 1: "NULL", 6: "'max_judgments'", 9: "'disagreement'" },
			all: { 1: "NULL", 4: "'image'", 5: "'large'", 6: "'max_judgments'", 9: "'newest'" },
		};
		const slow = [];
		for (const [by, some] of Object.entries(filters))
			for (const kind of ["by_value", "by_key"]) {
				const values = { dispute_list: asked.map((none, n) => some[n] ?? none) };
				const found = (await explain(large, [list], settings[kind], { options: "ANALYZE, BUFFERS", runs: 3, values })).get("dispute_list");
				assert.equal(found.error, undefined, `${by}: ${found.error}`);
				assert.deepEqual([...tablesReadWhole(found.plan, { ran: true, partial: ["dispute_waiting"] })].filter((table) => ["dispute", "item", "blind_verdict"].includes(table)), [], by);
				t.diagnostic(`${by}, ${kind}: ${found.time_ms} ms, ${found.buffers} pages`);
				if (found.buffers > 5_000) // some 10 ms where nothing else runs; time itself says little beside other suites
					slow.push(`${by}, ${kind}: ${found.buffers} pages`);
			}
		assert.deepEqual(slow, []);
	});

	test("how many disputes there are is known without counting them", async () => {
		const counting = statements.filter(({ name }) => ["desk_queues", "desk_campaigns", "dispute_counts"].includes(name));
		for (const [name, found] of await explain(large, counting, settings.by_value, { options: "ANALYZE, BUFFERS" })) {
			assert.equal(found.error, undefined, name);
			assert.ok(!tablesReadWhole(found.plan, { ran: true, partial: ["dispute_waiting"] }).has("dispute"), name);
		}
		assert.deepEqual(await sql(large, "select state, sum(disputes) from dispute_count group by 1 order by 1"), await sql(large, "select state, count(*) from dispute group by 1 order by 1"));
	});

	test("the desk looks for every reason that a dispute may have", async () => {
		const [[allowed]] = await sql(large, "select string_agg(m[1], ',' order by m[1]) from pg_constraint, regexp_matches(pg_get_constraintdef(oid), '''([a-z_]+)''::text', 'g') m where conname = 'dispute_reason_check'");
		assert.match(allowed, /^[a-z_]+(,[a-z_]+)+$/);
		assert.deepEqual(await sql(large, "select string_agg(r, ',' order by r) from unnest(dispute_reasons()) r"), [[allowed]]);
	});
});
