// SPDX-License-Identifier: Apache-2.0
// access.js: where a researcher asks for access, and reads what became of it. The reference stands behind the # of the
// address, so that this page's address tells nobody.

import { get, inWords } from "./api.js";
import { askForm } from "./admin-outside.js";
import { byId, el, focusOn } from "./dom.js";
import { nodes, t, term } from "./lang.js";
import { listOf, moment } from "./notice-words.js";

const sections = ["loading", "answer", "ask"].map(byId);
const REFERENCE = /^#([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

function show(id) {
	for (const section of sections)
		section.hidden = section.id !== id;
}

const to = (href) => (words) => el("a", { href }, words);

/** What comes next for who asked. */
const NEXT = {
	open: () => t("access.next_open"),
	approved: () => nodes("access.next_approved", {}, to("/admin"), to("/data")),
	refused: () => nodes("access.next_refused", {}, to("/access#")),
};

function story(answer) {
	return [
		listOf([
			[t("access.state"), el("b", { "data-testid": "access-state" }, term("access_state", answer.state))],
			[t("access.made_at"), moment(answer.made_at)],
			[t("access.decided_at"), answer.decided_at ? moment(answer.decided_at) : null],
			[t("access.reason"), answer.reason],
		]),
		el("p", { "data-testid": "access-next" }, NEXT[answer.state]()),
	];
}

async function showAnswer(reference) {
	const box = byId("answer");
	try {
		box.replaceChildren(...story((await get(`/access-requests/${reference}`)).body));
	} catch (error) {
		box.replaceChildren(el("p", { class: "wrong", role: "alert" }, error.status === 404 ? t("access.none_such") : inWords(error)));
	}
	show("answer");
}

/** By what stands behind the #: an answer, or the form. */
async function arrive() {
	const reference = REFERENCE.exec(location.hash)?.[1];
	if (reference)
		return showAnswer(reference);
	await askForm(byId("ask"));
	show("ask");
}

window.addEventListener("hashchange", async () => {
	await arrive();
	focusOn(document.querySelector("h1"));
});
arrive();
