// SPDX-License-Identifier: Apache-2.0
// view.js: what part of the media is seen. Two stages share one view, so both zoom at the same spot.
// A point is given in fractions of the medium's box on screen; x and y are where its corner lies.

const CLOSEST = 8;

export class View {
	constructor() {
		this.followers = [];
		this.reset();
	}

	follow(draw) {
		this.followers.push(draw);
	}

	reset() {
		this.zoom = 1;
		this.x = 0;
		this.y = 0;
		this.farthest = 1;
		this.tell();
	}

	/** Zooms by a factor and keeps the medium's spot under (x, y) where it is. */
	zoomAt(x, y, factor) {
		const zoom = Math.min(CLOSEST, Math.max(1, this.zoom * factor));
		const change = zoom / this.zoom;
		this.x = x - (x - this.x) * change;
		this.y = y - (y - this.y) * change;
		this.zoom = zoom;
		this.farthest = Math.max(this.farthest, zoom);
		this.settle();
	}

	pan(dx, dy) {
		this.x += dx;
		this.y += dy;
		this.settle();
	}

	/** Pans as far as it takes to see this spot of the medium. */
	reveal(x, y) {
		const left = this.x + x * this.zoom, top = this.y + y * this.zoom;
		this.pan(Math.max(0, -left) - Math.max(0, left - 1), Math.max(0, -top) - Math.max(0, top - 1));
	}

	/** The spot of the medium that lies under (x, y). */
	spot(x, y) {
		return { x: (x - this.x) / this.zoom, y: (y - this.y) / this.zoom };
	}

	settle() {
		this.x = Math.min(0, Math.max(1 - this.zoom, this.x));
		this.y = Math.min(0, Math.max(1 - this.zoom, this.y));
		this.tell();
	}

	tell() {
		for (const draw of this.followers)
			draw(this);
	}
}
