// SPDX-License-Identifier: Apache-2.0
// transport.js: the one row of controls that moves both media of a pair: video or sound.

import { Clips } from "./clips.js";
import { el } from "./dom.js";
import { Player } from "./sound.js";
import { drawSound } from "./spectrogram.js";

const calm = () => window.matchMedia("(prefers-reduced-motion: reduce)").matches;

function videoControls(row, media) {
	const play = el("button", { type: "button", class: "play", "data-testid": "play" });
	const slide = el("input", { type: "range", min: 0, max: 1000, value: 0, "aria-label": "Position in both videos" });
	const clips = new Clips([media.left.node, media.right.node], (fraction, playing) => {
		slide.value = String(Math.round(fraction * 1000));
		slide.setAttribute("aria-valuetext", `${Math.round(fraction * 100)} percent`);
		play.textContent = playing ? "Pause" : "Play";
	});
	play.textContent = "Play";
	play.addEventListener("click", () => clips.toggle());
	slide.addEventListener("input", () => { clips.pause(); clips.scrub(slide.value / 1000); });
	row.replaceChildren(play,
		el("button", { type: "button", "aria-label": "One frame back", onclick: () => clips.step(-1) }, "−1"),
		slide,
		el("button", { type: "button", "aria-label": "One frame on", onclick: () => clips.step(1) }, "+1"));
	return {
		start() { if (!calm()) clips.play(); },
		toggle: () => clips.toggle(),
		step: (frames) => clips.step(frames),
		now: (side) => media[side].node.currentTime * 1000,
		stop: () => clips.pause(),
	};
}

function soundControls(row, media, stages) {
	const heads = {};
	for (const side of ["left", "right"]) {
		heads[side] = el("span", { class: "head", hidden: true });
		stages[side].lens.append(heads[side]);
	}
	const sides = { A: "left", B: "right" };
	const say = el("span", { class: "quiet", "data-testid": "playing" });
	const player = new Player((side, fraction) => {
		for (const [name, head] of Object.entries(heads)) {
			head.hidden = name !== side;
			head.style.left = `${fraction * 100}%`;
		}
		say.textContent = side ? `playing ${side}` : "";
	});
	const turn = (letters) => player.play([...letters].map((one) => ({ side: sides[one], buffer: media[sides[one]].buffer })));
	row.replaceChildren(
		el("button", { type: "button", "data-testid": "play-a", onclick: () => turn("A") }, "Left (A)"),
		el("button", { type: "button", class: "play", "data-testid": "play-aba", onclick: () => turn("ABA") }, "Play A, B, A"),
		el("button", { type: "button", "data-testid": "play-b", onclick: () => turn("B") }, "Right (B)"),
		el("button", { type: "button", onclick: () => player.stop() }, "Stop"), say);
	const draw = () => {
		for (const side of ["left", "right"])
			drawSound(media[side].node, media[side].buffer);
	};
	return {
		start: draw,
		redraw: draw,
		toggle: () => (player.playing ? player.stop() : turn("ABA")),
		step() {},
		now: () => null,
		at: (side, x) => x * media[side].buffer.duration * 1000,
		stop: () => player.stop(),
	};
}

const still = { start() {}, toggle() {}, step() {}, now: () => null, stop() {} };

/** Controls for a pair of this type, in this row. Images need none. */
export function makeTransport(row, type, media, stages) {
	row.hidden = type === "image";
	row.replaceChildren();
	if (type === "video")
		return videoControls(row, media);
	return type === "audio" ? soundControls(row, media, stages) : still;
}
