// SPDX-License-Identifier: Apache-2.0
// campaigns-rigging.js: cohorts, networks and labels of a campaign that may have been bent, and setting judgments aside.

import { inWords, post } from "./api.js";
import { el, focusOn, say } from "./dom.js";
import { t, term } from "./lang.js";
import { fixed, share } from "./words.js";

const REASON_LEAST = 10;

const unknownOr = (value, words) => (value === null ? t("live.unknown") : words(value));

function table(testid, title, heads, rows) {
	return el("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": title, "data-testid": testid }, el("table", {},
		el("thead", {}, el("tr", {}, heads.map((head, at) => el("th", { scope: "col", class: at > 0 && "n" }, head)))),
		el("tbody", {}, rows)));
}

/** Asks for a reason, and sets aside. `wish` says whose judgments. */
function asideNode(words, wish, again) {
	const reason = el("textarea", { rows: 2, required: true, minlength: REASON_LEAST, maxlength: 2000, "data-testid": "aside-reason" });
	const trouble = el("p", { class: "wrong", role: "alert", hidden: true });
	return el("details", { "data-testid": "aside" }, el("summary", { "aria-label": words }, t("rigging.aside")),
		el("form", { class: "stack", onsubmit: async (event) => {
			event.preventDefault();
			trouble.hidden = true;
			try {
				const { body } = await post("/set-asides", { ...wish, reason: reason.value });
				await again();
				say(t("rigging.done", { n: body.judgments }));
			} catch (error) {
				trouble.textContent = inWords(error);
				trouble.hidden = false;
				focusOn(reason);
			}
		} }, el("label", { class: "field" }, t("rigging.reason"), reason), el("button", { class: "go", "data-testid": "aside-go" }, words), trouble));
}

const cell = (value) => el("td", { class: "n" }, value);

function cohortCard(name, cohort, again) {
	return el("li", { class: "card", "data-testid": "cohort" }, el("h4", {}, t("rigging.cohort", { n: cohort.cohort })),
		el("p", {}, t("rigging.cohort_says", { volunteers: cohort.volunteers, judgments: cohort.judgments, labels: cohort.labels, turns: cohort.turns })),
		el("p", {}, t("rigging.agree", { here: unknownOr(cohort.agree, (value) => share(value)), others: unknownOr(cohort.others_agree, (value) => share(value)) })),
		asideNode(t("rigging.aside_cohort", { n: cohort.cohort }), { cohort: cohort.cohort, campaign: name }, again));
}

function networkCard(name, network, again) {
	const short = network.network.slice(0, 8);
	return el("li", { class: "card", "data-testid": "network" },
		el("h4", { translate: "no", class: "mono" }, network.is_provider ? t("rigging.provider", { name: short }) : short),
		el("p", {}, t("rigging.network_says", { volunteers: network.volunteers, share: share(network.share), labels: network.labels, excess: fixed(network.excess, 1),
			gold: unknownOr(network.gold_accuracy, (value) => share(value)) })),
		asideNode(t("rigging.aside_network", { name: short }), { network: network.network, campaign: name }, again));
}

const labelRow = (label) => el("tr", { "data-testid": "carried" }, el("th", { scope: "row", translate: "no", class: "mono" }, label.item),
	cell(t("rigging.cohort", { n: label.cohort })), cell(share(label.share)), cell(unknownOr(label.p_fake, (value) => share(value))),
	cell(term("item_state", label.state)), cell(label.turns ? t("rigging.turns") : ""));

const orNone = (rows, words, node) => (rows.length === 0 ? el("p", { class: "quiet" }, words) : node);

/** @param {() => Promise<void>} again reads the campaign anew */
export function riggingSection(name, rigging, again) {
	const { cohorts, networks, labels } = rigging;
	return el("section", { "data-testid": "rigging" }, el("h2", {}, t("rigging.heading")), el("p", {}, t("rigging.lead")),
		el("h3", {}, t("rigging.cohorts")),
		orNone(cohorts, t("rigging.no_cohorts"), el("ul", { class: "releases" }, cohorts.map((cohort) => cohortCard(name, cohort, again)))),
		el("h3", {}, t("rigging.networks")), el("p", { class: "quiet" }, t("rigging.networks_note")),
		orNone(networks, t("rigging.no_networks"), el("ul", { class: "releases" }, networks.map((network) => networkCard(name, network, again)))),
		el("h3", {}, t("rigging.carried")),
		orNone(labels, t("rigging.no_carried"), table("carried-labels", t("rigging.carried"),
			[t("rigging.item"), t("rigging.who"), t("rigging.weight"), t("live.p_fake"), t("live.state"), t("rigging.turn")], labels.map(labelRow))));
}
