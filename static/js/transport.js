// SPDX-License-Identifier: Apache-2.0
// transport.js: the one row of controls that moves all the media on the table together: video or sound.

import { Clips } from "./clips.js";
import { el } from "./dom.js";
import { nodes, t } from "./lang.js";
import { Player } from "./sound.js";
import { drawSound } from "./spectrogram.js";
import { MARK } from "./words.js";

const unseen = (words) => el("span", { class: "unseen" }, words);
const calm = () => window.matchMedia("(prefers-reduced-motion: reduce)").matches;
const still = { start() {}, toggle() {}, step() {}, seek() {}, turn() {}, now: () => null, stop() {}, sound() {} };

/** Videos start muted. This turns one side's sound on at a time: off, A, B, off; turn() goes from the one to the other. */
function soundSwitch(media) {
	// In this order, whichever of them came first.
	const turns = [null, ...["left", "right", "item"].filter((side) => side in media)];
	let at = 0;
	const words = (side) => (side === null ? t("transport.sound_off") : side === "item" ? t("transport.sound_on") : t("transport.sound_of", { mark: MARK[side] }));
	const choose = (next) => {
		at = next % turns.length;
		for (const [side, one] of Object.entries(media))
			one.node.muted = side !== turns[at];
		button.textContent = words(turns[at]);
	};
	const button = el("button", { type: "button", "data-testid": "sound", onclick: () => choose(at + 1) }, words(null));
	return { button, turn: () => choose(at === 1 && turns.length > 2 ? 2 : 1) };
}

function videoControls(row, media, moved) {
	const play = el("button", { type: "button", class: "play", "data-testid": "play" }, t("transport.play"));
	const sound = soundSwitch(media);
	const slide = el("input", { type: "range", min: 0, max: 1000, value: 0, "aria-label": t("transport.position") });
	const clips = new Clips(Object.values(media).map((one) => one.node), (fraction, playing) => {
		slide.value = String(Math.round(fraction * 1000));
		slide.setAttribute("aria-valuetext", t("transport.percent", { n: Math.round(fraction * 100) }));
		play.textContent = playing ? t("transport.pause") : t("transport.play");
		moved(clips.lead.currentTime);
	});
	play.addEventListener("click", () => clips.toggle());
	slide.addEventListener("input", () => {
		const wanted = slide.value / 1000; // pausing puts the slide back to where the films are
		clips.pause();
		clips.scrub(wanted);
	});
	row.replaceChildren(play,
		el("button", { type: "button", onclick: () => clips.step(-1) }, nodes("transport.frame_back", {}, unseen)),
		slide,
		el("button", { type: "button", onclick: () => clips.step(1) }, nodes("transport.frame_on", {}, unseen)),
		sound.button);
	return {
		start() { if (!calm()) clips.play(); },
		toggle: () => clips.toggle(),
		step: (frames) => clips.step(frames),
		now: (side) => media[side].node.currentTime * 1000,
		seek: (seconds) => clips.seek(seconds),
		turn: () => sound.turn(),
		stop: () => clips.pause(),
		sound: () => sound.button.click(),
	};
}

function soundButtons(media, turn) {
	if (!media.right)
		return [el("button", { type: "button", class: "play", onclick: () => turn(Object.keys(media)) }, t("transport.play"))];
	const button = (id, words, sides) => el("button", { type: "button", "data-testid": id, onclick: () => turn(sides) }, words);
	return [
		el("span", { class: "quiet wide" }, t("transport.play")),
		button("play-a", MARK.left, ["left"]),
		button("play-aba", "A, B, A", ["left", "right", "left"]),
		button("play-b", MARK.right, ["right"]),
	];
}

function soundControls(row, media, viewers) {
	const heads = {};
	for (const side of Object.keys(media)) {
		heads[side] = el("span", { class: "head", hidden: true });
		viewers[side].lens.append(heads[side]);
	}
	const now = el("span", { class: "quiet", "data-testid": "playing" });
	const player = new Player((side, fraction) => {
		for (const [name, head] of Object.entries(heads)) {
			head.hidden = name !== side;
			head.style.left = `${fraction * 100}%`;
		}
		now.textContent = side ? side in MARK ? t("transport.playing", { mark: MARK[side] }) : t("transport.playing_item") : "";
	});
	const turn = (sides) => player.play(sides.map((side) => ({ side, buffer: media[side].buffer })));
	const draw = () => Object.values(media).forEach((one) => drawSound(one.node, one.buffer));
	row.replaceChildren(...soundButtons(media, turn), el("button", { type: "button", onclick: () => player.stop() }, t("transport.stop")), now);
	return {
		...still,
		start: draw,
		redraw: draw,
		toggle: () => (player.playing ? player.stop() : turn(media.right ? ["left", "right", "left"] : Object.keys(media))),
		sound: () => turn(Object.keys(media)),
		at: (side, x) => x * media[side].buffer.duration * 1000,
		stop: () => player.stop(),
	};
}

/**
 * Controls in this row for media of one type. Images need none.
 * @param {object} media by side: left and right, or one item  @param {object} viewers by the same names
 * @param {(seconds: number) => void} [moved] told where films are
 */
export function makeTransport(row, type, media, viewers, moved = () => { /* nobody asks */ }) {
	row.hidden = type === "image";
	row.replaceChildren();
	if (type === "video")
		return videoControls(row, media, moved);
	return type === "audio" ? soundControls(row, media, viewers) : still;
}
