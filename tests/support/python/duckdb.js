// SPDX-License-Identifier: Apache-2.0
// duckdb.js STATEMENT: its rows as JSON, bytes as { blob: base64 }; for duckdb.py.

import { DuckDBInstance } from "@duckdb/node-api";

const plain = (value) => {
	if (value?.bytes)
		return { blob: Buffer.from(value.bytes).toString("base64") };
	return typeof value === "bigint" ? Number(value) : value;
};
const connection = await (await DuckDBInstance.create()).connect();
const found = await connection.runAndReadAll(process.argv[2]);
process.stdout.write(JSON.stringify(found.getRows().map((row) => row.map(plain))));
