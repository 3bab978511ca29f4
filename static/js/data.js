// SPDX-License-Identifier: Apache-2.0
// data.js: the data page: live figures, releases, one release (#name/version), the form that makes one.

import { get, inWords } from "./api.js";
import { byId, el } from "./dom.js";
import { showFigures } from "./figures.js";
import { watchMake } from "./make.js";
import { onMore } from "./paging.js";
import { releaseCard, showRelease } from "./release.js";

const REFRESH_MS = 60_000;
let next = null;

async function figures() {
	try {
		showFigures(byId("figures"), (await get("/stats")).body);
	} catch (error) {
		byId("figures").replaceChildren(el("p", { role: "alert" }, inWords(error)));
	}
}

async function releases(further = false) {
	const { body } = await get(`/releases?limit=20${further ? `&cursor=${encodeURIComponent(next)}` : ""}`);
	const box = byId("releases");
	const cards = body.items.map(releaseCard);
	next = body.next;
	byId("more").hidden = !next;
	if (further)
		box.querySelector("ul").append(...cards);
	else
		box.replaceChildren(cards.length > 0 ? el("ul", { class: "releases" }, cards) : el("p", { class: "quiet" }, "No release has been made yet."));
}

async function firstReleases() {
	try {
		await releases();
	} catch (error) {
		byId("releases").replaceChildren(el("p", { role: "alert" }, inWords(error)));
	}
}

function follow() {
	const [name, version] = location.hash.slice(1).split("/").map(decodeURIComponent);
	const one = Boolean(name && version);
	byId("overview").hidden = one;
	byId("release").hidden = !one;
	document.title = one ? `${name} ${version} · Touchstone` : "Data · Touchstone";
	if (one) {
		window.scrollTo(0, 0);
		showRelease(byId("release"), name, version);
	}
}

onMore(byId("more"), byId("more-state"), () => releases(true));
window.addEventListener("hashchange", follow);
watchMake(firstReleases);
follow();
figures();
firstReleases();
// Figures stay live for whoever leaves the page open, but not while they read a table in them.
setInterval(() => {
	if (!document.hidden && !byId("overview").hidden && !byId("figures").contains(document.activeElement) && !byId("figures").querySelector("details[open]"))
		figures();
}, REFRESH_MS);
