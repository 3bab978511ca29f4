// SPDX-License-Identifier: Apache-2.0
// static/lang/en.json: all that pages and scripts say stands there, and nothing else does. The scripts are read with
// ESLint's parser, by where a text stands: as a child or a label of an element, or as words anywhere.

import assert from "node:assert/strict";
import { readFile, readdir } from "node:fs/promises";
import path from "node:path";
import { describe, test } from "node:test";

import { Linter } from "eslint";

import { CHECKOUT } from "../support/place.js";

const STATIC = path.join(CHECKOUT, "static");
const { pages, scripts } = JSON.parse(await readFile(path.join(STATIC, "lang/en.json"), "utf8"));
const vocabulary = await readFile(path.join(CHECKOUT, "server/core/vocabulary.c"), "utf8");
const openapi = JSON.parse(await readFile(path.join(STATIC, "openapi.json"), "utf8"));

async function read(folder, ending) {
	const names = (await readdir(path.join(STATIC, folder))).filter((name) => name.endsWith(ending));
	return Promise.all(names.map(async (name) => ({ name, source: await readFile(path.join(STATIC, folder, name), "utf8") })));
}

const modules = await read("js", ".js");
const markup = await read("", ".html");

/** Attributes that a reader sees or hears. */
const SPOKEN = ["aria-label", "aria-valuetext", "aria-description", "title", "placeholder", "alt", "label"];
/** What in a script is text, but never reaches a reader: whose argument, or whose value, it is. */
const SILENT_CALLS = {
	Error: "for whoever reads the console: inWords() says something else", RangeError: "the same",
	querySelector: "a selector", querySelectorAll: "a selector", closest: "a selector", matchMedia: "a query of CSS",
};
const SILENT_VALUES = { class: "names of classes", tone: "names of classes", transform: "CSS", cookie: "the cookie's own format" };
/** Texts of scripts that are the same in every language. */
const SAME = {
	"SHA-256": "the name of a function", "held back": "loader.js compares it, and shows it nowhere",
};
/** Texts of pages that are. "A" and "B", and the letters on keys, have one letter. */
const SAME_IN_PAGES = { Touchstone: "a name" };

const WORD = /\p{L}{2}/u;
const WORDS = /\p{L}\S* \S*\p{L}/u;

const nameOf = (node) => node?.name ?? node?.property?.name ?? String(node?.value ?? "");
const keyOf = (property) => property.key.name ?? String(property.key.value);
const textOf = (node) => (node.type === "Literal" ? node.value : node.quasis.map((one) => one.value.cooked).join("…"));

/** Where a text stands: through conditions, lists and joins, to what takes its value. */
function placeOf(node) {
	let { parent } = node, child = node;
	while (["ConditionalExpression", "LogicalExpression", "ArrayExpression", "TemplateLiteral", "SpreadElement"].includes(parent.type) || parent.operator === "+")
		[child, parent] = [parent, parent.parent];
	if (["CallExpression", "NewExpression"].includes(parent.type) && parent.callee !== child)
		return { call: nameOf(parent.callee), at: parent.arguments.indexOf(child), first: parent.arguments[0].value };
	if (parent.type === "Property" && parent.value === child)
		return { value: keyOf(parent) };
	if (parent.type === "AssignmentExpression")
		return { value: nameOf(parent.left) };
	return { other: parent.type };
}

/** Every text of a script with its place, other than a sentence's key; and the keys. */
function textsOf({ name, source }) {
	const texts = [];
	const take = (node) => {
		if (typeof node.value !== "string" && node.type === "Literal")
			return;
		if (["ImportDeclaration", "ExportNamedDeclaration"].includes(node.parent.type) || (node.parent.type === "Property" && node.parent.key === node))
			return;
		texts.push({ name, line: node.loc.start.line, text: textOf(node), ...placeOf(node) });
	};
	const linter = new Linter();
	const problems = linter.verify(source, [{
		plugins: { own: { rules: { texts: { create: () => ({ Literal: take, TemplateLiteral: take }) } } } }, rules: { "own/texts": "error" },
	}]);
	assert.deepEqual(problems, [], name);
	return texts;
}

const texts = modules.flatMap(textsOf);
const isKey = ({ call, at }) => ["t", "nodes", "term"].includes(call) && at === 0;
const isShown = ({ call, at, value, first }) => (["el", "svg"].includes(call) && at >= 2) || value === "textContent" || SPOKEN.includes(value)
	|| (["say", "notice", "trouble"].includes(call) && at === 0) || (call === "tell" && at === 1) || (call === "setAttribute" && at === 1 && SPOKEN.includes(first));
const isSilent = ({ call, value, at }) => call in SILENT_CALLS || value in SILENT_VALUES || (call === "recipe" && at === 1);
const say = ({ name, line, text }) => `${name}:${line} "${text}"`;

describe("the sentences", () => {
	test("no script says anything that is not in lang/en.json", () => {
		const left = texts.filter((one) => !isKey(one) && !isSilent(one) && !(one.text in SAME) && !(one.text in scripts)
			&& WORD.test(one.text) && (isShown(one) || WORDS.test(one.text)));
		assert.deepEqual(left.map(say), []);
	});

	test("every place that the rule knows is met in the scripts", () => {
		const calls = new Set(texts.map((one) => one.call)), values = new Set(texts.map((one) => one.value));
		assert.deepEqual([...Object.keys(SILENT_CALLS).filter((one) => !calls.has(one)), ...Object.keys(SILENT_VALUES).filter((one) => !values.has(one)),
			...Object.keys(SAME).filter((one) => !texts.some(({ text }) => text === one))], []);
		assert.ok(texts.filter(isKey).length > 200);
	});

	test("no page says anything that is not in lang/en.json", () => {
		for (const { name, source } of markup) {
			const bare = source.replace(/\{\{[^}]*\}\}/g, "").replace(/<!--.*?-->|<!doctype[^>]*>/gs, "");
			const said = bare.split(/<[^>]*>/).map((text) => text.trim());
			const spoken = [...bare.matchAll(/\b([a-z-]+)="([^"]*)"/g)].filter(([, attribute]) => SPOKEN.includes(attribute)).map(([, , text]) => text);
			const described = [...bare.matchAll(/name="description" content="([^"]*)"/g)].map(([, text]) => text);
			assert.deepEqual([...said, ...spoken, ...described].filter((text) => WORD.test(text) && !(text in SAME_IN_PAGES)), [], name);
			assert.match(source, /<html lang="\{\{language\}\}"/);
		}
		assert.ok(markup.length >= 5);
	});

	test("every key that is used has a sentence, and every sentence is used", () => {
		const groups = new Set(texts.filter((one) => one.call === "term" && one.at === 0).map((one) => one.text));
		const prefixes = new Set(Object.keys(scripts).map((key) => key.split(".")[0]));
		const used = new Set(texts.filter((one) => one.call !== "term").map((one) => one.text));
		const keys = texts.filter((one) => (isKey(one) && one.call !== "term") || (/^[a-z_]+\.[a-z_]+$/.test(one.text) && prefixes.has(one.text.split(".")[0])));
		assert.deepEqual(keys.filter((one) => !(one.text in scripts)).map(say), []);
		assert.deepEqual([...groups].filter((group) => !Object.keys(scripts).some((key) => key.startsWith(`${group}.`))), []);
		assert.deepEqual(Object.keys(scripts).filter((key) => !used.has(key) && !groups.has(key.split(".")[0])), []);

		const named = new Set(markup.flatMap(({ source }) => [...source.matchAll(/\{\{([^ }]+)/g)].map(([, key]) => key)));
		assert.deepEqual([...named].filter((key) => !(key in pages)), []);
		assert.deepEqual(Object.keys(pages).filter((key) => !named.has(key)), []);
	});

	test("a key is written out where it is used, and marked words go through nodes()", () => {
		// A first argument that is no text is a name, whose texts are keys by the test before.
		const marked = (key) => /<\d>/.test(JSON.stringify(scripts[key]));
		assert.deepEqual(texts.filter((one) => isKey(one) && one.call === "t" && marked(one.text)).map(say), []);
		assert.deepEqual(texts.filter((one) => isKey(one) && /[…{]/.test(one.text)).map(say), []);
	});

	test("the forms of a sentence fit each other", () => {
		const parts = (text) => [...new Set(text.match(/\{\w+\}|<\/?\d>/g) ?? [])].sort().join(" ");
		for (const [key, sentence] of Object.entries(scripts)) {
			if (typeof sentence === "string")
				continue;
			const categories = new Intl.PluralRules(pages.language).resolvedOptions().pluralCategories;
			assert.deepEqual(Object.keys(sentence).sort(), [...categories].sort(), key);
			// One may be said without its number.
			for (const form of Object.values(sentence))
				assert.ok([parts(sentence.other), parts(sentence.other).replace(/\{n\} ?/, "")].includes(parts(form)), key);
		}
		for (const [key, text] of Object.entries(scripts).flatMap(([key, one]) => (typeof one === "string" ? [[key, one]] : Object.values(one).map((form) => [key, form]))))
			assert.doesNotMatch(text.replace(/<(\d)>[^<>]*<\/\1>/g, "").replace(/\{\w+\}/g, ""), /[<>{}]/, key);
	});

	/** No answer of the API lists them; manifests and figures.json have them. */
	const techniques = /techniques\[\] = \{(.*?)NULL/s.exec(vocabulary)[1].match(/\w+/g);
	/** Where openapi.json lists the API's values, and the groups that have a word for each. */
	const { schemas } = openapi.components;
	const VALUES = [
		[schemas.MediaType.enum, ["medium", "medium_title", "medium_many", "medium_count"]],
		[schemas.Verdict.enum, ["verdict", "verdict_title"]],
		[schemas.Tell.enum, ["tell", "tell_more"]],
		[schemas.Ruling.properties.ruling.enum, ["ruled"]],
		[schemas.RulingWish.properties.ruling.enum, ["ruling"]],
		[schemas.Dispute.properties.reason.enum, ["reason"]],
		[schemas.Dispute.properties.distrust.items.enum, ["distrust"]],
		[schemas.Result.properties.label_source.enum, ["decided"]],
		[schemas.Account.properties.account.properties.role.enum, ["role"]],
		[schemas.Assignment.properties.items.items.properties.position.enum, ["side"]],
		[schemas.Leak.properties.trait.enum, ["trait"]],
		[schemas.Origin.properties.c2pa.properties.state.enum, ["credentials"]],
		[schemas.Layout.enum, ["layout"]],
		[schemas.ReleaseAudience.enum, ["release_audience"]],
		[schemas.AccessState.enum, ["access_state"]],
		[schemas.AccountRow.properties.state.enum, ["account_state"]],
		[schemas.AuditKind.enum, ["audit_kind"]],
		[schemas.AuditActor.enum, ["audit_actor"]],
		[schemas.AuditSubject.enum, ["audit_subject"]],
		[schemas.NoticeReason.enum, ["notice_reason"]],
		[schemas.NoticeProgress.enum, ["notice_state"]],
		[schemas.NoticeFinding.enum, ["notice_finding"]],
		[schemas.NoticeOutcome.enum, ["notice_outcome"]],
		[schemas.NoticeAction.enum, ["notice_action"]],
		[schemas.NoticeGround.enum, ["notice_ground"]],
		[schemas.CampaignState.enum, ["campaign_state"]],
		[[...Object.keys(schemas.CampaignSettings.properties), ...Object.keys(schemas.NewCampaign.properties.cut.properties)], ["setting", "setting_help"]],
		[schemas.CampaignSetting.properties.unit.enum.filter(Boolean), ["setting_unit"]],
		[schemas.CampaignSettings.properties.second_opinion.enum, ["second_opinion"]],
		[schemas.CampaignSettings.properties.visibility.enum, ["campaign_visibility"]],
		[Object.keys(schemas.CampaignEffect.properties).filter((name) => name !== "sample"), ["campaign_effect"]],
		[schemas.ForecastUnknown.enum, ["forecast_unknown"]],
		[schemas.LiveCampaign.properties.items.required, ["item_state_short"]],
		[schemas.ChangeKind.enum, ["change_kind"]],
		[schemas.ChangeReason.enum, ["change_reason"]],
		[openapi.paths["/api/v1/disputes"].get.parameters.find(({ name }) => name === "sort").schema.enum, ["desk_sort"]],
		[["disputes", "contributions", "notices", "appeals", "second_opinions", "escalated"], ["desk_queue"]],
		[["approve", "reject"], ["contribution_decided"]],
		[["certain", "likely", "guess"], ["certainty"]],
		[["train", "validation", "test"], ["split"]],
		[schemas.BlocKind.enum, ["bloc"]],
		[schemas.LineageItem.properties.state.enum, ["item_state"]],
		[["pair", "original", "difference", "flicker", "error_levels", "brightness", "frames", "sound", "sound_difference"], ["view"]],
		[["original", "rendition", "frame"], ["picture_of"]],
		[techniques, ["technique"]],
		[["writing"], ["release_state"]],
		[schemas.Job.properties.state.enum, ["job_state"]],
		[["release", "layouts", "contribute", "fetch"], ["job_kind"]], // those that an account begins
	];

	test("the API's values have words, and no word is for another", () => {
		const groups = new Set(texts.filter((one) => one.call === "term" && one.at === 0).map((one) => one.text));
		assert.deepEqual(VALUES.flatMap(([, names]) => names).sort(), [...groups].sort());
		for (const [values, names] of VALUES)
			for (const name of names)
				assert.deepEqual(Object.keys(scripts).filter((key) => key.startsWith(`${name}.`)).sort(), values.map((value) => `${name}.${value}`).sort());
	});
});
