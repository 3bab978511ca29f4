// SPDX-License-Identifier: Apache-2.0
// The moderators' desk: what becomes of a ruling afterwards, and of what colleagues do meanwhile.

import assert from "node:assert/strict";
import path from "node:path";
import { after, afterEach, before, describe, test } from "node:test";

import { DESKTOP, PHONE, Visit, launch } from "../support/browser.js";
import { makeCorpus } from "../support/corpus.js";
import { Client } from "../support/http.js";
import { Place, sql } from "../support/place.js";

const PASSWORD = "four words make one";
const REASON = "Its edges do not fit the waves around them.";
const TABLET = { width: 768, height: 1024 };
/** A desktop window of 1280x800 at 200 %. */
const ZOOMED = { width: 640, height: 400 };

describe("the moderators' desk", () => {
	let place, database, server, browser, colleague, visit;
	const visits = [];

	before(async () => {
		place = await Place.open("moderate");
		const manifests = await makeCorpus(path.join(place.folder, "corpus"));
		database = await place.imported("moderate", manifests.main);
		server = await place.server(database);
		browser = await launch();
		colleague = new Client(server.url);
		await colleague.signIn("joan@example.org", await place.account(database, "joan@example.org", "moderator"), PASSWORD);
		const once = await place.account(database, "grace@example.org", "moderator");
		visit = await open("/moderate");
		await visit.at("email").fill("grace@example.org");
		await visit.at("password").fill(once);
		await visit.page.keyboard.press("Enter");
		await visit.at("password-new").fill(PASSWORD);
		await visit.at("password-again").fill(PASSWORD);
		await visit.page.keyboard.press("Enter");
		await visit.at("desk").waitFor();
	});

	after(async () => {
		await browser?.close();
		await place?.close();
	});

	afterEach(() => {
		const breaches = visits.flatMap((one) => one.breaches.splice(0));
		const barriers = visits.flatMap((one) => one.barriers.splice(0));
		assert.deepEqual({ breaches, barriers }, { breaches: [], barriers: [] });
	});

	async function open(address) {
		const opened = await Visit.open(browser, server.url);
		visits.push(opened);
		await opened.page.goto(address);
		return opened;
	}

	/** New disputes about pictures, oldest first; those before them are out of the way. */
	async function disputes(count) {
		await sql(database, "update dispute set state = 'withdrawn', closed_at = now() where state = 'open'");
		const rows = await sql(database, `with taken as (select id from item where media_type = 'image' and not training and not gold
				and not exists (select from ruling r where r.item_id = item.id) order by id limit ${count}),
			asked as (update item set state = 'disputed' where id in (select id from taken))
			insert into dispute (item_id, reason, judgments, opened_at)
			select id, 'max_judgments', 25, now() + row_number() over (order by id) * interval '1 ms' from taken returning id`);
		return rows.map(([id]) => id);
	}

	async function lookAt(id) {
		await visit.page.goto("/moderate");
		await visit.at("dispute-link").first().waitFor();
		await visit.page.goto(`/moderate#${id}`);
		await visit.at("next-dispute").waitFor();
	}

	async function claimAndJudge() {
		await visit.at("claim").click();
		await visit.at("blind-scale").waitFor();
		await visit.page.keyboard.press("5");
		await visit.page.keyboard.press("Enter");
		await visit.at("reason").waitFor();
	}

	async function colleagueRules(id, ruling) {
		assert.equal((await colleague.post(`/disputes/${id}/claim`, {})).status, 200);
		assert.equal((await colleague.post(`/disputes/${id}/verdict`, { verdict: "real", confidence: 75 })).status, 201);
		assert.equal((await colleague.post(`/disputes/${id}/ruling`, { ruling, reason: REASON })).status, 201);
	}

	const rulings = (id) => sql(database, `select r.ruling, r.reason, r.correction from ruling r where dispute_id = '${id}' order by number`);
	const shown = () => visit.page.evaluate(() => location.hash.slice(1));

	test("media that give themselves away are warned of above the list, in a campaign's own words", async () => {
		const [[campaign]] = await sql(database, "select name from campaign limit 1");
		await sql(database, `insert into leak_turn select id, '', 3600000 from campaign
			on conflict (campaign_id) do update set made_at = now(), took_ms = excluded.took_ms`); // the server makes no other meanwhile
		await sql(database, "delete from leak_table");
		await sql(database, `insert into leak_table select id, 'image', 10, 10, 20, 20, 0, 0, 0 from campaign where name = '${campaign}'`);
		await sql(database, `insert into leak_figure select id, 'image', trait, auc, low, high, true from campaign,
			(values ('square', 0.86, 0.65, 0.95), ('bytes', 0.52, 0.4, 0.6)) figures (trait, auc, low, high) where name = '${campaign}'`);
		await disputes(1);
		await visit.page.goto("/moderate");
		await visit.at("leaks").locator("summary").click();
		assert.match(await visit.at("leaks").innerText(), new RegExp(`${campaign}[^]*being square[^]*0.86`));
		assert.doesNotMatch(await visit.at("leaks").innerText(), /file size/);
		await sql(database, "delete from leak_table");
		await visit.page.reload();
		await visit.at("dispute-link").first().waitFor();
		assert.equal(await visit.at("leaks").isVisible(), false);
	});

	test("a slip of the key is undone, with its reason still there, and corrected later", async () => {
		const [id] = await disputes(2);
		await lookAt(id);
		await claimAndJudge();
		await visit.at("reason").fill(REASON);
		await visit.page.keyboard.press("Escape");
		await visit.page.keyboard.press("r");
		await visit.at("ruled").getByText("Ruled real").waitFor();
		await visit.shoot("moderate-ruled-undo", { sizes: [PHONE, TABLET, DESKTOP] });
		await visit.at("undo").click();
		await visit.at("reason").waitFor();
		await visit.at("claim-clock").getByText("min left").waitFor();
		await visit.at("reason").fill(REASON);
		await visit.at("rule-fake").click();
		await visit.at("ruled").getByText("Ruled fake").waitFor();
		await visit.at("correct").click();
		await visit.at("rule-exclude").click();
		await visit.page.getByText("Say why first").waitFor();
		await visit.at("reason").fill("Nobody can tell; the file is damaged.");
		await visit.shoot("moderate-correct");
		await visit.at("rule-exclude").click();
		await visit.at("ruled").getByText("Excluded").waitFor();
		assert.equal(await visit.at("rulings").locator(".ruled").count(), 4);
		assert.deepEqual(await rulings(id), [["real", REASON, "f"], ["undo", "The ruling was undone by who made it.", "t"], ["fake", REASON, "f"], ["exclude", "Nobody can tell; the file is damaged.", "t"]]);
	});

	test("the medium of a claim is whole on a phone held sideways, and stands in little black on a tablet", async () => {
		const [id] = await disputes(1);
		await lookAt(id);
		await visit.at("claim").click();
		await visit.at("blind-scale").waitFor();
		for (const size of [{ width: 667, height: 331 }, TABLET]) {
			await visit.page.setViewportSize(size);
			await visit.page.evaluate(() => window.scrollTo(0, 0));
			const stage = await visit.at("stage").boundingBox();
			assert.ok(stage.y + stage.height <= size.height, `${size.width}: the stage ends at ${stage.y + stage.height}`);
			assert.ok(stage.height <= stage.width, `${size.width}: the stage is ${stage.width}x${stage.height}`);
			const [renew, back] = [await visit.at("renew").boundingBox(), await visit.at("unclaim").boundingBox()];
			assert.equal(renew.y, back.y, `${size.width}: the links of a claim are not in one line`);
		}
		await visit.page.setViewportSize(DESKTOP);
	});

	test("a dispute that a colleague ruled tells what and why, offers no claim, and can be corrected", async () => {
		const [id] = await disputes(1);
		await colleagueRules(id, "fake");
		await visit.page.goto("/moderate");
		await visit.page.goto(`/moderate#${id}`);
		await visit.at("ruled").getByText(REASON).waitFor();
		assert.ok(await visit.at("ruled").getByText("joan@example.org").isVisible());
		await visit.at("evidence").locator("dl").first().waitFor();
		assert.equal(await visit.at("claim").count(), 0);
		assert.equal(await visit.at("undo").count(), 0);
		await visit.shoot("moderate-ruled-colleague");
		await visit.at("correct").click();
		await visit.at("leave-it").click();
		await visit.at("correct").click();
		await visit.at("reason").fill("The waves are of another lens.");
		await visit.page.keyboard.press("Escape");
		await visit.page.keyboard.press("r");
		await visit.at("ruled").getByText("Ruled real").waitFor();
		assert.equal(await visit.at("rulings").locator(".ruled").count(), 2);
		assert.deepEqual((await rulings(id)).map(([ruling]) => ruling), ["fake", "real"]);
	});

	test("who looks at the evidence is warned of items that look alike", async () => {
		const [id] = await disputes(1);
		const [[item, other]] = await sql(database, `select d.item_id, (select i.id from item i where i.id <> d.item_id order by i.id limit 1) from dispute d where d.id = '${id}'`);
		await sql(database, `insert into near_duplicate (item_a, item_b, distance) values (least('${item}'::uuid, '${other}'), greatest('${item}'::uuid, '${other}'), 6)
			on conflict (item_a, item_b) do update set distance = 6`);
		await colleagueRules(id, "fake");
		await visit.page.goto("/moderate");
		await visit.page.goto(`/moderate#${id}`);
		const told = visit.at("near").getByText(other);
		await told.waitFor();
		assert.match(await visit.at("near").innerText(), /6 of 256 bits apart/);
		await visit.shoot("moderate-near");
	});

	test("the next dispute is one that is free, and from one that another holds there is a further next", async () => {
		const [first, second, third, fourth] = await disputes(4);
		assert.equal((await colleague.post(`/disputes/${second}/claim`, {})).status, 200);
		assert.equal((await colleague.post(`/disputes/${third}/claim`, {})).status, 200);
		await lookAt(first);
		await visit.at("next-dispute").click();
		await visit.page.waitForURL(`**/moderate#${fourth}`);
		await visit.at("claim").waitFor();
		await visit.page.goto(`/moderate#${third}`);
		await visit.page.getByText("Another moderator holds this").waitFor();
		assert.equal(await visit.at("claim").count(), 0);
		await visit.shoot("moderate-held");
		await visit.at("next-dispute").click();
		await visit.page.waitForURL(`**/moderate#${fourth}`);
		await visit.at("claim").waitFor();
		await visit.at("next-dispute").click();
		await visit.page.waitForURL(`**/moderate#${first}`);
		await visit.at("claim").waitFor();
		assert.equal((await colleague.post(`/disputes/${fourth}/claim`, {})).status, 200);
		await visit.at("next-dispute").click();
		await visit.page.getByText("No other dispute is free now").waitFor();
		assert.equal(await shown(), first);
	});

	test("who is slower to claim is told, and can go on", async () => {
		const [first, second] = await disputes(2);
		visit.allowed.push(/status of 409/);
		await lookAt(first);
		assert.equal((await colleague.post(`/disputes/${first}/claim`, {})).status, 200);
		await visit.at("claim").click();
		await visit.page.getByText("Another moderator holds this").waitFor();
		await visit.at("next-dispute").click();
		await visit.page.waitForURL(`**/moderate#${second}`);
		await visit.at("claim").waitFor();
	});

	test("a half-written reason outlives going back, and the claim can be given back", async () => {
		const [first, second] = await disputes(2);
		await lookAt(first);
		await claimAndJudge();
		await visit.at("reason").fill("Half a rea");
		await visit.page.goto(`/moderate#${second}`);
		await visit.at("claim").waitFor();
		await visit.page.goBack();
		await visit.at("reason").waitFor();
		assert.equal(await visit.at("reason").inputValue(), "Half a rea");
		await visit.page.goto("/about");
		await visit.page.goBack();
		await visit.at("reason").waitFor();
		assert.equal(await visit.at("reason").inputValue(), "Half a rea");
		await visit.at("unclaim").click();
		await visit.at("claim").waitFor();
		assert.equal(await visit.at("claim-clock").textContent(), "");
		assert.equal((await colleague.post(`/disputes/${first}/claim`, {})).status, 200);
	});

	test("the queue follows what others do, without taking the focus or the place", async () => {
		const [first, second, third] = await disputes(6);
		await visit.page.clock.install();
		await visit.page.goto("/moderate");
		const link = (id) => visit.page.locator(`[data-testid="dispute-link"][data-id="${id}"]`);
		await link(third).focus();
		const node = await link(third).elementHandle();
		assert.equal((await colleague.post(`/disputes/${first}/claim`, {})).status, 200);
		await colleagueRules(second, "fake");
		await visit.page.clock.fastForward(30_000);
		await link(first).getByText("claimed").waitFor();
		await link(second).waitFor({ state: "detached" });
		assert.ok(await node.evaluate((one) => document.activeElement === one), "the focus is elsewhere");
		assert.equal(await visit.page.locator("#open-count").textContent(), "5");
		const [fresh] = await sql(database, "insert into dispute (item_id, reason, judgments) select id, 'max_judgments', 25 from item where media_type = 'audio' limit 1 returning id");
		await visit.page.clock.fastForward(30_000);
		await link(fresh[0]).waitFor();
		assert.ok(await node.evaluate((one) => document.activeElement === one), "the focus is elsewhere");
	});

	test("with a claim, everything stands inside the window, at all sizes and at 200 %", async () => {
		const [id] = await disputes(2);
		await lookAt(id);
		await claimAndJudge();
		await visit.page.evaluate(() => { document.getElementById("open-count").textContent = "1234"; });
		for (const size of [PHONE, { width: 320, height: 640 }, ZOOMED, TABLET, { width: 1024, height: 768 }, { width: 1280, height: 800 }]) {
			await visit.shoot("moderate-claimed", { sizes: [size], axe: size === PHONE });
			const out = await visit.page.evaluate(() => [...document.querySelectorAll("header > *, header nav a, #act button")].filter((one) => {
				const box = one.getBoundingClientRect();
				return box.width > 0 && (box.right > innerWidth + 0.5 || box.left < 0 || one.scrollWidth > one.clientWidth + 1);
			}).map((one) => one.id || one.textContent));
			assert.deepEqual(out, [], `outside at ${size.width} px`);
		}
		await visit.page.setViewportSize(DESKTOP);
	});

	test("three keys and one sentence settle a clear dispute, and one more brings the next", async () => {
		const [id, second] = await disputes(2);
		await lookAt(id);
		await visit.page.keyboard.press("6");
		await visit.at("blind-scale").waitFor();
		await visit.page.locator("#act [aria-pressed='true']").waitFor();
		await visit.page.keyboard.press("Enter");
		await visit.at("reason").waitFor();
		await visit.page.keyboard.type(REASON);
		await visit.page.keyboard.press("Control+Enter");
		await visit.at("ruled").getByText("Ruled fake").waitFor();
		assert.deepEqual(await rulings(id), [["fake", REASON, "f"]]);
		await visit.page.keyboard.press("n");
		await visit.page.waitForURL(`**/moderate#${second}`);
		await visit.at("claim").waitFor();
	});

	test("queue, filter and order stand in the address, for a colleague to open", async () => {
		const [first, second] = await disputes(2);
		await visit.page.goto("/moderate");
		await visit.at("dispute-link").first().waitFor();
		await visit.at("filters").locator("summary").click();
		await visit.at("filters").locator("select[name=sort]").selectOption("newest");
		await visit.page.locator(`li:first-child [data-id="${second}"]`).waitFor();
		await visit.at("filters").locator("select[name=media_type]").selectOption("audio");
		await visit.page.getByText("Nothing here").waitFor();
		assert.match(visit.page.url(), /\?sort=newest&media_type=audio$|\?media_type=audio&sort=newest$/);
		await visit.page.goto("/moderate?media_type=image&sort=newest");
		await visit.page.locator(`li:first-child [data-id="${second}"]`).waitFor();
		assert.equal(await visit.at("filters").locator("select[name=sort]").inputValue(), "newest");
		assert.equal(await visit.at("filters").locator("select[name=media_type]").inputValue(), "image");
		await visit.shoot("moderate-filters", { sizes: [PHONE, DESKTOP, { width: 1920, height: 1080 }] });
		await visit.page.goto("/moderate");
		await visit.page.locator(`li:first-child [data-id="${first}"]`).waitFor();
	});

	test("a note and a dispute that is passed on reach the colleague", async () => {
		const [id] = await disputes(2);
		await lookAt(id);
		await claimAndJudge();
		await visit.at("notes").locator("summary").click();
		await visit.at("note-text").fill("Look at the waves, left.");
		await visit.at("note-send").click();
		await visit.at("note").getByText("Look at the waves, left.").waitFor();
		await visit.at("escalation").locator("summary").click();
		await visit.at("escalate-to").selectOption("joan@example.org");
		await visit.at("escalate-reason").fill("You know waves better than I do.");
		await visit.shoot("moderate-escalate", { sizes: [PHONE, DESKTOP] });
		await visit.at("escalate").click();
		await visit.at("not-yours").getByText("joan@example.org").waitFor();
		assert.equal((await colleague.post(`/disputes/${id}/claim`, {})).status, 200);
		assert.equal((await colleague.post(`/disputes/${id}/verdict`, { verdict: "real", confidence: 75 })).status, 201);
		const { notes } = (await colleague.get(`/api/v1/disputes/${id}/notes`)).json;
		assert.deepEqual(notes.map((one) => [one.text, one.to]), [["Look at the waves, left.", null], ["You know waves better than I do.", "joan@example.org"]]);
	});

	test("where two have to agree, an opinion waits for the second, and can be taken back", async () => {
		await sql(database, "update campaign set second_opinion = 'always', guidelines = 'Crops are real.'; select 1");
		const [id] = await disputes(1);
		await lookAt(id);
		await claimAndJudge();
		await visit.at("guidelines").locator("summary").click();
		await visit.at("guidelines").getByText("Crops are real.").waitFor();
		await visit.at("reason").fill(REASON);
		await visit.at("rule-fake").click();
		await visit.at("opinion").getByText("Your opinion: Ruled fake").waitFor();
		await visit.shoot("moderate-opinion", { sizes: [PHONE, DESKTOP] });
		await visit.at("undo").click();
		await visit.at("reason").waitFor();
		await visit.at("reason").fill(REASON);
		await visit.at("rule-real").click();
		await visit.at("opinion").getByText("Your opinion: Ruled real").waitFor();
		assert.deepEqual(await rulings(id), []);
		await colleagueRules(id, "real");
		assert.deepEqual((await rulings(id)).map(([ruling]) => ruling), ["real"]);
		await sql(database, "update campaign set second_opinion = 'never', guidelines = null; select 1");
	});

	test("contributions of one source are approved together, those of others cannot be chosen with them", async () => {
		const sent = (who, n) => sql(database, `insert into contribution (state, direct, volunteer_id, campaign_id, facts, rights, people, media_type, sha256, bytes, format, rendition, rendition_bytes, rendition_type, width, height, recipe)
			select 'quarantined', false, '00000000-0000-4000-8000-00000000000${who}', campaign_id, '{"licence": "CC0-1.0"}', 'own_work', 'nobody', 'image', sha256('${who}${n}'), bytes, format, sha256('rendition ${who}${n}'), rendition_bytes, rendition_type, width, height, recipe
			  from item where media_type = 'image' limit 1 returning id`);
		for (const [who, n] of [[1, 1], [1, 2], [2, 1]])
			await sent(who, n);
		visit.allowed.push(/status of 404/); // their files are not in the store
		await visit.page.goto("/moderate");
		await visit.at("queue-contributions").click();
		await visit.page.waitForURL("**/moderate?queue=contributions");
		await visit.at("contribution").nth(2).waitFor();
		const boxes = visit.at("contributions").locator("input[type=checkbox]");
		await boxes.nth(0).check();
		assert.deepEqual([await boxes.nth(1).isDisabled(), await boxes.nth(2).isDisabled()], [false, true]);
		await boxes.nth(1).check();
		await visit.shoot("moderate-contributions", { sizes: [PHONE, DESKTOP, { width: 1920, height: 1080 }] });
		await visit.at("approve-chosen").click();
		await visit.at("contribution").nth(1).waitFor({ state: "detached" });
		assert.deepEqual(await sql(database, "select state, count(*) from contribution group by 1 order by 1"), [["approved", "2"], ["quarantined", "1"]]);
		assert.deepEqual(await sql(database, "select count(*) from audit where kind = 'contribution_approved'"), [["2"]]);
		await visit.at("reject").click();
		await visit.page.getByText("Say why first").waitFor();
		await visit.at("contributions").getByLabel("Reason; who rejects says why").fill("It shows nothing at all.");
		await visit.at("reject").click();
		await visit.page.getByText("Nothing waits.").waitFor();
		await visit.page.goBack();
		await visit.at("desk").waitFor();
	});
});
