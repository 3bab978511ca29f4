// SPDX-License-Identifier: Apache-2.0
// load.js: volunteers who judge as fast as they can and remember what was acknowledged. Each judged pair carries a number
// of its own (response_ms), so that it can be found in the database.

import http from "node:http";

import { sql } from "../support/place.js";

const pause = (ms) => new Promise((done) => { setTimeout(done, ms); });

export class Load {
	/** @param {object} options { retry: try again after 503 and lost connections, else leave at once; after: a load to go on from } */
	constructor(port, clients, { retry, after }) {
		Object.assign(this, { port, retry, running: true, tag: after?.tag ?? 0 });
		this.agent = new http.Agent({ keepAlive: true, maxSockets: clients });
		this.statuses = new Map();
		this.odd = [];
		this.lost = 0;
		this.refused = 0;
		this.pairs = new Map(after?.pairs);
		this.volunteers = new Set(after?.volunteers);
		this.clients = Array.from({ length: clients }, () => this.client());
	}

	/** Answers { status, headers, json }, or null when there was no answer. */
	once(method, path, cookie, body) {
		return new Promise((done) => {
			const text = JSON.stringify(body);
			const request = http.request({ host: "127.0.0.1", port: this.port, agent: this.agent, method, path: `/api/v1${path}`, headers: { "content-type": "application/json", "content-length": Buffer.byteLength(text), ...cookie && { cookie } } });
			request.on("error", (error) => {
				this[error.code === "ECONNREFUSED" ? "refused" : "lost"] += 1;
				done(null);
			});
			request.on("response", (response) => {
				let said = "";
				response.on("data", (some) => { said += some; });
				response.on("error", () => { this.lost += 1; done(null); });
				response.on("end", () => done({ status: response.statusCode, headers: response.headers, json: said && JSON.parse(said) }));
			});
			request.end(text);
		});
	}

	note(path, answer) {
		this.statuses.set(answer.status, (this.statuses.get(answer.status) ?? 0) + 1);
		const good = answer.status < 300 || (answer.status === 503 && answer.headers["retry-after"] && /problem\+json/.test(answer.headers["content-type"]));
		if (!good)
			this.odd.push(`${path}: ${answer.status} ${JSON.stringify(answer.json)}`);
	}

	/** Until it is answered otherwise than by 503. */
	async ask(path, cookie, body) {
		for (;;) {
			const answer = await this.once("POST", path, cookie, body);
			if (answer)
				this.note(path, answer);
			if (answer && answer.status !== 503)
				return answer;
			if (!this.retry || (!answer && !this.running))
				return null;
			await pause(20);
		}
	}

	async client() {
		while (this.running) {
			const born = await this.ask("/volunteers", null, { consent: true });
			if (!born)
				return;
			this.volunteers.add(born.json.volunteer);
			const cookie = born.headers["set-cookie"][0].split(";")[0];
			for (let n = 0; n < 20 && this.running; n++)
				if (!await this.pair(cookie))
					return;
		}
	}

	async pair(cookie) {
		const asked = await this.ask("/assignments", cookie, { campaign: "faults" });
		if (!asked || asked.status >= 300)
			return false;
		const tag = ++this.tag;
		const verdict = tag % 2 ? "real" : "fake";
		const judgments = ["left", "right"].map((position) => ({ position, verdict, confidence: 50 + tag % 51 }));
		const told = await this.ask("/judgments", cookie, { assignment: asked.json.assignment, judgments, response_ms: tag });
		if (told && told.status < 300)
			this.pairs.set(tag, `${verdict} ${50 + tag % 51}`);
		return told !== null;
	}

	async stop() {
		this.running = false;
		await Promise.all(this.clients);
		this.agent.destroy();
	}

	/** What was acknowledged and is not in the database, or is there and was never acknowledged. */
	async compare(database) {
		const rows = await sql(database, "select response_ms, min(verdict), max(verdict), min(confidence), count(*) from judged_pair join judgment using (assignment_id) group by response_ms, assignment_id");
		const stored = new Map();
		const broken = [];
		for (const [tag, one, other, confidence, count] of rows) {
			if (stored.has(Number(tag)) || one !== other || count !== "2")
				broken.push(`pair ${tag} is stored as ${count} judgments, ${one} and ${other}`);
			stored.set(Number(tag), `${one} ${confidence}`);
		}
		const born = new Set((await sql(database, "select id from volunteer")).map(([id]) => id));
		return {
			broken,
			lost: [...[...this.pairs].filter(([tag, said]) => stored.get(tag) !== said).map(([tag]) => `pair ${tag}`), ...[...this.volunteers].filter((id) => !born.has(id)).map((id) => `volunteer ${id}`)],
			unacknowledged: [...[...stored.keys()].filter((tag) => !this.pairs.has(tag)).map((tag) => `pair ${tag}`), ...[...born].filter((id) => !this.volunteers.has(id)).map((id) => `volunteer ${id}`)],
		};
	}
}
