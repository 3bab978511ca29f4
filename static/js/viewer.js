// SPDX-License-Identifier: Apache-2.0
// viewer.js: the place where one medium is looked at. The lens is exactly the medium's box; it zooms, and marks lie
// on it in fractions of the medium, so that they stay where they were put at any size.

import { el } from "./dom.js";
import { watchGestures } from "./gestures.js";
import { meant } from "./keyboard.js";
import { t } from "./lang.js";

/** As many as the server takes. */
const MOST_MARKS = 12;
const STEP = 0.02;

export class Viewer {
	/**
	 * @param {HTMLElement} element the viewer
	 * @param {object} options { view, now() -> ms in a video or null, onMarks(marks), canMark }
	 */
	constructor(element, { view, now = () => null, onMarks = () => {}, canMark = true }) {
		this.element = element;
		this.view = view;
		this.now = now;
		this.onMarks = onMarks;
		this.canMark = canMark;
		this.marks = [];
		this.lens = el("div", { class: "lens" });
		this.cross = el("span", { class: "cross", hidden: true });
		element.replaceChildren(this.lens);
		new ResizeObserver(() => this.fit()).observe(element);
		view.follow(() => this.place());
		watchGestures(element, {
			at: (event) => this.at(event),
			zoom: (point, factor) => view.zoomAt(point.x, point.y, factor),
			pan: (dx, dy) => view.pan(dx, dy),
			zoomed: () => view.zoom > 1,
			tap: (point) => this.mark(view.spot(point.x, point.y)),
		});
		element.addEventListener("keydown", (event) => this.key(event));
		element.addEventListener("blur", () => { this.cross.hidden = true; });
	}

	/** Puts a medium on the viewer: a node that fills the lens, of this shape. */
	show(node, { width, height }) {
		this.shape = width > 0 && height > 0 ? width / height : 0;
		this.spot = { x: 0.5, y: 0.5 };
		this.marks = [];
		this.cross.hidden = true;
		this.lens.replaceChildren(node, this.cross);
		this.fit();
		this.place();
	}

	/** The largest box of the medium's shape that the viewer holds; without a shape, all of it. */
	fit() {
		const { clientWidth: width, clientHeight: height } = this.element;
		if (width === 0 || height === 0)
			return;
		const wide = this.shape ? Math.min(width, height * this.shape) : width;
		const high = this.shape ? wide / this.shape : height;
		this.box = { left: (width - wide) / 2, top: (height - high) / 2, width: wide, height: high };
		this.lens.style.width = `${wide}px`;
		this.lens.style.height = `${high}px`;
	}

	place() {
		const { zoom, x, y } = this.view;
		this.lens.style.transform = `translate(${x * 100}%, ${y * 100}%) scale(${zoom})`;
		this.lens.style.setProperty("--zoom", String(zoom));
		this.element.classList.toggle("zoomed", zoom > 1);
	}

	/** Where an event is, in fractions of the lens as it lies unzoomed. */
	at(event) {
		const rect = this.element.getBoundingClientRect();
		const { left, top, width, height } = this.box;
		return { x: (event.clientX - rect.left - left) / width, y: (event.clientY - rect.top - top) / height };
	}

	mark({ x, y }) {
		if (!this.canMark || x < 0 || x > 1 || y < 0 || y > 1 || this.marks.length >= MOST_MARKS)
			return;
		const at = this.now();
		const mark = { x: Math.round(x * 1e4) / 1e4, y: Math.round(y * 1e4) / 1e4 };
		if (at !== null)
			mark.t_ms = Math.round(at);
		this.putMark(mark);
		this.onMarks(this.marks);
	}

	/** Marks that were made before. */
	putMarks(marks) {
		for (const mark of marks)
			this.putMark(mark);
	}

	putMark(mark) {
		const button = el("button", {
			type: "button", class: "mark", "data-testid": "mark",
			"aria-label": t("viewer.mark", { n: this.marks.length + 1 }),
			onclick: () => this.unmark(mark, button),
		});
		this.pin(button, mark);
		this.marks.push(mark);
	}

	unmark(mark, button) {
		this.marks = this.marks.filter((one) => one !== mark);
		button.remove();
		this.element.focus({ preventScroll: true });
		this.onMarks(this.marks);
	}

	/** Lays a node on the medium at a spot. */
	pin(node, { x, y }) {
		node.style.left = `${x * 100}%`;
		node.style.top = `${y * 100}%`;
		this.lens.append(node);
	}

	/** Frames a region of the medium. */
	frame({ x, y, width, height }) {
		const frame = el("span", { class: "region" });
		frame.style.width = `${width * 100}%`;
		frame.style.height = `${height * 100}%`;
		this.pin(frame, { x, y });
	}

	/** For hands on the keyboard: arrows move a cross, M marks there, Backspace takes the last mark back. */
	key(event) {
		if (event.target !== this.element || event.ctrlKey || event.metaKey || event.altKey)
			return;
		const by = event.shiftKey ? STEP * 5 : STEP;
		const moves = { ArrowLeft: [-by, 0], ArrowRight: [by, 0], ArrowUp: [0, -by], ArrowDown: [0, by] };
		if (moves[event.key]) {
			const [dx, dy] = moves[event.key];
			this.spot = {
				x: Math.min(1, Math.max(0, this.spot.x + dx / this.view.zoom)),
				y: Math.min(1, Math.max(0, this.spot.y + dy / this.view.zoom)),
			};
			this.cross.hidden = false;
			this.pin(this.cross, this.spot);
			this.view.reveal(this.spot.x, this.spot.y);
		} else if (meant(event) === "m") {
			this.mark(this.spot);
		} else if (event.key === "Backspace" && this.marks.length > 0) {
			const buttons = this.lens.querySelectorAll(".mark");
			this.unmark(this.marks[this.marks.length - 1], buttons[buttons.length - 1]);
		} else {
			return;
		}
		event.preventDefault();
	}

	/** Steps closer at the cross; past the closest, all of it again. */
	zoomStep() {
		const { view } = this;
		if (view.zoom >= 8) {
			view.zoomAt(0.5, 0.5, 1 / view.zoom);
			return;
		}
		const x = view.x + this.spot.x * view.zoom;
		const y = view.y + this.spot.y * view.zoom;
		view.zoomAt(x, y, 2);
	}
}
