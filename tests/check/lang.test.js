// SPDX-License-Identifier: Apache-2.0
// static/js/lang.js: how a sentence is found and filled in, with sentences of the test's own, in Russian: of the numbers
// 1, 3 and 5 each takes another plural form.

import assert from "node:assert/strict";
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { after, before, describe, test } from "node:test";

import { CHECKOUT } from "../support/place.js";

const SENTENCES = {
	"a.plain": "Готово.",
	"a.named": "{name}: {size}",
	"a.pairs": { one: "{n} пара", few: "{n} пары", many: "{n} пар", other: "{n} пары" },
	"a.other_only": { other: "{n}" },
	"a.marked": "<2>{n}</2> и <1>ещё {name}</1>.",
	"verdict.real": "настоящее",
};

describe("lang.js", () => {
	let folder, lang;

	before(async () => {
		folder = await mkdtemp(path.join(tmpdir(), "touchstone-test-"));
		await cp(path.join(CHECKOUT, "static/js/lang.js"), path.join(folder, "lang.js"));
		await writeFile(path.join(folder, "package.json"), '{ "type": "module" }');
		globalThis.document = { documentElement: { lang: "ru" }, getElementById: () => ({ textContent: JSON.stringify(SENTENCES) }) };
		lang = await import(pathToFileURL(path.join(folder, "lang.js")).href);
	});

	after(async () => {
		delete globalThis.document;
		await rm(folder, { recursive: true, force: true });
	});

	test("a sentence takes its values, and numbers as the language writes them", () => {
		assert.equal(lang.t("a.plain"), "Готово.");
		assert.equal(lang.t("a.named", { name: "{size} $& <1>x</1>", size: 1234567.5 }), "{size} $& <1>x</1>: 1\u00a0234\u00a0567,5");
		assert.equal(lang.t("a.named", { name: "", size: 0 }), ": 0");
	});

	test("a number chooses the plural form of the language", () => {
		assert.deepEqual([1, 3, 5, 21, 1.5].map((n) => lang.t("a.pairs", { n })), ["1 пара", "3 пары", "5 пар", "21 пара", "1,5 пары"]);
		assert.equal(lang.t("a.other_only", { n: 1 }), "1");
	});

	test("an unknown key, or a value that is missing, is an error", () => {
		for (const key of ["a.unknown", "", "toString", "__proto__"])
			assert.throws(() => lang.t(key), /there is no sentence/);
		assert.throws(() => lang.nodes("a.unknown", {}), /there is no sentence/);
		assert.throws(() => lang.t("a.named", { name: "x" }), /a\.named needs size/);
		assert.throws(() => lang.t("a.named", { size: 1 }), /a\.named needs name/);
	});

	test("marked words become nodes, whatever the values hold", () => {
		const wrap = (tag) => (words) => ({ tag, words });
		assert.deepEqual(lang.nodes("a.marked", { n: 2, name: "<2>x</2>" }, wrap("b"), wrap("i")),
			[{ tag: "i", words: "2" }, " и ", { tag: "b", words: "ещё <2>x</2>" }, "."]);
	});

	test("a value of the API that has no word is shown as it is", () => {
		assert.equal(lang.term("verdict", "real"), "настоящее");
		assert.equal(lang.term("verdict", "unsure"), "unsure");
		assert.equal(lang.term("verdict", "unsure", {}, "?"), "?");
	});
});
