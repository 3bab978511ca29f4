// SPDX-License-Identifier: Apache-2.0
// The attack in small: six bots of one network skip until one of twelve targets is there, and lie on it; and an honest crowd
// beside that, on a server of its own. `make attack` plays all of them. Whether the limits are asserted is ENFORCED of targets.js.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { Place } from "../support/place.js";
import { honestControl, pickTargets } from "./attacks.js";
import { importCorpus } from "./corpus.js";
import { auc, meanAuc, share, sideGuesses, wilson } from "./figures.js";
import { ENFORCED, SHORT } from "./targets.js";
import { World } from "./world.js";

describe("an attack in small", { concurrency: 2 }, () => {
	let place, corpus;

	before(async () => {
		place = await Place.open("attack");
		corpus = await importCorpus(place, SHORT.corpus);
	});

	after(() => place?.close());

	async function play(name, attack, options) {
		const world = await World.open(place, corpus, name);
		try {
			return await attack(world, { seed: 1, ...options });
		} finally {
			await world.close();
		}
	}

	/** Tells the result, and holds the server to the limit when that is asked for. */
	function hold(t, limit, result, what) {
		const held = limit.held(result);
		t.diagnostic(`${what}; alarms: ${result.alarms.join(", ") || "none"}; at most ${limit.words}: ${held ? "held" : "NOT HELD"}${ENFORCED ? "" : ", not enforced yet"}`);
		if (ENFORCED)
			assert.ok(held, `${what}, and not: ${limit.words}`);
	}

	test("six bots of one network turn none of twelve targets that they pick by skipping", { timeout: 120_000 }, async (t) => {
		const result = await play("pick", pickTargets, { bots: 6, count: 12, seconds: 22, alarm_wait_s: 25 });
		const { targets, effort } = result;
		assert.ok(effort.judged > 0, "the bots were given nothing to judge");
		assert.equal(targets.items, 12);
		hold(t, SHORT.pick, result, `labels flipped: ${share(targets.wrong, 12)}; retired wrong: ${targets.retiredWrong}; ${effort.judged} pairs judged, ${effort.skipped} skipped`);
	});

	test("an honest crowd settles its items at about the former price, and alarms nobody", { timeout: 120_000 }, async (t) => {
		const result = await play("honest", honestControl, { most: 80 });
		const { labels, came } = result;
		assert.ok(labels.judgments > 0, "the crowd judged nothing");
		hold(t, SHORT.honest, result, `${labels.judgments.toFixed(2)} judgments an item, ${labels.retired} of ${labels.items} retired, ${labels.retiredWrong} of them wrong, ${came} people came`);
	});
});

describe("the figures of attacks", () => {
	test("an AUC is the chance that gold has the larger score, and ties count half", () => {
		assert.equal(auc([2, 3], [0, 1]), 1);
		assert.equal(auc([0], [1]), 0);
		assert.equal(auc([1, 1], [1, 1, 1]), 0.5);
		assert.equal(auc([1, 3], [0, 2]), 0.75);
	});

	test("scores that tell nothing have an AUC whose interval holds a half", () => {
		const rows = Array.from({ length: 120 }, (_, n) => [n % 4 === 0, n * 7919 % 101]);
		const { auc: middle, low, high } = meanAuc([rows, rows]);
		assert.ok(low < 0.5 && high > 0.5 && low <= middle && middle <= high, `${low} ${middle} ${high}`);
	});

	test("an interval holds its share, and gets narrower", () => {
		const [low, high] = wilson(4, 60);
		assert.ok(low < 4 / 60 && high > 4 / 60);
		assert.ok(wilson(40, 600)[1] < high);
	});

	test("a side that always follows from those before is guessed", () => {
		const person = {};
		const pair = (side, training = false) => ({ person, training, shown: [{ position: side, item: { truth: "fake", kind: training ? "training" : "ordinary" } }, { position: side === "left" ? "right" : "left", item: { truth: "real", kind: "ordinary" } }] });
		const { history, known, practice } = sideGuesses([pair("left", true), pair("right"), pair("left"), pair("right")]);
		assert.deepEqual({ history, known, practice }, { history: { right: 2, of: 2 }, known: { right: 2, of: 3 }, practice: { right: 1, of: 1 } });
	});
});
