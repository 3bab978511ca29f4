// SPDX-License-Identifier: Apache-2.0
// release-form.js: the form that makes a release, and the progress of the job that writes it.

import { get, inWords, pause, post } from "./api.js";
import { byId, el, say } from "./dom.js";
import { t, term } from "./lang.js";
import { signIn } from "./sign-in.js";

const ROLES = ["researcher", "moderator", "admin"];
const NAME = "[a-z0-9][a-z0-9._\\-]{0,62}";
const ASK_AGAIN_MS = 1000;

const field = (label, input) => el("label", { class: "field" }, label, input);

/** Follows the job to its end; a lost connection only delays. */
async function follow(job, box) {
	const bar = el("progress", { max: job.total || 1, "aria-label": t("release_form.writing") });
	const line = el("p", { class: "quiet", role: "status", "data-testid": "job-state" });
	box.replaceChildren(bar, line);
	for (;;) {
		if (["done", "failed", "cancelled"].includes(job.state))
			return job;
		line.textContent = job.state === "waiting" ? t("release_form.waiting") : t("release_form.progress", { done: job.done, total: job.total });
		if (job.total > 0) {
			bar.max = job.total;
			bar.value = job.done;
		}
		await pause(ASK_AGAIN_MS);
		try {
			job = (await get(`/jobs/${job.id}`)).body;
		} catch (error) {
			if (!error.passing)
				throw error;
		}
	}
}

function filterOf(inputs) {
	const filter = {};
	if (inputs.medium.value)
		filter.media_type = inputs.medium.value;
	if (inputs.least.value)
		filter.min_judgments = Number(inputs.least.value);
	if (inputs.sure.value)
		filter.min_confidence = Number(inputs.sure.value);
	if (inputs.campaign.value.trim())
		filter.campaign = inputs.campaign.value.trim();
	return filter;
}

/** @param {{email: string, gets_mail: boolean}} account  whoever asks */
function makeForm(account, onMade, onBegun) {
	const inputs = {
		name: el("input", { required: true, pattern: NAME, "data-testid": "release-name", title: t("release_form.name_rule") }),
		version: el("input", { required: true, pattern: NAME, placeholder: "1.0.0", "data-testid": "release-version" }),
		medium: el("select", {}, el("option", { value: "" }, t("release_form.every_medium")), el("option", { value: "image" }, term("medium_many", "image")), el("option", { value: "video" }, term("medium_many", "video")), el("option", { value: "audio" }, term("medium_many", "audio"))),
		least: el("input", { type: "number", min: 0, max: 1000, step: 1, inputmode: "numeric" }),
		sure: el("input", { type: "number", min: 0.5, max: 1, step: 0.01, inputmode: "decimal" }),
		campaign: el("input", {}),
		audience: el("input", { type: "checkbox", "data-testid": "release-researchers" }),
		seal: el("input", { type: "checkbox", "data-testid": "release-seal" }),
		mail: el("input", { type: "checkbox", "data-testid": "release-mail" }),
	};
	const outcome = el("div", { "aria-live": "polite" });
	const go = el("button", { class: "go", "data-testid": "release-make" }, t("release_form.make"));
	const form = el("form", { class: "stack", "data-testid": "release-form" },
		el("div", { class: "pair-of-fields" }, field(t("release_form.name"), inputs.name), field(t("release_form.version"), inputs.version)),
		el("div", { class: "pair-of-fields" }, field(t("release_form.medium"), inputs.medium), field(t("release_form.campaign"), inputs.campaign)),
		el("div", { class: "pair-of-fields" }, field(t("release_form.least"), inputs.least), field(t("release_form.sure"), inputs.sure)),
		el("label", {}, inputs.audience, " ", t("release_form.researchers")),
		el("label", {}, inputs.seal, " ", t("release_form.seal")),
		account.gets_mail ? el("label", {}, inputs.mail, " ", t("release_form.mail", { email: account.email })) : "",
		el("div", { class: "bar" }, go), outcome);
	form.addEventListener("submit", async (event) => {
		event.preventDefault();
		if (go.disabled)
			return;
		go.disabled = true;
		try {
			const filter = filterOf(inputs);
			const wanted = { name: inputs.name.value, version: inputs.version.value };
			const wish = { ...wanted, ...(Object.keys(filter).length > 0 ? { filter } : {}), ...(inputs.audience.checked ? { audience: "researchers" } : {}), ...(inputs.seal.checked ? { seal_test: true } : {}), ...(inputs.mail.checked ? { mail: true } : {}) };
			const { body } = await post("/releases", wish);
			onBegun();
			const job = await follow(body.job, outcome);
			const words = job.state === "done" ? t("release_form.ready", wanted) : job.state === "cancelled" ? t("my_jobs.cancelled", { who: job.cancelled_by }) : t("release_form.failed", { why: job.detail ?? t("release_form.no_reason") });
			outcome.replaceChildren(el("p", { "data-testid": "release-outcome" }, words));
			say(words);
			onMade();
		} catch (error) {
			outcome.replaceChildren(el("p", { class: "wrong", role: "alert" }, inWords(error)));
		} finally {
			go.disabled = false;
		}
	});
	return form;
}

/** Folds the form and forgets who was there. */
export function closeReleaseForm() {
	const details = byId("make");
	details.open = false;
	delete details.dataset.asked;
	byId("make-box").replaceChildren();
}

/**
 * The form, once it is opened: most readers never do.
 * @param {() => void} onMade  @param {(account: object) => void} onIn somebody signed in  @param {() => void} onBegun
 */
export function watchReleaseForm(onMade, onIn, onBegun) {
	const details = byId("make");
	details.addEventListener("toggle", async () => {
		if (!details.open || details.dataset.asked)
			return;
		details.dataset.asked = "yes";
		const box = byId("make-box");
		const account = await signIn(box, ROLES, {
			title: t("release_form.sign_in"), level: 3, why: t("release_form.why"),
			refused: t("release_form.refused"),
		});
		onIn(account);
		box.replaceChildren(el("p", { class: "quiet" }, t("release_form.signed_in", { email: account.email })), makeForm(account, onMade, onBegun));
	});
}
