// SPDX-License-Identifier: Apache-2.0
// desk-filters.js: what the list of disputes shows and in which order. The choice stands in the address, to be sent to a
// colleague.

import { byId, el } from "./dom.js";
import { t, term } from "./lang.js";

const NAMES = ["state", "media_type", "campaign", "reason", "technique", "sort"];
const MEDIA = ["image", "video", "audio"];
const REASONS = ["max_judgments", "crowd_not_trusted", "no_partner", "notice", "crowd_against_gold", "crowd_against_provenance", "crowd_against_ruling", "undisclosed"];
const TECHNIQUES = ["face_swap", "reenactment", "lip_sync", "face_edit", "full_synthesis", "inpainting", "text_to_video", "voice_clone",
	"voice_conversion", "speech_synthesis", "splice", "speed_change", "cut", "recontextualised", "overlay", "other"];
const SORTS = ["oldest", "newest", "disagreement"];

/** The choice in the address, as the server's query has it. */
export function chosen() {
	const said = new URLSearchParams(location.search);
	return Object.fromEntries(NAMES.map((name) => [name, said.get(name)]).filter(([, value]) => value));
}

const select = (name) => byId("filter-form").elements[name];

function options(name, words) {
	select(name).append(...words.map(([value, word]) => el("option", { value }, word)));
}

/** Shows the address's choice in the form. */
export function showChosen(campaigns) {
	const want = chosen();
	const list = [...new Set([...campaigns, ...want.campaign ? [want.campaign] : []])];
	select("campaign").replaceChildren(el("option", { value: "" }, t("desk.any")), ...list.map((name) => el("option", { value: name, translate: "no" }, name)));
	for (const name of ["media_type", "campaign", "reason", "technique"])
		select(name).value = want[name] ?? "";
	select("sort").value = want.sort ?? "oldest";
	byId("which").value = want.state ?? "open";
	byId("filters").open = NAMES.some((name) => name !== "state" && want[name]);
}

/** Writes the form's choice into the address, beside the queue. */
function write() {
	const said = new URLSearchParams(location.search);
	const values = { ...Object.fromEntries(["media_type", "campaign", "reason", "technique"].map((name) => [name, select(name).value])),
		sort: select("sort").value === "oldest" ? "" : select("sort").value, state: byId("which").value === "open" ? "" : byId("which").value };
	for (const [name, value] of Object.entries(values)) {
		if (value)
			said.set(name, value);
		else
			said.delete(name);
	}
	const query = said.toString();
	history.replaceState(null, "", `${location.pathname}${query && `?${query}`}${location.hash}`);
}

/** @param {() => void} onChange */
export function onFilters(onChange) {
	options("media_type", MEDIA.map((value) => [value, term("medium", value)]));
	options("reason", REASONS.map((value) => [value, term("reason", value)]));
	options("technique", TECHNIQUES.map((value) => [value, term("technique", value)]));
	options("sort", SORTS.map((value) => [value, term("desk_sort", value)]));
	for (const control of [byId("which"), ...byId("filters").querySelectorAll("select")])
		control.addEventListener("change", () => {
			write();
			onChange();
		});
}
