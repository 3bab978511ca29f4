// SPDX-License-Identifier: Apache-2.0
// A release whose making is killed (kill -9) at random moments, and a server killed while it makes the layouts: no version
// is listed that is not whole, the next try makes it, and a layout's files are those of one that nobody disturbed. The check
// kills a few times, LONG=1 twenty times each, KILLS=N so often, SEED=N at other moments.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFile, rm } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, test } from "node:test";

import { makeCorpus } from "../support/corpus.js";
import { readCsv } from "../support/csv.js";
import { Client } from "../support/http.js";
import { Place, asOwner, sql, until } from "../support/place.js";
import { seeded } from "../support/random.js";

const KILLS = Number(process.env.KILLS ?? (process.env.LONG ? 20 : 3));
const SEED = Number(process.env.SEED ?? 16);
/** Those that are made without being asked for: all but Parquet. */
const LAYOUTS = ["touchstone", "class-folders", "huggingface", "webdataset", "csv", "jsonl", "dfdc", "deepfakebench", "bagit"];

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

describe("a release that is killed while it is made", () => {
	let place, database, random, span_ms;

	before(async () => {
		place = await Place.open("killed");
		const { main } = await makeCorpus(place.folder);
		database = await place.database("killed", { copyOf: await place.imported("killed-base", main) });
		await sql(database, "update item set gold = truth is not null and not training, basis = 'dataset_label' where true");
		await place.program(database, ["campaign", "close", "default"]);
		random = seeded(SEED);
		for (const name of ["undisturbed", "again"]) { // the first finds nothing in memory, and takes longer
			const began = Date.now();
			await place.program(database, ["release", "create", name, "1.0.0"]);
			span_ms = Date.now() - began;
		}
	});

	after(() => place?.close());

	/** A claim lapses after two minutes, which nobody waits for here. */
	const lapse = () => sql(asOwner(database), "update job set run_after = now() where state = 'running'");

	async function killed(args) {
		const child = spawn(process.env.PROGRAM, args, { env: place.environment(database), stdio: "ignore" });
		const ended = new Promise((done) => { child.once("exit", (code, signal) => done(signal)); });
		await pause(random() * span_ms);
		child.kill("SIGKILL");
		return await ended === "SIGKILL";
	}

	/** Writes a release and verifies it. Answers how many labels it has. */
	async function labelsWritten(name) {
		const folder = path.join(place.folder, `written-${name}`);
		await place.program(database, ["release", "write", name, "1.0.0", folder]);
		await place.program(database, ["release", "verify", folder]);
		const labels = readCsv(await readFile(path.join(folder, "labels.csv"), "utf8"));
		await rm(folder, { recursive: true });
		return labels.length;
	}

	/** Waits until a release has all its layouts. Answers them. */
	async function allLayouts(server, name) {
		const what = () => sql(database, "select kind, state, failures, detail from job where kind = 'layouts'");
		const { json } = await until("all layouts", async () => {
			const answer = await new Client(server.url).get(`/api/v1/releases/${name}/1.0.0`);
			return answer.json.layouts?.length === LAYOUTS.length && answer;
		}, { seconds: 120, every_ms: 200 }).catch(async (error) => {
			throw new Error(`${error.message}: ${JSON.stringify(await what())}\n${server.words.slice(-2000)}`);
		});
		return json.layouts;
	}

	/** A kill of a server that makes layouts, and what is offered then. Answers whether it came before all were made. */
	async function killWhileLayouts(name) {
		await place.program(database, ["release", "create", name, "1.0.0"]);
		let server = await place.server(database);
		await pause(random() * span_ms);
		await server.stop("SIGKILL");
		const [[made]] = await sql(database, `select count(*) from release_artefact a join release r on r.id = a.release_id where right(a.path, 9) = '.contents' and r.name = '${name}'`);
		await lapse();
		server = await place.server(database);
		for (const layout of await allLayouts(server, name)) {
			const sums = layout.format === "bagit" ? "manifest-sha256.txt" : "SHA256SUMS";
			const folder = path.join(place.folder, layout.format);
			await place.program(database, ["release", "write", name, "1.0.0", folder, "--format", layout.format]);
			const sent = await new Client(server.url).get(`${layout.files_url}${sums}`);
			assert.equal(String(sent.bytes), await readFile(path.join(folder, sums), "utf8"), layout.format);
			await rm(folder, { recursive: true });
		}
		await server.stop();
		return Number(made) < LAYOUTS.length;
	}

	/** A kill of who makes a release, and the next try. Answers whether it struck, and whether the release was there. */
	async function killWhileCreating(name) {
		const struck = await killed(["release", "create", name, "1.0.0"]);
		const listed = await sql(database, `select state from release where name = '${name}'`);
		const ready = listed[0]?.[0] === "ready";
		if (!ready) {
			const half = path.join(place.folder, name);
			await assert.rejects(place.program(database, ["release", "write", name, "1.0.0", half]));
			await lapse();
			await place.program(database, ["release", "create", name, "1.0.0"]);
		}
		const [[items]] = await sql(database, `select count(*) from release_item i join release r on r.id = i.release_id where r.name = '${name}'`);
		assert.equal(await labelsWritten(name), Number(items));
		return { struck, ready };
	}

	// Each kill is a test of its own: twenty of them take longer than a check waits for one to end.
	test(`a server, killed ${KILLS} times while it makes layouts: those that it offers then are the ones that are written`, async (t) => {
		let halfway = 0;
		for (let kill = 0; kill < KILLS; kill++)
			await t.test(`kill ${kill + 1}`, async () => { halfway += await killWhileLayouts(`layouts${kill}`); });
		t.diagnostic(`${halfway} of ${KILLS} kills came before all layouts were made`);
		assert.ok(halfway > 0, "none was killed in time");
	});

	test(`create, killed ${KILLS} times: what is listed as ready is whole, and the next try makes the rest`, async (t) => {
		let struck = 0, ready = 0;
		for (let kill = 0; kill < KILLS; kill++)
			await t.test(`kill ${kill + 1}`, async () => {
				const found = await killWhileCreating(`killed${kill}`);
				struck += found.struck;
				ready += found.ready;
			});
		t.diagnostic(`of ${KILLS}, ${struck} were killed before their end; ${ready} releases were there already`);
		assert.ok(struck > 0, "none was killed in time");
		const { stdout } = await place.program(database, ["store", "check", "--deep"]);
		assert.match(stdout, /: 0 missing, 0 damaged/);
	});
});
