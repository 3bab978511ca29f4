// SPDX-License-Identifier: Apache-2.0
// pixels.js: pictures made of pictures, on canvases of this page: their difference, what JPEG would change, how light they are, and
// frames of a film beside one another.

/** More pixels a side would take too long. */
const LARGEST = 1400;
const ERROR_QUALITY = 0.9;
const GAIN = 15;
const FRAMES = 12;
const COLUMNS = 4;
const FRAME_WIDTH = 360;

const sizeOf = (source) => ({ width: source.naturalWidth || source.videoWidth || source.width, height: source.naturalHeight || source.videoHeight || source.height });

function blank(width, height) {
	const canvas = document.createElement("canvas");
	canvas.width = Math.max(1, Math.round(width));
	canvas.height = Math.max(1, Math.round(height));
	return canvas;
}

/** The picture, or the film's frame, on a canvas: of its own size, or of another's. */
function onCanvas(source, like = source) {
	const { width, height } = sizeOf(like);
	const shrink = Math.min(1, LARGEST / Math.max(width, height));
	const canvas = blank(width * shrink, height * shrink);
	canvas.getContext("2d", { willReadFrequently: true }).drawImage(source, 0, 0, canvas.width, canvas.height);
	return canvas;
}

const pixelsOf = (canvas) => canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);

/** How far two canvases of one size differ, so many times: black where they do not. */
function farApart(one, other, gain) {
	const canvas = blank(one.width, one.height), paint = canvas.getContext("2d");
	const a = pixelsOf(one), b = pixelsOf(other).data;
	for (let i = 0; i < a.data.length; i += 4) {
		for (let c = i; c < i + 3; c += 1)
			a.data[c] = Math.min(255, gain * Math.abs(a.data[c] - b[c]));
		a.data[i + 3] = 255;
	}
	paint.putImageData(a, 0, 0);
	return canvas;
}

/** Where two pictures differ; the second is stretched to the first. */
export const difference = (one, other) => farApart(onCanvas(one), onCanvas(other, one), 2);

/** How much each part changes when the picture is stored as JPEG once more (Krawetz 2007): parts that were put in may change otherwise. */
export async function errorLevels(source) {
	const canvas = onCanvas(source);
	const blob = await new Promise((resolve) => { canvas.toBlob(resolve, "image/jpeg", ERROR_QUALITY); });
	const again = await createImageBitmap(blob);
	const levels = farApart(canvas, onCanvas(again), GAIN);
	again.close();
	return levels;
}

/** How many pixels are how bright: { bins: red, green, blue and all, black: share of those at 0, white: at 255 }. */
export function brightness(source) {
	const { data } = pixelsOf(onCanvas(source));
	const bins = [0, 1, 2, 3].map(() => new Float64Array(256));
	for (let i = 0; i < data.length; i += 4) {
		for (let c = 0; c < 3; c += 1)
			bins[c][data[i + c]] += 1;
		bins[3][Math.round(0.2126 * data[i] + 0.7152 * data[i + 1] + 0.0722 * data[i + 2])] += 1;
	}
	const pixels = data.length / 4;
	return { bins, black: bins[3][0] / pixels, white: bins[3][255] / pixels };
}

/** Draws it: four curves over 0 to 255, on a scale of roots, so that few pixels are seen too. */
export function drawBrightness({ bins }) {
	const canvas = blank(768, 384), paint = canvas.getContext("2d");
	const most = Math.sqrt(Math.max(1, ...bins.flatMap((bin) => [...bin])));
	paint.fillStyle = "#101112";
	paint.fillRect(0, 0, canvas.width, canvas.height);
	["#ff6b6b", "#5fd38d", "#6aa8ff", "#ffffff"].forEach((colour, c) => {
		paint.strokeStyle = colour;
		paint.lineWidth = c === 3 ? 3 : 2;
		paint.beginPath();
		bins[c].forEach((count, at) => paint.lineTo((at + 0.5) * 3, canvas.height - 4 - (canvas.height - 12) * (Math.sqrt(count) / most)));
		paint.stroke();
	});
	return canvas;
}

const seeked = (film, to) => new Promise((resolve, reject) => {
	film.addEventListener("seeked", resolve, { once: true });
	film.addEventListener("error", () => reject(new Error("the film cannot be read")), { once: true });
	film.currentTime = to;
});

async function framesOf(source) {
	const film = document.createElement("video");
	film.muted = true;
	film.preload = "auto";
	film.src = source.src;
	await new Promise((resolve, reject) => {
		film.addEventListener("loadeddata", resolve, { once: true });
		film.addEventListener("error", () => reject(new Error("the film cannot be read")), { once: true });
	});
	const frames = [];
	for (let n = 0; n < FRAMES; n += 1) {
		await seeked(film, ((n + 0.5) / FRAMES) * film.duration);
		const height = (FRAME_WIDTH * film.videoHeight) / film.videoWidth;
		const frame = blank(FRAME_WIDTH, height);
		frame.getContext("2d").drawImage(film, 0, 0, frame.width, frame.height);
		frames.push(frame);
	}
	film.removeAttribute("src");
	return frames;
}

/** Twelve frames of each film in rows: a row of one, below it the same moments of the other. */
export async function frameSheet(films) {
	const all = [];
	for (const film of films)
		all.push(await framesOf(film));
	const height = Math.max(...all.map((frames) => frames[0].height));
	const sheet = blank(COLUMNS * FRAME_WIDTH, (FRAMES / COLUMNS) * all.length * height);
	const paint = sheet.getContext("2d");
	all.forEach((frames, film) => frames.forEach((frame, n) => {
		paint.drawImage(frame, (n % COLUMNS) * FRAME_WIDTH, (Math.floor(n / COLUMNS) * all.length + film) * height);
	}));
	return sheet;
}
