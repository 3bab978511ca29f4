// SPDX-License-Identifier: Apache-2.0
// wellness.js: what the page spares a moderator, remembered by the server for the account: sensitive media covered, silence, and a
// break suggested after so many.

import { get, post, put } from "./api.js";
import { byId, say } from "./dom.js";
import { t } from "./lang.js";

/** Until the account's own are known, all is spared. */
export const spared = { cover_sensitive: true, start_sound: false, break_after: 20, break_due: false };
let later = 0;

function take(body) {
	Object.assign(spared, body);
	const form = byId("spares");
	form.elements.cover_sensitive.checked = body.cover_sensitive;
	form.elements.start_sound.checked = body.start_sound;
	form.elements.break_after.value = String(body.break_after);
	document.body.classList.toggle("uncovered", !body.cover_sensitive);
	const suggest = body.break_due && body.sensitive_since_break > later;
	const box = byId("break");
	if (suggest && box.hidden)
		byId("break-words").textContent = t("wellness.suggest", { n: body.sensitive_since_break });
	box.hidden = !suggest;
}

/** Reads them anew: at the start, and after a verdict. The page is of use without. */
export async function readSpared() {
	try {
		take((await get("/me/settings")).body);
	} catch (error) {
		console.error(error);
	}
}

async function store() {
	const { elements } = byId("spares");
	const after = Number(elements.break_after.value);
	if (!Number.isInteger(after) || after < 0 || after > 500)
		return;
	take((await put("/me/settings", { cover_sensitive: elements.cover_sensitive.checked, start_sound: elements.start_sound.checked, break_after: after })).body);
	say(t("wellness.stored"));
}

/** @param {(error: Error) => void} failed told what goes wrong */
export function onSpared(failed) {
	byId("spares").addEventListener("change", () => store().catch(failed));
	byId("spares").addEventListener("submit", (event) => event.preventDefault());
	byId("break-now").addEventListener("click", () => post("/me/breaks", {}).then(({ body }) => {
		take(body);
		say(t("wellness.break"));
	}).catch(failed));
	byId("break-later").addEventListener("click", () => {
		later = spared.sensitive_since_break + 4;
		byId("break").hidden = true;
	});
}
