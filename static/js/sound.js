// SPDX-License-Identifier: Apache-2.0
// sound.js: decodes clips and plays them one after another: A, B, A.

const RATE = 48000;
let context = null;

/** Decoding needs no permission to play, so the pair can be drawn before anybody touches it. */
export function decode(bytes) {
	return new OfflineAudioContext(1, 1, RATE).decodeAudioData(bytes);
}

export class Player {
	/** @param {(side: "left"|"right"|null, fraction: number) => void} onMove told on every frame while playing */
	constructor(onMove) {
		this.onMove = onMove;
		this.run = 0;
	}

	get playing() {
		return Boolean(this.source);
	}

	/** Plays these clips in turn: [{ side, buffer }]. A second call, or stop(), ends the first. */
	async play(clips) {
		this.stop();
		const run = ++this.run;
		context ??= new AudioContext();
		await context.resume();
		for (const clip of clips) {
			if (run !== this.run)
				return;
			await this.one(clip, run);
		}
		if (run === this.run)
			this.stop();
	}

	one({ side, buffer }, run) {
		return new Promise((resolve) => {
			const source = context.createBufferSource();
			source.buffer = buffer;
			source.connect(context.destination);
			const start = context.currentTime;
			const move = () => {
				if (run !== this.run || this.source !== source)
					return;
				this.onMove(side, Math.min(1, (context.currentTime - start) / buffer.duration));
				requestAnimationFrame(move);
			};
			source.onended = resolve;
			this.source = source;
			source.start();
			move();
		});
	}

	stop() {
		this.run += 1;
		this.source?.stop();
		this.source = null;
		this.onMove(null, 0);
	}
}
