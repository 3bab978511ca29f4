// SPDX-License-Identifier: Apache-2.0
// What originals say of their own origin, from import on: read by a job, shown to moderators after their blind verdict,
// and only the digital source type in releases. Where a picture was taken leaves by no way: a picture with a place in
// its EXIF and XMP goes in, and everything that comes out is looked at.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, readFile, readdir, rename, writeFile } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";

import { makeSigners, withCredentials } from "../support/c2pa.js";
import { picture } from "../support/corpus.js";
import { readCsv } from "../support/csv.js";
import { Client } from "../support/http.js";
import { Place, asOwner, sql, until } from "../support/place.js";
import { download, makeRelease, researcher } from "../support/release.js";

const run = promisify(execFile);
const NEWSCODES = "http://cv.iptc.org/newscodes/digitalsourcetype/";
const REASON = "What this test says of it.";
/** The place, in every form that metadata and reports write it, and words that stand only in metadata. */
const PLACE = [/47 deg 37'/, /47\.6205/, /122 deg 20'/, /122\.3493/, /Emerald Harbour/, /GPS(Latitude|Longitude|Position)/];

describe("what originals say of their origin", () => {
	let place, folder, database, server, anchors, moderator, ada, release, given;

	before(async () => {
		place = await Place.open("origin");
		folder = path.join(place.folder, "media");
		await mkdir(folder, { recursive: true });
		const made = await makeSigners(folder);
		anchors = made.anchors;
		for (let i = 0; i < 4; i++) {
			await picture(path.join(folder, `p${i}.png`), i, i % 2 === 1);
			await run("vips", ["copy", path.join(folder, `p${i}.png`), path.join(folder, `p${i}.jpg`)]);
		}
		const file = (name) => path.join(folder, name);
		await run("exiftool", ["-q", "-overwrite_original", "-GPSLatitude=47.6205", "-GPSLatitudeRef=N", "-GPSLongitude=122.3493", "-GPSLongitudeRef=W",
			"-XMP:GPSLatitude=47.6205", "-XMP-photoshop:City=Emerald Harbour", "-IPTC:City=Emerald Harbour", "-XMP-iptcExt:LocationCreatedCity=Emerald Harbour",
			`-XMP-iptcExt:DigitalSourceType=${NEWSCODES}digitalCapture`, "-XMP-dc:Title=<img src=x>\u202egnp", file("p0.jpg")]);
		await writeFile(file("p1.jpg"), withCredentials(await readFile(file("p1.jpg")), made.signers.ES256, { sourceType: `${NEWSCODES}trainedAlgorithmicMedia` }));
		await run("ffmpeg", ["-v", "error", "-f", "lavfi", "-i", "testsrc=s=320x240:r=25", "-t", "1", "-metadata", "location=+47.6205-122.3493/", "-metadata", "title=Emerald Harbour",
			"-pix_fmt", "yuv420p", file("film.mp4")]);
		await run("exiftool", ["-q", "-overwrite_original", "-Keys:GPSCoordinates=47.6205, -122.3493, 10", "-UserData:GPSCoordinates=47.6205, -122.3493, 10", file("film.mp4")]);
		await rename(file("p2.jpg"), file("p2-moved.jpg"));
		await writeFile(file("manifest.csv"), "file,truth,basis,source,licence,title\n" +
			["p0.jpg", "p1.jpg", "p2-moved.jpg", "film.mp4"].map((name, i) => `${name},${i % 2 ? "fake" : "real"},dataset_label,test,CC0-1.0,${name}\n`).join(""));
		database = await place.database("main");
		await place.program(database, ["import", file("manifest.csv")]);
		server = await place.server(database, { more: { TOUCHSTONE_C2PA_ANCHORS: anchors } });
		await until("originals to be read", async () => (await sql(database, "select count(*) from provenance"))[0][0] === "4", { seconds: 60 });
		given = await place.account(database, "mo@example.org", "moderator");
		moderator = new Client(server.url);
		await moderator.signIn("mo@example.org", given, "a longer pass phrase");
		ada = await researcher(place, database, server);
	});
	after(() => place?.close());

	const dispute = async (title) => (await sql(asOwner(database), `with item as (update item set state = 'disputed' where title = '${title}' returning id)
		insert into dispute (item_id, reason, judgments) select id, 'max_judgments', 0 from item returning id`))[0][0];

	test("import does not wait, and a job reads every original once", async () => {
		assert.deepEqual(await sql(database, "select i.title, p.c2pa_state, coalesce(p.digital_source_type, '-'), p.tool from provenance p join item i on i.id = p.item_id order by 1"), [
			["film.mp4", "not_covered", "-", "exiftool"], ["p0.jpg", "none", "digitalCapture", "exiftool"],
			["p1.jpg", "valid", "trainedAlgorithmicMedia", "exiftool"], ["p2-moved.jpg", "none", "-", "exiftool"]]);
		assert.deepEqual(await sql(database, "select count(*) from provenance_due"), [["0"]]);
		assert.match((await sql(database, "select report from provenance p join item i on i.id = p.item_id where title = 'p0.jpg'"))[0][0], PLACE[0]);
		const { stdout } = await place.program(database, ["provenance", "--again"]);
		assert.match(stdout, /^4 originals more are to be read/);
		await until("originals to be read again", async () => (await sql(database, "select count(*) from provenance_due"))[0][0] === "0", { seconds: 60 });
	});

	test("a moderator sees it after the blind verdict, not before, and without what turns text round", async () => {
		const id = await dispute("p0.jpg");
		const before = await moderator.get(`/api/v1/disputes/${id}`);
		assert.equal(before.status, 200);
		assert.equal(before.json.evidence, null);
		assert.ok(!/digitalCapture|exiftool/.test(before.bytes.toString()));
		assert.equal((await moderator.post(`/disputes/${id}/claim`, {})).status, 200);
		const shown = await moderator.post(`/disputes/${id}/verdict`, { verdict: "real", confidence: 75 });
		assert.equal(shown.status, 201);
		const { origin } = shown.json.evidence;
		assert.equal(origin.digital_source_type, "digitalCapture");
		assert.equal(origin.c2pa.state, "none");
		assert.match(origin.tool_version, /^\d+\.\d+$/);
		const title = origin.metadata.find(({ tag }) => tag === "XMP-dc:Title");
		assert.equal(title.value, "<img src=x>\ufffdgnp");
		assert.equal((await moderator.post(`/disputes/${id}/ruling`, { ruling: "real", reason: REASON })).status, 201);
	});

	test("a release says the digital source type, and nothing else of it", async () => {
		for (const [title, ruling] of [["p1.jpg", "fake"], ["p2-moved.jpg", "real"], ["film.mp4", "fake"]]) {
			const id = await dispute(title);
			assert.equal((await moderator.post(`/disputes/${id}/claim`, {})).status, 200);
			assert.equal((await moderator.post(`/disputes/${id}/verdict`, { verdict: ruling, confidence: 75 })).status, 201);
			assert.equal((await moderator.post(`/disputes/${id}/ruling`, { ruling, reason: REASON })).status, 201);
		}
		release = await makeRelease(ada, "origin", "1.0");
		await download(server, release, path.join(place.folder, "release"));
		const rows = readCsv(await readFile(path.join(place.folder, "release", "labels.csv"), "utf8"));
		assert.deepEqual(rows.map((row) => row.digital_source_type).sort(), ["", "", `${NEWSCODES}digitalCapture`, `${NEWSCODES}trainedAlgorithmicMedia`]);
		await place.program(database, ["release", "verify", path.join(place.folder, "release")]);
	});

	test("no rendition, poster, thumbnail, export or answer holds the place", async () => {
		const look = async (what, bytes) => {
			const text = bytes.toString("latin1");
			for (const form of PLACE)
				assert.ok(!form.test(text), `${what}: ${form}`);
			const file = path.join(place.folder, "looked-at");
			await writeFile(file, bytes);
			const { stdout } = await run("exiftool", ["-j", "-G1", "-a", "-ee", file]).catch((error) => error);
			for (const form of PLACE)
				assert.ok(!form.test(stdout), `${what}, by exiftool: ${form}`);
		};
		await assert.rejects(look("the original", await readFile(path.join(folder, "p0.jpg"))), "what is looked for can be found");
		await assert.rejects(look("the original", await readFile(path.join(folder, "film.mp4"))), "in films too");
		/* What the store keeps beside originals. */
		const digests = (await sql(database, `select encode(unnest(array[rendition, poster, thumbnail]), 'hex') from item`)).map(([digest]) => digest).filter(Boolean);
		const { stdout } = await run("find", [place.folder + "/media", "-type", "f"]);
		const stored = stdout.split("\n").filter((one) => digests.includes(path.basename(one)) || digests.some((digest) => one.replaceAll("/", "").endsWith(digest)));
		assert.ok(stored.length >= 8, `${stored.length} of ${digests.length} files were found`);
		for (const file of stored)
			await look(file, await readFile(file));
		const files = await readdir(path.join(place.folder, "release"), { recursive: true, withFileTypes: true });
		let count = 0;
		for (const file of files)
			if (file.isFile())
				count++, await look(file.name, await readFile(path.join(file.path ?? file.parentPath, file.name)));
		assert.ok(count >= 8);

		const volunteer = new Client(server.url), anybody = new Client(server.url);
		assert.equal((await volunteer.post("/volunteers", { consent: true })).status, 201);
		await sql(asOwner(database), "update item set state = 'in_service'");
		const pair = await until("a pair", async () => {
			const answer = await volunteer.post("/assignments", {});
			return answer.status === 201 && answer;
		});
		await look("an assignment", pair.bytes);
		for (const { media } of pair.json.items)
			for (const url of [media.url, media.poster_url].filter(Boolean)) {
				const answer = await volunteer.get(url);
				assert.equal(answer.status, 200);
				await look(url, answer.bytes);
				await look(`${url}, its headers`, Buffer.from(JSON.stringify([...answer.headers ?? []])));
			}
		for (const url of ["/api/v1/stats", "/api/v1/releases", "/api/v1/releases/origin/1.0", "/api/v1/releases/origin/1.0/croissant.json"])
			await look(url, (await anybody.get(url)).bytes);
		for (const url of ["/api/v1/me", "/api/v1/me/results"])
			await look(url, (await volunteer.get(url)).bytes);
		for (const { stdout: said } of [await place.program(database, ["item", "show", (await sql(database, "select id from item where title = 'p0.jpg'"))[0][0]])])
			await look("item show", Buffer.from(said));
		await look("the server's log", Buffer.from(server.words));
	});
});
