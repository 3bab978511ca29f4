// SPDX-License-Identifier: Apache-2.0
// release.js: releases in a list, and one release: its splits, its files with their checksums, how to load it.

import { get, inWords } from "./api.js";
import { el, focusOn } from "./dom.js";
import { markdown } from "./markdown.js";
import { MEDIUM, bytes, count, day, many, share } from "./words.js";

const STATES = { writing: "being written", failed: "failed" };
const SPLITS = ["train", "validation", "test"];

const total = (split) => (split?.real ?? 0) + (split?.fake ?? 0);

/** Bars of one scale: real, then fake, for each split. */
function splitBars(splits) {
	const most = Math.max(1, ...SPLITS.map((name) => total(splits[name])));
	return el("dl", { class: "splits" }, SPLITS.map((name) => {
		const { real = 0, fake = 0 } = splits[name] ?? {};
		const bar = (tone, n) => {
			if (n === 0)
				return null;
			const part = el("i", { class: tone });
			part.style.width = `${(100 * n) / most}%`;
			return part;
		};
		return [el("dt", {}, name), el("dd", { class: "split", "aria-hidden": "true" }, bar("r", real), bar("f", fake)),
			el("dd", {}, `${count(real)} real, ${count(fake)} fake`)];
	}));
}

const key = () => el("p", { class: "key", "aria-hidden": "true" }, el("span", {}, "real"), el("span", { class: "f" }, "fake"));

function summary(release) {
	const media = Object.entries(release.media_types ?? {}).filter(([, n]) => n > 0).map(([type, n]) => many(n, MEDIUM[type] ?? type)).join(", ");
	return [day(release.created_at), many(release.items, "item"), media, Number.isFinite(release.alpha) ? `alpha ${share(release.alpha)}` : "", bytes(release.bytes)]
		.filter(Boolean).join(" · ");
}

const address = ({ name, version }) => `#${encodeURIComponent(name)}/${encodeURIComponent(version)}`;

export function releaseCard(release) {
	const ready = release.state === "ready";
	const title = `${release.name} ${release.version}`;
	return el("li", { class: "card", "data-testid": "release-card", "data-name": release.name, "data-version": release.version },
		el("h3", {}, ready ? el("a", { href: address(release) }, title) : title,
			ready ? null : el("span", { class: "state" }, STATES[release.state] ?? release.state)),
		el("p", { class: "quiet" }, ready ? summary(release) : day(release.created_at)),
		ready ? splitBars(release.splits) : null);
}

function fileTable(files) {
	return el("div", { class: "scroll" }, el("table", { class: "files", "data-testid": "release-files" },
		el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "file"), el("th", { scope: "col", class: "n" }, "size"), el("th", { scope: "col" }, "SHA-256"))),
		el("tbody", {}, files.map((file) => el("tr", {},
			el("td", {}, el("a", { href: file.url, download: file.path.split("/").pop() }, file.path)),
			el("td", { class: "n" }, bytes(file.bytes)),
			el("td", {}, el("span", { class: "mono" }, file.sha256)))))));
}

/** What a shell or a program types, with this release's own addresses. */
function recipes({ name, version, files }) {
	const folder = `${name}-${version}`;
	const base = new URL(`/api/v1/releases/${name}/${version}`, location.href).href;
	const labels = files.find((file) => file.path.endsWith("labels.csv"));
	const recipe = (title, text) => [el("h3", {}, title), el("pre", { tabindex: "0", "aria-label": title }, text)];
	return [
		recipe("Fetch everything and check it", `mkdir ${folder} && cd ${folder}
curl -s ${base} | python3 -c '
import json, os, sys, urllib.parse, urllib.request
for f in json.load(sys.stdin)["files"]:
    os.makedirs(os.path.dirname(f["path"]) or ".", exist_ok=True)
    urllib.request.urlretrieve(urllib.parse.urljoin("${base}", f["url"]), f["path"])'
sha256sum -c SHA256SUMS`),
		recipe("Python, as class folders", `from datasets import load_dataset            # pip install datasets
images = load_dataset("imagefolder", data_dir="${folder}/image")   # one folder a medium
print(images["train"].features["label"].names)`),
		labels ? recipe("DuckDB, straight from here", `SELECT * FROM read_csv('${new URL(labels.url, location.href).href}') LIMIT 10;`) : [],
	];
}

/** Fills the box with one release. Answers false when there is none such. */
export async function showRelease(box, name, version) {
	const back = el("p", {}, el("a", { href: "#" }, "‹ All data"));
	const heading = el("h1", { tabindex: "-1" }, `${name} ${version}`);
	box.replaceChildren(back, heading, el("p", { class: "quiet" }, "Loading …"));
	focusOn(heading);
	let release;
	try {
		release = (await get(`/releases/${encodeURIComponent(name)}/${encodeURIComponent(version)}`)).body;
	} catch (error) {
		box.replaceChildren(back, heading, el("p", { role: "alert" }, error.status === 404 ? "There is no such release." : inWords(error)));
		return;
	}
	box.replaceChildren(back, heading, el("p", { class: "lead" }, summary(release)),
		el("section", {}, el("h2", {}, "Splits"), key(), splitBars(release.splits)),
		el("section", {}, el("h2", {}, `Files (${count(release.files.length)})`), fileTable(release.files)),
		el("section", {}, el("h2", {}, "How to load it"), recipes(release)),
		release.card ? el("section", {}, el("h2", {}, "Dataset card"), el("div", { class: "card", "data-testid": "card" }, markdown(release.card))) : "");
}
