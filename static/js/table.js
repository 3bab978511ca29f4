// SPDX-License-Identifier: Apache-2.0
// table.js: the pair that lies before the volunteer: two viewers under one view, two scales, tells, marks, a clock.

import { Clock, deviceNow } from "./clock.js";
import { byId, el, say } from "./dom.js";
import { teach } from "./feedback.js";
import { KEYS } from "./keys.js";
import { LANGUAGE, t, term } from "./lang.js";
import { STEPS, Scale, namesOf } from "./scale.js";
import { Viewer } from "./viewer.js";
import { Tells } from "./tells.js";
import { makeTransport } from "./transport.js";
import { View } from "./view.js";
import { MARK } from "./words.js";

const SIDES = ["left", "right"];

export class Table {
	/** @param {() => void} onChange told when an answer changes */
	constructor(onChange) {
		this.onChange = onChange;
		this.view = new View();
		this.clock = new Clock();
		this.pairNode = byId("pair");
		this.tells = new Tells(byId("chips"), [...document.querySelectorAll("#why .sides button")]);
		this.sides = {};
		for (const side of SIDES) {
			const viewer = new Viewer(byId(`${side}-stage`), {
				view: this.view,
				now: () => this.transport.now(side),
				onMarks: (marks) => this.marked(side, marks),
			});
			const scale = new Scale(byId(`${side}-scale`), KEYS[side], () => this.answered(side));
			this.sides[side] = { viewer, scale, told: byId(`${side}-told`) };
		}
		new ResizeObserver(() => this.transport?.redraw?.()).observe(this.pairNode);
	}

	/** Lays a loaded pair on the table, with what was answered before a reload. The clock starts when it can be seen. */
	show(pair, draft = null) {
		const { assignment, media } = pair;
		this.pair = pair;
		this.view.reset();
		this.clock.reset();
		byId("question").textContent = assignment.question;
		byId("question").lang = assignment.question_language ?? LANGUAGE;
		byId("judging").dataset.type = document.body.dataset.type = assignment.media_type;
		const medium = term("medium_title", assignment.media_type);
		for (const side of SIDES) {
			const { viewer, scale, told } = this.sides[side];
			viewer.element.setAttribute("aria-label", t("table.stage", { medium, mark: MARK[side] }));
			viewer.canMark = true;
			viewer.show(media[side].node, media[side]);
			scale.clear();
			told.hidden = true;
			byId(`${side}-scale`).parentElement.hidden = false;
		}
		byId("feedback").hidden = true;
		this.tells.reset(assignment.media_type);
		this.before = draft?.clock;
		this.transport = makeTransport(byId("transport"), assignment.media_type, media,
			{ left: this.sides.left.viewer, right: this.sides.right.viewer });
		if (assignment.sensitive)
			this.cover();
		else
			this.uncovered();
		if (draft)
			this.restore(draft);
		this.onChange();
	}

	/** What is answered so far, to be restored after a reload. */
	draft() {
		const sides = {};
		for (const side of SIDES) {
			const { scale, viewer } = this.sides[side];
			sides[side] = { at: STEPS.indexOf(scale.step), tells: this.tells.of(side), marks: viewer.marks };
		}
		return {
			assignment: this.pair.assignment.assignment, sides, pointing: this.tells.position,
			clock: this.clock.read(), farthest: this.view.farthest,
		};
	}

	restore({ sides, pointing, farthest }) {
		this.view.farthest = farthest;
		for (const side of SIDES) {
			const { at, tells, marks } = sides[side];
			if (at >= 0)
				this.sides[side].scale.choose(at);
			this.tells.choose(side, tells);
			this.sides[side].viewer.putMarks(marks);
		}
		this.tells.point(pointing);
	}

	/** Sensitive media stay covered until asked for. */
	cover() {
		this.pairNode.classList.add("covered");
		const cover = el("div", { class: "cover", "data-testid": "cover" },
			el("p", {}, t("table.unpleasant")),
			el("button", { type: "button", class: "go", onclick: () => { cover.remove(); this.uncovered(); } }, t("table.show")));
		this.pairNode.append(cover);
	}

	uncovered() {
		this.pairNode.classList.remove("covered");
		this.pairNode.querySelector(".cover")?.remove();
		this.transport.start();
		this.clock.start(this.before);
	}

	get covered() {
		return this.pairNode.classList.contains("covered");
	}

	answered(side) {
		const { step } = this.sides[side].scale;
		say(t("table.answered", { mark: MARK[side], ...namesOf(step) }));
		const other = this.sides[side === "left" ? "right" : "left"].scale.step;
		if (step.verdict === "fake" || other?.verdict !== "fake")
			this.tells.point(side);
		this.onChange();
	}

	marked(side, marks) {
		const last = marks[marks.length - 1];
		if (this.pair?.assignment.media_type === "audio" && last && last.t_ms === undefined)
			last.t_ms = Math.round(this.transport.at(side, last.x));
		say(t("table.marked", { mark: MARK[side], n: marks.length }));
	}

	get complete() {
		return SIDES.every((side) => this.sides[side].scale.step);
	}

	/** The first side that has no answer yet. */
	get missing() {
		return SIDES.find((side) => !this.sides[side].scale.step);
	}

	choose(side, at) {
		if (!this.covered)
			this.sides[side].scale.choose(at);
	}

	lock(locked) {
		for (const side of SIDES) {
			this.sides[side].scale.lock(locked);
			this.sides[side].viewer.canMark = !locked;
		}
	}

	/** The body of POST /judgments. */
	body() {
		const judgments = SIDES.map((side) => {
			const { scale, viewer } = this.sides[side];
			const judgment = { position: side, verdict: scale.step.verdict, confidence: scale.step.confidence };
			const tells = this.tells.of(side);
			if (tells.length > 0)
				judgment.tells = tells;
			if (viewer.marks.length > 0)
				judgment.marks = viewer.marks;
			return judgment;
		});
		return {
			assignment: this.pair.assignment.assignment, judgments,
			...this.clock.read(), device: deviceNow(this.view.farthest),
		};
	}

	/** After a practice pair: the truth where the scales were. Answers it in one sentence, or null. */
	teach(results) {
		this.view.zoomAt(0.5, 0.5, 1 / this.view.zoom);
		const sides = {};
		for (const side of SIDES) {
			const { scale, viewer, told } = this.sides[side];
			sides[side] = { step: scale.step, viewer, told };
		}
		const words = teach(results, sides);
		for (const side of SIDES)
			byId(`${side}-scale`).parentElement.hidden = !this.sides[side].told.hidden;
		return words;
	}

	/** Zooms at the cross of the viewer that has the focus, or in the middle. */
	zoomKey() {
		const { left, right } = this.sides;
		(document.activeElement === right.viewer.element ? right : left).viewer.zoomStep();
	}

	stop() {
		this.transport?.stop();
	}
}
