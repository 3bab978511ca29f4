// SPDX-License-Identifier: Apache-2.0
// moderate.js: the moderators' desk: let them in, list the disputes, lay one on the desk, obey the keyboard.

import { erase, inWords } from "./api.js";
import { ClaimClock } from "./claim.js";
import { Dispute, RULINGS } from "./dispute.js";
import { desk, expectDesk, listed, queueName, readDesk, showQueue } from "./desk.js";
import { onFilters, showChosen } from "./desk-filters.js";
import { byId, focusOn, isTyping } from "./dom.js";
import { t } from "./lang.js";
import { showLeaks } from "./leaks.js";
import { signIn } from "./sign-in.js";
import { meant } from "./keyboard.js";
import { keysWanted } from "./keys.js";
import { Queue } from "./queue.js";
import { draft } from "./rulings.js";
import { onSpared, readSpared } from "./wellness.js";

const sections = ["loading", "door", "desk", "other"].map(byId);
const ROLES = ["moderator", "admin"];
const REFRESH_MS = 20_000;
/** The queue that the page shows. */
let shown = queueName();

function show(id) {
	if (id === "desk")
		expectDesk();
	for (const section of sections)
		section.hidden = section.id !== id;
	byId("sign-out").hidden = byId("tabs").hidden = id !== "desk";
}

const clock = new ClaimClock(() => dispute.trouble(t("moderate.claim_ended")));
const queue = new Queue();
const dispute = new Dispute({
	claimed: (end) => clock.set(end),
	changed: () => {
		queue.reload().catch(() => {});
		readDesk().catch(() => {});
	},
	opened: () => preload(),
	next: () => nextDispute(),
	signedOut: () => enter(t("moderate.signed_out_writing")),
});
queue.onError = (error) => {
	if (error.status === 401)
		enter(t("moderate.signed_out"));
	else
		byId("queue-state").textContent = inWords(error);
};

/** What the address names is on the desk: #id. */
async function follow() {
	const id = decodeURIComponent(location.hash.slice(1));
	byId("desk").classList.toggle("chosen", Boolean(id));
	queue.point(id);
	if (id && id !== dispute.id)
		await dispute.open(id);
	else if (!id)
		dispute.close();
}

/** What comes next, with its medium, while the one on the desk is looked at. */
async function preload() {
	const { id } = dispute;
	const next = await queue.nextFree(id).catch(() => null);
	if (dispute.id === id && next)
		await dispute.prepare(next);
}

/** The next open dispute that is free; after the last one, the first. What was prepared is taken if it still is. */
async function nextDispute() {
	const { id } = dispute;
	const next = await dispute.attempt(async () => await dispute.prepared() ?? queue.nextFree(id));
	if (dispute.id !== id || next === undefined)
		return;
	if (next === null)
		dispute.trouble(t("moderate.none_free"));
	else
		location.hash = next;
}

async function enter(note) {
	show("door");
	await signIn(byId("door"), ROLES, {
		title: t("moderate.sign_in"),
		why: note ?? t("moderate.why"),
		refused: t("moderate.refused"),
	});
	show("desk");
	focusOn(byId("desk").querySelector("h1"));
	const own = readSpared();
	const listing = list();
	await showDesk();
	showLeaks().catch((err) => console.error(err)); // the list is of use without it
	await own; // nothing that is to be covered is shown first
	if (await listing)
		await follow();
}

/** Reads the list that the address names, while the tabs come. False: there is none, or the queue says why. */
async function list() {
	if (!listed())
		return false;
	try {
		await queue.load();
		return true;
	} catch {
		return false;
	}
}

/** The tabs, and the queue that the address names. */
async function showDesk() {
	try {
		await readDesk();
		showChosen(desk.campaigns);
		await showQueue();
	} catch (error) {
		if (!listed() || error.status !== 401) // else the list says it
			queue.onError(error);
	}
}

/** Another queue of the desk, without asking for the page anew. */
async function arrive() {
	shown = queueName();
	dispute.close();
	const listing = list();
	await showDesk();
	if (await listing)
		await follow();
}

byId("sign-out").addEventListener("click", async () => {
	try {
		await erase("/session");
	} catch { /* then there is no session to end */ }
	location.hash = "";
	dispute.close();
	draft.clear();
	enter();
});
window.addEventListener("hashchange", follow);
byId("tabs").addEventListener("click", (event) => {
	const link = event.target.closest("a");
	if (!link || event.ctrlKey || event.metaKey || event.shiftKey)
		return;
	event.preventDefault();
	if (link.dataset.queue === queueName())
		return;
	history.pushState(null, "", link.getAttribute("href"));
	arrive();
});
window.addEventListener("popstate", () => {
	if (queueName() !== shown && !byId("tabs").hidden)
		arrive();
});
onSpared((error) => queue.onError(error));
onFilters(() => {
	queue.load().catch(() => {});
	dispute.forget();
});
// The address does not change when the open dispute is chosen again, as after its ruling.
byId("disputes").addEventListener("click", (event) => {
	const id = event.target.closest("a")?.dataset.id;
	if (id === dispute.id && (dispute.step === "claim" || dispute.dispute?.closed))
		dispute.open(id);
});

document.addEventListener("keydown", (event) => {
	if (byId("desk").hidden || isTyping(event) || event.repeat || !keysWanted())
		return;
	const key = meant(event).toLowerCase();
	if (dispute.step === "verdict" && /^[1-6]$/.test(key))
		dispute.scale.choose(Number(key) - 1);
	else if (dispute.step === "verdict" && key === "enter" && dispute.scale.step && !event.target.closest("a, button:not([aria-pressed='true'])"))
		dispute.giveVerdict();
	else if (dispute.step === "rule" && RULINGS.some((one) => one.key === key))
		dispute.rule(RULINGS.find((one) => one.key === key).ruling);
	else if (dispute.step === "claim" && /^[1-6]$/.test(key))
		dispute.claimAndChoose(Number(key) - 1);
	else if (key === "n" && dispute.id)
		nextDispute();
	else if (key === "z" && dispute.id)
		dispute.viewer.zoomStep();
	else if (key === " " && dispute.id && !event.target.closest("button, a, input, summary"))
		dispute.transport?.toggle();
	else if ((key === "," || key === ".") && dispute.id)
		dispute.transport?.step(key === "," ? -1 : 1);
	else if (key === "b" && dispute.id)
		dispute.transport?.turn();
	else if (key === "j" && dispute.id)
		dispute.board.moments.jump(event.shiftKey);
	else
		return;
	event.preventDefault();
});

// The queue follows what others do, while somebody may be looking at it.
const refresh = () => {
	if (document.hidden || byId("tabs").hidden)
		return;
	readDesk().catch(() => {});
	if (!byId("desk").hidden)
		queue.refresh().catch(() => {});
};
setInterval(refresh, REFRESH_MS);
document.addEventListener("visibilitychange", refresh);

enter();
