// SPDX-License-Identifier: Apache-2.0
// objects.js: an object service for tests. s3rver keeps the objects, or, under scripts/object-service, a full server does.
// s3rver reads no signature of version 4, so a gateway stands before it, which works out each signature anew from what
// arrived (by AWS's description, not the program's code), compares the body with its SHA-256, and fails in the ways that
// a test asks for.

import { createHash, createHmac } from "node:crypto";
import { mkdir, readdir, rm, stat, utimes, writeFile } from "node:fs/promises";
import { createServer, request as ask } from "node:http";
import { createServer as createSecureServer } from "node:https";
import path from "node:path";
import { setTimeout as rest } from "node:timers/promises";

import S3rver from "s3rver";

import { picture } from "./corpus.js";
import { freePort } from "./place.js";

/** s3rver's own, or those of the full server that is there. */
export const FULL = Number(process.env.OBJECT_SERVICE_PORT ?? 0);
const KEY = process.env.OBJECT_SERVICE_KEY ?? "S3RVER";
export const SECRET = process.env.OBJECT_SERVICE_SECRET ?? "S3RVER";
const REGION = "us-east-1";
export const BUCKET = "touchstone-media";
const MOST_BODY = 1 << 28;

const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");
const hmac = (key, text) => createHmac("sha256", key).update(text).digest();
const encode = (text) => encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

/** What the signature of a request should be, by what it says of itself. */
function expectedSignature({ method, pathname, query, headers, payload, signedHeaders, scope, time }) {
	const pairs = query.map(([name, value]) => [encode(name), encode(value)]).sort((a, b) => (a < b ? -1 : 1));
	const canonical = [
		method, pathname.split("/").map((part) => encode(decodeURIComponent(part))).join("/"),
		pairs.map(([name, value]) => `${name}=${value}`).join("&"),
		...signedHeaders.map((name) => `${name}:${String(headers[name] ?? "").trim().replace(/\s+/g, " ")}`), "",
		signedHeaders.join(";"), payload,
	].join("\n");
	const [day, region, service] = scope.split("/");
	const key = [day, region, service, "aws4_request"].reduce(hmac, `AWS4${SECRET}`);
	return hmac(key, ["AWS4-HMAC-SHA256", time, scope, sha256(canonical)].join("\n")).toString("hex");
}

/** Why a request is refused; undefined where it is good. */
function refusal(message, body) {
	const url = new URL(message.url, "http://gateway");
	const query = [...url.searchParams];
	const common = { method: message.method, pathname: url.pathname, headers: message.headers };
	if (url.searchParams.has("X-Amz-Signature")) {
		const [key, ...scope] = url.searchParams.get("X-Amz-Credential").split("/");
		const signature = expectedSignature({
			...common, query: query.filter(([name]) => name !== "X-Amz-Signature"), payload: "UNSIGNED-PAYLOAD",
			signedHeaders: url.searchParams.get("X-Amz-SignedHeaders").split(";"), scope: scope.join("/"), time: url.searchParams.get("X-Amz-Date"),
		});
		return key === KEY && signature === url.searchParams.get("X-Amz-Signature") ? undefined : "SignatureDoesNotMatch";
	}
	const [, key, scope, names, given] = /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\S+), SignedHeaders=(\S+), Signature=(\S+)$/.exec(message.headers.authorization ?? "") ?? [];
	if (key !== KEY)
		return "InvalidAccessKeyId";
	const payload = message.headers["x-amz-content-sha256"];
	const must = Object.keys(message.headers).filter((name) => name === "host" || name.startsWith("x-amz-") || name === "if-none-match");
	if (must.some((name) => !names.split(";").includes(name)))
		return "UnsignedHeader";
	if (given !== expectedSignature({ ...common, query, payload, signedHeaders: names.split(";"), scope, time: message.headers["x-amz-date"] }))
		return "SignatureDoesNotMatch";
	return payload === sha256(body) ? undefined : "XAmzContentSHA256Mismatch";
}

/** A listing without one of its objects. */
const hideFromListing = (bytes, key) => Buffer.from(String(bytes).replace(/<Contents>.*?<\/Contents>/gs, (one) => (one.includes(key) ? "" : one)));

async function bodyOf(message) {
	const pieces = [];
	let bytes = 0;
	for await (const piece of message) {
		bytes += piece.length;
		if (bytes > MOST_BODY)
			throw new Error("The body is larger than a test's");
		pieces.push(piece);
	}
	return Buffer.concat(pieces);
}

/** Makes a folder of small pictures, p0.png and so on, whose titles are their numbers, and their manifest, m.csv. */
export async function makeManifest(folder, count) {
	const rows = [];
	await mkdir(folder);
	for (let i = 0; i < count; i++) {
		await picture(path.join(folder, `p${i}.png`), i, false);
		rows.push(`p${i}.png,${i}`);
	}
	await writeFile(path.join(folder, "m.csv"), `file,title\n${rows.join("\n")}\n`);
}

export class Objects {
	/** @param {string} folder where the objects and the key file lie */
	static async open(folder) {
		const objects = new Objects();
		objects.folder = folder;
		objects.refused = [];   // "Code METHOD path": always a fault of the program's
		objects.seen = [];      // { method, key, query }
		objects.parts = {};     // the bytes of each part of each upload
		objects.fault = () => undefined;
		objects.inner = FULL || await freePort();
		if (!FULL) {
			objects.rver = new S3rver({ port: objects.inner, address: "127.0.0.1", directory: path.join(folder, "objects"), silent: true });
			await objects.rver.run();
		}
		await objects.ask("PUT", "");
		objects.port = await freePort();
		objects.keyFile = path.join(folder, "s3-keys");
		await writeFile(objects.keyFile, `[default]\naws_access_key_id = ${KEY}\naws_secret_access_key = ${SECRET}\n`, { mode: 0o600 });
		await objects.up();
		return objects;
	}

	/** The environment of a program that keeps its media here. */
	get environment() {
		return {
			TOUCHSTONE_STORE: `s3://${BUCKET}/media/one`, TOUCHSTONE_S3_ENDPOINT: `http://127.0.0.1:${this.port}`, TOUCHSTONE_S3_KEY_FILE: this.keyFile,
			TOUCHSTONE_STORE_CACHE: path.join(this.folder, "cache"),
		};
	}

	async up() {
		this.gateway = createServer((message, answer) => { this.serve(message, answer).catch(() => answer.destroy()); });
		await new Promise((done) => { this.gateway.listen(this.port, "127.0.0.1", done); });
	}

	/** The same gateway with a certificate, { key, cert }. Answers its address, and how to end it. */
	async secure(certificate) {
		const port = await freePort();
		let asked = 0;
		const gateway = createSecureServer(certificate, (message, answer) => {
			asked++;
			this.serve(message, answer).catch(() => answer.destroy());
		});
		await new Promise((done) => { gateway.listen(port, "127.0.0.1", done); });
		return { url: `https://localhost:${port}`, asked: () => asked, close: () => new Promise((done) => { gateway.close(done); gateway.closeAllConnections?.(); }) };
	}

	/** Nobody answers any more. */
	async down() {
		const closed = new Promise((done) => { this.gateway.close(done); });
		this.gateway.closeAllConnections?.();
		await closed;
	}

	async close() {
		await this.down();
		await this.rver?.close();
	}

	/** Asks the service itself, past the gateway. Answers { status, bytes }. */
	ask(method, key, content = Buffer.alloc(0)) {
		const pathname = `/${BUCKET}${key && `/${key}`}`, time = new Date().toISOString().replace(/[-:]|\.\d+/g, "");
		const headers = { host: `127.0.0.1:${this.inner}`, "x-amz-content-sha256": sha256(content), "x-amz-date": time };
		const signedHeaders = Object.keys(headers).sort(), scope = `${time.slice(0, 8)}/${REGION}/s3/aws4_request`;
		const signature = expectedSignature({ method, pathname, query: [], headers, payload: headers["x-amz-content-sha256"], signedHeaders, scope, time });
		headers.authorization = `AWS4-HMAC-SHA256 Credential=${KEY}/${scope}, SignedHeaders=${signedHeaders.join(";")}, Signature=${signature}`;
		headers["content-length"] = content.length;
		return new Promise((done, failed) => {
			const inner = ask({ port: this.inner, host: "127.0.0.1", method, path: pathname, headers }, async (response) => {
				done({ status: response.statusCode, bytes: await bodyOf(response) });
			});
			inner.once("error", failed);
			inner.end(content);
		});
	}

	/** The bytes of an object; undefined where there is none. */
	async read(key) {
		const { status, bytes } = await this.ask("GET", key);
		return status === 200 ? bytes : undefined;
	}

	async write(key, content) {
		const { status, bytes } = await this.ask("PUT", key, content);
		if (status !== 200)
			throw new Error(`PUT ${key}: ${status} ${bytes}`);
		await this.settle({ method: "PUT", key, query: {} }, content);
	}

	async remove(key) {
		const { status } = await this.ask("DELETE", key);
		if (status !== 204)
			throw new Error(`DELETE ${key}: ${status}`);
	}

	/** Removes what the program's cache holds, but not what it works on. */
	async emptyCache() {
		const cache = path.join(this.folder, "cache");
		for (const name of await readdir(cache))
			if (/^[0-9a-f]{2}$/.test(name))
				await rm(path.join(cache, name), { recursive: true });
	}

	/** Where s3rver keeps an object, or a part of one. */
	fileOf(key, { uploadId, partNumber } = {}) {
		const bucket = path.join(this.folder, "objects", BUCKET);
		return uploadId && partNumber ? path.join(bucket, "._S3rver_uploads", uploadId, partNumber) : path.join(bucket, `${key}._S3rver_object`);
	}

	/** Makes it look so many days old. Of s3rver's objects alone. */
	async age(key, days) {
		const at = Date.now() / 1000 - days * 86400;
		await utimes(this.fileOf(key), at, at);
	}

	/** s3rver says that it has what it has not yet written. A service does not: whoever asks after the answer gets all of it. */
	async settle({ method, key, query }, body) {
		const { uploadId, partNumber } = query, ends = method === "POST" && uploadId;
		if (FULL || !(ends || (method === "PUT" && key)))
			return;
		if (partNumber)
			this.parts[uploadId] = { ...this.parts[uploadId], [partNumber]: body.length };
		const bytes = ends ? Object.values(this.parts[uploadId]).reduce((sum, part) => sum + part, 0) : body.length;
		const written = () => stat(this.fileOf(key, query)).then(({ size }) => size, () => -1);
		for (let left = 1000; left > 0 && await written() < bytes; left--)
			await rest(5);
	}

	async serve(message, answer) {
		const body = await bodyOf(message);
		const url = new URL(message.url, "http://gateway");
		const one = { method: message.method, key: decodeURIComponent(url.pathname).split("/").slice(2).join("/"), query: Object.fromEntries(url.searchParams) };
		this.seen.push(one);
		const code = refusal(message, body);
		if (code) {
			this.refused.push(`${code} ${message.method} ${message.url}`);
			answer.writeHead(403).end(`<Error><Code>${code}</Code></Error>`);
			return;
		}
		const fault = this.fault(one) ?? {};
		if (fault.hang)
			return;
		if (fault.reset) {
			message.socket.destroy();
			return;
		}
		if (fault.status) {
			answer.writeHead(fault.status, fault.headers ?? {}).end(fault.body ?? "<Error><Code>InternalError</Code></Error>");
			return;
		}
		await this.forward(one, message, body, answer, fault);
	}

	/** Sends all but the last byte and rests, or one byte a second, until the other side has gone. */
	dwell(answer, bytes, { stall }) {
		return new Promise((done) => {
			let sent = 0;
			if (stall)
				answer.write(bytes.subarray(0, -1));
			const timer = stall ? undefined : setInterval(() => { answer.write(bytes.subarray(sent, ++sent)); }, 1000);
			answer.once("close", () => { clearInterval(timer); done(); });
		});
	}

	/** @param {object} fault { wrong: other bytes, cut: the connection ends within the body, hide: an object that a listing leaves out, stall: it rests there, drip: a byte a second } */
	forward(one, message, body, answer, fault) {
		return new Promise((done, failed) => {
			const inner = ask({ port: this.inner, host: "127.0.0.1", method: message.method, path: message.url, headers: message.headers }, async (response) => {
				let bytes = await bodyOf(response);
				if (response.statusCode === 200)
					await this.settle(one, body);
				if (fault.hide)
					delete response.headers["content-length"];
				answer.writeHead(response.statusCode, response.headers);
				if (fault.stall || fault.drip) {
					await this.dwell(answer, bytes, fault);
					done();
					return;
				}
				if (fault.cut) {
					answer.write(bytes.subarray(0, bytes.length >> 1), () => { answer.destroy(); });
				} else {
					if (fault.hide)
						bytes = hideFromListing(bytes, fault.hide);
					if (fault.wrong)
						bytes[bytes.length >> 1] ^= 1;
					answer.end(bytes);
				}
				done();
			});
			inner.once("error", failed);
			inner.end(body);
		});
	}
}
