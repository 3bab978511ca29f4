// SPDX-License-Identifier: Apache-2.0
// attacks.js: the attacks, each a function that plays one on a world and answers what it came to. Attackers know media by
// their bytes, and what is real; where it says so they also know which items are gold, as if scouts had named them before.
// They take what they can get: who may not skip answers truthfully and goes on, who is told to wait waits.

import { outcomeOf, sideGuesses } from "./figures.js";
import { NETWORK, Person, asLongAsAllowed, colludingVisit, crowd, gateOf, honestVisits, honestly, opposite } from "./people.js";
import { pause } from "./world.js";
import { seeded } from "../support/random.js";

const truthfully = ({ truth }) => ({ verdict: truth, confidence: 95 });
const lying = ({ truth }) => ({ verdict: opposite(truth), confidence: 95 });

function shuffled(random, list) {
	const left = [...list];
	return list.map(() => left.splice(Math.floor(random() * left.length), 1)[0]);
}

/** Ordinary items, drawn by chance: what an attacker is after. `among`: their ids. */
function chooseTargets(world, count, random, among) {
	const ordinary = [...world.items.values()].filter(({ kind, id }) => kind === "ordinary" && (!among || among.has(id)));
	return new Set(shuffled(random, ordinary.sort((a, b) => (a.id < b.id ? -1 : 1))).slice(0, count).map(({ id }) => id));
}

/** Watches for the first alarm. Answers a function that ends the watch and tells the seconds until then; null: none. */
function watchAlarms(world, began) {
	const state = { first: null, ended: false };
	const watching = (async () => {
		while (!state.ended && state.first === null) {
			if ((await world.alarms()).length > 0)
				state.first = (Date.now() - began) / 1000;
			await pause(500);
		}
	})();
	return async (longest_s) => {
		// Where nothing could alarm there is nothing to wait for.
		while (world.hasAlarms && state.first === null && (Date.now() - began) / 1000 < longest_s)
			await pause(500);
		state.ended = true;
		await watching;
		return state.first;
	};
}

/** Is a group of volunteers told to the operator, as a cohort? */
const isNamed = (told) => told.some((line) => /cohort/.test(line));

async function resultOf(world, targets, more = {}) {
	await world.scored(1500);
	const all = await world.labels();
	const told = await world.told();
	return {
		targets: outcomeOf(all.filter(({ id }) => targets.has(id))),
		others: outcomeOf(all.filter(({ id }) => !targets.has(id))),
		labels: outcomeOf(all), alarms: await world.alarms(), hasAlarms: world.hasAlarms, told, named: isNamed(told), sides: sideGuesses(world.showings), ...more,
	};
}

const totalOf = (people) => ({ judged: people.reduce((sum, one) => sum + one.judged, 0), skipped: people.reduce((sum, one) => sum + one.skipped, 0) });

/**
 * Judges what is wanted, and skips the rest while it may; what it may not skip it answers by `besides`, and goes on.
 * @param {object} plan { wanted(item), answer(item), besides(item), ended() }
 */
async function pick(person, { wanted, answer, besides = truthfully, ended }) {
	while (Date.now() < person.until && !ended()) {
		const pair = await person.next();
		if (!pair)
			return;
		const has = pair.shown.some(({ item }) => wanted(item));
		if (pair.training || has)
			await person.judge(pair, pair.training ? truthfully : answer);
		else if (pair.again || !await person.skip(pair))
			await person.judge(pair, besides);
	}
}

/** Bots of one network who skip until a target is there, lie on it, and answer truthfully beside it. */
async function pickers(world, { bots, targets, seconds }) {
	const until = Date.now() + seconds * 1000;
	const people = Array.from({ length: bots }, (_, n) => new Person(world, { address: NETWORK.one(n), until, patience_s: 5, side: "attack" }));
	const states = { done: false };
	const watch = (async () => {
		while (!states.done && Date.now() < until) {
			await pause(1000);
			const left = (await world.labels()).filter(({ id, state }) => targets.has(id) && state === "in_service");
			states.done ||= left.length === 0;
		}
	})();
	await Promise.all(people.map((person) => asLongAsAllowed(async () => {
		await person.enter();
		await pick(person, { wanted: ({ id }) => targets.has(id), answer: (item) => (targets.has(item.id) ? lying : truthfully)(item), ended: () => states.done });
	})));
	states.done = true;
	await watch;
	return totalOf(people);
}

/** 1. Six bots of one network choose twelve targets by skipping. */
export async function pickTargets(world, { seed, bots = 6, count = 12, seconds = 120, alarm_wait_s = 120 }) {
	const targets = chooseTargets(world, count, seeded(seed));
	const began = Date.now();
	const alarmed = watchAlarms(world, began);
	const effort = await pickers(world, { bots, targets, seconds });
	const took_s = (Date.now() - began) / 1000;
	const alarm_s = await alarmed(alarm_wait_s);
	return resultOf(world, targets, { effort, took_s, alarm_s });
}

/** The same when an honest crowd was there before, on targets that are still open. */
export async function pickAfterHonest(world, { seed, bots = 10, count = 10, honest = 60, seconds = 100 }) {
	await crowd(honestVisits(world, { count: honest, seed }));
	await world.scored(1000);
	const open = new Set((await world.labels()).filter(({ state }) => state === "in_service").map(({ id }) => id));
	const targets = chooseTargets(world, count, seeded(seed), open);
	const began = Date.now();
	const effort = await pickers(world, { bots, targets, seconds });
	return resultOf(world, targets, { effort, took_s: (Date.now() - began) / 1000 });
}

/** 2. Twelve newcomers of one network, alone, who answer gold rightly and lie on everything else. Gold is known to them. */
export async function newcomersDecide(world, { bots = 12, seconds = 100 }) {
	const until = Date.now() + seconds * 1000;
	const began = Date.now();
	const people = Array.from({ length: bots }, (_, n) => new Person(world, { address: NETWORK.one(n), until, patience_s: 5, side: "attack" }));
	await Promise.all(people.map((person) => asLongAsAllowed(async () => {
		await person.enter();
		for (let pair; Date.now() < until && (pair = await person.next());)
			await person.judge(pair, (item) => (item.kind === "ordinary" ? lying : truthfully)(item));
	})));
	const targets = new Set([...world.items.values()].filter(({ kind }) => kind === "ordinary").map(({ id }) => id));
	return resultOf(world, targets, { effort: totalOf(people), took_s: (Date.now() - began) / 1000 });
}

/**
 * 3. Wrong on gold and true elsewhere, of one network, between two honest crowds. Gold is known to them. They skip pairs without
 * gold until they are known as worse than chance, so that what they say truthfully from then on is turned round.
 */
export async function wrongOnGold(world, { seed, bots = 18, honest = 60, after = 100, seconds = 150, known = 12 }) {
	await crowd(honestVisits(world, { count: honest, seed }));
	const until = Date.now() + seconds * 1000;
	const began = Date.now();
	const people = Array.from({ length: bots }, (_, n) => new Person(world, { address: NETWORK.one(n), until, patience_s: 5, side: "attack" }));
	await Promise.all(people.map((person) => asLongAsAllowed(async () => {
		await person.enter();
		await pick(person, { wanted: ({ kind }) => kind === "gold" || person.judged >= known, answer: (item) => (item.kind === "gold" ? lying : truthfully)(item), ended: () => false });
	})));
	const took_s = (Date.now() - began) / 1000;
	const targets = new Set([...world.items.values()].filter(({ kind }) => kind === "ordinary").map(({ id }) => id));
	const before = await resultOf(world, targets);
	await crowd(honestVisits(world, { count: after, first: honest, seed }));
	return resultOf(world, targets, { effort: totalOf(people), took_s, before: before.labels, alarms: [...new Set([...before.alarms, ...await world.alarms()])] });
}

/**
 * 4. Scouts of several networks, which know nothing of each other, skip to the end and note what was shown when.
 * Answers for each network a table: of every item whether it is gold, and scores by which somebody could tell.
 */
export async function nameGold(world, { networks = 4, scouts = 6, seconds = 110 }) {
	const until = Date.now() + seconds * 1000;
	const began = Date.now();
	const people = Array.from({ length: networks * scouts }, (_, n) => new Person(world, { address: `203.0.${100 + n % networks}.${1 + n}`, until, patience_s: 5, side: "attack" }));
	await Promise.all(people.map((person) => asLongAsAllowed(async () => {
		await person.enter();
		await pick(person, { wanted: () => false, answer: truthfully, ended: () => false });
	})));
	const tables = Array.from({ length: networks }, (_, network) => scoresOf(world, people.filter((_one, n) => n % networks === network)));
	return resultOf(world, new Set(), { effort: totalOf(people), took_s: (Date.now() - began) / 1000, tables });
}

/** What one network saw, as scores of each item, larger or smaller for gold. Null: it never met the item. */
function scoresOf(world, people) {
	const seen = new Map([...world.items.values()].filter(({ kind }) => kind !== "training").map(({ id, kind }) => [id, { gold: kind === "gold", times: 0, first: 0, early: 0, tail: 0, places: 0 }]));
	for (const person of people) {
		const walk = world.showings.filter((showing) => showing.person === person && !showing.training);
		walk.forEach(({ shown }, at) => {
			for (const one of shown.map(({ item }) => seen.get(item.id)).filter(Boolean)) {
				one.times += 1;
				one.first += at < 15 ? 1 : 0; // pairs of each scout
				one.early += at < 40 ? 1 : 0;
				one.tail += at >= walk.length * 0.85 ? 1 : 0;
				one.places += at / walk.length;
			}
		});
	}
	return [...seen.values()].map((one) => {
		const told = { often: one.times, among_the_first: one.first, early: one.early, at_the_end: one.tail, late: one.places / one.times };
		return { gold: one.gold, ...Object.fromEntries(Object.entries(told).map(([name, score]) => [name, one.times === 0 ? null : score])) };
	});
}

/** 6. How many volunteers one IPv6 /48 makes at once: each of its homes (/56) asks until it is refused. Eight homes' budgets are all that it has. */
export async function cheapNewcomers(world, { networks = 256, each = 24 }) {
	const began = Date.now();
	let made = 0;
	await crowd(Array.from({ length: networks }, (_, n) => async () => {
		const person = new Person(world, { address: `2001:db8:1:${(n << 8).toString(16)}::7`, patience_s: 0 });
		for (let k = 0; k < each; k++) {
			await person.enter();
			made += 1;
		}
	}), 12);
	return resultOf(world, new Set(), { made, took_s: (Date.now() - began) / 1000 });
}

/** How colluders answer, each made for one: what is not said they answer as honest people of common skill. */
const COLLUDE = {
	/** Lies on targets, always. */
	plainly: (world, random, targets) => {
		const besides = honestly(random);
		return (item) => (targets.has(item.id) ? lying(item) : besides(item));
	},
	/** Lies on targets two times in three, and says how sure as others do. */
	mixed: (world, random, targets) => {
		const besides = honestly(random);
		return (item) => (targets.has(item.id) && random() < 2 / 3 ? { verdict: opposite(item.truth), confidence: random() < 0.5 ? 75 : 95 } : besides(item));
	},
	/** Never wrong on gold, which is known to them, better than most elsewhere. */
	excellent: (world, random, targets) => {
		const besides = honestly(random, 19, 1);
		return (item) => (targets.has(item.id) ? lying(item) : item.kind === "gold" ? truthfully(item) : besides(item));
	},
};

/**
 * Colluders among an honest crowd, from many networks, who take what comes. `share` of the volunteers; `activity`, as many
 * times an honest one's pairs.
 */
export async function collude(world, { seed, share, how = "plainly", activity = 1, volunteers = 90, count = 60 }) {
	const random = seeded(seed);
	const targets = chooseTargets(world, count, random);
	const gate = gateOf(world);
	const colluders = Math.round(share * volunteers);
	const bad = Array.from({ length: colluders }, (_, n) => {
		const own = seeded(seed * 7919 + n);
		return colludingVisit(world, { address: NETWORK.attacker(n), pairs: 16 * activity, answer: COLLUDE[how](world, own, targets), random: own, gate });
	});
	const began = Date.now();
	await crowd(shuffled(random, [...honestVisits(world, { count: volunteers - colluders, seed, gate }), ...bad]));
	return resultOf(world, targets, { took_s: (Date.now() - began) / 1000 });
}

/** 7. Slow drip: each day a few bots of one network come back, judge what comes, skip twice, and lie on the targets alone. */
export async function drip(world, { seed, share, days = 6, honest = 15, count = 12 }) {
	const random = seeded(seed);
	const targets = chooseTargets(world, count, random);
	const bots = Math.max(1, Math.round(share / (1 - share) * honest * days));
	const people = Array.from({ length: bots }, (_, n) => new Person(world, { address: NETWORK.one(n), patience_s: 5, side: "attack" }));
	const answers = people.map((_, n) => COLLUDE.plainly(world, seeded(seed * 7919 + n), targets));
	const began = Date.now();
	for (let day = 0; day < days; day++) {
		if (day > 0)
			await world.passDay();
		const gate = gateOf(world);
		const visits = people.map((person, n) => async () => {
			if (!person.cookie)
				await person.enter();
			const enough = person.judged + 8;
			let free = 2;
			for (let pair; person.judged < enough && (pair = (await gate(), await person.next()));)
				if (pair.training || pair.again || pair.shown.some(({ item }) => targets.has(item.id)) || free-- <= 0 || !await person.skip(pair, "cannot_load"))
					await person.judge(pair, pair.training ? truthfully : answers[n]);
		});
		await crowd(shuffled(random, [...honestVisits(world, { count: honest, first: day * honest, seed, gate }), ...visits]));
	}
	return resultOf(world, targets, { effort: totalOf(people), took_s: (Date.now() - began) / 1000 });
}

/** 9. Erasure and return: who has judged the targets that came is erased, and comes back as somebody else. */
export async function eraseAndReturn(world, { seed, bots = 6, count = 12, lives = 4, seconds = 150 }) {
	const targets = chooseTargets(world, count, seeded(seed));
	const until = Date.now() + seconds * 1000;
	const began = Date.now();
	const people = [];
	await Promise.all(Array.from({ length: bots }, (_, n) => asLongAsAllowed(async () => {
		for (let life = 0; life < lives && Date.now() < until; life++) {
			const person = new Person(world, { address: NETWORK.one(n), until, patience_s: 5, side: "attack" });
			people.push(person);
			await person.enter();
			let met = 0;
			await pick(person, { wanted: ({ id }) => targets.has(id), answer: (item) => { met += targets.has(item.id) ? 1 : 0; return (targets.has(item.id) ? lying : truthfully)(item); }, ended: () => met >= 3 });
			await person.leave();
		}
	})));
	return resultOf(world, targets, { effort: totalOf(people), took_s: (Date.now() - began) / 1000 });
}

/** Nobody attacks: what an item costs, how many labels are wrong, and who is alarmed. Honest people come until nothing is left. */
export async function honestControl(world, { seed, most = 160 }) {
	const gate = gateOf(world);
	let came = 0;
	const began = Date.now();
	while (came < most && (came === 0 || (await world.labels()).some(({ state }) => state === "in_service"))) {
		await crowd(honestVisits(world, { count: 20, first: came, seed, gate }));
		came += 20;
		await world.scored();
	}
	return resultOf(world, new Set(), { came, took_s: (Date.now() - began) / 1000 });
}

