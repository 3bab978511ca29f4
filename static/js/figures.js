// SPDX-License-Identifier: Apache-2.0
// figures.js: the live figures of GET /stats: tiles, two charts, a table by medium.

import { barChart } from "./chart.js";
import { el } from "./dom.js";
import { MEDIUM, capital, count, day, share, when } from "./words.js";

const tile = (name, value) => el("div", {}, el("dt", {}, name), el("dd", {}, value));

function tiles({ volunteers, judgments, items, agreement, served_fake_rate: served }) {
	return el("dl", { class: "tiles" },
		tile(volunteers === 1 ? "volunteer" : "volunteers", count(volunteers)), tile(judgments === 1 ? "judgment" : "judgments", count(judgments)),
		tile("items in service", count(items.in_service)), tile("items decided by the crowd", count(items.retired)),
		tile("disputed", count(items.disputed)), tile("ruled by moderators", count(items.settled)),
		tile("agreement, alpha", Number.isFinite(agreement.alpha) ? share(agreement.alpha) : "–"),
		tile("share of fakes shown", Number.isFinite(served) ? `${Math.round(served * 100)} %` : "–"));
}

function byDay(days) {
	return barChart({
		id: "chart-days", title: "Judgments by day", heads: ["day", "judgments"],
		note: "The last 30 days, in UTC.",
	}, days.map((one, at) => ({
		name: one.day, value: one.judgments,
		tick: at === 0 || at === days.length - 1 ? day(`${one.day}T00:00:00Z`) : "",
	})));
}

function posteriors(bins) {
	const tone = (bin) => (bin.to <= 0.3 ? "r" : bin.from >= 0.7 ? "f" : "mid");
	return barChart({
		id: "chart-posteriors", title: "How sure the crowd is", heads: ["P(fake)", "items"],
		note: "Items by the crowd's posterior probability of being fake. What lies at the ends is decided.",
	}, bins.map((bin, at) => ({
		name: `${share(bin.from, 1)} to ${share(bin.to, 1)}`, value: bin.items, tone: tone(bin),
		tick: at === 0 ? "surely real" : at === bins.length - 1 ? "surely fake" : "",
		tickTone: at === 0 ? "r" : "f",
	})));
}

function byMedium(types) {
	return el("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": "Figures by medium" }, el("table", {},
		el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "medium"), el("th", { scope: "col", class: "n" }, "items"), el("th", { scope: "col", class: "n" }, "judgments"))),
		el("tbody", {}, Object.entries(types).map(([type, one]) => el("tr", {}, el("th", { scope: "row" }, capital(MEDIUM[type] ?? type)),
			el("td", { class: "n" }, count(one.items)), el("td", { class: "n" }, count(one.judgments)))))));
}

export function showFigures(box, stats) {
	const { agreement } = stats;
	const between = Number.isFinite(agreement.low) && Number.isFinite(agreement.high)
		? `, interval ${share(agreement.low)} to ${share(agreement.high)}` : "";
	box.replaceChildren(tiles(stats),
		el("div", { class: "charts" }, byDay(stats.judgments_by_day), posteriors(stats.posterior_histogram)),
		el("h3", {}, "By medium"), byMedium(stats.by_media_type),
		el("p", { class: "quiet" }, `Agreement is Krippendorff's alpha${between}: 1 is full agreement, 0 is chance. Counted ${when(stats.generated_at)}.`));
}
