// SPDX-License-Identifier: Apache-2.0
// data.js: the data page: live figures, releases, one release (#name/version), the form that makes one.

import { showAccount, watchAccount } from "./account.js";
import { get, inWords } from "./api.js";
import { byId, el } from "./dom.js";
import { showFigures } from "./figures.js";
import { t } from "./lang.js";
import { MyJobs } from "./my-jobs.js";
import { closeReleaseForm, watchReleaseForm } from "./release-form.js";
import { showRelease } from "./release.js";
import { Releases } from "./releases.js";

const REFRESH_MS = 60_000;
const TITLE = document.title;
const releases = new Releases();
const mine = new MyJobs(() => releases.load());
/** Who is signed in, or nobody: known a little later than the page. */
let who = Promise.resolve(null);

async function figures() {
	try {
		showFigures(byId("figures"), (await get("/stats")).body);
	} catch (error) {
		byId("figures").replaceChildren(el("p", { role: "alert" }, inWords(error)));
	}
}

/** Everything that grows comes in one go, so that nothing moves that is already read. */
async function overview() {
	await Promise.all([figures(), releases.load()]);
	byId("waiting").hidden = true;
	byId("content").hidden = false;
}

function follow() {
	const [name, version] = location.hash.slice(1).split("/").map(decodeURIComponent);
	const one = Boolean(name && version);
	byId("overview").hidden = one;
	byId("release").hidden = !one;
	document.title = one ? t("data.release_title", { name, version }) : TITLE;
	if (one) {
		window.scrollTo(0, 0);
		showRelease(byId("release"), name, version, who);
	}
}

/** /data/NAME/VERSION is how others cite a release; in the page, releases are told apart behind the #. */
const cited = /^\/data\/([^/]+\/[^/]+)$/.exec(location.pathname);
if (cited)
	history.replaceState(null, "", `/data#${cited[1]}`);
window.addEventListener("hashchange", follow);
/** @param {{email: string}|null} account  null: nobody */
function showWho(account) {
	who = Promise.resolve(account);
	showAccount(account);
	mine.show(account);
}

watchReleaseForm(() => releases.load(), showWho, () => mine.soon());
who = watchAccount(() => {
	who = Promise.resolve(null);
	closeReleaseForm();
	mine.show(null);
	follow();
}, (account) => mine.show(account));
follow();
overview();
// Figures stay live for whoever leaves the page open, but not while they read a table in them.
setInterval(() => {
	if (!document.hidden && !byId("overview").hidden && !byId("figures").contains(document.activeElement) && !byId("figures").querySelector("details[open]"))
		figures();
}, REFRESH_MS);
