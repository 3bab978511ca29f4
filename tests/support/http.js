// SPDX-License-Identifier: Apache-2.0
// http.js: a program that talks to the server as a browser would: cookies kept, every exchange told to a listener.

import { createHash } from "node:crypto";

export const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");

/** The Set-Cookie lines of an answer. Debian's Node 18 cannot tell them apart; a test's answer has one. */
function cookiesOf(response) {
	const one = response.headers.get("set-cookie");
	return response.headers.getSetCookie?.() ?? (one ? [one] : []);
}

export class Client {
	/**
	 * @param {string} url of the server
	 * @param {(exchange: object) => void} [listener] told { client, method, path, status, headers, json?, bytes?, ms }
	 */
	constructor(url, listener = () => {}) {
		this.url = url;
		this.listener = listener;
		this.cookies = new Map();
	}

	async call(method, path, body, headers = {}) {
		const sent = { ...headers };
		if (this.cookies.size > 0)
			sent.cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
		if (body !== undefined)
			sent["content-type"] = "application/json";
		const began = performance.now();
		const response = await fetch(this.url + path, { method, headers: sent, body: body === undefined ? undefined : JSON.stringify(body) });
		const bytes = Buffer.from(await response.arrayBuffer());
		for (const line of cookiesOf(response)) {
			const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
			this.cookies.set(name, value);
		}
		const json = /^application\/(problem\+)?json(;|$)/.test(response.headers.get("content-type") ?? "") && bytes.length > 0 ? JSON.parse(bytes) : undefined;
		const exchange = { client: this, method, path, status: response.status, headers: response.headers, json, bytes, ms: performance.now() - began };
		this.listener(exchange);
		return exchange;
	}

	get(path, headers) {
		return this.call("GET", path, undefined, headers);
	}

	post(path, body) {
		return this.call("POST", `/api/v1${path}`, body);
	}

	/** Signs in with a one-time password and changes it. */
	async signIn(email, password, next) {
		const session = await this.post("/session", { email, password });
		if (session.status !== 201)
			throw new Error(`Signing in: ${session.status}`);
		const changed = await this.call("PUT", "/api/v1/me/password", { current: password, new: next });
		if (changed.status !== 204)
			throw new Error(`Changing the password: ${changed.status} ${changed.bytes}`);
	}
}
