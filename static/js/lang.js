// SPDX-License-Identifier: Apache-2.0
// lang.js: what scripts say, in the language of the page. The sentences stand in lang/en.json under "scripts"; the server
// puts those that the page's scripts name into the page. So a key is written out where it is used: t("judge.over").

const sentences = JSON.parse(document.getElementById("sentences").textContent);

/** The page says its language once, in <html lang>. */
export const LANGUAGE = document.documentElement.lang;
export const number = new Intl.NumberFormat(LANGUAGE);
const plural = new Intl.PluralRules(LANGUAGE);

/** The sentence with this key; of a sentence with plural forms, the form for the number `n`. */
function find(key, { n }) {
	const found = Object.hasOwn(sentences, key) ? sentences[key] : undefined;
	const text = typeof found === "object" ? found[plural.select(n)] ?? found.other : found;
	if (text === undefined)
		throw new Error(`there is no sentence ${key}`);
	return text;
}

/** The text with values in the place of its {name}; numbers are written as the language writes them. */
function fill(key, text, values) {
	return text.replace(/\{(\w+)\}/g, (_, name) => {
		if (values[name] === undefined)
			throw new Error(`the sentence ${key} needs ${name}`);
		return typeof values[name] === "number" ? number.format(values[name]) : values[name];
	});
}

/** @param {string} key  @param {Object<string, string|number>} [values] by the names in braces; `n` chooses the plural form */
export const t = (key, values = {}) => fill(key, find(key, values), values);

/**
 * The same as children of an element. Words within <1>...</1> go through the first of `wraps`, which answers a node.
 * @param {...((words: string) => Node)} wraps
 */
export function nodes(key, values, ...wraps) {
	return find(key, values).split(/(<\d>.*?<\/\d>)/).filter(Boolean).map((part) => {
		const [, tag, words] = /^<(\d)>(.*)<\/\1>$/.exec(part) ?? [];
		return tag ? wraps[tag - 1](fill(key, words, values)) : fill(key, part, values);
	});
}

/** The word for one of the API's values: `group.value`. A value newer than this page is shown as it is, or as `otherwise`. */
export function term(group, value, values = {}, otherwise = value) {
	const key = `${group}.${value}`;
	return Object.hasOwn(sentences, key) ? t(key, values) : otherwise;
}
