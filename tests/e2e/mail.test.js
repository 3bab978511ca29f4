// SPDX-License-Identifier: Apache-2.0
// One mail tells whoever asked for it of the end of a release: through a mail server that takes it, refuses it, hangs,
// breaks off, or speaks TLS. A mail is sent once, is retried for a day, holds up nothing, and holds nothing secret.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { after, before, beforeEach, describe, test } from "node:test";
import { promisify } from "node:util";

import { MailServer, headerOf, textOf } from "../support/smtp.js";
import { Place, freePort, sql, until as awaits } from "../support/place.js";

const run = promisify(execFile);
const until = (what, question) => awaits(what, question, { seconds: 12 });
const KEY = { user: "touchstone", password: "a-very-secret-password" };
const ADDRESS = "https://touchstone.example.org";

describe("mail", { timeout: 240_000 }, () => {
	const others = [];
	let place, database, server, mail, token, admin, port, settings, releases = 0;

	const ask = (who, method, where, body) => fetch(server.url + where, { method, body: body && JSON.stringify(body), headers: { Authorization: `Bearer ${who}`, ...body && { "Content-Type": "application/json" } } });
	const tokenOf = async (email) => (await place.program(database, ["account", "token", email])).stdout.trim().split(/\s+/).pop();
	const jobs = (what, where = "kind = 'mail'") => sql(database, `select ${what} from job where ${where} order by created_at`);
	const due = () => sql(database, "update job set run_after = now() where kind = 'mail' and state = 'waiting'");

	/** Asks for a release of nothing, which fails at once, and answers when it has failed. */
	async function failing(more = { mail: true }) {
		const name = `nothing-${++releases}`;
		const answer = await ask(token, "POST", "/api/v1/releases", { name, version: "1.0", filter: { min_judgments: 9999 }, ...more });
		assert.equal(answer.status, 202);
		const { job } = await answer.json();
		await until("the release fails", async () => (await jobs("state", `id = '${job.id}'`))[0][0] === "failed");
		return name;
	}

	before(async () => {
		place = await Place.open("mail");
		database = await place.database("mail");
		port = await freePort();
		await writeFile(path.join(place.folder, "mail-keys"), `user = ${KEY.user}\npassword = ${KEY.password}\n`, { mode: 0o600 });
		settings = { TOUCHSTONE_SMTP: `smtp://127.0.0.1:${port}`, TOUCHSTONE_MAIL_FROM: "data@touchstone.example.org", TOUCHSTONE_PUBLIC_URL: ADDRESS, TOUCHSTONE_SMTP_KEY_FILE: path.join(place.folder, "mail-keys") };
		await place.account(database, "ada@example.org", "researcher");
		await place.account(database, "root@example.org", "admin");
		token = await tokenOf("ada@example.org");
		admin = await tokenOf("root@example.org");
		server = await place.server(database, { more: settings });
		mail = new MailServer({ key: KEY });
		await mail.listen(port);
	});
	after(async () => {
		for (const one of [mail, ...others])
			await one?.close();
		await place?.close();
	});
	beforeEach(async () => {
		Object.assign(mail, { manner: "take", mails: [], said: [], connections: 0, tries: 0 });
		await sql(database, "delete from mail");
		await sql(database, "update job set state = 'failed', finished_at = now() where kind = 'mail' and state in ('waiting', 'running')");
	});

	test("who asked for a mail gets one when the release has failed, and it is plain", async () => {
		const name = await failing();
		await until("the mail comes", () => mail.mails.length === 1);
		const [{ from, to, text }] = mail.mails;
		assert.match(from, /^<data@touchstone\.example\.org>/);
		assert.deepEqual(to, ["<ada@example.org>"]);
		assert.equal(headerOf(text, "Subject"), `Release ${name} 1.0 could not be made`);
		assert.equal(headerOf(text, "To"), "ada@example.org");
		assert.equal(headerOf(text, "Content-Type"), "text/plain; charset=utf-8");
		assert.match(headerOf(text, "Message-ID"), /^<[0-9a-f-]{36}@touchstone\.example\.org>$/);
		assert.ok(Math.abs(Date.parse(headerOf(text, "Date")) - Date.now()) < 60_000);
		assert.match(textOf(text), /No item fits/);
		assert.match(textOf(text), new RegExp(`${ADDRESS}/data\n`));
		assert.ok(text.split("\r\n").every((line) => line.length <= 78 && /^[\x20-\x7e]*$/.test(line)));
		assert.ok(!text.includes(token) && !text.includes(KEY.password));
		await until("its job is done", async () => (await jobs("state"))[0][0] === "done");
		assert.deepEqual(await sql(database, "select id from mail"), []);
	});

	test("without asking nobody gets one, and without an account's wish to be told of what they cancelled", async () => {
		await failing({});
		await failing({ mail: false });
		const before_ = (await jobs("id")).length;
		await until("nothing waits", async () => (await jobs("id", "state in ('waiting', 'running') and kind = 'release'")).length === 0);
		assert.equal(mail.mails.length, 0);
		assert.equal((await jobs("id")).length, before_);
	});

	test("who cancels their own release gets none, and one when an admin did", async () => {
		for (const [who, mails] of [[token, 0], [admin, 1]]) {
			const insert = `with r as (insert into release (name, version, filter, salt) values ('cancelled-${mails}', '1.0', '{}', sha256(uuid_send(gen_random_uuid()))) returning id)
				insert into job (kind, subject, created_by, mail, run_after) select 'release', r.id, a.id, true, now() + interval '50 minutes' from r, account a where a.email = 'ada@example.org' returning id`;
			const [[id]] = await sql(database, insert);
			assert.equal((await ask(who, "DELETE", `/api/v1/jobs/${id}`)).status, 200);
			assert.equal((await jobs("state", `id = '${id}'`))[0][0], "cancelled");
			if (mails)
				await until("the mail comes", () => mail.mails.length === 1);
		}
		assert.equal(mail.mails.length, 1);
		assert.equal(headerOf(mail.mails[0].text, "Subject"), "Release cancelled-1 1.0 was cancelled");
		assert.match(textOf(mail.mails[0].text), /cancelled by root@example\.org/);
	});

	test("a server that refuses for now is asked again, later and later, and then takes it once", async () => {
		mail.manner = "later";
		await failing();
		await until("it was refused twice", async () => { await due(); return mail.tries >= 2; });
		await until("that is noted", async () => (await jobs("state, failures", "kind = 'mail' and state = 'waiting'"))[0]?.[1] >= 2);
		assert.match((await jobs("detail", "kind = 'mail' and state = 'waiting'"))[0][0], /refuses it for now \(451\)/);
		mail.manner = "take";
		await until("it is taken", async () => { await due(); return mail.mails.length === 1; });
		await until("nothing waits", async () => (await jobs("id", "kind = 'mail' and state in ('waiting', 'running')")).length === 0);
		assert.equal(mail.mails.length, 1);
	});

	test("it is given up after a day, and at once where it is refused for good; nothing of it stays", async () => {
		mail.manner = "later";
		await failing();
		await until("it was refused", () => mail.tries >= 1);
		await sql(database, "update mail set created_at = now() - interval '25 hours'");
		await until("it is given up", async () => { await due(); return (await jobs("state", "kind = 'mail' and detail like '%for now%' and state = 'failed'")).length === 1; });
		assert.deepEqual(await sql(database, "select id from mail"), []);
		mail.manner = "never";
		await failing();
		await until("it is given up", async () => (await jobs("state", "kind = 'mail' and detail like '%for good (550)%' and state = 'failed'")).length === 1);
		assert.deepEqual(await sql(database, "select id from mail"), []);
		assert.match(server.words, /mail: [0-9a-f-]{36} is given up: The mail server refuses it for good \(550\)/);
	});

	test("a server that hangs holds up no release", async () => {
		mail.manner = "hang";
		await failing();
		await until("it is connected", () => mail.connections >= 1);
		const began = Date.now();
		await failing({});
		assert.ok(Date.now() - began < 5000);
		const [[idle]] = await sql(database, "select count(*) from pg_stat_activity where datname = current_database() and state like 'idle in transaction%'");
		assert.equal(idle, "0");
	});

	test("a server that breaks off behind the text is asked again, with the same Message-ID", async () => {
		mail.manner = "drop";
		await failing();
		await until("the text came", () => mail.mails.length === 1);
		mail.manner = "take";
		await until("it came again", async () => { await due(); return mail.mails.length === 2; });
		const [first, second] = mail.mails.map(({ text }) => headerOf(text, "Message-ID"));
		assert.equal(first, second);
		assert.equal(mail.mails[0].text, mail.mails[1].text);
	});

	test("line ends in a subject and in an address begin no header", async () => {
		const [[id]] = await sql(database, `with m as (insert into mail (kind, recipient, subject, text) values ('test', 'ada@example.org', E'Ja\\r\\nBcc: eve@example.org\\r\\n\\r\\nÜber ${"größer ".repeat(12)}', E'.\\n..zwei\\nFrom here = ü\\n${"lang ".repeat(60)}\\n') returning id) insert into job (kind, subject) select 'mail', id from m returning subject`);
		await until("it comes", () => mail.mails.length === 1);
		const { to, text } = mail.mails[0];
		assert.deepEqual(to, ["<ada@example.org>"]);
		assert.equal(headerOf(text, "Bcc"), undefined);
		assert.match(Buffer.from(headerOf(text, "Subject"), "latin1").toString("utf8"), /^Ja {2}Bcc: eve@example\.org {4}Über größer größer/);
		assert.equal(textOf(text), `.\n..zwei\nFrom here = ü\n${"lang ".repeat(60)}\n`);
		assert.ok(text.split("\r\n").every((line) => line.length <= 78 && /^[\x20-\x7e]*$/.test(line)));
		assert.match(headerOf(text, "Message-ID"), new RegExp(id));
	});

	test("whose credentials are refused tries again, and they stand in no log and no job", async () => {
		mail.key = { ...KEY, password: "another" };
		await failing();
		await until("it was refused", async () => (await jobs("detail", "kind = 'mail' and state = 'waiting'"))[0]?.[0]?.includes("credentials"));
		mail.key = KEY;
		await until("it is taken", async () => { await due(); return mail.mails.length === 1; });
		assert.ok(!server.words.includes(KEY.password));
		assert.equal((await jobs("id", `detail like '%${KEY.password}%'`)).length, 0);
	});

	test("smtps is verified, by the authorities that are named", async () => {
		const file = (name) => path.join(place.folder, name);
		await run("openssl", ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", file("tls.key"), "-out", file("tls.pem"), "-days", "2", "-subj", "/CN=mail", "-addext", "subjectAltName=IP:127.0.0.1"]);
		const secure = new MailServer({ tls: { key: await readFile(file("tls.key")), cert: await readFile(file("tls.pem")) }, key: KEY });
		const at = await freePort();
		others.push(secure);
		await secure.listen(at);
		await server.stop();
		for (const more of [{}, { TOUCHSTONE_SMTP_CA_FILE: file("tls.pem") }]) {
			server = await place.server(database, { more: { ...settings, TOUCHSTONE_SMTP: `smtps://127.0.0.1:${at}`, ...more } });
			if (!more.TOUCHSTONE_SMTP_CA_FILE) {
				await failing();
				await until("it is not trusted", async () => (await jobs("detail", "kind = 'mail' and state = 'waiting'"))[0]?.[0]?.includes("cannot be reached"));
				assert.equal(secure.mails.length, 0);
			} else {
				await until("it is taken", async () => { await due(); return secure.mails.length === 1; });
			}
			await server.stop();
		}
		server = await place.server(database, { more: settings });
	});

	test("a server that is to send no mail refuses the wish, and settings that cannot be meant stop it", async () => {
		await server.stop();
		server = await place.server(database);
		const answer = await ask(token, "POST", "/api/v1/releases", { name: "x", version: "1.0", mail: true });
		assert.equal(answer.status, 422);
		assert.equal((await answer.json()).errors[0].pointer, "/mail");
		await writeFile(path.join(place.folder, "open-keys"), "user = a\npassword = b\n", { mode: 0o644 });
		for (const [more, words] of [
			[{ TOUCHSTONE_SMTP: "smtp://user:password@127.0.0.1" }, /TOUCHSTONE_SMTP is smtps/],
			[{ TOUCHSTONE_MAIL_FROM: "nobody" }, /TOUCHSTONE_MAIL_FROM/],
			[{ TOUCHSTONE_PUBLIC_URL: "" }, /TOUCHSTONE_PUBLIC_URL/],
			[{ TOUCHSTONE_SMTP_KEY_FILE: path.join(place.folder, "open-keys") }, /./],
		])
			await assert.rejects(place.program(database, ["work"], { ...settings, ...more }), (error) => error.code === 1 && words.test(error.stderr));
	});
});
