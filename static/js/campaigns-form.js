// SPDX-License-Identifier: Apache-2.0
// campaigns-form.js: making a campaign, and changing what can be set of one. What each setting is, its bounds and its
// default are the server's to say; what a change does to items is shown before it is saved.

import { call, inWords, post } from "./api.js";
import { el, focusOn } from "./dom.js";
import { t, term } from "./lang.js";

const NAME = "[a-z0-9][a-z0-9._\\-]{0,62}";
const EFFECTS = ["retire", "dispute", "reopen", "withdraw", "leave", "enter"];

/** What a change does, or that it does nothing to items. */
export function changedNode(effect) {
	const done = EFFECTS.filter((name) => effect[name] > 0);
	return el("ul", { "data-testid": "campaign-effect" }, done.length === 0
		? el("li", {}, t("campaigns.no_effect"))
		: done.map((name) => el("li", {}, term("campaign_effect", name, { n: effect[name] }))),
	effect.sample && el("li", {}, t("campaigns.sampled", { n: effect.sample.items, of: effect.sample.of, within: effect.sample.within })));
}

/** Texts by language, a line each: "de: Wie echt ist beides?". */
const linesOf = (texts) => Object.entries(texts).map(([tag, text]) => `${tag}: ${text}`).join("\n");

function textsOf(lines) {
	const pairs = lines.split("\n").map((line) => line.trim()).filter(Boolean).map((line) => {
		const at = line.indexOf(":");
		return at < 0 ? [line, ""] : [line.slice(0, at).trim(), line.slice(at + 1).trim()];
	});
	return Object.fromEntries(pairs);
}

const WORDS = {
	media_types: (word) => term("medium_many", word),
	visibility: (word) => term("campaign_visibility", word),
	second_opinion: (word) => term("second_opinion", word),
};

const wordOf = (setting, word) => WORDS[setting.name](word);

/** A number, or nothing where that is a value. */
function numberField(setting, value, more) {
	const field = el("input", { type: "number", required: setting.default !== null, min: setting.least, max: setting.most, ...more });
	field.value = value === null ? "" : String(value);
	return { field, read: () => (field.value === "" && setting.default === null ? null : field.valueAsNumber) };
}

/** For each kind: the field with a value in it, and the value that it has now. */
const FIELDS = {
	text: (setting, value) => {
		const field = el(setting.most > 1000 ? "textarea" : "input", { rows: setting.most > 1000 && 6, required: setting.default !== null });
		field.value = value ?? "";
		return { field, read: () => (field.value.trim() === "" && setting.default === null ? null : field.value) };
	},
	texts: (setting, value) => {
		const field = el("textarea", { rows: 3, spellcheck: "false" });
		field.value = linesOf(value);
		return { field, read: () => textsOf(field.value) };
	},
	number: (setting, value) => numberField(setting, value, { step: "any", inputmode: "decimal" }),
	whole: (setting, value) => numberField(setting, value, { step: setting.unit === "milliseconds" ? 40 : 1, inputmode: "numeric" }),
	flag: (setting, value) => {
		const field = el("input", { type: "checkbox" });
		field.checked = value;
		return { field, read: () => field.checked };
	},
	choice: (setting, value) => {
		const field = el("select", {}, setting.words.map((word) => el("option", { value: word }, wordOf(setting, word))));
		field.value = value;
		return { field, read: () => field.value };
	},
};

/** Bounds, unit and default in a sentence. */
function boundsOf(setting) {
	if (setting.kind === "flag")
		return t("campaigns.fresh_no");
	if (setting.unit && setting.default === null)
		return t("campaigns.bounds_none", { least: setting.least, most: setting.most, unit: term("setting_unit", setting.unit) });
	if (setting.unit)
		return t("campaigns.bounds", { least: setting.least, most: setting.most, unit: term("setting_unit", setting.unit), fresh: setting.default });
	if (setting.kind === "text" || setting.kind === "texts")
		return t("campaigns.length", { most: setting.most });
	return setting.kind === "choices" ? t("campaigns.fresh_all") : t("campaigns.fresh", { fresh: wordOf(setting, setting.default) });
}

/** One setting: its name, its field, a sentence on what it does, its bounds, and what is wrong with it. */
function settingNode(setting, value) {
	const id = `setting-${setting.name}`;
	const help = el("p", { class: "quiet", id: `${id}-help` }, term("setting_help", setting.name), " ", boundsOf(setting));
	const wrong = el("p", { class: "wrong", id: `${id}-wrong`, role: "alert", hidden: true });
	const described = [help.id, wrong.id].join(" ");
	if (setting.kind === "choices") {
		const boxes = setting.words.map((word) => {
			const box = el("input", { type: "checkbox", value: word, "data-testid": `${id}-${word}` });
			box.checked = value.includes(word);
			return box;
		});
		return { setting, wrong, focus: boxes[0], read: () => boxes.filter((box) => box.checked).map((box) => box.value),
			node: el("fieldset", { class: "field", "aria-describedby": described }, el("legend", {}, term("setting", setting.name)),
				boxes.map((box) => el("label", {}, box, ` ${wordOf(setting, box.value)}`)), help, wrong) };
	}
	const { field, read } = FIELDS[setting.kind](setting, value);
	field.id = id;
	field.dataset.testid = id;
	field.autocomplete = "off";
	field.setAttribute("aria-describedby", described);
	return { setting, wrong, focus: field, read, node: el("div", { class: "field" }, el("label", { for: id }, term("setting", setting.name)), field, help, wrong) };
}

/** Says what is wrong beside the setting that it is about; false: it is about none. */
function tellWrong(rows, error) {
	const fault = error.problem?.errors?.[0];
	const row = rows.find(({ setting }) => fault?.pointer.split("/").includes(setting.name));
	if (!row)
		return false;
	row.wrong.textContent = fault.detail;
	row.wrong.hidden = false;
	focusOn(row.focus);
	return true;
}

/** What differs from settings as they were. */
const changesFrom = (rows, before) => Object.fromEntries(rows.map(({ setting, read }) => [setting.name, read()])
	.filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(before[name])));

/** What differs from the campaign as it was read. */
const changesOf = (rows, campaign) => changesFrom(rows, campaign.settings);

/** What differs from what a new campaign has. */
const changesAnew = (rows) => changesFrom(rows, Object.fromEntries(rows.map(({ setting }) => [setting.name, setting.default])));

/**
 * @param {object} campaign as it was read: what others change meanwhile is not overwritten
 * @param {object[]} settings what can be set
 * @param {() => Promise<void>} again reads the campaign anew
 */
export function settingsForm(campaign, settings, again) {
	const rows = settings.map((setting) => settingNode(setting, campaign.settings[setting.name]));
	const box = el("div", { "data-testid": "settings-confirm", "aria-live": "polite" });
	const trouble = el("p", { class: "wrong", role: "alert", hidden: true, "data-testid": "settings-trouble" });
	const send = (more) => call("PATCH", `/campaigns/${campaign.name}`, { ...changesOf(rows, campaign), ...more }, { "if-match": `"${campaign.version}"` });
	const attempt = async (task) => {
		trouble.hidden = true;
		for (const { wrong } of rows)
			wrong.hidden = true;
		try {
			await task();
		} catch (error) {
			box.replaceChildren();
			if (tellWrong(rows, error))
				return;
			trouble.textContent = error.status === 412 ? t("campaigns.changed_meanwhile") : inWords(error);
			trouble.hidden = false;
			focusOn(trouble);
		}
	};
	const ask = async () => {
		if (Object.keys(changesOf(rows, campaign)).length === 0) {
			box.replaceChildren(el("p", {}, t("campaigns.no_change")));
			return;
		}
		const { body } = await send({ dry_run: true });
		const save = el("button", { type: "button", class: "go", "data-testid": "settings-save", onclick: () => attempt(async () => {
			await send({});
			await again();
		}) }, t("campaigns.save"));
		box.replaceChildren(el("h3", {}, t("campaigns.would")), changedNode(body.effect),
			el("div", { class: "bar" }, el("button", { type: "button", onclick: () => box.replaceChildren() }, t("campaigns.leave")), save));
		focusOn(save);
	};
	return el("section", {}, el("h2", {}, t("campaigns.settings")), el("p", {}, t("campaigns.settings_lead")),
		el("form", { class: "stack narrow", "data-testid": "settings", oninput: () => box.replaceChildren(), onsubmit: (event) => {
			event.preventDefault();
			attempt(ask);
		} }, rows.map(({ node }) => node), el("div", { class: "bar" }, el("button", { "data-testid": "settings-ask" }, t("campaigns.ask"))), box, trouble));
}

/**
 * All that can be said of a campaign when it is made, with what it has where nothing is said.
 * @param {object[]} settings what can be set, then and later
 * @param {object[]} cuts what media are cut to
 * @param {(name: string) => void} made
 */
export function makeForm(settings, cuts, made) {
	const name = el("input", { required: true, pattern: NAME, maxlength: 63, autocomplete: "off", spellcheck: "false", title: t("campaigns.name_rule"), "data-testid": "campaign-name" });
	const trouble = el("p", { class: "wrong", role: "alert", hidden: true });
	const [rows, cutRows] = [settings, cuts].map((list) => list.map((setting) => settingNode(setting, setting.default)));
	const make = async () => {
		const cut = changesAnew(cutRows);
		const { body } = await post("/campaigns", { name: name.value, ...changesAnew(rows), ...(Object.keys(cut).length > 0 && { cut }) });
		made(body.name);
	};
	return el("details", { class: "narrow", "data-testid": "campaign-make" }, el("summary", {}, t("campaigns.make")),
		el("form", { class: "stack", onsubmit: async (event) => {
			event.preventDefault();
			for (const wrong of [trouble, ...rows.map((row) => row.wrong), ...cutRows.map((row) => row.wrong)])
				wrong.hidden = true;
			try {
				await make();
			} catch (error) {
				if (tellWrong([...rows, ...cutRows], error))
					return;
				trouble.textContent = inWords(error);
				trouble.hidden = false;
				focusOn(name);
			}
		} }, el("p", {}, t("campaigns.make_lead")), el("label", { class: "field" }, t("campaigns.name"), name),
			rows.map(({ node }) => node),
			el("fieldset", { class: "field" }, el("legend", {}, t("campaigns.cut")), el("p", { class: "quiet" }, t("campaigns.cut_lead")), cutRows.map(({ node }) => node)),
			el("div", { class: "bar" }, el("button", { class: "go", "data-testid": "campaign-make-go" }, t("campaigns.make"))), trouble));
}
