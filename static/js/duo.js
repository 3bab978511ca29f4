// SPDX-License-Identifier: Apache-2.0
// duo.js: a sound, or two that run together, of which one is heard: they are switched in the midst of it.

/** So fast one gives way to the other: at once, and without a click. */
const SWITCH_S = 0.008;
let context = null;

export class Duo {
	/**
	 * @param {{ buffer: AudioBuffer, gain: number, later_s: number }[]} sounds  later_s: so much later it has what the first has
	 * @param {(seconds: number, playing: boolean) => void} onMove told where the first is: on every frame while playing
	 */
	constructor(sounds, onMove) {
		this.sounds = sounds;
		this.onMove = onMove;
		this.heard = 0;
		this.from_s = 0;
		this.run = 0;
		this.voices = null;
	}

	get length_s() {
		return this.sounds[0].buffer.duration;
	}

	get playing() {
		return this.voices !== null;
	}

	get at_s() {
		return this.playing ? Math.min(this.length_s, this.from_s + context.currentTime - this.began) : this.from_s;
	}

	/** From where it stopped; from the beginning where it was at its end. */
	async play() {
		const run = ++this.run;
		context ??= new AudioContext();
		await context.resume();
		if (run !== this.run || this.playing)
			return;
		if (this.from_s >= this.length_s - 0.01)
			this.from_s = 0;
		this.began = context.currentTime;
		this.voices = this.sounds.map((sound, n) => this.voice(sound, n));
		this.voices[0].source.onended = () => {
			if (run === this.run)
				this.rest(this.length_s);
		};
		this.move(run);
	}

	/** Each begins where it belongs; one that is later than the first keeps silent until then. */
	voice({ buffer, gain, later_s: later }, n) {
		const source = context.createBufferSource(), loud = context.createGain();
		const at = this.from_s + later;
		source.buffer = buffer;
		loud.gain.value = n === this.heard ? gain : 0;
		source.connect(loud).connect(context.destination);
		source.start(this.began + Math.max(0, -at), Math.max(0, at));
		return { source, loud };
	}

	move(run) {
		if (run !== this.run || !this.playing)
			return;
		this.onMove(this.at_s, true);
		requestAnimationFrame(() => this.move(run));
	}

	rest(at_s) {
		this.run += 1;
		for (const { source } of this.voices ?? [])
			source.stop();
		this.voices = null;
		this.from_s = at_s;
		this.onMove(at_s, false);
	}

	pause() {
		this.rest(this.at_s);
	}

	/** Elsewhere; what plays goes on from there. */
	seek(seconds) {
		const goesOn = this.playing;
		this.rest(Math.min(this.length_s, Math.max(0, seconds)));
		return goesOn ? this.play() : undefined;
	}

	/** The other is heard, at the same moment. */
	turn() {
		this.heard = (this.heard + 1) % this.sounds.length;
		this.voices?.forEach(({ loud }, n) => loud.gain.setTargetAtTime(n === this.heard ? this.sounds[n].gain : 0, context.currentTime, SWITCH_S));
	}
}
