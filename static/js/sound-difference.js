// SPDX-License-Identifier: Apache-2.0
// sound-difference.js: two sounds laid over each other as a picture, and as a table: both waveforms, below them which pitch is
// louder in the one and in the other.

import { el } from "./dom.js";
import { t } from "./lang.js";
import { drawWave, mono } from "./spectrogram.js";
import { compareSounds } from "./sound-pair.js";
import { fixed } from "./words.js";

const WIDTH = 960;
const HEIGHT = 540;
const COLUMNS = 480;
const WAVE = 96;
/** What differs by so much is drawn as light as there is. */
const FULL_DB = 24;
/** Violet and green, which few people take for each other: the first sound's and the other's. */
const COLOURS = [[207, 140, 255], [95, 211, 141]];
const ROWS = 20;
/** A shift that is smaller is none. */
const TOGETHER_S = 0.0075;
const AS_LOUD_DB = 0.5;

/** The other's waveform, laid to the first's. */
function laid(samples, rate, { later_s: later }, length_s) {
	const from = Math.round(later * rate), out = new Float32Array(Math.round(length_s * rate));
	for (let i = Math.max(0, -from); i < out.length && i + from < samples.length; i += 1)
		out[i] = samples[i + from];
	return out;
}

function drawWaves(paint, one, other, match) {
	const waves = [mono(one), laid(mono(other), other.sampleRate, match, one.duration)];
	waves.forEach((samples, n) => {
		paint.save();
		paint.translate(0, n * WAVE);
		paint.fillStyle = `rgb(${COLOURS[n].join(" ")})`;
		drawWave(paint, samples.map((value) => value * match.gains[n]), WIDTH, WAVE);
		paint.restore();
	});
}

function drawColumn(paint, strip, n, differ) {
	const { width, height, data } = strip;
	for (let y = 0; y < height; y += 1) {
		const by = differ[Math.floor((1 - (y + 0.5) / height) * differ.length)];
		const share = Math.min(1, Math.abs(by) / FULL_DB), colour = COLOURS[by > 0 ? 0 : 1];
		for (let x = 0; x < width; x += 1) {
			for (let c = 0; c < 3; c += 1)
				data[(y * width + x) * 4 + c] = 16 + share * (colour[c] - 16);
			data[(y * width + x) * 4 + 3] = 255;
		}
	}
	paint.putImageData(strip, n * width, 2 * WAVE);
}

const mean = (list) => (list.length > 0 ? list.reduce((sum, value) => sum + value, 0) / list.length : null);

/** Some columns as one row of the table: { at_s, one, other, differ } in dB; null where the other has nothing. */
function rowOf(columns, at_s) {
	const both = columns.filter(({ differ }) => differ !== null);
	return { at_s, one: mean(columns.map(({ levels }) => levels[0])), other: mean(both.map(({ levels }) => levels[1])), differ: mean(both.map(({ differ }) => differ)) };
}

/**
 * Draws two sounds, some milliseconds at a time. Answers { canvas, rows } where it is wanted to the end, else null.
 * @param {AudioBuffer} one  @param {AudioBuffer} other  @param {object} match of matchSounds()
 */
export async function soundDifference(one, other, match, wanted) {
	const canvas = el("canvas", { width: WIDTH, height: HEIGHT, role: "img", "aria-label": t("sounds.picture") });
	const paint = canvas.getContext("2d");
	paint.fillStyle = "#101112";
	paint.fillRect(0, 0, WIDTH, HEIGHT);
	drawWaves(paint, one, other, match);
	const strip = paint.createImageData(WIDTH / COLUMNS, HEIGHT - 2 * WAVE), columns = [];
	const whole = await compareSounds(one, other, match, COLUMNS, (n, differ, levels) => {
		if (differ)
			drawColumn(paint, strip, n, differ);
		columns.push({ levels, differ: differ && mean([...differ].map(Math.abs)) });
	}, wanted);
	const each = COLUMNS / ROWS;
	return whole ? { canvas, rows: Array.from({ length: ROWS }, (_, n) => rowOf(columns.slice(n * each, (n + 1) * each), (n * one.duration) / ROWS)) } : null;
}

/** How they were laid together, in words. */
export function matchWords({ later_s: later, aligned, louder_db: louder, silent }) {
	if (silent)
		return t("sounds.silent");
	const ms = Math.round(Math.abs(later) * 1000), db = fixed(Math.abs(louder), 1);
	const shift = !aligned ? t("sounds.not_aligned") : ms < TOGETHER_S * 1000 ? t("sounds.together") : later > 0 ? t("sounds.later", { ms }) : t("sounds.sooner", { ms });
	const loud = Math.abs(louder) < AS_LOUD_DB ? t("sounds.as_loud") : louder > 0 ? t("sounds.louder", { db }) : t("sounds.quieter", { db });
	return `${shift} ${loud}`;
}

/** Where they differ most, in words. */
export function mostWords(rows) {
	const most = rows.reduce((best, row) => ((row.differ ?? -1) > (best.differ ?? -1) ? row : best));
	return most.differ === null ? t("sounds.never") : t("sounds.most", { seconds: fixed(most.at_s, 1), db: fixed(most.differ, 1) });
}

/** The same as numbers, with who pointed there. @param {{step: number, real: number, fake: number}[]} moments of as many steps as there are rows */
export function differenceTable(rows, moments) {
	const heads = [t("sounds.from"), t("sounds.one"), t("sounds.other"), t("sounds.differ"), t("sounds.real"), t("sounds.fake")];
	const db = (value) => (value === null ? t("sounds.none") : fixed(value, 1));
	return el("details", { "data-testid": "sound-table" }, el("summary", {}, t("sounds.table")),
		el("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": t("sounds.table_label") }, el("table", {},
			el("thead", {}, el("tr", {}, heads.map((word) => el("th", { scope: "col" }, word)))),
			el("tbody", {}, rows.map((row, n) => {
				const { real = 0, fake = 0 } = moments.find(({ step }) => step === n) ?? {};
				return el("tr", {}, el("th", { scope: "row" }, fixed(row.at_s, 1)), [row.one, row.other, row.differ].map((value) => el("td", {}, db(value))),
					[real, fake].map((value) => el("td", {}, String(value))));
			})))));
}
