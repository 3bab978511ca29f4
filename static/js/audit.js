// SPDX-License-Identifier: Apache-2.0
// audit.js: the audit trail. What is filtered by stands in the page's address, so that a view can be kept and sent.

import { erase, get, inWords } from "./api.js";
import { showAccount } from "./account.js";
import { byId, el, focusOn } from "./dom.js";
import { t, term } from "./lang.js";
import { onMore } from "./paging.js";
import { signIn } from "./sign-in.js";

const sections = ["loading", "door", "trail"].map(byId);
const filters = byId("filters");
const FILTERS = ["actor", "kind", "subject", "from", "to"];
const TIMES = ["from", "to"];
/** As openapi.json lists them. */
const KINDS = [
	"account_made",
	"account_role",
	"account_state",
	"account_email",
	"account_password",
	"account_removed",
	"signed_in",
	"sign_in_failed",
	"session_ended",
	"token_made",
	"token_revoked",
	"dispute_claimed",
	"dispute_verdict",
	"evidence_seen",
	"ruling_made",
	"set_aside_made",
	"set_aside_undone",
	"contribution_made",
	"contribution_approved",
	"contribution_rejected",
	"media_viewed",
	"invitation_made",
	"invitation_withdrawn",
	"item_corrected",
	"item_withdrawn",
	"withdrawal_made",
	"items_imported",
	"campaign_made",
	"campaign_changed",
	"rendering_begun",
	"release_asked",
	"release_revised",
	"release_ended",
	"release_unsealed",
	"release_opened",
	"layout_asked",
	"job_cancelled",
	"store_bound",
	"store_collected",
	"store_copied",
	"secret_noted",
	"signing_key_made",
	"signing_key_retired",
	"origins_asked",
	"volunteer_erased",
	"audit_erased",
	"unseal_asked",
	"notice_made",
	"notice_contested",
	"notice_decided",
	"item_hidden",
	"item_shown",
	"password_link_made",
	"second_factor_on",
	"second_factor_off",
	"recovery_code_used",
	"access_terms_made",
	"access_asked",
	"access_decided",
	"note_written",
	"dispute_escalated",
	"opinion_given",
	"opinion_undone",
	"fact_check_added",
	"fact_check_removed",
	"removal_decided",
	"media_removed",
	"media_held",
	"media_handed_over",
	"media_returned",
	"media_destroyed",
];

/** The list as it is shown: an older answer that comes late is not. */
let view = 0, next = null, shown = 0;

function show(id) {
	for (const section of sections)
		section.hidden = section.id !== id;
}

/** "2026-01-31T12:00" or with seconds, as the field has it, to the API's time. */
const momentOf = (value) => `${value.length === "2026-01-31T12:00".length ? `${value}:00` : value}Z`;

/** What the address asks for: { actor, kind, ... }, those that are not empty. */
function wanted() {
	const asked = new URLSearchParams(location.search);
	return Object.fromEntries(FILTERS.map((name) => [name, asked.get(name)]).filter(([, value]) => value));
}

function addressOf(values) {
	const query = new URLSearchParams(values).toString();
	return query ? `?${query}` : location.pathname;
}

/** A time as its field takes it; nothing where the address has something else. */
const fieldOf = (moment) => (/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(moment) ? moment.slice(0, -1) : "");

function fillForm() {
	const values = wanted();
	for (const name of FILTERS)
		filters.elements[name].value = TIMES.includes(name) ? fieldOf(values[name] ?? "") : values[name] ?? "";
}

/** A link to the same list with one filter set. */
function filterLink(name, value, words, label) {
	return el("a", { href: addressOf({ ...wanted(), [name]: value }), "aria-label": label, onclick: (event) => {
		if (event.ctrlKey || event.metaKey || event.shiftKey)
			return;
		event.preventDefault();
		go({ ...wanted(), [name]: value });
	} }, words);
}

function actorOf(entry) {
	const who = entry.email ?? entry.actor;
	const kind = term("audit_actor", entry.actor_kind);
	if (!who)
		return entry.actor_kind === "visitor" ? t("audit.nobody") : kind;
	return [`${kind} `, filterLink("actor", entry.actor, who, t("audit.same_actor", { who }))];
}

function subjectOf(entry) {
	if (!entry.subject_kind)
		return "";
	const kind = term("audit_subject", entry.subject_kind);
	if (!entry.subject)
		return kind;
	return [`${kind} `, filterLink("subject", entry.subject, entry.subject, t("audit.same_subject", { id: entry.subject }))];
}

const written = (values) => Object.entries(values).map(([name, value]) => `${name}: ${typeof value === "string" ? value : JSON.stringify(value)}`).join("\n");

/** What lies beside the entry: term and text, those that there are. */
function valuesOf(entry) {
	return [
		[t("audit.before"), entry.before && written(entry.before)],
		[t("audit.after"), entry.after && written(entry.after)],
		[t("audit.reason"), entry.reason],
		[t("audit.network"), entry.network],
		[t("audit.digest"), entry.digest],
	].filter(([, text]) => text);
}

function entryNode(entry) {
	const details = el("details", { "data-testid": "audit-values" },
		el("summary", {}, t("audit.values", { n: entry.seq })),
		entry.erased && el("p", { class: "quiet" }, t("audit.erased")),
		el("dl", {}, valuesOf(entry).map(([name, text]) => [el("dt", {}, name), el("dd", { class: "mono lines" }, text)])));
	return el("li", { class: "card", "data-testid": "audit-entry", "data-seq": entry.seq, "data-kind": entry.kind },
		el("h3", {}, term("audit_kind", entry.kind)),
		el("p", { class: "quiet" }, el("time", { datetime: entry.at }, entry.at.replace("T", " ").replace("Z", " UTC"))),
		el("p", { class: "who" }, actorOf(entry)),
		el("p", { class: "who" }, subjectOf(entry)),
		details);
}

async function fetchPage() {
	const mine = view;
	const query = new URLSearchParams(wanted());
	if (next)
		query.set("cursor", next);
	const { body } = await get(`/audit?${query}`);
	if (mine !== view)
		return;
	const fresh = body.items.map(entryNode);
	byId("entries").append(...fresh);
	shown += fresh.length;
	if (next && fresh.length > 0)
		focusOn(fresh[0]);
	next = body.next;
	byId("more").hidden = next === null;
	byId("found").textContent = shown === 0 ? t("audit.none") : t("audit.shown", { n: shown });
}

/** Asks anew for what the address says. */
async function load() {
	view++;
	next = null;
	shown = 0;
	byId("entries").replaceChildren();
	byId("more").hidden = true;
	byId("trouble").hidden = true;
	byId("found").textContent = t("audit.loading");
	fillForm();
	try {
		await fetchPage();
	} catch (error) {
		if (error.status === 401) {
			enter(t("audit.signed_out"));
			return;
		}
		byId("found").textContent = "";
		byId("trouble").textContent = inWords(error);
		byId("trouble").hidden = false;
	}
}

function go(values) {
	history.pushState(null, "", addressOf(values));
	load();
}

async function enter(note) {
	showAccount(null);
	show("door");
	const account = await signIn(byId("door"), ["admin"], { title: t("audit.sign_in"), why: note ?? t("audit.why"), refused: t("audit.refused") });
	showAccount(account);
	show("trail");
	focusOn(byId("trail").querySelector("h1"));
	await load();
}

filters.elements.kind.append(...KINDS.map((kind) => el("option", { value: kind }, term("audit_kind", kind))));
filters.addEventListener("submit", (event) => {
	event.preventDefault();
	const values = FILTERS.map((name) => [name, filters.elements[name].value.trim()]).filter(([, value]) => value);
	go(Object.fromEntries(values.map(([name, value]) => [name, TIMES.includes(name) ? momentOf(value) : value])));
});
filters.addEventListener("reset", (event) => {
	event.preventDefault();
	go({});
});
window.addEventListener("popstate", () => load());
onMore(byId("more"), byId("more-state"), fetchPage);
byId("sign-out").addEventListener("click", async () => {
	try {
		await erase("/session");
	} catch { /* then there is no session to end */ }
	byId("entries").replaceChildren();
	enter();
});

enter();
