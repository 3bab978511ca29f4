// SPDX-License-Identifier: Apache-2.0
// sizes.js: what many connections and many items cost, in memory and in time; what an export costs; and instructions.

import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { createHash, randomBytes } from "node:crypto";
import path from "node:path";

import { Server, has, program, run, start, until, usage } from "./machine.js";
import { judgeAt, repeat } from "./rates.js";
import { CONSENT } from "./stand.js";

/* ------------------------------------------------------------------ idle connections */

/** /healthz and judgments at a moderate rate, at once. Answers the p99 of each in ms. */
async function othersFeel(bench) {
	const { stand } = bench;
	const rate = 2000;
	const file = await repeat(bench, rate * bench.seconds, "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
	await stand.quiet();
	const judging = judgeAt(bench, bench.calm ?? 200, bench.seconds, 64, { quiet: false });
	const health = stand.client("requests", file, { connections: 32, rate, seconds: bench.seconds }).result;
	const [{ times: judged }, { times: healthy, good, begun, first_odd: odd }] = await Promise.all([judging, health]);
	await rm(file);
	if (good !== begun)
		throw new Error(`of ${begun} requests for /healthz ${begun - good} failed: ${odd}`);
	return { healthz: healthy.request.p99_ms, judgments: judged.request.p99_ms };
}

async function holdIdle(bench, count) {
	const held = bench.stand.client("idle", null, { connections: count });
	await until("idle connections", () => {
		if (held.exitCode !== null)
			throw new Error(`the idle connections ended: ${held.words}`);
		return held.lines().length > 0;
	}, { seconds: 60 });
	return held;
}

export async function idle(bench) {
	const count = bench.idle ?? 10000;
	const { stand, report } = bench;
	const grown = [];
	const slower = { healthz: [], judgments: [] };
	// One network may not have so many otherwise.
	const args = stand.server.args ?? [];
	for (let round = 0; round < bench.rounds; round++) {
		// Afresh: what a process has freed it keeps, and the next round would look cheap.
		await stand.server.stop();
		await stand.server.start({ args: [...args, "--connections", String(count + 2000)] });
		const server = stand.server.process.pid;
		if (!bench.small)
			await othersFeel(bench);
		const before = { ...await usage(server), ...await othersFeel(bench) };
		const held = await holdIdle(bench, count);
		const during = { ...await usage(server), ...await othersFeel(bench) };
		held.stdin.end();
		const { hung_up } = await held.result;
		if (hung_up || during.descriptors - before.descriptors < count * 0.99) // others come and go
			throw new Error(`only ${during.descriptors - before.descriptors} connections were open, and ${hung_up} were closed`);
		grown.push({ value: during.resident_mb - before.resident_mb, before: before.resident_mb, during: during.resident_mb });
		for (const name of Object.keys(slower))
			slower[name].push({ value: during[name] / before[name], before: before[name], during: during[name] });
		const closed = Date.now();
		await until("the connections' end", async () => (await usage(server)).descriptors < before.descriptors + 100, { seconds: 20 })
			.then(() => { grown.at(-1).closed_s = (Date.now() - closed) / 1000; }, () => report.note(`idle: 20 s after its clients had left the server still held ${count} connections or so.`));
	}
	await stand.serveWith(args);
	report.add({ part: "idle", what: `memory for ${count} idle connections`, unit: " MB", target: 150, better: "less", rounds: grown });
	for (const [name, rounds] of Object.entries(slower))
		report.add({ part: "idle", what: `p99 of ${name === "healthz" ? "/healthz" : "POST /judgments"} with them, against without`, unit: "x", target: 1.5, better: "less", rounds, detail: `${rounds.map((one) => `${one.during.toFixed(2)} ms against ${one.before.toFixed(2)}`).join("; ")}` });
}

/* ------------------------------------------------------------------ a large catalogue */

const LARGE = `
	insert into campaign (name, min_judgments, max_judgments) values ('large', 1000, 10000);
	insert into item (id, campaign_id, media_type, sha256, bytes, format, rendition, rendition_bytes, rendition_type, width, height, lineage)
	select bench_id(n), c.id, (array['image', 'image', 'audio'])[1 + n % 3], sha256(int8send(n)), 51200, 'jpeg', sha256(int8send(-n)), 51200, 'image/jpeg',
		case when n % 3 < 2 then 640 end, case when n % 3 < 2 then 480 end, n::text
	from campaign c, generate_series(1, :items) n where c.name = 'large' and n % 3 < 2;
	insert into item (id, campaign_id, media_type, sha256, bytes, format, rendition, rendition_bytes, rendition_type, duration_ms, lineage)
	select bench_id(n), c.id, 'audio', sha256(int8send(n)), 51200, 'mp3', sha256(int8send(-n)), 51200, 'audio/mp4', 5000, n::text
	from campaign c, generate_series(1, :items) n where c.name = 'large' and n % 3 = 2;`;

/** Judged long ago, ten pairs by each volunteer, and fitted since. */
const JUDGED = `
	set session_replication_role = replica;
	insert into volunteer (id, salt, consent_version) select bench_id(n), '\\x00112233445566778899aabbccddeeff', ${CONSENT} from generate_series(1, :pairs / 10) n;
	insert into judged_pair (assignment_id, volunteer_id, campaign_id, media_type, kind, matched, policy, body_hash, response_ms, exposure_ms, server_ms)
	select bench_id(n), bench_id(1 + n / 10), c.id, 'image', 'random', false, 1, sha256(''), 3000, 5400, 6000 from campaign c, generate_series(1, :pairs - 10) n where c.name = 'large';
	insert into judgment (item_id, volunteer_id, assignment_id, position, verdict, confidence, training)
	select bench_id(1 + (n * 2 + side) * 7919 % :items), bench_id(1 + n / 10), bench_id(n), case side when 0 then 'left' else 'right' end,
		case when (n * 2 + side) * 7919 % :items % 2 = 0 then 'real' else 'fake' end, 75, false
	from generate_series(1::bigint, :pairs - 10) n, generate_series(0, 1) side;
	insert into consensus (item_id, p_fake, low, high, judgments, fake_votes)
	select item_id, avg((verdict = 'fake')::int::float8) * .8 + .1, 0, 1, count(*), count(*) filter (where verdict = 'fake') from judgment group by item_id;
	analyze;`;

/** The numbers of those who have judged :busy pairs each begin here. */
const BUSY_FIRST = 2_000_000_000;
/** In each round others: who has two pairs gets no third. */
const BUSY_ROUND = 17;
const BUSY = `
	set session_replication_role = replica;
	create temporary table busy as select k, n, bench_id(${BUSY_FIRST} + k) as volunteer, bench_id((k + 1) * 1000000000000 + n) as pair from generate_series(0::bigint, ${BUSY_ROUND} * :rounds - 1) k, generate_series(0::bigint, :busy - 1) n;
	insert into volunteer (id, salt, consent_version) select distinct volunteer, '\\x00112233445566778899aabbccddeeff'::bytea, ${CONSENT} from busy;
	insert into judged_pair (assignment_id, volunteer_id, campaign_id, media_type, kind, matched, policy, body_hash, response_ms, exposure_ms, server_ms)
	select pair, volunteer, c.id, 'image', 'random', false, 1, sha256(''), 3000, 5400, 6000 from campaign c, busy where c.name = 'large';
	insert into judgment (item_id, volunteer_id, assignment_id, position, verdict, confidence, training)
	select bench_id(1 + (k * 31 + n * 2 + side) * 7919 % :items), volunteer, pair, case side when 0 then 'left' else 'right' end, 'fake', 75, false
	from busy, generate_series(0, 1) side;
	analyze;`;

/** A store of its own, which holds none of the media: nobody asks for them. */
const folderOfLarge = (bench) => path.join(bench.stand.folder, "data-large");

async function makeLarge(bench, items, pairs) {
	const { cluster } = bench.stand;
	await cluster.migrated("large");
	const [define] = /CREATE FUNCTION bench_id[^;]*;/.exec(await readFile(new URL("setup.sql", import.meta.url), "utf8"));
	await cluster.sql("large", define);
	await writeFile(bench.stand.at("large.sql"), `${LARGE}${pairs ? JUDGED : "analyze;"}`);
	await cluster.script("large", bench.stand.at("large.sql"), { items, pairs });
	await writeFile(bench.stand.at("busy.sql"), BUSY);
	await cluster.script("large", bench.stand.at("busy.sql"), { items, busy: bench.busy ?? 10_000, rounds: bench.rounds });
	await run(program("touchstone"), ["store", "adopt"], { env: { ...process.env, DATABASE_URL: cluster.url("large"), TOUCHSTONE_DATA: folderOfLarge(bench) } });
}

/** Starts a server on the large database. Answers seconds to ready and to the first pair, and memory after many (and a fit). */
async function startLarge(bench, args) {
	const server = new Server(bench.stand.cluster, "large", folderOfLarge(bench));
	const [[before]] = await bench.stand.cluster.sql("large", "select now()");
	const began = Date.now();
	await server.start({ args });
	const ready = (Date.now() - began) / 1000;
	const born = await fetch(`${server.url}/api/v1/volunteers`, { method: "POST", headers: { "content-type": "application/json" }, body: '{"consent":true}' });
	const cookie = born.headers.get("set-cookie").split(";")[0];
	await until("the first pair", () => fetch(`${server.url}/api/v1/assignments`, { method: "POST", headers: { "content-type": "application/json", cookie }, body: "{}" }).then((answer) => answer.status === 201), { seconds: 120 });
	const first = (Date.now() - began) / 1000;
	const own = Object.create(bench.stand, { server: { value: server } });
	const played = await own.client("arrive", null, { connections: 16, seconds: bench.seconds, pairs: 10, "no-media": true, "first-tag": 1 }).result;
	if (!args.includes("--no-work"))
		await until("a fit", async () => (await bench.stand.cluster.sql("large", `select 1 from volunteer_skill where updated_at > '${before}' limit 1`)).length > 0, { seconds: 300, every_ms: 1000 });
	const fitted = (Date.now() - began) / 1000;
	const { resident_mb, peak_mb } = await usage(server.process.pid);
	await server.stop();
	if (!played.times.assign || played.first_odd)
		throw new Error(`nothing was handed out of the large catalogue: ${JSON.stringify(played)}`);
	return { ready, first, fitted, resident_mb, peak_mb, assigned: played.times.assign.count };
}

const timed = async (work) => {
	const began = performance.now();
	const { status } = await work();
	return { ms: performance.now() - began, status };
};

/** What needs much of the large database at once: the figures after a start, and volunteers who have judged much and come back. */
async function readLarge(bench, round) {
	const server = new Server(bench.stand.cluster, "large", folderOfLarge(bench));
	await bench.stand.quiet();
	await server.start({ args: ["--no-work"] });
	const own = Object.create(bench.stand, { server: { value: server } });
	const cookies = (await readFile(await own.cookies(BUSY_FIRST + round * BUSY_ROUND, BUSY_ROUND), "utf8")).trim().split("\n");
	const ask = (cookie) => timed(() => fetch(`${server.url}/api/v1/assignments`, { method: "POST", headers: { "content-type": "application/json", cookie }, body: "{}" }));
	const stats = await Promise.all(Array(4).fill(null).map(() => timed(() => fetch(`${server.url}/api/v1/stats`))));
	const one = await ask(cookies[0]);
	const many = await Promise.all(cookies.slice(1).map(ask));
	await server.stop();
	for (const [what, { status }] of [...stats.map((answer) => ["/stats", answer]), ...[one, ...many].map((answer) => ["/assignments", answer])])
		if (status >= 300)
			throw new Error(`${what} on the large database: ${status}`);
	return { stats, one, many };
}

/** Pairs that were judged are rolled up by a server that works. */
async function rollUp(bench) {
	const server = new Server(bench.stand.cluster, "large", folderOfLarge(bench));
	await server.start();
	await until("the figures", () => fetch(`${server.url}/api/v1/stats`).then(({ status }) => status === 200), { seconds: 300, every_ms: 1000 });
	await server.stop();
}

async function reading(bench, judgments) {
	const rounds = [];
	await rollUp(bench);
	for (let round = 0; round < bench.rounds; round++)
		rounds.push(await readLarge(bench, round));
	const slowest = (answers) => Math.max(...answers.map(({ ms }) => ms));
	const each = (answers) => answers.map(({ ms }) => ms.toFixed(0)).join(", ");
	const busy = (bench.busy ?? 10_000).toLocaleString("en-US");
	const add = (row) => bench.report.add({ part: "memory", unit: " ms", better: "less", ...row });
	add({ what: `GET /stats at ${judgments.toLocaleString("en-US")} judgments, four at once after a start: the slowest`, target: 50, rounds: rounds.map(({ stats }) => ({ value: slowest(stats) })), detail: rounds.map(({ stats }) => each(stats)).join("; ") });
	add({ what: `the first pair of a volunteer who has judged ${busy}`, target: 200, rounds: rounds.map(({ one }) => ({ value: one.ms })) });
	add({ what: `16 of them at once, after that one: the slowest`, rounds: rounds.map(({ many }) => ({ value: slowest(many) })), detail: rounds.map(({ many }) => each(many)).join("; ") });
}

export async function memory(bench) {
	const items = bench.large ?? 1_000_000;
	const pairs = bench.largePairs ?? 5_000_000;
	const { report, stand } = bench;
	const began = Date.now();
	await makeLarge(bench, items, pairs);
	report.note(`The large catalogue has ${items.toLocaleString("en-US")} items and ${pairs.toLocaleString("en-US")} judged pairs (BENCH_JUDGMENTS); making it took ${((Date.now() - began) / 1000).toFixed(0)} s.`);
	for (const args of bench.small ? [[]] : [["--no-work"], []]) {
		const rounds = [];
		for (let round = 0; round < Math.min(bench.rounds, 2); round++) {
			await stand.quiet();
			rounds.push(await startLarge(bench, args));
		}
		const name = ["serve", ...args].join(" ");
		const each = (key) => rounds.map((one) => ({ ...one, value: one[key] }));
		report.add({ part: "memory", what: `${name}: start to ready`, unit: " s", target: 5, better: "less", rounds: each("ready") });
		report.add({ part: "memory", what: `${name}: start to the first pair handed out`, unit: " s", target: 5, better: "less", rounds: each("first") });
		const scored = args.length ? "" : `; all was fitted ${rounds.map((one) => one.fitted.toFixed(0)).join(", ")} s after the start`;
		report.add({ part: "memory", what: `${name}: at most resident, after handing out pairs${args.length ? "" : " and a fit of all"}`, unit: " MB", target: 400, better: "less", rounds: each("peak_mb"), detail: `in the end ${Math.max(...rounds.map((one) => one.resident_mb)).toFixed(0)} MB; ${rounds.map((one) => one.assigned).join(", ")} pairs${scored}` });
	}
	const [[judgments]] = await stand.cluster.sql("large", "select count(*) from judgment");
	await reading(bench, Number(judgments));
	await stand.sql("drop database large with (force)");
}

/* ------------------------------------------------------------------ exports */

/** Items that retired, each with a medium of its own, of `more` bytes beside its number, and ten judgments. */
export async function makeReleasable(bench, items, { database = "export", more = 0 } = {}) {
	const { stand } = bench;
	const digests = [];
	const filler = randomBytes(more);
	for (let n = 0; n < items; n++) {
		const content = Buffer.concat([Buffer.from(`tiny ${n}`), filler]);
		const digest = createHash("sha256").update(content).digest("hex");
		const folder = path.join(stand.server.data, "media", digest.slice(0, 2));
		await mkdir(folder, { recursive: true });
		await writeFile(path.join(folder, digest.slice(2)), content);
		digests.push(digest);
	}
	await stand.cluster.migrated(database);
	const [define] = /CREATE FUNCTION bench_id[^;]*;/.exec(await readFile(new URL("setup.sql", import.meta.url), "utf8"));
	await stand.cluster.sql(database, define);
	await writeFile(stand.at("export.sql"), `
		create table tiny (n bigint generated always as identity, digest text);
		\\copy tiny (digest) from pstdin
		insert into item (id, campaign_id, media_type, sha256, bytes, format, rendition, rendition_bytes, rendition_type, width, height, lineage, state)
		select bench_id(n), c.id, 'image', decode(digest, 'hex'), :more + octet_length('tiny ' || n - 1), 'jpeg', decode(digest, 'hex'), :more + octet_length('tiny ' || n - 1), 'image/jpeg', 640, 480, n::text, 'retired'
		from campaign c, tiny where c.name = 'default';
		insert into volunteer (id, salt, consent_version) select bench_id(n), substr(sha256(int8send(n)), 1, 16), ${CONSENT} from generate_series(1, 1000) n;
		insert into judged_pair (assignment_id, volunteer_id, campaign_id, media_type, kind, matched, policy, body_hash, response_ms, exposure_ms, server_ms)
		select bench_id(i * 10 + k), bench_id(1 + (i * 10 + k) % 1000), c.id, 'image', 'random', false, 1, sha256(''), 3000, 5400, 6000 from campaign c, generate_series(1, :items) i, generate_series(0, 9) k where c.name = 'default';
		insert into judgment (item_id, volunteer_id, assignment_id, position, verdict, confidence, tells, training)
		select bench_id(i), bench_id(1 + (i * 10 + k) % 1000), bench_id(i * 10 + k), 'left', case when (i + k / 8) % 2 = 0 then 'real' else 'fake' end, 75, '{anatomy}', false from generate_series(1, :items) i, generate_series(0, 9) k;
		insert into consensus (item_id, p_fake, low, high, judgments, fake_votes)
		select item_id, case when avg((verdict = 'fake')::int) > .5 then .98 else .02 end, 0, 1, count(*), count(*) filter (where verdict = 'fake') from judgment group by item_id;
		analyze;`);
	await stand.cluster.script(database, stand.at("export.sql"), { items, more }, `${digests.join("\n")}\n`);
}

/** The columns of judgments.csv, trials.csv and labels.csv, without pseudonyms. */
const COPY = `\\copy (select j.item_id, j.volunteer_id, j.verdict, j.confidence from judgment j where j.revision = 0 and not j.training order by j.item_id) to '`;
const COPY_TRIALS = `\\copy (select j.item_id, j.verdict, j.confidence, j.position, array_to_string(j.tells, ';'), p.matched, p.kind, p.exposure_ms, j.judged_at
	from judgment j join judged_pair p using (assignment_id) where j.revision = 0 and not j.training order by j.item_id) to '`;
const COPY_LABELS = `\\copy (select i.id, i.media_type, c.p_fake, c.low, c.high, c.judgments, i.truth, i.basis, array_to_string(i.techniques, ';'), i.generator, i.lineage, i.width, i.height, i.duration_ms, i.licence, i.credit, i.rendition_bytes, encode(i.rendition, 'hex'), c.decided_by
	from item i join consensus c on c.item_id = i.id order by i.id) to '`;

/** Runs a program to its end. Answers how much memory it held at most, in MB, as far as looks at it every tenth of a second tell; and what it said. */
async function runForPeak(command, args, options) {
	const child = start(command, args, options);
	let peak_mb = 0;
	const looking = setInterval(() => usage(child.pid).then((now) => { peak_mb = Math.max(peak_mb, now.peak_mb || 0); }, () => {}), 100);
	const { code } = await child.ended;
	clearInterval(looking);
	if (code !== 0)
		throw new Error(`${command} ${args.join(" ")}: ${child.words}`);
	return { peak_mb, words: child.words };
}

/** The parts of making a release, in seconds, as it told its log. */
const stagesOf = (words) => Object.fromEntries([...words.matchAll(/ release: ([a-z ]+) took (\d+) ms/g)].map(([, stage, ms]) => [stage, ms / 1000]));

export async function seconds(work) {
	const began = process.hrtime.bigint();
	await work();
	return Number(process.hrtime.bigint() - began) / 1e9;
}

export async function exports(bench) {
	const items = bench.releaseItems ?? 20000;
	const { stand, report } = bench;
	await makeReleasable(bench, items);
	const env = { ...process.env, DATABASE_URL: stand.cluster.url("export"), TOUCHSTONE_DATA: stand.server.data, TOUCHSTONE_LOG: "debug" };
	const peaks = { create: [], write: [] }, stages = [], rates = { tables: [], create: [], write: [], copy: [] };
	const rows = items * 21;
	const touchstone = async (command, ...args) => {
		let said;
		rates[command].push(rows / await seconds(async () => { said = await runForPeak(program("touchstone"), ["release", command, ...args], { env }); }));
		peaks[command].push({ value: said.peak_mb });
		return stagesOf(said.words);
	};
	const copy = async () => {
		rates.copy.push(rows / await seconds(async () => {
			for (const [statement, name] of [[COPY, "judgments"], [COPY_TRIALS, "trials"], [COPY_LABELS, "labels"]])
				await stand.cluster.sql("export", `${statement.replace(/\s+/g, " ")}${stand.at(name)}.csv' csv header`);
		}));
	};
	for (let round = 0; round < Math.min(bench.rounds, 3); round++) {
		const create = async () => {
			stages.push(await touchstone("create", "bench", `1.${round}`));
			rates.tables.push(rows / stages.at(-1).tables);
		};
		for (const work of round % 2 ? [copy, create] : [create, copy]) {
			await stand.quiet();
			await work();
		}
		await touchstone("write", "bench", `1.${round}`, stand.at(`release${round}`));
		await rm(stand.at(`release${round}`), { recursive: true });
	}
	const target = items >= 1_000_000 ? 0.5 : undefined;
	const parts = stages.map((one) => Object.entries(one).map(([stage, time]) => `${stage} ${time.toFixed(1)}`).join(", ")).join("; ");
	report.ratio({ part: "exports", what: "rows a second of the tables that `release create` writes (labels twice, judgments, trials, terms) against \\copy", target, ours: rates.tables, reference: rates.copy, detail: `${items} items, ${10 * items} judgments` });
	report.ratio({ part: "exports", what: "the same of all of `release create` (chosen, split, checked, drafted, measured, summed, signed)", target, ours: rates.create, reference: rates.copy, detail: `seconds: ${parts}` });
	report.ratio({ part: "exports", what: "rows a second of `release write` (with the items' media, checked) against \\copy", ours: rates.write, reference: rates.copy });
	for (const [command, rounds] of Object.entries(peaks))
		report.add({ part: "exports", what: `\`release ${command}\`: at most resident`, unit: " MB", target: 100, better: "less", rounds });
	await stand.sql("drop database export with (force)");
}

/* ------------------------------------------------------------------ instructions */

const PARTS = { reveal: ["a cookie and a lease revealed", 200], read: ["a judgment's body parsed, checked and hashed", 200], choose: ["a pair chosen of 20,000 candidates", 5], fit: ["100,000 judgments fitted", 1] };

async function countBy(tool, part, times, file) {
	const pure = [program("bench-pure"), part, String(times)];
	if (tool === "perf") {
		await run("perf", ["stat", "-x,", "-e", "instructions:u", "-o", file, ...pure]);
		return Number(/^(\d+),/m.exec(await readFile(file, "utf8"))?.[1]);
	}
	await run("valgrind", ["--tool=callgrind", `--callgrind-out-file=${file}`, ...pure]);
	return Number(/^(?:summary|totals): (\d+)/m.exec(await readFile(file, "utf8"))?.[1]);
}

async function chooseTool(file) {
	for (const tool of ["perf", "valgrind"])
		if (await has(tool) && await countBy(tool, "nothing", 1, file).catch(() => 0) > 0)
			return tool;
	return null;
}

export async function instructions(bench) {
	const file = bench.stand.at("instructions");
	const tool = await chooseTool(file);
	if (!tool) {
		bench.report.note("instructions: neither perf nor valgrind can count them here.");
		return;
	}
	const idle = await countBy(tool, "nothing", 1, file);
	for (const [part, [what, times]] of Object.entries(PARTS)) {
		const value = (await countBy(tool, part, times, file) - idle) / times / 1000;
		bench.report.add({ part: "instructions", what: `thousands of instructions: ${what} (${tool})`, unit: "", rounds: [{ value }] });
	}
}
