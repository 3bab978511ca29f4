// SPDX-License-Identifier: Apache-2.0
// sound-desk.js: the row of controls for sounds on the moderators' desk: they are paused, scrubbed, and switched at the same moment.

import { el } from "./dom.js";
import { Duo } from "./duo.js";
import { nodes, t } from "./lang.js";
import { drawSound } from "./spectrogram.js";
import { MARK, fixed } from "./words.js";

const STEP_S = 0.1;

/** Which of two is heard, and the way to the other. */
function heardSwitch(duo) {
	const words = () => nodes("sounds.heard", { mark: Object.values(MARK)[duo.heard] }, (key) => el("kbd", { "aria-hidden": "true" }, key));
	const button = el("button", { type: "button", "data-testid": "heard", "aria-keyshortcuts": "B", onclick: () => {
		duo.turn();
		button.replaceChildren(...words());
	} }, words());
	return button;
}

/** Where each stands in its own picture: a viewer's lens, and how far along. */
function addHeads(media, viewers, later) {
	const heads = Object.entries(viewers).map(([side, { lens }]) => {
		const head = el("span", { class: "head", hidden: true });
		lens.querySelector(".head")?.remove(); // of controls before these
		lens.append(head);
		return { head, at: (seconds) => (seconds + (side === "right" ? later : 0)) / media[side].buffer.duration };
	});
	return (seconds) => {
		for (const { head, at } of heads) {
			head.hidden = at(seconds) < 0 || at(seconds) > 1;
			head.style.left = `${at(seconds) * 100}%`;
		}
	};
}

/**
 * Controls in this row for one sound, or two.
 * @param {object} media by side: item, or left and right  @param {object} viewers by the same names, of those that are seen
 * @param {{ match?: object, moved?: (seconds: number) => void }} more how two are laid together, of matchSounds()
 */
export function soundDesk(row, media, viewers, { match = { later_s: 0, gains: [1, 1] }, moved = () => { /* nobody asks */ } } = {}) {
	const point = addHeads(media, viewers, match.later_s);
	const play = el("button", { type: "button", class: "play", "data-testid": "play" }, t("transport.play"));
	const slide = el("input", { type: "range", min: 0, max: 1000, value: 0, "aria-label": t("sounds.position") });
	const duo = new Duo(Object.values(media).map(({ buffer }, n) => ({ buffer, gain: match.gains[n], later_s: n > 0 ? match.later_s : 0 })), (seconds, playing) => {
		slide.value = String(Math.round((1000 * seconds) / duo.length_s));
		slide.setAttribute("aria-valuetext", t("sounds.at", { seconds: fixed(seconds, 1), length: fixed(duo.length_s, 1) }));
		play.textContent = playing ? t("transport.pause") : t("transport.play");
		point(seconds);
		moved(seconds);
	});
	const heard = media.right ? heardSwitch(duo) : null;
	const toggle = () => (duo.playing ? duo.pause() : duo.play());
	const draw = () => Object.keys(viewers).forEach((side) => drawSound(media[side].node, media[side].buffer));
	play.addEventListener("click", toggle);
	slide.addEventListener("input", () => duo.seek((slide.value / 1000) * duo.length_s));
	row.hidden = false;
	row.replaceChildren(...[play, slide, heard].filter(Boolean));
	duo.seek(0);
	return {
		start: draw, redraw: draw, toggle,
		step: (steps) => duo.seek(duo.at_s + steps * STEP_S),
		seek: (seconds) => duo.seek(seconds),
		turn: () => heard?.click(),
		sound: () => duo.play(),
		now: () => null,
		stop: () => duo.pause(),
	};
}
