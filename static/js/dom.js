// SPDX-License-Identifier: Apache-2.0
// dom.js: making elements. Text goes in as text; nothing here can turn data into markup.

const SVG = "http://www.w3.org/2000/svg";

function fill(node, attributes, children) {
	for (const [name, value] of Object.entries(attributes)) {
		if (value === undefined || value === null || value === false)
			continue;
		if (typeof value === "function")
			node.addEventListener(name.replace(/^on/, ""), value);
		else
			node.setAttribute(name, value === true ? "" : String(value));
	}
	node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
	return node;
}

/** el("p", { class: "quiet", onclick: f }, "text", child): an HTML element. */
export function el(tag, attributes = {}, ...children) {
	return fill(document.createElement(tag), attributes, children);
}

/** The same for SVG. */
export function svg(tag, attributes = {}, ...children) {
	return fill(document.createElementNS(SVG, tag), attributes, children);
}

/** @returns {any} the element with this id, which the page must have */
export function byId(id) {
	const node = document.getElementById(id);
	if (!node)
		throw new Error(`the page has no #${id}`);
	return node;
}

/** Shows one of the page's sections and hides its siblings of the same kind. */
export function showOnly(section, all) {
	for (const one of all)
		one.hidden = one !== section;
}

/** Moves the focus to a heading or section so that a screen reader reads on from there. */
export function focusOn(node) {
	if (!node.hasAttribute("tabindex"))
		node.setAttribute("tabindex", "-1");
	node.focus({ preventScroll: true });
}

/** Says a sentence to a screen reader without moving the focus. The page has <p id="says" role="status">. */
export function say(words) {
	const live = byId("says");
	live.textContent = "";
	setTimeout(() => { live.textContent = words; }, 50);
}

/** Is the person typing, or inside a dialog? Then keys belong to that, not to the page. */
export function isTyping(event) {
	const target = event.target;
	if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing)
		return true;
	if (!(target instanceof Element))
		return false;
	return Boolean(target.closest("input:not([type=range]):not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable], dialog"));
}
