// SPDX-License-Identifier: Apache-2.0
// gestures.js: fingers, mouse and wheel on a viewer. A tap marks, a drag moves, a pinch or the wheel zooms.

const STILL_PX = 6;

/**
 * @param {HTMLElement} viewer
 * @param {object} act { at(event) -> {x, y} in fractions of the medium's box, zoom(point, factor), pan(dx, dy),
 *   tap(point), zoomed() -> bool }
 */
export function watchGestures(viewer, act) {
	const down = new Map();
	let moved = false;
	let onMedium = false;
	let spread = 0;

	const middle = () => {
		const points = [...down.values()];
		return {
			x: points.reduce((sum, p) => sum + p.x, 0) / points.length,
			y: points.reduce((sum, p) => sum + p.y, 0) / points.length,
		};
	};
	const distance = () => {
		const [a, b] = [...down.values()];
		return Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY);
	};
	const hold = (event) => ({ ...act.at(event), clientX: event.clientX, clientY: event.clientY });

	viewer.addEventListener("pointerdown", (event) => {
		onMedium = event.button === 0 && !event.target.closest("button, a, input");
		if (!onMedium)
			return;
		if (down.size === 0)
			moved = false;
		down.set(event.pointerId, { ...hold(event), startX: event.clientX, startY: event.clientY });
		if (down.size === 2) {
			moved = true;
			spread = distance();
		}
	});

	viewer.addEventListener("pointermove", (event) => {
		const before = down.get(event.pointerId);
		if (!before)
			return;
		if (!moved && Math.hypot(event.clientX - before.startX, event.clientY - before.startY) < STILL_PX)
			return;
		moved = true;
		if (!viewer.hasPointerCapture(event.pointerId))
			viewer.setPointerCapture(event.pointerId);
		const centre = middle();
		down.set(event.pointerId, { ...before, ...hold(event) });
		const now = middle();
		if (act.zoomed())
			act.pan(now.x - centre.x, now.y - centre.y);
		if (down.size === 2 && spread > 0) {
			act.zoom(now, distance() / spread);
			spread = distance();
		}
	});

	const lift = (event) => down.delete(event.pointerId);
	viewer.addEventListener("pointerup", lift);
	viewer.addEventListener("pointercancel", lift);

	// Not at pointerup: a finger's click follows it, and would press the very mark that the tap has just made.
	viewer.addEventListener("click", (event) => {
		if (onMedium && !moved && !event.target.closest("button, a, input"))
			act.tap(act.at(event));
	});

	viewer.addEventListener("wheel", (event) => {
		event.preventDefault();
		act.zoom(act.at(event), Math.exp(-event.deltaY * (event.ctrlKey ? 0.01 : 0.002)));
	}, { passive: false });
}
