// SPDX-License-Identifier: Apache-2.0
// table.js: the results of attacks as the table that `make attack` prints.

import { meanAuc, percent, share } from "./figures.js";
import { baselineOf } from "./targets.js";

const HEAD = ["attack", "labels flipped", "retired wrong", "wrong elsewhere", "disputes", "alarms", "named", "judgments an item", "seconds", "at most", "held"];

export const table = (rows) => [HEAD, HEAD.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");

const sum = (results, value) => results.reduce((total, one) => total + value(one), 0);
const mean = (results, value) => sum(results, value) / results.length;

function alarmsOf(results) {
	const names = [...new Set(results.flatMap(({ alarms }) => alarms))];
	const first = results.map(({ alarm_s }) => alarm_s).filter((one) => one !== undefined && one !== null);
	if (names.length === 0)
		return results.some(({ hasAlarms }) => hasAlarms) ? "none" : "none; the server has none";
	return `${names.join(", ")}${first.length > 0 ? ` after ${Math.max(...first).toFixed(0)} s` : ""}`;
}

/** Whether the limit holds in what all seeds came to together. */
function heldOf({ limit }, results, more = {}) {
	if (!limit)
		return ["-", "-"];
	const pooled = (part) => ({ items: sum(results, (one) => one[part].items), wrong: sum(results, (one) => one[part].wrong), retired: sum(results, (one) => one[part].retired), retiredWrong: sum(results, (one) => one[part].retiredWrong), judgments: mean(results, (one) => one[part].judgments) });
	const alarm_s = results.some((one) => one.alarm_s === null) ? null : Math.max(...results.map((one) => one.alarm_s ?? 0));
	const all = { targets: pooled("targets"), labels: pooled("labels"), alarms: results.flatMap(({ alarms }) => alarms), hasAlarms: results.every(({ hasAlarms }) => hasAlarms), named: results.every(({ named }) => named), seeds: results.map(({ seed }) => seed), alarm_s, made: Math.max(...results.map(({ made }) => made ?? 0)), took_s: Math.max(...results.map(({ took_s }) => took_s)), ...more };
	return [limit.words, limit.held(all) ? "yes" : "NO"];
}

/** What some attacks tell besides. */
function detailsOf([first, ...others]) {
	const results = [first, ...others];
	if (first.made !== undefined)
		return `: ${first.made}`;
	if (first.before !== undefined)
		return ` (before these ${sum(results, ({ before }) => before.wrong)} of ${sum(results, ({ before }) => before.items)} labels wrong, ${sum(results, ({ before }) => before.retiredWrong)} retired wrong)`;
	return "";
}

export function rowOf(attack, results) {
	const of = sum(results, ({ targets }) => targets.items);
	const part = of > 0 ? "targets" : "labels";
	const items = sum(results, (one) => one[part].items);
	const judgments = mean(results, ({ labels }) => labels.judgments);
	return [
		attack.words + detailsOf(results),
		share(sum(results, (one) => one[part].wrong), items),
		`${sum(results, (one) => one[part].retiredWrong)} of ${sum(results, (one) => one[part].retired)} retired`,
		of > 0 ? share(sum(results, ({ others }) => others.wrong), sum(results, ({ others }) => others.items)) : "-",
		String(sum(results, (one) => one[part].disputes)),
		alarmsOf(results),
		results.every(({ named }) => named) ? "yes" : "no",
		`${judgments.toFixed(2)} (${(judgments / baselineOf(results.map(({ seed }) => seed))).toFixed(2)})`,
		mean(results, ({ took_s }) => took_s).toFixed(0),
		...heldOf(attack, results),
	];
}

/**
 * How well gold is told from the rest: by whichever score, and whichever end of it, told best in half of the networks, tried on
 * the others, both ways round.
 */
export function nameOf(results) {
	const tables = results.flatMap((one) => one.tables);
	const scores = Object.keys(tables[0][0]).filter((key) => key !== "gold").flatMap((key) => [[key, 1], [key, -1]]);
	const by = (some, [key, sign]) => meanAuc(some.map((rows) => rows.map((row) => [row.gold, row[key] === null ? null : sign * row[key]])));
	const halves = [0, 1].map((half) => tables.filter((_, n) => n % 2 === half));
	const best = (some) => scores.map((score) => [by(some, score).auc, score]).sort(([a], [b]) => b - a)[0][1];
	const tried = [0, 1].map((half) => ({ score: best(halves[half]), ...by(halves[1 - half], best(halves[half])) }));
	const words = ([key, sign]) => (sign > 0 ? key : `not ${key}`).replaceAll("_", " ");
	return {
		each: scores.filter(([, sign]) => sign > 0).map((score) => `${words(score)} ${by(tables, score).auc.toFixed(2)}`),
		score: [...new Set(tried.map(({ score }) => words(score)))].join(" and "),
		auc: mean(tried, ({ auc }) => auc), low: mean(tried, ({ low }) => low), high: mean(tried, ({ high }) => high),
	};
}

export function goldRow(attack, results) {
	const naming = nameOf(results);
	return [`${attack.words}: AUC ${naming.auc.toFixed(3)} (${naming.low.toFixed(3)} .. ${naming.high.toFixed(3)}) by: ${naming.score} (${naming.each.join(", ")})`, "-", "-", "-", "-", alarmsOf(results), results.every(({ named }) => named) ? "yes" : "no", "-", mean(results, ({ took_s }) => took_s).toFixed(0), ...heldOf(attack, results, { naming })];
}

/** Guesses of the fake's side, of all people of all attacks. */
export function combine(results) {
	const of = (what) => ({ right: sum(results, ({ sides }) => sides[what].right), of: sum(results, ({ sides }) => sides[what].of) });
	return { history: of("history"), known: of("known"), practice: of("practice") };
}

export function sidesRows({ history, known, practice }) {
	const row = (words, { right, of }) => [`${words}: ${share(right, of)}`, ...Array(8).fill("-"), percent(0.5), "-"];
	return [row("the fake's side guessed, by a volunteer's own history", history), row("the same, for whom gold is known", known), row("the same, after training alone", practice)];
}
