// SPDX-License-Identifier: Apache-2.0
// Reporting an item, following and contesting the notice, and a moderator's decision on it: by keyboard, at 360 pixels and
// on a desktop. What a stranger wrote is shown as text.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { after, afterEach, before, describe, test } from "node:test";

import { Visit, launch } from "../support/browser.js";
import { Place, asOwner, sql } from "../support/place.js";

const PASSWORD = "four words make one";
const HTML = "<img src=x onerror=\"document.title='hacked'\"><script>document.title='hacked'</script> I never agreed.";

describe("notices", () => {
	let place, database, server, browser, visit, item, reference;
	const once = {};

	const focused = () => visit.page.evaluate(() => document.activeElement.dataset.testid ?? document.activeElement.id);
	const press = async (...keys) => {
		for (const key of keys)
			await visit.page.keyboard.press(key);
	};

	async function newItem(n) {
		const [[id]] = await sql(asOwner(database), `insert into item (campaign_id, media_type, sha256, bytes, format, rendition, rendition_bytes, rendition_type, width, height, lineage, recipe)
			select id, 'image', sha256('o${n}'), 1, 'jpeg', sha256('r${n}'), 1, 'image/jpeg', 64, 64, 'l${n}', 1 from campaign limit 1 returning id`);
		return id;
	}

	async function signIn(email) {
		await visit.at("email").fill(email);
		await visit.at("password").fill(once[email]);
		await press("Enter");
		await visit.at("password-new").fill(PASSWORD);
		await visit.at("password-again").fill(PASSWORD);
		await press("Enter");
	}

	before(async () => {
		place = await Place.open("notices");
		database = await place.database("notices");
		await place.program(database, ["campaign", "add", "reported"]);
		for (const email of ["mo@example.org", "second@example.org"])
			once[email] = await place.account(database, email, "moderator");
		server = await place.server(database);
		item = await newItem(1);
		browser = await launch();
		visit = await Visit.open(browser, server.url, {});
	});
	after(async () => {
		await browser?.close();
		await place?.close();
	});
	afterEach(() => {
		assert.deepEqual({ breaches: visit.breaches.splice(0), barriers: visit.barriers.splice(0) }, { breaches: [], barriers: [] });
	});

	test("an item is reported by keyboard alone, and the reference is shown once", async () => {
		await visit.page.goto("/report");
		await visit.at("notice-form").waitFor();
		await visit.shoot("report");
		await visit.at("notice-item").focus();
		const { keyboard } = visit.page;
		await keyboard.type(item);
		await press("Tab", "Tab");
		assert.equal(await focused(), "notice-reason");
		await keyboard.type("Shows me");
		await press("Tab");
		await keyboard.type(HTML);
		await press("Tab");
		await keyboard.type("Ada");
		await press("Tab");
		await keyboard.type("ada@example.org");
		await press("Tab", "Space", "Tab", "Enter");
		await visit.at("notice-receipt").waitFor();
		assert.equal(await focused(), "receipt-title");
		reference = await visit.at("notice-reference").textContent();
		assert.match(reference, /^[\w-]{43}$/);
		await visit.shoot("report-receipt");
		assert.deepEqual(await sql(database, "select reason, explanation from notice"), [["personal_rights", HTML]]);
	});

	test("its link shows how it stands, without telling the server the reference in an address", async () => {
		const asked = [];
		const note = (request) => asked.push(request.url());
		visit.page.on("request", note);
		await visit.page.goto("/about");
		await visit.page.goto(`/report#${reference}`);
		await visit.at("notice-state").waitFor();
		visit.page.off("request", note);
		assert.ok(asked.some((url) => url.endsWith("/notices/state")));
		assert.ok(asked.every((url) => !url.split("#")[0].includes(reference)));
		assert.match(await visit.at("notice-state").textContent(), /waits for a decision/);
		assert.ok((await visit.at("notice-state").textContent()).includes(HTML));
		assert.notEqual(await visit.page.title(), "hacked");
		assert.ok(await visit.at("complaint-form").isHidden());
		await visit.shoot("report-state");
	});

	test("what is not there is said", async () => {
		visit.allowed.push(/status of 404/);
		await visit.page.goto("/report");
		await visit.at("follow-reference").fill("nonsense");
		await press("Enter");
		await visit.page.getByText("There is no notice with this reference").waitFor();
		await visit.at("notice-item").fill("00000000-0000-4000-8000-000000000000");
		await visit.at("notice-reason").selectOption("child_safety");
		assert.equal(await visit.at("notice-name").getAttribute("required"), null);
		await visit.page.getByText("You need not give your name").waitFor();
		await visit.at("notice-explanation").fill("There is a child in this picture.");
		await visit.at("notice-good-faith").check();
		await visit.at("notice-send").click();
		await visit.page.getByText("Nothing here is what you named").or(visit.page.getByText("There is no such item")).first().waitFor();
	});

	test("of a file that is chosen the digest alone goes into the form", async () => {
		const file = path.join(place.folder, "mine.jpg");
		await writeFile(file, "some picture");
		await visit.page.goto("/report");
		await visit.at("notice-file").setInputFiles(file);
		const digest = createHash("sha256").update("some picture").digest("hex");
		await visit.page.waitForFunction((wanted) => document.querySelector("[data-testid=notice-item]").value === wanted, digest);
	});

	test("a file that its digest does not find is sent itself, and said to be unknown", async () => {
		const file = path.join(place.folder, "unknown.txt");
		await writeFile(file, "no picture at all");
		visit.allowed.push(/status of 404/);
		await visit.page.goto("/report");
		await visit.at("notice-file").setInputFiles(file);
		const digest = createHash("sha256").update("no picture at all").digest("hex");
		await visit.page.waitForFunction((wanted) => document.querySelector("[data-testid=notice-item]").value === wanted, digest);
		await visit.at("notice-reason").selectOption("copyright");
		await visit.at("notice-explanation").fill("I drew this picture, and sold it to nobody.");
		await visit.at("notice-name").fill("Ada");
		await visit.at("notice-email").fill("ada@example.org");
		await visit.at("notice-good-faith").check();
		const sent = [];
		const note = (request) => request.url().endsWith("/notices") && sent.push((request.headers()["content-type"] ?? "").split(";")[0]);
		visit.page.on("request", note);
		await visit.at("notice-send").click();
		await visit.page.getByText("Nothing here has these bytes").waitFor();
		visit.page.off("request", note);
		assert.deepEqual(sent, ["application/json", "multipart/form-data"]);
		await visit.shoot("report-unknown-file");
	});

	test("a file that is dropped on the form is the one that is chosen", async () => {
		await visit.page.goto("/report");
		await visit.at("notice-form").waitFor();
		const data = await visit.page.evaluateHandle(() => {
			const transfer = new DataTransfer();
			transfer.items.add(new File(["dropped"], "dropped.jpg"));
			return transfer;
		});
		await visit.at("notice-form").dispatchEvent("drop", { dataTransfer: data });
		const digest = createHash("sha256").update("dropped").digest("hex");
		await visit.page.waitForFunction((wanted) => document.querySelector("[data-testid=notice-item]").value === wanted, digest);
	});

	test("a moderator decides with ground and facts, and the queue is filtered by the address", async () => {
		await visit.page.goto("/moderate/notices?state=open&reason=personal_rights");
		await visit.at("sign-in").waitFor();
		await signIn("mo@example.org");
		await visit.at("notice").waitFor();
		assert.ok((await visit.at("notice").textContent()).includes(HTML));
		await visit.shoot("notices");
		await visit.at("decide-outcome").focus();
		await visit.page.keyboard.type("The notice was rejected");
		assert.equal(await visit.at("decide-ground-kind").inputValue(), "no_breach");
		await visit.at("decide-ground").fill("No law and no term");
		await visit.at("decide-facts").fill("The item shows nobody at all.");
		await press("Tab", "Enter");
		await visit.page.locator("[data-testid=notice][data-state=decided]").waitFor();
		assert.deepEqual(await sql(database, "select outcome, ground_kind from notice_decision"), [["rejected", "no_breach"]]);
		await visit.shoot("notices-decided");
		await visit.at("notices-state").selectOption("decided");
		await visit.page.waitForURL(/state=decided/);
		await visit.at("notice").waitFor();
	});

	test("the decision is read and contested, and the complaint stands in the queue", async () => {
		await visit.page.goto("/about");
		await visit.page.goto(`/report#${reference}`);
		await visit.at("decision").waitFor();
		assert.match(await visit.at("decision").textContent(), /rejected.*shows nobody at all/s);
		await visit.shoot("report-decided");
		await visit.at("complaint-text").fill("It shows me: look at the mirror.");
		await press("Tab", "Enter");
		await visit.page.getByText("complaint waits").waitFor();
		assert.ok(await visit.at("complaint-form").isHidden());
		await visit.page.goto("/moderate/notices?state=contested");
		await visit.at("notice").waitFor();
		assert.match(await visit.at("notice").textContent(), /look at the mirror/);
	});

	test("what is held is shown to nobody", async () => {
		await fetch(`${server.url}/api/v1/notices`, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ item: await newItem(2), reason: "child_safety", explanation: "There is a child in this picture.", good_faith: true }) });
		await visit.page.goto("/moderate/notices?state=open");
		await visit.at("notice-held").waitFor();
		assert.equal(await visit.at("notice-look").count(), 0);
		await visit.shoot("notices-held");
	});

	test("whoever contributed what was taken reads why and complains, by keyboard", async () => {
		visit = await Visit.open(browser, server.url, {});
		await visit.page.goto("/report");
		visit.allowed.push(/status of 401/);
		await visit.at("own-show").click();
		await visit.page.getByText("use the browser in which you contributed it").waitFor();
		const joined = await visit.page.evaluate(async () => (await fetch("/api/v1/volunteers", { method: "POST", headers: { "content-type": "application/json" }, body: "{\"consent\": true}" })).json());
		const taken = await newItem(3);
		const owner = asOwner(database);
		await sql(owner, `insert into contribution (state, direct, volunteer_id, campaign_id, facts, rights, people, media_type, sha256, bytes, format, rendition, rendition_bytes, rendition_type, width, height, item_id, decided_at)
			select 'approved', false, '${joined.volunteer}', campaign_id, '{}', 'own_work', 'nobody', 'image', sha256, 1, 'png', rendition, 1, 'image/jpeg', 64, 64, id, now() from item where id = '${taken}'`);
		await sql(owner, `with n as (insert into notice (item_id, target, reason, explanation, name, email, good_faith, priority, state) values ('${taken}', 'item', 'other', 'Words enough for an explanation.', 'Ada', 'ada@example.org', true, 3, 'decided') returning id),
			d as (insert into notice_decision (notice_id, stage, outcome, action, ground_kind, ground, facts, automated, independent, decided_by) select n.id, 'first', 'upheld', 'withdraw', 'terms', 'Our terms', 'It shows <b>nobody</b> who agreed.', false, true, a.id from n, account a where a.email = 'second@example.org')
			insert into notice_statement (notice_id, contribution_id) select n.id, c.id from n, contribution c where c.item_id = '${taken}'`);
		await visit.at("own-show").focus();
		await press("Enter");
		await visit.at("own-statement").waitFor();
		assert.match(await visit.at("own-list").textContent(), /upheld.*<b>nobody<\/b> who agreed/s);
		await visit.shoot("report-own");
		await visit.at("own-complaint-text").focus();
		await visit.page.keyboard.type("Everybody who is shown agreed in writing.");
		await press("Tab", "Enter");
		await visit.at("own-statement").getByText("complaint waits").waitFor();
		assert.equal(await visit.at("own-complaint").count(), 0);
		assert.deepEqual(await sql(database, "select party from notice_complaint order by made_at desc limit 1"), [["contributor"]]);
	});
});
