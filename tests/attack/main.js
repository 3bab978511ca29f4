// SPDX-License-Identifier: Apache-2.0
// main.js: plays all attacks, some at a time, and prints what each came to beside what it may come to (targets.js). scripts/attack
// starts PostgreSQL and says in the environment where it is. The environment may also set:
//   ATTACK_SEEDS (1)     how often each attack is played, each time with another seed
//   ATTACK_MINUTES (14)  what has not begun by then is left out, and said so
//   ATTACK_JOBS (3)      how many servers run side by side
// Seeds settle who comes, their skills and answers, and the targets; which pairs a server hands out is its own chance.
// usage: main.js [NAME...]   all, or those whose names begin so

import { Place } from "../support/place.js";
import * as attacks from "./attacks.js";
import { importCorpus } from "./corpus.js";
import { combine, goldRow, rowOf, sidesRows, table } from "./table.js";
import { LIMIT } from "./targets.js";
import { World } from "./world.js";

const SEEDS = Number(process.env.ATTACK_SEEDS ?? 1);
const MINUTES = Number(process.env.ATTACK_MINUTES ?? 14);
const JOBS = Number(process.env.ATTACK_JOBS ?? 3);

const SHARES = [0.05, 0.1, 0.2];
const shares = (name, words, play, limits = {}) => SHARES.map((share) => ({ name: `${name} ${share * 100}`, words: `${words}, ${share * 100} % of volunteers`, play, options: { share }, limit: limits[share] }));
const colluding = (how) => (world, options) => attacks.collude(world, { how, ...options });

/** Those that wait for budgets come first, so that what is busy runs beside them. */
const PLAYED = [
	{ name: "wrong on gold", words: "18 of one network wrong on gold, true elsewhere; 60 honest before, 100 after", play: attacks.wrongOnGold, limit: LIMIT.goldWrong },
	{ name: "gold", words: "gold named by 6 scouts a network", play: attacks.nameGold, limit: LIMIT.goldNaming, row: goldRow },
	{ name: "pick", words: "6 bots of one network pick 12 targets", play: attacks.pickTargets, limit: LIMIT.pick },
	{ name: "honest", words: "nobody attacks", play: attacks.honestControl, limit: LIMIT.honest },
	{ name: "random 10", words: "colluders, 10 % of volunteers", play: colluding("plainly"), options: { share: 0.1 }, limit: LIMIT.random10 },
	{ name: "pick late", words: "10 bots of one network, 10 targets, after 60 honest", play: attacks.pickAfterHonest, limit: LIMIT.pickLate },
	{ name: "newcomers", words: "12 bots of one network, whole corpus", play: attacks.newcomersDecide, limit: LIMIT.newcomers },
	{ name: "random 20", words: "colluders, 20 % of volunteers", play: colluding("plainly"), options: { share: 0.2 }, limit: LIMIT.random20 },
	{ name: "active 10", words: "colluders with 3 times the activity, 10 % of volunteers", play: colluding("plainly"), options: { share: 0.1, activity: 3 }, limit: LIMIT.active },
	{ name: "cheap", words: "volunteers from one IPv6 /48 at once", play: attacks.cheapNewcomers, limit: LIMIT.cheap },
	{ name: "erasure", words: "6 bots of one network, erased and back, 12 targets", play: attacks.eraseAndReturn, limit: LIMIT.pickLate },
	{ name: "random 5", words: "colluders, 5 % of volunteers", play: colluding("plainly"), options: { share: 0.05 } },
	...shares("excellent", "colluders who are excellent on gold", colluding("excellent")),
	...shares("mixed", "colluders who lie two times in three", colluding("mixed")),
	...shares("drip", "slow drip of one network, 6 days, 12 targets", attacks.drip),
];

const began = Date.now();
const chosen = PLAYED.filter(({ name }) => process.argv.length <= 2 || process.argv.slice(2).some((one) => name.startsWith(one)));
const place = await Place.open("attack");
const results = new Map(chosen.map((attack) => [attack, []]));
const left = [];
try {
	const corpus = await importCorpus(place);
	const waiting = Array.from({ length: SEEDS }, (_, at) => chosen.map((attack) => ({ attack, seed: at + 1 }))).flat();
	await Promise.all(Array.from({ length: JOBS }, async () => {
		for (let job; (job = waiting.shift());) {
			const { attack, seed } = job;
			if (Date.now() - began > MINUTES * 60_000) {
				left.push(`${attack.name}, seed ${seed}`);
				continue;
			}
			const from = Date.now();
			const world = await World.open(place, corpus, `${attack.name} ${seed}`);
			const result = await attack.play(world, { seed, ...attack.options }).finally(() => world.close());
			results.get(attack).push({ ...result, seed });
			console.error(`${attack.name}, seed ${seed}: ${Math.round((Date.now() - from) / 1000)} s; ${JSON.stringify({ ...result, tables: undefined, sides: undefined })}`);
		}
	}));
	const rows = [...results].filter(([, of]) => of.length > 0).map(([attack, of]) => (attack.row ?? rowOf)(attack, of));
	console.log(table([...rows, ...sidesRows(combine([...results.values()].flat()))]));
	console.log(`\n${[...results.values()].flat().length} attacks in ${Math.round((Date.now() - began) / 1000)} s. Not played, because ${MINUTES} minutes were over: ${left.length === 0 ? "none" : left.join("; ")}.`);
} finally {
	await place.close();
}
