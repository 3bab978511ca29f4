// SPDX-License-Identifier: Apache-2.0
// statements.js: every statement of the server on a large database: which take longest, and how many pages they read.

import { UNPLANNED, connectionSettings, explain, fillDatabase, readStatements, tablesReadWhole } from "../../support/statements.js";

/** Every statement, slowest first: { name, kind, time_ms, buffers, whole: tables read from one end to the other, error }. */
export async function measureStatements(database, { runs = 2 } = {}) {
	const statements = (await readStatements()).filter(({ name }) => !UNPLANNED.includes(name));
	const found = await explain(database, statements, (await connectionSettings()).by_value, { options: "ANALYZE, BUFFERS", runs });
	return [...found].map(([name, { plan, ...rest }]) => ({ name, ...rest, whole: plan ? [...tablesReadWhole(plan)] : [] }))
		.sort((a, b) => (b.time_ms ?? Infinity) - (a.time_ms ?? Infinity));
}

/** Fills a migrated database of a cluster, and measures there. */
export async function statementsAt(cluster, database, size) {
	await cluster.migrated(database);
	await fillDatabase(cluster.url(database), size);
	return measureStatements(cluster.url(database));
}

/** The first so many, as a table. */
export function statementTable(rows, count) {
	const line = ({ name, time_ms, buffers, whole, error }) => `| \`${name}\` | ${error ?? `${time_ms.toFixed(1)} | ${buffers}`} | ${whole.join(", ")} |`;
	return ["| statement | ms | pages | reads whole |", "| --- | --- | --- | --- |", ...rows.slice(0, count).map(line)].join("\n");
}
