// SPDX-License-Identifier: Apache-2.0
// smtp.js: a mail server of a test's own, which takes mail, refuses it, falls silent or breaks off, as it is told.

import { createServer } from "node:net";
import { createServer as createTlsServer } from "node:tls";

/** How it treats what comes: "take", "later" (4xx), "never" (5xx), "hang" (says nothing), "drop" (breaks off behind the text). */
export class MailServer {
	constructor({ tls, key } = {}) {
		Object.assign(this, { manner: "take", key, mails: [], said: [], connections: 0, tries: 0, sockets: new Set() });
		const meet = (socket) => this.meet(socket);
		this.server = tls ? createTlsServer(tls, meet) : createServer(meet);
		this.server.on("tlsClientError", () => { this.connections++; });
	}

	listen(port) {
		return new Promise((done) => { this.server.listen(port, "127.0.0.1", done); });
	}

	close() {
		for (const socket of this.sockets)
			socket.destroy();
		return new Promise((done) => { this.server.close(done); });
	}

	meet(socket) {
		const one = { socket, buffer: "", to: [], from: "", data: null };
		this.connections++;
		this.sockets.add(socket);
		socket.setEncoding("latin1");
		socket.on("error", () => {});
		socket.on("close", () => this.sockets.delete(socket));
		socket.on("data", (piece) => { one.buffer += piece; this.read(one); });
		if (this.manner !== "hang")
			socket.write("220 test ESMTP\r\n");
	}

	read(one) {
		for (;;) {
			const end = one.data === null ? one.buffer.indexOf("\r\n") : one.buffer.indexOf("\r\n.\r\n");
			if (end < 0)
				return;
			const text = one.buffer.slice(0, end);
			one.buffer = one.buffer.slice(end + (one.data === null ? 2 : 5));
			if (one.data === null)
				this.command(one, text);
			else
				this.text(one, `${text}\r\n`);
		}
	}

	command(one, line) {
		const word = line.split(" ")[0].toUpperCase();
		const answer = (words) => one.socket.write(`${words}\r\n`);
		this.said.push(line);
		if (this.manner === "hang")
			return undefined;
		if (word === "EHLO")
			return answer(this.key ? "250-test\r\n250 AUTH PLAIN" : "250 test");
		if (word === "AUTH")
			return answer(line === `AUTH PLAIN ${Buffer.from(`\0${this.key.user}\0${this.key.password}`).toString("base64")}` ? "235 welcome" : "535 no");
		if (word === "MAIL")
			one.from = line.slice(10);
		if (word === "RCPT") {
			this.tries++;
			one.to.push(line.slice(8));
			if (this.manner === "later")
				return answer("451 try again later");
			if (this.manner === "never")
				return answer("550 no such person");
		}
		if (word === "DATA") {
			one.data = "";
			return answer("354 go on");
		}
		return answer(word === "QUIT" ? "221 bye" : "250 well");
	}

	text(one, text) {
		one.data = null;
		this.mails.push({ from: one.from, to: one.to, text });
		if (this.manner === "drop")
			return one.socket.destroy();
		return one.socket.write("250 taken\r\n");
	}
}

/** The header of a message, unfolded and with encoded words read. */
export function headerOf(text, name) {
	const head = text.slice(0, text.indexOf("\r\n\r\n")).replace(/\r\n[ \t]+/g, " ");
	const line = head.split("\r\n").find((one) => one.toLowerCase().startsWith(`${name.toLowerCase()}:`));
	return line?.slice(name.length + 1).trim().replace(/\?= =\?/g, "?==?").replace(/=\?UTF-8\?B\?([^?]*)\?=/g, (_, b) => Buffer.from(b, "base64").toString("latin1"));
}

/** The text of a message, as it was written. */
export function textOf(text) {
	const body = text.slice(text.indexOf("\r\n\r\n") + 4).replace(/\r\n\.\./g, "\r\n.");
	const bytes = body.replace(/=\r\n/g, "").replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
	return Buffer.from(bytes, "latin1").toString("utf8").replace(/\r\n/g, "\n");
}
