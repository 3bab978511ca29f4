// SPDX-License-Identifier: Apache-2.0
// people.js: who comes to the server. A person has an address and a cookie, sees media and knows them by their bytes, and
// waits when told to wait, as long as patience goes.

import { seeded } from "../support/random.js";
import { pause } from "./world.js";

/** How sure people say they are, as in support/crowd.js. */
const SURE = { right: [[95, 0.35], [75, 0.4], [60, 0.25]], wrong: [[95, 0.12], [75, 0.33], [60, 0.55]] };

export const opposite = (truth) => (truth === "fake" ? "real" : "fake");

/** Gamma of any shape of 1 or more (Marsaglia & Tsang 2000). */
function gamma(random, shape) {
	const d = shape - 1 / 3;
	const c = 1 / Math.sqrt(9 * d);
	for (;;) {
		const x = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
		const v = (1 + c * x) ** 3;
		if (v > 0 && Math.log(1 - random()) < x * x / 2 + d - d * v + d * Math.log(v))
			return d * v;
	}
}

export function skill(random, a = 7.2, b = 2.8) {
	const x = gamma(random, a);
	return x / (x + gamma(random, b));
}

function sure(random, right) {
	let at = random();
	for (const [confidence, share] of SURE[right ? "right" : "wrong"])
		if ((at -= share) < 0)
			return confidence;
	return 60;
}

/** Somebody who tries: right as often as their skill for real and for fake ones says. */
export function honestly(random, a, b) {
	const of = { fake: skill(random, a, b), real: skill(random, a, b) };
	return ({ truth }) => {
		const right = random() < of[truth];
		return { verdict: right ? truth : opposite(truth), confidence: sure(random, right) };
	};
}

/** Networks, by number: of people at home, of operators whose customers share an address, of attackers. */
export const NETWORK = {
	home: (n) => `10.${n >> 8 & 255}.${n & 255}.7`,
	operator: (n) => `100.64.${n & 255}.9`,
	attacker: (n) => `172.${16 + (n >> 8 & 15)}.${n & 255}.5`,
	/** Hosts of one /24. */
	one: (host) => `203.0.113.${1 + host % 250}`,
};

/** Told to wait for longer than they will, or refused. */
export class Refused extends Error {}

export class Person {
	/** @param {object} options { address, until: when they go, ms, patience_s: the longest wait that they accept at once } */
	constructor(world, { address, until, patience_s = 30, side = "honest" }) {
		Object.assign(this, { world, address, until: until ?? Infinity, patience_s, side, judged: 0, skipped: 0, seen: 0 });
	}

	/** Asks as often as told to wait and come again. */
	async call(method, path, body) {
		for (;;) {
			const answer = await this.world.call(method, path, { address: this.address, cookie: this.cookie, body });
			if (answer.status !== 429 && answer.status !== 503)
				return answer;
			this.world.held += 1;
			const wait_s = Number(answer.headers["retry-after"] ?? 1);
			if (wait_s > this.patience_s || Date.now() + wait_s * 1000 > this.until)
				throw new Refused(`${path}: ${answer.status}, come again in ${wait_s} s`);
			await pause(wait_s * 1000);
		}
	}

	async post(path, body, ...expected) {
		const answer = await this.call("POST", `/api/v1${path}`, body);
		if (!expected.includes(answer.status)) {
			this.world.refused += 1;
			throw new Refused(`POST ${path}: ${answer.status} ${answer.bytes}`);
		}
		return answer;
	}

	/** Consents, and has a cookie from then on. */
	async enter() {
		this.cookie = undefined;
		const { headers, json } = await this.post("/volunteers", { consent: true }, 201);
		this.cookie = headers["set-cookie"][0].split(";")[0];
		this.id = json.volunteer;
	}

	/** The next pair, looked at: { token, training, shown: [{ position, item }], again: it was shown before }; null: nothing is left. */
	async next() {
		let answer;
		while ((answer = await this.post("/assignments", {}, 200, 201, 204)).status === 204) {
			const wait_s = Number(answer.headers["retry-after"] ?? 0);
			if (!wait_s || wait_s > this.patience_s || Date.now() + wait_s * 1000 > this.until)
				return null;
			await pause(wait_s * 1000);
		}
		const { assignment, items, training } = answer.json;
		const shown = await Promise.all(items.map(async ({ position, media }) => {
			const { status, bytes } = await this.call("GET", media.url);
			if (status !== 200)
				throw new Refused(`GET a medium: ${status}`);
			return { position, item: this.world.recognise(bytes) };
		}));
		const key = shown.map(({ item }) => item.id).sort().join();
		const pair = { token: assignment, training: training === true, shown, again: key === this.last };
		this.last = key;
		this.seen += 1;
		this.world.showings.push({ person: this, training: pair.training, shown });
		return pair;
	}

	/** @param {(item) => { verdict, confidence }} answer */
	async judge(pair, answer) {
		const judgments = pair.shown.map(({ position, item }) => ({ position, ...answer(item) }));
		await this.post("/judgments", { assignment: pair.token, judgments, response_ms: 4200, exposure_ms: 3900 }, 201);
		this.judged += 1;
	}

	/** False: this one may not be skipped, or not now. */
	async skip(pair, reason = "other") {
		const answer = await this.world.call("POST", "/api/v1/skips", { address: this.address, cookie: this.cookie, body: { assignment: pair.token, reason } });
		if (answer.status === 204) {
			this.skipped += 1;
			return true;
		}
		// The common budget of writes: a second later there is room again.
		if (answer.status === 429 && Number(answer.headers["retry-after"] ?? 99) <= 1 && Date.now() + 1000 < this.until) {
			await pause(1000);
			return this.skip(pair, reason);
		}
		return false;
	}

	/** Is erased. */
	async leave() {
		await this.call("DELETE", "/api/v1/me");
		this.cookie = undefined;
	}
}

/** Runs what may be refused; being turned away ends it, and is no error. */
export async function asLongAsAllowed(what) {
	try {
		await what();
		return null;
	} catch (error) {
		if (!(error instanceof Refused))
			throw error;
		return error.message;
	}
}

/**
 * A visit: so many pairs, and now and then one that is skipped. Waits at the gate, so that the crowd is never far ahead of
 * the scoring: a crowd of days is played in seconds.
 */
async function visit(person, { pairs, answer, random, gate, skips = 0.03 }) {
	await person.enter();
	while (person.judged < pairs) {
		await gate?.();
		const pair = await person.next();
		if (!pair)
			return;
		if (random() < skips && !pair.training && await person.skip(pair))
			continue;
		await person.judge(pair, pair.training ? ({ truth }) => ({ verdict: truth, confidence: 75 }) : answer);
	}
}

/** Lets `every` pairs pass, then waits for the scoring. */
export function gateOf(world, every = 48) {
	let passed = 0;
	let waiting = null;
	return async () => {
		if (++passed >= every && !waiting) {
			passed = 0;
			waiting = world.scored().finally(() => { waiting = null; });
		}
		await waiting;
	};
}

/** Some at a time, in their order. */
export async function crowd(people, atOnce = 8) {
	const waiting = [...people];
	await Promise.all(Array.from({ length: atOnce }, async () => {
		for (let come; (come = waiting.shift());)
			await asLongAsAllowed(come);
	}));
}

/**
 * Visits of honest people, as functions. Three in ten are customers of four operators with shared addresses, the others each
 * have a network of their own. Skills are Beta(7.2, 2.8), for real and for fake ones apart.
 */
export function honestVisits(world, { count, first = 0, seed, pairs = 16, gate = gateOf(world) }) {
	return Array.from({ length: count }, (_, n) => {
		const number = first + n;
		const random = seeded(seed * 100_003 + number);
		const shared = random() < 0.3;
		const person = new Person(world, { address: shared ? NETWORK.operator(number % 4) : NETWORK.home(number) });
		const answer = honestly(random);
		return () => visit(person, { pairs, answer, random, gate });
	});
}

/** A visit of somebody who takes what comes, and answers by `answer`. */
export function colludingVisit(world, { address, pairs, answer, random, gate }) {
	const person = new Person(world, { address, side: "attack" });
	return () => visit(person, { pairs, answer, random, gate });
}
