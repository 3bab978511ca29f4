// SPDX-License-Identifier: Apache-2.0
// outcome.js: what a crowd came to, read from the database and held against the truth.

import { sql, until } from "./place.js";

/** The corpus as a volunteer could recognise it: sha256 of each rendition -> what it is. */
export async function knownItems(database) {
	const rows = await sql(database, "select encode(rendition, 'hex'), id, coalesce(truth::text, ''), lineage, media_type, gold, training from item");
	return new Map(rows.map(([digest, id, truth, lineage, type, gold, training]) =>
		[digest, { id, truth, lineage, type, gold: gold === "t", training: training === "t" }]));
}

/** Waits until the background work has scored everything that was judged. */
export const scored = (database) => until("scoring to catch up", async () => (await sql(database, "select count(*) from score_pending"))[0][0] === "0");

/** A number out of the items that are neither gold nor training: those that the crowd is to label. */
export async function outcome(database) {
	const rows = await sql(database, `select i.state, i.truth, c.p_fake, coalesce(c.judgments, 0), coalesce(c.fake_votes, 0), coalesce(d.reason, '')
		from item i left join consensus c on c.item_id = i.id left join dispute d on d.item_id = i.id and d.state = 'open'
		where not i.gold and not i.training and i.truth is not null order by i.id`);
	const items = rows.map(([state, truth, p, judgments, votes, reason]) => ({ state, fake: truth === "fake", p: p === "" ? 0.5 : Number(p), judgments: Number(judgments), votes: Number(votes), reason }));
	const count = (test) => items.filter(test).length;
	const mean = (value) => items.reduce((sum, one) => sum + value(one), 0) / items.length;
	const right = (one) => one.p >= 0.5 === one.fake;
	const settled = items.filter((one) => one.state === "retired");
	return {
		items: items.length,
		retired: settled.length,
		disputed: count((one) => one.state === "disputed"),
		open: count((one) => one.state === "in_service"),
		/** Sure, and as the source says: what the bound is about. */
		right: count((one) => one.state === "retired" && right(one)),
		/** Sure, and against the source: retired so, or a dispute because of it. */
		wrong: count((one) => one.state === "retired" && !right(one)) + count((one) => one.reason === "crowd_against_provenance"),
		/** Retired, and by what was learned since no longer sure. */
		faded: settled.filter((one) => one.p > 0.03 && one.p < 0.97).length,
		majority_right: count((one) => one.votes * 2 > one.judgments === one.fake),
		judgments_an_item: Number(mean((one) => one.judgments).toFixed(1)),
		brier: Number(mean((one) => (one.p - one.fake) ** 2).toFixed(4)),
		/** Claimed: the mean of the posterior of what it labels; found: how often that is so. */
		claimed: Number(mean((one) => Math.max(one.p, 1 - one.p)).toFixed(3)),
		found: Number((count(right) / items.length).toFixed(3)),
	};
}
