// SPDX-License-Identifier: Apache-2.0
// leaks.js: which campaigns' files give themselves away, above the list of disputes.

import { get } from "./api.js";
import { byId, el } from "./dom.js";
import { t, term } from "./lang.js";
import { fixed } from "./words.js";

const words = (code) => code.replaceAll("_", " ");

function sentence({ media_type: type, trait, auc, low, high }) {
	const figures = { auc: fixed(auc, 2), low: fixed(low, 2), high: fixed(high, 2) };
	return t("leaks.line", { medium: term("medium", type), trait: term("trait", trait, {}, words(trait)), ...figures });
}

/** Shows what stands, a campaign under its name, and how when it is opened; nothing where nothing does. */
export async function showLeaks() {
	const { warnings } = (await get("/stats/leaks")).body;
	const campaigns = [...new Set(warnings.map(({ campaign }) => campaign))];
	const box = byId("leaks");
	box.replaceChildren(...campaigns.map((name) => el("details", {}, el("summary", {}, el("strong", {}, t("leaks.campaign", { campaign: name }))),
		el("ul", {}, ...warnings.filter(({ campaign }) => campaign === name).map((one) => el("li", {}, sentence(one)))))));
	box.hidden = campaigns.length === 0;
}
