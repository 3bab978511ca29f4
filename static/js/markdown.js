// SPDX-License-Identifier: Apache-2.0
// markdown.js: as much Markdown as a dataset card uses: headings, paragraphs, lists, tables, code, bold. Everything
// goes in as text, so a card can hold no script.

import { el } from "./dom.js";
import { t } from "./lang.js";

/** Letters that a card writes as numbers, so that they are no markup. */
const unescaped = (text) => text.replace(/&#(\d{1,3});/g, (_, number) => String.fromCharCode(Number(number)));

/** `code`, **bold**, *emphasis* within a line. */
function inline(text) {
	return text.split(/(`[^`]+`|\*\*[^*]+\*\*|\*[^*\s][^*]*\*)/).filter(Boolean).map((part) => {
		if (part.length > 2 && part.startsWith("`") && part.endsWith("`"))
			return el("code", {}, part.slice(1, -1));
		if (part.length > 4 && part.startsWith("**") && part.endsWith("**"))
			return el("strong", {}, part.slice(2, -2));
		if (part.length > 2 && part.startsWith("*") && part.endsWith("*"))
			return el("em", {}, part.slice(1, -1));
		return unescaped(part);
	});
}

const cells = (line) => line.trim().replace(/^\||\|$/g, "").split("|").map((cell) => cell.trim());

function table(lines) {
	const rows = lines.filter((line) => !/^\s*\|?[\s:|-]+\|?\s*$/.test(line)).map(cells);
	const [head, ...body] = rows;
	return el("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": t("markdown.table_label") }, el("table", {},
		el("thead", {}, el("tr", {}, head.map((cell) => el("th", { scope: "col" }, inline(cell))))),
		el("tbody", {}, body.map((row) => el("tr", {}, row.map((cell) => el("td", {}, inline(cell))))))));
}

const KINDS = [
	{ name: "heading", is: (line) => /^#{1,6} /.test(line) },
	{ name: "list", is: (line) => /^\s*[-*] /.test(line) },
	{ name: "numbers", is: (line) => /^\s*\d+\. /.test(line) },
	{ name: "table", is: (line) => /^\s*\|/.test(line) },
	{ name: "code", is: (line) => /^(```| {4})/.test(line) },
	{ name: "blank", is: (line) => line.trim() === "" },
];

const kindOf = (line) => KINDS.find((kind) => kind.is(line))?.name ?? "text";

/** Consecutive lines of one kind make a block; a fence runs to its end. */
function blocks(text) {
	const found = [];
	let fenced = false;
	for (const line of text.replaceAll("\r", "").split("\n")) {
		const fence = line.startsWith("```");
		const name = fenced || fence ? "code" : kindOf(line);
		const last = found[found.length - 1];
		if (last && last.name === name && name !== "heading" && !(fence && !fenced))
			last.lines.push(line);
		else
			found.push({ name, lines: [line] });
		if (fence)
			fenced = !fenced;
	}
	return found;
}

function draw({ name, lines }) {
	switch (name) {
	case "heading":
		return el(/^#{1,2} /.test(lines[0]) ? "h2" : "h3", {}, inline(lines[0].replace(/^#+ /, "")));
	case "list":
		return el("ul", {}, lines.map((line) => el("li", {}, inline(line.replace(/^\s*[-*] /, "")))));
	case "numbers":
		return el("ol", {}, lines.map((line) => el("li", {}, inline(line.replace(/^\s*\d+\. /, "")))));
	case "table":
		return table(lines);
	case "code":
		return el("pre", { tabindex: "0" }, lines.filter((line) => !line.startsWith("```")).map((line) => line.replace(/^ {4}/, "")).join("\n"));
	case "text":
		return el("p", {}, inline(lines.join(" ")));
	default:
		return null;
	}
}

/** A card without the header that is meant for programs. */
const withoutHeader = (text) => text.replace(/^---\n[\s\S]*?\n---\n/, "");

export const markdown = (text) => el("div", { class: "markdown" }, blocks(withoutHeader(text)).map(draw));
