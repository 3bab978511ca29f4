// SPDX-License-Identifier: Apache-2.0
// crowd.js: simulated volunteers of known skill. Each looks at the media that it is served: it hashes the bytes, and a
// table made from the database says what those bytes are; then it errs as its own sensitivity and specificity say. The
// interface never tells it anything.

import { Client, sha256 } from "./http.js";
import { beta, draw, seeded } from "./random.js";

/** How sure people say they are: surer when they are right, but not reliably. */
const CONFIDENCE = {
	right: [[95, 0.35], [75, 0.4], [60, 0.25]],
	wrong: [[95, 0.12], [75, 0.33], [60, 0.55]],
};
/** Of a hundred pairs: skipped, sent twice. */
const SKIPS = 0.03;
const REPEATS = 0.05;

const KINDS = {
	honest: (random) => {
		const sensitivity = beta(random, 9, 3);
		const specificity = beta(random, 9, 3);
		return (truth) => {
			const right = random() < (truth === "fake" ? sensitivity : specificity);
			return {
				verdict: right ? truth : truth === "fake" ? "real" : "fake",
				confidence: draw(random, right ? CONFIDENCE.right : CONFIDENCE.wrong),
			};
		};
	},
	/** Says the same always, and is always sure. */
	stubborn: (random) => {
		const verdict = random() < 0.5 ? "fake" : "real";
		return () => ({ verdict, confidence: 95 });
	},
	/** Does not look. */
	careless: (random) => () => ({ verdict: random() < 0.5 ? "fake" : "real", confidence: draw(random, [[95, 0.4], [75, 0.3], [60, 0.3]]) }),
	/** Looks, and says the opposite. */
	lying: (random) => (truth) => ({ verdict: random() < 0.8 === (truth === "fake") ? "real" : "fake", confidence: 95 }),
};

/** Most come for a pair or two, some stay. */
const pairsOf = (random) => Math.min(15, 1 + Math.floor(-3 * Math.log(1 - random())));

class Visitor {
	constructor(crowd, number, kind, random) {
		Object.assign(this, { crowd, number, kind, random });
		this.client = new Client(crowd.url, (exchange) => crowd.listen(this, exchange));
		this.answer = KINDS[kind](random);
		this.stay = pairsOf(random);
		this.judged = 0;
	}

	/** Fetches a medium and recognises it by its bytes. */
	async look({ media }) {
		const served = await this.client.get(media.url);
		const item = this.crowd.items.get(sha256(served.bytes));
		if (served.status !== 200 || !item)
			throw new Error(`A medium came with ${served.status} and is no rendition of the corpus`);
		return item;
	}

	/** One pair. Answers false when there is none. */
	async pair() {
		const asked = await this.client.post("/assignments", {});
		if (asked.status === 204)
			return false;
		if (asked.status !== 201)
			throw new Error(`POST /assignments: ${asked.status} ${asked.bytes}`);
		const { assignment, items, training } = asked.json;
		const shown = await Promise.all(items.map(async (place) => ({ place, item: await this.look(place) })));
		const showing = { visitor: this, training, shown: shown.map(({ place, item }) => ({ position: place.position, media: place.media, item })) };
		this.crowd.showings.push(showing);
		if (this.random() < SKIPS) {
			await this.expect(204, "/skips", { assignment, reason: "other" });
			return true;
		}
		showing.verdicts = shown.map(({ place, item }) => ({ position: place.position, ...this.answer(item.truth) }));
		const body = { assignment, judgments: showing.verdicts, response_ms: 4000, exposure_ms: 3000 };
		const { json } = await this.expect(201, "/judgments", body);
		showing.results = json.results;
		if (this.random() < REPEATS) {
			const again = await this.expect(200, "/judgments", body);
			showing.again = again.json.results;
		}
		this.judged += 1;
		return true;
	}

	async expect(status, path, body) {
		const answer = await this.client.post(path, body);
		if (answer.status !== status)
			throw new Error(`POST ${path}: ${answer.status}, not ${status}: ${answer.bytes}`);
		return answer;
	}

	async visit() {
		await this.expect(201, "/volunteers", { consent: true });
		while (this.judged < this.stay && await this.pair());
	}
}

/**
 * Lets volunteers come, some at a time, until all have been there.
 * @param {object} options { url, items: sha256 of a rendition -> { id, truth, lineage, type }, seed, volunteers,
 *   kinds: [[kind, share]...], atOnce }
 * @returns {{ visitors, showings, exchanges }} everything that passed
 */
export async function runCrowd({ url, items, seed, volunteers = 200, kinds = [["honest", 1]], atOnce = 16 }) {
	const random = seeded(seed);
	const crowd = { url, items, showings: [], exchanges: [], listen: (visitor, exchange) => crowd.exchanges.push({ visitor, ...exchange }) };
	const visitors = Array.from({ length: volunteers }, (_, number) => new Visitor(crowd, number, draw(random, kinds), seeded(seed * 100003 + number)));
	const waiting = [...visitors];
	await Promise.all(Array.from({ length: atOnce }, async () => {
		for (let visitor; (visitor = waiting.shift());)
			await visitor.visit();
	}));
	return { visitors, showings: crowd.showings, exchanges: crowd.exchanges };
}
