// SPDX-License-Identifier: Apache-2.0
// clips.js: the videos on the table as one: they start, stop, scrub and step together.

const DRIFT_S = 0.12;

export class Clips {
	/** @param {HTMLVideoElement[]} videos  @param {(fraction: number, playing: boolean) => void} onMove */
	constructor(videos, onMove) {
		this.videos = videos;
		this.onMove = onMove;
		this.frame_s = 1 / 25;
		this.compare();
		for (const one of videos) {
			// Some browsers do not know how long a film is until it plays.
			one.addEventListener("durationchange", () => this.compare());
			for (const name of ["timeupdate", "play", "pause", "seeked"])
				one.addEventListener(name, () => { if (one === this.lead) this.follow(); });
		}
		this.measure(videos[0]);
	}

	/** The longest leads. Films of one length are held together while they play. */
	compare() {
		const { videos } = this;
		this.lead = videos.reduce((long, one) => (one.duration > long.duration || Number.isNaN(long.duration) ? one : long));
		this.alike = videos.length > 1 && videos.every((one) => this.lead.duration - one.duration < DRIFT_S);
	}

	/** How long a frame lasts, seen from the frames themselves. */
	measure(video) {
		if (!video.requestVideoFrameCallback)
			return;
		let last = null;
		let seen = 0;
		const look = (_, { mediaTime }) => {
			const gap = last === null ? 0 : mediaTime - last;
			if (gap > 0.005 && gap < 0.2)
				this.frame_s = seen === 0 ? gap : Math.min(this.frame_s, gap);
			last = mediaTime;
			seen += gap > 0 ? 1 : 0;
			if (seen < 12)
				video.requestVideoFrameCallback(look);
		};
		video.requestVideoFrameCallback(look);
	}

	follow() {
		if (this.alike && this.playing) {
			const other = this.videos.find((one) => one !== this.lead);
			if (Math.abs(other.currentTime - this.lead.currentTime) > DRIFT_S && this.lead.currentTime < this.lead.duration - 0.3)
				other.currentTime = this.lead.currentTime;
		}
		this.onMove(this.lead.currentTime / this.lead.duration || 0, this.playing);
	}

	get playing() {
		return !this.lead.paused;
	}

	/** A browser may refuse to start by itself; then the button waits. */
	async play() {
		await Promise.allSettled(this.videos.map((one) => one.play()));
		this.follow();
	}

	pause() {
		for (const one of this.videos)
			one.pause();
		this.follow();
	}

	toggle() {
		return this.playing ? this.pause() : this.play();
	}

	scrub(fraction) {
		this.seek(fraction * this.lead.duration);
	}

	/** One frame forwards or back, in both. */
	step(frames) {
		this.pause();
		this.seek(this.lead.currentTime + frames * this.frame_s);
	}

	seek(seconds) {
		if (!Number.isFinite(seconds))
			return;
		for (const one of this.videos)
			one.currentTime = Math.min(Math.max(0, seconds), Math.max(0, (one.duration || 0) - 0.001));
		this.onMove(seconds / this.lead.duration || 0, this.playing);
	}
}
