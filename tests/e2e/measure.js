// SPDX-License-Identifier: Apache-2.0
// measure.js: how the bounds of shared.test.js were found. Lets crowds judge copies of one imported corpus and prints
// what each came to:
//   PROGRAM=build/touchstone DATABASE_URL=... node tests/e2e/measure.js MANIFEST.csv SEEDS [honest|spoiled]

import { runCrowd } from "../support/crowd.js";
import { knownItems, outcome, scored } from "../support/outcome.js";
import { Place } from "../support/place.js";
import { HONEST, SPOILED } from "./crowds.js";

const [manifest, seeds, which = "honest"] = process.argv.slice(2);
const place = await Place.open("measure");
try {
	const base = await place.database("base");
	await place.program(base, ["import", manifest]);
	for (let seed = 1; seed <= Number(seeds); seed++) {
		const database = await place.database(`seed_${seed}`, { copyOf: base });
		const server = await place.server(database);
		await runCrowd({ url: server.url, items: await knownItems(database), seed, kinds: which === "honest" ? HONEST : SPOILED });
		await scored(database);
		console.log(JSON.stringify({ seed, ...await outcome(database) }));
		await server.stop();
	}
} finally {
	await place.close();
}
