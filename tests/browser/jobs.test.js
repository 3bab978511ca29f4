// SPDX-License-Identifier: Apache-2.0
// What a researcher sees of the releases and jobs that they began, on the data page: progress that goes on without a
// flicker, cancelling by keyboard, what went wrong, and the way to what is done. At 360 pixels and on a desktop.

import assert from "node:assert/strict";
import { after, afterEach, before, describe, test } from "node:test";

import { DESKTOP, PHONE, Visit, launch } from "../support/browser.js";
import { Place, sql, until } from "../support/place.js";

const EMAIL = "ada@example.org";
const PASSWORD = "four words make one";

describe("the jobs of an account", () => {
	let place, database, server, browser, visit, ids;

	/** A job that makes a release, as no worker would touch it for now. */
	async function job(name, state, more = "0, 0, null") {
		const [[id]] = await sql(database, `with r as (insert into release (name, version, filter, salt) values ('${name}', '1.0', '{}', sha256(uuid_send(gen_random_uuid()))) returning id)
			insert into job (kind, subject, created_by, state, run_after, begun_at, done, total, detail)
			select 'release', r.id, a.id, '${state}', now() + interval '50 minutes', now() - interval '60 s', ${more} from r, account a where a.email = '${EMAIL}' returning id`);
		return id;
	}

	const row = (name) => visit.at("my-job").filter({ hasText: name });
	const stateOf = async (name) => (await row(name).getByTestId("my-job-state").textContent()).trim();
	const change = (name, what) => sql(database, `update job set ${what} where id = '${ids[name]}'`);

	before(async () => {
		place = await Place.open("jobs");
		database = await place.database("jobs");
		const once = await place.account(database, EMAIL, "researcher");
		server = await place.server(database);
		browser = await launch();
		ids = { waits: await job("waits", "waiting"), runs: await job("runs", "running", "3, 12, null"), fails: await job("fails", "failed", "0, 0, 'No item fits.'") };
		await sql(database, `update release set state = 'failed' where name = 'fails'`);
		visit = await Visit.open(browser, server.url, {});
		await visit.page.goto("/data");
		await visit.at("make-release").locator("summary").click();
		assert.ok(await visit.at("my-jobs").isHidden());
		await visit.at("email").fill(EMAIL);
		await visit.at("password").fill(once);
		await visit.page.keyboard.press("Enter");
		await visit.at("password-new").fill(PASSWORD);
		await visit.at("password-again").fill(PASSWORD);
		await visit.page.keyboard.press("Enter");
		await visit.at("my-jobs").waitFor();
	});
	after(async () => {
		await browser?.close();
		await place?.close();
	});
	afterEach(() => {
		assert.deepEqual({ breaches: visit.breaches.splice(0), barriers: visit.barriers.splice(0) }, { breaches: [], barriers: [] });
	});

	test("each says how it stands, what is left, and what to do", async () => {
		await row("waits").waitFor();
		assert.equal(await visit.at("my-job").count(), 3);
		assert.deepEqual([await stateOf("waits"), await stateOf("runs"), await stateOf("fails")], ["waiting", "running", "failed"]);
		assert.match(await row("runs").textContent(), /25 % done\. About 3 minutes left\.|25 % done\. About 4 minutes left\./);
		assert.match(await row("fails").textContent(), /No item fits\..*Its version is free/s);
		assert.equal(await row("fails").getByTestId("my-job-cancel").count(), 0);
		await visit.shoot("data-jobs", { whole: true });
		await visit.page.setViewportSize(PHONE);
		assert.ok(await visit.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
		await visit.page.setViewportSize(DESKTOP);
	});

	test("progress goes on in the same elements", async () => {
		await row("runs").evaluate((node) => { node.seen = true; node.querySelector("progress").seen = true; });
		await change("runs", "done = 6");
		await row("runs").getByText("50 % done.").waitFor();
		assert.ok(await row("runs").evaluate((node) => node.seen && node.querySelector("progress").seen));
		assert.equal(await row("runs").locator("progress").evaluate((bar) => bar.value / bar.max), 0.5);
	});

	test("one is cancelled by keyboard, after a question, and keeps the focus", async () => {
		const { keyboard } = visit.page;
		const focused = () => visit.page.evaluate(() => document.activeElement.dataset.testid);
		await row("runs").getByTestId("my-job-cancel").focus();
		await keyboard.press("Enter");
		await visit.at("my-job-keep").waitFor();
		await keyboard.press("Tab");
		assert.equal(await focused(), "my-job-sure");
		await keyboard.press("Tab");
		await keyboard.press("Enter");
		assert.equal(await focused(), "my-job-cancel");
		await row("waits").getByTestId("my-job-cancel").focus();
		await keyboard.press("Enter");
		await visit.shoot("data-job-sure", { whole: true });
		await keyboard.press("Tab");
		await keyboard.press("Enter");
		await row("waits").getByText("cancelled", { exact: true }).waitFor();
		assert.equal(await focused(), "my-job");
		assert.match(await row("waits").textContent(), new RegExp(`Cancelled by ${EMAIL}\\.`));
		assert.deepEqual(await sql(database, `select state from job where id = '${ids.waits}'`), [["cancelled"]]);
		assert.equal(await stateOf("runs"), "running");
	});

	test("one that is being worked on says that it ends", async () => {
		await row("runs").getByTestId("my-job-cancel").click();
		await visit.at("my-job-sure").click();
		await row("runs").getByText("It is being cancelled").waitFor();
		assert.equal(await row("runs").getByTestId("my-job-cancel").count(), 0);
		await change("runs", "cancel_asked_at = null, cancelled_by = null");
		await row("runs").getByTestId("my-job-cancel").waitFor();
	});

	test("what is done leads to its release", async () => {
		await sql(database, `update release set state = 'ready', fixed_at = now(), finished_at = now(), bytes = 1, summary = '{"items": 0}' where name = 'runs'`);
		await change("runs", "state = 'done', done = 12, finished_at = now()");
		await row("runs").getByTestId("my-job-get").waitFor();
		assert.equal(await row("runs").getByTestId("my-job-get").getAttribute("href"), "#runs/1.0");
		await visit.at("release-card").filter({ hasText: "runs 1.0" }).waitFor();
		await until("nothing is asked any more", async () => {
			let asked = 0;
			visit.page.on("request", (request) => { asked += request.url().includes("/jobs") ? 1 : 0; });
			await visit.page.waitForTimeout(2500);
			return asked === 0;
		});
	});

	test("who signs out sees none", async () => {
		await visit.at("sign-out").click();
		await visit.at("my-jobs").waitFor({ state: "hidden" });
		assert.equal(await visit.at("my-job").count(), 0);
	});
});
