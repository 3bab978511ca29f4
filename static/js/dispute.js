// SPDX-License-Identifier: Apache-2.0
// dispute.js: one disputed item on the desk. Claim it, judge it blind, then see the evidence, then rule.

import { erase, get, inWords, post } from "./api.js";
import { Board } from "./board.js";
import { showCrowdBoard } from "./crowd-board.js";
import { desk } from "./desk.js";
import { byId, el, focusOn, say } from "./dom.js";
import { showEvidence, showMarks, showRulings } from "./evidence.js";
import { nodes, t, term } from "./lang.js";
import { loadMedium } from "./loader.js";
import { escalation, showNotes } from "./notes.js";
import { isFree } from "./queue.js";
import { draft, rulingLine, rulingWord } from "./rulings.js";
import { Scale } from "./scale.js";
import { soundDesk } from "./sound-desk.js";
import { Viewer } from "./viewer.js";
import { makeTransport } from "./transport.js";
import { View } from "./view.js";
import { readSpared, spared } from "./wellness.js";
import { clockTime, when } from "./words.js";

const SHORTEST_REASON = 10;
const ELSEWHERE = new Error("another dispute is on the desk");

export const RULINGS = [
	{ key: "r", ruling: "real", tone: "r" },
	{ key: "f", ruling: "fake", tone: "f" },
	{ key: "a", ruling: "reopen", tone: "" },
	{ key: "x", ruling: "exclude", tone: "" },
];

export class Dispute {
	/** @param {object} on { claimed(end), changed(), next(), signedOut() } */
	constructor(on) {
		this.on = on;
		this.act = byId("act");
		this.view = new View();
		this.viewer = new Viewer(byId("stage"), { view: this.view, canMark: false });
		this.dispute = null;
		this.board = new Board(this.viewer, { together: (media, viewers, match) => this.move(media, viewers, match), cover: (stage) => this.coverToo(stage),
			seek: (seconds) => this.transport?.seek(seconds) });
		new ResizeObserver(() => this.transport?.redraw?.()).observe(byId("stage"));
	}

	get id() {
		return this.dispute?.id;
	}

	/** What may be done now: claim, verdict, rule, or nothing while loading. */
	get step() {
		if (!this.dispute || this.busy)
			return null;
		if (this.dispute.closed)
			return this.correcting ? "rule" : null;
		if (this.dispute.opinion || !this.mayRule)
			return null;
		if (!this.dispute.claim?.by_you)
			return this.dispute.claim ? null : "claim";
		return this.dispute.verdict ? "rule" : "verdict";
	}

	/** Is it theirs to rule on: no item of their own, and passed to nobody else? */
	get mayRule() {
		return this.dispute.may_rule && (!this.dispute.escalated_to || this.dispute.escalated_to_you);
	}

	/** Fetches what comes next, with its medium. */
	async prepare(id) {
		if (this.next?.id === id)
			return;
		this.forget();
		try {
			const { body } = await get(`/disputes/${encodeURIComponent(id)}`);
			if (!isFree(body) || !this.dispute)
				return;
			const medium = loadMedium(body.item.media, t("dispute.medium", { medium: term("medium", body.item.media.type) }));
			medium.catch(() => { /* it is fetched again where it is shown */ });
			this.next = { id, body, medium };
		} catch { /* it is fetched again where it is shown */ }
	}

	/** The id of what was prepared, where it is still free; its medium waits. Else null. */
	async prepared() {
		const { next } = this;
		if (!next)
			return null;
		const { body } = await get(`/disputes/${encodeURIComponent(next.id)}`);
		next.body = body;
		next.read = true;
		return isFree(body) ? next.id : null;
	}

	forget() {
		const { next } = this;
		this.next = null;
		next?.medium.then((medium) => medium.release(), () => { /* there is none */ });
	}

	/** What was prepared of a dispute, and is its opener's from now on. */
	takePrepared(id) {
		const taken = this.next?.id === id ? this.next : null;
		if (taken)
			this.next = null;
		return taken;
	}

	async open(id) {
		this.close();
		this.wanted = id;
		const ready = this.takePrepared(id);
		try {
			const body = ready?.read ? ready.body : (await get(`/disputes/${encodeURIComponent(id)}`)).body;
			if (this.wanted !== id)
				return;
			this.dispute = body;
			byId("none").hidden = true;
			byId("item").hidden = false;
			await this.showMedium(ready?.medium);
			if (this.dispute !== body)
				return;
			this.draw();
			showNotes(byId("notes"), `/disputes/${id}`, (step) => this.attempt(step));
			focusOn(byId("work"));
			this.on.opened();
		} catch (error) {
			if (this.wanted === id)
				this.failed(error);
		}
	}

	close() {
		this.wanted = null;
		this.transport?.stop();
		this.board.close();
		this.medium?.release();
		this.partner?.release();
		this.medium = this.partner = this.dispute = this.correcting = this.shown = null;
		byId("evidence").replaceChildren();
		byId("notes").replaceChildren();
		byId("item").hidden = true;
		byId("none").hidden = false;
		this.trouble("");
		this.on.claimed(null);
	}

	/** Runs one step, and answers what it answers. A second press while it runs does nothing. */
	async attempt(step) {
		if (this.busy)
			return undefined;
		this.busy = true;
		this.trouble("");
		try {
			return await step();
		} catch (error) {
			if (error !== ELSEWHERE)
				this.failed(error);
			return undefined;
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
		if (["dispute-claimed", "no-claim"].includes(error.reason) && !this.dispute?.closed)
			return `${error.message} ${t("dispute.held")}`;
		return inWords(error);
	}

	trouble(words) {
		const line = byId("work-trouble");
		line.textContent = words;
		line.hidden = words === "";
	}

	/** @param {Promise<object>} [ready] the medium, where it was fetched before */
	async showMedium(ready) {
		const { media } = this.dispute.item;
		const { element } = this.viewer;
		const noun = term("medium", media.type);
		this.view.reset();
		element.setAttribute("aria-label", t("dispute.stage", { medium: noun }));
		element.classList.toggle("sensitive", this.covered);
		const { dispute } = this;
		let medium = null;
		try {
			const load = () => loadMedium(media, t("dispute.medium", { medium: noun }));
			medium = await (ready?.catch(load) ?? load());
		} catch { /* said below */ }
		if (this.dispute !== dispute) {
			medium?.release();
			return;
		}
		this.medium = medium;
		if (!medium) {
			this.viewer.show(el("p", { class: "quiet middle" }, t("dispute.not_loaded")), { width: 0, height: 0 });
			return;
		}
		this.viewer.show(this.medium.node, this.medium);
		this.move({ item: this.medium }, { item: this.viewer });
		this.reveal(element, () => this.begin());
	}

	/** One row of controls for these media; two sounds are laid together by their match. What plays stops. */
	move(media, viewers, match) {
		this.transport?.stop();
		const { type } = this.dispute.item.media, row = byId("transport"), moved = (seconds) => this.board.moved(seconds);
		this.transport = type === "audio" ? soundDesk(row, media, viewers, { match, moved }) : makeTransport(row, type, media, viewers, moved);
		if (!("item" in media))
			this.transport.start();
	}

	/** Plays silently, unless the account wants to hear it at once. */
	begin() {
		this.transport.start();
		if (spared.start_sound)
			this.transport.sound?.();
	}

	/** Is it to be asked for? */
	get covered() {
		return this.dispute.sensitive && spared.cover_sensitive;
	}

	/** What is made of a medium that nobody has asked for is not shown either. */
	coverToo(stage) {
		stage.querySelector(".uncover")?.remove();
		stage.classList.remove("sensitive");
		if (this.viewer.element.classList.contains("sensitive"))
			this.reveal(stage, () => { /* it lies there already */ });
	}

	/** Shows a viewer, or covers it until asked where the media are sensitive. */
	reveal(element, start) {
		element.querySelector(".uncover")?.remove();
		element.classList.toggle("sensitive", this.covered);
		if (!this.covered) {
			start();
			return;
		}
		const uncover = el("div", { class: "uncover" }, el("button", { type: "button", onclick: () => {
			uncover.remove();
			element.classList.remove("sensitive");
			start();
		} }, t("dispute.sensitive")));
		element.append(uncover);
	}

	/** Draws what is to be done next. */
	draw() {
		const { claim, verdict, evidence } = this.dispute;
		this.on.claimed(claim?.by_you ? claim.expires_at : null);
		if (this.dispute.closed)
			this.drawClosed();
		else if (this.dispute.opinion)
			this.drawOpinion();
		else if (!this.mayRule)
			this.drawNotTheirs();
		else if (!claim?.by_you)
			this.drawClaim(claim);
		else if (!verdict)
			this.drawVerdict();
		else
			this.drawRuling();
		if (evidence && evidence !== this.shown)
			this.drawEvidence();
		showRulings(this.dispute.rulings);
	}

	/** The ruling in force, or null. */
	get ruling() {
		const newest = this.dispute.rulings.filter((one) => one.dispute === this.id).at(-1);
		return newest && newest.ruling !== "undo" ? newest : null;
	}

	drawClosed() {
		const { at, by } = this.dispute.closed;
		const words = t(by === "crowd" ? "dispute.closed_crowd" : by === "operator" ? "dispute.closed_operator" : "dispute.closed_ruled", { when: when(at) });
		const { ruling } = this;
		this.act.replaceChildren(...[
			ruling ? el("div", { "data-testid": "ruled", tabindex: "-1" }, rulingLine(ruling)) : el("p", { class: "quiet", "data-testid": "closed" }, words),
			el("div", { class: "bar" }, this.nextButton("go"), ruling ? this.undoButton(ruling) : null, ruling ? el("button", {
				type: "button", "data-testid": "correct", onclick: () => this.correct(),
			}, t("dispute.correct")) : null),
			by === "moderator" && !ruling ? el("p", { class: "quiet" }, t("dispute.another_waits")) : null,
			ruling ? el("p", { class: "quiet" }, t("dispute.correction")) : null].filter(Boolean));
	}

	/** Theirs is given; another moderator's is waited for. */
	drawOpinion() {
		const { opinion } = this.dispute;
		this.act.replaceChildren(...[
			el("div", { "data-testid": "opinion", tabindex: "-1" }, el("p", { class: "ruled" }, t("dispute.opinion", { ruling: rulingWord(opinion.ruling), when: when(opinion.at) }), el("br"), opinion.reason)),
			el("div", { class: "bar" }, this.nextButton("go"), this.undoButton(opinion)),
			el("p", { class: "quiet" }, t("dispute.opinion_waits"))].filter(Boolean));
	}

	drawNotTheirs() {
		const { may_rule: may, escalated_to: to } = this.dispute;
		this.act.replaceChildren(el("p", { "data-testid": "not-yours" }, may ? t("dispute.passed_to", { who: to }) : t("dispute.own_item")),
			el("div", { class: "bar" }, this.nextButton("go")));
	}

	/** What the campaign wants its moderators to go by. */
	guidelines() {
		const { guidelines } = this.dispute;
		return guidelines ? el("details", { "data-testid": "guidelines" }, el("summary", {}, t("dispute.guidelines")), el("div", { class: "guidelines quiet" }, guidelines)) : null;
	}

	/** Passes it to a colleague; what is written meanwhile stays. */
	escalation() {
		return desk.colleagues.length === 0 ? null : escalation(desk.colleagues, (to, reason) => this.attempt(async () => {
			await this.send("escalate", { to, reason });
			say(t("dispute.passed"));
			await this.readAgain();
		}));
	}

	nextButton(kind = "") {
		return el("button", { type: "button", class: kind, "data-testid": "next-dispute", onclick: () => this.on.next() }, t("dispute.next"));
	}

	/** While it may be undone. Then the button goes. */
	undoButton({ id, undo_until: until }) {
		const left = until ? new Date(until).getTime() - Date.now() : 0;
		if (left <= 0)
			return null;
		const button = el("button", { type: "button", "data-testid": "undo", onclick: () => this.undo(id) },
			nodes("dispute.undo", { time: clockTime(until) }, (words) => el("small", { class: "quiet" }, words)));
		setTimeout(() => button.remove(), left);
		return button;
	}

	undo(ruling) {
		return this.attempt(async () => {
			const { evidence } = this.dispute;
			this.dispute = { ...await this.send("undo", { ruling }), evidence };
			this.draw();
			this.on.changed();
			say(t("dispute.undone"));
			focusOn(this.reason?.isConnected ? this.reason : byId("work"));
		});
	}

	/** Opens the form for a further ruling. */
	correct() {
		this.correcting = this.ruling.id;
		this.drawRuling();
		this.reason.focus({ preventScroll: true });
	}

	drawClaim(claim) {
		const held = claim ? el("p", {}, t("dispute.held_until", { when: when(claim.expires_at) })) : null;
		const take = el("button", { type: "button", class: claim ? "" : "go", "data-testid": "claim", onclick: () => this.claim() },
			t(this.dispute.verdict ? "dispute.claim_to_rule" : "dispute.claim"));
		this.act.replaceChildren(...[held,
			el("div", { class: "bar" }, claim ? null : take, this.nextButton(claim ? "go" : "")),
			el("p", { class: "quiet" }, t(claim ? "dispute.claim_later" : "dispute.claim_lasts"))].filter(Boolean));
	}

	/** One key claims and chooses a step of the scale; nothing is given before Enter. */
	async claimAndChoose(step) {
		await this.claim();
		if (this.step === "verdict")
			this.scale.choose(step);
	}

	claim() {
		return this.attempt(async () => {
			try {
				this.dispute.claim = (await this.send("claim", {})).claim;
			} catch (error) {
				if (error.status === 409)
					await this.readAgain();
				throw error;
			}
			this.draw();
			this.on.changed();
			focusOn(this.act.querySelector(".scale, textarea"));
		});
	}

	/** Somebody was faster: shows what this dispute has come to, beside the same medium. */
	async readAgain() {
		const { dispute } = this;
		const { body } = await get(`/disputes/${dispute.id}`);
		if (this.dispute !== dispute)
			throw ELSEWHERE;
		this.dispute = { ...body, evidence: dispute.evidence ?? body.evidence };
		this.draw();
		this.on.changed();
	}

	unclaim() {
		return this.attempt(async () => {
			const { dispute } = this;
			await erase(`/disputes/${dispute.id}/claim`);
			if (this.dispute !== dispute)
				throw ELSEWHERE;
			dispute.claim = null;
			this.draw();
			this.on.changed();
			say(t("dispute.unclaimed"));
			focusOn(byId("work"));
		});
	}

	drawVerdict() {
		const group = el("div", { class: "scale", role: "group", "aria-label": t("dispute.scale"), "data-testid": "blind-scale" });
		const give = el("button", { type: "button", class: "go", "aria-disabled": "true", "data-testid": "give-verdict", onclick: () => this.giveVerdict() },
			nodes("dispute.give_verdict", {}, (words) => el("kbd", { "aria-hidden": "true" }, words)));
		this.scale = new Scale(group, ["1", "2", "3", "4", "5", "6"], () => give.setAttribute("aria-disabled", "false"));
		this.act.replaceChildren(
			el("div", {}, el("div", { class: "ends", "aria-hidden": "true" }, el("span", {}, term("verdict_title", "real")), el("span", {}, term("verdict_title", "fake"))), group),
			el("div", { class: "bar" }, give),
			this.footLine(t("dispute.verdict_stays")));
	}

	giveVerdict() {
		if (!this.scale.step)
			return say(t("dispute.choose_first"));
		const { verdict, confidence } = this.scale.step;
		return this.attempt(async () => {
			this.dispute = await this.send("verdict", { verdict, confidence });
			this.draw();
			readSpared();
			this.on.changed();
			say(t("dispute.evidence_open"));
			this.reason?.focus({ preventScroll: true });
		});
	}

	drawRuling() {
		const { id } = this;
		this.reason = el("textarea", { "data-testid": "reason", maxlength: 2000, "aria-label": t(this.correcting ? "dispute.reason_correction" : "dispute.reason"),
			placeholder: t(this.correcting ? "dispute.why_correction" : "dispute.why") });
		this.reason.value = draft.get(id);
		this.reason.addEventListener("input", () => draft.set(id, this.reason.value));
		this.act.replaceChildren(...[this.correcting ? rulingLine(this.ruling) : null, this.reason,
			el("div", { class: "bar ruling" }, RULINGS.map(({ key, ruling, tone }) => el("button", {
				type: "button", class: tone, "data-testid": `rule-${ruling}`, "aria-keyshortcuts": key.toUpperCase(), onclick: () => this.rule(ruling),
			}, term("ruling", ruling), " ", el("kbd", { "aria-hidden": "true" }, key.toUpperCase())))),
			this.correcting ? el("div", { class: "bar foot-line" }, el("span", { class: "quiet" }, t("dispute.keys")),
				el("button", { type: "button", class: "plain", "data-testid": "leave-it", onclick: () => this.leaveIt() }, t("dispute.leave_it")))
				: this.footLine(t("dispute.keys")), this.guidelines(), this.correcting ? null : this.escalation()].filter(Boolean));
		this.reason.addEventListener("keydown", (event) => {
			if (event.key === "Escape")
				focusOn(byId("work"));
			else if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && this.dispute.verdict)
				this.rule(this.dispute.verdict.verdict);
		});
	}

	leaveIt() {
		this.correcting = null;
		this.trouble("");
		this.draw();
		focusOn(byId("work"));
	}

	rule(ruling) {
		const reason = this.reason.value.trim();
		if (reason.length < SHORTEST_REASON) {
			this.trouble(t("dispute.why_first"));
			this.reason.focus();
			return undefined;
		}
		return this.attempt(async () => {
			const { ruling: made, opinion } = await this.send("ruling", { ruling, reason, ...this.correcting ? { corrects: this.correcting } : {} });
			draft.set(this.id, "");
			this.correcting = null;
			if (opinion) {
				Object.assign(this.dispute, { claim: null, opinion });
				this.draw();
				say(t("dispute.opinion_given"));
				this.on.changed();
				this.act.querySelector("button").focus();
				return;
			}
			Object.assign(this.dispute, { claim: null, state: "ruled", closed: { at: made.at, by: "moderator" }, rulings: [...this.dispute.rulings, made] });
			this.draw();
			say(`${rulingWord(ruling)}.`);
			this.on.changed();
			this.act.querySelector("button").focus();
		});
	}

	drawEvidence() {
		const { evidence } = this.dispute;
		this.shown = evidence;
		const id = this.id;
		let partner = null, other = Promise.resolve(null);
		if (evidence.partner) {
			const frame = el("div", { class: "stage", tabindex: "0", role: "group", "aria-label": t("dispute.partner_stage") });
			const viewer = new Viewer(frame, { view: this.view, canMark: false });
			partner = frame;
			other = loadMedium(evidence.partner.media, t("dispute.partner")).then((medium) => {
				if (this.id !== id) {
					medium.release();
					return null;
				}
				this.partner = medium;
				viewer.show(medium.node, medium);
				this.playPartner(medium, frame, viewer);
				return medium;
			});
			other.catch(() => frame.replaceChildren(el("p", { class: "quiet" }, t("dispute.partner_not_loaded"))));
		}
		showEvidence(byId("evidence"), this.dispute, partner);
		showMarks(this.viewer, evidence.judgments);
		if (this.medium)
			this.board.open(this.dispute, this.medium, other);
		this.readBoard(id);
	}

	/** What the votes rest on comes after the rest; the ruling does not wait for it. */
	async readBoard(id) {
		const box = byId("crowd-board");
		try {
			const { body } = await get(`/disputes/${encodeURIComponent(id)}/evidence`);
			if (this.id !== id)
				return;
			showCrowdBoard(box, id, body, (step) => this.attempt(step));
			this.board.pointed(body.marks);
		} catch (error) {
			if (this.id === id)
				box.replaceChildren(el("p", { class: "quiet" }, inWords(error)), el("div", { class: "bar" },
					el("button", { type: "button", "data-testid": "board-again", onclick: () => this.readBoard(id) }, t("dispute.board_again"))));
		}
	}

	playPartner(medium, frame, viewer) {
		const row = el("div", { class: "transport" });
		frame.after(row);
		const transport = makeTransport(row, medium.type, { item: medium }, { item: viewer });
		this.reveal(frame, () => transport.start());
	}

	/** Half an hour more, without touching what is written. */
	renew() {
		return this.attempt(async () => {
			this.dispute.claim = (await this.send("claim", {})).claim;
			this.on.claimed(this.dispute.claim.expires_at);
			say(t("dispute.renewed"));
		});
	}

	footLine(words) {
		return el("div", { class: "bar foot-line" }, el("span", { class: "quiet" }, words),
			el("div", {},
				el("button", { type: "button", class: "plain", "data-testid": "renew", onclick: () => this.renew() }, t("dispute.renew")),
				el("button", { type: "button", class: "plain", "data-testid": "unclaim", onclick: () => this.unclaim() }, t("dispute.unclaim"))));
	}
}
