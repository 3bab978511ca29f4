// SPDX-License-Identifier: Apache-2.0
// crowd-board.js: what the votes on a disputed item rest on, in the evidence: by exposure, skill and day, blocs, lineage, fact-checks.

import { erase, post } from "./api.js";
import { barChart, rowChart } from "./chart.js";
import { el, say, svg } from "./dom.js";
import { t, term } from "./lang.js";
import { fixed, share, utcDay } from "./words.js";

const TONES = () => [["r", term("verdict", "real")], ["f", term("verdict", "fake")]];
const section = (id, title, ...rest) => el("section", { "data-testid": id }, el("h2", {}, title), rest);
const partsOf = ({ real, fake }) => [{ value: real, tone: "r" }, { value: fake, tone: "f" }];
const bar = (name, tick, one) => ({ name, tick, value: one.real + one.fake, parts: partsOf(one), cells: [one.real, one.fake] });
const heads = (first) => [first, term("verdict", "real"), term("verdict", "fake")];

function exposures({ by_exposure: steps }) {
	const name = ({ from_s: from }) => (from === null ? t("crowd.not_told") : t("crowd.from_seconds", { seconds: fixed(from, from === 0.5 ? 1 : 0) }));
	return barChart({ id: "by-exposure", title: t("crowd.by_exposure"), note: t("crowd.by_exposure_note"), heads: heads(t("crowd.looked")), tones: TONES() },
		steps.map((one) => bar(name(one), one.from_s === null ? "?" : fixed(one.from_s, one.from_s === 0.5 ? 1 : 0), one)));
}

function days({ over_time: steps, step }) {
	return barChart({ id: "over-time", title: t(step === "week" ? "crowd.by_week" : "crowd.by_day"), note: t("crowd.by_day_note"), heads: heads(t("crowd.when")), tones: TONES() },
		steps.map((one, at) => bar(utcDay(one.at), at === 0 || at === steps.length - 1 ? utcDay(one.at) : undefined, one)));
}

function thirds({ by_skill: list, unskilled }) {
	const rows = list.filter((one) => one.from !== null).map((one) => {
		const all = one.real + one.fake;
		return { name: term("bloc", `skill_${one.third}`), text: t("crowd.skill_range", { from: share(one.from), to: share(one.to), n: all }),
			parts: [{ share: one.real / all, tone: "r" }, { share: one.fake / all, tone: "f" }], cells: [one.real, one.fake] };
	});
	if (rows.length === 0)
		return null;
	return rowChart({ id: "by-skill", title: t("crowd.by_skill"), note: t("crowd.by_skill_note", { n: unskilled }), heads: heads(t("crowd.third")), tones: TONES() }, rows);
}

/** Where between real and fake a bloc's votes alone lie, and all others'. */
function scaleOf({ alone, without }) {
	return svg("svg", { class: "scale-line", viewBox: "0 0 100 14", "aria-hidden": "true" },
		svg("line", { x1: 2, x2: 98, y1: 7, y2: 7 }), svg("line", { x1: 50, x2: 50, y1: 3, y2: 11 }),
		svg("circle", { cx: (2 + 96 * without).toFixed(1), cy: 7, r: 4, class: "others" }),
		svg("circle", { cx: (2 + 96 * alone).toFixed(1), cy: 7, r: 4, class: alone >= 0.5 ? "f" : "r" }));
}

function blocName({ bloc, number }) {
	return number === null ? term("bloc", bloc) : t("crowd.numbered", { bloc: term("bloc", bloc), number });
}

function blocs({ p_fake: all, flip_cost: cost, blocs: list }) {
	if (all === null)
		return null;
	return section("blocs", t("crowd.blocs"),
		el("p", {}, cost === null ? t("crowd.cannot_flip", { p: share(all) }) : t("crowd.flip_cost", { p: share(all), n: cost })),
		el("div", { class: "scroll tall", tabindex: "0", role: "group", "aria-label": t("crowd.blocs_label") }, el("table", { class: "blocs" },
			el("thead", {}, el("tr", {}, [t("crowd.bloc"), t("crowd.votes"), t("crowd.fake_votes"), t("crowd.alone"), t("crowd.without")].map((word) => el("th", { scope: "col" }, word)))),
			el("tbody", {}, list.map((one) => el("tr", { class: one.turns && "turns" },
				el("th", { scope: "row" }, blocName(one), one.turns ? el("em", {}, ` ${t("crowd.turns")}`) : null, scaleOf(one)),
				el("td", {}, String(one.volunteers)), el("td", {}, String(one.saying_fake)), el("td", {}, share(one.alone)), el("td", {}, share(one.without))))))),
		el("p", { class: "quiet" }, t("crowd.blocs_note")));
}

function lineage(list) {
	if (list.length === 0)
		return section("lineage", t("crowd.lineage"), el("p", { class: "quiet" }, t("crowd.lineage_none")));
	return section("lineage", t("crowd.lineage"), el("ul", {}, list.map((one) => el("li", {},
		el("span", { translate: "no" }, one.title ?? one.item), ": ",
		[one.paired ? t("crowd.paired") : null, one.truth ? t("crowd.truth", { truth: term("verdict", one.truth) }) : t("crowd.truth_unknown"), term("item_state", one.state),
			one.ruling ? term("ruled", one.ruling) : null].filter(Boolean).join(", ")))), el("p", { class: "quiet" }, t("crowd.lineage_note")));
}

/** One link; whoever may see it may take it away. */
function factLine(one, remove) {
	return el("li", { "data-testid": "fact" }, el("a", { href: one.address, target: "_blank", rel: "noopener", translate: "no" }, one.title), " ",
		el("span", { class: "quiet" }, t("crowd.fact_line", { publisher: one.publisher, day: utcDay(one.published), verdict: one.verdict })), " ",
		el("button", { type: "button", class: "plain", "data-testid": "fact-remove", "aria-label": t("crowd.fact_remove_this", { title: one.title }), onclick: remove }, t("crowd.fact_remove")));
}

function field(name, words, attributes) {
	return el("label", { class: "field" }, words, el("input", { name, required: true, autocomplete: "off", ...attributes }));
}

function factForm(send) {
	const form = el("form", { "data-testid": "fact-form" },
		field("title", t("crowd.fact_title"), { maxlength: 300 }), field("publisher", t("crowd.fact_publisher"), { maxlength: 200 }),
		field("address", t("crowd.fact_address"), { type: "url", pattern: "https://.+", maxlength: 2000 }),
		field("published", t("crowd.fact_published"), { type: "date", min: "1990-01-01" }), field("verdict", t("crowd.fact_verdict"), { maxlength: 100 }),
		el("div", { class: "bar" }, el("button", { type: "submit", "data-testid": "fact-add" }, t("crowd.fact_add"))));
	form.addEventListener("submit", (event) => {
		event.preventDefault();
		send(Object.fromEntries(new FormData(form)), () => form.reset());
	});
	return form;
}

function factChecks(id, list, attempt) {
	const path = `/disputes/${encodeURIComponent(id)}/fact-checks`;
	const lines = el("ul", {});
	const lay = (items) => lines.replaceChildren(...items.map((one) => factLine(one, () => attempt(async () => {
		await erase(`${path}/${encodeURIComponent(one.id)}`);
		lay(items.filter((other) => other !== one));
		say(t("crowd.fact_removed"));
	}))));
	lay(list);
	return section("fact-checks", t("crowd.facts"), lines, el("details", {}, el("summary", {}, t("crowd.fact_new")), factForm((fields, done) => attempt(async () => {
		lay((await post(path, fields)).body.items);
		done();
		say(t("crowd.fact_added"));
	}))), el("p", { class: "quiet" }, t("crowd.facts_note")));
}

/** @param {object} board of the API  @param {(step: () => Promise<void>) => Promise<void>} attempt runs a step and says what goes wrong */
export function showCrowdBoard(box, id, board, attempt) {
	const { votes, blocs: weighed } = board;
	box.replaceChildren(...[
		factChecks(id, board.fact_checks, attempt),
		blocs(weighed), thirds(votes), exposures(votes), days(votes),
		votes.more ? el("p", { class: "quiet" }, t("crowd.more_votes", { n: votes.counted })) : null,
		lineage(board.lineage),
	].filter(Boolean));
}
