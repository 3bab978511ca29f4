// SPDX-License-Identifier: Apache-2.0
// world.js: a server with default budgets and a copy of the corpus, on which one attack is played, and what an onlooker
// sees of it: labels, alarms, and what passed. Loopback is a trusted proxy, so that people come from any network.

import { spawn } from "node:child_process";
import http from "node:http";
import { writeFile } from "node:fs/promises";
import path from "node:path";

import { sha256 } from "../support/http.js";
import { asOwner, sql, until } from "../support/place.js";

export const pause = (ms) => new Promise((done) => { setTimeout(done, Math.max(0, ms)); });

/** The same database for a superuser, who may leave triggers out. */
const asSuperuser = (database) => asOwner(database).replace("user=touchstone", "user=postgres");

const END = "-- end of the rows --\n";

const ATTACK_METRIC = /^touchstone_(alarm|integrity|fit_cohort)/;

/** Lines of Prometheus text -> [[name, labels, value]...] */
function readMetrics(text) {
	return text.split("\n").map((line) => /^([a-z_:][\w:]*)(\{[^}]*\})? ([-+.\deE]+|NaN)$/i.exec(line)).filter(Boolean).map(([, name, labels = "", value]) => [name, labels, Number(value)]);
}

/** "touchstone_alarm{alarm="newcomers"}" -> "newcomers"; without labels the metric's name is the alarm's. */
const alarmName = (name, labels) => [...labels.matchAll(/="([^"]*)"/g)].map(([, value]) => value).join("/") || name.replace(/^touchstone_/, "");

/** One psql for all questions: to start one for each costs more than the answer. */
class Questions {
	constructor(database) {
		this.child = spawn("psql", ["-XAtq", "-F", "\t", "-v", "ON_ERROR_STOP=1", asOwner(database)], { stdio: ["pipe", "pipe", "inherit"] });
		this.waiting = [];
		this.said = "";
		this.child.stdout.on("data", (some) => this.hear(String(some)));
		this.child.on("exit", () => { for (const { fail } of this.waiting) fail(new Error("psql ended")); });
	}

	hear(some) {
		this.said += some;
		for (let end; (end = this.said.indexOf(END)) >= 0;) {
			const rows = this.said.slice(0, end).split("\n").filter((line) => line !== "").map((line) => line.split("\t"));
			this.said = this.said.slice(end + END.length);
			this.waiting.shift().done(rows);
		}
	}

	/** Answers rows as arrays of text, as sql() does. */
	ask(statement) {
		return new Promise((done, fail) => {
			this.waiting.push({ done, fail });
			this.child.stdin.write(`${statement};\n\\echo ${END.trim()}\n`);
		});
	}

	close() {
		this.child.stdin.end();
	}
}

export class World {
	/** @param {object} corpus { database, items } of importCorpus() */
	static async open(place, corpus, name) {
		const world = new World();
		Object.assign(world, { place, name, items: corpus.items, showings: [], rung: new Set(), held: 0, refused: 0 });
		world.database = await place.database(name.replace(/\W/g, "_"), { copyOf: corpus.database });
		world.agent = new http.Agent({ keepAlive: true, maxSockets: 24 });
		await world.start();
		return world;
	}

	async start() {
		this.server = await this.place.server(this.database, { more: { TOUCHSTONE_BUDGETS: "", TOUCHSTONE_TRUSTED_PROXIES: "127.0.0.1" } });
		this.questions ??= new Questions(this.database);
		this.quiet = await this.raised();
	}

	async close() {
		this.agent.destroy();
		this.questions.close();
		await this.server.stop();
		if (process.env.ATTACK_LOGS)
			await writeFile(path.join(process.env.ATTACK_LOGS, `${this.name.replace(/\W+/g, "_")}.log`), this.log());
		await this.place.drop(`${this.place.name}_${this.name.replace(/\W/g, "_")}`);
	}

	log() {
		return `${this.before ?? ""}${this.server.words}`;
	}

	/** One exchange from an address. Answers { status, headers, json?, bytes }. */
	call(method, target, { address, cookie, body } = {}) {
		const text = body === undefined ? undefined : JSON.stringify(body);
		const headers = { ...address && { "x-forwarded-for": address }, ...cookie && { cookie }, ...text !== undefined && { "content-type": "application/json", "content-length": Buffer.byteLength(text) } };
		return new Promise((done, fail) => {
			const request = http.request({ host: "127.0.0.1", port: this.server.port, agent: this.agent, method, path: target, headers, timeout: 30_000 }, (response) => {
				const parts = [];
				response.on("data", (some) => parts.push(some));
				response.on("error", fail);
				response.on("end", () => {
					const bytes = Buffer.concat(parts);
					const isJson = /json/.test(response.headers["content-type"] ?? "") && bytes.length > 0;
					done({ status: response.statusCode, headers: response.headers, bytes, json: isJson ? JSON.parse(bytes) : undefined });
				});
			});
			request.on("timeout", () => request.destroy(new Error(`${method} ${target}: no answer in 30 s`)));
			request.on("error", fail);
			request.end(text);
		});
	}

	/** What the bytes of a medium are, to somebody who knows them. */
	recognise(bytes) {
		const item = this.items.get(sha256(bytes));
		if (!item)
			throw new Error("A medium is no rendition of the corpus");
		return item;
	}

	async metrics() {
		const { bytes } = await this.call("GET", "/metrics");
		return readMetrics(String(bytes));
	}

	/** Everything that alarms: by name, how often. What an alarm is: a metric or a label of one with that word, or a line of the log. */
	async raised() {
		const found = new Map();
		const all = await this.metrics();
		for (const [name, labels, value] of all)
			if (/^touchstone_(alarm|integrity)/.test(name) && /alarm/.test(name + labels) && value > 0)
				found.set(alarmName(name, labels), value);
		for (const line of this.log().split("\n"))
			if (/\balarm\b/i.test(line))
				found.set("log", (found.get("log") ?? 0) + 1);
		this.hasAlarms = all.some(([name, labels]) => /^touchstone_(alarm|integrity)/.test(name) && /alarm/.test(name + labels));
		return found;
	}

	/** Alarms that were not there when the server started, on any of the days. */
	async alarms() {
		for (const [name, value] of await this.raised())
			if (value > (this.quiet.get(name) ?? 0))
				this.rung.add(name);
		return [...this.rung];
	}

	/** What the server tells its operator that bears on attacks. */
	async told() {
		return (await this.metrics()).filter(([name, , value]) => ATTACK_METRIC.test(name) && value !== 0).map(([name, labels, value]) => `${name.replace(/^touchstone_/, "")}${labels} ${value}`);
	}

	/** Waits until what was judged is scored, and a full fit had the time to follow. */
	async scored(rest_ms = 0) {
		const nothing = async () => (await this.questions.ask("select count(*) from score_pending"))[0][0] === "0";
		await until("scoring to catch up", nothing, { every_ms: 50, seconds: 120 });
		if (rest_ms > 0) {
			await pause(rest_ms);
			await until("scoring to catch up", nothing, { every_ms: 50, seconds: 120 });
		}
	}

	/** The ordinary items: { id, truth, state, wrong: the label is not the truth, judgments }. */
	async labels() {
		const rows = await this.questions.ask("select i.id, i.state, coalesce(c.p_fake, .5), coalesce(c.judgments, 0), (select count(*) from dispute d where d.item_id = i.id) from item i left join consensus c on c.item_id = i.id");
		const truths = new Map([...this.items.values()].map((item) => [item.id, item]));
		return rows.map(([id, state, p, judgments, disputes]) => ({ id, ...truths.get(id), state, p: Number(p), judgments: Number(judgments), disputes: Number(disputes) }))
			.filter(({ kind }) => kind === "ordinary")
			.map((one) => ({ ...one, wrong: one.judgments > 0 && one.p > 0.5 !== (one.truth === "fake"), retired: one.state === "retired" }));
	}

	/**
	 * A day passes: the server stops, every moment in the database is moved a day back, and it starts again. So what goes by
	 * the wall clock in the database is a day old; what a process only remembers is lost, budgets included, which are full again
	 * after a day anyway.
	 */
	async passDay() {
		await this.scored(500);
		await this.alarms();
		await this.server.stop();
		this.before = this.log();
		const columns = await sql(this.database, `select c.table_name, c.column_name, c.data_type from information_schema.columns c join information_schema.tables t using (table_schema, table_name)
			where c.table_schema = 'public' and t.table_type = 'BASE TABLE' and c.data_type in ('timestamp with time zone', 'timestamp without time zone', 'date') and c.is_generated = 'NEVER' and c.table_name <> 'schema_migration'`);
		const tables = new Map();
		for (const [table, column, type] of columns)
			tables.set(table, [...tables.get(table) ?? [], [column, type]]);
		// In two steps, so that no day meets the one before it under a key.
		const move = ([column, type], days) => `"${column}" = "${column}" + ${type === "date" ? days : `interval '${days} days'`}`;
		const orders = [...tables].flatMap(([table, moved]) => [100_000, -100_001].map((days) => `update "${table}" set ${moved.map((one) => move(one, days)).join(", ")}`));
		await sql(asSuperuser(this.database), `set session_replication_role = replica; ${orders.join("; ")}`);
		this.agent.destroy();
		this.agent = new http.Agent({ keepAlive: true, maxSockets: 24 });
		await this.start();
	}
}
