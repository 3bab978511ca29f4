// SPDX-License-Identifier: Apache-2.0
// figures.js: the live figures of GET /stats: tiles, two charts, a table by medium.

import { barChart } from "./chart.js";
import { el } from "./dom.js";
import { t, term } from "./lang.js";
import { count, day, share, when } from "./words.js";

const tile = (name, value) => el("div", {}, el("dt", {}, name), el("dd", {}, value));

function tiles({ volunteers, judgments, items, agreement, served_fake_rate: served }) {
	return el("dl", { class: "tiles" },
		tile(t("figures.volunteers", { n: volunteers }), count(volunteers)), tile(t("figures.judgments", { n: judgments }), count(judgments)),
		tile(t("figures.in_service"), count(items.in_service)), tile(t("figures.decided"), count(items.retired)),
		tile(t("figures.disputed"), count(items.disputed)), tile(t("figures.ruled"), count(items.settled)),
		tile(t("figures.agreement"), Number.isFinite(agreement.alpha) ? share(agreement.alpha) : "–"),
		tile(t("figures.shown"), Number.isFinite(served) ? t("figures.percent", { n: Math.round(served * 100) }) : "–"));
}

function byDay(days) {
	return barChart({
		id: "chart-days", title: t("figures.days"), heads: [t("figures.day"), t("figures.head_judgments")],
		note: t("figures.days_note"),
	}, days.map((one, at) => ({
		name: one.day, value: one.judgments,
		tick: at === 0 || at === days.length - 1 ? day(`${one.day}T00:00:00Z`) : "",
	})));
}

function posteriors(bins) {
	const tone = (bin) => (bin.to <= 0.3 ? "r" : bin.from >= 0.7 ? "f" : "mid");
	return barChart({
		id: "chart-posteriors", title: t("figures.sure"), heads: [t("figures.p_fake"), t("figures.head_items")],
		note: t("figures.sure_note"),
	}, bins.map((bin, at) => ({
		name: t("figures.bin", { low: share(bin.from, 1), high: share(bin.to, 1) }), value: bin.items, tone: tone(bin),
		tick: at === 0 ? t("figures.surely_real") : at === bins.length - 1 ? t("figures.surely_fake") : "",
		tickTone: at === 0 ? "r" : "f",
	})));
}

function byMedium(types) {
	return el("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": t("figures.table_label") }, el("table", {},
		el("thead", {}, el("tr", {}, el("th", { scope: "col" }, t("figures.medium")), el("th", { scope: "col", class: "n" }, t("figures.head_items")), el("th", { scope: "col", class: "n" }, t("figures.head_judgments")))),
		el("tbody", {}, Object.entries(types).map(([type, one]) => el("tr", {}, el("th", { scope: "row" }, term("medium_title", type)),
			el("td", { class: "n" }, count(one.items)), el("td", { class: "n" }, count(one.judgments)))))));
}

/** Nothing where nobody errs together beyond what all share. */
function cohorts(fit) {
	const found = fit?.cohorts;
	return found?.count ? [el("p", { class: "quiet", id: "cohorts" }, t("figures.cohorts", {
		volunteers: count(found.volunteers), share: Math.round(found.share_of_judgments * 100), labels: count(found.labels_changed),
	}))] : [];
}

export function showFigures(box, stats) {
	const { agreement } = stats;
	const counted = when(stats.generated_at);
	const alpha = Number.isFinite(agreement.low) && Number.isFinite(agreement.high)
		? t("figures.alpha_between", { low: share(agreement.low), high: share(agreement.high), when: counted }) : t("figures.alpha", { when: counted });
	box.replaceChildren(tiles(stats),
		el("div", { class: "charts" }, byDay(stats.judgments_by_day), posteriors(stats.posterior_histogram)),
		el("h3", {}, t("figures.by_medium")), byMedium(stats.by_media_type),
		el("p", { class: "quiet" }, alpha), ...cohorts(stats.last_fit));
}
