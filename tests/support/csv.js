// SPDX-License-Identifier: Apache-2.0
// csv.js: reads a CSV file as RFC 4180 has it, with a header, into one object a row.

export function readCsv(text) {
	const rows = [];
	let row = [];
	for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/g)) {
		row.push(quoted === undefined ? plain : quoted.replaceAll("\"\"", "\""));
		if (end === ",")
			continue;
		if (row.length > 1 || row[0] !== "")
			rows.push(row);
		row = [];
	}
	const [head, ...rest] = rows;
	return rest.map((cells) => Object.fromEntries(head.map((name, at) => [name, cells[at]])));
}
