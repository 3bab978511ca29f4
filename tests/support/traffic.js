// SPDX-License-Identifier: Apache-2.0
// traffic.js: holds what passed between volunteers and the server against the rules of the method. Each check answers
// a list of breaches in words; an empty one is what a test wants.

const ASSIGNMENT = ["assignment", "expires_at", "training", "media_type", "question", "sensitive", "items"];
const PLACE = ["position", "media"];
const MEDIUM = ["type", "content_type", "url", "width", "height", "duration_ms", "poster_url"];
const PROGRESS = ["pairs", "pairs_today", "training"];
/** Differ from one answer to the next, or tell the size, which is the medium's own. */
const OWN_HEADERS = ["content-length", "etag", "date"];

const isMedia = (exchange) => exchange.path.startsWith("/api/v1/media/") && exchange.status === 200;

/** Nobody sees an item, or one of its lineage, twice. Skipped pairs were seen too. */
export function repeats({ showings }) {
	const breaches = [];
	const seen = new Map();
	for (const { visitor, shown } of showings) {
		const before = seen.get(visitor) ?? new Set();
		const now = shown.map(({ item }) => item);
		for (const { id, lineage } of now)
			if (before.has(lineage))
				breaches.push(`volunteer ${visitor.number} saw item ${id} or its lineage again`);
		for (const { lineage } of now)
			before.add(lineage);
		seen.set(visitor, before);
	}
	return breaches;
}

/** Both of a pair are of one medium, and not the same item. */
export function oddPairs({ showings }) {
	return showings.filter(({ shown: [one, other] }) => one.item.id === other.item.id || one.item.type !== other.item.type)
		.map(({ shown }) => `a pair of ${shown.map(({ item }) => `${item.type} ${item.id}`).join(" and ")}`);
}

/** How fakes fell on the two sides: in all, and for the volunteer with the largest difference. */
export function sides({ showings }) {
	const all = { left: 0, right: 0 };
	const each = new Map();
	for (const { visitor, shown } of showings)
		for (const { position, item } of shown)
			if (item.truth === "fake") {
				all[position] += 1;
				each.set(visitor, (each.get(visitor) ?? 0) + (position === "left" ? 1 : -1));
			}
	const fakes = all.left + all.right;
	return { left: all.left, right: all.right, z: (all.left - all.right) / Math.sqrt(fakes), worst: Math.max(...[...each.values()].map(Math.abs)) };
}

/** How many pairs were of two reals, two fakes, one of each, for matched pairs and others. */
export function mixes({ showings }) {
	const counts = { real_real: 0, real_fake: 0, fake_fake: 0, matched: 0 };
	for (const { shown: [one, other] } of showings) {
		counts[[one.item.truth, other.item.truth].sort().reverse().join("_")] += 1;
		counts.matched += one.item.lineage === other.item.lineage ? 1 : 0;
	}
	return counts;
}

function strangers(object, known, where) {
	return Object.keys(object).filter((key) => !known.includes(key)).map((key) => `${where} tells “${key}”`);
}

/** Answers that say more than they may before the truth is due. */
export function tellTales({ exchanges, showings }) {
	const breaches = [];
	for (const { path, json, status } of exchanges) {
		if (path === "/api/v1/assignments" && status < 300 && json) {
			breaches.push(...strangers(json, ASSIGNMENT, path));
			for (const item of json.items)
				breaches.push(...strangers(item, PLACE, path), ...strangers(item.media, MEDIUM, path));
		}
		if (path === "/api/v1/judgments" && status < 300)
			breaches.push(...strangers(json, ["results", "progress"], path), ...strangers(json.progress, PROGRESS, path));
	}
	for (const { training, results = [], again = results } of showings)
		for (const result of [...results, ...again])
			if (!training)
				breaches.push(...strangers(result, ["position"], "/api/v1/judgments"));
	return [...new Set(breaches)];
}

/** What headers and addresses of media could give away: anything that is not the same for all of one medium. */
export function telling({ exchanges, showings }) {
	const breaches = [];
	const heads = new Map();
	const tags = new Set();
	for (const { path, headers } of exchanges.filter(isMedia)) {
		const type = headers.get("content-type");
		const head = JSON.stringify([...headers].filter(([name]) => !OWN_HEADERS.includes(name)).sort());
		if ((heads.get(type) ?? head) !== head)
			breaches.push(`headers differ for ${type}: ${heads.get(type)} and ${head}`);
		heads.set(type, head);
		if (tags.has(headers.get("etag")))
			breaches.push(`the tag of ${path} was used before`);
		tags.add(headers.get("etag"));
	}
	if (heads.size > 3)
		breaches.push(`more than one content type for a medium: ${[...heads.keys()]}`);
	const urls = showings.flatMap(({ shown }) => shown.map(({ media }) => media.url));
	if (new Set(urls).size !== urls.length)
		breaches.push("an address was given out twice");
	if (new Set(urls.map((url) => url.length)).size > 1)
		breaches.push("addresses differ in length");
	return [...new Set(breaches)];
}

/** Probability that a random fake has the larger value than a random real one: 0.5 tells nothing. */
function auc(pairs) {
	let sum = 0;
	const fakes = pairs.filter(([fake]) => fake);
	const reals = pairs.filter(([fake]) => !fake);
	for (const [, a] of fakes)
		for (const [, b] of reals)
			sum += a > b ? 1 : a === b ? 0.5 : 0;
	return Number((sum / (fakes.length * reals.length)).toFixed(2));
}

/** How well each thing that an onlooker can measure tells fake from real, by medium; one value an item. */
export function measurable({ exchanges, showings }) {
	const by = new Map(exchanges.filter(isMedia).map((one) => [one.path, one]));
	const table = {};
	for (const type of ["image", "video", "audio"]) {
		const items = new Map();
		for (const { shown } of showings)
			for (const { item, media } of shown)
				if (item.type === type)
					items.set(item.id, { item, media, bytes: Number(by.get(media.url)?.headers.get("content-length")), ms: by.get(media.url)?.ms });
		const of = (value) => auc([...items.values()].map((one) => [one.item.truth === "fake", value(one)]));
		table[type] = { bytes: of((one) => one.bytes), ms: of((one) => one.ms) };
		if (type !== "audio")
			table[type].pixels = of((one) => one.media.width * one.media.height);
		if (type !== "image")
			table[type].duration = of((one) => one.media.duration_ms);
	}
	return table;
}
