// SPDX-License-Identifier: Apache-2.0
// api.js: talking to the server. Every call goes to the same origin, in JSON; cookies are the browser's business.

import { t } from "./lang.js";

const BASE = "/api/v1";
/** A server that says nothing for so long is as good as away; while it is sent a file, and looks at it, for longer. */
const SILENT_MS = 30_000;
const FILE_MS = 900_000;

/** How far the server's clock is ahead of this one, which may be minutes off. */
let ahead_ms = 0;

/** The time as the server has it, to a second. */
export const serverNow = () => Date.now() + ahead_ms;

function setClock(response) {
	const at = Date.parse(response.headers.get("date") ?? "");
	if (Number.isFinite(at))
		ahead_ms = at + 500 - Date.now(); // the header leaves out the part of a second
}

/** The server answered, and the answer is a refusal (RFC 9457). */
export class Refusal extends Error {
	constructor(status, problem, retryAfter) {
		super(problem?.detail || problem?.title || t("api.answered", { status: String(status) }));
		this.status = status;
		this.problem = problem ?? {};
		this.retryAfter = retryAfter;
	}

	/** Why, by a name that never changes: one of /problems/... in openapi.json. */
	get reason() {
		return (this.problem.type ?? "").replace("/problems/", "");
	}

	/** Worth sending the very same request again: nothing was decided. */
	get passing() {
		return this.status === 429 || this.status >= 500;
	}
}

/** There was no answer: the network is gone, or the connection broke. */
export class Unreachable extends Error {
	constructor() {
		super(t("api.unreachable"));
	}

	get passing() {
		return true;
	}
}

async function bodyOf(response) {
	if (response.status === 204)
		return null;
	if (!/json/.test(response.headers.get("content-type") ?? ""))
		return null;
	try {
		return await response.json();
	} catch {
		throw new Unreachable();
	}
}

/**
 * One request. Answers { status, body, retryAfter in s } for any 2xx, throws Refusal or Unreachable otherwise.
 * @param {string} method
 * @param {string} path below /api/v1
 * @param {object|FormData} [body]
 * @param {Object<string, string>} [headers] more of them
 */
export async function call(method, path, body, headers = {}) {
	const form = body instanceof FormData;
	const options = { method, headers: { accept: "application/json", ...headers }, credentials: "same-origin", cache: "no-store", signal: AbortSignal.timeout(form ? FILE_MS : SILENT_MS) };
	if (form) {
		options.body = body; // whose type, with the boundary, the browser says
	} else if (body !== undefined) {
		options.headers["content-type"] = "application/json";
		options.body = JSON.stringify(body);
	}
	let response;
	try {
		response = await fetch(BASE + path, options);
	} catch {
		throw new Unreachable();
	}
	setClock(response);
	const answer = await bodyOf(response);
	const retryAfter = Number(response.headers.get("retry-after")) || 0;
	if (response.ok)
		return { status: response.status, body: answer, retryAfter };
	throw new Refusal(response.status, answer, retryAfter);
}

export const get = (path) => call("GET", path);
export const post = (path, body) => call("POST", path, body);
export const put = (path, body) => call("PUT", path, body);
export const erase = (path) => call("DELETE", path);

function nextTry(seconds) {
	if (seconds > 90)
		return t("api.again_minutes", { n: Math.ceil(seconds / 60) });
	return seconds > 0 ? t("api.again_seconds", { n: seconds }) : t("api.again");
}

/** An error in words for a person, with the fields that the server named. */
export function inWords(error) {
	if (error instanceof Unreachable)
		return error.message;
	if (error.words)
		return error.words;
	if (!(error instanceof Refusal)) {
		console.error(error); // a fault of this page, which its words do not tell
		return t("api.broken");
	}
	if (error.status === 429)
		return `${error.message} ${nextTry(error.retryAfter)}`;
	if (error.status === 503)
		return t("api.busy");
	const fields = (error.problem.errors ?? []).map((one) => `${one.pointer.replace(/^[#/]+/, "")}: ${one.detail}`);
	return [error.message, ...fields].join(" ");
}

export const pause = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });
