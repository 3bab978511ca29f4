// SPDX-License-Identifier: Apache-2.0
// report.js: what was measured, as a table and as JSON.

export function median(values) {
	const sorted = [...values].sort((a, b) => a - b);
	const middle = sorted.length >> 1;
	return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

function number(value) {
	const size = Math.abs(value);
	return size >= 1000 ? Math.round(value).toLocaleString("en-US") : size >= 100 ? value.toFixed(0) : size >= 10 ? value.toFixed(1) : value.toFixed(2);
}

function spread(values, unit) {
	return values.length === 1 ? `${number(values[0])}${unit}` : `${number(median(values))}${unit} (${number(Math.min(...values))} .. ${number(Math.max(...values))})`;
}

const loads = (values = []) => values.map((load) => load.toFixed(1)).join(", ");

export class Report {
	constructor(facts) {
		this.facts = facts;
		this.rows = [];
		this.notes = [];
		this.checks = [];
		this.noise = []; // of each measurement: what others did to the machine meanwhile
	}

	/** The report that json() wrote. */
	static from(text) {
		const { measurements, ...rest } = JSON.parse(text);
		return Object.assign(new Report({}), rest, { noise: measurements });
	}

	noteNoise() {
		const shares = this.noise.map(({ foreign }) => foreign);
		if (shares.length)
			this.note(`Others used ${(100 * median(shares)).toFixed(0)} % of the machine while it was measured (median of ${shares.length} measurements; at most ${(100 * Math.max(...shares)).toFixed(0)} %).`);
	}

	/**
	 * One line of the table.
	 * @param {object} row { part, what, unit ("x", " ms", ...), target, better ("more" or "less"), rounds: [{ value, ... }],
	 *   ours, reference: the rates behind a ratio }
	 */
	add(row) {
		const values = row.rounds.map(({ value }) => value);
		const middle = median(values);
		const met = row.target === undefined ? null : row.better === "less" ? middle <= row.target : middle >= row.target;
		const line = { ...row, median: middle, min: Math.min(...values), max: Math.max(...values), met };
		this.rows.push(line);
		console.error(`  ${row.what}: ${spread(values, row.unit)}${row.ours ? `  [${row.ours.map(number).join(", ")} against ${row.reference.map(number).join(", ")}]` : ""}`);
	}

	/** Two rates measured in turn, round by round. */
	ratio({ part, what, target, ours, reference, detail }) {
		this.add({ part, what, unit: "x", target, better: "more", ours, reference, detail, rounds: ours.map((rate, n) => ({ value: rate / reference[n], ours: rate, reference: reference[n] })) });
	}

	note(text) {
		this.notes.push(text);
		console.error(`  ${text}`);
	}

	/** The curve of latency: medians over the rounds, of p99 also the ends. */
	curveTable() {
		if (!this.curve)
			return [];
		const lines = ["", "| scoring | offered a second | achieved | p50 ms | p95 ms | p99 ms (min .. max of the rounds) |", "| --- | --- | --- | --- | --- | --- |"];
		for (const words of new Set(this.curve.map((row) => row.words)))
			for (const offered of new Set(this.curve.map((row) => row.offered))) {
				const rows = this.curve.filter((row) => row.words === words && row.offered === offered);
				const middle = (name) => number(median(rows.map((row) => row[name])));
				lines.push(`| ${words} | ${number(offered)} | ${middle("achieved")} | ${middle("p50_ms")} | ${middle("p95_ms")} | ${spread(rows.map((row) => row.p99_ms), "")} |`);
			}
		return lines;
	}

	table() {
		const lines = ["| what | target | median (min .. max of the rounds) | ours, reference | met |", "| --- | --- | --- | --- | --- |"];
		for (const row of this.rows) {
			const target = row.target === undefined ? "" : `${row.better === "less" ? "≤" : "≥"} ${row.target}${row.unit}`;
			const rates = row.ours ? `${number(median(row.ours))}, ${number(median(row.reference))}${row.detail ? ` (${row.detail})` : ""}` : row.detail ?? "";
			lines.push(`| ${row.what} | ${target} | ${spread(row.rounds.map(({ value }) => value), row.unit)} | ${rates} | ${row.met === null ? "" : row.met ? "yes" : "no"} |`);
		}
		const { facts } = this;
		const settings = Object.entries(facts.settings).map(([name, value]) => `${name} = ${value}`).join(", ");
		return [...lines, ...this.curveTable(), "", `${facts.cores} cores (${facts.processor}), ${facts.memory_mb} MB, load ${loads(facts.load_before)} before and ${loads(facts.load_after)} after, Linux ${facts.kernel}; ${facts.postgres}; ${settings}; files in ${facts.in_memory ? "MEMORY (tmpfs): nothing is durable" : facts.place}.`, ...this.notes.map((note) => `- ${note}`)].join("\n");
	}

	json() {
		return `${JSON.stringify({ facts: this.facts, rows: this.rows, notes: this.notes, checks: this.checks, measurements: this.noise, raw: this.raw, curve: this.curve }, null, "\t")}\n`;
	}
}
