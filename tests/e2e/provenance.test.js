// SPDX-License-Identifier: Apache-2.0
// What files tell of their own origin, as `touchstone provenance` reads it: content credentials in every state, and the
// metadata of hostile files. The real ones lie in ../shared/data/c2pa beside the checkout; without them that test is skipped.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";

import { makeSigners, withCredentials } from "../support/c2pa.js";
import { CHECKOUT } from "../support/place.js";

const run = promisify(execFile);
const PROGRAM = path.join(CHECKOUT, process.env.TOUCHSTONE_BUILD ?? "build", "touchstone");
const REAL = path.resolve(CHECKOUT, "../shared/data/c2pa");
const STRIDE = process.env.LONG ? 23 : 97; // of a signed file one byte in so many is changed, which takes a process each
const GENERATED = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia";

describe("what files tell of their origin", () => {
	let folder, signers, anchors, jpeg, png;

	before(async () => {
		folder = await mkdtemp(path.join(tmpdir(), "provenance-"));
		({ signers, anchors } = await makeSigners(folder));
		await run("ffmpeg", ["-v", "error", "-f", "lavfi", "-i", "testsrc=size=64x48", "-frames:v", "1", path.join(folder, "plain.jpg")]);
		await run("ffmpeg", ["-v", "error", "-f", "lavfi", "-i", "testsrc=size=64x48", "-frames:v", "1", path.join(folder, "plain.png")]);
		jpeg = await readFile(path.join(folder, "plain.jpg"));
		png = await readFile(path.join(folder, "plain.png"));
	});
	after(() => rm(folder, { recursive: true, force: true }));

	/** What is told of one file: its state, why, who signed, its digital source type, its report. */
	const tell = async (file, { trusted = anchors, report = false } = {}) => {
		const { stdout } = await run(PROGRAM, ["provenance", ...(trusted ? ["--c2pa-anchors", trusted] : []), ...(report ? ["--report"] : []), file]);
		const [first, ...rest] = stdout.split("\n");
		const said = first.slice(first.indexOf(": credentials"));
		const [, state, reason, signer, type] = /^: credentials (\w+)(?: \((.*?)\))?(?:; signed as (.*?))?; digital source type (.*?); metadata/.exec(said) ?? assert.fail(stdout);
		return { state, reason, signer, type, report: report ? JSON.parse(rest.join("\n")) : undefined };
	};
	const tellBytes = async (bytes, options) => {
		const file = path.join(folder, "tried");
		await writeFile(file, bytes);
		return tell(file, options);
	};
	const state = async (bytes, options) => (await tellBytes(bytes, options)).state;

	test("real files end in the states that C2PA's own library finds", { skip: existsSync(REAL) ? false : "no ../shared/data/c2pa" }, async () => {
		const expected = { C: "valid", CA: "valid", "E-dat-CA": "broken", "E-sig-CA": "broken", XCA: "broken" };
		const files = (await readdir(REAL)).filter((name) => name.endsWith(".jpg"));
		assert.equal(files.length, Object.keys(expected).length);
		for (const name of files) {
			const which = /adobe-\d+-(.*)\.jpg/.exec(name)[1];
			assert.equal((await tell(path.join(REAL, name), { trusted: path.join(REAL, "anchors.pem") })).state, expected[which], name);
			assert.equal((await tell(path.join(REAL, name))).state, expected[which] === "valid" ? "untrusted" : expected[which], name);
			assert.equal((await tell(path.join(REAL, name), { trusted: null })).state, expected[which] === "valid" ? "untrusted" : expected[which], name);
		}
	});

	test("a file without credentials has none, and of other formats nobody says so", async () => {
		assert.equal(await state(jpeg), "none");
		assert.equal(await state(png), "none");
		assert.equal(await state(Buffer.from("RIFF....WEBPVP8 ")), "not_covered");
	});

	test("credentials of every covered algorithm, version and format hold", async () => {
		for (const algorithm of ["ES256", "ES384", "ES512", "PS256", "EdDSA"])
			for (const file of [jpeg, png])
				for (const options of [{}, { version: 2, chainIn: "other" }]) {
					const told = await tellBytes(withCredentials(file, signers[algorithm], options));
					assert.equal(told.state, "valid", `${algorithm}: ${told.reason}`);
					assert.match(told.signer, new RegExp(`Signer ${algorithm}`));
				}
		assert.equal(await state(withCredentials(jpeg, signers.ES256, { generator: "x".repeat(200000) })), "valid", "of several segments");
	});

	test("whoever is not trusted is untrusted, whatever else holds", async () => {
		const file = withCredentials(jpeg, signers.ES256);
		assert.equal(await state(file, { trusted: null }), "untrusted");
		assert.deepEqual(await tellBytes(withCredentials(jpeg, signers.server)).then(({ state, reason }) => [state, reason]),
			["untrusted", "the signer's certificate is not made for content"]);
		assert.deepEqual(await tellBytes(withCredentials(jpeg, signers.expired)).then(({ state, reason }) => [state, reason]),
			["untrusted", "a certificate of the signer has expired"]);
		const stranger = { ...signers.ES256, certificate: signers.server.certificate };
		assert.equal(await state(withCredentials(jpeg, stranger)), "broken", "signed by another key than the certificate's");
	});

	test("what was changed after it was signed is broken", async () => {
		for (const file of [jpeg, png]) {
			const signed = withCredentials(file, signers.ES256);
			const changed = Buffer.from(signed);
			changed[changed.length - 20] ^= 1;
			assert.equal(await state(changed), "broken", "the picture");
			assert.equal(await state(Buffer.concat([signed, Buffer.from("more")])), "broken", "something behind it");
		}
		for (const change of [{ assertion: true }, { added: true }, { missing: true }])
			assert.equal(await state(withCredentials(jpeg, signers.ES256, { change })), "broken", JSON.stringify(change));
		const moved = withCredentials(jpeg, signers.ES256), size = moved.readUInt16BE(4) + 2;
		const comment = Buffer.from([0xff, 0xfe, 0, 4, 0x68, 0x69]);
		assert.equal(await state(Buffer.concat([moved.subarray(0, 2), comment, moved.subarray(2)])), "broken", "something in front");
		assert.equal(await state(Buffer.concat([moved.subarray(0, 2 + size), comment, moved.subarray(2 + size)])), "broken", "something behind the manifest");
	});

	test("no byte of a signed file can be changed but what nobody signs", async () => {
		const signed = withCredentials(png, signers.ES256);
		/* The manifest's own name, whatever the claim says of it relative to itself, and the checksum of PNG's chunk. */
		const name = signed.indexOf("urn:uuid:tests"), checksum = signed.indexOf("caBX") + 4 + signed.readUInt32BE(signed.indexOf("caBX") - 4);
		const free = (at) => (at >= name && at < name + 14) || (at >= checksum && at < checksum + 4);
		for (let at = 8 + Math.floor(Math.random() * STRIDE); at < signed.length; at += STRIDE) {
			const changed = Buffer.from(signed);
			changed[at] ^= 0x10;
			assert.ok(free(at) || await state(changed) !== "valid", `byte ${at}: ${signed.subarray(at - 20, at + 20).toString("latin1")}`);
		}
	});

	test("what is not covered is unreadable, not broken", async () => {
		for (const change of [{ alg: "sha512" }, { exclusions: [{ start: 900, length: 10 }] }, { manifest: "c2um" }, { signature: Buffer.from("nonsense") }])
			assert.equal(await state(withCredentials(jpeg, signers.ES256, { change })), "unreadable", JSON.stringify(change));
		assert.equal(await state(withCredentials(jpeg, signers.ES256, { chainIn: "nowhere" })), "unreadable");
		const twice = withCredentials(jpeg, signers.ES256), size = twice.readUInt16BE(4) + 2;
		assert.equal(await state(Buffer.concat([twice.subarray(0, 2), twice.subarray(2, 2 + size), twice.subarray(2)])), "unreadable", "two stores");
	});

	test("the digital source type is that of valid credentials, or of the XMP, and a word that IPTC knows", async () => {
		const signed = withCredentials(jpeg, signers.ES256, { sourceType: GENERATED });
		assert.equal((await tellBytes(signed)).type, "trainedAlgorithmicMedia");
		assert.equal((await tellBytes(signed, { trusted: null })).type, "not said", "anybody may have signed it");
		const file = path.join(folder, "xmp.jpg");
		for (const [written, told] of [[GENERATED, "trainedAlgorithmicMedia"], [GENERATED.replace("http:", "https:"), "trainedAlgorithmicMedia"],
			["http://cv.iptc.org/newscodes/digitalsourcetype/madeUp", "not said"], ["<script>", "not said"]]) {
			await writeFile(file, jpeg);
			await run("exiftool", ["-q", "-overwrite_original", `-XMP-iptcExt:DigitalSourceType=${written}`, file]);
			assert.equal((await tell(file)).type, told, written);
		}
	});

	test("metadata of any kind leave a report that is JSON, whole and bounded", async () => {
		const file = path.join(folder, "hostile.jpg");
		await writeFile(file, jpeg);
		await run("exiftool", ["-q", "-overwrite_original", "-Artist=1e999", "-XMP-dc:Title=<b>\u202etitle\u0001</b>", "-IFD0:Software=-0e5x", file]);
		const { report } = await tell(file, { report: true });
		assert.equal(report["IFD0:Artist"], "1e999");
		assert.match(report["XMP-dc:Title"], /^<b>\?title.<\/b>$/, "what turns text round does not reach a terminal");
		assert.ok(!Object.keys(report).some((key) => key.startsWith("System:")), "nothing of our own file system");

		await writeFile(file, jpeg);
		await run("exiftool", ["-q", "-overwrite_original", `-XMP-dc:Description=${"\u20ac".repeat(30000)}`, "-XMP-dc:Rights=short", file]);
		const cut = await tell(file, { report: true });
		assert.ok(JSON.stringify(cut.report).length < 65536);
		assert.equal(cut.report["XMP-dc:Rights"], "short");

		const comment = Buffer.concat([Buffer.from([0xff, 0xfe, 0, 8]), Buffer.from([0xff, 0xfe, 0xc0, 0x80, 0x22, 0x5c])]);
		const bytes = await tellBytes(Buffer.concat([jpeg.subarray(0, 2), comment, jpeg.subarray(2)]), { report: true });
		assert.ok("File:Comment" in bytes.report);
	});
});
