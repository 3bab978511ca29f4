// SPDX-License-Identifier: Apache-2.0
// my-jobs.js: the releases and jobs that one's own account began, with how far they are. Each stays the same element
// while it changes, so nothing flickers and no focus is lost.

import { erase, get, inWords } from "./api.js";
import { byId, el, focusOn, say } from "./dom.js";
import { number, t, term } from "./lang.js";

const SHOWN = 20;
const SOON_MS = 1000;
const LATE_MS = 15_000;
const SLOWER = 1.5;
const MINUTE_S = 60;

const goesOn = (job) => job.state === "waiting" || job.state === "running";

/** What a job is about, in words. */
function titleOf(job) {
	if (!job.release)
		return term("job_kind", job.kind);
	return t("my_jobs.of_release", { kind: term("job_kind", job.kind), name: job.release.name, version: job.release.version });
}

function leftOf(job) {
	if (job.seconds_left === null)
		return "";
	return job.seconds_left < MINUTE_S ? t("my_jobs.left_soon") : t("my_jobs.left", { n: Math.ceil(job.seconds_left / MINUTE_S) });
}

/** How it stands, in a sentence. */
function lineOf(job) {
	if (goesOn(job) && job.cancel_asked_at)
		return t("my_jobs.ending");
	if (job.state === "running" && job.total > 0)
		return [t("my_jobs.progress", { percent: number.format(Math.floor(100 * job.done / job.total)) }), leftOf(job)].filter(Boolean).join(" ");
	if (job.state === "failed")
		return t("my_jobs.failed", { why: job.detail ?? t("release_form.no_reason") });
	if (job.state === "cancelled")
		return t("my_jobs.cancelled", { who: job.cancelled_by });
	if (job.state === "waiting" && job.failures > 0)
		return t("my_jobs.again", { why: job.detail ?? t("release_form.no_reason") });
	return "";
}

/** What to do now. */
function adviceOf(job) {
	if (job.kind !== "release" || !["failed", "cancelled"].includes(job.state))
		return "";
	return job.state === "failed" ? t("my_jobs.advice") : t("my_jobs.free");
}

/** Writes only what is another text than before: a screen reader says nothing twice. */
function put(node, words) {
	if (node.textContent !== words)
		node.textContent = words;
	node.hidden = words === "";
}

/** One job as it is shown. */
class Row {
	/** @param {() => void} onChange it is to be asked for again soon */
	constructor(job, onChange) {
		this.id = job.id;
		this.onChange = onChange;
		this.state = el("span", { class: "state", "data-testid": "my-job-state" });
		this.bar = el("progress", { "aria-label": titleOf(job) });
		this.line = el("p", { class: "quiet", "data-testid": "my-job-line" });
		this.advice = el("p", { class: "quiet" });
		this.trouble = el("p", { class: "wrong", role: "alert", hidden: true });
		this.actions = el("div", { class: "bar start" });
		this.node = el("li", { class: "card", "data-testid": "my-job", "data-kind": job.kind },
			el("h3", {}, titleOf(job), " ", this.state), this.bar, this.line, this.advice, this.trouble, this.actions);
		this.show(job);
	}

	show(job) {
		const before = this.job;
		this.job = job;
		put(this.state, term("job_state", job.state));
		this.bar.hidden = job.state !== "running";
		this.bar.max = job.total || 1;
		if (job.total > 0)
			this.bar.value = job.done;
		put(this.line, lineOf(job));
		put(this.advice, adviceOf(job));
		if (before?.state !== job.state || before?.cancel_asked_at !== job.cancel_asked_at)
			this.offer();
		if (before && before.state !== job.state && !goesOn(job))
			say(t("my_jobs.ended", { what: titleOf(job), state: term("job_state", job.state) }));
	}

	/** What can be done with it now. */
	offer() {
		const { job } = this;
		const held = this.actions.contains(document.activeElement);
		if (goesOn(job) && !job.cancel_asked_at)
			this.actions.replaceChildren(el("button", { type: "button", "data-testid": "my-job-cancel", "aria-label": t("my_jobs.cancel_what", { what: titleOf(job) }), onclick: () => this.ask() }, t("my_jobs.cancel")));
		else if (job.state === "done" && job.release)
			this.actions.replaceChildren(el("a", { class: "button", href: `#${encodeURIComponent(job.release.name)}/${encodeURIComponent(job.release.version)}`, "data-testid": "my-job-get" }, t("my_jobs.get", job.release)));
		else
			this.actions.replaceChildren();
		if (held)
			focusOn(this.node);
	}

	ask() {
		const sure = el("p", {}, t("my_jobs.sure", { what: titleOf(this.job) }));
		this.actions.replaceChildren(sure,
			el("button", { type: "button", class: "danger", "data-testid": "my-job-sure", onclick: () => this.cancel() }, t("my_jobs.yes")),
			el("button", { type: "button", "data-testid": "my-job-keep", onclick: () => { this.offer(); this.actions.querySelector("button")?.focus(); } }, t("my_jobs.no")));
		focusOn(sure);
	}

	async cancel() {
		put(this.trouble, "");
		try {
			this.show((await erase(`/jobs/${this.id}`)).body.job);
		} catch (error) {
			put(this.trouble, inWords(error));
			this.offer();
		}
		focusOn(this.node);
		this.onChange();
	}
}

/** The section of the page. */
export class MyJobs {
	/** @param {() => void} onReady a release has become ready */
	constructor(onReady) {
		this.onReady = onReady;
		this.rows = new Map();
		this.box = byId("mine");
		this.list = byId("my-jobs");
		this.after_ms = SOON_MS;
		document.addEventListener("visibilitychange", () => this.soon());
	}

	/** Somebody is signed in, or (null) nobody any more. */
	show(account) {
		this.account = account;
		this.rows.clear();
		this.list.replaceChildren();
		this.box.hidden = true;
		clearTimeout(this.timer);
		if (account)
			this.look();
	}

	/** Something may have changed. */
	soon() {
		if (!this.account || document.hidden)
			return;
		this.after_ms = SOON_MS;
		clearTimeout(this.timer);
		this.timer = setTimeout(() => this.look(), SOON_MS);
	}

	async look() {
		const { account } = this;
		let going = true;
		try {
			const { items } = (await get(`/jobs?mine=true&limit=${SHOWN}`)).body;
			if (account !== this.account)
				return;
			going = items.some(goesOn);
			this.draw(items);
			put(byId("my-jobs-trouble"), "");
		} catch (error) {
			if (account !== this.account)
				return;
			if (!error.passing) {
				this.show(null); // the session has ended, or the account may make none
				return;
			}
			put(byId("my-jobs-trouble"), inWords(error));
		}
		clearTimeout(this.timer);
		if (going && !document.hidden)
			this.timer = setTimeout(() => this.look(), this.after_ms);
		this.after_ms = Math.min(this.after_ms * SLOWER, LATE_MS);
	}

	draw(jobs) {
		let moved = false, ready = false;
		for (const job of jobs) {
			const row = this.rows.get(job.id);
			ready ||= row !== undefined && row.job.state !== "done" && job.state === "done" && job.kind === "release";
			moved ||= row?.job.state !== job.state || row?.job.done !== job.done;
			if (row)
				row.show(job);
			else
				this.rows.set(job.id, new Row(job, () => this.soon()));
		}
		this.place(jobs);
		this.box.hidden = false;
		put(byId("my-jobs-none"), jobs.length === 0 ? t("my_jobs.none") : "");
		if (moved)
			this.after_ms = SOON_MS;
		if (ready)
			this.onReady();
	}

	/** In their order; what stands where it belongs is not touched. */
	place(jobs) {
		let at = this.list.firstElementChild;
		for (const { id } of jobs) {
			const { node } = this.rows.get(id);
			if (node === at)
				at = at.nextElementSibling;
			else
				this.list.insertBefore(node, at);
		}
		const wanted = new Set(jobs.map(({ id }) => id));
		for (const [id, row] of this.rows)
			if (!wanted.has(id)) {
				row.node.remove();
				this.rows.delete(id);
			}
	}
}
