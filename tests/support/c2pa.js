// SPDX-License-Identifier: Apache-2.0
// Makes files with content credentials (C2PA) to try the reader on: pictures that are signed, by keys and certificates
// of our own, and what may be wrong with them. Written from the specification, not from the reader.

import { execFile } from "node:child_process";
import { createHash, createPrivateKey, sign } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const sha256 = (bytes) => createHash("sha256").update(bytes).digest();
const join = (...parts) => Buffer.concat(parts.map((part) => typeof part === "string" ? Buffer.from(part, "latin1") : part));
const number32 = (n) => { const bytes = Buffer.alloc(4); bytes.writeUInt32BE(n); return bytes; };

/** A tag of CBOR. */
export class Tagged { constructor(tag, value) { this.tag = tag; this.value = value; } }

function head(major, n) {
	if (n < 24) return Buffer.from([major << 5 | n]);
	if (n < 256) return Buffer.from([major << 5 | 24, n]);
	if (n < 65536) return Buffer.from([major << 5 | 25, n >> 8, n & 255]);
	return join(Buffer.from([major << 5 | 26]), number32(n));
}

/** CBOR of what JavaScript has; Map for maps with keys that are numbers, FIXED32 for numbers of a fixed length. */
export function cbor(value) {
	if (value === null) return Buffer.from([0xf6]);
	if (value instanceof Fixed32) return join(Buffer.from([0x1a]), number32(value.n));
	if (typeof value === "number") return value < 0 ? head(1, -1 - value) : head(0, value);
	if (typeof value === "string") return join(head(3, Buffer.byteLength(value)), Buffer.from(value));
	if (value instanceof Uint8Array) return join(head(2, value.length), Buffer.from(value));
	if (value instanceof Tagged) return join(head(6, value.tag), cbor(value.value));
	if (Array.isArray(value)) return join(head(4, value.length), ...value.map(cbor));
	const entries = value instanceof Map ? [...value] : Object.entries(value);
	return join(head(5, entries.length), ...entries.flatMap(([k, v]) => [cbor(k), cbor(v)]));
}
class Fixed32 { constructor(n) { this.n = n; } }

const box = (type, ...inside) => { const bytes = join(...inside); return join(number32(bytes.length + 8), type, bytes); };
const uuid = (four) => join(four, Buffer.from("00110010800000aa00389b71", "hex"));
const superbox = (four, label, ...inside) => box("jumb", box("jumd", uuid(four), Buffer.from([3]), label, Buffer.from([0])), ...inside);
/** What the hash of an assertion is of: its box without length and type. */
const contents = (bytes) => bytes.subarray(8);

/** A chain of certificates, made anew: an authority, and signers of the kinds that are asked for. */
export async function makeSigners(folder) {
	const openssl = (...args) => run("openssl", args, { cwd: folder });
	const kinds = { ES256: ["EC", "ec_paramgen_curve:P-256"], ES384: ["EC", "ec_paramgen_curve:P-384"],
		ES512: ["EC", "ec_paramgen_curve:P-521"], PS256: ["RSA", "rsa_keygen_bits:2048"], EdDSA: ["ED25519"] };
	await openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "root.key",
		"-out", "root.pem", "-days", "30", "-subj", "/CN=Root of tests");
	const make = async (name, [algorithm, option], purpose, days = "20") => {
		await openssl("genpkey", "-algorithm", algorithm, ...(option ? ["-pkeyopt", option] : []), "-out", `${name}.key`);
		await openssl("req", "-new", "-key", `${name}.key`, "-subj", `/CN=Signer ${name}/O=<b>tests`, "-out", `${name}.csr`);
		await writeFile(path.join(folder, `${name}.ext`), `basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=${purpose}\n`);
		await openssl("x509", "-req", "-in", `${name}.csr`, "-CA", "root.pem", "-CAkey", "root.key", "-CAcreateserial",
			"-days", days, "-extfile", `${name}.ext`, "-out", `${name}.pem`);
		await openssl("x509", "-in", `${name}.pem`, "-outform", "DER", "-out", `${name}.der`);
		return { key: createPrivateKey(await readFile(path.join(folder, `${name}.key`))), certificate: await readFile(path.join(folder, `${name}.der`)) };
	};
	const signers = {};
	for (const [name, kind] of Object.entries(kinds))
		signers[name] = { algorithm: name, ...await make(name, kind, "emailProtection") };
	signers.server = { algorithm: "ES256", ...await make("server", kinds.ES256, "serverAuth") };
	signers.expired = { algorithm: "ES256", ...await make("expired", kinds.ES256, "emailProtection", "-1") };
	return { signers, anchors: path.join(folder, "root.pem") };
}

const ALGORITHMS = { ES256: -7, ES384: -35, ES512: -36, PS256: -37, EdDSA: -8 };
const DIGESTS = { ES256: "sha256", ES384: "sha384", ES512: "sha512", PS256: "sha256", EdDSA: null };

function cose({ algorithm, key, certificate }, claim, { chainIn = "guarded" } = {}) {
	const guarded = new Map([[1, ALGORITHMS[algorithm]]]), other = {};
	if (chainIn === "guarded") guarded.set(33, certificate);
	if (chainIn === "other") other.x5chain = [certificate];
	const bytes = cbor(guarded);
	const options = algorithm === "PS256" ? { key, padding: 6, saltLength: 32 } : { key, dsaEncoding: "ieee-p1363" };
	const signature = sign(DIGESTS[algorithm], cbor(["Signature1", bytes, Buffer.alloc(0), claim]), options);
	return cbor(new Tagged(18, [bytes, other, null, signature]));
}

/** A manifest store that binds a file, of which so many bytes from `start` are left out. */
function store(signer, { start, length, hash, sourceType, generator = "tests/1.0", version = 1, change = {}, ...options }) {
	const made = [
		superbox("cbor", "c2pa.actions", box("cbor", cbor({ actions: [{ action: "c2pa.created", ...(sourceType ? { digitalSourceType: sourceType } : {}) }] }))),
		superbox("cbor", "c2pa.hash.data", box("cbor", cbor({
			exclusions: [{ start: new Fixed32(start), length: new Fixed32(length) }, ...change.exclusions ?? []],
			name: "jumbf manifest", alg: change.alg ?? "sha256", hash, pad: Buffer.alloc(8) }))),
	];
	const names = ["c2pa.actions", "c2pa.hash.data"];
	const assertions = made.map((bytes, i) => ({ url: `self#jumbf=c2pa.assertions/${names[i]}`, hash: sha256(contents(bytes)) }));
	const claim = cbor(version === 1
		? { "dc:format": "image/jpeg", claim_generator: generator, signature: "self#jumbf=c2pa.signature", assertions, alg: "sha256" }
		: { instanceID: "xmp:iid:1", claim_generator_info: { name: generator }, signature: "self#jumbf=c2pa.signature", created_assertions: assertions, alg: "sha256" });
	const signed = cose(signer, claim, options);
	if (change.assertion)
		made[0] = superbox("cbor", "c2pa.actions", box("cbor", cbor({ actions: [{ action: "c2pa.opened" }] })));
	if (change.added)
		made.push(superbox("cbor", "c2pa.added", box("cbor", cbor({ any: "thing" }))));
	if (change.missing)
		made.shift();
	return superbox("c2pa", "c2pa", superbox(change.manifest ?? "c2ma", "urn:uuid:tests",
		superbox("c2as", "c2pa.assertions", ...made),
		superbox("c2cl", version === 1 ? "c2pa.claim" : "c2pa.claim.v2", box("cbor", claim)),
		superbox("c2cs", "c2pa.signature", box("cbor", change.signature ?? signed))));
}

/** A store in the segments of a JPEG. */
function segments(bytes) {
	const pieces = [], room = 65000;
	const lead = bytes.subarray(0, 8);
	for (let at = 8, turn = 1; at < bytes.length; at += room, turn++) {
		const piece = join("JP", Buffer.from([0, 1]), number32(turn), lead, bytes.subarray(at, at + room));
		const size = piece.length + 2;
		pieces.push(join(Buffer.from([0xff, 0xeb, size >> 8, size & 255]), piece));
	}
	return join(...pieces);
}
function crc32(bytes) {
	let crc = ~0;
	for (const byte of bytes) {
		crc ^= byte;
		for (let bit = 0; bit < 8; bit++)
			crc = crc >>> 1 ^ (crc & 1 ? 0xedb88320 : 0);
	}
	return ~crc >>> 0;
}
const chunk = (bytes) => join(number32(bytes.length), "caBX", bytes, number32(crc32(join("caBX", bytes))));

/** The file with credentials: behind the start of a JPEG, or behind the header of a PNG. */
export function withCredentials(file, signer, options = {}) {
	const png = file[0] === 0x89, start = png ? 33 : 2, wrap = png ? chunk : segments;
	const before = file.subarray(0, start), behind = file.subarray(start);
	const hash = sha256(join(before, behind));
	const length = wrap(store(signer, { start, length: 0, hash, ...options })).length;
	return join(before, wrap(store(signer, { start, length, hash, ...options })), behind);
}
