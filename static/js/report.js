// SPDX-License-Identifier: Apache-2.0
// report.js: reporting an item, and what became of it. The reference stands behind the # of the address and in forms,
// which no server and no log sees.

import { inWords, post } from "./api.js";
import { byId, el, focusOn } from "./dom.js";
import { t, term } from "./lang.js";
import { REASONS, listOf, moment, reasonsNode } from "./notice-words.js";

const notice = byId("notice"), follow = byId("follow"), complaint = byId("complaint");

/** Runs `send` when the form is sent, once at a time; what goes wrong is said in its line. */
function onSend(form, trouble, send) {
	let busy = false;
	form.addEventListener("submit", async (event) => {
		event.preventDefault();
		if (busy)
			return;
		busy = true;
		trouble.hidden = true;
		try {
			await send();
		} catch (error) {
			trouble.textContent = inWords(error);
			trouble.hidden = false;
		} finally {
			busy = false;
		}
	});
}

/** How the item is named, by what it looks like. */
function itemOf(text) {
	if (/^[0-9a-f]{64}$/i.test(text))
		return { sha256: text.toLowerCase() };
	return text.includes("/") ? { address: text } : { item: text };
}

/** The digest is made here: the file itself stays with whoever has it. */
async function digestFile(file) {
	const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
	return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

notice.elements.file.addEventListener("change", async () => {
	const [file] = notice.elements.file.files;
	if (!file)
		return;
	const trouble = byId("notice-trouble");
	trouble.hidden = Boolean(globalThis.crypto?.subtle);
	if (trouble.hidden)
		notice.elements.which.value = await digestFile(file);
	else
		trouble.textContent = t("report.no_digest");
});

/** Nobody has to say who they are where a child is at stake. */
notice.elements.reason.addEventListener("change", () => {
	const child = notice.elements.reason.value === "child_safety";
	for (const name of ["name", "email"])
		notice.elements[name].required = !child;
	byId("no-name").textContent = child ? t("report.no_name") : "";
});

onSend(notice, byId("notice-trouble"), async () => {
	const { elements } = notice;
	const author = Object.fromEntries(["name", "email"].map((name) => [name, elements[name].value.trim()]).filter(([, value]) => value));
	const { body } = await post("/notices", {
		...itemOf(elements.which.value.trim()), reason: elements.reason.value, explanation: elements.explanation.value, ...author, good_faith: elements.good_faith.checked,
	});
	byId("reference").textContent = body.reference;
	byId("reference").href = `#${body.reference}`;
	byId("hidden-now").textContent = body.hidden ? t("report.hidden_now") : "";
	notice.hidden = true;
	byId("receipt").hidden = false;
	focusOn(byId("receipt-title"));
});

function storyOf(state) {
	const contested = state.complaint;
	return [
		listOf([
			[t("notice.state"), term("notice_state", state.state)],
			[t("notice.item"), state.hidden ? t("notice.item_hidden") : null],
			[t("notice.made_at"), moment(state.made_at)],
			[t("notice.reason"), term("notice_reason", state.reason)],
			[t("notice.explanation"), state.explanation],
		]),
		state.decision && reasonsNode(state.decision, "decision"),
		contested && listOf([[t("notice.complaint"), contested.text], [t("notice.complained_at"), moment(contested.made_at)]]),
		contested?.decision && reasonsNode(contested.decision, "second-decision"),
		state.decision && el("p", {}, state.complaint_until ? [t("report.redress"), " ", t("report.until"), " ", moment(state.complaint_until)] : t("report.redress_ended")),
	];
}

function show(state) {
	byId("story").replaceChildren(...storyOf(state).flat().filter(Boolean));
	byId("state").hidden = false;
	complaint.hidden = !state.complaint_until;
	focusOn(byId("state-title"));
}

async function load() {
	byId("state").hidden = true;
	complaint.hidden = true;
	const { body } = await post("/notices/state", { reference: follow.elements.reference.value.trim() });
	show(body);
}

onSend(follow, byId("follow-trouble"), load);
onSend(complaint, byId("complaint-trouble"), async () => {
	const { body } = await post("/notices/complaints", { reference: follow.elements.reference.value.trim(), text: complaint.elements.text.value });
	complaint.reset();
	show(body);
});

/** The item, or the reference, that the address has; headings have names there, too, which are shorter. */
function followAddress() {
	const [, item] = /^#item=(.+)$/.exec(location.hash) ?? [];
	if (item) {
		notice.elements.which.value = decodeURIComponent(item);
		return;
	}
	const reference = decodeURIComponent(location.hash.slice(1));
	if (reference.length < 40)
		return;
	follow.elements.reference.value = reference;
	follow.requestSubmit();
}

notice.elements.reason.append(...REASONS.map((reason) => el("option", { value: reason }, term("notice_reason", reason))));
window.addEventListener("hashchange", followAddress);
followAddress();
