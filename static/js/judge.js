// SPDX-License-Identifier: Apache-2.0
// judge.js: the judge page. Consent, then pair after pair: show, two taps, next. The answer travels while the next
// pair, already loaded, is shown; only a practice pair waits for the server, because it has something to teach.

import { Unreachable, get, inWords, post } from "./api.js";
import { byId, el, focusOn, say, showOnly } from "./dom.js";
import { draftOf, dropDraft, keepDrafts } from "./draft.js";
import { dropInvitation, invitation, isInvitation, keepEvent, receiveInvitation } from "./invitation.js";
import { join } from "./join.js";
import { nodes, t } from "./lang.js";
import { tab } from "./storage.js";
import { labelKeys } from "./keyboard.js";
import { watchKeys } from "./keys.js";
import { retell, tell, untell } from "./lasting.js";
import { tellLate } from "./late.js";
import { Lease } from "./lease.js";
import { Outbox } from "./outbox.js";
import { Pairs } from "./pairs.js";
import { Table } from "./table.js";
import { MARK } from "./words.js";
import { openSettings } from "./settings.js";

const sections = ["loading", "consent", "empty", "busy", "lost", "broken", "judging"].map(byId);
const next = byId("next");
const outbox = new Outbox((waiting) => { byId("offline").hidden = !waiting; });
const pairs = new Pairs(() => outbox.idle(), (known) => { byId("skip-stalled").hidden = !known; });
const table = new Table(() => next.setAttribute("aria-disabled", String(!(phase === "taught" || table.complete))));
/** loading, judging, sending (a practice pair), taught, or away from any pair */
let phase = "loading";
let pair = null;
/** Does the server know this browser's volunteer? */
let known = false;
/** The timer of a page that waits for others. */
let lookAgain;
const lease = new Lease({
	renewed: () => pairs.renewed(),
	ending: (words) => (words ? tell("ending", words) : untell("ending")),
	ended: runOut,
});

function notice(words) {
	const line = byId("trouble");
	line.textContent = words;
	line.hidden = words === "";
}

function show(id) {
	const section = byId(id);
	showOnly(section, sections);
	byId("keys").hidden = id !== "judging";
	const heading = section.querySelector("h1");
	if (heading)
		focusOn(heading);
}

function progress({ pairs_today: today, training } = {}) {
	if (today === undefined)
		return;
	const wide = (words) => el("span", { class: "wide" }, words);
	byId("progress").replaceChildren(...pair?.assignment.training && training.left > 0
		? nodes("judge.today_practice", { n: today, today: String(today), left: training.left }, wide, wide)
		: nodes("judge.today", { n: today, today: String(today) }, wide));
}

function askConsent() {
	phase = "away";
	byId("invited").hidden = !invitation();
	show("consent");
}

/** Says who must act when a request failed. */
function stuck(error) {
	if (error.status === 401) {
		tab.drop("open");
		known = false;
		askConsent();
		return;
	}
	phase = "away";
	const waits = error.reason === "skips-spent";
	byId("lost-why").textContent = waits ? t("judge.skips_spent", { when: inTime(error.retryAfter) }) : inWords(error);
	show("lost");
	if (waits)
		lookAgain = setTimeout(() => advance(), error.retryAfter * 1000);
	if (error instanceof Unreachable)
		window.addEventListener("online", () => { if (!byId("lost").hidden) advance(); }, { once: true });
}

/** The pair's time was over before it was answered. */
function runOut() {
	if (phase !== "judging")
		return;
	byId("skipping").close(""); // it asked about this pair
	table.stop();
	pairs.done(pair);
	tell("over", t("judge.over"));
	advance();
}

/** On to the next pair. */
async function advance() {
	phase = "loading";
	lease.stop();
	clearTimeout(lookAgain);
	const late = setTimeout(() => show("loading"), 150);
	try {
		pair = await pairs.take();
	} catch (error) {
		clearTimeout(late);
		stuck(error);
		return;
	}
	clearTimeout(late);
	notice("");
	if (!pair) {
		phase = "away";
		show("empty");
		return;
	}
	if (pair.busy_s) {
		phase = "away";
		wait(pair.busy_s);
		return;
	}
	if (pair.broken) {
		phase = "away";
		show("broken");
		return;
	}
	phase = "judging";
	foot(false);
	show("judging");
	table.show(pair, draftOf(pair.assignment));
	lease.watch(pair.assignment);
	focusOn(byId("question"));
	pairs.preload();
}

function inTime(seconds) {
	const minutes = Math.round(seconds / 60);
	return minutes < 2 ? t("judge.in_a_minute") : t("judge.in_minutes", { n: minutes });
}

/** Others have what is left. The page looks again by itself. */
function wait(seconds) {
	byId("busy-when").textContent = inTime(seconds);
	show("busy");
	lookAgain = setTimeout(() => advance(), seconds * 1000);
}

/** The row under the pair: tells while judging, the lesson after practice. */
function foot(taught) {
	byId("why").hidden = taught;
	byId("why-button").hidden = taught;
	byId("skip").hidden = taught;
	openWhy(false);
	byId("question").dataset.practice = String(Boolean(pair?.assignment.training));
}

function openWhy(open) {
	byId("why").classList.toggle("open", open);
	byId("why-button").setAttribute("aria-expanded", String(open));
	byId("pair").inert = open;
}

async function submit() {
	const judged = pair;
	const body = table.body();
	const sent = outbox.send(body);
	table.stop();
	lease.stop();
	dropDraft();
	pairs.forget(judged.assignment);
	if (!judged.assignment.training) {
		sent.then((answer) => { progress(answer.progress); pairs.preload(); }, (error) => refused(error));
		pairs.done(judged);
		await advance();
		return;
	}
	phase = "sending";
	table.lock(true);
	next.setAttribute("aria-disabled", "true");
	try {
		const answer = await sent;
		progress(answer.progress);
		learn(table.teach(answer.results));
	} catch (error) {
		pairs.done(judged);
		await refused(error, true);
	}
}

function learn(words) {
	if (!words) {
		pairs.done(pair);
		advance();
		return;
	}
	phase = "taught";
	foot(true);
	next.setAttribute("aria-disabled", "false");
	const feedback = byId("feedback");
	feedback.textContent = t("judge.practice", { words });
	feedback.hidden = false;
	focusOn(feedback);
}

/** The server took no judgment: say why, and go on where this pair was still on screen. */
async function refused(error, onScreen = false) {
	if (error.status === 401) {
		stuck(error);
		return;
	}
	tellRefused(error);
	if (onScreen)
		await advance();
	else
		pairs.preload();
}

/** In words that stay: the next pair is on screen a moment later. */
function tellRefused(error) {
	if (error.reason === "lease-expired")
		tellLate();
	else if (error.status !== 401)
		tell("refused", t("judge.refused", { why: inWords(error) }));
}

function goOn() {
	if (phase === "taught") {
		pairs.done(pair);
		advance();
	} else if (phase === "judging" && table.complete) {
		submit();
	} else if (phase === "judging") {
		say(t("judge.missing", { mark: MARK[table.missing] }));
		byId(`${table.missing}-scale`).classList.add("asked");
		setTimeout(() => document.querySelectorAll(".asked").forEach((one) => one.classList.remove("asked")), 900);
	}
}

async function skip(reason) {
	const skipped = pair;
	table.stop();
	lease.stop();
	phase = "loading";
	try {
		await post("/skips", { assignment: skipped.assignment.assignment, reason });
	} catch (error) {
		if (error.passing || error.status === 401) {
			stuck(error);
			return;
		}
	}
	pairs.done(skipped);
	await advance();
}

/** The invitation is no more: who is a volunteer already goes on as before, others may agree without it. */
async function uninvited(error) {
	dropInvitation();
	byId("invited").hidden = true;
	if (!known) {
		notice(inWords(error));
		return;
	}
	tell("invitation", inWords(error));
	await advance();
}

/** What was handed out before is not shown to a guest, who may be spared some of it. */
function welcome(event) {
	dropInvitation();
	keepEvent(event);
	pairs.forgetAll();
	tell("invitation", t("judge.guest", { name: event.name }));
}

async function agree() {
	byId("agree").setAttribute("aria-disabled", "true");
	try {
		const joined = await join(invitation());
		known = true;
		progress(joined.progress);
		notice("");
		if (joined.event)
			welcome(joined.event);
		await advance();
	} catch (error) {
		if (error.reason === "invitation-over")
			await uninvited(error);
		else
			notice(inWords(error));
	} finally {
		byId("agree").removeAttribute("aria-disabled");
	}
}

async function start() {
	phase = "loading";
	show("loading");
	try {
		const { body } = await get("/me?limit=1");
		progress(body.progress);
		known = true;
	} catch (error) {
		stuck(error);
		return;
	}
	outbox.resume(tellRefused);
	if (invitation())
		askConsent();
	else
		await advance();
}

const dialog = byId("skipping");
/** A dialog gives the focus back to its button, where Enter would open it again instead of going on. */
function backToPair() {
	if (phase === "judging" || phase === "taught")
		focusOn(byId(phase === "taught" ? "feedback" : "question"));
}
dialog.addEventListener("close", () => {
	if (dialog.returnValue)
		skip(dialog.returnValue);
	else
		backToPair();
});

/** The address of a medium stands behind the #, which no log sees; it tells no more than the picture does. */
function askSkip() {
	for (const { position, media } of pair.assignment.items)
		byId(`report-${position}`).href = `/report#item=${encodeURIComponent(media.url)}`;
	dialog.returnValue = "";
	dialog.showModal();
}

byId("agree").addEventListener("click", agree);
next.addEventListener("click", goOn);
byId("skip").addEventListener("click", () => { if (phase === "judging") askSkip(); });
byId("again").addEventListener("click", () => advance());
byId("send-now").addEventListener("click", () => outbox.poke());
byId("retry").addEventListener("click", start);
byId("skip-broken").addEventListener("click", () => skip("cannot_load"));
byId("skip-stalled").addEventListener("click", () => { pair = pairs.giveUp(); skip("cannot_load"); });
byId("reload-broken").addEventListener("click", () => { pairs.retry(pair); advance(); });
byId("why-button").addEventListener("click", () => openWhy(!byId("why").classList.contains("open")));
byId("why").addEventListener("keydown", (event) => {
	if (event.key === "Escape") {
		openWhy(false);
		byId("why-button").focus();
	}
});
document.addEventListener("pointerdown", (event) => {
	if (!event.target.closest("#why, #why-button"))
		openWhy(false);
});
byId("you-button").addEventListener("click", () => openSettings({
	onMedium() { if (!byId("empty").hidden || !byId("busy").hidden) advance(); },
	onClose: backToPair,
}));
byId("look-now").addEventListener("click", () => advance());
keepDrafts(() => (phase === "judging" ? table.draft() : null));
watchKeys({
	active: () => phase === "judging" || phase === "taught",
	choose: (side, step) => { if (phase === "judging") table.choose(side, step); },
	next: goOn,
	skip: () => { if (phase === "judging") askSkip(); },
	zoom: () => table.zoomKey(),
	toggle: () => { if (!table.covered) table.transport.toggle(); },
	frame: (frames) => table.transport.step(frames),
});

retell();
untell("ending"); // it was said of a pair that may have more time since
labelKeys();
receiveInvitation();
window.addEventListener("hashchange", () => { if (isInvitation()) location.reload(); }); // nothing of before is kept
start();
