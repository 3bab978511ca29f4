// SPDX-License-Identifier: Apache-2.0
// spectrogram.js: draws a clip: its waveform above, below it what sounds at which pitch (0 to 12 kHz, louder is lighter).

const SIZE = 1024;
const TOP_HZ = 12000;
const FLOOR_DB = -85;

const window_ = Float32Array.from({ length: SIZE }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / (SIZE - 1)));

/** In-place radix-2 FFT (Cooley and Tukey 1965) of SIZE points. */
function fft(re, im) {
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
		const angle = (-2 * Math.PI) / span;
		for (let k = 0; k < span / 2; k += 1) {
			const cos = Math.cos(angle * k);
			const sin = Math.sin(angle * k);
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

function mono(buffer) {
	const out = new Float32Array(buffer.length);
	for (let channel = 0; channel < buffer.numberOfChannels; channel += 1) {
		const samples = buffer.getChannelData(channel);
		for (let i = 0; i < out.length; i += 1)
			out[i] += samples[i] / buffer.numberOfChannels;
	}
	return out;
}

function drawWave(paint, samples, width, height) {
	paint.fillStyle = "#d5d8dc";
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

function column(samples, centre) {
	const re = new Float32Array(SIZE);
	const im = new Float32Array(SIZE);
	for (let i = 0; i < SIZE; i += 1)
		re[i] = (samples[centre - SIZE / 2 + i] ?? 0) * window_[i];
	fft(re, im);
	return (bin) => 20 * Math.log10(Math.hypot(re[bin], im[bin]) / (SIZE / 4) + 1e-9);
}

function drawSpectrum(paint, buffer, samples, width, top, height) {
	const picture = paint.createImageData(width, height);
	const bins = (TOP_HZ / buffer.sampleRate) * SIZE;
	for (let x = 0; x < width; x += 1) {
		const loud = column(samples, Math.floor(((x + 0.5) * samples.length) / width));
		for (let y = 0; y < height; y += 1) {
			const db = loud(Math.floor((1 - (y + 0.5) / height) * bins));
			const light = Math.min(1, Math.max(0, (db - FLOOR_DB) / -FLOOR_DB));
			const at = (y * width + x) * 4;
			picture.data.fill(Math.round(16 + 235 * light ** 1.3), at, at + 3);
			picture.data[at + 3] = 255;
		}
	}
	paint.putImageData(picture, 0, top);
}

/** Draws the clip at the canvas's own size on screen. */
export function drawSound(canvas, buffer) {
	const scale = Math.min(2, window.devicePixelRatio || 1);
	const width = Math.max(200, Math.min(1400, Math.round(canvas.clientWidth * scale)));
	const height = Math.max(100, Math.min(900, Math.round(canvas.clientHeight * scale)));
	if (canvas.width === width && canvas.height === height && canvas.dataset.drawn)
		return;
	canvas.width = width;
	canvas.height = height;
	canvas.dataset.drawn = "yes";
	const paint = canvas.getContext("2d");
	const samples = mono(buffer);
	const wave = Math.round(height * 0.34);
	paint.fillStyle = "#101112";
	paint.fillRect(0, 0, width, height);
	drawWave(paint, samples, width, wave);
	drawSpectrum(paint, buffer, samples, width, wave, height - wave);
}
