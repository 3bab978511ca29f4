// SPDX-License-Identifier: Apache-2.0
// A server and an import that are killed (kill -9) at random moments of uploads and imports: what was acknowledged is
// there after the restart, an upload goes on where it broke off, there is no half item, and what the crash left in the
// store's folder is swept within the hour. The check kills a few times, LONG=1 (make check-long) twenty times each, KILLS=N
// so often, SEED=N at other moments.

import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { mkdir, readFile, readdir, utimes, writeFile } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";

import { Place, asOwner, sql, until } from "../support/place.js";
import { seeded } from "../support/random.js";

const run = promisify(execFile);
const KILLS = Number(process.env.KILLS ?? (process.env.LONG ? 20 : 3));
const SEED = Number(process.env.SEED ?? 20);
const PIECE = 300_000;
const SPAN_MS = 1500; // of an upload or an import, from its beginning to a little after its end
const DECLARED = { rights: "own_work", people: "nobody", made_by: "a test", made_how: "of noise", licence: "CC0-1.0" };

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");

/** A picture of noise, about a megabyte, that nobody else has. */
async function picture(folder, name) {
	await writeFile(path.join(folder, "noise"), randomBytes(640 * 480 * 3));
	await run("ffmpeg", ["-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", "640x480", "-i", "noise", "-frames:v", "1", name], { cwd: folder });
	return readFile(path.join(folder, name));
}

/** Sends a file by tus, as often as it takes; null where the server was away. */
class Sender {
	constructor(server, token, bytes) {
		Object.assign(this, { server, token, bytes, acknowledged: 0, location: null });
	}

	ask(method, where, headers = {}, body = undefined) {
		return fetch(this.server.url + where, { method, body, headers: { Authorization: `Bearer ${this.token}`, "Tus-Resumable": "1.0.0", ...headers } });
	}

	async step() {
		if (!this.location) {
			const begun = await this.ask("POST", "/api/v1/uploads", { "Upload-Length": String(this.bytes.length) });
			assert.equal(begun.status, 201);
			this.location = begun.headers.get("location");
		}
		const head = await this.ask("HEAD", this.location);
		if (head.status === 404) // its contribution has been made, and the answer was lost
			return this.contribute();
		assert.equal(head.status, 200);
		const offset = Number(head.headers.get("upload-offset"));
		assert.ok(offset >= this.acknowledged, `${offset} bytes are left of ${this.acknowledged} that were acknowledged`);
		if (offset === this.bytes.length)
			return this.contribute();
		const piece = this.bytes.subarray(offset, offset + PIECE);
		const sent = await this.ask("PATCH", this.location, { "Upload-Offset": String(offset), "Content-Type": "application/offset+octet-stream" }, piece);
		if (sent.status === 409) // an earlier connection's end has not come through yet
			return false;
		assert.equal(sent.status, 204);
		this.acknowledged = Number(sent.headers.get("upload-offset"));
		return false;
	}

	async contribute() {
		const made = await this.ask("POST", "/api/v1/items", { "Content-Type": "application/json" }, JSON.stringify({ ...DECLARED, upload: this.location.split("/").pop() }));
		assert.equal(made.status, 202, await made.text());
		return true;
	}

	async send() {
		for (let tries = 0; tries < 500; tries++) {
			try {
				if (await this.step())
					return;
			} catch (error) {
				if (error instanceof assert.AssertionError)
					throw error;
				await pause(50); // no answer
			}
		}
		throw new Error("the file was never sent whole");
	}
}

describe("ways in, with kill -9", () => {
	let place, database, server, token, random;

	before(async () => {
		place = await Place.open("ways_in");
		database = await place.database("ways_in");
		await place.account(database, "sender@example.org", "researcher");
		token = (await place.program(database, ["account", "token", "sender@example.org"])).stdout.trim().split(/\s+/).pop();
		await sql(asOwner(database), "update account set one_time = false");
		server = await place.server(database);
		random = seeded(SEED);
	});

	after(() => place?.close());

	/** A claim lapses after two minutes, which nobody waits for here. */
	const lapse = () => sql(asOwner(database), "update job set run_after = now() where state = 'running'");

	async function killServer() {
		await pause(random() * SPAN_MS);
		await server.stop("SIGKILL");
		const again = await place.server(database, { port: server.port });
		Object.assign(server, { child: again.child, stop: again.stop });
		await lapse();
	}

	/** Sends a form until it is acknowledged. */
	async function sendForm(bytes) {
		for (let tries = 0; tries < 100; tries++) {
			const form = new FormData();
			form.append("metadata", JSON.stringify(DECLARED));
			form.append("file", new Blob([bytes]), "sent\n\u202Egnp.exe");
			try {
				const sent = await fetch(`${server.url}/api/v1/items`, { method: "POST", body: form, headers: { Authorization: `Bearer ${token}` } });
				assert.equal(sent.status, 202, await sent.text());
				return;
			} catch (error) {
				if (error instanceof assert.AssertionError)
					throw error;
				await pause(50); // no answer
			}
		}
		throw new Error("the form was never taken");
	}

	/** Digests that the store has, and those that the database names. */
	async function unnamed() {
		const store = path.join(place.folder, "media");
		const named = new Set((await sql(database, "select encode(d, 'hex') from item i cross join unnest(array[i.sha256, i.rendition, i.thumbnail]) d where d is not null")).flat());
		const found = [];
		for (const fan of (await readdir(store)).filter((name) => /^[0-9a-f]{2}$/.test(name)))
			for (const rest of await readdir(path.join(store, fan)))
				if (!named.has(fan + rest))
					found.push(fan + rest);
		return found;
	}

	/** Kills imports between putting files into the store and naming them, until some are left. */
	async function leaveFiles() {
		const folder = path.join(place.folder, "left");
		await mkdir(folder, { recursive: true });
		for (let tries = 0; tries < 20 && (await unnamed()).length === 0; tries++) {
			await picture(folder, "left.png");
			await writeFile(path.join(folder, "left.csv"), "file\nleft.png\n");
			const child = spawn(process.env.PROGRAM, ["import", path.join(folder, "left.csv")], { env: place.environment(database), stdio: "ignore" });
			const ended = new Promise((done) => { child.once("exit", done); });
			while (child.exitCode === null && (await unnamed()).length === 0)
				await pause(1);
			child.kill("SIGKILL");
			await ended;
		}
		assert.notDeepEqual(await unnamed(), [], "no try left files");
	}

	/** Makes everything half an hour older, and waits for the next sweep. */
	async function sweepLater() {
		const work = path.join(place.folder, "media/tmp"), past = new Date(Date.now() - 3_000_000);
		await writeFile(path.join(work, "put-left00"), "half a file"); // of a kill in the middle of putting it
		for (const name of await readdir(work)) {
			for (const inner of await readdir(path.join(work, name)).catch(() => []))
				await utimes(path.join(work, name, inner), past, past);
			await utimes(path.join(work, name), past, past);
		}
		await sql(asOwner(database), "update media_intake set noted_at = noted_at - interval '50 minutes'");
		await sql(asOwner(database), "update job set run_after = now() where kind = 'intake_sweep'");
		await until("the sweep", async () => (await sql(database, "select state = 'waiting' and run_after > now() from job where kind = 'intake_sweep'"))[0][0] === "t", { seconds: 60 });
	}

	test(`${KILLS} uploads each become one item, whatever moment the server is killed at`, async () => {
		for (let kill = 0; kill < KILLS; kill++) {
			const bytes = await picture(place.folder, "sent.png");
			const sender = new Sender(server, token, bytes);
			await Promise.all([sender.send(), killServer()]);
			const id = sender.location.split("/").pop();
			await until("the item", async () => {
				await lapse();
				const [[state, detail]] = await sql(database, `select state, coalesce(detail, '') from contribution where id = '${id}'`);
				assert.ok(["processing", "approved"].includes(state), `${state}: ${detail}`);
				return state === "approved";
			}, { seconds: 60, every_ms: 200 });
			assert.deepEqual(await sql(database, `select id, encode(sha256, 'hex'), bytes from item where id = '${id}'`), [[id, sha256(bytes), String(bytes.length)]]);
		}
	});

	test(`${KILLS} forms are taken whole or not at all, whatever moment the server is killed at`, async () => {
		for (let kill = 0; kill < KILLS; kill++) {
			const bytes = await picture(place.folder, "form.png");
			await Promise.all([sendForm(bytes), killServer()]);
			await until("all that was sent", async () => {
				await lapse();
				return (await sql(database, "select count(*) from contribution where state = 'processing'"))[0][0] === "0";
			}, { seconds: 60, every_ms: 200 });
			assert.deepEqual(await sql(database, "select state from contribution where state <> 'approved'"), []);
			assert.deepEqual(await sql(database, `select bytes from item where encode(sha256, 'hex') = '${sha256(bytes)}'`), [[String(bytes.length)]]);
		}
	});

	test("files whose note was swept before they were named are taken in again", async () => {
		// The first time, something sweeps the note between the rendition and its item.
		await sql(asOwner(database), `create sequence swept;
			create function sweep_once() returns trigger language plpgsql as $$
			begin
				if nextval('swept') = 1 then delete from media_intake; end if;
				return null;
			end $$;
			create trigger sweeps after update of rendition on contribution for each row execute function sweep_once();
			grant usage on sequence swept to public;
			alter function sweep_once() security definer`);
		const bytes = await picture(place.folder, "swept.png");
		await sendForm(bytes);
		await until("the second try", async () => {
			await sql(asOwner(database), "update job set run_after = now() where kind = 'contribute' and state = 'waiting'");
			return (await sql(database, "select count(*) from contribution where state = 'processing'"))[0][0] === "0";
		}, { every_ms: 200 });
		await sql(asOwner(database), "drop trigger sweeps on contribution; drop function sweep_once; drop sequence swept");
		assert.deepEqual(await sql(database, `select j.claims, c.state from contribution c join job j on j.subject = c.id and j.kind = 'contribute' where c.sha256 = decode('${sha256(bytes)}', 'hex')`), [["2", "approved"]]);
	});

	test(`an import that is killed ${KILLS} times and run again makes each item once`, async () => {
		const folder = path.join(place.folder, "manifest");
		await mkdir(folder);
		const digests = [];
		for (let n = 0; n < 4; n++)
			digests.push(sha256(await picture(folder, `${n}.png`)));
		await writeFile(path.join(folder, "m.csv"), `file,licence\n${digests.map((_, n) => `${n}.png,CC0-1.0\n`).join("")}`);
		const args = ["import", path.join(folder, "m.csv"), "--campaign", "killed"];
		for (let kill = 0; kill < KILLS; kill++) {
			const child = spawn(process.env.PROGRAM, args, { env: place.environment(database), stdio: "ignore" });
			const ended = new Promise((done) => { child.once("exit", done); });
			await pause(random() * SPAN_MS);
			child.kill("SIGKILL");
			await ended;
		}
		await place.program(database, args);
		assert.deepEqual(await sql(database, `select count(*), count(distinct sha256) from item where encode(sha256, 'hex') in ('${digests.join("','")}')`), [["4", "4"]]);
	});

	test("what the crashes left is swept, and nothing that is named", async (t) => {
		await leaveFiles();
		const before = await unnamed();
		await sweepLater();
		assert.deepEqual(await unnamed(), []);
		// The server may work in a folder of its own just now.
		await until("nothing is left in the folder to work in", async () => (await readdir(path.join(place.folder, "media/tmp"))).length === 0);
		assert.deepEqual(await sql(database, "select count(*) from upload"), [["0"]]);
		t.diagnostic(`${before.length} files were left unnamed`);
		const { stdout } = await place.program(database, ["store", "check", "--deep"]);
		assert.match(stdout, /: 0 missing, 0 damaged/);
	});
});
