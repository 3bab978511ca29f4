// SPDX-License-Identifier: Apache-2.0
// campaigns-live.js: how a campaign goes, as small plots with a table behind each. Read anew every quarter of a minute while
// the page is seen.

import { get } from "./api.js";
import { barChart, rowChart } from "./chart.js";
import { el } from "./dom.js";
import { t, term } from "./lang.js";
import { count, fixed, share } from "./words.js";

const AGAIN_MS = 15_000;
const STATES = ["in_service", "retired", "disputed", "settled", "withdrawn"];

const tile = (name, value, testid) => el("div", { "data-testid": testid }, el("dt", {}, name), el("dd", {}, value));
const momentOf = (at) => at.replace("T", " ").replace(/:\d\d(\.\d+)?Z$/, " UTC");
const known = (value, words) => (value === null ? t("live.unknown") : words(value));
const seconds = (ms) => t("live.seconds", { n: fixed(ms / 1000, 1) });

function forecastText({ unknown, at, low_at: low, high_at: high }) {
	if (unknown !== null)
		return term("forecast_unknown", unknown);
	if (at === null || low === null)
		return t("live.beyond");
	return high === null ? t("live.done_open", { at: momentOf(at), low: momentOf(low) }) : t("live.done", { at: momentOf(at), low: momentOf(low), high: momentOf(high) });
}

function tiles(live) {
	const { agreement, forecast } = live;
	return el("dl", { class: "tiles" },
		tile(t("live.hour"), count(live.minutes.reduce((sum, n) => sum + n, 0)), "live-hour"),
		tile(t("live.volunteers_hour"), count(live.volunteers.hour)),
		tile(t("live.volunteers"), count(live.volunteers.all)),
		tile(t("live.agreement"), known(agreement.alpha, (alpha) => (agreement.low === null ? fixed(alpha, 2)
			: t("live.interval", { value: fixed(alpha, 2), low: fixed(agreement.low, 2), high: fixed(agreement.high, 2) })))),
		tile(t("live.left"), known(forecast.judgments_left, (n) => count(Math.round(n)))),
		tile(t("live.pace"), count(Math.round(forecast.judgments_an_hour))));
}

const minutesChart = ({ minutes }) => barChart({ id: "live-minutes", title: t("live.minutes"), note: t("live.minutes_note"), heads: [t("live.minute"), t("live.judgments")] },
	minutes.map((n, at) => ({ name: t("live.ago", { n: minutes.length - at }), value: n, tick: at === 0 ? t("live.hour_ago") : at === minutes.length - 1 ? t("live.now") : "" })));

const statesChart = ({ items }) => barChart({ id: "live-states", title: t("live.states"), note: t("live.states_note"), heads: [t("live.state"), t("live.items")] },
	STATES.map((state) => ({ name: term("item_state", state), value: items[state], tick: term("item_state_short", state) })));

const beliefsChart = ({ histogram }) => barChart({ id: "live-beliefs", title: t("live.beliefs"), note: t("live.beliefs_note"), heads: [t("live.p_fake"), t("live.items")] },
	(histogram ?? []).map((n, at, all) => ({ name: t("live.bin", { low: share(at / all.length), high: share((at + 1) / all.length) }), value: n,
		tone: at < all.length / 2 ? "r" : "f", tick: at === 0 ? t("live.surely_real") : at === all.length - 1 ? t("live.surely_fake") : "" })));

/** A line of a chart of shares: how many of the whole. */
const shareRow = (name, part, tone, more) => ({ name, text: known(part, (value) => share(value)), parts: part === null ? [] : [{ share: part, tone }, { share: 1 - part, tone: "rest" }],
	cells: [known(part, (value) => share(value)), more] });

const goldChart = ({ gold }) => rowChart({ id: "live-gold", title: t("live.gold"), note: t("live.gold_note"), heads: [t("live.when"), t("live.right"), t("live.judgments")] }, [
	shareRow(t("live.since_begin"), gold.accuracy, "r", gold.judgments),
	shareRow(t("live.last_hour"), gold.hour_accuracy, "r", gold.hour_judgments),
]);

const sidesNote = ({ difference, low, high }) => (difference === null ? t("live.sides_unknown")
	: t("live.sides_note", { difference: share(difference), low: share(low), high: share(high) }));

const fakesChart = ({ sides, served_fakes: served }) => rowChart({ id: "live-fakes", title: t("live.fakes"), note: sidesNote(sides), heads: [t("live.of_what"), t("live.fake_share"), t("live.judgments")] }, [
	shareRow(t("live.served"), served.rate, "f", served.judgments),
	shareRow(t("live.left_side"), sides.left, "f", ""),
	shareRow(t("live.right_side"), sides.right, "f", ""),
]);

/** Bars of the whole of the slowest that is told. */
function timesChart({ response_ms: times }) {
	const row = (name, ms) => ({ name, text: known(ms, seconds), parts: ms === null || !times.high ? [] : [{ share: ms / times.high, tone: "n" }, { share: 1 - ms / times.high, tone: "rest" }], cells: [known(ms, seconds)] });
	return rowChart({ id: "live-times", title: t("live.times"), note: t("live.times_note", { n: times.pairs }), heads: [t("live.who"), t("live.time")] },
		[row(t("live.fastest"), times.low), row(t("live.half"), times.middle), row(t("live.slowest"), times.high)]);
}

function drawn(live) {
	return [
		el("p", { class: "quiet" }, live.fitted_at === null ? t("live.read_no_fit", { at: momentOf(live.read_at) }) : t("live.read", { at: momentOf(live.read_at), fit: momentOf(live.fitted_at) })),
		tiles(live),
		el("p", { "data-testid": "live-forecast" }, t("live.forecast", { when: forecastText(live.forecast) })),
		el("div", { class: "charts" }, minutesChart(live), statesChart(live), beliefsChart(live), goldChart(live), fakesChart(live), timesChart(live)),
	];
}

/** Tables that are open stay open, and what has the focus keeps it. */
function replaceCalmly(box, nodes) {
	const open = [...box.querySelectorAll("details[open]")].map((one) => one.closest("figure")?.dataset.testid);
	if (box.contains(document.activeElement))
		return;
	box.replaceChildren(...nodes);
	for (const id of open.filter(Boolean))
		box.querySelector(`[data-testid="${id}"] details`)?.setAttribute("open", "");
}

/** @returns {{node: Node, stop: () => void}} what is shown, and what ends its being read anew */
export function liveSection(name, first) {
	const box = el("div", { "data-testid": "live" }, drawn(first));
	const again = async () => {
		if (document.visibilityState !== "visible")
			return;
		try {
			const { body } = await get(`/campaigns/${encodeURIComponent(name)}/live`);
			replaceCalmly(box, drawn(body));
		} catch { /* what is shown says of when it is */ }
	};
	const timer = setInterval(again, AGAIN_MS);
	document.addEventListener("visibilitychange", again);
	return {
		node: el("section", {}, el("h2", {}, t("live.heading")), box),
		stop: () => {
			clearInterval(timer);
			document.removeEventListener("visibilitychange", again);
		},
	};
}
