// SPDX-License-Identifier: Apache-2.0
// Mail about notices: a receipt and the decision, to who sent the notice and to who contributed the item. A mail server
// that hangs or refuses holds up no answer and loses nothing: all can be read by reference.

import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";

import { MailServer, headerOf, textOf } from "../support/smtp.js";
import { Place, asOwner, freePort, sql, until as awaits } from "../support/place.js";

const until = (what, question) => awaits(what, question, { seconds: 12 });
const ADDRESS = "https://touchstone.example.org";
const FACTS = "The photograph was published by somebody else in 2019.";

describe("mail about notices", { timeout: 120_000 }, () => {
	let place, database, server, mail, moderator, items = 0;

	const ask = (method, where, body, who) => fetch(server.url + where, { method, body: body && JSON.stringify(body), headers: { ...who && { Authorization: `Bearer ${who}` }, ...body && { "Content-Type": "application/json" } } });
	const notices = "/api/v1/notices";

	async function newItem() {
		const n = ++items;
		const [[id]] = await sql(asOwner(database), `insert into item (campaign_id, media_type, sha256, bytes, format, rendition, rendition_bytes, rendition_type, width, height, lineage, recipe)
			select id, 'image', sha256('o${n}'), 1, 'jpeg', sha256('r${n}'), 1, 'image/jpeg', 64, 64, 'l${n}', 1 from campaign limit 1 returning id`);
		return id;
	}

	/** Reports an item; answers { item, reference, id }. */
	async function report(more = {}) {
		const item = await newItem();
		const answer = await ask("POST", notices, { item, reason: "copyright", explanation: "This photograph is mine: <b>look</b>.", name: "Ada", email: "ada@example.org", good_faith: true, ...more });
		assert.equal(answer.status, 201);
		const { reference } = await answer.json();
		const [[id]] = await sql(database, `select id from notice where item_id = '${item}'`);
		return { item, reference, id };
	}

	async function uphold(id) {
		const answer = await ask("POST", `${notices}/${id}/decision`, { outcome: "upheld", action: "withdraw", ground_kind: "law", ground: "Article 2 of the copyright act", facts: FACTS }, moderator);
		assert.equal(answer.status, 200, await answer.clone().text());
	}

	const due = () => sql(database, "update job set run_after = now() where kind = 'mail' and state = 'waiting'");
	const waiting = async () => Number((await sql(database, "select count(*) from mail"))[0][0]);

	before(async () => {
		place = await Place.open("notice_mail");
		database = await place.database("notice_mail");
		const port = await freePort();
		await place.account(database, "judge@example.org", "moderator");
		moderator = (await place.program(database, ["account", "token", "judge@example.org"])).stdout.trim().split(/\s+/).pop();
		await place.program(database, ["campaign", "add", "reported"]);
		server = await place.server(database, { more: { TOUCHSTONE_SMTP: `smtp://127.0.0.1:${port}`, TOUCHSTONE_MAIL_FROM: "data@touchstone.example.org", TOUCHSTONE_PUBLIC_URL: ADDRESS } });
		mail = new MailServer({});
		await mail.listen(port);
	});
	after(async () => {
		await mail?.close();
		await place?.close();
	});
	beforeEach(async () => {
		Object.assign(mail, { manner: "take", mails: [], said: [], connections: 0, tries: 0 });
		await sql(database, "delete from mail");
	});

	test("who reports gets a receipt and the decision with its reasons, and no mail has the reference", async () => {
		const { id, reference } = await report();
		await until("the receipt comes", () => mail.mails.length === 1);
		await uphold(id);
		await until("the decision comes", () => mail.mails.length === 2);
		const [receipt, decision] = mail.mails;
		assert.equal(headerOf(receipt.text, "Subject"), "Your notice has come");
		assert.deepEqual(decision.to, ["<ada@example.org>"]);
		assert.match(textOf(decision.text).replace(/\s+/g, " "), /upheld.*withdrawn for good.*Article 2 of the copyright act.*published by somebody else in 2019.*six months/);
		assert.match(textOf(receipt.text), new RegExp(`${ADDRESS}/report\n`));
		for (const { text } of mail.mails)
			assert.ok(!text.includes(reference) && !textOf(text).includes(reference));
	});

	test("who contributed the item is told of the decision, and not who reported it", async () => {
		const { id, item } = await report();
		await place.account(database, "maker@example.org", "researcher");
		await sql(asOwner(database), `insert into contribution (state, direct, account_id, campaign_id, facts, rights, people, media_type, sha256, bytes, format, rendition, rendition_bytes, rendition_type, width, height, item_id, decided_at)
			select 'approved', true, a.id, i.campaign_id, '{}', 'own_work', 'nobody', 'image', i.sha256, 1, 'png', i.rendition, 1, 'image/jpeg', 64, 64, i.id, now() from item i, account a where i.id = '${item}' and a.email = 'maker@example.org'`);
		await uphold(id);
		await until("three mails came", () => mail.mails.length === 3);
		const [told] = mail.mails.filter(({ to }) => to[0] === "<maker@example.org>");
		assert.match(textOf(told.text), new RegExp(item));
		assert.ok(!textOf(told.text).includes("ada@example.org"));
		const [, theirs] = /([\w-]{43})\n/.exec(textOf(told.text));
		const state = await (await ask("POST", `${notices}/state`, { reference: theirs })).json();
		assert.equal(state.party, "contributor");
		assert.equal(state.explanation, null);
		assert.equal(state.decision.facts, FACTS);
		const contested = await ask("POST", `${notices}/complaints`, { reference: theirs, text: "I took this photograph in 2018." });
		assert.equal(contested.status, 200);
		assert.equal((await contested.json()).state, "contested");
		assert.deepEqual(await sql(database, `select party from notice_complaint where notice_id = '${id}'`), [["contributor"]]);
		assert.equal((await ask("POST", `${notices}/complaints`, { reference: theirs, text: "I took this photograph in 2018." })).status, 409);
	});

	test("a child's safety without an address sends none", async () => {
		await report({ reason: "child_safety", name: undefined, email: undefined });
		assert.equal(await waiting(), 0);
	});

	for (const manner of ["hang", "later"])
		test(`a mail server that ${manner === "hang" ? "hangs" : "refuses"} holds up nothing and loses nothing`, async () => {
			mail.manner = manner;
			const began = Date.now();
			const { id, reference } = await report();
			await uphold(id);
			assert.ok(Date.now() - began < 5000);
			const state = await (await ask("GET", `${notices}/${reference}`)).json();
			assert.equal(state.decision.facts, FACTS);
			assert.equal(await waiting(), 2);
			if (manner === "hang")
				return;
			mail.manner = "take";
			await until("both are taken", async () => { await due(); return mail.mails.length === 2; });
			await until("none waits", async () => await waiting() === 0);
		});
});
