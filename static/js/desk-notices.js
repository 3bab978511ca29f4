// SPDX-License-Identifier: Apache-2.0
// desk-notices.js: the moderators' queue of notices: what waits, its medium when asked for, and the form that decides.

import { get, inWords, post, put } from "./api.js";
import { el, focusOn, say } from "./dom.js";
import { t, term } from "./lang.js";
import { REASONS, listOf, moment, reasonsNode } from "./notice-words.js";
import { onMore } from "./paging.js";

const STATES = ["open", "contested", "decided", "closed"];
const OUTCOMES = ["upheld", "rejected"];
const ACTIONS = ["withdraw", "review", "none"];
const GROUNDS = ["law", "terms", "no_breach"];

const options = (values, group) => values.map((value) => el("option", { value }, term(group, value)));

/** A form that sends once at a time, and says what goes wrong. */
function deskForm(attributes, fields, button, send) {
	const trouble = el("p", { class: "wrong", role: "alert", hidden: true, "data-testid": "desk-trouble" });
	const go = el("button", { class: "go" }, button);
	const node = el("form", { class: "stack narrow", ...attributes }, fields, trouble, el("div", { class: "bar" }, go));
	node.addEventListener("submit", async (event) => {
		event.preventDefault();
		if (go.disabled)
			return;
		go.disabled = true;
		trouble.hidden = true;
		try {
			await send(node.elements);
		} catch (error) {
			trouble.textContent = inWords(error);
			trouble.hidden = false;
		} finally {
			go.disabled = false;
		}
	});
	return node;
}

const MAKERS = { image: (src) => el("img", { src, alt: t("notice.medium") }), video: (src) => el("video", { src, controls: true, muted: true }), audio: (src) => el("audio", { src, controls: true }) };

/** Shown when asked for alone: each look is noted, and nobody is to see it in passing. */
function mediumNode(notice) {
	if (notice.item.held)
		return el("p", { class: "quiet", "data-testid": "notice-held" }, t("notice.held"), " ", moment(notice.item.held_until));
	if (["withdrawn", "rejected", "failed"].includes(notice.item.state) || notice.reason === "child_safety")
		return el("p", { class: "quiet" }, t("notice.not_shown"));
	const box = el("div", { class: "notice-medium" });
	const look = el("button", { type: "button", "data-testid": "notice-look" }, t("notice.look"));
	look.addEventListener("click", () => box.replaceChildren(MAKERS[notice.item.type](`/api/v1/notices/${notice.id}/medium`)));
	box.append(look);
	return box;
}

function decisionForm(notice, replace) {
	const outcome = el("select", { name: "outcome", "data-testid": "decide-outcome" }, options(OUTCOMES, "notice_outcome"));
	const action = el("select", { name: "action", "data-testid": "decide-action" }, options(notice.item.kind === "item" ? ACTIONS : ACTIONS.filter((one) => one !== "review"), "notice_action"));
	const ground = el("select", { name: "ground_kind", "data-testid": "decide-ground-kind" }, options(GROUNDS, "notice_ground"));
	const fit = () => {
		const rejected = outcome.value === "rejected";
		action.disabled = rejected;
		action.value = rejected ? "none" : action.value;
		ground.value = rejected ? "no_breach" : ground.value === "no_breach" ? "law" : ground.value;
	};
	outcome.addEventListener("change", fit);
	return deskForm({ "data-testid": "decide" }, [
		el("label", { class: "field" }, t("notice.decision"), outcome),
		el("label", { class: "field" }, t("notice.action"), action),
		el("label", { class: "field" }, t("notice.ground_kind"), ground),
		el("label", { class: "field" }, t("notice.ground"), el("input", { name: "ground", required: true, minlength: 3, maxlength: 400, "data-testid": "decide-ground" })),
		el("label", { class: "field" }, t("notice.facts"), el("textarea", { name: "facts", rows: 4, required: true, minlength: 20, maxlength: 9000, "data-testid": "decide-facts" })),
		notice.reason === "child_safety" || notice.item.held ? el("label", { class: "field" }, t("notice.which_authority"), el("input", { name: "authority", maxlength: 400, "data-testid": "decide-authority" })) : null,
	], t("notice.decide"), async (elements) => {
		const authority = elements.authority?.value.trim();
		const { body } = await post(`/notices/${notice.id}/decision`, {
			outcome: outcome.value, action: outcome.value === "rejected" ? "none" : action.value, ground_kind: ground.value, ground: elements.ground.value, facts: elements.facts.value, ...authority && { authority },
		});
		say(t("notice.was_decided"));
		replace(body);
	});
}

function hidingForm(notice, replace) {
	const hides = !notice.item.hidden;
	const reason = el("input", { name: "reason", required: true, minlength: 10, maxlength: 1500, "data-testid": "hiding-reason" });
	const others = el("input", { name: "of_network", type: "checkbox", "data-testid": "hiding-network" });
	return el("details", { "data-testid": "hiding" }, el("summary", {}, hides ? t("notice.hide") : t("notice.show_again")), deskForm({}, [
		el("label", { class: "field" }, t("notice.why"), reason),
		hides ? null : el("label", { class: "check" }, others, el("span", {}, t("notice.of_network"))),
	], hides ? t("notice.hide") : t("notice.show_again"), async () => {
		const { body } = await put(`/notices/${notice.id}/hidden`, { hidden: hides, reason: reason.value, of_network: !hides && others.checked });
		replace(body);
	}));
}

function noticeNode(notice) {
	const replace = (fresh) => {
		const node = noticeNode(fresh);
		card.replaceWith(node);
		focusOn(node);
	};
	const waits = ["open", "contested"].includes(notice.state);
	const card = el("li", { class: "card", "data-testid": "notice", "data-id": notice.id, "data-state": notice.state },
		el("h3", {}, term("notice_reason", notice.reason), el("span", { class: "state" }, term("notice_state", notice.state))),
		notice.hides === "over_limit" && el("p", { class: "wrong" }, t("notice.over_limit")),
		listOf([
			[t("notice.made_at"), moment(notice.made_at)],
			[t("notice.item"), [el("span", { translate: "no" }, notice.item.id), notice.item.kind === "contribution" && ` · ${t("notice.in_quarantine")}`, notice.item.hidden && ` · ${t("notice.item_hidden")}`].filter(Boolean)],
			[t("notice.found_by"), notice.found_by && term("notice_finding", notice.found_by)],
			[t("notice.from"), [notice.name, notice.email].filter(Boolean).join(", ") || null],
			[t("notice.explanation"), notice.explanation],
		]),
		mediumNode(notice),
		notice.decision && reasonsNode(notice.decision, "decision"),
		notice.complaint && listOf([[t("notice.complaint"), notice.complaint.text], [t("notice.complained_at"), moment(notice.complaint.made_at)]]),
		notice.contributor_complaint && listOf([[t("notice.contributor_complaint"), notice.contributor_complaint.text], [t("notice.complained_at"), moment(notice.contributor_complaint.made_at)]]),
		notice.revised && reasonsNode(notice.revised, "second-decision"),
		waits && decisionForm(notice, replace),
		waits && hidingForm(notice, replace));
	return card;
}

/**
 * Fills `box` with the queue of notices, for a moderator who is signed in. What is chosen stands in `filters` and is told
 * to `changed`, so that a page can keep it in its address.
 * @param {HTMLElement} box
 * @param {{ state?: string, reason?: string, changed?: (filters: object) => void }} [wanted]
 */
export async function showNotices(box, { state = "open", reason = "", changed = () => {} } = {}) {
	const ofState = el("select", { "data-testid": "notices-state" }, options(STATES, "notice_state"));
	const ofReason = el("select", { "data-testid": "notices-reason" }, el("option", { value: "" }, t("notice.any_reason")), options(REASONS, "notice_reason"));
	const list = el("ol", { class: "releases", "data-testid": "notices" });
	const more = el("button", { type: "button", hidden: true, "data-testid": "notices-more" }, t("notice.more"));
	const found = el("p", { class: "quiet", role: "status", "data-testid": "notices-found" });
	let next = null, view = 0;

	const page = async () => {
		const mine = view;
		const query = new URLSearchParams({ state: ofState.value, ...ofReason.value && { reason: ofReason.value }, ...next && { cursor: next } });
		const { body } = await get(`/notices?${query}`);
		if (mine !== view)
			return;
		list.append(...body.items.map(noticeNode));
		next = body.next;
		more.hidden = next === null;
		found.textContent = list.children.length ? t("notice.count", { n: list.children.length }) : t("notice.none");
	};
	const load = async () => {
		view++;
		next = null;
		list.replaceChildren();
		more.hidden = true;
		changed({ state: ofState.value, reason: ofReason.value });
		try {
			await page();
		} catch (error) {
			found.textContent = inWords(error);
		}
	};
	ofState.value = state;
	ofReason.value = reason;
	ofState.addEventListener("change", load);
	ofReason.addEventListener("change", load);
	onMore(more, found, page);
	box.replaceChildren(
		el("div", { class: "stack narrow" }, el("label", { class: "field" }, t("notice.state"), ofState), el("label", { class: "field" }, t("notice.reason"), ofReason)),
		found, list, more);
	await load();
}
