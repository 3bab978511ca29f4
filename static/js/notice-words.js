// SPDX-License-Identifier: Apache-2.0
// notice-words.js: what notices and their decisions look like, for who sent one and for moderators.

import { el } from "./dom.js";
import { t, term } from "./lang.js";

/** As openapi.json lists them, the gravest first. */
export const REASONS = ["child_safety", "intimate_imagery", "illegal", "personal_rights", "copyright", "wrong_label", "other"];

export const moment = (at) => el("time", { datetime: at }, at.replace("T", " ").replace(/(\.\d+)?Z$/, " UTC"));

const line = (name, value) => value && [el("dt", {}, name), el("dd", { class: "lines who" }, value)];

/** A list of names and texts; those without a text are left out. Whatever a text looks like, it is text. */
export function listOf(pairs) {
	return el("dl", {}, pairs.map(([name, value]) => line(name, value)));
}

/** A statement of reasons. */
export function reasonsNode(reasons, testid) {
	return el("div", { class: "card", "data-testid": testid }, listOf([
		[t("notice.decision"), [term("notice_outcome", reasons.outcome), ". ", term("notice_action", reasons.action)]],
		[term("notice_ground", reasons.ground_kind), reasons.ground],
		[t("notice.facts"), reasons.facts],
		[t("notice.authority"), reasons.authority],
		[t("notice.how"), reasons.automated ? t("notice.automated") : t("notice.by_person")],
		[t("notice.independence"), reasons.independent ? null : t("notice.not_independent")],
		[t("notice.decided_by"), reasons.by],
		[t("notice.decided_at"), moment(reasons.decided_at)],
	]));
}
