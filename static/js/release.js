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
		return [el("dt", {}, name), el("dd", {}, `${count(real)} real, ${count(fake)} fake`),
			el("dd", { class: "split", "aria-hidden": "true" }, bar("r", real), bar("f", fake))];
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

function fileTable(files, id) {
	return el("div", { class: "scroll" }, el("table", { class: "files", "data-testid": id },
		el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "file"), el("th", { scope: "col", class: "n" }, "size"), el("th", { scope: "col" }, "SHA-256"))),
		el("tbody", {}, files.map((file) => el("tr", {},
			el("td", {}, el("a", { href: file.url, download: file.path.split("/").pop(), "data-path": file.path }, file.path)),
			el("td", { class: "n" }, bytes(file.bytes)),
			el("td", {}, el("span", { class: "mono" }, file.sha256)))))));
}

const CLASS_FOLDER = /^(.*?)\/?(train|validation|test)\/(real|fake)\//;
const isMedium = (file) => CLASS_FOLDER.test(file.path);

/** The tables first; the media, which may be thousands, behind a click. */
function fileLists(files) {
	const media = files.filter(isMedium);
	const rest = files.filter((file) => !isMedium(file));
	const size = media.reduce((sum, file) => sum + file.bytes, 0);
	const more = el("details", {}, el("summary", {}, `${many(media.length, "media file")}, ${bytes(size)}`));
	more.addEventListener("toggle", () => more.append(fileTable(media, "release-media")), { once: true });
	return [fileTable(rest, "release-files"), media.length > 0 ? more : null];
}

/** What a shell or a program types, with this release's own addresses and folders. */
function recipes({ name, version, files }) {
	const folder = `${name}-${version}`;
	const base = new URL(`/api/v1/releases/${name}/${version}`, location.href).href;
	const labels = files.find((file) => file.path.endsWith("labels.csv"));
	const images = files.find((file) => isMedium(file) && /\.(jpe?g|png|webp)$/.test(file.path));
	const recipe = (title, text) => [el("h3", {}, title), el("pre", { tabindex: "0", role: "group", "aria-label": title }, text)];
	return [
		recipe("Fetch everything and check it", `mkdir ${folder} && cd ${folder}
python3 - <<'END'
import json, os
from urllib.parse import urljoin
from urllib.request import urlopen, urlretrieve
base = "${base}"
for f in json.load(urlopen(base))["files"]:
    os.makedirs(os.path.dirname(f["path"]) or ".", exist_ok=True)
    urlretrieve(urljoin(base, f["url"]), f["path"])
END
sha256sum -c SHA256SUMS`),
		images ? recipe("Images in Python, as class folders", `from datasets import load_dataset   # pip install datasets pillow
images = load_dataset("imagefolder",
                      data_dir="${[folder, CLASS_FOLDER.exec(images.path)[1]].filter(Boolean).join("/")}")
print(images["train"].features["label"].names)`) : [],
		labels ? recipe("Labels in DuckDB", `SELECT * FROM read_csv('${folder}/${labels.path}') LIMIT 10;`) : [],
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
		el("section", {}, el("h2", {}, `Files (${count(release.files.length)})`), fileLists(release.files)),
		el("section", {}, el("h2", {}, "How to load it"), recipes(release)),
		release.card ? el("section", {}, el("h2", {}, "Dataset card"), el("div", { class: "card", "data-testid": "card" }, markdown(release.card))) : "");
}
