// SPDX-License-Identifier: Apache-2.0
// spectrogram.js: draws a clip: its waveform above, below it what sounds at which pitch (0 to 6 kHz, louder is lighter).

const SIZE = 2048;
/** The server's recipe ends every sound at 5.5 kHz, so that no codec's band tells. */
const TOP_HZ = 6000;
export const FLOOR_DB = -85;
const SLICE_MS = 7;

const hann = Float32Array.from({ length: SIZE }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / (SIZE - 1)));
const cosines = Float32Array.from({ length: SIZE / 2 }, (_, i) => Math.cos((2 * Math.PI * i) / SIZE));
const sines = Float32Array.from({ length: SIZE / 2 }, (_, i) => -Math.sin((2 * Math.PI * i) / SIZE));

/** The numbers that fft() turns round; one thread, so one pair is enough. */
const re = new Float32Array(SIZE);
const im = new Float32Array(SIZE);

/** In-place radix-2 FFT (Cooley and Tukey 1965) of re and im. */
function fft() {
	for (let i = 1, j = 0; i < SIZE; i += 1) {
		let bit = SIZE >> 1;
		for (; j & bit; bit >>= 1)
			j ^= bit;
		j ^= bit;
		if (i < j) {
			[re[i], re[j]] = [re[j], re[i]];
			[im[i], im[j]] = [im[j], im[i]];
		}
	}
	for (let span = 2; span <= SIZE; span <<= 1) {
		const stride = SIZE / span;
		for (let k = 0; k < span / 2; k += 1) {
			const cos = cosines[k * stride];
			const sin = sines[k * stride];
			for (let at = k; at < SIZE; at += span) {
				const to = at + span / 2;
				const x = re[to] * cos - im[to] * sin;
				const y = re[to] * sin + im[to] * cos;
				re[to] = re[at] - x;
				im[to] = im[at] - y;
				re[at] += x;
				im[at] += y;
			}
		}
	}
}

/** A clip's channels as one. */
export function mono(buffer) {
	const out = new Float32Array(buffer.length);
	for (let channel = 0; channel < buffer.numberOfChannels; channel += 1) {
		const samples = buffer.getChannelData(channel);
		for (let i = 0; i < out.length; i += 1)
			out[i] += samples[i] / buffer.numberOfChannels;
	}
	return out;
}

/** A list with a place for each frequency up to the highest that is drawn. */
export const spectrum = (buffer) => new Float32Array(Math.floor((TOP_HZ / buffer.sampleRate) * SIZE));

/** How high a place of such a list is, in Hz. */
export const pitch = (buffer, bin) => ((bin + 0.5) * buffer.sampleRate) / SIZE;

/**
 * Runs step(0) to step(count - 1), a few milliseconds at a time, so that the page answers meanwhile; the first ones at once.
 * Answers whether it came to the end: it stops when it is not `wanted` any more.
 */
export function inSlices(count, step, wanted) {
	return new Promise((resolve) => {
		let at = 0;
		const some = () => {
			const until = performance.now() + SLICE_MS;
			for (; at < count && wanted() && performance.now() < until; at += 1)
				step(at);
			if (at < count && wanted())
				requestAnimationFrame(some);
			else
				resolve(at === count);
		};
		some();
	});
}

/** Draws a waveform around the middle of a band that is `height` high. */
export function drawWave(paint, samples, width, height) {
	for (let x = 0; x < width; x += 1) {
		const from = Math.floor((x * samples.length) / width);
		const to = Math.max(from + 1, Math.floor(((x + 1) * samples.length) / width));
		let low = 1;
		let high = -1;
		for (let i = from; i < to; i += 1) {
			low = Math.min(low, samples[i]);
			high = Math.max(high, samples[i]);
		}
		const top = (height / 2) * (1 - high);
		paint.fillRect(x, top, 1, Math.max(1, (height / 2) * (high - low)));
	}
}

/** Writes how loud each frequency is around one sample into `db`; 0 is the loudest there can be. */
export function decibels(samples, centre, db) {
	im.fill(0);
	for (let i = 0; i < SIZE; i += 1)
		re[i] = (samples[centre - SIZE / 2 + i] ?? 0) * hann[i];
	fft();
	for (let bin = 0; bin < db.length; bin += 1)
		db[bin] = 20 * Math.log10(Math.hypot(re[bin], im[bin]) / (SIZE / 4) + 1e-9);
}

const lightness = (db) => 16 + 235 * Math.min(1, Math.max(0, (db - FLOOR_DB) / -FLOOR_DB)) ** 1.3;

/** Column by column. */
function drawSpectrum(paint, buffer, samples, { width, top, height }, wanted) {
	const db = spectrum(buffer);
	const strip = paint.createImageData(1, height);
	inSlices(width, (x) => {
		decibels(samples, Math.floor(((x + 0.5) * samples.length) / width), db);
		for (let y = 0; y < height; y += 1) {
			strip.data.fill(lightness(db[Math.floor((1 - (y + 0.5) / height) * db.length)]), y * 4, y * 4 + 3);
			strip.data[y * 4 + 3] = 255;
		}
		paint.putImageData(strip, x, top);
	}, wanted);
}

/** Draws the clip at the canvas's own size on screen. A later call for the same canvas ends an earlier one. */
export function drawSound(canvas, buffer) {
	const scale = Math.min(2, window.devicePixelRatio || 1);
	const width = Math.max(200, Math.min(1000, Math.round(canvas.clientWidth * scale)));
	const height = Math.max(100, Math.min(900, Math.round(canvas.clientHeight * scale)));
	const size = `${width}x${height}`;
	if (canvas.dataset.drawn === size)
		return;
	canvas.width = width;
	canvas.height = height;
	canvas.dataset.drawn = size;
	const paint = canvas.getContext("2d");
	const samples = mono(buffer);
	const top = Math.round(height * 0.34);
	paint.fillStyle = "#101112";
	paint.fillRect(0, 0, width, height);
	paint.fillStyle = "#d5d8dc";
	drawWave(paint, samples, width, top);
	drawSpectrum(paint, buffer, samples, { width, top, height: height - top }, () => canvas.isConnected && canvas.dataset.drawn === size);
}
