// SPDX-License-Identifier: Apache-2.0
// board.js: a second place beside the disputed item, which zooms with it: the other of the pair, the original, or what is made
// of them in this page; and where and when volunteers pointed.

import { byId, el, svg } from "./dom.js";
import { t, term } from "./lang.js";
import { Moments, momentBars } from "./moments.js";
import { brightness, difference, drawBrightness, errorLevels, frameSheet } from "./pixels.js";
import { differenceTable, matchWords, mostWords, soundDifference } from "./sound-difference.js";
import { isSilent, matchSounds } from "./sound-pair.js";
import { drawSound } from "./spectrogram.js";
import { Viewer } from "./viewer.js";
import { share } from "./words.js";

/** Each picture stands so long: seven changes in five seconds are far below three flashes a second (WCAG 2.3.1). */
const FLICKER_MS = 700;
const calm = () => window.matchMedia("(prefers-reduced-motion: reduce)").matches;

/** What may stand beside each type. */
const KINDS = {
	image: ["pair", "original", "difference", "flicker", "error_levels", "brightness"],
	video: ["pair", "frames", "difference", "flicker", "sound", "sound_difference", "error_levels", "brightness"],
	audio: ["pair", "sound_difference"],
};
const NEEDS_PAIR = ["pair", "flicker", "difference", "sound_difference"];
/** Views over the time of the disputed film or sound. */
const IN_TIME = ["sound", "sound_difference"];

export class Board {
	/**
	 * @param {Viewer} viewer the item's
	 * @param {object} on { together(media, viewers, match) moves these with one row of controls, cover(stage) covers it as long as the
	 *     item is, seek(seconds) goes there in what is moved }
	 */
	constructor(viewer, on) {
		this.viewer = viewer;
		this.on = on;
		this.stage = byId("second");
		this.second = new Viewer(this.stage, { view: viewer.view, canMark: false });
		this.moments = new Moments(byId("moments"), (seconds) => on.seek(seconds));
		this.compare = byId("compare");
		this.bar = byId("views");
		this.says = byId("view-says");
		for (const stage of [viewer.element, this.stage])
			stage.addEventListener("keydown", (event) => this.zoomKey(event));
		this.close();
	}

	/** @param {object} dispute with evidence  @param {object} medium the item's  @param {Promise<object|null>} partner the other's medium, or null */
	async open(dispute, medium, partner) {
		this.close();
		this.opened = dispute.id;
		this.medium = medium;
		this.original = null;
		this.originalUrl = dispute.evidence.original_url;
		this.heard = null;
		this.told_s = (dispute.item.media.duration_ms ?? 0) / 1000;
		if (medium.type !== "image")
			this.moments.expect();
		this.drawBar(false);
		const found = await partner.catch(() => null);
		if (this.opened !== dispute.id)
			return;
		this.partner = found;
		this.drawBar(Boolean(found));
	}

	close() {
		this.show(null);
		this.opened = this.medium = this.partner = this.marks = null;
		this.moments.close();
		this.bar.hidden = this.says.hidden = true;
		this.bar.replaceChildren();
	}

	drawBar(pair) {
		const kinds = KINDS[this.medium.type].filter((kind) => pair || !NEEDS_PAIR.includes(kind));
		const zoom = (words, factor, sign) => el("button", { type: "button", "aria-label": sign && words, title: sign && words, onclick: () => this.zoom(factor) }, sign ?? words);
		this.heatButton = el("button", { type: "button", "aria-pressed": "false", "data-testid": "heat", onclick: () => this.heat() }, t("board.heat"));
		this.bar.replaceChildren(
			el("div", { class: "choices", role: "group", "aria-label": t("board.beside") }, el("span", { class: "quiet", "aria-hidden": "true" }, t("board.beside")),
				kinds.map((kind) => el("button", { type: "button", "aria-pressed": "false", value: kind, "data-testid": `view-${kind}`, onclick: () => this.choose(kind) }, term("view", kind)))),
			el("div", { class: "choices" }, this.heatButton, this.medium.type === "audio" ? null : [zoom(t("board.closer"), 2, "+"), zoom(t("board.farther"), 0.5, "−"), zoom(t("board.whole"), 0)]));
		this.bar.hidden = false;
	}

	/** Chosen once more, it goes. */
	choose(kind) {
		return this.show(this.kind === kind ? null : kind);
	}

	async show(kind) {
		clearInterval(this.flicker);
		const { paired } = this;
		this.paired = false;
		this.kind = kind;
		this.head = this.rows = null;
		this.compare.hidden = true;
		this.compare.replaceChildren();
		for (const button of this.bar.querySelectorAll("[value]"))
			button.setAttribute("aria-pressed", String(button.value === kind));
		this.stage.hidden = kind === null;
		this.says.hidden = kind === null;
		this.says.textContent = kind === null ? "" : t("board.making");
		if (paired)
			this.on.together({ item: this.medium }, { item: this.viewer });
		if (kind === null)
			return;
		this.stage.setAttribute("aria-label", t("board.stage", { view: term("view", kind) }));
		let made = null;
		try {
			made = await this.make(kind);
		} catch (error) {
			console.error(error); // the sentence says it
		}
		if (this.kind !== kind)
			return;
		this.says.textContent = made ? made.says : t("board.cannot");
		if (made)
			this.lay(kind, made);
		else
			this.second.show(el("p", { class: "quiet" }), { width: 0, height: 0 });
	}

	lay(kind, { node, shape, copy, match, rows, draw }) {
		this.on.cover(this.stage);
		this.second.show(node, shape);
		draw?.();
		this.rows = rows;
		if (kind === "pair")
			this.together(copy, { left: this.viewer, right: this.second }, match);
		if (IN_TIME.includes(kind))
			this.layInTime(match);
		if (kind === "flicker") {
			this.says.append(" ", el("button", { type: "button", class: "plain", "data-testid": "turn", onclick: () => this.turn(node) }, t("board.turn")));
			if (!calm())
				this.flicker = setInterval(() => this.turn(node), FLICKER_MS);
		}
	}

	/** Both in one row of controls, and equally loud. */
	together(other, viewers, match) {
		this.paired = true;
		this.on.together({ left: this.medium, right: other }, viewers, match);
		if (this.medium.type === "video" && match)
			[this.medium, other].forEach(({ node }, n) => { node.volume = match.gains[n]; });
	}

	/** What lies over the disputed one's time has its marks below, and shows where it is. Of two sounds both are heard. */
	layInTime(match) {
		this.head = el("span", { class: "head", hidden: true });
		this.second.lens.append(this.head);
		if (this.medium.type === "audio" && match)
			this.together(this.partner, { left: this.viewer }, match);
		this.layMarks();
	}

	/** When volunteers pointed, below what lies over the same time, and beside its numbers. */
	layMarks() {
		if (!this.head || !this.marks)
			return;
		this.second.lens.querySelector(".moment-bars")?.remove();
		this.second.lens.append(momentBars(this.marks));
		this.compare.hidden = !this.rows;
		if (this.rows)
			this.compare.replaceChildren(differenceTable(this.rows, this.marks.moments));
	}

	/** Where the film or sound is. */
	moved(seconds) {
		this.moments.moved(seconds);
		if (!this.head)
			return;
		this.head.hidden = false;
		this.head.style.left = `${Math.min(100, (100 * seconds) / this.length_s)}%`;
	}

	get length_s() {
		return this.medium.buffer?.duration ?? this.medium.node.duration;
	}

	turn(pictures) {
		pictures.lastElementChild.hidden = !pictures.lastElementChild.hidden;
	}

	/** What stands beside: { node, shape, says, copy? }. */
	async make(kind) {
		const { medium, partner } = this;
		const drawn = (canvas, says) => ({ node: canvas, shape: canvas, says });
		if (kind === "pair")
			return this.makePair();
		if (IN_TIME.includes(kind))
			return this.makeSound(kind);
		if (kind === "difference")
			return drawn(difference(medium.node, partner.node), t("board.difference_said"));
		if (kind === "flicker")
			return this.makeFlicker();
		if (kind === "frames")
			return drawn(await frameSheet([medium, partner].filter((one) => one?.type === "video").map((one) => one.node)), t(partner ? "board.frames_pair" : "board.frames_said"));
		const { picture, of } = await this.best();
		if (kind === "original")
			return of === "original" ? drawn(copyPicture(picture), t("board.original_said")) : null;
		if (kind === "error_levels")
			return drawn(await errorLevels(picture), t("board.error_said", { of: term("picture_of", of) }));
		const light = brightness(picture);
		return drawn(drawBrightness(light), t("board.brightness_said", { of: term("picture_of", of), black: share(light.black), white: share(light.white) }));
	}

	async makePair() {
		const copy = copyOf(this.partner), match = this.medium.type === "image" ? null : await this.matched().catch(() => null);
		const says = [t("board.pair_said"), match && this.medium.type === "audio" ? `${matchWords(match)} ${t("sounds.keys")}` : match && !match.silent ? t("board.films_heard") : null];
		return { node: copy.node, shape: this.partner, copy, match: match ?? undefined, says: says.filter(Boolean).join(" ") };
	}

	/** The waveform and spectrogram of a film's sound; or how far two sounds differ. */
	async makeSound(kind) {
		const shape = { width: 0, height: 0 };
		if (kind === "sound") {
			const node = el("canvas", { role: "img", "aria-label": t("board.sound_picture") }), [buffer] = await this.hear(this.medium);
			return { node, shape, says: t(isSilent(buffer) ? "board.sound_silent" : "board.sound_said"), draw: () => drawSound(node, buffer) };
		}
		const [match, one, other] = [await this.matched(), ...await this.hear(this.medium, this.partner)];
		const made = await soundDifference(one, other, match, () => this.kind === kind);
		return made && { node: made.canvas, rows: made.rows, match, shape, says: `${t("board.sounds_said")} ${matchWords(match)} ${mostWords(made.rows)}${this.medium.type === "audio" ? ` ${t("sounds.keys")}` : ""}` };
	}

	/** The sounds of these, decoded: of films once, and kept no longer than the item is on the desk. */
	hear(...media) {
		this.heard ??= new Map();
		for (const one of media)
			if (!this.heard.has(one))
				this.heard.set(one, one.buffer ? Promise.resolve(one.buffer) : one.hear());
		return Promise.all(media.map((one) => this.heard.get(one)));
	}

	/** How the two sounds are laid together. */
	async matched() {
		const { opened } = this;
		return matchSounds(...await this.hear(this.medium, this.partner), () => this.opened === opened);
	}

	makeFlicker() {
		const { medium, partner } = this;
		const pictures = el("div", { class: "flick" }, copyPicture(medium.node), copyPicture(partner.node));
		return { node: pictures, shape: medium, says: t("board.flicker_said") };
	}

	/** The original, where this browser can draw it; else the rendition that volunteers saw, or the film's frame. */
	async best() {
		if (this.medium.type !== "image")
			return { picture: this.medium.node, of: "frame" };
		this.original ??= fetch(this.originalUrl, { credentials: "same-origin" })
			.then((answer) => (answer.ok ? answer.blob() : Promise.reject(new Error("no original")))).then((blob) => createImageBitmap(blob));
		try {
			return { picture: await this.original, of: "original" };
		} catch {
			return { picture: this.medium.node, of: "rendition" };
		}
	}

	zoom(factor) {
		const { view } = this.viewer;
		view.zoomAt(0.5, 0.5, factor === 0 ? 1 / view.zoom : factor);
	}

	/** + and - zoom at the cross, 0 shows all again; arrows that move the cross take the picture along. */
	zoomKey(event) {
		if (event.ctrlKey || event.metaKey || event.altKey || !["+", "-", "0"].includes(event.key) || !this.opened)
			return;
		const { view, spot } = event.currentTarget === this.stage ? this.second : this.viewer;
		view.zoomAt(view.x + spot.x * view.zoom, view.y + spot.y * view.zoom, event.key === "0" ? 1 / view.zoom : event.key === "+" ? 2 : 0.5);
		event.preventDefault();
	}

	/** Where volunteers pointed, on the item, the more the stronger; and when. */
	pointed(marks) {
		this.marks = marks;
		if (this.medium && this.medium.type !== "image")
			this.moments.show(marks, this.told_s || this.length_s);
		this.layMarks();
		if (this.heatButton)
			this.heatButton.disabled = marks.cells.length === 0;
	}

	heat() {
		const shown = this.viewer.lens.querySelector(".heat");
		this.heatButton.setAttribute("aria-pressed", String(!shown));
		if (shown) {
			shown.remove();
			return;
		}
		const { side, cells } = this.marks ?? { side: 1, cells: [] };
		const most = Math.max(1, ...cells.map(({ real, fake }) => real + fake));
		this.viewer.lens.append(svg("svg", { class: "heat", viewBox: `0 0 ${side} ${side}`, preserveAspectRatio: "none", role: "img", "aria-label": t("board.heat_label", { n: cells.length }) },
			cells.map(({ column, row, real, fake }) => svg("rect", { x: column, y: row, width: 1, height: 1, "fill-opacity": (0.25 + (0.6 * (real + fake)) / most).toFixed(2), class: fake >= real ? "f" : "r" },
				svg("title", {}, t("board.heat_cell", { fake, real }))))));
	}
}

/** A picture or frame on a canvas of its own. */
function copyPicture(source) {
	const canvas = document.createElement("canvas");
	canvas.width = source.naturalWidth || source.videoWidth || source.width;
	canvas.height = source.naturalHeight || source.videoHeight || source.height;
	canvas.getContext("2d").drawImage(source, 0, 0, canvas.width, canvas.height);
	return canvas;
}

/** The same medium once more: a node stands in one place. */
function copyOf(medium) {
	if (medium.type === "audio")
		return { ...medium, node: el("canvas", { role: "img", "aria-label": t("dispute.partner") }) };
	const node = medium.node.cloneNode();
	if (medium.type === "video") {
		node.muted = true;
		node.loop = true;
	}
	return { ...medium, node };
}
