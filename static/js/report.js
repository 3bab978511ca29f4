// SPDX-License-Identifier: Apache-2.0
// report.js: reporting an item, and what became of it. The reference stands behind the # of the address and in forms,
// which no server and no log sees.

import { get, inWords, post } from "./api.js";
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

/** The digest is the first, cheap try; of a larger file the browser would hold all in memory. */
const DIGESTED_MOST = 64 * 1024 * 1024;

/** The file that was chosen, and its digest if that was made. */
const chosen = { file: null, sha256: null };

async function digestFile(file) {
	if (file.size > DIGESTED_MOST || !globalThis.crypto?.subtle)
		return null;
	const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
	return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function choose(file) {
	const { which } = notice.elements;
	const before = chosen.sha256;
	Object.assign(chosen, { file, sha256: null });
	which.required = !file;
	if (before && which.value === before)
		which.value = "";
	const sha256 = file && await digestFile(file);
	if (!sha256 || chosen.file !== file)
		return;
	chosen.sha256 = sha256;
	which.value = sha256;
}

notice.elements.file.addEventListener("change", () => choose(notice.elements.file.files[0] ?? null));

/** A file may be dropped anywhere on the form. */
notice.addEventListener("dragover", (event) => {
	if (event.dataTransfer.types.includes("Files"))
		event.preventDefault();
});
notice.addEventListener("drop", (event) => {
	if (event.dataTransfer.files.length === 0)
		return;
	event.preventDefault();
	notice.elements.file.files = event.dataTransfer.files;
	choose(event.dataTransfer.files[0]);
});

/** Another item that is typed in goes before the file. */
const namesFile = (which) => chosen.file && (which === "" || which === chosen.sha256);

function sendFile(words) {
	const form = new FormData();
	form.append("metadata", new Blob([JSON.stringify(words)], { type: "application/json" }));
	form.append("file", chosen.file);
	return post("/notices", form);
}

/** By its digest, if there is one; the file itself follows only where that names nothing. */
async function sendNotice(which, words) {
	if (!namesFile(which))
		return post("/notices", { ...itemOf(which), ...words });
	if (!chosen.sha256)
		return sendFile(words);
	try {
		return await post("/notices", { sha256: chosen.sha256, ...words });
	} catch (error) {
		if (error.status !== 404)
			throw error;
		return sendFile(words);
	}
}

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
	const { body } = await sendNotice(elements.which.value.trim(), {
		reason: elements.reason.value, explanation: elements.explanation.value, ...author, good_faith: elements.good_faith.checked,
	});
	byId("found-by").textContent = body.found_by ? term("notice_finding", body.found_by) : "";
	byId("reference").textContent = body.reference;
	byId("reference").href = `#${body.reference}`;
	byId("hidden-now").textContent = body.hidden ? t("report.hidden_now") : "";
	notice.hidden = true;
	byId("receipt").hidden = false;
	focusOn(byId("receipt-title"));
});

/** A decision on somebody else's complaint is told, too: it is in force. */
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
		state.revised && [el("p", {}, t("report.revised")), reasonsNode(state.revised, "second-decision")],
		state.decision && el("p", {}, state.complaint_until ? [t("report.redress"), " ", t("report.until"), " ", moment(state.complaint_until)] : t("report.redress_ended")),
	].flat();
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

/** What was decided on what one contributed, with the form that contests it. */
function ownNode(statement) {
	const text = el("textarea", { name: "text", rows: 5, required: true, minlength: 20, maxlength: 9000, "data-testid": "own-complaint-text" });
	const trouble = el("p", { class: "wrong", role: "alert", hidden: true });
	const form = el("form", { class: "stack narrow", "data-testid": "own-complaint", autocomplete: "off" },
		el("label", { class: "field" }, t("report.own_complaint"), text), trouble,
		el("div", { class: "bar" }, el("button", { class: "go" }, t("report.own_complain"))));
	const node = el("li", { class: "card", "data-testid": "own-statement", tabindex: -1 },
		el("p", { class: "mono", translate: "no" }, statement.contribution), storyOf(statement).filter(Boolean), statement.complaint_until && form);
	onSend(form, trouble, async () => {
		const { body } = await post(`/me/statements/${statement.id}/complaint`, { text: text.value });
		const fresh = ownNode(body);
		node.replaceWith(fresh);
		focusOn(fresh);
	});
	return node;
}

byId("own-show").addEventListener("click", async () => {
	const trouble = byId("own-trouble");
	trouble.hidden = true;
	try {
		const { body } = await get("/me/statements");
		byId("own").replaceChildren(...body.items.length > 0 ? body.items.map(ownNode) : [el("li", { "data-testid": "own-none" }, t("report.own_none"))]);
	} catch (error) {
		trouble.textContent = [401, 403].includes(error.status) ? t("report.own_nobody") : inWords(error);
		trouble.hidden = false;
	}
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
