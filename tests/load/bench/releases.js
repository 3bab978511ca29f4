// SPDX-License-Identifier: Apache-2.0
// releases.js: how long the layouts of a release take, and how fast its archive is sent, which is written nowhere.

import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, open, rename, rm } from "node:fs/promises";
import path from "node:path";
import { pipeline } from "node:stream/promises";

import { Server, has, program, run, until } from "./machine.js";
import { alternate, startNginx } from "./rates.js";
import { makeReleasable, seconds } from "./sizes.js";

const LAYOUTS = ["touchstone", "class-folders", "huggingface", "webdataset", "parquet", "csv", "jsonl", "dfdc", "deepfakebench", "bagit"];

/**
 * Makes the release bench 1.0.0 of a database, and at a server that works the layouts that are made unasked: all but Parquet, which
 * repeats the media. Answers the release's address, and the server.
 */
async function released(bench, database, { took = () => {}, ask = [] } = {}) {
	const env = { ...process.env, DATABASE_URL: bench.stand.cluster.url(database), TOUCHSTONE_DATA: bench.stand.server.data };
	const server = new Server(bench.stand.cluster, database, bench.stand.server.data);
	took("create", await seconds(() => run(program("touchstone"), ["release", "create", "bench", "1.0.0"], { env })));
	for (const layout of ask) {
		await run(program("touchstone"), ["release", "write", "bench", "1.0.0", bench.stand.at("asked"), "--format", layout], { env });
		await rm(bench.stand.at("asked"), { recursive: true });
	}
	await server.start({ args: [] });
	const address = `${server.url}/api/v1/releases/bench/1.0.0`;
	took("serve", await seconds(() => until("the layouts", () => fetch(address).then((answer) => answer.json()).then(({ layouts }) => layouts.length === LAYOUTS.length - 1 + ask.length), { seconds: 900, every_ms: 200 })));
	return { address, env, server };
}

/* ------------------------------------------------------------------ layouts */

export async function layouts(bench) {
	const { report, stand } = bench;
	const items = bench.layoutItems ?? 10_000, more = 20_000;
	const rounds = [];
	for (let round = 0; round < Math.min(bench.rounds, 3); round++) {
		const database = `layouts${round}`, times = { write: {} };
		await makeReleasable(bench, items, { database, more });
		await stand.quiet();
		const { env, server } = await released(bench, database, { took: (step, time) => { times[step] = time; }, ask: ["parquet"] });
		for (const layout of LAYOUTS) {
			const target = stand.at("layout");
			times.write[layout] = await seconds(() => run(program("touchstone"), ["release", "write", "bench", "1.0.0", target, "--format", layout], { env }));
			await rm(target, { recursive: true });
		}
		await server.stop();
		await stand.sql(`drop database ${database} with (force)`);
		rounds.push({ ...times, value: times.create + times.serve + Object.values(times.write).reduce((sum, time) => sum + time, 0) });
	}
	const each = ({ create, serve, write }) => `made in ${create.toFixed(1)} s, all layouts to be had over HTTP ${serve.toFixed(1)} s later, then written: ${Object.entries(write).map(([layout, time]) => `${layout} ${time.toFixed(1)}`).join(", ")}`;
	report.add({ part: "layouts", what: `a release of ${items.toLocaleString("en-US")} pictures of 20 KB, made, and served and written in every layout`, unit: " s", target: 180, better: "less", rounds, detail: rounds.map(each).join("; ") });
}

/* ------------------------------------------------------------------ one large archive */

async function digestOf(file) {
	const hash = createHash("sha256");
	await pipeline(createReadStream(file, { highWaterMark: 1 << 20 }), hash);
	return hash.digest("hex");
}

/** Media that are holes but for their first byte: they take little of the disk. */
async function makeHoles(bench, count, bytes) {
	const { stand } = bench;
	const digests = [];
	for (let n = 0; n < count; n++) {
		const hole = stand.at("hole"), file = await open(hole, "w");
		await file.write(String(n));
		await file.truncate(bytes);
		await file.close();
		const digest = await digestOf(hole), folder = path.join(stand.server.data, "media", digest.slice(0, 2));
		await mkdir(folder, { recursive: true });
		await rename(hole, path.join(folder, digest.slice(2)));
		digests.push(digest);
	}
	await stand.cluster.migrated("archive");
	await stand.cluster.sql("archive", `insert into item (campaign_id, media_type, sha256, bytes, format, rendition, rendition_bytes, rendition_type, width, height, lineage, state)
		select c.id, 'image', decode(digest, 'hex'), ${bytes}, 'jpeg', decode(digest, 'hex'), ${bytes}, 'image/jpeg', 640, 480, digest, 'retired' from campaign c, unnest('{${digests}}'::text[]) digest where c.name = 'default'`);
	await stand.cluster.sql("archive", "insert into consensus (item_id, p_fake, low, high, judgments, fake_votes) select id, case when row_number() over (order by id) % 2 = 0 then .99 else .01 end, 0, 1, 9, 5 from item");
	return digests;
}

/** Of a medium at most: larger ones are not taken. */
const MEDIUM_MB = 500;

/** Megabytes a second of a part of a file, as curl gets it, and seconds until its first byte. */
async function fetchPart(url, from, bytes) {
	const { stdout } = await run("curl", ["-sS", "--fail", "-r", `${from}-${from + bytes - 1}`, "-o", "/dev/null", "-w", "%{http_code} %{size_download} %{time_total} %{time_starttransfer}", url]);
	const [status, size, total, first] = stdout.split(" ").map(Number);
	if (status !== 206 || size !== bytes)
		throw new Error(`${url}: ${stdout}`);
	return { rate: size / total / 1e6, first };
}

export async function archive(bench) {
	const { report, stand } = bench;
	if (!await has("nginx") || !await has("curl")) {
		report.note("archive: nginx or curl is not installed, so it was not measured.");
		return;
	}
	const megabytes = bench.archiveMegabytes ?? 20_480, members = Math.max(4, Math.ceil(megabytes / MEDIUM_MB));
	const digests = await makeHoles(bench, members, Math.floor(megabytes / members) * 1_048_576 + 3);
	const { address, server } = await released(bench, "archive");
	const url = `${address}/archives/touchstone.tar`, copy = stand.at("archive.tar");
	const whole = Number((await fetch(url, { method: "HEAD" })).headers.get("content-length"));
	await run("bash", ["-c", "set -o pipefail; curl -sS --fail \"$1\" | dd of=\"$2\" bs=1M iflag=fullblock conv=sparse status=none && truncate -s \"$3\" \"$2\"", "-", url, copy, String(whole)]);
	const nginx = await startNginx(bench, copy, whole);
	await rm(copy);
	const part = Math.floor(whole / 10), firsts = [];
	const fetchOne = (from_url) => async () => {
		const parts = [];
		for (const from of [0.05, 0.45, 0.85])
			parts.push(await fetchPart(from_url, Math.floor(whole * from), part));
		if (from_url === url)
			firsts.push({ value: 1000 * Math.max(...parts.map(({ first }) => first)) });
		return 3 / parts.reduce((sum, { rate }) => sum + 1 / rate, 0);
	};
	try {
		const rates = await alternate(bench, { ours: fetchOne(url), nginx: fetchOne(nginx.url) });
		report.ratio({ part: "archive", what: `MB a second of a tenth of an archive of ${(whole / 1e9).toFixed(1)} GB, thrice, against nginx with one file of that size`, target: 0.7, ours: rates.ours, reference: rates.nginx });
		report.add({ part: "archive", what: "the same: the first byte, at the latest", unit: " ms", target: 100, better: "less", rounds: firsts });
	} finally {
		nginx.kill("SIGTERM");
		await nginx.ended;
		await server.stop();
		await stand.sql("drop database archive with (force)");
		for (const digest of digests)
			await rm(path.join(stand.server.data, "media", digest.slice(0, 2), digest.slice(2)), { force: true });
	}
}
