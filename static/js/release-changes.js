// SPDX-License-Identifier: Apache-2.0
// release-changes.js: what changed since the version before a release, in counts.

import { el } from "./dom.js";
import { t, term } from "./lang.js";
import { count } from "./words.js";

/** Why, as "imported 2, ruling 1". */
const reasons = (why) => Object.entries(why).map(([reason, n]) => t("since.reason", { reason: term("change_reason", reason), n: count(n) })).join(", ");

/**
 * The kinds of change that are there, with a link to the version before; nothing of a first release.
 * @param {function(object): Element} link makes one to a release
 */
export function changesSince({ name, since, files }, link) {
	if (!since)
		return "";
	const { version, counts } = since;
	const kinds = Object.keys(counts.why).filter((kind) => counts[kind] > 0);
	const file = (path) => files.filter((one) => one.path === path).map(({ url }) => el("a", { href: url }, path));
	return el("section", { "data-testid": "release-changes" }, el("h2", {}, t("since.title")),
		el("p", {}, t("since.version"), " ", link({ name, version })),
		kinds.length === 0 ? el("p", {}, t("since.nothing")) : el("ul", {}, kinds.map((kind) => el("li", { "data-change": kind },
			term("change_kind", kind, { n: counts[kind] }), " ", el("span", { class: "quiet" }, reasons(counts.why[kind]))))),
		el("p", {}, file("CHANGELOG.md"), " ", file("changes.csv")));
}
