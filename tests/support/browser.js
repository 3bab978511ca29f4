// SPDX-License-Identifier: Apache-2.0
// browser.js: Chromium on the pages. Watches what no page may do (script errors, breaches of the content security policy,
// requests to other hosts), takes pictures at both widths, and asks axe-core for barriers there.

import { mkdir } from "node:fs/promises";
import { createRequire } from "node:module";
import { readFile } from "node:fs/promises";
import path from "node:path";

import { chromium } from "playwright-core";

import { CHECKOUT } from "./place.js";

export const PICTURES = path.join(CHECKOUT, process.env.TOUCHSTONE_BUILD ?? "build", "screenshots");
export const DESKTOP = { width: 1920, height: 1080 };
export const PHONE = { width: 360, height: 740 };

const AXE = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
/** The browser itself writes a line for any answer that is a refusal; asking who one is may be answered "nobody". */
const NOBODY = /the server responded with a status of 401/;

export async function launch() {
	await mkdir(PICTURES, { recursive: true });
	return chromium.launch({
		executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
		args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
	});
}

export class Visit {
	/** A fresh profile with one page. @param {object} options of browser.newContext */
	static async open(browser, url, options = {}) {
		const visit = new Visit();
		visit.url = url;
		visit.breaches = [];
		visit.allowed = [NOBODY];
		visit.barriers = [];
		visit.context = await browser.newContext({ viewport: DESKTOP, baseURL: url, ...options });
		visit.context.setDefaultTimeout(15_000);
		await visit.context.exposeBinding("tellBreach", (_, words) => visit.breach(words));
		await visit.context.addInitScript(() => {
			document.addEventListener("securitypolicyviolation", (event) => window.tellBreach(`policy: ${event.violatedDirective} ${event.blockedURI}`));
		});
		visit.context.on("request", (request) => {
			if (!/^(data|blob):/.test(request.url()) && !request.url().startsWith(`${url}/`))
				visit.breach(`a request to ${request.url()}`);
		});
		visit.page = await visit.context.newPage();
		visit.page.on("console", (message) => {
			if (["error", "warning"].includes(message.type()))
				visit.breach(`console: ${message.text()}`);
		});
		visit.page.on("pageerror", (error) => visit.breach(`script: ${error.stack}`));
		return visit;
	}

	breach(words) {
		if (!this.allowed.some((one) => one.test(words)))
			this.breaches.push(words);
	}

	/** By data-testid. */
	at(id) {
		return this.page.getByTestId(id);
	}

	/** What axe-core finds serious or critical as the page is now, and whether the page is wider than the window. */
	async look(name, { axe = true } = {}) {
		if (axe)
			await this.askAxe(name);
		const wide = await this.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
		if (wide > 0)
			this.barriers.push(`${name}: the page is ${wide} px wider than the window`);
	}

	async askAxe(name) {
		await this.page.evaluate(AXE);
		const { violations } = await this.page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
		for (const { id, impact, nodes } of violations)
			if (["serious", "critical"].includes(impact))
				this.barriers.push(`${name}: ${impact} ${id}: ${nodes.slice(0, 3).map((one) => `${one.target} (${one.any[0]?.message ?? one.all[0]?.message ?? one.none[0]?.message ?? ""})`).join("; ")}`);
	}

	/**
	 * A picture of the page as it is, at both sizes, or at the only one of a page that is a phone. Axe takes most of a
	 * minute for thousands of rows: `axe: false` where the same rows were looked at in a shorter table.
	 */
	async shoot(name, { sizes = [PHONE, DESKTOP], whole = false, axe = true } = {}) {
		for (const size of sizes) {
			await this.page.setViewportSize(size);
			// Layout, fonts and drawn sounds follow a change of size.
			await this.page.evaluate(() => new Promise((done) => { setTimeout(() => requestAnimationFrame(() => done()), 250); }));
			const label = `${name}-${size.width}`;
			// No style is added for the picture: the policy would refuse it.
			await this.page.screenshot({ path: path.join(PICTURES, `${label}.png`), caret: "initial", animations: "allow", fullPage: whole });
			await this.look(label, { axe });
		}
	}

	async close() {
		await this.context.close();
	}
}
