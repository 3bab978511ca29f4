// SPDX-License-Identifier: Apache-2.0
// dispute.js: one disputed item on the desk. Claim it, judge it blind, then see the evidence, then rule.

import { get, inWords, post } from "./api.js";
import { byId, el, focusOn, say } from "./dom.js";
import { showEvidence, showMarks } from "./evidence.js";
import { loadMedium } from "./loader.js";
import { Scale } from "./scale.js";
import { Stage } from "./stage.js";
import { makeTransport } from "./transport.js";
import { View } from "./view.js";
import { MEDIUM, when } from "./words.js";

const SHORTEST_REASON = 10;
const ELSEWHERE = new Error("another dispute is on the desk");

export const RULINGS = [
	{ key: "r", ruling: "real", words: "Real", tone: "r" },
	{ key: "f", ruling: "fake", words: "Fake", tone: "f" },
	{ key: "a", ruling: "reopen", words: "Ask the crowd again", tone: "" },
	{ key: "x", ruling: "exclude", words: "Exclude", tone: "" },
];

export class Dispute {
	/** @param {object} on { claimed(end), changed(), signedOut() } */
	constructor(on) {
		this.on = on;
		this.act = byId("act");
		this.view = new View();
		this.stage = new Stage(byId("stage"), { view: this.view, canMark: false });
		this.dispute = null;
		new ResizeObserver(() => this.transport?.redraw?.()).observe(byId("stage"));
	}

	get id() {
		return this.dispute?.id;
	}

	/** What may be done now: claim, verdict, rule, or nothing while loading. */
	get step() {
		if (!this.dispute || this.busy)
			return null;
		if (!this.dispute.claim?.by_you)
			return "claim";
		return this.dispute.verdict ? "rule" : "verdict";
	}

	async open(id) {
		this.close();
		this.wanted = id;
		try {
			const { body } = await get(`/disputes/${encodeURIComponent(id)}`);
			if (this.wanted !== id)
				return;
			this.dispute = body;
			byId("none").hidden = true;
			byId("item").hidden = false;
			await this.showMedium();
			if (this.dispute !== body)
				return;
			this.draw();
			focusOn(byId("work"));
		} catch (error) {
			if (this.wanted === id)
				this.failed(error);
		}
	}

	close() {
		this.wanted = null;
		this.transport?.stop();
		this.medium?.release();
		this.partner?.release();
		this.medium = this.partner = this.dispute = null;
		byId("evidence").replaceChildren();
		byId("item").hidden = true;
		byId("none").hidden = false;
		this.trouble("");
		this.on.claimed(null);
	}

	/** Runs one step. A second press while it runs does nothing. */
	async attempt(step) {
		if (this.busy)
			return;
		this.busy = true;
		this.trouble("");
		try {
			await step();
		} catch (error) {
			if (error !== ELSEWHERE)
				this.failed(error);
		} finally {
			this.busy = false;
		}
	}

	/** Posts to this dispute. Whoever has gone on to another one meanwhile wants no answer. */
	async send(action, body) {
		const { dispute } = this;
		const answer = await post(`/disputes/${dispute.id}/${action}`, body);
		if (this.dispute !== dispute)
			throw ELSEWHERE;
		return answer.body;
	}

	/** What goes wrong is said on the desk. */
	failed(error) {
		if (error.status === 401)
			this.on.signedOut();
		else
			this.trouble(this.refusal(error));
	}

	refusal(error) {
		if (error.status === 409)
			return `${error.message} Another moderator may hold it, or your claim has ended: renew it, or choose another.`;
		return inWords(error);
	}

	trouble(words) {
		const line = byId("work-trouble");
		line.textContent = words;
		line.hidden = words === "";
	}

	async showMedium() {
		const { media } = this.dispute.item;
		const { element } = this.stage;
		const noun = MEDIUM[media.type] ?? media.type;
		this.view.reset();
		element.setAttribute("aria-label", `Disputed ${noun}. Wheel or Z zooms.`);
		element.classList.toggle("sensitive", this.dispute.sensitive);
		const { dispute } = this;
		let medium = null;
		try {
			medium = await loadMedium(media, `Disputed ${noun}`);
		} catch { /* said below */ }
		if (this.dispute !== dispute) {
			medium?.release();
			return;
		}
		this.medium = medium;
		if (!medium) {
			this.stage.show(el("p", { class: "quiet middle" }, "The medium did not load."), { width: 0, height: 0 });
			return;
		}
		this.stage.show(this.medium.node, this.medium);
		this.transport = makeTransport(byId("transport"), media.type, { item: this.medium }, { item: this.stage });
		this.reveal(element, () => this.transport.start());
	}

	/** Shows a stage, or covers it until asked where the media are sensitive. */
	reveal(element, start) {
		element.querySelector(".uncover")?.remove();
		element.classList.toggle("sensitive", this.dispute.sensitive);
		if (!this.dispute.sensitive) {
			start();
			return;
		}
		const uncover = el("div", { class: "uncover" }, el("button", { type: "button", onclick: () => {
			uncover.remove();
			element.classList.remove("sensitive");
			start();
		} }, "Sensitive: show it"));
		element.append(uncover);
	}

	/** Draws what is to be done next. */
	draw() {
		const { claim, verdict, evidence } = this.dispute;
		this.on.claimed(claim?.by_you ? claim.expires_at : null);
		if (this.dispute.closed)
			this.drawClosed();
		else if (!claim?.by_you)
			this.drawClaim(claim);
		else if (!verdict)
			this.drawVerdict();
		else
			this.drawRuling();
		if (verdict && evidence)
			this.drawEvidence();
	}

	drawClosed() {
		const { at, by } = this.dispute.closed;
		this.act.replaceChildren(el("p", { class: "quiet", "data-testid": "closed" },
			by === "crowd" ? `The crowd settled this before a moderator began (${when(at)}).`
				: by === "operator" ? `The item was withdrawn (${when(at)}).` : `Ruled (${when(at)}).`));
	}

	drawClaim(claim) {
		const held = claim ? el("p", {}, `Another moderator holds this until ${when(claim.expires_at)}.`) : null;
		this.act.replaceChildren(...[held,
			el("div", { class: "bar" }, el("button", { type: "button", class: "go", "data-testid": "claim", onclick: () => this.claim() },
				this.dispute.verdict ? "Claim it to rule" : "Claim it and judge blind")),
			el("p", { class: "quiet" }, "A claim lasts 30 minutes. Nobody else can rule on it meanwhile.")].filter(Boolean));
	}

	claim() {
		return this.attempt(async () => {
			this.dispute.claim = (await this.send("claim", {})).claim;
			this.draw();
			this.on.changed();
			focusOn(this.act.querySelector(".scale, textarea"));
		});
	}

	drawVerdict() {
		const group = el("div", { class: "scale", role: "group", "aria-label": "Your blind verdict: how real?", "data-testid": "blind-scale" });
		const give = el("button", { type: "button", class: "go", "aria-disabled": "true", "data-testid": "give-verdict", onclick: () => this.giveVerdict() },
			"Give it and open the evidence ", el("kbd", { "aria-hidden": "true" }, "Enter"));
		this.scale = new Scale(group, ["1", "2", "3", "4", "5", "6"], () => give.setAttribute("aria-disabled", "false"));
		this.act.replaceChildren(
			el("div", {}, el("div", { class: "ends", "aria-hidden": "true" }, el("span", {}, "Real"), el("span", {}, "Fake")), group),
			el("div", { class: "bar" }, give),
			this.footLine("It is stored before anything else is shown, and does not change after."));
	}

	giveVerdict() {
		if (!this.scale.step)
			return say("Choose a step of the scale first.");
		const { verdict, confidence } = this.scale.step;
		return this.attempt(async () => {
			this.dispute = await this.send("verdict", { verdict, confidence });
			this.draw();
			this.on.changed();
			say("The evidence is open.");
			this.reason?.focus({ preventScroll: true });
		});
	}

	drawRuling() {
		this.reason = el("textarea", { "data-testid": "reason", maxlength: 2000, "aria-label": "Reason",
			placeholder: "Why? One sentence that the next moderator can check." });
		this.act.replaceChildren(this.reason,
			el("div", { class: "bar ruling" }, RULINGS.map(({ key, ruling, words, tone }) => el("button", {
				type: "button", class: tone, "data-testid": `rule-${ruling}`, "aria-keyshortcuts": key.toUpperCase(), onclick: () => this.rule(ruling),
			}, `${words} `, el("kbd", { "aria-hidden": "true" }, key.toUpperCase())))),
			this.footLine("Keys work once you leave the text with Escape."));
		this.reason.addEventListener("keydown", (event) => { if (event.key === "Escape") focusOn(byId("work")); });
	}

	rule(ruling) {
		const reason = this.reason.value.trim();
		if (reason.length < SHORTEST_REASON) {
			this.trouble("Say why first, in a sentence.");
			this.reason.focus();
			return undefined;
		}
		return this.attempt(async () => {
			await this.send("ruling", { ruling, reason });
			const words = { real: "Ruled real.", fake: "Ruled fake.", reopen: "Back to the crowd.", exclude: "Excluded." }[ruling];
			this.dispute.claim = null;
			this.on.claimed(null);
			this.act.replaceChildren(el("p", { class: "ruled", "data-testid": "ruled", tabindex: "-1" }, `${words} ${reason}`),
				el("div", { class: "bar" }, el("button", { type: "button", class: "go", "data-testid": "next-dispute", onclick: () => this.on.next() }, "Next dispute")));
			say(words);
			this.on.changed();
			this.act.querySelector("button").focus();
		});
	}

	drawEvidence() {
		const { evidence } = this.dispute;
		const id = this.id;
		let partner = null;
		if (evidence.partner) {
			const frame = el("div", { class: "stage", tabindex: "0", role: "group", "aria-label": "The other of the pair. Zooms with the disputed one." });
			const stage = new Stage(frame, { view: this.view, canMark: false });
			partner = frame;
			loadMedium(evidence.partner.media, "The other of the pair").then((medium) => {
				if (this.id !== id) {
					medium.release();
					return;
				}
				this.partner = medium;
				stage.show(medium.node, medium);
				this.playPartner(medium, frame, stage);
			}, () => frame.replaceChildren(el("p", { class: "quiet" }, "It did not load.")));
		}
		showEvidence(byId("evidence"), this.dispute, partner);
		showMarks(this.stage, evidence.judgments);
	}

	playPartner(medium, frame, stage) {
		const row = el("div", { class: "transport" });
		frame.after(row);
		const transport = makeTransport(row, medium.type, { item: medium }, { item: stage });
		this.reveal(frame, () => transport.start());
	}

	/** Half an hour more, without touching what is written. */
	renew() {
		return this.attempt(async () => {
			this.dispute.claim = (await this.send("claim", {})).claim;
			this.on.claimed(this.dispute.claim.expires_at);
			say("Claimed for another half hour.");
		});
	}

	footLine(words) {
		return el("div", { class: "bar foot-line" }, el("span", { class: "quiet" }, words),
			el("button", { type: "button", class: "plain", "data-testid": "renew", onclick: () => this.renew() }, "Renew the claim"));
	}
}
